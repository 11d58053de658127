using System.Globalization;
using System.Text;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Checks;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Web.Components.Shared;

namespace PaymentAdmin.Web.Components.Pages.Console;

/// <summary>The suite's outcome as chips and as text, to send to a colleague or a provider. It holds no secret and no payer.</summary>
public static class SuiteReport
{
    public static ChipLook Of(SuiteState state) => state switch
    {
        SuiteState.Waiting => new(Tone.Grey, "circle", "Waiting"),
        SuiteState.Running => new(Tone.Blue, "sync", "Running"),
        SuiteState.Passed => new(Tone.Green, "check_circle", "Passed"),
        SuiteState.Failed => new(Tone.Red, "cancel", "Failed"),
        SuiteState.NotRun => new(Tone.Amber, "help", "Not tried"),
        SuiteState.Stopped => new(Tone.Grey, "block", "Stopped"),
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    /// <summary>"2 of 13 failed", "13 passed": the worst that there is.</summary>
    public static ChipLook Summary(IReadOnlyList<SuiteRow> rows)
    {
        int Count(SuiteState state) => rows.Count(row => row.State == state);
        return (Count(SuiteState.Failed), Count(SuiteState.Stopped), Count(SuiteState.NotRun)) switch
        {
            ( > 0 and var failed, _, _) => Of(SuiteState.Failed) with { Word = $"{failed} of {rows.Count} failed" },
            (_, > 0, _) => Of(SuiteState.Stopped) with { Word = $"Stopped, {Count(SuiteState.Passed)} passed" },
            (_, _, > 0 and var left) => Of(SuiteState.NotRun) with { Word = $"{Count(SuiteState.Passed)} passed, {left} not tried" },
            _ => Of(SuiteState.Passed) with { Word = $"All {rows.Count} passed" },
        };
    }

    public static string Of(IReadOnlyList<SuiteRow> rows, string tenant, string provider, int? shop, Money amount, DateTimeOffset at)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"Test suite of {provider}, {(shop is null ? "no shop" : $"shop {shop}")}, {tenant} (test mode), {MoneyFormat.Text(amount.Minor, amount.Currency)}, {TimeFormat.Utc(at)}");
        text.AppendLine(CultureInfo.InvariantCulture, $"Result: {Summary(rows).Word}");
        foreach (var row in rows)
            text.AppendLine(CultureInfo.InvariantCulture, $"{Words.Of(row.State),-8} {row.Scenario.Title}: {row.Reason ?? row.Scenario.Expected}{(row.PaymentId is { } id ? $" [payment {id}]" : "")}");
        return text.ToString();
    }
}
