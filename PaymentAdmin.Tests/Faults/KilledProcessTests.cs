using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Faults;

/// <summary>The real server as a process of its own, killed in the middle of a Kaspi payment, and another one on the same database.</summary>
public sealed class KilledProcessTests
{
    private const string DeviceToken = "00000000-0000-4000-8000-000000000008";

    [Fact]
    public async Task Killed_after_the_answer_was_stored_the_payment_ends_in_its_true_state()
    {
        await using var database = await TestDatabase.CreateAsync();
        var key = await PrepareAsync(database);

        await PayInDyingProcessAsync(database, key, "create.answer_committed", "order-a");
        await using var app = await TestApp.StartOverAsync(database);

        await Eventually.TrueAsync(async () => (await PaymentAsync(app)).Status == PaymentStatus.Succeeded, "the poller found the payment paid");
        Assert.Single(await LedgerAsync(app, "order-a"));
        Assert.Equal(1, await app.ReadAsync(db => db.ProviderCalls.CountAsync(call => call.Operation == ProviderOperation.Create)));
    }

    [Fact]
    public async Task Killed_between_the_call_and_the_stored_answer_nothing_is_sent_again_and_a_person_settles_it()
    {
        await using var database = await TestDatabase.CreateAsync();
        var key = await PrepareAsync(database);

        await PayInDyingProcessAsync(database, key, "create.after_answer", "order-b");
        await using var app = await TestApp.StartOverAsync(database);
        // A minute passes for the call that nobody waits for any more.
        await app.Store.WriteAsync(db => db.ProviderCalls.ExecuteUpdateAsync(set => set.SetProperty(call => call.DeadlineAt, DateTimeOffset.UnixEpoch)), CancellationToken.None);

        await Eventually.TrueAsync(async () => (await PaymentAsync(app)).Status == PaymentStatus.InReview, "the payment is before a person");
        var payment = await PaymentAsync(app);
        Assert.Equal(PaymentExceptions.OutcomeUnknown, payment.Exceptions);
        var charge = Assert.Single(await LedgerAsync(app, "order-b"));
        var attached = await app.Get<SettlePayment>().AttachReferenceAsync(payment.TenantId, payment.Id, payment.AttemptId!.Value, charge!["reference"]!.GetValue<string>(), "seen in the cabinet", Actor.System("test"), CancellationToken.None);

        Assert.Null(attached.Problem);
        await Eventually.TrueAsync(async () => (await PaymentAsync(app)).Status == PaymentStatus.Succeeded, "the payment ends in its true state");
        Assert.Equal(PaymentExceptions.None, (await PaymentAsync(app)).Exceptions);
        Assert.Single(await LedgerAsync(app, "order-b"));
    }

    [Fact]
    public async Task Killed_before_the_call_nothing_was_charged_and_a_person_sees_it()
    {
        await using var database = await TestDatabase.CreateAsync();
        var key = await PrepareAsync(database);

        await PayInDyingProcessAsync(database, key, "create.before_send", "order-c");
        await using var app = await TestApp.StartOverAsync(database);
        await app.Store.WriteAsync(db => db.ProviderCalls.ExecuteUpdateAsync(set => set.SetProperty(call => call.DeadlineAt, DateTimeOffset.UnixEpoch)), CancellationToken.None);

        await Eventually.TrueAsync(async () => (await PaymentAsync(app)).Status == PaymentStatus.InReview, "the payment is before a person");
        Assert.Empty(await LedgerAsync(app, "order-c"));
    }

    private static async Task<string> PrepareAsync(TestDatabase database)
    {
        await using var app = await TestApp.StartOverAsync(database);
        var tenantId = await app.TenantIdAsync();
        var now = DateTimeOffset.UnixEpoch;
        var accountId = Guid.CreateVersion7(now);
        var (hash, cipher) = app.Get<ProviderAccounts>().NewWebhookKey(accountId, tenantId);
        await app.Store.WriteAsync(
            db =>
            {
                db.ProviderAccounts.Add(new ProviderAccount
                {
                    Id = accountId,
                    TenantId = tenantId,
                    Provider = "kaspi",
                    Mode = Mode.Test,
                    Endpoint = AccountEndpoint.Sandbox,
                    Name = "Kaspi sandbox",
                    IsEnabled = true,
                    SecretsCipher = app.Get<ProviderAccounts>().Seal(accountId, tenantId, new Dictionary<string, string> { ["access_token"] = "sandbox-access-token" }),
                    WebhookKeyHash = hash,
                    WebhookKeyCipher = cipher,
                    CreatedAt = now,
                    UpdatedAt = now,
                });
                return Task.CompletedTask;
            },
            CancellationToken.None);
        var saved = await app.Get<SaveShopConfig>().CreateAsync(new SaveShopConfigRequest { TenantId = tenantId, Mode = Mode.Test, Provider = "kaspi", ShopId = 8, OrganizationBin = "210440028324", DeviceToken = DeviceToken, IsActive = true }, Actor.System("test"), CancellationToken.None);
        Assert.Null(saved.Problem);
        return await app.CreateKeyAsync();
    }

    private static Task<Payment> PaymentAsync(TestApp app) => app.ReadAsync(db => db.Payments.SingleAsync());

    private static async Task<JsonArray> LedgerAsync(TestApp app, string reference)
    {
        using var client = app.Client();
        return JsonNode.Parse(await client.GetStringAsync($"/sandbox/kaspi/_ledger?reference={reference}"))!.AsArray();
    }

    /// <summary>Starts the server as a process that ends itself at the point, and asks it for a payment.</summary>
    private static async Task PayInDyingProcessAsync(TestDatabase database, string key, string point, string message)
    {
        var port = FreePort();
        var folder = Directory.CreateTempSubdirectory("payment-admin-killed-").FullName;
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "PaymentAdmin.Web.dll")]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Test";
        start.Environment["Urls"] = $"http://127.0.0.1:{port}";
        start.Environment["DataDirectory"] = folder;
        start.Environment["Sandbox__Enabled"] = "true";
        start.Environment["Security__MasterKey"] = TestApp.MasterKey;
        start.Environment["FailPoint"] = point;
        foreach (var (name, value) in database.Settings)
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            using var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
            await Eventually.TrueAsync(() => IsReadyAsync(client, process), $"the process listens at {port}", TimeSpan.FromMinutes(2));
            var body = new JsonObject { ["order_reference"] = message, ["amount_minor"] = 1_000_000, ["currency"] = "KZT", ["provider"] = "kaspi", ["shop_id"] = 8, ["description"] = message, ["customer"] = new JsonObject { ["phone"] = "77015211545" } };
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/payments") { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
            request.Headers.Add("Idempotency-Key", message);
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.SendAsync(request));
            using var deadline = new CancellationTokenSource(Eventually.Deadline);
            await process.WaitForExitAsync(deadline.Token);
            Assert.NotEqual(0, process.ExitCode);
            await Task.WhenAll(output, errors);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient client, Process process)
    {
        Assert.False(process.HasExited, "The process ended before it listened.");
        try
        {
            using var answer = await client.GetAsync("/health/ready");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
