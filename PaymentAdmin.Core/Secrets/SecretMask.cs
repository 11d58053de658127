namespace PaymentAdmin.Core.Secrets;

/// <summary>The only forms in which secrets and personal data are ever shown.</summary>
public static class SecretMask
{
    public const char Ellipsis = '\u2026';

    /// <summary>First 8 characters of a device token (a UUID keeps 96 unknown bits), then an ellipsis.</summary>
    public static string? DeviceToken(string? token) => string.IsNullOrEmpty(token) ? null : token[..Math.Min(8, token.Length)] + Ellipsis;

    /// <summary>"+7 7•• ••• 41 09": country and first digit, and the last four.</summary>
    public static string? Phone(string? phone)
    {
        if (string.IsNullOrEmpty(phone))
            return null;
        var digits = new string([.. phone.Where(char.IsAsciiDigit)]);
        return digits.Length < 10 ? new string('•', digits.Length) : $"+{digits[..^10]}{(digits.Length > 10 ? " " : "")}{digits[^10]}•• ••• {digits[^4..^2]} {digits[^2..]}";
    }

    /// <summary>"a•••@example.kz".</summary>
    public static string? Email(string? email)
    {
        if (string.IsNullOrEmpty(email))
            return null;
        var at = email.IndexOf('@', StringComparison.Ordinal);
        return at < 1 ? "•••" : $"{email[0]}•••{email[at..]}";
    }
}
