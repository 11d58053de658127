using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Providers.CloudPayments;

/// <summary>
/// CloudPayments, called TipTop Pay in Kazakhstan: the same protocol at another host. A checkout is an order link, one-stage. The number of the
/// transaction exists only once the payer has acted; until then nothing but the order's id is known, and orders themselves cannot be looked up.
/// </summary>
internal sealed class CloudPaymentsProvider(ProviderHttp http) : IPaymentProvider, IQueriesStatus, IRefunds, IQueriesRefunds, ICancels, IAnswersChecks, IListsTransactions
{
    private const string Advice = "Any expiry date to come and any CVV. The site in the cabinet must be in test mode: a notification of the other mode has no effect.";
    public const string Id = "cloudpayments";
    public const string PublicId = "public_id";
    public const string ApiSecret = "api_secret";
    public const string Region = "region";
    public const string Tenge = "KZT";

    /// <summary>Public IDs of terminals that never take real money.</summary>
    public const string TestTerminals = "test_api_";

    private const string Kazakhstan = "https://api.tiptoppay.kz";
    private const string Russia = "https://api.cloudpayments.ru";
    private const int PageSize = 100;
    private const int PagesMax = 1000;
    private static readonly string[] ListedStatuses = ["Authorized", "Completed", "Cancelled", "Declined"];

    public ProviderProfile Profile { get; } = new()
    {
        Id = Id,
        Name = "CloudPayments / TipTop Pay",
        Mark = "Cp",
        Region = "Kazakhstan, Russia",
        Currencies = [Tenge, "RUB", "USD", "EUR"],
        AmountUnit = "major units with at most two decimals",
        Methods = ["card"],
        WebhookTrust = WebhookTrust.BodySignature,
        WebhookKinds = [new WebhookKind("check"), new WebhookKind("pay"), new WebhookKind("fail"), new WebhookKind("confirm"), new WebhookKind("refund"), new WebhookKind("cancel")],
        CreateIsIdempotent = true,
        RefundIsIdempotent = true,
        CheckoutLifetime = TimeSpan.FromHours(24),
        FirstChecks = [TimeSpan.FromSeconds(20), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(3)],
        CredentialFields =
        [
            new CredentialField(PublicId, "Public ID", IsSecret: false, IsRequired: true, Shape: "^(pk_[0-9A-Za-z]{8,64}|test_api_[0-9A-Za-z]{4,64})$", Hint: "pk_… of the site in the cabinet, or test_api_…. A site is in test or live mode as the cabinet says; the notifications tell which."),
            new CredentialField(ApiSecret, "API Secret", IsSecret: true, IsRequired: true, Shape: "^[!-~]{8,128}$", Hint: "The password of the site. It signs the notifications too.") { IsWebhookSecret = true },
            new CredentialField(Region, "Region", IsSecret: false, IsRequired: false, Shape: "^(kz|ru)$", Hint: "kz: api.tiptoppay.kz (when empty). ru: api.cloudpayments.ru."),
        ],
        TestBaseUrl = Kazakhstan,
        LiveBaseUrl = Kazakhstan,
        TestInstruments = CloudPaymentsCards.Instruments,
        TestAdvice = Advice,
        PayerWords = new Dictionary<string, IReadOnlyDictionary<string, string>>
        {
            ["ru"] = new Dictionary<string, string> { [Advice] = "Любой будущий срок карты и любой CVV. Сайт в личном кабинете должен быть в тестовом режиме: уведомление другого режима не действует." },
            ["kk"] = new Dictionary<string, string> { [Advice] = "Картаның кез келген болашақ мерзімі және кез келген CVV. Жеке кабинеттегі сайт сынақ режимінде болуы керек: басқа режимнің хабарламасы күшіне енбейді." },
        },
        HelpLinks = [("TipTop Pay", "https://developers.tiptoppay.kz/"), ("CloudPayments", "https://developers.cloudpayments.ru/")],
        Lacks =
        [
            "No look-up of an order by our reference: a checkout whose answer was lost goes before a person.",
            "Disputes are not announced by a webhook: they stand in the provider's cabinet.",
            "A refund whose answer was lost is found only while it is the payment's first; its notification settles it otherwise.",
        ],
    };

    public WebhookReply Acknowledgement { get; } = Code(200, 0);

    public async Task<CheckoutResult> StartCheckoutAsync(ProviderAccountSnapshot account, CheckoutRequest request, CancellationToken cancellationToken)
    {
        if (!Profile.Currencies.Contains(request.Amount.Currency))
            return new CheckoutResult.Declined(Codes.CurrencyNotSupported, $"CloudPayments takes {string.Join(", ", Profile.Currencies)} only.");
        if (request.Amount.Minor is < 1 or > Money.MinorMax)
            return new CheckoutResult.Declined(Codes.AmountOutOfRange, "CloudPayments takes 0.01 and more.");
        var asked = new CloudPaymentsOrderRequest
        {
            Amount = request.Amount.ToMajor(),
            Currency = request.Amount.Currency,
            Description = request.Description ?? request.OrderReference,
            InvoiceId = request.AttemptId.ToString(),
            Email = request.CustomerEmail,
            SuccessRedirectUrl = request.ReturnUrl,
            FailRedirectUrl = request.CancelUrl,
        };
        return await SendAsync(account, "/orders/create", asked, CloudPaymentsJson.Default.CloudPaymentsOrderRequest, request.AttemptId, cancellationToken) switch
        {
            CloudPaymentsAnswer.Good good => ReadOrder(account, good.Model, request.Amount),
            CloudPaymentsAnswer.Refused refused => new CheckoutResult.Declined(refused.Code, refused.Text, refused.ProviderCode),
            CloudPaymentsAnswer.Useless useless => new CheckoutResult.Unknown(useless.Reason),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>
    /// By our attempt's id among the payments, the last of which counts. An order that nobody has tried to pay is "Not found" there: with an order
    /// id at hand that means waiting, without one it means nothing.
    /// </summary>
    public async Task<StatusReading> QueryPaymentAsync(ProviderAccountSnapshot account, AttemptReference reference, CancellationToken cancellationToken)
    {
        var (transaction, unread) = await FindPaymentAsync(account, reference, cancellationToken);
        return transaction is null ? unread : CloudPaymentsReading.Of(transaction) ?? StatusReading.NoAnswer("CloudPayments' answer lacks status, number, amount or currency.");
    }

    public async Task<RefundResult> RefundAsync(ProviderAccountSnapshot account, RefundRequest request, CancellationToken cancellationToken)
    {
        var paid = CloudPaymentsReading.TransactionOf(request.Attempt.Theirs2);
        if (paid is null)
        {
            // Nobody has told us the number of what was paid yet.
            var (transaction, _) = await FindPaymentAsync(account, request.Attempt, cancellationToken);
            paid = transaction is null || CloudPaymentsReading.Fact(CloudPaymentsReading.WordOf(transaction) ?? "") != ObservedFact.Succeeded ? null : CloudPaymentsReading.TransactionOf(transaction.TransactionId.Plain());
        }
        if (paid is not { } number)
            return new RefundResult.Failed(Codes.ProviderUnavailable, "CloudPayments did not tell the number of the payment; nothing was sent.");
        var asked = new CloudPaymentsRefundRequest(number, request.Amount.ToMajor());
        return await SendAsync(account, "/payments/refund", asked, CloudPaymentsJson.Default.CloudPaymentsRefundRequest, request.RefundId, cancellationToken) switch
        {
            // Taken: with instant payments the money moves later, so the transaction of the refund has the word.
            CloudPaymentsAnswer.Good good => RefundNumber(good.Model) is { } refund
                ? new RefundResult.Pending { Reference = refund }
                : new RefundResult.Unknown("CloudPayments took the refund and did not name it."),
            CloudPaymentsAnswer.Refused refused => new RefundResult.Failed(refused.Code, refused.Text, refused.ProviderCode),
            CloudPaymentsAnswer.Useless useless => new RefundResult.Unknown(useless.Reason),
            _ => throw new UnreachableException(),
        };
    }

    public async Task<RefundResult> QueryRefundAsync(ProviderAccountSnapshot account, RefundRequest request, string? refundReference, CancellationToken cancellationToken)
    {
        if (CloudPaymentsReading.TransactionOf(refundReference) is { } number)
        {
            var asked = new CloudPaymentsByTransaction(number);
            return await SendAsync(account, "/payments/get", asked, CloudPaymentsJson.Default.CloudPaymentsByTransaction, requestId: null, cancellationToken) is CloudPaymentsAnswer.Good one
                ? ReadRefund(one.Model, request, refundReference)
                : new RefundResult.Unknown("CloudPayments did not say how the refund stands.") { Reference = refundReference };
        }
        // The answer with the number was lost. The last operation of the payment is ours only when no refund came before it.
        if (request.RefundedBeforeMinor > 0)
            return new RefundResult.Unknown("CloudPayments cannot be asked which of several refunds is ours.");
        var last = new CloudPaymentsByInvoice(request.Attempt.Ours.ToString());
        return await SendAsync(account, "/v2/payments/find", last, CloudPaymentsJson.Default.CloudPaymentsByInvoice, requestId: null, cancellationToken) is CloudPaymentsAnswer.Good found
            ? ReadRefund(found.Model, request, refundReference: null)
            : new RefundResult.Unknown("CloudPayments did not say how the refund stands.");
    }

    public async Task<CancelResult> CancelAsync(ProviderAccountSnapshot account, AttemptReference reference, CancellationToken cancellationToken)
    {
        if (reference.Theirs is not { Length: > 0 } order)
            return new CancelResult.Unknown("The id of the order is not known.");
        return await SendAsync(account, "/orders/cancel", new CloudPaymentsById(order), CloudPaymentsJson.Default.CloudPaymentsById, requestId: null, cancellationToken) switch
        {
            CloudPaymentsAnswer.Good => new CancelResult.Cancelled(),
            CloudPaymentsAnswer.Refused { IsByTheirRules: true } refused => new CancelResult.TooLate(refused.Text),
            CloudPaymentsAnswer.Refused refused => new CancelResult.Unknown(refused.Text),
            CloudPaymentsAnswer.Useless useless => new CancelResult.Unknown(useless.Reason),
            _ => throw new UnreachableException(),
        };
    }

    public WebhookVerification Verify(ProviderAccountSnapshot account, InboundRequest request) => CloudPaymentsWebhook.Verify(account.Credential(ApiSecret), request);

    public WebhookReading Parse(InboundRequest request) => CloudPaymentsWebhook.Parse(request);

    public bool IsCheck(InboundRequest request) => request.Kind == "check";

    public CheckQuestion? ReadCheck(InboundRequest request) => CloudPaymentsWebhook.ReadCheck(request);

    /// <summary>A check without a usable answer is a decline, by CloudPayments' own rule.</summary>
    public WebhookReply Answer(ProviderAccountSnapshot account, CheckOutcome outcome) => outcome switch
    {
        CheckOutcome.Payable => Code(200, 0),
        CheckOutcome.UnknownReference => Code(200, 10),
        CheckOutcome.WrongAmount => Code(200, 12),
        CheckOutcome.Ended => Code(200, 20),
        CheckOutcome.NotAnswerable => Code(503, 13),
        _ => throw new UnreachableException(),
    };

    /// <summary>Throws <see cref="HttpRequestException"/> when a page does not come: half a list would look like missing money.</summary>
    public async IAsyncEnumerable<SettlementLine> ListAsync(ProviderAccountSnapshot account, DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var page = 1; page <= PagesMax; page++)
        {
            // In UTC: their table still has Almaty at +06:00.
            var asked = new CloudPaymentsListRequest(page, Time(from), Time(to), "UTC", ListedStatuses);
            if (await SendAsync(account, "/v2/payments/list", asked, CloudPaymentsJson.Default.CloudPaymentsListRequest, requestId: null, cancellationToken) is not CloudPaymentsAnswer.Good { Model.ValueKind: JsonValueKind.Array } good)
                throw new HttpRequestException($"Page {page} of CloudPayments' transactions did not come.");
            foreach (var line in good.Model.EnumerateArray().Select(ReadLine).OfType<SettlementLine>())
                yield return line;
            if (good.Model.GetArrayLength() < PageSize)
                yield break;
        }
    }

    private async Task<(CloudPaymentsTransaction? Transaction, StatusReading Unread)> FindPaymentAsync(ProviderAccountSnapshot account, AttemptReference reference, CancellationToken cancellationToken)
    {
        var ours = reference.Ours.ToString();
        switch (await SendAsync(account, "/payments/find", new CloudPaymentsByInvoice(ours), CloudPaymentsJson.Default.CloudPaymentsByInvoice, requestId: null, cancellationToken))
        {
            case CloudPaymentsAnswer.Refused { IsNotFound: true } when reference.Theirs is { Length: > 0 } order:
                return (null, new StatusReading(ObservedFact.Pending, "Created") { Reference = order });
            case CloudPaymentsAnswer.Refused { IsNotFound: true } refused:
                return (null, new StatusReading(ObservedFact.Unrecognised, null) { ErrorMessage = refused.Text });
            case CloudPaymentsAnswer.Refused refused:
                return (null, StatusReading.NoAnswer(refused.Text));
            case CloudPaymentsAnswer.Useless useless:
                return (null, StatusReading.NoAnswer(useless.Reason));
            case CloudPaymentsAnswer.Good good:
                var transaction = CloudPaymentsJson.Read(good.Model, CloudPaymentsJson.Default.CloudPaymentsTransaction);
                return transaction is null ? (null, StatusReading.NoAnswer("CloudPayments' answer is no transaction."))
                    : transaction.InvoiceId != ours ? (null, StatusReading.NoAnswer("CloudPayments answered about another payment."))
                    : CloudPaymentsReading.ModeOf(transaction.TestMode.Plain()) is { } mode && mode != account.Mode ? (null, StatusReading.NoAnswer("CloudPayments answered about a payment of the other mode."))
                    : (transaction, StatusReading.NoAnswer(""));
            default:
                throw new UnreachableException();
        }
    }

    private async Task<CloudPaymentsAnswer> SendAsync<T>(ProviderAccountSnapshot account, string path, T body, JsonTypeInfo<T> type, Guid? requestId, CancellationToken cancellationToken)
    {
        var (publicId, secret) = (account.Credential(PublicId), account.Credential(ApiSecret));
        if (publicId.Length == 0 || secret.Length == 0)
            return new CloudPaymentsAnswer.Refused(Codes.ProviderNotConfigured, "The account has no Public ID or no API Secret; nothing was sent.", null);
        if (account.Mode == Mode.Live && publicId.StartsWith(TestTerminals, StringComparison.Ordinal))
            return new CloudPaymentsAnswer.Refused(Codes.ProviderNotConfigured, "The Public ID is a test terminal's and the account a live one; nothing was sent.", null);
        if (!Uri.TryCreate(HostOf(account) + path, UriKind.Absolute, out var url))
            return new CloudPaymentsAnswer.Refused(Codes.ProviderNotConfigured, "The base URL of the account is no URL.", null);
        var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{publicId}:{secret}"));
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, type)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", credentials);
        // Answered again with the first one's result, for an hour.
        if (requestId is { } id)
            request.Headers.TryAddWithoutValidation("X-Request-ID", id.ToString());
        return CloudPaymentsAnswer.Of(await http.SendAsync(account, request, [secret, credentials], cancellationToken), new Redaction([secret, credentials]));
    }

    /// <summary>A region chooses between the provider's own hosts; a host that was configured stays.</summary>
    private static string HostOf(ProviderAccountSnapshot account) => account.BaseUrl == Kazakhstan && account.Credential(Region) == "ru" ? Russia : account.BaseUrl;

    private static CheckoutResult ReadOrder(ProviderAccountSnapshot account, JsonElement model, Money asked)
    {
        if (CloudPaymentsJson.Read(model, CloudPaymentsJson.Default.CloudPaymentsOrder) is not { Id: { Length: > 0 and <= 64 } id } order)
            return new CheckoutResult.Unknown("CloudPayments' answer is no order.");
        if (CloudPaymentsMoney.FromWire(order.Amount.Plain(), order.Currency) != asked)
            return new CheckoutResult.Unknown("CloudPayments made an order over another amount than was asked.") { Reference = id, StatusWord = order.Status };
        return IsWebPage(account, order.Url)
            ? new CheckoutResult.Redirect(order.Url!) { Reference = id, StatusWord = order.Status } // a page, so not null
            : new CheckoutResult.Unknown("CloudPayments made an order and did not tell its address.") { Reference = id, StatusWord = order.Status };
    }

    /// <summary>What a browser may be sent to: https, or our own imitation wherever it runs.</summary>
    private static bool IsWebPage(ProviderAccountSnapshot account, string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var page) && (page.Scheme == Uri.UriSchemeHttps || (page.Scheme == Uri.UriSchemeHttp && account.Endpoint == AccountEndpoint.Sandbox));

    private static string? RefundNumber(JsonElement model) =>
        CloudPaymentsReading.NumberOf(CloudPaymentsJson.Read(model, CloudPaymentsJson.Default.CloudPaymentsTransaction)?.TransactionId.Plain());

    private static RefundResult ReadRefund(JsonElement model, RefundRequest request, string? refundReference)
    {
        var transaction = CloudPaymentsJson.Read(model, CloudPaymentsJson.Default.CloudPaymentsTransaction);
        if (transaction is null || CloudPaymentsReading.NumberOf(transaction.TransactionId.Plain()) is not { } number || CloudPaymentsReading.WordOf(transaction) is not { } word)
            return new RefundResult.Unknown("CloudPayments' answer is no transaction.") { Reference = refundReference };
        var isOurs = refundReference is not null
            ? number == refundReference
            : CloudPaymentsReading.IsRefund(transaction) && CloudPaymentsReading.NumberOf(transaction.OriginalTransactionId.Plain()) is { } paid && (request.Attempt.Theirs2 is null || paid == request.Attempt.Theirs2);
        if (!isOurs)
            return new RefundResult.Unknown("CloudPayments does not know of the refund yet.") { Reference = refundReference };
        if (CloudPaymentsMoney.FromWire(transaction.Amount.Plain(), transaction.Currency) != request.Amount)
            return new RefundResult.Unknown("CloudPayments speaks of another amount than was asked.") { Reference = refundReference, StatusWord = word };
        return word switch
        {
            "Completed" => new RefundResult.Succeeded { Reference = number, StatusWord = word },
            "AwaitingAuthentication" or "Authorized" or "Created" => new RefundResult.Pending { Reference = number, StatusWord = word },
            "Declined" or "Cancelled" => new RefundResult.Failed(Codes.ProviderRejected, transaction.CardHolderMessage ?? transaction.Reason ?? "The bank refused the refund.", transaction.ReasonCode.Plain() ?? word) { Reference = number, StatusWord = word },
            _ => new RefundResult.Unknown($"CloudPayments calls the refund '{word}'.") { Reference = number, StatusWord = word },
        };
    }

    /// <summary>Payments only: what went back or out stands in the same list under numbers of its own.</summary>
    private static SettlementLine? ReadLine(JsonElement element)
    {
        var transaction = CloudPaymentsJson.Read(element, CloudPaymentsJson.Default.CloudPaymentsTransaction);
        if (transaction is null || transaction.Type.Plain() is not (null or "0"))
            return null;
        return CloudPaymentsReading.NumberOf(transaction.TransactionId.Plain()) is { } number && CloudPaymentsReading.WordOf(transaction) is { } word && CloudPaymentsMoney.FromWire(transaction.Amount.Plain(), transaction.Currency) is { } amount
            ? new SettlementLine(number, amount, word, word == "Declined" ? ObservedFact.Failed : CloudPaymentsReading.Fact(word), CloudPaymentsReading.Moment(transaction.CreatedDateIso) ?? DateTimeOffset.UnixEpoch)
            {
                OurReference = transaction.InvoiceId,
                FeeMinor = CloudPaymentsMoney.FromWire(transaction.TotalFee.Plain(), amount.Currency)?.Minor,
            }
            : null;
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'+00:00'", CultureInfo.InvariantCulture);

    private static WebhookReply Code(int status, int code) => new(status, "application/json", $"{{\"code\":{code.ToString(CultureInfo.InvariantCulture)}}}");
}
