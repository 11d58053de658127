using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Providers;

/// <summary>How much a webhook's proof is worth.</summary>
public enum WebhookTrust
{
    /// <summary>The provider sends none: its state is polled.</summary>
    None,

    /// <summary>An unguessable path is all there is; the provider is asked before anything changes.</summary>
    SecretPath,

    /// <summary>A fixed secret travels along; the provider is asked before anything changes.</summary>
    SharedSecret,

    /// <summary>The body is signed.</summary>
    BodySignature,
}

/// <summary>What the product knows about a provider: the admin form, the console, the banner and the docs come from it.</summary>
public sealed record ProviderProfile
{
    /// <summary>Lower-case id used in settings, URLs and JSON.</summary>
    public required string Id { get; init; }
    public required string Name { get; init; }

    /// <summary>Two letters for the neutral tile.</summary>
    public required string Mark { get; init; }

    /// <summary>Country or region served, for people.</summary>
    public required string Region { get; init; }
    public required IReadOnlyList<string> Currencies { get; init; }

    /// <summary>Smallest and largest amount in minor units, per currency; the contract's limits where absent.</summary>
    public IReadOnlyDictionary<string, (long MinMinor, long MaxMinor)> Limits { get; init; } = new Dictionary<string, (long, long)>();

    /// <summary>Amounts are whole multiples of this many minor units, per currency (100: whole shillings); any where absent.</summary>
    public IReadOnlyDictionary<string, long> Steps { get; init; } = new Dictionary<string, long>();

    /// <summary>What travels on the wire, for people: "major units with two decimals", "minor units".</summary>
    public required string AmountUnit { get; init; }
    public required IReadOnlyList<string> Methods { get; init; }
    public required WebhookTrust WebhookTrust { get; init; }

    /// <summary>Its addresses behind the account's URL; none: the account's URL itself is the only one.</summary>
    public IReadOnlyList<WebhookKind> WebhookKinds { get; init; } = [];
    public bool NeedsPayerPhone { get; init; }

    /// <summary>Serves only shops with a config of their own (Kaspi): no fall-back to an account for all shops.</summary>
    public bool NeedsShopConfig { get; init; }

    /// <summary>Uses a device token per organization.</summary>
    public bool UsesDeviceToken { get; init; }

    /// <summary>The credential field that names our merchant account as events carry it; an event that names another one has no effect.</summary>
    public string? MerchantAccountField { get; init; }

    /// <summary>Refuses callback URLs that contain its own name: ours are then below /hooks.</summary>
    public bool HidesItsNameInUrls { get; init; }

    /// <summary>A checkout whose answer was lost can be found by our own reference.</summary>
    public bool QueriesByOurReference { get; init; }

    /// <summary>Its number of a checkout has 128 random bits at least, so that whoever knows it may be shown how the payment stands.</summary>
    public bool HasUnguessableReference { get; init; }

    /// <summary>A repeated create with the same idempotency key is answered with the first one's result.</summary>
    public bool CreateIsIdempotent { get; init; }

    /// <summary>A repeated refund with the same idempotency key is answered with the first one's result.</summary>
    public bool RefundIsIdempotent { get; init; }
    public bool PartialRefunds { get; init; } = true;

    /// <summary>How long a checkout lives at the provider.</summary>
    public required TimeSpan CheckoutLifetime { get; init; }

    /// <summary>How soon the state is asked for the first times; the general schedule follows.</summary>
    public IReadOnlyList<TimeSpan> FirstChecks { get; init; } = [];

    public required IReadOnlyList<CredentialField> CredentialFields { get; init; }

    /// <summary>Under which names the replaced systems kept its credentials; null: none of them had it.</summary>
    public EnvironmentNames? EnvironmentNames { get; init; }

    /// <summary>The provider's own hosts.</summary>
    public required string TestBaseUrl { get; init; }
    public required string LiveBaseUrl { get; init; }
    public IReadOnlyList<TestInstrument> TestInstruments { get; init; } = [];

    /// <summary>What a tester must know, one sentence.</summary>
    public string? TestAdvice { get; init; }
    /// <summary>What it tells payers, in other languages than English: by language (ISO 639-1) and English text. Words that are not here are shown as they are.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> PayerWords { get; init; } = new Dictionary<string, IReadOnlyDictionary<string, string>>();
    public IReadOnlyList<(string Label, string Url)> HelpLinks { get; init; } = [];

    /// <summary>What it cannot do, for people.</summary>
    public IReadOnlyList<string> Lacks { get; init; } = [];

    /// <summary>Why an amount cannot be asked or given back; null when it can.</summary>
    public Problem? StepFault(Money amount) => Steps.TryGetValue(amount.Currency, out var step) && amount.Minor % step != 0
        ? new Problem(Codes.AmountOutOfRange, $"{Name} moves multiples of {MoneyFormat.Text(step, amount.Currency)} only; {MoneyFormat.Text(amount.Minor, amount.Currency)} is none.")
        : null;

    public string BaseUrl(Mode mode) => mode == Mode.Live ? LiveBaseUrl : TestBaseUrl;
}

/// <summary>One of a provider's addresses behind the account's URL: <c>pay</c>, <c>c2b/validate</c>; empty: the account's URL itself.</summary>
/// <param name="HasToken">One more segment follows: the secret that names what the delivery is about. Without a known one it is not authentic.</param>
public sealed record WebhookKind(string Name, bool HasToken = false);

/// <summary>One field of an account's credentials.</summary>
/// <param name="Shape">Regular expression that a value must match in both modes; null when any text will do.</param>
/// <param name="LiveOnly">Prefix that marks a live key, or several parted by a bar: refused in a test account, demanded in a live one.</param>
/// <param name="TestOnly">Prefix that marks a test key.</param>
public sealed record CredentialField(string Name, string Label, bool IsSecret, bool IsRequired, string? Shape = null, string? TestOnly = null, string? LiveOnly = null, string? Hint = null)
{
    /// <summary>Proves webhooks: 16 bytes at least, or it counts as missing.</summary>
    public bool IsWebhookSecret { get; init; }

    /// <summary>
    /// A value that everybody knows and that stands for the sandbox, whose accounts get it also where the field is optional; refused in an
    /// account that calls the provider itself.
    /// </summary>
    public string? SandboxValue { get; init; }

    /// <summary>A required field that may be missing when this other one is there.</summary>
    public string? RequiredUnless { get; init; }
}

/// <summary>The environment variables of a replaced system (contract.md section 2), imported once into an empty database.</summary>
/// <param name="Fields">Credential field by variable.</param>
public sealed record EnvironmentNames(IReadOnlyDictionary<string, string> Fields)
{
    /// <summary>Its host; a host alone stands for the provider's own path below it.</summary>
    public string? BaseUrl { get; init; }

    /// <summary><c>false</c> there imports the account switched off.</summary>
    public string? Switch { get; init; }

    /// <summary><c>production</c> or <c>live</c> there makes the account live.</summary>
    public string? Mode { get; init; }

    /// <summary>A variable and its value that mean the imitation instead of the provider.</summary>
    public (string Variable, string Value)? Sandbox { get; init; }

    /// <summary>Pages of the shop that payers come back to: their origins become return origins of the tenant.</summary>
    public IReadOnlyList<string> ReturnUrls { get; init; } = [];

    /// <summary>Known and without effect: keys for a browser's form, and addresses that are made here.</summary>
    public IReadOnlyList<string> Unneeded { get; init; } = [];

    /// <summary>Every variable that has a meaning.</summary>
    public IReadOnlyList<string> All => [.. Fields.Keys, .. new[] { BaseUrl, Switch, Mode }.OfType<string>(), .. ReturnUrls, .. Unneeded];
}

/// <summary>A test card, phone or PIN of the provider's own, and what it does.</summary>
public sealed record TestInstrument(string Label, string Value, string Outcome);
