using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Providers.Stripe;

/// <summary>Stripe's events: <c>Stripe-Signature: t=…,v1=…[,v1=…]</c> over time and raw body, and what each type says.</summary>
internal static class StripeWebhook
{
    public const string SignatureHeader = "stripe-signature";

    private const int HeaderLengthMax = 4096;
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(300);

    public static WebhookVerification Verify(string secret, InboundRequest request)
    {
        var header = request.Header(SignatureHeader);
        var parts = header.Length <= HeaderLengthMax ? header.Split(',') : [];
        var times = parts.Where(part => part.StartsWith("t=", StringComparison.Ordinal)).Select(part => part[2..]).ToList();
        var time = times.Count == 1 ? times[0] : "";
        if (!long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            return Signature.Check(secret, given: null, Compute);
        if (Math.Abs(request.ReceivedAt.ToUnixTimeSeconds() - seconds) > Tolerance.TotalSeconds)
            return new WebhookVerification.Rejected("the signature is older or newer than 300 s");

        // Several while a secret is being rolled. v0 is a decoy, and so is everything else.
        WebhookVerification verdict = Signature.Check(secret, given: null, Compute);
        foreach (var given in parts.Where(part => part.StartsWith("v1=", StringComparison.Ordinal)).Select(part => part[3..]))
        {
            verdict = Signature.Check(secret, given.Any(char.IsAsciiLetterUpper) ? "" : given, Compute);
            if (verdict is WebhookVerification.Verified)
                return verdict;
        }
        return verdict;

        byte[] Compute(byte[] key) => Sign(key, time, request.Body.Span);
    }

    /// <summary>HMAC-SHA256 of time, dot and body under the whole secret, its <c>whsec_</c> included.</summary>
    public static byte[] Sign(byte[] key, string time, ReadOnlySpan<byte> body)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        mac.AppendData(Encoding.UTF8.GetBytes(time + "."));
        mac.AppendData(body);
        return mac.GetHashAndReset();
    }

    public static WebhookReading Parse(InboundRequest request)
    {
        var received = StripeJson.Read(request.Body, StripeJson.Default.StripeEvent);
        if (received is not { Id: { Length: > 0 } id, Type: { Length: > 0 } type, Data.Object: { ValueKind: JsonValueKind.Object } about })
            return new WebhookReading.Unreadable("No event of Stripe's: id, type or data.object is missing") { DedupeKey = "body:" + Convert.ToHexStringLower(SHA256.HashData(request.Body.Span)) };
        return Read(type, about, id) with
        {
            EventType = type,
            Mode = received.Livemode is { } isLive ? isLive ? Mode.Live : Mode.Test : null,
        };
    }

    private static WebhookReading Read(string type, JsonElement about, string id) => type switch
    {
        "checkout.session.completed" or "checkout.session.async_payment_succeeded" or "checkout.session.async_payment_failed" or "checkout.session.expired" => OfSession(type, about, id),
        "payment_intent.succeeded" or "payment_intent.payment_failed" or "payment_intent.processing" or "payment_intent.requires_action" or "payment_intent.canceled"
            or "payment_intent.amount_capturable_updated" => OfIntent(type, about, id),
        "refund.created" or "refund.updated" or "refund.failed" or "charge.refund.updated" => OfRefund(about, id),
        "charge.refunded" => OfRefundedCharge(about, id),
        "charge.dispute.created" or "charge.dispute.updated" or "charge.dispute.closed" or "charge.dispute.funds_withdrawn" or "charge.dispute.funds_reinstated" => OfDispute(about, id),
        _ => new WebhookReading.Irrelevant { DedupeKey = id },
    };

    private static WebhookReading OfSession(string type, JsonElement about, string id)
    {
        if (StripeJson.Read(about, StripeJson.Default.StripeSession) is not { Id: { Length: > 0 } } session)
            return Unreadable("The event has no readable session", id);
        if (session.Mode is not (null or "payment"))
            return new WebhookReading.Irrelevant { DedupeKey = id };
        var reading = StripeReading.Of(session);
        if (type == "checkout.session.async_payment_failed" && reading.Fact == ObservedFact.Pending)
            reading = reading with { Fact = ObservedFact.Failed };
        if (reading.Fact == ObservedFact.Succeeded && reading.Received is null)
            return new WebhookReading.AskProvider { DedupeKey = id, Reference = session.Id, OurReference = session.ClientReferenceId };
        return new WebhookReading.PaymentSays(reading) { DedupeKey = id, Reference = session.Id, OurReference = session.ClientReferenceId };
    }

    private static WebhookReading OfIntent(string type, JsonElement about, string id)
    {
        if (StripeJson.Read(about, StripeJson.Default.StripeIntent) is not { Id: { Length: > 0 } } intent)
            return Unreadable("The event has no readable payment intent", id);
        var ours = intent.Metadata?.GetValueOrDefault(StripeReading.AttemptKey);
        var reading = StripeReading.Of(intent, isFailedTry: type == "payment_intent.payment_failed");
        return reading is { Fact: ObservedFact.Succeeded, Received: null }
            ? new WebhookReading.AskProvider { DedupeKey = id, Reference = intent.Id, OurReference = ours }
            : new WebhookReading.PaymentSays(reading) { DedupeKey = id, Reference = intent.Id, OurReference = ours };
    }

    private static WebhookReading OfRefund(JsonElement about, string id)
    {
        if (StripeJson.Read(about, StripeJson.Default.StripeRefund) is not { Id: { Length: > 0 } } refund)
            return Unreadable("The event has no readable refund", id);
        var reference = StripeJson.IdOf(refund.PaymentIntent) ?? StripeJson.IdOf(refund.Charge);
        return StripeReading.RefundState(refund.Status) is { } state
            ? new WebhookReading.RefundSays(refund.Id, state, StripeMoney.FromWire(refund.Amount, refund.Currency))
            {
                DedupeKey = id,
                Reference = reference,
                OurRefundReference = refund.Metadata?.GetValueOrDefault(StripeReading.RefundKey),
                FailureMessage = state == RefundStatus.Failed ? refund.FailureReason ?? refund.Status : null,
            }
            : UnknownWord(refund.Status, id, reference);
    }

    /// <summary>A sum over all refunds; accounts on old API versions get no other event about a refund that was made in the dashboard.</summary>
    private static WebhookReading OfRefundedCharge(JsonElement about, string id) =>
        StripeJson.Read(about, StripeJson.Default.StripeCharge) is { } charge
            ? new WebhookReading.AskProvider { DedupeKey = id, Reference = StripeJson.IdOf(charge.PaymentIntent) ?? charge.Id }
            : Unreadable("The event has no readable charge", id);

    private static WebhookReading OfDispute(JsonElement about, string id)
    {
        if (StripeJson.Read(about, StripeJson.Default.StripeDispute) is not { Id: { Length: > 0 } } dispute)
            return Unreadable("The event has no readable dispute", id);
        if (StripeReading.IsInquiry(dispute.Status))
            return new WebhookReading.Irrelevant { DedupeKey = id };
        var reference = StripeJson.IdOf(dispute.PaymentIntent) ?? StripeJson.IdOf(dispute.Charge);
        if (StripeReading.DisputeState(dispute.Status) is not { } state)
            return UnknownWord(dispute.Status, id, reference);
        if (StripeMoney.FromWire(dispute.Amount, dispute.Currency) is not { } amount)
            return Unreadable("The dispute has no amount that we know", id);
        return new WebhookReading.DisputeSays(dispute.Id, state, amount, dispute.Reason, StripeProvider.Moment(dispute.EvidenceDetails?.DueBy)) { DedupeKey = id, Reference = reference };
    }

    private static WebhookReading.PaymentSays UnknownWord(string? word, string id, string? reference) =>
        new(new StatusReading(ObservedFact.Unrecognised, word)) { DedupeKey = id, Reference = reference };

    private static WebhookReading.Unreadable Unreadable(string reason, string id) => new(reason) { DedupeKey = id };
}
