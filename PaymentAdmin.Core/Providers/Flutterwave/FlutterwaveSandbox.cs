using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Providers.Sandbox;

namespace PaymentAdmin.Core.Providers.Flutterwave;

/// <summary>
/// Flutterwave's API v3 and its checkout page. Every <c>FLWSECK_TEST-</c> key is a merchant of its own, except those that contain "wrong". Each try
/// of the payer's is a transaction with a number of its own; the charge's number is that of the one that pays.
/// </summary>
internal sealed class FlutterwaveSandbox(SandboxWebhooks webhooks) : ISandbox, IKeepsDemoBooks, IPlaysPayers
{
    private const string Api = "/v3";
    private const string Pages = "/v3/hosted/pay/";
    private const string LinkPrefix = "flwlnk-";
    private const int PageSize = 20;
    private const int TriesDefault = 5;
    private const string Letters = "abcdefghijklmnopqrstuvwxyz0123456789";

    public string Provider => FlutterwaveProvider.Id;

    public PayerScript Script { get; } = new("/v3/payments", "/v3/transactions/")
    {
        Pays = [new(("action", "pay"), ("card", "5531 8866 5214 2950")), new(("action", "pin"), ("pin", FlutterwaveCards.Pin)), new(("action", "otp"), ("otp", FlutterwaveCards.Otp))],
        Declines = [new(("action", "pay"), ("card", "5551 6516 3038 1384"))],
        Differs = [SandboxFaultKinds.WrongAmount, SandboxFaultKinds.WrongCurrency],
    };

    public string? Merchant(SandboxRequest request) => KeyOf(request) is { Length: > 0 } key && !request.Path.StartsWith(Pages, StringComparison.Ordinal) ? SandboxCharge.MerchantOf(key) : null;

    public string MerchantOf(IReadOnlyDictionary<string, string> credentials) => SandboxCharge.MerchantOf(credentials[FlutterwaveProvider.SecretKey]);

    public string NewReference(Random chance) => chance.NextInt64(1_000_000_000, 2_000_000_000).ToString(CultureInfo.InvariantCulture);

    public bool IsNamedByMerchant => true;

    public string WordOf(SandboxState state, DemoCheckout checkout) => Word(state);

    public string DataOf(DemoCheckout checkout) =>
        JsonSerializer.Serialize(new FlutterwaveSandboxLink("", "payer@example.com", null, "", null, null, TriesDefault, []), FlutterwaveJson.Default.FlutterwaveSandboxLink);

    public async Task<SandboxResponse> HandleAsync(SandboxRequest request, PaymentDb db, CancellationToken cancellationToken)
    {
        if (request.Path.StartsWith(Pages, StringComparison.Ordinal))
            return await PageAsync(request, db, cancellationToken);
        if (KeyOf(request) is not { } key)
            return Refuse(401, "Authorization required");
        if (!key.StartsWith("FLWSECK_TEST-", StringComparison.Ordinal) || key.Contains("wrong", StringComparison.OrdinalIgnoreCase))
            return Refuse(401, "Invalid authorization key");
        var merchant = SandboxCharge.MerchantOf(key);
        return !request.Path.StartsWith(Api + "/", StringComparison.Ordinal) ? Refuse(404, "Not found") : (request.Method, request.Path[Api.Length..].Split('/')) switch
        {
            ("POST", ["", "payments"]) => Create(request, db, merchant),
            ("POST", ["", "payments", "link", "disable"]) => await DisableAsync(request, db, merchant, cancellationToken),
            ("GET", ["", "transactions"]) => await ListAsync(request, db, merchant, cancellationToken),
            ("GET", ["", "transactions", "verify_by_reference"]) => await VerifyAsync(request, db, merchant, number: null, request.Query.GetValueOrDefault("tx_ref"), cancellationToken),
            ("GET", ["", "transactions", var number, "verify"]) => await VerifyAsync(request, db, merchant, number, reference: null, cancellationToken),
            ("POST", ["", "transactions", var number, "refund"]) => await RefundAsync(request, db, merchant, number, cancellationToken),
            ("GET", ["", "refunds"]) => await RefundsAsync(request, db, merchant, cancellationToken),
            ("GET", ["", "refunds", var id]) => await RefundStatusAsync(db, merchant, id, cancellationToken),
            _ => Refuse(404, "Not found"),
        };
    }

    private SandboxResponse Create(SandboxRequest request, PaymentDb db, string merchant)
    {
        var body = Body(request);
        if (body.Text("tx_ref") is not { } reference)
            return Refuse(400, "tx_ref is required");
        if (body.Member("customer").Text("email") is not { } email || !Texts.IsEmail(email))
            return Refuse(400, "customer email is required");
        if (FlutterwaveMoney.FromWire(body.Member("amount"), body.Text("currency") ?? "NGN") is not { Minor: > 0 } amount)
            return Refuse(400, "amount must be a positive number");
        var code = LinkPrefix + new string([.. Enumerable.Range(0, 26).Select(_ => Letters[IdSource.Next(Letters.Length)])]);
        var tries = body.Member("configurations").Whole("max_retry_attempt") is { } asked and > 0 and < 100 ? (int)asked : TriesDefault;
        var options = body.Text("payment_options")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var data = new FlutterwaveSandboxLink(code, email, body.Member("customer").Text("name"), body.Text("redirect_url") ?? "", body.Member("customizations").Text("title"), options, tries, []);
        db.SandboxCharges.Add(new SandboxCharge
        {
            Id = IdSource.NewId(request.At),
            Provider = Provider,
            Merchant = merchant,
            Reference = NewNumber(),
            MerchantReference = reference,
            AmountMinor = amount.Minor,
            Currency = amount.Currency,
            ExpiresAt = body.Moment("link_expiration"),
            CreatedAt = request.At,
            DataJson = JsonSerializer.Serialize(data, FlutterwaveJson.Default.FlutterwaveSandboxLink),
        });
        return Good("Hosted Link", new JsonObject { ["link"] = $"{request.BaseUrl}{Pages}{code}" });
    }

    private async Task<SandboxResponse> DisableAsync(SandboxRequest request, PaymentDb db, string merchant, CancellationToken cancellationToken)
    {
        var code = Body(request).Text("link")?.Split('/')[^1];
        if (code is null || !code.StartsWith(LinkPrefix, StringComparison.Ordinal) || await FindLinkAsync(db, code, cancellationToken) is not { } charge || charge.Merchant != merchant)
            return Refuse(400, "Invalid payment link");
        charge.Settle(request.At);
        if (charge.State != SandboxState.Open)
            return Refuse(400, "This payment link is currently inactive");
        charge.Decide(SandboxState.Cancelled, request.At);
        return Good("Payment link disabled", new JsonObject { ["link"] = Body(request).Text("link"), ["status"] = "inactive" });
    }

    private async Task<SandboxResponse> VerifyAsync(SandboxRequest request, PaymentDb db, string merchant, string? number, string? reference, CancellationToken cancellationToken)
    {
        var fault = await SandboxFaultKinds.TakeAsync(db, Provider, merchant, request.Path, [SandboxFaultKinds.NotFound, SandboxFaultKinds.UnknownStatus], cancellationToken);
        var charge = number is not null ? await FindNumberAsync(db, merchant, number, cancellationToken) : await FindReferenceAsync(db, merchant, reference, cancellationToken);
        charge?.Settle(request.At);
        var transactions = charge is null ? [] : TransactionsOf(charge);
        var found = number is not null ? transactions.FirstOrDefault(one => one.Id == number) : transactions.FirstOrDefault(one => one.Status == "successful") ?? (transactions.Count > 0 ? transactions[^1] : null);
        if (fault == SandboxFaultKinds.NotFound || charge is null || found is null)
            return Refuse(400, number is not null ? "No transaction was found for this id" : "No transaction was found for this reference");
        var answer = Transaction(charge, found);
        if (fault == SandboxFaultKinds.UnknownStatus)
            answer["status"] = SandboxFaultKinds.UnknownWord;
        return Good("Transaction fetched successfully", answer);
    }

    private async Task<SandboxResponse> ListAsync(SandboxRequest request, PaymentDb db, string merchant, CancellationToken cancellationToken)
    {
        var own = db.SandboxCharges.Where(charge => charge.Provider == Provider && charge.Merchant == merchant);
        if (request.Query.GetValueOrDefault("tx_ref") is { Length: > 0 } reference)
            own = own.Where(charge => charge.MerchantReference == reference);
        if (Day(request, "from") is { } from)
            own = own.Where(charge => charge.CreatedAt >= from);
        if (Day(request, "to") is { } last)
        {
            var until = last.AddDays(1);
            own = own.Where(charge => charge.CreatedAt < until);
        }
        var charges = await own.OrderByDescending(charge => charge.CreatedAt).ThenBy(charge => charge.Id).ToListAsync(cancellationToken);
        var rows = charges.SelectMany(charge => TransactionsOf(charge).Reverse().Select(one => (Charge: charge, Transaction: one)))
            .Where(row => request.Query.GetValueOrDefault("status") is not { Length: > 0 } word || row.Transaction.Status == word).ToList();
        return Paged(request, "Transactions fetched", rows.ConvertAll(row =>
        {
            var line = Transaction(row.Charge, row.Transaction);
            line["customer_email"] = Data(row.Charge).Email;
            line["customer_name"] = Data(row.Charge).Name ?? "Anonymous customer";
            return line;
        }));
    }

    private async Task<SandboxResponse> RefundAsync(SandboxRequest request, PaymentDb db, string merchant, string number, CancellationToken cancellationToken)
    {
        var body = Body(request);
        var fault = await SandboxFaultKinds.TakeAsync(db, Provider, merchant, request.Path, [SandboxFaultKinds.NotFound, SandboxFaultKinds.RefundFailed], cancellationToken);
        if (fault == SandboxFaultKinds.NotFound || await db.SandboxCharges.FirstOrDefaultAsync(known => known.Provider == Provider && known.Merchant == merchant && known.Reference == number, cancellationToken) is not { State: SandboxState.Paid } charge)
            return Refuse(400, "No transaction was found for this id");
        if (fault == SandboxFaultKinds.RefundFailed)
            return Refuse(400, "Insufficient balance to process refund");
        var left = charge.AmountMinor - charge.RefundedMinor;
        var amount = body.Member("amount").ValueKind is JsonValueKind.Undefined or JsonValueKind.Null ? left : FlutterwaveMoney.FromWire(body.Member("amount"), charge.Currency)?.Minor ?? 0;
        if (amount < 1 || amount > left)
            return Refuse(400, "Refund amount cannot be more than what is left of the transaction amount");
        charge.Refund(amount);
        var refund = new SandboxRefund
        {
            Id = IdSource.NewId(request.At),
            ChargeId = charge.Id,
            Provider = Provider,
            Reference = NewNumber(),
            AmountMinor = amount,
            State = "completed",
            CreatedAt = request.At,
            DataJson = JsonSerializer.Serialize(new FlutterwaveSandboxRefund(body.Text("comments") ?? ""), FlutterwaveJson.Default.FlutterwaveSandboxRefund),
        };
        db.SandboxRefunds.Add(refund);
        await AnnounceAsync(db, charge, RefundEvent(charge, refund), request.At, cancellationToken);
        return Good("Transaction refund initiated", RefundObject(charge, refund));
    }

    private async Task<SandboxResponse> RefundsAsync(SandboxRequest request, PaymentDb db, string merchant, CancellationToken cancellationToken)
    {
        var rows = await (from refund in db.SandboxRefunds
                          join charge in db.SandboxCharges on refund.ChargeId equals charge.Id
                          where charge.Provider == Provider && charge.Merchant == merchant
                          orderby refund.CreatedAt descending, refund.Id
                          select new { charge, refund }).ToListAsync(cancellationToken);
        return Paged(request, "Refunds fetched", rows.ConvertAll(row => RefundObject(row.charge, row.refund)));
    }

    private async Task<SandboxResponse> RefundStatusAsync(PaymentDb db, string merchant, string id, CancellationToken cancellationToken)
    {
        var refund = await db.SandboxRefunds.FirstOrDefaultAsync(known => known.Provider == Provider && known.Reference == id, cancellationToken);
        var charge = refund is null ? null : await db.SandboxCharges.FirstOrDefaultAsync(known => known.Id == refund.ChargeId && known.Merchant == merchant, cancellationToken);
        return refund is null || charge is null ? Refuse(404, "Refund not found") : Good("Refund fetched", RefundObject(charge, refund));
    }

    /// <summary>The checkout page: a way to pay, then what the card asks for.</summary>
    private async Task<SandboxResponse> PageAsync(SandboxRequest request, PaymentDb db, CancellationToken cancellationToken)
    {
        if (await FindLinkAsync(db, request.Path[Pages.Length..], cancellationToken) is not { } charge)
            return SandboxPage.Of(request, "Flutterwave", "No such checkout", "<h1>No such checkout</h1>") with { Status = 404 };
        charge.Settle(request.At);
        if (request.Method != "POST" || charge.State != SandboxState.Open)
            return Page(request, charge);
        var form = Form(request);
        var data = Data(charge);
        var digits = string.Concat(form.GetValueOrDefault("card", "").Where(char.IsAsciiDigit));
        return (form.GetValueOrDefault("action"), data.Asking?.Split(':')) switch
        {
            ("leave", _) => Leave(charge, data),
            ("pin", ["pin", var card]) when form.GetValueOrDefault("pin") is FlutterwaveCards.Pin or FlutterwaveCards.DocumentPin => Ask(request, charge, data, "otp:" + card),
            ("pin", ["pin", var card]) => await FailAsync(request, db, charge, data, "card", card, "Incorrect PIN", cancellationToken),
            ("otp", ["otp", var card]) => await AfterOtpAsync(request, db, charge, data, card, form.GetValueOrDefault("otp", ""), cancellationToken),
            ("pay", null) when Takes(data, "card") => await TakeCardAsync(request, db, charge, data, digits, cancellationToken),
            ("transfer", null) when Takes(data, "banktransfer") => await PayAsync(request, db, charge, data, "bank_transfer", card: null, cancellationToken),
            ("mobile", null) when TakesMobileMoney(data) => await TakePhoneAsync(request, db, charge, data, string.Concat(form.GetValueOrDefault("phone", "").Where(char.IsAsciiDigit)), cancellationToken),
            _ => Page(request, charge),
        };
    }

    private async Task<SandboxResponse> TakeCardAsync(SandboxRequest request, PaymentDb db, SandboxCharge charge, FlutterwaveSandboxLink data, string digits, CancellationToken cancellationToken) => FlutterwaveCards.Of(digits) switch
    {
        null => Page(request, charge, "This is none of Flutterwave's test cards."),
        { Question: FlutterwaveCardQuestion.Pin } => Ask(request, charge, data, "pin:" + digits),
        { Question: FlutterwaveCardQuestion.Otp } => Ask(request, charge, data, "otp:" + digits),
        { Refusal: { } refusal } => await FailAsync(request, db, charge, data, "card", digits, refusal, cancellationToken),
        _ => await PayAsync(request, db, charge, data, "card", digits, cancellationToken),
    };

    private async Task<SandboxResponse> AfterOtpAsync(SandboxRequest request, PaymentDb db, SandboxCharge charge, FlutterwaveSandboxLink data, string card, string otp, CancellationToken cancellationToken)
    {
        var refusal = otp switch
        {
            FlutterwaveCards.WrongOtp or "" => "Invalid OTP",
            FlutterwaveCards.PoorOtp => "Insufficient Funds",
            _ => FlutterwaveCards.Of(card)?.Refusal,
        };
        return refusal is not null ? await FailAsync(request, db, charge, data, "card", card, refusal, cancellationToken) : await PayAsync(request, db, charge, data, "card", card, cancellationToken);
    }

    /// <summary>The numbers that fail do so with every country's code.</summary>
    private async Task<SandboxResponse> TakePhoneAsync(SandboxRequest request, PaymentDb db, SandboxCharge charge, FlutterwaveSandboxLink data, string phone, CancellationToken cancellationToken) =>
        phone.Length < 9 ? Page(request, charge, "Enter a phone number.")
        : phone.EndsWith("121212121", StringComparison.Ordinal) || phone.EndsWith("010101010", StringComparison.Ordinal) || phone.EndsWith("010101011", StringComparison.Ordinal)
            ? await FailAsync(request, db, charge, data, "mobilemoney", card: null, "Mocked a Failed Transaction", cancellationToken)
            : await PayAsync(request, db, charge, data, "mobilemoney", card: null, cancellationToken);

    private static SandboxResponse Ask(SandboxRequest request, SandboxCharge charge, FlutterwaveSandboxLink data, string asking)
    {
        Keep(charge, data with { Asking = asking });
        return Page(request, charge);
    }

    private static SandboxResponse Leave(SandboxCharge charge, FlutterwaveSandboxLink data)
    {
        Keep(charge, data with { Asking = null });
        return Back(charge, data, "cancelled", number: null);
    }

    private async Task<SandboxResponse> PayAsync(SandboxRequest request, PaymentDb db, SandboxCharge charge, FlutterwaveSandboxLink data, string type, string? card, CancellationToken cancellationToken)
    {
        var fault = await SandboxFaultKinds.TakeAsync(db, Provider, charge.Merchant, "/pay", [SandboxFaultKinds.WrongAmount, SandboxFaultKinds.WrongCurrency], cancellationToken);
        Money? said = fault switch
        {
            SandboxFaultKinds.WrongAmount => new Money(Math.Max(1, charge.AmountMinor - 1), charge.Currency),
            SandboxFaultKinds.WrongCurrency => new Money(charge.AmountMinor, charge.Currency == "USD" ? "GHS" : "USD"),
            _ => null,
        };
        var paid = new FlutterwaveSandboxTry(charge.Reference, "successful", type, card, "Approved. Successful", request.At);
        data = data with { Asking = null, Said = said, Tries = [.. data.Tries, paid] };
        Keep(charge, data);
        charge.Decide(SandboxState.Paid, request.At);
        await AnnounceAsync(db, charge, ChargeEvent(charge, paid), request.At, cancellationToken);
        return Back(charge, data, "successful", paid.Id);
    }

    private async Task<SandboxResponse> FailAsync(SandboxRequest request, PaymentDb db, SandboxCharge charge, FlutterwaveSandboxLink data, string type, string? card, string refusal, CancellationToken cancellationToken)
    {
        var failed = new FlutterwaveSandboxTry(NewNumber(), "failed", type, card, refusal, request.At);
        data = data with { Asking = null, Tries = [.. data.Tries, failed] };
        Keep(charge, data);
        await AnnounceAsync(db, charge, ChargeEvent(charge, failed), request.At, cancellationToken);
        if (data.Tries.Count >= data.TriesMax)
        {
            charge.Decide(SandboxState.Declined, request.At);
            return Back(charge, data, "failed", failed.Id);
        }
        return Page(request, charge, $"{refusal}. No money was taken; you can try again.");
    }

    private async Task AnnounceAsync(PaymentDb db, SandboxCharge charge, JsonObject body, DateTimeOffset at, CancellationToken cancellationToken)
    {
        if (await webhooks.FindMerchantAsync(db, Provider, FlutterwaveProvider.SecretKey, charge.Merchant, cancellationToken) is not { } account || account.Credential(FlutterwaveProvider.WebhookSecret) is not { Length: > 0 } hash)
            return;
        var headers = new Dictionary<string, string> { ["Content-Type"] = "application/json", [FlutterwaveWebhook.ProofHeader] = hash };
        await webhooks.PlanAsync(db, account, headers, Encoding.UTF8.GetBytes(body.ToJsonString()), at, cancellationToken, merchant: charge.Merchant);
    }

    private static SandboxResponse Page(SandboxRequest request, SandboxCharge charge, string? said = null) => SandboxPage.Of(request, "Flutterwave", "Flutterwave checkout", Content(request, charge, said));

    private static string Content(SandboxRequest request, SandboxCharge charge, string? said)
    {
        var data = Data(charge);
        var head = $"<h1>Flutterwave</h1><p class=\"lbl\">{SandboxPage.Text(data.Title ?? data.Email)}</p><p class=\"amt\">{SandboxPage.Text(MoneyFormat.Figure(charge.AmountMinor, charge.Currency))} <span>{SandboxPage.Text(charge.Currency)}</span></p>";
        if (charge.State != SandboxState.Open)
        {
            var words = charge.State switch
            {
                SandboxState.Paid => "Paid. You can close this page.",
                SandboxState.Declined => "There were too many tries. No money was taken.",
                _ => "This payment link is currently inactive.",
            };
            return $"{head}<p>{words}</p>";
        }
        var alert = said is null ? "" : $"<p role=\"alert\"><b>{SandboxPage.Text(said)}</b></p>";
        var form = $"<form method=\"post\" action=\"{SandboxPage.Text(SandboxPage.Path(request, Pages + data.Code))}\">";
        var leave = "<button class=\"btn sec\" name=\"action\" value=\"leave\">Cancel</button></form>";
        if (data.Asking?.StartsWith("pin:", StringComparison.Ordinal) == true)
            return $"{head}{alert}{form}<p><label for=\"pin\">Card PIN</label><br><input class=\"inp\" id=\"pin\" name=\"pin\" inputmode=\"numeric\" autocomplete=\"off\"></p><button class=\"btn\" name=\"action\" value=\"pin\">Continue</button>{leave}<p class=\"fine\">Test PIN {FlutterwaveCards.Pin}.</p>";
        if (data.Asking is not null)
            return $"{head}{alert}{form}<p><label for=\"otp\">One-time password</label><br><input class=\"inp\" id=\"otp\" name=\"otp\" inputmode=\"numeric\" autocomplete=\"off\"></p><button class=\"btn\" name=\"action\" value=\"otp\">Authorize</button>{leave}<p class=\"fine\">Test password {FlutterwaveCards.Otp}; {FlutterwaveCards.WrongOtp} is wrong, {FlutterwaveCards.PoorOtp} has not enough money.</p>";
        var card = Takes(data, "card")
            ? "<p><label for=\"card\">Card number</label><br><input class=\"inp\" id=\"card\" name=\"card\" inputmode=\"numeric\" autocomplete=\"off\" value=\"5531 8866 5214 2950\"></p><button class=\"btn\" name=\"action\" value=\"pay\">Pay by card</button>"
            : "";
        var transfer = Takes(data, "banktransfer")
            ? "<p>Or transfer the amount to Mock Bank, account 0067100155.</p><button class=\"btn sec\" name=\"action\" value=\"transfer\">I have sent the money</button>"
            : "";
        var mobile = TakesMobileMoney(data)
            ? "<p><label for=\"phone\">Mobile money number</label><br><input class=\"inp\" id=\"phone\" name=\"phone\" inputmode=\"tel\" autocomplete=\"off\"></p><button class=\"btn sec\" name=\"action\" value=\"mobile\">Pay by mobile money</button>"
            : "";
        return $"{head}{alert}{form}{card}{transfer}{mobile}{leave}<p class=\"fine\">Flutterwave's test cards; PIN {FlutterwaveCards.Pin}, one-time password {FlutterwaveCards.Otp}. 5258 5859 2266 6506 has not enough money, 5551 6516 3038 1384 is restricted.</p>";
    }

    private static bool Takes(FlutterwaveSandboxLink data, string option) => data.Options is null || data.Options.Contains(option);

    private static bool TakesMobileMoney(FlutterwaveSandboxLink data) => data.Options is null || data.Options.Any(option => option is "mpesa" || option.StartsWith("mobilemoney", StringComparison.Ordinal));

    private static SandboxResponse Back(SandboxCharge charge, FlutterwaveSandboxLink data, string word, string? number)
    {
        var separator = data.RedirectUrl.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        var id = number is null ? "" : $"&transaction_id={number}";
        return SandboxResponse.Redirect($"{data.RedirectUrl}{separator}status={word}&tx_ref={Uri.EscapeDataString(charge.MerchantReference ?? "")}{id}");
    }

    /// <summary>The tries, oldest first. A payment of the demo that has ended has one, too.</summary>
    private static IReadOnlyList<FlutterwaveSandboxTry> TransactionsOf(SandboxCharge charge)
    {
        var tries = Data(charge).Tries;
        return tries.Count > 0 || charge.State is SandboxState.Open || Data(charge).Code.Length > 0 ? tries
            : [new FlutterwaveSandboxTry(charge.Reference, Word(charge.State), "card", null, charge.State == SandboxState.Paid ? "Approved. Successful" : "Declined", charge.PaidAt ?? charge.CreatedAt)];
    }

    private static JsonObject Transaction(SandboxCharge charge, FlutterwaveSandboxTry one)
    {
        var data = Data(charge);
        var said = data.Said ?? new Money(charge.AmountMinor, charge.Currency);
        var fee = new Money(said.Minor * 14 / 1000, said.Currency).ToMajor();
        var transaction = new JsonObject
        {
            ["id"] = long.Parse(one.Id, NumberStyles.None, CultureInfo.InvariantCulture),
            ["tx_ref"] = charge.MerchantReference,
            ["flw_ref"] = "FLW-MOCK-" + one.Id,
            ["device_fingerprint"] = "N/A",
            ["amount"] = said.ToMajor(),
            ["currency"] = said.Currency,
            // The customer bears the fees here, so what was charged is more than what was asked.
            ["charged_amount"] = said.ToMajor() + fee,
            ["app_fee"] = fee,
            ["merchant_fee"] = 0,
            ["processor_response"] = one.Response,
            ["auth_model"] = "PIN",
            ["ip"] = "54.75.161.64",
            ["narration"] = "Test transaction",
            ["status"] = one.Status,
            ["payment_type"] = one.Type,
            ["created_at"] = Time(one.At),
            ["account_id"] = 20937,
            ["amount_settled"] = said.ToMajor(),
            ["customer"] = new JsonObject { ["id"] = 2571514, ["name"] = data.Name ?? "Anonymous customer", ["phone_number"] = null, ["email"] = data.Email, ["created_at"] = Time(charge.CreatedAt) },
        };
        if (one.Card is { Length: > 10 } card)
            transaction["card"] = new JsonObject { ["first_6digits"] = card[..6], ["last_4digits"] = card[^4..], ["issuer"] = "MOCK BANK", ["country"] = "NG", ["type"] = card.StartsWith("506", StringComparison.Ordinal) ? "VERVE" : card[0] == '4' ? "VISA" : "MASTERCARD", ["expiry"] = FlutterwaveCards.Of(card)?.Expiry };
        return transaction;
    }

    private static JsonObject ChargeEvent(SandboxCharge charge, FlutterwaveSandboxTry one) => new()
    {
        ["event"] = "charge.completed",
        ["data"] = Transaction(charge, one),
        ["event.type"] = one.Type switch { "card" => "CARD_TRANSACTION", "bank_transfer" => "BANK_TRANSFER_TRANSACTION", _ => "MOBILEMONEY_TRANSACTION" },
    };

    private static JsonObject RefundObject(SandboxCharge charge, SandboxRefund refund) => new()
    {
        ["id"] = long.Parse(refund.Reference, NumberStyles.None, CultureInfo.InvariantCulture),
        ["account_id"] = 20937,
        ["tx_id"] = long.Parse(charge.Reference, NumberStyles.None, CultureInfo.InvariantCulture),
        ["flw_ref"] = "FLW-MOCK-" + charge.Reference,
        ["wallet_id"] = 134244,
        ["amount_refunded"] = new Money(refund.AmountMinor, charge.Currency).ToMajor(),
        ["status"] = refund.State == "succeeded" ? "completed" : refund.State,
        ["destination"] = "payment_source",
        ["comments"] = CommentsOf(refund),
        ["meta"] = new JsonObject { ["source"] = "availablebalance" },
        ["created_at"] = Time(refund.CreatedAt),
    };

    /// <summary>Flat, and in capitals that nothing else has.</summary>
    private static JsonObject RefundEvent(SandboxCharge charge, SandboxRefund refund) => new()
    {
        ["id"] = long.Parse(refund.Reference, NumberStyles.None, CultureInfo.InvariantCulture),
        ["AmountRefunded"] = new Money(refund.AmountMinor, charge.Currency).ToMajor(),
        ["status"] = refund.State,
        ["FlwRef"] = "FLW-MOCK-" + charge.Reference,
        ["destination"] = "payment_source",
        ["comments"] = CommentsOf(refund),
        ["settlement_id"] = "NEW",
        ["meta"] = "{\"source\":\"availablebalance\"}",
        ["createdAt"] = Time(refund.CreatedAt),
        ["updatedAt"] = Time(refund.CreatedAt),
        ["deletedAt"] = null,
        ["walletId"] = 134244,
        ["AccountId"] = 20937,
        ["TransactionId"] = long.Parse(charge.Reference, NumberStyles.None, CultureInfo.InvariantCulture),
    };

    private async Task<SandboxCharge?> FindLinkAsync(PaymentDb db, string code, CancellationToken cancellationToken)
    {
        if (!code.StartsWith(LinkPrefix, StringComparison.Ordinal) || code.Length != LinkPrefix.Length + 26)
            return null;
        var found = await db.SandboxCharges.FirstOrDefaultAsync(known => known.Provider == Provider && known.DataJson.Contains(code), cancellationToken);
        return found is not null && Data(found).Code == code ? found : null;
    }

    private async Task<SandboxCharge?> FindNumberAsync(PaymentDb db, string merchant, string number, CancellationToken cancellationToken)
    {
        if (number.Length < 6 || !number.All(char.IsAsciiDigit))
            return null;
        return await db.SandboxCharges.FirstOrDefaultAsync(known => known.Provider == Provider && known.Merchant == merchant && (known.Reference == number || known.DataJson.Contains(number)), cancellationToken);
    }

    private async Task<SandboxCharge?> FindReferenceAsync(PaymentDb db, string merchant, string? reference, CancellationToken cancellationToken) =>
        string.IsNullOrEmpty(reference) ? null
            : await db.SandboxCharges.Where(known => known.Provider == Provider && known.Merchant == merchant && known.MerchantReference == reference).OrderByDescending(known => known.CreatedAt).FirstOrDefaultAsync(cancellationToken);

    private static string Word(SandboxState state) => state switch
    {
        SandboxState.Open => "pending",
        SandboxState.Paid => "successful",
        SandboxState.Cancelled => "cancelled",
        _ => "failed",
    };

    private static void Keep(SandboxCharge charge, FlutterwaveSandboxLink data)
    {
        charge.DataJson = JsonSerializer.Serialize(data, FlutterwaveJson.Default.FlutterwaveSandboxLink);
        charge.Version++;
    }

    private static FlutterwaveSandboxLink Data(SandboxCharge charge) =>
        JsonSerializer.Deserialize(charge.DataJson, FlutterwaveJson.Default.FlutterwaveSandboxLink) ?? throw new InvalidOperationException($"Charge {charge.Reference} has lost its data.");

    private static string CommentsOf(SandboxRefund refund) => JsonSerializer.Deserialize(refund.DataJson, FlutterwaveJson.Default.FlutterwaveSandboxRefund)?.Comments ?? "";

    private static SandboxResponse Paged(SandboxRequest request, string message, List<JsonObject> rows)
    {
        var page = Math.Max(1, int.TryParse(request.Query.GetValueOrDefault("page"), NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) ? wanted : 1);
        var meta = new JsonObject { ["page_info"] = new JsonObject { ["total"] = rows.Count, ["current_page"] = page, ["total_pages"] = Math.Max(1, (rows.Count + PageSize - 1) / PageSize) } };
        return Good(message, new JsonArray([.. rows.Skip((page - 1) * PageSize).Take(PageSize)]), meta);
    }

    private static JsonElement Body(SandboxRequest request)
    {
        try
        {
            return JsonElement.Parse(request.Body.Span);
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private static Dictionary<string, string> Form(SandboxRequest request)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in Encoding.UTF8.GetString(request.Body.Span).Split('&', StringSplitOptions.RemoveEmptyEntries).Select(field => field.Split('=', 2)))
            fields[Uri.UnescapeDataString(pair[0])] = pair.Length == 2 ? Uri.UnescapeDataString(pair[1].Replace('+', ' ')) : "";
        return fields;
    }

    private static string? KeyOf(SandboxRequest request) =>
        request.Headers.GetValueOrDefault("authorization") is { } header && header.StartsWith("Bearer ", StringComparison.Ordinal) ? header["Bearer ".Length..] : null;

    private static DateTimeOffset? Day(SandboxRequest request, string name) =>
        DateOnly.TryParseExact(request.Query.GetValueOrDefault(name), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero) : null;

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Ten digits. The unique index has the last word.</summary>
    private static string NewNumber() => (1_000_000_000 + IdSource.Next(900_000) * 1000L + IdSource.Next(1000)).ToString(CultureInfo.InvariantCulture);

    private static SandboxResponse Good(string message, JsonNode data, JsonObject? meta = null)
    {
        var answer = new JsonObject { ["status"] = "success", ["message"] = message, ["data"] = data };
        if (meta is not null)
            answer["meta"] = meta;
        return SandboxResponse.Json(200, answer.ToJsonString());
    }

    private static SandboxResponse Refuse(int status, string message) =>
        SandboxResponse.Json(status, new JsonObject { ["status"] = "error", ["message"] = message, ["data"] = null }.ToJsonString());
}
