namespace PaymentAdmin.Core.Demo;

/// <summary>What became of a payment of the demo.</summary>
internal enum DemoStory
{
    Paid,
    Refunded,
    PartlyRefunded,
    RefundedTwice,
    RefundPending,
    RefundUnknown,
    RefundFailed,
    RefundRequested,
    PaidLate,
    PaidTwice,
    ShortAccepted,
    ShortWrittenOff,
    OverAccepted,
    AmountDiffers,
    CurrencyDiffers,
    OutcomeUnknown,
    UnknownThenPaid,
    RiskHeld,
    RiskReleased,
    Disputed,
    Declined,
    Cancelled,
    CancelledByOperator,
    Expired,
    Pending,
    Created,
    ProofWaiting,
}

/// <summary>How often each story is told, and how long ago it may have begun.</summary>
internal static class DemoStories
{
    public const int Total = 200;
    public const int Proofs = 4;

    private static readonly (DemoStory Story, int Times)[] Shares =
    [
        (DemoStory.Refunded, 8), (DemoStory.PartlyRefunded, 8), (DemoStory.RefundedTwice, 3), (DemoStory.RefundPending, 2), (DemoStory.RefundUnknown, 2),
        (DemoStory.RefundFailed, 3), (DemoStory.RefundRequested, 2), (DemoStory.PaidLate, 4), (DemoStory.PaidTwice, 2), (DemoStory.ShortAccepted, 1),
        (DemoStory.ShortWrittenOff, 2), (DemoStory.OverAccepted, 2), (DemoStory.AmountDiffers, 3), (DemoStory.CurrencyDiffers, 1), (DemoStory.OutcomeUnknown, 3),
        (DemoStory.UnknownThenPaid, 2), (DemoStory.RiskHeld, 2), (DemoStory.RiskReleased, 1), (DemoStory.Disputed, 1), (DemoStory.Declined, 18),
        (DemoStory.Cancelled, 10), (DemoStory.CancelledByOperator, 2), (DemoStory.Expired, 12), (DemoStory.Pending, 10), (DemoStory.Created, 3),
        (DemoStory.ProofWaiting, Proofs),
    ];

    /// <summary>
    /// All the stories of a demo, dealt like cards: those of one kind go to one route after the other, so that every provider has some of the
    /// common ones. What the shares leave is simply paid.
    /// </summary>
    public static IReadOnlyList<(DemoStory Story, int Route)> Dealt(int routes)
    {
        var told = Shares.SelectMany(share => Enumerable.Repeat(share.Story, share.Times)).ToList();
        var all = told.Concat(Enumerable.Repeat(DemoStory.Paid, Total - told.Count));
        return all.Select((story, index) => (story, index % routes)).ToList();
    }

    /// <summary>Something that still waits began lately; the rest is spread over the last month.</summary>
    public static TimeSpan Age(DemoStory story, Random chance) => story switch
    {
        DemoStory.Pending => TimeSpan.FromMinutes(chance.Next(2, 180)),
        DemoStory.Created => TimeSpan.FromMinutes(chance.Next(5, 600)),
        DemoStory.ProofWaiting => TimeSpan.FromMinutes(chance.Next(6 * 60, 40 * 60)),
        DemoStory.AmountDiffers or DemoStory.CurrencyDiffers or DemoStory.OutcomeUnknown or DemoStory.RiskHeld or DemoStory.ShortAccepted => TimeSpan.FromMinutes(chance.Next(60, 60 * 60)),
        // Consent is waited for no longer than a request lives.
        DemoStory.RefundRequested => TimeSpan.FromMinutes(chance.Next(6 * 60, 60 * 60)),
        DemoStory.RefundPending or DemoStory.RefundUnknown => TimeSpan.FromMinutes(chance.Next(6 * 60, 90 * 60)),
        // A story of several days needs days behind it.
        DemoStory.PaidLate or DemoStory.RiskReleased or DemoStory.UnknownThenPaid => TimeSpan.FromMinutes(chance.Next(3 * 1440, 29 * 1440)),
        _ => TimeSpan.FromMinutes(chance.Next(4 * 60, 30 * 1440 - 60)),
    };
}
