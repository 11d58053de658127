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

namespace PaymentAdmin.Core.Providers.Flutterwave;

/// <summary>
/// Flutterwave Standard, version 3: a checkout link that has no transaction before the payer tries, and one for each try. The attempt's id is the
/// reference of all of them; the number of the one that paid is the receipt and what a refund goes by.
/// </summary>
internal sealed class FlutterwaveProvider(ProviderHttp http, TimeProvider clock) : IPaymentProvider, IQueriesStatus, IRefunds, IQueriesRefunds, ICancels, IReadsWebhooks, IListsTransactions, IChoosesMethods
{
    private const string Advice = $"PIN {FlutterwaveCards.Pin}, one-time password {FlutterwaveCards.Otp}.";
    public const string Id = "flutterwave";
    public const string SecretKey = "secret_key";
    public const string WebhookSecret = "webhook_secret";

    private const string Host = "https://api.flutterwave.com";
    private const string Version = "/v3";
    private const string Card = "card";
    private const string BankTransfer = "bank_transfer";
    private const string MobileMoney = "mobile_money";
    private const int PagesMax = 1000;
    private const int SessionMinutesMax = 60;

    private static readonly TimeSpan LinkLifetime = TimeSpan.FromHours(24);

    /// <summary>A page that was opened at the last moment may stay open for a session.</summary>
    private static readonly TimeSpan WatchedFor = LinkLifetime + TimeSpan.FromMinutes(SessionMinutesMax);

    /// <summary>A link whose creation was never answered is known to nobody who could pay by it.</summary>
    private static readonly TimeSpan LostFor = TimeSpan.FromMinutes(30);

    public ProviderProfile Profile { get; } = new()
    {
        Id = Id,
        Name = "Flutterwave",
        Mark = "Fw",
        Region = "Nigeria, Ghana, Kenya, South Africa, Uganda, Rwanda, Tanzania, Zambia, francophone Africa",
        Currencies = ["NGN", "KES", "GHS", "ZAR", "UGX", "TZS", "RWF", "ZMW", "XAF", "XOF", "USD", "EUR", "GBP"],
        AmountUnit = "major units, decimal number",
        Methods = [Card, BankTransfer, MobileMoney],
        WebhookTrust = WebhookTrust.SharedSecret,
        QueriesByOurReference = true,
        CheckoutLifetime = LinkLifetime,
        FirstChecks = [TimeSpan.FromSeconds(20), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(3)],
        CredentialFields =
        [
            new CredentialField(SecretKey, "Secret key", IsSecret: true, IsRequired: true, Shape: "^FLWSECK(_TEST)?-[A-Za-z0-9-]{8,120}$", TestOnly: "FLWSECK_TEST-", LiveOnly: "FLWSECK-", Hint: "Dashboard, Settings, API keys. FLWSECK_TEST-… or FLWSECK-…"),
            new CredentialField(WebhookSecret, "Secret hash", IsSecret: true, IsRequired: false, Shape: @"^\S{16,}$", Hint: "A text of your own, 16 characters at least; the same in the dashboard under Settings, Webhooks. Another one per mode.") { IsWebhookSecret = true },
        ],
        EnvironmentNames = new EnvironmentNames(new Dictionary<string, string> { ["FLUTTERWAVE_SECRET_KEY"] = SecretKey, ["FLUTTERWAVE_WEBHOOK_SECRET"] = WebhookSecret }) { Unneeded = ["FLUTTERWAVE_PUBLIC_KEY", "FLUTTERWAVE_ENCRYPTION_KEY"] },
        TestBaseUrl = Host,
        LiveBaseUrl = Host,
        TestInstruments = FlutterwaveCards.Instruments,
        TestAdvice = Advice,
        PayerWords = new Dictionary<string, IReadOnlyDictionary<string, string>>
        {
            ["ru"] = new Dictionary<string, string> { [Advice] = $"PIN {FlutterwaveCards.Pin}, одноразовый пароль {FlutterwaveCards.Otp}." },
            ["kk"] = new Dictionary<string, string> { [Advice] = $"PIN {FlutterwaveCards.Pin}, бір реттік құпиясөз {FlutterwaveCards.Otp}." },
        },
        HelpLinks = [("Webhooks", "https://developer.flutterwave.com/v3.0/docs/webhooks"), ("Testing", "https://developer.flutterwave.com/v3.0/docs/testing")],
        Lacks =
        [
            "Webhooks are not signed: a fixed text proves little, so Flutterwave is asked before anything changes.",
            "A declined try ends nothing: the payer may try again until the link or its session is over.",
            "No idempotency key: a create call whose answer was lost is looked for, never repeated; a refund is found by its comment.",
            "Refunds made in Flutterwave's dashboard are not recorded here, and chargebacks are not announced.",
        ],
    };

    public WebhookReply Acknowledgement => WebhookReply.Ok;

    public async Task<CheckoutResult> StartCheckoutAsync(ProviderAccountSnapshot account, CheckoutRequest request, CancellationToken cancellationToken)
    {
        if (!Profile.Currencies.Contains(request.Amount.Currency))
            return new CheckoutResult.Declined(Codes.CurrencyNotSupported, $"Flutterwave takes {string.Join(", ", Profile.Currencies)} only.");
        if (request.Amount.Minor is < 1 or > Money.MinorMax || FlutterwaveMoney.ToWire(request.Amount) is not { } amount)
            return new CheckoutResult.Declined(Codes.AmountOutOfRange, $"{request.Amount} is nothing that Flutterwave can take exactly.");
        var now = clock.GetUtcNow();
        var ends = request.ExpiresAt < now + LinkLifetime ? request.ExpiresAt : now + LinkLifetime;
        var reference = request.AttemptId.ToString();
        var asked = new FlutterwavePayment(
            reference,
            amount,
            request.Amount.Currency,
            request.ReturnUrl,
            OptionsOf(request.Method, request.Amount.Currency),
            new FlutterwaveCustomer(request.CustomerEmail ?? $"payer.{request.PaymentCode.ToLowerInvariant()}@example.com", request.CustomerName, request.Phone),
            new FlutterwaveCustomizations(request.OrderReference, request.Description),
            new FlutterwaveMeta(request.OrderReference, request.PaymentCode),
            new FlutterwaveConfigurations(Math.Clamp((int)(ends - now).TotalMinutes, 1, SessionMinutesMax)),
            ends.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        return await PostAsync(account, "/payments", asked, FlutterwaveJson.Default.FlutterwavePayment, cancellationToken) switch
        {
            FlutterwaveAnswer.Good good when IsWebPage(account, good.Data.Text("link"), out var page) => new CheckoutResult.Redirect(page) { Reference = reference, ExpiresAt = ends },
            FlutterwaveAnswer.Good => new CheckoutResult.Unknown("Flutterwave created a link and told no usable address of it."),
            FlutterwaveAnswer.Refused refused => new CheckoutResult.Declined(refused.Code, refused.Text, refused.ProviderCode),
            FlutterwaveAnswer.NoTransaction odd => new CheckoutResult.Unknown(odd.Text),
            FlutterwaveAnswer.Useless useless => new CheckoutResult.Unknown(useless.Reason),
            _ => throw new UnreachableException(),
        };
    }

    public IReadOnlyList<string> MethodsFor(ProviderAccountSnapshot account, string currency) => [.. Profile.Methods.Where(method => OptionsOf(method, currency) is not null)];

    public async Task<StatusReading> QueryPaymentAsync(ProviderAccountSnapshot account, AttemptReference reference, CancellationToken cancellationToken)
    {
        if (NumberOf(reference) is { } number)
            return ReadStatus(await VerifyAsync(account, number, cancellationToken), reference);
        var reading = ReadStatus(await GetAsync(account, $"/transactions/verify_by_reference?tx_ref={reference.Ours}", cancellationToken), reference);
        // One transaction of several comes back, and one that failed may hide the one that paid.
        if (!reading.IsAnswer || reading.StatusWord is null || reading.Fact is ObservedFact.Succeeded or ObservedFact.Unrecognised)
            return reading;
        if (await GetAsync(account, $"/transactions?tx_ref={reference.Ours}", cancellationToken) is not FlutterwaveAnswer.Good { Data.ValueKind: JsonValueKind.Array } all)
            return reading.Fact == ObservedFact.Pending ? reading : StatusReading.NoAnswer("Flutterwave told one try and not the others.");
        var paid = all.Data.EnumerateArray().FirstOrDefault(one => one.Text("tx_ref") == reference.Ours.ToString() && one.Text("status") == "successful").Text("id");
        return paid is null ? reading : ReadStatus(await VerifyAsync(account, paid, cancellationToken), reference);
    }

    public async Task<CancelResult> CancelAsync(ProviderAccountSnapshot account, AttemptReference reference, CancellationToken cancellationToken)
    {
        if (reference.PageUrl is not { } link)
            return new CancelResult.Unknown("The link was never told, so it cannot be disabled.");
        var answer = await PostAsync(account, "/payments/link/disable", new FlutterwaveLink(link), FlutterwaveJson.Default.FlutterwaveLink, cancellationToken);
        var isClosed = answer is FlutterwaveAnswer.Good || (answer is FlutterwaveAnswer.Refused refused && refused.Text.Contains("inactive", StringComparison.OrdinalIgnoreCase));
        if (!isClosed)
            return new CancelResult.Unknown("Flutterwave did not say whether the link is disabled.");
        // The payer may have been quicker.
        var reading = await QueryPaymentAsync(account, reference, cancellationToken);
        if (reading.Fact == ObservedFact.Succeeded || reading.StatusWord == "pending")
            return new CancelResult.TooLate("The payer has paid, or is paying.");
        return reading.IsAnswer ? new CancelResult.Cancelled() : new CancelResult.Unknown("The link is disabled; whether somebody paid before is not known.");
    }

    public async Task<RefundResult> RefundAsync(ProviderAccountSnapshot account, RefundRequest request, CancellationToken cancellationToken)
    {
        if (FlutterwaveMoney.ToWire(request.Amount) is not { } amount)
            return new RefundResult.Failed(Codes.AmountOutOfRange, $"{request.Amount} is nothing that Flutterwave can pay back exactly.");
        var number = NumberOf(request.Attempt);
        if (number is null)
        {
            var paid = await QueryPaymentAsync(account, request.Attempt, cancellationToken);
            number = paid.Fact == ObservedFact.Succeeded ? paid.Reference2 : null;
            if (number is null)
                return new RefundResult.Failed(paid.IsAnswer ? Codes.ProviderRejected : Codes.ProviderUnavailable, "Flutterwave did not tell the transaction's number; nothing was sent.");
        }
        var asked = new FlutterwaveRefund(amount, $"{request.RefundId}: {request.Reason}");
        return await PostAsync(account, $"/transactions/{number}/refund", asked, FlutterwaveJson.Default.FlutterwaveRefund, cancellationToken) switch
        {
            FlutterwaveAnswer.Good good => ReadRefund(good.Data, request.Amount, number),
            FlutterwaveAnswer.Refused refused => new RefundResult.Failed(refused.Code, refused.Text, refused.ProviderCode),
            FlutterwaveAnswer.NoTransaction none => new RefundResult.Failed(Codes.ProviderRejected, none.Text),
            FlutterwaveAnswer.Useless useless => new RefundResult.Unknown(useless.Reason),
            _ => throw new UnreachableException(),
        };
    }

    public async Task<RefundResult> QueryRefundAsync(ProviderAccountSnapshot account, RefundRequest request, string? refundReference, CancellationToken cancellationToken)
    {
        var number = NumberOf(request.Attempt);
        if (refundReference is { Length: > 0 })
            return await GetAsync(account, $"/refunds/{Uri.EscapeDataString(refundReference)}", cancellationToken) is FlutterwaveAnswer.Good good ? ReadRefund(good.Data, request.Amount, number) : new RefundResult.Unknown("Flutterwave did not say how the refund stands.");
        // Without its number (the answer was lost) a refund is found by the comment that begins with our id.
        var id = request.RefundId.ToString();
        for (var page = 1; page <= PagesMax; page++)
        {
            var path = $"/refunds?from={Day(request.Attempt.CreatedAt)}&to={Day(clock.GetUtcNow().AddDays(1))}&page={page.ToString(CultureInfo.InvariantCulture)}";
            if (await GetAsync(account, path, cancellationToken) is not FlutterwaveAnswer.Good { Data.ValueKind: JsonValueKind.Array } listed)
                return new RefundResult.Unknown("Flutterwave did not list its refunds.");
            var found = listed.Data.EnumerateArray().FirstOrDefault(refund => refund.Text("comments")?.StartsWith(id, StringComparison.Ordinal) == true);
            if (found.ValueKind == JsonValueKind.Object)
                return ReadRefund(found, request.Amount, number);
            if (IsLastPage(listed, page))
                break;
        }
        return new RefundResult.Unknown("Flutterwave lists no refund with our comment.");
    }

    public WebhookVerification Verify(ProviderAccountSnapshot account, InboundRequest request) => FlutterwaveWebhook.Verify(account.Credential(WebhookSecret), request);

    public WebhookReading Parse(InboundRequest request) => FlutterwaveWebhook.Parse(request);

    /// <summary>Throws <see cref="HttpRequestException"/> when a page does not come: half a list would look like missing money.</summary>
    public async IAsyncEnumerable<SettlementLine> ListAsync(ProviderAccountSnapshot account, DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var page = 1; page <= PagesMax; page++)
        {
            if (await GetAsync(account, $"/transactions?from={Day(from)}&to={Day(to)}&page={page.ToString(CultureInfo.InvariantCulture)}", cancellationToken) is not FlutterwaveAnswer.Good { Data.ValueKind: JsonValueKind.Array } listed)
                throw new HttpRequestException($"Page {page} of Flutterwave's transactions did not come.");
            foreach (var line in listed.Data.EnumerateArray().Select(ReadLine).OfType<SettlementLine>().Where(line => line.At >= from && line.At <= to))
                yield return line;
            if (IsLastPage(listed, page))
                yield break;
        }
    }

    /// <summary>The page's name for a way to pay; null leaves the choice to the payer.</summary>
    internal static string? OptionsOf(string? method, string currency) => (method, currency) switch
    {
        (Card, _) => "card",
        (BankTransfer, _) => "banktransfer",
        (MobileMoney, "KES") => "mpesa",
        (MobileMoney, "GHS") => "mobilemoneyghana",
        (MobileMoney, "UGX") => "mobilemoneyuganda",
        (MobileMoney, "RWF") => "mobilemoneyrwanda",
        (MobileMoney, "ZMW") => "mobilemoneyzambia",
        (MobileMoney, "TZS") => "mobilemoneytanzania",
        (MobileMoney, "XAF" or "XOF") => "mobilemoneyfranco",
        _ => null,
    };

    /// <summary>The number of the transaction that paid: learnt from Flutterwave, or attached by a person.</summary>
    private static string? NumberOf(AttemptReference reference) => reference.Theirs2 ?? (reference.Theirs is { Length: > 0 } theirs && theirs.All(char.IsAsciiDigit) ? theirs : null);

    private Task<FlutterwaveAnswer> VerifyAsync(ProviderAccountSnapshot account, string number, CancellationToken cancellationToken) =>
        GetAsync(account, $"/transactions/{Uri.EscapeDataString(number)}/verify", cancellationToken);

    private Task<FlutterwaveAnswer> PostAsync<T>(ProviderAccountSnapshot account, string path, T body, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        SendAsync(account, HttpMethod.Post, path, JsonSerializer.SerializeToUtf8Bytes(body, type), cancellationToken);

    private Task<FlutterwaveAnswer> GetAsync(ProviderAccountSnapshot account, string path, CancellationToken cancellationToken) =>
        SendAsync(account, HttpMethod.Get, path, body: null, cancellationToken);

    private async Task<FlutterwaveAnswer> SendAsync(ProviderAccountSnapshot account, HttpMethod method, string path, byte[]? body, CancellationToken cancellationToken)
    {
        var key = account.Credential(SecretKey);
        var root = account.BaseUrl.EndsWith(Version, StringComparison.Ordinal) ? account.BaseUrl : account.BaseUrl + Version;
        if (key.Length == 0 || !key.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-') || !Uri.TryCreate(root + path, UriKind.Absolute, out var url))
            return new FlutterwaveAnswer.Refused(Codes.ProviderNotConfigured, "The account's base URL or secret key is missing or cannot be sent; nothing was sent.", null);
        using var request = new HttpRequestMessage(method, url);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }
        return FlutterwaveAnswer.Of(await http.SendAsync(account, request, [key], cancellationToken), new Redaction([key, account.Credential(WebhookSecret)]));
    }

    private StatusReading ReadStatus(FlutterwaveAnswer answer, AttemptReference reference)
    {
        var age = clock.GetUtcNow() - reference.CreatedAt;
        switch (answer)
        {
            case FlutterwaveAnswer.NoTransaction none:
                return new StatusReading(WithoutTransaction(reference, age), null) { ErrorMessage = none.Text };
            case FlutterwaveAnswer.Refused refused:
                return StatusReading.NoAnswer(refused.Text);
            case FlutterwaveAnswer.Useless useless:
                return StatusReading.NoAnswer(useless.Reason);
        }
        var data = ((FlutterwaveAnswer.Good)answer).Data;
        if (data.Text("tx_ref") != reference.Ours.ToString())
            return StatusReading.NoAnswer("Flutterwave answered about another transaction.");
        if (data.Text("status") is not { } word || data.Text("id") is not { } number)
            return StatusReading.NoAnswer("Flutterwave's answer lacks status or number.");
        var fact = Fact(word, isOver: age > WatchedFor);
        var reading = new StatusReading(fact, word) { Reference = reference.Ours.ToString() };
        if (fact != ObservedFact.Succeeded)
            return word is "successful" or "pending" ? reading : reading with { ErrorMessage = data.Text("processor_response") };
        // amount is what we asked; charged_amount has the fees that the customer bears.
        return FlutterwaveMoney.FromWire(data.Member("amount"), data.Text("currency")) is { } received
            ? reading with { Received = received, ReceiptReference = number, Reference2 = number, Payer = Payer(data) }
            : StatusReading.NoAnswer("Flutterwave calls it successful and tells no amount that we can read.");
    }

    /// <summary>Nobody has tried: the link waits, until it is over. The number of a transaction that was there cannot be gone.</summary>
    private static ObservedFact WithoutTransaction(AttemptReference reference, TimeSpan age) =>
        NumberOf(reference) is not null ? ObservedFact.Unrecognised
        : reference.Theirs is null ? age > LostFor ? ObservedFact.NeverStarted : ObservedFact.Pending
        : age > WatchedFor ? ObservedFact.Expired : ObservedFact.Pending;

    /// <summary>A try that failed is over, the link is not: the payer may try again while it lives.</summary>
    internal static ObservedFact Fact(string word, bool isOver) => word switch
    {
        "successful" => ObservedFact.Succeeded,
        "pending" => ObservedFact.Pending,
        "failed" or "error" => isOver ? ObservedFact.Failed : ObservedFact.Pending,
        "cancelled" => isOver ? ObservedFact.Cancelled : ObservedFact.Pending,
        _ => ObservedFact.Unrecognised,
    };

    /// <summary>Words have suffixes that name the rail: completed-mpgs, pending-momo.</summary>
    internal static RefundStatus RefundStatusOf(string word) => word.Split('-')[0] switch
    {
        "completed" => RefundStatus.Succeeded,
        "pending" or "processing" or "new" => RefundStatus.Pending,
        "failed" => RefundStatus.Failed,
        _ => RefundStatus.Unknown,
    };

    private static RefundResult ReadRefund(JsonElement data, Money asked, string? number)
    {
        var (id, word) = (data.Text("id"), data.Text("status"));
        if (id is null || word is null)
            return new RefundResult.Unknown("Flutterwave's answer does not name the refund.");
        if (number is not null && data.Text("tx_id") is { } about && about != number)
            return new RefundResult.Unknown("Flutterwave answered about another transaction.");
        if (FlutterwaveMoney.FromWire(data.Member("amount_refunded"), asked.Currency) != asked)
            return new RefundResult.Unknown("Flutterwave speaks of another amount than was asked.") { Reference = id, StatusWord = word };
        return RefundStatusOf(word) switch
        {
            RefundStatus.Succeeded => new RefundResult.Succeeded { Reference = id, StatusWord = word },
            RefundStatus.Failed => new RefundResult.Failed(Codes.ProviderRejected, "Flutterwave could not pay the refund out.", word) { Reference = id, StatusWord = word },
            RefundStatus.Pending => new RefundResult.Pending { Reference = id, StatusWord = word },
            _ => new RefundResult.Unknown($"Flutterwave calls the refund '{word}'.") { Reference = id, StatusWord = word },
        };
    }

    private static SettlementLine? ReadLine(JsonElement data) =>
        data.Text("id") is { } number && data.Text("status") is { } word && FlutterwaveMoney.FromWire(data.Member("amount"), data.Text("currency")) is { } amount
            ? new SettlementLine(number, amount, word, Fact(word, isOver: true), data.Moment("created_at") ?? DateTimeOffset.UnixEpoch)
            {
                OurReference = data.Text("tx_ref"),
                FeeMinor = FlutterwaveMoney.FromWire(data.Member("app_fee"), amount.Currency)?.Minor,
            }
            : null;

    private static bool IsLastPage(FlutterwaveAnswer.Good listed, int page) =>
        listed.Data.GetArrayLength() == 0 || listed.Meta.Member("page_info").Whole("total_pages") is not { } last || page >= last;

    private static string? Payer(JsonElement data) =>
        data.Member("card").Text("last_4digits") is { } digits ? $"{data.Member("card").Text("type") ?? "card"} ···· {digits}".ToLowerInvariant() : data.Member("customer").Text("email");

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>What a browser may be sent to: https, or our own imitation wherever it runs.</summary>
    private static bool IsWebPage(ProviderAccountSnapshot account, string? url, [NotNullWhen(true)] out string? page)
    {
        page = Uri.TryCreate(url, UriKind.Absolute, out var parsed) && (parsed.Scheme == Uri.UriSchemeHttps || (parsed.Scheme == Uri.UriSchemeHttp && account.Endpoint == AccountEndpoint.Sandbox)) ? url : null;
        return page is not null;
    }
}
