using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using PaymentAdmin.Core.Events;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers.Sandbox;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Core.Webhooks;

namespace PaymentAdmin.Core.Data.Configurations;

internal sealed class WebhookEventConfiguration : IEntityTypeConfiguration<WebhookEvent>
{
    public void Configure(EntityTypeBuilder<WebhookEvent> builder)
    {
        builder.HasIndex(received => new { received.AccountId, received.DedupeKey }).IsUnique();
        builder.HasIndex(received => new { received.State, received.NextAttemptAt });
        builder.HasIndex(received => new { received.TenantId, received.Mode, received.ReceivedAt, received.Id });
        // What is not applied is little, and is what somebody may have to look at.
        builder.HasIndex(received => new { received.TenantId, received.Mode, received.State, received.ReceivedAt, received.Id }, "ix_webhook_events_open").HasFilter("state <> 'applied'");
        builder.HasIndex(received => received.PaymentId);
        builder.HasIndex(received => new { received.AccountId, received.ProviderReference });
        builder.HasOne<ProviderAccount>().WithMany().HasForeignKey(received => received.AccountId);
    }
}

internal sealed class WebhookApplicationConfiguration : IEntityTypeConfiguration<WebhookApplication>
{
    public void Configure(EntityTypeBuilder<WebhookApplication> builder)
    {
        builder.HasKey(application => application.EventId);
        builder.HasOne<WebhookEvent>().WithMany().HasForeignKey(application => application.EventId);
    }
}

internal sealed class WebhookRejectionConfiguration : IEntityTypeConfiguration<WebhookRejection>
{
    public void Configure(EntityTypeBuilder<WebhookRejection> builder) => builder.HasIndex(rejection => new { rejection.AccountId, rejection.At });
}

internal sealed class UnmatchedWebhookConfiguration : IEntityTypeConfiguration<UnmatchedWebhook>
{
    public void Configure(EntityTypeBuilder<UnmatchedWebhook> builder)
    {
        builder.HasIndex(row => new { row.Provider, row.DedupeKey }).IsUnique();
        builder.HasIndex(row => new { row.IsAuthentic, row.ReceivedAt });
    }
}

internal sealed class OutgoingEventConfiguration : IEntityTypeConfiguration<OutgoingEvent>
{
    public void Configure(EntityTypeBuilder<OutgoingEvent> builder)
    {
        builder.HasIndex(told => new { told.TenantId, told.Mode, told.Sequence }).IsUnique();
        builder.HasIndex(told => new { told.PaymentId, told.Type, told.DedupeKey }).IsUnique();
        builder.HasIndex(told => told.CreatedAt);
        builder.HasOne<Payment>().WithMany().HasForeignKey(told => told.PaymentId);
    }
}

internal sealed class EventCounterConfiguration : IEntityTypeConfiguration<EventCounter>
{
    public void Configure(EntityTypeBuilder<EventCounter> builder) => builder.HasKey(counter => new { counter.TenantId, counter.Mode });
}

internal sealed class EventEndpointConfiguration : IEntityTypeConfiguration<EventEndpoint>
{
    public void Configure(EntityTypeBuilder<EventEndpoint> builder) => builder.HasIndex(endpoint => new { endpoint.TenantId, endpoint.Mode });
}

internal sealed class EventDeliveryConfiguration : IEntityTypeConfiguration<EventDelivery>
{
    public void Configure(EntityTypeBuilder<EventDelivery> builder)
    {
        builder.HasIndex(delivery => new { delivery.EndpointId, delivery.EventId }).IsUnique();
        builder.HasIndex(delivery => new { delivery.State, delivery.NextAttemptAt });
        builder.HasIndex(delivery => new { delivery.EndpointId, delivery.PaymentId, delivery.Sequence });
        builder.HasIndex(delivery => new { delivery.EndpointId, delivery.State, delivery.Sequence });
        builder.HasIndex(delivery => new { delivery.EndpointId, delivery.Sequence });
        builder.HasOne<EventEndpoint>().WithMany().HasForeignKey(delivery => delivery.EndpointId);
        builder.HasOne<OutgoingEvent>().WithMany().HasForeignKey(delivery => delivery.EventId);
    }
}

internal sealed class EventDeliveryTryConfiguration : IEntityTypeConfiguration<EventDeliveryTry>
{
    public void Configure(EntityTypeBuilder<EventDeliveryTry> builder)
    {
        builder.HasIndex(attempt => attempt.DeliveryId);
        builder.HasOne<EventDelivery>().WithMany().HasForeignKey(attempt => attempt.DeliveryId);
    }
}

internal sealed class SandboxChargeConfiguration : IEntityTypeConfiguration<SandboxCharge>
{
    public void Configure(EntityTypeBuilder<SandboxCharge> builder)
    {
        builder.HasIndex(charge => new { charge.Provider, charge.Reference }).IsUnique();
        builder.HasIndex(charge => new { charge.Provider, charge.MerchantReference });
        builder.HasIndex(charge => charge.DecidesAt);
        builder.Property(charge => charge.Version).IsConcurrencyToken();
    }
}

internal sealed class SandboxRefundConfiguration : IEntityTypeConfiguration<SandboxRefund>
{
    public void Configure(EntityTypeBuilder<SandboxRefund> builder)
    {
        builder.HasIndex(refund => new { refund.Provider, refund.Reference }).IsUnique();
        builder.HasIndex(refund => refund.ChargeId);
    }
}

internal sealed class SandboxDeliveryConfiguration : IEntityTypeConfiguration<SandboxDelivery>
{
    public void Configure(EntityTypeBuilder<SandboxDelivery> builder) => builder.HasIndex(delivery => new { delivery.IsDone, delivery.DueAt });
}

internal sealed class SandboxDeviceConfiguration : IEntityTypeConfiguration<SandboxDevice>
{
    public void Configure(EntityTypeBuilder<SandboxDevice> builder) => builder.HasKey(device => new { device.Provider, device.Merchant, device.Token });
}

internal sealed class SandboxSettingConfiguration : IEntityTypeConfiguration<SandboxSetting>
{
    public void Configure(EntityTypeBuilder<SandboxSetting> builder)
    {
        builder.HasKey(setting => new { setting.Provider, setting.Merchant, setting.Name });
        builder.Property(setting => setting.Version).IsConcurrencyToken();
    }
}
