using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Approvals;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Events;
using PaymentAdmin.Core.Links;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Proofs;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Providers.Sandbox;
using PaymentAdmin.Core.Secrets;
using PaymentAdmin.Core.Settlement;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Core.Webhooks;

namespace PaymentAdmin.Core.Data;

/// <summary>
/// The one model, mapped the same way on both engines: snake_case names, times as sortable UTC ticks, money as long minor units,
/// enums as their words. A context lives for one operation; writes go through <see cref="PaymentStore"/>.
/// </summary>
public abstract class PaymentDb(DbContextOptions options) : IdentityUserContext<User, Guid>(options)
{
    public DbSet<Tenant> Tenants => Set<Tenant>();
    public DbSet<ApprovalLimit> ApprovalLimits => Set<ApprovalLimit>();
    public DbSet<TestModeSwitch> TestModeSwitches => Set<TestModeSwitch>();
    public DbSet<Shop> Shops => Set<Shop>();
    public DbSet<Organization> Organizations => Set<Organization>();
    public DbSet<ShopConfig> ShopConfigs => Set<ShopConfig>();
    public DbSet<ShopConfigVersion> ShopConfigVersions => Set<ShopConfigVersion>();
    public DbSet<ProviderAccount> ProviderAccounts => Set<ProviderAccount>();
    public DbSet<ProviderToken> ProviderTokens => Set<ProviderToken>();
    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();
    public DbSet<Payment> Payments => Set<Payment>();
    public DbSet<PaymentLink> PaymentLinks => Set<PaymentLink>();
    public DbSet<PaymentAttempt> PaymentAttempts => Set<PaymentAttempt>();
    public DbSet<PaymentTransition> PaymentTransitions => Set<PaymentTransition>();
    public DbSet<PaymentNote> PaymentNotes => Set<PaymentNote>();
    public DbSet<SavedView> SavedViews => Set<SavedView>();
    public DbSet<Refund> Refunds => Set<Refund>();
    public DbSet<ManualProof> ManualProofs => Set<ManualProof>();
    public DbSet<ProofFile> ProofFiles => Set<ProofFile>();
    public DbSet<ApprovalRequest> ApprovalRequests => Set<ApprovalRequest>();
    public DbSet<Receipt> Receipts => Set<Receipt>();
    public DbSet<BookComparison> BookComparisons => Set<BookComparison>();
    public DbSet<BookDifference> BookDifferences => Set<BookDifference>();
    public DbSet<Dispute> Disputes => Set<Dispute>();
    public DbSet<ProviderCall> ProviderCalls => Set<ProviderCall>();
    public DbSet<WebhookEvent> WebhookEvents => Set<WebhookEvent>();
    public DbSet<WebhookApplication> WebhookApplications => Set<WebhookApplication>();
    public DbSet<WebhookRejection> WebhookRejections => Set<WebhookRejection>();
    public DbSet<UnmatchedWebhook> UnmatchedWebhooks => Set<UnmatchedWebhook>();
    public DbSet<OutgoingEvent> OutgoingEvents => Set<OutgoingEvent>();
    public DbSet<EventCounter> EventCounters => Set<EventCounter>();
    public DbSet<EventEndpoint> EventEndpoints => Set<EventEndpoint>();
    public DbSet<EventDelivery> EventDeliveries => Set<EventDelivery>();
    public DbSet<EventDeliveryTry> EventDeliveryTries => Set<EventDeliveryTry>();
    public DbSet<AuditEntry> AuditEntries => Set<AuditEntry>();
    public DbSet<IdempotencyKey> IdempotencyKeys => Set<IdempotencyKey>();
    public DbSet<SetupCodeRow> SetupCodes => Set<SetupCodeRow>();
    public DbSet<DataProtectionKeyRow> DataProtectionKeys => Set<DataProtectionKeyRow>();
    public DbSet<SandboxCharge> SandboxCharges => Set<SandboxCharge>();
    public DbSet<SandboxRefund> SandboxRefunds => Set<SandboxRefund>();
    public DbSet<SandboxDelivery> SandboxDeliveries => Set<SandboxDelivery>();
    public DbSet<SandboxFault> SandboxFaults => Set<SandboxFault>();
    public DbSet<SandboxDevice> SandboxDevices => Set<SandboxDevice>();
    public DbSet<SandboxSetting> SandboxSettings => Set<SandboxSetting>();

    /// <summary>What <see cref="PaymentStore"/> runs once the transaction is committed: waking workers, telling open pages.</summary>
    public List<Action> AfterCommit { get; } = [];

    /// <summary>
    /// Events of this transaction. <see cref="PaymentStore"/> numbers and adds them last of all: the counter's row is the last lock taken,
    /// so that no transaction waits for a payment while it holds the counter.
    /// </summary>
    public List<OutgoingEvent> ToTell { get; } = [];

    public abstract bool IsPostgres { get; }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcTicksConverter>();
        configurationBuilder.Properties<PaymentExceptions>().HaveConversion<int>();
        configurationBuilder.Properties<string>().HaveMaxLength(4000);
        foreach (var word in WordEnums)
            configurationBuilder.Properties(word).HaveConversion(typeof(WordConverter<>).MakeGenericType(word)).HaveMaxLength(40);
    }

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.ApplyConfigurationsFromAssembly(typeof(PaymentDb).Assembly);
        foreach (var entity in builder.Model.GetEntityTypes())
        {
            entity.SetTableName(Snake(entity.ClrType == typeof(User) ? "Users" : entity.GetTableName() ?? entity.ClrType.Name).Replace("asp_net_", "", StringComparison.Ordinal));
            foreach (var property in entity.GetProperties())
            {
                property.SetColumnName(Snake(property.Name));
                if (property.ClrType == typeof(List<string>))
                {
                    property.SetValueConverter(new ValueConverter<List<string>, string>(list => JsonSerializer.Serialize(list, JsonSerializerOptions.Default), json => JsonSerializer.Deserialize<List<string>>(json, JsonSerializerOptions.Default) ?? new List<string>()));
                    property.SetValueComparer(new ValueComparer<List<string>>((a, b) => a == b || (a != null && b != null && a.SequenceEqual(b)), list => list.Count, list => list.ToList()));
                }
                if (property.Name.EndsWith("Json", StringComparison.Ordinal) || property.Name.EndsWith("Cipher", StringComparison.Ordinal) || property.Name is "Request" or "Response" or "Before" or "After")
                    property.SetMaxLength(null);
            }
            foreach (var key in entity.GetForeignKeys())
                key.DeleteBehavior = entity.ClrType.Namespace == typeof(User).Namespace || entity.ClrType.Namespace!.StartsWith("Microsoft", StringComparison.Ordinal) ? DeleteBehavior.Cascade : DeleteBehavior.Restrict;
        }
        ConfigureEngine(builder);
    }

    /// <summary>Checks and types that only one engine needs.</summary>
    protected virtual void ConfigureEngine(ModelBuilder builder)
    {
    }

    /// <summary>Every enum that is stored as its word.</summary>
    private static readonly Type[] WordEnums =
    [
        typeof(PaymentStatus), typeof(AttemptStatus), typeof(RefundStatus), typeof(RefundAction), typeof(Mode), typeof(PaymentKind), typeof(ReceiptState),
        typeof(DisputeStatus), typeof(ProviderOperation), typeof(ProviderCallState), typeof(ObservationSource), typeof(WebhookState), typeof(IntegrityVerdict),
        typeof(DeliveryState), typeof(AccountEndpoint), typeof(TwoPersonRule), typeof(ActorKind), typeof(SandboxState), typeof(ProofType), typeof(ProofStatus), typeof(ProofRejection),
        typeof(ApprovalKind), typeof(ApprovalStatus), typeof(ComparisonState), typeof(DifferenceKind), typeof(DifferenceState), typeof(LinkUse),
    ];

    private static string Snake(string name)
    {
        var text = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsAsciiLetterUpper(name[i]) && (!char.IsAsciiLetterUpper(name[i - 1]) || (i + 1 < name.Length && char.IsAsciiLetterLower(name[i + 1]))))
                text.Append('_');
            text.Append(char.ToLowerInvariant(name[i]));
        }
        return text.ToString();
    }

    private sealed class UtcTicksConverter() : ValueConverter<DateTimeOffset, long>(time => time.UtcTicks, ticks => new DateTimeOffset(ticks, TimeSpan.Zero));

    private sealed class WordConverter<T>() : ValueConverter<T, string>(value => Words.Of(value), word => Words.Parse<T>(word)) where T : struct, Enum;
}
