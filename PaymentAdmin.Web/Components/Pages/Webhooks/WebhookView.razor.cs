using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Webhooks;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Pages.Payments;
using PaymentAdmin.Web.Components.Shared;
using Radzen;

namespace PaymentAdmin.Web.Components.Pages.Webhooks;

/// <summary>One event of the inbox: what came, what it means, what it did, and what a person can do about it.</summary>
public sealed partial class WebhookView : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private readonly CancellationTokenSource left = new();
    private LiveRefresh? live;
    private WebhookDetail? detail;
    private RehearsedWebhook? rehearsed;
    private BodyView view = BodyView.Decoded;
    private string? revealed;
    private bool isMissing;
    private bool isBusy;
    private (Guid Id, Guid? Tenant) shown;
    private (Tone Tone, string Text)? said;

    [Parameter]
    public Guid Id { get; set; }

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private WebhookDetails Details { get; set; } = null!;

    [Inject]
    private ReplayWebhook Replay { get; set; } = null!;

    [Inject]
    private RehearseWebhook Rehearse { get; set; } = null!;

    [Inject]
    private RevealWebhook Reveal { get; set; } = null!;

    [Inject]
    private ProviderRegistry Providers { get; set; } = null!;

    [Inject]
    private LiveUpdates Updates { get; set; } = null!;

    [Inject]
    private DialogService Dialogs { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private enum BodyView
    {
        Read,
        Decoded,
        Raw,
        Diff,
    }

    private WebhookRow Row => detail!.Row;

    private string? ReplayReason => Row.State switch
    {
        WebhookState.Applied => "It has taken effect, and no event does so twice.",
        WebhookState.Pending => "It waits to be processed already.",
        _ => null,
    };

    private string? MatchReason => Row.State == WebhookState.Unmatched ? null : "Only an event without a payment is matched by hand.";

    private string IntegritySentence => Row.Integrity switch
    {
        IntegrityVerdict.Unchecked when Row.State == WebhookState.Unmatched => "Nothing to compare it with: its payment is not here.",
        IntegrityVerdict.Unchecked => "Not compared: it says nothing about money, or has not been processed.",
        IntegrityVerdict.Agrees => $"Amount, currency, ids and mode agree with the payment. {Sentence(Row.Outcome ?? "")}",
        _ => Sentence(Row.Outcome ?? "It contradicts what we asked for; nothing was counted by itself."),
    };

    private RenderFragment? NextText => Row switch
    {
        { State: WebhookState.Pending } => builder => builder.AddContent(0, "it is processed in a moment."),
        { State: WebhookState.Unmatched, NextAttemptAt: { } at } => builder => builder.AddContent(0, $"its payment is looked for again {TimeFormat.Text(at, TimeStyle.Relative, Frame?.Zone ?? TimeZoneInfo.Utc, Time.GetUtcNow())}."),
        { State: WebhookState.Unmatched } => builder => builder.AddContent(0, "nothing by itself: a week has passed. A person matches it, or leaves it."),
        { State: WebhookState.Quarantined } => builder => builder.AddContent(0, "nothing by itself. A person looks, and has it processed again when the cause is gone."),
        _ => null,
    };

    private IReadOnlyList<TimelineEntry> Path
    {
        get
        {
            var entries = new List<TimelineEntry> { new("stored", Tone.Grey, "inbox", "Stored, then answered 200", $"{detail!.BodyBytes} bytes", Row.ReceivedAt), new("checked", Tone.Green, "verified_user", "Source proven on the raw bytes", Row.SourceVerdict, Row.ReceivedAt) };
            var look = ChipLook.Of(Row.State);
            if (Row.SettledAt is { } settled)
                entries.Insert(0, new("settled", look.Tone, look.Icon, Row.State == WebhookState.Applied ? $"Took effect after {TimeFormat.Span(settled - Row.ReceivedAt)}" : look.Word, Row.Outcome, settled));
            else if (Row.Outcome is { } outcome)
                entries.Insert(0, new("waits", look.Tone, look.Icon, outcome, $"{detail.Attempts} tries", Row.ReceivedAt));
            return entries;
        }
    }

    protected override void OnInitialized() =>
        live = new LiveRefresh(Updates, Pause, update => (update.Subject == "webhook" && update.TenantId == Frame?.TenantId) || (update.PaymentId is { } payment && payment == detail?.Payment?.Id), () => InvokeAsync(FollowAsync));

    protected override async Task OnParametersSetAsync()
    {
        if (shown == (Id, Frame?.TenantId))
            return;
        shown = (Id, Frame?.TenantId);
        (rehearsed, revealed, said) = (null, null, null);
        view = view == BodyView.Diff ? BodyView.Decoded : view;
        await ReadAsync();
    }

    public void Dispose()
    {
        live?.Dispose();
        left.Cancel();
        left.Dispose();
    }

    private async Task FollowAsync()
    {
        await ReadAsync();
        StateHasChanged();
    }

    private async Task ReadAsync()
    {
        if (Frame is not { TenantId: { } tenantId } || left.IsCancellationRequested)
            return;
        detail = await Details.FindAsync(new SearchScope(tenantId, Frame.Mode, Frame.Zone), Id, left.Token);
        isMissing = detail is null;
    }

    private async Task RehearseAsync()
    {
        if (Frame is not { TenantId: { } tenantId })
            return;
        isBusy = true;
        var played = await Rehearse.RunAsync(tenantId, Id, Frame.ToActor(), left.Token);
        isBusy = false;
        rehearsed = played.IsOk ? played.Value : null;
        said = played.Problem is { } problem ? (Tone.Red, problem.Detail) : null;
    }

    private async Task ReplayAsync()
    {
        if (Frame is not { TenantId: { } tenantId })
            return;
        isBusy = true;
        var replayed = await Replay.RunAsync(tenantId, Id, Frame.ToActor(), left.Token);
        isBusy = false;
        rehearsed = null;
        said = replayed.Problem is { } problem ? (Tone.Amber, problem.Detail) : (Tone.Green, "It is processed again; what it did stands below in a moment.");
        await ReadAsync();
    }

    private async Task MatchAsync()
    {
        var parameters = new Dictionary<string, object?>(StringComparer.Ordinal) { [nameof(MatchDialog.Detail)] = detail };
        if (await Dialogs.OpenAsync<MatchDialog>("Match to a payment", parameters, new DialogOptions { Width = "520px", CloseDialogOnEsc = true, AutoFocusFirstElement = true }) is true)
            said = (Tone.Green, "Matched. What the event did to the payment stands below in a moment.");
        await ReadAsync();
    }

    private async Task RevealAsync()
    {
        if (Frame is not { TenantId: { } tenantId })
            return;
        var parameters = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [nameof(ReasonDialog.Subject)] = new ConfirmSubject { Mode = Row.Mode, More = [("Event", Row.Id.ToString())] },
            [nameof(ReasonDialog.Verb)] = "Show the body",
            [nameof(ReasonDialog.Question)] = "It may hold personal data and card details.",
            [nameof(ReasonDialog.Act)] = (Func<GivenReason, Task<string?>>)(async given =>
            {
                var body = await Reveal.RunAsync(tenantId, Id, given.Reason, Frame.ToActor(), CancellationToken.None);
                revealed = body.IsOk ? body.Value : null;
                return body.Problem?.Detail;
            }),
        };
        if (await Dialogs.OpenAsync<ReasonDialog>("Show what was removed?", parameters, new DialogOptions { Width = "480px", CloseDialogOnEsc = true, AutoFocusFirstElement = true }) is true)
            view = BodyView.Raw;
    }

    private static string WordOf(BodyView one) => one switch { BodyView.Read => "What we read", BodyView.Decoded => "Decoded", BodyView.Diff => "Changes", _ => "Raw" };

    private static string Sentence(string text) => text.Length == 0 ? "" : char.ToUpperInvariant(text[0]) + text[1..] + (text[^1] is '.' ? "" : ".");
}
