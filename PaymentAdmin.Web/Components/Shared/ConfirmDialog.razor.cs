using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Payments;
using Radzen;

namespace PaymentAdmin.Web.Components.Shared;

/// <summary>What a question is about: amount, currency, BIN, payer and mode are repeated before money or configuration moves.</summary>
public sealed record ConfirmSubject
{
    public long? AmountMinor { get; init; }
    public string? Currency { get; init; }
    public string? Bin { get; init; }
    public string? Payer { get; init; }
    public Mode? Mode { get; init; }
    public IReadOnlyList<(string Term, string? Value)> More { get; init; } = [];
}

/// <summary>
/// Asks once. The last button carries the verb and the amount, is dead while it works, and the dialog closes with true when the act
/// has returned null; a text it returns is the reason why nothing was done, and stays on screen.
/// </summary>
public sealed partial class ConfirmDialog
{
    private string? typed;
    private string? problem;
    private bool isRunning;

    [Parameter, EditorRequired]
    public ConfirmSubject Subject { get; set; } = new();

    /// <summary>"Refund 5 000.00 KZT"</summary>
    [Parameter, EditorRequired]
    public string Verb { get; set; } = "";

    [Parameter, EditorRequired]
    public Func<Task<string?>> Act { get; set; } = () => Task.FromResult<string?>(null);

    [Parameter]
    public string? Question { get; set; }

    /// <summary>A word that must be typed first: for live credentials and going live only.</summary>
    [Parameter]
    public string? TypeToConfirm { get; set; }

    [Parameter]
    public bool IsDanger { get; set; }

    [Parameter]
    public string? TestId { get; set; }

    [Parameter]
    public RenderFragment? ChildContent { get; set; }

    [Inject]
    private DialogService Dialogs { get; set; } = null!;

    private bool CanRun => !isRunning && (TypeToConfirm is null || typed?.Trim() == TypeToConfirm);

    private async Task RunAsync()
    {
        if (!CanRun)
            return;
        isRunning = true;
        problem = null;
        StateHasChanged();
        try
        {
            problem = await Act();
        }
        finally
        {
            isRunning = false;
        }
        if (problem is null)
            Dialogs.Close(true);
    }
}

public static class ConfirmDialogs
{
    /// <summary>Opens the question; true when the act was done.</summary>
    public static async Task<bool> ConfirmAsync(this DialogService dialogs, string title, ConfirmSubject subject, string verb, Func<Task<string?>> act, string? question = null, bool isDanger = false, string? typeToConfirm = null, string? testId = null)
    {
        var answer = await dialogs.OpenAsync<ConfirmDialog>(
            title,
            new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                [nameof(ConfirmDialog.Subject)] = subject,
                [nameof(ConfirmDialog.Verb)] = verb,
                [nameof(ConfirmDialog.Act)] = act,
                [nameof(ConfirmDialog.Question)] = question,
                [nameof(ConfirmDialog.IsDanger)] = isDanger,
                [nameof(ConfirmDialog.TypeToConfirm)] = typeToConfirm,
                [nameof(ConfirmDialog.TestId)] = testId,
            },
            new DialogOptions { Width = "480px", CloseDialogOnEsc = true, AutoFocusFirstElement = true });
        return answer is true;
    }
}
