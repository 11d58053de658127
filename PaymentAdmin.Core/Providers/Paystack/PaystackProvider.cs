using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Providers.Paystack;

/// <summary>
/// Paystack's hosted checkout. The attempt's id is Paystack's transaction reference: whatever becomes of an answer, the transaction is found
/// by it. Failed and abandoned payments are not announced, so the state is asked for as well.
/// </summary>
internal sealed class PaystackProvider(ProviderHttp http) : IPaymentProvider, IQueriesStatus, IRefunds, IQueriesRefunds, IReadsWebhooks, IListsTransactions
{
    private const string Advice = "Test mode settles nothing, and some channels are missing there. Any future expiry date will do.";
    public const string Id = "paystack";
    public const string SecretKey = "secret_key";
    public const string WebhookSecret = "webhook_secret";

    private const string Host = "https://api.paystack.co";
    private const int PageSize = 100;
    private const int PagesMax = 1000;
    private const string Card = "card";
    private const string BankTransfer = "bank_transfer";

    public ProviderProfile Profile { get; } = new()
    {
        Id = Id,
        Name = "Paystack",
        Mark = "Ps",
        Region = "Nigeria, Ghana, South Africa, Kenya, Côte d'Ivoire",
        Currencies = ["NGN", "GHS", "ZAR", "KES", "USD", "XOF"],
        Limits = new Dictionary<string, (long, long)>
        {
            ["NGN"] = (5000, Money.MinorMax),
            ["GHS"] = (10, Money.MinorMax),
            ["ZAR"] = (100, Money.MinorMax),
            ["KES"] = (300, Money.MinorMax),
            ["USD"] = (200, Money.MinorMax),
            ["XOF"] = (1, Money.MinorMax / 100),
        },
        AmountUnit = "hundredths of the currency, also of XOF",
        Methods = [Card, BankTransfer],
        WebhookTrust = WebhookTrust.BodySignature,
        QueriesByOurReference = true,
        CheckoutLifetime = TimeSpan.FromHours(24),
        FirstChecks = [TimeSpan.FromSeconds(20), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(3)],
        CredentialFields =
        [
            new CredentialField(SecretKey, "Secret key", IsSecret: true, IsRequired: true, Shape: "^sk_(test|live)_[A-Za-z0-9_]{8,120}$", TestOnly: "sk_test_", LiveOnly: "sk_live_", Hint: "Settings, API Keys & Webhooks. It signs the webhooks too.")
            {
                IsWebhookSecret = true,
            },
            new CredentialField(WebhookSecret, "Another webhook secret", IsSecret: true, IsRequired: false, Hint: "Leave it empty: Paystack signs with the secret key. For senders of your own that sign with another one."),
        ],
        EnvironmentNames = new EnvironmentNames(new Dictionary<string, string> { ["PAYSTACK_SECRET_KEY"] = SecretKey, ["PAYSTACK_WEBHOOK_SECRET"] = WebhookSecret }) { Unneeded = ["PAYSTACK_PUBLIC_KEY"] },
        TestBaseUrl = Host,
        LiveBaseUrl = Host,
        TestInstruments = PaystackCards.Instruments,
        TestAdvice = Advice,
        PayerWords = new Dictionary<string, IReadOnlyDictionary<string, string>>
        {
            ["ru"] = new Dictionary<string, string> { [Advice] = "В тестовом режиме ничего не перечисляется, и части способов там нет. Подойдёт любой будущий срок карты." },
            ["kk"] = new Dictionary<string, string> { [Advice] = "Сынақ режимінде ештеңе аударылмайды, кейбір тәсілдер онда жоқ. Картаның кез келген болашақ мерзімі жарайды." },
        },
        HelpLinks = [("API keys and webhooks", "https://paystack.com/docs/payments/webhooks/"), ("Test payments", "https://paystack.com/docs/payments/test-payments/")],
        Lacks =
        [
            "No cancellation: an open checkout cannot be closed, only left; a payment after the end is shown as paid late.",
            "No webhook for failed or abandoned payments: the state is asked for.",
            "No idempotency key: a create call is protected by our own reference, a refund by its note.",
            "Refund webhooks do not name the refund: it is asked for. Refunds made in Paystack's dashboard are not recorded here.",
        ],
    };

    public WebhookReply Acknowledgement => WebhookReply.Ok;

    public async Task<CheckoutResult> StartCheckoutAsync(ProviderAccountSnapshot account, CheckoutRequest request, CancellationToken cancellationToken)
    {
        if (Refusal(account, request.Amount) is { } problem)
            return new CheckoutResult.Declined(problem.Code, problem.Detail);
        var reference = request.AttemptId.ToString();
        var asked = new PaystackInitialize(
            request.CustomerEmail ?? $"payer.{request.PaymentCode.ToLowerInvariant()}@example.com",
            PaystackMoney.ToWire(request.Amount),
            request.Amount.Currency,
            reference,
            request.ReturnUrl,
            request.Method is Card or BankTransfer ? [request.Method] : null,
            new PaystackMetadata(request.OrderReference, request.PaymentCode, request.CancelUrl));
        return ReadCheckout(account, await PostAsync(account, "/transaction/initialize", asked, PaystackJson.Default.PaystackInitialize, cancellationToken), reference);
    }

    public async Task<StatusReading> QueryPaymentAsync(ProviderAccountSnapshot account, AttemptReference reference, CancellationToken cancellationToken)
    {
        var asked = ReferenceOf(reference);
        return ReadStatus(account, await GetAsync(account, $"/transaction/verify/{Uri.EscapeDataString(asked)}", cancellationToken), asked, isKnown: reference.Theirs is not null);
    }

    public async Task<RefundResult> RefundAsync(ProviderAccountSnapshot account, RefundRequest request, CancellationToken cancellationToken)
    {
        var asked = new PaystackRefund(ReferenceOf(request.Attempt), PaystackMoney.ToWire(request.Amount), request.Amount.Currency, NoteOf(request));
        return await PostAsync(account, "/refund", asked, PaystackJson.Default.PaystackRefund, cancellationToken) switch
        {
            PaystackAnswer.Good good => ReadRefund(good.Data, request.Amount),
            PaystackAnswer.Refused refused => new RefundResult.Failed(refused.Code, refused.Text, refused.ProviderCode),
            PaystackAnswer.Useless useless => new RefundResult.Unknown(useless.Reason),
            _ => throw new UnreachableException(),
        };
    }

    public async Task<RefundResult> QueryRefundAsync(ProviderAccountSnapshot account, RefundRequest request, string? refundReference, CancellationToken cancellationToken)
    {
        // Without its number (the answer was lost) a refund is found among those of the transaction, by the note that holds our id.
        var path = refundReference is { Length: > 0 }
            ? $"/refund/{Uri.EscapeDataString(refundReference)}"
            : $"/refund?transaction={Uri.EscapeDataString(request.Attempt.Theirs2 ?? ReferenceOf(request.Attempt))}&perPage={PageSize}";
        if (await GetAsync(account, path, cancellationToken) is not PaystackAnswer.Good good)
            return new RefundResult.Unknown("Paystack did not say how the refund stands.");
        if (good.Data.ValueKind == JsonValueKind.Object)
            return ReadRefund(good.Data, request.Amount);
        var id = request.RefundId.ToString();
        var found = good.Data.EnumerateArray().FirstOrDefault(refund => refund.Text("merchant_note")?.StartsWith(id, StringComparison.Ordinal) == true);
        return found.ValueKind == JsonValueKind.Object ? ReadRefund(found, request.Amount) : new RefundResult.Unknown("Paystack lists no refund with our note.");
    }

    public WebhookVerification Verify(ProviderAccountSnapshot account, InboundRequest request)
    {
        var verdict = PaystackWebhook.Verify(account.Credential(SecretKey), request);
        // Source document 003 knows a webhook secret beside the key; Paystack itself has none.
        return verdict is WebhookVerification.Rejected && account.Credential(WebhookSecret) is { Length: > 0 } other ? PaystackWebhook.Verify(other, request) : verdict;
    }

    public WebhookReading Parse(InboundRequest request) => PaystackWebhook.Parse(request);

    /// <summary>Throws <see cref="HttpRequestException"/> when a page does not come: half a list would look like missing money.</summary>
    public async IAsyncEnumerable<SettlementLine> ListAsync(ProviderAccountSnapshot account, DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var page = 1; page <= PagesMax; page++)
        {
            var answer = await GetAsync(account, $"/transaction?perPage={PageSize}&page={page}&from={Time(from)}&to={Time(to)}", cancellationToken);
            if (answer is not PaystackAnswer.Good { Data.ValueKind: JsonValueKind.Array } good)
                throw new HttpRequestException($"Page {page} of Paystack's transactions did not come.");
            foreach (var line in good.Data.EnumerateArray().Select(ReadLine).OfType<SettlementLine>())
                yield return line;
            if (good.Data.GetArrayLength() < PageSize || good.Meta.Whole("pageCount") is { } last && page >= last)
                yield break;
        }
    }

    private Problem? Refusal(ProviderAccountSnapshot account, Money amount)
    {
        if (!Profile.Currencies.Contains(amount.Currency))
            return new Problem(Codes.CurrencyNotSupported, $"Paystack takes {string.Join(", ", Profile.Currencies)} only.");
        var (min, max) = Profile.Limits[amount.Currency];
        if (amount.Minor < min || amount.Minor > max)
            return new Problem(Codes.AmountOutOfRange, $"Paystack takes {MoneyFormat.Text(min, amount.Currency)} and more.");
        return account.Credential(SecretKey).Length == 0 ? new Problem(Codes.ProviderNotConfigured, "The account has no secret key; nothing was sent.") : null;
    }

    private static string ReferenceOf(AttemptReference reference) => reference.Theirs is { Length: > 0 } theirs ? theirs : reference.Ours.ToString();

    private static string NoteOf(RefundRequest request) => $"{request.RefundId}: {request.Reason}";

    private Task<PaystackAnswer> PostAsync<T>(ProviderAccountSnapshot account, string path, T body, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        SendAsync(account, HttpMethod.Post, path, JsonSerializer.SerializeToUtf8Bytes(body, type), cancellationToken);

    private Task<PaystackAnswer> GetAsync(ProviderAccountSnapshot account, string path, CancellationToken cancellationToken) =>
        SendAsync(account, HttpMethod.Get, path, body: null, cancellationToken);

    private async Task<PaystackAnswer> SendAsync(ProviderAccountSnapshot account, HttpMethod method, string path, byte[]? body, CancellationToken cancellationToken)
    {
        var key = account.Credential(SecretKey);
        if (!Uri.TryCreate(account.BaseUrl + path, UriKind.Absolute, out var url) || !key.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-'))
            return new PaystackAnswer.Refused(Codes.ProviderNotConfigured, "The account's base URL or secret key has a shape that cannot be sent.", null);
        using var request = new HttpRequestMessage(method, url);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }
        return PaystackAnswer.Of(await http.SendAsync(account, request, [key], cancellationToken), new Redaction([key]));
    }

    private static CheckoutResult ReadCheckout(ProviderAccountSnapshot account, PaystackAnswer answer, string reference)
    {
        switch (answer)
        {
            case PaystackAnswer.Refused { IsDuplicate: true }:
                return new CheckoutResult.Unknown("Paystack knows our reference already: the transaction exists.");
            case PaystackAnswer.Refused refused:
                return new CheckoutResult.Declined(refused.Code, refused.Text, refused.ProviderCode);
            case PaystackAnswer.Useless useless:
                return new CheckoutResult.Unknown(useless.Reason);
        }
        var data = ((PaystackAnswer.Good)answer).Data;
        if (data.Text("reference") != reference)
            return new CheckoutResult.Unknown("Paystack answered about another transaction.");
        return IsWebPage(account, data.Text("authorization_url"), out var page)
            ? new CheckoutResult.Redirect(page) { Reference = reference }
            : new CheckoutResult.Unknown("Paystack created a checkout and did not tell its address.");
    }

    private static StatusReading ReadStatus(ProviderAccountSnapshot account, PaystackAnswer answer, string reference, bool isKnown)
    {
        switch (answer)
        {
            // Once Paystack has confirmed the transaction, its absence is a contradiction and not a checkout that never took place.
            case PaystackAnswer.Refused { IsNotFound: true } refused:
                return new StatusReading(isKnown ? ObservedFact.Unrecognised : ObservedFact.NeverStarted, null) { ErrorMessage = refused.Text, ProviderErrorCode = refused.ProviderCode };
            case PaystackAnswer.Refused refused:
                return StatusReading.NoAnswer(refused.Text);
            case PaystackAnswer.Useless useless:
                return StatusReading.NoAnswer(useless.Reason);
        }
        var data = ((PaystackAnswer.Good)answer).Data;
        if (data.Text("reference") != reference)
            return StatusReading.NoAnswer("Paystack answered about another transaction.");
        if (Domain(data) is { } mode && mode != account.Mode)
            return StatusReading.NoAnswer("Paystack answered about a transaction of the other mode.");
        return StatusOf(data) ?? StatusReading.NoAnswer("Paystack's answer lacks status, number, amount or currency.");
    }

    /// <summary>What a transaction object says, in answers and events alike; null when what it must have is missing.</summary>
    internal static StatusReading? StatusOf(JsonElement data)
    {
        if (data.Text("status") is not { } word || data.Text("reference") is not { } reference)
            return null;
        var fact = Fact(word);
        var reading = new StatusReading(fact, word) { Reference = reference, Reference2 = data.Text("id"), Payer = Payer(data) };
        if (fact is ObservedFact.Failed)
            return reading with { ErrorMessage = data.Text("gateway_response") ?? data.Text("message") };
        if (fact != ObservedFact.Succeeded)
            return reading;
        return Received(data) is { } received && reading.Reference2 is { } id ? reading with { Received = received, ReceiptReference = id } : null;
    }

    /// <summary>
    /// What came for us. A customer who bears the fees pays more than was requested, and that more is Paystack's; one whose account held less pays less.
    /// </summary>
    internal static Money? Received(JsonElement data)
    {
        var amount = data.Whole("amount");
        var requested = data.Whole("requested_amount");
        return amount is null ? null : PaystackMoney.FromWire(requested is > 0 ? Math.Min(amount.Value, requested.Value) : amount, data.Text("currency"));
    }

    internal static Mode? Domain(JsonElement data) => data.Text("domain") switch
    {
        "test" => Mode.Test,
        "live" => Mode.Live,
        _ => null,
    };

    private static string? Payer(JsonElement data)
    {
        var authorization = data.Member("authorization");
        return authorization.Text("last4") is { } digits ? $"{authorization.Text("brand") ?? authorization.Text("channel")} ···· {digits}".Trim() : data.Member("customer").Text("email");
    }

    private static RefundResult ReadRefund(JsonElement data, Money asked)
    {
        var (id, word) = (data.Text("id"), data.Text("status"));
        if (id is null || word is null)
            return new RefundResult.Unknown("Paystack's answer does not name the refund.");
        if (PaystackMoney.FromWire(data.Whole("amount"), data.Text("currency")) != asked)
            return new RefundResult.Unknown("Paystack speaks of another amount than was asked.") { Reference = id, StatusWord = word };
        return RefundStatusOf(word) switch
        {
            RefundStatus.Succeeded => new RefundResult.Succeeded { Reference = id, StatusWord = word },
            RefundStatus.Failed => new RefundResult.Failed(Codes.ProviderRejected, "Paystack could not pay the refund out; the money is back with the merchant.", word) { Reference = id, StatusWord = word },
            RefundStatus.Pending => new RefundResult.Pending { Reference = id, StatusWord = word },
            _ => new RefundResult.Unknown($"Paystack calls the refund '{word}'.") { Reference = id, StatusWord = word },
        };
    }

    private static SettlementLine? ReadLine(JsonElement data) =>
        data.Text("reference") is { } reference && data.Text("status") is { } word && Received(data) is { } amount
            ? new SettlementLine(reference, amount, word, Fact(word), data.Moment("paid_at") ?? data.Moment("created_at") ?? DateTimeOffset.UnixEpoch)
            {
                OurReference = reference,
                FeeMinor = PaystackMoney.FromWire(data.Whole("fees"), amount.Currency)?.Minor,
            }
            : null;

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>What a browser may be sent to: https, or our own imitation wherever it runs.</summary>
    private static bool IsWebPage(ProviderAccountSnapshot account, string? url, [NotNullWhen(true)] out string? page)
    {
        page = Uri.TryCreate(url, UriKind.Absolute, out var parsed) && (parsed.Scheme == Uri.UriSchemeHttps || (parsed.Scheme == Uri.UriSchemeHttp && account.Endpoint == AccountEndpoint.Sandbox)) ? url : null;
        return page is not null;
    }

    /// <summary>Abandoned is open: the payer may come back. Reversed money has left again, so it is none that came; a payment that was counted stays so.</summary>
    internal static ObservedFact Fact(string word) => word switch
    {
        "abandoned" or "ongoing" or "pending" or "processing" or "queued" => ObservedFact.Pending,
        "send_pin" or "send_otp" or "send_phone" or "send_birthday" or "send_address" or "open_url" or "pay_offline" or "pending_bank_transfer" => ObservedFact.Pending,
        "success" => ObservedFact.Succeeded,
        "failed" or "timeout" or "reversed" => ObservedFact.Failed,
        _ when word.StartsWith("reversal", StringComparison.OrdinalIgnoreCase) => ObservedFact.Pending,
        _ => ObservedFact.Unrecognised,
    };

    /// <summary>Needs-attention waits for the payer's bank details at Paystack: the money is neither back nor lost.</summary>
    internal static RefundStatus RefundStatusOf(string word) => word switch
    {
        "pending" or "processing" or "needs-attention" => RefundStatus.Pending,
        "processed" => RefundStatus.Succeeded,
        "failed" => RefundStatus.Failed,
        _ => RefundStatus.Unknown,
    };
}
