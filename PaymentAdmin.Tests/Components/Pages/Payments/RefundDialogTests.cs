using Bunit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Tests.Support;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Pages.Payments;
using Radzen;

namespace PaymentAdmin.Tests.Components.Pages.Payments;

public sealed class RefundDialogTests : BunitContext, IAsyncLifetime
{
    private Engine engine = null!;
    private Payment payment = null!;

    public async Task InitializeAsync()
    {
        engine = await Engine.StartAsync();
        payment = await engine.PaidAsync(500_000);
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddRadzenComponents();
        Services.AddSingleton(engine.Get<RefundPayment>());
        Services.AddSingleton(engine.Store);
        Services.AddSingleton(engine.Get<ProviderRegistry>());
        Services.AddSingleton(engine.Get<IdSource>());
        Services.AddSingleton<TimeProvider>(engine.Clock);
    }

    async Task IAsyncLifetime.DisposeAsync()
    {
        await engine.DisposeAsync();
        await DisposeAsync();
    }

    [Fact]
    public async Task Dialog_proposes_everything_and_repeats_it_on_the_button()
    {
        var dialog = await OpenAsync();

        Assert.Equal("5\u00a0000.00", dialog.Find("[data-testid=refund-amount]").GetAttribute("value"));
        Assert.Equal("Refund 5\u00a0000.00\u00a0KZT", dialog.Find("[data-testid=refund-confirm]").TextContent.Trim());
    }

    [Theory]
    [InlineData("5000.001", "KZT has 2 decimals.")]
    [InlineData("5000.01", "5\u00a0000.00\u00a0KZT can be refunded.")]
    [InlineData("0", "The amount must be more than nothing.")]
    [InlineData("abc", "Write it like 5000.00.")]
    public async Task Amount_that_cannot_be_refunded_is_refused_under_the_field(string typed, string error)
    {
        var dialog = await OpenAsync();

        await dialog.InvokeAsync(() => dialog.Find("[data-testid=refund-amount]").Input(typed));
        await dialog.InvokeAsync(() => dialog.Find("form").Submit());

        Assert.Equal(error, dialog.Find("#refund-amount-error").TextContent.Trim());
        Assert.Equal("true", dialog.Find("[data-testid=refund-amount]").GetAttribute("aria-invalid"));
        Assert.Equal(0, await engine.ReadAsync(db => db.Refunds.CountAsync()));
    }

    [Fact]
    public async Task Refund_is_made_once_and_its_outcome_stands_in_place()
    {
        var dialog = await OpenAsync();
        await dialog.InvokeAsync(() => dialog.Find("[data-testid=refund-amount]").Input("50"));

        await dialog.InvokeAsync(() => dialog.Find("form").Submit());

        dialog.WaitForAssertion(() => Assert.Contains("Refunded 50.00\u00a0KZT.", dialog.Find("[data-testid=refund-outcome]").TextContent, StringComparison.Ordinal));
        Assert.Equal(5_000, (await engine.PaymentAsync(payment.Id)).RefundedMinor);
        Assert.Empty(dialog.FindAll("[data-testid=refund-confirm]"));
    }

    [Fact]
    public async Task Unknown_outcome_says_that_nobody_knows_whether_money_moved()
    {
        engine.Provider.OnRefund = _ => new RefundResult.Unknown("no answer");
        var dialog = await OpenAsync();

        await dialog.InvokeAsync(() => dialog.Find("form").Submit());

        dialog.WaitForAssertion(() => Assert.Contains("We do not know if money has moved", dialog.Find("[data-testid=refund-outcome]").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Refused_refund_can_be_tried_again_as_a_new_one()
    {
        engine.Provider.OnRefund = _ => new RefundResult.Failed("provider_rejected", "Balance too low");
        var dialog = await OpenAsync();
        await dialog.InvokeAsync(() => dialog.Find("form").Submit());
        dialog.WaitForAssertion(() => Assert.Contains("No money has moved", dialog.Find("[data-testid=refund-outcome]").TextContent, StringComparison.Ordinal));

        engine.Provider.OnRefund = null;
        await dialog.InvokeAsync(() => dialog.FindAll("button").Single(button => button.TextContent.Trim() == "Try again").Click());
        await dialog.InvokeAsync(() => dialog.Find("form").Submit());

        dialog.WaitForAssertion(() => Assert.Contains("Refunded", dialog.Find("[data-testid=refund-outcome]").TextContent, StringComparison.Ordinal));
        Assert.Equal(2, await engine.ReadAsync(db => db.Refunds.CountAsync()));
        Assert.Equal(500_000, (await engine.PaymentAsync(payment.Id)).RefundedMinor);
    }

    [Fact]
    public async Task User_without_the_right_is_refused_by_the_use_case_too()
    {
        var dialog = await OpenAsync(Roles.Auditor);

        await dialog.InvokeAsync(() => dialog.Find("form").Submit());

        dialog.WaitForAssertion(() => Assert.Contains("does not allow", dialog.Find("[data-testid=refund-problem]").TextContent, StringComparison.Ordinal));
        Assert.Equal(0, await engine.ReadAsync(db => db.Refunds.CountAsync()));
    }

    private async Task<IRenderedComponent<RefundDialog>> OpenAsync(string role = Roles.Finance)
    {
        var detail = await engine.Get<PaymentDetails>().FindAsync(engine.TenantId, payment.Id, CancellationToken.None);
        var frame = new PortalFrame(Guid.CreateVersion7(), "anna@shop.test", role, engine.TenantId, "Tests", "Asia/Almaty", Mode.Test, LiveAvailable: false);
        return Render<RefundDialog>(dialog => dialog.AddCascadingValue(frame).Add(one => one.Detail, detail!));
    }
}
