using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Tests.Common;

public sealed class TimeBoundTests
{
    private static readonly TimeZoneInfo Almaty = TimeZoneInfo.FindSystemTimeZoneById("Asia/Almaty");

    [Theory]
    [InlineData("Asia/Almaty", "2026-11-21", "2026-11-20T19:00:00Z")]
    [InlineData("Asia/Almaty", "2024-02-29", "2024-02-28T18:00:00Z")]
    // The clock showed midnight, went back to 23:00 of 29 February, and showed midnight again an hour later.
    [InlineData("Asia/Almaty", "2024-03-01", "2024-02-29T19:00:00Z")]
    [InlineData("Asia/Almaty", "2024-03-02", "2024-03-01T19:00:00Z")]
    [InlineData("Africa/Johannesburg", "2026-11-21", "2026-11-20T22:00:00Z")]
    [InlineData("Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z")]
    [InlineData("Europe/Berlin", "2026-03-30", "2026-03-29T22:00:00Z")]
    // Midnight is left out: the day begins when the clock jumps to one.
    [InlineData("Africa/Cairo", "2024-04-26", "2024-04-25T22:00:00Z")]
    // Midnight comes twice: the day begins with the first.
    [InlineData("America/Havana", "2024-11-03", "2024-11-03T04:00:00Z")]
    [InlineData("UTC", "2026-11-21", "2026-11-21T00:00:00Z")]
    public void Day_begins_at_midnight_of_its_zone(string zone, string day, string expected) =>
        Assert.Equal(Utc(expected), TimeBound.StartOf(Day(day), TimeZoneInfo.FindSystemTimeZoneById(zone)));

    [Fact]
    public void Every_moment_belongs_to_the_one_day_that_it_is_filtered_by()
    {
        for (var at = Utc("2024-02-28T00:00:00Z"); at < Utc("2024-03-03T00:00:00Z"); at = at.AddMinutes(10))
        {
            var day = TimeBound.DayOf(at, Almaty);
            Assert.True(TimeBound.Of(day).From(Almaty) <= at && at < TimeBound.Of(day).To(Almaty), $"{at:O} is not in {day}");
        }
    }

    [Fact]
    public void Day_at_the_end_is_included_whole_and_an_instant_is_not()
    {
        Assert.True(TimeBound.TryParse("2026-11-21", out var day));
        Assert.True(TimeBound.TryParse("2026-11-21T11:47:00+05:00", out var instant));

        Assert.Equal(Utc("2026-11-21T19:00:00Z"), day.To(Almaty));
        Assert.Equal(Utc("2026-11-21T06:47:00Z"), instant.To(Almaty));
        Assert.Equal(Utc("2026-11-21T06:47:00Z"), instant.From(Almaty));
    }

    [Theory]
    [InlineData("2026-11-21", "2026-11-21")]
    [InlineData("2026-11-21T11:47:00+05:00", "2026-11-21T06:47:00Z")]
    [InlineData("2026-11-21T11:47:00 05:00", "2026-11-21T06:47:00Z")]
    [InlineData("2026-11-21t06:47:00.1234567z", "2026-11-21T06:47:00.1234567Z")]
    [InlineData("2026-11-21T06:47Z", "2026-11-21T06:47:00Z")]
    public void Text_is_read_and_written_canonically(string text, string canonical)
    {
        Assert.True(TimeBound.TryParse(text, out var bound));
        Assert.Equal(canonical, bound.ToString());
        Assert.True(TimeBound.TryParse(bound.ToString(), out var again));
        Assert.Equal(bound, again);
    }

    [Theory]
    [InlineData("yesterday")]
    [InlineData("2026-11-31")]
    [InlineData("21.11.2026")]
    [InlineData("2026-11-21T11:47:00")]
    [InlineData("2026-11-21T25:00:00Z")]
    [InlineData("0001-01-01")]
    [InlineData("9999-12-31")]
    [InlineData("")]
    public void Text_that_is_no_time_is_refused(string text) => Assert.False(TimeBound.TryParse(text, out _));

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    private static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
