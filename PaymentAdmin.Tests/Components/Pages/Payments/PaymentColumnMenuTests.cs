using Bunit;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Web.Components.Pages.Payments;

namespace PaymentAdmin.Tests.Components.Pages.Payments;

public sealed class PaymentColumnMenuTests : BunitContext
{
    private readonly List<IReadOnlyList<string>> asked = [];

    public PaymentColumnMenuTests() => JSInterop.Mode = JSRuntimeMode.Loose;

    [Theory]
    [InlineData("Columns")]
    [InlineData("2 columns", "status", "amount")]
    public void Button_says_how_many_were_chosen(string text, params string[] columns) =>
        Assert.Equal(text, Menu(columns).Find("[data-testid=columns-open]").TextContent.Trim());

    [Fact]
    public async Task Begins_with_what_the_list_shows_at_first()
    {
        var menu = Menu();
        await PressAsync(menu, "columns-apply");
        Assert.Equal(PaymentColumns.AtFirst, Assert.Single(asked));
    }

    [Fact]
    public async Task Ticked_columns_come_last_and_move_one_place_at_a_time()
    {
        var menu = Menu("status", "amount");
        await menu.InvokeAsync(() => menu.Find("[data-testid=column-customer_email]").Change(true));
        await menu.InvokeAsync(() => menu.Find("[data-testid=column-up-customer_email]").Click());
        await menu.InvokeAsync(() => menu.Find("[data-testid=column-down-status]").Click());
        Assert.Empty(asked);
        await PressAsync(menu, "columns-apply");
        Assert.Equal(["customer_email", "status", "amount"], Assert.Single(asked));
    }

    [Fact]
    public async Task First_goes_no_further_up_and_nothing_is_not_shown()
    {
        var menu = Menu("status");
        Assert.True(menu.Find("[data-testid=column-up-status]").HasAttribute("disabled"));
        Assert.True(menu.Find("[data-testid=column-down-status]").HasAttribute("disabled"));
        await menu.InvokeAsync(() => menu.Find("[data-testid=column-status]").Change(false));
        Assert.True(menu.Find("[data-testid=columns-apply]").HasAttribute("disabled"));
    }

    [Fact]
    public async Task Standard_leaves_the_columns_out_of_the_address()
    {
        var menu = Menu("status");
        await PressAsync(menu, "columns-standard");
        Assert.Empty(Assert.Single(asked));
    }

    [Fact]
    public void Every_column_of_the_file_can_be_chosen() =>
        Assert.All(PaymentCsv.Columns, column => Assert.Single(Menu().FindAll($"[data-testid=column-{column}]")));

    private IRenderedComponent<PaymentColumnMenu> Menu(params string[] columns) =>
        Render<PaymentColumnMenu>(menu => menu.Add(m => m.Columns, columns).Add(m => m.OnChange, asked.Add));

    private static Task PressAsync(IRenderedComponent<PaymentColumnMenu> menu, string button) => menu.InvokeAsync(() => menu.Find($"[data-testid={button}]").Click());
}
