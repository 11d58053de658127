using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Links;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Proofs;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Proofs;
using PaymentAdmin.Tests.Support;
using PaymentAdmin.Web.Components.Layout;
using static Microsoft.Playwright.Assertions;

namespace PaymentAdmin.Tests.Pages;

/// <summary>Every page that has a route, so that a new one cannot be forgotten: on the demo's data, as superadmin, and the public ones as nobody.</summary>
[Collection(BrowserCollection.Name)]
public sealed class PageGridTests(Chromium chromium)
{
    private static readonly Actor Backend = new(ActorKind.ApiKey, "shop", "Shop backend");

    public static TheoryData<int, ColorScheme> Grid { get; } = new()
    {
        { 390, ColorScheme.Light },
        { 390, ColorScheme.Dark },
        { 768, ColorScheme.Light },
        { 768, ColorScheme.Dark },
        { 1440, ColorScheme.Light },
        { 1440, ColorScheme.Dark },
    };

    /// <summary>Routes of people who sign in; the others are for everybody, without script.</summary>
    private static IReadOnlyList<string> Routes(bool isPublic) =>
    [
        .. from type in typeof(PortalMenu).Assembly.GetTypes()
           let routes = type.GetCustomAttributes(typeof(RouteAttribute), inherit: false).Cast<RouteAttribute>()
           where type.IsDefined(typeof(ExcludeFromInteractiveRoutingAttribute), inherit: true) == isPublic
           from route in routes
           orderby route.Template
           select route.Template,
    ];

    [BrowserFact]
    public async Task Every_page_opens_on_a_phone_and_on_a_screen()
    {
        await using var app = await TestApp.StartAsync(("Demo:Enabled", "true"));
        var filled = await FillAsync(app);
        var faults = new List<string>();
        await chromium.VisitAsync(Visit(app, 1440, ColorScheme.Light), async page =>
        {
            foreach (var (route, path) in filled.Where(one => Routes(isPublic: true).Contains(one.Route)))
            {
                await page.GotoAsync(path);
                await BothSizesAsync(page, route, faults);
            }
            await SignInForm.FillInAsync(page, await app.CreateUserAsync(Roles.Superadmin), "/payments");
            foreach (var (route, path) in filled.Where(one => Routes(isPublic: false).Contains(one.Route)))
            {
                // From page to page as a link does: only the first one starts a circuit.
                await page.EvaluateAsync("document.querySelector('main h1')?.setAttribute('data-left', '')");
                await page.EvaluateAsync("path => Blazor.navigateTo(path)", path);
                await Expect(page.Locator("main h1:not([data-left])").First).ToBeVisibleAsync();
                await DrawnAsync(page);
                await BothSizesAsync(page, route, faults);
            }
        });
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [BrowserTheory(IsLong = true)]
    [MemberData(nameof(Grid))]
    public async Task Every_page_is_whole_and_usable_by_everybody(int width, ColorScheme colors)
    {
        await using var app = await TestApp.StartAsync(("Demo:Enabled", "true"));
        var filled = await FillAsync(app);
        var faults = new List<string>();
        foreach (var isPublic in new[] { true, false })
        {
            await chromium.VisitAsync(Visit(app, width, colors), async page =>
            {
                if (!isPublic)
                    await SignInForm.FillInAsync(page, await app.CreateUserAsync(Roles.Superadmin), "/payments");
                foreach (var (route, path) in filled.Where(one => Routes(isPublic).Contains(one.Route)))
                {
                    await page.GotoAsync(path);
                    await DrawnAsync(page);
                    try
                    {
                        await PageLook.CheckAsync(page, $"{route.Trim('/').Replace('/', '-').Replace(":guid", "", StringComparison.Ordinal)} {colors}");
                    }
                    catch (Xunit.Sdk.TrueException found)
                    {
                        faults.Add($"{route}: {found.Message}");
                    }
                    faults.AddRange((await PageFaults.OfLayoutAsync(page)).Select(fault => $"{route} at {width} {fault}"));
                    faults.AddRange((await PageFaults.OfKeyboardAsync(page)).Select(fault => $"{route} at {width} {fault}"));
                }
            });
        }
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    private static Visit Visit(TestApp app, int width, ColorScheme colors) => new()
    {
        Site = new Uri(app.Url),
        Width = width,
        Height = width < 768 ? 844 : 900,
        Colors = colors,
        // What their address says: the browser notes the answer's number.
        ExpectedErrors = ["/not-found", "/error", "/setup"],
    };

    private static async Task BothSizesAsync(IPage page, string route, List<string> faults)
    {
        foreach (var (width, height) in new[] { (390, 844), (1440, 900) })
        {
            await page.SetViewportSizeAsync(width, height);
            faults.AddRange((await PageFaults.OfLayoutAsync(page)).Select(fault => $"{route} at {width} {fault}"));
        }
    }

    private static async Task DrawnAsync(IPage page)
    {
        await Expect(page.Locator("h1").First).ToBeVisibleAsync();
        await Expect(page.Locator(".skelrows")).ToHaveCountAsync(0);
        await Expect(page.GetByText("This page stopped")).ToHaveCountAsync(0);
    }

    /// <summary>Each route with an address of something that is there. A route with a parameter that is not filled here fails the test.</summary>
    private static async Task<IReadOnlyList<(string Route, string Path)>> FillAsync(TestApp app)
    {
        var tenantId = await app.TenantIdAsync();
        var payment = await app.ReadAsync(db => db.Payments.Where(row => row.TenantId == tenantId && row.RefundedMinor > 0).OrderBy(row => row.CreatedAt).Select(row => row.Id).FirstAsync());
        var open = await app.Get<CreatePayment>().RunAsync(new CreatePaymentRequest { TenantId = tenantId, Mode = Mode.Test, OrderReference = "grid-1", AmountMinor = 500_000, Currency = "KZT", Provider = "manual", Method = "bank_transfer", Description = "Order of 3 items" }, Backend, default);
        Assert.Null(open.Problem);
        var token = app.Get<ClientTokens>().For(open.Value.PaymentId);
        var proof = await app.Get<SubmitProof>().RunAsync(new ProofSubmission { TenantId = tenantId, Mode = Mode.Test, PaymentId = open.Value.PaymentId, Type = ProofType.BankTransfer, Reference = "TXN-GRID", Files = [new SubmittedFile("receipt.png", null, Pictures.Png())] }, Backend, default);
        Assert.Null(proof.Problem);
        var link = await app.Get<PaymentLinks>().CreateAsync(new NewPaymentLink { TenantId = tenantId, Mode = Mode.Test, AmountMinor = 250_000, Currency = "KZT", Description = "Workshop ticket", ShopId = 8 }, Backend, default);
        Assert.Null(link.Problem);
        var ids = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["/payments/{Id:guid}"] = $"/payments/{payment}?mode=test",
            ["/proofs/{Id:guid}"] = $"/proofs/{proof.Value.Id}?mode=test",
            ["/webhooks/{Id:guid}"] = $"/webhooks/{await WebhookAsync(app, tenantId)}?mode=test",
            ["/pay/{PaymentId}"] = $"/pay/{open.Value.PaymentId}?t={token}",
            ["/l/{LinkToken}"] = new Uri(link.Value.Url).PathAndQuery,
            ["/payment/status"] = $"/payment/status?payment_id={open.Value.PaymentId}&t={token}",
        };
        var routes = Routes(isPublic: true).Concat(Routes(isPublic: false)).ToList();
        Assert.DoesNotContain(routes, route => route.Contains('{', StringComparison.Ordinal) && !ids.ContainsKey(route));
        return [.. routes.Select(route => (route, ids.GetValueOrDefault(route, route)))];
    }

    /// <summary>Something genuine that a provider tells about a payment that nobody knows.</summary>
    private static async Task<Guid> WebhookAsync(TestApp app, Guid tenantId)
    {
        var account = await app.ReadAsync(db => db.ProviderAccounts.FirstAsync(row => row.TenantId == tenantId && row.Provider == "paystack"));
        var accounts = app.Get<ProviderAccounts>();
        var body = """{"event":"charge.success","data":{"id":4099260516,"status":"success","reference":"nobody-knows-this","amount":4033300,"currency":"NGN","channel":"card"}}"""u8.ToArray();
        using var client = app.Client();
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        content.Headers.Add("x-paystack-signature", Convert.ToHexStringLower(HMACSHA512.HashData(Encoding.UTF8.GetBytes(accounts.Open(account, route: null).Credential("secret_key")), body)));
        using var answer = await client.PostAsync(new Uri(accounts.WebhookUrlOf(account)).PathAndQuery, content);
        Assert.True(answer.IsSuccessStatusCode, $"the event was answered {(int)answer.StatusCode}");
        return await app.ReadAsync(db => db.WebhookEvents.Where(row => row.TenantId == tenantId).Select(row => row.Id).FirstAsync());
    }
}
