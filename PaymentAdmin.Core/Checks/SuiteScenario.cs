using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Providers.Sandbox;

namespace PaymentAdmin.Core.Checks;

public enum SuiteState
{
    Waiting,
    Running,
    Passed,
    Failed,

    /// <summary>Could not be tried here: a permission or a rule of the tenant stands before it. Says which.</summary>
    NotRun,
    Stopped,
}

/// <summary>Something that happens between payer, provider and us, and what must come of it whatever the configuration is.</summary>
/// <param name="Word">For machines and tests.</param>
/// <param name="Expected">What the money laws say must be so afterwards.</param>
public sealed record SuiteScenario(string Word, string Title, string Expected)
{
    public static SuiteScenario Pays { get; } = new("pays", "Payer pays", "Succeeded, and the money is counted once.");
    public static SuiteScenario Declines { get; } = new("declines", "Payer is declined", "Not succeeded, and no money is counted.");
    public static SuiteScenario Silent { get; } = new("silent", "Payer never answers", "Waits, and no money is counted.");
    public static SuiteScenario Refunds { get; } = new("refunds", "Money goes back", "The refund succeeds once, or goes to a person; the payment stays succeeded.");
    public static SuiteScenario RefundFails { get; } = new("refund_fails", "Refund is refused", "The refund fails, and its amount can be refunded again.");
    public static SuiteScenario Duplicate { get; } = new("duplicate_webhook", "Same webhook three times", "Succeeded, and the money is counted once.");
    public static SuiteScenario NoWebhook { get; } = new("no_webhook", "Webhook never comes", "The provider is asked: succeeded, counted once.");
    public static SuiteScenario BadSignature { get; } = new("bad_signature", "Webhook with a changed bit", "The delivery is refused and does nothing; the provider is asked.");
    public static SuiteScenario WrongAmount { get; } = new("wrong_amount", "Another amount was paid", "In review, never succeeded by itself.");
    public static SuiteScenario WrongCurrency { get; } = new("wrong_currency", "Other money was paid", "In review, never succeeded by itself.");
    public static SuiteScenario UnknownStatus { get; } = new("unknown_status", "A word that nobody knows", "Changes nothing; the next known word does.");
    public static SuiteScenario LostAnswer { get; } = new("lost_answer", "Answer to the checkout is lost", "Never failed, and sent once.");
    public static SuiteScenario ServerError { get; } = new("server_error", "Provider answers 500", "Not succeeded, no money is counted, and sent once.");
    public static SuiteScenario LateWebhook { get; } = new("late_webhook", "Webhook comes 30 s late", "Succeeded before it came, and the money is counted once.");

    /// <summary>What can be tried with this provider's imitation; what it cannot do is no scenario.</summary>
    public static List<SuiteScenario> For(IPaymentProvider provider, PayerScript script)
    {
        var hasWebhooks = provider is IReadsWebhooks && provider.Profile.WebhookTrust != WebhookTrust.None;
        return
        [
            Pays,
            Declines,
            Silent,
            Refunds,
            .. provider is IRefunds ? [RefundFails] : Array.Empty<SuiteScenario>(),
            .. hasWebhooks ? [Duplicate, NoWebhook] : Array.Empty<SuiteScenario>(),
            .. provider.Profile.WebhookTrust == WebhookTrust.BodySignature ? [BadSignature] : Array.Empty<SuiteScenario>(),
            .. script.Differs.Contains(SandboxFaultKinds.WrongAmount) ? [WrongAmount] : Array.Empty<SuiteScenario>(),
            .. script.Differs.Contains(SandboxFaultKinds.WrongCurrency) ? [WrongCurrency] : Array.Empty<SuiteScenario>(),
            .. provider is IQueriesStatus ? [UnknownStatus] : Array.Empty<SuiteScenario>(),
            LostAnswer,
            ServerError,
            .. hasWebhooks ? [LateWebhook] : Array.Empty<SuiteScenario>(),
        ];
    }
}

/// <summary>How one scenario stands.</summary>
/// <param name="Reason">What was found: why it passed, or what was wrong.</param>
public sealed record SuiteRow(SuiteScenario Scenario, SuiteState State, string? Reason = null, Guid? PaymentId = null, TimeSpan Took = default);

/// <param name="ShopNumber">Null: the account for all shops.</param>
public sealed record SuiteRequest(Guid TenantId, string Provider, int? ShopNumber, Money Amount);
