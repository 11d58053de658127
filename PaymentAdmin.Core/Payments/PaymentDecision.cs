using PaymentAdmin.Core.Webhooks;

namespace PaymentAdmin.Core.Payments;

/// <summary>What the decision needs to know of a payment.</summary>
public sealed record PaymentFacts(
    PaymentStatus Status,
    PaymentExceptions OpenReviews,
    long AmountMinor,
    string Currency,
    long ReceivedMinor,
    bool EndsWithFirstAttempt,
    bool HoldsForRisk,
    int OtherOpenAttempts,
    bool AnotherAttemptPaid);

/// <summary>What the decision needs to know of the attempt; null where the fact is about none.</summary>
public sealed record AttemptFacts(AttemptStatus Status, long AmountMinor, long ReceivedMinor);

/// <summary>The part of an observation that decides.</summary>
/// <param name="Money">Money not counted before; null when the fact brings none, or its receipt was counted already.</param>
/// <param name="AlreadyCounted">The receipt was counted earlier, under this or another report.</param>
public sealed record ObservedFacts(ObservedFact Fact, Money? Money, bool AlreadyCounted);

/// <summary>The answer: what changes, and what to say about it. Nothing else in the product decides about status.</summary>
public sealed record PaymentDecision
{
    public PaymentStatus? Status { get; init; }
    public AttemptStatus? Attempt { get; init; }

    /// <summary>Minor units to add to what was received.</summary>
    public long CountMinor { get; init; }

    /// <summary>The money came but may not be counted (another currency).</summary>
    public bool HoldsReceipt { get; init; }
    public PaymentExceptions Add { get; init; }
    public PaymentExceptions Remove { get; init; }
    public PaymentExceptions OpenReviews { get; init; }
    public IntegrityVerdict Integrity { get; init; } = IntegrityVerdict.Agrees;
    public required string Sentence { get; init; }

    /// <summary>
    /// The decision table, pure and total: every status meets every fact and has an answer.
    /// Laws: nothing leaves Succeeded; an exact verified payment succeeds from everywhere; any other amount waits for a person;
    /// a late failure never lowers a paid payment; unrecognised words and repeated facts change nothing.
    /// </summary>
    public static PaymentDecision For(PaymentFacts payment, AttemptFacts? attempt, ObservedFacts observed) => observed.Fact switch
    {
        ObservedFact.Succeeded or ObservedFact.ProofApproved => MoneyCame(payment, attempt, observed),
        ObservedFact.Pending => StillOpen(payment, attempt),
        ObservedFact.Failed => AttemptEnded(payment, attempt, AttemptStatus.Failed, PaymentStatus.Failed, "The provider declined the payment"),
        ObservedFact.Cancelled => AttemptEnded(payment, attempt, AttemptStatus.Cancelled, PaymentStatus.Cancelled, "The payer cancelled"),
        ObservedFact.Expired => AttemptEnded(payment, attempt, AttemptStatus.Expired, PaymentStatus.Expired, "The checkout expired at the provider"),
        ObservedFact.Replaced => AttemptEnded(payment with { EndsWithFirstAttempt = false }, attempt, AttemptStatus.Cancelled, PaymentStatus.Cancelled, "Closed at the provider, because the payer pays another way"),
        ObservedFact.NeverStarted => AttemptEnded(payment, attempt, AttemptStatus.Failed, PaymentStatus.Failed, "The provider does not know this checkout: it never took place"),
        ObservedFact.OutcomeUnknown => OutcomeUnknown(payment, attempt),
        ObservedFact.OutcomeUnresolvable => OutcomeUnresolvable(payment, attempt),
        ObservedFact.AmountContradicted => AmountContradicted(payment, attempt),
        ObservedFact.Unrecognised => Nothing(payment, "The provider used a word that we do not know; nothing was changed"),
        ObservedFact.DeadlinePassed => DeadlinePassed(payment),
        ObservedFact.CancelRequested => CancelRequested(payment),
        ObservedFact.ReceivedAccepted => ReceivedAccepted(payment),
        ObservedFact.DifferenceWrittenOff => DifferenceWrittenOff(payment),
        ObservedFact.EvidenceRejected => EvidenceRejected(payment, PaymentStatus.Pending, "The evidence was rejected; the payment waits on"),
        ObservedFact.EvidenceRejectedForGood => EvidenceRejected(payment, PaymentStatus.Cancelled, "The evidence was rejected and the payment cancelled"),
        ObservedFact.HoldReleased => HoldReleased(payment),
        ObservedFact.ProofSubmitted => ProofSubmitted(payment),
        ObservedFact.ProofRejected => ProofRejected(payment),
        _ => Nothing(payment, "Nothing was changed"),
    };

    private static PaymentDecision MoneyCame(PaymentFacts payment, AttemptFacts? attempt, ObservedFacts observed)
    {
        var manual = observed.Fact == ObservedFact.ProofApproved ? PaymentExceptions.Manual : PaymentExceptions.None;
        // A proof's money answers the proof's own review, whatever else is open.
        var reviews = payment.OpenReviews & ~manual & ~(attempt is null ? PaymentExceptions.None : PaymentExceptions.OutcomeUnknown);
        if (observed.AlreadyCounted)
            return Resolved(payment, reviews, "Said again; this money is counted already") with { Attempt = PaidAttempt(attempt) };
        if (observed.Money is not { } money)
            return Nothing(payment, "Called paid, but without an amount: nothing is counted before the amount is confirmed") with { Integrity = IntegrityVerdict.Unchecked };
        if (money.Currency != payment.Currency)
            return CurrencyDiffers(payment, reviews, attempt, money);

        var total = payment.ReceivedMinor + money.Minor;
        // Exact: this movement alone pays the whole, or the accepted rest that an attempt asked for.
        var exact = money.Minor == payment.AmountMinor || (attempt is not null && money.Minor == attempt.AmountMinor && total == payment.AmountMinor);
        var over = total > payment.AmountMinor;

        if (payment.Status == PaymentStatus.Succeeded)
        {
            return new PaymentDecision
            {
                Attempt = PaidAttempt(attempt),
                CountMinor = money.Minor,
                Add = manual | (payment.AnotherAttemptPaid ? PaymentExceptions.DuplicateCharge : PaymentExceptions.Overpaid),
                Integrity = IntegrityVerdict.Agrees,
                Sentence = payment.AnotherAttemptPaid
                    ? $"A second attempt was paid too: {MoneyFormat.Text(money.Minor, money.Currency)}. It should be refunded"
                    : $"More money came for a paid payment: {MoneyFormat.Text(money.Minor, money.Currency)}",
            };
        }

        var late = payment.Status is PaymentStatus.Failed or PaymentStatus.Cancelled or PaymentStatus.Expired;
        if (exact)
        {
            if (payment.HoldsForRisk && !late)
            {
                return new PaymentDecision
                {
                    Status = EnterReview(payment),
                    Attempt = PaidAttempt(attempt),
                    CountMinor = money.Minor,
                    Add = manual | PaymentExceptions.Risk,
                    Remove = PaymentExceptions.OutcomeUnknown & ~reviews,
                    OpenReviews = reviews | PaymentExceptions.Risk,
                    Sentence = $"Paid in full, {MoneyFormat.Text(money.Minor, money.Currency)}, and held because of its risk score",
                };
            }
            return new PaymentDecision
            {
                Status = PaymentStatus.Succeeded,
                Attempt = PaidAttempt(attempt),
                CountMinor = money.Minor,
                Add = manual | (late ? PaymentExceptions.PaidLate : 0) | (over ? PaymentExceptions.Overpaid : 0),
                // A contradicted amount that nobody counted is cleared up; one that was counted stays on record.
                Remove = PaymentExceptions.OutcomeUnknown | (payment.ReceivedMinor == 0 ? PaymentExceptions.AmountMismatch : PaymentExceptions.None),
                Sentence = late ? $"Paid in full after the end: {MoneyFormat.Text(money.Minor, money.Currency)}" : $"Paid in full: {MoneyFormat.Text(money.Minor, money.Currency)}",
            };
        }

        var differs = new PaymentDecision
        {
            Attempt = PaidAttempt(attempt),
            CountMinor = money.Minor,
            Add = manual | PaymentExceptions.AmountMismatch,
            Remove = PaymentExceptions.OutcomeUnknown & ~reviews,
            Integrity = IntegrityVerdict.AmountDiffers,
            Sentence = $"Received {MoneyFormat.Text(money.Minor, money.Currency)}, expected {MoneyFormat.Text(attempt?.AmountMinor ?? payment.AmountMinor, payment.Currency)}; a person decides",
        };
        return late ? differs : differs with { Status = EnterReview(payment), OpenReviews = reviews | PaymentExceptions.AmountMismatch };
    }

    private static PaymentDecision CurrencyDiffers(PaymentFacts payment, PaymentExceptions reviews, AttemptFacts? attempt, Money money)
    {
        var decision = new PaymentDecision
        {
            Attempt = attempt is { Status: AttemptStatus.Succeeded } ? null : AttemptStatus.Pending,
            HoldsReceipt = true,
            Add = PaymentExceptions.CurrencyMismatch,
            Integrity = IntegrityVerdict.CurrencyDiffers,
            OpenReviews = payment.OpenReviews,
            Sentence = $"Received {money.Currency} where {payment.Currency} was asked; the money is not counted, a person decides",
        };
        return payment.Status is PaymentStatus.Created or PaymentStatus.Pending or PaymentStatus.InReview
            ? decision with { Status = EnterReview(payment), OpenReviews = reviews | PaymentExceptions.CurrencyMismatch }
            : decision with { Attempt = null };
    }

    private static PaymentDecision AmountContradicted(PaymentFacts payment, AttemptFacts? attempt)
    {
        if (attempt is null or { Status: AttemptStatus.Succeeded })
            return Nothing(payment, "Another amount is claimed for money that is counted already") with { Integrity = IntegrityVerdict.AmountDiffers };
        var decision = new PaymentDecision
        {
            Attempt = attempt.Status == AttemptStatus.Pending ? null : AttemptStatus.Pending,
            Add = PaymentExceptions.AmountMismatch,
            OpenReviews = payment.OpenReviews,
            Integrity = IntegrityVerdict.AmountDiffers,
            Sentence = "Called paid, but another amount is claimed than was asked, and nobody confirms it; nothing is counted, a person decides",
        };
        return payment.Status is PaymentStatus.Created or PaymentStatus.Pending or PaymentStatus.InReview
            ? decision with { Status = EnterReview(payment), OpenReviews = payment.OpenReviews | PaymentExceptions.AmountMismatch }
            : decision with { Attempt = null };
    }

    private static PaymentDecision StillOpen(PaymentFacts payment, AttemptFacts? attempt)
    {
        var reviews = payment.OpenReviews & ~PaymentExceptions.OutcomeUnknown;
        var attemptStatus = attempt is { Status: AttemptStatus.Created or AttemptStatus.Unknown } ? AttemptStatus.Pending : (AttemptStatus?)null;
        if (attempt is { Status: not (AttemptStatus.Created or AttemptStatus.Unknown or AttemptStatus.Pending) })
            return Nothing(payment, "Said to be open, but this attempt has ended");
        return payment.Status switch
        {
            PaymentStatus.Created => new() { Status = PaymentStatus.Pending, Attempt = attemptStatus, Sentence = "The provider waits for the payer" },
            PaymentStatus.InReview => Resolved(payment, reviews, "The provider waits for the payer") with { Attempt = attemptStatus },
            _ => Nothing(payment, "Still open") with { Attempt = attemptStatus },
        };
    }

    private static PaymentDecision AttemptEnded(PaymentFacts payment, AttemptFacts? attempt, AttemptStatus attemptEnd, PaymentStatus paymentEnd, string sentence)
    {
        if (attempt is { Status: AttemptStatus.Succeeded })
            return Nothing(payment, $"{sentence}; but this attempt was paid, so nothing is lowered");
        if (attempt is { Status: AttemptStatus.Failed or AttemptStatus.Cancelled or AttemptStatus.Expired })
            return Nothing(payment, sentence);
        var reviews = payment.OpenReviews & ~PaymentExceptions.OutcomeUnknown;
        var decision = new PaymentDecision
        {
            Attempt = attempt is null ? null : attemptEnd,
            Remove = payment.OpenReviews.HasFlag(PaymentExceptions.OutcomeUnknown) ? PaymentExceptions.OutcomeUnknown : PaymentExceptions.None,
            OpenReviews = payment.Status == PaymentStatus.InReview ? reviews : PaymentExceptions.None,
            Sentence = sentence,
        };
        var ends = payment.EndsWithFirstAttempt && payment.OtherOpenAttempts == 0 && payment.ReceivedMinor == 0 && reviews == PaymentExceptions.None;
        return payment.Status switch
        {
            PaymentStatus.Created or PaymentStatus.Pending when ends => decision with { Status = paymentEnd },
            PaymentStatus.Created => decision with { Status = PaymentStatus.Pending },
            // in_review never expires by the contract's list: an unknown attempt that turns out expired has failed.
            PaymentStatus.InReview when ends => decision with { Status = paymentEnd == PaymentStatus.Expired ? PaymentStatus.Failed : paymentEnd },
            PaymentStatus.InReview when reviews == PaymentExceptions.None => decision with { Status = PaymentStatus.Pending },
            _ => decision,
        };
    }

    private static PaymentDecision OutcomeUnknown(PaymentFacts payment, AttemptFacts? attempt) =>
        attempt is { Status: not (AttemptStatus.Created or AttemptStatus.Pending) }
            ? Nothing(payment, "No answer; the attempt's state is known")
            : new()
            {
                Status = payment.Status == PaymentStatus.Created ? PaymentStatus.Pending : null,
                Attempt = AttemptStatus.Unknown,
                OpenReviews = payment.OpenReviews,
                Sentence = "No answer: the outcome is unknown. The provider is asked; nothing is sent again",
            };

    private static PaymentDecision OutcomeUnresolvable(PaymentFacts payment, AttemptFacts? attempt)
    {
        if (attempt is { Status: not (AttemptStatus.Created or AttemptStatus.Pending or AttemptStatus.Unknown) })
            return Nothing(payment, "The attempt's state is known");
        var decision = new PaymentDecision
        {
            Attempt = AttemptStatus.Unknown,
            Add = PaymentExceptions.OutcomeUnknown,
            OpenReviews = payment.OpenReviews,
            Sentence = "The outcome is unknown and the provider cannot be asked; a person looks it up there",
        };
        return payment.Status is PaymentStatus.Created or PaymentStatus.Pending or PaymentStatus.InReview
            ? decision with { Status = EnterReview(payment), OpenReviews = payment.OpenReviews | PaymentExceptions.OutcomeUnknown }
            : decision;
    }

    private static PaymentDecision DeadlinePassed(PaymentFacts payment) =>
        payment.Status is PaymentStatus.Created or PaymentStatus.Pending
            ? new() { Status = PaymentStatus.Expired, Sentence = "The time to pay is over and nobody paid" }
            : Nothing(payment, "The time to pay is over");

    private static PaymentDecision CancelRequested(PaymentFacts payment) =>
        payment.Status is PaymentStatus.Created or PaymentStatus.Pending or PaymentStatus.InReview
            ? new() { Status = PaymentStatus.Cancelled, Sentence = "Cancelled" }
            : Nothing(payment, "It cannot be cancelled any more");

    private static PaymentDecision ReceivedAccepted(PaymentFacts payment)
    {
        var short_ = payment.ReceivedMinor < payment.AmountMinor;
        var flag = short_ ? PaymentExceptions.Underpaid : payment.ReceivedMinor > payment.AmountMinor ? PaymentExceptions.Overpaid : PaymentExceptions.None;
        var reviews = payment.OpenReviews & ~PaymentExceptions.AmountMismatch;
        return payment.Status switch
        {
            PaymentStatus.InReview when payment.ReceivedMinor > 0 && payment.OpenReviews.HasFlag(PaymentExceptions.AmountMismatch) => short_
                ? Resolved(payment, reviews, "What came was accepted; the rest can still be paid") with { Add = flag }
                : new() { Status = PaymentStatus.Succeeded, Add = flag, Sentence = "What came was accepted as payment" },
            PaymentStatus.Failed or PaymentStatus.Cancelled or PaymentStatus.Expired when payment.ReceivedMinor > 0 && !short_ =>
                new() { Status = PaymentStatus.Succeeded, Add = flag | PaymentExceptions.PaidLate, Sentence = "What came late was accepted as payment" },
            PaymentStatus.Failed or PaymentStatus.Cancelled or PaymentStatus.Expired when payment.ReceivedMinor > 0 =>
                Nothing(payment, "Part of the money came after the end; it can be written off or refunded") with { Add = flag },
            _ => Nothing(payment, "There is nothing to accept"),
        };
    }

    private static PaymentDecision DifferenceWrittenOff(PaymentFacts payment)
    {
        var late = payment.Status is PaymentStatus.Failed or PaymentStatus.Cancelled or PaymentStatus.Expired;
        var open = payment.Status == PaymentStatus.InReview || (payment.Status == PaymentStatus.Pending && payment.ReceivedMinor > 0);
        return (late || open) && payment.ReceivedMinor > 0 && payment.ReceivedMinor < payment.AmountMinor
            ? new() { Status = PaymentStatus.Succeeded, Add = PaymentExceptions.Underpaid | (late ? PaymentExceptions.PaidLate : 0), Sentence = "The missing rest was written off" }
            : Nothing(payment, "There is no difference to write off");
    }

    private static PaymentDecision EvidenceRejected(PaymentFacts payment, PaymentStatus next, string sentence) =>
        payment.Status == PaymentStatus.InReview
            ? new() { Status = next, Remove = PaymentExceptions.OutcomeUnknown, Sentence = sentence }
            : Nothing(payment, "Nothing waits for a decision");

    private static PaymentDecision HoldReleased(PaymentFacts payment)
    {
        if (payment.Status != PaymentStatus.InReview || !payment.OpenReviews.HasFlag(PaymentExceptions.Risk))
            return Nothing(payment, "Nothing is held");
        return payment.OpenReviews == PaymentExceptions.Risk && payment.ReceivedMinor >= payment.AmountMinor
            ? new() { Status = PaymentStatus.Succeeded, Sentence = "Released from the risk hold" }
            : Resolved(payment, payment.OpenReviews & ~PaymentExceptions.Risk, "Released from the risk hold");
    }

    private static PaymentDecision ProofSubmitted(PaymentFacts payment) => payment.Status switch
    {
        PaymentStatus.Created or PaymentStatus.Pending or PaymentStatus.InReview =>
            new() { Status = EnterReview(payment), Add = PaymentExceptions.Manual, OpenReviews = payment.OpenReviews | PaymentExceptions.Manual, Sentence = "A proof of payment was submitted; a person checks it" },
        _ => Nothing(payment, "A proof of payment was submitted after the end; a person checks it") with { Add = PaymentExceptions.Manual },
    };

    private static PaymentDecision ProofRejected(PaymentFacts payment) =>
        payment.Status == PaymentStatus.InReview && payment.OpenReviews.HasFlag(PaymentExceptions.Manual)
            ? Resolved(payment, payment.OpenReviews & ~PaymentExceptions.Manual, "The proof was rejected")
            : Nothing(payment, "The proof was rejected");

    /// <summary>A question is answered: out of review when it was the last one.</summary>
    private static PaymentDecision Resolved(PaymentFacts payment, PaymentExceptions reviews, string sentence)
    {
        var remove = payment.OpenReviews.HasFlag(PaymentExceptions.OutcomeUnknown) && !reviews.HasFlag(PaymentExceptions.OutcomeUnknown) ? PaymentExceptions.OutcomeUnknown : PaymentExceptions.None;
        var decision = new PaymentDecision { Remove = remove, OpenReviews = reviews, Sentence = sentence };
        return payment.Status == PaymentStatus.InReview && reviews == PaymentExceptions.None ? decision with { Status = PaymentStatus.Pending } : decision;
    }

    private static PaymentDecision Nothing(PaymentFacts payment, string sentence) => new() { OpenReviews = payment.OpenReviews, Sentence = sentence };

    private static PaymentStatus? EnterReview(PaymentFacts payment) => payment.Status == PaymentStatus.InReview ? null : PaymentStatus.InReview;

    private static AttemptStatus? PaidAttempt(AttemptFacts? attempt) => attempt is null or { Status: AttemptStatus.Succeeded } ? null : AttemptStatus.Succeeded;
}
