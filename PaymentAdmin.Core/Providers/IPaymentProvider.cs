using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Providers;

/// <summary>
/// A payment provider, spoken to in its own wire format. Implementations keep no state, open no transaction and throw only on
/// cancellation: every outcome of a call, also "nobody knows", is a value. An ability a provider lacks is an interface it does not implement.
/// </summary>
public interface IPaymentProvider
{
    ProviderProfile Profile { get; }

    /// <summary>Starts a checkout. Sent exactly once per attempt: a lost answer is <see cref="CheckoutResult.Unknown"/>, never an exception.</summary>
    Task<CheckoutResult> StartCheckoutAsync(ProviderAccountSnapshot account, CheckoutRequest request, CancellationToken cancellationToken);
}

/// <summary>Can be asked how a payment stands.</summary>
public interface IQueriesStatus
{
    /// <summary>By the provider's reference, or by ours where the profile says <see cref="ProviderProfile.QueriesByOurReference"/>.</summary>
    Task<StatusReading> QueryPaymentAsync(ProviderAccountSnapshot account, AttemptReference reference, CancellationToken cancellationToken);
}

/// <summary>Can send money back.</summary>
public interface IRefunds
{
    Task<RefundResult> RefundAsync(ProviderAccountSnapshot account, RefundRequest request, CancellationToken cancellationToken);
}

/// <summary>Can be asked how a refund stands.</summary>
public interface IQueriesRefunds
{
    Task<RefundResult> QueryRefundAsync(ProviderAccountSnapshot account, RefundRequest request, string? refundReference, CancellationToken cancellationToken);
}

/// <summary>Can close an open checkout so that it takes no money any more.</summary>
public interface ICancels
{
    Task<CancelResult> CancelAsync(ProviderAccountSnapshot account, AttemptReference reference, CancellationToken cancellationToken);
}

/// <summary>Sends webhooks. Verify sees raw bytes and decides about the source only; Parse never throws, whatever the bytes.</summary>
public interface IReadsWebhooks
{
    WebhookVerification Verify(ProviderAccountSnapshot account, InboundRequest request);
    WebhookReading Parse(InboundRequest request);
    WebhookReply Acknowledgement { get; }
}

/// <summary>
/// Asks us before it takes money and must be answered at once, from our state; nothing changes by it. Core looks the payment up inside the
/// account that proved the request, the provider only reads the question and words the answer.
/// </summary>
public interface IAnswersChecks : IReadsWebhooks
{
    /// <summary>This delivery is a question, not news.</summary>
    bool IsCheck(InboundRequest request);

    /// <summary>What is asked; null when it cannot be read. Never throws, whatever the bytes.</summary>
    CheckQuestion? ReadCheck(InboundRequest request);

    WebhookReply Answer(ProviderAccountSnapshot account, CheckOutcome outcome);
}

/// <summary>
/// Signs nothing, so that a delivery to an address without an account's secret proves nothing. It is worth a question to the provider, if it
/// knows both of the numbers that the provider gave the attempt.
/// </summary>
public interface IReadsUnsignedAlias : IReadsWebhooks
{
    /// <summary>The two numbers, as they are kept with the attempt; null when the body does not tell both.</summary>
    (string Reference, string Reference2)? NumbersOf(InboundRequest request);

    /// <summary>The answer, whatever came.</summary>
    WebhookReply AliasReply { get; }
}

/// <summary>Takes fewer ways of paying than its profile lists, by how the account is set up or by the currency.</summary>
public interface IChoosesMethods
{
    IReadOnlyList<string> MethodsFor(ProviderAccountSnapshot account, string currency);
}

/// <summary>Can be paid by hand while it asks the payer's phone, without a call: such money finds its payment by the payment code.</summary>
public interface IPaidByHand
{
    /// <summary>What the payer types where; null when this account cannot be paid so.</summary>
    CheckoutResult.Instructions? ByHand(ProviderAccountSnapshot account, Money amount, string paymentCode);
}

/// <summary>Is told our addresses by a call, instead of by a person who pastes them into a dashboard.</summary>
public interface IRegistersAddresses
{
    /// <summary>Safe to repeat: addresses that are registered already are no fault.</summary>
    Task<RegistrationResult> RegisterAddressesAsync(ProviderAccountSnapshot account, CancellationToken cancellationToken);
}

/// <summary>Can list what it did, for reconciliation.</summary>
public interface IListsTransactions
{
    IAsyncEnumerable<SettlementLine> ListAsync(ProviderAccountSnapshot account, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);
}

/// <summary>An account as it is used for one call: secrets opened, addresses resolved, the shop's routing beside it.</summary>
public sealed record ProviderAccountSnapshot
{
    public required Guid AccountId { get; init; }
    public required Guid TenantId { get; init; }
    public required string Provider { get; init; }
    public required Mode Mode { get; init; }
    public required AccountEndpoint Endpoint { get; init; }

    /// <summary>Without a trailing slash.</summary>
    public required string BaseUrl { get; init; }

    /// <summary>Credential fields by the names of the profile, secret ones decrypted.</summary>
    public required IReadOnlyDictionary<string, string> Credentials { get; init; }

    /// <summary>Absolute address that the provider calls back, with the account's key.</summary>
    public required string WebhookUrl { get; init; }
    public string? OrganizationBin { get; init; }
    public string? DeviceToken { get; init; }
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The credential, or empty text when it is not set.</summary>
    public string Credential(string name) => Credentials.GetValueOrDefault(name) ?? "";

    /// <summary>A record's own text would print the credentials.</summary>
    public override string ToString() => $"{Provider} account {AccountId}";
}

/// <summary>How an attempt is named at its provider.</summary>
/// <param name="Ours">Our id of the attempt, as it was sent.</param>
/// <param name="Theirs">The provider's id; null while it is not known.</param>
/// <param name="PageUrl">The provider's page that the payer was sent to; null when there is none any more.</param>
public sealed record AttemptReference(Guid Ours, string? Theirs, string? Theirs2, Money Amount, DateTimeOffset CreatedAt, string? Method = null, string? OrderReference = null, string? PageUrl = null)
{
    /// <summary>What an unproven delivery said had come, to be confirmed; null when none said anything.</summary>
    public ReceiptClaim? Claim { get; init; }

    /// <summary>Secret part of the attempt's own callback URL, for questions whose answer comes as a callback; null where there is none.</summary>
    public string? CallbackToken { get; init; }
}

/// <param name="Reference">The provider's id of the movement of money, as it was claimed.</param>
public sealed record ReceiptClaim(string Reference, Money Amount);
