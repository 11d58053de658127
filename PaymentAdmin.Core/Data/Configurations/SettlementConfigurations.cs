using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using PaymentAdmin.Core.Settlement;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Data.Configurations;

internal sealed class BookComparisonConfiguration : IEntityTypeConfiguration<BookComparison>
{
    public void Configure(EntityTypeBuilder<BookComparison> builder)
    {
        builder.HasIndex(row => new { row.AccountId, row.Day }).IsUnique();
        builder.Property(row => row.Version).IsConcurrencyToken();
        builder.HasOne<ProviderAccount>().WithMany().HasForeignKey(row => row.AccountId);
    }
}

internal sealed class BookDifferenceConfiguration : IEntityTypeConfiguration<BookDifference>
{
    public void Configure(EntityTypeBuilder<BookDifference> builder)
    {
        builder.HasIndex(row => new { row.AccountId, row.Kind, row.Reference }).IsUnique();
        builder.HasIndex(row => new { row.TenantId, row.Mode, row.State, row.Day });
        builder.Property(row => row.Version).IsConcurrencyToken();
        builder.HasOne<ProviderAccount>().WithMany().HasForeignKey(row => row.AccountId);
    }
}
