using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Web.Hosting;

/// <summary>Finds at start why this process must not take live payments; every reason is listed to whoever tries.</summary>
public static class LiveGuard
{
    public static IReadOnlyList<string> Refusals(HostSettings settings, Deployment deployment)
    {
        var refusals = new List<string>();
        if (!deployment.IsProduction && !deployment.IsRehearsal)
            refusals.Add($"The environment is {deployment.EnvironmentName}; live mode needs Production or Rehearsal.");
        if (deployment.IsProduction && settings.PublicUrl?.StartsWith("https://", StringComparison.OrdinalIgnoreCase) != true)
            refusals.Add("PublicUrl is not set to an https address.");
        if (!settings.Security.IsMasterKeyConfigured)
            refusals.Add("Security:MasterKey is not configured.");
        if (deployment.SandboxEnabled && !deployment.IsRehearsal)
            refusals.Add("Sandbox:Enabled is true.");
        // In a rehearsal there is nothing to be stolen.
        if (!deployment.IsRehearsal && DataFolder.IsOpenToOthers(deployment.DataDirectory))
            refusals.Add($"Every user of the machine can read the data directory ({deployment.DataDirectory}).");
        return refusals;
    }
}
