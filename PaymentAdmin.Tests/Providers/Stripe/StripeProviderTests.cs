using System.Globalization;
using System.Text;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Providers.Stripe;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Providers.Stripe;

public sealed class StripeProviderTests
{
    private readonly StripeStub stripe = new();

    [Fact]
    public async Task Checkout_is_a_form_with_our_id_in_every_place()
    {
        var result = await stripe.Answers(StripeStub.Session()).StartAsync();

        var sent = Assert.Single(stripe.Sent);
        Assert.Equal(("POST", "https://api.stripe.test/v1/checkout/sessions", "application/x-www-form-urlencoded"), (sent.Method, sent.Url, sent.ContentType));
        Assert.Equal(("Bearer " + StripeStub.Key, StripeStub.Id.ToString(), "2023-10-16"), (sent.Headers["Authorization"], sent.Headers["Idempotency-Key"], sent.Headers["Stripe-Version"]));
        var expires = TestClock.DefaultStart.AddHours(2).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        Assert.Equal(
            "mode=payment&line_items[0][quantity]=1&line_items[0][price_data][currency]=kzt&line_items[0][price_data][unit_amount]=500000"
            + "&line_items[0][price_data][product_data][name]=Order №5 & more&success_url=http://shop.test/return?t=1&x=2&cancel_url=http://shop.test/cancel"
            + $"&client_reference_id={StripeStub.Id}&expires_at={expires}&customer_email=a+b@shop.test"
            + $"&metadata[attempt_id]={StripeStub.Id}&payment_intent_data[metadata][attempt_id]={StripeStub.Id}"
            + "&metadata[payment_id]=01980000-0000-7000-8000-000000000009&payment_intent_data[metadata][payment_id]=01980000-0000-7000-8000-000000000009"
            + "&metadata[order_reference]=ORD-1&payment_intent_data[metadata][order_reference]=ORD-1",
            Uri.UnescapeDataString(sent.Body));
        Assert.Contains("name%5D=Order%20%E2%84%965%20%26%20more&", sent.Body, StringComparison.Ordinal);
        var redirect = Assert.IsType<CheckoutResult.Redirect>(result);
        Assert.Equal(("https://checkout.stripe.com/c/pay/1", StripeStub.SessionId, "open"), (redirect.Url, redirect.Reference, redirect.StatusWord));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1790086400), redirect.ExpiresAt);
    }

    [Fact]
    public async Task Charges_are_listed_page_by_page_under_their_payment_intents()
    {
        stripe.Answers("""{"object":"list","has_more":true,"data":[{"id":"ch_2","amount":500000,"amount_captured":500000,"amount_refunded":200000,"balance_transaction":{"id":"txn_2","currency":"kzt","fee":14500},"created":1772442020,"currency":"kzt","livemode":false,"metadata":{"attempt_id":"ours"},"payment_intent":"pi_2","status":"succeeded"},{"id":"ch_other","amount":1,"created":1772442020,"currency":"kzt","livemode":true,"payment_intent":"pi_other","status":"succeeded"}]}""")
            .Answers("""{"object":"list","has_more":false,"data":[{"id":"ch_1","amount":700,"created":1772442010,"currency":"usd","balance_transaction":{"id":"txn_1","currency":"eur","fee":30},"livemode":false,"payment_intent":"pi_1","status":"failed"}]}""");

        var lines = new List<SettlementLine>();
        await foreach (var line in stripe.Provider.ListAsync(StripeStub.Account, TestClock.DefaultStart, TestClock.DefaultStart.AddDays(1), CancellationToken.None))
            lines.Add(line);

        Assert.Equal(
            [("pi_2", new Money(500_000, "KZT"), ObservedFact.Succeeded, 14_500L, 200_000L, "ours"), ("ch_1", new Money(700, "USD"), ObservedFact.Failed, null, null, null)],
            lines.Select(line => (line.Reference, line.Amount, line.Fact, line.FeeMinor, line.RefundedMinor, line.OurReference)));
        var (from, to) = (TestClock.DefaultStart.ToUnixTimeSeconds(), TestClock.DefaultStart.AddDays(1).ToUnixTimeSeconds());
        Assert.Equal(
            [$"https://api.stripe.test/v1/charges?created[gte]={from}&created[lte]={to}&limit=100&expand[]=data.balance_transaction", $"https://api.stripe.test/v1/charges?created[gte]={from}&created[lte]={to}&limit=100&expand[]=data.balance_transaction&starting_after=ch_other"],
            stripe.Sent.Select(sent => Uri.UnescapeDataString(sent.Url)));
    }

    [Fact]
    public async Task Half_a_list_is_an_error() =>
        await Assert.ThrowsAsync<HttpRequestException>(async () => await stripe.Answers("", 502).Provider.ListAsync(StripeStub.Account, TestClock.DefaultStart, TestClock.DefaultStart, CancellationToken.None).GetAsyncEnumerator().MoveNextAsync());

    [Fact]
    public void Delivery_that_is_sent_again_is_signed_again_and_a_spoilt_one_is_not()
    {
        var (body, then, now) = ("{}"u8.ToArray(), TestClock.DefaultStart, TestClock.DefaultStart.AddHours(1));
        var time = then.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var headers = new Dictionary<string, string> { ["Stripe-Signature"] = $"t={time},v1={Convert.ToHexStringLower(StripeWebhook.Sign(Encoding.UTF8.GetBytes(StripeStub.Secret), time, body))}" };
        var sandbox = new StripeSandbox(null!);

        Assert.IsType<WebhookVerification.Rejected>(Verify(headers, body));
        Assert.IsType<WebhookVerification.Verified>(Verify(sandbox.SignAgain(StripeStub.Account, headers, body, now), body));
        var spoilt = "{]"u8.ToArray();
        Assert.Equal(headers, sandbox.SignAgain(StripeStub.Account, headers, spoilt, now));

        WebhookVerification Verify(IReadOnlyDictionary<string, string> given, byte[] sent) =>
            StripeWebhook.Verify(StripeStub.Secret, new InboundRequest(sent, given.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value), "", "", null, null, now));
    }

    [Fact]
    public async Task Api_version_of_the_account_is_sent()
    {
        var account = StripeStub.Account with { Credentials = new Dictionary<string, string>(StripeStub.Account.Credentials) { [StripeProvider.ApiVersion] = "2026-10-28.endive" } };
        await stripe.Answers(StripeStub.Session()).StartAsync(account: account);

        Assert.Equal("2026-10-28.endive", Assert.Single(stripe.Sent).Headers["Stripe-Version"]);
    }

    [Theory]
    [InlineData(5, 31 * 60)]
    [InlineData(60, 60 * 60)]
    [InlineData(60 * 72, 24 * 60 * 60 - 60)]
    public async Task Session_lives_within_stripes_bounds(int minutes, long seconds)
    {
        await stripe.Answers(StripeStub.Session()).StartAsync(StripeStub.Checkout(StripeStub.Asked) with { ExpiresAt = TestClock.DefaultStart.AddMinutes(minutes) });

        Assert.Contains($"&expires_at={TestClock.DefaultStart.ToUnixTimeSeconds() + seconds}&", Assert.Single(stripe.Sent).Body, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(AmountsOut))]
    public async Task Amount_goes_out_as_the_vectors_say(string id, string currency, long minor, string? wire)
    {
        var amount = new Money(minor, currency);
        var result = await stripe.Answers(StripeStub.Session()).StartAsync(StripeStub.Checkout(amount));

        if (wire is null)
        {
            Assert.Equal(Codes.AmountOutOfRange, Assert.IsType<CheckoutResult.Declined>(result).Code);
            Assert.Empty(stripe.Sent);
            return;
        }
        var body = Uri.UnescapeDataString(Assert.Single(stripe.Sent).Body);
        Assert.True(body.Contains($"[currency]={currency.ToLowerInvariant()}&line_items[0][price_data][unit_amount]={wire}&", StringComparison.Ordinal), id);
    }

    public static IEnumerable<object?[]> AmountsOut =>
        ProviderVectors.Money("stripe").Where(row => row.Direction == "minor_to_wire").Select(row => new object?[] { row.Id, row.Currency, row.Minor, row.Wire })
            .Concat([["mga", "MGA", 500L, "5"], ["mga without its decimals", "MGA", 550L, null], ["largest", "UGX", Money.MinorMax, "99999999999900"]]);

    [Theory]
    [MemberData(nameof(AmountsIn))]
    public async Task Amount_comes_in_as_the_vectors_say(string id, string currency, long? minor, string wire)
    {
        var body = StripeStub.Session("complete", "paid", "\"pi_1\"", currency: currency.ToLowerInvariant()).Replace("500000", wire, StringComparison.Ordinal);
        var reading = await stripe.Answers(body).QueryAsync();

        Assert.True(reading.Received?.Minor == minor, $"{id}: {reading.Received}");
    }

    public static IEnumerable<object?[]> AmountsIn =>
        ProviderVectors.Money("stripe").Where(row => row.Direction == "wire_to_minor").Select(row => new object?[] { row.Id, row.Currency, row.Minor, row.Wire })
            .Concat([["mga", "MGA", 500L, "5"], ["too large", "KZT", null, "9223372036854775807"], ["no currency of ours", "XXX", null, "100"]]);

    [Fact]
    public void Every_amount_comes_back_as_it_went_out()
    {
        foreach (var currency in Currency.Codes)
        {
            foreach (var minor in (long[])[100, 12_300, 999_999_999_000])
                Assert.Equal(new Money(minor, currency), StripeMoney.FromWire(StripeMoney.ToWire(new Money(minor, currency)), currency.ToLowerInvariant()));
        }
    }

    [Theory]
    [MemberData(nameof(SessionWords))]
    public async Task Session_words_mean_what_the_facts_say(string id, string status, string paymentStatus, string state)
    {
        var reading = await stripe.Answers(StripeStub.Session(status, paymentStatus, "\"pi_1\"")).QueryAsync();

        Assert.True(Words.Of(reading.Fact) == state, $"{id}: {reading.Fact}");
        Assert.Equal(state == "succeeded", reading.Received is not null);
        Assert.Equal(state == "succeeded" ? "pi_1" : null, reading.ReceiptReference);
    }

    // "no_payment_required" is listed without a mapping; we never ask for nothing, so a person looks.
    public static IEnumerable<object[]> SessionWords =>
        ProviderVectors.Statuses("stripe").Where(row => row.About.StartsWith("checkout session", StringComparison.Ordinal)).Select(row => row.About.Contains("payment_status", StringComparison.Ordinal)
            ? new object[] { row.Id, "complete", row.Word, row.Word == "no_payment_required" ? "unrecognised" : row.State }
            : [row.Id, row.Word, "unpaid", row.State])
            .Concat([["new status", "teleported", "unpaid", "unrecognised"], ["new payment status", "complete", "teleported", "unrecognised"], ["almost", "complete", "PAID", "unrecognised"]]);

    [Theory]
    [MemberData(nameof(IntentWords))]
    public void Intent_words_mean_what_the_facts_say(string id, string word, string state) => Assert.True(Words.Of(StripeReading.IntentFact(word)) == state, id);

    public static IEnumerable<object[]> IntentWords => ProviderVectors.Statuses("stripe").Where(row => row.About == "payment intent").Select(row => new object[] { row.Id, row.Word, row.State });

    [Theory]
    [InlineData("requires_payment_method", ObservedFact.Failed)]
    [InlineData("canceled", ObservedFact.Cancelled)]
    [InlineData("processing", ObservedFact.Pending)]
    public async Task Complete_and_unpaid_is_told_by_its_intent(string word, ObservedFact fact)
    {
        var intent = $$$"""{"id":"pi_1","status":"{{{word}}}","last_payment_error":{"code":"card_declined","decline_code":"insufficient_funds","message":"Your card has insufficient funds."},"latest_charge":null}""";
        var reading = await stripe.Answers(StripeStub.Session("complete", "unpaid", intent)).QueryAsync();

        Assert.Equal((fact, "pi_1", "insufficient_funds", "Your card has insufficient funds."), (reading.Fact, reading.Reference2, reading.ProviderErrorCode, reading.ErrorMessage));
    }

    [Fact]
    public async Task Session_is_asked_for_with_its_charge_and_tells_what_was_paid_back()
    {
        var intent = """{"id":"pi_1","status":"succeeded","last_payment_error":null,"latest_charge":{"id":"ch_1","amount":500000,"amount_refunded":200000,"currency":"kzt","payment_intent":"pi_1"}}""";
        var reading = await stripe.Answers(StripeStub.Session("complete", "paid", intent)).QueryAsync();

        Assert.Equal($"https://api.stripe.test/v1/checkout/sessions/{StripeStub.SessionId}?expand%5B%5D=payment_intent.latest_charge", Assert.Single(stripe.Sent).Url);
        Assert.Equal((ObservedFact.Succeeded, "paid", StripeStub.SessionId, "pi_1", "pi_1"), (reading.Fact, reading.StatusWord, reading.Reference, reading.Reference2, reading.ReceiptReference));
        Assert.Equal((StripeStub.Asked, new Money(200_000, "KZT")), (reading.Received!.Value, reading.Refunded!.Value));
    }

    [Fact]
    public async Task Lost_checkout_is_found_by_our_id_among_those_of_its_minutes()
    {
        var other = StripeStub.Session().Replace(StripeStub.Id.ToString(), "p-1", StringComparison.Ordinal).Replace(StripeStub.SessionId, "cs_test_other", StringComparison.Ordinal);
        stripe.Answers($$"""{"object":"list","data":[{{other}}],"has_more":true}""").Answers($$"""{"object":"list","data":[{{StripeStub.Session("complete", "paid", "\"pi_1\"")}}],"has_more":false}""");

        var reading = await stripe.QueryAsync(theirs: null);

        Assert.Equal((ObservedFact.Succeeded, StripeStub.SessionId), (reading.Fact, reading.Reference));
        var start = TestClock.DefaultStart.ToUnixTimeSeconds();
        Assert.Equal($"https://api.stripe.test/v1/checkout/sessions?created%5Bgte%5D={start - 300}&created%5Blte%5D={start + 900}&limit=100&expand%5B%5D=data.payment_intent.latest_charge", stripe.Sent[0].Url);
        Assert.EndsWith("&starting_after=cs_test_other", stripe.Sent[1].Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Checkout_that_is_not_among_them_never_started()
    {
        Assert.Equal(ObservedFact.NeverStarted, (await stripe.Answers("""{"object":"list","data":[],"has_more":false}""").QueryAsync(theirs: null)).Fact);
        Assert.False((await stripe.Forget().Answers("""{"object":"list","data":[],"has_more":true}""").QueryAsync(theirs: null)).IsAnswer);
        Assert.False((await stripe.Forget().Answers("""{"object":"list","data":[]}""").QueryAsync(theirs: null)).IsAnswer);
        Assert.False((await stripe.Forget().Answers(StripeStub.Error("x"), 400).QueryAsync(theirs: null)).IsAnswer);
    }

    [Fact]
    public async Task Session_of_another_payment_or_mode_is_no_answer()
    {
        foreach (var body in (string[])[
            StripeStub.Session("complete", "paid", "\"pi_1\"", livemode: "true"),
            StripeStub.Session("complete", "paid", "\"pi_1\"").Replace(StripeStub.SessionId, "cs_test_other", StringComparison.Ordinal),
            StripeStub.Session("complete", "paid", "\"pi_1\"").Replace(StripeStub.Id.ToString(), "p-1", StringComparison.Ordinal)])
        {
            Assert.False((await stripe.Forget().Answers(body).QueryAsync()).IsAnswer, body);
        }
        Assert.IsType<CheckoutResult.Unknown>(await stripe.Forget().Answers(StripeStub.Session(livemode: "true")).StartAsync());
    }

    [Fact]
    public async Task Session_that_stripe_does_not_know_is_shown_and_changes_nothing()
    {
        var reading = await stripe.Answers(StripeStub.Error("resource_missing", message: "No such checkout session"), 404).QueryAsync();

        Assert.Equal((true, ObservedFact.Unrecognised, "resource_missing"), (reading.IsAnswer, reading.Fact, reading.ProviderErrorCode));
    }

    [Theory]
    [InlineData(400, "amount_too_small", "invalid_request_error", null, Codes.AmountOutOfRange, "amount_too_small")]
    [InlineData(400, "parameter_missing", "invalid_request_error", null, Codes.ProviderRejected, "parameter_missing")]
    [InlineData(401, "", "invalid_request_error", null, Codes.ProviderRejected, "")]
    [InlineData(402, "card_declined", "card_error", "insufficient_funds", Codes.ProviderRejected, "insufficient_funds")]
    [InlineData(403, "x", "invalid_request_error", null, Codes.ProviderRejected, "x")]
    [InlineData(404, "resource_missing", "invalid_request_error", null, Codes.ProviderRejected, "resource_missing")]
    [InlineData(429, "rate_limit", "invalid_request_error", null, Codes.ProviderUnavailable, "rate_limit")]
    public async Task Definite_refusal_declines(int status, string code, string type, string? declineCode, string ours, string providerCode)
    {
        stripe.Answers(StripeStub.Error(code, type, declineCode: declineCode), status);

        var declined = Assert.IsType<CheckoutResult.Declined>(await stripe.StartAsync());
        var failed = Assert.IsType<RefundResult.Failed>(await stripe.RefundAsync());

        Assert.Equal((ours, providerCode), (declined.Code, declined.ProviderCode));
        Assert.Equal((ours, providerCode), (failed.Code, failed.ProviderCode));
    }

    [Theory]
    [MemberData(nameof(UselessAnswers))]
    public async Task Useless_answer_settles_nothing(int status, string body)
    {
        stripe.Answers(body, status);

        Assert.IsType<CheckoutResult.Unknown>(await stripe.StartAsync());
        Assert.IsType<RefundResult.Unknown>(await stripe.RefundAsync());
        Assert.IsType<RefundResult.Unknown>(await stripe.QueryRefundAsync("re_INVENTED1"));
        Assert.IsType<RefundResult.Unknown>(await stripe.QueryRefundAsync(null));
        Assert.IsType<CancelResult.Unknown>(await stripe.CancelAsync());
        var reading = await stripe.QueryAsync();
        Assert.Equal((false, ObservedFact.Unrecognised), (reading.IsAnswer, reading.Fact));
    }

    public static TheoryData<int, string> UselessAnswers => new()
    {
        { 200, "" },
        { 200, "<!doctype html><title>Maintenance</title>" },
        { 200, """{"id":"cs_test""" },
        { 200, "{}" },
        { 200, "null" },
        { 200, "[]" },
        { 200, """{"id":1,"status":2,"amount":"x"}""" },
        { 200, """{"id":"cs_1","id":"cs_2"}""" },
        { 302, "" },
        { 400, """{"error":{"type":"idempotency_error","message":"Keys for idempotent requests can only be used with the same parameters"}}""" },
        { 408, "" },
        { 409, """{"error":{"type":"invalid_request_error","code":"idempotency_key_in_use"}}""" },
        { 500, """{"error":{"type":"api_error"}}""" },
        { 502, "<html>" },
    };

    [Fact]
    public async Task Silence_is_unknown()
    {
        stripe.StaysSilent();

        Assert.IsType<CheckoutResult.Unknown>(await stripe.StartAsync());
        Assert.IsType<RefundResult.Unknown>(await stripe.RefundAsync());
        Assert.IsType<CancelResult.Unknown>(await stripe.CancelAsync());
        Assert.False((await stripe.QueryAsync()).IsAnswer);
    }

    [Fact]
    public async Task Connection_that_never_was_declines()
    {
        stripe.Breaks(HttpRequestError.ConnectionError);

        Assert.Equal(Codes.ProviderUnavailable, Assert.IsType<CheckoutResult.Declined>(await stripe.StartAsync()).Code);
        Assert.Equal(Codes.ProviderUnavailable, Assert.IsType<RefundResult.Failed>(await stripe.RefundAsync()).Code);
        Assert.IsType<CheckoutResult.Unknown>(await stripe.Forget().Breaks(HttpRequestError.ResponseEnded).StartAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("sk_test_a\r\nX: y")]
    public async Task Unusable_key_is_refused_and_nothing_is_sent(string key)
    {
        var account = StripeStub.Account with { Credentials = new Dictionary<string, string> { [StripeProvider.SecretKey] = key } };

        Assert.Equal(Codes.ProviderNotConfigured, Assert.IsType<CheckoutResult.Declined>(await stripe.StartAsync(account: account)).Code);
        Assert.Empty(stripe.Sent);
    }

    [Theory]
    [InlineData("\"http://checkout.stripe.com/c/pay/1\"")]
    [InlineData("\"javascript:alert(1)\"")]
    [InlineData("null")]
    public async Task Page_that_no_browser_may_open_is_unknown_under_its_id(string url) =>
        Assert.Equal(StripeStub.SessionId, Assert.IsType<CheckoutResult.Unknown>(await stripe.Answers(StripeStub.Session(url: url)).StartAsync()).Reference);

    [Fact]
    public async Task Refund_carries_its_id_as_key_and_metadata()
    {
        var result = await stripe.Answers(StripeStub.Refunded()).RefundAsync();

        var sent = Assert.Single(stripe.Sent);
        Assert.Equal(("POST", "https://api.stripe.test/v1/refunds", StripeStub.RefundId.ToString()), (sent.Method, sent.Url, sent.Headers["Idempotency-Key"]));
        Assert.Equal($"payment_intent={StripeStub.IntentId}&amount=200000&reason=requested_by_customer&metadata[refund_id]={StripeStub.RefundId}&metadata[reason]=returned", Uri.UnescapeDataString(sent.Body));
        Assert.Equal("re_INVENTED1", Assert.IsType<RefundResult.Succeeded>(result).Reference);
    }

    [Fact]
    public async Task Refund_without_a_known_intent_asks_for_it_first()
    {
        stripe.Answers(StripeStub.Session("complete", "paid", "\"pi_learnt\"")).Answers(StripeStub.Refunded());

        Assert.IsType<RefundResult.Succeeded>(await stripe.RefundAsync(intent: null));
        Assert.StartsWith("payment_intent=pi_learnt&", stripe.Sent[1].Body, StringComparison.Ordinal);

        Assert.IsType<RefundResult.Failed>(await stripe.Forget().Answers("", 500).RefundAsync(intent: null));
        Assert.DoesNotContain(stripe.Sent, sent => sent.Method == "POST");
    }

    [Theory]
    [MemberData(nameof(RefundWords))]
    public async Task Refund_words_mean_what_the_facts_say(string id, string word, Type expected)
    {
        Assert.True((await stripe.Answers(StripeStub.Refunded(word)).RefundAsync()).GetType() == expected, id);
        Assert.True((await stripe.QueryRefundAsync("re_INVENTED1")).GetType() == expected, id);
        Assert.True((await stripe.Forget().Answers($$"""{"object":"list","data":[{{StripeStub.Refunded(word)}}],"has_more":false}""").QueryRefundAsync(null)).GetType() == expected, id);
    }

    public static IEnumerable<object[]> RefundWords =>
        ProviderVectors.Statuses("stripe").Where(row => row.About == "refund")
            .Select(row => new object[] { row.Id, row.Word, row.State switch { "pending" => typeof(RefundResult.Pending), "refunded" => typeof(RefundResult.Succeeded), _ => typeof(RefundResult.Failed) } })
            .Concat([["new word", "teleported", typeof(RefundResult.Unknown)]]);

    [Fact]
    public async Task Refund_of_another_amount_is_unknown_under_its_id() =>
        Assert.Equal("re_INVENTED1", Assert.IsType<RefundResult.Unknown>(await stripe.Answers(StripeStub.Refunded(amount: 100_000)).RefundAsync()).Reference);

    [Theory]
    [InlineData("charge_already_refunded", Codes.RefundExceedsPayment)]
    [InlineData("charge_disputed", Codes.PaymentDisputed)]
    public async Task Refund_that_cannot_be_says_why(string code, string ours) =>
        Assert.Equal(ours, Assert.IsType<RefundResult.Failed>(await stripe.Answers(StripeStub.Error(code), 400).RefundAsync()).Code);

    [Fact]
    public async Task Refund_that_is_not_there_yet_is_unknown() =>
        Assert.IsType<RefundResult.Unknown>(await stripe.Answers("""{"object":"list","data":[],"has_more":false}""").QueryRefundAsync(null));

    [Fact]
    public async Task Open_session_is_expired_and_a_complete_one_is_too_late()
    {
        Assert.IsType<CancelResult.Cancelled>(await stripe.Answers(StripeStub.Session()).Answers(StripeStub.Session("expired")).CancelAsync());
        Assert.Equal(("POST", $"https://api.stripe.test/v1/checkout/sessions/{StripeStub.SessionId}/expire"), (stripe.Sent[1].Method, stripe.Sent[1].Url));

        Assert.IsType<CancelResult.Cancelled>(await stripe.Forget().Answers(StripeStub.Session("expired")).CancelAsync());
        Assert.IsType<CancelResult.TooLate>(await stripe.Forget().Answers(StripeStub.Session("complete", "paid", "\"pi_1\"")).CancelAsync());
        Assert.IsType<CancelResult.TooLate>(await stripe.Forget().Answers(StripeStub.Session()).Answers(StripeStub.Error("x"), 400).CancelAsync());
        Assert.IsType<CancelResult.Unknown>(await stripe.Forget().Answers(StripeStub.Session()).Answers("", 500).CancelAsync());
    }

    [Fact]
    public async Task Transcript_and_messages_keep_the_secrets()
    {
        var transcript = CallTranscript.Open();
        var declined = Assert.IsType<CheckoutResult.Declined>(await stripe.Answers(StripeStub.Error("x", message: $"Who is {StripeStub.Key} or {StripeStub.Secret}?"), 400).StartAsync());
        CallTranscript.Close();

        Assert.Contains("POST https://api.stripe.test/v1/checkout/sessions", transcript.Requests, StringComparison.Ordinal);
        Assert.DoesNotContain("INVENTED", transcript.Requests + transcript.Responses + declined.Message, StringComparison.Ordinal);
        Assert.Contains("[redacted]", transcript.Responses, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_bytes_make_the_reader_throw()
    {
        var chance = new Random(20251022);
        byte[][] valid = [Encoding.UTF8.GetBytes(StripeStub.Session("complete", "paid", """{"id":"pi_1","status":"succeeded","latest_charge":{"id":"ch_1"}}""")), Encoding.UTF8.GetBytes(StripeStub.Refunded())];
        for (var round = 0; round < 500; round++)
        {
            var body = round % 2 == 0 ? new byte[chance.Next(64)] : (byte[])[.. valid[round / 2 % 2]];
            if (round % 2 == 0)
                chance.NextBytes(body);
            else
                body[chance.Next(body.Length)] = (byte)chance.Next(256);
            stripe.Forget().Answers(body);

            await stripe.StartAsync();
            await stripe.QueryAsync();
            await stripe.QueryAsync(theirs: null);
            await stripe.RefundAsync();
            await stripe.QueryRefundAsync(null);
            await stripe.CancelAsync();
        }
    }
}
