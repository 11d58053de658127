using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Shared;
using Radzen;

namespace PaymentAdmin.Web.Components.Pages.Payments;

/// <summary>A payment's refunds and disputes. A refund that no program can settle is settled here by a person who has looked.</summary>
public sealed partial class PaymentRefunds
{
    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private RefundPayment Refunds { get; set; } = null!;

    [Inject]
    private ProviderRegistry Providers { get; set; } = null!;

    [Inject]
    private DialogService Dialogs { get; set; } = null!;

    [Parameter, EditorRequired]
    public PaymentDetail Detail { get; set; } = null!;

    [Parameter]
    public EventCallback OnSettled { get; set; }

    private bool WaitsForPerson(Refund refund) => Frame?.IsAllowed(Permissions.PaymentsReview) == true
        && refund is { Status: RefundStatus.Unknown } or { Status: RefundStatus.Pending, ActionRequired: RefundAction.Manual };

    private static string? TextOf(Refund refund) => refund.ActionRequired switch
    {
        RefundAction.Approval => "Needs consent",
        RefundAction.Manual => "Pay back by hand",
        _ => null,
    };

    private async Task SettleAsync(Refund refund, bool isPaidBack)
    {
        if (Frame is not { TenantId: { } tenantId })
            return;
        var amount = MoneyFormat.Text(refund.AmountMinor, refund.Currency);
        var name = Providers.NameOf(refund.Provider);
        Func<GivenReason, Task<string?>> act = async given =>
            (await Refunds.SettleByHandAsync(tenantId, refund.Id, isPaidBack, given.Reference, given.Reason, Frame.ToActor(), CancellationToken.None)).Problem is { } problem ? PaymentActions.TextOf(problem) : null;
        var settled = await Dialogs.OpenAsync<ReasonDialog>(
            isPaidBack ? $"{amount} was paid back" : $"{amount} was not paid back",
            new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                [nameof(ReasonDialog.Subject)] = new ConfirmSubject { AmountMinor = refund.AmountMinor, Currency = refund.Currency, Bin = refund.OrganizationBin, Mode = refund.Mode, More = [("Provider", name)] },
                [nameof(ReasonDialog.Verb)] = isPaidBack ? $"Book {amount} as paid back" : $"Free {amount} again",
                [nameof(ReasonDialog.Act)] = act,
                [nameof(ReasonDialog.Question)] = isPaidBack
                    ? $"You have seen at {name} that the money went back. Nothing is sent by this."
                    : $"You have seen at {name} that no money went back. The amount can be refunded again; if you are wrong, it can be paid back twice.",
                [nameof(ReasonDialog.ReferenceLabel)] = isPaidBack ? $"{name}’s reference of the refund, where it has one" : null,
                [nameof(ReasonDialog.IsReferenceOptional)] = true,
                [nameof(ReasonDialog.IsDanger)] = !isPaidBack,
            },
            PaymentActions.DialogLook());
        if (settled is true)
            await OnSettled.InvokeAsync();
    }
}
