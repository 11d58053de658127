using System.Globalization;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Support;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Shared;

namespace PaymentAdmin.Tests.Components.Shared;

public sealed class TimeTextTests : BunitContext
{
    private static readonly DateTimeOffset Now = At("2026-11-21T20:30:00Z");
    private static readonly TimeZoneInfo Almaty = TimeZoneInfo.FindSystemTimeZoneById("Asia/Almaty");

    [Fact]
    public void Time_is_in_the_tenants_zone_with_utc_on_hover()
    {
        Services.AddSingleton<TimeProvider>(new TestClock(Now));
        var frame = new PortalFrame(Guid.Empty, "finance", "finance", null, "Tenant", "Asia/Almaty", Mode.Test, LiveAvailable: false);
        var page = Render(builder =>
        {
            builder.OpenComponent<CascadingValue<PortalFrame>>(0);
            builder.AddComponentParameter(1, "Value", frame);
            builder.AddComponentParameter(2, "ChildContent", (RenderFragment)(inner =>
            {
                inner.OpenComponent<TimeText>(0);
                inner.AddComponentParameter(1, "At", At("2026-11-21T11:47:05.250Z"));
                inner.AddComponentParameter(2, "Style", TimeStyle.Full);
                inner.CloseComponent();
            }));
            builder.CloseComponent();
        });
        var time = page.Find("time");
        Assert.Equal("21 Nov 2026, 16:47:05", time.TextContent);
        Assert.Equal("2026-11-21 11:47:05.250 UTC", time.GetAttribute("title"));
        Assert.Equal("2026-11-21T11:47:05.250Z", time.GetAttribute("datetime"));
    }

    [Fact]
    public void Missing_time_is_a_dash()
    {
        Services.AddSingleton<TimeProvider>(new TestClock(Now));
        Assert.Equal("–", Render<TimeText>(time => time.Add(t => t.At, null)).Find("span").TextContent);
    }

    // 20:30 UTC is already the 22nd in Almaty: "today" is the tenant's day.
    [Theory]
    [InlineData("2026-11-21T19:30:01Z", "00:30:01")]
    [InlineData("2026-11-21T18:59:59Z", "21 Nov, 23:59")]
    [InlineData("2025-11-21T18:59:59Z", "21 Nov 2025")]
    public void Row_says_only_as_much_as_is_needed(string at, string text) =>
        Assert.Equal(text, TimeFormat.Text(At(at), TimeStyle.Row, Almaty, Now));

    [Theory]
    [InlineData("2026-11-21T20:29:19Z", "41 s ago")]
    [InlineData("2026-11-21T17:20:00Z", "3 h 10 min ago")]
    [InlineData("2026-11-21T22:30:00Z", "in 2 h")]
    [InlineData("2026-11-17T20:30:00Z", "4 days ago")]
    [InlineData("2026-11-21T20:30:00Z", "now")]
    public void Relative_time_is_short(string at, string text) =>
        Assert.Equal(text, TimeFormat.Text(At(at), TimeStyle.Relative, Almaty, Now));

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
