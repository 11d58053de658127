using System.Text;
using Microsoft.AspNetCore.Routing;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.OpenApi;
using PaymentAdmin.Tests.Proofs;
using PaymentAdmin.Tests.Support;
using PaymentAdmin.Web.Endpoints;
using PaymentAdmin.Web.OpenApi;

namespace PaymentAdmin.Tests.Endpoints;

/// <summary>Over the list of endpoints that there are: what is another tenant's, the other mode's or another customer's is not there.</summary>
public sealed class IsolationTests(SharedPaymentScene shared) : IClassFixture<SharedPaymentScene>
{
    // Addressed by a key that nobody can guess, or about nobody's rows.
    private static readonly string[] WithoutOwner = ["webhooks.receive", "webhooks.receiveHidden", "commerce.receive", "commerce.receiveShort"];

    private readonly PaymentScene scene = shared.Scene;

    [Fact]
    public async Task Ids_of_others_are_not_there_on_any_route()
    {
        var own = await OwnAsync();
        var (_, stranger) = await scene.AnotherTenantAsync();
        using var live = await scene.App.KeyClientAsync(Mode.Live);
        var faults = new List<string>();
        var asked = 0;
        foreach (var (operation, endpoint) in Routes().Where(route => route.Operation.Path.Contains('{', StringComparison.Ordinal) && !WithoutOwner.Contains(route.Operation.Id)))
        {
            // The other customer first: whoever may do it may change what is asked for.
            var isPayers = endpoint.Metadata.GetMetadata<PayerRoute>() is not null;
            foreach (var (who, client) in new[] { ("another tenant", stranger), ("the other mode", live), ("another customer", scene.App.Client(CustomerToken.For("bolat"))) })
            {
                asked++;
                var answer = await SendAsync(client, operation, own.PathOf(operation));
                var expected = who != "another customer" || isPayers || operation.Json["security"]!.AsArray().Count == 0 ? 404 : 403;
                if (answer.Status != expected)
                    faults.Add($"{operation.Id} by {who}: {answer.Status} {answer.Body}");
            }
        }

        Assert.True(asked > 30, $"{asked} requests");
        Assert.True(faults.Count == 0, string.Join("\n", faults));
    }

    [Fact]
    public async Task Owner_finds_what_others_do_not()
    {
        using var key = await scene.App.KeyClientAsync();

        foreach (var (operation, _) in Routes().Where(route => route.Operation.Path.StartsWith("/v1/", StringComparison.Ordinal) && route.Operation.Path.Contains("{id}", StringComparison.Ordinal)))
            Assert.NotEqual((operation.Id, 404), (operation.Id, (await SendAsync(key, operation, (await OwnAsync()).PathOf(operation))).Status));
    }

    [Fact]
    public async Task Token_of_a_customer_does_nothing_but_what_is_open_to_payers()
    {
        var own = await OwnAsync();
        using var customer = scene.App.Client(CustomerToken.For("aigerim"));
        var faults = new List<string>();
        foreach (var (operation, endpoint) in Routes().Where(route => route.Operation.Json["security"]!.AsArray().Count > 0 && route.Endpoint.Metadata.GetMetadata<PayerRoute>() is null))
        {
            var answer = await SendAsync(customer, operation, own.PathOf(operation));
            if (answer.Status != 403 || answer.Code != "customer_token_not_allowed")
                faults.Add($"{operation.Id} ({endpoint.DisplayName}): {answer.Status} {answer.Body}");
        }

        Assert.True(faults.Count == 0, string.Join("\n", faults));
        Assert.DoesNotContain(Routes(), route => route.Endpoint.Metadata.GetMetadata<PayerRoute>() is not null && route.Operation.Id is "payments.create" or "refunds.create");
    }

    private IReadOnlyList<(DescribedOperation Operation, RouteEndpoint Endpoint)> Routes()
    {
        var routes = ApiDescription.RoutesOf(scene.App.Get<EndpointDataSource>());
        return [.. Description.Operations.Where(operation => routes.ContainsKey($"{operation.Method} {operation.Path}")).Select(operation => (operation, routes[$"{operation.Method} {operation.Path}"]))];
    }

    private async Task<Own> OwnAsync()
    {
        await CustomerToken.RegisterAsync(scene.App);
        using var key = await scene.App.KeyClientAsync();
        var payment = await scene.PayAsync(await scene.CreateAsync(request => request with { CustomerId = "aigerim" }));
        var refund = await key.TellOnceAsync($"/v1/payments/{payment.Id}/refunds", """{ "amount_minor": 500, "reason": "late" }""");
        var endpoint = await key.TellAsync("/v1/event-endpoints", """{ "url": "https://shop.example/hook" }""");
        await key.TellAsync("/admin/configs", """{ "shop_id": 4711, "organization_bin": "210440028324", "provider": "scripted" }""");
        var link = await key.TellOnceAsync("/v1/payment-links", """{ "amount_minor": 100, "currency": "KZT" }""");
        return new Own(payment, refund.Text("id"), endpoint.Text("id"), link.Text("id"));
    }

    private static async Task<ApiReply> SendAsync(HttpClient client, DescribedOperation operation, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(operation.Method), path);
        if (operation.BodyExample is { } body)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        else if (operation.Json["requestBody"]?["content"]!["multipart/form-data"] is not null)
            request.Content = new MultipartFormDataContent { { new StringContent("bank_transfer"), "proof_type" }, { new StringContent("TX-" + Guid.CreateVersion7()), "proof_reference" }, { new ByteArrayContent(Pictures.Png()), "file", "receipt.png" } };
        if (operation.NeedsIdempotencyKey)
            request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        return await ApiReply.OfAsync(await client.SendAsync(request));
    }

    private sealed record Own(Payment Payment, string RefundId, string EndpointId, string LinkId)
    {
        public string PathOf(DescribedOperation operation) => operation.Path
            .Replace("{id}", operation.Path.StartsWith("/v1/refunds", StringComparison.Ordinal) ? RefundId : operation.Path.StartsWith("/v1/event", StringComparison.Ordinal) ? EndpointId : operation.Path.StartsWith("/v1/payment-links", StringComparison.Ordinal) ? LinkId : Payment.Id.ToString(), StringComparison.Ordinal)
            .Replace("{order_id}", Payment.Id.ToString(), StringComparison.Ordinal)
            .Replace("{shop_id}", "4711?provider=scripted", StringComparison.Ordinal)
            .Replace("{external_id}", Payment.ProviderReference, StringComparison.Ordinal)
            .Replace("{provider}", "scripted", StringComparison.Ordinal);
    }
}
