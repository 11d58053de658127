using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Endpoints;

/// <summary><c>GET /v1/payments</c> and <c>GET /v1/refunds</c>: pages, filters and what is refused.</summary>
public sealed class PaymentListTests(SharedPaymentScene shared) : IClassFixture<SharedPaymentScene>, IAsyncLifetime
{
    private readonly PaymentScene scene = shared.Scene;
    private Guid tenantId;
    private HttpClient client = null!;

    public async Task InitializeAsync() => (tenantId, client) = await scene.AnotherTenantAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Pages_hold_every_payment_once_newest_first()
    {
        var made = new List<Guid>();
        for (var i = 0; i < 7; i++)
            made.Insert(0, (await CreateAsync()).Id);

        var seen = new List<Guid>();
        var sizes = new List<int>();
        string? cursor = null;
        do
        {
            var page = await client.AskAsync($"/v1/payments?limit=3&currency=KZT{(cursor is null ? "" : "&cursor=" + cursor)}");
            Assert.Equal(200, page.Status);
            seen.AddRange(page.Data.Select(row => row["id"]!.GetValue<Guid>()));
            sizes.Add(page.Data.Count);
            cursor = page.Json["next_cursor"]?.GetValue<string>();
            Assert.Equal(cursor is not null, page.Json["has_more"]!.GetValue<bool>());
        }
        while (cursor is not null);

        Assert.Equal(made, seen);
        Assert.Equal([3, 3, 1], sizes);
    }

    [Fact]
    public async Task Row_is_the_payment_as_it_is_alone_without_its_parts()
    {
        var payment = await PaidAsync();

        var row = (await client.AskAsync("/v1/payments")).Data.Single().AsObject();
        var alone = (await client.AskAsync($"/v1/payments/{payment.Id}")).Json.AsObject();

        foreach (var part in (string[])["attempts", "refunds", "proofs", "timeline"])
            Assert.True(alone.Remove(part));
        Assert.Equal(alone.ToJsonString(), row.ToJsonString());
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=201")]
    [InlineData("limit=-1")]
    [InlineData("limit=5.0")]
    [InlineData("limit=99999999999999999999")]
    [InlineData("limit=5&limit=6")]
    [InlineData("cursor=nonsense")]
    [InlineData("cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("status=paid")]
    [InlineData("status=pending&status=failed")]
    [InlineData("exception=none")]
    [InlineData("provider=nobody")]
    [InlineData("mode=both")]
    [InlineData("shop_id=eight")]
    [InlineData("created_from=yesterday")]
    [InlineData("created_to=2026-13-01")]
    [InlineData("colour=blue")]
    [InlineData("q=%00")]
    public async Task Bad_parameter_is_400_and_named(string query)
    {
        var answer = await client.AskAsync("/v1/payments?" + query);

        Assert.Equal((400, "invalid_parameter"), (answer.Status, answer.Code));
        Assert.Contains(query.Split('=')[0], answer.Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cursor_belongs_to_its_filter_its_list_and_its_tenant()
    {
        await PaidAsync();
        await PaidAsync();
        var (_, other) = await scene.AnotherTenantAsync();
        var cursor = (await client.AskAsync("/v1/payments?limit=1&status=succeeded")).Text("next_cursor");

        foreach (var (caller, address) in new[] { (client, $"/v1/payments?limit=1&status=pending&cursor={cursor}"), (client, $"/v1/payments?cursor={cursor}"), (client, $"/v1/refunds?cursor={cursor}"), (other, $"/v1/payments?status=succeeded&cursor={cursor}") })
        {
            var answer = await caller.AskAsync(address);
            Assert.Equal((400, "invalid_parameter"), (answer.Status, answer.Code));
        }

        Assert.Single((await client.AskAsync($"/v1/payments?limit=2&status=succeeded&cursor={cursor}")).Data);
    }

    [Fact]
    public async Task Search_finds_by_id_reference_phone_email_and_the_beginning_of_the_order_reference()
    {
        var payment = await CreateAsync(request => request with { OrderReference = "INV/2026-77", CustomerEmail = "aigerim@example.kz", CustomerPhone = "+77015551234" });
        await CreateAsync();

        foreach (var text in (string[])[payment.Id.ToString(), payment.ProviderReference!, "8 (701) 555-12-34", "Aigerim@example.kz", "INV/2026"])
        {
            var found = await client.AskAsync("/v1/payments?q=" + Uri.EscapeDataString(text));
            Assert.True(found.Data.Select(row => row["id"]!.GetValue<Guid>()).SequenceEqual([payment.Id]), text);
        }

        Assert.Empty((await client.AskAsync("/v1/payments?q=2026-77")).Data);
    }

    [Fact]
    public async Task Filters_choose_by_status_shop_provider_and_time()
    {
        var paid = await PaidAsync();
        var open = await CreateAsync();
        var bare = await CreateAsync(request => request with { Provider = null, ShopId = null });

        Assert.Equal([paid.Id], await IdsAsync("status=succeeded"));
        Assert.Equal([bare.Id, open.Id], await IdsAsync("status=created,pending"));
        Assert.Equal([open.Id, paid.Id], await IdsAsync("shop_id=8"));
        Assert.Equal([open.Id, paid.Id], await IdsAsync("provider=scripted&mode=test"));
        Assert.Equal([bare.Id, open.Id], await IdsAsync("created_from=" + Uri.EscapeDataString(open.CreatedAt.UtcDateTime.ToString("o"))));
        Assert.Empty(await IdsAsync("exception=paid_late"));
        Assert.Empty(await IdsAsync("created_to=2020-01-01"));
    }

    [Theory]
    [InlineData("/v1/payments")]
    [InlineData("/v1/refunds")]
    public async Task Other_mode_is_refused_and_other_tenants_see_nothing(string list)
    {
        await RefundedAsync();
        var (_, other) = await scene.AnotherTenantAsync();
        using var live = scene.App.Client((await scene.App.CreateKeyAsync(tenantId, Mode.Live)).Text);

        var mismatch = await client.AskAsync(list + "?mode=live");

        Assert.Equal((403, "mode_mismatch"), (mismatch.Status, mismatch.Code));
        Assert.Single((await client.AskAsync(list + "?mode=test")).Data);
        Assert.Empty((await other.AskAsync(list)).Data);
        Assert.Empty((await live.AskAsync(list)).Data);
    }

    [Fact]
    public async Task Refunds_are_listed_by_payment_and_status()
    {
        var first = await RefundedAsync();
        var second = await RefundedAsync();

        var all = await client.AskAsync("/v1/refunds");
        var one = await client.AskAsync($"/v1/refunds?payment_id={first}&status=succeeded");
        var page = await client.AskAsync("/v1/refunds?limit=1");
        var next = await client.AskAsync("/v1/refunds?limit=1&cursor=" + page.Text("next_cursor"));

        Assert.Equal([second, first], all.Data.Select(row => row["payment_id"]!.GetValue<Guid>()));
        Assert.Equal((await client.AskAsync($"/v1/refunds/{one.Data.Single()["id"]}")).Body, one.Data.Single().ToJsonString(PaymentAdmin.Web.Endpoints.Json.Api));
        Assert.Empty((await client.AskAsync("/v1/refunds?status=failed")).Data);
        Assert.Equal([second, first], page.Data.Concat(next.Data).Select(row => row["payment_id"]!.GetValue<Guid>()));
        Assert.False(next.Json["has_more"]!.GetValue<bool>());
    }

    [Theory]
    [InlineData("payment_id=1")]
    [InlineData("status=paid")]
    [InlineData("q=x")]
    [InlineData("limit=1000")]
    public async Task Bad_parameter_of_refunds_is_400(string query)
    {
        var answer = await client.AskAsync("/v1/refunds?" + query);

        Assert.Equal((400, "invalid_parameter"), (answer.Status, answer.Code));
    }

    private Task<Payment> CreateAsync(Func<CreatePaymentRequest, CreatePaymentRequest>? change = null) =>
        scene.CreateAsync(request => (change?.Invoke(request) ?? request) with { TenantId = tenantId });

    private async Task<Payment> PaidAsync() => await scene.PayAsync(await CreateAsync());

    private async Task<Guid> RefundedAsync()
    {
        var payment = await PaidAsync();
        Assert.Equal(201, (await client.TellOnceAsync($"/v1/payments/{payment.Id}/refunds", """{"amount_minor":500,"reason":"late"}""")).Status);
        return payment.Id;
    }

    private async Task<List<Guid>> IdsAsync(string query) => [.. (await client.AskAsync("/v1/payments?" + query)).Data.Select(row => row["id"]!.GetValue<Guid>())];
}
