using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Providers;
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

    /// <summary>Each word of source document 002 is what we say for the state that it means.</summary>
    [Theory, MemberData(nameof(RegistrationIds))]
    public void Registration_has_the_words_of_its_document(string id)
    {
        var row = ProviderVectors.Statuses("ikhokha").Single(one => one.Id == id);

        Assert.Equal(row.Word, SourceWords.Of(Words.Find<PaymentStatus>(row.State)!.Value).Registration);
    }

    public static TheoryData<string> RegistrationIds => [.. ProviderVectors.Statuses("ikhokha").Where(row => row.About == "source document").Select(row => row.Id)];
}
