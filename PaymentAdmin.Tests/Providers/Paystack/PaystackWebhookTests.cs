using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Providers.Paystack;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Providers.Paystack;

public sealed class PaystackWebhookTests
{
    private const string Key = "sk_test_vector_0001";
    private const string Vector = """{"event":"charge.success","data":{"id":302961,"domain":"test","status":"success","reference":"p-0001","amount":10000,"currency":"NGN"}}""";
    private const string VectorSignature = "4f2fc8c1e4ad3826c81632de37cc47edc9e07fb39b5b33b694388413a5c1b177774c57aaa7fb1253159d53e28f5a6187c5dd60c37dcd67849071cbf96393e322";
    private const string Refund = """{"event":"refund.processed","data":{"status":"processed","transaction_reference":"p-0001","refund_reference":"132013318360","amount":"5000","currency":"NGN","processor":"mpgs_zen","integration":412829,"domain":"test"}}""";
    private const string Dispute = """{"event":"charge.dispute.create","data":{"id":358950,"refund_amount":5000,"currency":"NGN","status":"awaiting-merchant-feedback","resolution":null,"domain":"live","transaction":{"reference":"p-0001","amount":10000},"category":"chargeback","dueAt":"2026-01-12T18:00:00.000Z"}}""";

    public static TheoryData<string> SignatureIds => [.. ProviderVectors.Signatures("paystack").Select(row => row.Id)];

    [Theory, MemberData(nameof(SignatureIds))]
    public void Signature_vector_is_judged_as_written(string id)
    {
        var row = ProviderVectors.Signatures("paystack").Single(one => one.Id == id);
        var headers = row.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value);

        var verdict = PaystackWebhook.Verify(row.Secrets[0], Inbound(Convert.FromBase64String(row.BodyBase64), headers));

        Assert.Equal(row.Expect == "verified", verdict is WebhookVerification.Verified);
    }

    [Fact]
    public void Printed_vector_verifies_under_the_secret_key() =>
        Assert.IsType<WebhookVerification.Verified>(PaystackWebhook.Verify(Key, Delivery(Vector, VectorSignature)));

    [Fact]
    public void No_flipped_bit_is_accepted()
    {
        var body = Encoding.UTF8.GetBytes(Vector);
        var signature = Convert.FromHexString(VectorSignature);
        var chance = new Random(7);
        for (var round = 0; round < 10_000; round++)
        {
            var (changed, signed) = (body.ToArray(), signature.ToArray());
            var target = round % 2 == 0 ? changed : signed;
            target[chance.Next(target.Length)] ^= (byte)(1 << chance.Next(8));
            Assert.IsType<WebhookVerification.Rejected>(PaystackWebhook.Verify(Key, Delivery(changed, Convert.ToHexStringLower(signed))));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("sk_test_short")]
    public void Missing_or_short_key_verifies_nothing(string key)
    {
        var signature = Convert.ToHexStringLower(HMACSHA512.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(Vector)));

        Assert.IsType<WebhookVerification.Rejected>(PaystackWebhook.Verify(key, Delivery(Vector, signature)));
    }

    [Fact]
    public void Charge_says_number_money_and_mode()
    {
        var says = Assert.IsType<WebhookReading.PaymentSays>(Parse(Vector));

        Assert.Equal((ObservedFact.Succeeded, new Money(10000, "NGN"), "302961", "p-0001"), (says.Status.Fact, says.Status.Received, says.Status.ReceiptReference, says.OurReference));
        Assert.Equal(("charge.success", Mode.Test), (says.EventType, says.Mode));
    }

    [Fact]
    public void Live_event_says_so() => Assert.Equal(Mode.Live, Parse(Dispute).Mode);

    [Fact]
    public void Charge_without_an_amount_makes_us_ask() =>
        Assert.IsType<WebhookReading.AskProvider>(Parse(Vector.Replace("\"amount\":10000,", "", StringComparison.Ordinal)));

    [Fact]
    public void Refund_event_without_a_number_makes_us_ask()
    {
        var reading = Assert.IsType<WebhookReading.AskProvider>(Parse(Refund));

        Assert.Equal("p-0001", reading.OurReference);
    }

    [Fact]
    public void Refund_that_needs_attention_names_our_refund()
    {
        var says = Assert.IsType<WebhookReading.RefundSays>(Parse(
            """{"event":"refund.needs-attention","data":{"status":"needs-attention","id":"77","transaction_reference":"p-0001","refund_reference":null,"amount":"5000","currency":"NGN","merchant_note":"01980000-0000-7000-8000-000000000001: returned","domain":"test"}}"""));

        Assert.Equal(("77", RefundStatus.Pending, new Money(5000, "NGN"), "01980000-0000-7000-8000-000000000001"), (says.RefundReference, says.Status, says.Amount, says.OurRefundReference));
    }

    [Theory]
    [InlineData("awaiting-merchant-feedback", "null", DisputeStatus.Open)]
    [InlineData("resolved", "\"declined\"", DisputeStatus.Won)]
    [InlineData("resolved", "\"merchant-accepted\"", DisputeStatus.Lost)]
    [InlineData("resolved", "\"auto-accepted\"", DisputeStatus.Lost)]
    public void Dispute_says_how_it_stands(string status, string resolution, DisputeStatus expected)
    {
        var body = Dispute.Replace("awaiting-merchant-feedback", status, StringComparison.Ordinal).Replace("\"resolution\":null", $"\"resolution\":{resolution}", StringComparison.Ordinal);

        var says = Assert.IsType<WebhookReading.DisputeSays>(Parse(body));

        Assert.Equal((expected, "358950", new Money(5000, "NGN"), "chargeback"), (says.Status, says.DisputeReference, says.Amount, says.Reason));
        Assert.Equal(new DateTimeOffset(2026, 1, 12, 18, 0, 0, TimeSpan.Zero), says.DueAt);
    }

    [Theory]
    [InlineData("transfer.success")]
    [InlineData("subscription.create")]
    [InlineData("something.new")]
    public void Event_of_another_kind_is_irrelevant(string type) =>
        Assert.IsType<WebhookReading.Irrelevant>(Parse(Vector.Replace("charge.success", type, StringComparison.Ordinal)));

    [Fact]
    public void Same_object_in_the_same_state_is_the_same_event_however_it_is_written()
    {
        var spaced = JsonNode.Parse(Vector)!.ToJsonString(new System.Text.Json.JsonSerializerOptions { WriteIndented = true });

        Assert.Equal(Parse(Vector).DedupeKey, Parse(spaced).DedupeKey);
        Assert.NotEqual(Parse(Vector).DedupeKey, Parse(Vector.Replace("302961", "302962", StringComparison.Ordinal)).DedupeKey);
        Assert.NotEqual(Parse(Refund).DedupeKey, Parse(Refund.Replace("5000", "5001", StringComparison.Ordinal)).DedupeKey);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"event":1,"data":{}}""")]
    [InlineData("""{"event":"charge.success","data":"x"}""")]
    [InlineData("""{"event":"charge.dispute.create","data":{}}""")]
    [InlineData("""{"event":"charge.dispute.create","data":{"id":"\ud800"}}""")]
    [InlineData("""{"event":"\ud800","data":{"id":1}}""")]
    public void Nonsense_is_unreadable(string body) => Assert.IsType<WebhookReading.Unreadable>(Parse(body));

    [Fact]
    public void Parser_never_throws()
    {
        var chance = new Random(3);
        for (var round = 0; round < 10_000; round++)
        {
            var bytes = Encoding.UTF8.GetBytes(round % 3 == 0 ? Vector : round % 3 == 1 ? Refund : Dispute);
            for (var flips = chance.Next(1, 8); flips > 0; flips--)
                bytes[chance.Next(bytes.Length)] = (byte)chance.Next(256);
            Assert.NotNull(PaystackWebhook.Parse(Inbound(bytes, [])).DedupeKey);
        }
    }

    private static WebhookReading Parse(string body) => PaystackWebhook.Parse(Inbound(Encoding.UTF8.GetBytes(body), []));

    private static InboundRequest Delivery(string body, string signature) => Delivery(Encoding.UTF8.GetBytes(body), signature);

    private static InboundRequest Delivery(byte[] body, string signature) => Inbound(body, new Dictionary<string, string> { ["x-paystack-signature"] = signature });

    private static InboundRequest Inbound(byte[] body, Dictionary<string, string> headers) => new(body, headers, "/webhooks/paystack/key", "", null, null, TestClock.DefaultStart);
}
