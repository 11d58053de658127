using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Providers.Stripe;

/// <summary>Stripe's words in ours, the same for answers and events. Every list of words is open: a new one changes nothing.</summary>
internal static class StripeReading
{
    /// <summary>Our attempt's id stands on the session and again on its payment intent: Stripe does not copy it.</summary>
    public const string AttemptKey = "attempt_id";
    public const string RefundKey = "refund_id";

    public static ObservedFact SessionFact(string? status, string? paymentStatus) => (status, paymentStatus) switch
    {
        ("open", _) => ObservedFact.Pending,
        ("expired", _) => ObservedFact.Expired,
        ("complete", "paid") => ObservedFact.Succeeded,
        // A method that takes days: money is on its way, or will fail.
        ("complete", "unpaid" or null) => ObservedFact.Pending,
        // "no_payment_required" moves no money, and we never ask for none.
        _ => ObservedFact.Unrecognised,
    };

    /// <summary>Of an intent inside a session: a declined card puts it back to the beginning and the payer may try again.</summary>
    public static ObservedFact IntentFact(string? status) => status switch
    {
        "requires_payment_method" or "requires_confirmation" or "requires_action" or "processing" or "requires_capture" => ObservedFact.Pending,
        "succeeded" => ObservedFact.Succeeded,
        "canceled" => ObservedFact.Cancelled,
        _ => ObservedFact.Unrecognised,
    };

    /// <summary>Of one charge. A failed one is a card that was declined; another charge may follow it.</summary>
    public static ObservedFact ChargeFact(string? status) => status switch
    {
        "pending" => ObservedFact.Pending,
        "succeeded" => ObservedFact.Succeeded,
        "failed" => ObservedFact.Failed,
        _ => ObservedFact.Unrecognised,
    };

    public static RefundStatus? RefundState(string? status) => status switch
    {
        "pending" or "requires_action" => RefundStatus.Pending,
        "succeeded" => RefundStatus.Succeeded,
        "failed" or "canceled" => RefundStatus.Failed,
        _ => null,
    };

    /// <summary>Null for inquiries (<c>warning_*</c>), which move no money, and for unknown words.</summary>
    public static DisputeStatus? DisputeState(string? status) => status switch
    {
        "needs_response" or "under_review" or "appeal_needs_response" or "appeal_under_review" => DisputeStatus.Open,
        "won" or "prevented" => DisputeStatus.Won,
        "lost" => DisputeStatus.Lost,
        _ => null,
    };

    public static bool IsInquiry(string? status) => status is "warning_needs_response" or "warning_under_review" or "warning_closed";

    /// <summary>The receipt is the payment intent in every report, so that session, intent and query count its money once.</summary>
    public static StatusReading Of(StripeSession session)
    {
        var intent = StripeJson.Read(session.PaymentIntent, StripeJson.Default.StripeIntent);
        var intentId = StripeJson.IdOf(session.PaymentIntent);
        var fact = SessionFact(session.Status, session.PaymentStatus);
        // A method that takes days has failed: the session stays complete and unpaid, only the intent tells.
        if (session is { Status: "complete", PaymentStatus: "unpaid" })
            fact = intent?.Status switch { "requires_payment_method" => ObservedFact.Failed, "canceled" => ObservedFact.Cancelled, _ => fact };
        var charge = intent is null ? null : StripeJson.Read(intent.LatestCharge, StripeJson.Default.StripeCharge);
        return new StatusReading(fact, session.Status == "complete" ? session.PaymentStatus ?? session.Status : session.Status)
        {
            Reference = session.Id,
            Reference2 = intentId,
            ReceiptReference = fact == ObservedFact.Succeeded ? intentId : null,
            Received = fact == ObservedFact.Succeeded ? StripeMoney.FromWire(session.AmountTotal, session.Currency) : null,
            Refunded = charge is null ? null : StripeMoney.FromWire(charge.AmountRefunded, charge.Currency),
            ErrorMessage = intent?.LastPaymentError?.Message,
            ProviderErrorCode = CodeOf(intent?.LastPaymentError),
        };
    }

    public static StatusReading Of(StripeIntent intent, bool isFailedTry)
    {
        var fact = isFailedTry && intent.Status != "canceled" ? ObservedFact.Pending : IntentFact(intent.Status);
        return new StatusReading(fact, intent.Status)
        {
            Reference2 = intent.Id,
            ReceiptReference = fact == ObservedFact.Succeeded ? intent.Id : null,
            Received = fact == ObservedFact.Succeeded ? StripeMoney.FromWire(intent.AmountReceived, intent.Currency) : null,
            ErrorMessage = intent.LastPaymentError?.Message,
            ProviderErrorCode = CodeOf(intent.LastPaymentError),
        };
    }

    private static string? CodeOf(StripeError? error) => error?.DeclineCode ?? error?.Code;
}
