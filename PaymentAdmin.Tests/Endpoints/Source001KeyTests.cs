using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Tests.Endpoints;

/// <summary>The routes of source system 001 with an Idempotency-Key.</summary>
[Collection(Source001Collection.Name)]
public sealed class Source001KeyTests(Source001World world)
{
    private const string Create = """{"shop_id": 8, "amount": 100, "phone": "77015210002", "message": "keyed"}""";

    [Fact]
    public async Task Same_key_and_request_is_the_stored_answer()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        var first = (await SendAsync(shop, "/payments/kaspi/create", Create, "key-1")).Is(200);

        world.Later(TimeSpan.FromMinutes(30));
        var again = (await SendAsync(shop, "/payments/kaspi/create", Create, "key-1")).Is(200);

        Assert.Equal((first.Text, "true"), (again.Text, again.Headers.GetValues("Idempotent-Replayed").Single()));
        Assert.NotEqual(first.Headers.GetValues("Request-Id"), again.Headers.GetValues("Request-Id"));
        Assert.Equal((1, 1), (await shop.PaymentsAsync(), await shop.CallsAsync(ProviderOperation.Create)));
    }

    [Fact]
    public async Task Another_key_is_another_payment()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();

        var first = (await SendAsync(shop, "/payments/kaspi/create", Create, "key-1")).Is(200);
        var second = (await SendAsync(shop, "/payments/kaspi/create", Create, "key-2")).Is(200);

        Assert.NotEqual(first["external_id"], second["external_id"]);
    }

    [Fact]
    public async Task Key_of_another_request_is_refused()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        (await SendAsync(shop, "/payments/kaspi/create", Create, "key-1")).Is(200);

        (await SendAsync(shop, "/payments/kaspi/create", Create.Replace("100", "101", StringComparison.Ordinal), "key-1")).IsProblem(422, "idempotency_key_reused");
        (await SendAsync(shop, "/payments/kaspi/create-link", Create, "key-1")).IsProblem(422, "idempotency_key_reused");
        (await SendAsync(shop, "/admin/configs", """{"shop_id": 9, "organization_bin": "991011000048"}""", "key-1")).IsProblem(422, "idempotency_key_reused");
    }

    [Fact]
    public async Task Parallel_requests_with_one_key_are_one_payment()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SendAsync(shop, "/payments/kaspi/create", Create, "key-1")));

        Assert.Contains(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer.Status != 200), answer => answer.IsProblem(409, "idempotency_in_progress"));
        Assert.Equal((1, 1), (await shop.PaymentsAsync(), await shop.CallsAsync(ProviderOperation.Create)));
    }

    [Fact]
    public async Task Equal_refunds_under_two_keys_are_two_refunds()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        var externalId = await shop.PaidAsync();
        var body = $$"""{"shop_id": 8, "external_id": "{{externalId}}", "amount": 50}""";

        var first = (await SendAsync(shop, "/payments/kaspi/refund", body, "key-1")).Is(200);
        (await SendAsync(shop, "/payments/kaspi/refund", body, "key-2")).Is(200);
        var again = (await SendAsync(shop, "/payments/kaspi/refund", body, "key-1")).Is(200);

        Assert.Equal((first.Text, true), (again.Text, again.Headers.Contains("Idempotent-Replayed")));
        Assert.Equal(10000, await shop.RefundedAtKaspiAsync(externalId));
    }

    [Fact]
    public async Task Refusal_before_execution_leaves_the_key_free()
    {
        var shop = await world.MerchantAsync();
        (await SendAsync(shop, "/payments/kaspi/create", Create, "key-1")).IsProblem(404, "shop_not_configured");

        await shop.WithShopAsync();

        (await SendAsync(shop, "/payments/kaspi/create", Create, "key-1")).Is(200);
    }

    [Fact]
    public async Task Creation_of_a_config_is_answered_again()
    {
        var shop = await world.MerchantAsync();
        const string body = """{"shop_id": 8, "organization_bin": "210440028324"}""";

        var first = (await SendAsync(shop, "/admin/configs", body, "key-1")).Is(201);
        var again = (await SendAsync(shop, "/admin/configs", body, "key-1")).Is(201);

        Assert.Equal(first.Text, again.Text);
    }

    [Theory]
    [InlineData("with space", 1)]
    [InlineData("x", 256)]
    public async Task Key_of_another_form_is_refused(string part, int times)
    {
        var key = string.Concat(Enumerable.Repeat(part, times));
        var shop = await (await world.MerchantAsync()).WithShopAsync();

        (await SendAsync(shop, "/payments/kaspi/create", Create, key)).IsProblem(400, "invalid_parameter");
    }

    private static Task<ApiAnswer> SendAsync(Merchant shop, string path, string body, string key) => shop.SendAsync(HttpMethod.Post, path, body, idempotencyKey: key);
}
