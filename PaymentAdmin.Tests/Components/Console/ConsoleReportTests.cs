using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Demo;
using PaymentAdmin.Web.Components.Pages.Console;

namespace PaymentAdmin.Tests.Components.Console;

public sealed class ConsoleReportTests
{
    [Theory]
    [InlineData(0.04, "+0.0 s")]
    [InlineData(5.24, "+5.2 s")]
    [InlineData(200, "+3 min")]
    public void Offset_says_how_long_after_the_creation(double seconds, string text) => Assert.Equal(text, ConsoleReport.Offset(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public async Task Report_tells_the_whole_story_without_the_payers_phone()
    {
        await using var demo = await DemoDatabase.CreateAsync();
        await demo.SeededAsync();
        var payment = await demo.ReadAsync(db => db.Payments.FirstAsync(row => row.RefundedMinor > 0 && row.Provider == "kaspi"));

        var run = await demo.Get<ReadPaymentRun>().RunAsync(payment.TenantId, Mode.Test, payment.Id, CancellationToken.None);

        Assert.NotNull(run);
        Assert.True(run.IsOver);
        Assert.Null(run.Next);
        Assert.Equal(run.Lines.OrderByDescending(line => line.At), run.Lines);
        var report = ConsoleReport.Of(run);
        Assert.Contains($"Test payment {payment.Id} (test mode)", report, StringComparison.Ordinal);
        Assert.Contains("Result: succeeded after", report, StringComparison.Ordinal);
        Assert.Contains("Refund sent to", report, StringComparison.Ordinal);
        Assert.Contains("Processed", report, StringComparison.Ordinal);
        Assert.DoesNotContain(payment.CustomerPhone!, report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_of_another_tenant_or_mode_is_none()
    {
        await using var demo = await DemoDatabase.CreateAsync();
        await demo.SeededAsync();
        var payment = await demo.ReadAsync(db => db.Payments.FirstAsync());
        var read = demo.Get<ReadPaymentRun>();

        Assert.Null(await read.RunAsync(Guid.Empty, Mode.Test, payment.Id, CancellationToken.None));
        Assert.Null(await read.RunAsync(payment.TenantId, Mode.Live, payment.Id, CancellationToken.None));
    }

    [Fact]
    public async Task What_waits_for_a_person_says_so()
    {
        await using var demo = await DemoDatabase.CreateAsync();
        await demo.SeededAsync();
        var lost = await demo.ReadAsync(db => db.Payments.FirstAsync(row => row.Status == PaymentStatus.InReview && row.Exceptions == PaymentExceptions.OutcomeUnknown));

        var run = await demo.Get<ReadPaymentRun>().RunAsync(lost.TenantId, Mode.Test, lost.Id, CancellationToken.None);

        Assert.Contains("attach the reference", run?.Next, StringComparison.Ordinal);
        Assert.True(run?.IsOver);
    }
}
