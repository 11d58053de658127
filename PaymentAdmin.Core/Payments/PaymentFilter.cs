using System.Globalization;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Providers;

namespace PaymentAdmin.Core.Payments;

/// <summary>
/// Which payments are meant: the one form of it, read from and written to an address by the one codec here.
/// The list page, the CSV and the API share it, so that what is seen is what is exported.
/// </summary>
public sealed record PaymentFilter
{
    public const int QueryMax = 200;
    public const int IdsMax = 200;

    public static PaymentFilter All { get; } = new();

    /// <summary>Any of these; empty: every one. The same for the other lists.</summary>
    public IReadOnlyList<PaymentStatus> Statuses { get; init; } = [];
    public IReadOnlyList<PaymentExceptions> Exceptions { get; init; } = [];
    public IReadOnlyList<string> Providers { get; init; } = [];
    public Mode? Mode { get; init; }
    public IReadOnlyList<int> ShopIds { get; init; } = [];
    public IReadOnlyList<string> OrganizationBins { get; init; } = [];
    public IReadOnlyList<string> Currencies { get; init; } = [];

    /// <summary>In major units of each payment's own currency; both ends belong to the range.</summary>
    public decimal? AmountFrom { get; init; }
    public decimal? AmountTo { get; init; }

    /// <summary>Inclusive; a day begins in the tenant's zone.</summary>
    public TimeBound? CreatedFrom { get; init; }

    /// <summary>Exclusive; a day is included whole.</summary>
    public TimeBound? CreatedTo { get; init; }

    /// <summary>When it last changed; bounds as those of its creation.</summary>
    public TimeBound? UpdatedFrom { get; init; }
    public TimeBound? UpdatedTo { get; init; }

    /// <summary>Has a refund that is not failed.</summary>
    public bool? HasRefund { get; init; }

    /// <summary>Only these, whatever else they must be: what somebody chose by hand.</summary>
    public IReadOnlyList<Guid> Ids { get; init; } = [];

    /// <summary>Exact id, payment code, provider reference, e-mail or phone; else the beginning of an order reference.</summary>
    public string? Query { get; init; }

    /// <summary>Nothing is left out, apart from the mode.</summary>
    public bool IsEmpty => (this with { Mode = null }).ToQueryString().Length == 0;

    /// <param name="besides">Parameters of the same address that the caller reads itself (cursor, columns).</param>
    public static Result<PaymentFilter> Read(IEnumerable<KeyValuePair<string, string>> query, ProviderRegistry providers, params IEnumerable<string> besides)
    {
        var reader = new QueryReader(query);
        var filter = new PaymentFilter
        {
            Statuses = reader.Words<PaymentStatus>("status"),
            Exceptions = reader.Words<PaymentExceptions>("exception"),
            Providers = reader.List("provider", id => providers.TryFind(id, out _), $"one of {string.Join(", ", providers.All.Select(provider => provider.Profile.Id))}"),
            Mode = reader.Word<Mode>("mode"),
            ShopIds = reader.Numbers("shop_id"),
            OrganizationBins = reader.List("organization_bin", bin => bin.Length == 12 && bin.All(char.IsAsciiDigit), "a number of 12 digits"),
            Currencies = reader.List("currency", Currency.IsKnown, "a currency that is known here"),
            AmountFrom = reader.Amount("amount_from"),
            AmountTo = reader.Amount("amount_to"),
            CreatedFrom = reader.Time("created_from"),
            CreatedTo = reader.Time("created_to"),
            UpdatedFrom = reader.Time("updated_from"),
            UpdatedTo = reader.Time("updated_to"),
            HasRefund = reader.Flag("has_refund"),
            Ids = reader.Ids("id", IdsMax),
            Query = reader.Text("q", QueryMax),
        };
        return reader.Finish(besides) is { } problem ? problem : filter;
    }

    /// <summary>Canonical: two filters that mean the same have the same text.</summary>
    public string ToQueryString() => Write().ToString();

    public QueryWriter Write() => new QueryWriter()
        .Add("status", Statuses)
        .Add("exception", Exceptions)
        .Add("provider", Providers)
        .Add("mode", Mode is { } mode ? Words.Of(mode) : null)
        .Add("shop_id", ShopIds.Select(number => number.ToString(CultureInfo.InvariantCulture)))
        .Add("organization_bin", OrganizationBins)
        .Add("currency", Currencies)
        .Add("amount_from", AmountFrom)
        .Add("amount_to", AmountTo)
        .Add("created_from", CreatedFrom)
        .Add("created_to", CreatedTo)
        .Add("updated_from", UpdatedFrom)
        .Add("updated_to", UpdatedTo)
        .Add("has_refund", HasRefund)
        .Add("id", Ids.Select(id => id.ToString()))
        .Add("q", Query);
}

/// <summary>Whose payments, in which mode, and whose days: what a search never takes from the address alone.</summary>
/// <param name="CustomerId">Only the payments of this customer, who asks for them; null: everybody's.</param>
public sealed record SearchScope(Guid TenantId, Mode Mode, TimeZoneInfo Zone, string? CustomerId = null);
