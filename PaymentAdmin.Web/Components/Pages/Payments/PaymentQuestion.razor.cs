using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Secrets;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Shared;
using Radzen;

namespace PaymentAdmin.Web.Components.Pages.Payments;

/// <summary>What a payment waits for a person with, whether money has moved, and the answers that can be given.</summary>
public sealed partial class PaymentQuestion
{
    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private SettlePayment Settle { get; set; } = null!;

    [Inject]
    private DialogService Dialogs { get; set; } = null!;

    [Parameter, EditorRequired]
    public PaymentDetail Detail { get; set; } = null!;

    [Parameter]
    public EventCallback OnDecided { get; set; }

    private IReadOnlyList<PaymentDecisionChoice> Choices => PaymentDecisionChoice.For(Detail, Frame);

    private async Task DecideAsync(PaymentDecisionChoice choice)
    {
        if (Frame is not { TenantId: { } tenantId })
            return;
        var payment = Detail.Payment;
        var subject = new ConfirmSubject
        {
            AmountMinor = payment.ReceivedMinor,
            Currency = payment.Currency,
            Bin = Detail.Bin.Bin,
            Payer = SecretMask.Phone(Detail.Shown?.PayerPhone ?? payment.CustomerPhone) ?? SecretMask.Email(payment.CustomerEmail),
            Mode = payment.Mode,
            More = [("Expected", Core.MoneyFormat.Text(payment.AmountMinor, payment.Currency))],
        };
        Func<GivenReason, Task<string?>> act = async given =>
        {
            var problem = (await Settle.DecideAsync(tenantId, payment.Id, choice.Fact, given.Reason, Frame.ToActor(), CancellationToken.None)).Problem;
            return problem is null || problem.IsWaiting() ? null : PaymentActions.TextOf(problem);
        };
        var decided = await Dialogs.OpenAsync<ReasonDialog>(
            $"{choice.Verb}: {payment.OrderReference}",
            new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                [nameof(ReasonDialog.Subject)] = subject,
                [nameof(ReasonDialog.Verb)] = choice.Verb,
                [nameof(ReasonDialog.Act)] = act,
                [nameof(ReasonDialog.Question)] = choice.Meaning,
                [nameof(ReasonDialog.IsDanger)] = choice.IsDanger,
            },
            PaymentActions.DialogLook());
        if (decided is true)
            await OnDecided.InvokeAsync();
    }
}
