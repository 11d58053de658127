using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.WebUtilities;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Web.Components.Shared;

/// <summary>The address of a page as its parameters, and back.</summary>
public static class PageQuery
{
    /// <summary>The saved view that a list was opened with; it says nothing about the rows.</summary>
    public const string View = "view";

    /// <summary>How many rows a page has, where it is not the usual number.</summary>
    public const string Limit = "limit";

    public static IReadOnlyList<KeyValuePair<string, string>> Parameters(this NavigationManager navigation) => Parameters(new Uri(navigation.Uri).Query);

    public static IReadOnlyList<KeyValuePair<string, string>> Parameters(string query) =>
        [.. QueryHelpers.ParseQuery(query).SelectMany(pair => pair.Value.Select(value => KeyValuePair.Create(pair.Key, value ?? "")))];

    public static string PathOf(this NavigationManager navigation) => new Uri(navigation.Uri).AbsolutePath;

    public static string? Find(this IEnumerable<KeyValuePair<string, string>> parameters, string name) =>
        parameters.Where(pair => pair.Key == name && pair.Value.Length > 0).Select(pair => pair.Value).FirstOrDefault();

    /// <summary>The address of one page of a list: its filter and a place in it.</summary>
    public static string At(string path, QueryWriter filter, string? cursor) => path + filter.Add("cursor", cursor);

    /// <summary>A payment's page, in the mode it belongs to: an address that can be sent to somebody else.</summary>
    public static string PaymentHref(Guid id, Mode mode) => $"/payments/{id}?mode={Words.Of(mode)}";
}
