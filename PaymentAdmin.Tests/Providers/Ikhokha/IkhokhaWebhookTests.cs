using System.Security.Cryptography;
using System.Text;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Providers.Ikhokha;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Providers.Ikhokha;

public sealed class IkhokhaWebhookTests
{
    private const string Secret = "test-app-secret-0001";
    private const string App = "IKINVENTEDAPPIDFORVECTORSONLY000";
    private const string Path = "/webhooks/ikhokha/key";
    private const string Success = """{"paylinkID":"jm421493s3r4pdf","status":"SUCCESS","externalTransactionID":"01980000-0000-7000-8000-000000000001","responseCode":"00"}""";

    public static TheoryData<string> CallbackIds => [.. ProviderVectors.Statuses("ikhokha").Where(row => row.About == "callback").Select(row => row.Id)];

    public static TheoryData<string> SignatureIds => [.. ProviderVectors.Signatures("ikhokha").Select(row => row.Id)];

    [Theory, MemberData(nameof(SignatureIds))]
    public void Signature_vector_is_judged_as_written(string id)
    {
        var row = ProviderVectors.Signatures("ikhokha").Single(one => one.Id == id);
        var headers = row.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value);

        // The vectors of requests are as a server checks them, which leaves the query out.
        var verdict = IkhokhaWebhook.Verify(App, row.Secrets[0], Inbound(Convert.FromBase64String(row.BodyBase64), headers, row.Path.Split('?')[0]));

        Assert.Equal(row.Expect == "verified", verdict is WebhookVerification.Verified);
    }

    [Theory]
    [InlineData("/public-api/v1/api/payment", """{"entityID":"4","externalEntityID":"4","amount":200,"currency":"ZAR","requesterUrl":"https://example.com/requester","description":"Test Description 1","paymentReference":"4","mode":"live","externalTransactionID":"4","urls":{"callbackUrl":"https://example.com/callback","successPageUrl":"https://example.com/success","failurePageUrl":"https://example.com/failure","cancelUrl":"https://example.com/cancel"}}""", "84a011ada5d91f4476be82ae3a69d951e97da4bd95dda010751cbf03b87476c0")]
    [InlineData("/public-api/v1/api/payment", """{"amount":100,"description":"Thabo's \"gift\" \\ ok","externalTransactionID":"T1"}""", "d84d17bea98dadb03e0a1cd9f5d793c15b8426ad9102a38956d28edd6bf847f9")]
    [InlineData("/public-api/v1/api/getStatus/2zh1zj6y8xpb0g3", "", "e8c1f70dd8ad50e63c988401dc2f3f6f4d37bdf0161ff1f464010c5c81f586a9")]
    [InlineData("/api/webhooks/ikhokha", """{"paylinkID":"jm421493s3r4pdf","status":"SUCCESS","externalTransactionID":"TRANS789","responseCode":"00"}""", "e071241ec76ae17e1fbdc9bfed39a88a7d73b28d56ec8b7477a609cd55db53c6")]
    public void Printed_vector_is_what_is_signed(string path, string body, string signature) =>
        Assert.Equal(signature, IkhokhaWebhook.Sign("test-app-secret", path, Encoding.UTF8.GetBytes(body)));

    [Fact]
    public void No_flipped_bit_is_accepted()
    {
        var body = Encoding.UTF8.GetBytes(Success);
        var signature = IkhokhaWebhook.Sign(Encoding.UTF8.GetBytes(Secret), Path, body);
        Assert.IsType<WebhookVerification.Verified>(Verify(body, signature));
        var chance = new Random(7);
        for (var round = 0; round < 10_000; round++)
        {
            var (changed, signed) = (body.ToArray(), signature.ToArray());
            var target = round % 2 == 0 ? changed : signed;
            target[chance.Next(target.Length)] ^= (byte)(1 << chance.Next(8));
            Assert.IsType<WebhookVerification.Rejected>(Verify(changed, signed));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("fifteen-bytes-a")]
    public void Missing_or_short_secret_verifies_nothing(string secret) =>
        Assert.IsType<WebhookVerification.Rejected>(Verify(Encoding.UTF8.GetBytes(Success), IkhokhaWebhook.Sign(Encoding.UTF8.GetBytes(secret), Path, Encoding.UTF8.GetBytes(Success)), secret));

    [Fact]
    public void Text_may_be_added_and_nothing_else()
    {
        var signature = IkhokhaWebhook.Sign(Encoding.UTF8.GetBytes(Secret), Path, Encoding.UTF8.GetBytes(Success));

        Assert.IsType<WebhookVerification.Verified>(Verify(Encoding.UTF8.GetBytes(Success.Replace("{", "{\"text\":\"it's paid\",", StringComparison.Ordinal)), signature));
        Assert.IsType<WebhookVerification.Rejected>(Verify(Encoding.UTF8.GetBytes(Success.Replace("{", "{\"more\":\"it's paid\",", StringComparison.Ordinal)), signature));
        Assert.IsType<WebhookVerification.Rejected>(Verify(Encoding.UTF8.GetBytes(Success.Replace("{", "{\"status\":\"FAILURE\",", StringComparison.Ordinal)), signature));
    }

    [Theory, MemberData(nameof(CallbackIds))]
    public void Callback_vector_is_settled_by_the_status_alone(string id)
    {
        var word = ProviderVectors.Statuses("ikhokha").Single(row => row.Id == id).Word;

        Assert.Equal(word, Assert.IsType<WebhookReading.AskProvider>(Parse(Success.Replace("SUCCESS", word, StringComparison.Ordinal))).EventType);
    }

    [Theory]
    [InlineData("SUCCESS")]
    [InlineData("FAILURE")]
    [InlineData("TELEPORTED")]
    public void Callback_only_makes_us_ask(string word)
    {
        var reading = Assert.IsType<WebhookReading.AskProvider>(Parse(Success.Replace("SUCCESS", word, StringComparison.Ordinal)));

        Assert.Equal((word, "jm421493s3r4pdf", "01980000-0000-7000-8000-000000000001", "jm421493s3r4pdf:" + word), (reading.EventType, reading.Reference, reading.OurReference, reading.DedupeKey));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"status":"SUCCESS"}""")]
    [InlineData("""{"paylinkID":"a","status":1}""")]
    [InlineData("""{"paylinkID":"a","status":"SUCCESS","status":"FAILURE"}""")]
    [InlineData("""{"paylinkID":"\ud800","status":"SUCCESS"}""")]
    public void Nonsense_is_unreadable(string body) => Assert.IsType<WebhookReading.Unreadable>(Parse(body));

    [Fact]
    public void Neither_parser_nor_verifier_throws()
    {
        var chance = new Random(3);
        for (var round = 0; round < 10_000; round++)
        {
            var bytes = round % 2 == 0 ? Encoding.UTF8.GetBytes(Success) : RandomNumberGenerator.GetBytes(chance.Next(1, 200));
            for (var flips = chance.Next(1, 8); flips > 0; flips--)
                bytes[chance.Next(bytes.Length)] = (byte)chance.Next(256);
            Assert.NotNull(IkhokhaWebhook.Parse(Inbound(bytes, [])).DedupeKey);
            Assert.IsType<WebhookVerification.Rejected>(Verify(bytes, new byte[32]));
        }
    }

    private static WebhookVerification Verify(byte[] body, byte[] signature, string secret = Secret) =>
        IkhokhaWebhook.Verify(App, secret, Inbound(body, new Dictionary<string, string> { ["ik-appid"] = App, ["ik-sign"] = Convert.ToHexStringLower(signature) }));

    private static WebhookReading Parse(string body) => IkhokhaWebhook.Parse(Inbound(Encoding.UTF8.GetBytes(body), []));

    private static InboundRequest Inbound(byte[] body, Dictionary<string, string> headers, string path = Path) => new(body, headers, path, "", null, null, TestClock.DefaultStart);
}
