using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Dashboard;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Benchmarks;

/// <summary>
/// The list of payments on a small and a large database of <c>seed-load</c>: every filter that the page offers, paging to the end, the counts above the
/// list and the CSV. Each query is asked of both in turn, warmed alike.
/// </summary>
internal static class ListScenario
{
    private const int PageSize = 50;

    public static async Task<int> RunAsync(string small, string large)
    {
        await using var less = await Side.OpenAsync(small);
        await using var more = await Side.OpenAsync(large);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{less.Payments:N0} and {more.Payments:N0} payments of one tenant, {PageSize} a page."));
        var quick = new Comparison { Calls = 40, WarmUp = 3, Tail = 0.99, Format = "0.00" };
        var slow = new Comparison { Calls = 5, WarmUp = 3, Tail = 0.99, Format = "0.00" };
        quick.WriteHead("query");
        foreach (var (name, filterOf) in Queries)
            await quick.RunAsync(name, () => TimeAsync(() => AskAsync(less, filterOf(less))), () => TimeAsync(() => AskAsync(more, filterOf(more))));
        await quick.RunAsync("page at 90 % of the depth", () => TimeAsync(less.DeepAsync), () => TimeAsync(more.DeepAsync));
        await quick.RunAsync("page of one payment", () => TimeAsync(less.DetailAsync), () => TimeAsync(more.DetailAsync));
        await slow.RunAsync("counts of the tabs, no filter", () => TimeAsync(() => CountAsync(less, PaymentFilter.All)), () => TimeAsync(() => CountAsync(more, PaymentFilter.All)));
        await slow.RunAsync("counts of the tabs, one provider", () => TimeAsync(() => CountAsync(less, OneProvider)), () => TimeAsync(() => CountAsync(more, OneProvider)));
        await slow.RunAsync("counts of the tabs, an e-mail", () => TimeAsync(() => CountAsync(less, Emailed(less))), () => TimeAsync(() => CountAsync(more, Emailed(more))));
        await slow.RunAsync("dashboard", () => TimeAsync(less.DashboardAsync), () => TimeAsync(more.DashboardAsync));
        Console.WriteLine();
        var (many, few) = (await more.CsvAsync(), await less.CsvAsync());
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"CSV of all {more.Payments:N0} rows: {many:N0} rows/s; of the small database {few:N0} rows/s."));
        return 0;
    }

    private static PaymentFilter OneProvider { get; } = new() { Providers = ["stripe"] };

    private static PaymentFilter Emailed(Side side) => new() { Query = side.Sample.CustomerEmail };

    private static IEnumerable<(string Name, Func<Side, PaymentFilter> Filter)> Queries =>
    [
        ("no filter", _ => PaymentFilter.All),
        ("status=succeeded", _ => new PaymentFilter { Statuses = [PaymentStatus.Succeeded] }),
        ("status=in_review (rare)", _ => new PaymentFilter { Statuses = [PaymentStatus.InReview] }),
        ("status=failed,expired", _ => new PaymentFilter { Statuses = [PaymentStatus.Failed, PaymentStatus.Expired] }),
        ("status=created,in_review (rare)", _ => new PaymentFilter { Statuses = [PaymentStatus.Created, PaymentStatus.InReview] }),
        ("provider=stripe", _ => new PaymentFilter { Providers = ["stripe"] }),
        ("provider=stripe,kaspi", _ => new PaymentFilter { Providers = ["stripe", "kaspi"] }),
        ("shop_id=9", _ => new PaymentFilter { ShopIds = [9] }),
        ("shop_id=8,9", _ => new PaymentFilter { ShopIds = [8, 9] }),
        ("organization_bin", _ => new PaymentFilter { OrganizationBins = ["991011000048"] }),
        ("currency=KES", _ => new PaymentFilter { Currencies = ["KES"] }),
        ("currency=JPY (none)", _ => new PaymentFilter { Currencies = ["JPY"] }),
        ("exception=paid_late", _ => new PaymentFilter { Exceptions = [PaymentExceptions.PaidLate] }),
        ("exception=disputed (none)", _ => new PaymentFilter { Exceptions = [PaymentExceptions.Disputed] }),
        ("has_refund=true", _ => new PaymentFilter { HasRefund = true }),
        ("has_refund=false", _ => new PaymentFilter { HasRefund = false }),
        ("created_from, created_to: one day", side => new PaymentFilter { CreatedFrom = TimeBound.Of(side.SampleDay), CreatedTo = TimeBound.Of(side.SampleDay) }),
        ("updated_from: one day until now", side => new PaymentFilter { UpdatedFrom = TimeBound.Of(side.LastDay) }),
        ("updated_from: most of all", side => new PaymentFilter { UpdatedFrom = TimeBound.Of(side.SampleDay) }),
        ("updated_from, updated_to: one day", side => new PaymentFilter { UpdatedFrom = TimeBound.Of(side.SampleDay), UpdatedTo = TimeBound.Of(side.SampleDay) }),
        ("updated_from and a rare status", side => new PaymentFilter { UpdatedFrom = TimeBound.Of(side.SampleDay), Statuses = [PaymentStatus.InReview] }),
        ("amount_from, amount_to", _ => new PaymentFilter { AmountFrom = 100, AmountTo = 5_000 }),
        ("amount_from (none so large)", _ => new PaymentFilter { AmountFrom = 900_000_000 }),
        ("status, shop and provider", _ => new PaymentFilter { Statuses = [PaymentStatus.Failed], ShopIds = [9], Providers = ["paystack"] }),
        ("status=in_review, provider", _ => new PaymentFilter { Statuses = [PaymentStatus.InReview], Providers = ["paystack"] }),
        ("q: payment id", side => new PaymentFilter { Query = side.Sample.Id.ToString() }),
        ("q: order reference", side => new PaymentFilter { Query = side.Sample.OrderReference }),
        ("q: beginning of many references", side => new PaymentFilter { Query = side.Sample.OrderReference[..4] }),
        ("q: payment code", side => new PaymentFilter { Query = side.Sample.PaymentCode }),
        ("q: provider reference", side => new PaymentFilter { Query = side.Sample.ProviderReference }),
        ("q: phone", side => new PaymentFilter { Query = side.Sample.CustomerPhone }),
        ("q: e-mail", side => new PaymentFilter { Query = side.Sample.CustomerEmail }),
        ("q: e-mail, and a status", side => new PaymentFilter { Query = side.Sample.CustomerEmail, Statuses = [PaymentStatus.Succeeded] }),
        ("q: nothing like it", _ => new PaymentFilter { Query = "zzz-nothing" }),
    ];

    private static async Task<double> TimeAsync(Func<Task> ask)
    {
        var started = Stopwatch.GetTimestamp();
        await ask();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static async Task AskAsync(Side side, PaymentFilter filter)
    {
        var page = await side.Search.PageAsync(side.Scope, filter, cursor: null, PageSize, CancellationToken.None);
        if (page.Problem is { } problem)
            throw new InvalidOperationException(problem.Detail);
    }

    /// <summary>A search of its own each time: what was counted is kept for two seconds.</summary>
    private static async Task CountAsync(Side side, PaymentFilter filter)
    {
        using var search = new PaymentSearch(side.Store);
        await search.CountAsync(side.Scope, filter, CancellationToken.None);
    }

    private sealed class Side(Contexts contexts, WriteGate gate, PaymentStore store, SearchScope scope, int payments, Payment sample, DateOnly lastDay) : IAsyncDisposable
    {
        private string? deep;

        public PaymentStore Store => store;

        public SearchScope Scope => scope;

        public int Payments => payments;

        public Payment Sample => sample;

        public DateOnly SampleDay => DateOnly.FromDateTime(sample.CreatedAt.UtcDateTime);

        public DateOnly LastDay => lastDay;

        public PaymentSearch Search { get; } = new(store);

        public static async Task<Side> OpenAsync(string file)
        {
            var contexts = new Contexts($"Data Source={file}");
            var gate = new WriteGate(isSingleWriter: true);
            var store = new PaymentStore(contexts, gate);
            await using var db = contexts.CreateDbContext();
            var tenant = await db.Tenants.SingleAsync(row => row.Slug == Tenant.DefaultSlug);
            var own = db.Payments.AsNoTracking().Where(row => row.TenantId == tenant.Id && row.Mode == Mode.Test);
            var count = await own.CountAsync();
            var sample = await own.Where(row => row.Status == PaymentStatus.Succeeded).OrderBy(row => row.CreatedAt).Skip(count / 4).FirstAsync();
            var newest = await own.OrderByDescending(row => row.CreatedAt).FirstAsync();
            return new Side(contexts, gate, store, new SearchScope(tenant.Id, Mode.Test, tenant.Zone), count, sample, DateOnly.FromDateTime(newest.CreatedAt.UtcDateTime));
        }

        /// <summary>The first call goes there page by page.</summary>
        public async Task DeepAsync()
        {
            deep ??= await GoDownAsync();
            await Search.PageAsync(scope, PaymentFilter.All, deep, PageSize, CancellationToken.None);
        }

        public async Task DetailAsync() => await new PaymentDetails(store).FindAsync(scope.TenantId, sample.Id, CancellationToken.None);

        /// <summary>A reader of its own each time: what was read is kept for seconds, and days that are over for minutes.</summary>
        public async Task DashboardAsync()
        {
            using var dashboard = new ReadDashboard(store, TimeProvider.System);
            await dashboard.RunAsync(scope, CancellationToken.None);
        }

        private async Task<string?> GoDownAsync()
        {
            string? cursor = null;
            for (var seen = 0; seen < payments * 0.9; seen += PaymentSearch.PageSizeMax)
                cursor = (await Search.PageAsync(scope, PaymentFilter.All, cursor, PaymentSearch.PageSizeMax, CancellationToken.None)).Value.OlderCursor ?? cursor;
            return cursor;
        }

        public async Task<double> CsvAsync()
        {
            var options = CsvOptions.Read([], PaymentCsv.Columns, PaymentCsv.StandardColumns).Value;
            var csv = new PaymentCsv(store, contexts, TimeProvider.System);
            var started = Stopwatch.GetTimestamp();
            var output = PipeWriter.Create(Stream.Null);
            var rows = await csv.WriteAsync(output, scope, PaymentFilter.All with { Mode = scope.Mode }, options, Actor.System("bench"), CancellationToken.None);
            return rows / Stopwatch.GetElapsedTime(started).TotalSeconds;
        }

        public ValueTask DisposeAsync()
        {
            Search.Dispose();
            gate.Dispose();
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Contexts(string connectionString) : IDbContextFactory<PaymentDb>
    {
        private readonly DbContextOptions<SqlitePaymentDb> options = new DbContextOptionsBuilder<SqlitePaymentDb>().UseSqlite(connectionString).AddInterceptors(new SqlitePragmas()).Options;

        public PaymentDb CreateDbContext() => new SqlitePaymentDb(options);
    }
}
