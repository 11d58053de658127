using System.Diagnostics;
using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Web.Hosting;

/// <summary>
/// For crash tests: in the environment Test, and nowhere else, the setting <c>FailPoint</c> names a point at which this process ends itself
/// as a power cut would, without a word to anybody.
/// </summary>
public static class CrashTests
{
    public static void ArmFailPoints(this WebApplication app)
    {
        if (!app.Environment.IsEnvironment("Test") || app.Configuration["FailPoint"] is not { Length: > 0 } name)
            return;
        app.Services.GetRequiredService<FailPoints>().Armed = point =>
        {
            if (point == name)
                Process.GetCurrentProcess().Kill();
            return Task.CompletedTask;
        };
    }
}
