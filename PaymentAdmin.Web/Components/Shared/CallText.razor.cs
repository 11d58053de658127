using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Components;

namespace PaymentAdmin.Web.Components.Shared;

/// <summary>Text of a request or answer. Lines that are JSON are laid out; everything else stays as it was.</summary>
public sealed partial class CallText
{
    private const int LinesMax = 400;
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Parameter, EditorRequired]
    public string Title { get; set; } = "";

    [Parameter, EditorRequired]
    public string? Text { get; set; }

    private IEnumerable<string> Lines => (Text ?? "").Split('\n').SelectMany(line => Laid(line.TrimEnd('\r'))).Take(LinesMax);

    private static string[] Laid(string line)
    {
        if (line.Length < 2 || line[0] is not ('{' or '['))
            return [line];
        try
        {
            using var json = JsonDocument.Parse(line);
            return JsonSerializer.Serialize(json.RootElement, Readable).Split('\n');
        }
        catch (JsonException)
        {
            // Cut off, or never JSON: shown as it came.
            return [line];
        }
    }
}
