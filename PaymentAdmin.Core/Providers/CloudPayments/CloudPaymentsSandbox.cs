using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Providers.Sandbox;

namespace PaymentAdmin.Core.Providers.CloudPayments;

/// <summary>
/// CloudPayments' orders and transactions, its order page, its check before the money is taken and its notifications with both signatures.
/// Every Public ID is a merchant of its own; an API Secret that says "wrong" is one. An order stays open after a declined card.
/// </summary>
internal sealed class CloudPaymentsSandbox(SandboxWebhooks webhooks) : ISandbox, IAsksMerchant, IKeepsDemoBooks, IPlaysPayers
{
    private const string Pages = "/d/";
    private const string Completed = "Completed";
    private const string Authorized = "Authorized";
    private const string Declined = "Declined";
    private const string Awaiting = "AwaitingAuthentication";
    private const int PageSize = 100;
    private static readonly TimeSpan AnswersKeptFor = TimeSpan.FromHours(1);

    public string Provider => CloudPaymentsProvider.Id;

    public PayerScript Script { get; } = new("/orders/create", "/payments/find")
    {
        Pays = [new(("action", "pay"), ("card", "4000 0000 0000 3055"), ("expiry", "12 / 34"), ("cvv", "123"))],
        Declines = [new(("action", "pay"), ("card", "4000 0566 5566 5556"), ("expiry", "12 / 34"), ("cvv", "123"))],
        Differs = [SandboxFaultKinds.WrongAmount, SandboxFaultKinds.WrongCurrency],
    };

    public string? Merchant(SandboxRequest request) => CredentialsOf(request) is var (publicId, _) ? SandboxCharge.MerchantOf(publicId) : null;

    public string MerchantOf(IReadOnlyDictionary<string, string> credentials) => SandboxCharge.MerchantOf(credentials[CloudPaymentsProvider.PublicId]);

    /// <summary>A number: in the demo's books the order's id is the number of its only transaction too.</summary>
    public string NewReference(Random chance) => chance.NextInt64(1_000_000_000, 10_000_000_000).ToString(CultureInfo.InvariantCulture);

    public string WordOf(SandboxState state, DemoCheckout checkout) => WordOf(state);

    public string DataOf(DemoCheckout checkout) => Text(new CloudPaymentsSandboxOrder { Description = checkout.Description ?? checkout.OrderReference });

    public async Task<SandboxResponse> HandleAsync(SandboxRequest request, PaymentDb db, CancellationToken cancellationToken)
    {
        if (request.Path.StartsWith(Pages, StringComparison.Ordinal))
            return await PageAsync(request, db, cancellationToken);
        if (CredentialsOf(request) is not var (publicId, secret) || secret.Contains("wrong", StringComparison.OrdinalIgnoreCase)
            || !(publicId.StartsWith("pk_", StringComparison.Ordinal) || publicId.StartsWith(CloudPaymentsProvider.TestTerminals, StringComparison.Ordinal)))
            return SandboxResponse.Json(401, "");
        var call = new Call(request, db, publicId, secret, SandboxCharge.MerchantOf(publicId), CloudPaymentsWebhook.Fields(request.Body.Span) ?? [], cancellationToken);
        return (request.Method, request.Path) switch
        {
            ("POST", "/test") => Good(model: null, message: "bd6353c3-0ed6-4a65-946f-083664bf8dbd"),
            ("POST", "/orders/create") => await CreateAsync(call),
            ("POST", "/orders/cancel") => await CancelAsync(call),
            ("POST", "/payments/get") => await GetAsync(call),
            ("POST", "/payments/find") => await FindAsync(call, withRefunds: false),
            ("POST", "/v2/payments/find") => await FindAsync(call, withRefunds: true),
            ("POST", "/payments/list") => await ListDayAsync(call),
            ("POST", "/v2/payments/list") => await ListAsync(call),
            ("POST", "/payments/confirm") => await ConfirmAsync(call),
            ("POST", "/payments/void") => await VoidAsync(call),
            ("POST", "/payments/refund") => await RefundAsync(call),
            ("POST", "/chargebacks/list") => Good(new JsonArray()),
            _ => SandboxResponse.Json(404, ""),
        };
    }

    /// <summary>The check goes out when a test card is submitted, before anything is authorised.</summary>
    public async Task<SandboxQuestion?> QuestionAsync(SandboxRequest request, PaymentDb db, CancellationToken cancellationToken)
    {
        if (request.Method != "POST" || request.Path.Split('/') is not ["", "d", var id])
            return null;
        var form = Form(request);
        var charge = await ByPageAsync(db, id, cancellationToken);
        if (charge is not { State: SandboxState.Open } || form.GetValueOrDefault("action") != "pay" || CloudPaymentsCards.Find(Digits(form)) is not { } card || await AccountAsync(db, charge, cancellationToken) is not { } account)
            return null;
        var attempt = NewTry(charge, card.Type, Digits(form), "", request.At);
        var body = Encode([.. Common(charge, attempt, "Payment"), ("TestMode", "1")]);
        return new SandboxQuestion(account, "/check", Signed(account, body), body);
    }

    private async Task<SandboxResponse> CreateAsync(Call call)
    {
        if (Money(call) is not { Minor: > 0 } amount)
            return Refuse("Amount is required and must be 0.01 at least, with two decimals at most");
        if (string.IsNullOrWhiteSpace(call.Field("Description")))
            return Refuse("Description is required");
        var reference = OrderId(call.Request.Headers.GetValueOrDefault("x-request-id") is { Length: > 0 } key ? $"{call.Merchant}:{key}" : IdSource.NewToken());
        if (await ByPageAsync(call.Db, reference, call.CancellationToken) is { } before)
        {
            if (call.Request.At - before.CreatedAt < AnswersKeptFor)
                return Good(Order(call.Request, before));
            reference = OrderId(IdSource.NewToken());
        }
        var account = await webhooks.FindAccountAsync(call.Db, Provider, known => known.Credential(CloudPaymentsProvider.PublicId) == call.PublicId && known.Credential(CloudPaymentsProvider.ApiSecret) == call.Secret, call.CancellationToken);
        var charge = new SandboxCharge
        {
            Id = IdSource.NewId(call.Request.At),
            Provider = Provider,
            Merchant = call.Merchant,
            Reference = reference,
            MerchantReference = call.Field("InvoiceId"),
            AmountMinor = amount.Minor,
            Currency = amount.Currency,
            CreatedAt = call.Request.At,
            DataJson = Text(new CloudPaymentsSandboxOrder
            {
                Number = 1000 + IdSource.Next(9000),
                Description = call.Field("Description"),
                Email = call.Field("Email"),
                RequireConfirmation = call.Field("RequireConfirmation") is "true" or "True" or "1",
                SuccessRedirectUrl = call.Field("SuccessRedirectUrl"),
                FailRedirectUrl = call.Field("FailRedirectUrl"),
                AccountId = account?.AccountId,
            }),
        };
        call.Db.SandboxCharges.Add(charge);
        return Good(Order(call.Request, charge));
    }

    private async Task<SandboxResponse> CancelAsync(Call call)
    {
        if (await ByPageAsync(call.Db, call.Field("Id") ?? "", call.CancellationToken) is not { } charge || charge.Merchant != call.Merchant)
            return Refuse("Order not found");
        if (charge.State == SandboxState.Open && Data(charge).Tries is not [.., { Status: Authorized or Awaiting }])
            charge.Decide(SandboxState.Cancelled, call.Request.At);
        return charge.State == SandboxState.Cancelled ? Good(model: null) : Refuse("The order is paid or being paid");
    }

    private async Task<SandboxResponse> GetAsync(Call call)
    {
        if (await ByNumberAsync(call) is var (charge, attempt))
            return Good(Transaction(charge, attempt));
        var number = call.Field("TransactionId");
        var refund = await call.Db.SandboxRefunds.FirstOrDefaultAsync(row => row.Provider == Provider && row.Reference == number, call.CancellationToken);
        var refunded = refund is null ? null : await call.Db.SandboxCharges.FirstOrDefaultAsync(row => row.Id == refund.ChargeId && row.Merchant == call.Merchant, call.CancellationToken);
        return refund is null || refunded is null ? Refuse("Not found") : Good(Transaction(refunded, refund));
    }

    private async Task<SandboxResponse> FindAsync(Call call, bool withRefunds)
    {
        var fault = await SandboxFaultKinds.TakeAsync(call.Db, Provider, call.Merchant, call.Request.Path, [SandboxFaultKinds.NotFound, SandboxFaultKinds.UnknownStatus], call.CancellationToken);
        var invoice = call.Field("InvoiceId");
        var charge = invoice is null || fault == SandboxFaultKinds.NotFound ? null
            : await call.Db.SandboxCharges.Where(row => row.Provider == Provider && row.Merchant == call.Merchant && row.MerchantReference == invoice).OrderByDescending(row => row.CreatedAt).FirstOrDefaultAsync(call.CancellationToken);
        if (charge is null || Tries(charge) is not [.., var last])
            return Refuse("Not found");
        var refund = withRefunds ? await call.Db.SandboxRefunds.Where(row => row.ChargeId == charge.Id).OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id).FirstOrDefaultAsync(call.CancellationToken) : null;
        var transaction = refund is null ? Transaction(charge, last) : Transaction(charge, refund);
        if (fault == SandboxFaultKinds.UnknownStatus)
            (transaction["Status"], transaction["StatusCode"]) = (SandboxFaultKinds.UnknownWord, 99);
        return Good(transaction);
    }

    /// <summary>The payments of one day, all of them.</summary>
    private async Task<SandboxResponse> ListDayAsync(Call call)
    {
        if (!DateOnly.TryParse(call.Field("Date"), CultureInfo.InvariantCulture, out var day))
            return Refuse("Date is required");
        var from = new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero);
        var operations = await OperationsAsync(call, from, from.AddDays(1).AddTicks(-1));
        return Good(new JsonArray([.. operations.Select(operation => operation.Model).Where(model => model["Type"]!.GetValue<int>() == 0)])); // ours, so it has a type
    }

    private async Task<SandboxResponse> ListAsync(Call call)
    {
        if (CloudPaymentsReading.Moment(call.Field("CreatedDateGte")) is not { } from || CloudPaymentsReading.Moment(call.Field("CreatedDateLte")) is not { } to)
            return Refuse("CreatedDateGte and CreatedDateLte are required");
        var page = int.TryParse(call.Field("PageNumber"), NumberStyles.None, CultureInfo.InvariantCulture, out var asked) ? Math.Max(1, asked) : 1;
        var wanted = CloudPaymentsJson.Read(call.Request.Body.Span, CloudPaymentsJson.Default.CloudPaymentsListRequest)?.Statuses;
        var operations = await OperationsAsync(call, from, to);
        var listed = operations.Where(operation => wanted is not { Count: > 0 } || wanted.Contains(operation.Status)).Skip((page - 1) * PageSize).Take(PageSize);
        return Good(new JsonArray([.. listed.Select(operation => operation.Model)]));
    }

    /// <summary>Payments and refunds of the merchant, oldest first.</summary>
    private async Task<List<(DateTimeOffset At, string Status, JsonObject Model)>> OperationsAsync(Call call, DateTimeOffset from, DateTimeOffset to)
    {
        var charges = await call.Db.SandboxCharges.Where(row => row.Provider == Provider && row.Merchant == call.Merchant && row.CreatedAt <= to).ToDictionaryAsync(row => row.Id, call.CancellationToken);
        var refunds = await call.Db.SandboxRefunds.Where(row => row.Provider == Provider && row.CreatedAt >= from && row.CreatedAt <= to).ToListAsync(call.CancellationToken);
        return charges.Values.SelectMany(charge => Tries(charge).Select(attempt => (attempt.At, attempt.Status, Transaction(charge, attempt))))
            .Where(operation => operation.At >= from && operation.At <= to)
            .Concat(refunds.Where(refund => charges.ContainsKey(refund.ChargeId)).Select(refund => (refund.CreatedAt, Completed, Transaction(charges[refund.ChargeId], refund))))
            .OrderBy(operation => operation.Item1).ToList();
    }

    private async Task<SandboxResponse> ConfirmAsync(Call call)
    {
        if (await ByNumberAsync(call) is not var (charge, attempt) || attempt.Status != Authorized)
            return Refuse("Transaction not found or not authorized");
        if (CloudPaymentsMoney.FromWire(call.Field("Amount"), charge.Currency) is not { Minor: > 0 } amount || amount.Minor > attempt.Said.Minor)
            return Refuse("Amount is required and must not exceed what is authorized");
        var confirmed = attempt with { Status = Completed, Said = amount };
        Replace(charge, confirmed);
        charge.Decide(SandboxState.Paid, call.Request.At);
        await TellAsync(call.Db, charge, "confirm", [.. Common(charge, confirmed, "Payment"), ("TestMode", "1"), ("Status", Completed)], call.Request.At, call.CancellationToken);
        return Good(model: null);
    }

    private async Task<SandboxResponse> VoidAsync(Call call)
    {
        if (await ByNumberAsync(call) is not var (charge, attempt) || attempt.Status != Authorized)
            return Refuse("Transaction not found or not authorized");
        var cancelled = attempt with { Status = "Cancelled" };
        Replace(charge, cancelled);
        charge.Decide(SandboxState.Cancelled, call.Request.At);
        await TellAsync(call.Db, charge, "cancel", [.. Common(charge, cancelled, "Payment")], call.Request.At, call.CancellationToken);
        return Good(model: null);
    }

    private async Task<SandboxResponse> RefundAsync(Call call)
    {
        var fault = await SandboxFaultKinds.TakeAsync(call.Db, Provider, call.Merchant, call.Request.Path, [SandboxFaultKinds.NotFound, SandboxFaultKinds.RefundFailed], call.CancellationToken);
        if (fault == SandboxFaultKinds.NotFound || await ByNumberAsync(call) is not var (charge, attempt) || attempt.Status != Completed)
            return Refuse("Transaction not found");
        if (fault == SandboxFaultKinds.RefundFailed)
            return Refuse("The refund is not possible: the balance of the site is too low");
        var key = call.Request.Headers.GetValueOrDefault("x-request-id");
        var since = call.Request.At - AnswersKeptFor;
        if (key is { Length: > 0 } && await call.Db.SandboxRefunds.FirstOrDefaultAsync(row => row.ChargeId == charge.Id && row.MerchantReference == key && row.CreatedAt >= since, call.CancellationToken) is { } before)
            return Good(new JsonObject { ["TransactionId"] = Number(before.Reference) });
        if (CloudPaymentsMoney.FromWire(call.Field("Amount"), charge.Currency) is not { Minor: > 0 } amount)
            return Refuse("Amount is required");
        if (amount.Minor > charge.AmountMinor - charge.RefundedMinor)
            return Refuse("The refund amount exceeds what is left of the payment");
        charge.Refund(amount.Minor);
        var refund = new SandboxRefund
        {
            Id = IdSource.NewId(call.Request.At),
            ChargeId = charge.Id,
            Provider = Provider,
            Reference = NumberFrom(IdSource.NewId(call.Request.At).ToString()).ToString(CultureInfo.InvariantCulture),
            MerchantReference = key,
            AmountMinor = amount.Minor,
            State = Completed,
            CreatedAt = call.Request.At,
        };
        call.Db.SandboxRefunds.Add(refund);
        (string, string)[] told =
        [
            ("TransactionId", refund.Reference),
            ("PaymentTransactionId", attempt.TransactionId.ToString(CultureInfo.InvariantCulture)),
            ("Amount", Figure(amount)),
            ("DateTime", Time(call.Request.At)),
            ("OperationType", "Refund"),
            ("InvoiceId", charge.MerchantReference ?? ""),
        ];
        await TellAsync(call.Db, charge, "refund", told, call.Request.At, call.CancellationToken);
        return Good(new JsonObject { ["TransactionId"] = Number(refund.Reference) });
    }

    /// <summary><c>/d/{order}</c>, and below it the page of the bank that issued the card.</summary>
    private async Task<SandboxResponse> PageAsync(SandboxRequest request, PaymentDb db, CancellationToken cancellationToken)
    {
        var parts = request.Path[Pages.Length..].Split('/');
        if (parts is not ([_] or [_, "3ds"]) || await ByPageAsync(db, parts[0], cancellationToken) is not { } charge)
            return SandboxPage.Of(request, "CloudPayments", "No such order", "<h1>No such order</h1>") with { Status = 404 };
        var isBank = parts.Length == 2;
        if (request.Method != "POST" || charge.State != SandboxState.Open || Tries(charge) is [.., { Status: Authorized }])
            return isBank && Tries(charge) is not [.., { Status: Awaiting }] ? SandboxResponse.Redirect(PathOf(request, charge)) : Page(request, charge, isBank, said: null);
        var form = Form(request);
        switch (form.GetValueOrDefault("action"), isBank)
        {
            case ("leave", _):
                return SandboxResponse.Redirect(BackOf(request, charge, Data(charge).FailRedirectUrl));
            case ("confirm", true) when Tries(charge) is [.., { Status: Awaiting } asked]:
                return CloudPaymentsCards.Find(asked.Card) is { Pays: true }
                    ? await PayAsync(request, db, charge, asked, cancellationToken)
                    : await DeclineAsync(request, db, charge, asked, 5051, "InsufficientFunds", cancellationToken);
            case ("refuse", true) when Tries(charge) is [.., { Status: Awaiting } asked]:
                return await DeclineAsync(request, db, charge, asked, 5206, "3-D Secure authentication failed", cancellationToken);
            case ("pay", false):
                return await SubmitAsync(request, db, charge, Digits(form), cancellationToken);
            default:
                return SandboxResponse.Redirect(PathOf(request, charge));
        }
    }

    private async Task<SandboxResponse> SubmitAsync(SandboxRequest request, PaymentDb db, SandboxCharge charge, string digits, CancellationToken cancellationToken)
    {
        if (CloudPaymentsCards.Find(digits) is not { } card)
            return Page(request, charge, isBank: false, said: "This is none of CloudPayments' test cards.");
        var attempt = NewTry(charge, card.Type, digits, Awaiting, request.At);
        if (VetoOf(request.Answer) is var (code, reason))
            return await DeclineAsync(request, db, charge, attempt, code, reason, cancellationToken);
        if (card.AsksFirst)
        {
            Keep(charge, Data(charge) with { Tries = [.. Data(charge).Tries, attempt] });
            return SandboxResponse.Redirect(PathOf(request, charge) + "/3ds");
        }
        return card.Pays ? await PayAsync(request, db, charge, attempt, cancellationToken) : await DeclineAsync(request, db, charge, attempt, 5051, "InsufficientFunds", cancellationToken);
    }

    /// <summary>Why the merchant's answer to the check forbids the payment; null when it allows it, or nobody was to be asked.</summary>
    private static (int Code, string Reason)? VetoOf(MerchantAnswer? answer)
    {
        if (answer is null)
            return null;
        if (answer.Status is not 200)
            return (answer.Status is null ? 3007 : 3006, "Check: the merchant's site did not answer");
        return CloudPaymentsWebhook.Fields(Encoding.UTF8.GetBytes(answer.Body))?.GetValueOrDefault("code") switch
        {
            "0" => null,
            "10" => (3001, "Check: invalid InvoiceId"),
            "11" => (3002, "Check: invalid AccountId"),
            "12" => (3003, "Check: invalid Amount"),
            "13" => (3008, "Check: the payment cannot be accepted"),
            "20" => (3004, "Check: out of date"),
            _ => (3005, "Check: invalid response code"),
        };
    }

    private async Task<SandboxResponse> PayAsync(SandboxRequest request, PaymentDb db, SandboxCharge charge, CloudPaymentsSandboxTry attempt, CancellationToken cancellationToken)
    {
        var fault = await SandboxFaultKinds.TakeAsync(db, Provider, charge.Merchant, request.Path, [SandboxFaultKinds.WrongAmount, SandboxFaultKinds.WrongCurrency], cancellationToken);
        var data = Data(charge);
        var paid = attempt with
        {
            Status = data.RequireConfirmation ? Authorized : Completed,
            Said = fault switch
            {
                SandboxFaultKinds.WrongAmount => attempt.Said with { Minor = Math.Max(1, attempt.Said.Minor - 1) },
                SandboxFaultKinds.WrongCurrency => attempt.Said with { Currency = attempt.Said.Currency == "USD" ? "EUR" : "USD" },
                _ => attempt.Said,
            },
        };
        Replace(charge, paid);
        if (paid.Status == Completed)
            charge.Decide(SandboxState.Paid, request.At);
        (string, string)[] told = [.. Common(charge, paid, "Payment"), ("TestMode", "1"), ("Status", paid.Status), ("GatewayName", "Test"), ("AuthCode", "A1B2C3"), ("TotalFee", Figure(Fee(paid.Said)))];
        await TellAsync(db, charge, "pay", told, request.At, cancellationToken);
        return SandboxResponse.Redirect(BackOf(request, charge, data.SuccessRedirectUrl));
    }

    /// <summary>The order stays open, and the page asks for another card.</summary>
    private async Task<SandboxResponse> DeclineAsync(SandboxRequest request, PaymentDb db, SandboxCharge charge, CloudPaymentsSandboxTry attempt, int code, string reason, CancellationToken cancellationToken)
    {
        var declined = attempt with { Status = Declined, ReasonCode = code, Reason = reason };
        Replace(charge, declined);
        charge.FailureCode = code.ToString(CultureInfo.InvariantCulture);
        (string, string)[] told = [.. Common(charge, declined, "Payment"), ("TestMode", "1"), ("Status", Declined), ("Reason", reason), ("ReasonCode", charge.FailureCode)];
        await TellAsync(db, charge, "fail", told, request.At, cancellationToken);
        return Page(request, charge, isBank: false, said: MessageOf(declined));
    }

    private async Task TellAsync(PaymentDb db, SandboxCharge charge, string kind, (string, string)[] fields, DateTimeOffset at, CancellationToken cancellationToken)
    {
        if (await AccountAsync(db, charge, cancellationToken) is not { } account)
            return;
        var body = Encode(fields);
        await webhooks.PlanAsync(db, account, Signed(account, body), body, at, cancellationToken, path: "/" + kind, merchant: charge.Merchant);
    }

    private async Task<ProviderAccountSnapshot?> AccountAsync(PaymentDb db, SandboxCharge charge, CancellationToken cancellationToken) =>
        Data(charge).AccountId is { } accountId ? await webhooks.FindAccountAsync(db, accountId, cancellationToken) : null;

    private static Dictionary<string, string> Signed(ProviderAccountSnapshot account, byte[] body)
    {
        var key = Encoding.UTF8.GetBytes(account.Credential(CloudPaymentsProvider.ApiSecret));
        return new Dictionary<string, string>
        {
            ["Content-Type"] = "application/x-www-form-urlencoded",
            ["User-Agent"] = "CloudPayments",
            ["Content-HMAC"] = Convert.ToBase64String(CloudPaymentsWebhook.Sign(key, body)),
            ["X-Content-HMAC"] = Convert.ToBase64String(CloudPaymentsWebhook.Sign(key, CloudPaymentsWebhook.Decode(body))),
        };
    }

    private static (string Name, string Value)[] Common(SandboxCharge charge, CloudPaymentsSandboxTry attempt, string operation) =>
    [
        ("TransactionId", attempt.TransactionId.ToString(CultureInfo.InvariantCulture)),
        ("Amount", Figure(attempt.Said)),
        ("Currency", attempt.Said.Currency),
        ("PaymentAmount", Figure(attempt.Said)),
        ("PaymentCurrency", attempt.Said.Currency),
        ("OperationType", operation),
        ("InvoiceId", charge.MerchantReference ?? ""),
        ("Description", Data(charge).Description ?? ""),
        ("Email", Data(charge).Email ?? ""),
        ("DateTime", Time(attempt.At)),
        ("CardFirstSix", attempt.Card[..6]),
        ("CardLastFour", attempt.Card[^4..]),
        ("CardType", attempt.CardType),
        ("CardExpDate", "12/30"),
    ];

    /// <summary>As theirs: a space is a plus, and the escapes are in lower case.</summary>
    private static byte[] Encode(IEnumerable<(string Name, string Value)> fields)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in fields)
        {
            text.Append(text.Length == 0 ? "" : "&").Append(name).Append('=');
            foreach (var part in Encoding.UTF8.GetBytes(value))
            {
                if (char.IsAsciiLetterOrDigit((char)part) || "-_.!*()".Contains((char)part, StringComparison.Ordinal))
                    text.Append((char)part);
                else
                    _ = part == ' ' ? text.Append('+') : text.Append(CultureInfo.InvariantCulture, $"%{part:x2}");
            }
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static SandboxResponse Page(SandboxRequest request, SandboxCharge charge, bool isBank, string? said)
    {
        var data = Data(charge);
        var head = $"<h1>{SandboxPage.Text(data.Description ?? "Order")}</h1><p class=\"amt\">{SandboxPage.Text(MoneyFormat.Figure(charge.AmountMinor, charge.Currency))} <span>{SandboxPage.Text(charge.Currency)}</span></p>";
        var form = $"<form method=\"post\" action=\"{SandboxPage.Text(PathOf(request, charge) + (isBank ? "/3ds" : ""))}\">";
        var alert = said is null ? "" : $"<p class=\"alert warn\" role=\"alert\">{SandboxPage.Text(said)}</p>";
        var content = (charge.State, Tries(charge), isBank) switch
        {
            (SandboxState.Paid, _, _) or (_, [.., { Status: Authorized }], _) => "<p>The order is paid.</p>",
            (not SandboxState.Open, _, _) => "<p>The order is closed. No money was taken.</p>",
            (_, _, true) => $"{form}<p>Your bank asks: is it you who pays?</p><button class=\"btn\" name=\"action\" value=\"confirm\">Confirm</button><button class=\"btn sec\" name=\"action\" value=\"refuse\">Refuse</button></form>",
            _ => $"""
                  {alert}{form}
                  <label for="card">Card number</label><input id="card" name="card" inputmode="numeric" autocomplete="off" placeholder="4000 0000 0000 3055" maxlength="23">
                  <label for="expiry">Expiry</label><input id="expiry" name="expiry" autocomplete="off" placeholder="12 / 30" maxlength="7">
                  <label for="cvv">CVV</label><input id="cvv" name="cvv" inputmode="numeric" autocomplete="off" placeholder="123" maxlength="4">
                  <button class="btn" name="action" value="pay">Pay</button><button class="btn sec" name="action" value="leave">Back to the shop</button></form>
                  <p class="fine">Test cards: 4000 0000 0000 3055 pays, 4242 4242 4242 4242 asks the bank first, 4000 0566 5566 5556 has not enough money.</p>
                  """,
        };
        return SandboxPage.Of(request, "CloudPayments", "Order", head + content);
    }

    private static string PathOf(SandboxRequest request, SandboxCharge charge) => SandboxPage.Path(request, Pages + charge.Reference);

    private static string BackOf(SandboxRequest request, SandboxCharge charge, string? url) => url is { Length: > 0 } ? url : PathOf(request, charge);

    private static JsonObject Order(SandboxRequest request, SandboxCharge charge)
    {
        var data = Data(charge);
        return new JsonObject
        {
            ["Id"] = charge.Reference,
            ["Number"] = data.Number,
            ["Amount"] = new Money(charge.AmountMinor, charge.Currency).ToMajor(),
            ["Currency"] = charge.Currency,
            ["Email"] = data.Email,
            ["Phone"] = null,
            ["Description"] = data.Description,
            ["RequireConfirmation"] = data.RequireConfirmation,
            ["Url"] = request.BaseUrl + Pages + charge.Reference,
            ["CultureName"] = "ru-RU",
            ["CreatedDate"] = $"/Date({charge.CreatedAt.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)})/",
            ["CreatedDateIso"] = Iso(charge.CreatedAt),
            ["PaymentDate"] = null,
            ["StatusCode"] = 0,
            ["Status"] = "Created",
            ["InternalId"] = 10_000_000 + data.Number,
        };
    }

    private static JsonObject Transaction(SandboxCharge charge, CloudPaymentsSandboxTry attempt)
    {
        var data = Data(charge);
        var paidAt = attempt.Status == Completed ? Iso(attempt.At) : null;
        return new JsonObject
        {
            ["TransactionId"] = attempt.TransactionId,
            ["Amount"] = attempt.Said.ToMajor(),
            ["Currency"] = attempt.Said.Currency,
            ["PaymentAmount"] = attempt.Said.ToMajor(),
            ["PaymentCurrency"] = attempt.Said.Currency,
            ["InvoiceId"] = charge.MerchantReference,
            ["AccountId"] = null,
            ["Email"] = data.Email,
            ["Description"] = data.Description,
            ["JsonData"] = null,
            ["CreatedDate"] = $"/Date({attempt.At.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)})/",
            ["CreatedDateIso"] = Iso(attempt.At),
            ["AuthDateIso"] = paidAt,
            ["ConfirmDateIso"] = paidAt,
            ["AuthCode"] = attempt.Status is Completed or Authorized ? "A1B2C3" : null,
            ["TestMode"] = true,
            ["OriginalTransactionId"] = null,
            ["CardFirstSix"] = attempt.Card[..6],
            ["CardLastFour"] = attempt.Card[^4..],
            ["CardExpDate"] = "12/30",
            ["CardType"] = attempt.CardType,
            ["Status"] = attempt.Status,
            ["StatusCode"] = attempt.Status switch { Awaiting => 1, Authorized => 2, Completed => 3, "Cancelled" => 4, _ => 5 },
            ["Reason"] = attempt.Reason,
            ["ReasonCode"] = attempt.ReasonCode,
            ["CardHolderMessage"] = MessageOf(attempt),
            ["Type"] = 0,
            ["Refunded"] = charge.State == SandboxState.Paid && charge.RefundedMinor == charge.AmountMinor,
            ["TotalFee"] = attempt.Status == Completed ? Fee(attempt.Said).ToMajor() : 0m,
            ["GatewayName"] = "Test",
        };
    }

    private static JsonObject Transaction(SandboxCharge charge, SandboxRefund refund)
    {
        var paid = Tries(charge).LastOrDefault(attempt => attempt.Status == Completed);
        return new JsonObject
        {
            ["TransactionId"] = Number(refund.Reference),
            ["Amount"] = new Money(refund.AmountMinor, charge.Currency).ToMajor(),
            ["Currency"] = charge.Currency,
            ["InvoiceId"] = charge.MerchantReference,
            ["CreatedDateIso"] = Iso(refund.CreatedAt),
            ["TestMode"] = true,
            ["OriginalTransactionId"] = paid?.TransactionId,
            ["CardFirstSix"] = paid?.Card[..6],
            ["CardLastFour"] = paid?.Card[^4..],
            ["CardType"] = paid?.CardType,
            ["Status"] = Completed,
            ["StatusCode"] = 3,
            ["Reason"] = "Approved",
            ["ReasonCode"] = 0,
            ["Type"] = 1,
            ["Refunded"] = false,
            ["TotalFee"] = 0m,
            ["GatewayName"] = "Test",
        };
    }

    private static string MessageOf(CloudPaymentsSandboxTry attempt) => attempt.ReasonCode switch
    {
        0 => "Payment approved",
        5051 => "Insufficient funds",
        5206 => "3-D Secure authentication failed",
        _ => attempt.Reason,
    };

    /// <summary>The tries of the payer. Demo orders have none written down: theirs follows from the state.</summary>
    private static IReadOnlyList<CloudPaymentsSandboxTry> Tries(SandboxCharge charge)
    {
        var tries = Data(charge).Tries;
        if (tries.Count > 0 || charge.State is not (SandboxState.Paid or SandboxState.Declined))
            return tries;
        var isPaid = charge.State == SandboxState.Paid;
        return [new(Number(charge.Reference), WordOf(charge.State), "Visa", "4000000000003055", isPaid ? 0 : 5051, isPaid ? "Approved" : "InsufficientFunds", new Money(charge.AmountMinor, charge.Currency), charge.PaidAt ?? charge.CreatedAt)];
    }

    /// <summary>The check and what follows it speak of the same transaction: its number follows from the order and the tries before.</summary>
    private static CloudPaymentsSandboxTry NewTry(SandboxCharge charge, string cardType, string card, string status, DateTimeOffset at) =>
        new(NumberFrom($"{charge.Id}:{Data(charge).Tries.Count.ToString(CultureInfo.InvariantCulture)}"), status, cardType, card, 0, "Approved", new Money(charge.AmountMinor, charge.Currency), at);

    /// <summary>Puts a try in the place of the one with its number, or behind the others.</summary>
    private static void Replace(SandboxCharge charge, CloudPaymentsSandboxTry attempt)
    {
        var data = Data(charge);
        Keep(charge, data with { Tries = [.. data.Tries.Where(known => known.TransactionId != attempt.TransactionId), attempt] });
    }

    private Task<SandboxCharge?> ByPageAsync(PaymentDb db, string reference, CancellationToken cancellationToken) =>
        db.SandboxCharges.FirstOrDefaultAsync(row => row.Provider == Provider && row.Reference == reference, cancellationToken);

    private async Task<(SandboxCharge, CloudPaymentsSandboxTry)?> ByNumberAsync(Call call)
    {
        if (CloudPaymentsReading.NumberOf(call.Field("TransactionId")) is not { } number)
            return null;
        var member = $"\"TransactionId\":{number},";
        var charge = await call.Db.SandboxCharges.FirstOrDefaultAsync(row => row.Provider == Provider && row.Merchant == call.Merchant && (row.Reference == number || row.DataJson.Contains(member)), call.CancellationToken);
        return charge is not null && Tries(charge).FirstOrDefault(attempt => attempt.TransactionId == Number(number)) is { } found ? (charge, found) : null;
    }

    private static (string PublicId, string Secret)? CredentialsOf(SandboxRequest request)
    {
        var header = request.Headers.GetValueOrDefault("authorization") ?? "";
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) || Signature.FromBase64(header["Basic ".Length..].Trim()) is not { } decoded)
            return null;
        return Encoding.UTF8.GetString(decoded).Split(':', 2) is [{ Length: > 0 } publicId, { Length: > 0 } secret] ? (publicId, secret) : null;
    }

    /// <summary>The same request id is the same order.</summary>
    private static string OrderId(string seed) =>
        Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(seed))).Replace("+", "", StringComparison.Ordinal).Replace("/", "", StringComparison.Ordinal)[..16];

    /// <summary>Ten digits from a seed: more than 32 bits hold.</summary>
    private static long NumberFrom(string seed) => 1_000_000_000 + (long)(BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(seed))) % 9_000_000_000);

    private static long Number(string digits) => long.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);

    private static Money? Money(Call call) => CloudPaymentsMoney.FromWire(call.Field("Amount"), call.Field("Currency") ?? "RUB");

    private static Money Fee(Money money) => money with { Minor = money.Minor * 29 / 1000 };

    private static string Figure(Money money) => money.ToPlain();

    private static string WordOf(SandboxState state) => state switch
    {
        SandboxState.Open => "Created",
        SandboxState.Paid => Completed,
        SandboxState.Declined => Declined,
        _ => "Cancelled",
    };

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Iso(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);

    private static Dictionary<string, string> Form(SandboxRequest request) => CloudPaymentsWebhook.Fields(request.Body.Span) ?? [];

    private static string Digits(Dictionary<string, string> form) => string.Concat(form.GetValueOrDefault("card", "").Where(char.IsAsciiDigit));

    private static void Keep(SandboxCharge charge, CloudPaymentsSandboxOrder data)
    {
        charge.DataJson = Text(data);
        charge.Version++;
    }

    private static string Text(CloudPaymentsSandboxOrder data) => JsonSerializer.Serialize(data, CloudPaymentsJson.Default.CloudPaymentsSandboxOrder);

    private static CloudPaymentsSandboxOrder Data(SandboxCharge charge) =>
        JsonSerializer.Deserialize(charge.DataJson, CloudPaymentsJson.Default.CloudPaymentsSandboxOrder) ?? throw new InvalidOperationException($"Order {charge.Reference} has lost its data.");

    private static SandboxResponse Good(JsonNode? model, string? message = null) =>
        SandboxResponse.Json(200, new JsonObject { ["Model"] = model, ["Success"] = true, ["Message"] = message }.ToJsonString());

    private static SandboxResponse Refuse(string message) => SandboxResponse.Json(200, new JsonObject { ["Success"] = false, ["Message"] = message }.ToJsonString());

    private sealed record Call(SandboxRequest Request, PaymentDb Db, string PublicId, string Secret, string Merchant, Dictionary<string, string> Fields, CancellationToken CancellationToken)
    {
        public string? Field(string name) => Fields.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;
    }
}
