using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Providers.Manual;

/// <summary>
/// Money that moves outside of any API: bank transfer, cash on delivery, mobile money. The payer gets instructions from the account's
/// settings; a proof that a person approves is what makes the payment succeed. Nothing is sent, so nothing is refunded, asked or delivered here.
/// </summary>
internal sealed class ManualProvider : IPaymentProvider, IChoosesMethods
{
    private const string Advice = "Submit any picture as proof and approve it: no money is involved.";
    public const string BankName = "bank_name";
    public const string BankBeneficiary = "bank_beneficiary";
    public const string BankAccount = "bank_account";
    public const string BankCode = "bank_code";
    public const string MobileNetwork = "mobile_money_network";
    public const string MobileNumber = "mobile_money_number";
    public const string CashText = "cash_text";

    private const string BankTransfer = "bank_transfer";
    private const string CashOnDelivery = "cash_on_delivery";
    private const string MobileMoney = "mobile_money";

    private const string CashWords = "Pay in cash when your order is handed over. Keep the amount ready and tell the courier the payment code.";
    private const string TransferWords = "Transfer the amount to this account and write the payment code as the reference. Then send us the receipt.";
    private const string MobileWords = "Send the amount to this number and give the payment code as the reference. Then send us the confirmation.";

    public ProviderProfile Profile { get; } = new()
    {
        Id = "manual",
        Name = "Manual payment",
        Mark = "Ma",
        Region = "Everywhere",
        Currencies = ["KZT", .. Currency.Codes.Where(code => code != "KZT").Order(StringComparer.Ordinal)],
        AmountUnit = "no wire: the payer reads the amount",
        Methods = [BankTransfer, CashOnDelivery, MobileMoney],
        WebhookTrust = WebhookTrust.None,
        CheckoutLifetime = TimeSpan.FromDays(30),
        CredentialFields =
        [
            new CredentialField(BankName, "Bank", IsSecret: false, IsRequired: false),
            new CredentialField(BankBeneficiary, "Beneficiary", IsSecret: false, IsRequired: false),
            new CredentialField(BankAccount, "Account number or IBAN", IsSecret: false, IsRequired: false, Hint: "Without it no bank transfer is offered."),
            new CredentialField(BankCode, "BIC or branch code", IsSecret: false, IsRequired: false),
            new CredentialField(MobileNetwork, "Mobile money network", IsSecret: false, IsRequired: false),
            new CredentialField(MobileNumber, "Mobile money number", IsSecret: false, IsRequired: false, Hint: "Without it no mobile money is offered."),
            new CredentialField(CashText, "Words for cash on delivery", IsSecret: false, IsRequired: false),
        ],
        TestBaseUrl = "",
        LiveBaseUrl = "",
        TestAdvice = Advice,
        PayerWords = new Dictionary<string, IReadOnlyDictionary<string, string>>
        {
            ["ru"] = new Dictionary<string, string>
            {
                [CashWords] = "Оплатите наличными при получении заказа. Приготовьте сумму и назовите курьеру код платежа.",
                [TransferWords] = "Переведите сумму на этот счёт и укажите в назначении код платежа. Затем пришлите нам чек.",
                [MobileWords] = "Отправьте сумму на этот номер и укажите код платежа. Затем пришлите нам подтверждение.",
                [Advice] = "Отправьте любой снимок как чек и одобрите его: деньги здесь не участвуют.",
                ["Amount"] = "Сумма",
                ["Payment code"] = "Код платежа",
                ["Bank"] = "Банк",
                ["Beneficiary"] = "Получатель",
                ["Account"] = "Счёт",
                ["Bank code"] = "Код банка",
                ["Network"] = "Сеть",
                ["Number"] = "Номер",
            },
            ["kk"] = new Dictionary<string, string>
            {
                [CashWords] = "Тапсырысты алғанда қолма-қол төлеңіз. Соманы дайындап, курьерге төлем кодын айтыңыз.",
                [TransferWords] = "Соманы осы шотқа аударып, тағайындауда төлем кодын көрсетіңіз. Содан кейін бізге түбіртекті жіберіңіз.",
                [MobileWords] = "Соманы осы нөмірге жіберіп, төлем кодын көрсетіңіз. Содан кейін бізге растауды жіберіңіз.",
                [Advice] = "Түбіртек ретінде кез келген суретті жіберіп, оны мақұлдаңыз: мұнда ақша қатыспайды.",
                ["Amount"] = "Сома",
                ["Payment code"] = "Төлем коды",
                ["Bank"] = "Банк",
                ["Beneficiary"] = "Алушы",
                ["Account"] = "Шот",
                ["Bank code"] = "Банк коды",
                ["Network"] = "Желі",
                ["Number"] = "Нөмір",
            },
        },
        Lacks =
        [
            "No status and no webhooks: a person approves a proof of the payment.",
            "Nothing to cancel: instructions that were given cannot be taken back, money that comes late is still seen by its proof.",
            "No refunds: a refund is a task for a person, who pays back and notes the reference.",
        ],
    };

    public IReadOnlyList<string> MethodsFor(ProviderAccountSnapshot account, string currency)
    {
        var settings = Settings(account);
        return [.. Profile.Methods.Where(method => method == CashOnDelivery || settings.ContainsKey(method == BankTransfer ? BankAccount : MobileNumber))];
    }

    public Task<CheckoutResult> StartCheckoutAsync(ProviderAccountSnapshot account, CheckoutRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(Start(account, request));

    private static CheckoutResult Start(ProviderAccountSnapshot account, CheckoutRequest request)
    {
        if (request.Amount.Minor is < 1 or > Money.MinorMax)
            return new CheckoutResult.Declined(Codes.AmountOutOfRange, "The amount is outside of what can be paid.");
        var settings = Settings(account);
        return (request.Method ?? Offered(settings)) switch
        {
            BankTransfer => Transfer(settings, request),
            MobileMoney => Mobile(settings, request),
            CashOnDelivery => new CheckoutResult.Instructions(
                settings.GetValueOrDefault(CashText) ?? CashWords,
                Fields(request)),
            _ => new CheckoutResult.Declined(Codes.ValidationFailed, $"A manual payment is made by {BankTransfer}, {CashOnDelivery} or {MobileMoney}."),
        };
    }

    private static string Offered(Dictionary<string, string> settings) =>
        settings.ContainsKey(BankAccount) ? BankTransfer : settings.ContainsKey(MobileNumber) ? MobileMoney : CashOnDelivery;

    private static CheckoutResult Transfer(Dictionary<string, string> settings, CheckoutRequest request) => settings.ContainsKey(BankAccount)
        ? new CheckoutResult.Instructions(
            TransferWords,
            Fields(request, Named(settings, ("Bank", BankName), ("Beneficiary", BankBeneficiary), ("Account", BankAccount), ("Bank code", BankCode))))
        : new CheckoutResult.Declined(Codes.ProviderNotConfigured, "The account has no bank details; nobody could pay by transfer.");

    private static CheckoutResult Mobile(Dictionary<string, string> settings, CheckoutRequest request) => settings.ContainsKey(MobileNumber)
        ? new CheckoutResult.Instructions(
            MobileWords,
            Fields(request, Named(settings, ("Network", MobileNetwork), ("Number", MobileNumber))))
        : new CheckoutResult.Declined(Codes.ProviderNotConfigured, "The account has no mobile money number; nobody could pay to it.");

    private static List<InstructionField> Fields(CheckoutRequest request, params IEnumerable<InstructionField> details) =>
    [
        new InstructionField("Amount", MoneyFormat.Text(request.Amount.Minor, request.Amount.Currency)),
        .. details,
        new InstructionField("Payment code", request.PaymentCode),
    ];

    private static IEnumerable<InstructionField> Named(Dictionary<string, string> settings, params (string Label, string Name)[] fields) =>
        fields.Where(field => settings.ContainsKey(field.Name)).Select(field => new InstructionField(field.Label, settings[field.Name]));

    /// <summary>What is set; an account on the sandbox that has nothing of its own gets details that no bank would take.</summary>
    private static Dictionary<string, string> Settings(ProviderAccountSnapshot account)
    {
        var set = account.Credentials.Where(setting => !string.IsNullOrWhiteSpace(setting.Value)).ToDictionary(setting => setting.Key, setting => setting.Value.Trim(), StringComparer.Ordinal);
        return set.Count > 0 || account.Endpoint != AccountEndpoint.Sandbox ? set : new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [BankName] = "Example bank (test)",
            [BankBeneficiary] = "Test shop",
            [BankAccount] = "TEST-0000-0000",
            [MobileNetwork] = "Example network (test)",
            [MobileNumber] = "TEST 000 000",
        };
    }
}
