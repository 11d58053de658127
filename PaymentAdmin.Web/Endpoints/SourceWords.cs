using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>
/// A payment's status in the words of source systems 000, 002, 003 and 004 (contract.md section 6); 001 has its own, which know attempts too.
/// A refunded payment keeps its success word.
/// </summary>
/// <param name="Donation">000.</param>
/// <param name="Registration">002's payment_status.</param>
/// <param name="Commerce">003.</param>
/// <param name="Order">004.</param>
public sealed record SourceWords(string Donation, string Registration, string Commerce, string Order)
{
    private static readonly Dictionary<PaymentStatus, SourceWords> Table = new()
    {
        [PaymentStatus.Created] = new("pending", "pending", "pending", "PENDING"),
        [PaymentStatus.Pending] = new("awaiting_payment", "pending", "pending", "PENDING"),
        [PaymentStatus.InReview] = new("awaiting_payment", "pending", "pending", "PENDING"),
        [PaymentStatus.Succeeded] = new("completed", "paid", "completed", "COMPLETED"),
        [PaymentStatus.Failed] = new("failed", "failed", "failed", "FAILED"),
        [PaymentStatus.Cancelled] = new("cancelled", "failed", "cancelled", "CANCELLED"),
        [PaymentStatus.Expired] = new("cancelled", "failed", "failed", "CANCELLED"),
    };

    public static SourceWords Of(PaymentStatus status) => Table[status];
}
