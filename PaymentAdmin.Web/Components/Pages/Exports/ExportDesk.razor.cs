using System.Globalization;
using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Shared;
using PaymentAdmin.Web.Endpoints;

namespace PaymentAdmin.Web.Components.Pages.Exports;

/// <summary>Puts the address of a file together, in its own address; the file itself is given out by <see cref="ExportEndpoints"/>. Below stand those that were taken.</summary>
public sealed partial class ExportDesk : IDisposable
{
    private const string Path = "/exports";
    private const int RecentMax = 20;

    private readonly CancellationTokenSource leaving = new();
    private (string? Uri, Guid? Tenant, Mode? Mode) shown;
    private ExportChoice? choice;
    private Problem? problem;
    private DateTimeOffset? lastEnd;
    private IReadOnlyList<ExportTaken> recent = [];

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private ListFiles Files { get; set; } = null!;

    [Inject]
    private ListExports Exports { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private sealed record Preset(string Name, TimeBound? From, TimeBound? To);

    private IReadOnlyList<ExportFile> Allowed => [.. ExportFile.All.Where(file => Frame?.IsAllowed(file.Permission) == true)];

    /// <summary>What others took is the audit's to tell.</summary>
    private bool SeesAll => Frame?.IsAllowed(Permissions.AuditRead) == true;

    private IEnumerable<Preset> Presets
    {
        get
        {
            var today = TimeBound.DayOf(Time.GetUtcNow(), Frame!.Zone);
            var month = new DateOnly(today.Year, today.Month, 1);
            yield return new("Today", TimeBound.Of(today), TimeBound.Of(today));
            yield return new("Yesterday", TimeBound.Of(today.AddDays(-1)), TimeBound.Of(today.AddDays(-1)));
            yield return new("Last 7 days", TimeBound.Of(today.AddDays(-6)), TimeBound.Of(today));
            yield return new("This month", TimeBound.Of(month), TimeBound.Of(today));
            yield return new("Last month", TimeBound.Of(month.AddMonths(-1)), TimeBound.Of(month.AddDays(-1)));
            if (lastEnd is { } end)
                yield return new("Since the last export", TimeBound.Of(end), null);
            yield return new("Everything", null, null);
        }
    }

    private string ZoneText
    {
        get
        {
            var offset = Frame!.Zone.GetUtcOffset(Time.GetUtcNow());
            return $"{Frame.TimeZoneId} (UTC{(offset < TimeSpan.Zero ? "\u2212" : "+")}{(offset.Minutes == 0 ? offset.ToString("%h", CultureInfo.InvariantCulture) : offset.ToString("h\\:mm", CultureInfo.InvariantCulture))})";
        }
    }

    private string? FromHint => choice?.From is { Day: null } from ? $"From {TimeFormat.Text(from.From(Frame!.Zone), TimeStyle.Full, Frame.Zone, Time.GetUtcNow())}, when the last file was made." : null;

    private string? RangeError => choice is { From: { } from, To: { } to } && from.From(Frame!.Zone) >= to.To(Frame.Zone) ? "The end lies before the beginning." : null;

    private string ColumnsText => choice!.Columns.Count == 0 ? $"the standard {choice.ColumnsIn(Files).Count}" : $"{choice.Columns.Count} of {choice.File.Offered(Files).Count}";

    private string Summary
    {
        get
        {
            var what = choice!.File.HasMode ? $"{choice.File.Title} in {Words.Of(Frame!.Mode)} mode" : choice.File.Title;
            var when = (choice.From, choice.To) switch
            {
                (null, null) => "from the first to the newest",
                ({ } from, null) => $"from {Shown(from)} on",
                (null, { } to) => $"until {Shown(to)}",
                ({ } from, { } to) when from == to => $"of {Shown(from)}",
                ({ } from, { } to) => $"from {Shown(from)} to {Shown(to)}",
            };
            return $"{what}, {when}, newest first; {choice.ColumnsIn(Files).Count} columns, times in {(choice.InUtc ? "UTC" : Frame!.TimeZoneId)}.";
        }
    }

    private Mode ModeNow => Frame?.Mode ?? Mode.Test;

    private string FileHref => choice!.FileHref(ModeNow);

    private string Absolute => Navigation.BaseUri.TrimEnd('/') + FileHref;

    private string Curl => $"curl -OJ -H \"Authorization: Bearer $API_KEY\" \"{Absolute}\"";

    protected override async Task OnParametersSetAsync()
    {
        var now = (Navigation.Uri, Frame?.TenantId, Frame?.Mode);
        if (shown == now || Navigation.PathOf() != Path || Frame is not { TenantId: { } tenantId })
            return;
        shown = now;
        var read = ExportChoice.Read(Navigation.Parameters(), Allowed, Files);
        choice = read.IsOk ? read.Value : null;
        problem = read.Problem;
        if (choice is null)
            return;
        lastEnd = await Exports.EndOfLastAsync(tenantId, choice.File.FileName, Frame.Mode, choice.File.From, leaving.Token);
        recent = await Exports.RecentAsync(tenantId, [.. Allowed.Select(file => file.FileName)], SeesAll ? null : Frame.UserId.ToString(), RecentMax, leaving.Token);
    }

    public void Dispose()
    {
        leaving.Cancel();
        leaving.Dispose();
    }

    /// <summary>Another file has other columns; the rest of the choice stays.</summary>
    private void Choose(ExportFile file) => Change(now => now with { File = file, Columns = [] });

    private void SetSeparator(ChangeEventArgs e) => Change(now => now with { HasSemicolons = e.Value is ";" });

    private void SetZone(ChangeEventArgs e) => Change(now => now with { InUtc = e.Value is "UTC" });

    private void SetByteOrderMark(ChangeEventArgs e) => Change(now => now with { HasByteOrderMark = e.Value is not "0" });

    private void Change(Func<ExportChoice, ExportChoice> next)
    {
        if (choice is { } present)
            Navigation.NavigateTo(next(present).PageHref(ModeNow), replace: true);
    }

    private bool IsChosen(Preset preset) => choice!.From == preset.From && choice.To == preset.To;

    /// <summary>The address as it was: null where this role may not take the file.</summary>
    private string? AgainHref(ExportTaken taken)
    {
        if (Allowed.FirstOrDefault(file => file.FileName == taken.File) is not { } file)
            return null;
        var query = taken.Note.Filter.TrimStart('?');
        var isTold = !file.HasMode || query.Split('&').Any(pair => pair.StartsWith("mode=", StringComparison.Ordinal));
        var mode = isTold ? "" : "mode=" + taken.Note.Mode;
        return (mode.Length, query.Length) switch
        {
            (0, 0) => file.Path,
            (_, 0) => $"{file.Path}?{mode}",
            (0, _) => $"{file.Path}?{query}",
            _ => $"{file.Path}?{mode}&{query}",
        };
    }

    /// <summary>"status: succeeded, created_from: 2026-11-01", for people.</summary>
    private static string FilterOf(ExportTaken taken)
    {
        var pairs = PageQuery.Parameters(taken.Note.Filter).Where(pair => pair.Key != "mode" && pair.Value.Length > 0 && !CsvOptions.Parameters.Contains(pair.Key)).ToList();
        return pairs.Count == 0 ? "everything" : string.Join(", ", pairs.Select(pair => $"{pair.Key.Replace('_', ' ')} {pair.Value}"));
    }

    private static string Figure(long number) => number.ToString("N0", CultureInfo.InvariantCulture).Replace(',', '\u00a0');

    private static string? DayOf(TimeBound? bound) => bound?.Day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static TimeBound? BoundOf(object? value) => value is string text && TimeBound.TryParse(text, out var bound) ? bound : null;

    private string Shown(TimeBound bound) => bound.Day?.ToString("d MMMM yyyy", CultureInfo.InvariantCulture) ?? TimeFormat.Text(bound.From(Frame!.Zone), TimeStyle.Full, Frame.Zone, Time.GetUtcNow());
}
