using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Demo;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Demo;

/// <summary>The imitated providers know the demo's payments: they can be asked about and refunded over HTTP like any other.</summary>
public sealed class DemoBooksTests
{
    private static readonly Actor Finance = new(ActorKind.User, "finance", SeedDemo.EmailOf("finance"), "finance");

    [Fact]
    public async Task Demo_payment_is_refunded_by_its_provider()
    {
        await using var app = await TestApp.StartAsync(("Demo:Enabled", "true"));
        foreach (var provider in await ProvidersAsync(app))
        {
            var payment = await app.ReadAsync(db => db.Payments.FirstAsync(row => row.Provider == provider && row.Status == PaymentStatus.Succeeded && row.RefundReservedMinor == 0 && row.Exceptions == PaymentExceptions.None));

            var asked = await app.Get<RefundPayment>().RunAsync(new RefundRequestedBy(payment.TenantId, payment.Mode, payment.Id, null, null, "All of it came back"), Finance, CancellationToken.None);

            var refund = await app.ReadAsync(db => db.Refunds.SingleAsync(row => row.Id == asked.Value));
            Assert.True(refund.Status is RefundStatus.Succeeded or RefundStatus.Pending, $"{provider}: {refund.Status} {refund.FailureCode} {refund.FailureMessage}");
        }
    }

    [Theory]
    [InlineData(PaymentStatus.Pending)]
    [InlineData(PaymentStatus.Failed)]
    [InlineData(PaymentStatus.Cancelled)]
    public async Task Demo_payment_that_its_provider_is_asked_about_stays_what_it_is(PaymentStatus status)
    {
        await using var app = await TestApp.StartAsync(("Demo:Enabled", "true"));
        foreach (var provider in (await ProvidersAsync(app)).Where(id => app.Get<ProviderRegistry>()[id] is IQueriesStatus))
        {
            var payment = await app.ReadAsync(db => db.Payments.FirstAsync(row => row.Provider == provider && row.Status == status && row.Exceptions == PaymentExceptions.None && row.EndsWithFirstAttempt));

            var asked = await app.Get<SettlePayment>().VerifyAsync(payment.TenantId, payment.Mode, payment.Id, Finance, CancellationToken.None);

            Assert.Equal(status, await app.ReadAsync(db => db.Payments.Where(row => row.Id == payment.Id).Select(row => row.Status).SingleAsync()));
            var call = await app.ReadAsync(db => db.ProviderCalls.Where(row => row.PaymentId == payment.Id).OrderByDescending(row => row.Id).FirstAsync());
            Assert.True(asked.Value && (call.Operation, call.State) == (ProviderOperation.Status, ProviderCallState.Answered), $"{provider} said {call.Response} to {call.Request}: {call.ErrorMessage}");
        }
    }

    private static async Task<List<string>> ProvidersAsync(TestApp app) =>
        (await app.ReadAsync(db => db.PaymentAttempts.Select(attempt => attempt.Provider).Distinct().ToListAsync())).Order(StringComparer.Ordinal).ToList();
}
