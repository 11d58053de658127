using System.Net;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Tests.Providers.Sandbox;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Providers.Kaspi;

/// <summary>The real client against the real imitation, over HTTP.</summary>
public sealed class KaspiSandboxTests : IAsyncLifetime
{
    private const string FirstBin = "210440028324";
    private const string SecondBin = "991011000048";
    private const string Token = "sandbox access/token+1";
    private const string Device = "11111111-2222-4333-8444-555555555555";
    private static readonly Money Asked = new(1000050, "KZT");

    private SandboxServer server = null!;

    public async Task InitializeAsync() => server = await SandboxServer.StartAsync();

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task Payer_says_yes_after_two_seconds()
    {
        var prompt = Assert.IsType<CheckoutResult.PhonePrompt>(await StartAsync("8 (701) 521-15-45"));
        Assert.Equal("77015211545", prompt.Phone);
        Assert.Equal("Wait", prompt.StatusWord);
        Assert.True(long.Parse(prompt.Reference!, System.Globalization.CultureInfo.InvariantCulture) > int.MaxValue);
        Assert.Equal(ObservedFact.Pending, (await StatusAsync(prompt.Reference!)).Fact);

        server.Clock.Advance(TimeSpan.FromSeconds(2));

        var reading = await StatusAsync(prompt.Reference!);
        Assert.Equal(ObservedFact.Succeeded, reading.Fact);
        Assert.Equal(Asked, reading.Received);
        Assert.Equal(prompt.Reference, reading.ReceiptReference);
        Assert.Equal([new LedgerLine(prompt.Reference!, "ORD-1", 1000050, "KZT", "paid", 0)], await server.LedgerAsync("kaspi"));
    }

    [Theory]
    [InlineData("77010000001", 2, "RemotePaymentRejected", ObservedFact.Failed)]
    [InlineData("77010000002", 299, "Wait", ObservedFact.Pending)]
    [InlineData("77010000002", 300, "RemotePaymentExpired", ObservedFact.Expired)]
    public async Task Payer_acts_by_the_last_digits_of_the_phone(string phone, int seconds, string word, ObservedFact fact)
    {
        var started = await StartAsync(phone);

        server.Clock.Advance(TimeSpan.FromSeconds(seconds));

        var reading = await StatusAsync(started.Reference!);
        Assert.Equal((fact, word), (reading.Fact, reading.StatusWord));
    }

    [Fact]
    public async Task Answer_to_0003_is_lost_and_the_payer_pays()
    {
        var starting = StartAsync("77010000003");
        await Eventually.TrueAsync(async () => (await server.LedgerAsync("kaspi")).Count == 1, "the prompt is sent");

        server.Clock.Advance(TimeSpan.FromSeconds(16));

        var unknown = Assert.IsType<CheckoutResult.Unknown>(await starting);
        Assert.Null(unknown.Reference);
        var line = Assert.Single(await server.LedgerAsync("kaspi", "ORD-1"));
        Assert.Equal("paid", line.State);
        Assert.Equal(ObservedFact.Succeeded, (await StatusAsync(line.Reference)).Fact);
    }

    [Fact]
    public async Task Paid_money_goes_back_in_parts_and_not_beyond()
    {
        var reference = await PaidAsync();

        var first = Assert.IsType<RefundResult.Succeeded>(await RefundAsync(reference, 400050));
        var second = Assert.IsType<RefundResult.Succeeded>(await RefundAsync(reference, 600000));
        var third = Assert.IsType<RefundResult.Failed>(await RefundAsync(reference, 1));

        Assert.NotEqual(first.Reference, second.Reference);
        Assert.Equal("-99000005", third.ProviderCode);
        Assert.Equal(1000050, Assert.Single(await server.LedgerAsync("kaspi", reference)).RefundedMinor);
    }

    [Fact]
    public async Task Unpaid_payment_cannot_be_refunded()
    {
        var started = await StartAsync("77010000002");

        var failed = Assert.IsType<RefundResult.Failed>(await RefundAsync(started.Reference!, 100));

        Assert.Equal("-99000011", failed.ProviderCode);
    }

    [Fact]
    public async Task Refund_with_another_bin_is_refused()
    {
        var reference = await PaidAsync();

        var failed = Assert.IsType<RefundResult.Failed>(await RefundAsync(reference, 100, Account(bin: SecondBin)));

        Assert.Equal("-99000003", failed.ProviderCode);
    }

    [Theory]
    [InlineData("not-a-uuid", FirstBin)]
    [InlineData(Device, SecondBin)]
    public async Task Device_token_that_does_not_fit_is_refused(string device, string bin)
    {
        await StartAsync("77015211545");

        var declined = Assert.IsType<CheckoutResult.Declined>(await StartAsync("77015211545", Account(bin, device)));

        Assert.Equal((Codes.ProviderRejected, "-1501"), (declined.Code, declined.ProviderCode));
        Assert.Single(await server.LedgerAsync("kaspi"));
    }

    [Fact]
    public async Task Merchant_without_device_tokens_serves_one_bin()
    {
        Assert.IsType<CheckoutResult.PhonePrompt>(await StartAsync("77015211545", Account(FirstBin, device: null)));
        Assert.IsType<CheckoutResult.PhonePrompt>(await StartAsync("77015211545", Account(FirstBin, device: null)));
        Assert.IsType<CheckoutResult.Declined>(await StartAsync("77015211545", Account(SecondBin, device: null)));
        Assert.IsType<CheckoutResult.PhonePrompt>(await StartAsync("77015211545", Account(SecondBin, device: null, token: "another merchant")));
    }

    [Fact]
    public async Task Bin_that_kaspi_does_not_know_is_refused()
    {
        var declined = Assert.IsType<CheckoutResult.Declined>(await StartAsync("77015211545", Account(bin: "210440028325")));

        Assert.Equal("Организация не зарегистрирована в Kaspi Pay", declined.Message);
    }

    [Fact]
    public async Task Wrong_access_token_is_refused()
    {
        var declined = Assert.IsType<CheckoutResult.Declined>(await StartAsync("77015211545", Account(token: "wrong-token")));

        Assert.Equal((Codes.ProviderRejected, "401"), (declined.Code, declined.ProviderCode));
    }

    [Fact]
    public async Task Merchant_sees_nothing_of_another()
    {
        var reference = await PaidAsync();

        var reading = await StatusAsync(reference, Account(token: "another merchant"));

        Assert.Equal(ObservedFact.Unrecognised, reading.Fact);
        Assert.Equal("-99000001", reading.ProviderErrorCode);
    }

    [Fact]
    public async Task Call_without_its_trailing_slash_is_not_served()
    {
        using var answer = await server.Browser.GetAsync($"/sandbox/kaspi/status?externalId=1&access_token={Uri.EscapeDataString(Token)}");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Theory]
    [InlineData("pay", ObservedFact.Succeeded, "Paid.")]
    [InlineData("decline", ObservedFact.Failed, "Declined.")]
    [InlineData("leave", ObservedFact.Pending, "You left")]
    public async Task Page_behind_a_link_decides(string decision, ObservedFact fact, string says)
    {
        var (reference, page) = await LinkAsync();
        var shown = await server.Browser.GetStringAsync(page);
        Assert.Contains("ORD-1", shown, StringComparison.Ordinal);
        Assert.Contains("action=\"/portal" + page + "\"", shown, StringComparison.Ordinal);
        Assert.Contains("href=\"/portal/css/public.css\"", shown, StringComparison.Ordinal);

        using var answer = await server.Browser.PostAsync(page, new FormUrlEncodedContent([KeyValuePair.Create("decision", decision)]));

        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.StartsWith("/portal" + page, answer.Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.Contains(says, await server.Browser.GetStringAsync(answer.Headers.Location.ToString()["/portal".Length..]), StringComparison.Ordinal);
        Assert.Equal(fact, (await StatusAsync(reference)).Fact);
    }

    [Fact]
    public async Task Opened_link_lives_three_minutes()
    {
        var (reference, page) = await LinkAsync();
        Assert.Equal("QrTokenCreated", (await StatusAsync(reference)).StatusWord);
        server.Clock.Advance(TimeSpan.FromMinutes(10));
        await server.Browser.GetStringAsync(page);
        Assert.Equal("Wait", (await StatusAsync(reference)).StatusWord);

        server.Clock.Advance(TimeSpan.FromMinutes(3));

        Assert.Equal(ObservedFact.Expired, (await StatusAsync(reference)).Fact);
        using var late = await server.Browser.PostAsync(page, new FormUrlEncodedContent([KeyValuePair.Create("decision", "pay")]));
        Assert.Equal(ObservedFact.Expired, (await StatusAsync(reference)).Fact);
        Assert.Contains("has expired", await server.Browser.GetStringAsync(page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_link_says_so()
    {
        using var answer = await server.Browser.GetAsync("/sandbox/kaspi/pay/10000000000");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Order_reference_is_text_on_the_page()
    {
        var (_, page) = await LinkAsync("<script>alert(1)</script>");

        Assert.DoesNotContain("<script", await server.Browser.GetStringAsync(page), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Unknown_status_word_is_unrecognised()
    {
        var reference = await PaidAsync();
        await server.SetFaultAsync("kaspi", "unknown_status");

        var reading = await StatusAsync(reference);

        Assert.Equal((ObservedFact.Unrecognised, "Teleported"), (reading.Fact, reading.StatusWord));
        Assert.Null(reading.Received);
        Assert.Equal(ObservedFact.Succeeded, (await StatusAsync(reference)).Fact);
    }

    [Fact]
    public async Task Refund_that_fails_once_works_the_second_time()
    {
        var reference = await PaidAsync();
        await server.SetFaultAsync("kaspi", "refund_failed");

        Assert.IsType<RefundResult.Failed>(await RefundAsync(reference, 100));
        Assert.IsType<RefundResult.Succeeded>(await RefundAsync(reference, 100));
    }

    [Fact]
    public async Task Payment_that_is_not_found_changes_nothing()
    {
        var reference = await PaidAsync();
        await server.SetFaultAsync("kaspi", "not_found");

        Assert.Equal(ObservedFact.Unrecognised, (await StatusAsync(reference)).Fact);
    }

    [Fact]
    public async Task Refund_whose_answer_is_lost_is_unknown_and_done()
    {
        var reference = await PaidAsync();
        await server.SetFaultAsync("kaspi", "server_error_after", path: "/refund");

        Assert.IsType<RefundResult.Unknown>(await RefundAsync(reference, 100));
        Assert.Equal(100, Assert.Single(await server.LedgerAsync("kaspi", reference)).RefundedMinor);
    }

    [Fact]
    public async Task Nothing_logs_the_call_with_its_access_token()
    {
        await StartAsync("77015211545");

        Assert.DoesNotContain(server.Log, line => line.StartsWith("System.Net.Http", StringComparison.Ordinal));
        Assert.DoesNotContain(server.Log, line => line.Contains("access_token", StringComparison.Ordinal) || line.Contains(Token, StringComparison.Ordinal) || line.Contains(Uri.EscapeDataString(Token), StringComparison.Ordinal));
    }

    private ProviderAccountSnapshot Account(string bin = FirstBin, string? device = Device, string token = Token) =>
        server.Account("kaspi", ("access_token", token)) with { OrganizationBin = bin, DeviceToken = device };

    private Task<CheckoutResult> StartAsync(string? phone, ProviderAccountSnapshot? account = null, string? method = null, string orderReference = "ORD-1") =>
        server.Provider<IPaymentProvider>("kaspi").StartCheckoutAsync(account ?? Account(), KaspiRequests.Checkout(Asked, phone) with { Method = method, OrderReference = orderReference }, CancellationToken.None);

    private Task<StatusReading> StatusAsync(string reference, ProviderAccountSnapshot? account = null) =>
        server.Provider<IQueriesStatus>("kaspi").QueryPaymentAsync(account ?? Account(), KaspiRequests.Reference(reference, Asked), CancellationToken.None);

    private Task<RefundResult> RefundAsync(string reference, long minor, ProviderAccountSnapshot? account = null) =>
        server.Provider<IRefunds>("kaspi").RefundAsync(account ?? Account(), KaspiRequests.Refund(reference, Asked, new Money(minor, "KZT")), CancellationToken.None);

    private async Task<string> PaidAsync()
    {
        var started = await StartAsync("77015211545");
        server.Clock.Advance(TimeSpan.FromSeconds(2));
        return started.Reference!;
    }

    private async Task<(string Reference, string Page)> LinkAsync(string orderReference = "ORD-1")
    {
        var link = Assert.IsType<CheckoutResult.Redirect>(await StartAsync(phone: null, method: "link", orderReference: orderReference));
        Assert.StartsWith("http://shop.test/portal/sandbox/kaspi/pay/", link.Url, StringComparison.Ordinal);
        Assert.Equal(server.Clock.GetUtcNow() + TimeSpan.FromMinutes(15), link.ExpiresAt);
        return (link.Reference!, link.Url["http://shop.test/portal".Length..]);
    }
}
