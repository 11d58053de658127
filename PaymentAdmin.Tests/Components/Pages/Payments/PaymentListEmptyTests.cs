using Bunit;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Pages.Payments;

namespace PaymentAdmin.Tests.Components.Pages.Payments;

public sealed class PaymentListEmptyTests : BunitContext
{
    private static readonly PaymentFilter Failed = new() { Statuses = [PaymentStatus.Failed] };

    [Theory]
    [InlineData(1, false, "1 payment exists in test mode.")]
    [InlineData(37, false, "37 payments exist in test mode.")]
    [InlineData(1, true, "1 payment of this filter exists in test mode.")]
    [InlineData(37, true, "37 payments of this filter exist in test mode.")]
    public void Wrong_mode_says_how_many_the_other_one_has_and_leads_there(int inTest, bool isFiltered, string text)
    {
        var empty = Empty(Mode.Live, isFiltered ? Failed : PaymentFilter.All, inTest);
        Assert.Contains(text, empty.Find("[data-testid=payments-empty-mode]").TextContent, StringComparison.Ordinal);
        Assert.Equal(isFiltered ? "/payments?status=failed&mode=test" : "/payments?mode=test", empty.Find("a").GetAttribute("href"));
    }

    [Fact]
    public void Filter_that_finds_nothing_anywhere_is_cleared_within_the_mode() =>
        Assert.Equal("/payments?mode=live", Empty(Mode.Live, Failed).Find("[data-testid=payments-empty-filter] a").GetAttribute("href"));

    [Theory]
    [InlineData(Roles.Developer, true)]
    [InlineData(Roles.Auditor, false)]
    public void First_payment_is_offered_to_who_may_make_one(string role, bool isOffered) =>
        Assert.Equal(isOffered, Empty(Mode.Test, PaymentFilter.All, role: role).FindAll("[data-testid=payments-empty-none] a[href='/test-console']").Count == 1);

    private IRenderedComponent<PaymentListEmpty> Empty(Mode mode, PaymentFilter filter, int inOther = 0, string role = Roles.Finance)
    {
        var none = new CappedCount(0);
        var counts = new PaymentCounts { Matching = none, All = none, WithRefund = none, HasAny = false, Totals = [], InOtherMode = new CappedCount(inOther), ByStatus = new Dictionary<PaymentStatus, CappedCount>() };
        var frame = new PortalFrame(Guid.CreateVersion7(), "anna@shop.test", role, Guid.CreateVersion7(), "Tests", "Asia/Almaty", mode, LiveAvailable: true);
        return Render<PaymentListEmpty>(empty => empty.Add(one => one.Frame, frame).Add(one => one.Filter, filter).Add(one => one.Counts, counts));
    }
}
