using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Webhooks;

namespace PaymentAdmin.Web.Components.Pages.Webhooks;

/// <summary>Two masked bodies as one, with what went and what came.</summary>
public sealed partial class BodyDiffText
{
    [Parameter, EditorRequired]
    public string Earlier { get; set; } = "";

    [Parameter, EditorRequired]
    public string Later { get; set; } = "";

    private static string CssOf(DiffKind kind) => kind switch { DiffKind.Added => "l add", DiffKind.Removed => "l bad", _ => "l" };

    private static string SignOf(DiffKind kind) => kind switch { DiffKind.Added => "+", DiffKind.Removed => "\u2212", _ => "" };
}
