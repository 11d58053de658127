using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace PaymentAdmin.Core.Audit;

/// <summary>How before and after are written. Callers mask secrets first.</summary>
public static class AuditJson
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    public static string Of<T>(T value) => JsonSerializer.Serialize(value, Options);
}
