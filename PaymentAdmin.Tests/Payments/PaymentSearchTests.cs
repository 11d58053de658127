using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Payments;

public sealed class PaymentSearchTests : IAsyncLifetime
{
    private Engine engine = null!;

    private PaymentSearch Search => engine.Get<PaymentSearch>();

    private SearchScope Scope => new(engine.TenantId, Mode.Test, TimeZoneInfo.FindSystemTimeZoneById("Asia/Almaty"));

    public async Task InitializeAsync() => engine = await Engine.StartAsync();

    public async Task DisposeAsync() => await engine.DisposeAsync();

    [Fact]
    public async Task Pages_go_through_every_row_once_and_back()
    {
        // Two of each moment: rows of one moment are told apart by their id.
        var ids = new List<Guid>();
        for (var i = 0; i < 11; i++)
        {
            ids.Add(await CreateAsync(isSameMoment: i % 2 == 1));
        }

        var seen = new List<Guid>();
        var page = await PageAsync(PaymentFilter.All, null, 4);
        Assert.Null(page.NewerCursor);
        seen.AddRange(page.Rows.Select(row => row.Id));
        while (page.OlderCursor is not null)
        {
            page = await PageAsync(PaymentFilter.All, page.OlderCursor, 4);
            seen.AddRange(page.Rows.Select(row => row.Id));
        }
        Assert.Equal(11, seen.Count);
        Assert.Equal(ids.Order(), seen.Order());
        Assert.Equal(page.Rows.OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id).Select(row => row.Id), page.Rows.Select(row => row.Id));

        var back = await PageAsync(PaymentFilter.All, page.NewerCursor, 4);
        Assert.Equal(seen[4..8], back.Rows.Select(row => row.Id));
        var top = await PageAsync(PaymentFilter.All, back.NewerCursor, 4);
        Assert.Equal(seen[..4], top.Rows.Select(row => row.Id));
        Assert.Null(top.NewerCursor);
    }

    [Fact]
    public async Task Rows_of_several_values_come_in_one_order_in_both_directions()
    {
        for (var i = 0; i < 12; i++)
        {
            if (i % 3 == 0)
                await engine.PaidAsync(20_000);
            else
                await CreateAsync(request => i % 3 == 1 ? request with { Provider = ScriptedProvider.Id } : request with { Currency = "JPY" }, isSameMoment: i % 2 == 1);
        }
        var several = new PaymentFilter { Statuses = [PaymentStatus.Succeeded, PaymentStatus.Pending, PaymentStatus.Failed] };
        var whole = await IdsAsync(several);
        var seen = new List<Guid>();
        var page = await PageAsync(several, null, 3);
        for (seen.AddRange(page.Rows.Select(row => row.Id)); page.OlderCursor is not null; seen.AddRange(page.Rows.Select(row => row.Id)))
            page = await PageAsync(several, page.OlderCursor, 3);

        Assert.Equal(8, whole.Count);
        Assert.Equal(whole, seen);
        Assert.Equal(whole, (await IdsAsync(PaymentFilter.All)).Where(whole.Contains));
        Assert.Equal(seen[3..6], (await PageAsync(several, page.NewerCursor, 3)).Rows.Select(row => row.Id));
        Assert.Equal(12, (await IdsAsync(new() { Currencies = ["KZT", "JPY"] })).Count);
        var counts = await Search.CountAsync(Scope, new PaymentFilter { Statuses = [PaymentStatus.Succeeded, PaymentStatus.Created] }, CancellationToken.None);
        Assert.Equal((8, 2), (counts.Matching.Number, counts.Totals.Count));
    }

    [Fact]
    public async Task Cursor_of_another_filter_tenant_or_none_at_all_is_refused()
    {
        await CreateAsync();
        await CreateAsync();
        var cursor = (await PageAsync(PaymentFilter.All, null, 1)).OlderCursor!;

        var filtered = await Search.PageAsync(Scope, new PaymentFilter { Statuses = [PaymentStatus.Created] }, cursor, 1, CancellationToken.None);
        var foreign = await Search.PageAsync(Scope with { TenantId = Guid.CreateVersion7() }, PaymentFilter.All, cursor, 1, CancellationToken.None);
        var garbage = await Search.PageAsync(Scope, PaymentFilter.All, "eyJhIjoxfQ", 1, CancellationToken.None);
        var damaged = await Search.PageAsync(Scope, PaymentFilter.All, "A" + cursor[1..], 1, CancellationToken.None);

        Assert.All([filtered, foreign, garbage], result => Assert.Equal(Codes.InvalidParameter, result.Problem?.Code));
        Assert.True(damaged.IsOk == (cursor[0] == 'A'));
    }

    [Fact]
    public async Task Filters_choose_what_they_say()
    {
        var pending = await CreateAsync(request => request with { Provider = ScriptedProvider.Id });
        var created = await CreateAsync(request => request with { AmountMinor = 500_000 });
        var yen = await CreateAsync(request => request with { AmountMinor = 7_000, Currency = "JPY" });
        engine.Clock.Advance(TimeSpan.FromSeconds(1));
        var paid = (await engine.PaidAsync(20_000)).Id;
        await engine.Get<RefundPayment>().RunAsync(new RefundRequestedBy(engine.TenantId, Mode.Test, paid, 5_000, null, "damaged"), Engine.Shop, CancellationToken.None);

        Assert.Equal([pending], await IdsAsync(new() { Statuses = [PaymentStatus.Pending] }));
        Assert.Equal([paid, pending], await IdsAsync(new() { Statuses = [PaymentStatus.Pending, PaymentStatus.Succeeded] }));
        Assert.Equal([paid, pending], await IdsAsync(new() { Providers = [ScriptedProvider.Id] }));
        Assert.Equal([yen], await IdsAsync(new() { Currencies = ["JPY"] }));
        Assert.Equal([yen, created], await IdsAsync(new() { AmountFrom = 5000 }));
        Assert.Equal([created], await IdsAsync(new() { AmountFrom = 5000, AmountTo = 5000 }));
        Assert.Equal([paid], await IdsAsync(new() { HasRefund = true }));
        Assert.Equal([yen, created, pending], await IdsAsync(new() { HasRefund = false }));
        Assert.Empty(await IdsAsync(new() { Exceptions = [PaymentExceptions.PaidLate] }));
        Assert.Empty(await IdsAsync(new() { ShopIds = [8, 9] }));
        Assert.Empty(await IdsAsync(new() { OrganizationBins = ["210440028324"] }));
    }

    [Fact]
    public async Task Exceptions_are_found_by_any_of_them()
    {
        var payment = await engine.PayingAsync(10_000);
        await engine.Store.WriteAsync(async db => (await db.Payments.SingleAsync(row => row.Id == payment.Id)).Flag(PaymentExceptions.Disputed | PaymentExceptions.Risk, PaymentExceptions.None, engine.Clock.GetUtcNow()), CancellationToken.None);
        await CreateAsync();

        Assert.Equal([payment.Id], await IdsAsync(new() { Exceptions = [PaymentExceptions.Risk, PaymentExceptions.Underpaid] }));
    }

    [Fact]
    public async Task Days_are_those_of_the_tenants_zone()
    {
        engine.Clock.AdvanceTo(new DateTimeOffset(2026, 11, 30, 18, 59, 59, TimeSpan.Zero));
        var lastSecond = await CreateAsync(isSameMoment: true);
        engine.Clock.AdvanceTo(new DateTimeOffset(2026, 11, 30, 19, 0, 0, TimeSpan.Zero));
        var firstSecond = await CreateAsync(isSameMoment: true);

        Assert.Equal([lastSecond], await IdsAsync(new() { CreatedTo = TimeBound.Of(new DateOnly(2026, 11, 30)) }));
        Assert.Equal([firstSecond], await IdsAsync(new() { CreatedFrom = TimeBound.Of(new DateOnly(2026, 12, 1)) }));
        Assert.Equal([firstSecond], await IdsAsync(new() { CreatedFrom = TimeBound.Of(engine.Clock.GetUtcNow()) }));
        Assert.Equal([lastSecond], await IdsAsync(new() { CreatedTo = TimeBound.Of(engine.Clock.GetUtcNow()) }));
    }

    [Fact]
    public async Task Last_change_is_a_time_of_its_own()
    {
        var still = await CreateAsync();
        var paying = await engine.PayingAsync(10_000);
        engine.Clock.Advance(TimeSpan.FromHours(1));
        var later = TimeBound.Of(engine.Clock.GetUtcNow());
        await engine.Store.WriteAsync(async db => (await db.Payments.SingleAsync(row => row.Id == paying.Id)).Flag(PaymentExceptions.Risk, PaymentExceptions.None, engine.Clock.GetUtcNow()), CancellationToken.None);
        engine.Clock.Advance(TimeSpan.FromSeconds(1));
        var now = TimeBound.Of(engine.Clock.GetUtcNow());

        Assert.Equal([paying.Id], await IdsAsync(new() { UpdatedFrom = later }));
        Assert.Equal([paying.Id], await IdsAsync(new() { UpdatedFrom = later, UpdatedTo = now, CreatedTo = later }));
        Assert.Equal([still], await IdsAsync(new() { UpdatedTo = later }));
        Assert.Empty(await IdsAsync(new() { UpdatedFrom = now }));
        Assert.Empty(await IdsAsync(new() { UpdatedFrom = later, CreatedFrom = later }));
    }

    [Fact]
    public async Task Payments_chosen_by_hand_are_those_alone_and_never_of_another_tenant()
    {
        var (one, _, three) = (await CreateAsync(), await CreateAsync(), await CreateAsync());

        Assert.Equal([three, one], await IdsAsync(new() { Ids = [one, three] }));
        Assert.Empty(await IdsAsync(new() { Ids = [one], Statuses = [PaymentStatus.Failed] }));
        Assert.Empty((await Search.PageAsync(Scope with { TenantId = Guid.CreateVersion7() }, new PaymentFilter { Ids = [one] }, null, 50, CancellationToken.None)).Value.Rows);
    }

    [Fact]
    public async Task Search_text_is_recognised_by_what_it_is()
    {
        var id = await CreateAsync(request => request with { OrderReference = "ORD-77", CustomerEmail = "Anna@Example.kz", CustomerPhone = "8 (701) 521-15-45" });
        var other = await CreateAsync(request => request with { OrderReference = "ORD-78", CustomerEmail = "anna@example.kz" });
        var paying = await engine.PayingAsync();
        var code = await engine.ReadAsync(db => db.Payments.Where(row => row.Id == id).Select(row => row.PaymentCode).SingleAsync());

        Assert.Equal([id], await FindAsync(id.ToString()));
        Assert.Equal([id], await FindAsync(code.ToLowerInvariant()));
        Assert.Equal([paying.Id], await FindAsync(paying.ProviderReference!));
        Assert.Equal([other, id], await FindAsync("Anna@Example.kz"));
        Assert.Equal([other], await FindAsync("anna@example.kz"));
        Assert.Equal([id], await FindAsync("+77015211545"));
        Assert.Equal([id], await FindAsync("+7 701 521 15 45"));
        Assert.Equal([other, id], await IdsAsync(new() { Query = "Anna@Example.kz", Statuses = [PaymentStatus.Created] }));
        Assert.Empty(await IdsAsync(new() { Query = "Anna@Example.kz", Statuses = [PaymentStatus.Pending] }));
        Assert.Empty(await IdsAsync(new() { Query = "+77015211545", Statuses = [PaymentStatus.Pending] }));
        Assert.Equal([other, id], await FindAsync("ORD-7"));
        Assert.Equal([id], await FindAsync("ORD-77"));
        Assert.Empty(await FindAsync("ord-7"));
        Assert.Empty(await FindAsync("RD-7"));
        Assert.Empty(await FindAsync("%"));
        Assert.Empty(await FindAsync("ORD_7"));
    }

    [Fact]
    public async Task Payments_of_another_tenant_or_mode_do_not_exist()
    {
        var id = await CreateAsync();

        Assert.Empty((await Search.PageAsync(Scope with { TenantId = Guid.CreateVersion7() }, PaymentFilter.All, null, 50, CancellationToken.None)).Value.Rows);
        Assert.Empty((await Search.PageAsync(Scope with { Mode = Mode.Live }, PaymentFilter.All, null, 50, CancellationToken.None)).Value.Rows);
        Assert.Empty(await Search.RowsAsync(Scope with { Mode = Mode.Live }, [id], CancellationToken.None));
        Assert.Single(await Search.RowsAsync(Scope, [id], CancellationToken.None));
        Assert.Null(await engine.Get<PaymentDetails>().FindAsync(Guid.CreateVersion7(), id, CancellationToken.None));
    }

    [Fact]
    public async Task Counts_are_by_status_and_totals_by_currency()
    {
        await CreateAsync(request => request with { AmountMinor = 100 });
        await CreateAsync(request => request with { AmountMinor = 250 });
        await CreateAsync(request => request with { AmountMinor = 7, Currency = "JPY" });
        await engine.PayingAsync(1_000);

        var counts = await Search.CountAsync(Scope, new PaymentFilter { Statuses = [PaymentStatus.Created] }, CancellationToken.None);

        Assert.Equal(3, counts.Matching.Number);
        Assert.Equal(4, counts.All.Number);
        Assert.Equal(1, counts.ByStatus[PaymentStatus.Pending].Number);
        Assert.Equal([new CurrencyTotal("KZT", 2, 350), new CurrencyTotal("JPY", 1, 7)], counts.Totals);
        Assert.True(counts.HasAny);
    }

    [Fact]
    public async Task Empty_list_tells_what_the_other_mode_has()
    {
        await CreateAsync();

        var counts = await Search.CountAsync(Scope with { Mode = Mode.Live }, PaymentFilter.All, CancellationToken.None);

        Assert.Equal(1, counts.InOtherMode.Number);
        Assert.False(counts.HasAny);
    }

    [Fact]
    public async Task Newer_payments_are_counted_from_the_top_row()
    {
        await CreateAsync();
        var top = (await PageAsync(PaymentFilter.All, null, 50)).Rows[0];
        engine.Clock.Advance(TimeSpan.FromSeconds(1));
        await CreateAsync();
        await CreateAsync();

        Assert.Equal(2, await Search.CountNewerAsync(Scope, PaymentFilter.All, top.CreatedAt, top.Id, CancellationToken.None));
    }

    [Fact]
    public async Task Row_shows_the_payer_masked()
    {
        var id = await CreateAsync(request => request with { CustomerPhone = "+77015214109" });

        Assert.Equal("+7 7•• ••• 41 09", (await Search.RowsAsync(Scope, [id], CancellationToken.None))[0].Payer);
    }

    private async Task<Guid> CreateAsync(Func<CreatePaymentRequest, CreatePaymentRequest>? change = null, bool isSameMoment = false)
    {
        if (!isSameMoment)
            engine.Clock.Advance(TimeSpan.FromSeconds(1));
        var request = engine.Request(provider: null);
        var created = await engine.Get<CreatePayment>().RunAsync(change?.Invoke(request) ?? request, Engine.Shop, CancellationToken.None);
        Assert.Null(created.Problem);
        return created.Value.PaymentId;
    }

    private async Task<KeysetPage<PaymentRow>> PageAsync(PaymentFilter filter, string? cursor, int limit)
    {
        var page = await Search.PageAsync(Scope, filter, cursor, limit, CancellationToken.None);
        Assert.Null(page.Problem);
        return page.Value;
    }

    private async Task<List<Guid>> IdsAsync(PaymentFilter filter) => (await PageAsync(filter, null, 50)).Rows.Select(row => row.Id).ToList();

    private Task<List<Guid>> FindAsync(string text) => IdsAsync(new PaymentFilter { Query = text });
}
