using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Dashboard;

/// <summary>Payments of one provider, BIN and currency that were created within a span.</summary>
/// <param name="PaidMinor">What the succeeded ones ask for: the amount that the list of them shows.</param>
/// <param name="Ended">Succeeded, failed, cancelled or expired: what the success rate is measured against.</param>
public sealed record PaymentVolume(string? Provider, string? OrganizationBin, string Currency, int Count, int Succeeded, int Ended, long PaidMinor);

/// <summary>Today so far, and the same weekday of last week up to the same time of day.</summary>
/// <param name="IsCapped">More payments than are read; the figures are those of the newest.</param>
public sealed record DayComparison(DateOnly Day, IReadOnlyList<PaymentVolume> Today, IReadOnlyList<PaymentVolume> LastWeek, bool IsCapped);

/// <summary>Refunds that were asked for today, in one currency; failed ones give nothing back and count for nothing.</summary>
public sealed record RefundVolume(string Currency, int Count, long AmountMinor, int WaitingForConsent);

/// <summary>Payments created on one day of the tenant's calendar.</summary>
public sealed record DayCount(DateOnly Day, int All, int Succeeded);

/// <summary>How many wait for a person, and since when the oldest does.</summary>
public sealed record WaitingFigure(CappedCount Count, DateTimeOffset? OldestSince);

/// <summary>Everything that a person has to look at, by what it is.</summary>
public sealed record WaitingFigures
{
    public required WaitingFigure InReview { get; init; }
    public required WaitingFigure OutcomeUnknown { get; init; }
    public required WaitingFigure RefundUnknown { get; init; }
    public required WaitingFigure RefundManual { get; init; }
    public required WaitingFigure Proofs { get; init; }
    public required WaitingFigure Approvals { get; init; }
    public required WaitingFigure Quarantined { get; init; }
    public required WaitingFigure Unmatched { get; init; }
    public required WaitingFigure RejectedToday { get; init; }
    public required WaitingFigure DeliveriesGivenUp { get; init; }
}

/// <summary>One hour of calls to a provider.</summary>
/// <param name="Failed">Not sent, not answered, or answered with a fault of the provider's or a refused key.</param>
public sealed record CallHour(int Calls, int Failed);

public enum ProviderHealth
{
    /// <summary>Nobody called it for a day.</summary>
    Quiet,
    Normal,

    /// <summary>Every tenth call of the last ones failed.</summary>
    Unsteady,

    /// <summary>Half of the last calls failed.</summary>
    NotAnswering,

    /// <summary>The provider does not accept our credentials.</summary>
    KeyRefused,

    /// <summary>Its events wait here longer than they should.</summary>
    WebhooksLate,
}

/// <summary>How a provider did over the last 24 hours.</summary>
/// <param name="Hours">24, the oldest first.</param>
/// <param name="SlowAnswerMs">The 95th of 100 answers came within this time.</param>
/// <param name="LagMs">The median time from an event's arrival to its effect.</param>
public sealed record ProviderPulse(string Provider, ProviderHealth Health, IReadOnlyList<CallHour> Hours, int Calls, int? SlowAnswerMs, DateTimeOffset? LastWebhookAt, long? LagMs);

/// <summary>The inbox over the last 24 hours (of the newest events, where there are many).</summary>
/// <param name="SlowLagMs">The 95th of 100 events took effect within this time.</param>
/// <param name="Waiting">Not processed yet.</param>
public sealed record InboxPulse(int Events, long? LagMs, long? SlowLagMs, WaitingFigure Waiting);

/// <summary>What the dashboard shows, read at one moment.</summary>
public sealed record DashboardFigures
{
    public required DateTimeOffset At { get; init; }
    public required DayComparison Day { get; init; }
    public required IReadOnlyList<RefundVolume> Refunds { get; init; }
    public required IReadOnlyList<DayCount> Days { get; init; }
    public required WaitingFigures Waiting { get; init; }
    public required IReadOnlyList<ProviderPulse> Providers { get; init; }
    public required InboxPulse Inbox { get; init; }
    public required string TenantCurrency { get; init; }
}
