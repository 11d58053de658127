using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Providers.Sandbox;

namespace PaymentAdmin.Core.Providers.Stripe;

/// <summary>
/// Stripe's Checkout Sessions, payment intents and refunds, its hosted page with its test cards, and its signed events. Session, intent and
/// charge of one payment share the part behind their prefix; the id of what was made under an idempotency key follows from the key.
/// </summary>
internal sealed class StripeSandbox(SandboxWebhooks webhooks) : ISandbox, ISignsTime, IKeepsDemoBooks, IPlaysPayers
{
    private const string SessionPrefix = "cs_test_";

    /// <summary>Hex digits; who knows a session's id may see how its payment stands, so nobody may guess one.</summary>
    private const int SuffixLength = 48;
    private const string SignatureHeader = "Stripe-Signature";
    private static readonly TimeSpan RefundTurnsAfter = TimeSpan.FromSeconds(3);
    private static readonly JsonSerializerOptions Pretty = new() { WriteIndented = true, NewLine = "\n" };

    public string Provider => "stripe";

    public PayerScript Script { get; } = new("/v1/checkout/sessions", "/v1/checkout/sessions/")
    {
        Pays = [new(("number", "4242 4242 4242 4242"), ("expiry", "12 / 34"), ("cvc", "123"), ("action", "pay"))],
        Declines = [new(("number", "4000 0000 0000 0002"), ("expiry", "12 / 34"), ("cvc", "123"), ("action", "pay"))],
        Differs = [SandboxFaultKinds.WrongAmount, SandboxFaultKinds.WrongCurrency],
    };

    public string? Merchant(SandboxRequest request) => request.Path.StartsWith("/v1/", StringComparison.Ordinal) && KeyOf(request) is { } key ? SandboxCharge.MerchantOf(key) : null;

    public string MerchantOf(IReadOnlyDictionary<string, string> credentials) => SandboxCharge.MerchantOf(credentials[StripeProvider.SecretKey]);

    public string NewReference(Random chance) => SessionPrefix + chance.NextInt64(1L << 52).ToString("x13", CultureInfo.InvariantCulture);

    public string WordOf(SandboxState state, DemoCheckout checkout) => state switch
    {
        SandboxState.Open => "open",
        SandboxState.Paid => "paid",
        SandboxState.Declined => "unpaid",
        _ => "expired",
    };

    public string DataOf(DemoCheckout checkout) => Store(new StripeSandboxSession(
        "", StripeMoney.ToWire(checkout.Charged) ?? checkout.Charged.Minor, checkout.Charged.Currency.ToLowerInvariant(), "", "", checkout.Description ?? checkout.OrderReference, checkout.AttemptId.ToString(), null,
        new() { [StripeReading.AttemptKey] = checkout.AttemptId.ToString() }, new() { [StripeReading.AttemptKey] = checkout.AttemptId.ToString() }, null, StripeProvider.DefaultVersion));

    public async Task<SandboxResponse> HandleAsync(SandboxRequest request, PaymentDb db, CancellationToken cancellationToken)
    {
        if (request.Path.StartsWith("/c/pay/", StringComparison.Ordinal))
            return await PageAsync(request, db, cancellationToken);
        if (KeyOf(request) is not { } key)
            return Refuse(401, "", "You did not provide an API key.");
        if (!key.StartsWith("sk_test_", StringComparison.Ordinal) && !key.StartsWith("rk_test_", StringComparison.Ordinal))
            return Refuse(401, "", "Invalid API Key provided.");
        var call = new Call(request, db, key, SandboxCharge.MerchantOf(key), FormOf(request), cancellationToken);
        return (request.Method, request.Path.Split('/', StringSplitOptions.RemoveEmptyEntries)) switch
        {
            ("POST", ["v1", "checkout", "sessions"]) => await CreateAsync(call),
            ("GET", ["v1", "checkout", "sessions"]) => await ListSessionsAsync(call),
            ("GET", ["v1", "checkout", "sessions", var id]) => await RetrieveAsync(call, id),
            ("POST", ["v1", "checkout", "sessions", var id, "expire"]) => await ExpireAsync(call, id),
            ("GET", ["v1", "payment_intents", var id]) => await FindAsync(call, SessionOf(id)) is { } charge && Data(charge).IntentStatus is not null ? Json(Intent(charge, expands: true)) : Missing("payment_intent", id),
            ("GET", ["v1", "charges"]) => await ListChargesAsync(call),
            ("POST", ["v1", "refunds"]) => await RefundAsync(call),
            ("GET", ["v1", "refunds"]) => await ListRefundsAsync(call),
            ("GET", ["v1", "refunds", var id]) => await FindRefundAsync(call, id) is var (refund, charge) ? Json(Refund(refund, charge)) : Missing("refund", id),
            _ => Refuse(404, "", $"Unrecognized request URL ({request.Method}: {request.Path})."),
        };
    }

    private async Task<SandboxResponse> CreateAsync(Call call)
    {
        var form = call.Form;
        var parameters = Convert.ToHexStringLower(SHA256.HashData(call.Request.Body.Span));
        var suffix = SuffixFor(call, "session");
        if (await LookUpAsync(call, SessionPrefix + suffix) is { } before)
            return Data(before).Parameters == parameters ? Json(Session(call.Request, before, expands: false)) : KeyReused();
        foreach (var name in (string[])["mode", "success_url", "line_items[0][quantity]", "line_items[0][price_data][currency]", "line_items[0][price_data][unit_amount]", "line_items[0][price_data][product_data][name]"])
        {
            if (string.IsNullOrEmpty(form.GetValueOrDefault(name)))
                return Refuse(400, "parameter_missing", $"Missing required param: {name}.");
        }
        var version = call.Request.Headers.GetValueOrDefault("stripe-version") ?? StripeProvider.DefaultVersion;
        if (version.EndsWith(".endive", StringComparison.Ordinal) && form.Keys.Any(name => name.StartsWith("payment_method_types", StringComparison.Ordinal)))
            return Refuse(400, "parameter_unknown", "Received unknown parameter: payment_method_types");
        if (form["mode"] != "payment")
            return Refuse(400, "", "This imitation knows mode payment only.");
        if (!Uri.TryCreate(form["success_url"], UriKind.Absolute, out _))
            return Refuse(400, "url_invalid", "Not a valid URL");
        var currency = form["line_items[0][price_data][currency]"].ToLowerInvariant();
        if (!Currency.IsKnown(currency.ToUpperInvariant()))
            return Refuse(400, "", $"Invalid currency: {currency}.");
        if (!long.TryParse(form["line_items[0][price_data][unit_amount]"], NumberStyles.None, CultureInfo.InvariantCulture, out var unit)
            || !long.TryParse(form["line_items[0][quantity]"], NumberStyles.None, CultureInfo.InvariantCulture, out var quantity) || quantity is < 1 or > 1000 || unit > Money.MinorMax * 100
            || StripeMoney.FromWire(unit * quantity, currency) is not { } amount || StripeMoney.ToWire(amount) is not { } wire)
            return Refuse(400, "parameter_invalid_integer", "Invalid integer");
        if (wire < 1 || (currency is "usd" or "eur" && wire < 50))
            return Refuse(400, "amount_too_small", "The Checkout Session's total amount must convert to at least 50 cents.");
        var now = call.Request.At;
        var end = long.TryParse(form.GetValueOrDefault("expires_at"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? StripeProvider.Moment(seconds) : now + TimeSpan.FromHours(24);
        if (end is null || end < now + TimeSpan.FromMinutes(30) - TimeSpan.FromSeconds(5) || end > now + TimeSpan.FromHours(24) + TimeSpan.FromSeconds(5))
            return Refuse(400, "", "The `expires_at` timestamp must be at least 30 minutes and at most 24 hours from Checkout Session creation.");

        var account = await webhooks.FindAccountAsync(call.Db, Provider, StripeProvider.SecretKey, call.Key, call.CancellationToken);
        var data = new StripeSandboxSession(
            parameters, wire, currency, form["success_url"], form.GetValueOrDefault("cancel_url") ?? "", form["line_items[0][price_data][product_data][name]"], form.GetValueOrDefault("client_reference_id"), form.GetValueOrDefault("customer_email"),
            Metadata(form, "metadata["), Metadata(form, "payment_intent_data[metadata]["), account?.AccountId, version);
        var charge = new SandboxCharge
        {
            Id = IdSource.NewId(now),
            Provider = Provider,
            Merchant = call.Merchant,
            Reference = SessionPrefix + suffix,
            MerchantReference = data.ClientReferenceId,
            AmountMinor = amount.Minor,
            Currency = amount.Currency,
            ExpiresAt = end,
            CreatedAt = now,
            DataJson = Store(data),
        };
        call.Db.SandboxCharges.Add(charge);
        return Json(Session(call.Request, charge, expands: false));
    }

    private async Task<SandboxResponse> RetrieveAsync(Call call, string id)
    {
        var fault = await SandboxFaultKinds.TakeAsync(call.Db, Provider, call.Merchant, call.Request.Path, [SandboxFaultKinds.NotFound, SandboxFaultKinds.UnknownStatus], call.CancellationToken);
        if (fault == SandboxFaultKinds.NotFound || await FindAsync(call, id) is not { } charge)
            return Missing("checkout.session", id);
        var session = Session(call.Request, charge, Expands(call.Request, ""));
        if (fault == SandboxFaultKinds.UnknownStatus)
            session["status"] = SandboxFaultKinds.UnknownWord;
        return Json(session);
    }

    private async Task<SandboxResponse> ListSessionsAsync(Call call)
    {
        var query = call.Request.Query;
        var rows = call.Db.SandboxCharges.Where(charge => charge.Provider == Provider && charge.Merchant == call.Merchant);
        if (Moment(query, "created[gte]") is { } from)
            rows = rows.Where(charge => charge.CreatedAt >= from);
        if (Moment(query, "created[lte]") is { } to)
        {
            var end = to + TimeSpan.FromSeconds(1);
            rows = rows.Where(charge => charge.CreatedAt < end);
        }
        if (query.GetValueOrDefault("payment_intent") is { } intent)
        {
            var session = SessionOf(intent);
            rows = rows.Where(charge => charge.Reference == session);
        }
        var limit = int.TryParse(query.GetValueOrDefault("limit"), NumberStyles.None, CultureInfo.InvariantCulture, out var asked) ? Math.Clamp(asked, 1, 100) : 10;
        var found = await rows.OrderByDescending(charge => charge.CreatedAt).ThenByDescending(charge => charge.Id).ToListAsync(call.CancellationToken);
        var after = query.GetValueOrDefault("starting_after");
        var rest = after is null ? found : found.SkipWhile(charge => charge.Reference != after).Skip(1).ToList();
        foreach (var charge in rest)
            await SettleAsync(call.Db, call.Request, charge, call.CancellationToken);
        return List(rest.Take(limit).Select(charge => Session(call.Request, charge, Expands(call.Request, "data."))), rest.Count > limit, "/v1/checkout/sessions");
    }

    /// <summary>What was paid; a declined card leaves no charge in these books.</summary>
    private async Task<SandboxResponse> ListChargesAsync(Call call)
    {
        var query = call.Request.Query;
        var rows = call.Db.SandboxCharges.Where(charge => charge.Provider == Provider && charge.Merchant == call.Merchant && charge.State == SandboxState.Paid);
        if (Moment(query, "created[gte]") is { } from)
            rows = rows.Where(charge => charge.PaidAt >= from);
        if (Moment(query, "created[lte]") is { } to)
        {
            var end = to + TimeSpan.FromSeconds(1);
            rows = rows.Where(charge => charge.PaidAt < end);
        }
        if (query.GetValueOrDefault("payment_intent") is { } intent)
        {
            var session = SessionOf(intent);
            rows = rows.Where(charge => charge.Reference == session);
        }
        var limit = int.TryParse(query.GetValueOrDefault("limit"), NumberStyles.None, CultureInfo.InvariantCulture, out var asked) ? Math.Clamp(asked, 1, 100) : 10;
        var found = await rows.OrderByDescending(charge => charge.PaidAt).ThenByDescending(charge => charge.Id).ToListAsync(call.CancellationToken);
        var after = query.GetValueOrDefault("starting_after");
        var rest = after is null ? found : found.SkipWhile(charge => ChargeId(charge) != after).Skip(1).ToList();
        var expands = query.Any(parameter => parameter.Key.StartsWith("expand[", StringComparison.Ordinal) && parameter.Value == "data.balance_transaction");
        return List(rest.Take(limit).Select(charge => Charge(charge, expands)), rest.Count > limit, "/v1/charges");
    }

    private async Task<SandboxResponse> ExpireAsync(Call call, string id)
    {
        if (await FindAsync(call, id) is not { } charge)
            return Missing("checkout.session", id);
        if (charge.State != SandboxState.Open)
            return Refuse(400, "", "Only Checkout Sessions with a status in [\"open\"] can be expired.");
        charge.Decide(SandboxState.Cancelled, call.Request.At);
        await TellAsync(call.Db, charge, "checkout.session.expired", Session(call.Request, charge, expands: false), call.Request.At, call.CancellationToken);
        return Json(Session(call.Request, charge, expands: false));
    }

    private async Task<SandboxResponse> RefundAsync(Call call)
    {
        var fault = await SandboxFaultKinds.TakeAsync(call.Db, Provider, call.Merchant, call.Request.Path, [SandboxFaultKinds.NotFound, SandboxFaultKinds.RefundFailed], call.CancellationToken);
        var parameters = Convert.ToHexStringLower(SHA256.HashData(call.Request.Body.Span));
        var reference = "re_" + SuffixFor(call, "refund");
        if (await FindRefundAsync(call, reference) is var (before, its))
            return RefundData(before).Parameters == parameters ? Json(Refund(before, its)) : KeyReused();
        var named = call.Form.GetValueOrDefault("payment_intent") ?? call.Form.GetValueOrDefault("charge") ?? "";
        if (named.Length == 0)
            return Refuse(400, "parameter_missing", "One of the following params should be provided for this request: payment_intent or charge.");
        if (fault == SandboxFaultKinds.NotFound || await FindAsync(call, SessionOf(named)) is not { } charge)
            return Missing("payment_intent", named);
        if (charge.State != SandboxState.Paid || fault == SandboxFaultKinds.RefundFailed)
            return Refuse(400, "", $"This PaymentIntent ({named}) does not have a successful charge to refund.");
        var left = charge.AmountMinor - charge.RefundedMinor;
        if (left == 0)
            return Refuse(400, "charge_already_refunded", $"Charge {ChargeId(charge)} has already been refunded.");
        long? asked = call.Form.GetValueOrDefault("amount") is not { } text ? left : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var wire) ? StripeMoney.FromWire(wire, charge.Currency)?.Minor : null;
        if (asked is null or < 1)
            return Refuse(400, "parameter_invalid_integer", "Invalid integer");
        if (asked > left)
            return Refuse(400, "", $"Refund amount ({call.Form["amount"]}) is greater than unrefunded amount on charge ({StripeMoney.ToWire(new Money(left, charge.Currency))}).");

        var now = call.Request.At;
        var (state, turns) = Data(charge).Card switch { "4000000000007726" => ("pending", "succeeded"), "4000000000005126" => ("succeeded", "failed"), _ => ("succeeded", (string?)null) };
        charge.Refund(asked.Value);
        var refund = new SandboxRefund
        {
            Id = IdSource.NewId(now),
            ChargeId = charge.Id,
            Provider = Provider,
            Reference = reference,
            MerchantReference = call.Form.GetValueOrDefault($"metadata[{StripeReading.RefundKey}]"),
            AmountMinor = asked.Value,
            State = state,
            CreatedAt = now,
            DataJson = JsonSerializer.Serialize(new StripeSandboxRefund(parameters, call.Form.GetValueOrDefault("reason"), Metadata(call.Form, "metadata["), turns, turns is null ? null : now + RefundTurnsAfter), StripeSandboxJson.Default.StripeSandboxRefund),
        };
        call.Db.SandboxRefunds.Add(refund);
        await TellAsync(call.Db, charge, "refund.created", Refund(refund, charge), now, call.CancellationToken);
        await TellAsync(call.Db, charge, "charge.refunded", Charge(charge), now, call.CancellationToken);
        if (turns is not null)
        {
            var later = Refund(refund, charge);
            later["status"] = turns;
            later["failure_reason"] = turns == "failed" ? "expired_or_canceled_card" : null;
            await TellAsync(call.Db, charge, turns == "failed" ? "refund.failed" : "refund.updated", later, now + RefundTurnsAfter, call.CancellationToken);
        }
        return Json(Refund(refund, charge));
    }

    private async Task<SandboxResponse> ListRefundsAsync(Call call)
    {
        var session = SessionOf(call.Request.Query.GetValueOrDefault("payment_intent") ?? call.Request.Query.GetValueOrDefault("charge") ?? "");
        var charge = await LookUpAsync(call, session);
        var id = charge?.Id ?? Guid.Empty;
        var rows = await call.Db.SandboxRefunds.Where(refund => refund.ChargeId == id).OrderByDescending(refund => refund.CreatedAt).ThenByDescending(refund => refund.Id).Take(100).ToListAsync(call.CancellationToken);
        return List(rows.Select(refund => Refund(Settle(refund, charge!, call.Request.At), charge!)), hasMore: false, "/v1/refunds"); // rows of a charge that was found
    }

    /// <summary>The hosted page: a form for a card, a page for the bank's question, and no script.</summary>
    private async Task<SandboxResponse> PageAsync(SandboxRequest request, PaymentDb db, CancellationToken cancellationToken)
    {
        var parts = request.Path["/c/pay/".Length..].Split('/');
        var reference = parts[0];
        var charge = await db.SandboxCharges.FirstOrDefaultAsync(known => known.Provider == Provider && known.Reference == reference, cancellationToken);
        if (charge is null)
            return SandboxPage.Of(request, "Stripe", "No such checkout", "<h1>No such checkout</h1>") with { Status = 404 };
        await SettleAsync(db, request, charge, cancellationToken);
        if (charge.State != SandboxState.Open)
            return SandboxPage.Of(request, "Stripe", "Checkout", $"<h1>Checkout</h1><p>{(charge.State == SandboxState.Paid ? "You have paid already." : "This checkout has ended. No money was taken.")}</p>");
        var isQuestion = parts is [_, "authenticate"];
        if (request.Method != "POST")
            return isQuestion && Data(charge).IntentStatus == "requires_action" ? QuestionPage(request, charge) : CardPage(request, charge, null);
        var form = FormOf(request);
        var action = form.GetValueOrDefault("action");
        if (action == "leave")
            return SandboxResponse.Redirect(Data(charge).CancelUrl is { Length: > 0 } cancel ? cancel : SandboxPage.Path(request, $"/c/pay/{reference}"));
        if (isQuestion && Data(charge) is { IntentStatus: "requires_action", Card: { } asked })
            return action == "complete" && asked != "4000008260003178"
                ? await PayAsync(request, db, charge, asked, cancellationToken)
                : await DeclineAsync(request, db, charge, asked, action == "complete" ? StripeCards.InsufficientFunds : StripeCards.NotAuthenticated, cancellationToken);

        var card = string.Concat((form.GetValueOrDefault("number") ?? "").Where(char.IsAsciiDigit));
        if (!StripeCards.IsNumber(card))
            return CardPage(request, charge, "Your card number is invalid.");
        if (StripeCards.Decline(card) is { } decline)
            return await DeclineAsync(request, db, charge, card, decline, cancellationToken);
        if (!StripeCards.NeedsAuthentication(card))
            return await PayAsync(request, db, charge, card, cancellationToken);
        Change(charge, Data(charge) with { IntentStatus = "requires_action", Card = card, ErrorCode = null });
        await TellAsync(db, charge, "payment_intent.requires_action", Intent(charge, expands: false), request.At, cancellationToken);
        return SandboxResponse.Redirect(SandboxPage.Path(request, $"/c/pay/{reference}/authenticate"));
    }

    private async Task<SandboxResponse> PayAsync(SandboxRequest request, PaymentDb db, SandboxCharge charge, string card, CancellationToken cancellationToken)
    {
        var data = Data(charge) with { IntentStatus = "succeeded", Card = card, ErrorCode = null };
        var fault = await SandboxFaultKinds.TakeAsync(db, Provider, charge.Merchant, request.Path, [SandboxFaultKinds.WrongAmount, SandboxFaultKinds.WrongCurrency], cancellationToken);
        if (fault == SandboxFaultKinds.WrongAmount)
            data = data with { Wire = data.Wire + 100 };
        if (fault == SandboxFaultKinds.WrongCurrency)
            data = data with { Currency = data.Currency == "usd" ? "eur" : "usd" };
        Change(charge, data);
        charge.Decide(SandboxState.Paid, request.At);
        await TellAsync(db, charge, "payment_intent.succeeded", Intent(charge, expands: false), request.At, cancellationToken);
        await TellAsync(db, charge, "checkout.session.completed", Session(request, charge, expands: false), request.At, cancellationToken);
        if (card is "4000000000000259" or "4000000000001976")
            await TellAsync(db, charge, "charge.dispute.created", Dispute(charge, card == "4000000000000259" ? "needs_response" : "warning_needs_response", request.At), request.At + RefundTurnsAfter, cancellationToken);
        var back = data.SuccessUrl.Replace("{CHECKOUT_SESSION_ID}", charge.Reference, StringComparison.Ordinal);
        return SandboxResponse.Redirect(back.Length > 0 ? back : SandboxPage.Path(request, $"/c/pay/{charge.Reference}"));
    }

    /// <summary>The session stays open and the page asks for another card.</summary>
    private async Task<SandboxResponse> DeclineAsync(SandboxRequest request, PaymentDb db, SandboxCharge charge, string card, StripeError error, CancellationToken cancellationToken)
    {
        Change(charge, Data(charge) with { IntentStatus = "requires_payment_method", Card = card, ErrorCode = error.Code, DeclineCode = error.DeclineCode, ErrorMessage = error.Message });
        await TellAsync(db, charge, "payment_intent.payment_failed", Intent(charge, expands: false), request.At, cancellationToken);
        return CardPage(request, charge, error.Message);
    }

    private static SandboxResponse CardPage(SandboxRequest request, SandboxCharge charge, string? error) => SandboxPage.Of(request, "Stripe", "Checkout",
        $"""
         {Head(charge)}
         {(error is null ? "" : $"<p class=\"alert warn\" role=\"alert\">{SandboxPage.Text(error)}</p>")}
         <form method="post" action="{SandboxPage.Text(SandboxPage.Path(request, $"/c/pay/{charge.Reference}"))}">
         <label for="number">Card number</label><input id="number" name="number" inputmode="numeric" autocomplete="off" placeholder="4242 4242 4242 4242" maxlength="23">
         <label for="expiry">Expiry</label><input id="expiry" name="expiry" autocomplete="off" placeholder="12 / 34" maxlength="7">
         <label for="cvc">CVC</label><input id="cvc" name="cvc" inputmode="numeric" autocomplete="off" placeholder="123" maxlength="4">
         <button class="btn" name="action" value="pay">Pay</button>
         <button class="btn sec" name="action" value="leave">Back to the shop</button>
         </form>
         <p class="fine">Test cards: 4242 4242 4242 4242 succeeds, 4000 0000 0000 0002 is declined, 4000 0025 0000 3155 asks for authentication, 4000 0000 0000 9995 has no funds.</p>
         """);

    private static SandboxResponse QuestionPage(SandboxRequest request, SandboxCharge charge) => SandboxPage.Of(request, "Stripe", "Authentication",
        $"""
         {Head(charge)}
         <p>Your bank asks: is it you who pays?</p>
         <form method="post" action="{SandboxPage.Text(SandboxPage.Path(request, $"/c/pay/{charge.Reference}/authenticate"))}">
         <button class="btn" name="action" value="complete">Complete authentication</button>
         <button class="btn sec" name="action" value="fail">Fail authentication</button>
         </form>
         """);

    private static string Head(SandboxCharge charge) =>
        $"<h1>{SandboxPage.Text(Data(charge).Name ?? "Checkout")}</h1><p class=\"amt\">{SandboxPage.Text(MoneyFormat.Figure(charge.AmountMinor, charge.Currency))} <span>{SandboxPage.Text(charge.Currency)}</span></p>";

    private async Task TellAsync(PaymentDb db, SandboxCharge charge, string type, JsonObject about, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var data = Data(charge);
        if (data.AccountId is not { } accountId || await webhooks.FindAccountAsync(db, accountId, cancellationToken) is not { } account || account.Credential(StripeProvider.WebhookSecret) is not { Length: > 0 } secret)
            return;
        var told = new JsonObject
        {
            ["id"] = "evt_" + IdSource.NewToken(18),
            ["object"] = "event",
            ["api_version"] = data.ApiVersion,
            ["created"] = at.ToUnixTimeSeconds(),
            ["data"] = new JsonObject { ["object"] = about },
            ["livemode"] = false,
            ["pending_webhooks"] = 1,
            ["request"] = new JsonObject { ["id"] = null, ["idempotency_key"] = null },
            ["type"] = type,
        };
        var body = Encoding.UTF8.GetBytes(told.ToJsonString(Pretty));
        var headers = new Dictionary<string, string>
        {
            ["Content-Type"] = "application/json; charset=utf-8",
            ["User-Agent"] = "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            [SignatureHeader] = Signed(secret, body, at),
        };
        await webhooks.PlanAsync(db, account, headers, body, at, cancellationToken, merchant: charge.Merchant);
    }

    public IReadOnlyDictionary<string, string> SignAgain(ProviderAccountSnapshot account, IReadOnlyDictionary<string, string> headers, byte[] body, DateTimeOffset at)
    {
        var secret = account.Credential(StripeProvider.WebhookSecret);
        var signed = headers.GetValueOrDefault(SignatureHeader) ?? "";
        var isIntact = signed.StartsWith("t=", StringComparison.Ordinal) && long.TryParse(signed[2..].Split(',')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && StripeProvider.Moment(seconds) is { } then && Signed(secret, body, then) == signed;
        return isIntact ? new Dictionary<string, string>(headers) { [SignatureHeader] = Signed(secret, body, at) } : headers;
    }

    private static string Signed(string secret, byte[] body, DateTimeOffset at)
    {
        var time = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"t={time},v1={Convert.ToHexStringLower(StripeWebhook.Sign(Encoding.UTF8.GetBytes(secret), time, body))}";
    }

    private async Task<SandboxCharge?> FindAsync(Call call, string reference)
    {
        var charge = await LookUpAsync(call, reference);
        if (charge is not null)
            await SettleAsync(call.Db, call.Request, charge, call.CancellationToken);
        return charge;
    }

    private Task<SandboxCharge?> LookUpAsync(Call call, string reference) =>
        call.Db.SandboxCharges.FirstOrDefaultAsync(known => known.Provider == Provider && known.Reference == reference && known.Merchant == call.Merchant, call.CancellationToken);

    private async Task SettleAsync(PaymentDb db, SandboxRequest request, SandboxCharge charge, CancellationToken cancellationToken)
    {
        if (charge.State != SandboxState.Open)
            return;
        charge.Settle(request.At);
        if (charge.State == SandboxState.Expired)
            await TellAsync(db, charge, "checkout.session.expired", Session(request, charge, expands: false), request.At, cancellationToken);
    }

    private async Task<(SandboxRefund, SandboxCharge)?> FindRefundAsync(Call call, string reference)
    {
        var refund = await call.Db.SandboxRefunds.FirstOrDefaultAsync(known => known.Provider == Provider && known.Reference == reference, call.CancellationToken);
        if (refund is null)
            return null;
        var charge = await call.Db.SandboxCharges.SingleAsync(known => known.Id == refund.ChargeId, call.CancellationToken);
        return charge.Merchant == call.Merchant ? (Settle(refund, charge, call.Request.At), charge) : null;
    }

    /// <summary>Lets happen what time has brought: a pending refund succeeds, one of the failing card fails and the money is back.</summary>
    private static SandboxRefund Settle(SandboxRefund refund, SandboxCharge charge, DateTimeOffset now)
    {
        var data = RefundData(refund);
        if (data.Turns is null || data.TurnsAt > now || refund.State == data.Turns)
            return refund;
        refund.State = data.Turns;
        if (data.Turns == "failed")
        {
            charge.RefundedMinor -= refund.AmountMinor;
            charge.Version++;
        }
        return refund;
    }

    private static JsonObject Session(SandboxRequest request, SandboxCharge charge, bool expands)
    {
        var data = Data(charge);
        var (status, paid) = charge.State switch
        {
            SandboxState.Open => ("open", "unpaid"),
            SandboxState.Paid => ("complete", "paid"),
            SandboxState.Declined => ("complete", "unpaid"),
            _ => ("expired", "unpaid"),
        };
        var hasIntent = IntentStatus(charge) is not null;
        return new JsonObject
        {
            ["id"] = charge.Reference,
            ["object"] = "checkout.session",
            ["amount_subtotal"] = data.Wire,
            ["amount_total"] = data.Wire,
            ["cancel_url"] = data.CancelUrl,
            ["client_reference_id"] = data.ClientReferenceId,
            ["created"] = charge.CreatedAt.ToUnixTimeSeconds(),
            ["currency"] = data.Currency,
            ["customer"] = null,
            ["customer_details"] = null,
            ["customer_email"] = data.CustomerEmail,
            ["expires_at"] = charge.ExpiresAt?.ToUnixTimeSeconds(),
            ["livemode"] = false,
            ["metadata"] = Map(data.Metadata),
            ["mode"] = "payment",
            ["payment_intent"] = !hasIntent ? null : expands ? Intent(charge, expands: true) : JsonValue.Create(IntentId(charge)),
            ["payment_link"] = null,
            ["payment_method_types"] = new JsonArray("card"),
            ["payment_status"] = paid,
            ["status"] = status,
            ["success_url"] = data.SuccessUrl,
            ["url"] = charge.State == SandboxState.Open ? $"{request.BaseUrl}/c/pay/{charge.Reference}" : null,
        };
    }

    private static JsonObject Intent(SandboxCharge charge, bool expands)
    {
        var data = Data(charge);
        var status = IntentStatus(charge);
        var isPaid = status == "succeeded";
        return new JsonObject
        {
            ["id"] = IntentId(charge),
            ["object"] = "payment_intent",
            ["amount"] = data.Wire,
            ["amount_capturable"] = 0,
            ["amount_received"] = isPaid ? data.Wire : 0,
            ["capture_method"] = "automatic",
            ["created"] = charge.CreatedAt.ToUnixTimeSeconds(),
            ["currency"] = data.Currency,
            ["customer"] = null,
            ["last_payment_error"] = data.ErrorCode is null ? null : new JsonObject { ["type"] = "card_error", ["code"] = data.ErrorCode, ["decline_code"] = data.DeclineCode, ["message"] = data.ErrorMessage },
            ["latest_charge"] = !isPaid ? null : expands ? Charge(charge) : JsonValue.Create(ChargeId(charge)),
            ["livemode"] = false,
            ["metadata"] = Map(data.IntentMetadata),
            ["payment_method_types"] = new JsonArray("card"),
            ["status"] = status,
        };
    }

    private static JsonObject Charge(SandboxCharge charge, bool expands = false)
    {
        var data = Data(charge);
        var transaction = "txn_" + Suffix(charge);
        return new JsonObject
        {
            ["id"] = ChargeId(charge),
            ["object"] = "charge",
            ["amount"] = data.Wire,
            ["amount_captured"] = data.Wire,
            ["amount_refunded"] = StripeMoney.ToWire(new Money(charge.RefundedMinor, charge.Currency)),
            ["balance_transaction"] = !expands ? transaction : new JsonObject
            {
                ["id"] = transaction,
                ["object"] = "balance_transaction",
                ["amount"] = data.Wire,
                ["currency"] = data.Currency,
                ["fee"] = data.Wire * 29 / 1000,
                ["net"] = data.Wire - data.Wire * 29 / 1000,
                ["source"] = ChargeId(charge),
                ["status"] = "available",
                ["type"] = "charge",
            },
            ["created"] = charge.PaidAt?.ToUnixTimeSeconds(),
            ["currency"] = data.Currency,
            ["disputed"] = data.Card == "4000000000000259",
            ["livemode"] = false,
            ["metadata"] = Map(data.IntentMetadata),
            ["payment_intent"] = IntentId(charge),
            ["refunded"] = charge.RefundedMinor == charge.AmountMinor,
            ["status"] = "succeeded",
        };
    }

    private static JsonObject Refund(SandboxRefund refund, SandboxCharge charge)
    {
        var data = RefundData(refund);
        return new JsonObject
        {
            ["id"] = refund.Reference,
            ["object"] = "refund",
            ["amount"] = StripeMoney.ToWire(new Money(refund.AmountMinor, charge.Currency)),
            ["charge"] = ChargeId(charge),
            ["created"] = refund.CreatedAt.ToUnixTimeSeconds(),
            ["currency"] = charge.Currency.ToLowerInvariant(),
            ["metadata"] = Map(data.Metadata ?? []),
            ["payment_intent"] = IntentId(charge),
            ["reason"] = data.Reason,
            ["status"] = refund.State,
            ["failure_reason"] = refund.State == "failed" ? "expired_or_canceled_card" : null,
        };
    }

    private static JsonObject Dispute(SandboxCharge charge, string status, DateTimeOffset now) => new()
    {
        ["id"] = "dp_" + Suffix(charge),
        ["object"] = "dispute",
        ["amount"] = Data(charge).Wire,
        ["charge"] = ChargeId(charge),
        ["currency"] = Data(charge).Currency,
        ["evidence_details"] = new JsonObject { ["due_by"] = (now + TimeSpan.FromDays(7)).ToUnixTimeSeconds() },
        ["livemode"] = false,
        ["payment_intent"] = IntentId(charge),
        ["reason"] = "fraudulent",
        ["status"] = status,
    };

    /// <summary>Demo charges have none of their own: theirs follows from the state.</summary>
    private static string? IntentStatus(SandboxCharge charge) => charge.State switch
    {
        SandboxState.Paid => "succeeded",
        SandboxState.Declined => "requires_payment_method",
        SandboxState.Expired or SandboxState.Cancelled when Data(charge).IntentStatus is not null => "canceled",
        _ => Data(charge).IntentStatus,
    };

    private static string? KeyOf(SandboxRequest request)
    {
        var header = request.Headers.GetValueOrDefault("authorization") ?? "";
        if (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            return header["Bearer ".Length..].Trim() is { Length: > 0 } token ? token : null;
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) || Signature.FromBase64(header["Basic ".Length..].Trim()) is not { } decoded)
            return null;
        return Encoding.UTF8.GetString(decoded).Split(':')[0] is { Length: > 0 } user ? user : null;
    }

    private static Dictionary<string, string> FormOf(SandboxRequest request)
    {
        var form = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in Encoding.UTF8.GetString(request.Body.Span).Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var cut = pair.IndexOf('=', StringComparison.Ordinal);
            form[Decode(cut < 0 ? pair : pair[..cut])] = cut < 0 ? "" : Decode(pair[(cut + 1)..]);
        }
        return form;

        static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
    }

    private static Dictionary<string, string> Metadata(Dictionary<string, string> form, string prefix) =>
        form.Where(field => field.Key.StartsWith(prefix, StringComparison.Ordinal) && field.Key.EndsWith(']')).ToDictionary(field => field.Key[prefix.Length..^1], field => field.Value);

    private static DateTimeOffset? Moment(IReadOnlyDictionary<string, string> query, string name) =>
        long.TryParse(query.GetValueOrDefault(name), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? StripeProvider.Moment(seconds) : null;

    private static bool Expands(SandboxRequest request, string prefix) =>
        request.Query.Any(parameter => parameter.Key.StartsWith("expand[", StringComparison.Ordinal) && parameter.Value.Contains(prefix + "payment_intent", StringComparison.Ordinal));

    private static string SuffixFor(Call call, string kind) =>
        call.Request.Headers.GetValueOrDefault("idempotency-key") is { Length: > 0 } key
            ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}:{call.Merchant}:{key}")))[..SuffixLength]
            : Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SuffixLength / 2));

    private static string Suffix(SandboxCharge charge) => charge.Reference[SessionPrefix.Length..];

    private static string IntentId(SandboxCharge charge) => "pi_" + Suffix(charge);

    private static string ChargeId(SandboxCharge charge) => "ch_" + Suffix(charge);

    private static string SessionOf(string intentOrCharge) => SessionPrefix + (intentOrCharge.Length > 3 ? intentOrCharge[3..] : "");

    private static JsonObject Map(Dictionary<string, string> values) => new(values.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));

    private static StripeSandboxSession Data(SandboxCharge charge) =>
        JsonSerializer.Deserialize(charge.DataJson, StripeSandboxJson.Default.StripeSandboxSession) ?? throw new InvalidOperationException($"Charge {charge.Reference} has lost its data.");

    private static StripeSandboxRefund RefundData(SandboxRefund refund) =>
        JsonSerializer.Deserialize(refund.DataJson, StripeSandboxJson.Default.StripeSandboxRefund) ?? throw new InvalidOperationException($"Refund {refund.Reference} has lost its data.");

    private static string Store(StripeSandboxSession data) => JsonSerializer.Serialize(data, StripeSandboxJson.Default.StripeSandboxSession);

    private static void Change(SandboxCharge charge, StripeSandboxSession data)
    {
        charge.DataJson = Store(data);
        charge.FailureCode = data.DeclineCode ?? data.ErrorCode;
        charge.Version++;
    }

    private static SandboxResponse Json(JsonObject body) => SandboxResponse.Json(200, body.ToJsonString(Pretty));

    private static SandboxResponse List(IEnumerable<JsonObject> rows, bool hasMore, string url) =>
        Json(new JsonObject { ["object"] = "list", ["data"] = new JsonArray([.. rows]), ["has_more"] = hasMore, ["url"] = url });

    private static SandboxResponse Missing(string kind, string id) => Refuse(404, "resource_missing", $"No such {kind}: '{id}'");

    private static SandboxResponse KeyReused() => Refuse(400, "", "Keys for idempotent requests can only be used with the same parameters they were first used with.", "idempotency_error");

    private static SandboxResponse Refuse(int status, string code, string message, string type = "invalid_request_error")
    {
        var error = new JsonObject { ["type"] = type, ["message"] = message };
        if (code.Length > 0)
            error["code"] = code;
        return SandboxResponse.Json(status, new JsonObject { ["error"] = error }.ToJsonString(Pretty));
    }

    private sealed record Call(SandboxRequest Request, PaymentDb Db, string Key, string Merchant, Dictionary<string, string> Form, CancellationToken CancellationToken);
}
