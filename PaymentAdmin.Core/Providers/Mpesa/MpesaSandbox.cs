using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Providers.Sandbox;

namespace PaymentAdmin.Core.Providers.Mpesa;

/// <summary>
/// Daraja and the phones behind it: one good token per merchant, prompts whose payer decides by the last digits, callbacks to the address that
/// the push named, the paybill's confirmation beside it under the same receipt, reversals and status answers that come as callbacks. Before a
/// bill is paid by hand the business is asked, as where Safaricom has switched validation on.
/// </summary>
internal sealed class MpesaSandbox(SandboxWebhooks webhooks) : ISandbox, IAsksMerchant, IKeepsDemoBooks, IPlaysPayers
{
    private const string TokenSetting = "token";
    private const string AddressesSetting = "addresses";
    private static readonly TimeSpan PayerDecidesAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PromptLifetime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromSeconds(3599);
    private static readonly TimeSpan ResultsComeAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StampsLiveFor = TimeSpan.FromMinutes(10);

    public string Provider => "mpesa";

    public PayerScript Script { get; } = new("/mpesa/stkpush/", "/mpesa/stkpushquery/")
    {
        Phones = new PayerPhones(Pays: "254708374149", Declines: "+254 700 000 001", Silent: "+254 700 000 002"),
        Differs = [SandboxFaultKinds.WrongAmount],
    };

    /// <summary>The key opens the token's door; the token carries its owner's name in front.</summary>
    public string? Merchant(SandboxRequest request)
    {
        var header = request.Headers.GetValueOrDefault("authorization") ?? "";
        if (header.StartsWith("Bearer ", StringComparison.Ordinal))
            return header.Length > 7 + 32 ? header[7..(7 + 32)] : null;
        return Basic(header) is { } credentials ? SandboxCharge.MerchantOf(credentials.Key) : null;
    }

    public string MerchantOf(IReadOnlyDictionary<string, string> credentials) => SandboxCharge.MerchantOf(credentials[MpesaProvider.ConsumerKey]);

    public string NewReference(Random chance) => $"ws_CO_{chance.NextInt64(100_000_000_000, 1_000_000_000_000).ToString(CultureInfo.InvariantCulture)}";

    public string? NewReference2(Random chance) => $"{chance.Next(10_000, 100_000).ToString(CultureInfo.InvariantCulture)}-{chance.Next(10_000_000, 100_000_000).ToString(CultureInfo.InvariantCulture)}-1";

    public string WordOf(SandboxState state, DemoCheckout checkout) => state == SandboxState.Open ? "prompted" : CodeOf(state);

    public string DataOf(DemoCheckout checkout) =>
        JsonSerializer.Serialize(new MpesaSandboxCharge(ReceiptOf(checkout.AttemptId.ToString()), null, checkout.OrderReference, checkout.Credentials.GetValueOrDefault(MpesaProvider.ShortCode) ?? ""), MpesaJson.Default.MpesaSandboxCharge);

    public async Task<SandboxResponse> HandleAsync(SandboxRequest request, PaymentDb db, CancellationToken cancellationToken)
    {
        if (request.Path == "/paybill")
            return await PaybillAsync(request, db, cancellationToken);
        if (request is { Method: "GET", Path: "/oauth/v1/generate" })
            return await TokenAsync(request, db, cancellationToken);
        if (request.Method != "POST")
            return Fault(405, "405.001", "Method Not Allowed");
        if (Merchant(request) is not { } merchant || !await IsGoodTokenAsync(request, db, merchant, cancellationToken))
            return Fault(404, "404.001.03", "Invalid Access Token");
        var body = MpesaMembers.Parse(request.Body);
        return request.Path switch
        {
            "/mpesa/stkpush/v1/processrequest" => await PushAsync(request, db, merchant, body, cancellationToken),
            "/mpesa/stkpushquery/v1/query" => await QueryAsync(request, db, merchant, body, cancellationToken),
            "/mpesa/c2b/v2/registerurl" or "/mpesa/c2b/v1/registerurl" => await RegisterAsync(db, merchant, body, cancellationToken),
            "/mpesa/c2b/v2/simulate" or "/mpesa/c2b/v1/simulate" => await SimulateAsync(request, db, merchant, body, cancellationToken),
            "/mpesa/transactionstatus/v1/query" => await StatusAsync(request, db, merchant, body, cancellationToken),
            "/mpesa/reversal/v1/request" => await ReverseAsync(request, db, merchant, body, cancellationToken),
            _ => Fault(404, "404.001.01", "Resource not found"),
        };
    }

    /// <summary>Each new token ends the one before. Keys that begin with "wrong" are nobody's.</summary>
    private async Task<SandboxResponse> TokenAsync(SandboxRequest request, PaymentDb db, CancellationToken cancellationToken)
    {
        if (request.Query.GetValueOrDefault("grant_type") != "client_credentials")
            return Fault(400, "400.008.02", "Invalid grant type passed");
        if (Basic(request.Headers.GetValueOrDefault("authorization") ?? "") is not { Secret.Length: > 0 } given || given.Key.StartsWith("wrong", StringComparison.OrdinalIgnoreCase))
            return Fault(400, "400.008.01", "Invalid Authentication passed");
        var merchant = SandboxCharge.MerchantOf(given.Key);
        if (await webhooks.FindMerchantAsync(db, Provider, MpesaProvider.ConsumerKey, merchant, cancellationToken) is { } account && account.Credential(MpesaProvider.ConsumerSecret) != given.Secret)
            return Fault(400, "400.008.01", "Invalid Authentication passed");
        var token = merchant + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var setting = await SettingAsync(db, merchant, TokenSetting, cancellationToken);
        var before = setting.ValueJson == "{}" ? null : JsonSerializer.Deserialize(setting.ValueJson, MpesaJson.Default.MpesaSandboxToken);
        Set(setting, JsonSerializer.Serialize(new MpesaSandboxToken(SandboxCharge.MerchantOf(token), request.At + TokenLifetime, (before?.Issued ?? 0) + 1), MpesaJson.Default.MpesaSandboxToken));
        return Json(new JsonObject { ["access_token"] = token, ["expires_in"] = ((int)TokenLifetime.TotalSeconds).ToString(CultureInfo.InvariantCulture) });
    }

    private async Task<bool> IsGoodTokenAsync(SandboxRequest request, PaymentDb db, string merchant, CancellationToken cancellationToken)
    {
        var token = (request.Headers.GetValueOrDefault("authorization") ?? "")["Bearer ".Length..];
        var setting = await db.SandboxSettings.AsNoTracking().FirstOrDefaultAsync(row => row.Provider == Provider && row.Merchant == merchant && row.Name == TokenSetting, cancellationToken);
        return setting is not null && JsonSerializer.Deserialize(setting.ValueJson, MpesaJson.Default.MpesaSandboxToken) is { } good && good.Hash == SandboxCharge.MerchantOf(token) && good.ExpiresAt > request.At;
    }

    private async Task<SandboxResponse> PushAsync(SandboxRequest request, PaymentDb db, string merchant, JsonElement body, CancellationToken cancellationToken)
    {
        var account = await webhooks.FindMerchantAsync(db, Provider, MpesaProvider.ConsumerKey, merchant, cancellationToken);
        if (PasswordFault(request, account, body) is { } refused)
            return refused;
        if (body.Text("TransactionType") is not ("CustomerPayBillOnline" or "CustomerBuyGoodsOnline"))
            return Invalid("TransactionType");
        if (!long.TryParse(body.Text("Amount"), NumberStyles.None, CultureInfo.InvariantCulture, out var shillings) || shillings is < 1 or > 250_000)
            return Invalid("Amount");
        if (body.Text("PhoneNumber") is not { } phone || MpesaPhone.Normalise(phone) != phone || body.Text("PartyA") != phone)
            return Invalid("PhoneNumber");
        if (!Uri.TryCreate(body.Text("CallBackURL"), UriKind.Absolute, out var callback))
            return Invalid("CallBackURL");
        if (body.Text("PartyB") is null)
            return Invalid("PartyB");
        if (body.Text("AccountReference") is not { Length: <= 12 } bill)
            return Invalid("AccountReference");
        if (body.Text("TransactionDesc") is not { Length: <= 13 })
            return Invalid("Remarks");

        var fault = await SandboxFaultKinds.TakeAsync(db, Provider, merchant, request.Path, [SandboxFaultKinds.WrongAmount], cancellationToken);
        var (reference, second) = ($"ws_CO_{MpesaTime.Stamp(request.At)}{Number(100_000)}{phone[^3..]}", Conversation());
        var (decision, code) = DecisionOf(phone);
        var data = new MpesaSandboxCharge(ReceiptOf(reference), second, bill, body.Text("BusinessShortCode") ?? "", code, fault is null ? null : Math.Max(100, (shillings - 1) * 100));
        var charge = new SandboxCharge
        {
            Id = IdSource.NewId(request.At),
            Provider = Provider,
            Merchant = merchant,
            Reference = reference,
            MerchantReference = bill,
            AmountMinor = shillings * 100,
            Currency = MpesaMoney.Shilling,
            PayerPhone = phone,
            Decision = decision,
            DecidesAt = decision is null ? null : request.At + PayerDecidesAfter,
            ExpiresAt = request.At + PromptLifetime,
            CreatedAt = request.At,
            DataJson = JsonSerializer.Serialize(data, MpesaJson.Default.MpesaSandboxCharge),
        };
        db.SandboxCharges.Add(charge);
        if (account is not null)
            await PlanPushAsync(db, account, charge, data, callback.AbsoluteUri, cancellationToken);
        var response = Json(new JsonObject
        {
            ["MerchantRequestID"] = second,
            ["CheckoutRequestID"] = reference,
            ["ResponseCode"] = "0",
            ["ResponseDescription"] = "Success. Request accepted for processing",
            ["CustomerMessage"] = "Success. Request accepted for processing",
        });
        return phone.EndsWith("0003", StringComparison.Ordinal) ? response with { HoldBack = SandboxFaultKinds.HoldBack } : response;
    }

    private static (SandboxState? Decision, string Code) DecisionOf(string phone) => phone[^4..] switch
    {
        "0001" => (SandboxState.Declined, "1"),
        "0002" => (null, "1037"),
        "0004" => (SandboxState.Cancelled, "1032"),
        "0005" => (SandboxState.Declined, "2001"),
        _ => (SandboxState.Paid, "0"),
    };

    private async Task PlanPushAsync(PaymentDb db, ProviderAccountSnapshot account, SandboxCharge charge, MpesaSandboxCharge data, string callback, CancellationToken cancellationToken)
    {
        var at = charge.DecidesAt ?? charge.ExpiresAt!.Value;
        await PlanAsync(db, account, charge.Merchant, callback, PushCallback(charge, data, at), at, cancellationToken);
        if (charge.Decision == SandboxState.Paid)
            await PlanConfirmationAsync(db, account, charge, data, at.AddMilliseconds(100), cancellationToken);
    }

    private static JsonObject PushCallback(SandboxCharge charge, MpesaSandboxCharge data, DateTimeOffset at)
    {
        var said = new JsonObject { ["MerchantRequestID"] = data.MerchantRequestId, ["CheckoutRequestID"] = charge.Reference, ["ResultCode"] = int.Parse(data.ResultCode ?? "0", CultureInfo.InvariantCulture), ["ResultDesc"] = DescriptionOf(data.ResultCode ?? "0") };
        if (data.ResultCode == "0")
        {
            said["CallbackMetadata"] = new JsonObject
            {
                ["Item"] = new JsonArray(
                    new JsonObject { ["Name"] = "Amount", ["Value"] = (data.SaidMinor ?? charge.AmountMinor) / 100m },
                    new JsonObject { ["Name"] = "MpesaReceiptNumber", ["Value"] = data.Receipt },
                    new JsonObject { ["Name"] = "Balance" },
                    new JsonObject { ["Name"] = "TransactionDate", ["Value"] = long.Parse(MpesaTime.Stamp(at), CultureInfo.InvariantCulture) },
                    new JsonObject { ["Name"] = "PhoneNumber", ["Value"] = long.Parse(charge.PayerPhone ?? "0", CultureInfo.InvariantCulture) }),
            };
        }
        return new JsonObject { ["Body"] = new JsonObject { ["stkCallback"] = said } };
    }

    /// <summary>A paybill confirms every payment, also one that a prompt brought: the same money under the same receipt.</summary>
    private async Task PlanConfirmationAsync(PaymentDb db, ProviderAccountSnapshot account, SandboxCharge charge, MpesaSandboxCharge data, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var setting = await db.SandboxSettings.AsNoTracking().FirstOrDefaultAsync(row => row.Provider == Provider && row.Merchant == charge.Merchant && row.Name == AddressesSetting, cancellationToken);
        var url = setting is null ? null : JsonSerializer.Deserialize(setting.ValueJson, MpesaJson.Default.MpesaSandboxAddresses)?.ConfirmationUrl;
        var body = ConfirmationOf(data, data.SaidMinor ?? charge.AmountMinor, charge.PayerPhone, "2500.00", at);
        await PlanAsync(db, account, charge.Merchant, url ?? $"{account.WebhookUrl}/{MpesaWebhook.Confirm}", body, at, cancellationToken);
    }

    private static JsonObject ConfirmationOf(MpesaSandboxCharge data, long amountMinor, string? phone, string balance, DateTimeOffset at) => new()
    {
        ["TransactionType"] = "Pay Bill",
        ["TransID"] = data.Receipt,
        ["TransTime"] = MpesaTime.Stamp(at),
        ["TransAmount"] = (amountMinor / 100m).ToString("0.00", CultureInfo.InvariantCulture),
        ["BusinessShortCode"] = data.ShortCode,
        ["BillRefNumber"] = data.BillReference,
        ["InvoiceNumber"] = "",
        ["OrgAccountBalance"] = balance,
        ["ThirdPartyTransID"] = "",
        ["MSISDN"] = MpesaPhone.Mask(phone) ?? "",
        ["FirstName"] = "NICHOLAS",
        ["MiddleName"] = "",
        ["LastName"] = "",
    };

    /// <summary>Only addresses of the merchant's own account here are delivered to: the imitation calls nobody else.</summary>
    private Task PlanAsync(PaymentDb db, ProviderAccountSnapshot account, string merchant, string url, JsonObject body, DateTimeOffset at, CancellationToken cancellationToken) =>
        url.StartsWith(account.WebhookUrl + "/", StringComparison.Ordinal)
            ? webhooks.PlanAsync(db, account, new Dictionary<string, string> { ["content-type"] = "application/json" }, Encoding.UTF8.GetBytes(body.ToJsonString()), at, cancellationToken, url[account.WebhookUrl.Length..], merchant)
            : Task.CompletedTask;

    private async Task<SandboxResponse> QueryAsync(SandboxRequest request, PaymentDb db, string merchant, JsonElement body, CancellationToken cancellationToken)
    {
        var account = await webhooks.FindMerchantAsync(db, Provider, MpesaProvider.ConsumerKey, merchant, cancellationToken);
        if (PasswordFault(request, account, body) is { } refused)
            return refused;
        var fault = await SandboxFaultKinds.TakeAsync(db, Provider, merchant, request.Path, [SandboxFaultKinds.NotFound, SandboxFaultKinds.UnknownStatus], cancellationToken);
        var reference = body.Text("CheckoutRequestID");
        var charge = fault == SandboxFaultKinds.NotFound ? null : await db.SandboxCharges.FirstOrDefaultAsync(row => row.Provider == Provider && row.Merchant == merchant && row.Reference == reference, cancellationToken);
        if (charge is null)
            return Invalid("CheckoutRequestID");
        charge.Settle(request.At);
        if (fault is null && charge is { State: SandboxState.Open, Decision: not null })
            return Fault(500, "500.001.1001", "The transaction is being processed");
        var code = fault == SandboxFaultKinds.UnknownStatus ? SandboxFaultKinds.UnknownWord : charge.State == SandboxState.Open ? "4999" : Data(charge).ResultCode ?? CodeOf(charge.State);
        return Json(new JsonObject
        {
            ["ResponseCode"] = "0",
            ["ResponseDescription"] = "The service request has been accepted successsfully",
            ["MerchantRequestID"] = Data(charge).MerchantRequestId,
            ["CheckoutRequestID"] = charge.Reference,
            ["ResultCode"] = code,
            ["ResultDesc"] = DescriptionOf(code),
        });
    }

    private async Task<SandboxResponse> RegisterAsync(PaymentDb db, string merchant, JsonElement body, CancellationToken cancellationToken)
    {
        if (body.Text("ShortCode") is null || body.Text("ResponseType") is not ("Completed" or "Cancelled"))
            return Invalid(body.Text("ShortCode") is null ? "ShortCode" : "ResponseType");
        if (body.Text("ConfirmationURL") is not { } confirm || body.Text("ValidationURL") is not { } validate)
            return Invalid("URL");
        string[] refused = ["mpesa", "m-pesa", "safaricom", "exe", "exec", "cmd", "sql", "query"];
        if (Array.Exists(refused, word => (confirm + validate).Contains(word, StringComparison.OrdinalIgnoreCase)))
            return Fault(400, "400.003.02", "Bad Request - Invalid URL");
        var setting = await SettingAsync(db, merchant, AddressesSetting, cancellationToken);
        if (setting.ValueJson != "{}")
            return Fault(500, "500.003.1001", "Urls are already registered");
        Set(setting, JsonSerializer.Serialize(new MpesaSandboxAddresses(confirm, validate), MpesaJson.Default.MpesaSandboxAddresses));
        return Json(new JsonObject { ["OriginatorCoversationID"] = Conversation(), ["ResponseCode"] = "0", ["ResponseDescription"] = "Success" });
    }

    private async Task<SandboxResponse> SimulateAsync(SandboxRequest request, PaymentDb db, string merchant, JsonElement body, CancellationToken cancellationToken)
    {
        if (!long.TryParse(body.Text("Amount"), NumberStyles.None, CultureInfo.InvariantCulture, out var shillings) || shillings is < 1 or > 250_000)
            return Invalid("Amount");
        if (body.Text("ShortCode") is not { } shortCode || MpesaPhone.Normalise(body.Text("Msisdn")) is not { } phone)
            return Invalid(body.Text("ShortCode") is null ? "ShortCode" : "Msisdn");
        await PayBillAsync(request, db, merchant, shortCode, body.Text("BillRefNumber") ?? "", shillings, phone, cancellationToken);
        return Json(new JsonObject { ["OriginatorCoversationID"] = Conversation(), ["ResponseCode"] = "0", ["ResponseDescription"] = "Accept the service request successfully." });
    }

    /// <summary>A payer pays a bill by hand: booked at once, and confirmed.</summary>
    private async Task<string> PayBillAsync(SandboxRequest request, PaymentDb db, string merchant, string shortCode, string bill, long shillings, string phone, CancellationToken cancellationToken)
    {
        var id = IdSource.NewId(request.At);
        var data = new MpesaSandboxCharge(ReceiptOf(id.ToString()), null, bill, shortCode, "0");
        var charge = new SandboxCharge
        {
            Id = id,
            Provider = Provider,
            Merchant = merchant,
            Reference = data.Receipt,
            MerchantReference = bill,
            AmountMinor = shillings * 100,
            Currency = MpesaMoney.Shilling,
            PayerPhone = phone,
            CreatedAt = request.At,
            DataJson = JsonSerializer.Serialize(data, MpesaJson.Default.MpesaSandboxCharge),
        };
        charge.Decide(SandboxState.Paid, request.At);
        db.SandboxCharges.Add(charge);
        if (await webhooks.FindMerchantAsync(db, Provider, MpesaProvider.ConsumerKey, merchant, cancellationToken) is { } account)
            await PlanConfirmationAsync(db, account, charge, data, request.At, cancellationToken);
        return data.Receipt;
    }

    private async Task<SandboxResponse> StatusAsync(SandboxRequest request, PaymentDb db, string merchant, JsonElement body, CancellationToken cancellationToken)
    {
        if (OperatorFault(body, "TransactionStatusQuery") is { } refused)
            return refused;
        var receipt = body.Text("TransactionID");
        var conversation = body.Text("OriginalConversationID");
        var charge = await FindByReceiptAsync(db, merchant, receipt, cancellationToken);
        var reversal = conversation is null ? null : await db.SandboxRefunds.FirstOrDefaultAsync(row => row.Provider == Provider && row.Reference == conversation, cancellationToken);
        charge?.Settle(request.At);
        var isKnown = charge is { State: SandboxState.Paid } || reversal is not null;
        var answer = new JsonObject { ["ResultType"] = 0, ["ResultCode"] = isKnown ? 0 : 2001, ["ResultDesc"] = isKnown ? "The service request is processed successfully." : "The transaction is not known.", ["TransactionID"] = receipt ?? "" };
        if (isKnown)
        {
            answer["ResultParameters"] = new JsonObject
            {
                ["ResultParameter"] = new JsonArray(
                    Parameter("ReceiptNo", receipt ?? "R" + conversation![^9..]),
                    Parameter("TransactionStatus", "Completed"),
                    Parameter("Amount", charge is null ? Shillings(reversal!.AmountMinor) : Shillings(Data(charge).SaidMinor ?? charge.AmountMinor)),
                    Parameter("FinalisedTime", MpesaTime.Stamp(request.At)),
                    Parameter("DebitPartyName", $"{MpesaPhone.Mask(charge?.PayerPhone)} - A payer"),
                    new JsonObject { ["Key"] = "TransactionReason" }),
            };
        }
        return await AcceptAsync(request, db, merchant, body, answer, cancellationToken);
    }

    private async Task<SandboxResponse> ReverseAsync(SandboxRequest request, PaymentDb db, string merchant, JsonElement body, CancellationToken cancellationToken)
    {
        if (OperatorFault(body, "TransactionReversal") is { } refused)
            return refused;
        if (body.Text("RecieverIdentifierType") != "11")
            return Invalid("RecieverIdentifierType");
        if (!long.TryParse(body.Text("Amount"), NumberStyles.None, CultureInfo.InvariantCulture, out var shillings) || shillings < 1)
            return Invalid("Amount");
        var fault = await SandboxFaultKinds.TakeAsync(db, Provider, merchant, request.Path, [SandboxFaultKinds.NotFound, SandboxFaultKinds.RefundFailed], cancellationToken);
        var charge = fault == SandboxFaultKinds.NotFound ? null : await FindByReceiptAsync(db, merchant, body.Text("TransactionID"), cancellationToken);
        charge?.Settle(request.At);
        var code = charge is not { State: SandboxState.Paid } ? "R000002" : charge.RefundedMinor > 0 ? "R000001" : fault == SandboxFaultKinds.RefundFailed ? "1" : shillings * 100 > charge.AmountMinor ? "11" : "0";
        var conversation = Conversation();
        var answer = new JsonObject { ["ResultType"] = 0, ["ResultCode"] = int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : code, ["ResultDesc"] = DescriptionOf(code), ["TransactionID"] = code == "0" ? ReceiptOf(conversation) : "0000000000" };
        if (code == "0" && charge is not null)
        {
            charge.Refund(shillings * 100);
            db.SandboxRefunds.Add(new SandboxRefund { Id = IdSource.NewId(request.At), ChargeId = charge.Id, Provider = Provider, Reference = conversation, AmountMinor = shillings * 100, State = "succeeded", CreatedAt = request.At });
            answer["ResultParameters"] = new JsonObject
            {
                ["ResultParameter"] = new JsonArray(
                    Parameter("Amount", Shillings(shillings * 100)), Parameter("TransCompletedTime", MpesaTime.Stamp(request.At)), Parameter("OriginalTransactionID", Data(charge).Receipt),
                    Parameter("Charge", "0"), new JsonObject { ["Key"] = "DebitAccountBalance" }),
            };
        }
        return await AcceptAsync(request, db, merchant, body, answer, cancellationToken, conversation);
    }

    /// <summary>Taken now, answered later at the address that the call named.</summary>
    private async Task<SandboxResponse> AcceptAsync(SandboxRequest request, PaymentDb db, string merchant, JsonElement body, JsonObject result, CancellationToken cancellationToken, string? conversation = null)
    {
        var (originator, own) = (conversation ?? Conversation(), "AG_" + MpesaTime.Stamp(request.At) + "_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(10)));
        result["OriginatorConversationID"] = originator;
        result["ConversationID"] = own;
        result["ReferenceData"] = new JsonObject { ["ReferenceItem"] = new JsonObject { ["Key"] = "Occasion" } };
        if (body.Text("ResultURL") is { } url && await webhooks.FindMerchantAsync(db, Provider, MpesaProvider.ConsumerKey, merchant, cancellationToken) is { } account)
            await PlanAsync(db, account, merchant, url, new JsonObject { ["Result"] = result }, request.At + ResultsComeAfter, cancellationToken);
        return Json(new JsonObject { ["OriginatorConversationID"] = originator, ["ConversationID"] = own, ["ResponseCode"] = "0", ["ResponseDescription"] = "Accept the service request successfully." });
    }

    private static SandboxResponse? OperatorFault(JsonElement body, string command)
    {
        string[] required = ["Initiator", "SecurityCredential", "ResultURL", "QueueTimeOutURL", "Remarks"];
        if (Array.Find(required, name => body.Text(name) is null) is { } missing)
            return Invalid(missing);
        if (body.Text("CommandID") != command)
            return Invalid("CommandID");
        return body.Text("TransactionID") is null && body.Text("OriginalConversationID") is null ? Invalid("TransactionID") : null;
    }

    /// <summary>The password is made of the very timestamp beside it, which is East Africa's time of now.</summary>
    private static SandboxResponse? PasswordFault(SandboxRequest request, ProviderAccountSnapshot? account, JsonElement body)
    {
        var (shortCode, stamp) = (body.Text("BusinessShortCode"), body.Text("Timestamp"));
        if (shortCode is null)
            return Invalid("BusinessShortCode");
        if (stamp is null || MpesaTime.Read(stamp) is not { } at || (at - request.At).Duration() > StampsLiveFor)
            return Invalid("Timestamp");
        var given = Signature.FromBase64(body.Text("Password") ?? "");
        var text = given is null ? "" : Encoding.UTF8.GetString(given);
        var isGood = account is null
            ? text.StartsWith(shortCode, StringComparison.Ordinal) && text.EndsWith(stamp, StringComparison.Ordinal)
            : account.Credential(MpesaProvider.ShortCode) == shortCode && text == shortCode + account.Credential(MpesaProvider.Passkey) + stamp;
        return isGood ? null : Fault(500, "500.001.1001", "Wrong credentials");
    }

    /// <summary>The validation of what a payer has entered, in the shape of its confirmation and without a balance.</summary>
    public async Task<SandboxQuestion?> QuestionAsync(SandboxRequest request, PaymentDb db, CancellationToken cancellationToken)
    {
        if (request is not { Method: "POST", Path: "/paybill" } || await EnteredAsync(Form(request.Body), db, cancellationToken) is not var (account, bill, shillings, phone))
            return null;
        var data = new MpesaSandboxCharge(ReceiptOf(IdSource.NewId(request.At).ToString()), null, bill, account.Credential(MpesaProvider.ShortCode));
        var body = ConfirmationOf(data, shillings * 100, phone, balance: "", request.At);
        return new SandboxQuestion(account, "/" + MpesaWebhook.Validate, new Dictionary<string, string> { ["content-type"] = "application/json" }, Encoding.UTF8.GetBytes(body.ToJsonString()));
    }

    /// <summary>Null when it is nothing that M-Pesa itself would take.</summary>
    private async Task<(ProviderAccountSnapshot Account, string Bill, long Shillings, string Phone)?> EnteredAsync(Dictionary<string, string> form, PaymentDb db, CancellationToken cancellationToken)
    {
        var shortCode = form.GetValueOrDefault("shortcode")?.Trim() ?? "";
        if (!long.TryParse(form.GetValueOrDefault("amount"), NumberStyles.None, CultureInfo.InvariantCulture, out var shillings) || shillings is < 1 or > 250_000)
            return null;
        if (MpesaPhone.Normalise(form.GetValueOrDefault("phone")) is not { } phone || shortCode.Length == 0 || await webhooks.FindAccountAsync(db, Provider, MpesaProvider.ShortCode, shortCode, cancellationToken) is not { } account)
            return null;
        var bill = (form.GetValueOrDefault("account") ?? "").Trim();
        return (account, bill[..Math.Min(bill.Length, 20)], shillings, phone);
    }

    /// <summary>The code by which the business turned the money away; null when it takes it, or does not answer: then what was registered holds, and that is to take it.</summary>
    private static string? RefusalIn(MerchantAnswer? answer) =>
        answer is { Status: 200 } && MpesaMembers.Parse(Encoding.UTF8.GetBytes(answer.Body)).Text("ResultCode") is { } code && code != "0" ? code : null;

    private async Task<SandboxResponse> PaybillAsync(SandboxRequest request, PaymentDb db, CancellationToken cancellationToken)
    {
        if (request.Method != "POST")
            return PaybillPage(request, request.Query, said: null);
        var form = Form(request.Body);
        var shortCode = form.GetValueOrDefault("shortcode")?.Trim() ?? "";
        if (shortCode.Length == 0 || await webhooks.FindAccountAsync(db, Provider, MpesaProvider.ShortCode, shortCode, cancellationToken) is not { } account)
            return PaybillPage(request, form, "There is no business with this number.");
        if (!long.TryParse(form.GetValueOrDefault("amount"), NumberStyles.None, CultureInfo.InvariantCulture, out var shillings) || shillings is < 1 or > 250_000)
            return PaybillPage(request, form, "The amount is 1 to 250 000 whole shillings.");
        if (MpesaPhone.Normalise(form.GetValueOrDefault("phone")) is not { } phone)
            return PaybillPage(request, form, "The phone is a Kenyan mobile number.");
        if (RefusalIn(request.Answer) is { } code)
            return PaybillPage(request, form, code == "C2B00013" ? "The business does not take this amount." : "The business does not know this account number.");
        var bill = (form.GetValueOrDefault("account") ?? "").Trim();
        var receipt = await PayBillAsync(request, db, MerchantOf(account.Credentials), shortCode, bill[..Math.Min(bill.Length, 20)], shillings, phone, cancellationToken);
        return SandboxPage.Of(
            request, "M-Pesa", "Paid",
            $"""<h1>Paid</h1><p class="amt" data-testid="paybill-receipt">{SandboxPage.Text(receipt)}</p><p>{SandboxPage.Text(receipt)} Confirmed. Ksh{shillings.ToString("N0", CultureInfo.InvariantCulture)}.00 sent to {SandboxPage.Text(shortCode)} for account {SandboxPage.Text(bill)}.</p><p class="fine"><a href="{SandboxPage.Text(SandboxPage.Path(request, "/paybill"))}">Pay another bill</a></p>""");
    }

    private static SandboxResponse PaybillPage(SandboxRequest request, IReadOnlyDictionary<string, string> filled, string? said)
    {
        string Value(string name, string otherwise = "") => SandboxPage.Text(filled.GetValueOrDefault(name) ?? otherwise);
        var alert = said is null ? "" : $"""<p class="alert" role="alert">{SandboxPage.Text(said)}</p>""";
        return SandboxPage.Of(
            request, "M-Pesa", "Pay Bill",
            $"""
             <h1>Lipa na M-Pesa · Pay Bill</h1>
             {alert}
             <form method="post" action="{SandboxPage.Text(SandboxPage.Path(request, "/paybill"))}">
             <label class="lbl">Business number <input name="shortcode" inputmode="numeric" required value="{Value("shortcode")}"></label>
             <label class="lbl">Account number <input name="account" maxlength="20" autocomplete="off" value="{Value("account")}"></label>
             <label class="lbl">Amount, KES <input name="amount" inputmode="numeric" required value="{Value("amount")}"></label>
             <label class="lbl">Phone <input name="phone" type="tel" required value="{Value("phone", "254708374149")}"></label>
             <button class="btn" data-testid="paybill-pay">Pay</button>
             </form>
             <p class="fine">What a payer does on a phone without a prompt. The account number is the payment's code or order reference.</p>
             """);
    }

    private async Task<SandboxCharge?> FindByReceiptAsync(PaymentDb db, string merchant, string? receipt, CancellationToken cancellationToken)
    {
        if (receipt is not { Length: >= 6 })
            return null;
        return await db.SandboxCharges.FirstOrDefaultAsync(row => row.Provider == Provider && row.Merchant == merchant && (row.Reference == receipt || row.DataJson.Contains(receipt)), cancellationToken);
    }

    private async Task<SandboxSetting> SettingAsync(PaymentDb db, string merchant, string name, CancellationToken cancellationToken)
    {
        var setting = await db.SandboxSettings.FirstOrDefaultAsync(row => row.Provider == Provider && row.Merchant == merchant && row.Name == name, cancellationToken);
        if (setting is null)
            db.SandboxSettings.Add(setting = new SandboxSetting { Provider = Provider, Merchant = merchant, Name = name });
        return setting;
    }

    private static void Set(SandboxSetting setting, string json)
    {
        setting.ValueJson = json;
        setting.Version++;
    }

    private static (string Key, string Secret)? Basic(string header)
    {
        if (!header.StartsWith("Basic ", StringComparison.Ordinal) || Signature.FromBase64(header[6..]) is not { } bytes)
            return null;
        var text = Encoding.UTF8.GetString(bytes);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 1 ? null : (text[..colon], text[(colon + 1)..]);
    }

    private static Dictionary<string, string> Form(ReadOnlyMemory<byte> body) => Encoding.UTF8.GetString(body.Span).Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split('=', 2)).Where(pair => pair.Length == 2)
        .GroupBy(pair => pair[0]).ToDictionary(group => group.Key, group => Uri.UnescapeDataString(group.First()[1].Replace('+', ' ')), StringComparer.Ordinal);

    private static MpesaSandboxCharge Data(SandboxCharge charge) =>
        JsonSerializer.Deserialize(charge.DataJson, MpesaJson.Default.MpesaSandboxCharge) ?? throw new InvalidOperationException($"Charge {charge.Reference} has lost its data.");

    private static string CodeOf(SandboxState state) => state switch
    {
        SandboxState.Paid => "0",
        SandboxState.Declined => "1",
        SandboxState.Cancelled => "1032",
        SandboxState.Expired => "1037",
        _ => "4999",
    };

    private static string DescriptionOf(string code) => code switch
    {
        "0" => "The service request is processed successfully.",
        "1" => "The balance is insufficient for the transaction.",
        "11" => "The DebitParty is in an invalid state.",
        "1032" => "Request cancelled by user",
        "1037" => "DS timeout user cannot be reached",
        "2001" => "The initiator information is invalid.",
        "4999" => "The transaction is still under processing",
        "R000001" => "The transaction has already been reversed.",
        "R000002" => "The OriginalTransactionID is invalid.",
        _ => "",
    };

    /// <summary>Ten capitals and digits, the same ones for the same payment.</summary>
    private static string ReceiptOf(string of)
    {
        const string alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
        return "S" + string.Concat(SHA256.HashData(Encoding.UTF8.GetBytes(of)).Take(9).Select(number => alphabet[number % alphabet.Length]));
    }

    private static string Conversation() => $"{Number(10_000)}-{Number(10_000_000)}-{Number(100)}";

    /// <summary>A random number with as many digits as its smallest.</summary>
    private static string Number(int smallest) => (smallest + IdSource.Next(smallest * 9)).ToString(CultureInfo.InvariantCulture);

    private static string Shillings(long minor) => (minor / 100m).ToString("0.##", CultureInfo.InvariantCulture);

    private static JsonObject Parameter(string key, string value) => new() { ["Key"] = key, ["Value"] = value };

    private static SandboxResponse Json(JsonObject body) => SandboxResponse.Json(200, body.ToJsonString());

    private static SandboxResponse Invalid(string field) => Fault(400, "400.002.02", $"Bad Request - Invalid {field}");

    private static SandboxResponse Fault(int status, string code, string message) =>
        SandboxResponse.Json(status, new JsonObject { ["requestId"] = Conversation(), ["errorCode"] = code, ["errorMessage"] = message }.ToJsonString());
}
