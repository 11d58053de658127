using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using PaymentAdmin.Core.Links;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Data.Configurations;

internal sealed class PaymentLinkConfiguration : IEntityTypeConfiguration<PaymentLink>
{
    public void Configure(EntityTypeBuilder<PaymentLink> builder)
    {
        builder.Property(link => link.Version).IsConcurrencyToken();
        builder.Property(link => link.Token).HasMaxLength(64);
        builder.Property(link => link.Currency).HasMaxLength(3);
        builder.Property(link => link.OrderReference).HasMaxLength(64);
        builder.Property(link => link.ReturnUrl).HasMaxLength(4000);
        builder.HasOne<Tenant>().WithMany().HasForeignKey(link => link.TenantId);
        builder.HasIndex(link => link.Token).IsUnique();
        builder.HasIndex(link => new { link.TenantId, link.Mode, link.CreatedAt, link.Id });
        builder.ToTable(table => table.HasCheckConstraint("ck_payment_links_amount", "(amount_minor > 0 AND min_minor IS NULL AND max_minor IS NULL) OR (amount_minor IS NULL AND min_minor > 0 AND max_minor >= min_minor)"));
    }
}
