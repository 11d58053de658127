using PaymentAdmin.Core.Common;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Endpoints;

/// <summary>Source document 002 line by line: a registration is paid in demo mode, as its integration test does it.</summary>
public sealed class Source002DocumentTests : IAsyncLifetime
{
    private SourceWorld world = null!;

    public async Task InitializeAsync() => world = await SourceWorld.StartAsync(("IKHOKHA_APP_ID", "demo"), ("IKHOKHA_SECRET_KEY", "demo_secret"), ("IKHOKHA_RETURN_URL", "https://yourdomain.com/payment/callback"));

    public async Task DisposeAsync() => await world.DisposeAsync();

    private Task<ApiAnswer> CreateAsync(string reference, string amount = "\"150.00\"") =>
        world.PostAsync("/payment/create", $$"""{"amount": {{amount}}, "currency": "ZAR", "order_reference": "{{reference}}", "email": "john.doe@example.com", "name": "John Doe", "description": "GIIP Test Conference"}""");

    [Fact]
    public async Task Demo_registration_is_paid_as_the_document_says()
    {
        var created = (await CreateAsync("REG_test_user_123")).Is(200);
        Assert.Equal(["success", "payment_url", "transaction_ref", "payment_id"], created.Members);
        Assert.StartsWith("DEMO_", created["transaction_ref"]);
        Assert.StartsWith("demo_payment_", created["payment_id"]);
        Assert.Equal($"{world.App.Url}/payment/demo?ref={created["transaction_ref"]}", created["payment_url"]);

        using var led = await world.Stranger.GetAsync(created["payment_url"]);
        Assert.Equal(302, (int)led.StatusCode);
        await world.SubmitAsync(led.Headers.Location!.ToString(), ("action", "pay"), ("card", "4111 1111 1111 1111"));
        var payment = created["payment_id"]!["demo_payment_".Length..];
        await Eventually.TrueAsync(
            async () =>
            {
                await world.PostAsync($"/v1/payments/{payment}/verify");
                return await world.StatusAsync(payment) == "succeeded";
            },
            "the registration is paid");
    }

    [Fact]
    public async Task Same_registration_is_one_payment_and_another_amount_is_refused()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => CreateAsync("REG_double")));

        Assert.Single(answers.Select(answer => answer.Is(200).Text).Distinct());
        (await CreateAsync("REG_double", "151")).IsProblem(409, "order_reference_in_use");
    }

    [Theory]
    [InlineData("\"150.001\"")]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("1e3")]
    [InlineData("null")]
    public async Task Amount_that_is_none_is_400(string amount) => (await CreateAsync("REG_wrong", amount)).IsProblem(400, "validation_failed");

    [Fact]
    public async Task Requests_without_a_right_are_refused()
    {
        (await world.PostAsync("/payment/create", "{}", world.Stranger)).IsProblem(401, "unauthenticated");
        (await world.DeliverAsync("/api/webhooks/ikhokha", "{}", "ik-sign", "00")).IsProblem(401, "unauthenticated");
        foreach (var reference in new[] { "", "REG_x", "DEMO_x", "DEMO_" + IdSource.NewId(TestClock.DefaultStart) })
        {
            using var answer = await world.Stranger.GetAsync("/payment/demo?ref=" + reference);
            Assert.Equal(404, (int)answer.StatusCode);
        }
    }
}
