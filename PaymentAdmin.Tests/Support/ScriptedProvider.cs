using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;

namespace PaymentAdmin.Tests.Support;

/// <summary>
/// A provider for tests of the engine, with every ability there is and books of its own: what it believes to have charged and refunded is the
/// truth that our rows are compared with. Its faults are scripted per call.
/// </summary>
public sealed class ScriptedProvider : IPaymentProvider, IQueriesStatus, IRefunds, IQueriesRefunds, ICancels, IAnswersChecks, IListsTransactions
{
    public const string Id = "scripted";

    /// <summary>Long enough to count as a secret; obviously none.</summary>
    public const string WebhookSecret = "scripted-webhook-secret";

    private int numbers = 1000;

    public ProviderProfile Profile { get; set; } = new()
    {
        Id = Id,
        Name = "Scripted",
        Mark = "Sc",
        Region = "Tests",
        Currencies = ["KZT", "KES", "USD", "JPY", "KWD"],
        AmountUnit = "minor units",
        Methods = ["card"],
        WebhookTrust = WebhookTrust.BodySignature,
        WebhookKinds = [new WebhookKind(""), new WebhookKind("check"), new WebhookKind("paybill/check"), new WebhookKind("about", HasToken: true)],
        QueriesByOurReference = true,
        CheckoutLifetime = TimeSpan.FromMinutes(30),
        CredentialFields = [new CredentialField("webhook_secret", "Webhook secret", IsSecret: true, IsRequired: true)],
        TestBaseUrl = "http://localhost:1",
        LiveBaseUrl = "https://localhost:1",
        MerchantAccountField = "merchant",
    };

    /// <summary>What was asked of it, in order: a second create for one attempt would be a second charge.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Its books, by reference.</summary>
    public ConcurrentDictionary<string, Charge> Charges { get; } = new();

    public ConcurrentDictionary<string, GivenBack> Refunds { get; } = new();

    /// <summary>Run inside the create call, before it answers: throw, wait, or charge at once.</summary>
    public Func<Charge, Task<CheckoutResult?>>? OnCreate { get; set; }

    public Func<Charge?, StatusReading?>? OnQuery { get; set; }

    /// <summary>What becomes of the next refunds; null: paid back.</summary>
    public Func<GivenBack, RefundResult>? OnRefund { get; set; }

    /// <summary>What is said about a refund that is asked about; null: what the books say.</summary>
    public Func<GivenBack?, RefundResult?>? OnQueryRefund { get; set; }

    /// <summary>When the listed charges were paid.</summary>
    public DateTimeOffset ListedAt { get; set; }

    /// <summary>Run before a list is answered: throw, or wait.</summary>
    public Func<Task>? OnList { get; set; }

    public WebhookReply Acknowledgement => WebhookReply.Ok;

    public async IAsyncEnumerable<SettlementLine> ListAsync(ProviderAccountSnapshot account, DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Requests.Enqueue("list");
        foreach (var charge in Charges.Values.Where(_ => ListedAt >= from && ListedAt < to))
        {
            var refunded = Refunds.Values.Where(row => row.ChargeReference == charge.Reference).Sum(row => row.AmountMinor);
            yield return new SettlementLine(charge.Reference, charge.Amount with { Minor = charge.PaidMinor }, charge.State, FactOf(charge.State), ListedAt) { OurReference = charge.AttemptId.ToString(), RefundedMinor = refunded };
        }
        // A list that breaks does so in its middle.
        if (OnList is { } script)
            await script();
    }

    public async Task<CheckoutResult> StartCheckoutAsync(ProviderAccountSnapshot account, CheckoutRequest request, CancellationToken cancellationToken)
    {
        Requests.Enqueue($"create {request.AttemptId}");
        var charge = new Charge(Next("ch"), request.AttemptId, request.Amount);
        Charges[charge.Reference] = charge;
        if (OnCreate is { } script && await script(charge) is { } scripted)
            return scripted;
        return new CheckoutResult.Redirect("https://pay.example/" + charge.Reference) { Reference = charge.Reference, StatusWord = "open" };
    }

    public Task<StatusReading> QueryPaymentAsync(ProviderAccountSnapshot account, AttemptReference reference, CancellationToken cancellationToken)
    {
        Requests.Enqueue($"query {reference.Ours}");
        var charge = Charges.Values.FirstOrDefault(row => row.Reference == reference.Theirs || row.AttemptId == reference.Ours);
        if (OnQuery is { } script && script(charge) is { } scripted)
            return Task.FromResult(scripted);
        return Task.FromResult(charge is null ? new StatusReading(ObservedFact.NeverStarted, "not_found") : ReadingOf(charge));
    }

    public Task<RefundResult> RefundAsync(ProviderAccountSnapshot account, RefundRequest request, CancellationToken cancellationToken)
    {
        Requests.Enqueue($"refund {request.RefundId}");
        var refund = new GivenBack(Next("re"), request.RefundId, request.Attempt.Theirs ?? "", request.Amount.Minor);
        var result = OnRefund?.Invoke(refund) ?? new RefundResult.Succeeded { Reference = refund.Reference };
        if (result is RefundResult.Succeeded or RefundResult.Pending || (result is RefundResult.Unknown && refund.IsBooked))
            Refunds[refund.Reference] = refund;
        return Task.FromResult(result);
    }

    public Task<RefundResult> QueryRefundAsync(ProviderAccountSnapshot account, RefundRequest request, string? refundReference, CancellationToken cancellationToken)
    {
        Requests.Enqueue($"query-refund {request.RefundId}");
        var booked = Refunds.Values.FirstOrDefault(row => row.OurId == request.RefundId);
        if (OnQueryRefund?.Invoke(booked) is { } scripted)
            return Task.FromResult(scripted);
        RefundResult result = booked is null ? new RefundResult.Failed("provider_rejected", "Not known here") : new RefundResult.Succeeded { Reference = booked.Reference };
        return Task.FromResult(result);
    }

    public Task<CancelResult> CancelAsync(ProviderAccountSnapshot account, AttemptReference reference, CancellationToken cancellationToken)
    {
        Requests.Enqueue($"cancel {reference.Ours}");
        var charge = Charges.Values.FirstOrDefault(row => row.Reference == reference.Theirs);
        if (charge?.State == "paid")
            return Task.FromResult<CancelResult>(new CancelResult.TooLate("paid"));
        if (charge is not null)
            charge.State = "cancelled";
        return Task.FromResult<CancelResult>(new CancelResult.Cancelled());
    }

    public WebhookVerification Verify(ProviderAccountSnapshot account, InboundRequest request)
    {
        var verdict = Signature.Check(account.Credential("webhook_secret"), request.Header("x-signature"), secret => HMACSHA256.HashData(secret, request.Body.Span));
        return verdict;
    }

    public WebhookReading Parse(InboundRequest request)
    {
        try
        {
            var body = JsonNode.Parse(request.Body.Span) as JsonObject ?? throw new JsonException();
            var type = body["type"]!.GetValue<string>();
            var dedupe = body["id"]?.GetValue<string>() ?? Convert.ToHexStringLower(SHA256.HashData(request.Body.Span));
            var reference = body["reference"]?.GetValue<string>();
            var money = body["amount_minor"] is { } minor ? new Money(minor.GetValue<long>(), body["currency"]!.GetValue<string>()) : (Money?)null;
            var mode = body["live"]?.GetValue<bool>() switch { true => Mode.Live, false => Mode.Test, null => (Mode?)null };
            var merchant = body["merchant"]?.GetValue<string>();
            WebhookReading reading = type switch
            {
                "poison" => throw new FormatException("poison"),
                "ask" => new WebhookReading.AskProvider { DedupeKey = dedupe },
                "noise" => new WebhookReading.Irrelevant { DedupeKey = dedupe },
                "refund" => new WebhookReading.RefundSays(body["refund"]!.GetValue<string>(), Words.Parse<RefundStatus>(body["status"]!.GetValue<string>()), money) { DedupeKey = dedupe },
                "dispute" => new WebhookReading.DisputeSays(body["dispute"]!.GetValue<string>(), Words.Parse<DisputeStatus>(body["status"]!.GetValue<string>()), money!.Value, "fraudulent", null) { DedupeKey = dedupe },
                "receipt" => new WebhookReading.ReceiptSays(body["receipt"]!.GetValue<string>(), money!.Value, body["bill"]!.GetValue<string>(), null) { DedupeKey = dedupe },
                _ => new WebhookReading.PaymentSays(new StatusReading(FactOf(type), type) { Received = money, ReceiptReference = body["receipt"]?.GetValue<string>() ?? reference }) { DedupeKey = dedupe },
            };
            return reading with { EventType = type, Reference = reference, OurReference = body["our_reference"]?.GetValue<string>(), Mode = mode, MerchantAccount = merchant };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or NullReferenceException)
        {
            return new WebhookReading.Unreadable("no JSON") { DedupeKey = Convert.ToHexStringLower(SHA256.HashData(request.Body.Span)) };
        }
    }

    public bool IsCheck(InboundRequest request) => request.Kind is "check" or "paybill/check";

    public CheckQuestion? ReadCheck(InboundRequest request)
    {
        try
        {
            var body = JsonNode.Parse(request.Body.Span) as JsonObject ?? throw new JsonException();
            return new CheckQuestion
            {
                Reference = body["reference"]?.GetValue<string>(),
                OurReference = body["our_reference"]?.GetValue<string>(),
                Amount = body["amount_minor"] is { } minor ? new Money(minor.GetValue<long>(), body["currency"]!.GetValue<string>()) : null,
                Mode = body["live"]?.GetValue<bool>() switch { true => Mode.Live, false => Mode.Test, null => null },
                MerchantAccount = body["merchant"]?.GetValue<string>(),
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or NullReferenceException)
        {
            return null;
        }
    }

    /// <summary>The outcome's own name: what a real provider has a code for.</summary>
    public WebhookReply Answer(ProviderAccountSnapshot account, CheckOutcome outcome) => new(200, "text/plain", outcome.GetType().Name);

    /// <summary>The payer pays.</summary>
    public void Pay(string reference, long? amountMinor = null)
    {
        var charge = Charges[reference];
        charge.State = "paid";
        charge.PaidMinor = amountMinor ?? charge.Amount.Minor;
    }

    public void End(string reference, string state) => Charges[reference].State = state;

    /// <summary>A signed delivery as this provider would send it.</summary>
    public static InboundRequest Deliver(object body, DateTimeOffset at, string? secret = null)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body);
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret ?? WebhookSecret), bytes));
        return new InboundRequest(bytes, new Dictionary<string, string> { ["content-type"] = "application/json", ["x-signature"] = signature }, "/webhooks/scripted", "", null, null, at);
    }

    private static StatusReading ReadingOf(Charge charge) => charge.State switch
    {
        "open" => new StatusReading(ObservedFact.Pending, "open") { Reference = charge.Reference },
        "paid" => new StatusReading(ObservedFact.Succeeded, "paid") { Reference = charge.Reference, Received = new Money(charge.PaidMinor, charge.Amount.Currency), ReceiptReference = charge.Reference },
        var state => new StatusReading(FactOf(state), state) { Reference = charge.Reference },
    };

    private static ObservedFact FactOf(string word) => word switch
    {
        "open" => ObservedFact.Pending,
        "paid" => ObservedFact.Succeeded,
        "failed" => ObservedFact.Failed,
        "cancelled" => ObservedFact.Cancelled,
        "expired" => ObservedFact.Expired,
        _ => ObservedFact.Unrecognised,
    };

    private string Next(string prefix) => prefix + Interlocked.Increment(ref numbers).ToString(CultureInfo.InvariantCulture);

    public sealed class Charge(string reference, Guid attemptId, Money amount)
    {
        public string Reference { get; } = reference;
        public Guid AttemptId { get; } = attemptId;
        public Money Amount { get; } = amount;
        public string State { get; set; } = "open";
        public long PaidMinor { get; set; }
    }

    public sealed class GivenBack(string reference, Guid ourId, string chargeReference, long amountMinor)
    {
        public string Reference { get; } = reference;
        public Guid OurId { get; } = ourId;
        public string ChargeReference { get; } = chargeReference;
        public long AmountMinor { get; } = amountMinor;

        /// <summary>Set by a script whose answer is lost although the money went back.</summary>
        public bool IsBooked { get; set; }
    }
}
