using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PaymentAdmin.Core.Providers.Kaspi;

/// <summary>The proxy's envelope. What stands beside the verdicts has no fixed shape on failure, so it is read late.</summary>
internal sealed record KaspiEnvelope(bool? Status, [property: JsonPropertyName("http_code")] int? HttpCode, JsonElement Data, JsonElement Error, JsonElement Message);

/// <summary>Answer to create and status. <paramref name="Amount"/> (tenge) is not in the proxy's answers; Kaspi's own status call has it.</summary>
internal sealed record KaspiPayment([property: JsonConverter(typeof(KaspiIdConverter))] string? ExternalId, string? Status, decimal? Amount);

internal sealed record KaspiLink(string? PaymentLink, [property: JsonConverter(typeof(KaspiIdConverter))] string? PaymentId, string? ExpireDate);

internal sealed record KaspiReturn(
    [property: JsonConverter(typeof(KaspiIdConverter))] string? ExternalId,
    [property: JsonConverter(typeof(KaspiIdConverter))] string? ReturnOperationId,
    decimal? RefundedAmount);

/// <summary>What the imitation answers to a refund: there the operation's id is a JSON number.</summary>
internal sealed record KaspiSandboxReturn(string ExternalId, long ReturnOperationId, decimal RefundedAmount);

/// <summary>Kaspi's own error, as the proxy hands it on.</summary>
internal sealed record KaspiSandboxError([property: JsonPropertyName("StatusCode")] long StatusCode, [property: JsonPropertyName("Message")] string Message);

/// <summary>What the imitation remembers of a charge.</summary>
/// <param name="Device">Hash of the device token (<see cref="KaspiSandbox.DeviceOf"/>): the token itself is a secret of ours, and the books lie in our database.</param>
internal sealed record KaspiSandboxCharge(bool IsLink, bool IsOpened, string OrganizationBin, string Device);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    PropertyNameCaseInsensitive = true,
    NumberHandling = JsonNumberHandling.AllowReadingFromString,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(KaspiEnvelope))]
[JsonSerializable(typeof(KaspiPayment))]
[JsonSerializable(typeof(KaspiLink))]
[JsonSerializable(typeof(KaspiReturn))]
[JsonSerializable(typeof(KaspiSandboxReturn))]
[JsonSerializable(typeof(KaspiSandboxError))]
[JsonSerializable(typeof(KaspiSandboxCharge))]
[JsonSerializable(typeof(string))]
internal sealed partial class KaspiJson : JsonSerializerContext;

/// <summary>Ids are numbers at Kaspi and text at the proxy, and larger than 32 bits: both forms become text.</summary>
internal sealed class KaspiIdConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.Number when reader.TryGetInt64(out var number) => number.ToString(CultureInfo.InvariantCulture),
        _ => throw new JsonException("An id is text or a whole number."),
    };

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
