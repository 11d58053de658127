using PaymentAdmin.Core.Providers;

namespace PaymentAdmin.Web.Components.Shared;

/// <summary>How rows name a provider; one that this build does not have is shown by its id.</summary>
public static class ProviderNames
{
    public static string NameOf(this ProviderRegistry providers, string? id) => providers.TryFind(id, out var provider) ? provider.Profile.Name : id ?? "–";

    /// <summary>The first of its names, for rows: "CloudPayments / TipTop Pay" would be cut there.</summary>
    public static string ShortNameOf(this ProviderRegistry providers, string? id) => providers.NameOf(id).Split(" / ")[0];

    public static string MarkOf(this ProviderRegistry providers, string? id) => providers.TryFind(id, out var provider) ? provider.Profile.Mark : id is { Length: > 1 } ? char.ToUpperInvariant(id[0]) + id[1..2] : "?";
}
