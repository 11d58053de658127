using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Providers.Ioka;

/// <summary>
/// Ioka, API v2: an order with a hosted page, tiyn on the wire, captured at once. An order stays open after a declined card until its
/// attempts are spent; refunds wait for the acquirer. Between calls it keeps nothing but the short-lived keys of client credentials.
/// </summary>
internal sealed partial class IokaProvider(ProviderHttp http, TimeProvider clock) : IPaymentProvider, IQueriesStatus, IRefunds, IQueriesRefunds, IReadsWebhooks, IListsTransactions
{
    private const string Advice = "Expiry 12/26 and CVC 123. The stage host takes stage keys only; Ioka's manager opens it.";
    public const string ApiKey = "api_key";
    public const string ClientId = "client_id";
    public const string ClientSecret = "client_secret";
    public const string WebhookSecret = "webhook_secret";
    public const string ShopId = "shop_id";
    public const string Tenge = "KZT";

    /// <summary>One tenge: less is refused for orders and refunds alike.</summary>
    public const long AmountMin = 100;

    private const int AttemptsByDefault = 10;
    private const int ReasonLengthMax = 255;
    private const int PageSize = 100;
    private const int PagesMax = 1000;
    private const string MomentFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff";
    private static readonly TimeSpan RefreshEarlier = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<KeyOwner, IssuedKey> keys = new();

    public ProviderProfile Profile { get; } = new()
    {
        Id = "ioka",
        Name = "Ioka",
        Mark = "Io",
        Region = "Kazakhstan",
        Currencies = [Tenge],
        Limits = new Dictionary<string, (long MinMinor, long MaxMinor)> { [Tenge] = (AmountMin, Money.MinorMax) },
        AmountUnit = "tiyn (minor units)",
        Methods = ["card"],
        WebhookTrust = WebhookTrust.BodySignature,
        MerchantAccountField = ShopId,
        QueriesByOurReference = true,
        CreateIsIdempotent = true,
        CheckoutLifetime = TimeSpan.FromHours(24),
        CredentialFields =
        [
            new CredentialField(ApiKey, "API key", IsSecret: true, IsRequired: true, Hint: "The permanent key from Ioka's manager; stage and live keys look alike, the host tells them apart. Leave it empty when Ioka gave you client credentials.") { RequiredUnless = ClientSecret },
            new CredentialField(ClientId, "Client id", IsSecret: false, IsRequired: false, Hint: "With a client secret: keys are fetched and renewed by themselves."),
            new CredentialField(ClientSecret, "Client secret", IsSecret: true, IsRequired: false),
            new CredentialField(WebhookSecret, "Webhook key", IsSecret: true, IsRequired: false, Hint: "The key that Ioka answered with when the webhook was registered.") { IsWebhookSecret = true },
            new CredentialField(ShopId, "Shop id at Ioka", IsSecret: false, IsRequired: false, Hint: "shp_…; when it is set, events of other shops have no effect."),
        ],
        EnvironmentNames = new EnvironmentNames(new Dictionary<string, string> { ["IOKA_API_KEY"] = ApiKey, ["IOKA_WEBHOOK_SECRET"] = WebhookSecret }) { BaseUrl = "IOKA_BASE_URL", Switch = "IOKA_ENABLED" },
        TestBaseUrl = "https://stage-api.ioka.kz/v2",
        LiveBaseUrl = "https://api.ioka.kz/v2",
        TestInstruments =
        [
            new TestInstrument("Card", "4111 1111 1111 1111", "Success after 3-D Secure, password 12345678"),
            new TestInstrument("Card", "5555 5555 5555 5599", "Success"),
            new TestInstrument("Card", "4444 4444 4444 6666", "Declined: the card's limit is exceeded"),
            new TestInstrument("Card", "4444 4444 1111 1111", "Declined: not enough money"),
            new TestInstrument("Card", "4242 4242 4242 4242", "Sandbox: success"),
            new TestInstrument("Card", "4000 0000 0000 0002", "Sandbox: declined"),
        ],
        TestAdvice = Advice,
        PayerWords = new Dictionary<string, IReadOnlyDictionary<string, string>>
        {
            ["ru"] = new Dictionary<string, string> { [Advice] = "Срок 12/26 и CVC 123. Тестовый адрес принимает только тестовые ключи; его открывает менеджер Ioka." },
            ["kk"] = new Dictionary<string, string> { [Advice] = "Мерзімі 12/26 және CVC 123. Сынақ мекенжайы тек сынақ кілттерін қабылдайды; оны Ioka менеджері ашады." },
        },
        HelpLinks = [("Ioka documentation", "https://ioka.kz/docs"), ("Ioka status", "https://status.ioka.kz")],
        Lacks =
        [
            "No cancellation: an open order cannot be closed, it is watched until it expires.",
            "Webhooks are repeated for about a minute only: after an outage the state is asked for.",
            "No events about disputes: they are entered by hand.",
        ],
    };

    public WebhookReply Acknowledgement => WebhookReply.Ok;

    public async Task<CheckoutResult> StartCheckoutAsync(ProviderAccountSnapshot account, CheckoutRequest request, CancellationToken cancellationToken)
    {
        if (Refusal(request.Amount) is { } problem)
            return new CheckoutResult.Declined(problem.Code, problem.Detail);
        var order = new IokaOrderRequest(
            request.Amount.Minor,
            Tenge,
            "AUTO",
            request.AttemptId.ToString(),
            string.IsNullOrWhiteSpace(request.Description) ? request.OrderReference : request.Description,
            Moment(request.ExpiresAt),
            request.CancelUrl,
            request.ReturnUrl,
            request.CancelUrl);
        var answer = await CallAsync(account, HttpMethod.Post, "orders", JsonSerializer.SerializeToUtf8Bytes(order, IokaJson.Default.IokaOrderRequest), request.AttemptId.ToString(), cancellationToken);
        switch (answer)
        {
            // An order of ours with this attempt's id is there already: an answer that was lost, asked for again.
            case IokaAnswer.Refused { Http: 409 }:
                return await FindStartedAsync(account, request, cancellationToken);
            case IokaAnswer.Refused refused:
                return new CheckoutResult.Declined(refused.Code, refused.Text, refused.ProviderCode);
            case IokaAnswer.Useless useless:
                return new CheckoutResult.Unknown(useless.Reason);
        }
        return Started(account, IokaAnswer.Read(((IokaAnswer.Good)answer).Body, IokaJson.Default.IokaCreated)?.Order, request);
    }

    public async Task<StatusReading> QueryPaymentAsync(ProviderAccountSnapshot account, AttemptReference reference, CancellationToken cancellationToken)
    {
        var (order, unread) = reference.Theirs is { Length: > 0 } known
            ? await ReadOrderAsync(account, known, cancellationToken)
            : await FindOrderAsync(account, reference.Ours, cancellationToken);
        if (unread is not null)
            return unread;
        if (order?.Id is not { Length: > 0 and <= 64 } id || order.Status is not { Length: > 0 } word)
            return StatusReading.NoAnswer("Ioka's answer is no order.");
        if (order.ExternalId is { } ours && ours != reference.Ours.ToString() && reference.Theirs is null)
            return StatusReading.NoAnswer("Ioka answered about another order.");
        if (order.Payments is { Count: > 0 })
            return ReadState(order, id, word, order.Payments);
        if (word is not ("UNPAID" or "PAID" or "PARTIALLY_REFUNDED" or "REFUNDED" or "REVERSED"))
            return ReadState(order, id, word, []);
        // The order is told without its payments: they say what was captured and why a card was declined.
        switch (await CallAsync(account, HttpMethod.Get, $"orders/{Uri.EscapeDataString(id)}/payments", null, null, cancellationToken))
        {
            case IokaAnswer.Good good when IokaAnswer.Read(good.Body, IokaJson.Default.ListIokaPayment) is { } payments:
                return ReadState(order, id, word, payments);
            case IokaAnswer.Refused { Http: 404 }:
                return ReadState(order, id, word, []);
            default:
                return word == "UNPAID" ? ReadState(order, id, word, []) : StatusReading.NoAnswer("Ioka did not tell the payments of the order.");
        }
    }

    public async Task<RefundResult> RefundAsync(ProviderAccountSnapshot account, RefundRequest request, CancellationToken cancellationToken)
    {
        if (Refusal(request.Amount) is { } problem)
            return new RefundResult.Failed(problem.Code, problem.Detail);
        if (request.Attempt.Theirs is not { Length: > 0 } order)
            return new RefundResult.Failed(Codes.ProviderRejected, "Ioka's number of the order is not known.");
        var reason = request.Reason.Length <= ReasonLengthMax ? request.Reason : request.Reason[..ReasonLengthMax];
        // The amount is always said, also for a full refund: Ioka demands it.
        var body = JsonSerializer.SerializeToUtf8Bytes(new IokaRefundRequest(request.Amount.Minor, request.RefundId.ToString(), reason), IokaJson.Default.IokaRefundRequest);
        var answer = await CallAsync(account, HttpMethod.Post, $"orders/{Uri.EscapeDataString(order)}/refunds", body, request.RefundId.ToString(), cancellationToken);
        return answer switch
        {
            IokaAnswer.Refused refused => new RefundResult.Failed(refused.Code, refused.Text, refused.ProviderCode),
            IokaAnswer.Useless useless => new RefundResult.Unknown(useless.Reason),
            IokaAnswer.Good good => ReadRefund(IokaAnswer.Read(good.Body, IokaJson.Default.IokaRefund), request),
            _ => throw new UnreachableException(),
        };
    }

    public async Task<RefundResult> QueryRefundAsync(ProviderAccountSnapshot account, RefundRequest request, string? refundReference, CancellationToken cancellationToken)
    {
        if (request.Attempt.Theirs is not { Length: > 0 } order)
            return new RefundResult.Unknown("Ioka's number of the order is not known.");
        // The list, not the one: it holds the refund whose number was never told, too.
        var answer = await CallAsync(account, HttpMethod.Get, $"orders/{Uri.EscapeDataString(order)}/refunds", null, null, cancellationToken);
        if (answer is not IokaAnswer.Good good || IokaAnswer.Read(good.Body, IokaJson.Default.ListIokaRefund) is not { } refunds)
            return new RefundResult.Unknown(answer is IokaAnswer.Refused refused ? refused.Text : answer is IokaAnswer.Useless useless ? useless.Reason : "Ioka's answer is no list of refunds.");
        var found = refunds.Find(refund => refund.ExternalId == request.RefundId.ToString() || (refundReference is not null && refund.Id == refundReference));
        return found is null ? new RefundResult.Unknown("Ioka does not list this refund.") : ReadRefund(found, request);
    }

    public WebhookVerification Verify(ProviderAccountSnapshot account, InboundRequest request) => IokaWebhook.Verify(account.Credential(WebhookSecret), request);

    public WebhookReading Parse(InboundRequest request) => IokaWebhook.Parse(request);

    /// <summary>The orders. Throws <see cref="HttpRequestException"/> when a page does not come: half a list would look like missing money.</summary>
    public async IAsyncEnumerable<SettlementLine> ListAsync(ProviderAccountSnapshot account, DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = 0;
        for (var page = 1; page <= PagesMax; page++)
        {
            var path = $"orders?page={page}&limit={PageSize}&from_dt={Uri.EscapeDataString(Moment(from))}&to_dt={Uri.EscapeDataString(Moment(to))}";
            if (await CallAsync(account, HttpMethod.Get, path, null, null, cancellationToken) is not IokaAnswer.Good good || IokaAnswer.Read(good.Body, IokaJson.Default.ListIokaOrder) is not { } orders)
                throw new HttpRequestException($"Page {page} of Ioka's orders did not come.");
            foreach (var line in orders.Select(LineOf).OfType<SettlementLine>())
                yield return line;
            seen += orders.Count;
            // A page may be shorter than was asked for: the count has the last word, and without one an empty page.
            if (orders.Count == 0 || seen >= good.Total)
                yield break;
        }
    }

    /// <summary>A moment as Ioka writes it: UTC without saying so.</summary>
    internal static string Moment(DateTimeOffset moment) => moment.UtcDateTime.ToString(MomentFormat, CultureInfo.InvariantCulture);

    private static Problem? Refusal(Money amount) =>
        amount.Currency != Tenge ? new Problem(Codes.CurrencyNotSupported, "Ioka takes tenge (KZT) only.")
        : amount.Minor is < AmountMin or > Money.MinorMax ? new Problem(Codes.AmountOutOfRange, "Ioka takes 1 KZT at least.")
        : null;

    private async Task<CheckoutResult> FindStartedAsync(ProviderAccountSnapshot account, CheckoutRequest request, CancellationToken cancellationToken)
    {
        var (order, unread) = await FindOrderAsync(account, request.AttemptId, cancellationToken);
        return unread is null ? Started(account, order, request) : new CheckoutResult.Unknown("Ioka has this order already and did not tell it.");
    }

    private static CheckoutResult Started(ProviderAccountSnapshot account, IokaOrder? order, CheckoutRequest request)
    {
        if (order?.Id is not { Length: > 0 and <= 64 } id)
            return new CheckoutResult.Unknown("Ioka created an order and did not tell its number.");
        if (order.Amount is { } amount && amount != request.Amount.Minor)
            return new CheckoutResult.Unknown("Ioka created an order of another amount.") { Reference = id, StatusWord = order.Status };
        if (!IsWebPage(account, order.CheckoutUrl))
            return new CheckoutResult.Unknown("Ioka created an order without a page that a browser may open.") { Reference = id, StatusWord = order.Status };
        return new CheckoutResult.Redirect(WithReturn(order.CheckoutUrl!)) { Reference = id, StatusWord = order.Status, ExpiresAt = request.ExpiresAt }; // a web page is not null
    }

    /// <summary>Brings the payer back to the shop by itself after the payment.</summary>
    private static string WithReturn(string url) => url + (url.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "autoRedirectMs=5000";

    /// <summary>What a browser may be sent to: https, or our own imitation wherever it runs.</summary>
    private static bool IsWebPage(ProviderAccountSnapshot account, string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var page) && (page.Scheme == Uri.UriSchemeHttps || (page.Scheme == Uri.UriSchemeHttp && (account.Endpoint == AccountEndpoint.Sandbox || page.IsLoopback)));

    private async Task<(IokaOrder? Order, StatusReading? Unread)> ReadOrderAsync(ProviderAccountSnapshot account, string id, CancellationToken cancellationToken) =>
        await CallAsync(account, HttpMethod.Get, $"orders/{Uri.EscapeDataString(id)}", null, null, cancellationToken) switch
        {
            IokaAnswer.Good good when IokaAnswer.Read(good.Body, IokaJson.Default.IokaOrder) is { } order => order.Id == id ? (order, null) : (null, StatusReading.NoAnswer("Ioka answered about another order.")),
            IokaAnswer.Good => (null, StatusReading.NoAnswer("Ioka's answer is no order.")),
            // Asked by a number that Ioka itself gave: an order that was there has not become one that never was. A person looks.
            IokaAnswer.Refused { Http: 404 } missing => (null, new StatusReading(ObservedFact.Unrecognised, null) { ErrorMessage = missing.Text, ProviderErrorCode = missing.ProviderCode }),
            IokaAnswer.Refused refused => (null, StatusReading.NoAnswer(refused.Text)),
            IokaAnswer.Useless useless => (null, StatusReading.NoAnswer(useless.Reason)),
            _ => throw new UnreachableException(),
        };

    private async Task<(IokaOrder? Order, StatusReading? Unread)> FindOrderAsync(ProviderAccountSnapshot account, Guid attemptId, CancellationToken cancellationToken)
    {
        switch (await CallAsync(account, HttpMethod.Get, $"orders?external_id={attemptId}", null, null, cancellationToken))
        {
            case IokaAnswer.Good good when IokaAnswer.Read(good.Body, IokaJson.Default.ListIokaOrder) is { } orders:
                var found = orders.FirstOrDefault(order => order.ExternalId == attemptId.ToString());
                return found is null ? (null, new StatusReading(ObservedFact.NeverStarted, null) { ErrorMessage = "Ioka has no order of this number." }) : (found, null);
            case IokaAnswer.Refused refused:
                return (null, StatusReading.NoAnswer(refused.Text));
            case IokaAnswer.Useless useless:
                return (null, StatusReading.NoAnswer(useless.Reason));
            default:
                return (null, StatusReading.NoAnswer("Ioka's answer is no list of orders."));
        }
    }

    private static StatusReading ReadState(IokaOrder order, string id, string word, IReadOnlyList<IokaPayment> payments)
    {
        var fact = FactOfOrder(word);
        var decisive = payments.LastOrDefault(payment => FactOfPayment(payment.Status) == ObservedFact.Succeeded) ?? (payments.Count > 0 ? payments[^1] : null);
        if (word == "UNPAID" && decisive is not null)
            fact = FactOfUnpaid(order, payments);
        var reading = new StatusReading(fact, word == "UNPAID" && decisive?.Status is { } said ? said : word)
        {
            Reference = id,
            Payer = decisive?.Payer?.PanMasked,
            ErrorMessage = fact is ObservedFact.Succeeded ? null : decisive?.Error?.Message,
            ProviderErrorCode = fact is ObservedFact.Succeeded ? null : decisive?.Error?.Code,
        };
        if (fact != ObservedFact.Succeeded)
            return reading;
        var currency = string.IsNullOrEmpty(order.Currency) ? Tenge : order.Currency;
        // An order can be paid once: its number names the movement, whichever report brings it.
        var captured = payments.Where(payment => FactOfPayment(payment.Status) == ObservedFact.Succeeded).Sum(payment => payment.CapturedAmount ?? payment.ApprovedAmount ?? 0);
        var received = captured > 0 ? captured : order.Amount;
        return reading with
        {
            Received = received is { } minor && Currency.IsKnown(currency) ? new Money(minor, currency) : null,
            ReceiptReference = id,
            Refunded = payments.Count > 0 && Currency.IsKnown(currency) ? new Money(payments.Sum(payment => payment.RefundedAmount ?? 0), currency) : null,
        };
    }

    /// <summary>Fee and refunds stand at the payments of an order, where the list tells them.</summary>
    private static SettlementLine? LineOf(IokaOrder order)
    {
        if (order.Id is not { Length: > 0 and <= 64 } id || order.Status is not { Length: > 0 } word || order.Amount is not { } minor)
            return null;
        var currency = string.IsNullOrEmpty(order.Currency) ? Tenge : order.Currency;
        if (!Currency.IsKnown(currency))
            return null;
        var paid = order.Payments?.Where(payment => FactOfPayment(payment.Status) == ObservedFact.Succeeded).ToList();
        var at = DateTimeOffset.TryParse(order.CreatedAt, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment) ? moment : DateTimeOffset.UnixEpoch;
        return new SettlementLine(id, new Money(paid is { Count: > 0 } ? paid.Sum(payment => payment.CapturedAmount ?? payment.ApprovedAmount ?? 0) : minor, currency), word, FactOfOrder(word), at)
        {
            OurReference = order.ExternalId,
            FeeMinor = paid is { Count: > 0 } ? (long)decimal.Round(paid.Sum(payment => payment.ProcessingFee ?? 0)) : null,
            RefundedMinor = paid is { Count: > 0 } ? paid.Sum(payment => payment.RefundedAmount ?? 0) : null,
        };
    }

    internal static ObservedFact FactOfOrder(string word) => word switch
    {
        // ON_HOLD is a hold, not the money: Ioka captures it within 48 hours, or releases it.
        "UNPAID" or "ON_HOLD" => ObservedFact.Pending,
        "PAID" or "PARTIALLY_REFUNDED" or "REFUNDED" or "REVERSED" => ObservedFact.Succeeded,
        "EXPIRED" => ObservedFact.Expired,
        _ => ObservedFact.Unrecognised,
    };

    internal static ObservedFact FactOfPayment(string? word) => word switch
    {
        "PENDING" or "REQUIRES_ACTION" or "APPROVED" => ObservedFact.Pending,
        "CAPTURED" => ObservedFact.Succeeded,
        "CANCELLED" or "CANCELED" => ObservedFact.Cancelled,
        "DECLINED" => ObservedFact.Failed,
        _ => ObservedFact.Unrecognised,
    };

    /// <summary>A declined card does not close the order: the payer may try again until the attempts are spent.</summary>
    private static ObservedFact FactOfUnpaid(IokaOrder order, IReadOnlyList<IokaPayment> payments)
    {
        var facts = payments.Select(payment => FactOfPayment(payment.Status)).ToList();
        if (facts.Contains(ObservedFact.Succeeded))
            return ObservedFact.Succeeded;
        if (facts[^1] != ObservedFact.Failed)
            return facts[^1];
        return facts.Count(fact => fact == ObservedFact.Failed) >= (order.Attempts ?? AttemptsByDefault) ? ObservedFact.Failed : ObservedFact.Pending;
    }

    /// <summary>A refund that was taken is not the money yet: only APPROVED is.</summary>
    private static RefundResult ReadRefund(IokaRefund? refund, RefundRequest request)
    {
        if (refund?.Id is not { Length: > 0 and <= 64 } id)
            return new RefundResult.Unknown("Ioka's answer is no refund.");
        if (refund.Amount is { } amount && amount != request.Amount.Minor)
            return new RefundResult.Unknown("Ioka pays back another amount than was asked.") { Reference = id, StatusWord = refund.Status };
        if (refund.OrderId is { } order && order != request.Attempt.Theirs)
            return new RefundResult.Unknown("Ioka answered about another order.") { Reference = id, StatusWord = refund.Status };
        return refund.Status switch
        {
            "APPROVED" => new RefundResult.Succeeded { Reference = id, StatusWord = refund.Status },
            "PENDING" => new RefundResult.Pending { Reference = id, StatusWord = refund.Status },
            "DECLINED" => new RefundResult.Failed(Codes.ProviderRejected, refund.Error?.Message ?? "The bank declined the refund.", refund.Error?.Code ?? "DECLINED") { Reference = id, StatusWord = refund.Status },
            _ => new RefundResult.Unknown($"Ioka calls the refund {refund.Status ?? "nothing"}.") { Reference = id, StatusWord = refund.Status },
        };
    }

    private async Task<IokaAnswer> CallAsync(ProviderAccountSnapshot account, HttpMethod method, string path, byte[]? body, string? idempotencyKey, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate($"{Base(account)}/{path}", UriKind.Absolute, out var url))
            return new IokaAnswer.Refused(Codes.ProviderNotConfigured, "The base URL of the account is no URL.", null);
        var (key, refused) = await KeyAsync(account, cancellationToken);
        if (key is null)
            return refused ?? throw new UnreachableException();
        var answer = await SendAsync(account, method, url, body, idempotencyKey, key, cancellationToken);
        if (answer is not IokaAnswer.Refused { Http: 401 } || OwnerOf(account) is not { } owner)
            return answer;
        // A key that Ioka took back before its time: a fresh one, once. A 401 did nothing, so that sending again is safe.
        keys.TryRemove(owner, out _);
        (key, refused) = await KeyAsync(account, cancellationToken);
        return key is null ? refused ?? throw new UnreachableException() : await SendAsync(account, method, url, body, idempotencyKey, key, cancellationToken);
    }

    private async Task<IokaAnswer> SendAsync(ProviderAccountSnapshot account, HttpMethod method, Uri url, byte[]? body, string? idempotencyKey, string? key, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, url);
        if (key is not null)
            request.Headers.TryAddWithoutValidation("API-KEY", key);
        if (idempotencyKey is not null)
            request.Headers.TryAddWithoutValidation("idempotency-key", idempotencyKey);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json; charset=utf-8");
        }
        var answer = await http.SendAsync(account, request, key is null ? [] : [key], cancellationToken, MadeSecret());
        return IokaAnswer.Of(answer, new Redaction([.. account.Credentials.Values, key ?? ""], MadeSecret()));
    }

    /// <summary>The account's permanent key, or one by its client credentials, fetched again a minute before it expires.</summary>
    private async Task<(string? Key, IokaAnswer.Refused? Refused)> KeyAsync(ProviderAccountSnapshot account, CancellationToken cancellationToken)
    {
        if (OwnerOf(account) is not { } owner)
            return account.Credential(ApiKey) is { Length: > 0 } permanent ? (permanent, null) : (null, new IokaAnswer.Refused(Codes.ProviderNotConfigured, "The account has no API key; nothing was sent.", null));
        if (keys.TryGetValue(owner, out var issued) && issued.Until > clock.GetUtcNow())
            return (issued.Text, null);
        if (!Uri.TryCreate($"{Base(account)}/auth/token", UriKind.Absolute, out var url))
            return (null, new IokaAnswer.Refused(Codes.ProviderNotConfigured, "The base URL of the account is no URL.", null));
        var body = JsonSerializer.SerializeToUtf8Bytes(new IokaTokenRequest(account.Credential(ClientId), account.Credential(ClientSecret)), IokaJson.Default.IokaTokenRequest);
        switch (await SendAsync(account, HttpMethod.Post, url, body, null, null, cancellationToken))
        {
            case IokaAnswer.Good good when IokaAnswer.Read(good.Body, IokaJson.Default.IokaToken) is { ApiKey: { Length: > 0 } text } token:
                if (DateTimeOffset.TryParse(token.ExpiryDate, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var expiry))
                    keys[owner] = new IssuedKey(text, expiry - RefreshEarlier);
                return (text, null);
            case IokaAnswer.Refused refused:
                return (null, refused with { Http = 0 });
            default:
                // No key, so the call itself was not sent.
                return (null, new IokaAnswer.Refused(Codes.ProviderUnavailable, "Ioka gave no API key; nothing was sent.", null));
        }
    }

    private static KeyOwner? OwnerOf(ProviderAccountSnapshot account) => account.Credential(ClientId).Length > 0 && account.Credential(ClientSecret).Length > 0
        ? new KeyOwner(account.AccountId, account.BaseUrl, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(account.Credential(ClientId) + "\n" + account.Credential(ClientSecret)))))
        : null;

    /// <summary>The source document names the host without the version.</summary>
    private static string Base(ProviderAccountSnapshot account)
    {
        var url = account.BaseUrl.TrimEnd('/');
        return url.EndsWith("/v2", StringComparison.Ordinal) ? url : url + "/v2";
    }

    /// <summary>Secrets that Ioka makes: keys by client credentials, and access tokens of orders.</summary>
    [GeneratedRegex("""(?<=_secret_)[0-9A-Za-z]+|(?<="api_key"\s*:\s*")[^"]+""", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MadeSecret();

    private readonly record struct KeyOwner(Guid AccountId, string BaseUrl, string CredentialsHash);

    private sealed record IssuedKey(string Text, DateTimeOffset Until)
    {
        public override string ToString() => $"key until {Until:O}";
    }
}
