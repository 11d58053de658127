using System.Text.Json;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Endpoints;

/// <summary>The calls of source system 001's document, as written there, with a key added; and who may make them.</summary>
[Collection(Source001Collection.Name)]
public sealed class Source001DocumentTests(Source001World world)
{
    [Fact]
    public async Task Curl_lines_of_the_document_work_as_written()
    {
        var shop = await world.MerchantAsync();
        var config = await shop.PostAsync("/admin/configs", $$"""{"shop_id": 8, "organization_bin": "210440028324", "device_token": "{{shop.DeviceToken}}", "is_active": true}""");
        config.Is(201);

        var created = await shop.PostAsync("/payments/kaspi/create", """{"shop_id": 8, "amount": 10000, "phone": "77015211545", "message": "Order #12345"}""");
        Assert.Equal(["success", "external_id", "status", "organization_bin"], created.Is(200).Members);
        Assert.Equal(("True", "Wait", "210440028324"), (created["success"], created["status"], created["organization_bin"]));
        Assert.Matches("^[0-9]{11}$", created["external_id"]);
        var externalId = created["external_id"]!;

        world.Later(TimeSpan.FromSeconds(6));
        var status = (await shop.StatusAsync(externalId)).Is(200);
        Assert.Equal($$"""{"success":true,"external_id":"{{externalId}}","status":"Processed"}""", status.Text);

        (await shop.PutAsync("/admin/configs/8", """{"organization_bin": "991011000048"}""")).Is(200);
        var refunded = await shop.PostAsync("/payments/kaspi/refund", $$"""{"shop_id": 8, "external_id": "{{externalId}}", "amount": 50}""");
        Assert.Equal($$"""{"success":true,"external_id":"{{externalId}}","refunded_amount":50,"organization_bin":"210440028324"}""", refunded.Is(200).Text);
        Assert.Equal(5000, await shop.RefundedAtKaspiAsync(externalId));

        Assert.Equal("Processed", (await shop.StatusAsync(externalId))["status"]);
        var log = (await shop.LogsAsync("?shop_id=8&limit=100")).Single(row => row.GetProperty("operation_type").GetString() == "create");
        Assert.Equal(["id", "shop_id", "organization_bin", "operation_type", "external_id", "amount", "status", "error_message", "provider", "created_at"], log.EnumerateObject().Select(member => member.Name));
        Assert.Equal((1000000, "Wait", "210440028324", externalId), (log.GetProperty("amount").GetInt64(), log.GetProperty("status").GetString(), log.GetProperty("organization_bin").GetString(), log.GetProperty("external_id").GetString()));
        Assert.Equal(JsonValueKind.Number, log.GetProperty("id").ValueKind);

        var listed = Assert.Single((await shop.GetAsync("/admin/configs")).Is(200).Json.EnumerateArray().ToList());
        Assert.Equal(["id", "shop_id", "organization_bin", "device_token", "description", "is_active", "provider", "created_at", "updated_at"], listed.EnumerateObject().Select(member => member.Name));
        Assert.Equal(shop.DeviceToken[..8] + "…", listed.GetProperty("device_token").GetString());
    }

    [Fact]
    public async Task Payer_who_declines_or_never_answers_ends_in_the_words_of_the_document()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        var declined = (await shop.CreateAsync(phone: "77015210001"))["external_id"]!;
        var silent = (await shop.CreateAsync(phone: "77015210002"))["external_id"]!;

        world.Later(TimeSpan.FromSeconds(6));
        Assert.Equal("RemotePaymentRejected", (await shop.StatusAsync(declined))["status"]);
        Assert.Equal("Wait", (await shop.StatusAsync(silent))["status"]);

        world.Later(TimeSpan.FromMinutes(6));
        Assert.Equal("RemotePaymentExpired", (await shop.StatusAsync(silent))["status"]);
    }

    [Fact]
    public async Task Status_asks_kaspi_at_most_once_in_five_seconds()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        var externalId = (await shop.CreateAsync(phone: "77015210002"))["external_id"]!;

        for (var i = 0; i < 5; i++)
            Assert.Equal("Wait", (await shop.StatusAsync(externalId)).Is(200)["status"]);
        Assert.Equal(1, await shop.CallsAsync(ProviderOperation.Status));

        world.Later(TimeSpan.FromSeconds(6));
        await shop.StatusAsync(externalId);
        Assert.Equal(2, await shop.CallsAsync(ProviderOperation.Status));
    }

    [Fact]
    public async Task Status_is_answered_from_our_state_when_kaspi_says_nothing_useful()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        var externalId = (await shop.CreateAsync())["external_id"]!;
        await shop.SetFaultAsync("garbage", "/status/");

        var status = await shop.StatusAsync(externalId);

        Assert.Equal("Wait", status.Is(200)["status"]);
    }

    [Fact]
    public async Task Trailing_slashes_are_optional()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        var created = await shop.PostAsync("/payments/kaspi/create/", """{"shop_id": 8, "amount": 100, "phone": "77015211545", "message": "slash"}""");

        (await shop.GetAsync($"/payments/kaspi/status/{created.Is(200)["external_id"]}/")).Is(200);
        (await shop.GetAsync("/admin/configs/")).Is(200);
        (await shop.GetAsync("/admin/logs/?limit=1")).Is(200);
        (await shop.DeleteAsync("/admin/configs/8/")).Is(204);
    }

    [Theory]
    [InlineData("POST", "/payments/kaspi/create", Scopes.PaymentsWrite)]
    [InlineData("POST", "/payments/kaspi/create-link", Scopes.PaymentsWrite)]
    [InlineData("GET", "/payments/kaspi/status/12800627774", Scopes.PaymentsRead)]
    [InlineData("POST", "/payments/kaspi/refund", Scopes.RefundsWrite)]
    [InlineData("GET", "/admin/configs", Scopes.ConfigsRead)]
    [InlineData("POST", "/admin/configs", Scopes.ConfigsWrite)]
    [InlineData("PUT", "/admin/configs/8", Scopes.ConfigsWrite)]
    [InlineData("DELETE", "/admin/configs/8", Scopes.ConfigsWrite)]
    [InlineData("GET", "/admin/logs", Scopes.LogsRead)]
    public async Task Route_wants_a_key_and_its_scope(string method, string path, string scope)
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        using var stranger = world.App.Client();
        using var guesser = world.App.Client("pa_test_" + new string('x', 43));
        using var other = await shop.KeyAsync(Mode.Test, [.. Merchant.AllBut(scope)]);

        foreach (var client in new[] { stranger, guesser })
            (await shop.SendAsync(new HttpMethod(method), path, method is "POST" or "PUT" ? "{}" : null, with: client)).IsProblem(401, "unauthenticated");
        (await shop.SendAsync(new HttpMethod(method), path, method is "POST" or "PUT" ? "{}" : null, with: other)).IsProblem(403, "scope_missing");

        Assert.Equal("210440028324", Assert.Single((await shop.GetAsync("/admin/configs")).Json.EnumerateArray().ToList()).GetProperty("organization_bin").GetString());
    }

    [Fact]
    public async Task Other_tenant_finds_nothing_of_ours()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        var externalId = await shop.PaidAsync();
        var other = await (await world.MerchantAsync()).WithShopAsync(bin: Merchant.OtherBin);

        (await other.StatusAsync(externalId)).IsProblem(404, "payment_not_found");
        (await other.RefundAsync(externalId)).IsProblem(404, "payment_not_found");
        Assert.DoesNotContain(await other.LogsAsync(), row => row.GetProperty("external_id").GetString() == externalId);
        Assert.Equal(Merchant.OtherBin, Assert.Single((await other.GetAsync("/admin/configs")).Json.EnumerateArray().ToList()).GetProperty("organization_bin").GetString());
        Assert.Equal(0, await shop.RefundedAtKaspiAsync(externalId));
    }

    [Fact]
    public async Task Live_key_finds_nothing_of_test()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        var externalId = await shop.PaidAsync();
        using var live = await shop.KeyAsync(Mode.Live);

        (await shop.SendAsync(HttpMethod.Get, $"/payments/kaspi/status/{externalId}", with: live)).IsProblem(404, "payment_not_found");
        (await shop.SendAsync(HttpMethod.Post, "/payments/kaspi/refund", $$"""{"shop_id": 8, "external_id": "{{externalId}}", "amount": 50}""", with: live)).IsProblem(404, "payment_not_found");
        Assert.Equal("[]", (await shop.SendAsync(HttpMethod.Get, "/admin/configs", with: live)).Is(200).Text);
        Assert.Equal("[]", (await shop.SendAsync(HttpMethod.Get, "/admin/logs", with: live)).Is(200).Text);
    }

    [Fact]
    public async Task Wrong_method_is_a_problem_too()
    {
        var shop = await world.MerchantAsync();

        (await shop.GetAsync("/payments/kaspi/create")).IsProblem(405, "method_not_allowed");
        (await shop.GetAsync("/payments/kaspi/nothing")).IsProblem(404, "not_found");
    }

    [Fact]
    public async Task Secrets_appear_in_no_answer_and_no_log_line()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        var answers = new List<ApiAnswer>
        {
            await shop.PostAsync("/admin/configs", $$"""{"shop_id": 9, "organization_bin": "{{Merchant.Bin}}", "device_token": "{{shop.DeviceToken}}", "description": "second"}"""),
            await shop.PutAsync("/admin/configs/8", $$"""{"device_token": "{{shop.DeviceToken}}", "description": "first"}"""),
            await shop.PostAsync("/admin/configs", $$"""{"shop_id": 9, "organization_bin": "{{Merchant.Bin}}", "device_token": "{{shop.DeviceToken}}"}"""),
            await shop.PutAsync("/admin/configs/8", $$"""{"device_token": "{{shop.DeviceToken}}x"}"""),
        };
        var externalId = await shop.PaidAsync();
        await shop.SetFaultAsync("server_error_after", "/create/");
        answers.Add(await shop.CreateAsync("20"));
        answers.Add(await shop.RefundAsync(externalId));
        answers.Add(await shop.RefundAsync(externalId, "999999"));
        answers.Add(await shop.GetAsync("/admin/configs"));
        answers.Add(await shop.GetAsync("/admin/logs?limit=1000"));

        Assert.Equal([201, 200, 409, 400, 504, 200, 422, 200, 200], answers.Select(answer => answer.Status));
        foreach (var secret in new[] { shop.DeviceToken, shop.AccessToken })
        {
            Assert.All(answers, answer => Assert.DoesNotContain(secret, answer.Text, StringComparison.OrdinalIgnoreCase));
            Assert.DoesNotContain(world.Log.All, line => line.Contains(secret, StringComparison.OrdinalIgnoreCase));
        }
    }

    [SqliteFact]
    public async Task Secrets_stand_in_no_byte_of_the_database()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        var externalId = await shop.PaidAsync();
        (await shop.RefundAsync(externalId)).Is(200);
        (await shop.PutAsync("/admin/configs/8", $$"""{"device_token": "{{shop.DeviceToken.ToUpperInvariant()}}", "description": "again"}""")).Is(200);
        var file = new Microsoft.Data.Sqlite.SqliteConnectionStringBuilder(world.App.Database.ConnectionString).DataSource;

        var found = 0;
        foreach (var path in new[] { file, file + "-wal" }.Where(File.Exists))
        {
            // Latin-1 keeps every byte, so that a text search is a search for bytes.
            await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            var bytes = await reader.ReadToEndAsync();
            found += bytes.Contains(externalId, StringComparison.Ordinal) ? 1 : 0;
            Assert.DoesNotContain(shop.DeviceToken, bytes, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(shop.AccessToken, bytes, StringComparison.Ordinal);
        }
        Assert.True(found > 0, "The search must be able to find what is there.");
    }
}
