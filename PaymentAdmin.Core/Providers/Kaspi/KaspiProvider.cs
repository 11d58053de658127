using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Providers.Kaspi;

/// <summary>
/// Kaspi Pay through the merchant proxy: a prompt on the payer's phone, or a payment link. Everything travels in the query, in tenge.
/// The proxy sends no webhooks, cancels nothing, repeats nothing idempotently and finds nothing by our reference.
/// </summary>
internal sealed class KaspiProvider(ProviderHttp http) : IPaymentProvider, IQueriesStatus, IRefunds
{
    private const string Advice = "Kaspi's proxy has no test mode: what is sent to it is real. Test with an account on the sandbox.";
    public const string AccessToken = "access_token";

    private const string ProxyUrl = "https://cvety.kz/api/v2/paymentkaspi";
    private const string Tenge = "KZT";
    private const int ReferenceLengthMax = 64;

    public ProviderProfile Profile { get; } = new()
    {
        Id = "kaspi",
        Name = "Kaspi Pay",
        Mark = "Ka",
        Region = "Kazakhstan",
        Currencies = [Tenge],
        AmountUnit = "tenge with at most two decimals",
        Methods = ["phone", "link"],
        WebhookTrust = WebhookTrust.None,
        NeedsPayerPhone = true,
        NeedsShopConfig = true,
        UsesDeviceToken = true,
        CheckoutLifetime = TimeSpan.FromMinutes(5),
        FirstChecks = [.. new[] { 2, 3, 5, 5, 5, 10, 10, 15 }.Select(seconds => TimeSpan.FromSeconds(seconds))],
        CredentialFields = [new CredentialField(AccessToken, "Access token", IsSecret: true, IsRequired: true, Hint: "From the operator of the proxy. BIN and device token belong to the shop.")],
        EnvironmentNames = new EnvironmentNames(new Dictionary<string, string> { ["KASPI_ACCESS_TOKEN"] = AccessToken }) { BaseUrl = "PRODUCTION_API_URL" },
        TestBaseUrl = ProxyUrl,
        LiveBaseUrl = ProxyUrl,
        TestInstruments =
        [
            new TestInstrument("Phone", "+7 701 000 1234", "Sandbox: pays after 2 s"),
            new TestInstrument("Phone", "+7 701 000 0001", "Sandbox: declines after 2 s"),
            new TestInstrument("Phone", "+7 701 000 0002", "Sandbox: never answers, the prompt expires"),
            new TestInstrument("Phone", "+7 701 000 0003", "Sandbox: pays, but the answer to the create call is lost"),
        ],
        TestAdvice = Advice,
        PayerWords = new Dictionary<string, IReadOnlyDictionary<string, string>>
        {
            ["ru"] = new Dictionary<string, string> { [Advice] = "У прокси Kaspi нет тестового режима: всё, что ему отправлено, настоящее. Проверяйте со счётом в песочнице." },
            ["kk"] = new Dictionary<string, string> { [Advice] = "Kaspi проксиінде сынақ режимі жоқ: оған жіберілгеннің бәрі нағыз. Құмсалғыштағы шотпен тексеріңіз." },
        },
        HelpLinks = [("Kaspi guide for partners", "https://guide.kaspi.kz/partner/ru")],
        Lacks =
        [
            "No webhooks: the state is asked for every few seconds.",
            "No cancellation: an open prompt ends by the payer or by its time.",
            "No look-up by our reference: when the answer to a create call is lost, a person must find the payment at Kaspi and attach its number.",
            "No idempotency: a create call that is sent again is a second prompt.",
            "No amounts in its status: a paid payment counts as paid with what was asked.",
            "No test mode at the proxy.",
        ],
    };

    public async Task<CheckoutResult> StartCheckoutAsync(ProviderAccountSnapshot account, CheckoutRequest request, CancellationToken cancellationToken)
    {
        if (Refusal(account, request.Amount) is { } problem)
            return new CheckoutResult.Declined(problem.Code, problem.Detail);
        var message = request.Description ?? request.OrderReference;
        if (request.Method == "link")
        {
            var linked = await CallAsync(account, "create-link", [("amount", Wire(request.Amount)), ("message", message), .. Routing(account)], cancellationToken);
            return ReadLink(account, linked);
        }
        if (KaspiPhone.Normalise(request.Phone) is not { } phone)
            return new CheckoutResult.Declined(Codes.ValidationFailed, "Kaspi needs the payer's phone as 7 and ten digits.");
        var prompted = await CallAsync(account, "create", [("phone", phone), ("amount", Wire(request.Amount)), ("message", message), .. Routing(account)], cancellationToken);
        return ReadPrompt(prompted, phone);
    }

    public async Task<StatusReading> QueryPaymentAsync(ProviderAccountSnapshot account, AttemptReference reference, CancellationToken cancellationToken)
    {
        if (reference.Theirs is not { Length: > 0 } externalId)
            return StatusReading.NoAnswer("Kaspi can only be asked by its own number, and that is not known.");
        var answer = await CallAsync(account, "status", [("externalId", externalId)], cancellationToken);
        return ReadStatus(answer, reference, externalId);
    }

    public async Task<RefundResult> RefundAsync(ProviderAccountSnapshot account, RefundRequest request, CancellationToken cancellationToken)
    {
        if (Refusal(account, request.Amount) is { } problem)
            return new RefundResult.Failed(problem.Code, problem.Detail);
        if (request.Attempt.Theirs is not { Length: > 0 } externalId)
            return new RefundResult.Failed(Codes.ProviderRejected, "Kaspi's number of the payment is not known.");
        var answer = await CallAsync(account, "refund", [("externalId", externalId), ("amount", Wire(request.Amount)), .. Routing(account)], cancellationToken);
        return ReadRefund(answer, externalId, request.Amount);
    }

    /// <summary>Why nothing may be sent; null when all is there. A missing BIN is never replaced: the money would go to another seller.</summary>
    private static Problem? Refusal(ProviderAccountSnapshot account, Money amount)
    {
        if (amount.Currency != Tenge)
            return new Problem(Codes.CurrencyNotSupported, "Kaspi takes tenge (KZT) only.");
        if (amount.Minor is < 1 or > Money.MinorMax)
            return new Problem(Codes.AmountOutOfRange, "The amount is outside of what can be paid.");
        if (string.IsNullOrWhiteSpace(account.OrganizationBin))
            return new Problem(Codes.ShopNotConfigured, "The shop has no BIN at Kaspi; nothing was sent.");
        return account.Credential(AccessToken).Length == 0 ? new Problem(Codes.ProviderNotConfigured, "The account has no access token; nothing was sent.") : null;
    }

    private static IEnumerable<(string Name, string Value)> Routing(ProviderAccountSnapshot account)
    {
        yield return ("organizationBin", account.OrganizationBin ?? "");
        if (!string.IsNullOrEmpty(account.DeviceToken))
            yield return ("deviceToken", account.DeviceToken);
    }

    /// <summary>Tenge as the proxy takes them: 1000000 tiyn → "10000", 20050 → "200.5".</summary>
    internal static string Wire(Money amount) => amount.ToMajor().ToString("0.##", CultureInfo.InvariantCulture);

    private async Task<KaspiAnswer> CallAsync(ProviderAccountSnapshot account, string verb, IEnumerable<(string Name, string Value)> parameters, CancellationToken cancellationToken)
    {
        var token = account.Credential(AccessToken);
        var query = string.Join('&', parameters.Append((AccessToken, token)).Select(parameter => $"{parameter.Item1}={Uri.EscapeDataString(parameter.Item2)}"));
        // Without its trailing slash the proxy answers with a redirect.
        if (!Uri.TryCreate($"{account.BaseUrl}/{verb}/?{query}", UriKind.Absolute, out var url))
            return new KaspiAnswer.Refused(Codes.ProviderNotConfigured, "The base URL of the account is no URL.", null);
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        // The empty body keeps the connection pool from sending the call again when the proxy hangs up: a second create call is a second prompt.
        request.Content = new ByteArrayContent([]);
        var answer = await http.SendAsync(account, request, [token], cancellationToken);
        return KaspiAnswer.Of(answer, new Redaction([token, account.DeviceToken ?? ""]));
    }

    private static CheckoutResult ReadPrompt(KaspiAnswer answer, string phone)
    {
        if (answer is not KaspiAnswer.Good good)
            return NotStarted(answer);
        var payment = KaspiAnswer.Read(good.Data, KaspiJson.Default.KaspiPayment);
        return IsReference(payment?.ExternalId)
            ? new CheckoutResult.PhonePrompt(phone) { Reference = payment.ExternalId, StatusWord = payment.Status }
            : new CheckoutResult.Unknown("The proxy accepted the payment without telling its number.");
    }

    private static CheckoutResult ReadLink(ProviderAccountSnapshot account, KaspiAnswer answer)
    {
        if (answer is not KaspiAnswer.Good good)
            return NotStarted(answer);
        var link = KaspiAnswer.Read(good.Data, KaspiJson.Default.KaspiLink);
        if (!IsReference(link?.PaymentId) || !IsWebPage(account, link.PaymentLink))
            return new CheckoutResult.Unknown("The proxy created a link and did not tell it.") { Reference = IsReference(link?.PaymentId) ? link.PaymentId : null };
        return new CheckoutResult.Redirect(link.PaymentLink) { Reference = link.PaymentId, ExpiresAt = Moment(link.ExpireDate) };
    }

    private static CheckoutResult NotStarted(KaspiAnswer answer) => answer switch
    {
        KaspiAnswer.Refused refused => new CheckoutResult.Declined(refused.Code, refused.Text, refused.ProviderCode),
        KaspiAnswer.Useless useless => new CheckoutResult.Unknown(useless.Reason),
        _ => throw new UnreachableException(),
    };

    private static StatusReading ReadStatus(KaspiAnswer answer, AttemptReference reference, string externalId)
    {
        switch (answer)
        {
            case KaspiAnswer.Refused { IsNotFound: true } refused:
                return new StatusReading(ObservedFact.Unrecognised, null) { ErrorMessage = refused.Text, ProviderErrorCode = refused.ProviderCode };
            case KaspiAnswer.Refused refused:
                return StatusReading.NoAnswer(refused.Text);
            case KaspiAnswer.Useless useless:
                return StatusReading.NoAnswer(useless.Reason);
        }
        var payment = KaspiAnswer.Read(((KaspiAnswer.Good)answer).Data, KaspiJson.Default.KaspiPayment);
        if (payment?.Status is not { Length: > 0 } word)
            return StatusReading.NoAnswer("The proxy's answer has no status.");
        if (payment.ExternalId is { } named && named != externalId)
            return StatusReading.NoAnswer("The proxy answered about another payment.");
        var fact = Fact(word);
        if (fact != ObservedFact.Succeeded)
            return new StatusReading(fact, word) { Reference = externalId };
        // The proxy tells no amount. It took the asked one when it created the payment, a payer cannot change it, and there is no other
        // source; should it tell one after all, that one counts.
        var received = reference.Amount;
        if (payment.Amount is { } told && !Money.TryFromMajor(told, Tenge, out received))
            return StatusReading.NoAnswer("The proxy's amount is no amount of tenge.");
        return new StatusReading(fact, word) { Reference = externalId, Received = received, ReceiptReference = externalId };
    }

    /// <summary>
    /// Paid back only when the operation's number and the asked amount stand in the answer: a proxy of this make once posted refunds to the
    /// create call and reported success.
    /// </summary>
    private static RefundResult ReadRefund(KaspiAnswer answer, string externalId, Money asked)
    {
        switch (answer)
        {
            case KaspiAnswer.Refused refused:
                return new RefundResult.Failed(refused.Code, refused.Text, refused.ProviderCode);
            case KaspiAnswer.Useless useless:
                return new RefundResult.Unknown(useless.Reason);
        }
        var back = KaspiAnswer.Read(((KaspiAnswer.Good)answer).Data, KaspiJson.Default.KaspiReturn);
        if (!IsReference(back?.ReturnOperationId) || back.RefundedAmount is not { } amount)
            return new RefundResult.Unknown("The proxy's answer does not say what was paid back.");
        if (back.ExternalId is { } named && named != externalId)
            return new RefundResult.Unknown("The proxy answered about another payment.") { Reference = back.ReturnOperationId };
        return Money.TryFromMajor(amount, Tenge, out var refunded) && refunded == asked
            ? new RefundResult.Succeeded { Reference = back.ReturnOperationId }
            : new RefundResult.Unknown("The proxy paid back another amount than was asked.") { Reference = back.ReturnOperationId };
    }

    private static bool IsReference([NotNullWhen(true)] string? id) => id is { Length: > 0 and <= ReferenceLengthMax };

    /// <summary>What a browser may be sent to: https, or our own imitation wherever it runs.</summary>
    private static bool IsWebPage(ProviderAccountSnapshot account, [NotNullWhen(true)] string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var page) && (page.Scheme == Uri.UriSchemeHttps || (page.Scheme == Uri.UriSchemeHttp && account.Endpoint == AccountEndpoint.Sandbox));

    // Kazakhstan had two offsets until 2024: a time without its own is no time.
    private static DateTimeOffset? Moment(string? text) =>
        text is not null && DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? moment.ToUniversalTime()
            : null;

    /// <summary>Only Processed means paid: "Paid" and "RemotePaymentPaid" are known from unofficial clients alone, so a person looks.</summary>
    internal static ObservedFact Fact(string word) => word switch
    {
        "QrTokenCreated" or "RemotePaymentCreated" or "Wait" or "Processing" or "RemotePaymentProcessing" => ObservedFact.Pending,
        "Processed" => ObservedFact.Succeeded,
        "RemotePaymentCanceled" or "CancelledByUser" or "CancelledByExternalSource" => ObservedFact.Cancelled,
        "RemotePaymentRejected" or "Rejected" or "NotConfirmedByUser" or "InsufficientFunds" or "ProcessingFailed" or "Error" => ObservedFact.Failed,
        "QrTokenDiscarded" or "Expired" or "RemotePaymentExpired" => ObservedFact.Expired,
        _ => ObservedFact.Unrecognised,
    };
}
