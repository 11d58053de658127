using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>Which page of a list is asked for.</summary>
public sealed record PageAsked(int Limit, string? Cursor);

/// <summary>What the addresses of all lists have in common. Filters read their own parameters (PaymentFilter, RefundFilter).</summary>
public static class ListQuery
{
    private const string Limit = "limit";
    private const string Cursor = "cursor";

    public static IReadOnlyList<string> PageParameters { get; } = [Limit, Cursor];

    public static List<KeyValuePair<string, string>> Of(HttpRequest request) =>
        [.. request.Query.SelectMany(pair => pair.Value.Select(value => KeyValuePair.Create(pair.Key, value ?? "")))];

    public static Result<PageAsked> PageOf(IEnumerable<KeyValuePair<string, string>> query)
    {
        var reader = new QueryReader(query.Where(pair => PageParameters.Contains(pair.Key)));
        var page = new PageAsked(reader.Number(Limit, 1, PaymentSearch.PageSizeMax) ?? PaymentSearch.PageSizeDefault, reader.Text(Cursor, 100));
        return reader.Finish([]) is { } problem ? problem : page;
    }

    /// <summary>The caller's own rows, with days that begin where the tenant's do.</summary>
    public static async Task<SearchScope> ScopeAsync(PaymentStore store, CallerIdentity caller, CancellationToken cancellationToken)
    {
        var tenant = await store.ReadAsync(db => db.Tenants.SingleAsync(row => row.Id == caller.TenantId, cancellationToken), cancellationToken);
        return new SearchScope(caller.TenantId, caller.Mode, tenant.Zone, caller.CustomerId);
    }

    /// <summary>The problem of a list that asks for the mode that is not the caller's.</summary>
    public static Problem? OtherMode(Mode? asked, Mode own) =>
        asked is { } mode && mode != own ? new Problem(Codes.ModeMismatch, $"This key is one of {Words.Of(own)} mode.") : null;
}
