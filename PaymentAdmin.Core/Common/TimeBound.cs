using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace PaymentAdmin.Core.Common;

/// <summary>One end of a time range as a person or program writes it: an instant, or a day of the tenant's calendar.</summary>
public sealed record TimeBound
{
    private static readonly string[] InstantFormats =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mmzzz", "yyyy-MM-dd'T'HH:mm'Z'",
    ];

    // Room for zones and for the day after on both ends.
    private static readonly DateOnly DayMin = new(1900, 1, 1);
    private static readonly DateOnly DayMax = new(9000, 1, 1);

    private readonly DateTimeOffset at;

    private TimeBound(DateOnly? day, DateTimeOffset at)
    {
        Day = day;
        this.at = at;
    }

    /// <summary>Null for an instant.</summary>
    public DateOnly? Day { get; }

    public static TimeBound Of(DateOnly day) => new(day, default);

    public static TimeBound Of(DateTimeOffset at) => new(null, at.ToUniversalTime());

    /// <summary>"2026-11-21", or RFC 3339 with an offset. A plus that a URL made a blank is understood.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out TimeBound? bound)
    {
        bound = null;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            bound = IsInRange(day) ? Of(day) : null;
            return bound is not null;
        }
        var upper = text.ToUpperInvariant();
        if (upper.Length > 6 && upper[^6] == ' ')
            upper = upper[..^6] + "+" + upper[^5..];
        if (!DateTimeOffset.TryParseExact(upper, InstantFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant))
            return false;
        bound = IsInRange(DateOnly.FromDateTime(instant.UtcDateTime)) ? Of(instant) : null;
        return bound is not null;
    }

    /// <summary>The first moment of the range that begins here.</summary>
    public DateTimeOffset From(TimeZoneInfo zone) => Day is { } day ? StartOf(day, zone) : at;

    /// <summary>The first moment after the range that ends here: a day belongs to it whole, an instant does not.</summary>
    public DateTimeOffset To(TimeZoneInfo zone) => Day is { } day ? StartOf(day.AddDays(1), zone) : at;

    /// <summary>
    /// When a day begins in a zone: where midnight comes twice, the first one; where it is left out, the moment at which the clock jumps.
    /// Found through conversions from UTC alone, which are never ambiguous: Almaty's 1 March 2024 began an hour after its clock first showed midnight.
    /// </summary>
    public static DateTimeOffset StartOf(DateOnly day, TimeZoneInfo zone)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
        var before = zone.GetUtcOffset(midnight.AddDays(-1));
        var after = zone.GetUtcOffset(midnight.AddDays(1));
        foreach (var offset in before > after ? new[] { before, after } : [after, before])
        {
            var start = midnight - offset;
            if (zone.GetUtcOffset(start) == offset)
                return new DateTimeOffset(start, TimeSpan.Zero);
        }
        return new DateTimeOffset(midnight - before, TimeSpan.Zero);
    }

    /// <summary>The day that a moment belongs to.</summary>
    public static DateOnly DayOf(DateTimeOffset at, TimeZoneInfo zone) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, zone).DateTime);

    /// <summary>As it stands in an address.</summary>
    public override string ToString() => Day is { } day
        ? day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
        : at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    private static bool IsInRange(DateOnly day) => day >= DayMin && day <= DayMax;
}
