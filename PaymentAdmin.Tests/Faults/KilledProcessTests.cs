using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Proofs;
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

    [Theory]
    [InlineData("call.after_send")]
    [InlineData("create.after_answer")]
    public async Task Killed_between_the_call_and_the_stored_answer_nothing_is_sent_again_and_a_person_settles_it(string point)
    {
        await using var database = await TestDatabase.CreateAsync();
        var key = await PrepareAsync(database);

        await PayInDyingProcessAsync(database, key, point, "order-b");
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

    [Fact]
    public async Task Killed_with_the_key_claimed_the_same_request_then_makes_the_one_payment()
    {
        await using var database = await TestDatabase.CreateAsync();
        var key = await PrepareAsync(database);

        await PayInDyingProcessAsync(database, key, "create.key_claimed", "order-d");
        await using var app = await TestApp.StartOverAsync(database);
        Assert.Equal(0, await app.ReadAsync(db => db.Payments.CountAsync()));
        // The claim of a dead process ends within a minute.
        await app.Store.WriteAsync(db => db.IdempotencyKeys.ExecuteUpdateAsync(set => set.SetProperty(row => row.LockedUntil, DateTimeOffset.UnixEpoch)), CancellationToken.None);
        using var client = app.Client(key);
        using var first = await client.SendAsync(PaymentOf("order-d"));
        using var second = await client.SendAsync(PaymentOf("order-d"));

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.StatusCode, second.StatusCode));
        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
        Assert.Equal(1, await app.ReadAsync(db => db.Payments.CountAsync()));
        Assert.Single(await LedgerAsync(app, "order-d"));
    }

    [Fact]
    public async Task Killed_while_a_refund_is_on_its_way_it_is_never_sent_again_and_stays_reserved()
    {
        await using var database = await TestDatabase.CreateAsync();
        var key = await PrepareAsync(database);
        Guid paymentId;
        await using (var app = await TestApp.StartOverAsync(database))
        {
            using var client = app.Client(key);
            using var created = await client.SendAsync(PaymentOf("order-e"));
            await Eventually.TrueAsync(async () => (await PaymentAsync(app)).Status == PaymentStatus.Succeeded, "the payer paid");
            paymentId = (await PaymentAsync(app)).Id;
        }

        await DieAsync(database, key, "call.after_send", client => client.SendAsync(Post($"/v1/payments/{paymentId}/refunds", "refund-e", new JsonObject { ["amount_minor"] = 400_000, ["reason"] = "one came back" })));
        await using var after = await TestApp.StartOverAsync(database);
        await after.Store.WriteAsync(db => db.ProviderCalls.ExecuteUpdateAsync(set => set.SetProperty(call => call.DeadlineAt, DateTimeOffset.UnixEpoch)), CancellationToken.None);

        await Eventually.TrueAsync(async () => (await after.ReadAsync(db => db.Refunds.SingleAsync())).Status == RefundStatus.Unknown, "the refund is known to be unknown");
        var charge = Assert.Single(await LedgerAsync(after, "order-e"));
        Assert.Equal(400_000, charge!["refunded_minor"]!.GetValue<long>());
        Assert.Equal(600_000, (await PaymentAsync(after)).RefundableMinor);
        Assert.Equal(1, await after.ReadAsync(db => db.ProviderCalls.CountAsync(call => call.Operation == ProviderOperation.Refund)));
    }

    [Fact]
    public async Task Killed_after_a_webhook_was_answered_the_webhook_has_its_effect()
    {
        await using var database = await TestDatabase.CreateAsync();
        var key = await PrepareAsync(database);
        string page;
        await using (var app = await TestApp.StartOverAsync(database))
        {
            using var client = app.Client(key);
            using var created = await client.SendAsync(PaymentOf("order-f", "paystack", "NGN"));
            page = new Uri(JsonNode.Parse(await created.Content.ReadAsStringAsync())!["next_action"]!["url"]!.GetValue<string>()).PathAndQuery;
        }

        await DieAsync(database, key, "hook.after_200", client => client.PostAsync(page, new FormUrlEncodedContent(new Dictionary<string, string> { ["action"] = "pay", ["card"] = "4084 0840 8408 4081" })));
        await using var after = await TestApp.StartOverAsync(database);

        Assert.Equal(1, await after.ReadAsync(db => db.WebhookEvents.CountAsync()));
        await Eventually.TrueAsync(async () => (await PaymentAsync(after)).Status == PaymentStatus.Succeeded, "the stored webhook was processed");
    }

    [Fact]
    public async Task Killed_while_audit_entries_are_sealed_the_chain_is_whole()
    {
        await using var database = await TestDatabase.CreateAsync();
        await PrepareAsync(database);

        var folder = Directory.CreateTempSubdirectory("payment-admin-killed-").FullName;
        // The server may have sealed all that there was; a verb adds an entry and leaves it open.
        var (changed, _, _) = await ServerProcess.RunAsync(folder, Environment(database, folder, failPoint: null), "set-tenant", "--tenant", "default", "--time-zone", "Africa/Nairobi");
        Assert.Equal(0, changed);
        var (exitCode, _, _) = await ServerProcess.RunAsync(folder, Environment(database, folder, "audit.appended"), "verify-audit");
        Directory.Delete(folder, recursive: true);
        Assert.NotEqual(0, exitCode);
        await using var app = await TestApp.StartOverAsync(database);

        var verdict = await app.Get<SealAudit>().VerifyAsync(CancellationToken.None);
        Assert.True(verdict.Ok, verdict.Reason);
        Assert.Equal(await app.ReadAsync(db => db.AuditEntries.LongCountAsync()), verdict.Entries);
    }

    [Fact]
    public async Task Killed_between_two_migrations_the_next_start_goes_on()
    {
        await using var database = await TestDatabase.CreateAsync();
        var folder = Directory.CreateTempSubdirectory("payment-admin-killed-").FullName;
        try
        {
            var (exitCode, _, _) = await ServerProcess.RunAsync(folder, Environment(database, folder, "migrate.step"), "migrate");
            Assert.NotEqual(0, exitCode);
            var (again, _, errors) = await ServerProcess.RunAsync(folder, Environment(database, folder, failPoint: null), "check-integrity");
            Assert.True(again == 0, errors);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Killed_half_way_through_a_key_rotation_every_secret_stays_readable_and_the_next_run_ends_it()
    {
        await using var database = await TestDatabase.CreateAsync();
        var key = await PrepareAsync(database);
        var folder = Directory.CreateTempSubdirectory("payment-admin-killed-").FullName;
        var rotated = new Dictionary<string, string?> { ["Security__MasterKey"] = Convert.ToBase64String(new byte[32]), ["Security__PreviousMasterKeys__0"] = TestApp.MasterKey };
        try
        {
            var (exitCode, _, _) = await ServerProcess.RunAsync(folder, With(Environment(database, folder, "rotate.reencrypted_half"), rotated), "rotate-master-key");
            Assert.NotEqual(0, exitCode);
            await using (var app = await TestApp.StartOverAsync(database, new TestAppOptions { Settings = new Dictionary<string, string?> { ["Security:MasterKey"] = rotated["Security__MasterKey"], ["Security:PreviousMasterKeys:0"] = TestApp.MasterKey } }))
            {
                var sealedUnder = await app.ReadAsync(db => db.ProviderAccounts.Select(row => row.SecretsCipher).Concat(db.ShopConfigs.Select(row => row.DeviceTokenCipher!)).ToListAsync());
                Assert.Equal(2, sealedUnder.Select(cipher => cipher.Split('|')[1]).Distinct().Count());
                using var client = app.Client(key);
                using var created = await client.SendAsync(PaymentOf("order-h"));
                Assert.Equal("pending", JsonNode.Parse(await created.Content.ReadAsStringAsync())!["status"]!.GetValue<string>());
            }
            var (again, output, errors) = await ServerProcess.RunAsync(folder, With(Environment(database, folder, failPoint: null), rotated), "rotate-master-key", "--json");
            // Standard error is for errors.
            Assert.Equal((0, ""), (again, errors.Trim()));
            Assert.InRange(JsonNode.Parse(output)!["resealed"]!.GetValue<int>(), 1, 1000);
            await using var alone = await TestApp.StartOverAsync(database, new TestAppOptions { Settings = new Dictionary<string, string?> { ["Security:MasterKey"] = rotated["Security__MasterKey"] } });
            using var payer = alone.Client(key);
            using var paid = await payer.SendAsync(PaymentOf("order-i"));
            Assert.Equal("pending", JsonNode.Parse(await paid.Content.ReadAsStringAsync())!["status"]!.GetValue<string>());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("proof.file_written", 0)]
    [InlineData("proof.row_committed", 1)]
    public async Task Killed_while_a_proof_was_stored_the_same_submission_then_makes_the_one_proof(string point, int stored)
    {
        await using var database = await TestDatabase.CreateAsync();
        var key = await PrepareAsync(database);
        Guid paymentId;
        await using (var app = await TestApp.StartOverAsync(database))
        {
            await AddAccountAsync(app, await app.TenantIdAsync(), "manual", [], isForAllShops: true);
            using var client = app.Client(key);
            using var created = await client.SendAsync(PaymentOf("order-p", "manual"));
            paymentId = (await PaymentAsync(app)).Id;
        }

        await DieAsync(database, key, point, client => client.SendAsync(ProofOf(paymentId)));
        await using var after = await TestApp.StartOverAsync(database);
        Assert.Equal(stored, await after.ReadAsync(db => db.ManualProofs.CountAsync()));
        await after.Store.WriteAsync(db => db.IdempotencyKeys.ExecuteUpdateAsync(set => set.SetProperty(row => row.LockedUntil, DateTimeOffset.UnixEpoch)), CancellationToken.None);
        using var payer = after.Client(key);
        using var again = await payer.SendAsync(ProofOf(paymentId));

        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        Assert.Equal(1, await after.ReadAsync(db => db.ManualProofs.CountAsync()));
        Assert.Equal(1, await after.ReadAsync(db => db.ProofFiles.CountAsync()));
        Assert.Equal(PaymentStatus.InReview, (await PaymentAsync(after)).Status);
    }

    private static HttpRequestMessage ProofOf(Guid paymentId)
    {
        // A fixed boundary, so that the repeated request has the same bytes.
        var form = new MultipartFormDataContent("the-same-boundary") { { new StringContent("bank_transfer"), "proof_type" }, { new StringContent("TXN-KILLED"), "proof_reference" }, { new ByteArrayContent(Pictures.Png()), "file", "receipt.png" } };
        var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/payments/{paymentId}/proofs") { Content = form };
        request.Headers.Add("Idempotency-Key", "proof-killed");
        return request;
    }

    private static async Task<string> PrepareAsync(TestDatabase database)
    {
        await using var app = await TestApp.StartOverAsync(database);
        var tenantId = await app.TenantIdAsync();
        await AddAccountAsync(app, tenantId, "kaspi", new() { ["access_token"] = "sandbox-access-token" }, isForAllShops: false);
        await AddAccountAsync(app, tenantId, "paystack", new() { ["secret_key"] = "sk_test_killed_process" }, isForAllShops: true);
        var saved = await app.Get<SaveShopConfig>().CreateAsync(new SaveShopConfigRequest { TenantId = tenantId, Mode = Mode.Test, Provider = "kaspi", ShopId = 8, OrganizationBin = "210440028324", DeviceToken = DeviceToken, IsActive = true }, Actor.System("test"), CancellationToken.None);
        Assert.Null(saved.Problem);
        return await app.CreateKeyAsync();
    }

    private static Task AddAccountAsync(TestApp app, Guid tenantId, string provider, Dictionary<string, string> secrets, bool isForAllShops)
    {
        var now = DateTimeOffset.UnixEpoch;
        var accountId = Guid.CreateVersion7(now);
        var (hash, cipher) = app.Get<ProviderAccounts>().NewWebhookKey(accountId, tenantId);
        return app.Store.WriteAsync(
            db =>
            {
                db.ProviderAccounts.Add(new ProviderAccount
                {
                    Id = accountId,
                    TenantId = tenantId,
                    Provider = provider,
                    Mode = Mode.Test,
                    Endpoint = AccountEndpoint.Sandbox,
                    Name = provider,
                    IsEnabled = true,
                    IsForAllShops = isForAllShops,
                    SecretsCipher = app.Get<ProviderAccounts>().Seal(accountId, tenantId, secrets),
                    WebhookKeyHash = hash,
                    WebhookKeyCipher = cipher,
                    CreatedAt = now,
                    UpdatedAt = now,
                });
                return Task.CompletedTask;
            },
            CancellationToken.None);
    }

    private static HttpRequestMessage PaymentOf(string reference, string provider = "kaspi", string currency = "KZT") =>
        Post("/v1/payments", reference, new JsonObject { ["order_reference"] = reference, ["amount_minor"] = 1_000_000, ["currency"] = currency, ["provider"] = provider, ["shop_id"] = provider == "kaspi" ? 8 : null, ["description"] = reference, ["customer"] = new JsonObject { ["phone"] = "77015211545" } });

    private static HttpRequestMessage Post(string path, string key, JsonObject body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", key);
        return request;
    }

    private static Task<Payment> PaymentAsync(TestApp app) => app.ReadAsync(db => db.Payments.SingleAsync());

    private static async Task<JsonArray> LedgerAsync(TestApp app, string reference)
    {
        using var client = app.Client();
        return JsonNode.Parse(await client.GetStringAsync($"/sandbox/kaspi/_ledger?reference={reference}"))!.AsArray();
    }

    private static Task PayInDyingProcessAsync(TestDatabase database, string key, string point, string message) =>
        DieAsync(database, key, point, client => client.SendAsync(PaymentOf(message)));

    /// <summary>Starts the server as a process that ends itself at the point, and does what leads it there.</summary>
    private static async Task DieAsync(TestDatabase database, string key, string point, Func<HttpClient, Task<HttpResponseMessage>> act)
    {
        var folder = Directory.CreateTempSubdirectory("payment-admin-killed-").FullName;
        try
        {
            var (process, client) = await ServerProcess.ServeAsync(folder, Environment(database, folder, point));
            await using var ended = process;
            using var closed = client;
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
            try
            {
                using var answer = await act(client);
                Assert.True(answer.IsSuccessStatusCode, $"The dying process answered {answer.StatusCode}.");
            }
            catch (HttpRequestException)
            {
                // The process went before it answered.
            }
            Assert.NotEqual(0, await process.ExitedAsync());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Dictionary<string, string?> Environment(TestDatabase database, string folder, string? failPoint)
    {
        var environment = new Dictionary<string, string?>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Test",
            ["DataDirectory"] = folder,
            ["Sandbox__Enabled"] = "true",
            ["Security__MasterKey"] = TestApp.MasterKey,
            ["FailPoint"] = failPoint,
        };
        foreach (var (name, value) in database.Settings)
            environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        return environment;
    }

    private static Dictionary<string, string?> With(Dictionary<string, string?> environment, Dictionary<string, string?> more)
    {
        foreach (var (name, value) in more)
            environment[name] = value;
        return environment;
    }
}
