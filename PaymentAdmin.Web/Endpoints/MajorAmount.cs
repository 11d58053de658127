using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>
/// An amount as source systems send it: a JSON number or string <c>[0-9]{1,10}(\.[0-9]{1,2})?</c> in major units, more than zero.
/// </summary>
/// <param name="Minor">The same in minor units of a currency with two decimals.</param>
[JsonConverter(typeof(MajorAmountJson))]
public readonly record struct MajorAmount(long Minor)
{
    private const int WholeDigitsMax = 10;

    /// <summary>Reads the text digit by digit: no number type stands between the caller's amount and ours.</summary>
    public static bool TryParse(string? text, out MajorAmount amount)
    {
        amount = default;
        if (text is null)
            return false;
        var parts = text.Split('.');
        if (parts.Length > 2 || !IsDigits(parts[0], WholeDigitsMax) || (parts.Length == 2 && !IsDigits(parts[1], 2)))
            return false;
        var minor = 0L;
        foreach (var digit in parts[0] + (parts.Length == 2 ? parts[1].PadRight(2, '0') : "00"))
            minor = minor * 10 + (digit - '0');
        amount = new MajorAmount(minor);
        return minor > 0;
    }

    private static bool IsDigits(string text, int max) => text.Length >= 1 && text.Length <= max && text.All(char.IsAsciiDigit);
}

/// <summary>Takes the token as it was written: 1e3 is no amount here, although it is a JSON number.</summary>
public sealed class MajorAmountJson : JsonConverter<MajorAmount>
{
    public override MajorAmount Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType switch
        {
            JsonTokenType.Number => Encoding.ASCII.GetString(reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan),
            JsonTokenType.String => reader.GetString(),
            _ => null,
        };
        return MajorAmount.TryParse(text, out var amount)
            ? amount
            : throw new JsonException("must be an amount of more than zero with at most ten digits and two decimals, such as 10000 or \"10000.50\"");
    }

    public override void Write(Utf8JsonWriter writer, MajorAmount value, JsonSerializerOptions options) => throw new NotSupportedException("Amounts are only read here.");
}
