using Bunit;
using Microsoft.Extensions.DependencyInjection;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Web.Components.Shared;
using Radzen;

namespace PaymentAdmin.Tests.Components.Shared;

public sealed class ConfirmDialogTests : BunitContext
{
    private readonly List<object?> closed = [];
    private readonly TaskCompletionSource<string?> answer = new();
    private int done;

    public ConfirmDialogTests()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddRadzenComponents();
        // The service closes only what it has opened.
        var dialogs = Services.GetRequiredService<DialogService>();
        _ = dialogs.OpenAsync("A dialog", _ => _ => { });
        dialogs.OnClose += result => closed.Add((object?)result);
    }

    [Fact]
    public async Task Button_is_dead_while_the_act_runs_and_closes_when_it_was_done()
    {
        var dialog = Dialog();
        var pressed = dialog.InvokeAsync(() => dialog.Find("[data-testid=go]").Click());
        dialog.WaitForAssertion(() => Assert.True(dialog.Find("[data-testid=go]").HasAttribute("disabled")));
        Assert.Empty(closed);

        answer.SetResult(null);
        await pressed;
        dialog.WaitForAssertion(() => Assert.Equal(true, Assert.Single(closed)));
        Assert.Equal(1, done);
    }

    [Fact]
    public async Task Refusal_stays_on_screen()
    {
        answer.SetResult("Finance has decided already: approved.");
        var dialog = Dialog();
        await dialog.InvokeAsync(() => dialog.Find("[data-testid=go]").Click());
        Assert.Contains("has decided already", dialog.Find(".note").TextContent, StringComparison.Ordinal);
        Assert.Empty(closed);
    }

    [Fact]
    public async Task Word_that_must_be_typed_opens_the_way()
    {
        answer.SetResult(null);
        var dialog = Dialog(word: "LIVE");
        Assert.True(dialog.Find("[data-testid=go]").HasAttribute("disabled"));
        await dialog.InvokeAsync(() => dialog.Find("#confirm-typed").Input("live"));
        Assert.True(dialog.Find("[data-testid=go]").HasAttribute("disabled"));
        await dialog.InvokeAsync(() => dialog.Find("#confirm-typed").Input("LIVE"));
        await dialog.InvokeAsync(() => dialog.Find("[data-testid=go]").Click());
        Assert.Equal(1, done);
    }

    private IRenderedComponent<ConfirmDialog> Dialog(string? word = null) => Render<ConfirmDialog>(dialog => dialog
        .Add(one => one.Subject, new ConfirmSubject { AmountMinor = 500_000, Currency = "KZT", Mode = Mode.Live })
        .Add(one => one.Verb, "Refund 5 000.00 KZT")
        .Add(one => one.TypeToConfirm, word)
        .Add(one => one.TestId, "go")
        .Add(one => one.Act, () =>
        {
            done++;
            return answer.Task;
        }));
}
