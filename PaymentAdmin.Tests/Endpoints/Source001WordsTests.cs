using PaymentAdmin.Core.Payments;
using PaymentAdmin.Web.Endpoints;

namespace PaymentAdmin.Tests.Endpoints;

public sealed class Source001WordsTests
{
    [Theory]
    [InlineData(PaymentStatus.Created, "Wait")]
    [InlineData(PaymentStatus.Pending, "Wait")]
    [InlineData(PaymentStatus.InReview, "Wait")]
    [InlineData(PaymentStatus.Succeeded, "Processed")]
    [InlineData(PaymentStatus.Failed, "RemotePaymentRejected")]
    [InlineData(PaymentStatus.Cancelled, "RemotePaymentCanceled")]
    [InlineData(PaymentStatus.Expired, "RemotePaymentExpired")]
    public void Status_has_the_word_of_the_document(PaymentStatus status, string word) => Assert.Equal(word, Source001Words.Of(status));
}
