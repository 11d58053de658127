using System.Text.Json;
using System.Text.Json.Serialization;

namespace PaymentAdmin.Core.Providers.Flutterwave;

/// <summary>The envelope of every answer. <paramref name="Status"/> is the call's, never the payment's.</summary>
internal sealed record FlutterwaveEnvelope(string? Status, JsonElement Message, JsonElement Data, JsonElement Meta);

/// <param name="Amount">Major units.</param>
internal sealed record FlutterwavePayment(
    string TxRef,
    decimal Amount,
    string Currency,
    string RedirectUrl,
    string? PaymentOptions,
    FlutterwaveCustomer Customer,
    FlutterwaveCustomizations Customizations,
    FlutterwaveMeta Meta,
    FlutterwaveConfigurations Configurations,
    string LinkExpiration);

internal sealed record FlutterwaveCustomer(string Email, string? Name, string? Phonenumber);

internal sealed record FlutterwaveCustomizations(string Title, string? Description);

internal sealed record FlutterwaveMeta(string OrderReference, string PaymentCode);

/// <param name="SessionDuration">Minutes that the page may stay open.</param>
internal sealed record FlutterwaveConfigurations(int SessionDuration);

internal sealed record FlutterwaveRefund(decimal Amount, string Comments);

internal sealed record FlutterwaveLink(string Link);

/// <summary>What the imitation remembers of a checkout link.</summary>
/// <param name="Asking">The card that waits for its PIN or one-time password, and for which of them: <c>pin:…</c>, <c>otp:…</c>.</param>
/// <param name="Said">Amount and currency that it will report where the dial wants others than were asked.</param>
internal sealed record FlutterwaveSandboxLink(
    string Code,
    string Email,
    string? Name,
    string RedirectUrl,
    string? Title,
    IReadOnlyList<string>? Options,
    int TriesMax,
    IReadOnlyList<FlutterwaveSandboxTry> Tries,
    string? Asking = null,
    Money? Said = null);

/// <summary>A transaction: each try of the payer's is one of its own, all under one reference.</summary>
internal sealed record FlutterwaveSandboxTry(string Id, string Status, string Type, string? Card, string Response, DateTimeOffset At);

internal sealed record FlutterwaveSandboxRefund(string Comments);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(FlutterwaveEnvelope))]
[JsonSerializable(typeof(FlutterwavePayment))]
[JsonSerializable(typeof(FlutterwaveRefund))]
[JsonSerializable(typeof(FlutterwaveLink))]
[JsonSerializable(typeof(FlutterwaveSandboxLink))]
[JsonSerializable(typeof(FlutterwaveSandboxRefund))]
internal sealed partial class FlutterwaveJson : JsonSerializerContext;
