using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Providers.Sandbox;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Core.Webhooks;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Endpoints;

/// <summary>
/// M-Pesa's addresses of source system 003, which name no account and prove nothing (contract.md section 6, Alias webhook routes): whoever knows both
/// numbers of a prompt makes us ask about it, and nobody achieves more. Time stands still unless a test moves it.
/// </summary>
public sealed class UnsignedAliasTests : IAsyncLifetime
{
    private const string Accepted = """{"ResultCode":0,"ResultDesc":"Accepted"}""";
    private const string NeverAnswers = "+254700000002";

    private readonly TestClock clock = new();
    private SourceWorld world = null!;

    public async Task InitializeAsync()
    {
        world = await SourceWorld.StartAsync(new TestAppOptions { Clock = clock });
        await OpenAsync(world);
    }

    public async Task DisposeAsync() => await world.DisposeAsync();

    [Theory]
    [InlineData("/webhook/mpesa")]
    [InlineData("/webhook/mpesa/")]
    [InlineData("/api/v1/payments/webhook/mpesa")]
    public async Task Both_numbers_bring_the_next_question_forward_and_nothing_else(string path)
    {
        var before = await PromptAsync();

        var answer = await KnockAsync(before.ProviderReference, before.ProviderReference2, path);

        var after = await AttemptAsync(before.Id);
        Assert.Equal(Accepted, answer.Is(200).Text);
        Assert.True(after.NextCheckAt < before.NextCheckAt, $"{after.NextCheckAt} is not before {before.NextCheckAt}");
        Assert.True(after.NextCheckAt <= clock.GetUtcNow() + TimeSpan.FromSeconds(5));
        Assert.Equal((AttemptStatus.Pending, 0, null, null), (after.Status, after.ReceivedMinor, after.ClaimedReceipt, after.ClaimedMinor));
        Assert.Empty(await world.InboxAsync());
        Assert.Empty(await UnmatchedAsync());
    }

    [Fact]
    public async Task Claim_of_success_has_no_authority_the_provider_has()
    {
        var attempt = await PromptAsync();

        (await KnockAsync(attempt.ProviderReference, attempt.ProviderReference2)).Is(200);
        // Step by step: a loop that was at work while the clock moved starts its next pause only afterwards.
        await clock.AdvanceUntilAsync(TimeSpan.FromMilliseconds(500), async () => await QuestionsAsync(attempt.Id) > 0, "M-Pesa was asked");

        var payment = await world.App.ReadAsync(db => db.Payments.SingleAsync(row => row.Id == attempt.PaymentId));
        Assert.Equal((PaymentStatus.Pending, 0L), (payment.Status, payment.ReceivedMinor));
        Assert.Empty(await world.App.ReadAsync(db => db.Receipts.ToListAsync()));
    }

    [Fact]
    public async Task Claim_of_failure_has_none_either()
    {
        var attempt = await PromptAsync();

        (await KnockAsync(attempt.ProviderReference, attempt.ProviderReference2, code: 1032)).Is(200);

        Assert.Equal(AttemptStatus.Pending, (await AttemptAsync(attempt.Id)).Status);
    }

    [Fact]
    public async Task Knocking_again_does_not_ask_more_often()
    {
        var attempt = await PromptAsync();
        await KnockAsync(attempt.ProviderReference, attempt.ProviderReference2);
        var first = await AttemptAsync(attempt.Id);

        for (var i = 0; i < 5; i++)
            (await KnockAsync(attempt.ProviderReference, attempt.ProviderReference2)).Is(200);

        Assert.Equal((first.NextCheckAt, first.Version), ((await AttemptAsync(attempt.Id)).NextCheckAt, (await AttemptAsync(attempt.Id)).Version));
    }

    [Theory]
    [InlineData(true, "29115-0-1")]
    [InlineData(true, null)]
    [InlineData(false, "own")]
    [InlineData(null, "own")]
    [InlineData(false, "29115-0-1")]
    public async Task One_number_is_not_enough_and_the_answer_is_the_same(bool? knowsCheckout, string? merchant)
    {
        var before = await PromptAsync();
        var checkout = knowsCheckout switch { true => before.ProviderReference, false => "ws_CO_of_nobody", null => null };

        var answer = await KnockAsync(checkout, merchant == "own" ? before.ProviderReference2 : merchant);

        Assert.Equal(Accepted, answer.Is(200).Text);
        Assert.Equal((before.NextCheckAt, before.Version), ((await AttemptAsync(before.Id)).NextCheckAt, (await AttemptAsync(before.Id)).Version));
        var kept = Assert.Single(await UnmatchedAsync());
        Assert.Equal(("mpesa", false, "[]"), (kept.Provider, kept.IsAuthentic, kept.AccountsJson));
        Assert.Contains("no attempt has both", kept.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Numbers_of_several_attempts_are_nobodys()
    {
        var first = await PromptAsync();
        var other = await world.TenantAsync();
        await OpenAsync(world, other);
        using var merchant = world.App.Client((await world.App.CreateKeyAsync(other, Mode.Test)).Text);
        var second = await PromptAsync(merchant);
        await world.App.Store.WriteAsync(
            db => db.PaymentAttempts.Where(row => row.Id == second.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.ProviderReference, first.ProviderReference).SetProperty(row => row.ProviderReference2, first.ProviderReference2)),
            CancellationToken.None);

        Assert.Equal(Accepted, (await KnockAsync(first.ProviderReference, first.ProviderReference2)).Is(200).Text);

        Assert.Contains("several attempts", Assert.Single(await UnmatchedAsync()).Reason, StringComparison.Ordinal);
        Assert.Equal(first.NextCheckAt, (await AttemptAsync(first.Id)).NextCheckAt);
        Assert.Equal(second.NextCheckAt, (await AttemptAsync(second.Id)).NextCheckAt);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no json")]
    [InlineData("[]")]
    [InlineData("""{"Body":{"stkCallback":[]}}""")]
    [InlineData("""{"TransactionType":"Pay Bill","TransID":"RKL51ZDR4F","TransAmount":"500.00","BusinessShortCode":"600966","BillRefNumber":"X"}""")]
    public async Task Anything_else_is_answered_alike_and_is_no_money(string body)
    {
        Assert.Equal(Accepted, (await world.PostAsync("/webhook/mpesa", body, world.Stranger)).Is(200).Text);

        Assert.Single(await UnmatchedAsync());
        Assert.Empty(await world.App.ReadAsync(db => db.Receipts.ToListAsync()));
    }

    [Fact]
    public async Task Same_delivery_again_is_kept_once()
    {
        for (var i = 0; i < 3; i++)
            (await KnockAsync("ws_CO_of_nobody", "29115-0-1")).Is(200);

        Assert.Equal(2, Assert.Single(await UnmatchedAsync()).Duplicates);
    }

    [Fact]
    public async Task Flood_is_answered_and_not_kept()
    {
        await Task.WhenAll(Enumerable.Range(0, 80).Select(i => KnockAsync($"ws_CO_{i}", "29115-0-1")));

        Assert.Equal(60, (await UnmatchedAsync()).Count);
    }

    [Fact]
    public async Task Body_larger_than_256_KiB_is_413() =>
        (await world.PostAsync("/webhook/mpesa", new string('x', ReceiveWebhook.BodyBytesMax + 1), world.Stranger)).IsProblem(413, "too_large");

    [Theory]
    [InlineData("/webhook/mpesa")]
    [InlineData("/api/v1/payments/webhook/mpesa")]
    public async Task Switched_off_there_is_nothing_at_these_addresses(string path)
    {
        await using var closed = await SourceWorld.StartAsync(new TestAppOptions { Clock = new TestClock(), Settings = new Dictionary<string, string?> { ["Webhooks:UnsignedAlias"] = "false" } });
        await OpenAsync(closed);

        (await closed.PostAsync(path, Callback("ws_CO_1", "29115-0-1", 0), closed.Stranger)).IsProblem(404, "not_found");

        Assert.Empty(await closed.App.ReadAsync(db => db.UnmatchedWebhooks.ToListAsync()));
    }

    private static Task<ProviderAccount> OpenAsync(SourceWorld world, Guid? tenantId = null) =>
        world.AccountAsync("mpesa", tenantId, credentials: [.. SandboxCredentials.For(world.App.Get<ProviderRegistry>()["mpesa"].Profile).Select(field => (field.Key, field.Value))]);

    /// <summary>A prompt on a phone that never answers.</summary>
    private async Task<PaymentAttempt> PromptAsync(HttpClient? with = null)
    {
        var body = $$"""{"order_reference": "order-1", "amount_minor": 50000, "currency": "KES", "provider": "mpesa", "method": "phone", "customer": {"phone": "{{NeverAnswers}}"} }""";
        var created = (await SourceWorld.SendAsync(HttpMethod.Post, "/v1/payments", body, with ?? world.Merchant, ("Idempotency-Key", IdSource.NewToken(16)))).Is(201);
        var attempt = await world.App.ReadAsync(db => db.PaymentAttempts.SingleAsync(row => row.PaymentId == Guid.Parse(created["id"]!)));
        Assert.True(attempt is { ProviderReference: not null, ProviderReference2: not null, NextCheckAt: not null }, created.Text);
        return attempt;
    }

    private Task<PaymentAttempt> AttemptAsync(Guid id) => world.App.ReadAsync(db => db.PaymentAttempts.SingleAsync(row => row.Id == id));

    private Task<List<UnmatchedWebhook>> UnmatchedAsync() => world.App.ReadAsync(db => db.UnmatchedWebhooks.ToListAsync());

    private Task<int> QuestionsAsync(Guid attemptId) => world.App.ReadAsync(db => db.ProviderCalls.CountAsync(call => call.AttemptId == attemptId && call.Operation == ProviderOperation.Status));

    private Task<ApiAnswer> KnockAsync(string? checkout, string? merchant, string path = "/webhook/mpesa", int code = 0) => world.PostAsync(path, Callback(checkout, merchant, code), world.Stranger);

    private static string Callback(string? checkout, string? merchant, int code)
    {
        var callback = new JsonObject { ["ResultCode"] = code, ["ResultDesc"] = "The service request is processed successfully." };
        if (checkout is not null)
            callback["CheckoutRequestID"] = checkout;
        if (merchant is not null)
            callback["MerchantRequestID"] = merchant;
        if (code == 0)
            callback["CallbackMetadata"] = new JsonObject { ["Item"] = new JsonArray(new JsonObject { ["Name"] = "Amount", ["Value"] = 500 }, new JsonObject { ["Name"] = "MpesaReceiptNumber", ["Value"] = "TAF1ABC2DE" }) };
        return new JsonObject { ["Body"] = new JsonObject { ["stkCallback"] = callback } }.ToJsonString();
    }
}
