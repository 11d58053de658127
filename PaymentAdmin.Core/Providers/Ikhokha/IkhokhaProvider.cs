using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Providers.Ikhokha;

/// <summary>
/// iKhokha's paylinks (iK Pay API): cards and EFT on its page. There is no test mode and no call that pays back or takes a link away; a refund
/// is a task for a person. The status tells the amount, the callback does not.
/// </summary>
internal sealed class IkhokhaProvider(ProviderHttp http) : IPaymentProvider, IQueriesStatus, IReadsWebhooks, IListsTransactions
{
    private const string Advice = "iKhokha has no test mode: a test account works on the sandbox only, with the sandbox's own cards.";
    public const string Id = "ikhokha";
    public const string AppId = "app_id";
    public const string AppSecret = "app_secret";
    public const string MinimumAmount = "minimum_cents";
    public const string ApiPath = "/public-api/v1/api";
    public const string Rand = "ZAR";

    /// <summary>The application of source document 002's demo mode, which is the sandbox here.</summary>
    public const string DemoAppId = "demo";

    private const string CreatedCode = "00";
    private const string Failure = "FAILURE";

    /// <summary>iKhokha knows no other mode yet; a test account never gets this far but on the sandbox.</summary>
    private const string OnlyMode = "live";

    public ProviderProfile Profile { get; } = new()
    {
        Id = Id,
        Name = "iKhokha",
        Mark = "iK",
        Region = "South Africa",
        Currencies = [Rand],
        AmountUnit = "whole cents",
        Methods = ["card", "eft"],
        WebhookTrust = WebhookTrust.BodySignature,
        QueriesByOurReference = true,
        CheckoutLifetime = TimeSpan.FromHours(24),
        FirstChecks = [TimeSpan.FromSeconds(20), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(3)],
        CredentialFields =
        [
            new CredentialField(AppId, "Application ID", IsSecret: false, IsRequired: true, Shape: "^IK[A-Z0-9]{30}$", Hint: "Dashboard, Integrations, iK Pay API. 32 capitals and digits that begin with IK.") { SandboxValue = DemoAppId },
            new CredentialField(AppSecret, "Application secret", IsSecret: true, IsRequired: true, Hint: "Shown beside the application ID. It signs the callbacks too.") { IsWebhookSecret = true },
            new CredentialField(MinimumAmount, "Least amount in cents", IsSecret: false, IsRequired: false, Shape: "^[1-9][0-9]{0,8}$", Hint: "Some merchants may not take less than R10 (1000). Empty: no limit here."),
        ],
        EnvironmentNames = new EnvironmentNames(new Dictionary<string, string> { ["IKHOKHA_APP_ID"] = AppId, ["IKHOKHA_SECRET_KEY"] = AppSecret }) { Sandbox = ("IKHOKHA_APP_ID", DemoAppId), ReturnUrls = ["IKHOKHA_RETURN_URL", "IKHOKHA_CANCEL_URL"] },
        TestBaseUrl = "",
        LiveBaseUrl = "https://api.ikhokha.com",
        TestInstruments = IkhokhaCards.Instruments,
        TestAdvice = Advice,
        PayerWords = new Dictionary<string, IReadOnlyDictionary<string, string>>
        {
            ["ru"] = new Dictionary<string, string> { [Advice] = "У iKhokha нет тестового режима: тестовый счёт работает только в песочнице, с её собственными картами." },
            ["kk"] = new Dictionary<string, string> { [Advice] = "iKhokha-да сынақ режимі жоқ: сынақ шоты тек құмсалғышта, соның өз карталарымен жұмыс істейді." },
        },
        HelpLinks = [("iK Pay API", "https://developer.ikhokha.com/overview"), ("Examples", "https://github.com/ikhokha/ik-pay-api-examples")],
        Lacks =
        [
            "No refunds: a refund is a task for a person, who pays back in iKhokha's dashboard or app and notes the reference.",
            "No cancellation: a paylink cannot be closed; money that comes after the end is shown as paid late.",
            "No amount in webhooks: the state is asked for before anything changes.",
            "A declined card ends nothing: the payer may try again on the same page until the payment's own time is over.",
            "No test mode: a test account works on the sandbox only.",
        ],
    };

    public WebhookReply Acknowledgement => WebhookReply.Ok;

    public async Task<CheckoutResult> StartCheckoutAsync(ProviderAccountSnapshot account, CheckoutRequest request, CancellationToken cancellationToken)
    {
        if (Refusal(account, request.Amount) is { } problem)
            return new CheckoutResult.Declined(problem.Code, problem.Detail);
        var asked = new IkhokhaPayment(
            EntityID: request.AttemptId.ToString(),
            ExternalEntityID: account.TenantId.ToString(),
            Amount: request.Amount.Minor,
            Currency: Rand,
            RequesterUrl: new Uri(request.ReturnUrl).GetLeftPart(UriPartial.Authority),
            Description: request.Description ?? request.OrderReference,
            PaymentReference: request.OrderReference,
            Mode: OnlyMode,
            ExternalTransactionID: request.AttemptId.ToString(),
            new IkhokhaUrls(CallbackUrl: account.WebhookUrl, SuccessPageUrl: request.ReturnUrl, FailurePageUrl: request.ReturnUrl, CancelUrl: request.CancelUrl));
        // iKhokha signs the text that JSON.stringify makes of the body; the framework's own escapes were refused.
        if (PlainJson.Of(JsonSerializer.SerializeToUtf8Bytes(asked, IkhokhaJson.Default.IkhokhaPayment)) is not { } body)
            return new CheckoutResult.Declined(Codes.ValidationFailed, "The description cannot be written as text.");
        return ReadCheckout(account, await SendAsync(account, HttpMethod.Post, "/payment", body, cancellationToken), request.AttemptId.ToString());
    }

    public async Task<StatusReading> QueryPaymentAsync(ProviderAccountSnapshot account, AttemptReference reference, CancellationToken cancellationToken)
    {
        if (reference.Theirs is { Length: > 0 } paylink)
            return ReadStatus(await GetAsync(account, $"/getStatus/{Uri.EscapeDataString(paylink)}", cancellationToken), paylink, ours: null);
        var external = $"/getStatus/external?externalReference={reference.Ours}";
        var answer = await GetAsync(account, external, cancellationToken);
        // Whether the query is signed is told in two ways: without it officially, with it by some clients.
        if (answer is IkhokhaAnswer.Refused { Http: 401 })
            answer = await SendAsync(account, HttpMethod.Get, external, body: null, cancellationToken, signsQuery: true);
        return ReadStatus(answer, paylink: null, reference.Ours.ToString());
    }

    public WebhookVerification Verify(ProviderAccountSnapshot account, InboundRequest request) =>
        IkhokhaWebhook.Verify(account.Credential(AppId).Trim(), account.Credential(AppSecret).Trim(), request);

    public WebhookReading Parse(InboundRequest request) => IkhokhaWebhook.Parse(request);

    /// <summary>Day by day, as neither paging nor the longest range is published. Throws <see cref="HttpRequestException"/> when a day does not come: half a list would look like missing money.</summary>
    public async IAsyncEnumerable<SettlementLine> ListAsync(ProviderAccountSnapshot account, DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var day = DateOnly.FromDateTime(from.UtcDateTime); day <= DateOnly.FromDateTime(to.UtcDateTime); day = day.AddDays(1))
        {
            var text = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            var begins = new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero);
            if (await GetAsync(account, $"/payments/history?startDate={text}&endDate={text}", cancellationToken) is not IkhokhaAnswer.Good good || HistoryOf(good.Body) is not { } rows)
                throw new HttpRequestException($"iKhokha's history of {text} did not come.");
            foreach (var line in rows.Select(row => ReadLine(row, begins > from ? begins : from)).OfType<SettlementLine>().Where(line => line.At >= from && line.At <= to))
                yield return line;
        }
    }

    private static Problem? Refusal(ProviderAccountSnapshot account, Money amount)
    {
        if (amount.Currency != Rand)
            return new Problem(Codes.CurrencyNotSupported, "iKhokha takes ZAR only.");
        var least = long.TryParse(account.Credential(MinimumAmount), NumberStyles.None, CultureInfo.InvariantCulture, out var cents) ? Math.Max(1, cents) : 1;
        if (amount.Minor < least || amount.Minor > Money.MinorMax)
            return new Problem(Codes.AmountOutOfRange, $"iKhokha takes {MoneyFormat.Text(least, Rand)} and more.");
        return Unusable(account);
    }

    /// <summary>Nothing may leave for the live host in test mode, and nothing under the demo's application.</summary>
    private static Problem? Unusable(ProviderAccountSnapshot account)
    {
        var (appId, secret) = (account.Credential(AppId).Trim(), account.Credential(AppSecret).Trim());
        if (appId.Length == 0 || secret.Length == 0 || !appId.All(char.IsAsciiLetterOrDigit))
            return new Problem(Codes.ProviderNotConfigured, "The account has no application ID or secret that can be sent; nothing was sent.");
        if (account.Endpoint == AccountEndpoint.Sandbox)
            return null;
        if (appId == DemoAppId)
            return new Problem(Codes.ProviderNotConfigured, "The demo application belongs to the sandbox; nothing was sent.");
        if (account.Mode == Mode.Test && (!Uri.TryCreate(account.BaseUrl, UriKind.Absolute, out var url) || url.Host.EndsWith("ikhokha.com", StringComparison.OrdinalIgnoreCase)))
            return new Problem(Codes.ProviderNotConfigured, "iKhokha has no test mode: a test account works on the sandbox only. Nothing was sent.");
        return null;
    }

    private Task<IkhokhaAnswer> GetAsync(ProviderAccountSnapshot account, string path, CancellationToken cancellationToken) => SendAsync(account, HttpMethod.Get, path, body: null, cancellationToken);

    private async Task<IkhokhaAnswer> SendAsync(ProviderAccountSnapshot account, HttpMethod method, string path, byte[]? body, CancellationToken cancellationToken, bool signsQuery = false)
    {
        if (Unusable(account) is { } problem)
            return new IkhokhaAnswer.Refused(problem.Code, problem.Detail, null);
        if (!Uri.TryCreate(account.BaseUrl + ApiPath + path, UriKind.Absolute, out var url))
            return new IkhokhaAnswer.Refused(Codes.ProviderNotConfigured, "The account's base URL is no address; nothing was sent.", null);
        var secret = account.Credential(AppSecret).Trim();
        var signature = IkhokhaWebhook.Sign(secret, signsQuery ? url.PathAndQuery : url.AbsolutePath, body);
        using var request = new HttpRequestMessage(method, url);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Add(IkhokhaWebhook.ApplicationHeader.ToUpperInvariant(), account.Credential(AppId).Trim());
        request.Headers.Add(IkhokhaWebhook.SignatureHeader.ToUpperInvariant(), signature);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }
        // The callback URL ends with the account's key, which is in no log.
        string[] secrets = [secret, signature, account.WebhookUrl[(account.WebhookUrl.LastIndexOf('/') + 1)..]];
        return IkhokhaAnswer.Of(await http.SendAsync(account, request, secrets, cancellationToken), new Redaction(secrets));
    }

    private static CheckoutResult ReadCheckout(ProviderAccountSnapshot account, IkhokhaAnswer answer, string ours)
    {
        switch (answer)
        {
            case IkhokhaAnswer.Refused refused:
                return new CheckoutResult.Declined(refused.Code, refused.Text, refused.ProviderCode);
            case IkhokhaAnswer.Useless useless:
                return new CheckoutResult.Unknown(useless.Reason);
        }
        if (IkhokhaAnswer.Read(((IkhokhaAnswer.Good)answer).Body, IkhokhaJson.Default.IkhokhaCreated) is not { ResponseCode: { Length: > 0 } code } created)
            return new CheckoutResult.Unknown("An answer that is not iKhokha's.");
        // A paylink whose address nobody was told takes no money, so this is a refusal too.
        if (code != CreatedCode || string.IsNullOrEmpty(created.PaylinkUrl))
            return new CheckoutResult.Declined(Codes.ProviderRejected, IkhokhaAnswer.Line(created.Message, new Redaction([account.Credential(AppSecret)])) ?? "iKhokha created no paylink.", code);
        if (created.ExternalTransactionID is { Length: > 0 } named && named != ours)
            return new CheckoutResult.Unknown("iKhokha answered about another payment.");
        return created.PaylinkID is { Length: > 0 } paylink && IsWebPage(account, created.PaylinkUrl, out var page)
            ? new CheckoutResult.Redirect(page) { Reference = paylink }
            : new CheckoutResult.Unknown("iKhokha created a paylink and told no usable address of it.");
    }

    private static StatusReading ReadStatus(IkhokhaAnswer answer, string? paylink, string? ours)
    {
        switch (answer)
        {
            // A paylink that iKhokha has confirmed cannot be absent; one whose creation was never answered can.
            case IkhokhaAnswer.Refused { Http: 404 } refused:
                return new StatusReading(paylink is null ? ObservedFact.NeverStarted : ObservedFact.Unrecognised, null) { ErrorMessage = refused.Text, ProviderErrorCode = refused.ProviderCode };
            case IkhokhaAnswer.Refused refused:
                return StatusReading.NoAnswer(refused.Text);
            case IkhokhaAnswer.Useless useless:
                return StatusReading.NoAnswer(useless.Reason);
        }
        if (IkhokhaAnswer.Read(((IkhokhaAnswer.Good)answer).Body, IkhokhaJson.Default.IkhokhaStatus) is not { PaylinkID: { Length: > 0 } about, Status: { Length: > 0 } word } said)
            return StatusReading.NoAnswer("iKhokha's answer lacks paylink or status, or its amount is no whole number of cents.");
        if ((paylink is not null && about != paylink) || (ours is not null && said.ExternalTransactionID is { Length: > 0 } named && named != ours))
            return StatusReading.NoAnswer("iKhokha answered about another payment.");
        var fact = Fact(word);
        var reading = new StatusReading(fact, word) { Reference = about };
        if (fact != ObservedFact.Succeeded)
            return word == Failure ? reading with { ErrorMessage = "The payer's try failed; the page may be paid again." } : reading;
        return said.Amount is > 0 and <= Money.MinorMax
            ? reading with { Received = new Money(said.Amount.Value, Rand), ReceiptReference = about }
            : StatusReading.NoAnswer("iKhokha calls it paid and tells no amount.");
    }

    /// <summary>
    /// Words of the status call; the callback has others and is never acted upon. FAILURE is one try: the paylink may be paid again, so it
    /// ends with the payment's own time.
    /// </summary>
    internal static ObservedFact Fact(string word) => word switch
    {
        "PAID" or "SUCCESS" or "COMPLETED" => ObservedFact.Succeeded,
        "PENDING" or "CREATED" or Failure => ObservedFact.Pending,
        _ => ObservedFact.Unrecognised,
    };

    /// <summary>The shape is not published: an array, or an object with one.</summary>
    private static List<JsonElement>? HistoryOf(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement.Clone();
            var rows = root.ValueKind == JsonValueKind.Object ? root.EnumerateObject().Select(member => member.Value).FirstOrDefault(value => value.ValueKind == JsonValueKind.Array) : root;
            return rows.ValueKind == JsonValueKind.Array ? [.. rows.EnumerateArray()] : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static SettlementLine? ReadLine(JsonElement row, DateTimeOffset undated) =>
        IkhokhaAnswer.Read(JsonSerializer.SerializeToUtf8Bytes(row, IkhokhaJson.Default.JsonElement), IkhokhaJson.Default.IkhokhaStatus) is { PaylinkID: { Length: > 0 } paylink, Status: { Length: > 0 } word, Amount: > 0 and <= Money.MinorMax } said
            ? new SettlementLine(paylink, new Money(said.Amount.Value, Rand), word, Fact(word), Moment(said.CreatedAt) ?? undated) { OurReference = said.ExternalTransactionID }
            : null;

    private static DateTimeOffset? Moment(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment) ? moment : null;

    /// <summary>What a browser may be sent to: https, or our own imitation wherever it runs. The host is not looked at: iKhokha's own differ.</summary>
    private static bool IsWebPage(ProviderAccountSnapshot account, string url, [NotNullWhen(true)] out string? page)
    {
        page = Uri.TryCreate(url, UriKind.Absolute, out var parsed) && (parsed.Scheme == Uri.UriSchemeHttps || (parsed.Scheme == Uri.UriSchemeHttp && account.Endpoint == AccountEndpoint.Sandbox)) ? url : null;
        return page is not null;
    }
}
