using System.Globalization;
using PaymentAdmin.Core.Providers;

namespace PaymentAdmin.Core.Payments;

/// <summary>What will happen to a payment by itself, or who must act: the sentence after "Next:". Null when the story is over.</summary>
public static class NextStep
{
    /// <summary>A request for a second person's consent ends after this (contract.md section 7).</summary>
    public static readonly TimeSpan ApprovalLives = TimeSpan.FromHours(72);

    public static string? For(PaymentDetail detail, ProviderRegistry providers, TimeZoneInfo zone, DateTimeOffset now) =>
        ForRefund(detail, providers, zone, now) ?? ForPayment(detail, providers, zone, now);

    private static string? ForRefund(PaymentDetail detail, ProviderRegistry providers, TimeZoneInfo zone, DateTimeOffset now)
    {
        if (detail.Refunds.FirstOrDefault(refund => !refund.IsSettled) is not { } open)
            return null;
        var amount = MoneyFormat.Text(open.AmountMinor, open.Currency);
        var provider = NameOf(open.Provider, providers);
        return open switch
        {
            { ActionRequired: RefundAction.Approval } => $"the refund of {amount} waits for a second person until {Time(open.CreatedAt + ApprovalLives, zone, now)}. Then it is withdrawn and the amount is free again.",
            { ActionRequired: RefundAction.Manual } => $"{provider} takes no refunds from here: a person pays {amount} back there and says so here. The amount stays reserved until then.",
            { Status: RefundStatus.Unknown, NextCheckAt: { } at } => $"nobody knows yet whether {amount} went back. {provider} is asked again {Moment(at, zone, now)}; nothing is sent twice.",
            { Status: RefundStatus.Unknown } => $"nobody knows whether {amount} went back, and {provider} cannot be asked. A person looks it up there; until then the amount stays reserved.",
            { NextCheckAt: { } at } => $"{provider} is asked about the refund of {amount} again {Moment(at, zone, now)}.",
            _ => $"the refund of {amount} is being sent to {provider}.",
        };
    }

    private static string? ForPayment(PaymentDetail detail, ProviderRegistry providers, TimeZoneInfo zone, DateTimeOffset now)
    {
        var payment = detail.Payment;
        var watched = detail.Attempts.Where(attempt => attempt.IsOpen && attempt.NextCheckAt is not null).MinBy(attempt => attempt.NextCheckAt);
        var asks = watched is null ? null : $"{NameOf(watched.Provider, providers)} is asked again {Moment(watched.NextCheckAt!.Value, zone, now)}";
        return payment.Status switch
        {
            PaymentStatus.InReview => ForReview(detail, providers),
            PaymentStatus.Created => $"it waits for the payer to choose how to pay. Without a payment it expires {Moment(payment.ExpiresAt, zone, now)}.",
            PaymentStatus.Pending when asks is not null => $"{asks}. Without a payment it expires {Moment(payment.ExpiresAt, zone, now)}.",
            PaymentStatus.Pending => $"it waits for the payer until {Time(payment.ExpiresAt, zone, now)}, then it expires.",
            PaymentStatus.Cancelled or PaymentStatus.Expired or PaymentStatus.Failed when asks is not null => $"{asks}, because money may still come. If it does, the payment succeeds and is marked as paid late.",
            PaymentStatus.Succeeded when payment.Exceptions.HasFlag(PaymentExceptions.DuplicateCharge) && payment.RefundableMinor > 0 => "a second attempt was paid too. Refund the one too many; nothing happens by itself.",
            _ => null,
        };
    }

    private static string ForReview(PaymentDetail detail, ProviderRegistry providers)
    {
        var payment = detail.Payment;
        var reviews = payment.OpenReviews;
        if (reviews.HasFlag(PaymentExceptions.OutcomeUnknown))
            return $"nothing by itself. Look the payment up at {NameOf(payment.Provider, providers)} and attach its reference here; then it is asked what became of it. Nothing is sent again.";
        if (reviews.HasFlag(PaymentExceptions.AmountMismatch))
            return $"nothing by itself. {MoneyFormat.Text(payment.ReceivedMinor, payment.Currency)} came, {MoneyFormat.Text(payment.AmountMinor, payment.Currency)} was asked for: accept it, write the rest off, or reject it.";
        if (reviews.HasFlag(PaymentExceptions.CurrencyMismatch))
            return "nothing by itself. The money came in another currency and is not counted; reject it here and give it back at the provider.";
        if (reviews.HasFlag(PaymentExceptions.Risk))
            return "nothing by itself. It is paid and held because of its risk; a person releases or rejects it.";
        return reviews.HasFlag(PaymentExceptions.Manual) ? "a person checks the proof of payment." : "a person decides.";
    }

    private static string NameOf(string? provider, ProviderRegistry providers) => providers.TryFind(provider, out var known) ? known.Profile.Name : provider ?? "the provider";

    private static string Moment(DateTimeOffset at, TimeZoneInfo zone, DateTimeOffset now) => at <= now ? "now" : $"at {Time(at, zone, now)}";

    private static string Time(DateTimeOffset at, TimeZoneInfo zone, DateTimeOffset now)
    {
        var local = TimeZoneInfo.ConvertTime(at, zone);
        var isToday = local.Date == TimeZoneInfo.ConvertTime(now, zone).Date;
        return local.ToString(isToday ? "HH:mm:ss" : "d MMM, HH:mm", CultureInfo.InvariantCulture);
    }
}
