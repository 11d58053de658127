namespace PaymentAdmin.Core.Providers.Kaspi;

/// <summary>Phone numbers as the proxy takes them: <c>7XXXXXXXXXX</c>.</summary>
internal static class KaspiPhone
{
    /// <summary>From +7 701 521-15-45, 8 (701) 521 15 45, 7015211545 and the like; null when it is no number of the +7 zone.</summary>
    public static string? Normalise(string? phone)
    {
        if (phone is null)
            return null;
        var text = string.Concat(phone.Where(character => character is not (' ' or '(' or ')' or '-')));
        var isInternational = text.StartsWith('+');
        var digits = isInternational ? text[1..] : text;
        if (!digits.All(char.IsAsciiDigit))
            return null;
        return (digits.Length, digits.FirstOrDefault()) switch
        {
            (11, '7') => digits,
            (11, '8') when !isInternational => "7" + digits[1..],
            (10, '7') when !isInternational => "7" + digits,
            _ => null,
        };
    }
}
