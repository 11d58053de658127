using System.Security.Cryptography;
using System.Text;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Providers.CloudPayments;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Providers.CloudPayments;

public sealed class CloudPaymentsWebhookTests
{
    private const string Secret = "invented-cloudpayments-api-secret";
    private const string Ours = "01980000-0000-7000-8000-000000000001";
    private const string Pay = $"TransactionId=1701609&Amount=500.00&Currency=KZT&PaymentAmount=500.00&PaymentCurrency=KZT&OperationType=Payment&InvoiceId={Ours}&DateTime=2026-01-15+10%3a05%3a00&CardLastFour=4242&CardType=Visa&CardExpDate=12%2f30&Description=%d0%97%d0%b0%d0%ba%d0%b0%d0%b7+%26+%2b&TestMode=1&Status=Completed";
    private const string PayJson = $$"""{"TransactionId":1701609,"Amount":500.00,"Currency":"KZT","InvoiceId":"{{Ours}}","TestMode":true,"Status":"Completed"}""";
    private const string Fail = $"TransactionId=1701610&Amount=500.00&Currency=KZT&OperationType=Payment&InvoiceId={Ours}&TestMode=1&Reason=InsufficientFunds&ReasonCode=5051";
    private const string Refund = $"TransactionId=568&PaymentTransactionId=1701609&Amount=65.98&OperationType=Refund&InvoiceId={Ours}";

    public static TheoryData<string> SignatureIds => [.. ProviderVectors.Signatures("cloudpayments").Select(row => row.Id)];

    [Theory, MemberData(nameof(SignatureIds))]
    public void Signature_vector_is_judged_as_written(string id)
    {
        var row = ProviderVectors.Signatures("cloudpayments").Single(one => one.Id == id);
        var headers = row.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value);
        var query = row.Path.Contains('?', StringComparison.Ordinal) ? row.Path[row.Path.IndexOf('?', StringComparison.Ordinal)..] : "";

        var verdict = CloudPaymentsWebhook.Verify(row.Secrets[0], Inbound(Convert.FromBase64String(row.BodyBase64), headers, kind: "pay", query));

        Assert.Equal(row.Expect == "verified", verdict is WebhookVerification.Verified);
    }

    [Fact]
    public void Own_vector_signs_the_sent_and_the_decoded_text()
    {
        var body = Encoding.UTF8.GetBytes("TransactionId=666&Amount=123.00&Currency=KZT&InvoiceId=1234567&Description=%d0%9e%d0%bf%d0%bb%d0%b0%d1%82%d0%b0+%d0%b2+example.com&TestMode=1&Status=Completed");

        Assert.Equal("uIwU2gI8kcOUfExx6nBxGwtl5ZOGgQ5UBqKZsvcAEzw=", Convert.ToBase64String(CloudPaymentsWebhook.Sign("pass"u8.ToArray(), body)));
        Assert.Equal("mQvkQXYn2BnEn1+3LsA6RmufLDcUQe5SFJpSXgPVIYE=", Convert.ToBase64String(CloudPaymentsWebhook.Sign("pass"u8.ToArray(), CloudPaymentsWebhook.Decode(body))));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void No_flipped_bit_is_accepted(bool hasEncoded, bool hasDecoded)
    {
        var body = Encoding.UTF8.GetBytes(Pay);
        var (encoded, decoded) = (Sign(body), Sign(CloudPaymentsWebhook.Decode(body)));
        Assert.IsType<WebhookVerification.Verified>(CloudPaymentsWebhook.Verify(Secret, Inbound(body, Headers(encoded, decoded))));
        var chance = new Random(11);
        for (var round = 0; round < 10_000; round++)
        {
            var (changed, first, second) = (body.ToArray(), encoded.ToArray(), decoded.ToArray());
            var target = (round % 3) switch { 0 => changed, 1 when hasEncoded => first, _ => hasDecoded ? second : first };
            target[chance.Next(target.Length)] ^= (byte)(1 << chance.Next(8));
            // Other bytes may decode to the same text (%3A and %3a); under the decoded signature alone that is the same message.
            if (!hasEncoded && CloudPaymentsWebhook.Decode(changed).AsSpan().SequenceEqual(CloudPaymentsWebhook.Decode(body)) && second.AsSpan().SequenceEqual(decoded))
                continue;
            Assert.IsType<WebhookVerification.Rejected>(CloudPaymentsWebhook.Verify(Secret, Inbound(changed, Headers(first, second))));
        }

        Dictionary<string, string> Headers(byte[] first, byte[] second)
        {
            var headers = new Dictionary<string, string> { ["content-type"] = "application/x-www-form-urlencoded" };
            if (hasEncoded)
                headers["content-hmac"] = Convert.ToBase64String(first);
            if (hasDecoded)
                headers["x-content-hmac"] = Convert.ToBase64String(second);
            return headers;
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("short-secret")]
    public void Missing_or_short_secret_verifies_nothing(string secret)
    {
        var body = Encoding.UTF8.GetBytes(Pay);
        var signature = Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body));

        Assert.IsType<WebhookVerification.Rejected>(CloudPaymentsWebhook.Verify(secret, Inbound(body, new() { ["content-hmac"] = signature })));
    }

    [Fact]
    public void Empty_header_beside_a_right_one_is_refused()
    {
        var body = Encoding.UTF8.GetBytes(Pay);

        Assert.IsType<WebhookVerification.Rejected>(CloudPaymentsWebhook.Verify(Secret, Inbound(body, new() { ["content-hmac"] = "", ["x-content-hmac"] = Convert.ToBase64String(Sign(CloudPaymentsWebhook.Decode(body))) })));
        Assert.IsType<WebhookVerification.Rejected>(CloudPaymentsWebhook.Verify(Secret, Inbound(body, new() { ["content-hmac"] = Convert.ToBase64String(Sign(body)), ["x-content-hmac"] = "" })));
    }

    [Theory]
    [InlineData(Pay, "pay")]
    [InlineData(PayJson, "pay")]
    [InlineData(Pay, "confirm")]
    public void Payment_says_number_money_and_mode(string body, string kind)
    {
        var says = Assert.IsType<WebhookReading.PaymentSays>(Parse(body, kind));

        Assert.Equal((ObservedFact.Succeeded, new Money(50_000, "KZT"), "1701609", "1701609"), (says.Status.Fact, says.Status.Received, says.Status.ReceiptReference, says.Status.Reference2));
        Assert.Equal((Ours, "1701609", Mode.Test, kind), (says.OurReference, says.Reference, says.Mode, says.EventType));
        Assert.Null(says.Status.Reference);
    }

    [Fact]
    public void Live_notification_says_so() => Assert.Equal(Mode.Live, Parse(Pay.Replace("TestMode=1", "TestMode=0", StringComparison.Ordinal), "pay").Mode);

    [Fact]
    public void Authorised_amount_is_no_money_yet()
    {
        var says = Assert.IsType<WebhookReading.PaymentSays>(Parse(Pay.Replace("Completed", "Authorized", StringComparison.Ordinal), "pay"));

        Assert.Equal((ObservedFact.Pending, null, null), (says.Status.Fact, says.Status.Received, says.Status.Reference2));
    }

    [Theory]
    [InlineData("Amount=500.00&", "")]
    [InlineData("500.00&Currency", "500,00&Currency")]
    [InlineData("500.00&Currency", "500.005&Currency")]
    [InlineData("Currency=KZT&PaymentAmount", "Currency=kzt&PaymentAmount")]
    [InlineData("&Status=Completed", "")]
    public void Payment_that_does_not_say_how_much_makes_us_ask(string part, string other) =>
        Assert.IsType<WebhookReading.AskProvider>(Parse(Pay.Replace(part, other, StringComparison.Ordinal), "pay"));

    [Fact]
    public void Unknown_word_changes_nothing() =>
        Assert.Equal(ObservedFact.Unrecognised, Assert.IsType<WebhookReading.PaymentSays>(Parse(Pay.Replace("Completed", "Teleported", StringComparison.Ordinal), "pay")).Status.Fact);

    [Fact]
    public void Declined_try_ends_nothing()
    {
        var says = Assert.IsType<WebhookReading.PaymentSays>(Parse(Fail, "fail"));

        Assert.Equal((ObservedFact.Pending, "Declined", "InsufficientFunds", "5051"), (says.Status.Fact, says.Status.StatusWord, says.Status.ErrorMessage, says.Status.ProviderErrorCode));
        Assert.Null(says.Status.Reference2);
    }

    [Fact]
    public void Refund_names_the_payment_and_itself()
    {
        var says = Assert.IsType<WebhookReading.RefundSays>(Parse(Refund, "refund"));

        Assert.Equal(("568", RefundStatus.Succeeded, 6598L, "1701609", Ours), (says.RefundReference, says.Status, says.Amount?.Minor, says.Reference, says.OurReference));
    }

    [Fact]
    public void Signature_does_not_cover_the_kind_so_no_kind_turns_a_payment_into_a_cancellation_or_a_refund()
    {
        Assert.IsType<WebhookReading.AskProvider>(Parse(Pay, "cancel"));
        Assert.IsType<WebhookReading.Unreadable>(Parse(Pay, "refund"));
        Assert.IsType<WebhookReading.AskProvider>(Parse(Fail, "pay"));
        Assert.Equal(ObservedFact.Pending, Assert.IsType<WebhookReading.PaymentSays>(Parse(Pay, "fail")).Status.Fact);
    }

    [Fact]
    public void Payout_is_irrelevant() =>
        Assert.IsType<WebhookReading.Irrelevant>(Parse(Pay.Replace("OperationType=Payment", "OperationType=CardPayout", StringComparison.Ordinal), "pay"));

    [Fact]
    public void Check_is_read_with_its_amount_and_not_without()
    {
        var question = CloudPaymentsWebhook.ReadCheck(Inbound(Encoding.UTF8.GetBytes(Pay), [], "check"));

        Assert.Equal((Ours, new Money(50_000, "KZT"), Mode.Test), (question?.OurReference, question?.Amount, question?.Mode));
        Assert.Null(CloudPaymentsWebhook.ReadCheck(Inbound(Encoding.UTF8.GetBytes(Pay.Replace("&Amount=500.00", "", StringComparison.Ordinal)), [], "check")));
        Assert.Null(CloudPaymentsWebhook.ReadCheck(Inbound("nonsense"u8.ToArray(), [], "check")));
    }

    [Fact]
    public void Same_notification_has_the_same_key_and_another_one_another()
    {
        Assert.Equal(Parse(Pay, "pay").DedupeKey, Parse(Pay + "&Rrn=1", "pay").DedupeKey);
        string[] keys = [Parse(Pay, "pay").DedupeKey, Parse(Pay, "confirm").DedupeKey, Parse(Fail, "fail").DedupeKey, Parse(Pay.Replace("1701609", "1701611", StringComparison.Ordinal), "pay").DedupeKey, Parse(Pay.Replace("Completed", "Authorized", StringComparison.Ordinal), "pay").DedupeKey];
        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("=1")]
    [InlineData("TransactionId=1&transactionid=2")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"TransactionId":1,"TransactionId":2}""")]
    [InlineData("""{"TransactionId":"\ud800"}""")]
    [InlineData("TransactionId=-1&Status=Completed")]
    [InlineData("TransactionId=1e3&Status=Completed")]
    [InlineData("InvoiceId=1")]
    public void Nonsense_is_unreadable(string body) => Assert.IsType<WebhookReading.Unreadable>(Parse(body, "pay"));

    [Fact]
    public void Parser_never_throws()
    {
        string[] bodies = [Pay, PayJson, Fail, Refund];
        string?[] kinds = ["pay", "fail", "confirm", "refund", "cancel", "check", null, "other"];
        var chance = new Random(3);
        for (var round = 0; round < 10_000; round++)
        {
            var bytes = Encoding.UTF8.GetBytes(bodies[round % bodies.Length]);
            for (var flips = chance.Next(1, 8); flips > 0; flips--)
                bytes[chance.Next(bytes.Length)] = (byte)chance.Next(256);
            var inbound = Inbound(bytes, [], kinds[chance.Next(kinds.Length)]);
            Assert.NotNull(CloudPaymentsWebhook.Parse(inbound).DedupeKey);
            CloudPaymentsWebhook.ReadCheck(inbound);
        }
    }

    private static byte[] Sign(byte[] message) => HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), message);

    private static WebhookReading Parse(string body, string kind) => CloudPaymentsWebhook.Parse(Inbound(Encoding.UTF8.GetBytes(body), [], kind));

    private static InboundRequest Inbound(byte[] body, Dictionary<string, string> headers, string? kind = "pay", string query = "") =>
        new(body, headers, "/webhooks/cloudpayments/key/pay", query, kind, null, TestClock.DefaultStart);
}
