using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Endpoints;

/// <summary>What the tokens of a tenant's customers open, and what they never do.</summary>
public sealed class CustomerTokenTests(SharedPaymentScene shared) : IClassFixture<SharedPaymentScene>, IAsyncLifetime
{
    // Customers of this test's tenant, whose tokens have this issuer.
    private const string Aigerim = "aigerim";
    private const string Bolat = "bolat";

    private readonly PaymentScene scene = shared.Scene;
    private readonly string issuer = "https://shop.example/" + Guid.CreateVersion7();
    private readonly string slug = "t-" + Guid.CreateVersion7();
    private Guid tenantId;
    private HttpClient shop = null!;
    private HttpClient customer = null!;

    public static TheoryData<string> BadTokens => [.. Bad.Keys];

    private static readonly Dictionary<string, Func<string, string>> Bad = new()
    {
        ["another secret"] = issuer => CustomerToken.Sign(CustomerToken.Claims(Aigerim, issuer), secret: "another-secret-that-has-32-bytes-as-well"),
        ["no algorithm"] = issuer => CustomerToken.Part(new { alg = "none" }) + "." + CustomerToken.Part(CustomerToken.Claims(Aigerim, issuer)) + ".",
        ["the algorithm of the header"] = issuer => CustomerToken.Sign(CustomerToken.Claims(Aigerim, issuer), RsaOfAStranger()),
        ["an algorithm that is not the signature's"] = issuer => CustomerToken.Sign(CustomerToken.Claims(Aigerim, issuer), algorithm: "HS512"),
        ["an unknown issuer"] = _ => CustomerToken.For(Aigerim, "https://nobody.example"),
        ["no issuer"] = issuer => With(issuer, "iss", null),
        ["another audience"] = issuer => With(issuer, "aud", "somebody-else"),
        ["no audience"] = issuer => With(issuer, "aud", null),
        ["no subject"] = issuer => With(issuer, "sub", null),
        ["an empty subject"] = issuer => With(issuer, "sub", " "),
        ["a subject beyond what a customer's id has"] = issuer => With(issuer, "sub", new string('x', 256)),
        ["no end"] = issuer => With(issuer, "exp", null),
        ["an end that is no number"] = issuer => With(issuer, "exp", "soon"),
        ["an end in the past"] = issuer => With(issuer, "exp", Now(-90)),
        ["an end beyond a day"] = issuer => With(issuer, "exp", Now(24 * 3600 + 120)),
        ["an end beyond all time"] = issuer => With(issuer, "exp", 1e300),
        ["a beginning in the future"] = issuer => With(issuer, "nbf", Now(120)),
        ["claims that are no object"] = _ => CustomerToken.Sign(new[] { Aigerim }),
        ["three parts of nonsense"] = _ => "a.b.c",
        ["three empty parts"] = _ => "..",
        ["too much text"] = issuer => With(issuer, "sub", new string('x', 9000)),
    };

    public async Task InitializeAsync()
    {
        (tenantId, shop) = await scene.AnotherTenantAsync(slug);
        await CustomerToken.RegisterAsync(scene.App, slug, issuer);
        customer = scene.App.Client(CustomerToken.For(Aigerim, issuer));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [MemberData(nameof(BadTokens))]
    public async Task Token_with_a_fault_is_401(string fault)
    {
        using var client = scene.App.Client(Bad[fault](issuer));

        var answer = await client.AskAsync("/v1/payments");

        Assert.Equal((401, "unauthenticated"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Sixty_seconds_of_a_wrong_clock_are_forgiven()
    {
        foreach (var token in new[] { With(issuer, "exp", Now(-45)), With(issuer, "nbf", Now(45)), With(issuer, "exp", Now(24 * 3600 - 30)) })
            Assert.Equal(200, (await scene.App.Client(token).AskAsync("/v1/payments")).Status);
    }

    [Fact]
    public async Task Rsa_key_is_the_only_one_tried_for_its_issuer()
    {
        using var rsa = RSA.Create(2048);
        var pem = rsa.ExportSubjectPublicKeyInfoPem();
        await CustomerToken.RegisterAsync(scene.App, slug, issuer, "RS256", pem);

        using var good = scene.App.Client(CustomerToken.Sign(CustomerToken.Claims(Aigerim, issuer), rsa));
        using var stranger = scene.App.Client(CustomerToken.Sign(CustomerToken.Claims(Aigerim, issuer), RsaOfAStranger()));
        using var confused = scene.App.Client(CustomerToken.Sign(CustomerToken.Claims(Aigerim, issuer), secret: pem));

        Assert.Equal(200, (await good.AskAsync("/v1/payments")).Status);
        Assert.Equal(401, (await stranger.AskAsync("/v1/payments")).Status);
        Assert.Equal(401, (await confused.AskAsync("/v1/payments")).Status);
        Assert.Equal(401, (await customer.AskAsync("/v1/payments")).Status);
    }

    [Fact]
    public async Task Customer_sees_the_own_payments_and_nobody_elses()
    {
        var own = await OfAsync(Aigerim);
        var others = await OfAsync(Bolat);
        await OfAsync(null);

        var list = await customer.AskAsync("/v1/payments");

        Assert.Equal([own.Id], list.Data.Select(row => row["id"]!.GetValue<Guid>()));
        Assert.Equal(200, (await customer.AskAsync($"/v1/payments/{own.Id}")).Status);
        Assert.Empty((await customer.AskAsync($"/v1/payments?q={others.Id}")).Data);
        var hidden = await customer.AskAsync($"/v1/payments/{others.Id}");
        Assert.Equal((404, "payment_not_found"), (hidden.Status, hidden.Code));
    }

    [Fact]
    public async Task Issuer_chooses_the_tenant()
    {
        await scene.AnotherTenantAsync(slug + "-2");
        await CustomerToken.RegisterAsync(scene.App, slug + "-2", issuer + "/2");
        var payment = await OfAsync(Aigerim);
        using var client = scene.App.Client(CustomerToken.For(Aigerim, issuer + "/2"));

        Assert.Empty((await client.AskAsync("/v1/payments")).Data);
        Assert.Equal(404, (await client.AskAsync($"/v1/payments/{payment.Id}")).Status);
    }

    [Fact]
    public async Task Customer_starts_an_attempt_and_cancels()
    {
        var payment = await OfAsync(Aigerim, provider: null);

        var started = await customer.TellOnceAsync($"/v1/payments/{payment.Id}/attempts", """{"provider":"scripted"}""");
        var cancelled = await customer.TellAsync($"/v1/payments/{payment.Id}/cancel", "");
        var again = await customer.TellOnceAsync($"/v1/payments/{payment.Id}/attempts", """{"provider":"scripted"}""");

        Assert.Equal((201, "pending"), (started.Status, started.Text("status")));
        Assert.Equal((200, "cancelled"), (cancelled.Status, cancelled.Text("status")));
        Assert.Equal((409, "payment_final"), (again.Status, again.Code));
        Assert.Contains(await scene.App.ReadAsync(db => db.AuditEntries.Where(entry => entry.EntityId == payment.Id.ToString()).ToListAsync()), entry => entry.ActorKind == Core.Common.ActorKind.Customer);
    }

    [Fact]
    public async Task Customer_sees_nothing_of_what_the_staff_did()
    {
        var payment = await OfAsync(Aigerim);

        var seen = await customer.AskAsync($"/v1/payments/{payment.Id}");

        Assert.Empty(seen.Json["timeline"]!.AsArray());
        Assert.Single(seen.Json["attempts"]!.AsArray());
    }

    [Theory]
    [InlineData("POST", "/v1/payments", """{"order_reference":"O-1","amount_minor":1,"currency":"KZT","customer":{"id":Aigerim}}""")]
    [InlineData("POST", "/v1/payments/{id}/refunds", """{"reason":"mine"}""")]
    [InlineData("POST", "/v1/payments/{id}/verify", "")]
    [InlineData("GET", "/v1/refunds", null)]
    [InlineData("GET", "/v1/events", null)]
    [InlineData("GET", "/v1/accounts", null)]
    [InlineData("GET", "/v1/event-endpoints", null)]
    [InlineData("POST", "/v1/event-endpoints", """{"url":"https://shop.example/hook"}""")]
    [InlineData("GET", "/export/payments.csv", null)]
    [InlineData("POST", "/payments/kaspi/create", """{"shop_id":8,"amount":10}""")]
    [InlineData("POST", "/payments/kaspi/refund", "{}")]
    [InlineData("GET", "/admin/configs", null)]
    [InlineData("GET", "/admin/logs", null)]
    public async Task Customer_never_creates_prices_or_refunds(string method, string path, string? body)
    {
        var payment = await scene.PayAsync(await OfAsync(Aigerim));
        path = path.Replace("{id}", payment.Id.ToString(), StringComparison.Ordinal);

        var answer = body is null ? await customer.AskAsync(path) : await customer.TellAsync(path, body, "key-1", method);

        Assert.Equal((403, "customer_token_not_allowed"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Attempt_of_a_customer_sets_no_amount()
    {
        var payment = await OfAsync(Aigerim, provider: null);

        var answer = await customer.TellOnceAsync($"/v1/payments/{payment.Id}/attempts", """{"provider":"scripted","amount_minor":1}""");

        Assert.Equal((400, "validation_failed"), (answer.Status, answer.Code));
        Assert.Equal(payment.AmountMinor, (await scene.PaymentAsync(payment.Id)).AmountMinor);
    }

    [Fact]
    public async Task Same_idempotency_key_of_another_caller_is_another_key()
    {
        var payment = await OfAsync(Aigerim, provider: null);
        using var bolat = scene.App.Client(CustomerToken.For(Bolat, issuer));
        var path = $"/v1/payments/{payment.Id}/attempts";

        var first = await customer.TellAsync(path, """{"provider":"scripted"}""", "key-1");
        var again = await customer.TellAsync(path, """{"provider":"scripted"}""", "key-1");
        var stranger = await bolat.TellAsync(path, """{"provider":"scripted"}""", "key-1");
        var merchant = await shop.TellAsync(path, """{"provider":"scripted"}""", "key-1");

        Assert.Equal(first.Bytes, again.Bytes);
        Assert.Equal(404, stranger.Status);
        Assert.Equal(201, merchant.Status);
        Assert.NotEqual("true", merchant.Header("Idempotent-Replayed"));
    }

    private static string With(string issuer, string claim, object? value)
    {
        var claims = CustomerToken.Claims(Aigerim, issuer);
        if (value is null)
            claims.Remove(claim);
        else
            claims[claim] = value;
        return CustomerToken.Sign(claims);
    }

    private static long Now(int seconds) => TimeProvider.System.GetUtcNow().AddSeconds(seconds).ToUnixTimeSeconds();

    private static RSA RsaOfAStranger() => RSA.Create(2048);

    private Task<Payment> OfAsync(string? customerId, string? provider = ScriptedProvider.Id) => scene.CreateAsync(request => request with { TenantId = tenantId, CustomerId = customerId, Provider = provider });
}
