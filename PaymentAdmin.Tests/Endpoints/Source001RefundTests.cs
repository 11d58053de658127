using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Tests.Endpoints;

/// <summary>POST /payments/kaspi/refund.</summary>
[Collection(Source001Collection.Name)]
public sealed class Source001RefundTests(Source001World world)
{
    [Theory]
    [InlineData("50", "50")]
    [InlineData("\"50.50\"", "50.5")]
    [InlineData("0.01", "0.01")]
    [InlineData("10000", "10000")]
    public async Task Refunded_amount_is_this_refund_in_tenge(string amount, string answered)
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        var externalId = await shop.PaidAsync();

        var refunded = (await shop.RefundAsync(externalId, amount)).Is(200);

        Assert.Equal(answered, refunded.Json.GetProperty("refunded_amount").GetRawText());
        Assert.Equal("Processed", (await shop.StatusAsync(externalId))["status"]);
        var log = (await shop.LogsAsync()).Single(row => row.GetProperty("operation_type").GetString() == "refund");
        Assert.Equal((externalId, Merchant.Bin), (log.GetProperty("external_id").GetString(), log.GetProperty("organization_bin").GetString()));
    }

    [Fact]
    public async Task Refund_goes_to_the_bin_that_took_the_money_also_when_the_shop_is_switched_off()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        var externalId = await shop.PaidAsync();
        (await shop.PutAsync("/admin/configs/8", $$"""{"organization_bin": "{{Merchant.OtherBin}}", "device_token": null}""")).Is(200);
        (await shop.DeleteAsync("/admin/configs/8")).Is(204);

        var refunded = (await shop.RefundAsync(externalId)).Is(200);

        Assert.Equal(Merchant.Bin, refunded["organization_bin"]);
        Assert.Equal(5000, await shop.RefundedAtKaspiAsync(externalId));
        Assert.Equal("Processed", (await shop.StatusAsync(externalId)).Is(200)["status"]);
    }

    [Fact]
    public async Task Repetition_within_ten_minutes_is_the_first_answer_again()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        var externalId = await shop.PaidAsync();
        var first = (await shop.RefundAsync(externalId)).Is(200);
        Assert.False(first.Headers.Contains("Idempotent-Replayed"));

        world.Later(TimeSpan.FromMinutes(9));
        var again = (await shop.RefundAsync(externalId, "\"50.00\"")).Is(200);

        Assert.Equal(first.Text, again.Text);
        Assert.Equal(["true"], again.Headers.GetValues("Idempotent-Replayed"));
        Assert.Equal(5000, await shop.RefundedAtKaspiAsync(externalId));

        world.Later(TimeSpan.FromMinutes(2));
        Assert.False((await shop.RefundAsync(externalId)).Is(200).Headers.Contains("Idempotent-Replayed"));
        Assert.Equal(10000, await shop.RefundedAtKaspiAsync(externalId));
    }

    [Fact]
    public async Task Other_amount_and_other_payment_are_other_refunds()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        var first = await shop.PaidAsync(message: "first");
        var second = await shop.PaidAsync(message: "second");

        (await shop.RefundAsync(first)).Is(200);
        Assert.False((await shop.RefundAsync(first, "51")).Is(200).Headers.Contains("Idempotent-Replayed"));
        Assert.False((await shop.RefundAsync(second)).Is(200).Headers.Contains("Idempotent-Replayed"));

        Assert.Equal((10100, 5000), (await shop.RefundedAtKaspiAsync(first), await shop.RefundedAtKaspiAsync(second)));
    }

    [Fact]
    public async Task Parallel_refunds_pay_back_once()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        var externalId = await shop.PaidAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => shop.RefundAsync(externalId)));

        Assert.Single(answers, answer => answer.Status == 200 && !answer.Headers.Contains("Idempotent-Replayed"));
        foreach (var refused in answers.Where(answer => answer.Status != 200))
            Assert.NotEmpty(refused.IsProblem(409, "refund_in_progress").Headers.GetValues("Retry-After"));
        Assert.Equal(5000, await shop.RefundedAtKaspiAsync(externalId));
        Assert.Equal(1, await shop.CallsAsync(ProviderOperation.Refund));
    }

    [Fact]
    public async Task Parallel_refunds_of_different_amounts_never_exceed_the_payment()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        var externalId = await shop.PaidAsync("100");

        var answers = await Task.WhenAll(Enumerable.Range(30, 8).Select(amount => shop.RefundAsync(externalId, $"{amount}")));

        Assert.All(answers.Where(answer => answer.Status != 200), answer => answer.IsProblem(422, "refund_exceeds_payment"));
        var sum = answers.Where(answer => answer.Status == 200).Sum(answer => answer.Json.GetProperty("refunded_amount").GetInt64()) * 100;
        Assert.Equal(sum, await shop.RefundedAtKaspiAsync(externalId));
        Assert.True(sum <= 10000, $"{sum} tiyn went back of 10000");
    }

    [Fact]
    public async Task Unknown_outcome_stays_in_the_way_of_a_repetition()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        var externalId = await shop.PaidAsync();
        await shop.SetFaultAsync("garbage", "/refund/");

        var lost = (await shop.RefundAsync(externalId)).IsProblem(504, "provider_outcome_unknown");
        world.Later(TimeSpan.FromMinutes(11));
        var again = (await shop.RefundAsync(externalId)).IsProblem(409, "refund_in_progress");

        Assert.Equal(lost["payment_id"], again["payment_id"]);
        Assert.NotEmpty(again.Headers.GetValues("Retry-After"));
        Assert.Equal(5000, await shop.RefundedAtKaspiAsync(externalId));
    }

    [Fact]
    public async Task Refused_refund_is_a_502_and_said_again_until_its_time_is_over()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        var externalId = await shop.PaidAsync();
        await shop.SetFaultAsync("refund_failed", "/refund/");

        (await shop.RefundAsync(externalId)).IsProblem(502, "provider_rejected");
        Assert.True((await shop.RefundAsync(externalId)).IsProblem(502, "provider_rejected").Headers.Contains("Idempotent-Replayed"));
        world.Later(TimeSpan.FromMinutes(11));

        (await shop.RefundAsync(externalId)).Is(200);
        Assert.Equal(5000, await shop.RefundedAtKaspiAsync(externalId));
    }

    [Fact]
    public async Task More_than_was_paid_is_refused()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        var externalId = await shop.PaidAsync("100");

        (await shop.RefundAsync(externalId, "100.01")).IsProblem(422, "refund_exceeds_payment");
        (await shop.RefundAsync(externalId, "60")).Is(200);
        (await shop.RefundAsync(externalId, "41")).IsProblem(422, "refund_exceeds_payment");
        (await shop.RefundAsync(externalId, "40")).Is(200);
        (await shop.RefundAsync(externalId, "0.01")).IsProblem(422, "refund_exceeds_payment");
    }

    [Fact]
    public async Task Unpaid_payment_cannot_be_refunded()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        var externalId = (await shop.CreateAsync(phone: "77015210002"))["external_id"]!;

        (await shop.RefundAsync(externalId)).IsProblem(422, "refund_exceeds_payment");
        Assert.Equal(0, await shop.CallsAsync(ProviderOperation.Refund));
    }

    [Fact]
    public async Task Number_shop_and_payment_must_belong_together()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        await shop.WithShopAsync(9);
        var externalId = await shop.PaidAsync();

        (await shop.RefundAsync("12800627774")).IsProblem(404, "payment_not_found");
        (await shop.RefundAsync(externalId, shopId: 9)).IsProblem(404, "payment_not_found");
        (await shop.RefundAsync(externalId, shopId: 10)).IsProblem(404, "shop_not_configured");
        Assert.Equal(0, await shop.RefundedAtKaspiAsync(externalId));
    }

    [Theory]
    [InlineData("""{"shop_id": 8, "amount": 50}""", "external_id")]
    [InlineData("""{"shop_id": 8, "external_id": "1"}""", "amount")]
    [InlineData("""{"external_id": "1", "amount": 50}""", "shop_id")]
    [InlineData("""{"shop_id": 8, "external_id": null, "amount": 50}""", "external_id")]
    [InlineData("""{"shop_id": 8, "external_id": "1", "amount": 0}""", "amount")]
    [InlineData("""{"shop_id": 8, "external_id": "1", "amount": -50}""", "amount")]
    [InlineData("""{"shop_id": 8, "external_id": "1", "amount": "50,00"}""", "amount")]
    [InlineData("""{"shop_id": 0, "external_id": "1", "amount": 50}""", "shop_id")]
    public async Task Wrong_member_is_named(string body, string member)
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();

        Assert.Equal([member], (await shop.PostAsync("/payments/kaspi/refund", body)).IsProblem(400, "validation_failed").Faults);
    }
}
