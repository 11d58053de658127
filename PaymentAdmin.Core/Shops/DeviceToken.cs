using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Secrets;

namespace PaymentAdmin.Core.Shops;

/// <summary>A device token: the UUID that Kaspi gave to one device of one organization. A secret; shown by its first 8 characters.</summary>
public static class DeviceToken
{
    private const int Length = 36;

    /// <summary>Null when the text is a UUID in its canonical form (8-4-4-4-12 hexadecimal digits); else what is wrong with it.</summary>
    public static string? Fault(string? token)
    {
        if (token is null)
            return null;
        if (IsMasked(token))
            return "is the masked form; send the whole token, or leave the member out to keep the stored one";
        return token.Length == Length && token.Select((character, place) => place is 8 or 13 or 18 or 23 ? character == '-' : char.IsAsciiHexDigit(character)).All(isRight => isRight)
            ? null
            : "must be a UUID, such as 00000000-0000-0000-0000-000000000000";
    }

    /// <summary>What a screen or an answer showed was sent back as if it were the token.</summary>
    public static bool IsMasked(string? token) => token is not null && token.EndsWith(SecretMask.Ellipsis);

    /// <summary>Tells whether two configs share a device; says nothing about the token.</summary>
    public static string Fingerprint(string token, Guid tenantId) => ApiKey.HashOf($"device_token|{tenantId}|{token.ToLowerInvariant()}");
}
