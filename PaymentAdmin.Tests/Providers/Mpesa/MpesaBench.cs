using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Integrity;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Core.Webhooks;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Providers.Mpesa;

/// <summary>The money side with the real M-Pesa client against a <see cref="Daraja"/> that the test scripts, and callbacks that the test delivers.</summary>
internal sealed class MpesaBench : IAsyncDisposable
{
    public const string ShortCode = "600966";

    private readonly CancellationTokenSource stopping = new();
    private readonly Task inboxWriter;
    private int orders;

    private MpesaBench(CoreBench core, Daraja daraja)
    {
        (Core, Daraja) = (core, daraja);
        inboxWriter = core.Get<InboxWriter>().RunAsync(stopping.Token);
    }

    public CoreBench Core { get; }

    public Daraja Daraja { get; }

    public Guid TenantId { get; private set; }

    public ProviderAccount Account { get; private set; } = null!;

    public string Key { get; private set; } = "";

    public static async Task<MpesaBench> StartAsync(params (string Name, string Value)[] fields)
    {
        var daraja = new Daraja();
        var core = await CoreBench.StartAsync(services => services.Replace(ServiceDescriptor.Singleton<IHttpClientFactory>(daraja)));
        var bench = new MpesaBench(core, daraja);
        await bench.SeedAsync(fields);
        return bench;
    }

    /// <summary>Another instance over the same database and the same Daraja.</summary>
    public MpesaBench Another() => new(Core.Another(), Daraja) { TenantId = TenantId, Account = Account, Key = Key };

    public T Get<T>() where T : notnull => Core.Get<T>();

    public Task<Result<CreatedPayment>> CreateAsync(long amountMinor = 50_000, string? provider = "mpesa", string? method = "phone", string phone = "0712345678", string? order = null) =>
        Get<CreatePayment>().RunAsync(
            new CreatePaymentRequest
            {
                TenantId = TenantId,
                Mode = Mode.Test,
                OrderReference = order ?? $"ORD-{Interlocked.Increment(ref orders).ToString(CultureInfo.InvariantCulture)}-{IdSource.NewToken(6)}",
                AmountMinor = amountMinor,
                Currency = "KES",
                Provider = provider,
                Method = provider is null ? null : method,
                CustomerPhone = phone,
            },
            Engine.Shop,
            CancellationToken.None);

    /// <summary>A payment whose prompt is on the phone.</summary>
    public async Task<Payment> PromptedAsync(long amountMinor = 50_000)
    {
        var created = await CreateAsync(amountMinor);
        Assert.Null(created.Problem);
        return await PaymentAsync(created.Value.PaymentId);
    }

    /// <summary>A payment that was paid by its prompt, confirmed, under <see cref="Daraja.Receipt"/>.</summary>
    public async Task<Payment> PaidAsync(long amountMinor = 50_000)
    {
        var payment = await PromptedAsync(amountMinor);
        Daraja.OnQuery = () => Daraja.Result("0", "The service request is processed successfully.", payment.ProviderReference!);
        await CallbackAsync(Success(payment));
        await DrainAsync();
        payment = await PaymentAsync(payment.Id);
        Assert.Equal(PaymentStatus.Succeeded, payment.Status);
        return payment;
    }

    public Task<Payment> PaymentAsync(Guid id) => Core.ReadAsync(db => db.Payments.SingleAsync(row => row.Id == id));

    public Task<PaymentAttempt> AttemptAsync(Guid paymentId) => Core.ReadAsync(db => db.PaymentAttempts.OrderByDescending(row => row.CreatedAt).FirstAsync(row => row.PaymentId == paymentId));

    public Task<List<Receipt>> ReceiptsAsync() => Core.ReadAsync(db => db.Receipts.OrderBy(row => row.ReceivedAt).ToListAsync());

    public Task<List<WebhookEvent>> EventsAsync() => Core.ReadAsync(db => db.WebhookEvents.OrderBy(row => row.ReceivedAt).ToListAsync());

    /// <summary>The address of the newest push, below the account's own.</summary>
    public string PushAddress => AddressIn(Daraja.Bodies("/mpesa/stkpush/").Last()["CallBackURL"]!);

    public string AddressIn(JsonNode url)
    {
        var text = url.GetValue<string>();
        Assert.StartsWith($"http://shop.test/hooks/{Key}/", text, StringComparison.Ordinal);
        return text[$"http://shop.test/hooks/{Key}/".Length..];
    }

    public static JsonObject Success(Payment payment, long? shillings = null, string receipt = Daraja.Receipt, string merchant = Daraja.Merchant) =>
        Success(payment.ProviderReference!, shillings ?? payment.AmountMinor / 100, receipt, merchant);

    public static JsonObject Success(string checkout, long shillings, string receipt = Daraja.Receipt, string merchant = Daraja.Merchant) => new()
    {
        ["Body"] = new JsonObject
        {
            ["stkCallback"] = new JsonObject
            {
                ["MerchantRequestID"] = merchant,
                ["CheckoutRequestID"] = checkout,
                ["ResultCode"] = 0,
                ["ResultDesc"] = "The service request is processed successfully.",
                ["CallbackMetadata"] = new JsonObject
                {
                    // In another order than the samples': items are looked up by name.
                    ["Item"] = new JsonArray(
                        new JsonObject { ["Name"] = "PhoneNumber", ["Value"] = 254712345678 },
                        new JsonObject { ["Name"] = "Balance" },
                        new JsonObject { ["Name"] = "MpesaReceiptNumber", ["Value"] = receipt },
                        new JsonObject { ["Name"] = "TransactionDate", ["Value"] = 20260302120530 },
                        new JsonObject { ["Name"] = "Amount", ["Value"] = (decimal)shillings }),
                },
            },
        },
    };

    public static JsonObject Failure(Payment payment, int code, string description = "Request cancelled by user", string merchant = Daraja.Merchant) => new()
    {
        ["Body"] = new JsonObject { ["stkCallback"] = new JsonObject { ["MerchantRequestID"] = merchant, ["CheckoutRequestID"] = payment.ProviderReference, ["ResultCode"] = code, ["ResultDesc"] = description } },
    };

    public static JsonObject Confirmation(string bill, string amount, string receipt = Daraja.Receipt, string shortCode = ShortCode) => new()
    {
        ["TransactionType"] = "Pay Bill",
        ["TransID"] = receipt,
        ["TransTime"] = "20260302120531",
        ["TransAmount"] = amount,
        ["BusinessShortCode"] = shortCode,
        ["BillRefNumber"] = bill,
        ["InvoiceNumber"] = "",
        ["OrgAccountBalance"] = "2500.00",
        ["ThirdPartyTransID"] = "",
        ["MSISDN"] = "2547 ***** 678",
        ["FirstName"] = "NICHOLAS",
        ["MiddleName"] = "",
        ["LastName"] = "",
    };

    /// <summary>To the newest push's own address.</summary>
    public Task<ReceivedWebhook> CallbackAsync(JsonObject body) => DeliverAsync(PushAddress, body);

    public Task<ReceivedWebhook> ConfirmAsync(JsonObject body) => DeliverAsync("c2b/confirm", body);

    public Task<ReceivedWebhook> DeliverAsync(string address, JsonObject body, string? key = null) =>
        Get<ReceiveWebhook>().RunAsync(
            ReceiveWebhook.AnyHidden,
            key ?? Key,
            new InboundRequest(Encoding.UTF8.GetBytes(body.ToJsonString()), new Dictionary<string, string> { ["content-type"] = "application/json" }, $"/hooks/{key ?? Key}/{address}", "", address, null, Core.Clock.GetUtcNow()),
            "196.201.214.200",
            CancellationToken.None);

    public async Task DrainAsync()
    {
        for (var round = 0; round < 100; round++)
        {
            var worked = await Get<ProcessWebhook>().RunOnceAsync(CancellationToken.None);
            worked |= await Get<ReconcilePayments>().RunOnceAsync(CancellationToken.None);
            if (!worked)
                return;
        }
        Assert.Fail("The workers found something to do a hundred times.");
    }

    public async Task PassAsync(TimeSpan time, TimeSpan step)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += step)
        {
            Core.Clock.Advance(step);
            await DrainAsync();
        }
    }

    public async Task AssertSoundAsync()
    {
        var violated = (await Get<CheckIntegrity>().RunAsync(CancellationToken.None)).Where(result => result.Count > 0).Select(result => $"{result.Id} {result.Name}: {string.Join(", ", result.Violations)}").ToList();
        Assert.True(violated.Count == 0, string.Join("; ", violated));
        Assert.True((await Get<SealAudit>().VerifyAsync(CancellationToken.None)).Ok);
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await inboxWriter;
        stopping.Dispose();
        await Core.DisposeAsync();
    }

    private async Task SeedAsync((string Name, string Value)[] fields)
    {
        TenantId = await Core.TenantAsync();
        var credentials = new Dictionary<string, string>
        {
            ["consumer_key"] = "consumer-key",
            ["consumer_secret"] = "consumer-secret",
            ["shortcode"] = ShortCode,
            ["passkey"] = "passkey-of-the-shop",
            ["initiator_name"] = "operator",
            ["security_credential"] = "security-credential",
        };
        foreach (var (name, value) in fields)
            credentials[name] = value;
        var now = Core.Clock.GetUtcNow();
        var (accounts, id) = (Get<ProviderAccounts>(), IdSource.NewId(now));
        var (hash, cipher) = accounts.NewWebhookKey(id, TenantId);
        Account = new ProviderAccount
        {
            Id = id,
            TenantId = TenantId,
            Provider = "mpesa",
            Mode = Mode.Test,
            Endpoint = AccountEndpoint.Provider,
            Name = "M-Pesa",
            IsEnabled = true,
            IsForAllShops = true,
            SecretsCipher = accounts.Seal(id, TenantId, credentials),
            WebhookKeyHash = hash,
            WebhookKeyCipher = cipher,
            CreatedAt = now,
            UpdatedAt = now,
        };
        await Core.Store.WriteAsync(db => Task.FromResult(db.ProviderAccounts.Add(Account)), CancellationToken.None);
        Key = accounts.WebhookUrlOf(Account).Split('/')[^1];
    }
}
