using System.Collections;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Components;
using QRCoder;

namespace PaymentAdmin.Web.Components.Shared;

public sealed partial class QrCode
{
    [Parameter, EditorRequired]
    public string Text { get; set; } = "";

    /// <summary>What a person who cannot see it is told.</summary>
    [Parameter, EditorRequired]
    public string Label { get; set; } = "";

    [Parameter]
    public int Pixels { get; set; } = 200;

    private int Size { get; set; }

    private string Path { get; set; } = "";

    protected override void OnParametersSet()
    {
        using var code = QRCodeGenerator.GenerateQrCode(Text, QRCodeGenerator.ECCLevel.M);
        Size = code.ModuleMatrix.Count;
        Path = Draw(code.ModuleMatrix);
    }

    /// <summary>One run of dark modules after the other, line by line.</summary>
    private static string Draw(List<BitArray> rows)
    {
        var path = new StringBuilder();
        for (var y = 0; y < rows.Count; y++)
        {
            for (var x = 0; x < rows[y].Length; x++)
            {
                var from = x;
                while (x < rows[y].Length && rows[y][x])
                    x++;
                if (x > from)
                    path.Append(CultureInfo.InvariantCulture, $"M{from} {y}h{x - from}v1h-{x - from}z");
            }
        }
        return path.ToString();
    }
}
