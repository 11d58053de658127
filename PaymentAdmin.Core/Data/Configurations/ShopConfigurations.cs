using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Data.Configurations;

internal sealed class TenantConfiguration : IEntityTypeConfiguration<Tenant>
{
    public void Configure(EntityTypeBuilder<Tenant> builder)
    {
        builder.Property(tenant => tenant.Slug).HasMaxLength(40);
        builder.HasIndex(tenant => tenant.Slug).IsUnique();
        builder.HasIndex(tenant => tenant.CustomerJwtIssuer).IsUnique();
        builder.Ignore(tenant => tenant.Zone);
    }
}

internal sealed class ApprovalLimitConfiguration : IEntityTypeConfiguration<ApprovalLimit>
{
    public void Configure(EntityTypeBuilder<ApprovalLimit> builder) => builder.HasKey(limit => new { limit.TenantId, limit.Currency });
}

internal sealed class TestModeSwitchConfiguration : IEntityTypeConfiguration<TestModeSwitch>
{
    public void Configure(EntityTypeBuilder<TestModeSwitch> builder) => builder.HasKey(row => new { row.TenantId, row.Provider });
}

internal sealed class ShopTableConfiguration : IEntityTypeConfiguration<Shop>
{
    public void Configure(EntityTypeBuilder<Shop> builder)
    {
        builder.HasIndex(shop => new { shop.TenantId, shop.Number }).IsUnique();
        builder.HasOne<Tenant>().WithMany().HasForeignKey(shop => shop.TenantId);
    }
}

internal sealed class OrganizationConfiguration : IEntityTypeConfiguration<Organization>
{
    public void Configure(EntityTypeBuilder<Organization> builder)
    {
        builder.Property(organization => organization.Bin).HasMaxLength(12);
        builder.HasIndex(organization => new { organization.TenantId, organization.Bin }).IsUnique();
        builder.HasOne<Tenant>().WithMany().HasForeignKey(organization => organization.TenantId);
    }
}

internal sealed class ShopConfigTableConfiguration : IEntityTypeConfiguration<ShopConfig>
{
    public void Configure(EntityTypeBuilder<ShopConfig> builder)
    {
        builder.HasIndex(config => new { config.ShopId, config.Provider, config.Mode }).IsUnique();
        builder.HasIndex(config => config.TenantId);
        builder.Property(config => config.Version).IsConcurrencyToken();
        builder.HasOne<Shop>().WithMany().HasForeignKey(config => config.ShopId);
        builder.HasOne<Organization>().WithMany().HasForeignKey(config => config.OrganizationId);
        builder.HasOne<ProviderAccount>().WithMany().HasForeignKey(config => config.AccountId);
    }
}

internal sealed class ShopConfigVersionConfiguration : IEntityTypeConfiguration<ShopConfigVersion>
{
    public void Configure(EntityTypeBuilder<ShopConfigVersion> builder)
    {
        builder.HasIndex(version => new { version.ConfigId, version.Version }).IsUnique();
        builder.HasOne<ShopConfig>().WithMany().HasForeignKey(version => version.ConfigId);
    }
}

internal sealed class ProviderAccountConfiguration : IEntityTypeConfiguration<ProviderAccount>
{
    public void Configure(EntityTypeBuilder<ProviderAccount> builder)
    {
        builder.HasIndex(account => new { account.TenantId, account.Provider, account.Mode });
        builder.HasIndex(account => account.WebhookKeyHash).IsUnique();
        builder.Property(account => account.Version).IsConcurrencyToken();
        builder.HasOne<Tenant>().WithMany().HasForeignKey(account => account.TenantId);
    }
}

internal sealed class ProviderTokenConfiguration : IEntityTypeConfiguration<ProviderToken>
{
    public void Configure(EntityTypeBuilder<ProviderToken> builder)
    {
        builder.HasKey(token => new { token.AccountId, token.Name });
        builder.Property(token => token.Version).IsConcurrencyToken();
        builder.HasOne<ProviderAccount>().WithMany().HasForeignKey(token => token.AccountId);
    }
}
