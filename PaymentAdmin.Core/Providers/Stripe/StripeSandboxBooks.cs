using System.Text.Json.Serialization;

namespace PaymentAdmin.Core.Providers.Stripe;

/// <summary>What the imitation remembers of a session.</summary>
/// <param name="Parameters">Hash of the request that made it: the same idempotency key must bring the same.</param>
/// <param name="Wire">Amount and currency as they are told; the fault dial changes them when the payer pays.</param>
/// <param name="AccountId">Whom its events are sent to.</param>
internal sealed record StripeSandboxSession(
    string Parameters,
    long Wire,
    string Currency,
    string SuccessUrl,
    string CancelUrl,
    string? Name,
    string? ClientReferenceId,
    string? CustomerEmail,
    Dictionary<string, string> Metadata,
    Dictionary<string, string> IntentMetadata,
    Guid? AccountId,
    string ApiVersion)
{
    public string? IntentStatus { get; init; }
    public string? ErrorCode { get; init; }
    public string? DeclineCode { get; init; }
    public string? ErrorMessage { get; init; }

    /// <summary>The test card that was tried last.</summary>
    public string? Card { get; init; }
}

/// <param name="Turns">What the refund becomes at <paramref name="TurnsAt"/>.</param>
internal sealed record StripeSandboxRefund(string Parameters = "", string? Reason = null, Dictionary<string, string>? Metadata = null, string? Turns = null, DateTimeOffset? TurnsAt = null);

[JsonSerializable(typeof(StripeSandboxSession))]
[JsonSerializable(typeof(StripeSandboxRefund))]
internal sealed partial class StripeSandboxJson : JsonSerializerContext;

/// <summary>Stripe's test cards and what they do.</summary>
internal static class StripeCards
{
    public static readonly StripeError InsufficientFunds = new("card_error", "card_declined", "insufficient_funds", "Your card has insufficient funds.");
    public static readonly StripeError NotAuthenticated = new("card_error", "payment_intent_authentication_failure", null, "We are unable to authenticate your payment method. Please choose a different payment method and try again.");

    public static StripeError? Decline(string card) => card switch
    {
        "4000000000000002" or "4000000000000341" => new("card_error", "card_declined", "generic_decline", "Your card was declined."),
        "4000000000009995" => InsufficientFunds,
        "4000000000009987" => new("card_error", "card_declined", "lost_card", "Your card was declined."),
        "4000000000009979" => new("card_error", "card_declined", "stolen_card", "Your card was declined."),
        "4000000000000069" => new("card_error", "expired_card", null, "Your card has expired."),
        "4000000000000127" => new("card_error", "incorrect_cvc", null, "Your card's security code is incorrect."),
        "4000000000000119" => new("card_error", "processing_error", null, "An error occurred while processing your card. Try again in a little bit."),
        "4100000000000019" => new("card_error", "card_declined", "fraudulent", "Your card was declined."),
        _ => null,
    };

    public static bool NeedsAuthentication(string card) => card is "4000002500003155" or "4000002760003184" or "4000008260003178";

    /// <summary>Sixteen digits whose check digit fits; the page takes no others, as Stripe's test mode.</summary>
    public static bool IsNumber(string digits)
    {
        if (digits.Length != 16)
            return false;
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[i] - '0';
            var weighed = i % 2 == 0 ? digit * 2 : digit;
            sum += weighed > 9 ? weighed - 9 : weighed;
        }
        return sum % 10 == 0;
    }
}
