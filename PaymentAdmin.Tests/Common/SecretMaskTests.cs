using PaymentAdmin.Core.Secrets;

namespace PaymentAdmin.Tests.Common;

public sealed class SecretMaskTests
{
    [Theory]
    [InlineData("+77015214109", "+7 7•• ••• 41 09")]
    [InlineData("8 (701) 521-41-09", "+7 7•• ••• 41 09")]
    [InlineData("254712345678", "+254 7•• ••• 56 78")]
    [InlineData("+27 82 123 4567", "+27 8•• ••• 45 67")]
    [InlineData("+44 7700 900123", "+44 7•• ••• 01 23")]
    [InlineData("+12025550143", "+1 2•• ••• 01 43")]
    [InlineData("+234 803 123 4567", "+234 8•• ••• 45 67")]
    [InlineData("0712345678", "0•• ••• 56 78")]
    [InlineData("12345", "•••••")]
    [InlineData("call me", "•••")]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Phone_shows_country_first_digit_and_last_four(string? phone, string? shown) => Assert.Equal(shown, SecretMask.Phone(phone));

    [Theory]
    [InlineData("anna@example.kz", "a•••@example.kz")]
    [InlineData("@example.kz", "•••")]
    [InlineData("nobody", "•••")]
    [InlineData(null, null)]
    public void Email_shows_its_first_letter_and_domain(string? email, string? shown) => Assert.Equal(shown, SecretMask.Email(email));
}
