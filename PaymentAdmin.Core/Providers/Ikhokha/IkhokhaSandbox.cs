using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Providers.Sandbox;

namespace PaymentAdmin.Core.Providers.Ikhokha;

/// <summary>
/// iKhokha's API and its page with cards and EFT. An application is that of a sandbox account, whose secret must have signed the call, or the
/// document's own <c>demo</c> with <c>demo_secret</c>. Callbacks go to the URL that the create call named. Nothing pays back: refund paths are 404.
/// </summary>
internal sealed class IkhokhaSandbox(SandboxWebhooks webhooks) : ISandbox, IKeepsDemoBooks, IPlaysPayers
{
    private const string Pages = "/securepay/";
    private const string Letters = "abcdefghijklmnopqrstuvwxyz0123456789";
    private const int IdLength = 15;
    private const int DayRowsMax = 1000;

    private static readonly string[] Banks = ["Absa", "Capitec", "FNB", "Nedbank", "Standard Bank"];

    public string Provider => IkhokhaProvider.Id;

    public PayerScript Script { get; } = new("/public-api/v1/api/payment", "/public-api/v1/api/getStatus/")
    {
        Pays = [new(("action", "pay"), ("card", "4111 1111 1111 1111"))],
        Declines = [new(("action", "pay"), ("card", "4000 0000 0000 0002"))],
        Differs = [SandboxFaultKinds.WrongAmount],
    };

    public string? Merchant(SandboxRequest request) =>
        request.Headers.GetValueOrDefault(IkhokhaWebhook.ApplicationHeader) is { Length: > 0 } application && request.Path.StartsWith(IkhokhaProvider.ApiPath, StringComparison.Ordinal) ? SandboxCharge.MerchantOf(application) : null;

    public string MerchantOf(IReadOnlyDictionary<string, string> credentials) => SandboxCharge.MerchantOf(credentials[IkhokhaProvider.AppId]);

    public string NewReference(Random chance) => chance.GetString(Letters, IdLength);

    public string WordOf(SandboxState state, DemoCheckout checkout) => Word(state, state == SandboxState.Declined ? "declined" : null);

    public string DataOf(DemoCheckout checkout) => Text(new IkhokhaSandboxLink(null, checkout.Description ?? checkout.OrderReference, new IkhokhaAskedUrls(null, null, null, null)));

    public async Task<SandboxResponse> HandleAsync(SandboxRequest request, PaymentDb db, CancellationToken cancellationToken)
    {
        if (request.Path.StartsWith(Pages, StringComparison.Ordinal))
            return await PageAsync(request, db, cancellationToken);
        if (!request.Path.StartsWith(IkhokhaProvider.ApiPath + "/", StringComparison.Ordinal))
            return Refuse(404, "Not found");
        if (Merchant(request) is not { } merchant || await CallerAsync(request, db, cancellationToken) is not { } caller)
            return Refuse(401, "Unauthorized");
        return (request.Method, request.Path[IkhokhaProvider.ApiPath.Length..].Split('/')) switch
        {
            ("POST", ["", "payment"]) => Create(request, db, merchant, caller.AccountId),
            ("GET", ["", "getStatus", "external"]) => await StatusAsync(request, db, merchant, request.Query.GetValueOrDefault("paymentLinkId"), request.Query.GetValueOrDefault("externalReference"), cancellationToken),
            ("GET", ["", "getStatus", var paylink]) => await StatusAsync(request, db, merchant, Uri.UnescapeDataString(paylink), ours: null, cancellationToken),
            ("GET", ["", "payments", "history"]) => await HistoryAsync(request, db, merchant, cancellationToken),
            _ => Refuse(404, "Not found"),
        };
    }

    /// <summary>Whose secret signed the call; null when nobody's did. The path may be signed as the client sees it or as iKhokha does, never with its query.</summary>
    private async Task<Caller?> CallerAsync(SandboxRequest request, PaymentDb db, CancellationToken cancellationToken)
    {
        var application = request.Headers.GetValueOrDefault(IkhokhaWebhook.ApplicationHeader, "");
        if (await webhooks.FindAccountAsync(db, Provider, one => one.Credential(IkhokhaProvider.AppId).Trim() == application && IsSigned(request, one.Credential(IkhokhaProvider.AppSecret).Trim()), cancellationToken) is { } account)
            return new Caller(account.AccountId);
        return application == IkhokhaProvider.DemoAppId && IsSigned(request, Signature.DemoSecret) ? new Caller(null) : null;
    }

    private sealed record Caller(Guid? AccountId);

    private static bool IsSigned(SandboxRequest request, string secret)
    {
        var given = request.Headers.GetValueOrDefault(IkhokhaWebhook.SignatureHeader, "");
        string[] paths = [request.Path, "/sandbox/" + IkhokhaProvider.Id + request.Path, SandboxPage.Path(request, request.Path)];
        return paths.Distinct().Any(path => Signature.Check(secret, given, key => IkhokhaWebhook.Sign(key, path, request.Body.Span)) is WebhookVerification.Verified);
    }

    private static SandboxResponse Create(SandboxRequest request, PaymentDb db, string merchant, Guid? accountId)
    {
        if (IkhokhaAnswer.Read(request.Body.Span, IkhokhaJson.Default.IkhokhaAsked) is not { } asked)
            return Refuse(400, "The request is not valid");
        string?[] required = [asked.EntityID, asked.ExternalEntityID, asked.Currency, asked.RequesterUrl, asked.Description, asked.PaymentReference, asked.Mode, asked.ExternalTransactionID, asked.Urls?.CallbackUrl, asked.Urls?.SuccessPageUrl, asked.Urls?.FailurePageUrl, asked.Urls?.CancelUrl];
        if (asked is not { Amount: { } amount, Description: { } description, ExternalTransactionID: { } ours, Urls: { } urls } || required.Any(string.IsNullOrEmpty))
            return Refuse(400, "A required field is missing");
        if (amount is < 1 or > Money.MinorMax || asked.Currency != IkhokhaProvider.Rand)
            return Answer(new IkhokhaCreated("99", amount < 1 ? "The amount must be greater than 0" : "The amount or the currency is not valid", null, null, ours));
        var paylink = new string([.. Enumerable.Range(0, IdLength).Select(_ => Letters[IdSource.Next(Letters.Length)])]);
        db.SandboxCharges.Add(new SandboxCharge
        {
            Id = IdSource.NewId(request.At),
            Provider = IkhokhaProvider.Id,
            Merchant = merchant,
            Reference = paylink,
            MerchantReference = ours,
            AmountMinor = amount,
            Currency = IkhokhaProvider.Rand,
            CreatedAt = request.At,
            DataJson = Text(new IkhokhaSandboxLink(accountId, description, urls)),
        });
        return Answer(new IkhokhaCreated("00", "", request.BaseUrl + Pages + paylink, paylink, ours));

        static SandboxResponse Answer(IkhokhaCreated created) => SandboxResponse.Json(200, JsonSerializer.Serialize(created, IkhokhaJson.Default.IkhokhaCreated));
    }

    private async Task<SandboxResponse> StatusAsync(SandboxRequest request, PaymentDb db, string merchant, string? paylink, string? ours, CancellationToken cancellationToken)
    {
        var fault = await SandboxFaultKinds.TakeAsync(db, Provider, merchant, request.Path, [SandboxFaultKinds.NotFound, SandboxFaultKinds.UnknownStatus], cancellationToken);
        var charge = await db.SandboxCharges.Where(known => known.Provider == Provider && known.Merchant == merchant && (known.Reference == paylink || known.MerchantReference == ours))
            .OrderByDescending(known => known.CreatedAt).FirstOrDefaultAsync(cancellationToken);
        if (fault == SandboxFaultKinds.NotFound || charge is null || (paylink ?? ours) is null)
            return Refuse(404, "Payment link not found");
        var status = StatusOf(charge);
        return SandboxResponse.Json(200, JsonSerializer.Serialize(fault == SandboxFaultKinds.UnknownStatus ? status with { Status = SandboxFaultKinds.UnknownWord } : status, IkhokhaJson.Default.IkhokhaStatus));
    }

    private async Task<SandboxResponse> HistoryAsync(SandboxRequest request, PaymentDb db, string merchant, CancellationToken cancellationToken)
    {
        if (Day(request, "startDate") is not { } from || Day(request, "endDate") is not { } last || last < from)
            return Refuse(400, "startDate and endDate are days, YYYY-MM-DD");
        var until = last.AddDays(1);
        var rows = await db.SandboxCharges.Where(charge => charge.Provider == Provider && charge.Merchant == merchant && charge.CreatedAt >= from && charge.CreatedAt < until)
            .OrderBy(charge => charge.CreatedAt).Take(DayRowsMax).ToListAsync(cancellationToken);
        return SandboxResponse.Json(200, JsonSerializer.Serialize(rows.ConvertAll(StatusOf), IkhokhaJson.Default.ListIkhokhaStatus));
    }

    /// <summary><c>/securepay/{paylink}</c>: card, EFT and, when a card asks for it, the bank's page.</summary>
    private async Task<SandboxResponse> PageAsync(SandboxRequest request, PaymentDb db, CancellationToken cancellationToken)
    {
        var paylink = request.Path[Pages.Length..];
        if (await db.SandboxCharges.FirstOrDefaultAsync(known => known.Provider == Provider && known.Reference == paylink, cancellationToken) is not { } charge)
            return SandboxPage.Of(request, "iKhokha", "No such page", "<h1>No such page</h1>") with { Status = 404 };
        if (request.Method != "POST" || charge.State != SandboxState.Open)
            return Page(request, charge);
        var form = Form(request);
        var data = Data(charge);
        var card = string.Concat(form.GetValueOrDefault("card", "").Where(char.IsAsciiDigit));
        switch (form.GetValueOrDefault("action"), data.Asks)
        {
            case ("leave", _):
                Keep(charge, data with { Asks = false });
                return Back(request, charge, data.Urls.CancelUrl);
            case ("confirm", true):
                return await PayAsync(request, db, charge, data, isEft: false, cancellationToken);
            case ("refuse", true):
                return await FailAsync(request, db, charge, data, "3-D Secure failed", "05", cancellationToken);
            case ("eft", false) when Banks.Contains(form.GetValueOrDefault("bank")):
                return await PayAsync(request, db, charge, data, isEft: true, cancellationToken);
            case ("eft-refuse", false):
                return await FailAsync(request, db, charge, data, "Refused at the bank", "05", cancellationToken);
            case ("pay", false):
                break;
            default:
                return Page(request, charge);
        }
        switch (IkhokhaCards.OutcomeOf(card))
        {
            case IkhokhaCardOutcome.Pays:
                return await PayAsync(request, db, charge, data, isEft: false, cancellationToken);
            case IkhokhaCardOutcome.AsksFirst:
                Keep(charge, data with { Asks = true });
                return Page(request, charge);
            case IkhokhaCardOutcome.Declined:
                return await FailAsync(request, db, charge, data, "Declined by the bank", "05", cancellationToken);
            case IkhokhaCardOutcome.InsufficientFunds:
                return await FailAsync(request, db, charge, data, "Insufficient funds", "51", cancellationToken);
            default:
                return Page(request, charge, "This is none of the sandbox's cards.");
        }
    }

    private async Task<SandboxResponse> PayAsync(SandboxRequest request, PaymentDb db, SandboxCharge charge, IkhokhaSandboxLink data, bool isEft, CancellationToken cancellationToken)
    {
        var fault = await SandboxFaultKinds.TakeAsync(db, Provider, charge.Merchant, "/pay", [SandboxFaultKinds.WrongAmount], cancellationToken);
        data = data with { Asks = false, Failure = null, Said = fault == SandboxFaultKinds.WrongAmount ? Math.Max(1, charge.AmountMinor - 1) : null };
        Keep(charge, data);
        charge.Decide(SandboxState.Paid, request.At);
        await CallBackAsync(request, db, charge, data, "SUCCESS", "00", isEft ? "Thank you, it's paid" : null, cancellationToken);
        return Back(request, charge, data.Urls.SuccessPageUrl);
    }

    /// <summary>One try is over; the paylink stays open.</summary>
    private async Task<SandboxResponse> FailAsync(SandboxRequest request, PaymentDb db, SandboxCharge charge, IkhokhaSandboxLink data, string failure, string code, CancellationToken cancellationToken)
    {
        data = data with { Asks = false, Failure = failure };
        Keep(charge, data);
        await CallBackAsync(request, db, charge, data, "FAILURE", code, text: null, cancellationToken);
        return Back(request, charge, data.Urls.FailurePageUrl);
    }

    /// <param name="text">A member that is sent and not signed: some callbacks have it.</param>
    private async Task CallBackAsync(SandboxRequest request, PaymentDb db, SandboxCharge charge, IkhokhaSandboxLink data, string word, string code, string? text, CancellationToken cancellationToken)
    {
        if (data is not { AccountId: { } accountId, Urls.CallbackUrl: { } callback } || !Uri.TryCreate(callback, UriKind.Absolute, out var url) || await webhooks.FindAccountAsync(db, accountId, cancellationToken) is not { } account)
            return;
        var body = JsonSerializer.SerializeToUtf8Bytes(new IkhokhaEvent(charge.Reference, word, charge.MerchantReference, code, text), IkhokhaJson.Default.IkhokhaEvent);
        var headers = new Dictionary<string, string>
        {
            ["Content-Type"] = "application/json",
            [IkhokhaWebhook.ApplicationHeader] = account.Credential(IkhokhaProvider.AppId).Trim(),
            [IkhokhaWebhook.SignatureHeader] = IkhokhaWebhook.Sign(account.Credential(IkhokhaProvider.AppSecret).Trim(), url.AbsolutePath, text is null ? body : IkhokhaWebhook.SignedPart(body)),
        };
        await webhooks.PlanAsync(db, account with { WebhookUrl = callback }, headers, body, request.At, cancellationToken, merchant: charge.Merchant);
    }

    private static SandboxResponse Page(SandboxRequest request, SandboxCharge charge, string? said = null) => SandboxPage.Of(request, "iKhokha", "iKhokha checkout", Content(request, charge, said));

    private static string Content(SandboxRequest request, SandboxCharge charge, string? said)
    {
        var data = Data(charge);
        var amount = $"<p class=\"lbl\">{SandboxPage.Text(data.Description)}</p><p class=\"amt\">{SandboxPage.Text(MoneyFormat.Figure(charge.AmountMinor, charge.Currency))} <span>{SandboxPage.Text(charge.Currency)}</span></p>";
        if (charge.State != SandboxState.Open)
            return $"<h1>iKhokha</h1>{amount}<p>Paid. You can close this page.</p>";
        var form = $"<form method=\"post\" action=\"{SandboxPage.Text(SandboxPage.Path(request, Pages + charge.Reference))}\">";
        if (data.Asks)
            return $"<h1>3-D Secure</h1>{amount}<p>Your bank asks whether it is you who pays.</p>{form}<button class=\"btn\" name=\"action\" value=\"confirm\">Confirm</button><button class=\"btn sec\" name=\"action\" value=\"refuse\">Refuse</button></form>";
        var alert = (said ?? (data.Failure is { } failure ? failure + ". No money was taken; you can try again." : null)) is { } text ? $"<p role=\"alert\"><b>{SandboxPage.Text(text)}</b></p>" : "";
        var banks = string.Concat(Banks.Select(bank => $"<option>{SandboxPage.Text(bank)}</option>"));
        return $"""
                <h1>iKhokha</h1>{amount}{alert}
                {form}
                <p><label for="card">Card number</label><br><input class="inp" id="card" name="card" inputmode="numeric" autocomplete="off" value="4111 1111 1111 1111"></p>
                <button class="btn" name="action" value="pay">Pay by card</button>
                <p><label for="bank">Instant EFT with</label><br><select class="inp" id="bank" name="bank">{banks}</select></p>
                <button class="btn sec" name="action" value="eft">Pay by EFT</button>
                <button class="btn sec" name="action" value="eft-refuse">Refuse at the bank</button>
                <button class="btn sec" name="action" value="leave">Cancel</button>
                </form>
                <p class="fine">5200 0000 0000 1096 asks for 3-D Secure; 4000 0000 0000 0002 is declined; 4000 0000 0000 9995 has not enough money. These are the sandbox's own cards: iKhokha has no test mode.</p>
                """;
    }

    private static SandboxResponse Back(SandboxRequest request, SandboxCharge charge, string? url) => string.IsNullOrEmpty(url) ? Page(request, charge) : SandboxResponse.Redirect(url);

    private static IkhokhaStatus StatusOf(SandboxCharge charge)
    {
        var data = Data(charge);
        return new IkhokhaStatus(charge.Reference, Word(charge.State, data.Failure), charge.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), data.Said ?? charge.AmountMinor, data.Description, charge.MerchantReference);
    }

    // Nothing closes a paylink, so one that nobody will pay any more is pending for ever.
    private static string Word(SandboxState state, string? failure) => state switch
    {
        SandboxState.Paid => "PAID",
        _ => failure is null ? "PENDING" : "FAILURE",
    };

    private static void Keep(SandboxCharge charge, IkhokhaSandboxLink data)
    {
        charge.DataJson = Text(data);
        charge.Version++;
    }

    private static string Text(IkhokhaSandboxLink data) => JsonSerializer.Serialize(data, IkhokhaJson.Default.IkhokhaSandboxLink);

    private static IkhokhaSandboxLink Data(SandboxCharge charge) =>
        JsonSerializer.Deserialize(charge.DataJson, IkhokhaJson.Default.IkhokhaSandboxLink) ?? throw new InvalidOperationException($"Paylink {charge.Reference} has lost its data.");

    private static DateTimeOffset? Day(SandboxRequest request, string name) =>
        DateOnly.TryParseExact(request.Query.GetValueOrDefault(name), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero) : null;

    private static Dictionary<string, string> Form(SandboxRequest request)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in Encoding.UTF8.GetString(request.Body.Span).Split('&', StringSplitOptions.RemoveEmptyEntries).Select(field => field.Split('=', 2)))
            fields[Uri.UnescapeDataString(pair[0])] = pair.Length == 2 ? Uri.UnescapeDataString(pair[1].Replace('+', ' ')) : "";
        return fields;
    }

    private static SandboxResponse Refuse(int status, string message) => SandboxResponse.Json(status, JsonSerializer.Serialize(new IkhokhaFault(message), IkhokhaJson.Default.IkhokhaFault));
}
