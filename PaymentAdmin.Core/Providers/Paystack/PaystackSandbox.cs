using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Providers.Sandbox;

namespace PaymentAdmin.Core.Providers.Paystack;

/// <summary>
/// Paystack's API and its checkout page. Every <c>sk_test_</c> key is a merchant of its own, except those that say "wrong". Refunds end
/// three seconds after they were asked for; what they become depends on the card.
/// </summary>
internal sealed class PaystackSandbox(SandboxWebhooks webhooks) : ISandbox, IKeepsDemoBooks, IPlaysPayers
{
    private const string Pages = "/checkout/";
    private static readonly TimeSpan RefundTakes = TimeSpan.FromSeconds(3);

    public string Provider => PaystackProvider.Id;

    public PayerScript Script { get; } = new("/transaction/initialize", "/transaction/verify/")
    {
        Pays = [new(("action", "pay"), ("card", "4084 0840 8408 4081"))],
        Declines = [new(("action", "pay"), ("card", "4084 0800 0000 5408"))],
        Differs = [SandboxFaultKinds.WrongAmount, SandboxFaultKinds.WrongCurrency],
    };

    public string? Merchant(SandboxRequest request) => KeyOf(request) is { Length: > 0 } key && !request.Path.StartsWith(Pages, StringComparison.Ordinal) ? SandboxCharge.MerchantOf(key) : null;

    public string MerchantOf(IReadOnlyDictionary<string, string> credentials) => SandboxCharge.MerchantOf(credentials[PaystackProvider.SecretKey]);

    public string NewReference(Random chance) => chance.NextInt64(4_000_000_000, 5_000_000_000).ToString(CultureInfo.InvariantCulture);

    public bool IsNamedByMerchant => true;

    public string WordOf(SandboxState state, DemoCheckout checkout) => Word(state);

    public string DataOf(DemoCheckout checkout) =>
        JsonSerializer.Serialize(new PaystackSandboxCharge("", "payer@example.com", "", null, null, checkout.Method ?? "card"), PaystackJson.Default.PaystackSandboxCharge);

    public async Task<SandboxResponse> HandleAsync(SandboxRequest request, PaymentDb db, CancellationToken cancellationToken)
    {
        if (request.Path.StartsWith(Pages, StringComparison.Ordinal))
            return await PageAsync(request, db, cancellationToken);
        if (KeyOf(request) is not { } key || !key.StartsWith("sk_test_", StringComparison.Ordinal) || key.Contains("wrong", StringComparison.OrdinalIgnoreCase))
            return SandboxResponse.Json(401, """{"status":false,"message":"Invalid key"}""");
        var merchant = SandboxCharge.MerchantOf(key);
        return (request.Method, request.Path.Split('/')) switch
        {
            ("POST", ["", "transaction", "initialize"]) => await InitializeAsync(request, db, merchant, cancellationToken),
            ("GET", ["", "transaction", "verify", var reference]) => await VerifyAsync(request, db, merchant, Uri.UnescapeDataString(reference), cancellationToken),
            ("GET", ["", "transaction"]) => await ListAsync(request, db, merchant, cancellationToken),
            ("POST", ["", "refund"]) => await RefundAsync(request, db, merchant, cancellationToken),
            ("GET", ["", "refund"]) => await RefundsAsync(request, db, merchant, cancellationToken),
            ("GET", ["", "refund", var id]) => await RefundStatusAsync(request, db, merchant, id, cancellationToken),
            _ => Refuse(404, "Route not found", "not_found"),
        };
    }

    private async Task<SandboxResponse> InitializeAsync(SandboxRequest request, PaymentDb db, string merchant, CancellationToken cancellationToken)
    {
        var body = Body(request);
        if (body.Text("email") is not { } email || !Texts.IsEmail(email))
            return Refuse(400, "Email Address is required", "missing_params");
        if (PaystackMoney.FromWire(body.Whole("amount"), body.Text("currency") ?? "NGN") is not { Minor: > 0 } amount)
            return Refuse(400, "Invalid Amount Sent", "invalid_amount");
        var reference = body.Text("reference") ?? "T" + NewNumber();
        if (!reference.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '.' or '='))
            return Refuse(400, "Invalid Transaction Reference", "invalid_params");
        if (await db.SandboxCharges.AnyAsync(charge => charge.Provider == Provider && charge.Merchant == merchant && charge.MerchantReference == reference, cancellationToken))
            return Refuse(400, "Duplicate Transaction Reference", "duplicate_reference");

        var code = IdSource.NewToken(15).ToLowerInvariant();
        var channels = body.Member("channels") is { ValueKind: JsonValueKind.Array } given ? given.EnumerateArray().Select(channel => channel.Spelled() ?? "").ToList() : null;
        var data = new PaystackSandboxCharge(code, email, body.Text("callback_url") ?? "", body.Member("metadata").Text("cancel_action"), channels);
        var number = NewNumber();
        db.SandboxCharges.Add(new SandboxCharge
        {
            Id = IdSource.NewId(request.At),
            Provider = Provider,
            Merchant = merchant,
            Reference = number,
            MerchantReference = reference,
            AmountMinor = amount.Minor,
            Currency = amount.Currency,
            CreatedAt = request.At,
            DataJson = JsonSerializer.Serialize(data, PaystackJson.Default.PaystackSandboxCharge),
        });
        var page = $"{request.BaseUrl}{Pages}{number}-{code}";
        return Good("Authorization URL created", new JsonObject { ["authorization_url"] = page, ["access_code"] = code, ["reference"] = reference });
    }

    private async Task<SandboxResponse> VerifyAsync(SandboxRequest request, PaymentDb db, string merchant, string reference, CancellationToken cancellationToken)
    {
        var fault = await SandboxFaultKinds.TakeAsync(db, Provider, merchant, request.Path, [SandboxFaultKinds.NotFound, SandboxFaultKinds.UnknownStatus], cancellationToken);
        if (fault == SandboxFaultKinds.NotFound || await FindAsync(db, merchant, reference, cancellationToken) is not { } charge)
            return Refuse(400, "Transaction reference not found.", "transaction_not_found");
        var transaction = Transaction(charge);
        if (fault == SandboxFaultKinds.UnknownStatus)
            transaction["status"] = SandboxFaultKinds.UnknownWord;
        return Good("Verification successful", transaction);
    }

    private async Task<SandboxResponse> ListAsync(SandboxRequest request, PaymentDb db, string merchant, CancellationToken cancellationToken)
    {
        var size = Math.Clamp(int.TryParse(request.Query.GetValueOrDefault("perPage"), NumberStyles.None, CultureInfo.InvariantCulture, out var asked) ? asked : 50, 1, 100);
        var page = Math.Max(1, int.TryParse(request.Query.GetValueOrDefault("page"), NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) ? wanted : 1);
        var own = db.SandboxCharges.Where(charge => charge.Provider == Provider && charge.Merchant == merchant);
        if (Moment(request, "from") is { } from)
            own = own.Where(charge => charge.CreatedAt >= from);
        if (Moment(request, "to") is { } to)
            own = own.Where(charge => charge.CreatedAt <= to);
        var total = await own.CountAsync(cancellationToken);
        var rows = await own.OrderByDescending(charge => charge.CreatedAt).ThenBy(charge => charge.Id).Skip((page - 1) * size).Take(size).ToListAsync(cancellationToken);
        var meta = new JsonObject { ["total"] = total, ["perPage"] = size, ["page"] = page, ["pageCount"] = (total + size - 1) / size };
        return Good("Transactions retrieved", new JsonArray([.. rows.Select(Transaction)]), meta);
    }

    private async Task<SandboxResponse> RefundAsync(SandboxRequest request, PaymentDb db, string merchant, CancellationToken cancellationToken)
    {
        var body = Body(request);
        var fault = await SandboxFaultKinds.TakeAsync(db, Provider, merchant, request.Path, [SandboxFaultKinds.NotFound, SandboxFaultKinds.RefundFailed], cancellationToken);
        if (fault == SandboxFaultKinds.NotFound || body.Text("transaction") is not { } reference || await FindAsync(db, merchant, reference, cancellationToken) is not { } charge)
            return Refuse(400, "Transaction not found", "transaction_not_found");
        var left = charge.AmountMinor - charge.RefundedMinor;
        if (charge.State != SandboxState.Paid || left == 0)
            return Refuse(400, charge.State == SandboxState.Paid ? "Transaction has been fully reversed" : "Transaction has not been paid", "invalid_params");
        var amount = body.Whole("amount") is { } wire ? PaystackMoney.FromWire(wire, charge.Currency)?.Minor ?? 0 : left;
        if (amount < 1 || amount > left)
            return Refuse(400, "Refund amount cannot be greater than the amount that is left of the transaction", "invalid_params");
        if (body.Text("currency") is { } currency && currency != charge.Currency)
            return Refuse(400, "Currency does not match the transaction's", "invalid_params");

        var outcome = fault == SandboxFaultKinds.RefundFailed ? PaystackCardOutcome.RefundFails : PaystackCards.OutcomeOf(Data(charge).Card ?? "") ?? PaystackCardOutcome.Pays;
        var word = outcome switch { PaystackCardOutcome.RefundFails => "failed", PaystackCardOutcome.RefundNeedsAttention => "needs-attention", _ => "processed" };
        charge.Refund(amount);
        var refund = new SandboxRefund
        {
            Id = IdSource.NewId(request.At),
            ChargeId = charge.Id,
            Provider = Provider,
            Reference = NewNumber(),
            AmountMinor = amount,
            State = "pending",
            CreatedAt = request.At,
            DataJson = JsonSerializer.Serialize(new PaystackSandboxRefund(word, body.Text("merchant_note")), PaystackJson.Default.PaystackSandboxRefund),
        };
        db.SandboxRefunds.Add(refund);
        await AnnounceAsync(db, merchant, "refund.pending", RefundEvent(charge, refund, "pending"), request.At, cancellationToken);
        await AnnounceAsync(db, merchant, "refund." + word, RefundEvent(charge, refund, word), request.At + RefundTakes, cancellationToken);
        var answer = RefundObject(charge, refund);
        answer["transaction"] = Transaction(charge);
        return Good("Refund has been queued for processing", answer);
    }

    private async Task<SandboxResponse> RefundsAsync(SandboxRequest request, PaymentDb db, string merchant, CancellationToken cancellationToken)
    {
        if (request.Query.GetValueOrDefault("transaction") is not { Length: > 0 } reference || await FindAsync(db, merchant, reference, cancellationToken) is not { } charge)
            return Good("Refunds retrieved", new JsonArray(), new JsonObject { ["total"] = 0 });
        var refunds = await db.SandboxRefunds.Where(refund => refund.ChargeId == charge.Id).OrderByDescending(refund => refund.CreatedAt).ToListAsync(cancellationToken);
        foreach (var refund in refunds)
            Settle(charge, refund, request.At);
        return Good("Refunds retrieved", new JsonArray([.. refunds.Select(refund => RefundObject(charge, refund))]), new JsonObject { ["total"] = refunds.Count });
    }

    private async Task<SandboxResponse> RefundStatusAsync(SandboxRequest request, PaymentDb db, string merchant, string id, CancellationToken cancellationToken)
    {
        var refund = await db.SandboxRefunds.FirstOrDefaultAsync(known => known.Provider == Provider && known.Reference == id, cancellationToken);
        var charge = refund is null ? null : await db.SandboxCharges.FirstOrDefaultAsync(known => known.Id == refund.ChargeId && known.Merchant == merchant, cancellationToken);
        if (refund is null || charge is null)
            return Refuse(404, "Refund not found", "not_found");
        Settle(charge, refund, request.At);
        return Good("Refund retrieved", RefundObject(charge, refund));
    }

    /// <summary>A refund that fails gives the money back to the merchant.</summary>
    private static void Settle(SandboxCharge charge, SandboxRefund refund, DateTimeOffset now)
    {
        if (refund.State != "pending" || now < refund.CreatedAt + RefundTakes)
            return;
        refund.State = RefundData(refund).Outcome;
        if (refund.State == "failed")
        {
            charge.RefundedMinor -= refund.AmountMinor;
            charge.Version++;
        }
    }

    /// <summary><c>/checkout/{number}-{access code}</c> and, below it, the page that asks for PIN, code or the bank's consent.</summary>
    private async Task<SandboxResponse> PageAsync(SandboxRequest request, PaymentDb db, CancellationToken cancellationToken)
    {
        var parts = request.Path[Pages.Length..].Split('/');
        var names = parts[0].Split('-', 2);
        var charge = await db.SandboxCharges.FirstOrDefaultAsync(known => known.Provider == Provider && known.Reference == names[0], cancellationToken);
        if (charge is null || names.Length != 2 || Data(charge).AccessCode != names[1] || parts is not ([_] or [_, "confirm"]))
            return SandboxPage.Of(request, "Paystack", "No such checkout", "<h1>No such checkout</h1>") with { Status = 404 };
        if (request.Method != "POST")
            return SandboxPage.Of(request, "Paystack", "Paystack checkout", Content(request, charge, parts[0], isConfirming: parts.Length == 2, said: null));
        return charge.State == SandboxState.Open ? await DecideAsync(request, db, charge, parts[0], isConfirming: parts.Length == 2, cancellationToken) : SandboxResponse.Redirect(PathOf(request, parts[0]));
    }

    private async Task<SandboxResponse> DecideAsync(SandboxRequest request, PaymentDb db, SandboxCharge charge, string name, bool isConfirming, CancellationToken cancellationToken)
    {
        var form = Form(request);
        var data = Data(charge);
        var card = string.Concat(form.GetValueOrDefault("card", "").Where(char.IsAsciiDigit));
        switch (form.GetValueOrDefault("action"), isConfirming)
        {
            case ("leave", _):
                return SandboxResponse.Redirect(data.CancelUrl is { Length: > 0 } cancel ? cancel : Back(charge, data));
            case ("confirm", true) when data.Card is not null:
                return await PayAsync(request, db, charge, data with { Response = "Successful" }, cancellationToken);
            case ("refuse", true) when data.Card is not null:
                return Decline(request, charge, data with { Response = "Declined by the bank: not authenticated" }, name);
            case ("transfer", false) when Takes(data, "bank_transfer"):
                return await PayAsync(request, db, charge, data with { Channel = "bank_transfer", Response = "Approved" }, cancellationToken);
            case ("pay", false) when Takes(data, "card"):
                break;
            default:
                return SandboxResponse.Redirect(PathOf(request, name));
        }
        data = data with { Channel = "card", Card = card };
        switch (PaystackCards.OutcomeOf(card))
        {
            case null:
                return SandboxPage.Of(request, "Paystack", "Paystack checkout", Content(request, charge, name, isConfirming: false, said: "This is none of Paystack's test cards."));
            case PaystackCardOutcome.AsksFirst:
                Keep(charge, data);
                return SandboxResponse.Redirect(PathOf(request, name) + "/confirm");
            case PaystackCardOutcome.Declined:
                return Decline(request, charge, data with { Response = "Declined" }, name);
            case PaystackCardOutcome.NoToken:
                return Decline(request, charge, data with { Response = "Token Not Generated. Customer Not Registered on Token Platform" }, name);
            case PaystackCardOutcome.InsufficientFunds:
                return Decline(request, charge, data with { Response = "Insufficient Funds" }, name);
            default:
                return await PayAsync(request, db, charge, data with { Response = "Successful" }, cancellationToken);
        }
    }

    private async Task<SandboxResponse> PayAsync(SandboxRequest request, PaymentDb db, SandboxCharge charge, PaystackSandboxCharge data, CancellationToken cancellationToken)
    {
        var fault = await SandboxFaultKinds.TakeAsync(db, Provider, charge.Merchant, request.Path, [SandboxFaultKinds.WrongAmount, SandboxFaultKinds.WrongCurrency], cancellationToken);
        Money? said = fault switch
        {
            SandboxFaultKinds.WrongAmount => new Money(Math.Max(1, charge.AmountMinor - 1), charge.Currency),
            SandboxFaultKinds.WrongCurrency => new Money(charge.AmountMinor, charge.Currency == "USD" ? "GHS" : "USD"),
            _ => null,
        };
        Keep(charge, data with { Said = said });
        charge.Decide(SandboxState.Paid, request.At);
        await AnnounceAsync(db, charge.Merchant, "charge.success", Transaction(charge), request.At, cancellationToken);
        return SandboxResponse.Redirect(Back(charge, data));
    }

    /// <summary>Nothing is announced: Paystack tells of successes only.</summary>
    private static SandboxResponse Decline(SandboxRequest request, SandboxCharge charge, PaystackSandboxCharge data, string name)
    {
        Keep(charge, data);
        charge.Decide(SandboxState.Declined, request.At);
        return SandboxResponse.Redirect(PathOf(request, name));
    }

    private async Task AnnounceAsync(PaymentDb db, string merchant, string type, JsonObject data, DateTimeOffset at, CancellationToken cancellationToken)
    {
        if (await webhooks.FindMerchantAsync(db, Provider, PaystackProvider.SecretKey, merchant, cancellationToken) is not { } account)
            return;
        var body = Encoding.UTF8.GetBytes(new JsonObject { ["event"] = type, ["data"] = data }.ToJsonString());
        var signature = Convert.ToHexStringLower(PaystackWebhook.Sign(Encoding.UTF8.GetBytes(account.Credential(PaystackProvider.SecretKey)), body));
        var headers = new Dictionary<string, string> { ["Content-Type"] = "application/json", [PaystackWebhook.SignatureHeader] = signature };
        await webhooks.PlanAsync(db, account, headers, body, at, cancellationToken, merchant: merchant);
    }

    private static string Content(SandboxRequest request, SandboxCharge charge, string name, bool isConfirming, string? said)
    {
        var data = Data(charge);
        var amount = $"<p class=\"amt\">{SandboxPage.Text(MoneyFormat.Figure(charge.AmountMinor, charge.Currency))} <span>{SandboxPage.Text(charge.Currency)}</span></p>";
        var head = $"<h1>Paystack</h1><p class=\"lbl\">{SandboxPage.Text(data.Email)}</p>{amount}";
        var back = $"<p><a class=\"btn sec\" href=\"{SandboxPage.Text(Back(charge, data))}\">Back to the shop</a></p>";
        if (charge.State != SandboxState.Open)
            return head + (charge.State == SandboxState.Paid ? "<p>Paid.</p>" : $"<p role=\"alert\">{SandboxPage.Text(data.Response ?? "Declined")}. No money was taken.</p>") + back;
        var form = $"<form method=\"post\" action=\"{SandboxPage.Text(PathOf(request, name) + (isConfirming ? "/confirm" : ""))}\">";
        var alert = said is null ? "" : $"<p role=\"alert\">{SandboxPage.Text(said)}</p>";
        if (isConfirming)
            return $"{head}<p>Your bank asks for your PIN, a code or your consent.</p>{form}<button class=\"btn\" name=\"action\" value=\"confirm\">Confirm</button><button class=\"btn sec\" name=\"action\" value=\"refuse\">Refuse</button></form>";
        var card = Takes(data, "card")
            ? "<label>Card number <input name=\"card\" inputmode=\"numeric\" autocomplete=\"off\" value=\"4084 0840 8408 4081\"></label><button class=\"btn\" name=\"action\" value=\"pay\">Pay by card</button>"
            : "";
        var transfer = Takes(data, "bank_transfer")
            ? "<p>Or transfer to Demo Bank, account 1230001644.</p><button class=\"btn sec\" name=\"action\" value=\"transfer\">I have sent the money</button>"
            : "";
        return $"{head}{alert}{form}{card}{transfer}<button class=\"btn sec\" name=\"action\" value=\"leave\">Leave</button></form><p class=\"fine\">Test cards: {string.Join(", ", PaystackCards.Instruments.Take(6).Select(card => $"{card.Value} {card.Outcome.ToLowerInvariant()}"))}. Any other number is refused.</p>";
    }

    private static bool Takes(PaystackSandboxCharge data, string channel) => data.Channels is null || data.Channels.Contains(channel);

    private static string Back(SandboxCharge charge, PaystackSandboxCharge data)
    {
        var reference = Uri.EscapeDataString(charge.MerchantReference ?? "");
        return $"{data.CallbackUrl}{(data.CallbackUrl.Contains('?', StringComparison.Ordinal) ? '&' : '?')}trxref={reference}&reference={reference}";
    }

    private static string PathOf(SandboxRequest request, string name) => SandboxPage.Path(request, Pages + name);

    private static JsonObject Transaction(SandboxCharge charge)
    {
        var data = Data(charge);
        var said = data.Said ?? new Money(charge.AmountMinor, charge.Currency);
        var wire = PaystackMoney.ToWire(said);
        var paid = charge.PaidAt is { } at ? Time(at) : null;
        return new JsonObject
        {
            ["id"] = long.Parse(charge.Reference, NumberStyles.None, CultureInfo.InvariantCulture),
            ["domain"] = "test",
            ["status"] = charge.State == SandboxState.Paid && charge.RefundedMinor == charge.AmountMinor ? "reversed" : Word(charge.State),
            ["reference"] = charge.MerchantReference,
            ["amount"] = wire,
            ["message"] = null,
            ["gateway_response"] = data.Response ?? "The transaction was not completed",
            ["paid_at"] = paid,
            ["created_at"] = Time(charge.CreatedAt),
            ["channel"] = data.Channel,
            ["currency"] = said.Currency,
            ["metadata"] = "",
            ["fees"] = charge.State == SandboxState.Paid ? wire * 15 / 1000 : null,
            ["authorization"] = data.Card is { Length: > 4 } card
                ? new JsonObject { ["authorization_code"] = "AUTH_" + charge.Reference, ["last4"] = card[^4..], ["channel"] = "card", ["brand"] = card[0] == '4' ? "visa" : "verve", ["reusable"] = true }
                : new JsonObject(),
            ["customer"] = new JsonObject { ["email"] = data.Email, ["customer_code"] = "CUS_" + charge.Reference },
            ["requested_amount"] = wire,
        };
    }

    private static JsonObject RefundObject(SandboxCharge charge, SandboxRefund refund) => new()
    {
        ["id"] = long.Parse(refund.Reference, NumberStyles.None, CultureInfo.InvariantCulture),
        ["transaction"] = long.Parse(charge.Reference, NumberStyles.None, CultureInfo.InvariantCulture),
        ["amount"] = PaystackMoney.ToWire(new Money(refund.AmountMinor, charge.Currency)),
        ["currency"] = charge.Currency,
        ["status"] = refund.State,
        ["merchant_note"] = RefundData(refund).Note,
        ["domain"] = "test",
        ["createdAt"] = Time(refund.CreatedAt),
    };

    private static JsonObject RefundEvent(SandboxCharge charge, SandboxRefund refund, string word)
    {
        var told = new JsonObject
        {
            ["status"] = word,
            ["transaction_reference"] = charge.MerchantReference,
            ["refund_reference"] = word == "processed" ? "R" + refund.Reference : null,
            ["amount"] = PaystackMoney.ToWire(new Money(refund.AmountMinor, charge.Currency)).ToString(CultureInfo.InvariantCulture),
            ["currency"] = charge.Currency,
            ["processor"] = "mpgs_zen",
            ["domain"] = "test",
        };
        if (word == "needs-attention")
        {
            told["id"] = refund.Reference;
            told["merchant_note"] = RefundData(refund).Note;
        }
        return told;
    }

    private async Task<SandboxCharge?> FindAsync(PaymentDb db, string merchant, string reference, CancellationToken cancellationToken) =>
        await db.SandboxCharges.FirstOrDefaultAsync(known => known.Provider == Provider && known.Merchant == merchant && (known.MerchantReference == reference || known.Reference == reference), cancellationToken);

    private static string Word(SandboxState state) => state switch
    {
        SandboxState.Paid => "success",
        SandboxState.Declined => "failed",
        _ => "abandoned",
    };

    private static void Keep(SandboxCharge charge, PaystackSandboxCharge data)
    {
        charge.DataJson = JsonSerializer.Serialize(data, PaystackJson.Default.PaystackSandboxCharge);
        charge.Version++;
    }

    private static PaystackSandboxCharge Data(SandboxCharge charge) =>
        JsonSerializer.Deserialize(charge.DataJson, PaystackJson.Default.PaystackSandboxCharge) ?? throw new InvalidOperationException($"Charge {charge.Reference} has lost its data.");

    private static PaystackSandboxRefund RefundData(SandboxRefund refund) =>
        JsonSerializer.Deserialize(refund.DataJson, PaystackJson.Default.PaystackSandboxRefund) ?? throw new InvalidOperationException($"Refund {refund.Reference} has lost its data.");

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

    private static DateTimeOffset? Moment(SandboxRequest request, string name) =>
        DateTimeOffset.TryParse(request.Query.GetValueOrDefault(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment.ToUniversalTime() : null;

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Ten digits, as Paystack's: more than 32 bits hold. The unique index has the last word.</summary>
    private static string NewNumber() => (4_000_000_000 + IdSource.Next(900_000) * 1000L + IdSource.Next(1000)).ToString(CultureInfo.InvariantCulture);

    private static SandboxResponse Good(string message, JsonNode data, JsonObject? meta = null)
    {
        var answer = new JsonObject { ["status"] = true, ["message"] = message, ["data"] = data };
        if (meta is not null)
            answer["meta"] = meta;
        return SandboxResponse.Json(200, answer.ToJsonString());
    }

    private static SandboxResponse Refuse(int status, string message, string code) => SandboxResponse.Json(
        status,
        new JsonObject { ["status"] = false, ["message"] = message, ["meta"] = new JsonObject { ["nextStep"] = "Check the request and try again" }, ["type"] = "validation_error", ["code"] = code }.ToJsonString());
}
