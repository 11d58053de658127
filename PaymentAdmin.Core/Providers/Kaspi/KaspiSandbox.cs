using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Providers.Sandbox;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Providers.Kaspi;

/// <summary>
/// The proxy and Kaspi behind it: prompts whose payer decides by the last digits of the phone, links with a page, refunds in parts.
/// Failures come as HTTP 200 with <c>status:false</c>, as the proxy's do. Nothing happens by itself: time is applied when a charge is read.
/// </summary>
internal sealed class KaspiSandbox : ISandbox, IKeepsDemoBooks, IPlaysPayers
{
    private const string Tenge = "KZT";
    private static readonly TimeSpan PayerDecidesAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PromptLifetime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LinkLifetime = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan OpenedLinkLifetime = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Almaty = TimeSpan.FromHours(5);

    public string Provider => "kaspi";

    public PayerScript Script { get; } = new("/create/", "/status/")
    {
        Phones = new PayerPhones(Pays: "+7 701 000 1234", Declines: "+7 701 000 0001", Silent: "+7 701 000 0002"),
    };

    public string? Merchant(SandboxRequest request) =>
        !request.Path.StartsWith("/pay/", StringComparison.Ordinal) && request.Query.GetValueOrDefault(KaspiProvider.AccessToken) is { Length: > 0 } token
            ? SandboxCharge.MerchantOf(token)
            : null;

    public string MerchantOf(IReadOnlyDictionary<string, string> credentials) => SandboxCharge.MerchantOf(credentials[KaspiProvider.AccessToken]);

    public string NewReference(Random chance) => chance.NextInt64(10_000_000_000, 100_000_000_000).ToString(CultureInfo.InvariantCulture);

    /// <summary>Kaspi knows no reference of ours, only the message that the payer reads.</summary>
    public string MerchantReferenceOf(DemoCheckout checkout) => checkout.Description ?? checkout.OrderReference;

    public string WordOf(SandboxState state, DemoCheckout checkout) => Word(state, DataFor(checkout));

    public string DataOf(DemoCheckout checkout) => JsonSerializer.Serialize(DataFor(checkout), KaspiJson.Default.KaspiSandboxCharge);

    public Task<SandboxResponse> HandleAsync(SandboxRequest request, PaymentDb db, CancellationToken cancellationToken)
    {
        if (request.Path.StartsWith("/pay/", StringComparison.Ordinal))
            return PageAsync(request, db, request.Path["/pay/".Length..], cancellationToken);
        // The proxy gives out its tokens; here every token is somebody's, except those that say they are wrong.
        if (Merchant(request) is not { } merchant || request.Query[KaspiProvider.AccessToken].StartsWith("wrong", StringComparison.OrdinalIgnoreCase))
            return Task.FromResult(Refuse(401, "Invalid access_token"));
        return request.Path switch
        {
            "/create/" => CreateAsync(request, db, merchant, isLink: false, cancellationToken),
            "/create-link/" => CreateAsync(request, db, merchant, isLink: true, cancellationToken),
            "/status/" => StatusAsync(request, db, merchant, cancellationToken),
            "/refund/" => RefundAsync(request, db, merchant, cancellationToken),
            _ => Task.FromResult(SandboxResponse.Html("<!doctype html><title>404</title>") with { Status = 404 }),
        };
    }

    private async Task<SandboxResponse> CreateAsync(SandboxRequest request, PaymentDb db, string merchant, bool isLink, CancellationToken cancellationToken)
    {
        var phone = isLink ? null : Argument(request, "phone");
        if (!isLink && (phone is not { Length: 11 } || phone[0] != '7' || !phone.All(char.IsAsciiDigit)))
            return Refuse(400, "Invalid phone");
        if (Amount(request) is not { } amount)
            return RefuseAs(990000028, "Wrong amount");
        if (await OrganizationFaultAsync(request, db, merchant, cancellationToken) is { } fault)
            return fault;

        var charge = NewCharge(request, merchant, amount, phone, isLink);
        db.SandboxCharges.Add(charge);
        if (isLink)
        {
            var link = new KaspiLink($"{request.BaseUrl}/pay/{charge.Reference}", charge.Reference, charge.ExpiresAt?.ToOffset(Almaty).ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture));
            return Good(JsonSerializer.Serialize(link, KaspiJson.Default.KaspiLink));
        }
        var created = Good(JsonSerializer.Serialize(new KaspiPayment(charge.Reference, "Wait", null), KaspiJson.Default.KaspiPayment));
        return phone!.EndsWith("0003", StringComparison.Ordinal) ? created with { HoldBack = SandboxFaultKinds.HoldBack } : created; // a prompt has a phone
    }

    private SandboxCharge NewCharge(SandboxRequest request, string merchant, long amountMinor, string? phone, bool isLink)
    {
        SandboxState? decision = phone?[^4..] switch
        {
            null or "0002" => null,
            "0001" => SandboxState.Declined,
            _ => SandboxState.Paid,
        };
        var data = new KaspiSandboxCharge(isLink, IsOpened: false, Argument(request, "organizationBin") ?? "", DeviceOf(Argument(request, "deviceToken")));
        return new SandboxCharge
        {
            Id = IdSource.NewId(request.At),
            Provider = Provider,
            Merchant = merchant,
            Reference = NewNumber().ToString(CultureInfo.InvariantCulture),
            MerchantReference = Argument(request, "message"),
            AmountMinor = amountMinor,
            Currency = Tenge,
            PayerPhone = phone,
            Decision = decision,
            DecidesAt = decision is null ? null : request.At + PayerDecidesAfter,
            ExpiresAt = request.At + (isLink ? LinkLifetime : PromptLifetime),
            CreatedAt = request.At,
            DataJson = JsonSerializer.Serialize(data, KaspiJson.Default.KaspiSandboxCharge),
        };
    }

    /// <summary>
    /// A device token belongs to the BIN that it was first used with. A merchant without tokens has one unnamed device, so it can serve one BIN.
    /// </summary>
    private async Task<SandboxResponse?> OrganizationFaultAsync(SandboxRequest request, PaymentDb db, string merchant, CancellationToken cancellationToken)
    {
        if (Argument(request, "organizationBin") is not { } bin)
            return Refuse(400, "organizationBin is required");
        if (!Bin.IsValid(bin))
            return Refuse(400, "Организация не зарегистрирована в Kaspi Pay");
        var token = Argument(request, "deviceToken") ?? "";
        if (token.Length > 0 && !Guid.TryParseExact(token, "D", out _))
            return RefuseAs(-1501, "Invalid deviceToken");
        var hash = DeviceOf(token);
        var device = await db.SandboxDevices.FirstOrDefaultAsync(known => known.Provider == Provider && known.Merchant == merchant && known.Token == hash, cancellationToken);
        if (device is null)
            db.SandboxDevices.Add(new SandboxDevice { Provider = Provider, Merchant = merchant, Token = hash, Organization = bin });
        return device is null || device.Organization == bin ? null : RefuseAs(-1501, "Invalid deviceToken");
    }

    /// <summary>How a device is remembered: by a hash, empty for the one without a token.</summary>
    internal static string DeviceOf(string? token) => string.IsNullOrEmpty(token) ? "" : SandboxCharge.MerchantOf(token.ToLowerInvariant());

    private async Task<SandboxResponse> StatusAsync(SandboxRequest request, PaymentDb db, string merchant, CancellationToken cancellationToken)
    {
        var fault = await SandboxFaultKinds.TakeAsync(db, Provider, merchant, request.Path, [SandboxFaultKinds.NotFound, SandboxFaultKinds.UnknownStatus], cancellationToken);
        if (fault == SandboxFaultKinds.NotFound || await FindAsync(request, db, merchant, cancellationToken) is not { } charge)
            return RefuseAs(-99000001, "Покупка не найдена", httpCode: 404);
        var word = fault == SandboxFaultKinds.UnknownStatus ? SandboxFaultKinds.UnknownWord : Word(charge);
        return Good(JsonSerializer.Serialize(new KaspiPayment(charge.Reference, word, null), KaspiJson.Default.KaspiPayment));
    }

    private async Task<SandboxResponse> RefundAsync(SandboxRequest request, PaymentDb db, string merchant, CancellationToken cancellationToken)
    {
        var fault = await SandboxFaultKinds.TakeAsync(db, Provider, merchant, request.Path, [SandboxFaultKinds.NotFound, SandboxFaultKinds.RefundFailed], cancellationToken);
        if (fault == SandboxFaultKinds.NotFound || await FindAsync(request, db, merchant, cancellationToken) is not { } charge)
            return RefuseAs(-99000001, "Покупка не найдена", httpCode: 404);
        var data = Data(charge);
        if (Argument(request, "organizationBin") != data.OrganizationBin || DeviceOf(Argument(request, "deviceToken")) != data.Device)
            return RefuseAs(-99000003, "Торговая точка покупки не соответствует устройству");
        if (fault == SandboxFaultKinds.RefundFailed || charge.State != SandboxState.Paid)
            return RefuseAs(-99000011, "Возврат по покупке невозможен", httpCode: 404);
        if (Amount(request) is not { } amount)
            return RefuseAs(990000028, "Wrong amount");
        if (amount > charge.AmountMinor - charge.RefundedMinor)
            return RefuseAs(-99000005, "Сумма возврата превышает сумму покупки");

        var operation = NewNumber();
        charge.Refund(amount);
        db.SandboxRefunds.Add(new SandboxRefund
        {
            Id = IdSource.NewId(request.At),
            ChargeId = charge.Id,
            Provider = Provider,
            Reference = operation.ToString(CultureInfo.InvariantCulture),
            AmountMinor = amount,
            State = "succeeded",
            CreatedAt = request.At,
        });
        return Good(JsonSerializer.Serialize(new KaspiSandboxReturn(charge.Reference, operation, new Money(amount, Tenge).ToMajor()), KaspiJson.Default.KaspiSandboxReturn));
    }

    /// <summary>The page behind a link: opening it starts its three minutes, its buttons decide.</summary>
    private async Task<SandboxResponse> PageAsync(SandboxRequest request, PaymentDb db, string reference, CancellationToken cancellationToken)
    {
        var charge = await db.SandboxCharges.FirstOrDefaultAsync(known => known.Provider == Provider && known.Reference == reference, cancellationToken);
        if (charge is null || !Data(charge).IsLink)
            return SandboxPage.Of(request, "Kaspi Pay", "No such link", "<h1>No such payment link</h1>") with { Status = 404 };
        charge.Settle(request.At);
        var isLeft = request.Query.ContainsKey("left");
        if (request.Method == "POST")
        {
            var choice = System.Text.Encoding.UTF8.GetString(request.Body.Span);
            if (charge.State == SandboxState.Open && choice is "decision=pay" or "decision=decline")
                charge.Decide(choice == "decision=pay" ? SandboxState.Paid : SandboxState.Declined, request.At);
            return SandboxResponse.Redirect(SandboxPage.Path(request, $"/pay/{reference}") + (choice == "decision=leave" ? "?left" : ""));
        }
        if (charge.State == SandboxState.Open && !isLeft)
            Open(charge, request.At);
        return SandboxPage.Of(request, "Kaspi Pay", "Kaspi Pay", Content(request, charge, isLeft));
    }

    private static void Open(SandboxCharge charge, DateTimeOffset now)
    {
        var data = Data(charge);
        if (data.IsOpened)
            return;
        charge.DataJson = JsonSerializer.Serialize(data with { IsOpened = true }, KaspiJson.Default.KaspiSandboxCharge);
        charge.ExpiresAt = now + OpenedLinkLifetime;
        charge.Version++;
    }

    private static string Content(SandboxRequest request, SandboxCharge charge, bool isLeft)
    {
        var amount = $"<p class=\"amt\">{SandboxPage.Text(MoneyFormat.Figure(charge.AmountMinor, charge.Currency))} <span>{Tenge}</span></p>";
        var said = (charge.State, isLeft) switch
        {
            (SandboxState.Open, true) => "You left without deciding. The link stays open until its time is over.",
            (SandboxState.Open, false) => null,
            (SandboxState.Paid, _) => "Paid. You can close this page.",
            (SandboxState.Declined, _) => "Declined. No money was taken.",
            _ => "This link has expired. No money was taken.",
        };
        if (said is not null)
            return $"<h1>Kaspi Pay</h1>{amount}<p>{said}</p>";
        return $"""
                <h1>Kaspi Pay</h1>
                <p class="lbl">{SandboxPage.Text(charge.MerchantReference ?? "")}</p>
                {amount}
                <form method="post" action="{SandboxPage.Text(SandboxPage.Path(request, $"/pay/{charge.Reference}"))}">
                <button class="btn" name="decision" value="pay">Pay</button>
                <button class="btn sec" name="decision" value="decline">Decline</button>
                <button class="btn sec" name="decision" value="leave">Leave</button>
                </form>
                <p class="fine">An opened link lives for three minutes.</p>
                """;
    }

    private async Task<SandboxCharge?> FindAsync(SandboxRequest request, PaymentDb db, string merchant, CancellationToken cancellationToken)
    {
        var reference = Argument(request, "externalId");
        var charge = await db.SandboxCharges.FirstOrDefaultAsync(known => known.Provider == Provider && known.Reference == reference && known.Merchant == merchant, cancellationToken);
        charge?.Settle(request.At);
        return charge;
    }

    private static KaspiSandboxCharge DataFor(DemoCheckout checkout) => new(IsLink: checkout.Method == "link", IsOpened: false, checkout.OrganizationBin ?? "", DeviceOf(checkout.DeviceToken));

    private static string Word(SandboxCharge charge) => Word(charge.State, Data(charge));

    private static string Word(SandboxState state, KaspiSandboxCharge data) => state switch
    {
        SandboxState.Open => data is { IsLink: true, IsOpened: false } ? "QrTokenCreated" : "Wait",
        SandboxState.Paid => "Processed",
        SandboxState.Declined => data.IsLink ? "NotConfirmedByUser" : "RemotePaymentRejected",
        SandboxState.Cancelled => "RemotePaymentCanceled",
        SandboxState.Expired => data.IsLink ? "QrTokenDiscarded" : "RemotePaymentExpired",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static KaspiSandboxCharge Data(SandboxCharge charge) =>
        JsonSerializer.Deserialize(charge.DataJson, KaspiJson.Default.KaspiSandboxCharge) ?? throw new InvalidOperationException($"Charge {charge.Reference} has lost its data.");

    private static string? Argument(SandboxRequest request, string name) => request.Query.GetValueOrDefault(name) is { } value && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;

    /// <summary>Tiyn from a text of tenge with at most two decimals; null when it is no payable amount.</summary>
    private static long? Amount(SandboxRequest request) =>
        decimal.TryParse(Argument(request, "amount"), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var tenge) && Money.TryFromMajor(tenge, Tenge, out var money) && money.Minor > 0
            ? money.Minor
            : null;

    /// <summary>Eleven digits, as Kaspi's: more than 32 bits hold. The unique index has the last word.</summary>
    private static long NewNumber() => 10_000_000_000 + IdSource.Next(900_000) * 100_000L + IdSource.Next(100_000);

    private static SandboxResponse Good(string data) => SandboxResponse.Json(200, $$"""{"status":true,"data":{{data}},"http_code":200}""");

    private static SandboxResponse Refuse(int httpCode, string error) =>
        SandboxResponse.Json(200, $$"""{"status":false,"data":[],"error":{{JsonSerializer.Serialize(error, KaspiJson.Default.String)}},"http_code":{{httpCode}}}""");

    /// <summary>An error of Kaspi's own, handed on.</summary>
    private static SandboxResponse RefuseAs(long code, string message, int httpCode = 400) =>
        SandboxResponse.Json(200, $$"""{"status":false,"data":{{JsonSerializer.Serialize(new KaspiSandboxError(code, message), KaspiJson.Default.KaspiSandboxError)}},"error":{{JsonSerializer.Serialize(message, KaspiJson.Default.String)}},"http_code":{{httpCode}}}""");
}
