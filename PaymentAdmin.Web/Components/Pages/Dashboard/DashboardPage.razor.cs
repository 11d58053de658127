using System.Globalization;
using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Dashboard;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Pages.Proofs;
using PaymentAdmin.Web.Components.Shared;
using Radzen;

namespace PaymentAdmin.Web.Components.Pages.Dashboard;

/// <summary>How today goes and what waits for somebody. Each figure leads to the list that it counts.</summary>
public sealed partial class DashboardPage : IDisposable
{
    private const int CurrenciesShown = 2;

    // Figures may be three seconds old: asked again when they cannot be any more.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3.2);
    private static readonly IReadOnlyList<PaymentStatus> Ended = [PaymentStatus.Succeeded, PaymentStatus.Failed, PaymentStatus.Cancelled, PaymentStatus.Expired];

    private readonly CancellationTokenSource left = new();
    private LiveRefresh? live;
    private DashboardFigures? figures;
    private (Guid? Tenant, Mode? Mode) shown;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private ReadDashboard Read { get; set; } = null!;

    [Inject]
    private ProviderRegistry Providers { get; set; } = null!;

    [Inject]
    private LiveUpdates Updates { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private sealed record KeyFigure(string Label, string Value, string Unit, string Detail, string Href, string TestId);

    private sealed record Need(Tone Tone, string Icon, string Title, WaitingFigure Figure, string Href, string TestId);

    private DateOnly Today => figures?.Day.Day ?? TimeBound.DayOf(Time.GetUtcNow(), Frame?.Zone ?? TimeZoneInfo.Utc);

    private bool SeesWebhooks => Frame?.IsAllowed(Permissions.WebhooksRead) == true;

    private PaymentFilter Yesterday => PaymentFilter.All with { CreatedFrom = TimeBound.Of(Today.AddDays(-1)) };

    private IReadOnlyList<KeyFigure> Figures
    {
        get
        {
            var day = figures!.Day;
            var paid = OnDay(day.Day) with { Statuses = [PaymentStatus.Succeeded] };
            var currencies = day.Today.Where(row => row.Succeeded > 0).Concat(day.LastWeek.Where(row => row.Succeeded > 0)).GroupBy(row => row.Currency).OrderByDescending(rows => rows.Sum(row => row.Succeeded)).ThenBy(rows => rows.Key, StringComparer.Ordinal)
                .Select(rows => rows.Key).DefaultIfEmpty(figures.TenantCurrency).Take(CurrenciesShown).ToList();
            var cards = currencies.ConvertAll(currency => Paid(day, currency, List(paid with { Currencies = [currency] })));
            var (all, ended, succeeded) = (day.Today.Sum(row => row.Count), day.Today.Sum(row => row.Ended), day.Today.Sum(row => row.Succeeded));
            if (cards.Count == 1)
                cards.Add(new("Payments today", Number(all), "", DashboardWords.Compared(all, day.LastWeek.Sum(row => row.Count), day.Day), List(OnDay(day.Day)), "dashboard-count"));
            cards.Add(new("Succeeded", ended == 0 ? "–" : (100m * succeeded / ended).ToString("0.#", CultureInfo.InvariantCulture), ended == 0 ? "" : "%", ended == 0 ? "none has ended yet" : $"of {Number(ended)} that have ended", List(OnDay(day.Day) with { Statuses = Ended }), "dashboard-rate"));
            cards.Add(Refunded(figures.Refunds, day.Day));
            return cards;
        }
    }

    private IReadOnlyList<Need> Needs
    {
        get
        {
            var waiting = figures!.Waiting;
            var mode = "mode=" + Words.Of(Frame!.Mode);
            var inReview = PaymentFilter.All with { Statuses = [PaymentStatus.InReview] };
            var needs = new List<Need>
            {
                new(Tone.Violet, "flag", "Payments in review", waiting.InReview, List(inReview), "need-review"),
                new(Tone.Amber, "help", "Outcome unknown", waiting.OutcomeUnknown, List(inReview with { Exceptions = [PaymentExceptions.OutcomeUnknown] }), "need-unknown"),
                new(Tone.Amber, "help", "Refund outcome unknown", waiting.RefundUnknown, $"/refunds?{mode}&status=unknown", "need-refund-unknown"),
                new(Tone.Blue, "undo", "Refunds to pay by hand", waiting.RefundManual, $"/refunds?{mode}&status=pending", "need-refund-manual"),
                new(Tone.Blue, "how_to_reg", "Approvals", waiting.Approvals, $"/approvals?{mode}", "need-approvals"),
            };
            if (Frame.IsAllowed(Permissions.ProofsReview))
                needs.Insert(1, new(Tone.Violet, "fact_check", "Proofs waiting", waiting.Proofs, $"/proofs?{mode}", "need-proofs"));
            if (SeesWebhooks)
            {
                needs.Add(new(Tone.Violet, "flag", "Webhooks put aside", waiting.Quarantined, $"/webhooks?{mode}&state=quarantined", "need-quarantined"));
                needs.Add(new(Tone.Amber, "link_off", "Webhooks without a payment", waiting.Unmatched, $"/webhooks?{mode}&state=unmatched", "need-unmatched"));
                needs.Add(new(Tone.Red, "gpp_bad", "Deliveries rejected, 24 h", waiting.RejectedToday, $"/webhooks?{mode}&view=rejected", "need-rejected"));
                needs.Add(new(Tone.Red, "outbox", "Events given up", waiting.DeliveriesGivenUp, $"/events?{mode}", "need-given-up"));
            }
            return [.. needs.Where(need => need.Figure.Count.Number > 0)];
        }
    }

    protected override void OnInitialized() =>
        live = new LiveRefresh(Updates, Pause, update => update.TenantId is null || update.TenantId == Frame?.TenantId, () => InvokeAsync(ReloadAsync));

    protected override async Task OnParametersSetAsync()
    {
        var now = (Frame?.TenantId, Frame?.Mode);
        if (shown == now)
            return;
        shown = now;
        figures = null;
        await LoadAsync();
    }

    public void Dispose()
    {
        live?.Dispose();
        left.Cancel();
        left.Dispose();
    }

    private async Task ReloadAsync()
    {
        await LoadAsync();
        StateHasChanged();
    }

    private async Task LoadAsync()
    {
        if (Frame is { TenantId: { } tenantId } && !left.IsCancellationRequested)
            figures = await Read.RunAsync(new SearchScope(tenantId, Frame.Mode, Frame.Zone), left.Token);
    }

    private static KeyFigure Paid(DayComparison day, string currency, string href)
    {
        var now = day.Today.Where(row => row.Currency == currency).ToList();
        var (minor, before) = (now.Sum(row => row.PaidMinor), day.LastWeek.Where(row => row.Currency == currency).Sum(row => row.PaidMinor));
        var count = now.Sum(row => row.Succeeded);
        return new("Paid today", MoneyFormat.Figure(minor, currency), currency, $"{Number(count)} {(count == 1 ? "payment" : "payments")}, {DashboardWords.Compared(minor, before, day.Day)}", href, "dashboard-paid-" + currency);
    }

    private KeyFigure Refunded(IReadOnlyList<RefundVolume> refunds, DateOnly day)
    {
        var first = refunds.Count > 0 ? refunds[0] : new RefundVolume(figures!.TenantCurrency, 0, 0, 0);
        var (count, consent) = (refunds.Sum(row => row.Count), refunds.Sum(row => row.WaitingForConsent));
        var detail = $"{Number(count)} {(count == 1 ? "refund" : "refunds")}{(refunds.Count > 1 ? ", other currencies too" : "")}{(consent > 0 ? $", {Number(consent)} waiting for consent" : "")}";
        var filter = new RefundFilter { Mode = Frame!.Mode, CreatedFrom = TimeBound.Of(day), CreatedTo = TimeBound.Of(day) };
        return new("Refunds today", MoneyFormat.Figure(-first.AmountMinor, first.Currency), first.Currency, detail, "/refunds" + filter.ToQueryString(), "dashboard-refunds");
    }

    private string AgeOf(Need need)
    {
        var age = need.Figure.OldestSince is { } since ? $"Oldest {TimeFormat.Span(figures!.At - since)}" : "";
        return need.TestId == "need-proofs" ? $"{age}, target {TimeFormat.Span(ProofWords.Target)}" : age;
    }

    private PaymentFilter Of(PaymentVolume row) => OnDay(Today) with
    {
        Providers = row.Provider is null ? [] : [row.Provider],
        OrganizationBins = row.OrganizationBin is null ? [] : [row.OrganizationBin],
        Currencies = [row.Currency],
    };

    private string HeightOf(int count) => ((double)count / Math.Max(1, figures!.Days.Max(day => day.All))).ToString("0.###", CultureInfo.InvariantCulture);

    private string List(PaymentFilter filter) => "/payments" + (filter with { Mode = Frame!.Mode }).ToQueryString();

    private static PaymentFilter OnDay(DateOnly day) => PaymentFilter.All with { CreatedFrom = TimeBound.Of(day), CreatedTo = TimeBound.Of(day) };

    private static string Rate(int succeeded, int ended) => ended == 0 ? "–" : (100m * succeeded / ended).ToString("0.#", CultureInfo.InvariantCulture) + "%";

    private static string Number(int count) => count.ToString("N0", CultureInfo.InvariantCulture).Replace(',', '\u00a0');

    /// <summary>"1.2k" where the whole figure would not fit over its column.</summary>
    private static string Short(int count) => count < 1000 ? Number(count) : (count / 1000m).ToString("0.#", CultureInfo.InvariantCulture) + "k";

    private static string LagText(long? milliseconds) => milliseconds is { } lag ? TimeFormat.Span(TimeSpan.FromMilliseconds(lag)) : "–";

    private static void NameRow(RowRenderEventArgs<PaymentVolume> row) => row.Attributes["data-testid"] = "dashboard-volume";
}
