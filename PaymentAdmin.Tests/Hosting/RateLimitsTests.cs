using System.Net;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Support;
using PaymentAdmin.Web.Hosting;

namespace PaymentAdmin.Tests.Hosting;

/// <summary>Too much is 429 with Retry-After, for who asked too much and for nobody else.</summary>
public sealed class RateLimitsTests
{
    [Fact]
    public async Task Key_over_its_burst_is_refused_and_another_is_not()
    {
        await using var app = await TestApp.StartAsync(("RateLimits:KeyPerSecond", "1"), ("RateLimits:KeyBurst", "3"));
        using var busy = await app.KeyClientAsync(Mode.Test, Scopes.PaymentsRead);
        using var other = await app.KeyClientAsync(Mode.Test, Scopes.PaymentsRead);

        using var first = await busy.GetAsync($"/v1/payments/{Guid.Empty}");
        var answers = await AskAsync(busy, $"/v1/payments/{Guid.Empty}", 12);
        using var others = await other.GetAsync($"/v1/payments/{Guid.Empty}");

        var refused = answers.Where(answer => answer.StatusCode == HttpStatusCode.TooManyRequests).ToList();
        Assert.NotEmpty(refused);
        Assert.Equal(HttpStatusCode.NotFound, first.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, others.StatusCode);
        Assert.All(refused, answer => Assert.True(answer.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1)));
        Assert.Contains("\"rate_limited\"", await refused[0].Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_after_the_last_allowed_one_is_refused_and_another_tenant_is_not()
    {
        await using var scene = await PaymentScene.StartAsync(("RateLimits:KeyPerSecond", "1"), ("RateLimits:KeyBurst", "20"));
        using var busy = await scene.App.KeyClientAsync();
        var (_, other) = await scene.AnotherTenantAsync();
        var started = TimeProvider.System.GetTimestamp();

        var answers = await AskAsync(busy, "/v1/payments", 30);

        // A token comes back each second, however long the thirty took.
        var came = (int)TimeProvider.System.GetElapsedTime(started).TotalSeconds + 1;
        var served = answers.Count(answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.InRange(served, 20, 20 + came);
        Assert.Equal(30 - served, answers.Count(answer => answer.StatusCode == HttpStatusCode.TooManyRequests && answer.Headers.RetryAfter is not null));
        Assert.All(await AskAsync(other, "/v1/payments", 20), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
    }

    [Fact]
    public async Task Customers_are_limited_one_by_one()
    {
        await using var app = await TestApp.StartAsync(("RateLimits:KeyPerSecond", "1"), ("RateLimits:KeyBurst", "3"));
        await CustomerToken.RegisterAsync(app);
        using var busy = app.Client(CustomerToken.For("aigerim"));
        using var other = app.Client(CustomerToken.For("bolat"));

        var answers = await AskAsync(busy, "/v1/payments", 12);
        using var others = await other.GetAsync("/v1/payments");

        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.Equal(HttpStatusCode.OK, others.StatusCode);
    }

    [Fact]
    public async Task Genuine_webhooks_are_taken_however_many_forged_ones_came()
    {
        await using var scene = await PaymentScene.StartAsync(("RateLimits:FailedWebhooksPerMinute", "3"));
        var payment = await scene.CreateAsync();
        scene.Provider.Pay(payment.ProviderReference!);
        var body = new { id = "e1", type = "paid", reference = payment.ProviderReference, amount_minor = payment.AmountMinor, currency = payment.Currency };
        var forged = new List<HttpResponseMessage>();
        for (var i = 0; i < 6; i++)
            forged.Add(await scene.DeliverAsync(body, secret: "another-secret-of-the-right-length"));

        using var genuine = await scene.DeliverAsync(body);

        Assert.Equal([401, 401, 401, 429, 429, 429], forged.Select(answer => (int)answer.StatusCode));
        Assert.All(forged.Skip(3), answer => Assert.NotNull(answer.Headers.RetryAfter));
        Assert.Equal(HttpStatusCode.OK, genuine.StatusCode);
    }

    [Fact]
    public async Task Stranger_over_the_limit_waits_and_a_signed_in_user_does_not()
    {
        await using var app = await TestApp.StartAsync(("RateLimits:AnonymousPerSecond", "2"));
        using var user = await app.SignInAsync(Roles.Auditor);

        var strangers = await AskAsync(app.Client(), "/account/denied", 12);
        var users = await AskAsync(user, "/account/denied", 12);

        Assert.Contains(strangers, answer => answer.StatusCode == HttpStatusCode.TooManyRequests && answer.Headers.RetryAfter is not null);
        Assert.All(users, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
    }

    [Fact]
    public async Task Sign_in_is_limited_per_account()
    {
        await using var app = await TestApp.StartAsync(("RateLimits:SignInPerMinute", "3"));
        var email = await app.CreateUserAsync(Roles.Clerk);
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 5; i++)
        {
            using var answer = await SignInForm.PostAsync(app.Client(), i % 2 == 0 ? email : email.ToUpperInvariant(), "wrong-wrong-wrong");
            statuses.Add(answer.StatusCode);
        }

        using var other = await app.SignInAsync(Roles.Clerk);

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests], statuses);
    }

    [Fact]
    public void Forged_webhooks_are_limited_per_address()
    {
        using var limit = new FailedWebhookLimit(2);

        Assert.Equal([true, true, false], Enumerable.Range(0, 3).Select(_ => limit.Count("192.0.2.1") is null));
        Assert.Null(limit.Count("192.0.2.2"));
    }

    [Fact]
    public void Zero_is_no_limit()
    {
        using var limit = new FailedWebhookLimit(0);

        Assert.All(Enumerable.Range(0, 1000), _ => Assert.Null(limit.Count("192.0.2.1")));
    }

    private static async Task<IReadOnlyList<HttpResponseMessage>> AskAsync(HttpClient client, string path, int times) =>
        await Task.WhenAll(Enumerable.Range(0, times).Select(_ => client.GetAsync(path)));
}
