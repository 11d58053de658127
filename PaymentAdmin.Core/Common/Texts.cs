namespace PaymentAdmin.Core.Common;

/// <summary>Rules for text that comes from outside, the same on every way in.</summary>
public static class Texts
{
    /// <summary>Null when the text may be stored; else what is wrong. Both databases must be able to keep it: no control characters, no half surrogates.</summary>
    public static string? Fault(string? text, int max, bool isRequired = false)
    {
        if (string.IsNullOrWhiteSpace(text))
            return isRequired ? "is required" : null;
        if (text.Length > max)
            return $"has {text.Length} characters; {max} are allowed";
        if (text.Any(char.IsControl))
            return "has control characters";
        return HasHalfSurrogate(text) ? "is no valid text" : null;
    }

    /// <summary>"+7 701 521-15-45": a plus at most, then 9 to 20 digits, spaces, brackets, hyphens, 9 digits at least.</summary>
    public static bool IsPhone(string phone)
    {
        var body = phone.StartsWith('+') ? phone[1..] : phone;
        var digits = body.Count(char.IsAsciiDigit);
        return body.Length is >= 9 and <= 20 && digits is >= 9 and <= 15 && body.All(c => char.IsAsciiDigit(c) || c is ' ' or '(' or ')' or '-');
    }

    /// <summary>"+7 701 521-15-45", "8 (701) 521 15 45" and "7701 5211545" are one phone: 77015211545. Null when there are no digits.</summary>
    public static string? PhoneDigits(string? phone)
    {
        var digits = phone is null ? "" : string.Concat(phone.Where(char.IsAsciiDigit));
        if (digits.Length == 0)
            return null;
        // In Kazakhstan 8 is dialled where the world dials +7.
        return digits is ['8', _, _, _, _, _, _, _, _, _, _] && !phone!.StartsWith('+') ? "7" + digits[1..] : digits;
    }

    public static bool IsEmail(string email)
    {
        var at = email.IndexOf('@', StringComparison.Ordinal);
        return email.Length <= 254 && at > 0 && at == email.LastIndexOf('@') && at < email.Length - 3 && email.IndexOf('.', at) > at + 1 && !email.EndsWith('.') && !email.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '<' or '>' or ',' or ';');
    }

    private static bool HasHalfSurrogate(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
                return true;
            i++;
        }
        return false;
    }
}
