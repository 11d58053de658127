using System.Security.Cryptography;
using System.Text;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Access;

/// <summary>The scopes an API key can have (contract.md section 3).</summary>
public static class Scopes
{
    public const string PaymentsRead = "payments:read";
    public const string PaymentsWrite = "payments:write";
    public const string RefundsWrite = "refunds:write";
    public const string ConfigsRead = "configs:read";
    public const string ConfigsWrite = "configs:write";
    public const string LogsRead = "logs:read";

    public static IReadOnlyList<string> All { get; } = [PaymentsRead, PaymentsWrite, RefundsWrite, ConfigsRead, ConfigsWrite, LogsRead];
}

/// <summary>A merchant backend's key: one tenant, one mode, some scopes. The text is shown once; only its hash is kept.</summary>
public sealed class ApiKey
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Mode Mode { get; init; }
    public required string Name { get; init; }

    /// <summary>The first characters of the text, for telling keys apart.</summary>
    public required string Prefix { get; init; }
    public required string Hash { get; init; }
    public required List<string> Scopes { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null when an operator verb made it.</summary>
    public Guid? CreatedByUserId { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }
    public DateTimeOffset? RevokedAt { get; set; }
    public DateTimeOffset? LastUsedAt { get; set; }

    /// <summary>"pa_test_" or "pa_live_": the mode can be read off a key.</summary>
    public static string TextStart(Mode mode) => mode == Mode.Live ? "pa_live_" : "pa_test_";

    public static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
