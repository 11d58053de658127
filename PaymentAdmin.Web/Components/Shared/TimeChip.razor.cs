using System.Globalization;
using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Web.Components.Layout;

namespace PaymentAdmin.Web.Components.Shared;

/// <summary>Two ends of a time range; either may be open.</summary>
public readonly record struct TimeRange(TimeBound? From, TimeBound? To);

/// <summary>A filter by time: the usual ranges by one press, or two days. What is typed in the open panel is a draft until it is closed.</summary>
public sealed partial class TimeChip
{
    private FilterChip? chip;
    private TimeRange shown;
    private TimeRange draft;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [Parameter, EditorRequired]
    public string Label { get; set; } = "";

    [Parameter]
    public string? Icon { get; set; }

    [Parameter]
    public TimeBound? From { get; set; }

    [Parameter]
    public TimeBound? To { get; set; }

    [Parameter, EditorRequired]
    public EventCallback<TimeRange> OnChange { get; set; }

    /// <summary>Names the two inputs too.</summary>
    [Parameter, EditorRequired]
    public string TestId { get; set; } = "";

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

    private string? Text => (From, To) switch
    {
        (null, null) => null,
        ({ Day: { } from }, { Day: { } to }) when Presets.FirstOrDefault(preset => preset.From == from && preset.To == to) is { } known => known.Name,
        ({ } from, null) => $"from {TextOf(from)}",
        (null, { } to) => $"until {TextOf(to)}",
        ({ } from, { } to) => $"{TextOf(from)} – {TextOf(to)}",
    };

    protected override void OnParametersSet()
    {
        // A refresh of the page must not take away what is being chosen.
        var now = new TimeRange(From, To);
        if (now != shown)
            shown = draft = now;
    }

    private Task ApplyAsync() => draft == shown ? Task.CompletedTask : OnChange.InvokeAsync(draft);

    private Task ChoosePresetAsync(Preset preset) => ChooseAsync(TimeBound.Of(preset.From), TimeBound.Of(preset.To));

    private Task ChooseLatelyAsync(TimeSpan back)
    {
        var from = Time.GetUtcNow() - back;
        return ChooseAsync(TimeBound.Of(from.AddTicks(-(from.Ticks % TimeSpan.TicksPerSecond))), null);
    }

    private Task ChooseAsync(TimeBound? from, TimeBound? to)
    {
        draft = new TimeRange(from, to);
        return chip?.CloseAsync() ?? Task.CompletedTask;
    }

    private static TimeBound? DayOf(object? value) => value is string text && TimeBound.TryParse(text, out var bound) ? bound : null;

    private static string? Iso(TimeBound? bound) => bound?.Day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private string TextOf(TimeBound bound) => bound.Day is { } day
        ? day.ToString(day.Year == Today.Year ? "d MMM" : "d MMM yyyy", CultureInfo.InvariantCulture)
        : TimeZoneInfo.ConvertTime(bound.From(TimeZoneInfo.Utc), Frame?.Zone ?? TimeZoneInfo.Utc).ToString("d MMM, HH:mm", CultureInfo.InvariantCulture);
}
