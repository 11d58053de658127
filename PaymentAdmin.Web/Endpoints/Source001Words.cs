using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>Source system 001's status words (contract.md section 6). A refunded payment keeps its success word.</summary>
public static class Source001Words
{
    /// <summary>
    /// Where the payment is, said of the attempt that the caller asked about: an earlier attempt of a payment that another one paid
    /// was not paid itself.
    /// </summary>
    public static string Of(FoundAttempt found) => found.Payment.AttemptId == found.Attempt.Id ? Of(found.Payment.Status) : Of(found.Attempt.Status);

    public static string Of(PaymentStatus status) => status switch
    {
        PaymentStatus.Created or PaymentStatus.Pending or PaymentStatus.InReview => "Wait",
        PaymentStatus.Succeeded => "Processed",
        PaymentStatus.Failed => "RemotePaymentRejected",
        PaymentStatus.Cancelled => "RemotePaymentCanceled",
        PaymentStatus.Expired => "RemotePaymentExpired",
        _ => throw new ArgumentOutOfRangeException(nameof(status)),
    };

    private static string Of(AttemptStatus status) => status switch
    {
        AttemptStatus.Created or AttemptStatus.Pending or AttemptStatus.Unknown => "Wait",
        AttemptStatus.Succeeded => "Processed",
        AttemptStatus.Failed => "RemotePaymentRejected",
        AttemptStatus.Cancelled => "RemotePaymentCanceled",
        AttemptStatus.Expired => "RemotePaymentExpired",
        _ => throw new ArgumentOutOfRangeException(nameof(status)),
    };
}
