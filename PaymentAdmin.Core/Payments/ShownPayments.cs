using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Providers;

namespace PaymentAdmin.Core.Payments;

/// <summary>What the list of payments shows, as its address and a saved view have it: which payments, and which columns of them in which order.</summary>
/// <param name="Columns">Names of <see cref="PaymentCsv.Columns"/>, as the file of the list has them; empty: the standard ones.</param>
public sealed record ShownPayments(PaymentFilter Filter, IReadOnlyList<string> Columns)
{
    private const string ColumnsParameter = "columns";

    public ShownPayments(PaymentFilter filter)
        : this(filter, [])
    {
    }

    public static ShownPayments All { get; } = new(PaymentFilter.All);

    /// <summary>Nothing is left out and nothing arranged, apart from the mode.</summary>
    public bool IsEmpty => Filter.IsEmpty && Columns.Count == 0;

    /// <param name="besides">Parameters of the same address that the caller reads itself.</param>
    public static Result<ShownPayments> Read(IReadOnlyList<KeyValuePair<string, string>> query, ProviderRegistry providers, params IEnumerable<string> besides)
    {
        var filter = PaymentFilter.Read(query, providers, [.. besides, ColumnsParameter]);
        if (!filter.IsOk)
            return filter.Problem!;
        var options = CsvOptions.Read(query.Where(pair => pair.Key == ColumnsParameter), PaymentCsv.Columns, []);
        return options.IsOk ? new ShownPayments(filter.Value, options.Value.Columns) : options.Problem!;
    }

    public QueryWriter Write() => Filter.Write().Add(ColumnsParameter, Columns);

    /// <summary>Canonical, as the filter's.</summary>
    public string ToQueryString() => Write().ToString();
}
