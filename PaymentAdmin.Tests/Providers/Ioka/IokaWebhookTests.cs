using System.Text;
using System.Text.Json;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Providers.Ioka;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Providers.Ioka;

public sealed class IokaWebhookTests
{
    private const string Secret = "ioka-test-webhook-key";
    private const string Compact = """{"event":"PAYMENT_CAPTURED","order":{"amount":500000,"capture_method":"AUTO","created_at":"2026-01-15T10:05:55.358023","currency":"KZT","description":"Оплата заказа 1","due_date":null,"external_id":"pay-0001","extra_info":null,"id":"ord_TEST000001","shop_id":"shp_TEST","status":"PAID"},"payment":{"approved_amount":500000,"captured_amount":500000,"created_at":"2026-01-15T10:06:02.598026","id":"pay_TEST000001","order_id":"ord_TEST000001","payer":{"card_id":null,"customer_id":null,"email":null,"emitter":null,"expiry_date":"12/26","holder":"Holder","pan_masked":"555555******5599","payment_system":null,"phone":null},"processing_fee":0.0,"refunded_amount":0,"status":"CAPTURED"}}""";
    private const string DocumentBody = """{"event":"payment.succeeded","object":{"id":"ord_TEST000001","external_id":"pay-0001","amount":5000,"currency":"KZT","status":"succeeded"}}""";
    private const string CompactSignature = "8dfda07ef926505cafa92f3822b0150d6d6c0bf1a039af0a6876aab63c2ad55d";
    private const string SpacedSignature = "0891d7e9a7b45c14100916ffc1581d447ecf08b23e74fbfd00c13b037a9461c7";
    private const string DocumentSignature = "c5ec6af5a879428017140ac3ff91c5d7df1e26af02b8dc1f5cf40e8e90389962";

    [Theory]
    [InlineData(CompactSignature, true)]
    [InlineData(SpacedSignature, true)]
    [InlineData("a2572e3f0015b1451e198dd5bb36a78ca3aed9ccb70ef5d3f9adaa3442e131b8", false)] // 0.0 turned into 0
    [InlineData("b648ca03752993599745f7205013c85daaf125135692fe4ab037660ede34cff1", false)] // Cyrillic escaped
    public void Signature_covers_the_canonical_body(string signature, bool isVerified)
    {
        Assert.Equal(isVerified, IsVerified(Secret, Compact, ("x-signature", signature)));
        // In transit the same delivery looks different: other order, spaces, escaped Cyrillic.
        var members = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(Compact)!;
        var transit = "{ " + string.Join(" , ", members.Reverse().Select(member => $"\"{member.Key}\" : {Escaped(member.Value.GetRawText())}")) + " }";
        Assert.Equal(isVerified, IsVerified(Secret, transit, ("x-signature", signature)));
    }

    [Fact]
    public void Source_documents_header_covers_the_raw_body()
    {
        Assert.True(IsVerified(Secret, DocumentBody, ("x-ioka-signature", DocumentSignature)));
        Assert.False(IsVerified(Secret, DocumentBody + " ", ("x-ioka-signature", DocumentSignature)));
    }

    [Fact]
    public void Both_headers_must_both_hold()
    {
        Assert.False(IsVerified(Secret, Compact, ("x-signature", CompactSignature), ("x-ioka-signature", SpacedSignature)));
        Assert.True(IsVerified(Secret, Compact, ("x-signature", CompactSignature), ("x-ioka-signature", CompactSignature)));
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Vector_is_judged_as_it_says(string id)
    {
        var row = Rows().Single(row => row.GetProperty("id").GetString() == id);
        var headers = row.GetProperty("headers").EnumerateObject().ToDictionary(header => header.Name.ToLowerInvariant(), header => header.Value.GetString() ?? "");
        var body = Convert.FromBase64String(row.GetProperty("body_base64").GetString()!);

        var verdict = IokaWebhook.Verify(row.GetProperty("secrets")[0].GetString()!, Request(body, headers));

        Assert.Equal(row.GetProperty("expect").GetString() == "verified", verdict is WebhookVerification.Verified);
    }

    public static IEnumerable<object?[]> Vectors => Rows().Select(row => new object?[] { row.GetProperty("id").GetString() });

    [Fact]
    public void No_flipped_bit_is_accepted()
    {
        var chance = new Random(20260115);
        var body = Encoding.UTF8.GetBytes(Compact);
        var signature = Convert.FromHexString(CompactSignature);
        for (var round = 0; round < 10_000; round++)
        {
            byte[] changedBody = [.. body], changedSignature = [.. signature];
            var target = round % 2 == 0 ? changedBody : changedSignature;
            target[chance.Next(target.Length)] ^= (byte)(1 << chance.Next(8));
            var verdict = IokaWebhook.Verify(Secret, Request(changedBody, new Dictionary<string, string> { ["x-signature"] = Convert.ToHexStringLower(changedSignature) }));
            Assert.IsType<WebhookVerification.Rejected>(verdict);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("fifteen-bytes-a")]
    public void Short_secret_verifies_nothing(string secret)
    {
        var signature = Convert.ToHexStringLower(System.Security.Cryptography.HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(Compact)));

        Assert.False(IsVerified(secret, Compact, ("x-signature", signature)));
        Assert.False(IsVerified(secret, Compact, ("x-ioka-signature", signature)));
    }

    [Fact]
    public void Member_that_is_named_twice_is_rejected()
    {
        var body = """{"event":"A","event":"B"}""";

        Assert.False(IsVerified(Secret, body, ("x-signature", Convert.ToHexStringLower(System.Security.Cryptography.HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(body))))));
    }

    // Section 10: whatever the event says, the order is read before anything changes.
    [Theory]
    [InlineData(Compact, "ord_TEST000001", "pay-0001", "PAYMENT_CAPTURED")]
    [InlineData(DocumentBody, "ord_TEST000001", "pay-0001", "payment.succeeded")]
    [InlineData("""{"event":"PAYMENT_CANCELED","order":{"id":"ord_1","external_id":"x"}}""", "ord_1", "x", "PAYMENT_CANCELED")]
    [InlineData("""{"event":"ORDER_EXPIRED","order":{"id":"ord_1"}}""", "ord_1", null, "ORDER_EXPIRED")]
    [InlineData("""{"event":"REFUND_APPROVED","refund":{"id":"rfd_1","order_id":"ord_1","amount":100}}""", "ord_1", null, "REFUND_APPROVED")]
    public void Event_about_an_order_asks_the_provider(string body, string reference, string? ours, string type)
    {
        var reading = Assert.IsType<WebhookReading.AskProvider>(Parse(Encoding.UTF8.GetBytes(body)));

        Assert.Equal((reference, ours, type), (reading.Reference, reading.OurReference, reading.EventType));
    }

    [Fact]
    public void Shop_is_told_where_the_event_names_it() => Assert.Equal("shp_TEST", Parse(Encoding.UTF8.GetBytes(Compact)).MerchantAccount);

    [Theory]
    [InlineData("CARD_APPROVED")]
    [InlineData("PAYOUT_DECLINED")]
    public void Event_about_something_else_is_irrelevant(string type) =>
        Assert.IsType<WebhookReading.Irrelevant>(Parse(Encoding.UTF8.GetBytes($$$"""{"event":"{{{type}}}","customer":{},"card":{}}""")));

    [Fact]
    public void Same_content_is_the_same_event()
    {
        var first = Parse("""{"event":"ORDER_EXPIRED","order":{"id":"ord_1","amount":1}}"""u8.ToArray());
        var again = Parse("""{ "order": {"amount": 1, "id": "ord_1"}, "event": "ORDER_EXPIRED" }"""u8.ToArray());
        var other = Parse("""{"event":"ORDER_EXPIRED","order":{"id":"ord_1","amount":2}}"""u8.ToArray());

        Assert.Equal(first.DedupeKey, again.DedupeKey);
        Assert.NotEqual(first.DedupeKey, other.DedupeKey);
    }

    [Fact]
    public void No_bytes_make_the_reader_throw()
    {
        var chance = new Random(7);
        var valid = Encoding.UTF8.GetBytes(Compact);
        for (var round = 0; round < 3000; round++)
        {
            byte[] body = round % 2 == 0 ? new byte[chance.Next(80)] : [.. valid];
            if (round % 2 == 0)
                chance.NextBytes(body);
            else
                body[chance.Next(body.Length)] = (byte)chance.Next(256);
            Parse(body);
            IokaWebhook.Verify(Secret, Request(body, new Dictionary<string, string> { ["x-signature"] = CompactSignature }));
        }
        Assert.IsType<WebhookReading.Unreadable>(Parse("{\"event\":\"\\ud800\",\"order\":{\"id\":1}}"u8.ToArray()));
    }

    private static WebhookReading Parse(byte[] body) => IokaWebhook.Parse(Request(body, new Dictionary<string, string>()));

    private static bool IsVerified(string secret, string body, params (string Name, string Value)[] headers) =>
        IokaWebhook.Verify(secret, Request(Encoding.UTF8.GetBytes(body), headers.ToDictionary(header => header.Name, header => header.Value))) is WebhookVerification.Verified;

    private static InboundRequest Request(byte[] body, Dictionary<string, string> headers) => new(body, headers, "/webhooks/ioka/key", "", null, null, TestClock.DefaultStart);

    private static string Escaped(string json) => string.Concat(json.Select(character => character > 126 ? $"\\u{(int)character:x4}" : character.ToString()));

    private static List<JsonElement> Rows()
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, "PaymentAdmin.Tests", "Providers", "vectors.json")));
        return [.. file.RootElement.GetProperty("signatures").EnumerateArray().Where(row => row.GetProperty("provider").GetString() == "ioka").Select(row => row.Clone())];
    }
}
