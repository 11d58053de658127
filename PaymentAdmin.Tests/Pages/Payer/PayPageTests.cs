using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Proofs;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Endpoints;
using PaymentAdmin.Tests.Proofs;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Pages.Payer;

/// <summary>The checkout as a browser without script has it: pages, forms that lead back to them, and nothing for who has not got the token.</summary>
public sealed partial class PayPageTests(SourceServer server) : IClassFixture<SourceServer>, IAsyncLifetime
{
    /// <summary>What a phone on a slow line loads before it can pay, fonts left aside.</summary>
    private const int PageBytesMax = 150 * 1024;

    private SourceWorld world = null!;

    public async Task InitializeAsync()
    {
        world = await SourceWorld.OnAsync(server);
        await world.AccountAsync("stripe", credentials: [("secret_key", "sk_test_your_test_key" + IdSource.NewId(TestClock.DefaultStart).ToString("N")), ("webhook_secret", "whsec_your_webhook_secret")]);
        await world.AccountAsync("manual");
    }

    public async Task DisposeAsync() => await world.DisposeAsync();

    [Fact]
    public async Task Without_the_payments_own_token_there_is_nothing_here()
    {
        var (payment, other) = (await PaymentAsync(), await PaymentAsync());
        var token = TokenOf(payment);
        foreach (var query in new[] { "", "?t=", $"?t=pct_{new string('0', 64)}", $"?t={TokenOf(other)}", $"?t={token[..^1]}{(token[^1] == '0' ? '1' : '0')}", $"?t={token.ToUpperInvariant()}" })
        {
            using var page = await world.Stranger.GetAsync($"/pay/{payment}{query}");
            Assert.Equal((query, HttpStatusCode.NotFound), (query, page.StatusCode));
            Assert.DoesNotContain("ORD-", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            foreach (var form in new[] { "start", "cancel", "proof" })
                Assert.Equal((form, HttpStatusCode.NotFound), (form, await StatusAsync(form, payment, query)));
        }
        using var unknown = await world.Stranger.GetAsync($"/pay/{Guid.CreateVersion7()}?t={token}");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Equal("created", await world.StatusAsync(payment));
    }

    [Fact]
    public async Task Token_travels_nowhere()
    {
        using var page = await world.Stranger.GetAsync(UrlOf(await PaymentAsync()));

        Assert.Equal("no-referrer", Assert.Single(page.Headers.GetValues("Referrer-Policy")));
        Assert.Contains("no-store", page.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.Contains("form-action 'self' https:", Assert.Single(page.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Form_may_end_on_the_own_machine_only_where_private_targets_are_allowed()
    {
        await using var careful = await TestApp.StartAsync(("Security:AllowPrivateTargets", "false"));
        await using var open = await TestApp.StartAsync(("Security:AllowPrivateTargets", "true"));

        Assert.Equal(["form-action 'self' https:", "form-action 'self' https: http://localhost:* http://127.0.0.1:*"], [await FormPolicyAsync(careful), await FormPolicyAsync(open)]);
    }

    private static async Task<string> FormPolicyAsync(TestApp app)
    {
        using var stranger = app.Client();
        using var page = await stranger.GetAsync("/pay/nothing");
        return Assert.Single(page.Headers.GetValues("Content-Security-Policy")).Split("; ").Single(part => part.StartsWith("form-action", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ways_are_those_that_take_this_currency_and_amount()
    {
        Assert.Contains("way-stripe-card", await PageAsync(UrlOf(await PaymentAsync())), StringComparison.Ordinal);
        var tooLittle = await PageAsync(UrlOf(await PaymentAsync(amountMinor: 10)));
        Assert.DoesNotContain("way-stripe-card", tooLittle, StringComparison.Ordinal);
        Assert.Contains("way-manual-bank_transfer", tooLittle, StringComparison.Ordinal);
        Assert.Contains("4242 4242 4242 4242", await PageAsync(UrlOf(await PaymentAsync())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pressing_twice_and_in_two_tabs_starts_one_checkout()
    {
        var payment = await PaymentAsync();

        var pressed = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => StartAsync(payment, "stripe.card")));

        Assert.Single(pressed.Distinct());
        Assert.Contains("/sandbox/stripe/", pressed[0], StringComparison.Ordinal);
        Assert.Equal(1, await world.CheckoutsAsync(payment));
        Assert.Contains("data-stage=\"page\"", await PageAsync(UrlOf(payment)), StringComparison.Ordinal);
        Assert.Contains("data-stage=\"choose\"", await PageAsync(UrlOf(payment) + "&choose=1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_way_closes_the_page_that_was_open()
    {
        var payment = await PaymentAsync();
        await StartAsync(payment, "stripe.card");

        Assert.Equal($"/pay/{payment}?t={TokenOf(payment)}", await StartAsync(payment, "manual.bank_transfer"));

        Assert.Contains("data-stage=\"instructions\"", await PageAsync(UrlOf(payment)), StringComparison.Ordinal);
        Assert.Equal([AttemptStatus.Cancelled, AttemptStatus.Pending], await world.App.ReadAsync(db => db.PaymentAttempts.Where(row => row.PaymentId == Guid.Parse(payment)).OrderBy(row => row.CreatedAt).Select(row => row.Status).ToListAsync()));
    }

    [Fact]
    public async Task Payment_that_a_webhook_settled_before_the_return_is_shown_as_paid()
    {
        var payment = await PaymentAsync();
        await PayAsync(await StartAsync(payment, "stripe.card"));
        await world.BecomesAsync(payment, "succeeded");

        var page = await PageAsync(UrlOf(payment));

        Assert.Contains("data-testid=\"receipt\"", page, StringComparison.Ordinal);
        Assert.Contains("25.00\u00a0USD", page, StringComparison.Ordinal);
        Assert.DoesNotContain("pay-submit", page, StringComparison.Ordinal);
        // Back, and the old form is sent again.
        Assert.Equal($"/pay/{payment}?t={TokenOf(payment)}", await StartAsync(payment, "stripe.card"));
        Assert.Equal(1, await world.CheckoutsAsync(payment));
    }

    [Theory]
    [InlineData("", "other")]
    [InlineData("nobody.card", "declined")]
    [InlineData("stripe.carrier_pigeon", "other")]
    public async Task Nonsense_is_refused_in_words_of_ours(string way, string error)
    {
        var payment = await PaymentAsync();

        var back = await StartAsync(payment, way);

        Assert.Matches($"&error=({error}|other)$", back);
        Assert.Contains("data-testid=\"pay-error\"", await PageAsync(world.App.Url + back), StringComparison.Ordinal);
        Assert.DoesNotContain("<b>stolen</b>", await PageAsync(UrlOf(payment) + "&error=%3Cb%3Estolen%3C/b%3E"), StringComparison.Ordinal);
        Assert.Equal(0, await world.CheckoutsAsync(payment));
    }

    [Fact]
    public async Task Cancelling_asks_first_and_leads_to_the_shops_own_page()
    {
        var payment = await PaymentAsync(cancelUrl: world.App.Url + "/left");
        Assert.Contains("data-testid=\"cancel-confirm\"", await PageAsync(UrlOf(payment) + "&ask=cancel"), StringComparison.Ordinal);
        Assert.Equal("created", await world.StatusAsync(payment));

        using var cancelled = await world.Stranger.PostAsync(FormOf("cancel", payment), content: null);

        Assert.StartsWith("/payment/status?t=", cancelled.Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.Equal("cancelled", await world.StatusAsync(payment));
        Assert.Contains($"5;url={world.App.Url}/left?payment_id={payment}", await PageAsync(world.App.Url + cancelled.Headers.Location), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Addresses_in_the_address_lead_nowhere()
    {
        var page = await PageAsync(UrlOf(await PaymentAsync()) + "&return_url=https://stranger.example/&next=https://stranger.example/&url=//stranger.example");

        Assert.DoesNotContain("=\"https://stranger", page, StringComparison.Ordinal);
        Assert.DoesNotContain("=\"//stranger", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Proof_with_several_pictures_waits_for_a_person()
    {
        var payment = await PaymentAsync();
        await StartAsync(payment, "manual.bank_transfer");

        var back = await SubmitAsync(payment, "TX-1", Pictures.Png(), Pictures.Jpeg(), []);

        Assert.DoesNotContain("error=", back, StringComparison.Ordinal);
        Assert.Contains("data-testid=\"proof-checked\"", await PageAsync(UrlOf(payment)), StringComparison.Ordinal);
        Assert.Equal("in_review", await world.StatusAsync(payment));
        Assert.Equal(2, await world.App.ReadAsync(db => db.ProofFiles.CountAsync(file => db.ManualProofs.Any(proof => proof.Id == file.ProofId && proof.PaymentId == Guid.Parse(payment)))));
    }

    [Theory]
    [InlineData("", "png", "reference")]
    [InlineData("TX-2", "text", "file")]
    public async Task Proof_that_cannot_be_taken_says_why(string reference, string kind, string error)
    {
        var payment = await PaymentAsync();
        await StartAsync(payment, "manual.bank_transfer");

        Assert.EndsWith($"&error={error}", await SubmitAsync(payment, reference, kind == "png" ? Pictures.Png() : "<html>"u8.ToArray()), StringComparison.Ordinal);
        Assert.Equal("pending", await world.StatusAsync(payment));
    }

    [Fact]
    public async Task Rejected_proof_says_why_in_the_payers_language_and_may_be_replaced()
    {
        var payment = await PaymentAsync();
        await StartAsync(payment, "manual.bank_transfer");
        await SubmitAsync(payment, "TX-3", Pictures.Png());
        var proof = await world.App.ReadAsync(db => db.ManualProofs.SingleAsync(row => row.PaymentId == Guid.Parse(payment)));
        var email = await world.App.CreateUserAsync(Roles.Superadmin);
        var user = await world.App.ReadAsync(db => db.Users.SingleAsync(row => row.Email == email));
        var clerk = new Actor(ActorKind.User, user.Id.ToString(), email, user.Role, user.Id);
        Assert.Null((await world.App.Get<ReviewProof>().RejectAsync(new ProofDecision(world.TenantId, proof.Id, proof.Version), ProofRejection.UnreadableImage, null, null, clerk, default)).Problem);

        var page = await PageAsync(UrlOf(payment) + "&lang=ru");

        Assert.Contains("Снимок не читается.", page, StringComparison.Ordinal);
        Assert.Contains("data-testid=\"proof-form\"", page, StringComparison.Ordinal);
        Assert.Contains("Код платежа", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Payment code", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "en")]
    [InlineData("ru-RU,ru;q=0.9,en;q=0.5", "ru")]
    [InlineData("de, kk;q=0.8, en;q=0.3", "kk")]
    [InlineData("xx;;;q=oops", "en")]
    public async Task Language_is_the_browsers_until_the_payer_chooses(string? wish, string language)
    {
        var payment = await PaymentAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, UrlOf(payment));
        if (wish is not null)
            request.Headers.TryAddWithoutValidation("Accept-Language", wish);
        using var client = world.App.Client();
        using var answer = await client.SendAsync(request);
        Assert.Contains($"<html lang=\"{language}\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        (await client.GetAsync(UrlOf(payment) + "&lang=kk")).Dispose();
        Assert.Contains("<html lang=\"kk\"", await client.GetStringAsync(UrlOf(payment)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("#1A73E8", "--pa-accent-fill:#1a73e8;", "--pa-on-fill:#ffffff")]
    [InlineData("#ffd400", "--pa-accent-fill:#ffd400;", "--pa-on-fill:#111111")]
    public async Task Buttons_have_the_shops_color_and_can_be_read(string color, string fill, string text)
    {
        var slug = await world.App.ReadAsync(db => db.Tenants.Where(row => row.Id == world.TenantId).Select(row => row.Slug).SingleAsync());
        Assert.Null((await world.App.Get<SetTenant>().RunAsync(new SetTenantRequest(slug) { BrandColor = color }, Actor.System("test"), default)).Problem);
        Assert.NotNull((await world.App.Get<SetTenant>().RunAsync(new SetTenantRequest(slug) { BrandColor = "red;}" }, Actor.System("test"), default)).Problem);

        var page = await PageAsync(UrlOf(await PaymentAsync()));

        Assert.Contains(fill, page, StringComparison.Ordinal);
        Assert.Contains(text, page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("the choice")]
    [InlineData("instructions")]
    [InlineData("a receipt")]
    [InlineData("the status")]
    public async Task Page_is_small_and_loads_nothing_from_others(string stage)
    {
        var payment = await PaymentAsync();
        if (stage == "instructions")
        {
            await StartAsync(payment, "manual.bank_transfer");
        }
        else if (stage == "a receipt")
        {
            await PayAsync(await StartAsync(payment, "stripe.card"));
            await world.BecomesAsync(payment, "succeeded");
        }
        var page = await PageAsync(stage == "the status" ? world.App.Get<PaymentObjects>().StatusUrl(Guid.Parse(payment)) : UrlOf(payment));
        Assert.Contains(stage switch { "instructions" => "data-stage=\"instructions\"", "a receipt" => "data-testid=\"receipt\"", "the status" => "data-status=\"created\"", _ => "data-stage=\"choose\"" }, page, StringComparison.Ordinal);
        var bytes = System.Text.Encoding.UTF8.GetByteCount(page);
        var parts = Part().Matches(page).Select(match => match.Groups["address"].Value).Distinct().ToList();
        Assert.Contains(parts, part => part.Contains("payer", StringComparison.Ordinal));
        foreach (var part in parts.Where(part => !part.EndsWith(".woff2", StringComparison.Ordinal)))
        {
            Assert.DoesNotContain("//", part, StringComparison.Ordinal);
            bytes += (await world.Stranger.GetByteArrayAsync(world.App.Url + "/" + part)).Length;
        }

        Assert.True(bytes < PageBytesMax, $"{bytes} bytes");
        Assert.Contains(parts, part => part.EndsWith(".css", StringComparison.Ordinal));
        Assert.DoesNotContain("blazor.web.js", page, StringComparison.Ordinal);
        // Text comes first: a script that is a module waits until the page is there, and no other holds it up.
        Assert.All(Script().Matches(page), script => Assert.Contains("type=\"module\"", script.Value, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Page_tells_nothing_about_the_payer()
    {
        var page = await PageAsync(UrlOf(await PaymentAsync()));

        Assert.DoesNotContain("payer@shop.test", page, StringComparison.Ordinal);
    }

    private Task<string> PaymentAsync(long amountMinor = 2500, string? cancelUrl = null) => world.PaymentAsync("ORD-" + IdSource.NewToken(8), amountMinor, "USD", cancelUrl: cancelUrl);

    private string UrlOf(string payment) => world.App.Get<PaymentObjects>().CheckoutUrl(Guid.Parse(payment));

    private string TokenOf(string payment) => world.App.Get<PaymentObjects>().TokenFor(Guid.Parse(payment));

    private string FormOf(string form, string payment) => $"/pay/{payment}/{form}?t={TokenOf(payment)}";

    private async Task<string> PageAsync(string url)
    {
        using var answer = await world.Stranger.GetAsync(url);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
    }

    private async Task<HttpStatusCode> StatusAsync(string form, string payment, string query)
    {
        using var content = new FormUrlEncodedContent([KeyValuePair.Create("way", "manual.bank_transfer")]);
        using var answer = await world.Stranger.PostAsync($"/pay/{payment}/{form}{query}", content);
        return answer.StatusCode;
    }

    private async Task<string> StartAsync(string payment, string way)
    {
        using var content = new FormUrlEncodedContent([KeyValuePair.Create("way", way)]);
        using var answer = await world.Stranger.PostAsync(FormOf("start", payment), content);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        return answer.Headers.Location!.ToString();
    }

    private Task<string?> PayAsync(string page) => world.SubmitAsync(page, ("number", "4242 4242 4242 4242"), ("expiry", "12 / 34"), ("cvc", "123"), ("action", "pay"));

    /// <summary>As browsers send it: a file field that was left empty comes as an empty part.</summary>
    private async Task<string> SubmitAsync(string payment, string reference, params byte[][] files)
    {
        using var content = new MultipartFormDataContent { { new StringContent("bank_transfer"), "proof_type" }, { new StringContent(reference), "proof_reference" }, { new StringContent(""), "notes" } };
        foreach (var file in files)
        {
            var part = new ByteArrayContent(file);
            part.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            part.Headers.ContentDisposition = new ContentDispositionHeaderValue("form-data") { Name = "\"file\"", FileName = file.Length == 0 ? "\"\"" : "\"receipt\"" };
            content.Add(part);
        }
        using var answer = await world.Stranger.PostAsync(FormOf("proof", payment), content);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        return answer.Headers.Location!.ToString();
    }

    [GeneratedRegex("<script[^>]*>")]
    private static partial Regex Script();

    [GeneratedRegex("(?:src=\"|<link[^>]+href=\")(?<address>[^\"]+)\"")]
    private static partial Regex Part();
}
