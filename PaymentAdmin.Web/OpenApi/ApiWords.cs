using System.Text.Json.Nodes;
using PaymentAdmin.Core.Events;
using PaymentAdmin.Core.Links;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Proofs;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Web.OpenApi;

/// <summary>What the types do not say: the words that a text member takes, and what members mean.</summary>
internal static class ApiWords
{
    private static readonly string[] Providers = ["ioka", "kaspi", "ikhokha", "mpesa", "paystack", "flutterwave", "stripe", "cloudpayments", "manual"];

    private static readonly Dictionary<string, IReadOnlyList<string>> Words = new(StringComparer.Ordinal)
    {
        ["mode"] = Of<Mode>(),
        ["status"] = Of<PaymentStatus>(),
        ["Refund.status"] = Of<RefundStatus>(),
        ["Proof.status"] = Of<ProofStatus>(),
        ["Attempt.status"] = Of<AttemptStatus>(),
        ["PaymentLink.status"] = Of<LinkStatus>(),
        ["use"] = Of<LinkUse>(),
        ["kind"] = Of<PaymentKind>(),
        ["exceptions"] = [.. Of<PaymentExceptions>().Where(word => word != "none")],
        ["action_required"] = Of<RefundAction>(),
        ["Event.type"] = EventTypes.All,
        ["types"] = EventTypes.All,
        ["Delivery.status"] = Of<DeliveryState>(),
        ["Delivery.type"] = EventTypes.All,
        ["endpoint"] = Of<AccountEndpoint>(),
    };

    private static readonly Dictionary<string, string> Texts = new(StringComparer.Ordinal)
    {
        ["amount_minor"] = "In minor units of the currency (5000 = 50.00 KZT).",
        ["Refund.amount_minor"] = "In minor units of the currency.",
        ["RefundRequest.amount_minor"] = "In minor units; without it all that is refundable.",
        ["RefundRequest.attempt_id"] = "The attempt to give back; needed only to return a duplicate charge.",
        ["received_minor"] = "Money that verifiably came, over all attempts.",
        ["refunded_minor"] = "Money that went back.",
        ["refundable_minor"] = "Money that can still be given back.",
        ["currency"] = "ISO 4217.",
        ["order_reference"] = "Yours, 1 to 64 characters; at most one open or paid payment has it.",
        ["shop_id"] = "The shop's number, where shops have accounts of their own.",
        ["provider"] = "One of " + string.Join(", ", Providers) + ".",
        ["CreatePaymentRequest.provider"] = "Starts the checkout at once. One of " + string.Join(", ", Providers) + ".",
        ["method"] = "One of " + string.Join(", ", PaymentMethods.All) + "; each provider has some of them.",
        ["next_action"] = "What the payer does next: {type: redirect, url}, {type: phone_prompt, phone, expires_at}, {type: qr_code, content, url?, expires_at} or {type: instructions, text, fields: [{label, value}]}. Null when there is nothing.",
        ["checkout_url"] = "Our page where the payer chooses how to pay. Its address carries the client token.",
        ["payment_code"] = "What a payer can type where there is no link.",
        ["exceptions"] = "What is unusual about it. They never change the status by themselves.",
        ["metadata"] = "Yours: up to 50 keys of 40 characters with texts of 500.",
        ["return_url"] = "Where our status page leads the payer in the end. Its origin must be one of your return origins.",
        ["PaymentLink.return_url"] = "Where our status page leads whoever pays by it.",
        ["cancel_url"] = "The same after a cancellation.",
        ["expires_in_minutes"] = "5 to 43200; 1440 when left out.",
        ["guest"] = "The payer is unknown to you and may pay by the payment's id alone.",
        ["kind"] = "Changes words on pages and e-mails only.",
        ["last_error"] = "Why the last attempt did not work.",
        ["sequence"] = "Rises per mode in the order in which events become readable. Whoever has seen n never meets a smaller one later.",
        ["secret"] = "Signs deliveries. Shown once: when the endpoint is made and when its secret is rotated; null otherwise.",
        ["next_cursor"] = "Goes into `cursor` with the same filter; null on the last page.",
        ["EventPage.next_cursor"] = "Goes into `after` of the next call.",
        ["timeline"] = "What happened, newest first. Empty for customers.",
        ["customer"] = "Who pays. `id` is your own name for the customer: the `sub` of the customer's tokens.",
        ["phone"] = "Of the payer, for providers that ask the phone: 9 to 20 characters, digits, blanks, brackets and hyphens, a plus in front.",
        ["types"] = "The event types that are wanted; empty: all.",
        ["reason"] = "1 to 255 characters; kept with the refund.",
    };

    /// <summary>The schema of a text, or a list of texts, that takes certain words; null for every other member.</summary>
    public static JsonObject? SchemaOf(string type, string member, bool isNullable)
    {
        if (!Words.TryGetValue($"{type}.{member}", out var words) && !Words.TryGetValue(member, out words))
            return null;
        var text = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. words.Select(word => (JsonNode)word)]) };
        return member is "exceptions" or "types"
            ? ApiSchemas.OrNull(new JsonObject { ["type"] = "array", ["items"] = text }, isNullable)
            : ApiSchemas.OrNull(text, isNullable);
    }

    public static string? TextOf(string type, string member) => Texts.GetValueOrDefault($"{type}.{member}") ?? Texts.GetValueOrDefault(member);

    private static List<string> Of<T>() where T : struct, Enum => [.. Enum.GetValues<T>().Select(value => Core.Common.Words.Of(value))];
}
