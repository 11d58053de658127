using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Shops;

/// <summary>Where an account's calls go: the provider's own host, or our imitation of it. Chosen at creation, never derived.</summary>
public enum AccountEndpoint
{
    Provider,
    Sandbox,
}

/// <summary>One set of credentials at one provider in one mode. Secrets are encrypted at rest and never shown again.</summary>
public sealed class ProviderAccount
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required string Provider { get; init; }
    public required Mode Mode { get; init; }
    public required AccountEndpoint Endpoint { get; init; }
    public required string Name { get; set; }
    public required bool IsEnabled { get; set; }

    /// <summary>Why it is off, for the person who looks.</summary>
    public string? DisabledReason { get; set; }

    /// <summary>Serves payments that name no shop, or a shop without a config of its own.</summary>
    public bool IsForAllShops { get; set; }

    /// <summary>Encrypted JSON object of the credential fields that the provider's profile marks secret.</summary>
    public required string SecretsCipher { get; set; }

    /// <summary>JSON object of the credential fields that are not secret (shortcode, region, API version).</summary>
    public string SettingsJson { get; set; } = "{}";

    /// <summary>SHA-256 of the webhook URL's key: what an inbound request is looked up by.</summary>
    public required string WebhookKeyHash { get; set; }

    /// <summary>The same key, encrypted, so that its URL can be shown to who may see it.</summary>
    public required string WebhookKeyCipher { get; set; }
    public int Version { get; set; } = 1;
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; set; }
}
