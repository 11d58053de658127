using System.Globalization;

namespace PaymentAdmin.Tests.Endpoints;

/// <summary>/admin/configs and /admin/logs.</summary>
[Collection(Source001Collection.Name)]
public sealed class Source001AdminTests(Source001World world)
{
    private const string Body = """{"shop_id": 8, "organization_bin": "210440028324"}""";

    [Fact]
    public async Task Created_config_is_answered_masked_and_with_its_warnings()
    {
        var shop = await world.MerchantAsync();

        var saved = (await shop.PostAsync("/admin/configs", $$"""{"shop_id": 9, "organization_bin": "991011000048", "device_token": "{{shop.DeviceToken}}", "description": "Flowers"}""")).Is(201);

        Assert.Equal(["id", "shop_id", "organization_bin", "device_token", "description", "is_active", "provider", "created_at", "updated_at", "warnings"], saved.Members);
        Assert.Equal(("9", "991011000048", shop.DeviceToken[..8] + "…", "Flowers", "True", "kaspi"), (saved["shop_id"], saved["organization_bin"], saved["device_token"], saved["description"], saved["is_active"], saved["provider"]));
        Assert.Equal("[]", saved["warnings"]);
        Assert.EndsWith("Z", saved["created_at"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Config_without_a_token_is_accepted_with_a_warning()
    {
        var shop = await world.MerchantAsync();

        var saved = (await shop.PostAsync("/admin/configs", Body)).Is(201);

        Assert.Null(saved["device_token"]);
        Assert.Contains("device token", saved["warnings"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Second_active_config_of_a_shop_exists_already()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();

        (await shop.PostAsync("/admin/configs", Body)).IsProblem(409, "config_exists");
        (await shop.DeleteAsync("/admin/configs/8")).Is(204);
        var again = (await shop.PostAsync("/admin/configs", """{"shop_id": 8, "organization_bin": "991011000048"}""")).Is(201);

        Assert.Equal("991011000048", again["organization_bin"]);
        Assert.Single((await shop.GetAsync("/admin/configs")).Json.EnumerateArray().ToList());
    }

    [Fact]
    public async Task Parallel_creations_make_one_config()
    {
        var shop = await world.MerchantAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => shop.PostAsync("/admin/configs", Body)));

        Assert.Single(answers, answer => answer.Status == 201);
        Assert.All(answers.Where(answer => answer.Status != 201), answer => answer.IsProblem(409, "config_exists"));
    }

    [Fact]
    public async Task Change_takes_what_is_there_and_null_clears()
    {
        var shop = await world.MerchantAsync();
        (await shop.PostAsync("/admin/configs", $$"""{"shop_id": 8, "organization_bin": "210440028324", "device_token": "{{shop.DeviceToken}}", "description": "Flowers"}""")).Is(201);

        var described = (await shop.PutAsync("/admin/configs/8", """{"description": "Roses"}""")).Is(200);
        Assert.Equal(("Roses", shop.DeviceToken[..8] + "…", "True"), (described["description"], described["device_token"], described["is_active"]));

        var cleared = (await shop.PutAsync("/admin/configs/8", """{"description": null, "device_token": null, "is_active": false, "shop_id": 8, "provider": "kaspi", "unknown": 1}""")).Is(200);
        Assert.Equal((null, null, "False", "210440028324"), (cleared["description"], cleared["device_token"], cleared["is_active"], cleared["organization_bin"]));

        (await shop.PutAsync("/admin/configs/8?provider=kaspi", """{"is_active": true}""")).Is(200);
        Assert.Equal("True", (await shop.PutAsync("/admin/configs/8", "{}")).Is(200)["is_active"]);
    }

    [Fact]
    public async Task Masked_token_is_not_taken_for_a_token()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        var masked = shop.DeviceToken[..8] + "…";

        Assert.Equal(["device_token"], (await shop.PutAsync("/admin/configs/8", $$"""{"device_token": "{{masked}}"}""")).IsProblem(400, "device_token_masked").Faults);

        (await shop.CreateAsync()).Is(200);
    }

    [Theory]
    [InlineData("organization_bin", "\"210440028325\"")]
    [InlineData("organization_bin", "\"2104400283240\"")]
    [InlineData("organization_bin", "\"21044002832\"")]
    [InlineData("organization_bin", "\"٢١٠٤٤٠٠٢٨٣٢٤\"")]
    [InlineData("organization_bin", "\"２１０４４００２８３２４\"")]
    [InlineData("organization_bin", "\"\"")]
    [InlineData("organization_bin", "210440028324")]
    [InlineData("organization_bin", "null")]
    [InlineData("device_token", "\"your-device-token-uuid\"")]
    [InlineData("device_token", "\"0e1d2c3b4a5946879786a5b4c3d2e1f0\"")]
    [InlineData("device_token", "\"0e1d2c3b-4a59-4687-9786-a5b4c3d2e1f0 \"")]
    [InlineData("device_token", "\"\"")]
    [InlineData("device_token", "1")]
    [InlineData("description", "\"a\\u0007b\"")]
    [InlineData("description", "1")]
    [InlineData("is_active", "\"yes\"")]
    [InlineData("is_active", "1")]
    public async Task Wrong_member_is_refused_in_creation_and_change(string member, string value)
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        var bin = member == "organization_bin" ? "" : "\"organization_bin\": \"210440028324\", ";

        Assert.Equal([member], (await shop.PostAsync("/admin/configs", $$"""{"shop_id": 9, {{bin}}"{{member}}": {{value}}}""")).IsProblem(400, "validation_failed").Faults);
        Assert.Equal([member], (await shop.PutAsync("/admin/configs/8", $$"""{"{{member}}": {{value}}}""")).IsProblem(400, "validation_failed").Faults);
        Assert.Single((await shop.GetAsync("/admin/configs")).Json.EnumerateArray().ToList());
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-8")]
    [InlineData("2147483648")]
    [InlineData("\"8\"")]
    [InlineData("null")]
    public async Task Shop_number_is_a_whole_number_from_one(string shopId)
    {
        var shop = await world.MerchantAsync();

        Assert.Equal(["shop_id"], (await shop.PostAsync("/admin/configs", $$"""{"shop_id": {{shopId}}, "organization_bin": "210440028324"}""")).IsProblem(400, "validation_failed").Faults);
    }

    [Fact]
    public async Task Largest_shop_number_is_taken()
    {
        var shop = await world.MerchantAsync();

        (await shop.PostAsync("/admin/configs", """{"shop_id": 2147483647, "organization_bin": "891027350515"}""")).Is(201);
        (await shop.PutAsync("/admin/configs/2147483647", """{"description": "x"}""")).Is(200);
    }

    [Fact]
    public async Task Bin_is_required_in_a_creation_and_cannot_be_cleared()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();

        Assert.Equal(["organization_bin"], (await shop.PostAsync("/admin/configs", """{"shop_id": 9}""")).IsProblem(400, "validation_failed").Faults);
        Assert.Equal(["is_active"], (await shop.PutAsync("/admin/configs/8", """{"is_active": null}""")).IsProblem(400, "validation_failed").Faults);
    }

    [Fact]
    public async Task Body_cannot_move_a_config_to_another_shop_or_provider()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();

        Assert.Equal(["shop_id"], (await shop.PutAsync("/admin/configs/8", """{"shop_id": 9}""")).IsProblem(400, "validation_failed").Faults);
        Assert.Equal(["provider"], (await shop.PutAsync("/admin/configs/8", """{"provider": "ioka"}""")).IsProblem(400, "validation_failed").Faults);
    }

    [Theory]
    [InlineData("9")]
    [InlineData("0")]
    [InlineData("abc")]
    [InlineData("99999999999")]
    [InlineData("%D9%A8")]
    public async Task Unknown_shop_is_not_configured(string shopId)
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();

        (await shop.PutAsync($"/admin/configs/{shopId}", """{"description": "x"}""")).IsProblem(404, "shop_not_configured");
        (await shop.DeleteAsync($"/admin/configs/{shopId}")).IsProblem(404, "shop_not_configured");
    }

    [Fact]
    public async Task Unknown_provider_is_refused()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();

        (await shop.PutAsync("/admin/configs/8?provider=nobody", """{"description": "x"}""")).IsProblem(400, "invalid_parameter");
        (await shop.DeleteAsync("/admin/configs/8?provider=nobody")).IsProblem(400, "invalid_parameter");
        Assert.Equal(["provider"], (await shop.PostAsync("/admin/configs", """{"shop_id": 9, "organization_bin": "210440028324", "provider": "nobody"}""")).IsProblem(400, "validation_failed").Faults);
    }

    [Fact]
    public async Task Switching_off_twice_is_the_same_as_once()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();

        var first = await shop.DeleteAsync("/admin/configs/8");
        var second = await shop.DeleteAsync("/admin/configs/8");

        Assert.Equal((204, "", 204), (first.Status, first.Text, second.Status));
        Assert.False(Assert.Single((await shop.GetAsync("/admin/configs")).Json.EnumerateArray().ToList()).GetProperty("is_active").GetBoolean());
    }

    [Fact]
    public async Task Configs_of_two_tenants_do_not_meet()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        var other = await world.MerchantAsync();

        (await other.PutAsync("/admin/configs/8", """{"organization_bin": "991011000048"}""")).IsProblem(404, "shop_not_configured");
        (await other.DeleteAsync("/admin/configs/8")).IsProblem(404, "shop_not_configured");
        await other.WithShopAsync(8, Merchant.OtherBin);

        Assert.Equal(Merchant.Bin, (await shop.CreateAsync()).Is(200)["organization_bin"]);
        Assert.Equal(Merchant.OtherBin, (await other.CreateAsync()).Is(200)["organization_bin"]);
    }

    [Fact]
    public async Task Log_is_newest_first_and_filtered_by_shop_and_limit()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        await shop.WithShopAsync(9);
        await shop.CreateAsync(message: "one");
        await shop.CreateAsync(message: "two", shopId: 9);
        await shop.CreateAsync(message: "three");

        var all = await shop.LogsAsync();
        Assert.Equal([8, 9, 8], all.Select(row => row.GetProperty("shop_id").GetInt32()));
        Assert.Equal(all.Select(row => row.GetProperty("id").GetInt64()).OrderDescending(), all.Select(row => row.GetProperty("id").GetInt64()));
        Assert.Equal(2, (await shop.LogsAsync("?shop_id=8")).Count);
        Assert.Empty(await shop.LogsAsync("?shop_id=10"));
        Assert.Equal(all[0].GetProperty("id").GetInt64(), Assert.Single(await shop.LogsAsync("?limit=1")).GetProperty("id").GetInt64());
        Assert.Equal(3, (await shop.LogsAsync("?limit=1000")).Count);
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=1001")]
    [InlineData("limit=-1")]
    [InlineData("limit=ten")]
    [InlineData("limit=")]
    [InlineData("limit=1.5")]
    [InlineData("limit=%201")]
    [InlineData("limit=%D9%A1")]
    [InlineData("limit=1&limit=2")]
    [InlineData("shop_id=0")]
    [InlineData("shop_id=-8")]
    [InlineData("shop_id=eight")]
    [InlineData("shop_id=2147483648")]
    [InlineData("shop_id=8&shop_id=9")]
    public async Task Bad_parameter_of_the_log_is_refused(string query)
    {
        var shop = await world.MerchantAsync();

        (await shop.GetAsync($"/admin/logs?{query}")).IsProblem(400, "invalid_parameter");
    }

    [Fact]
    public async Task Log_shows_a_hundred_rows_by_default()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        for (var i = 0; i < 101; i++)
            (await shop.CreateAsync(message: "row " + i.ToString(CultureInfo.InvariantCulture))).Is(200);

        Assert.Equal(100, (await shop.LogsAsync()).Count);
        Assert.Equal(101, (await shop.LogsAsync("?limit=101")).Count);
    }
}
