using System.Net;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Endpoints;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Pages.Payer;

/// <summary>The page where payers come back to says what the server knows, shows data to nobody who has not got the secret, and leads on.</summary>
public sealed class StatusPageTests(SourceServer server) : IClassFixture<SourceServer>, IAsyncLifetime
{
    private SourceWorld world = null!;

    public async Task InitializeAsync()
    {
        world = await SourceWorld.OnAsync(server);
        await world.AccountAsync("stripe", credentials: [("secret_key", "sk_test_your_test_key" + IdSource.NewId(TestClock.DefaultStart).ToString("N")), ("webhook_secret", "whsec_your_webhook_secret")]);
    }

    public async Task DisposeAsync() => await world.DisposeAsync();

    private string UrlOf(string payment) => world.App.Get<PaymentObjects>().StatusUrl(Guid.Parse(payment));

    private async Task<string> PageAsync(string url)
    {
        using var answer = await world.Stranger.GetAsync(url);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        return WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
    }

    private async Task PayAsync(string reference)
    {
        var session = (await world.PostAsync($"/api/orders/{reference}/pay/")).Is(200);
        await world.SubmitAsync(session["checkout_url"]!, ("number", "4242 4242 4242 4242"), ("expiry", "12 / 34"), ("cvc", "123"), ("action", "pay"));
        await world.BecomesAsync(session["payment_id"]!, "succeeded");
    }

    [Theory]
    [InlineData("/payment/status")]
    [InlineData("/payment/callback")]
    [InlineData("/payment/cancelled")]
    public async Task Address_without_a_secret_has_neutral_words_whatever_it_claims(string path)
    {
        var payment = await world.PaymentAsync("order-77");
        foreach (var query in new[] { "", $"?payment_id={payment}", $"?payment_id={payment}&t=pct_{new string('0', 64)}&status=success", "?ref=order-77&status=success", $"?session_id={payment}", "?session_id=cs_test_nobodys_session_at_all_00&status=success" })
        {
            var page = await PageAsync(path + query);
            Assert.Contains("We are checking your payment", page, StringComparison.Ordinal);
            Assert.DoesNotContain("order-77", page, StringComparison.Ordinal);
            Assert.DoesNotContain("http-equiv", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Token_of_another_payment_and_a_changed_one_are_none()
    {
        var (payment, other) = (await world.PaymentAsync("order-78"), await world.PaymentAsync("order-79"));
        var objects = world.App.Get<PaymentObjects>();
        var token = objects.TokenFor(Guid.Parse(payment));
        foreach (var wrong in new[] { objects.TokenFor(Guid.Parse(other)), token[..^1] + (token[^1] == '0' ? '1' : '0'), token.ToUpperInvariant(), token[4..] })
        {
            var page = await PageAsync($"/payment/status?payment_id={payment}&t={wrong}");
            Assert.Contains("We are checking your payment", page, StringComparison.Ordinal);
            Assert.DoesNotContain("order-7", page, StringComparison.Ordinal);
        }
        Assert.Contains("order-78", await PageAsync($"/payment/status?payment_id={payment}&t={token}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_payment_is_shown_as_open_although_the_address_says_success_and_is_looked_at_again()
    {
        var payment = await world.PaymentAsync("order-1", amountMinor: 2500, currency: "USD");

        var page = await PageAsync(UrlOf(payment) + "&status=success");

        Assert.Contains("data-status=\"created\"", page, StringComparison.Ordinal);
        Assert.Contains("25.00", page, StringComparison.Ordinal);
        Assert.Contains("order-1", page, StringComparison.Ordinal);
        Assert.Contains("http-equiv=\"refresh\" content=\"3;url=/payment/status?", page, StringComparison.Ordinal);
        Assert.Contains("look=1", page, StringComparison.Ordinal);
        Assert.DoesNotContain("payer@shop.test", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Paid_payment_leads_on_to_the_shop_with_hints()
    {
        var payment = await world.PaymentAsync("order-2", amountMinor: 2500, currency: "USD", returnUrl: world.App.Url + "/shop/back?basket=7");
        await PayAsync("order-2");

        var page = await PageAsync(UrlOf(payment));

        Assert.Contains("data-status=\"succeeded\"", page, StringComparison.Ordinal);
        Assert.Contains($"content=\"5;url={world.App.Url}/shop/back?basket=7&payment_id={payment}&order_reference=order-2&status=succeeded\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Session_of_128_random_bits_shows_the_payment()
    {
        await world.PaymentAsync("order-3", amountMinor: 2500, currency: "USD");
        var session = (await world.PostAsync("/api/orders/order-3/pay/")).Is(200);

        Assert.Contains("data-status=\"pending\"", await PageAsync($"/payment/status?session_id={session["checkout_session_id"]}&status=success"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Payer_who_left_or_waited_long_is_led_on_while_the_payment_is_open()
    {
        var payment = await world.PaymentAsync("order-4", returnUrl: world.App.Url + "/back", cancelUrl: world.App.Url + "/left");

        Assert.DoesNotContain("0;url=", await PageAsync(UrlOf(payment) + "&look=3"), StringComparison.Ordinal);
        Assert.Contains($"content=\"0;url={world.App.Url}/back?payment_id={payment}&order_reference=order-4&status=created\"", await PageAsync(UrlOf(payment) + "&look=4"), StringComparison.Ordinal);
        Assert.Contains($"content=\"0;url={world.App.Url}/left?", await PageAsync(UrlOf(payment) + "&look=4&status=cancelled"), StringComparison.Ordinal);
        Assert.Contains("Nothing has been paid so far", await PageAsync(UrlOf(payment) + "&status=cancelled"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_works_without_script_and_loads_none_of_others()
    {
        var payment = await world.PaymentAsync("order-5");
        var page = await PageAsync(UrlOf(payment));
        Assert.Contains("<noscript><meta http-equiv=\"refresh\"", page, StringComparison.Ordinal);
        Assert.All(System.Text.RegularExpressions.Regex.Matches(page, "(?:src|href)=\"(?<address>[^\"]+)\"").Select(match => match.Groups["address"].Value), address => Assert.DoesNotContain("//", address.Replace(world.App.Url, "", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Payer_who_may_try_again_is_led_to_the_choice_and_not_away()
    {
        var payment = await world.PaymentAsync("order-6", amountMinor: 2500, currency: "USD", returnUrl: world.App.Url + "/back");
        var session = (await world.PostAsync("/api/orders/order-6/pay/")).Is(200);

        var page = await PageAsync(UrlOf(payment) + "&status=cancelled");

        Assert.Contains($"href=\"/pay/{payment}?t=", page, StringComparison.Ordinal);
        Assert.DoesNotContain("/pay/", await PageAsync($"/payment/status?session_id={session["checkout_session_id"]}&status=cancelled"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ru", "Ждём ваш платёж", "25,00")]
    [InlineData("kk", "Төлеміңізді күтудеміз", "25,00")]
    public async Task Languages_have_their_own_words_and_figures(string language, string heading, string figure)
    {
        var payment = await world.PaymentAsync($"order-7-{language}", amountMinor: 2500, currency: "USD");

        var page = await PageAsync(UrlOf(payment) + $"&lang={language}");

        Assert.Contains($"<html lang=\"{language}\"", page, StringComparison.Ordinal);
        Assert.Contains(heading, page, StringComparison.Ordinal);
        Assert.Contains(figure, page, StringComparison.Ordinal);
        Assert.Contains($"&lang={language}", page, StringComparison.Ordinal);
    }
}
