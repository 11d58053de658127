using System.Diagnostics;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Providers.Mpesa;

/// <summary>
/// Safaricom's M-Pesa through Daraja: a prompt on the payer's phone (STK push), or a paybill that the payer enters by hand. Whole shillings,
/// East Africa Time, one access token per account, unsigned callbacks at secret addresses, results that come later by callback.
/// </summary>
internal sealed partial class MpesaProvider(ProviderHttp http, ProviderTokens tokens, TimeProvider clock) : IPaymentProvider, IQueriesStatus, IRefunds, IQueriesRefunds, IAnswersChecks, IReadsUnsignedAlias, IRegistersAddresses, IChoosesMethods, IPaidByHand
{
    private const string Advice = "Any other phone pays after 2 s. Pay by hand at /sandbox/mpesa/paybill with the short code and the payment's code.";
    public const string ConsumerKey = "consumer_key";
    public const string ConsumerSecret = "consumer_secret";
    public const string ShortCode = "shortcode";
    public const string Passkey = "passkey";
    public const string Till = "till";
    public const string Initiator = "initiator_name";
    public const string SecurityCredential = "security_credential";
    public const string UnknownReferences = "unknown_references";

    private const string PhonePrompt = "phone";
    private const string Paybill = "ussd";
    private const string ByHandWords = "On your phone choose M-Pesa, Lipa na M-Pesa, Pay Bill (or dial *334#), and enter:";
    private const int ReferenceLengthMax = 64;
    private const int DescriptionLengthMax = 13;
    private const int RemarksLengthMax = 100;

    /// <summary>Words that Daraja refuses anywhere in an address.</summary>
    private static readonly string[] RefusedInUrls = ["mpesa", "m-pesa", "safaricom", "exe", "exec", "cmd", "sql", "query"];

    public ProviderProfile Profile { get; } = new()
    {
        Id = "mpesa",
        Name = "M-Pesa",
        Mark = "Mp",
        Region = "Kenya",
        Currencies = [MpesaMoney.Shilling],
        Limits = new Dictionary<string, (long, long)> { [MpesaMoney.Shilling] = (100, 25_000_000) },
        Steps = new Dictionary<string, long> { [MpesaMoney.Shilling] = MpesaMoney.StepMinor },
        AmountUnit = "whole shillings",
        Methods = [PhonePrompt, Paybill],
        WebhookTrust = WebhookTrust.SecretPath,
        WebhookKinds =
        [
            new WebhookKind(MpesaWebhook.Push, HasToken: true), new WebhookKind(MpesaWebhook.Validate), new WebhookKind(MpesaWebhook.Confirm),
            new WebhookKind(MpesaWebhook.Result, HasToken: true), new WebhookKind(MpesaWebhook.QueueTimeOut, HasToken: true),
        ],
        NeedsPayerPhone = true,
        MerchantAccountField = ShortCode,
        HidesItsNameInUrls = true,
        CheckoutLifetime = TimeSpan.FromMinutes(1),
        FirstChecks = [.. new[] { 20, 25, 30, 45 }.Select(seconds => TimeSpan.FromSeconds(seconds))],
        CredentialFields =
        [
            new CredentialField(ConsumerKey, "Consumer key", IsSecret: true, IsRequired: true),
            new CredentialField(ConsumerSecret, "Consumer secret", IsSecret: true, IsRequired: true),
            new CredentialField(ShortCode, "Short code", IsSecret: false, IsRequired: true, Shape: "^[0-9]{5,7}$", Hint: "The paybill, or the store number of a till."),
            new CredentialField(Passkey, "Passkey", IsSecret: true, IsRequired: true),
            new CredentialField(Till, "Till number", IsSecret: false, IsRequired: false, Shape: "^[0-9]{5,8}$", Hint: "For a till (Buy Goods) only. Tills have no account number, so the paybill fallback needs a paybill."),
            new CredentialField(Initiator, "Initiator name", IsSecret: false, IsRequired: false, Hint: "For reversals and status questions.") { SandboxValue = "sandboxapi" },
            new CredentialField(SecurityCredential, "Security credential", IsSecret: true, IsRequired: false, Hint: "The initiator's password, encrypted with the environment's certificate on Daraja's portal.") { SandboxValue = "sandbox-security-credential" },
            new CredentialField(UnknownReferences, "Unknown account numbers at the paybill", IsSecret: false, IsRequired: false, Shape: "^(accept|refuse)$", Hint: "accept: the money lands in unallocated receipts. refuse: the payer is told before paying, where Safaricom has switched validation on."),
        ],
        EnvironmentNames = new EnvironmentNames(new Dictionary<string, string>
        {
            ["MPESA_CONSUMER_KEY"] = ConsumerKey,
            ["MPESA_CONSUMER_SECRET"] = ConsumerSecret,
            ["MPESA_SHORTCODE"] = ShortCode,
            ["MPESA_PASSKEY"] = Passkey,
            ["MPESA_TILL"] = Till,
            ["MPESA_INITIATOR_NAME"] = Initiator,
            ["MPESA_SECURITY_CREDENTIAL"] = SecurityCredential,
        })
        { Mode = "MPESA_ENVIRONMENT", Unneeded = ["MPESA_CALLBACK_URL"] },
        TestBaseUrl = "https://sandbox.safaricom.co.ke",
        LiveBaseUrl = "https://api.safaricom.co.ke",
        TestInstruments =
        [
            new TestInstrument("Phone", "254708374149", "Daraja's own test number: pays"),
            new TestInstrument("Phone", "+254 700 000 001", "Sandbox: declines, the balance is insufficient"),
            new TestInstrument("Phone", "+254 700 000 002", "Sandbox: never answers, the prompt expires"),
            new TestInstrument("Phone", "+254 700 000 003", "Sandbox: pays, but the answer to the push is lost"),
            new TestInstrument("Phone", "+254 700 000 004", "Sandbox: cancels the prompt"),
            new TestInstrument("Phone", "+254 700 000 005", "Sandbox: types a wrong PIN"),
        ],
        TestAdvice = Advice,
        PayerWords = new Dictionary<string, IReadOnlyDictionary<string, string>>
        {
            ["ru"] = new Dictionary<string, string>
            {
                [ByHandWords] = "Выберите в телефоне M-Pesa, Lipa na M-Pesa, Pay Bill (или наберите *334#) и введите:",
                ["Business number"] = "Номер получателя (Business number)",
                ["Account number"] = "Номер счёта (Account number)",
                ["Amount"] = "Сумма",
                ["Daraja's own test number"] = "собственный тестовый номер Daraja",
                [Advice] = "Любой другой телефон платит через 2 с. Вручную заплатите на /sandbox/mpesa/paybill: короткий номер и код платежа.",
            },
            ["kk"] = new Dictionary<string, string>
            {
                [ByHandWords] = "Телефоннан M-Pesa, Lipa na M-Pesa, Pay Bill таңдаңыз (немесе *334# теріңіз) де, енгізіңіз:",
                ["Business number"] = "Алушының нөмірі (Business number)",
                ["Account number"] = "Шот нөмірі (Account number)",
                ["Amount"] = "Сома",
                ["Daraja's own test number"] = "Daraja-ның өз сынақ нөмірі",
                [Advice] = "Кез келген басқа телефон 2 с кейін төлейді. Қолмен /sandbox/mpesa/paybill бетінде төлеңіз: қысқа нөмір және төлем коды.",
            },
        },
        HelpLinks = [("Daraja developer portal", "https://developer.safaricom.co.ke/")],
        Lacks =
        [
            "No cancellation: a prompt that was sent ends by the payer or after about a minute.",
            "No cents: amounts with cents are refused before anything is sent.",
            "No signatures: callbacks prove themselves by their secret address and are confirmed by a question.",
            "No idempotency and no look-up by our reference: a push whose answer was lost is never sent again; its callback clears it up.",
            "One reversal per receipt: what is left after a partial reversal goes back by hand.",
        ],
    };

    public WebhookReply Acknowledgement { get; } = Reply(new MpesaReply(0, "Accepted"));

    public WebhookReply AliasReply => Acknowledgement;

    public async Task<CheckoutResult> StartCheckoutAsync(ProviderAccountSnapshot account, CheckoutRequest request, CancellationToken cancellationToken)
    {
        if (MpesaMoney.ToWire(request.Amount) is not { } shillings)
            return new CheckoutResult.Declined(request.Amount.Currency == MpesaMoney.Shilling ? Codes.AmountOutOfRange : Codes.CurrencyNotSupported, "M-Pesa takes whole Kenyan shillings only.");
        if (Missing(account, ConsumerKey, ConsumerSecret, ShortCode, Passkey) is { } missing)
            return new CheckoutResult.Declined(Codes.ProviderNotConfigured, missing);
        if (request.Method == Paybill)
        {
            return ByHand(account, request.Amount, request.PaymentCode) is { } instructions
                ? instructions with { StatusWord = "paybill", ExpiresAt = request.ExpiresAt }
                : new CheckoutResult.Declined(Codes.ProviderNotConfigured, "A till takes no account number, so money paid to it by hand cannot be matched; this needs a paybill.");
        }
        if (MpesaPhone.Normalise(request.Phone) is not { } phone)
            return new CheckoutResult.Declined(Codes.ValidationFailed, "M-Pesa needs the payer's Kenyan mobile number: 2547… or 2541….");
        if (request.CallbackToken is not { Length: > 0 } token)
            return new CheckoutResult.Declined(Codes.ProviderNotConfigured, "The attempt has no callback address; nothing was sent.");
        var answer = await CallAsync(account, "/mpesa/stkpush/v1/processrequest", PushOf(account, request, shillings, phone, token), MpesaJson.Default.MpesaPush, token, cancellationToken);
        return ReadPush(answer, phone);
    }

    public async Task<StatusReading> QueryPaymentAsync(ProviderAccountSnapshot account, AttemptReference reference, CancellationToken cancellationToken)
    {
        if (reference.Theirs is not { Length: > 0 } checkout)
            return StatusReading.NoAnswer("M-Pesa can only be asked by its own number, and that is not known.");
        var stamp = MpesaTime.Stamp(clock.GetUtcNow());
        var asked = new MpesaPushQuery(account.Credential(ShortCode), Password(account, stamp), stamp, checkout);
        var answer = await CallAsync(account, "/mpesa/stkpushquery/v1/query", asked, MpesaJson.Default.MpesaPushQuery, null, cancellationToken);
        var reading = ReadQuery(answer, reference, checkout, clock.GetUtcNow() - reference.CreatedAt);
        if (reading.Fact == ObservedFact.AmountContradicted && reference is { Claim: { } claim, CallbackToken: { Length: > 0 } token } && Missing(account, Initiator, SecurityCredential) is null)
            await AskStatusAsync(account, receipt: claim.Reference, conversation: null, token, cancellationToken);
        return reading;
    }

    public async Task<RefundResult> RefundAsync(ProviderAccountSnapshot account, RefundRequest request, CancellationToken cancellationToken)
    {
        if (MpesaMoney.ToWire(request.Amount) is not { } shillings)
            return new RefundResult.Failed(Codes.AmountOutOfRange, "M-Pesa gives back whole shillings only.");
        if (Missing(account, ConsumerKey, ConsumerSecret, ShortCode, Initiator, SecurityCredential) is { } missing)
            return new RefundResult.Failed(Codes.ProviderNotConfigured, missing);
        if (request.ReceiptReference is not { Length: > 0 } receipt)
            return new RefundResult.Failed(Codes.ProviderRejected, "M-Pesa reverses by its receipt number, and the callback that tells it has not come; pay back by hand.");
        if (request.OtherRefundsMinor > 0)
            return new RefundResult.Failed(Codes.ProviderRejected, "M-Pesa reverses a receipt once only; pay the rest back by hand.");
        if (request.CallbackToken is not { Length: > 0 } token)
            return new RefundResult.Failed(Codes.ProviderNotConfigured, "The refund has no callback address; nothing was sent.");
        var asked = new MpesaReversal(
            account.Credential(Initiator), account.Credential(SecurityCredential), "TransactionReversal", receipt, shillings, account.Credential(ShortCode), "11",
            UrlOf(account, MpesaWebhook.Result, token), UrlOf(account, MpesaWebhook.QueueTimeOut, token), Remarks(request.Reason));
        return ReadReversal(await CallAsync(account, "/mpesa/reversal/v1/request", asked, MpesaJson.Default.MpesaReversal, token, cancellationToken));
    }

    /// <summary>The answer comes as a callback: until then the refund is on its way.</summary>
    public async Task<RefundResult> QueryRefundAsync(ProviderAccountSnapshot account, RefundRequest request, string? refundReference, CancellationToken cancellationToken)
    {
        if (refundReference is not { Length: > 0 } conversation)
            return new RefundResult.Unknown("The answer to the reversal was lost; its result has not come yet.");
        if (request.CallbackToken is { Length: > 0 } token && Missing(account, Initiator, SecurityCredential) is null)
            await AskStatusAsync(account, receipt: null, conversation, token, cancellationToken);
        return new RefundResult.Pending { Reference = conversation };
    }

    public async Task<RegistrationResult> RegisterAddressesAsync(ProviderAccountSnapshot account, CancellationToken cancellationToken)
    {
        if (Missing(account, ConsumerKey, ConsumerSecret, ShortCode) is { } missing)
            return new RegistrationResult.Refused(Codes.ProviderNotConfigured, missing);
        var (confirm, validate) = ($"{account.WebhookUrl}/{MpesaWebhook.Confirm}", $"{account.WebhookUrl}/{MpesaWebhook.Validate}");
        if (Array.Find(RefusedInUrls, word => confirm.Contains(word, StringComparison.OrdinalIgnoreCase)) is { } refused)
            return new RegistrationResult.Refused(Codes.ProviderNotConfigured, $"Daraja refuses addresses that contain '{refused}', and this account's does.");
        var asked = new MpesaRegistration(account.Credential(ShortCode), "Completed", confirm, validate);
        return await CallAsync(account, "/mpesa/c2b/v2/registerurl", asked, MpesaJson.Default.MpesaRegistration, null, cancellationToken) switch
        {
            MpesaAnswer.Good good => new RegistrationResult.Registered(good.Data.Text("ResponseDescription") ?? "Registered."),
            MpesaAnswer.Refused refusal when refusal.Text.Contains("already registered", StringComparison.OrdinalIgnoreCase) => new RegistrationResult.Registered("Addresses were registered already; on the live host they change only after Safaricom has deleted them."),
            MpesaAnswer.Refused refusal => new RegistrationResult.Refused(refusal.Code, refusal.Text, refusal.ProviderCode),
            MpesaAnswer.Useless useless => new RegistrationResult.Unknown(useless.Reason),
            _ => new RegistrationResult.Unknown("Daraja did not say whether the addresses are registered."),
        };
    }

    public WebhookVerification Verify(ProviderAccountSnapshot account, InboundRequest request) => MpesaWebhook.Verify(account, request);

    public WebhookReading Parse(InboundRequest request) => MpesaWebhook.Parse(request);

    public (string Reference, string Reference2)? NumbersOf(InboundRequest request) => MpesaWebhook.NumbersOf(request);

    public bool IsCheck(InboundRequest request) => request.Kind == MpesaWebhook.Validate;

    public CheckQuestion? ReadCheck(InboundRequest request) => MpesaWebhook.ReadCheck(request);

    /// <summary>Money is only turned away where the shop wants that; whatever we cannot tell is accepted, as registered.</summary>
    public WebhookReply Answer(ProviderAccountSnapshot account, CheckOutcome outcome)
    {
        if (outcome is CheckOutcome.Payable payable)
            return Reply(new MpesaReply("0", "Accepted", payable.PaymentId.ToString("N")));
        return account.Credential(UnknownReferences) != "refuse" ? Reply(new MpesaReply("0", "Accepted")) : outcome switch
        {
            CheckOutcome.UnknownReference or CheckOutcome.Ended => Reply(new MpesaReply("C2B00012", "Rejected")),
            CheckOutcome.WrongAmount => Reply(new MpesaReply("C2B00013", "Rejected")),
            _ => Reply(new MpesaReply("0", "Accepted")),
        };
    }

    private static WebhookReply Reply(MpesaReply reply) => new(200, "application/json", JsonSerializer.Serialize(reply, MpesaJson.Default.MpesaReply));

    private static string? Missing(ProviderAccountSnapshot account, params string[] fields) =>
        Array.Find(fields, field => account.Credential(field).Length == 0) is { } field ? $"The account has no {field.Replace('_', ' ')}; nothing was sent." : null;

    public IReadOnlyList<string> MethodsFor(ProviderAccountSnapshot account, string currency) => account.Credential(Till).Length > 0 ? [PhonePrompt] : Profile.Methods;

    public CheckoutResult.Instructions? ByHand(ProviderAccountSnapshot account, Money amount, string paymentCode) => account.Credential(Till).Length > 0 || MpesaMoney.ToWire(amount) is not { } shillings
        ? null
        : new CheckoutResult.Instructions(
            ByHandWords,
            [
                new InstructionField("Business number", account.Credential(ShortCode)),
                new InstructionField("Account number", paymentCode),
                new InstructionField("Amount", $"KES {shillings.ToString(System.Globalization.CultureInfo.InvariantCulture)}"),
            ]);

    private MpesaPush PushOf(ProviderAccountSnapshot account, CheckoutRequest request, long shillings, string phone, string token)
    {
        var stamp = MpesaTime.Stamp(clock.GetUtcNow());
        var (shortCode, till) = (account.Credential(ShortCode), account.Credential(Till));
        return new MpesaPush(
            shortCode, Password(account, stamp), stamp, till.Length > 0 ? "CustomerBuyGoodsOnline" : "CustomerPayBillOnline", shillings, phone, till.Length > 0 ? till : shortCode, phone,
            UrlOf(account, MpesaWebhook.Push, token), request.PaymentCode, Description(request.OrderReference));
    }

    private static string Password(ProviderAccountSnapshot account, string stamp) => PasswordOf(account.Credential(ShortCode), account.Credential(Passkey), stamp);

    internal static string PasswordOf(string shortCode, string passkey, string stamp) => Convert.ToBase64String(Encoding.UTF8.GetBytes(shortCode + passkey + stamp));

    private static string UrlOf(ProviderAccountSnapshot account, string kind, string token) => $"{account.WebhookUrl}/{kind}/{token}";

    /// <summary>Shown on the phone; without one Daraja refuses the push, whatever its pages say.</summary>
    private static string Description(string orderReference)
    {
        var plain = string.Concat(orderReference.Where(char.IsAsciiLetterOrDigit));
        return plain.Length is > 0 and <= DescriptionLengthMax ? plain : "Payment";
    }

    private static string Remarks(string reason)
    {
        var plain = string.Concat(reason.Where(character => char.IsAsciiLetterOrDigit(character) || character is ' ' or '.' or ',' or '-')).Trim();
        return plain.Length < 2 ? "Refund" : plain[..Math.Min(plain.Length, RemarksLengthMax)];
    }

    private Task<MpesaAnswer> AskStatusAsync(ProviderAccountSnapshot account, string? receipt, string? conversation, string token, CancellationToken cancellationToken)
    {
        var asked = new MpesaStatusQuery(
            account.Credential(Initiator), account.Credential(SecurityCredential), "TransactionStatusQuery", receipt, conversation, account.Credential(ShortCode), "4",
            UrlOf(account, MpesaWebhook.Result, token), UrlOf(account, MpesaWebhook.QueueTimeOut, token), "Status", "Status");
        return CallAsync(account, "/mpesa/transactionstatus/v1/query", asked, MpesaJson.Default.MpesaStatusQuery, token, cancellationToken);
    }

    private async Task<MpesaAnswer> CallAsync<T>(ProviderAccountSnapshot account, string path, T body, JsonTypeInfo<T> type, string? callbackToken, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(account.BaseUrl + path, UriKind.Absolute, out var url))
            return new MpesaAnswer.Refused(Codes.ProviderNotConfigured, "The base URL of the account is no URL.", null);
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, type);
        // Our callback addresses are secrets too: the account's key is their last part, the attempt's token follows.
        var secrets = new List<string> { account.WebhookUrl[(account.WebhookUrl.LastIndexOf('/') + 1)..], callbackToken ?? "" };
        secrets.AddRange(PasswordIn(body));
        for (var isLast = false; ; isLast = true)
        {
            var (token, fault) = await TokenAsync(account, cancellationToken);
            if (token is null)
                return fault;
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(bytes) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            var answer = MpesaAnswer.Of(await http.SendAsync(account, request, [.. secrets, token], cancellationToken), new Redaction([.. secrets, token, .. account.Credentials.Values]));
            if (isLast || answer is not MpesaAnswer.Refused { IsTokenFault: true })
                return answer;
            // The gateway turned the call away at the door because somebody else has a newer token, so nothing was done: once more with that one.
            await tokens.ForgetAsync(account, TokenName(account), token, cancellationToken);
        }
    }

    private static IEnumerable<string> PasswordIn<T>(T body) => body switch
    {
        MpesaPush push => [push.Password],
        MpesaPushQuery query => [query.Password],
        _ => [],
    };

    private async Task<(string? Token, MpesaAnswer Fault)> TokenAsync(ProviderAccountSnapshot account, CancellationToken cancellationToken)
    {
        MpesaAnswer fault = new MpesaAnswer.Refused(Codes.ProviderUnavailable, "No access token could be had from M-Pesa; nothing was sent.", null);
        var token = await tokens.GetAsync(
            account,
            TokenName(account),
            async () =>
            {
                var (fetched, refused) = await FetchTokenAsync(account, cancellationToken);
                fault = refused ?? fault;
                return fetched;
            },
            cancellationToken);
        return (token, fault);
    }

    /// <summary>Other credentials are another token. The address is not: each instance may reach the same provider by one of its own.</summary>
    private static string TokenName(ProviderAccountSnapshot account) =>
        "oauth/" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{account.Credential(ConsumerKey)}\n{account.Credential(ConsumerSecret)}")))[..16];

    private async Task<(FetchedToken? Token, MpesaAnswer.Refused? Fault)> FetchTokenAsync(ProviderAccountSnapshot account, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(account.BaseUrl + "/oauth/v1/generate?grant_type=client_credentials", UriKind.Absolute, out var url))
            return (null, new MpesaAnswer.Refused(Codes.ProviderNotConfigured, "The base URL of the account is no URL.", null));
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{account.Credential(ConsumerKey)}:{account.Credential(ConsumerSecret)}"));
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", basic);
        var answered = await http.SendAsync(account, request, [basic], cancellationToken, AccessTokenShape());
        if (answered is ProviderAnswer.Answered { IsSuccess: true } good && MpesaMembers.Parse(good.Body) is var body && body.Text("access_token") is { } value && value.All(character => character is > ' ' and <= '~'))
            return (new FetchedToken(value, TimeSpan.FromSeconds(Lifetime(body))), null);
        // Whatever went wrong here, the call itself has not left.
        var fault = MpesaAnswer.Of(answered, new Redaction([basic, .. account.Credentials.Values]));
        return (null, fault is MpesaAnswer.Refused { Code: Codes.ProviderRejected } refused ? refused : new MpesaAnswer.Refused(Codes.ProviderUnavailable, "No access token could be had from M-Pesa; nothing was sent.", (fault as MpesaAnswer.Useless)?.ProviderCode));
    }

    /// <summary>Documented as a number and sent as a text.</summary>
    private static int Lifetime(JsonElement body) => int.TryParse(body.Text("expires_in"), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var seconds) ? Math.Clamp(seconds, 60, 86_400) : 3599;

    private static CheckoutResult ReadPush(MpesaAnswer answer, string phone)
    {
        switch (answer)
        {
            case MpesaAnswer.Refused refused:
                return new CheckoutResult.Declined(refused.Code, refused.Text, refused.ProviderCode);
            case MpesaAnswer.Useless useless:
                return new CheckoutResult.Unknown(useless.Reason);
            case MpesaAnswer.Processing processing:
                return new CheckoutResult.Unknown($"M-Pesa says {processing.ProviderCode}: something is being processed.");
        }
        var data = ((MpesaAnswer.Good)answer).Data;
        return data.Text("CheckoutRequestID") is { Length: <= ReferenceLengthMax } checkout
            ? new CheckoutResult.PhonePrompt(phone) { Reference = checkout, Reference2 = data.Text("MerchantRequestID"), StatusWord = "prompted" }
            : new CheckoutResult.Unknown("M-Pesa accepted the push without telling its number.");
    }

    private static StatusReading ReadQuery(MpesaAnswer answer, AttemptReference reference, string checkout, TimeSpan age)
    {
        switch (answer)
        {
            case MpesaAnswer.Processing processing:
                return new StatusReading(ObservedFact.Pending, processing.ProviderCode) { Reference = checkout };
            case MpesaAnswer.Refused refused:
                return StatusReading.NoAnswer(refused.Text);
            case MpesaAnswer.Useless useless:
                return StatusReading.NoAnswer(useless.Reason);
        }
        var data = ((MpesaAnswer.Good)answer).Data;
        if (data.Text("ResultCode") is not { } code)
            return StatusReading.NoAnswer("M-Pesa's answer has no result.");
        var merchant = data.Text("MerchantRequestID");
        if (data.Text("CheckoutRequestID") is { } named && named != checkout || merchant is not null && reference.Theirs2 is { } known && merchant != known)
            return StatusReading.NoAnswer("M-Pesa answered about another checkout.");
        // Some report "still under processing" under a code of its own.
        var said = data.Text("ResultDesc") ?? "";
        var fact = code != "0" && said.Contains("under processing", StringComparison.OrdinalIgnoreCase) ? ObservedFact.Pending : MpesaStatus.OfQuery(code, age);
        var reading = new StatusReading(fact, code) { Reference = checkout, Reference2 = merchant };
        if (fact != ObservedFact.Succeeded)
            return fact == ObservedFact.Pending ? reading : reading with { ErrorMessage = MpesaStatus.Meaning(code) ?? said, ProviderErrorCode = code };
        // The answer has neither amount nor receipt. The payer cannot change what a prompt asks, so that came, unless a callback says otherwise.
        return reference.Claim switch
        {
            null => reading with { Received = reference.Amount },
            var claim when claim.Amount == reference.Amount => reading with { Received = claim.Amount, ReceiptReference = claim.Reference },
            var claim => reading with { Fact = ObservedFact.AmountContradicted, ErrorMessage = $"A callback claims {claim.Amount} under receipt {claim.Reference}; {reference.Amount} was asked." },
        };
    }

    private static RefundResult ReadReversal(MpesaAnswer answer) => answer switch
    {
        MpesaAnswer.Good good when (good.Data.Text("OriginatorConversationID") ?? good.Data.Text("ConversationID")) is { Length: <= ReferenceLengthMax } conversation => new RefundResult.Pending { Reference = conversation, StatusWord = "accepted" },
        MpesaAnswer.Good => new RefundResult.Pending { StatusWord = "accepted" },
        MpesaAnswer.Refused refused => new RefundResult.Failed(refused.Code, refused.Text, refused.ProviderCode),
        MpesaAnswer.Processing processing => new RefundResult.Unknown($"M-Pesa says {processing.ProviderCode}: something is being processed."),
        MpesaAnswer.Useless useless => new RefundResult.Unknown(useless.Reason),
        _ => throw new UnreachableException(),
    };

    [GeneratedRegex("(?<=\"access_token\"\\s*:\\s*\")[^\"]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AccessTokenShape();
}
