using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Proofs;
using PaymentAdmin.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace PaymentAdmin.Tests.Browser;

/// <summary>A demo shop whose payers come and go.</summary>
public sealed class PayerShop : IAsyncLifetime
{
    public AheadClock Clock { get; } = new();

    public TestApp App { get; private set; } = null!;

    public HttpClient Api { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        App = await TestApp.StartAsync(new TestAppOptions { Clock = Clock, Settings = new Dictionary<string, string?> { ["Demo:Enabled"] = "true" } });
        Api = await App.KeyClientAsync();
    }

    public async Task DisposeAsync()
    {
        Api.Dispose();
        await App.DisposeAsync();
    }

    public async Task<(string Id, string Url)> PaymentAsync(string currency = "KZT", long amountMinor = 500_000, int? shop = 8, bool returns = false, int? expiresInMinutes = null)
    {
        var body = new JsonObject { ["order_reference"] = "ORD-" + IdSource.NewToken(8), ["amount_minor"] = amountMinor, ["currency"] = currency, ["shop_id"] = shop, ["description"] = "Tea & milk", ["expires_in_minutes"] = expiresInMinutes };
        if (returns)
            (body["return_url"], body["cancel_url"]) = (App.Url + "/docs?from=paid", App.Url + "/docs?from=left");
        var created = await Api.TellOnceAsync("/v1/payments", body.ToJsonString());
        Assert.True(created.Status == 201, created.Body);
        return (created.Text("id"), created.Text("checkout_url"));
    }

    public async Task<string> StatusAsync(string payment) => (await Api.AskAsync($"/v1/payments/{payment}")).Text("status");

    public Task BecomesAsync(string payment, string status) => Eventually.TrueAsync(async () => await StatusAsync(payment) == status, $"the payment is {status}");

    public Task<Payment> ReadAsync(string payment) => App.ReadAsync(db => db.Payments.SingleAsync(row => row.Id == Guid.Parse(payment)));

    /// <summary>Somebody in the portal believes the proof.</summary>
    public async Task ApproveAsync(string payment)
    {
        var (proof, clerk) = await ReviewAsync(payment);
        Assert.Null((await App.Get<ReviewProof>().ApproveAsync(new ProofDecision(proof.TenantId, proof.Id, proof.Version), proof.AmountMinor, null, clerk, default)).Problem);
    }

    /// <summary>Somebody in the portal does not.</summary>
    public async Task RejectAsync(string payment)
    {
        var (proof, clerk) = await ReviewAsync(payment);
        Assert.Null((await App.Get<ReviewProof>().RejectAsync(new ProofDecision(proof.TenantId, proof.Id, proof.Version), ProofRejection.NotReceived, null, null, clerk, default)).Problem);
    }

    /// <summary>On the imitated phone: pay bill, by the payment's code.</summary>
    public async Task PayBillAsync(IPage page, string payment)
    {
        var tenantId = await App.TenantIdAsync();
        var settings = await App.ReadAsync(db => db.ProviderAccounts.Where(row => row.TenantId == tenantId && row.Provider == "mpesa").Select(row => row.SettingsJson).SingleAsync());
        await page.GotoAsync("/sandbox/mpesa/paybill");
        var asked = await ReadAsync(payment);
        foreach (var (name, text) in new[] { ("shortcode", JsonNode.Parse(settings)!["shortcode"]!.GetValue<string>()), ("account", asked.PaymentCode), ("amount", $"{asked.AmountMinor / 100}") })
            await page.Locator($"input[name={name}]").FillAsync(text);
        await page.Locator("form button").First.ClickAsync();
    }

    public Visit Visit(int width, bool hasScript, params string[] expectedErrors) =>
        new() { Site = new Uri(App.Url), Width = width, Height = width < 768 ? 844 : 900, HasScript = hasScript, ExpectedErrors = ["favicon", .. expectedErrors] };

    private async Task<(ManualProof Proof, Actor Clerk)> ReviewAsync(string payment)
    {
        var proof = await App.ReadAsync(db => db.ManualProofs.Where(row => row.PaymentId == Guid.Parse(payment)).OrderByDescending(row => row.SubmittedAt).FirstAsync());
        var email = await App.CreateUserAsync(Roles.Superadmin);
        var user = await App.ReadAsync(db => db.Users.SingleAsync(row => row.Email == email));
        return (proof, new Actor(ActorKind.User, user.Id.ToString(), email, user.Role, user.Id));
    }
}

/// <summary>What payers press.</summary>
public static class PayerSteps
{
    public static async Task ChooseAsync(IPage page, string way)
    {
        await page.GetByTestId($"way-{way}").CheckAsync();
        await page.GetByTestId("pay-submit").ClickAsync();
    }

    public static async Task PromptAsync(IPage page, string provider, string phone)
    {
        await page.GetByTestId($"way-{provider}-phone").CheckAsync();
        await page.GetByTestId($"phone-{provider}").FillAsync(phone);
        await page.GetByTestId("pay-submit").ClickAsync();
    }

    /// <summary>Leaves what is open for the choice.</summary>
    public static async Task ChooseOtherAsync(IPage page, string url, string way)
    {
        await page.GotoAsync(url);
        if (await page.GetByTestId("pay-other").CountAsync() > 0)
            await page.GetByTestId("pay-other").ClickAsync();
        await ChooseAsync(page, way);
    }

    public static async Task CancelAsync(IPage page, string url)
    {
        await page.GotoAsync(url);
        await page.GetByTestId("pay-cancel").ClickAsync();
        await page.GetByTestId("cancel-confirm").ClickAsync();
        await Expect(page.Locator("[data-status=cancelled]")).ToBeVisibleAsync();
    }

    public static async Task SendProofAsync(IPage page)
    {
        if (!await page.GetByTestId("proof-send").IsVisibleAsync())
            await page.Locator("details:has([data-testid=proof-form]) > summary").ClickAsync();
        await page.GetByTestId("proof-reference").FillAsync("TX-" + IdSource.NewToken(6));
        await page.GetByTestId("proof-send").ClickAsync();
    }

    /// <summary>The field for a card on an imitated provider's page.</summary>
    public static ILocator CardOf(IPage page) => page.Locator("input[name=card], input[name=number]");

    public static async Task PayCardAsync(IPage page, string card)
    {
        await CardOf(page).FillAsync(card);
        await page.Locator("button[value=pay]").ClickAsync();
    }
}
