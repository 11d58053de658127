using System.Globalization;
using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Shared;

namespace PaymentAdmin.Web.Components.Pages.Payments;

/// <summary>The filter as chips. What is ticked in an open panel is a draft; closing the panel puts it into the address.</summary>
public sealed partial class PaymentFilters
{
    private FilterChip? createdChip;
    private string? shownFilter;
    private PaymentFilter draft = PaymentFilter.All;
    private string? amountFromError;
    private string? amountToError;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private ProviderRegistry Providers { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [Parameter, EditorRequired]
    public PaymentFilter Filter { get; set; } = PaymentFilter.All;

    [Parameter]
    public IReadOnlyList<string> Columns { get; set; } = [];

    /// <summary>The saved view that the list was opened with.</summary>
    [Parameter]
    public Guid? ViewId { get; set; }

    /// <summary>Every payment, with the columns as they are.</summary>
    [Parameter, EditorRequired]
    public string ClearHref { get; set; } = "";

    [Parameter]
    public EventCallback<IReadOnlyList<string>> OnColumns { get; set; }

    [Parameter, EditorRequired]
    public PaymentChoices Choices { get; set; } = PaymentChoices.None;

    [Parameter, EditorRequired]
    public EventCallback<PaymentFilter> OnChange { get; set; }

    private sealed record Preset(string Name, DateOnly From, DateOnly To);

    /// <summary>Until now, counted back from the moment when it is chosen: the address then names that moment.</summary>
    private static IReadOnlyList<(string Name, TimeSpan Back)> Lately { get; } = [("Last 30 min", TimeSpan.FromMinutes(30)), ("Last hour", TimeSpan.FromHours(1)), ("Last 24 h", TimeSpan.FromHours(24))];

    private DateOnly Today => TimeBound.DayOf(Time.GetUtcNow(), Frame?.Zone ?? TimeZoneInfo.Utc);

    private IReadOnlyList<Preset> Presets
    {
        get
        {
            var today = Today;
            var month = new DateOnly(today.Year, today.Month, 1);
            return
            [
                new("Today", today, today),
                new("Yesterday", today.AddDays(-1), today.AddDays(-1)),
                new("Last 7 days", today.AddDays(-6), today),
                new("Last 30 days", today.AddDays(-29), today),
                new("This month", month, month.AddMonths(1).AddDays(-1)),
                new("Last month", month.AddMonths(-1), month.AddDays(-1)),
            ];
        }
    }

    private IEnumerable<string> CurrencyCodes => Providers.All.SelectMany(provider => provider.Profile.Currencies).Concat(Filter.Currencies).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private string? CreatedText
    {
        get
        {
            if (Filter.CreatedFrom is null && Filter.CreatedTo is null)
                return null;
            if (Presets.FirstOrDefault(preset => Filter.CreatedFrom?.Day == preset.From && Filter.CreatedTo?.Day == preset.To) is { } known)
                return known.Name;
            return (Filter.CreatedFrom, Filter.CreatedTo) switch
            {
                ({ } from, null) => $"from {TextOf(from)}",
                (null, { } to) => $"until {TextOf(to)}",
                var (from, to) => $"{TextOf(from!)} – {TextOf(to!)}",
            };
        }
    }

    private string? AmountText => (Filter.AmountFrom, Filter.AmountTo) switch
    {
        (null, null) => null,
        ({ } from, null) => $"from {Plain(from)}",
        (null, { } to) => $"up to {Plain(to)}",
        ({ } from, { } to) => $"{Plain(from)} – {Plain(to)}",
    };

    protected override void OnParametersSet()
    {
        // A refresh of the page must not take away what is being ticked.
        var text = Filter.ToQueryString();
        if (text == shownFilter)
            return;
        shownFilter = text;
        draft = Filter;
        amountFromError = amountToError = null;
    }

    private Task ApplyAsync() => draft.ToQueryString() == shownFilter ? Task.CompletedTask : Change(draft);

    private Task Change(PaymentFilter next) => OnChange.InvokeAsync(next);

    private Task ClearCreated() => Change(Filter with { CreatedFrom = null, CreatedTo = null });

    private Task ChoosePresetAsync(Preset preset)
    {
        draft = draft with { CreatedFrom = TimeBound.Of(preset.From), CreatedTo = TimeBound.Of(preset.To) };
        return createdChip?.CloseAsync() ?? Task.CompletedTask;
    }

    private Task ChooseLatelyAsync(TimeSpan back)
    {
        var from = Time.GetUtcNow() - back;
        draft = draft with { CreatedFrom = TimeBound.Of(from.AddTicks(-(from.Ticks % TimeSpan.TicksPerSecond))), CreatedTo = null };
        return createdChip?.CloseAsync() ?? Task.CompletedTask;
    }

    private void SetFrom(object? value) => draft = draft with { CreatedFrom = DayOf(value) };

    private void SetTo(object? value) => draft = draft with { CreatedTo = DayOf(value) };

    private void SetAmountFrom(object? value)
    {
        if (TryAmount(value, out var amount, out amountFromError))
            draft = draft with { AmountFrom = amount };
    }

    private void SetAmountTo(object? value)
    {
        if (TryAmount(value, out var amount, out amountToError))
            draft = draft with { AmountTo = amount };
    }

    private static bool TryAmount(object? value, out decimal? amount, out string? error)
    {
        var reader = new QueryReader([KeyValuePair.Create("amount", string.Concat((value as string ?? "").Where(c => !char.IsWhiteSpace(c))).Replace(',', '.'))]);
        amount = reader.Amount("amount");
        error = reader.Finish([]) is null ? null : "Write it like 5000.00";
        return error is null;
    }

    private static TimeBound? DayOf(object? value) => value is string text && TimeBound.TryParse(text, out var bound) ? bound : null;

    private static IReadOnlyList<T> Toggled<T>(IReadOnlyList<T> list, T value) => list.Contains(value) ? [.. list.Where(one => !Equals(one, value))] : [.. list.Append(value).Order()];

    private static string? Joined<T>(IEnumerable<T> values) => string.Join(", ", values) is { Length: > 0 } text ? text : null;

    private static string? Trimmed(object? value) => (value as string)?.Trim() is { Length: > 0 } text ? text : null;

    private static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Plain(decimal amount) => amount.ToString("#,0.###", CultureInfo.InvariantCulture).Replace(',', '\u00a0');

    private string TextOf(TimeBound bound) => bound.Day is { } day
        ? day.ToString(day.Year == Today.Year ? "d MMM" : "d MMM yyyy", CultureInfo.InvariantCulture)
        : TimeZoneInfo.ConvertTime(bound.From(TimeZoneInfo.Utc), Frame?.Zone ?? TimeZoneInfo.Utc).ToString("d MMM, HH:mm", CultureInfo.InvariantCulture);
}
