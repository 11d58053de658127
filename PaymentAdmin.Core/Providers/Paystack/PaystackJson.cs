using System.Text.Json;
using System.Text.Json.Serialization;

namespace PaymentAdmin.Core.Providers.Paystack;

/// <summary>The envelope of every answer. <paramref name="Status"/> is the call's, never the payment's.</summary>
internal sealed record PaystackEnvelope(bool? Status, JsonElement Message, JsonElement Data, JsonElement Meta, JsonElement Code);

internal sealed record PaystackEvent(string? Event, JsonElement Data);

internal sealed record PaystackInitialize(string Email, long Amount, string Currency, string Reference, string CallbackUrl, IReadOnlyList<string>? Channels, PaystackMetadata Metadata);

/// <param name="CancelAction">Where the checkout's own cancel button leads.</param>
internal sealed record PaystackMetadata(string OrderReference, string PaymentCode, string CancelAction);

internal sealed record PaystackRefund(string Transaction, long Amount, string Currency, string MerchantNote);

/// <summary>What the imitation remembers of a charge.</summary>
/// <param name="Said">Amount and currency that it will report where the dial wants others than were asked.</param>
internal sealed record PaystackSandboxCharge(string AccessCode, string Email, string CallbackUrl, string? CancelUrl, IReadOnlyList<string>? Channels, string? Channel = null, string? Card = null, string? Response = null, Money? Said = null);

internal sealed record PaystackSandboxRefund(string Outcome, string? Note);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(PaystackEnvelope))]
[JsonSerializable(typeof(PaystackEvent))]
[JsonSerializable(typeof(PaystackInitialize))]
[JsonSerializable(typeof(PaystackRefund))]
[JsonSerializable(typeof(PaystackSandboxCharge))]
[JsonSerializable(typeof(PaystackSandboxRefund))]
internal sealed partial class PaystackJson : JsonSerializerContext;
