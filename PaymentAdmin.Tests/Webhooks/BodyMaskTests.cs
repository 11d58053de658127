using System.Text;
using PaymentAdmin.Core.Webhooks;

namespace PaymentAdmin.Tests.Webhooks;

public sealed class BodyMaskTests
{
    [Theory]
    [InlineData("""{"email":"aida@example.kz"}""", "aida@")]
    [InlineData("""{"customer":{"phone":"+7 701 521 41 09"}}""", "521 41")]
    [InlineData("""{"a":[{"Name":"PhoneNumber","Value":254708374149}]}""", "254708374149")]
    [InlineData("""{"card":{"pan":"4242424242424242"}}""", "42424242424242")]
    [InlineData("""{"note":"paid with 4242424242424242 today"}""", "4242424242424242")]
    [InlineData("""{"number":4242424242424242}""", "4242424242424242")]
    [InlineData("""{"access_token":"abcdefgh12345678"}""", "abcdefgh")]
    [InlineData("""{"text":"write to aida@example.kz"}""", "aida@")]
    [InlineData("""{"data":"{\"email\":\"aida@example.kz\"}"}""", "aida@")]
    [InlineData("""{"jwt":"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"}""", "eyJzdWIi")]
    [InlineData("Email=aida%40example.kz&Amount=10", "aida")]
    [InlineData("CardNumber=4242424242424242&Amount=10", "424242424242")]
    [InlineData("<xml>aida@example.kz</xml>", "aida@")]
    [InlineData("""{"first_name":"Aida","ip_address":"203.0.113.7"}""", "203.0.113.7")]
    public void Personal_value_is_gone_from_both_views(string body, string secret)
    {
        var masked = BodyMask.Of(Encoding.UTF8.GetBytes(body), []);

        Assert.DoesNotContain(secret, masked.Raw, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, masked.Laid, StringComparison.Ordinal);
        Assert.True(masked.Removed > 0);
    }

    [Theory]
    [InlineData("""{"id":"pi_3OaBcD","amount":500000,"created":1764000000,"name":"Order 5"}""")]
    [InlineData("""{ "TransactionDate" : 20191219102115, "ref":"0199a4d0-02b9-7c11-9e4a-71c50f83aa20" }""")]
    [InlineData("TransactionId=504&Amount=10.00&Currency=RUB")]
    [InlineData("no structure at all")]
    [InlineData("")]
    public void What_is_not_personal_stays_as_it_came(string body)
    {
        var masked = BodyMask.Of(Encoding.UTF8.GetBytes(body), []);

        Assert.Equal(body, masked.Raw);
        Assert.Equal(0, masked.Removed);
    }

    [Fact]
    public void Our_own_secret_is_removed_wherever_it_stands()
    {
        var masked = BodyMask.Of("""{"echo":"x-our-own-secret-x"}"""u8, ["our-own-secret"]);

        Assert.DoesNotContain("our-own-secret", masked.Raw, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_removed_says_what_it_was()
    {
        var masked = BodyMask.Of("""{"email":"aida@example.kz","pan":"4242424242424242","token":"0123456789"}"""u8, []);

        Assert.Contains("\u27E6e-mail a•••@example.kz\u27E7", masked.Raw, StringComparison.Ordinal);
        Assert.Contains("\u27E6card •• 4242\u27E7", masked.Raw, StringComparison.Ordinal);
        Assert.Contains("\u27E6secret, 10 characters\u27E7", masked.Raw, StringComparison.Ordinal);
        Assert.Equal(3, masked.Removed);
        Assert.Contains("\n  \"email\": ", masked.Laid, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_nothing_never_throw()
    {
        var random = new Random(7);
        for (var i = 0; i < 500; i++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            if (bytes.Length > 0 && i % 2 == 0)
                bytes[0] = (byte)'{';
            BodyMask.Of(bytes, []);
        }
    }
}
