using System.Net;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Support;

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

    [Fact]
    public async Task Page_leads_a_stranger_to_the_sign_in()
    {
        await using var app = await TestApp.StartAsync();

        using var answer = await app.Client().GetAsync("/");

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.StartsWith($"{app.Url}/account/sign-in?returnUrl=", answer.Headers.Location?.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Session_opens_pages_and_survives_a_restart()
    {
        await using var database = await TestDatabase.CreateAsync();
        string cookies;
        await using (var app = await TestApp.StartOverAsync(database))
        {
            var email = await app.CreateUserAsync(Roles.Auditor);
            using var client = app.Client();
            using var answer = await SignInForm.PostAsync(client, email, TestApp.Password);
            cookies = string.Join("; ", answer.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0]));
            Assert.Contains("httponly", string.Join(' ', answer.Headers.GetValues("Set-Cookie")), StringComparison.OrdinalIgnoreCase);
        }

        await using var restarted = await TestApp.StartOverAsync(database);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/account/denied");
        request.Headers.Add("Cookie", cookies);
        using var page = await restarted.Client().SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
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
