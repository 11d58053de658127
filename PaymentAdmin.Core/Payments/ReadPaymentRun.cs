using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Providers;

namespace PaymentAdmin.Core.Payments;

/// <summary>Something that happened to a payment, or was said about it on the wire. <paramref name="Word"/> says what, for icon and colour.</summary>
public sealed record PaymentRunLine(string Id, string Word, string Text, string? Detail, DateTimeOffset At);

/// <summary>A payment while somebody watches it: how it stands, what happened, newest first, and what will happen by itself.</summary>
/// <param name="Next">One sentence; null when nothing will.</param>
/// <param name="PageUrl">Where the payer goes on, when the provider has a page.</param>
public sealed record PaymentRun(Payment Payment, PaymentAttempt? Attempt, int? ConfigVersion, IReadOnlyList<PaymentRunLine> Lines, string? Next, string? PageUrl)
{
    /// <summary>From the creation to the moment the present status was entered.</summary>
    public TimeSpan Took => Payment.StatusSince - Payment.CreatedAt;

    /// <summary>Nothing more happens without a person.</summary>
    public bool IsOver => Payment.IsFinal || Payment.Status == PaymentStatus.InReview;
}

/// <summary>Reads a payment's run from the database, as often as somebody is told that it changed.</summary>
public sealed class ReadPaymentRun(PaymentStore store, ProviderRegistry providers, TimeProvider clock)
{
    public Task<PaymentRun?> RunAsync(Guid tenantId, Mode mode, Guid paymentId, CancellationToken cancellationToken) => store.ReadAsync<PaymentRun?>(
        async db =>
        {
            var payment = await db.Payments.FirstOrDefaultAsync(row => row.Id == paymentId && row.TenantId == tenantId && row.Mode == mode, cancellationToken);
            if (payment is null)
                return null;
            var attempt = await db.PaymentAttempts.Where(row => row.PaymentId == paymentId).OrderByDescending(row => row.CreatedAt).FirstOrDefaultAsync(cancellationToken);
            var version = attempt?.ConfigVersionId is { } versionId ? await db.ShopConfigVersions.Where(row => row.Id == versionId).Select(row => (int?)row.Version).FirstOrDefaultAsync(cancellationToken) : null;
            var notes = await db.PaymentNotes.Where(note => note.PaymentId == paymentId).ToListAsync(cancellationToken);
            var calls = await db.ProviderCalls.Where(call => call.PaymentId == paymentId).ToListAsync(cancellationToken);
            var lines = notes.Select(Line).Concat(calls.SelectMany(Lines)).OrderByDescending(line => line.At).ToList();
            return new PaymentRun(payment, attempt, version, lines, Next(payment, attempt), PageOf(attempt));
        },
        cancellationToken);

    private static PaymentRunLine Line(PaymentNote note) => new(note.Id.ToString("N"), note.Type, note.Text, note.Detail, note.At);

    private IEnumerable<PaymentRunLine> Lines(ProviderCall call)
    {
        var name = providers.TryFind(call.Provider, out var provider) ? provider.Profile.Name : call.Provider;
        var id = call.Id.ToString(CultureInfo.InvariantCulture);
        var sent = call.Operation switch
        {
            ProviderOperation.Create => $"Sent to {name}",
            ProviderOperation.Status => $"Asked {name}",
            ProviderOperation.Refund => $"Refund sent to {name}",
            ProviderOperation.RefundStatus => $"Asked {name} about the refund",
            ProviderOperation.Cancel => $"Asked {name} to close the checkout",
            _ => $"Called {name}",
        };
        yield return new PaymentRunLine($"call-{id}", "call." + Words.Of(call.State), sent, Answer(call), call.StartedAt);
    }

    private static string Answer(ProviderCall call)
    {
        var took = call.DurationMs is { } duration ? string.Create(CultureInfo.InvariantCulture, $" in {duration} ms") : "";
        return call.State switch
        {
            ProviderCallState.Sent => "No answer yet.",
            ProviderCallState.NotSent => $"It was not sent. {call.ErrorMessage}",
            ProviderCallState.Unknown => $"No usable answer{took}. {call.ErrorMessage}",
            _ => $"Answered{took}: {call.StatusWord ?? "without a word"}.{(call.ErrorMessage is null ? "" : " " + call.ErrorMessage)}",
        };
    }

    private string? Next(Payment payment, PaymentAttempt? attempt)
    {
        if (payment.IsFinal)
            return null;
        if (payment.OpenReviews.HasFlag(PaymentExceptions.OutcomeUnknown))
            return "nothing by itself. The provider cannot be asked without its reference: look the payment up there and attach the reference on the payment's page.";
        if (payment.Status == PaymentStatus.InReview)
            return "a person decides on the payment's page.";
        if (attempt is null)
            return "a checkout can be started.";
        if (attempt.Status == AttemptStatus.Created)
            return "the provider's answer, or after some seconds the note that there is none.";
        var name = providers.TryFind(attempt.Provider, out var provider) ? provider.Profile.Name : attempt.Provider;
        return attempt.NextCheckAt is { } at
            ? $"{name} is asked {In(at - clock.GetUtcNow())}."
            : $"the payer acts, or {name} calls.";
    }

    private static string In(TimeSpan span) => span < TimeSpan.FromSeconds(1) ? "now" : string.Create(CultureInfo.InvariantCulture, $"in {span.TotalSeconds:0} s");

    /// <summary>Only what the provider itself gave as the payer's way; anything but a web address is no link.</summary>
    private static string? PageOf(PaymentAttempt? attempt)
    {
        if (attempt is not { IsOpen: true, NextActionJson: { } json } || JsonNode.Parse(json) is not { } action)
            return null;
        var url = action["url"]?.GetValue<string>();
        return Uri.TryCreate(url, UriKind.Absolute, out var page) && page.Scheme is "http" or "https" ? url : null;
    }
}
