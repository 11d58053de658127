using PaymentAdmin.Core;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Webhooks;

namespace PaymentAdmin.Tests.Payments;

public sealed class PaymentDecisionTests
{
    private static readonly PaymentStatus[] Statuses = Enum.GetValues<PaymentStatus>();
    private static readonly ObservedFact[] Facts = Enum.GetValues<ObservedFact>();

    [Fact]
    public void Every_state_meets_every_fact_and_stays_within_the_allowed_changes()
    {
        var seen = 0;
        foreach (var (payment, attempt, observed) in Everything())
        {
            var decision = PaymentDecision.For(payment, attempt, observed);
            seen++;
            Assert.NotEmpty(decision.Sentence);
            Assert.True(decision.CountMinor >= 0);
            if (decision.Status is { } next)
                Assert.True(PaymentTransition.IsAllowed(payment.Status, next), $"{payment.Status} → {next} by {observed.Fact}");
            if (payment.Status == PaymentStatus.Succeeded)
                Assert.Null(decision.Status);
            if (decision.Attempt is { } attemptNext && attempt is { Status: AttemptStatus.Succeeded })
                Assert.Equal(AttemptStatus.Succeeded, attemptNext);
            var after = decision.Status ?? payment.Status;
            if (after == PaymentStatus.InReview)
                Assert.True(decision.OpenReviews != PaymentExceptions.None || decision.Status is null && payment.OpenReviews == PaymentExceptions.None, $"review without a question: {payment} {observed}");
        }
        Assert.True(seen > 20_000, $"only {seen} cases");
    }

    [Fact]
    public void Success_needs_verified_money_or_a_person()
    {
        foreach (var (payment, attempt, observed) in Everything().Where(row => row.Item1.Status != PaymentStatus.Succeeded))
        {
            if (PaymentDecision.For(payment, attempt, observed).Status != PaymentStatus.Succeeded)
                continue;
            var byMoney = observed.Fact is ObservedFact.Succeeded or ObservedFact.ProofApproved && observed.Money is { } money && money.Currency == payment.Currency;
            var byPerson = observed.Fact is ObservedFact.ReceivedAccepted or ObservedFact.DifferenceWrittenOff or ObservedFact.HoldReleased && payment.ReceivedMinor > 0;
            Assert.True(byMoney || byPerson, $"{payment} {observed}");
        }
    }

    [Theory]
    [InlineData(PaymentStatus.Created)]
    [InlineData(PaymentStatus.Pending)]
    [InlineData(PaymentStatus.InReview)]
    public void Exact_money_succeeds(PaymentStatus status)
    {
        var decision = PaymentDecision.For(Facts1(status), Attempt(), Paid(10_000));

        Assert.Equal(PaymentStatus.Succeeded, decision.Status);
        Assert.Equal(10_000, decision.CountMinor);
        Assert.Equal(PaymentExceptions.None, decision.Add);
    }

    [Theory]
    [InlineData(9_999)]
    [InlineData(10_001)]
    [InlineData(1)]
    public void Other_money_waits_for_a_person_and_is_counted(long minor)
    {
        var decision = PaymentDecision.For(Facts1(PaymentStatus.Pending), Attempt(), Paid(minor));

        Assert.Equal(PaymentStatus.InReview, decision.Status);
        Assert.Equal(minor, decision.CountMinor);
        Assert.Equal(PaymentExceptions.AmountMismatch, decision.Add);
        Assert.Equal(IntegrityVerdict.AmountDiffers, decision.Integrity);
    }

    [Fact]
    public void Other_currency_is_held_and_not_counted()
    {
        var decision = PaymentDecision.For(Facts1(PaymentStatus.Pending), Attempt(), new(ObservedFact.Succeeded, new Money(10_000, "USD"), false));

        Assert.Equal(PaymentStatus.InReview, decision.Status);
        Assert.Equal(0, decision.CountMinor);
        Assert.True(decision.HoldsReceipt);
        Assert.Equal(IntegrityVerdict.CurrencyDiffers, decision.Integrity);
    }

    [Theory]
    [InlineData(PaymentStatus.Failed)]
    [InlineData(PaymentStatus.Cancelled)]
    [InlineData(PaymentStatus.Expired)]
    public void Late_full_money_succeeds_and_is_flagged(PaymentStatus status)
    {
        var decision = PaymentDecision.For(Facts1(status), Attempt(AttemptStatus.Failed), Paid(10_000));

        Assert.Equal(PaymentStatus.Succeeded, decision.Status);
        Assert.Equal(PaymentExceptions.PaidLate, decision.Add);
    }

    [Fact]
    public void Late_other_money_fills_received_and_leaves_the_status()
    {
        var decision = PaymentDecision.For(Facts1(PaymentStatus.Expired), Attempt(AttemptStatus.Expired), Paid(5_000));

        Assert.Null(decision.Status);
        Assert.Equal(5_000, decision.CountMinor);
    }

    [Fact]
    public void Second_paid_attempt_is_a_duplicate_charge()
    {
        var decision = PaymentDecision.For(Facts1(PaymentStatus.Succeeded) with { ReceivedMinor = 10_000, AnotherAttemptPaid = true }, Attempt(), Paid(10_000));

        Assert.Null(decision.Status);
        Assert.Equal(10_000, decision.CountMinor);
        Assert.Equal(PaymentExceptions.DuplicateCharge, decision.Add);
    }

    [Fact]
    public void Late_failure_lowers_nothing()
    {
        var decision = PaymentDecision.For(Facts1(PaymentStatus.Succeeded) with { ReceivedMinor = 10_000 }, Attempt(AttemptStatus.Succeeded), new(ObservedFact.Failed, null, false));

        Assert.Null(decision.Status);
        Assert.Null(decision.Attempt);
    }

    [Fact]
    public void Decline_ends_a_payment_made_with_its_provider_only()
    {
        var failed = new ObservedFacts(ObservedFact.Failed, null, false);

        Assert.Equal(PaymentStatus.Failed, PaymentDecision.For(Facts1(PaymentStatus.Pending), Attempt(), failed).Status);
        Assert.Null(PaymentDecision.For(Facts1(PaymentStatus.Pending) with { EndsWithFirstAttempt = false }, Attempt(), failed).Status);
        Assert.Equal(PaymentStatus.Pending, PaymentDecision.For(Facts1(PaymentStatus.Created) with { EndsWithFirstAttempt = false }, Attempt(AttemptStatus.Created), failed).Status);
    }

    [Fact]
    public void Risky_success_is_held_until_released()
    {
        var held = PaymentDecision.For(Facts1(PaymentStatus.Pending) with { HoldsForRisk = true }, Attempt(), Paid(10_000));
        Assert.Equal(PaymentStatus.InReview, held.Status);
        Assert.Equal(10_000, held.CountMinor);

        var released = PaymentDecision.For(Facts1(PaymentStatus.InReview) with { HoldsForRisk = true, ReceivedMinor = 10_000, OpenReviews = PaymentExceptions.Risk }, null, new(ObservedFact.HoldReleased, null, false));
        Assert.Equal(PaymentStatus.Succeeded, released.Status);
    }

    [Fact]
    public void Accepting_less_opens_the_payment_for_the_rest()
    {
        var accepted = PaymentDecision.For(Facts1(PaymentStatus.InReview) with { ReceivedMinor = 4_000, OpenReviews = PaymentExceptions.AmountMismatch }, null, new(ObservedFact.ReceivedAccepted, null, false));
        Assert.Equal(PaymentStatus.Pending, accepted.Status);
        Assert.Equal(PaymentExceptions.Underpaid, accepted.Add);

        var rest = PaymentDecision.For(Facts1(PaymentStatus.Pending) with { ReceivedMinor = 4_000 }, Attempt() with { AmountMinor = 6_000 }, Paid(6_000));
        Assert.Equal(PaymentStatus.Succeeded, rest.Status);
    }

    [Fact]
    public void Accepting_more_succeeds_as_overpaid()
    {
        var accepted = PaymentDecision.For(Facts1(PaymentStatus.InReview) with { ReceivedMinor = 12_000, OpenReviews = PaymentExceptions.AmountMismatch }, null, new(ObservedFact.ReceivedAccepted, null, false));

        Assert.Equal(PaymentStatus.Succeeded, accepted.Status);
        Assert.Equal(PaymentExceptions.Overpaid, accepted.Add);
    }

    [Fact]
    public void Unrecognised_word_changes_nothing()
    {
        foreach (var status in Statuses)
        {
            var decision = PaymentDecision.For(Facts1(status), Attempt(), new(ObservedFact.Unrecognised, null, false));
            Assert.Null(decision.Status);
            Assert.Null(decision.Attempt);
            Assert.Equal(0, decision.CountMinor);
        }
    }

    private static PaymentFacts Facts1(PaymentStatus status) => new(status, PaymentExceptions.None, 10_000, "KZT", 0, EndsWithFirstAttempt: true, HoldsForRisk: false, OtherOpenAttempts: 0, AnotherAttemptPaid: false);

    private static AttemptFacts Attempt(AttemptStatus status = AttemptStatus.Pending) => new(status, 10_000, 0);

    private static ObservedFacts Paid(long minor) => new(ObservedFact.Succeeded, new Money(minor, "KZT"), false);

    private static IEnumerable<(PaymentFacts, AttemptFacts?, ObservedFacts)> Everything()
    {
        Money?[] moneys = [null, new Money(10_000, "KZT"), new Money(4_000, "KZT"), new Money(6_000, "KZT"), new Money(10_000, "USD")];
        foreach (var status in Statuses)
        {
            PaymentExceptions[] reviews = status == PaymentStatus.InReview
                ? [PaymentExceptions.OutcomeUnknown, PaymentExceptions.AmountMismatch, PaymentExceptions.CurrencyMismatch, PaymentExceptions.Risk, PaymentExceptions.Manual, PaymentExceptions.Manual | PaymentExceptions.AmountMismatch]
                : [PaymentExceptions.None];
            foreach (var review in reviews)
                foreach (var received in (long[])[0, 4_000, 10_000, 14_000])
                    foreach (var ends in (bool[])[true, false])
                        foreach (var holds in (bool[])[true, false])
                            foreach (var other in (int[])[0, 1])
                                foreach (var attempt in Enum.GetValues<AttemptStatus>().Select(value => (AttemptFacts?)new AttemptFacts(value, 10_000, 0)).Append(null))
                                    foreach (var fact in Facts)
                                        foreach (var money in fact is ObservedFact.Succeeded or ObservedFact.ProofApproved ? moneys : [null])
                                        {
                                            yield return (new PaymentFacts(status, review, 10_000, "KZT", received, ends, holds, other, AnotherAttemptPaid: other == 1), attempt, new ObservedFacts(fact, money, AlreadyCounted: false));
                                        }
        }
    }
}
