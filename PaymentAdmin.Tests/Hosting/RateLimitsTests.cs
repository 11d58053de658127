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
