using System.Text;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Endpoints;

/// <summary>POST /payments/kaspi/create and /create-link.</summary>
[Collection(Source001Collection.Name)]
public sealed class Source001CreateTests(Source001World world)
{
    [Theory]
    [InlineData("10000", 1000000)]
    [InlineData("\"10000\"", 1000000)]
    [InlineData("10000.5", 1000050)]
    [InlineData("10000.50", 1000050)]
    [InlineData("\"0.01\"", 1)]
    [InlineData("0.29", 29)]
    [InlineData("9999999999.99", 999999999999)]
    [InlineData("\"007\"", 700)]
    public async Task Amount_in_tenge_is_tiyn_in_the_log(string amount, long tiyn)
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();

        var created = (await shop.CreateAsync(amount)).Is(200);

        Assert.Equal(tiyn, Assert.Single(await shop.LogsAsync()).GetProperty("amount").GetInt64());
        Assert.Equal(tiyn, Assert.Single(await shop.LedgerAsync(created["external_id"]!)).GetProperty("amount_minor").GetInt64());
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("0")]
    [InlineData("0.00")]
    [InlineData("\"0\"")]
    [InlineData("1.001")]
    [InlineData("\"1.001\"")]
    [InlineData("1e3")]
    [InlineData("1E3")]
    [InlineData("1.0e2")]
    [InlineData("\"1e3\"")]
    [InlineData("\"abc\"")]
    [InlineData("\"1,000\"")]
    [InlineData("\"1 000\"")]
    [InlineData("\"1_000\"")]
    [InlineData("\" 100\"")]
    [InlineData("\"100\\n\"")]
    [InlineData("\"+100\"")]
    [InlineData("\"-100\"")]
    [InlineData("\".5\"")]
    [InlineData("\"5.\"")]
    [InlineData("\"1.2.3\"")]
    [InlineData("\"0x10\"")]
    [InlineData("\"١٠٠\"")]
    [InlineData("\"１００\"")]
    [InlineData("\"NaN\"")]
    [InlineData("\"\"")]
    [InlineData("12345678901")]
    [InlineData("99999999999999999999999999")]
    [InlineData("1.00000000000000000001")]
    [InlineData("true")]
    [InlineData("null")]
    [InlineData("[100]")]
    [InlineData("{}")]
    public async Task Amount_of_another_form_is_refused(string amount)
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();

        var answer = await shop.CreateAsync(amount);

        Assert.Contains("amount", answer.IsProblem(400, "validation_failed").Faults);
        Assert.Equal((0, 0), (await shop.PaymentsAsync(), await shop.CallsAsync(ProviderOperation.Create)));
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"123\"")]
    [InlineData("\"+7701\"")]
    [InlineData("\"770152115451234567890\"")]
    [InlineData("\"7701521154a\"")]
    [InlineData("\"7701+5211545\"")]
    [InlineData("\"٧٧٠١٥٢١١٥٤٥\"")]
    [InlineData("\"７７０１５２１１５４５\"")]
    [InlineData("\"         \"")]
    [InlineData("\"77015211545\\u0000\"")]
    [InlineData("\"77015211545\\n\"")]
    [InlineData("77015211545")]
    [InlineData("null")]
    public async Task Bad_phone_is_refused(string phone)
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();

        var answer = await shop.PostAsync("/payments/kaspi/create", $$"""{"shop_id": 8, "amount": 100, "phone": {{phone}}, "message": "x"}""");

        Assert.Contains("phone", answer.IsProblem(400, "validation_failed").Faults);
        Assert.Equal((0, 0), (await shop.PaymentsAsync(), await shop.CallsAsync(ProviderOperation.Create)));
    }

    [Fact]
    public async Task Phone_of_another_country_is_refused_under_its_member_and_kaspi_hears_nothing()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        var message = NewMessage();

        var answer = await shop.CreateAsync(phone: "+1 202 555 0100", message: message);

        Assert.Contains("phone", answer.IsProblem(400, "validation_failed").Faults);
        Assert.Empty(await shop.LedgerAsync(message));
    }

    [Theory]
    [InlineData("+7 (701) 521-15-45")]
    [InlineData("87015211545")]
    [InlineData("7015211545")]
    public async Task Phone_may_be_written_as_people_write_it(string phone)
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();

        (await shop.CreateAsync(phone: phone)).Is(200);
    }

    [Theory]
    [InlineData("\"8\"")]
    [InlineData("0")]
    [InlineData("-8")]
    [InlineData("8.5")]
    [InlineData("2147483648")]
    [InlineData("null")]
    [InlineData("\"٨\"")]
    public async Task Shop_is_a_whole_number(string shopId)
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();

        var answer = await shop.PostAsync("/payments/kaspi/create", $$"""{"shop_id": {{shopId}}, "amount": 100, "phone": "77015211545", "message": "x"}""");

        Assert.Contains("shop_id", answer.IsProblem(400, "validation_failed").Faults);
    }

    [Fact]
    public async Task Message_has_255_characters_and_no_control_characters()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();

        Assert.Equal(["message"], (await shop.CreateAsync(message: new string('я', 256))).IsProblem(400, "validation_failed").Faults);
        Assert.Equal(["message"], (await shop.CreateAsync(message: "a\\u0007b")).IsProblem(400, "validation_failed").Faults);
        (await shop.CreateAsync(message: new string('я', 255))).Is(200);
    }

    [Fact]
    public async Task Several_wrong_members_are_named_together()
    {
        var shop = await world.MerchantAsync();

        var answer = await shop.PostAsync("/payments/kaspi/create", """{"phone": "77015211545"}""");

        Assert.Equal(["amount", "shop_id"], answer.IsProblem(400, "validation_failed").Faults);
    }

    [Fact]
    public async Task Unknown_members_are_ignored_and_repeated_ones_refused()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();

        (await shop.PostAsync("/payments/kaspi/create", """{"shop_id": 8, "amount": 100, "phone": "77015211545", "message": "x", "colour": {"a": [1]}, "Amount": 5}""")).Is(200);
        var repeated = await shop.PostAsync("/payments/kaspi/create", """{"shop_id": 8, "amount": 100, "amount": 1, "phone": "77015211545", "message": "y"}""");

        repeated.Is(400);
        Assert.Equal(100_00, Assert.Single(await shop.LogsAsync()).GetProperty("amount").GetInt64());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("shop_id=8&amount=100")]
    [InlineData("""{"shop_id": 08, "amount": 100, "phone": "77015211545"}""")]
    [InlineData("""{"shop_id": 8, "amount": NaN, "phone": "77015211545"}""")]
    [InlineData("""{"shop_id": 8, "amount": 01, "phone": "77015211545"}""")]
    [InlineData("""{"shop_id": 8, "amount": 100, "phone": "77015211545",}""")]
    [InlineData("""{"shop_id": 8, "amount": 100, "phone": "77015211545", "message": "\ud800"}""")]
    public async Task Body_that_is_no_json_object_is_refused(string body)
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();

        var answer = await shop.PostAsync("/payments/kaspi/create", body);

        Assert.Equal("False", answer.Is(400)["success"]);
        Assert.Equal(0, await shop.PaymentsAsync());
    }

    [Fact]
    public async Task Body_of_another_type_is_refused()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();

        (await shop.SendAsync(HttpMethod.Post, "/payments/kaspi/create", """{"shop_id": 8, "amount": 100, "phone": "77015211545"}""", "text/plain")).IsProblem(415, "unsupported_media_type");
    }

    [Fact]
    public async Task Unknown_and_inactive_shops_are_not_configured_and_kaspi_hears_nothing()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        await (await world.MerchantAsync()).WithShopAsync(shopId: 9);
        (await shop.DeleteAsync("/admin/configs/8")).Is(204);
        var message = NewMessage();

        (await shop.CreateAsync(shopId: 9, message: message)).IsProblem(404, "shop_not_configured");
        (await shop.CreateAsync(shopId: 8, message: message)).IsProblem(404, "shop_not_configured");
        (await shop.PostAsync("/payments/kaspi/create-link", $$"""{"shop_id": 8, "amount": 100, "message": "{{message}}"}""")).IsProblem(404, "shop_not_configured");

        Assert.Equal((0, 0), (await shop.PaymentsAsync(), await shop.CallsAsync(ProviderOperation.Create)));
        Assert.Empty(await shop.LedgerAsync(message));
    }

    [Fact]
    public async Task Without_an_account_the_provider_is_not_configured()
    {
        var shop = await (await world.MerchantAsync(account: false)).WithShopAsync();

        (await shop.CreateAsync()).IsProblem(422, "provider_not_configured");

        Assert.Equal(0, await shop.PaymentsAsync());
    }

    [Fact]
    public async Task Several_bins_need_device_tokens()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync(hasToken: false);
        await shop.WithShopAsync(9, Merchant.OtherBin);
        var message = NewMessage();

        (await shop.CreateAsync(message: message)).IsProblem(422, "device_token_required");

        Assert.Empty(await shop.LedgerAsync(message));
        (await shop.CreateAsync(shopId: 9)).Is(200);
    }

    [Fact]
    public async Task Refused_credentials_are_the_providers_refusal_and_never_a_401()
    {
        var shop = await (await world.MerchantAsync(accessToken: "wrong-" + Guid.CreateVersion7())).WithShopAsync();

        var answer = await shop.CreateAsync();

        answer.IsProblem(502, "provider_rejected");
        var row = Assert.Single(await shop.LogsAsync());
        Assert.NotEqual("Wait", row.GetProperty("status").GetString());
        Assert.NotNull(row.GetProperty("error_message").GetString());
    }

    [Fact]
    public async Task Provider_that_cannot_be_reached_is_unavailable()
    {
        var shop = await (await world.MerchantAsync(settings: ("base_url", "http://127.0.0.1:1"))).WithShopAsync();

        (await shop.CreateAsync()).IsProblem(502, "provider_unavailable");
    }

    [Theory]
    [InlineData("server_error_after")]
    [InlineData("garbage")]
    public async Task Useless_answer_is_an_unknown_outcome(string fault)
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        await shop.SetFaultAsync(fault, "/create/");

        var answer = (await shop.CreateAsync()).IsProblem(504, "provider_outcome_unknown");

        Assert.True(Guid.TryParse(answer["payment_id"], out _));
    }

    [Fact]
    public async Task Lost_answer_is_an_unknown_outcome_and_a_repetition_sends_nothing()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        var message = NewMessage();

        var running = shop.CreateAsync(phone: "77015210003", message: message);
        await world.Clock.AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => Task.FromResult(running.IsCompleted), "the provider's time is over");
        var lost = (await running).IsProblem(504, "provider_outcome_unknown");
        var again = (await shop.CreateAsync(phone: "77015210003", message: message)).IsProblem(504, "provider_outcome_unknown");

        Assert.True(Guid.TryParse(lost["payment_id"], out _));
        Assert.Equal(lost["payment_id"], again["payment_id"]);
        Assert.Single(await shop.LedgerAsync(message));
        Assert.Equal("unknown", Assert.Single(await shop.LogsAsync()).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Parallel_repetitions_are_one_payment()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        var message = NewMessage();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => shop.CreateAsync(message: message)));

        Assert.All(answers, answer => answer.Is(200));
        Assert.Single(answers.Select(answer => answer.Text).Distinct());
        Assert.Equal(1, await shop.PaymentsAsync());
        Assert.Single(await shop.LedgerAsync(message));
    }

    [Fact]
    public async Task Repetition_does_not_wait_for_ever_for_the_first_answer()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        var failPoints = world.App.Get<FailPoints>();
        var held = new TaskCompletionSource();
        var reached = new TaskCompletionSource();
        failPoints.Armed = point =>
        {
            if (point != "create.before_send")
                return Task.CompletedTask;
            reached.TrySetResult();
            return held.Task;
        };
        try
        {
            var first = shop.CreateAsync(message: "held");
            await reached.Task.WaitAsync(Eventually.Deadline);
            var second = shop.CreateAsync(message: "held");
            await world.Clock.AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => Task.FromResult(second.IsCompleted), "the repetition has waited enough");

            var waiting = (await second).IsProblem(409, "attempt_in_progress");
            Assert.NotEmpty(waiting.Headers.GetValues("Retry-After"));
            held.SetResult();
            (await first).Is(200);
        }
        finally
        {
            failPoints.Armed = null;
            held.TrySetResult();
        }
        Assert.Equal((1, 1), (await shop.PaymentsAsync(), await shop.CallsAsync(ProviderOperation.Create)));
    }

    [Fact]
    public async Task Repetition_is_the_same_shop_amount_phone_and_message()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        await shop.WithShopAsync(9);
        var first = (await shop.CreateAsync(phone: "77015210002", message: "same"))["external_id"];

        Assert.Equal(first, (await shop.CreateAsync("\"10000.00\"", "+7 701 521 00 02", "same"))["external_id"]);
        Assert.NotEqual(first, (await shop.CreateAsync("10001", "77015210002", "same"))["external_id"]);
        Assert.NotEqual(first, (await shop.CreateAsync(phone: "77015220002", message: "same"))["external_id"]);
        Assert.NotEqual(first, (await shop.CreateAsync(phone: "77015210002", message: "other"))["external_id"]);
        Assert.NotEqual(first, (await shop.CreateAsync(phone: "77015210002", message: "same", shopId: 9))["external_id"]);
        Assert.Equal(5, await shop.PaymentsAsync());
    }

    [Fact]
    public async Task Same_request_is_a_new_payment_once_the_first_is_final_or_old()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        var paid = await shop.PaidAsync(message: "paid");
        var waiting = (await shop.CreateAsync(phone: "77015210002", message: "old"))["external_id"];

        Assert.NotEqual(paid, (await shop.CreateAsync(message: "paid")).Is(200)["external_id"]);
        world.Later(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1));
        Assert.NotEqual(waiting, (await shop.CreateAsync(phone: "77015210002", message: "old")).Is(200)["external_id"]);
    }

    [Fact]
    public async Task Link_is_paid_on_its_page()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();

        var link = (await shop.PostAsync("/payments/kaspi/create-link", """{"shop_id": 8, "amount": 250.5, "message": "A link"}""")).Is(200);
        Assert.Equal(("True", "Wait", Merchant.Bin, link["external_id"]), (link["success"], link["status"], link["organization_bin"], link["payment_id"]));
        Assert.EndsWith("Z", link["expire_date"], StringComparison.Ordinal);

        using var payer = world.App.Client();
        using (var page = await payer.GetAsync(link["payment_link"]))
            Assert.Contains("250.50", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using (await payer.PostAsync(link["payment_link"], new FormUrlEncodedContent([KeyValuePair.Create("decision", "pay")])))
        {
        }
        Assert.Equal("Processed", (await shop.StatusAsync(link["payment_id"]!)).Is(200)["status"]);
    }

    [Fact]
    public async Task Body_over_the_cap_is_too_large()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        var body = new StringBuilder().Append("""{"shop_id": 8, "amount": 100, "phone": "77015211545", "note": " """).Append('x', 70_000).Append("\"}");

        (await shop.PostAsync("/payments/kaspi/create", body.ToString())).IsProblem(413, "too_large");
    }

    private static string NewMessage() => "order " + Guid.CreateVersion7();
}
