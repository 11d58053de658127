using System.Globalization;
using System.Text;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Secrets;
using PaymentAdmin.Web.Components.Shared;

namespace PaymentAdmin.Web.Components.Pages.Console;

/// <summary>A run as text, to send to a colleague or a provider. The payer's phone is masked.</summary>
public static class ConsoleReport
{
    public static string Of(PaymentRun run)
    {
        var payment = run.Payment;
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"Test payment {payment.Id} ({Words.Of(payment.Mode)} mode)");
        text.AppendLine(CultureInfo.InvariantCulture, $"{MoneyFormat.Text(payment.AmountMinor, payment.Currency)}, order {payment.OrderReference}, provider {payment.Provider ?? "none"}, shop {payment.ShopNumber?.ToString(CultureInfo.InvariantCulture) ?? "none"}, BIN {payment.OrganizationBin ?? "none"}");
        text.AppendLine(CultureInfo.InvariantCulture, $"Payer {SecretMask.Phone(payment.CustomerPhone) ?? "without a phone"}; provider's reference {payment.ProviderReference ?? "not known"}");
        text.AppendLine(CultureInfo.InvariantCulture, $"Result: {Words.Of(payment.Status)} after {TimeFormat.Span(run.Took)}; received {MoneyFormat.Text(payment.ReceivedMinor, payment.Currency)}{Exceptions(payment)}");
        if (payment.LastErrorCode is not null)
            text.AppendLine(CultureInfo.InvariantCulture, $"Last error: {payment.LastErrorCode} {payment.LastErrorProviderCode} {payment.LastErrorMessage}");
        if (run.Next is not null)
            text.AppendLine(CultureInfo.InvariantCulture, $"Next: {run.Next}");
        foreach (var line in run.Lines.Reverse())
            text.AppendLine(CultureInfo.InvariantCulture, $"{Offset(line.At - payment.CreatedAt),9}  {line.Text}{(line.Detail is null ? "" : " | " + line.Detail)}");
        return text.ToString();
    }

    /// <summary>"+5.2 s", "+3 min": how long after the creation.</summary>
    public static string Offset(TimeSpan span) =>
        span < TimeSpan.FromMinutes(1) ? string.Create(CultureInfo.InvariantCulture, $"+{Math.Max(0, span.TotalSeconds):0.0} s") : "+" + TimeFormat.Span(span);

    private static string Exceptions(Payment payment) =>
        payment.Exceptions == PaymentExceptions.None ? "" : ", " + string.Join(", ", Words.Flags(payment.Exceptions));
}

/// <summary>Colour and icon of a line of the live timeline.</summary>
public static class ConsoleLook
{
    public static (Tone Tone, string Icon) Of(string word) => word switch
    {
        "payment.created" => (Tone.Grey, "add_circle"),
        "payment.pending" => (Tone.Blue, "schedule"),
        "payment.in_review" => (Tone.Violet, "flag"),
        "payment.succeeded" => (Tone.Green, "check_circle"),
        "payment.failed" => (Tone.Red, "cancel"),
        "payment.cancelled" => (Tone.Grey, "block"),
        "payment.expired" => (Tone.Grey, "timer_off"),
        "call.sent" => (Tone.Grey, "send"),
        "call.answered" => (Tone.Blue, "sync"),
        "call.unknown" => (Tone.Amber, "help"),
        "call.not_sent" => (Tone.Red, "link_off"),
        "note" => (Tone.Grey, "edit_note"),
        _ when word.StartsWith("refund.", StringComparison.Ordinal) => (Tone.Teal, "undo"),
        _ => (Tone.Blue, "info"),
    };
}
