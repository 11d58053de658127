using PaymentAdmin.Core;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Shared;

namespace PaymentAdmin.Web.Components.Pages.Payments;

public enum PaymentActionKind
{
    Ask,
    Cancel,
    Attach,
    Proof,
    Refund,
}

/// <summary>Something that this user can do to this payment, or could but for <paramref name="Reason"/>.</summary>
public sealed record PaymentAction(PaymentActionKind Kind, string Text, string Icon, string? Reason)
{
    /// <summary>What is not the user's to do is left out; what is not possible now says why.</summary>
    public static IReadOnlyList<PaymentAction> For(PaymentDetail detail, PortalFrame frame, ProviderRegistry providers)
    {
        var actions = new List<PaymentAction>();
        if (frame.IsAllowed(Permissions.PaymentsWrite) && detail.Shown is { } shown)
            actions.Add(new(PaymentActionKind.Ask, $"Ask {providers.NameOf(shown.Provider)} now", "sync", WhyNotAsk(detail, providers)));
        if (frame.IsAllowed(Permissions.PaymentsReview) && ToAttach(detail) is not null)
            actions.Add(new(PaymentActionKind.Attach, "Attach reference…", "link", null));
        if (frame.IsAllowed(Permissions.ProofsReview) && TakesProof(detail, providers))
            actions.Add(new(PaymentActionKind.Proof, "Add proof…", "upload_file", null));
        if (frame.IsAllowed(Permissions.PaymentsWrite) && !detail.Payment.IsFinal)
            actions.Add(new(PaymentActionKind.Cancel, "Cancel…", "block", WhyNotCancel(detail)));
        if (frame.IsAllowed(Permissions.RefundsRequest))
            actions.Add(new(PaymentActionKind.Refund, "Refund…", "undo", WhyNotRefund(detail)));
        return actions;
    }

    /// <summary>The attempt whose reference at the provider nobody knows.</summary>
    public static PaymentAttempt? ToAttach(PaymentDetail detail) => detail.Attempts.FirstOrDefault(attempt => attempt is { Status: AttemptStatus.Unknown, ProviderReference: null });

    /// <summary>Whoever pays here can only be believed by a person who looks: nobody else is asked.</summary>
    private static bool TakesProof(PaymentDetail detail, ProviderRegistry providers) =>
        detail.Payment.Status is PaymentStatus.Created or PaymentStatus.Pending or PaymentStatus.InReview
        && detail.Shown is { } shown && providers.TryFind(shown.Provider, out var provider) && provider is not IQueriesStatus;

    private static string? WhyNotAsk(PaymentDetail detail, ProviderRegistry providers)
    {
        var shown = detail.Shown!;
        if (!providers.TryFind(shown.Provider, out var provider) || provider is not IQueriesStatus)
            return $"{providers.NameOf(shown.Provider)} cannot be asked about payments.";
        return detail.Attempts.Any(attempt => attempt.Status != AttemptStatus.Created && CheckSchedule.CanAsk(attempt, provider.Profile))
            ? null
            : $"{provider.Profile.Name} gave no reference, so it cannot be asked.";
    }

    private static string? WhyNotCancel(PaymentDetail detail) =>
        detail.Attempts.Any(attempt => attempt.Status is AttemptStatus.Unknown or AttemptStatus.Created) ? "An attempt’s outcome is not known yet: the payer may have paid." : null;

    private static string? WhyNotRefund(PaymentDetail detail)
    {
        var payment = detail.Payment;
        if (payment.ReceivedMinor == 0)
            return "No money has come, so there is none to give back.";
        if (payment.RefundableMinor > 0)
            return null;
        if (payment.DisputedMinor > 0)
            return $"{MoneyFormat.Text(payment.DisputedMinor, payment.Currency)} are disputed; what is disputed cannot be refunded.";
        return detail.RefundWaitingMinor > 0 ? "All of it is refunded or on its way back." : "All of it is refunded.";
    }
}
