namespace PaymentAdmin.Core.Providers.Mpesa;

/// <summary>Kenyan numbers as Daraja takes them: <c>2547XXXXXXXX</c> or <c>2541XXXXXXXX</c>.</summary>
internal static class MpesaPhone
{
    /// <summary>From +254 712 345678, 0712345678, 0110 345 678, 712345678 and the like; null when it is no mobile number of Kenya.</summary>
    public static string? Normalise(string? phone)
    {
        if (phone is null)
            return null;
        var text = string.Concat(phone.Where(character => character is not (' ' or '(' or ')' or '-')));
        var isInternational = text.StartsWith('+');
        var digits = isInternational ? text[1..] : text;
        if (digits.Length == 0 || !digits.All(char.IsAsciiDigit))
            return null;
        var subscriber = digits.Length switch
        {
            12 when digits.StartsWith("254", StringComparison.Ordinal) => digits[3..],
            10 when digits[0] == '0' && !isInternational => digits[1..],
            9 when !isInternational => digits,
            _ => null,
        };
        return subscriber is ['7' or '1', ..] ? "254" + subscriber : null;
    }

    /// <summary>As Safaricom masks it: 2547 ***** 126. What is masked already, or hashed, stays out of the way.</summary>
    public static string? Mask(string? msisdn) => msisdn switch
    {
        null or "" => null,
        { Length: 12 } when msisdn.All(char.IsAsciiDigit) => $"{msisdn[..4]} ***** {msisdn[^3..]}",
        { Length: <= 20 } => msisdn,
        _ => null,
    };
}
