using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Support;
using PaymentAdmin.Web.Components.Pages.Exports;
using PaymentAdmin.Web.Endpoints;

namespace PaymentAdmin.Tests.Endpoints;

public sealed class ExportEndpointsTests : IAsyncLifetime
{
    private PaymentScene scene = null!;

    public async Task InitializeAsync() => scene = await PaymentScene.StartAsync();

    public async Task DisposeAsync() => await scene.DisposeAsync();

    [Fact]
    public async Task Key_exports_its_own_tenant_and_mode()
    {
        var payment = await scene.PaidAsync(500_000, "ORD-1");
        await scene.CreateAsync(request => request with { OrderReference = "ORD-2" });
        using var client = await scene.App.KeyClientAsync(Mode.Test, Scopes.PaymentsRead);

        using var answer = await client.GetAsync("/export/payments.csv?status=succeeded");
        var lines = Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync()).TrimEnd().Split("\r\n");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/csv; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.Matches("^payments-test-[0-9]{4}-[0-9]{2}-[0-9]{2}[.]csv$", answer.Content.Headers.ContentDisposition?.FileName?.Trim('"'));
        Assert.Equal(2, lines.Length);
        Assert.StartsWith($"{payment.Id},test,", lines[1], StringComparison.Ordinal);
        Assert.Contains($",ORD-1,8,{PaymentScene.Bin},scripted,card,{payment.ProviderReference},5000.00,500000,5000.00,0.00,KZT,order,", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Session_exports_what_its_page_shows()
    {
        await scene.CreateAsync(request => request with { OrderReference = "ORD-1" });
        using var client = await scene.App.SignInAsync(Roles.Finance);

        var text = await client.GetStringAsync("/export/payments.csv?mode=test&cursor=anything&columns=order_reference&bom=0");
        var live = await client.GetStringAsync("/export/payments.csv?mode=live&columns=order_reference&bom=0");

        Assert.Equal("order_reference\r\nORD-1\r\n", text);
        Assert.Equal("order_reference\r\n", live);
        var entry = await scene.App.ReadAsync(db => db.AuditEntries.Where(row => row.Action == "payments.exported").OrderBy(row => row.Id).FirstAsync());
        Assert.Contains("\"rows\":1", entry.After, StringComparison.Ordinal);
        Assert.Contains("@shop.test", entry.ActorName, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_session_or_key_nothing_is_given()
    {
        using var nobody = scene.App.Client();
        using var forged = scene.App.Client("pa_test_" + new string('x', 43));

        await RefusedAsync(nobody, "/export/payments.csv", 401, "unauthenticated");
        await RefusedAsync(forged, "/export/payments.csv", 401, "unauthenticated");
    }

    [Fact]
    public async Task Caller_without_the_right_is_refused()
    {
        using var writer = await scene.App.KeyClientAsync(Mode.Test, Scopes.PaymentsWrite);
        using var developer = await scene.App.SignInAsync(Roles.Developer);

        await RefusedAsync(writer, "/export/payments.csv", 403, "scope_missing");
        await RefusedAsync(developer, "/export/payments.csv", 403, "permission_missing");
    }

    [Theory]
    [InlineData("?colour=red", 400, "invalid_parameter")]
    [InlineData("?status=paid", 400, "invalid_parameter")]
    [InlineData("?columns=colour", 400, "invalid_parameter")]
    [InlineData("?created_from=yesterday", 400, "invalid_parameter")]
    [InlineData("?mode=live", 403, "mode_mismatch")]
    public async Task Filter_that_cannot_be_read_exports_nothing(string query, int status, string code)
    {
        using var client = await scene.App.KeyClientAsync(Mode.Test, Scopes.PaymentsRead);

        await RefusedAsync(client, "/export/payments.csv" + query, status, code);
    }

    [Theory]
    [InlineData(Roles.Clerk)]
    [InlineData(Roles.Auditor)]
    public async Task Page_offers_exactly_what_the_endpoints_give(string role)
    {
        using var client = await scene.App.SignInAsync(role);

        foreach (var file in ExportFile.All)
        {
            var choice = new ExportChoice { File = file, From = TimeBound.Of(new DateOnly(2026, 11, 1)), To = TimeBound.Of(new DateOnly(2026, 11, 30)), Columns = [file.Offered(scene.App.Get<ListFiles>())[0]], HasSemicolons = true, InUtc = true, HasByteOrderMark = false };
            using var answer = await client.GetAsync(choice.FileHref(Mode.Test));

            Assert.Equal((file.Name, Permissions.IsAllowed(role, file.Permission) ? HttpStatusCode.OK : HttpStatusCode.Forbidden), (file.Name, answer.StatusCode));
            if (answer.IsSuccessStatusCode)
                Assert.StartsWith(choice.Columns[0], await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Next_file_begins_where_the_last_whole_one_ended()
    {
        var tenantId = await scene.App.TenantIdAsync();
        var exports = scene.App.Get<ListExports>();
        Task<DateTimeOffset?> EndAsync(Mode mode = Mode.Test) => exports.EndOfLastAsync(tenantId, "payments.csv", mode, "created_from", CancellationToken.None);
        await scene.CreateAsync(request => request with { OrderReference = "ORD-1" });
        using var client = await scene.App.SignInAsync(Roles.Finance);

        await client.GetStringAsync("/export/payments.csv?mode=test&status=failed");
        Assert.Null(await EndAsync());
        await client.GetStringAsync("/export/payments.csv?mode=test&created_from=2026-11-01&separator=;");
        var end = await EndAsync();
        Assert.NotNull(end);
        await scene.CreateAsync(request => request with { OrderReference = "ORD-2" });
        var next = await client.GetStringAsync("/export/payments.csv" + new QueryWriter().Add("mode", "test").Add("created_from", TimeBound.Of(end.Value)).Add("columns", "order_reference").Add("bom", "0"));

        Assert.Equal("order_reference\r\nORD-2\r\n", next);
        Assert.Null(await EndAsync(Mode.Live));
        var recent = await exports.RecentAsync(tenantId, ["payments.csv"], actorId: null, 20, CancellationToken.None);
        Assert.Equal([1, 1, 0], recent.Select(taken => (int)taken.Note.Rows));
        Assert.Empty(await exports.RecentAsync(tenantId, ["payments.csv"], Guid.Empty.ToString(), 20, CancellationToken.None));
    }

    [Theory]
    [InlineData("refunds", "refund_id,mode,created_at,")]
    [InlineData("receipts", "receipt_id,mode,received_at,")]
    [InlineData("logs", "id,mode,created_at,")]
    public async Task Other_lists_are_files_too(string name, string head)
    {
        var payment = await scene.PaidAsync(500_000, "ORD-1");
        Assert.Null((await scene.App.Get<RefundPayment>().RunAsync(new RefundRequestedBy(payment.TenantId, Mode.Test, payment.Id, 5_005, null, "=damaged"), Actor.System("test"), CancellationToken.None)).Problem);
        using var client = await scene.App.KeyClientAsync(Mode.Test, Scopes.PaymentsRead, Scopes.LogsRead);
        using var writer = await scene.App.KeyClientAsync(Mode.Test, Scopes.PaymentsWrite);

        var lines = (await client.GetStringAsync($"/export/{name}.csv?mode=test&bom=0")).TrimEnd().Split("\r\n");

        Assert.StartsWith(head, lines[0], StringComparison.Ordinal);
        Assert.True(lines.Length > 1, "The list is not empty.");
        Assert.All(lines[1..], line => Assert.Contains(",test,", line, StringComparison.Ordinal));
        if (name == "refunds")
            Assert.Contains("50.05,5005,KZT,'=damaged", lines[1], StringComparison.Ordinal);
        await RefusedAsync(client, $"/export/{name}.csv?colour=red", 400, "invalid_parameter");
        await RefusedAsync(client, $"/export/{name}.csv?mode=live", 403, "mode_mismatch");
        await RefusedAsync(writer, $"/export/{name}.csv", 403, "scope_missing");
        var entry = await scene.App.ReadAsync(db => db.AuditEntries.SingleAsync(row => row.Action == name + ".exported"));
        Assert.Contains($"\"rows\":{lines.Length - 1}", entry.After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Audit_is_given_to_people_who_may_read_it_and_to_no_key()
    {
        await scene.PaidAsync(500_000, "ORD-1");
        using var auditor = await scene.App.SignInAsync(Roles.Auditor);
        using var clerk = await scene.App.SignInAsync(Roles.Clerk);
        using var key = await scene.App.KeyClientAsync(Mode.Test, Scopes.PaymentsRead, Scopes.LogsRead);

        var lines = (await auditor.GetStringAsync("/export/audit.csv?action=payment&bom=0")).TrimEnd().Split("\r\n");

        Assert.StartsWith("id,at,actor_kind,actor,action,", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines[1..], line => line.Contains(",payment.succeeded,", StringComparison.Ordinal));
        await RefusedAsync(key, "/export/audit.csv", 403, "scope_missing");
        await RefusedAsync(clerk, "/export/audit.csv", 403, "permission_missing");
    }

    [Fact]
    public async Task Webhooks_are_exported_without_bodies_to_who_may_read_logs()
    {
        (await scene.DeliverAsync(new { id = "orphan", type = "paid", reference = "nobody", amount_minor = 4711, currency = "KZT" })).Dispose();
        using var reader = await scene.App.KeyClientAsync(Mode.Test, Scopes.LogsRead);
        using var payments = await scene.App.KeyClientAsync(Mode.Test, Scopes.PaymentsRead);
        using var clerk = await scene.App.SignInAsync(Roles.Clerk);

        var text = await reader.GetStringAsync("/export/webhooks.csv?provider=scripted&bom=0&columns=provider,provider_reference,verdict");

        Assert.Equal("provider,provider_reference,verdict\r\nscripted,nobody,unchecked\r\n", text);
        await RefusedAsync(payments, "/export/webhooks.csv", 403, "scope_missing");
        await RefusedAsync(clerk, "/export/webhooks.csv", 403, "permission_missing");
        await RefusedAsync(reader, "/export/webhooks.csv?columns=body", 400, "invalid_parameter");
        await RefusedAsync(reader, "/export/webhooks.csv?view=rejected", 400, "invalid_parameter");
        Assert.True(await scene.App.ReadAsync(db => db.AuditEntries.AnyAsync(entry => entry.Action == "webhooks.exported")));
    }

    private static async Task RefusedAsync(HttpClient client, string path, int status, string code)
    {
        using var answer = await client.GetAsync(path);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{(int)answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(code, JsonNode.Parse(text)!["code"]!.GetValue<string>());
    }
}
