using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Core.Secrets;

/// <summary>The only forms in which secrets and personal data are ever shown.</summary>
public static class SecretMask
{
    public const char Ellipsis = '\u2026';

    /// <summary>First 8 characters of a device token (a UUID keeps 96 unknown bits), then an ellipsis.</summary>
    public static string? DeviceToken(string? token) => string.IsNullOrEmpty(token) ? null : token[..Math.Min(8, token.Length)] + Ellipsis;

    /// <summary>"+7 7•• ••• 41 09", "+27 8•• ••• 45 67", "0•• ••• 41 09": the country where it is written, the first digit after it, and the last four.</summary>
    public static string? Phone(string? phone)
    {
        if (Texts.PhoneDigits(phone) is not { } digits)
            return string.IsNullOrEmpty(phone) ? null : "•••";
        if (digits.Length < 9)
            return new string('•', digits.Length);
        var country = digits[0] == '0' ? 0 : CountryCodeLength(digits);
        return $"{(country == 0 ? "" : $"+{digits[..country]} ")}{digits[country]}•• ••• {digits[^4..^2]} {digits[^2..]}";
    }

    /// <summary>"a•••@example.kz".</summary>
    public static string? Email(string? email)
    {
        if (string.IsNullOrEmpty(email))
            return null;
        var at = email.IndexOf('@', StringComparison.Ordinal);
        return at < 1 ? "•••" : $"{email[0]}•••{email[at..]}";
    }

    /// <summary>By E.164: two zones of one digit, the codes of two digits, and three digits for everybody else.</summary>
    private static int CountryCodeLength(string digits) => digits switch
    {
        ['1' or '7', ..] => 1,
        ['2', '0' or '7', ..] => 2,
        ['3', not ('5' or '7' or '8'), ..] => 2,
        ['4', not '2', ..] => 2,
        ['5', not ('0' or '9'), ..] => 2,
        ['6', >= '0' and <= '6', ..] => 2,
        ['8', '1' or '2' or '4' or '6', ..] => 2,
        ['9', not ('6' or '7' or '9'), ..] => 2,
        _ => 3,
    };
}
