using Microsoft.AspNetCore.Components;
using PaymentAdmin.Web.Components.Shared;
using Radzen;

namespace PaymentAdmin.Web.Components.Pages.Payments;

/// <summary>What was typed into a <see cref="ReasonDialog"/>.</summary>
public sealed record GivenReason(string Reference, string Reason);

/// <summary>A decision about money that a person answers for: it names its subject, asks why, and stays open when it was refused.</summary>
public sealed partial class ReasonDialog
{
    private string reference = "";
    private string reason = "";
    private string? referenceError;
    private string? reasonError;
    private string? problem;
    private bool isRunning;

    [Inject]
    private DialogService Dialogs { get; set; } = null!;

    [Parameter, EditorRequired]
    public ConfirmSubject Subject { get; set; } = new();

    [Parameter, EditorRequired]
    public string Verb { get; set; } = "";

    /// <summary>Null when it was done; else why not.</summary>
    [Parameter, EditorRequired]
    public Func<GivenReason, Task<string?>> Act { get; set; } = _ => Task.FromResult<string?>(null);

    [Parameter]
    public string? Question { get; set; }

    /// <summary>Asks for a reference too.</summary>
    [Parameter]
    public string? ReferenceLabel { get; set; }

    [Parameter]
    public string? ReferenceHint { get; set; }

    [Parameter]
    public bool IsReferenceOptional { get; set; }

    [Parameter]
    public bool IsDanger { get; set; }

    private async Task RunAsync()
    {
        referenceError = ReferenceLabel is not null && !IsReferenceOptional && string.IsNullOrWhiteSpace(reference) ? "It is required." : null;
        reasonError = string.IsNullOrWhiteSpace(reason) ? "Say why." : null;
        if (isRunning || referenceError is not null || reasonError is not null)
            return;
        isRunning = true;
        try
        {
            problem = await Act(new GivenReason(reference.Trim(), reason.Trim()));
        }
        finally
        {
            isRunning = false;
        }
        if (problem is null)
            Dialogs.Close(true);
    }
}
