using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Support;
using PaymentAdmin.Web.Hosting;

namespace PaymentAdmin.Tests.Hosting;

/// <summary>A server starts, says how to come in, and lets in whom it should.</summary>
public sealed class ServerStartTests
{
    [Fact]
    public async Task Empty_database_is_migrated_and_has_the_default_tenant()
    {
        await using var app = await TestApp.StartAsync(new TestAppOptions { StartsEmpty = true });

        var tenant = await app.ReadAsync(db => Task.FromResult(db.Tenants.Single()));

        Assert.Equal(("default", "Asia/Almaty", "KZT"), (tenant.Slug, tenant.TimeZone, tenant.Currency));
    }

    [Fact]
    public async Task First_lines_name_the_address_and_the_setup_code()
    {
        await using var app = await TestApp.StartAsync();

        var lines = app.Output.ToString().Split(Environment.NewLine);

        Assert.Equal($"PaymentAdmin is at {app.Url}", lines[0]);
        Assert.Matches("/setup with the code [2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}$", lines[1]);
    }

    [Fact]
    public async Task Configured_admin_is_created_once_and_can_sign_in()
    {
        (string, string?)[] admin = [("Admin:Email", "owner@shop.test"), ("Admin:Password", TestApp.Password)];
        await using var database = await TestDatabase.CreateAsync();
        var options = new TestAppOptions { Settings = admin.ToDictionary(pair => pair.Item1, pair => pair.Item2) };
        await using (await TestApp.StartOverAsync(database, options))
        {
        }
        await using var app = await TestApp.StartOverAsync(database, options);

        using var answer = await SignInForm.PostAsync(app.Client(), "owner@shop.test", TestApp.Password);

        Assert.Equal("/", answer.Headers.Location?.ToString().Replace(app.Url, "", StringComparison.Ordinal));
        Assert.Equal(Roles.Superadmin, await app.ReadAsync(db => Task.FromResult(db.Users.Single().Role)));
        Assert.Contains("Sign in as owner@shop.test", app.Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Public_address_defaults_to_the_one_that_is_listened_on()
    {
        await using var app = await TestApp.StartAsync();

        var deployment = app.Get<Deployment>();

        Assert.Equal(deployment.SelfUrl, deployment.PublicUrl);
        Assert.Equal(deployment.PublicUrl, deployment.FrontendUrl);
    }

    [Fact]
    public async Task Live_mode_is_refused_outside_of_Production_and_Rehearsal()
    {
        await using var app = await TestApp.StartAsync();

        var problem = app.Get<Deployment>().LiveProblem(Mode.Live);

        Assert.Equal(Codes.LiveModeRefused, problem?.Code);
        Assert.Contains("Production or Rehearsal", problem!.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task Health_is_ok(string path)
    {
        await using var app = await TestApp.StartAsync();

        Assert.Equal("ok", await app.Client().GetStringAsync(path));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("PUT")]
    public async Task Sandbox_that_is_off_is_not_there(string method)
    {
        await using var app = await TestApp.StartAsync(("Sandbox:Enabled", "false"));
        using var request = new HttpRequestMessage(new HttpMethod(method), "/sandbox/kaspi/any");

        using var answer = await app.Client().SendAsync(request);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Data_folder_is_closed_to_others()
    {
        await using var app = await TestApp.StartAsync(("DataDirectory", Path.Combine(Path.GetTempPath(), "payment-admin-closed-" + Guid.CreateVersion7())));
        var folder = app.Get<Deployment>().DataDirectory;

        Assert.False(DataFolder.IsOpenToOthers(folder));

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Page_leads_a_stranger_to_the_sign_in()
    {
        await using var app = await TestApp.StartAsync();

        using var answer = await app.Client().GetAsync("/");

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.StartsWith($"{app.Url}/account/sign-in?returnUrl=", answer.Headers.Location?.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Session_survives_a_restart_and_its_key_is_sealed()
    {
        await using var database = await TestDatabase.CreateAsync();
        var options = new TestAppOptions { MapEndpoints = routes => routes.MapGet("/test/me", (HttpContext http) => http.User.Identity?.Name).RequireAuthorization() };
        string cookies, email;
        await using (var app = await TestApp.StartOverAsync(database, options))
        {
            email = await app.CreateUserAsync(Roles.Auditor);
            using var client = app.Client();
            using var answer = await SignInForm.PostAsync(client, email, TestApp.Password);
            cookies = string.Join("; ", answer.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0]));
        }

        await using var restarted = await TestApp.StartOverAsync(database, options);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/test/me");
        request.Headers.Add("Cookie", cookies);
        using var page = await restarted.Client().SendAsync(request);

        Assert.Equal(email, await page.Content.ReadAsStringAsync());
        var key = Assert.Single(await restarted.ReadAsync(db => Task.FromResult(db.DataProtectionKeys.ToList())));
        Assert.Contains("v1|", key.XmlCipher, StringComparison.Ordinal);
        Assert.DoesNotContain("masterKey", key.XmlCipher, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disabled_user_loses_the_session_within_a_minute()
    {
        var clock = new TestClock(new DateTimeOffset(2026, 11, 21, 9, 0, 0, TimeSpan.Zero));
        await using var app = await TestApp.StartAsync(new TestAppOptions { Clock = clock, MapEndpoints = routes => routes.MapGet("/test/me", () => "me").RequireAuthorization() });
        using var client = await app.SignInAsync(Roles.Auditor);
        Assert.Equal("me", await client.GetStringAsync("/test/me"));
        await app.Store.WriteAsync(db => db.Users.ExecuteUpdateAsync(set => set.SetProperty(user => user.IsDisabled, true)), CancellationToken.None);

        clock.Advance(TimeSpan.FromMinutes(1));
        using var answer = await client.GetAsync("/test/me");

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
    }

    [SqliteFact]
    public async Task Migration_that_was_killed_half_way_does_not_hold_the_next_one()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using (var connection = new SqliteConnection(database.ConnectionString))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            // What EF leaves behind when its process dies while it migrates.
            command.CommandText = """CREATE TABLE "__EFMigrationsLock" ("Id" INTEGER PRIMARY KEY, "Timestamp" TEXT NOT NULL); INSERT INTO "__EFMigrationsLock" VALUES (1, '2026-01-01')""";
            await command.ExecuteNonQueryAsync();
        }

        await using var app = await TestApp.StartOverAsync(database);

        Assert.Equal("ok", await app.Client().GetStringAsync("/health/ready"));
    }

    [SqliteFact]
    public async Task Second_server_on_the_same_file_is_refused()
    {
        await using var app = await TestApp.StartAsync();

        var refusal = await Assert.ThrowsAnyAsync<Exception>(() => TestApp.StartOverAsync(app.Database));

        Assert.DoesNotContain("NullReference", refusal.ToString(), StringComparison.Ordinal);
        Assert.Equal("ok", await app.Client().GetStringAsync("/health/ready"));
    }
}
