using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Providers.Sandbox;

namespace PaymentAdmin.Core.Providers.Ioka;

/// <summary>Ioka's API v2 and its checkout page: orders, payments, refunds, keys by client credentials, signed webhooks.</summary>
internal sealed class IokaSandbox(SandboxWebhooks webhooks) : ISandbox, IKeepsDemoBooks, IPlaysPayers
{
    private const string Tenge = IokaProvider.Tenge;
    private const string IssuedPrefix = "sandbox.";
    private const string AcsPassword = "12345678";
    private static readonly TimeSpan OrderLifetime = TimeSpan.FromHours(24);
    private static readonly TimeSpan IssuedKeyLifetime = TimeSpan.FromHours(1);

    public string Provider => "ioka";

    public PayerScript Script { get; } = new("/v2/orders", "/v2/orders/")
    {
        Pays = [new(("card", "5555 5555 5555 5599"), ("expiry", "12/34"), ("cvc", "123"), ("action", "pay"))],
        Declines = [new(("card", "4444 4444 1111 1111"), ("expiry", "12/34"), ("cvc", "123"), ("action", "pay"))],
        Differs = [SandboxFaultKinds.WrongAmount, SandboxFaultKinds.WrongCurrency],
    };

    public string? Merchant(SandboxRequest request) =>
        request.Headers.GetValueOrDefault("api-key") is { Length: > 0 } key ? MerchantOfKey(key) : null;

    public string MerchantOf(IReadOnlyDictionary<string, string> credentials) =>
        credentials.GetValueOrDefault(IokaProvider.ClientId) is { Length: > 0 } client && credentials.GetValueOrDefault(IokaProvider.ClientSecret) is { Length: > 0 }
            ? SandboxCharge.MerchantOf("client:" + client)
            : SandboxCharge.MerchantOf(credentials.GetValueOrDefault(IokaProvider.ApiKey) ?? "");

    public string NewReference(Random chance) => "ord_" + Hex(chance.NextInt64());

    public string WordOf(SandboxState state, DemoCheckout checkout) => WordOf(state);

    public string DataOf(DemoCheckout checkout) => Text(new IokaSandboxOrder { Description = checkout.Description ?? checkout.OrderReference });

    public async Task<SandboxResponse> HandleAsync(SandboxRequest request, PaymentDb db, CancellationToken cancellationToken)
    {
        var path = request.Path.Trim('/').Split('/');
        if (path is ["orders", var page])
            return await PageAsync(request, db, page, cancellationToken);
        if (path is not ["v2", ..])
            return Fault(404, "NotFound", "Not found");
        if (path is ["v2", "auth", "token"] && request.Method == "POST")
            return IssueKey(request);
        if (Merchant(request) is not { } merchant || IsRefusedKey(request))
            return Fault(401, "Unauthorized", "Unauthorized");
        return (request.Method, path) switch
        {
            ("POST", ["v2", "orders"]) => await CreateAsync(request, db, merchant, cancellationToken),
            ("GET", ["v2", "orders"]) => await SearchAsync(request, db, merchant, cancellationToken),
            ("GET", ["v2", "orders", var id]) => await ReadAsync(request, db, merchant, id, cancellationToken),
            ("GET", ["v2", "orders", var id, "payments"]) => await PaymentsAsync(request, db, merchant, id, cancellationToken),
            ("POST", ["v2", "orders", var id, "refunds"]) => await RefundAsync(request, db, merchant, id, cancellationToken),
            ("GET", ["v2", "orders", var id, "refunds"]) => await RefundsAsync(request, db, merchant, id, null, cancellationToken),
            ("GET", ["v2", "orders", var id, "refunds", var refund]) => await RefundsAsync(request, db, merchant, id, refund, cancellationToken),
            ("POST", ["v2", "orders", _, "cancel" or "capture"]) => Fault(409, "OrderHasNoApprovedPayment", "Order has no approved payment"),
            _ => Fault(404, "NotFound", "Not found"),
        };
    }

    private static SandboxResponse IssueKey(SandboxRequest request)
    {
        var asked = IokaAnswer.Read(request.Body.Span, IokaJson.Default.IokaTokenRequest);
        if (asked is not { ClientId.Length: > 0, ClientSecret.Length: > 0 } || asked.ClientSecret.StartsWith("wrong", StringComparison.OrdinalIgnoreCase))
            return Fault(401, "Unauthorized", "Wrong client credentials");
        var expiry = request.At + IssuedKeyLifetime;
        var key = IssuedPrefix + Convert.ToHexStringLower(Encoding.UTF8.GetBytes(asked.ClientId)) + "." + expiry.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return SandboxResponse.Json(200, JsonSerializer.Serialize(new IokaToken(key, expiry.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture)), IokaJson.Default.IokaToken));
    }

    /// <summary>Every permanent key is somebody's, except those that say they are wrong; an issued one until its time.</summary>
    private static bool IsRefusedKey(SandboxRequest request)
    {
        var key = request.Headers.GetValueOrDefault("api-key") ?? "";
        if (!key.StartsWith(IssuedPrefix, StringComparison.Ordinal))
            return key.StartsWith("wrong", StringComparison.OrdinalIgnoreCase);
        return key.Split('.') is not [_, _, var until] || !long.TryParse(until, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds <= request.At.ToUnixTimeSeconds();
    }

    private static string MerchantOfKey(string key) =>
        key.StartsWith(IssuedPrefix, StringComparison.Ordinal) && key.Split('.') is [_, var client, _] && Signature.FromHex(client) is { } id
            ? SandboxCharge.MerchantOf("client:" + Encoding.UTF8.GetString(id))
            : SandboxCharge.MerchantOf(key);

    private async Task<SandboxResponse> CreateAsync(SandboxRequest request, PaymentDb db, string merchant, CancellationToken cancellationToken)
    {
        if (IokaAnswer.Read(request.Body.Span, IokaJson.Default.IokaOrderRequest) is not { } asked || asked.Amount is < IokaProvider.AmountMin or > Money.MinorMax)
            return Fault(400, "ValidationError", "amount: must be at least 100");
        if (asked.Currency is not (null or Tenge))
            return Fault(400, "ValidationError", "currency: only KZT");
        if (asked.ExternalId is { Length: > 0 } external && await db.SandboxCharges.FirstOrDefaultAsync(row => row.Provider == Provider && row.Merchant == merchant && row.MerchantReference == external, cancellationToken) is { } twin)
        {
            // The same key replays the same answer for an hour; any other creation with this number is refused.
            return request.Headers.GetValueOrDefault("idempotency-key") == external && twin.AmountMinor == asked.Amount && request.At - twin.CreatedAt < TimeSpan.FromHours(1)
                ? Created(request, twin)
                : Fault(409, "OrderExists", "Order with this external_id exists");
        }
        var due = DateTimeOffset.TryParse(asked.DueDate, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment : request.At + OrderLifetime;
        var charge = new SandboxCharge
        {
            Id = IdSource.NewId(request.At),
            Provider = Provider,
            Merchant = merchant,
            Reference = "ord_" + NewNumber(),
            MerchantReference = asked.ExternalId,
            AmountMinor = asked.Amount,
            Currency = Tenge,
            ExpiresAt = due.ToUniversalTime(),
            CreatedAt = request.At,
            DataJson = Text(new IokaSandboxOrder { Description = asked.Description, BackUrl = asked.BackUrl, SuccessUrl = asked.SuccessUrl, FailureUrl = asked.FailureUrl }),
        };
        db.SandboxCharges.Add(charge);
        return Created(request, charge);
    }

    private static SandboxResponse Created(SandboxRequest request, SandboxCharge charge) =>
        SandboxResponse.Json(201, JsonSerializer.Serialize(new IokaCreated(OrderOf(request, charge)), IokaJson.Default.IokaCreated));

    private async Task<SandboxResponse> SearchAsync(SandboxRequest request, PaymentDb db, string merchant, CancellationToken cancellationToken)
    {
        var external = request.Query.GetValueOrDefault("external_id");
        var found = db.SandboxCharges.Where(row => row.Provider == Provider && row.Merchant == merchant && (external == null || row.MerchantReference == external));
        if (Moment(request, "from_dt") is { } from)
            found = found.Where(row => row.CreatedAt >= from);
        if (Moment(request, "to_dt") is { } to)
            found = found.Where(row => row.CreatedAt <= to);
        var page = Math.Max(1, Figure(request, "page") ?? 1);
        var limit = Math.Clamp(Figure(request, "limit") ?? 10, 1, 100);
        var total = await found.CountAsync(cancellationToken);
        var charges = await found.OrderByDescending(row => row.CreatedAt).ThenBy(row => row.Id).Skip((page - 1) * limit).Take(limit).ToListAsync(cancellationToken);
        charges.ForEach(charge => charge.Settle(request.At));
        return SandboxResponse.Json(200, JsonSerializer.Serialize(charges.ConvertAll(charge => OrderOf(request, charge)), IokaJson.Default.ListIokaOrder)) with
        {
            Headers = new Dictionary<string, string> { ["x-count"] = total.ToString(CultureInfo.InvariantCulture) },
        };
    }

    private static int? Figure(SandboxRequest request, string name) =>
        int.TryParse(request.Query.GetValueOrDefault(name), NumberStyles.None, CultureInfo.InvariantCulture, out var figure) ? figure : null;

    private static DateTimeOffset? Moment(SandboxRequest request, string name) =>
        DateTimeOffset.TryParse(request.Query.GetValueOrDefault(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment) ? moment : null;

    private async Task<SandboxResponse> ReadAsync(SandboxRequest request, PaymentDb db, string merchant, string id, CancellationToken cancellationToken)
    {
        var fault = await SandboxFaultKinds.TakeAsync(db, Provider, merchant, request.Path, [SandboxFaultKinds.NotFound, SandboxFaultKinds.UnknownStatus], cancellationToken);
        if (fault == SandboxFaultKinds.NotFound || await FindAsync(request, db, merchant, id, cancellationToken) is not { } charge)
            return NoOrder();
        var order = OrderOf(request, charge);
        return SandboxResponse.Json(200, JsonSerializer.Serialize(fault == SandboxFaultKinds.UnknownStatus ? order with { Status = SandboxFaultKinds.UnknownWord } : order, IokaJson.Default.IokaOrder));
    }

    private async Task<SandboxResponse> PaymentsAsync(SandboxRequest request, PaymentDb db, string merchant, string id, CancellationToken cancellationToken) =>
        await FindAsync(request, db, merchant, id, cancellationToken) is { } charge
            ? SandboxResponse.Json(200, JsonSerializer.Serialize(PaymentsOf(charge), IokaJson.Default.ListIokaPayment))
            : NoOrder();

    private async Task<SandboxResponse> RefundAsync(SandboxRequest request, PaymentDb db, string merchant, string id, CancellationToken cancellationToken)
    {
        var fault = await SandboxFaultKinds.TakeAsync(db, Provider, merchant, request.Path, [SandboxFaultKinds.NotFound, SandboxFaultKinds.RefundFailed], cancellationToken);
        if (fault == SandboxFaultKinds.NotFound || await FindAsync(request, db, merchant, id, cancellationToken) is not { } charge)
            return NoOrder();
        if (IokaAnswer.Read(request.Body.Span, IokaJson.Default.IokaRefundRequest) is not { } asked || asked.Amount < IokaProvider.AmountMin)
            return Fault(400, "ValidationError", "amount: must be at least 100");
        var external = asked.ExternalId;
        if (external is { Length: > 0 } && await db.SandboxRefunds.FirstOrDefaultAsync(row => row.ChargeId == charge.Id && row.MerchantReference == external, cancellationToken) is { } twin)
            return SandboxResponse.Json(200, JsonSerializer.Serialize(RefundOf(charge, twin), IokaJson.Default.IokaRefund));
        if (charge.State != SandboxState.Paid)
            return Fault(409, "OrderUnpaid", "Order is unpaid");
        if (asked.Amount > charge.AmountMinor - charge.RefundedMinor)
            return Fault(400, "PaymentRefundAmountExceededError", "Refund amount exceeds what is left of the payment");

        var isDeclined = fault == SandboxFaultKinds.RefundFailed;
        if (!isDeclined)
            charge.Refund(asked.Amount);
        var refund = new SandboxRefund
        {
            Id = IdSource.NewId(request.At),
            ChargeId = charge.Id,
            Provider = Provider,
            Reference = "rfd_" + NewNumber(),
            MerchantReference = external,
            AmountMinor = asked.Amount,
            State = isDeclined ? "failed" : "succeeded",
            CreatedAt = request.At,
        };
        db.SandboxRefunds.Add(refund);
        await NotifyAsync(request, db, charge, isDeclined ? "REFUND_DECLINED" : "REFUND_APPROVED", PaymentsOf(charge).LastOrDefault(), cancellationToken);
        return SandboxResponse.Json(200, JsonSerializer.Serialize(RefundOf(charge, refund), IokaJson.Default.IokaRefund));
    }

    private async Task<SandboxResponse> RefundsAsync(SandboxRequest request, PaymentDb db, string merchant, string id, string? refund, CancellationToken cancellationToken)
    {
        if (await FindAsync(request, db, merchant, id, cancellationToken) is not { } charge)
            return NoOrder();
        var rows = await db.SandboxRefunds.Where(row => row.ChargeId == charge.Id).OrderBy(row => row.CreatedAt).ToListAsync(cancellationToken);
        if (refund is null)
            return SandboxResponse.Json(200, JsonSerializer.Serialize(rows.ConvertAll(row => RefundOf(charge, row)), IokaJson.Default.ListIokaRefund));
        return rows.Find(row => row.Reference == refund) is { } one
            ? SandboxResponse.Json(200, JsonSerializer.Serialize(RefundOf(charge, one), IokaJson.Default.IokaRefund))
            : Fault(404, "RefundNotFound", "Refund not found");
    }

    /// <summary>The checkout page: a card, 3-D Secure where the card asks for it, and a way out.</summary>
    private async Task<SandboxResponse> PageAsync(SandboxRequest request, PaymentDb db, string reference, CancellationToken cancellationToken)
    {
        var charge = await db.SandboxCharges.FirstOrDefaultAsync(row => row.Provider == Provider && row.Reference == reference, cancellationToken);
        if (charge is null)
            return SandboxPage.Of(request, "Ioka", "No such order", "<h1>No such order</h1>") with { Status = 404 };
        charge.Settle(request.At);
        if (request.Method == "POST" && charge.State == SandboxState.Open)
            return await ActAsync(request, db, charge, cancellationToken);
        return SandboxPage.Of(request, "Ioka", "Ioka", Content(request, charge));
    }

    private async Task<SandboxResponse> ActAsync(SandboxRequest request, PaymentDb db, SandboxCharge charge, CancellationToken cancellationToken)
    {
        var form = Form(request.Body);
        var data = Data(charge);
        var waiting = data.Payments.LastOrDefault(payment => payment.Status == "REQUIRES_ACTION");
        switch (form.GetValueOrDefault("action"))
        {
            case "leave":
                return SandboxResponse.Redirect(data.BackUrl ?? data.FailureUrl ?? SandboxPage.Path(request, $"/orders/{charge.Reference}"));
            case "confirm" when waiting is not null:
                return form.GetValueOrDefault("password") == AcsPassword
                    ? await CaptureAsync(request, db, charge, waiting, cancellationToken)
                    : await DeclineAsync(request, db, charge, waiting, "DECLINED_BY_3DSEC", cancellationToken);
        }
        if (waiting is not null)
            return SandboxPage.Of(request, "Ioka", "Ioka", Content(request, charge));
        var card = string.Concat((form.GetValueOrDefault("card") ?? "").Where(char.IsAsciiDigit));
        if (card.Length is < 13 or > 19)
            return SandboxPage.Of(request, "Ioka", "Ioka", Content(request, charge, "Enter a card number."));
        var payment = new IokaPayment
        {
            Id = "pay_" + NewNumber(),
            ShopId = "shp_SANDBOX",
            OrderId = charge.Reference,
            Status = "PENDING",
            CreatedAt = IokaProvider.Moment(request.At),
            ApprovedAmount = 0,
            CapturedAmount = 0,
            RefundedAmount = 0,
            ProcessingFee = 0,
            Payer = new IokaPayer($"{card[..6]}******{card[^4..]}"),
        };
        switch (card)
        {
            case "4111111111111111":
                Save(charge, data with { Payments = [.. data.Payments, payment with { Status = "REQUIRES_ACTION" }] });
                return SandboxPage.Of(request, "Ioka", "Ioka", Content(request, charge));
            case "5555555555555599" or "4242424242424242":
                return await CaptureAsync(request, db, charge, payment, cancellationToken);
            default:
                return await DeclineAsync(request, db, charge, payment, card switch { "4444444444446666" => "CARD_LIMITATIONS_EXCEEDED", "4444444411111111" => "NOT_ENOUGH_MONEY", _ => "DECLINED_BY_ISSUER" }, cancellationToken);
        }
    }

    private async Task<SandboxResponse> CaptureAsync(SandboxRequest request, PaymentDb db, SandboxCharge charge, IokaPayment payment, CancellationToken cancellationToken)
    {
        var fault = await SandboxFaultKinds.TakeAsync(db, Provider, charge.Merchant, "/pay", [SandboxFaultKinds.WrongAmount, SandboxFaultKinds.WrongCurrency], cancellationToken);
        var amount = fault == SandboxFaultKinds.WrongAmount ? Math.Max(1, charge.AmountMinor - 100) : charge.AmountMinor;
        var captured = payment with { Status = "CAPTURED", ApprovedAmount = amount, CapturedAmount = amount };
        var data = Data(charge);
        Save(charge, data with { Payments = [.. data.Payments.Where(other => other.Id != payment.Id), captured], Currency = fault == SandboxFaultKinds.WrongCurrency ? "USD" : Tenge });
        charge.Decide(SandboxState.Paid, request.At);
        await NotifyAsync(request, db, charge, "PAYMENT_CAPTURED", captured, cancellationToken);
        return data.SuccessUrl is { } url ? SandboxResponse.Redirect(url) : SandboxPage.Of(request, "Ioka", "Ioka", Content(request, charge));
    }

    private async Task<SandboxResponse> DeclineAsync(SandboxRequest request, PaymentDb db, SandboxCharge charge, IokaPayment payment, string code, CancellationToken cancellationToken)
    {
        var declined = payment with { Status = "DECLINED", Error = new IokaFault(code, Meaning(code)) };
        var data = Data(charge);
        data = data with { Payments = [.. data.Payments.Where(other => other.Id != payment.Id), declined] };
        Save(charge, data);
        charge.FailureCode = code;
        await NotifyAsync(request, db, charge, "PAYMENT_DECLINED", declined, cancellationToken);
        if (data.Payments.Count(other => other.Status == "DECLINED") < data.Attempts)
            return SandboxPage.Of(request, "Ioka", "Ioka", Content(request, charge, Meaning(code) + " You can try another card."));
        charge.Decide(SandboxState.Declined, request.At);
        return data.FailureUrl is { } url ? SandboxResponse.Redirect(url) : SandboxPage.Of(request, "Ioka", "Ioka", Content(request, charge));
    }

    private async Task NotifyAsync(SandboxRequest request, PaymentDb db, SandboxCharge charge, string type, IokaPayment? payment, CancellationToken cancellationToken)
    {
        if (await webhooks.FindAccountAsync(db, Provider, charge.Merchant, account => MerchantOf(account.Credentials), cancellationToken) is not { } account)
            return;
        var body = JsonSerializer.SerializeToUtf8Bytes(new IokaEvent(type, OrderOf(request, charge) with { Payments = null, ShopId = null }, payment, null), IokaJson.Default.IokaEvent);
        if (account.Credential(IokaProvider.WebhookSecret) is not { Length: > 0 } secret || IokaWebhook.Sign(secret, body) is not { } signature)
            return;
        var headers = new Dictionary<string, string> { ["Content-Type"] = "application/json", ["X-Signature"] = signature };
        await webhooks.PlanAsync(db, account, headers, body, request.At, cancellationToken, merchant: charge.Merchant);
    }

    private static string Content(SandboxRequest request, SandboxCharge charge, string? said = null)
    {
        var data = Data(charge);
        var amount = $"<p class=\"lbl\">{SandboxPage.Text(data.Description ?? "")}</p><p class=\"amt\">{SandboxPage.Text(MoneyFormat.Figure(charge.AmountMinor, charge.Currency))} <span>{Tenge}</span></p>";
        var action = SandboxPage.Text(SandboxPage.Path(request, $"/orders/{charge.Reference}"));
        var alert = said is null ? "" : $"<p role=\"alert\"><b>{SandboxPage.Text(said)}</b></p>";
        if (charge.State != SandboxState.Open)
        {
            var words = charge.State switch
            {
                SandboxState.Paid => "Paid. You can close this page.",
                SandboxState.Declined => "Declined. No money was taken.",
                _ => "This order has expired. No money was taken.",
            };
            return $"<h1>Ioka</h1>{amount}<p>{words}</p>";
        }
        if (data.Payments.Any(payment => payment.Status == "REQUIRES_ACTION"))
        {
            return $"""
                    <h1>3-D Secure</h1>{amount}{alert}
                    <form method="post" action="{action}">
                    <p><label for="password">Password of your bank</label><br><input class="inp" id="password" name="password" autocomplete="off"></p>
                    <button class="btn" name="action" value="confirm">Confirm</button>
                    </form>
                    <p class="fine">The imitated bank knows the password {AcsPassword}; any other one declines.</p>
                    """;
        }
        return $"""
                <h1>Ioka</h1>{amount}{alert}
                <form method="post" action="{action}">
                <p><label for="card">Card number</label><br><input class="inp" id="card" name="card" inputmode="numeric" autocomplete="off" value="5555 5555 5555 5599"></p>
                <p><label for="expiry">Valid until</label><br><input class="inp" id="expiry" name="expiry" autocomplete="off" value="12/26"></p>
                <p><label for="cvc">CVC</label><br><input class="inp" id="cvc" name="cvc" inputmode="numeric" autocomplete="off" value="123"></p>
                <button class="btn" name="action" value="pay">Pay</button>
                <button class="btn sec" name="action" value="leave">Back to the shop</button>
                </form>
                <p class="fine">4111 1111 1111 1111 asks for 3-D Secure; 4444 4444 1111 1111 has not enough money; 4444 4444 4444 6666 is over its limit; 4000 0000 0000 0002 is declined.</p>
                """;
    }

    private async Task<SandboxCharge?> FindAsync(SandboxRequest request, PaymentDb db, string merchant, string id, CancellationToken cancellationToken)
    {
        var charge = await db.SandboxCharges.FirstOrDefaultAsync(row => row.Provider == Provider && row.Reference == id && row.Merchant == merchant, cancellationToken);
        charge?.Settle(request.At);
        return charge;
    }

    private static IokaOrder OrderOf(SandboxRequest request, SandboxCharge charge)
    {
        var data = Data(charge);
        return new IokaOrder
        {
            Id = charge.Reference,
            ShopId = "shp_SANDBOX",
            Status = WordOf(charge.State),
            CreatedAt = IokaProvider.Moment(charge.CreatedAt),
            Amount = charge.AmountMinor,
            DisplayAmount = charge.AmountMinor,
            Currency = data.Currency,
            CaptureMethod = "AUTO",
            ExternalId = charge.MerchantReference,
            Description = data.Description,
            Attempts = data.Attempts,
            DueDate = charge.ExpiresAt is { } due ? IokaProvider.Moment(due) : null,
            BackUrl = data.BackUrl,
            SuccessUrl = data.SuccessUrl,
            FailureUrl = data.FailureUrl,
            CheckoutUrl = $"{request.BaseUrl}/orders/{charge.Reference}",
            Payments = PaymentsOf(charge),
        };
    }

    /// <summary>The payments with what has gone back by now; a demo order that is paid has one, too.</summary>
    private static List<IokaPayment> PaymentsOf(SandboxCharge charge)
    {
        var payments = Data(charge).Payments;
        if (payments.Count == 0 && charge.State == SandboxState.Paid)
            payments = [new IokaPayment { Id = "pay_" + charge.Reference["ord_".Length..], OrderId = charge.Reference, Status = "CAPTURED", CreatedAt = IokaProvider.Moment(charge.PaidAt ?? charge.CreatedAt), ApprovedAmount = charge.AmountMinor, CapturedAmount = charge.AmountMinor, ProcessingFee = 0 }];
        return [.. payments.Select(payment => payment.Status == "CAPTURED" ? payment with { RefundedAmount = charge.RefundedMinor } : payment)];
    }

    private static IokaRefund RefundOf(SandboxCharge charge, SandboxRefund refund) => new()
    {
        Id = refund.Reference,
        ShopId = "shp_SANDBOX",
        OrderId = charge.Reference,
        PaymentId = PaymentsOf(charge).LastOrDefault()?.Id,
        ExternalId = refund.MerchantReference,
        Status = refund.State == "failed" ? "DECLINED" : "APPROVED",
        CreatedAt = IokaProvider.Moment(refund.CreatedAt),
        Amount = refund.AmountMinor,
    };

    // An order whose attempts are spent stays UNPAID at Ioka; its payments tell.
    private static string WordOf(SandboxState state) => state switch
    {
        SandboxState.Open or SandboxState.Declined => "UNPAID",
        SandboxState.Paid => "PAID",
        _ => "EXPIRED",
    };

    private static string Meaning(string code) => code switch
    {
        "NOT_ENOUGH_MONEY" => "Not enough money on the card.",
        "CARD_LIMITATIONS_EXCEEDED" => "The card's limit is exceeded.",
        "DECLINED_BY_3DSEC" => "3-D Secure failed.",
        _ => "The bank declined the card.",
    };

    private static void Save(SandboxCharge charge, IokaSandboxOrder data)
    {
        charge.DataJson = Text(data);
        charge.Version++;
    }

    private static IokaSandboxOrder Data(SandboxCharge charge) => JsonSerializer.Deserialize(charge.DataJson, IokaJson.Default.IokaSandboxOrder) ?? new IokaSandboxOrder();

    private static string Text(IokaSandboxOrder data) => JsonSerializer.Serialize(data, IokaJson.Default.IokaSandboxOrder);

    private static Dictionary<string, string> Form(ReadOnlyMemory<byte> body)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in Encoding.UTF8.GetString(body.Span).Split('&'))
        {
            var parts = pair.Split('=', 2);
            fields[Uri.UnescapeDataString(parts[0].Replace('+', ' '))] = parts.Length == 2 ? Uri.UnescapeDataString(parts[1].Replace('+', ' ')) : "";
        }
        return fields;
    }

    private static string NewNumber() => IdSource.NewToken(12);

    private static string Hex(long number) => number.ToString("x16", CultureInfo.InvariantCulture);

    private static SandboxResponse NoOrder() => Fault(404, "OrderNotFound", "Order not found");

    private static SandboxResponse Fault(int status, string code, string message) =>
        SandboxResponse.Json(status, JsonSerializer.Serialize(new IokaFault(code, message), IokaJson.Default.IokaFault));
}
