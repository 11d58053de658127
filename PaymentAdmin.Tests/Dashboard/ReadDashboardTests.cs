using PaymentAdmin.Core.Dashboard;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Webhooks;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Dashboard;

public sealed class ReadDashboardTests
{
    private static readonly DateTimeOffset Now = TestClock.DefaultStart;

    [Fact]
    public async Task Today_is_compared_with_the_same_weekday_up_to_the_same_time()
    {
        await using var engine = await Engine.StartAsync();
        await engine.PaidAsync(10_000);
        engine.Clock.Advance(TimeSpan.FromHours(2));
        await engine.PaidAsync(70_000);
        engine.Clock.Advance(TimeSpan.FromDays(7) - TimeSpan.FromHours(1));
        await engine.PaidAsync(30_000);
        await engine.PayingAsync(5_000);

        var day = (await ReadAsync(engine)).Day;

        var today = Assert.Single(day.Today);
        Assert.Equal((30_000L, 2, 1, 1), (today.PaidMinor, today.Count, today.Succeeded, today.Ended));
        Assert.Equal(10_000, Assert.Single(day.LastWeek).PaidMinor);
    }

    [Fact]
    public async Task Days_are_those_of_the_tenants_zone()
    {
        await using var engine = await Engine.StartAsync();
        // 14:00 in Almaty; at 19:30 UTC it is the next day there.
        await engine.PaidAsync();
        engine.Clock.Advance(TimeSpan.FromHours(10.5));
        await engine.PayingAsync();

        var days = (await ReadAsync(engine)).Days;

        Assert.Equal(ReadDashboard.DaysShown, days.Count);
        Assert.Equal(new DayCount(new DateOnly(2026, 3, 3), 1, 0), days[^1]);
        Assert.Equal(new DayCount(new DateOnly(2026, 3, 2), 1, 1), days[^2]);
        Assert.All(days.SkipLast(2), day => Assert.Equal(0, day.All));
    }

    [Fact]
    public async Task Waiting_figures_count_what_their_lists_show()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PayingAsync();
        await engine.WebhookAsync(new { id = "less", type = "paid", reference = payment.ProviderReference, amount_minor = 9_000, currency = "KZT" });
        await engine.WebhookAsync(new { id = "orphan", type = "paid", reference = "nobody", amount_minor = 9_000, currency = "KZT" });
        await engine.WebhookAsync(new { id = "forged", type = "paid" }, secret: "another-secret-of-the-right-length");
        await engine.DrainAsync();
        engine.Clock.Advance(TimeSpan.FromMinutes(30));

        var figures = await ReadAsync(engine);

        Assert.Equal(1, figures.Waiting.InReview.Count.Number);
        Assert.Equal(Now, figures.Waiting.InReview.OldestSince);
        Assert.Equal(0, figures.Waiting.OutcomeUnknown.Count.Number);
        Assert.Equal(1, figures.Waiting.Unmatched.Count.Number);
        Assert.Equal(1, figures.Waiting.RejectedToday.Count.Number);
        var provider = Assert.Single(figures.Providers);
        Assert.Equal(ProviderHealth.Normal, provider.Health);
        Assert.Equal(2, figures.Inbox.Events);
        var counts = await engine.Get<PaymentSearch>().CountAsync(Scope(engine), new PaymentFilter { Statuses = [PaymentStatus.InReview] }, CancellationToken.None);
        Assert.Equal(figures.Waiting.InReview.Count, counts.Matching);
    }

    [Fact]
    public async Task Other_mode_and_other_tenants_count_for_nothing()
    {
        await using var engine = await Engine.StartAsync();
        await engine.PaidAsync();

        var live = await ReadAsync(engine, Scope(engine) with { Mode = Mode.Live });

        Assert.Empty(live.Day.Today);
        Assert.All(live.Days, day => Assert.Equal(0, day.All));
        Assert.Equal(0, live.Inbox.Events);
        Assert.Equal("KZT", live.TenantCurrency);
    }

    [Theory]
    [InlineData(0, 0, null, ProviderHealth.Quiet)]
    [InlineData(20, 0, null, ProviderHealth.Normal)]
    [InlineData(20, 3, null, ProviderHealth.Unsteady)]
    [InlineData(20, 10, null, ProviderHealth.NotAnswering)]
    [InlineData(2, 0, 401, ProviderHealth.KeyRefused)]
    public void Health_is_judged_by_the_last_calls(int calls, int failed, int? status, ProviderHealth health)
    {
        var facts = Enumerable.Range(0, calls).Select(i => new ReadDashboard.CallFact("scripted", Now, i < failed ? ProviderCallState.Unknown : ProviderCallState.Answered, 100, i == 0 ? status : 200)).ToList();

        Assert.Equal(health, ReadDashboard.HealthOf(facts, [], Now));
    }

    [Fact]
    public void Event_that_nobody_takes_up_makes_its_provider_late()
    {
        var waiting = new ReadDashboard.EventFact("scripted", WebhookState.Pending, Now.AddMinutes(-6), null);

        Assert.Equal(ProviderHealth.WebhooksLate, ReadDashboard.HealthOf([], [waiting], Now));
        Assert.Equal(ProviderHealth.Normal, ReadDashboard.HealthOf([], [waiting with { At = Now }], Now));
    }

    private static SearchScope Scope(Engine engine) => new(engine.TenantId, Mode.Test, TimeZoneInfo.FindSystemTimeZoneById("Asia/Almaty"));

    /// <summary>Each time anew: what the product remembers for seconds lives by the machine's clock.</summary>
    private static async Task<DashboardFigures> ReadAsync(Engine engine, SearchScope? scope = null)
    {
        using var read = new ReadDashboard(engine.Store, engine.Clock);
        return await read.RunAsync(scope ?? Scope(engine), CancellationToken.None);
    }
}
