using System.Globalization;

namespace PaymentAdmin.Web.Components.Shared;

public enum TimeStyle
{
    /// <summary>"14:32:08" today, "3 Nov, 14:32" this year, "3 Nov 2025" before: for rows.</summary>
    Row,

    /// <summary>"14:32:08": where the day is said elsewhere.</summary>
    Clock,

    /// <summary>"21 Nov 2026, 14:32:08".</summary>
    Full,

    /// <summary>"21 Nov 2026".</summary>
    Day,

    /// <summary>"3 min ago", "in 2 h".</summary>
    Relative,
}

/// <summary>Times as the portal writes them: in the tenant's zone, with UTC on hover.</summary>
public static class TimeFormat
{
    private static readonly CultureInfo Words = CultureInfo.InvariantCulture;

    public static string Text(DateTimeOffset at, TimeStyle style, TimeZoneInfo zone, DateTimeOffset now)
    {
        var local = TimeZoneInfo.ConvertTime(at, zone);
        return style switch
        {
            TimeStyle.Clock => local.ToString("HH:mm:ss", Words),
            TimeStyle.Full => local.ToString("d MMM yyyy, HH:mm:ss", Words),
            TimeStyle.Day => local.ToString("d MMM yyyy", Words),
            TimeStyle.Relative => Relative(at - now),
            _ => ForRow(local, TimeZoneInfo.ConvertTime(now, zone)),
        };
    }

    public static string Utc(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff 'UTC'", Words);

    public static string Machine(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", Words);

    /// <summary>"41 s", "2 min", "3 h 10 min", "4 days": how long something took or waits.</summary>
    public static string Span(TimeSpan span) => span.Duration() switch
    {
        { TotalSeconds: < 1 } s => string.Create(Words, $"{s.TotalMilliseconds:0} ms"),
        { TotalMinutes: < 1 } s => string.Create(Words, $"{(int)s.TotalSeconds} s"),
        { TotalHours: < 1 } s => string.Create(Words, $"{(int)s.TotalMinutes} min"),
        { TotalDays: < 1, Minutes: 0 } s => string.Create(Words, $"{s.Hours} h"),
        { TotalDays: < 1 } s => string.Create(Words, $"{s.Hours} h {s.Minutes} min"),
        { TotalDays: < 2 } => "1 day",
        var s => string.Create(Words, $"{(int)s.TotalDays} days"),
    };

    private static string ForRow(DateTimeOffset local, DateTimeOffset now)
    {
        if (local.Date == now.Date)
            return local.ToString("HH:mm:ss", Words);
        return local.ToString(local.Year == now.Year ? "d MMM, HH:mm" : "d MMM yyyy", Words);
    }

    private static string Relative(TimeSpan until) => until.Duration() < TimeSpan.FromSeconds(1) ? "now" : until < TimeSpan.Zero ? $"{Span(until)} ago" : $"in {Span(until)}";
}
