using System.Globalization;
using PaymentAdmin.Core.Dashboard;
using PaymentAdmin.Web.Components.Shared;

namespace PaymentAdmin.Web.Components.Pages.Dashboard;

/// <summary>Looks and sentences of the dashboard.</summary>
public static class DashboardWords
{
    public static ChipLook LookOf(ProviderHealth health) => health switch
    {
        ProviderHealth.Normal => new(Tone.Green, "check_circle", "Normal"),
        ProviderHealth.Unsteady => new(Tone.Amber, "warning", "Unsteady"),
        ProviderHealth.WebhooksLate => new(Tone.Amber, "warning", "Webhooks late"),
        ProviderHealth.NotAnswering => new(Tone.Red, "error", "Not answering"),
        ProviderHealth.KeyRefused => new(Tone.Red, "key_off", "Key refused"),
        _ => new(Tone.Grey, "circle", "Quiet"),
    };

    /// <summary>"8% above last Saturday", measured up to the same time of day.</summary>
    public static string Compared(long now, long before, DateOnly today)
    {
        var day = "last " + today.ToString("dddd", CultureInfo.InvariantCulture);
        if (before == 0)
            return now == 0 ? $"as {day}" : $"none by this time {day}";
        var change = Math.Round(100m * (now - before) / before);
        return change switch
        {
            0 => $"as much as {day}",
            > 0 => $"{change.ToString("0", CultureInfo.InvariantCulture)}% above {day}",
            _ => $"{(-change).ToString("0", CultureInfo.InvariantCulture)}% below {day}",
        };
    }
}
