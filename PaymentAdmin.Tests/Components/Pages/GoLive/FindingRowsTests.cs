using Bunit;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Checks;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Pages.GoLive;

namespace PaymentAdmin.Tests.Components.Pages.GoLive;

public sealed class FindingRowsTests : BunitContext
{
    private static readonly Finding[] Findings =
    [
        new("default", "events", FindingState.Ok, "One endpoint is told."),
        new("default", "kaspi test payment", FindingState.Todo, "No test payment has succeeded yet.", FindingPlace.TestConsole) { Provider = "kaspi", Mode = Mode.Test },
        new("default", "two persons", FindingState.Warning, "One person alone may pay back.", FindingPlace.Settings),
        new(null, "live mode", FindingState.Fault, "PublicUrl is not set to an https address.") { Advice = "README, Going live" },
    ];

    public FindingRowsTests() => JSInterop.Mode = JSRuntimeMode.Loose;

    [Fact]
    public void Worst_stands_first_and_each_state_has_its_word()
    {
        var rows = Rows(Roles.Superadmin);

        Assert.Equal(["fault", "warning", "todo", "ok"], rows.FindAll("[data-testid=finding]").Select(row => row.GetAttribute("data-state")));
        Assert.Equal(["Fault", "Look at it", "Not done", "In order"], rows.FindAll(".chip").Select(chip => chip.TextContent.Trim()));
    }

    [Theory]
    [InlineData(Roles.Superadmin, "/settings", "/test-console?provider=kaspi")]
    [InlineData(Roles.Developer, "/test-console?provider=kaspi")]
    [InlineData(Roles.Auditor)]
    public void Link_leads_where_it_is_mended_and_the_role_may_go(string role, params string[] links)
    {
        var rows = Rows(role);

        Assert.Equal(links, rows.FindAll("[data-testid=finding-fix]").Select(link => link.GetAttribute("href")));
        // Who may not go there learns where it is, to tell somebody who may.
        Assert.Contains("README, Going live", rows.Markup, StringComparison.Ordinal);
        if (role != Roles.Superadmin)
            Assert.Contains("Page Settings", rows.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Title_leaves_out_what_stands_beside_it()
    {
        var row = Rows(Roles.Superadmin).Find("[data-subject='kaspi test payment']");

        Assert.Equal("Payment", row.QuerySelector(".m")?.TextContent);
        Assert.Contains("TEST", row.TextContent, StringComparison.Ordinal);
    }

    private IRenderedComponent<FindingRows> Rows(string role)
    {
        var frame = new PortalFrame(Guid.Parse("01900000-0000-7000-8000-000000000001"), "anna", role, Guid.Parse("01900000-0000-7000-8000-000000000002"), "Default", "Asia/Almaty", Mode.Test, LiveAvailable: false);
        return Render<FindingRows>(parameters => parameters.AddCascadingValue(frame).Add(rows => rows.Findings, Findings));
    }
}
