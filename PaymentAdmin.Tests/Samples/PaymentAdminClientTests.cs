using System.Net;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using PaymentAdmin.Core.Events;
using PaymentAdmin.Samples;
using PaymentAdmin.Tests.OpenApi;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Samples;

/// <summary>The C# client of docs/samples: it pays, refunds, reads and checks, and knows every member that the description has.</summary>
public sealed class PaymentAdminClientTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Client_completes_a_payment_and_returns_a_part_of_it()
    {
        await using var app = await TestApp.StartAsync(("Demo:Enabled", "true"));
        var client = new PaymentAdminClient(app.Client(), await app.CreateKeyAsync());
        var order = new NewPayment("order-4711", 500_000, "KZT") { ShopId = 8, Provider = "kaspi", Customer = new Customer(Phone: "+77010001234"), Metadata = new Dictionary<string, string> { ["cart"] = "8815" } };

        var created = await client.CreateAsync(order, "order-4711", default);
        var again = await client.CreateAsync(order, "order-4711", default);
        var paid = await EventAsync(client, "payment.succeeded", created.Id);
        var refund = await client.RefundAsync(created.Id, new NewRefund("One item came back", 5_000), "refund-1", default);
        await EventAsync(client, "refund.succeeded", created.Id);

        Assert.Equal(("pending", "phone_prompt", "8815"), (created.Status, created.NextAction?.Type, created.Metadata?["cart"]));
        Assert.Equal(created.Id, again.Id);
        Assert.Equal("succeeded", paid.Data.GetProperty("status").GetString());
        Assert.Equal("succeeded", (await client.GetRefundAsync(refund.Id, default)).Status);
        var payment = await client.GetAsync(created.Id, default);
        Assert.Equal((500_000, 5_000, 495_000), (payment.ReceivedMinor, payment.RefundedMinor, payment.RefundableMinor));
        Assert.Equal(created.Id, Assert.Single(await ListAsync(client, "q=order-4711")).Id);
    }

    [Fact]
    public async Task List_goes_through_every_page()
    {
        await using var scene = await PaymentScene.StartAsync();
        for (var i = 0; i < 5; i++)
            await scene.CreateAsync();
        var client = new PaymentAdminClient(scene.App.Client(), await scene.App.CreateKeyAsync());

        Assert.Equal(5, (await ListAsync(client, "limit=2")).Select(payment => payment.Id).Distinct().Count());
    }

    [Fact]
    public async Task Refusal_has_its_code()
    {
        await using var scene = await PaymentScene.StartAsync();
        var client = new PaymentAdminClient(scene.App.Client(), await scene.App.CreateKeyAsync());

        var refused = await Assert.ThrowsAsync<PaymentAdminException>(() => client.CreateAsync(new NewPayment("", 0, "KZT"), "wrong", default));

        Assert.Equal((400, "validation_failed"), (refused.Problem.Status, refused.Problem.Code));
        Assert.Equal(["amount_minor", "order_reference"], refused.Problem.Errors!.Keys.Order(StringComparer.Ordinal));
        Assert.NotNull(refused.Problem.RequestId);
    }

    [Fact]
    public async Task Lost_answer_is_asked_for_again_with_the_same_key()
    {
        var asked = new List<string>();
        using var handler = new Script(request =>
        {
            asked.Add(request.Headers.GetValues("Idempotency-Key").Single());
            return asked.Count == 1 ? throw new HttpRequestException("reset") : new HttpResponseMessage(HttpStatusCode.Created) { Content = new StringContent(Text("Refund")) };
        });
        using var http = new HttpClient(handler) { BaseAddress = new Uri("http://pay.example") };

        await new PaymentAdminClient(http, "pa_test_x").RefundAsync(Guid.Empty, new NewRefund("x"), "once", default);

        Assert.Equal(["once", "once"], asked);
    }

    [Theory]
    [InlineData("", 0, true)]
    [InlineData("", 299, true)]
    [InlineData("", 301, false)]
    [InlineData(" ", 0, false)]
    public void Delivery_is_genuine_as_it_was_signed_and_for_five_minutes(string added, int age, bool isGenuine)
    {
        var secret = WebhookSignature.NewSecret();
        var signed = WebhookSignature.Sign(secret, "evt", Now.ToUnixTimeSeconds(), "{}");

        Assert.Equal(isGenuine, EventSignature.IsGenuine(secret, "evt", $"{Now.ToUnixTimeSeconds()}", "v1,b2xk " + signed, "{}" + added, Now.AddSeconds(age)));
        Assert.False(EventSignature.IsGenuine(WebhookSignature.NewSecret(), "evt", $"{Now.ToUnixTimeSeconds()}", signed, "{}", Now));
    }

    [Theory]
    [InlineData(typeof(NewPayment), "CreatePaymentRequest")]
    [InlineData(typeof(NewAttempt), "AttemptRequest")]
    [InlineData(typeof(NewRefund), "RefundRequest")]
    [InlineData(typeof(NewEventEndpoint), "AddEndpointRequest")]
    [InlineData(typeof(Payment), "Payment")]
    [InlineData(typeof(Refund), "Refund")]
    [InlineData(typeof(LastError), "Error")]
    [InlineData(typeof(Customer), "Customer")]
    [InlineData(typeof(PaymentEvent), "Event")]
    [InlineData(typeof(Page<PaymentEvent>), "EventPage")]
    [InlineData(typeof(Page<Payment>), "PaymentPage")]
    [InlineData(typeof(PaymentAdmin.Samples.EventEndpoint), "EventEndpoint")]
    public void Members_are_those_of_the_description(Type type, string schema)
    {
        var described = Description.Document["components"]!["schemas"]![schema]!["properties"]!.AsObject().Select(member => member.Key);
        var known = type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));

        Assert.Equal(described.Order(StringComparer.Ordinal), known.Order(StringComparer.Ordinal));
    }

    private static async Task<PaymentEvent> EventAsync(PaymentAdminClient client, string type, Guid paymentId)
    {
        PaymentEvent? found = null;
        string? after = null;
        await Eventually.TrueAsync(
            async () =>
            {
                var page = await client.EventsAsync(after, default);
                after = page.NextCursor;
                found ??= page.Data.FirstOrDefault(one => one.Type == type && one.PaymentId == paymentId);
                return found is not null;
            },
            $"the feed tells of {type}");
        return found!;
    }

    private static async Task<List<Payment>> ListAsync(PaymentAdminClient client, string filter)
    {
        var payments = new List<Payment>();
        await foreach (var payment in client.ListAsync(filter, default))
            payments.Add(payment);
        return payments;
    }

    /// <summary>An answer as the description shows it.</summary>
    private static string Text(string schema) =>
        Description.Operations.Select(operation => operation.Json["responses"]!.AsObject().First().Value!["content"]?["application/json"]).First(content => content?["schema"]?["$ref"]?.GetValue<string>().EndsWith("/" + schema, StringComparison.Ordinal) == true)!["example"]!.ToJsonString();

    private sealed class Script(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(answer(request));
    }
}
