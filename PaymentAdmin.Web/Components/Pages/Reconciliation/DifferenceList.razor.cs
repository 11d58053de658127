using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Settlement;
using PaymentAdmin.Web.Components.Shared;
using Radzen;

namespace PaymentAdmin.Web.Components.Pages.Reconciliation;

public sealed partial class DifferenceList
{
    [Parameter, EditorRequired]
    public IReadOnlyList<ComparedAccount> Accounts { get; set; } = [];

    [Parameter, EditorRequired]
    public IReadOnlyList<BookDifference> Rows { get; set; } = [];

    /// <summary>Accounts that are being compared at this moment.</summary>
    [Parameter, EditorRequired]
    public IReadOnlySet<Guid> Running { get; set; } = new HashSet<Guid>();

    /// <summary>The account, and how many days ago the day is.</summary>
    [Parameter]
    public EventCallback<(ComparedAccount Account, int DaysAgo)> OnCompare { get; set; }

    [Parameter]
    public EventCallback<BookDifference> OnExplain { get; set; }

    [Parameter]
    public EventCallback<BookDifference> OnVerify { get; set; }

    [Inject]
    private ProviderRegistry Providers { get; set; } = null!;

    private static ChipLook LookOf(BookComparison comparison) => comparison.State switch
    {
        ComparisonState.Running => new(Tone.Blue, "schedule", "Comparing"),
        ComparisonState.Failed => new(Tone.Amber, "help", "List did not come"),
        _ when comparison.Differences == 0 => new(Tone.Green, "check_circle", "Agrees"),
        _ => new(Tone.Red, "difference", comparison.Differences == 1 ? "1 differs" : $"{comparison.Differences} differ"),
    };

    private static string WordOf(DifferenceKind kind) => kind switch
    {
        DifferenceKind.MissingHere => "Missing here",
        DifferenceKind.MissingThere => "Missing there",
        _ => "Differs",
    };

    /// <summary>"5 000.00 KZT", and what was refunded of it; a dash when that side knows nothing.</summary>
    private static string Money(long? minor, long? refundedMinor, string currency) => minor switch
    {
        null => "–",
        { } some when refundedMinor is > 0 and { } refunded => $"{MoneyFormat.Text(some, currency)}, {MoneyFormat.Text(refunded, currency)} refunded",
        { } some => MoneyFormat.Text(some, currency),
    };

    private static void NameRow(RowRenderEventArgs<BookDifference> row) => row.Attributes["data-testid"] = "differences-row";
}
