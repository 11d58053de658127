using System.Globalization;
using Microsoft.AspNetCore.Components;

namespace PaymentAdmin.Web.Components.Shared;

/// <summary>A small row of bars beside a figure: how something went over time.</summary>
public sealed partial class Sparkline
{
    private const double Floor = 1;

    [Parameter, EditorRequired]
    public IReadOnlyList<(int All, int Bad)> Bars { get; set; } = [];

    [Parameter, EditorRequired]
    public string Label { get; set; } = "";

    private double HeightOf(int count)
    {
        var top = Bars.Max(bar => bar.All);
        return count == 0 ? Floor : Math.Max(3, 24.0 * count / top);
    }

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
