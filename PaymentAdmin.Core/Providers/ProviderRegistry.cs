using System.Diagnostics.CodeAnalysis;

namespace PaymentAdmin.Core.Providers;

/// <summary>The providers that this build knows, by id.</summary>
public sealed class ProviderRegistry
{
    private readonly Dictionary<string, IPaymentProvider> byId;

    public ProviderRegistry(IEnumerable<IPaymentProvider> providers)
    {
        byId = providers.ToDictionary(provider => provider.Profile.Id, StringComparer.Ordinal);
        All = [.. byId.Values.OrderBy(provider => provider.Profile.Name, StringComparer.Ordinal)];
    }

    public IReadOnlyList<IPaymentProvider> All { get; }

    public bool TryFind(string? id, [NotNullWhen(true)] out IPaymentProvider? provider)
    {
        provider = null;
        return id is not null && byId.TryGetValue(id, out provider);
    }

    /// <summary>A stored row names it, so this build must have it.</summary>
    public IPaymentProvider this[string id] => byId.TryGetValue(id, out var provider) ? provider : throw new InvalidOperationException($"This build has no provider '{id}'.");
}
