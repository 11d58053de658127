using System.Security.Cryptography;
using System.Text;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Providers.Flutterwave;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Providers.Flutterwave;

public sealed class FlutterwaveWebhookTests
{
    private const string Hash = "invented-Flutterwave-secret-hash";
    private const string Ours = "01980000-0000-7000-8000-000000000001";
    private const string Charge = $$"""{"event":"charge.completed","data":{"id":8321945,"tx_ref":"{{Ours}}","flw_ref":"FLW-MOCK-1a2b3c","amount":7500,"currency":"NGN","charged_amount":7500,"app_fee":105,"status":"successful","payment_type":"card"},"meta_data":{"payment_id":"p-0001"},"event.type":"CARD_TRANSACTION"}""";
    private const string FlatRefund = """{"id":89074,"AmountRefunded":5000,"status":"completed","FlwRef":"FLW-MOCK-1a2b3c","destination":"payment_source","comments":"order cancelled","settlement_id":"NEW","meta":"{\"source\":\"availablebalance\"}","createdAt":"2026-01-06T10:00:00.000Z","updatedAt":"2026-01-06T10:00:01.000Z","deletedAt":null,"walletId":134244,"AccountId":92319,"TransactionId":8321945}""";
    private const string Legacy = $$"""{"id":8321945,"txRef":"{{Ours}}","flwRef":"FLW-MOCK","orderRef":"x","amount":7500,"charged_amount":7500,"status":"successful","currency":"NGN","customer":{"fullName":"A B"},"event.type":"CARD_TRANSACTION"}""";

    public static TheoryData<string> SignatureIds => [.. ProviderVectors.Signatures("flutterwave").Select(row => row.Id)];

    [Theory, MemberData(nameof(SignatureIds))]
    public void Signature_vector_is_judged_as_written(string id)
    {
        var row = ProviderVectors.Signatures("flutterwave").Single(one => one.Id == id);
        var headers = row.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value);

        var verdict = FlutterwaveWebhook.Verify(row.Secrets[0], Inbound(Convert.FromBase64String(row.BodyBase64), headers));

        Assert.Equal(row.Expect == "verified", verdict is WebhookVerification.Verified);
    }

    /// <summary>The body is not bound, so only the text itself can be flipped.</summary>
    [Fact]
    public void No_flipped_bit_of_the_hash_is_accepted()
    {
        var chance = new Random(7);
        for (var round = 0; round < 10_000; round++)
        {
            var given = Hash.ToCharArray();
            given[chance.Next(given.Length)] ^= (char)(1 << chance.Next(8));
            Assert.IsType<WebhookVerification.Rejected>(Verify(Hash, new string(given)));
        }
        Assert.IsType<WebhookVerification.Verified>(Verify(Hash, Hash));
    }

    [Theory]
    [InlineData("")]
    [InlineData("fifteen-bytes-a")]
    public void Missing_or_short_hash_verifies_nothing(string hash) => Assert.IsType<WebhookVerification.Rejected>(Verify(hash, hash));

    [Theory]
    [InlineData(Charge, "charge.completed", null, Ours, "charge.completed:8321945:successful:" + Ours)]
    [InlineData(Legacy, "CARD_TRANSACTION", null, Ours, "CARD_TRANSACTION:8321945:successful:" + Ours)]
    [InlineData(FlatRefund, "refund", "8321945", null, "refund:89074:completed")]
    [InlineData($$"""{"event":"refund.completed","data":{{FlatRefund}}}""", "refund.completed", "8321945", null, "refund.completed:89074:completed")]
    public void Whatever_an_event_says_it_only_makes_us_ask(string body, string type, string? reference, string? ours, string key)
    {
        var reading = Assert.IsType<WebhookReading.AskProvider>(Parse(body));

        Assert.Equal((type, reference, ours, key), (reading.EventType, reading.Reference, reading.OurReference, reading.DedupeKey));
    }

    [Fact]
    public void Same_number_in_another_state_is_another_event() =>
        Assert.NotEqual(Parse(Charge).DedupeKey, Parse(Charge.Replace("successful", "pending", StringComparison.Ordinal)).DedupeKey);

    [Theory]
    [InlineData("""{"event":"transfer.completed","data":{"id":1}}""")]
    [InlineData("""{"event":"charge.completed","data":{"id":1}}""")]
    [InlineData("{}")]
    [InlineData("""{"event":1,"data":"x"}""")]
    public void Event_of_another_kind_is_irrelevant(string body) => Assert.IsType<WebhookReading.Irrelevant>(Parse(body));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"event":"charge.completed","event":"charge.completed"}""")]
    public void Nonsense_is_unreadable(string body) => Assert.IsType<WebhookReading.Unreadable>(Parse(body));

    [Fact]
    public void Parser_never_throws()
    {
        var chance = new Random(3);
        for (var round = 0; round < 10_000; round++)
        {
            var bytes = round % 4 == 3 ? RandomNumberGenerator.GetBytes(chance.Next(1, 200)) : Encoding.UTF8.GetBytes(round % 4 == 0 ? Charge : round % 4 == 1 ? FlatRefund : Legacy);
            for (var flips = chance.Next(1, 8); flips > 0; flips--)
                bytes[chance.Next(bytes.Length)] = (byte)chance.Next(256);
            Assert.NotNull(FlutterwaveWebhook.Parse(Inbound(bytes, [])).DedupeKey);
        }
    }

    private static WebhookVerification Verify(string hash, string given) => FlutterwaveWebhook.Verify(hash, Inbound(Encoding.UTF8.GetBytes(Charge), new Dictionary<string, string> { ["verif-hash"] = given }));

    private static WebhookReading Parse(string body) => FlutterwaveWebhook.Parse(Inbound(Encoding.UTF8.GetBytes(body), []));

    private static InboundRequest Inbound(byte[] body, Dictionary<string, string> headers) => new(body, headers, "/webhooks/flutterwave/key", "", null, null, TestClock.DefaultStart);
}
