using PaymentAdmin.Core;
using PaymentAdmin.Core.Checks;
using PaymentAdmin.Web.Components.Pages.Console;

namespace PaymentAdmin.Tests.Components.Console;

public sealed class SuiteReportTests
{
    private static readonly Guid PaymentId = Guid.Parse("0199a48c-0000-7000-8000-000000000001");

    [Theory]
    [InlineData("All 2 passed", SuiteState.Passed, SuiteState.Passed)]
    [InlineData("1 of 2 failed", SuiteState.Passed, SuiteState.Failed)]
    [InlineData("1 of 2 failed", SuiteState.Failed, SuiteState.Stopped)]
    [InlineData("Stopped, 1 passed", SuiteState.Passed, SuiteState.Stopped)]
    [InlineData("1 passed, 1 not tried", SuiteState.Passed, SuiteState.NotRun)]
    public void Summary_says_the_worst(string text, SuiteState first, SuiteState second) =>
        Assert.Equal(text, SuiteReport.Summary([new(SuiteScenario.Pays, first), new(SuiteScenario.Refunds, second)]).Word);

    [Fact]
    public void Report_has_a_line_for_each_with_its_reason_and_payment()
    {
        SuiteRow[] rows = [new(SuiteScenario.Pays, SuiteState.Passed, "Succeeded after 2.4 s; 5 000.00 KZT counted once.", PaymentId), new(SuiteScenario.WrongAmount, SuiteState.Failed, "The payment is succeeded.")];

        var lines = SuiteReport.Of(rows, "Default", "ioka", null, new Money(500_000, "KZT"), new DateTimeOffset(2026, 11, 21, 9, 0, 0, TimeSpan.Zero)).Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

        Assert.StartsWith("Test suite of ioka, no shop, Default (test mode), 5", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("2026-11-21 09:00:00.000 UTC", lines[0], StringComparison.Ordinal);
        Assert.Equal("Result: 1 of 2 failed", lines[1]);
        Assert.Equal($"passed   Payer pays: {rows[0].Reason} [payment {PaymentId}]", lines[2]);
        Assert.Equal("failed   Another amount was paid: The payment is succeeded.", lines[3]);
    }
}
