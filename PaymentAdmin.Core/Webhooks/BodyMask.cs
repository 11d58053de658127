using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using PaymentAdmin.Core.Secrets;

namespace PaymentAdmin.Core.Webhooks;

/// <summary>A stored body as it may be shown.</summary>
/// <param name="Raw">As it came, byte for byte but for the values that were removed.</param>
/// <param name="Laid">The same laid out for reading; equal to <paramref name="Raw"/> where it is no JSON and no form.</param>
/// <param name="Removed">How many values were removed.</param>
public sealed record MaskedBody(string Raw, string Laid, int Removed);

/// <summary>
/// Takes personal data and secrets out of a body before it goes to a page: what a browser is not sent cannot be read there. What is removed
/// leaves its kind and length between <see cref="Open"/> and <see cref="Close"/>. By name where the body has names, by shape everywhere.
/// </summary>
public static partial class BodyMask
{
    public const char Open = '\u27E6';
    public const char Close = '\u27E7';

    private const int DepthMax = 3;
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] SecretNames = ["token", "secret", "password", "passwd", "signature", "cvv", "cvc", "cryptogram", "apikey", "authorization", "credential", "passkey"];
    private static readonly string[] WholeSecretNames = ["pin", "pass", "sign", "otp"];
    private static readonly string[] PhoneNames = ["phone", "msisdn", "mobile"];
    private static readonly string[] PersonNames = ["firstname", "lastname", "middlename", "fullname", "surname", "payername", "customername", "cardholder", "holdername", "accountname"];
    private static readonly string[] AddressNames = ["ipaddress", "street", "addressline", "line1", "line2", "postalcode", "address"];
    private static readonly string[] CardNames = ["pan", "cardnumber", "cardno"];

    /// <param name="secrets">Our own secrets, removed wherever they occur.</param>
    public static MaskedBody Of(ReadOnlySpan<byte> body, IEnumerable<string> secrets)
    {
        var text = Encoding.UTF8.GetString(body);
        var count = 0;
        foreach (var secret in secrets.Where(secret => secret.Length >= 8 && text.Contains(secret, StringComparison.Ordinal)).Distinct(StringComparer.Ordinal))
        {
            text = text.Replace(secret, Removed($"secret, {secret.Length} characters"), StringComparison.Ordinal);
            count++;
        }
        var trimmed = text.AsSpan().TrimStart();
        if (trimmed is ['{' or '[', ..] && TryJson(text, depth: 0, ref count) is { } json)
            return new MaskedBody(json, Lay(json), count);
        if (LooksLikeForm(text))
        {
            var form = Form(text, ref count);
            return new MaskedBody(string.Join('&', form), string.Join('\n', form), count);
        }
        var plain = Shapes(text, ref count);
        return new MaskedBody(plain, plain, count);
    }

    private static string Lay(string json)
    {
        using var parsed = JsonDocument.Parse(json);
        return JsonSerializer.Serialize(parsed.RootElement, Readable);
    }

    /// <summary>Copies token by token, so that spacing, order and repeated members stay what they were. Null when it is no JSON.</summary>
    private static string? TryJson(string text, int depth, ref int count)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var output = new ArrayBufferWriter<byte>(bytes.Length + 64);
        var names = new Stack<(string? Own, string? Said)>();
        string? name = null;
        string? said = null;
        var copied = 0;
        try
        {
            var reader = new Utf8JsonReader(bytes);
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        names.Push((name, said));
                        said = reader.TokenType == JsonTokenType.StartObject ? null : said;
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        (name, said) = names.Pop();
                        break;
                    case JsonTokenType.PropertyName:
                        name = reader.GetString();
                        break;
                    case JsonTokenType.String or JsonTokenType.Number:
                        var value = reader.TokenType == JsonTokenType.String ? reader.GetString() ?? "" : Encoding.UTF8.GetString(reader.ValueSpan);
                        // {"Name": "PhoneNumber", "Value": 2547…}: the value's name stands beside it.
                        var named = name is not null && Plain(name) == "value" && said is not null ? said : name;
                        if (name is not null && Plain(name) is "name" or "key")
                            said = value;
                        var masked = Masked(named, value, reader.TokenType == JsonTokenType.String, depth, ref count);
                        if (masked is null)
                            break;
                        output.Write(bytes.AsSpan(copied, (int)reader.TokenStartIndex - copied));
                        output.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(masked, Readable)));
                        copied = (int)reader.BytesConsumed;
                        break;
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // No JSON, or text in it that is none: the caller takes it for plain text.
            return null;
        }
        output.Write(bytes.AsSpan(copied));
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static bool LooksLikeForm(string text) => text.Length > 2 && text.Contains('=', StringComparison.Ordinal) && !text.AsSpan().ContainsAny(" \r\n<{") && text.Split('&').All(part => part.Contains('=', StringComparison.Ordinal));

    private static List<string> Form(string text, ref int count)
    {
        var parts = new List<string>();
        foreach (var part in text.Split('&'))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            var value = Uri.UnescapeDataString(part[(at + 1)..].Replace('+', ' '));
            parts.Add($"{part[..at]}={Masked(Uri.UnescapeDataString(part[..at]), value, isText: true, depth: 0, ref count) ?? value}");
        }
        return parts;
    }

    /// <summary>What stands there instead; null when the value may be shown.</summary>
    private static string? Masked(string? name, string value, bool isText, int depth, ref int count)
    {
        if (value.Length == 0 || value.Contains(Open, StringComparison.Ordinal))
            return null;
        if (isText && depth < DepthMax && value.AsSpan().TrimStart() is ['{' or '[', ..])
        {
            var before = count;
            if (TryJson(value, depth + 1, ref count) is { } inner)
                return count == before ? null : inner;
        }
        if (name is not null && ByName(Plain(name), value) is { } byName)
        {
            count++;
            return Removed(byName);
        }
        var seen = count;
        var shaped = isText ? Shapes(value, ref count) : IsCard(value) ? Counted(Removed(Card(value)), ref count) : value;
        return seen == count ? null : shaped;
    }

    private static string? ByName(string name, string value)
    {
        if (Array.Exists(SecretNames, name.Contains) || Array.IndexOf(WholeSecretNames, name) >= 0)
            return $"secret, {value.Length} characters";
        if (name.Contains("mail", StringComparison.Ordinal))
            return $"e-mail {SecretMask.Email(value)}";
        if (Array.Exists(PhoneNames, name.Contains))
            return $"phone {SecretMask.Phone(value)}";
        if (Array.IndexOf(CardNames, name) >= 0)
            return Card(value);
        if (Array.Exists(PersonNames, name.Contains))
            return $"name, {value.Length} characters";
        return name == "ip" || Array.Exists(AddressNames, name.Contains) ? $"address, {value.Length} characters" : null;
    }

    private static string Shapes(string text, ref int count)
    {
        var found = 0;
        text = Jwt().Replace(text, match => Note(ref found, $"token, {match.Length} characters"));
        text = Email().Replace(text, match => Note(ref found, $"e-mail {SecretMask.Email(match.Value)}"));
        text = Digits().Replace(text, match => IsCard(match.Value) ? Note(ref found, Card(match.Value)) : match.Value);
        count += found;
        return text;

        static string Note(ref int number, string what)
        {
            number++;
            return Removed(what);
        }
    }

    private static string Counted(string text, ref int count)
    {
        count++;
        return text;
    }

    private static string Card(string value)
    {
        var digits = string.Concat(value.Where(char.IsAsciiDigit));
        return digits.Length >= 4 ? $"card •• {digits[^4..]}" : "card";
    }

    /// <summary>13 to 19 digits of a card network whose last one checks the others (Luhn).</summary>
    private static bool IsCard(string digits)
    {
        if (digits.Length is < 13 or > 19 || digits[0] is < '3' or > '6' || !digits.All(char.IsAsciiDigit))
            return false;
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[^(i + 1)] - '0';
            sum += i % 2 == 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
        }
        return sum % 10 == 0;
    }

    private static string Plain(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();

    private static string Removed(string what) => Open + what + Close;

    [GeneratedRegex(@"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*", RegexOptions.None, matchTimeoutMilliseconds: 200)]
    private static partial Regex Jwt();

    [GeneratedRegex(@"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,4}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 200)]
    private static partial Regex Email();

    [GeneratedRegex(@"(?<!\d)\d{13,19}(?!\d)", RegexOptions.None, matchTimeoutMilliseconds: 200)]
    private static partial Regex Digits();
}
