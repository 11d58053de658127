using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Endpoints;

/// <summary>Payment links over the API, and what a stranger with the address gets.</summary>
public sealed partial class LinkEndpointsTests(SourceServer server) : IClassFixture<SourceServer>, IAsyncLifetime
{
    private SourceWorld world = null!;

    public async Task InitializeAsync() => world = await SourceWorld.OnAsync(server);

    public async Task DisposeAsync() => await world.DisposeAsync();

    [Fact]
    public async Task Same_key_makes_one_link()
    {
        var key = Guid.CreateVersion7().ToString();
        var first = await world.Merchant.TellAsync("/v1/payment-links", """{ "amount_minor": 10000, "currency": "KZT" }""", key);
        var second = await world.Merchant.TellAsync("/v1/payment-links", """{ "amount_minor": 10000, "currency": "KZT" }""", key);

        Assert.Equal((201, 201), (first.Status, second.Status));
        Assert.Equal(first.Body, second.Body);
        Assert.Equal(("active", "single"), (first.Text("status"), first.Text("use")));
        Assert.StartsWith(world.App.Url + "/l/", first.Text("url"), StringComparison.Ordinal);
        Assert.Single((await world.Merchant.AskAsync("/v1/payment-links")).Data);
    }

    [Theory]
    [InlineData("""{ "currency": "KZT" }""", "amount_minor")]
    [InlineData("""{ "currency": "KZT", "amount_minor": 0 }""", "amount_minor")]
    [InlineData("""{ "currency": "KZT", "min_minor": 5 }""", "amount_minor")]
    [InlineData("""{ "currency": "KZT", "min_minor": 5, "max_minor": 4 }""", "max_minor")]
    [InlineData("""{ "currency": "KZT", "amount_minor": 5, "min_minor": 5, "max_minor": 6 }""", "min_minor")]
    [InlineData("""{ "currency": "kzt", "amount_minor": 5 }""", "currency")]
    [InlineData("""{ "currency": "KZT", "amount_minor": 5, "expires_at": "2020-01-01T00:00:00Z" }""", "expires_at")]
    [InlineData("""{ "currency": "KZT", "amount_minor": 5, "use": "twice" }""", "use")]
    [InlineData("""{ "currency": "KZT", "amount_minor": 5, "order_reference": "" }""", "order_reference")]
    [InlineData("""{ "currency": "KZT", "amount_minor": 5, "return_url": "/thanks" }""", "return_url")]
    public async Task Wrong_member_is_named(string body, string member)
    {
        var answer = await world.Merchant.TellOnceAsync("/v1/payment-links", body);

        Assert.Equal((400, "validation_failed"), (answer.Status, answer.Code));
        Assert.NotNull(answer.Json["errors"]![member]);
    }

    [Fact]
    public async Task Stranger_presses_pay_and_is_led_to_the_checkout_of_one_payment()
    {
        var link = await LinkAsync("""{ "amount_minor": 1250000, "currency": "KZT", "description": "Cake, 2 kg" }""");

        var page = await OpenAsync(link);
        Assert.Contains("12\u00a0500.00", page, StringComparison.Ordinal);
        Assert.Contains("Cake, 2 kg", page, StringComparison.Ordinal);
        var checkout = await PressAsync(link);
        Assert.Matches(Checkout(), checkout);
        Assert.Equal(checkout, await PressAsync(link));
        using var opened = await world.Stranger.GetAsync(checkout);
        Assert.Equal(HttpStatusCode.OK, opened.StatusCode);
    }

    [Theory]
    [InlineData("", "error=amount")]
    [InlineData("9.99", "error=amount")]
    [InlineData("50.001", "error=amount")]
    [InlineData("1 000", "error=amount")]
    [InlineData("50,50", "/pay/")]
    public async Task Typed_amount_is_read_exactly_or_asked_again(string typed, string leadsTo)
    {
        var link = await LinkAsync("""{ "min_minor": 1000, "max_minor": 99900, "currency": "KZT" }""");

        Assert.Contains(leadsTo, await PressAsync(link, typed), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Link_that_is_over_is_410_and_one_that_never_was_404()
    {
        var made = await world.Merchant.TellOnceAsync("/v1/payment-links", """{ "amount_minor": 10000, "currency": "KZT", "order_reference": "secret-order" }""");
        var link = made.Text("url");
        Assert.Equal("disabled", (await world.Merchant.TellAsync($"/v1/payment-links/{made.Text("id")}/disable", "")).Text("status"));
        Assert.Equal("disabled", (await world.Merchant.TellAsync($"/v1/payment-links/{made.Text("id")}/disable", "")).Text("status"));

        using var over = await world.Stranger.GetAsync(link);
        using var never = await world.Stranger.GetAsync(world.App.Url + "/l/" + new string('A', 32));

        Assert.Equal((HttpStatusCode.Gone, HttpStatusCode.NotFound), (over.StatusCode, never.StatusCode));
        Assert.Contains("switched it off", WebUtility.HtmlDecode(await over.Content.ReadAsStringAsync()), StringComparison.Ordinal);
        Assert.DoesNotContain("link-pay", await over.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(new Uri(link).AbsolutePath, await PressAsync(link));
    }

    [Theory]
    [InlineData("https://stranger.example/")]
    [InlineData("http://localhost:3000@stranger.example/")]
    [InlineData("http://localhost:3001/")]
    public async Task Page_to_come_back_to_is_one_of_the_tenants(string url)
    {
        var answer = await world.Merchant.TellOnceAsync("/v1/payment-links", $$"""{ "amount_minor": 10000, "currency": "KZT", "return_url": "{{url}}" }""");

        Assert.Equal((422, "return_url_not_allowed"), (answer.Status, answer.Code));
        Assert.Empty((await world.Merchant.AskAsync("/v1/payment-links")).Data);
    }

    [Fact]
    public async Task Payment_of_a_link_leads_on_to_its_page()
    {
        var made = await world.Merchant.TellOnceAsync("/v1/payment-links", """{ "amount_minor": 10000, "currency": "KZT", "return_url": "http://localhost:3000/thanks?from=link" }""");
        Assert.Equal("http://localhost:3000/thanks?from=link", made.Text("return_url"));

        Assert.Equal("http://localhost:3000/thanks?from=link", await ReturnUrlOfAsync(await PressAsync(made.Text("url"))));
    }

    [Fact]
    public async Task Link_whose_origin_was_taken_back_is_paid_and_leads_nowhere()
    {
        var link = await LinkAsync("""{ "amount_minor": 10000, "currency": "KZT", "return_url": "http://localhost:3000/thanks" }""");
        await world.App.Store.WriteAsync(db => db.Tenants.Where(row => row.Id == world.TenantId).ExecuteUpdateAsync(row => row.SetProperty(tenant => tenant.ReturnOrigins, new List<string>())), CancellationToken.None);

        Assert.Null(await ReturnUrlOfAsync(await PressAsync(link)));
    }

    [Fact]
    public async Task Reference_of_a_payment_that_is_under_way_is_not_taken_twice()
    {
        await world.PaymentAsync("taken-1");
        var link = await LinkAsync("""{ "amount_minor": 10000, "currency": "KZT", "order_reference": "taken-1" }""");

        Assert.EndsWith("error=taken", await PressAsync(link), StringComparison.Ordinal);
    }

    private async Task<string> LinkAsync(string body)
    {
        var made = await world.Merchant.TellOnceAsync("/v1/payment-links", body);
        Assert.True(made.Status == 201, made.Body);
        return made.Text("url");
    }

    private async Task<string?> ReturnUrlOfAsync(string checkout)
    {
        Assert.Matches(Checkout(), checkout);
        var id = Guid.Parse(checkout.Split('/', '?')[2]);
        return await world.App.ReadAsync(db => db.Payments.Where(row => row.Id == id).Select(row => row.ReturnUrl).SingleAsync());
    }

    private async Task<string> OpenAsync(string link)
    {
        using var answer = await world.Stranger.GetAsync(link);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
    }

    private async Task<string> PressAsync(string link, string? amount = null)
    {
        using var form = new FormUrlEncodedContent(amount is null ? [] : [KeyValuePair.Create("amount", amount)]);
        using var answer = await world.Stranger.PostAsync(link + "/pay", form);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        return answer.Headers.Location!.ToString();
    }

    [GeneratedRegex(@"^/pay/[0-9a-f-]{36}\?t=pct_[0-9a-f]{64}$")]
    private static partial Regex Checkout();
}
