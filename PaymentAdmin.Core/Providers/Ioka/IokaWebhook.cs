using System.Security.Cryptography;
using System.Text;

namespace PaymentAdmin.Core.Providers.Ioka;

/// <summary>
/// Ioka's webhooks: signed over the canonical body (X-Signature), or over the raw one as source document 000 has it (X-Ioka-Signature).
/// They only say that something happened; the order is read before anything changes, as Ioka's events come out of order and a decline
/// leaves the order open.
/// </summary>
internal static class IokaWebhook
{
    public const string SignatureHeader = "x-signature";
    public const string DocumentHeader = "x-ioka-signature";

    /// <summary>Events that are not about an order: cards, payouts, splits, receipts.</summary>
    private static readonly string[] OtherKinds = ["CARD_", "PAYOUT_", "SPLIT_", "CHECK_", "INSTALLMENT_"];

    public static WebhookVerification Verify(string secret, InboundRequest request)
    {
        var canonical = request.Header(SignatureHeader);
        var document = request.Header(DocumentHeader);
        if (canonical.Length == 0)
            return Check(secret, document, request.Body.ToArray());
        var verdict = VerifyCanonical(secret, canonical, request.Body);
        // Both headers: both must hold.
        return verdict is WebhookVerification.Verified && document.Length > 0 ? Check(secret, document, request.Body.ToArray()) : verdict;
    }

    /// <summary>What a sender puts into <see cref="SignatureHeader"/>; null when the body is no JSON.</summary>
    public static string? Sign(string secret, ReadOnlyMemory<byte> body) =>
        IokaCanonical.Of(body, isSpaced: false) is { } text ? Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), text)) : null;

    public static WebhookReading Parse(InboundRequest request)
    {
        var said = IokaAnswer.Read(request.Body.Span, IokaJson.Default.IokaEvent);
        var canonical = IokaCanonical.Of(request.Body, isSpaced: false);
        // Ioka numbers no events: the same content is the same event, whatever the order of its members.
        var key = Convert.ToHexStringLower(SHA256.HashData(canonical ?? request.Body.ToArray()))[..40];
        if (said?.Event is not { Length: > 0 and <= 64 } type)
            return new WebhookReading.Unreadable("The body is no event of Ioka") { DedupeKey = key };
        var dedupe = $"{type}:{key}";
        var order = said.Order?.Id ?? said.Payment?.OrderId ?? said.Refund?.OrderId ?? said.Object?.Id;
        var ours = said.Order?.ExternalId ?? said.Object?.ExternalId;
        if (OtherKinds.Any(kind => type.StartsWith(kind, StringComparison.OrdinalIgnoreCase)))
            return new WebhookReading.Irrelevant { DedupeKey = dedupe, EventType = type, Reference = order, OurReference = ours };
        if (order is null && ours is null)
            return new WebhookReading.Unreadable("The event names no order") { DedupeKey = dedupe, EventType = type };
        return new WebhookReading.AskProvider { DedupeKey = dedupe, EventType = type, Reference = order, OurReference = ours, MerchantAccount = said.Order?.ShopId };
    }

    /// <summary>Compact as documented, spaced as observed, raw as the last try: a body that was signed before it was re-serialised.</summary>
    private static WebhookVerification VerifyCanonical(string secret, string signature, ReadOnlyMemory<byte> body)
    {
        if (IokaCanonical.Of(body, isSpaced: false) is not { } compact || IokaCanonical.Of(body, isSpaced: true) is not { } spaced)
            return new WebhookVerification.Rejected("the body is no JSON, or names a member twice");
        var verdict = Check(secret, signature, compact);
        if (verdict is not WebhookVerification.Verified)
            verdict = Check(secret, signature, spaced);
        return verdict is WebhookVerification.Verified ? verdict : Check(secret, signature, body.ToArray());
    }

    private static WebhookVerification Check(string secret, string signature, byte[] text) => Signature.Check(secret, signature, key => HMACSHA256.HashData(key, text));
}
