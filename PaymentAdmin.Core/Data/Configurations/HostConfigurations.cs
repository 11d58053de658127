using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Secrets;

namespace PaymentAdmin.Core.Data.Configurations;

internal sealed class DataProtectionKeyConfiguration : IEntityTypeConfiguration<DataProtectionKeyRow>
{
    public void Configure(EntityTypeBuilder<DataProtectionKeyRow> builder) => builder.HasIndex(key => key.Name).IsUnique();
}

internal sealed class SetupCodeConfiguration : IEntityTypeConfiguration<SetupCodeRow>
{
    public void Configure(EntityTypeBuilder<SetupCodeRow> builder) => builder.Property(code => code.Id).ValueGeneratedNever();
}
