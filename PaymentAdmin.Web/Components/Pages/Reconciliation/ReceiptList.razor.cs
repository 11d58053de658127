using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using Radzen;

namespace PaymentAdmin.Web.Components.Pages.Reconciliation;

public sealed partial class ReceiptList
{
    [Parameter, EditorRequired]
    public IReadOnlyList<UnallocatedReceipt> Rows { get; set; } = [];

    [Parameter, EditorRequired]
    public IReadOnlyList<Money> Totals { get; set; } = [];

    [Parameter, EditorRequired]
    public Mode Mode { get; set; }

    [Parameter]
    public EventCallback<UnallocatedReceipt> OnAllocate { get; set; }

    [Parameter]
    public EventCallback<UnallocatedReceipt> OnReturn { get; set; }

    [Inject]
    private ProviderRegistry Providers { get; set; } = null!;

    private static void NameRow(RowRenderEventArgs<UnallocatedReceipt> row) => row.Attributes["data-testid"] = "receipts-row";
}
