using System.Text;
using System.Text.Json;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Web.Endpoints;

namespace PaymentAdmin.Tests.Endpoints;

/// <summary>Bodies are refused by name: what is wrong with a member stands under that member, all of it at once.</summary>
public sealed class RequestBodyTests
{
    private const string Good = """{"order_reference":"A-1","amount_minor":150,"mode":"test","customer":{"email":"a@b.kz"},"metadata":{"k":"v"},"at":"2026-11-21T11:47:00+05:00"}""";

    [Fact]
    public void Good_body_is_read()
    {
        var body = Strict(Good).Value;

        Assert.Equal(("A-1", 150, Mode.Test, "a@b.kz", "v"), (body.OrderReference, body.AmountMinor, body.Mode, body.Customer?.Email, body.Metadata?["k"]));
        Assert.Equal(new DateTimeOffset(2026, 11, 21, 6, 47, 0, TimeSpan.Zero), body.At);
    }

    [Fact]
    public void Everything_that_is_wrong_with_members_is_named_at_once()
    {
        var problem = Strict("""{"amount_minor":1,"amount_minor":2,"colour":"red","customer":{"email":"a\u0000","name":"x","shoe":1},"metadata":{"k":"\ud800"}}""").Problem!;

        Assert.Equal(Codes.ValidationFailed, problem.Code);
        Assert.Equal(["amount_minor", "colour", "customer.email", "customer.shoe", "metadata.k", "mode", "order_reference"], problem.Errors!.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("\"amount_minor\":150", "\"amount_minor\":\"150\"", "amount_minor")]
    [InlineData("\"amount_minor\":150", "\"amount_minor\":150.5", "amount_minor")]
    [InlineData("\"amount_minor\":150", "\"amount_minor\":1e3", "amount_minor")]
    [InlineData("\"amount_minor\":150", "\"amount_minor\":99999999999999999999", "amount_minor")]
    [InlineData("\"amount_minor\":150", "\"amount_minor\":null", "amount_minor")]
    [InlineData("\"order_reference\":\"A-1\"", "\"order_reference\":null", "order_reference")]
    [InlineData("\"order_reference\":\"A-1\"", "\"order_reference\":7", "order_reference")]
    [InlineData("\"order_reference\":", "\"Order_Reference\":", "Order_Reference")]
    [InlineData("\"mode\":\"test\"", "\"mode\":\"TEST\"", "mode")]
    [InlineData("\"mode\":\"test\"", "\"mode\":1", "mode")]
    [InlineData("+05:00", "", "at")]
    [InlineData("\"customer\":{\"email\":\"a@b.kz\"}", "\"customer\":[]", "customer")]
    [InlineData("{\"k\":\"v\"}", "{\"k\":{}}", "metadata.k")]
    public void Wrong_member_is_named(string good, string wrong, string member)
    {
        var problem = Strict(Good.Replace(good, wrong, StringComparison.Ordinal)).Problem!;

        Assert.Equal(Codes.ValidationFailed, problem.Code);
        Assert.Contains(member, problem.Errors!.Keys);
        Assert.DoesNotContain("System.", string.Join(' ', problem.Errors.Values.SelectMany(texts => texts)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{'a':1}")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{\"a\":1} x")]
    [InlineData("// remark\n{}")]
    [InlineData("NaN")]
    public void What_is_no_json_is_called_so(string text) => Assert.Equal(Codes.InvalidJson, Strict(text).Problem!.Code);

    [Fact]
    public void Bytes_that_are_not_utf8_are_no_json() =>
        Assert.Equal(Codes.InvalidJson, RequestBody.Parse<Body>(new byte[] { (byte)'{', (byte)'"', 0xff, (byte)'"', (byte)':', (byte)'1', (byte)'}' }, Json.Api).Problem!.Code);

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("1")]
    public void What_is_no_object_is_refused(string text) => Assert.Equal(Codes.ValidationFailed, Strict(text).Problem!.Code);

    [Fact]
    public void Deep_nesting_is_refused() => Assert.Equal(Codes.InvalidJson, Strict(new string('[', 5000) + new string(']', 5000)).Problem!.Code);

    [Fact]
    public void Source_routes_ignore_what_they_do_not_know_and_refuse_repetitions()
    {
        var unknown = RequestBody.Parse<Body>(Encoding.UTF8.GetBytes(Good.Replace("{\"email\"", "{\"shoe\":1,\"email\"", StringComparison.Ordinal)), Json.Source);
        var repeated = RequestBody.Parse<Body>(Encoding.UTF8.GetBytes(Good.Replace("{\"order", "{\"amount_minor\":1,\"order", StringComparison.Ordinal)), Json.Source);

        Assert.True(unknown.IsOk);
        Assert.Contains("amount_minor", repeated.Problem!.Errors!.Keys);
    }

    [Fact]
    public void Answers_have_words_utc_times_with_milliseconds_and_nulls()
    {
        var body = new Body { OrderReference = "Ә-1", AmountMinor = 1, Mode = Mode.Live, At = new DateTimeOffset(2026, 11, 21, 11, 47, 0, TimeSpan.FromHours(5)) };

        Assert.Equal("""{"order_reference":"Ә-1","amount_minor":1,"mode":"live","customer":null,"metadata":null,"at":"2026-11-21T06:47:00.000Z"}""", JsonSerializer.Serialize(body, Json.Api));
    }

    [Theory]
    [InlineData("{\"order_reference\":")]
    [InlineData("\\u0000\\ud800\\udc00\ud83d")]
    public void Random_cuts_of_a_good_body_never_throw(string start)
    {
        for (var length = 0; length < Good.Length; length++)
            _ = Strict(start + Good[length..]);
    }

    private static Result<Body> Strict(string json) => RequestBody.Parse<Body>(Encoding.UTF8.GetBytes(json), Json.Api);

    private sealed record Body
    {
        public required string OrderReference { get; init; }
        public required long AmountMinor { get; init; }
        public required Mode Mode { get; init; }
        public Customer? Customer { get; init; }
        public Dictionary<string, string>? Metadata { get; init; }
        public DateTimeOffset? At { get; init; }
    }

    private sealed record Customer
    {
        public string? Email { get; init; }
        public string? Name { get; init; }
    }
}
