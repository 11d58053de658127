using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Common;

/// <summary>
/// Where and as what this process runs: decided once at start from environment and settings, asked everywhere instead of them.
/// </summary>
public sealed class Deployment
{
    public required string EnvironmentName { get; init; }

    /// <summary>Absolute; everything the process writes is below it.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Base of callback, return and checkout URLs, without a trailing slash.</summary>
    public required string PublicUrl { get; set; }

    /// <summary>Base of return pages for source system 004; PublicUrl when unset.</summary>
    public required string FrontendUrl { get; set; }

    /// <summary>The address this process listens on, as it reaches itself; the sandbox is called there and nowhere else. Set when the server has started.</summary>
    public string? SelfUrl { get; set; }
    public required bool SandboxEnabled { get; init; }
    public required bool DemoEnabled { get; init; }
    public required bool AllowPrivateTargets { get; init; }
    public required bool RequireSecondFactor { get; init; }

    public bool IsDevelopment => EnvironmentName == "Development";
    public bool IsProduction => EnvironmentName == "Production";
    public bool IsRehearsal => EnvironmentName == "Rehearsal";

    /// <summary>Why live mode is refused here; empty: it is not. Found at start (Hosting/LiveGuard.cs).</summary>
    public IReadOnlyList<string> LiveRefusals { get; set; } = ["This process has not finished starting."];

    /// <summary>The problem to answer to a live payment here; null when live payments are welcome.</summary>
    public Problem? LiveProblem(Mode mode) => mode == Mode.Live && LiveRefusals.Count > 0
        ? new Problem(Codes.LiveModeRefused, "Live payments are refused here: " + string.Join(" ", LiveRefusals))
        : null;
}
