using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Hosting;

/// <summary>Verbs run beside a server on its database, and what they do counts there at once.</summary>
public sealed class OperatorVerbsTests : IAsyncLifetime
{
    private TestApp app = null!;

    public async Task InitializeAsync() => app = await TestApp.StartAsync();

    public async Task DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task New_key_works_in_the_running_server()
    {
        var made = await RunAsync("create-api-key", "--tenant", "default", "--mode", "test", "--scopes", "payments:read,logs:read", "--json");

        var key = made.Json.GetProperty("key").GetString()!;
        var identity = await app.Get<AuthenticateApiKey>().RunAsync(key, CancellationToken.None);
        Assert.StartsWith("pa_test_", key, StringComparison.Ordinal);
        Assert.Equal(made.Json.GetProperty("id").GetGuid(), identity?.KeyId);
        Assert.Equal((Mode.Test, "payments:read,logs:read"), (identity!.Mode, string.Join(',', identity.Scopes)));
    }

    [Fact]
    public async Task New_admin_can_sign_in()
    {
        var made = await RunAsync("create-admin", "--email", "root@shop.test", "--password", TestApp.Password);

        using var answer = await SignInForm.PostAsync(app.Client(), "root@shop.test", TestApp.Password);

        Assert.Equal("root@shop.test can sign in as superadmin.", made.Output.Trim());
        Assert.EndsWith("/", answer.Headers.Location?.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("clerk", null, "default")]
    [InlineData(null, "default", "default")]
    [InlineData("superadmin", null, null)]
    public async Task Role_decides_about_the_tenant(string? role, string? tenant, string? belongsTo)
    {
        string[] options = [.. role is null ? [] : (string[])["--role", role], .. tenant is null ? [] : (string[])["--tenant", tenant], "--json"];

        var made = await RunAsync(["create-admin", "--email", "x@shop.test", "--password", TestApp.Password, .. options]);

        Assert.Equal(0, made.ExitCode);
        Assert.Equal(belongsTo, made.Json.GetProperty("tenant").GetString());
    }

    [Fact]
    public async Task Tenant_is_set_and_printed_without_its_secret()
    {
        var secret = new string('k', 32);
        var file = Path.Combine(app.Get<PaymentAdmin.Core.Common.Deployment>().DataDirectory, "jwt.key");
        await File.WriteAllTextAsync(file, secret + "\n");

        var set = await RunAsync(
            "set-tenant", "--tenant", "default", "--time-zone", "Africa/Nairobi", "--return-origin", "https://Shop.example:443/", "--return-origin=http://localhost:3000",
            "--customer-jwt-issuer", "https://id.shop.example", "--customer-jwt-alg", "HS256", "--customer-jwt-key-file", file, "--approval-limit", "KZT=5000000");

        Assert.Equal("Africa/Nairobi", set.Json.GetProperty("time_zone").GetString());
        Assert.Equal(["https://shop.example", "http://localhost:3000"], set.Json.GetProperty("return_origins").EnumerateArray().Select(origin => origin.GetString()));
        Assert.Equal("https://id.shop.example", set.Json.GetProperty("customer_jwt_issuer").GetString());
        Assert.Equal(5000000, set.Json.GetProperty("approval_limits").GetProperty("KZT").GetInt64());
        Assert.DoesNotContain(secret, set.Output, StringComparison.Ordinal);
        Assert.Equal(1, await app.ReadAsync(db => Task.FromResult(db.AuditEntries.Count(entry => entry.Action == "tenant.changed"))));
        Assert.DoesNotContain(await app.ReadAsync(db => Task.FromResult(db.AuditEntries.Select(entry => entry.After).ToList())), text => text?.Contains(secret, StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task Wrong_master_key_ends_a_verb_with_one_sentence_and_changes_nothing()
    {
        var file = Path.Combine(app.Get<PaymentAdmin.Core.Common.Deployment>().DataDirectory, "jwt.key");
        await File.WriteAllTextAsync(file, new string('k', 32));
        await RunAsync("set-tenant", "--tenant", "default", "--customer-jwt-issuer", "https://id.shop.example", "--customer-jwt-alg", "HS256", "--customer-jwt-key-file", file);
        var sealedBefore = await app.ReadAsync(db => db.Tenants.Select(tenant => tenant.CustomerJwtKeyCipher).SingleAsync());
        var another = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

        var run = await VerbRun.OnAsync([.. app.Database.Settings, new("Security:MasterKey", another)], app.Get<PaymentAdmin.Core.Common.Deployment>().DataDirectory, "Test", "rotate-master-key");

        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Contains("Security:PreviousMasterKeys", Assert.Single(run.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Equal(sealedBefore, await app.ReadAsync(db => db.Tenants.Select(tenant => tenant.CustomerJwtKeyCipher).SingleAsync()));
    }

    [Fact]
    public async Task Settings_that_are_not_named_stay()
    {
        await RunAsync("set-tenant", "--tenant", "default", "--time-zone", "Africa/Nairobi");

        var set = await RunAsync("set-tenant", "--tenant", "default", "--approval-limit", "KZT=1");

        Assert.Equal("Africa/Nairobi", set.Json.GetProperty("time_zone").GetString());
    }

    [Theory]
    [InlineData("--time-zone", "Almaty", "--time-zone")]
    [InlineData("--time-zone", "Central Asia Standard Time", "--time-zone")]
    [InlineData("--return-origin", "https://shop.example/path", "--return-origin")]
    [InlineData("--return-origin", "https://*.shop.example", "--return-origin")]
    [InlineData("--return-origin", "https://user@shop.example", "--return-origin")]
    [InlineData("--approval-limit", "KZT", "--approval-limit")]
    [InlineData("--approval-limit", "XYZ=1", "--approval-limit")]
    [InlineData("--customer-jwt-alg", "HS256", "--customer-jwt-issuer")]
    [InlineData("--colour", "red", "--colour")]
    public async Task Wrong_option_is_named_on_the_error_stream(string option, string value, string named)
    {
        var set = await RunAsync("set-tenant", "--tenant", "default", option, value);

        Assert.Equal((1, ""), (set.ExitCode, set.Output));
        Assert.Contains(named, set.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HS256", 31, "32 bytes")]
    [InlineData("RS256", 1024, "2048 bits")]
    [InlineData("none", 64, "HS256 or RS256")]
    public async Task Weak_key_of_customers_tokens_is_refused(string algorithm, int size, string reason)
    {
        var file = Path.Combine(app.Get<PaymentAdmin.Core.Common.Deployment>().DataDirectory, "jwt.key");
        using var rsa = RSA.Create(1024);
        await File.WriteAllTextAsync(file, algorithm == "RS256" ? rsa.ExportSubjectPublicKeyInfoPem() : new string('k', size));

        var set = await RunAsync("set-tenant", "--tenant", "default", "--customer-jwt-issuer", "i", "--customer-jwt-alg", algorithm, "--customer-jwt-key-file", file);

        Assert.Equal(1, set.ExitCode);
        Assert.Contains(reason, set.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusals_come_together()
    {
        var refused = await RunAsync("create-api-key", "--tenant", "nobody", "--mode", "both");
        var unknown = await RunAsync("create-api-key", "--tenant", "nobody", "--mode", "both", "--scopes", "x");

        Assert.Contains("--scopes is required", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("nobody", unknown.Errors, StringComparison.Ordinal);
        Assert.Contains("test or live", unknown.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_verb_lists_those_that_are_there()
    {
        var refused = await RunAsync("frobnicate");

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("create-api-key", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verb_migrates_a_new_database()
    {
        await using var database = await TestDatabase.CreateAsync();

        var migrated = await RunAsync(database, ["migrate", "--json"]);

        var known = await app.ReadAsync(db => Task.FromResult(db.Database.GetMigrations().Last()));
        Assert.Equal(known, migrated.Json.GetProperty("migration").GetString());
    }

    [Fact]
    public async Task Several_verbs_at_once_on_a_new_database_all_succeed()
    {
        await using var database = await TestDatabase.CreateAsync();

        var made = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => RunAsync(database, ["create-api-key", "--tenant", "default", "--mode", "live", "--scopes", "payments:read"]))));

        Assert.All(made, one => Assert.Equal((0, ""), (one.ExitCode, one.Errors)));
    }

    private Task<VerbRun> RunAsync(params string[] arguments) => VerbRun.BesideAsync(app, arguments);

    private Task<VerbRun> RunAsync(TestDatabase database, string[] arguments) => VerbRun.OnAsync(database.Settings, app.Get<PaymentAdmin.Core.Common.Deployment>().DataDirectory, "Test", arguments);
}
