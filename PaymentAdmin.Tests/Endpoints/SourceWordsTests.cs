using PaymentAdmin.Core.Payments;
using PaymentAdmin.Web.Endpoints;

namespace PaymentAdmin.Tests.Endpoints;

public sealed class SourceWordsTests
{
    [Theory]
    [InlineData(PaymentStatus.Created, "pending", "pending", "pending", "PENDING")]
    [InlineData(PaymentStatus.Pending, "awaiting_payment", "pending", "pending", "PENDING")]
    [InlineData(PaymentStatus.InReview, "awaiting_payment", "pending", "pending", "PENDING")]
    [InlineData(PaymentStatus.Succeeded, "completed", "paid", "completed", "COMPLETED")]
    [InlineData(PaymentStatus.Failed, "failed", "failed", "failed", "FAILED")]
    [InlineData(PaymentStatus.Cancelled, "cancelled", "failed", "cancelled", "CANCELLED")]
    [InlineData(PaymentStatus.Expired, "cancelled", "failed", "failed", "CANCELLED")]
    public void Status_has_the_words_of_the_contract(PaymentStatus status, string donation, string registration, string commerce, string order) =>
        Assert.Equal(new SourceWords(donation, registration, commerce, order), SourceWords.Of(status));
}
