using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.Extensions;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Web.Components.Pages.Payer;

public sealed partial class PayerFrame
{
    /// <summary>The luminance at which #111111 and white text are equally easy to read.</summary>
    private const decimal LightFrom = 0.191m;

    [Parameter, EditorRequired]
    public PayerTexts Texts { get; set; } = PayerTexts.All[0];

    [Parameter, EditorRequired]
    public string Title { get; set; } = "";

    [Parameter]
    public Mode Mode { get; set; }

    /// <summary>#rrggbb of the shop.</summary>
    [Parameter]
    public string? BrandColor { get; set; }

    /// <summary>What a browser without script does by itself.</summary>
    [Parameter]
    public string? Refresh { get; set; }

    [Parameter]
    public RenderFragment? ChildContent { get; set; }

    [CascadingParameter]
    private HttpContext Http { get; set; } = null!;

    private bool IsTest => Mode == Mode.Test;

    /// <summary>The shop's color behind buttons and mark, with the text color that can be read on it.</summary>
    private string? Looks => BrandColor is { } color && SetTenantValidator.IsColor(color)
        ? $"--pa-accent-fill:{color};--pa-accent-fill-hover:color-mix(in srgb,{color} 88%,black);--pa-on-fill:{(IsLight(color) ? "#111111" : "#ffffff")};--payer-mark:{color};--payer-on-mark:{(IsLight(color) ? "#111111" : "#ffffff")}"
        : null;

    private static bool IsLight(string color) =>
        0.2126m * Linear(color, 1) + 0.7152m * Linear(color, 3) + 0.0722m * Linear(color, 5) > LightFrom;

    private static decimal Linear(string color, int at)
    {
        var part = int.Parse(color.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255m;
        return part <= 0.04045m ? part / 12.92m : (decimal)Math.Pow((double)((part + 0.055m) / 1.055m), 2.4);
    }

    private string Here(PayerTexts other)
    {
        var query = Http.Request.Query.Where(pair => pair.Key is not (PayerTexts.Parameter or "error")).SelectMany(pair => pair.Value.Select(value => KeyValuePair.Create(pair.Key, value ?? "")));
        return Http.Request.Path + new QueryBuilder(query) { { PayerTexts.Parameter, other.Language } }.ToQueryString().ToString();
    }
}
