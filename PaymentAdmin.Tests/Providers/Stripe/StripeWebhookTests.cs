using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Providers.Stripe;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Providers.Stripe;

public sealed class StripeWebhookTests
{
    private static readonly JsonArray Vectors = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "PaymentAdmin.Tests", "Providers", "vectors.json")))!["signatures"]!.AsArray();

    [Theory]
    [MemberData(nameof(SignatureIds))]
    public void Signatures_are_judged_as_the_vectors_say(string id)
    {
        var row = Vectors.Single(vector => vector!["id"]!.GetValue<string>() == id)!;
        var headers = row["headers"]!.AsObject().ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value!.GetValue<string>());
        var request = Request(Convert.FromBase64String(row["body_base64"]!.GetValue<string>()), headers, row["now_unix"]!.GetValue<long>());

        var verdict = StripeWebhook.Verify(row["secrets"]![0]!.GetValue<string>(), request);

        Assert.True(verdict is WebhookVerification.Verified == (row["expect"]!.GetValue<string>() == "verified"), $"{id}: {verdict}");
    }

    public static IEnumerable<object[]> SignatureIds => Vectors.Where(row => row!["provider"]!.GetValue<string>() == "stripe").Select(row => new object[] { row!["id"]!.GetValue<string>() });

    [Fact]
    public void Vectors_of_the_official_clients_agree()
    {
        // The body of the official .NET client's test resource, byte for byte.
        const string published = "{\n  \"id\": \"evt_123\",\n  \"object\": \"event\",\n  \"account\": \"acct_123\",\n  \"api_version\": \"2017-05-25\",\n  \"created\": 1533204620,\n  \"data\": {\n    \"object\": {\n      \"id\": \"cus_123\",\n      \"object\": \"customer\",\n      \"created\": 123456789,\n      \"email\": \"test@stripe.com\",\n      \"livemode\": false,\n      \"metadata\": {}\n    }\n  },\n  \"livemode\": false,\n  \"pending_webhooks\": 1,\n  \"request\": {\n    \"id\": \"req_123\",\n    \"idempotency_key\": \"idempotency-key-123\"\n  },\n  \"type\": \"customer.created\"\n}\n";

        Assert.Equal("2220f87ef101a04665f11cdf770523143f875572008577fa0f20882ddb9cc3c7", Sign("webhook_secret", "1533204620", published));
        Assert.Equal("6ad466b55716788d1b7c894604497cd190586a990a7a89566b1a952a197a12ac", Sign("whsec_vector_0001", "1700000000", """{"id":"evt_vec_1","object":"event","type":"checkout.session.completed"}"""));
    }

    [Fact]
    public void No_changed_bit_is_accepted()
    {
        var chance = new Random(20261121);
        var body = Encoding.UTF8.GetBytes(Event("checkout.session.completed", StripeStub.Session("complete", "paid", "\"pi_1\"")));
        var at = TestClock.DefaultStart.ToUnixTimeSeconds();
        var header = Encoding.UTF8.GetBytes($"t={at},v1={Sign(StripeStub.Secret, at.ToString(CultureInfo.InvariantCulture), Encoding.UTF8.GetString(body))}");
        Assert.IsType<WebhookVerification.Verified>(Verify(StripeStub.Secret, body, header));

        for (var round = 0; round < 10_000; round++)
        {
            byte[] changedBody = [.. body], changedHeader = [.. header];
            var target = round % 2 == 0 ? changedBody : changedHeader;
            target[chance.Next(target.Length)] ^= (byte)(1 << chance.Next(8));

            Assert.IsType<WebhookVerification.Rejected>(Verify(StripeStub.Secret, changedBody, changedHeader));
        }

        WebhookVerification Verify(string secret, byte[] sent, byte[] signature) =>
            StripeWebhook.Verify(secret, Request(sent, new Dictionary<string, string> { ["stripe-signature"] = Encoding.Latin1.GetString(signature) }, at));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("whsec_short")]
    public void Missing_or_short_secret_verifies_nothing(string secret)
    {
        var at = TestClock.DefaultStart.ToUnixTimeSeconds();
        var header = $"t={at},v1={Sign(secret, at.ToString(CultureInfo.InvariantCulture), "{}")}";

        Assert.IsType<WebhookVerification.Rejected>(StripeWebhook.Verify(secret, Request("{}"u8.ToArray(), new Dictionary<string, string> { ["stripe-signature"] = header }, at)));
    }

    [Theory]
    [InlineData("checkout.session.completed", "complete", "paid", ObservedFact.Succeeded)]
    [InlineData("checkout.session.completed", "complete", "unpaid", ObservedFact.Pending)]
    [InlineData("checkout.session.async_payment_succeeded", "complete", "paid", ObservedFact.Succeeded)]
    [InlineData("checkout.session.async_payment_failed", "complete", "unpaid", ObservedFact.Failed)]
    [InlineData("checkout.session.expired", "expired", "unpaid", ObservedFact.Expired)]
    [InlineData("checkout.session.completed", "complete", "teleported", ObservedFact.Unrecognised)]
    public void Session_event_says_the_state(string type, string status, string paymentStatus, ObservedFact fact)
    {
        var reading = Assert.IsType<WebhookReading.PaymentSays>(Parse(Event(type, StripeStub.Session(status, paymentStatus, "\"pi_1\""))));

        Assert.Equal((type, "evt_1", Mode.Test), (reading.EventType, reading.DedupeKey, reading.Mode));
        Assert.Equal((StripeStub.SessionId, StripeStub.Id.ToString(), fact), (reading.Reference, reading.OurReference, reading.Status.Fact));
        Assert.Equal((fact == ObservedFact.Succeeded ? "pi_1" : null, "pi_1"), (reading.Status.ReceiptReference, reading.Status.Reference2));
    }

    [Theory]
    [InlineData("payment_intent.succeeded", "succeeded", ObservedFact.Succeeded)]
    [InlineData("payment_intent.payment_failed", "requires_payment_method", ObservedFact.Pending)]
    [InlineData("payment_intent.processing", "processing", ObservedFact.Pending)]
    [InlineData("payment_intent.requires_action", "requires_action", ObservedFact.Pending)]
    [InlineData("payment_intent.canceled", "canceled", ObservedFact.Cancelled)]
    [InlineData("payment_intent.amount_capturable_updated", "requires_capture", ObservedFact.Pending)]
    public void Intent_event_says_the_state_and_a_failed_card_ends_nothing(string type, string status, ObservedFact fact)
    {
        var intent = $$$"""{"id":"pi_1","object":"payment_intent","amount":500000,"amount_received":500000,"currency":"kzt","status":"{{{status}}}","latest_charge":"ch_1","metadata":{"attempt_id":"{{{StripeStub.Id}}}"},"last_payment_error":{"type":"card_error","code":"card_declined","decline_code":"generic_decline","message":"Your card was declined."}}""";
        var reading = Assert.IsType<WebhookReading.PaymentSays>(Parse(Event(type, intent)));

        Assert.Equal(("pi_1", StripeStub.Id.ToString(), fact, status), (reading.Reference, reading.OurReference, reading.Status.Fact, reading.Status.StatusWord));
        Assert.Equal(("pi_1", "generic_decline", "Your card was declined."), (reading.Status.Reference2, reading.Status.ProviderErrorCode, reading.Status.ErrorMessage));
        Assert.Equal((fact == ObservedFact.Succeeded ? "pi_1" : null, fact == ObservedFact.Succeeded ? StripeStub.Asked : null), (reading.Status.ReceiptReference, reading.Status.Received));
        // The session's id must not be replaced by the intent's.
        Assert.Null(reading.Status.Reference);
    }

    [Fact]
    public void Paid_without_a_readable_amount_asks()
    {
        Assert.IsType<WebhookReading.AskProvider>(Parse(Event("checkout.session.completed", StripeStub.Session("complete", "paid", "\"pi_1\"", currency: "xxx"))));
        Assert.IsType<WebhookReading.AskProvider>(Parse(Event("payment_intent.succeeded", """{"id":"pi_1","status":"succeeded"}""")));
    }

    [Theory]
    [InlineData("refund.created", "pending", RefundStatus.Pending)]
    [InlineData("refund.updated", "succeeded", RefundStatus.Succeeded)]
    [InlineData("refund.failed", "failed", RefundStatus.Failed)]
    [InlineData("charge.refund.updated", "canceled", RefundStatus.Failed)]
    public void Refund_event_says_how_the_refund_stands(string type, string status, RefundStatus state)
    {
        var reading = Assert.IsType<WebhookReading.RefundSays>(Parse(Event(type, StripeStub.Refunded(status, more: ",\"failure_reason\":\"lost_or_stolen_card\""))));

        Assert.Equal(("re_INVENTED1", state, new Money(200_000, "KZT")), (reading.RefundReference, reading.Status, reading.Amount!.Value));
        Assert.Equal((StripeStub.IntentId, StripeStub.RefundId.ToString()), (reading.Reference, reading.OurRefundReference));
        Assert.Equal(state == RefundStatus.Failed ? "lost_or_stolen_card" : null, reading.FailureMessage);
    }

    [Fact]
    public void Sum_of_refunds_asks_the_provider()
    {
        var reading = Assert.IsType<WebhookReading.AskProvider>(Parse(Event("charge.refunded", """{"id":"ch_1","object":"charge","amount":500000,"amount_refunded":200000,"currency":"kzt","payment_intent":"pi_1"}""")));

        Assert.Equal("pi_1", reading.Reference);
    }

    [Theory]
    [InlineData("needs_response", DisputeStatus.Open)]
    [InlineData("under_review", DisputeStatus.Open)]
    [InlineData("appeal_needs_response", DisputeStatus.Open)]
    [InlineData("appeal_under_review", DisputeStatus.Open)]
    [InlineData("won", DisputeStatus.Won)]
    [InlineData("prevented", DisputeStatus.Won)]
    [InlineData("lost", DisputeStatus.Lost)]
    public void Dispute_event_says_how_the_dispute_stands(string word, DisputeStatus state)
    {
        var reading = Assert.IsType<WebhookReading.DisputeSays>(Parse(Event("charge.dispute.updated", Dispute(word))));

        Assert.Equal(("dp_1", state, StripeStub.Asked, "fraudulent", "pi_1"), (reading.DisputeReference, reading.Status, reading.Amount, reading.Reason, reading.Reference));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1790086400), reading.DueAt);
    }

    [Theory]
    [InlineData("warning_needs_response")]
    [InlineData("warning_under_review")]
    [InlineData("warning_closed")]
    public void Inquiry_changes_nothing(string word) => Assert.IsType<WebhookReading.Irrelevant>(Parse(Event("charge.dispute.created", Dispute(word))));

    [Theory]
    [InlineData("charge.dispute.updated")]
    [InlineData("refund.updated")]
    public void Unknown_word_is_shown(string type)
    {
        var about = type == "refund.updated" ? StripeStub.Refunded("teleported") : Dispute("teleported");

        Assert.Equal((ObservedFact.Unrecognised, "teleported"), Assert.IsType<WebhookReading.PaymentSays>(Parse(Event(type, about))) is var says ? (says.Status.Fact, says.Status.StatusWord) : default);
    }

    [Theory]
    [InlineData("customer.created")]
    [InlineData("charge.updated")]
    [InlineData("payout.paid")]
    [InlineData("of.tomorrow")]
    public void Other_events_are_of_no_interest(string type) => Assert.IsType<WebhookReading.Irrelevant>(Parse(Event(type, """{"id":"x"}""")));

    [Fact]
    public void Session_that_saves_a_card_is_of_no_interest() =>
        Assert.IsType<WebhookReading.Irrelevant>(Parse(Event("checkout.session.completed", StripeStub.Session("complete", "no_payment_required").Replace("\"mode\":\"payment\"", "\"mode\":\"setup\"", StringComparison.Ordinal))));

    [Theory]
    [InlineData("true", Mode.Live)]
    [InlineData("false", Mode.Test)]
    [InlineData("null", null)]
    public void Livemode_is_the_mode(string livemode, Mode? mode) =>
        Assert.Equal(mode, Parse(Event("customer.created", """{"id":"x"}""").Replace("\"livemode\":false,\"data\"", $"\"livemode\":{livemode},\"data\"", StringComparison.Ordinal)).Mode);

    [Fact]
    public void No_bytes_make_the_parser_throw()
    {
        var chance = new Random(20261122);
        byte[][] valid =
        [
            Encoding.UTF8.GetBytes(Event("checkout.session.completed", StripeStub.Session("complete", "paid", "\"pi_1\""))),
            Encoding.UTF8.GetBytes(Event("refund.updated", StripeStub.Refunded())),
            Encoding.UTF8.GetBytes(Event("charge.dispute.created", Dispute("needs_response"))),
            Encoding.UTF8.GetBytes(Event("checkout.session.completed", """{"id":"\ud800","payment_intent":"\ud800"}""")),
        ];
        foreach (var body in valid)
            Assert.NotNull(StripeWebhook.Parse(Request(body, new Dictionary<string, string>(), 0)));
        for (var round = 0; round < 5_000; round++)
        {
            var body = round % 3 == 0 ? new byte[chance.Next(64)] : (byte[])[.. valid[round % valid.Length]];
            if (round % 3 == 0)
                chance.NextBytes(body);
            else
                body[chance.Next(body.Length)] = (byte)chance.Next(256);

            Assert.NotNull(StripeWebhook.Parse(Request(body, new Dictionary<string, string>(), 0)).DedupeKey);
        }
    }

    private static string Event(string type, string about) =>
        $$$"""{"id":"evt_1","object":"event","api_version":"2026-07-29.dahlia","created":1790000300,"livemode":false,"data":{"object":{{{about}}}},"type":"{{{type}}}"}""";

    private static string Dispute(string status) =>
        $$$"""{"id":"dp_1","object":"dispute","amount":500000,"currency":"kzt","charge":"ch_1","payment_intent":"pi_1","reason":"fraudulent","status":"{{{status}}}","evidence_details":{"due_by":1790086400}}""";

    private static WebhookReading Parse(string body) => StripeWebhook.Parse(Request(Encoding.UTF8.GetBytes(body), new Dictionary<string, string>(), 0));

    private static InboundRequest Request(byte[] body, Dictionary<string, string> headers, long at) =>
        new(body, headers, "/webhooks/stripe/key", "", null, null, DateTimeOffset.FromUnixTimeSeconds(at));

    private static string Sign(string secret, string time, string body) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{time}.{body}")));
}
