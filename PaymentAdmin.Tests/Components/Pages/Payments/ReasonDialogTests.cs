using Bunit;
using Microsoft.Extensions.DependencyInjection;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Web.Components.Pages.Payments;
using PaymentAdmin.Web.Components.Shared;
using Radzen;

namespace PaymentAdmin.Tests.Components.Pages.Payments;

public sealed class ReasonDialogTests : BunitContext
{
    private readonly List<GivenReason> given = [];
    private readonly List<object?> closed = [];
    private string? refusal;

    public ReasonDialogTests()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddRadzenComponents();
        // The service closes only what it has opened.
        var dialogs = Services.GetRequiredService<DialogService>();
        _ = dialogs.OpenAsync("A dialog", _ => _ => { });
        dialogs.OnClose += result => closed.Add((object?)result);
    }

    [Fact]
    public void Amount_payer_bin_and_mode_are_repeated()
    {
        var text = Dialog().Find("dl").TextContent;
        Assert.All(["9\u00a0000.00", "+7 7•• ••• 41 09", "210440028324", "TEST"], part => Assert.Contains(part, text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_is_done_without_a_reason()
    {
        var dialog = Dialog();
        await dialog.InvokeAsync(() => dialog.Find("[data-testid=reason-text]").Input("   "));
        await dialog.InvokeAsync(() => dialog.Find("form").Submit());
        Assert.Equal("Say why.", dialog.Find("#reason-text-error").TextContent.Trim());
        Assert.Equal("true", dialog.Find("[data-testid=reason-text]").GetAttribute("aria-invalid"));
        Assert.Empty(given);
    }

    [Fact]
    public async Task Reference_is_asked_for_where_the_act_needs_one()
    {
        var dialog = Dialog(reference: "Kaspi’s reference");
        await dialog.InvokeAsync(() => dialog.Find("[data-testid=reason-text]").Input("Found there"));
        await dialog.InvokeAsync(() => dialog.Find("form").Submit());
        Assert.Equal("It is required.", dialog.Find("#reason-reference-error").TextContent.Trim());
        await dialog.InvokeAsync(() => dialog.Find("[data-testid=attach-reference]").Input(" 12800627774 "));
        await dialog.InvokeAsync(() => dialog.Find("form").Submit());
        Assert.Equal(new GivenReason("12800627774", "Found there"), Assert.Single(given));
    }

    [Fact]
    public async Task Refused_act_says_why_and_can_be_tried_again()
    {
        refusal = "An attempt's outcome is not known yet.";
        var dialog = Dialog();
        await dialog.InvokeAsync(() => dialog.Find("[data-testid=reason-text]").Input("The order was changed"));
        await dialog.InvokeAsync(() => dialog.Find("form").Submit());
        Assert.Contains(refusal, dialog.Find(".note").TextContent, StringComparison.Ordinal);
        Assert.Empty(closed);

        refusal = null;
        await dialog.InvokeAsync(() => dialog.Find("form").Submit());
        Assert.Equal(true, Assert.Single(closed));
        Assert.Equal(2, given.Count);
    }

    private IRenderedComponent<ReasonDialog> Dialog(string? reference = null) => Render<ReasonDialog>(dialog => dialog
        .Add(one => one.Subject, new ConfirmSubject { AmountMinor = 900_000, Currency = "KZT", Bin = "210440028324", Payer = "+7 7•• ••• 41 09", Mode = Mode.Test })
        .Add(one => one.Verb, "Cancel 9 000.00 KZT")
        .Add(one => one.ReferenceLabel, reference)
        .Add(one => one.Act, what =>
        {
            given.Add(what);
            return Task.FromResult(refusal);
        }));
}
