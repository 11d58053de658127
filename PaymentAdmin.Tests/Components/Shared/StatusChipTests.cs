using Bunit;
using PaymentAdmin.Core.Events;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Webhooks;
using PaymentAdmin.Web.Components.Shared;

namespace PaymentAdmin.Tests.Components.Shared;

public sealed class StatusChipTests : BunitContext
{
    [Theory]
    [InlineData(PaymentStatus.Created, "c-grey", "circle", "Created")]
    [InlineData(PaymentStatus.Pending, "c-blue", "schedule", "Pending")]
    [InlineData(PaymentStatus.InReview, "c-violet", "flag", "In review")]
    [InlineData(PaymentStatus.Succeeded, "c-green", "check_circle", "Succeeded")]
    [InlineData(PaymentStatus.Failed, "c-red", "cancel", "Failed")]
    [InlineData(PaymentStatus.Cancelled, "c-grey", "block", "Cancelled")]
    [InlineData(PaymentStatus.Expired, "c-grey", "timer_off", "Expired")]
    public void Payment_shows_colour_icon_and_word(PaymentStatus status, string css, string icon, string word) =>
        AssertShown(Render<StatusChip>(chip => chip.Add(c => c.Payment, status)), css, icon, word);

    [Theory]
    [InlineData(RefundStatus.Requested, "c-blue", "how_to_reg", "Requested")]
    [InlineData(RefundStatus.Pending, "c-blue", "schedule", "Pending")]
    [InlineData(RefundStatus.Succeeded, "c-green", "check_circle", "Succeeded")]
    [InlineData(RefundStatus.Failed, "c-red", "cancel", "Failed")]
    [InlineData(RefundStatus.Unknown, "c-amber", "help", "Unknown")]
    public void Refund_shows_colour_icon_and_word(RefundStatus status, string css, string icon, string word) =>
        AssertShown(Render<StatusChip>(chip => chip.Add(c => c.Refund, status)), css, icon, word);

    [Fact]
    public void Unknown_attempt_is_amber_and_says_so() =>
        AssertShown(Render<StatusChip>(chip => chip.Add(c => c.Attempt, AttemptStatus.Unknown)), "c-amber", "help", "Unknown");

    [Theory]
    [InlineData(1000, 0, "Succeeded")]
    [InlineData(1000, 1, "Partly refunded")]
    [InlineData(1000, 1000, "Refunded")]
    public void Succeeded_payment_tells_of_its_refunds(long received, long refunded, string word) =>
        Assert.Equal(word, ChipLook.Of(PaymentStatus.Succeeded, received, refunded).Word);

    [Fact]
    public void Refunds_change_no_other_status() => Assert.Equal("Failed", ChipLook.Of(PaymentStatus.Failed, 1000, 1000).Word);

    [Fact]
    public void Every_state_has_a_look_of_its_own_word()
    {
        AssertComplete<PaymentStatus>(ChipLook.Of);
        AssertComplete<AttemptStatus>(ChipLook.Of);
        AssertComplete<RefundStatus>(ChipLook.Of);
        AssertComplete<WebhookState>(ChipLook.Of);
        AssertComplete<IntegrityVerdict>(ChipLook.Of);
        AssertComplete<DeliveryState>(ChipLook.Of);
    }

    [Fact]
    public void Another_word_keeps_colour_and_icon() =>
        AssertShown(Render<StatusChip>(chip => chip.Add(c => c.Refund, RefundStatus.Requested).Add(c => c.Text, "Needs consent")), "c-blue", "how_to_reg", "Needs consent");

    private static void AssertShown(IRenderedComponent<StatusChip> chip, string css, string icon, string word)
    {
        Assert.Contains(css, chip.Find(".chip").ClassName);
        Assert.Equal(icon, chip.Find("i").GetAttribute("data-i"));
        Assert.Equal(word, chip.Find(".chip").TextContent);
    }

    private static void AssertComplete<T>(Func<T, ChipLook> look) where T : struct, Enum
    {
        var words = Enum.GetValues<T>().Select(value => look(value).Word).ToList();
        Assert.DoesNotContain("", words);
        Assert.Equal(words.Count, words.Distinct(StringComparer.Ordinal).Count());
    }
}
