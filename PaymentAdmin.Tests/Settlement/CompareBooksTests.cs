using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Settlement;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Settlement;

public sealed class CompareBooksTests
{
    private static readonly Actor Finance = new(ActorKind.User, "u1", "finance@test", Roles.Finance, Guid.CreateVersion7());

    [Fact]
    public async Task Books_that_agree_have_no_difference()
    {
        await using var engine = await StartAsync();
        var paid = await engine.PaidAsync();
        Assert.Null((await engine.Get<RefundPayment>().RunAsync(new RefundRequestedBy(engine.TenantId, Mode.Test, paid.Id, 4_000, null, "damaged"), Engine.Shop, CancellationToken.None)).Problem);
        await engine.PaidAsync(250);
        await engine.PayingAsync();

        var comparison = await CompareAsync(engine);

        Assert.Equal((ComparisonState.Done, 0), (comparison.State, comparison.Differences));
        Assert.Empty(await DifferencesAsync(engine));
    }

    [Fact]
    public async Task Payment_whose_webhook_was_lost_is_mended_by_asking()
    {
        await using var engine = await StartAsync();
        var payment = await engine.PayingAsync();
        engine.Provider.Pay(payment.ProviderReference!);

        var comparison = await CompareAsync(engine);

        Assert.Equal(0, comparison.Differences);
        Assert.Equal(PaymentStatus.Succeeded, (await engine.PaymentAsync(payment.Id)).Status);
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Money_that_we_know_nothing_of_is_missing_here_until_it_is_explained_and_again_when_it_changes()
    {
        await using var engine = await StartAsync();
        var stranger = new ScriptedProvider.Charge("ch-strange", Guid.CreateVersion7(), new Money(7_000, "KZT")) { State = "paid", PaidMinor = 7_000 };
        engine.Provider.Charges[stranger.Reference] = stranger;

        await CompareAsync(engine);
        var found = Assert.Single(await DifferencesAsync(engine));
        Assert.Equal((DifferenceKind.MissingHere, "ch-strange", 7_000L, null), (found.Kind, found.Reference, found.TheirsMinor, found.OursMinor));

        var explained = await engine.Get<ExplainDifference>().RunAsync(engine.TenantId, found.Id, found.Version, "the till in Astana", Finance, CancellationToken.None);
        var again = await engine.Get<ExplainDifference>().RunAsync(engine.TenantId, found.Id, found.Version, "the till in Astana", Finance, CancellationToken.None);
        Assert.Null(explained.Problem);
        Assert.Equal(Codes.ChangedMeanwhile, again.Problem!.Code);
        await CompareAsync(engine);
        Assert.Equal(DifferenceState.Explained, Assert.Single(await DifferencesAsync(engine)).State);

        stranger.PaidMinor = 7_001;
        await CompareAsync(engine);
        Assert.Equal(DifferenceState.Open, Assert.Single(await DifferencesAsync(engine)).State);
    }

    [Fact]
    public async Task Money_that_the_provider_does_not_list_is_missing_there_until_it_does()
    {
        await using var engine = await StartAsync();
        var paid = await engine.PaidAsync();
        Assert.True(engine.Provider.Charges.TryRemove(paid.ProviderReference!, out var charge));

        await CompareAsync(engine);
        var found = Assert.Single(await DifferencesAsync(engine));
        Assert.Equal((DifferenceKind.MissingThere, paid.Id, 10_000L), (found.Kind, found.PaymentId, found.OursMinor));

        engine.Provider.Charges[charge.Reference] = charge;
        Assert.Equal(0, (await CompareAsync(engine)).Differences);
        Assert.Equal(DifferenceState.Resolved, Assert.Single(await DifferencesAsync(engine)).State);
    }

    [Fact]
    public async Task Refund_that_was_made_at_the_provider_differs()
    {
        await using var engine = await StartAsync();
        var paid = await engine.PaidAsync();
        engine.Provider.Refunds["re-cabinet"] = new ScriptedProvider.GivenBack("re-cabinet", Guid.CreateVersion7(), paid.ProviderReference!, 2_500);

        await CompareAsync(engine);

        var found = Assert.Single(await DifferencesAsync(engine));
        Assert.Equal((DifferenceKind.Differs, 2_500L, 0L), (found.Kind, found.TheirsRefundedMinor, found.OursRefundedMinor));
        Assert.Equal(0, (await engine.PaymentAsync(paid.Id)).RefundedMinor);
    }

    [Fact]
    public async Task Broken_list_says_nothing_about_anything_and_is_fetched_again_after_an_hour()
    {
        await using var engine = await StartAsync();
        await engine.PaidAsync();
        engine.Clock.Advance(TimeSpan.FromDays(1));
        engine.Provider.OnList = () => throw new HttpRequestException("Page 2 did not come.");

        Assert.True(await engine.Get<CompareBooks>().RunDueAsync(CancellationToken.None));
        Assert.False(await engine.Get<CompareBooks>().RunDueAsync(CancellationToken.None));
        var failed = await engine.ReadAsync(db => db.BookComparisons.SingleAsync());
        Assert.Equal((ComparisonState.Failed, "Page 2 did not come."), (failed.State, failed.Fault));
        Assert.Empty(await DifferencesAsync(engine));

        engine.Provider.OnList = null;
        engine.Clock.Advance(TimeSpan.FromMinutes(61));
        Assert.True(await engine.Get<CompareBooks>().RunDueAsync(CancellationToken.None));
        Assert.False(await engine.Get<CompareBooks>().RunDueAsync(CancellationToken.None));
        Assert.Equal(ComparisonState.Done, (await engine.ReadAsync(db => db.BookComparisons.SingleAsync())).State);
    }

    [Fact]
    public async Task Day_is_compared_by_one_instance_at_a_time()
    {
        await using var engine = await StartAsync();
        await using var other = engine.Another();
        await engine.PaidAsync();
        var inTheMiddle = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        engine.Provider.OnList = () =>
        {
            inTheMiddle.SetResult();
            return goOn.Task;
        };

        var first = CompareAsync(engine);
        await inTheMiddle.Task.WaitAsync(Eventually.Deadline);
        var second = await other.Get<CompareBooks>().RunAsync(engine.TenantId, engine.AccountId, Today(engine), Finance, CancellationToken.None);
        goOn.SetResult();

        Assert.Equal(Codes.ChangedMeanwhile, second.Problem!.Code);
        Assert.Equal(0, (await first).Differences);
        Assert.Single(engine.Provider.Requests, request => request == "list");
    }

    [Fact]
    public async Task Who_may_not_review_payments_compares_nothing()
    {
        await using var engine = await StartAsync();
        var refused = await engine.Get<CompareBooks>().RunAsync(engine.TenantId, engine.AccountId, Today(engine), Finance with { Role = Roles.Clerk }, CancellationToken.None);
        var early = await engine.Get<CompareBooks>().RunAsync(engine.TenantId, engine.AccountId, Today(engine).AddDays(1), Finance, CancellationToken.None);

        Assert.Equal(Codes.PermissionMissing, refused.Problem!.Code);
        Assert.Equal(["day"], early.Problem!.Errors!.Keys);
    }

    private static async Task<Engine> StartAsync()
    {
        var engine = await Engine.StartAsync();
        engine.Provider.ListedAt = engine.Clock.GetUtcNow();
        return engine;
    }

    private static DateOnly Today(Engine engine) => TimeBound.DayOf(engine.Clock.GetUtcNow(), TimeZoneInfo.FindSystemTimeZoneById("Asia/Almaty"));

    private static async Task<BookComparison> CompareAsync(Engine engine)
    {
        var done = await engine.Get<CompareBooks>().RunAsync(engine.TenantId, engine.AccountId, Today(engine), Finance, CancellationToken.None);
        Assert.Null(done.Problem);
        return done.Value;
    }

    private static Task<List<BookDifference>> DifferencesAsync(Engine engine) => engine.ReadAsync(db => db.BookDifferences.ToListAsync());
}
