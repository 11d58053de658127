using System.Net;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Secrets;

namespace PaymentAdmin.Web.Hosting;

/// <summary>Everything that the settings of contract.md section 2 say, checked. <see cref="SettingsValidator"/> makes it.</summary>
public sealed record HostSettings
{
    public required string Environment { get; init; }

    /// <summary>Where the server listens; at least one.</summary>
    public required IReadOnlyList<string> Urls { get; init; }
    public required string DataDirectory { get; init; }
    public required DatabaseSettings Database { get; init; }

    /// <summary>Null: the first listen address.</summary>
    public string? PublicUrl { get; init; }
    public string? FrontendUrl { get; init; }
    public required SecuritySettings Security { get; init; }
    public AdminSettings? Admin { get; init; }
    public required bool SandboxEnabled { get; init; }
    public required bool DemoEnabled { get; init; }
    public required RateLimitSettings RateLimits { get; init; }

    /// <summary>Origins of scripts that may call the payers' routes with a customer or client token.</summary>
    public required IReadOnlyList<string> CorsOrigins { get; init; }
    public string? MetricsToken { get; init; }
    public required int HighRiskThreshold { get; init; }

    /// <summary>The alias webhook routes of providers that sign nothing are there.</summary>
    public required bool UnsignedAlias { get; init; }

    /// <summary>Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed; nobody's when empty.</summary>
    public required IReadOnlyList<IPNetwork> KnownProxies { get; init; }

    /// <summary>What is not wrong enough to refuse to start.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    public bool IsDevelopment => Environment == "Development";

    public Deployment ToDeployment()
    {
        var publicUrl = PublicUrl ?? ListenAddress.ForPeople(Urls[0]);
        return new Deployment
        {
            EnvironmentName = Environment,
            DataDirectory = DataDirectory,
            PublicUrl = publicUrl,
            FrontendUrl = FrontendUrl ?? publicUrl,
            SandboxEnabled = SandboxEnabled,
            DemoEnabled = DemoEnabled,
            AllowPrivateTargets = Security.AllowPrivateTargets,
            RequireSecondFactor = Security.RequireSecondFactor,
        };
    }
}

/// <param name="IsMasterKeyConfigured">False: it is the generated one in the data directory (Development).</param>
/// <param name="PreviousKeys">Keys that still open what they sealed, while a rotation is under way.</param>
public sealed record SecuritySettings(MasterKey MasterKey, bool IsMasterKeyConfigured, IReadOnlyList<MasterKey> PreviousKeys, bool RequireSecondFactor, bool AllowPrivateTargets);

/// <summary>The first superadmin of an empty database.</summary>
public sealed record AdminSettings(string Email, string Password)
{
    public override string ToString() => Email;
}

/// <summary>How much is too much; 0 is no limit.</summary>
public sealed record RateLimitSettings(int KeyPerSecond, int KeyBurst, int AnonymousPerSecond, int SignInPerMinute, int FailedWebhooksPerMinute, int ExportsAtOnce);
