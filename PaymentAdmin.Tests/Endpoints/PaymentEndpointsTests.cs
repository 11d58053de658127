using System.Net;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Endpoints;

/// <summary>Our own API over HTTP against the whole server, with the scripted provider behind it.</summary>
public sealed class PaymentEndpointsTests
{
    [Fact]
    public async Task Same_key_and_body_any_number_of_times_and_in_parallel_is_one_payment_and_one_answer()
    {
        await using var rig = await PaymentScene.StartAsync();
        using var client = await rig.App.KeyClientAsync();
        var body = Body("ORD-1");

        var parallel = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => client.TellAsync("/v1/payments", body, "key-1")));
        var stored = parallel.First(answer => answer.Status == 201);
        var again = await client.TellAsync("/v1/payments", body, "key-1");

        Assert.All(parallel, answer => Assert.True(answer.Status is 201 or 409, $"{answer.Status} {answer.Code}"));
        Assert.All(parallel.Where(answer => answer.Status == 201), answer => Assert.Equal(stored.Bytes, answer.Bytes));
        Assert.Equal(stored.Bytes, again.Bytes);
        Assert.Equal("true", again.Header("Idempotent-Replayed"));
        Assert.NotEqual(stored.Header("Request-Id"), again.Header("Request-Id"));
        Assert.Equal(1, await rig.App.ReadAsync(db => db.Payments.CountAsync()));
        Assert.Single(rig.Provider.Requests, request => request.StartsWith("create", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Same_key_with_another_body_or_route_is_refused()
    {
        await using var rig = await PaymentScene.StartAsync();
        using var client = await rig.App.KeyClientAsync();
        var first = await client.TellAsync("/v1/payments", Body("ORD-1"), "key-1");

        var other = await client.TellAsync("/v1/payments", Body("ORD-2"), "key-1");
        var route = await client.TellAsync($"/v1/payments/{first.Json["id"]}/refunds", """{"reason":"x"}""", "key-1");

        Assert.Equal((422, "idempotency_key_reused"), (other.Status, other.Code));
        Assert.Equal((422, "idempotency_key_reused"), (route.Status, route.Code));
    }

    [Fact]
    public async Task Key_is_required_and_free_again_after_a_bad_request()
    {
        await using var rig = await PaymentScene.StartAsync();
        using var client = await rig.App.KeyClientAsync();

        var missing = await client.TellAsync("/v1/payments", Body("ORD-1"), null);
        var bad = await client.TellAsync("/v1/payments", """{"order_reference":"ORD-1","amount_minor":"100","currency":"KZT"}""", "key-1");
        var word = await client.TellAsync("/v1/payments", """{"order_reference":"ORD-1","amount_minor":100,"currency":"KZT","method":"barter"}""", "key-1");
        var good = await client.TellAsync("/v1/payments", Body("ORD-1"), "key-1");

        Assert.Equal((400, "method"), (word.Status, Assert.Single(word.Json["errors"]!.AsObject()).Key));
        Assert.Equal((400, "idempotency_key_required"), (missing.Status, missing.Code));
        Assert.Equal((400, "validation_failed"), (bad.Status, bad.Code));
        Assert.Equal(201, good.Status);
    }

    [Fact]
    public async Task Payment_goes_from_create_by_webhook_to_refund()
    {
        await using var rig = await PaymentScene.StartAsync();
        using var client = await rig.App.KeyClientAsync();
        var created = await client.TellAsync("/v1/payments", Body("ORD-1"), "key-1");
        Assert.Equal("pending", created.Text("status"));
        Assert.Equal("redirect", created.Json["next_action"]!["type"]!.GetValue<string>());
        var id = created.Text("id");
        rig.Provider.Pay(created.Text("provider_reference"));

        var delivered = await rig.DeliverAsync(new { id = "e1", type = "paid", reference = created.Text("provider_reference"), amount_minor = 10_000, currency = "KZT" });
        var forged = await rig.DeliverAsync(new { id = "e2", type = "paid" }, secret: "another-secret-of-the-right-length");

        Assert.Equal(HttpStatusCode.OK, delivered.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, forged.StatusCode);
        await Eventually.TrueAsync(async () => (await client.AskAsync($"/v1/payments/{id}")).Text("status") == "succeeded", "the payment succeeded");
        var refund = await client.TellAsync($"/v1/payments/{id}/refunds", """{"amount_minor":4000,"reason":"late"}""", "key-2");
        Assert.Equal((201, "succeeded"), (refund.Status, refund.Text("status")));
        var payment = await client.AskAsync($"/v1/payments/{id}");
        Assert.Equal(6_000, payment.Json["refundable_minor"]!.GetValue<long>());
        Assert.Equal("succeeded", payment.Text("status"));
        var events = await client.AskAsync("/v1/events");
        Assert.Equal(["payment.created", "payment.pending", "payment.succeeded", "refund.requested", "refund.succeeded"], events.Json["data"]!.AsArray().Select(told => told!["type"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Payment_of_another_tenant_or_mode_is_not_there()
    {
        await using var rig = await PaymentScene.StartAsync();
        using var client = await rig.App.KeyClientAsync();
        using var live = await rig.App.KeyClientAsync(Mode.Live);
        var created = await client.TellAsync("/v1/payments", Body("ORD-1"), "key-1");

        foreach (var path in (string[])["", "/verify", "/cancel", "/refunds", "/attempts"])
        {
            var body = path switch { "/refunds" => """{"reason":"x"}""", "/attempts" => """{"provider":"scripted"}""", _ => "{}" };
            var answer = path.Length == 0 ? await live.AskAsync($"/v1/payments/{created.Text("id")}") : await live.TellAsync($"/v1/payments/{created.Text("id")}{path}", body, "key" + path);
            Assert.Equal((404, "payment_not_found"), (answer.Status, answer.Code));
        }
    }

    [Fact]
    public async Task Delivery_to_an_unknown_key_or_too_large_is_refused()
    {
        await using var rig = await PaymentScene.StartAsync();
        using var client = rig.App.Client();

        using var unknown = await client.PostAsync($"/webhooks/scripted/{new string('x', 32)}", new StringContent("{}"));
        using var otherProvider = await client.PostAsync($"/webhooks/kaspi/{rig.AccountKey}", new StringContent("{}"));
        using var large = await client.PostAsync($"/webhooks/scripted/{rig.AccountKey}", new ByteArrayContent(new byte[256 * 1024 + 1]));

        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, otherProvider.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
    }

    [Fact]
    public async Task Question_is_answered_with_the_providers_own_body()
    {
        await using var rig = await PaymentScene.StartAsync();
        using var client = await rig.App.KeyClientAsync();
        var created = await client.TellAsync("/v1/payments", Body("ORD-1"), "key-1");

        using var known = await rig.DeliverAsync(new { our_reference = created.Text("payment_code") }, path: "/paybill/check");
        using var unknown = await rig.DeliverAsync(new { our_reference = "nobody" }, path: "/check/");
        using var elsewhere = await rig.DeliverAsync(new { our_reference = "nobody" }, path: "/paybill/check/more");

        Assert.Equal((HttpStatusCode.OK, "Payable"), (known.StatusCode, await known.Content.ReadAsStringAsync()));
        Assert.Equal((HttpStatusCode.OK, "UnknownReference"), (unknown.StatusCode, await unknown.Content.ReadAsStringAsync()));
        Assert.Equal(HttpStatusCode.NotFound, elsewhere.StatusCode);
    }

    private static string Body(string orderReference) => $$"""{"order_reference":"{{orderReference}}","amount_minor":10000,"currency":"KZT","provider":"scripted"}""";
}
