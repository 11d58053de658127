using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;

namespace PaymentAdmin.Core.Webhooks;

/// <summary>Which events of the inbox are meant: list, bulk retry and CSV share it. Read from and written to an address here.</summary>
public sealed record WebhookFilter
{
    public static WebhookFilter All { get; } = new();

    public IReadOnlyList<WebhookState> States { get; init; } = [];
    public IReadOnlyList<IntegrityVerdict> Verdicts { get; init; } = [];
    public IReadOnlyList<string> Providers { get; init; } = [];
    public Mode? Mode { get; init; }
    public Guid? PaymentId { get; init; }

    /// <summary>Inclusive; a day begins in the tenant's zone.</summary>
    public TimeBound? ReceivedFrom { get; init; }

    /// <summary>Exclusive; a day is included whole.</summary>
    public TimeBound? ReceivedTo { get; init; }

    /// <summary>Exactly an event's id, its payment's id, the provider's reference, or the key that tells repetitions.</summary>
    public string? Query { get; init; }

    public bool IsEmpty => (this with { Mode = null }).ToQueryString().Length == 0;

    /// <param name="besides">Parameters of the same address that the caller reads itself (cursor, columns).</param>
    public static Result<WebhookFilter> Read(IEnumerable<KeyValuePair<string, string>> query, ProviderRegistry providers, params IEnumerable<string> besides)
    {
        var reader = new QueryReader(query);
        var filter = new WebhookFilter
        {
            States = reader.Words<WebhookState>("state"),
            Verdicts = reader.Words<IntegrityVerdict>("verdict"),
            Providers = reader.List("provider", id => providers.TryFind(id, out _), $"one of {string.Join(", ", providers.All.Select(provider => provider.Profile.Id))}"),
            Mode = reader.Word<Mode>("mode"),
            PaymentId = reader.Id("payment_id"),
            ReceivedFrom = reader.Time("received_from"),
            ReceivedTo = reader.Time("received_to"),
            Query = reader.Text("q", PaymentFilter.QueryMax),
        };
        return reader.Finish(besides) is { } problem ? problem : filter;
    }

    public string ToQueryString() => Write().ToString();

    public QueryWriter Write() => new QueryWriter()
        .Add("state", States)
        .Add("verdict", Verdicts)
        .Add("provider", Providers)
        .Add("mode", Mode is { } mode ? Words.Of(mode) : null)
        .Add("payment_id", PaymentId?.ToString())
        .Add("received_from", ReceivedFrom)
        .Add("received_to", ReceivedTo)
        .Add("q", Query);
}
