using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Support;
using PaymentAdmin.Web.Endpoints;

namespace PaymentAdmin.Tests.Endpoints;

/// <summary>Keys open API routes, cookies open pages, and neither opens the other.</summary>
public sealed class ApiAccessTests : IAsyncLifetime
{
    private TestApp app = null!;

    public async Task InitializeAsync() => app = await TestApp.StartAsync(new TestAppOptions { MapEndpoints = Map });

    public async Task DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task Key_tells_tenant_mode_and_actor()
    {
        var key = await app.CreateKeyAsync(await app.TenantIdAsync(), Mode.Live, Scopes.PaymentsRead);

        var caller = await ReadAsync(await app.Client(key.Text).GetAsync("/v1/test/caller"));

        Assert.Equal(await app.TenantIdAsync(), caller.GetProperty("tenant_id").GetGuid());
        Assert.Equal("live", caller.GetProperty("mode").GetString());
        Assert.Equal(key.Id, caller.GetProperty("key_id").GetGuid());
        Assert.Equal("api_key", caller.GetProperty("actor").GetProperty("kind").GetString());
        Assert.StartsWith("req_", caller.GetProperty("actor").GetProperty("request_id").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Bearer pa_test_")]
    [InlineData("Bearer pa_test_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("Bearer something-else-altogether-that-is-long")]
    [InlineData("Basic cGFfdGVzdF86")]
    public async Task Without_a_known_key_the_answer_is_401(string? authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/test/caller");
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);

        using var answer = await app.Client().SendAsync(request);

        await AssertProblemAsync(answer, HttpStatusCode.Unauthorized, Codes.Unauthenticated);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task Two_authorization_headers_are_no_key()
    {
        var key = await app.CreateKeyAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/test/caller");
        request.Headers.TryAddWithoutValidation("Authorization", ["Bearer " + key, "Bearer " + key]);

        using var answer = await app.Client().SendAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Revoked_key_is_refused_at_once()
    {
        var key = await app.CreateKeyAsync(await app.TenantIdAsync(), Mode.Test);
        using var before = await app.Client(key.Text).GetAsync("/v1/test/caller");
        await app.Store.WriteAsync(db => db.ApiKeys.Where(row => row.Id == key.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.RevokedAt, DateTimeOffset.UnixEpoch)), CancellationToken.None);

        using var after = await app.Client(key.Text).GetAsync("/v1/test/caller");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized), (before.StatusCode, after.StatusCode));
    }

    [Fact]
    public async Task Expired_key_is_refused()
    {
        var key = await app.CreateKeyAsync(await app.TenantIdAsync(), Mode.Test);
        await app.Store.WriteAsync(
            async db =>
            {
                var row = await db.ApiKeys.AsNoTracking().SingleAsync(row => row.Id == key.Id);
                await db.ApiKeys.Where(stored => stored.Id == key.Id).ExecuteUpdateAsync(set => set.SetProperty(stored => stored.ExpiresAt, row.CreatedAt));
            },
            CancellationToken.None);

        using var answer = await app.Client(key.Text).GetAsync("/v1/test/caller");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Key_without_the_scope_is_403_and_the_scope_is_named()
    {
        using var client = await app.KeyClientAsync(Mode.Test, Scopes.PaymentsRead);

        using var answer = await client.PostAsync("/v1/test/write", content: null);

        var problem = await AssertProblemAsync(answer, HttpStatusCode.Forbidden, Codes.ScopeMissing);
        Assert.Contains(Scopes.PaymentsWrite, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Session_does_not_open_an_api_route()
    {
        using var client = await app.SignInAsync(Roles.Superadmin);

        using var answer = await client.GetAsync("/v1/test/caller");

        await AssertProblemAsync(answer, HttpStatusCode.Unauthorized, Codes.Unauthenticated);
    }

    [Fact]
    public async Task Key_does_not_open_a_page()
    {
        using var client = await app.KeyClientAsync();

        using var answer = await client.GetAsync("/payments");

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
    }

    [Fact]
    public async Task Permission_policy_follows_the_role()
    {
        using var clerk = await app.SignInAsync(Roles.Clerk);
        using var admin = await app.SignInAsync(Roles.Admin);

        using var refused = await clerk.GetAsync("/test/users");
        using var allowed = await admin.GetAsync("/test/users");

        Assert.StartsWith($"{app.Url}/account/denied", refused.Headers.Location?.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
    }

    [Fact]
    public async Task Disabled_user_cannot_sign_in()
    {
        var email = await app.CreateUserAsync(Roles.Clerk);
        await app.Store.WriteAsync(db => db.Users.Where(user => user.Email == email).ExecuteUpdateAsync(set => set.SetProperty(user => user.IsDisabled, true)), CancellationToken.None);

        using var answer = await SignInForm.PostAsync(app.Client(), email, TestApp.Password);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Set-Cookie") && string.Join(' ', answer.Headers.GetValues("Set-Cookie")).Contains("paymentadmin=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Eleventh_wrong_password_locks_the_account()
    {
        var email = await app.CreateUserAsync(Roles.Clerk);
        for (var i = 0; i < 10; i++)
            (await SignInForm.PostAsync(app.Client(), email, "wrong-wrong-wrong")).Dispose();

        using var answer = await SignInForm.PostAsync(app.Client(), email, TestApp.Password);

        Assert.Null(answer.Headers.Location);
        Assert.Equal(1, await app.ReadAsync(db => db.Users.CountAsync(user => user.Email == email && user.LockoutEnd != null)));
    }

    [Fact]
    public async Task Last_use_of_a_key_is_written_later()
    {
        var key = await app.CreateKeyAsync(await app.TenantIdAsync(), Mode.Test);

        (await app.Client(key.Text).GetAsync("/v1/test/caller")).Dispose();

        await Eventually.TrueAsync(() => app.ReadAsync(db => db.ApiKeys.AnyAsync(row => row.Id == key.Id && row.LastUsedAt != null)), "the use is recorded");
    }

    [Fact]
    public async Task Key_is_stored_by_its_hash_alone()
    {
        var key = await app.CreateKeyAsync(await app.TenantIdAsync(), Mode.Test);

        var row = await app.ReadAsync(db => db.ApiKeys.SingleAsync(stored => stored.Id == key.Id));
        var audit = await app.ReadAsync(db => db.AuditEntries.SingleAsync(entry => entry.Action == "api_key.created" && entry.EntityId == key.Id.ToString()));

        Assert.Equal(ApiKey.HashOf(key.Text), row.Hash);
        Assert.DoesNotContain(key.Text, audit.After, StringComparison.Ordinal);
        Assert.Equal("pa_test_".Length + 43, key.Text.Length);
    }

    private static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/test/caller", (CallerIdentity caller) => TypedResults.Json(caller, Json.Api)).RequireScope(Scopes.PaymentsRead);
        routes.MapPost("/v1/test/write", (CallerIdentity caller) => caller.KeyId).RequireScope(Scopes.PaymentsWrite);
        routes.MapGet("/test/users", () => "ok").RequireAuthorization(Permissions.UsersManage);
    }

    private static async Task<JsonElement> AssertProblemAsync(HttpResponseMessage answer, HttpStatusCode status, string code)
    {
        var problem = await ReadAsync(answer);
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        return problem;
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer) => JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
}
