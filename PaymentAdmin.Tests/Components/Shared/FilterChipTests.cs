using Bunit;
using PaymentAdmin.Web.Components.Shared;

namespace PaymentAdmin.Tests.Components.Shared;

public sealed class FilterChipTests : BunitContext
{
    [Fact]
    public void Empty_filter_shows_its_name_and_no_cross()
    {
        var chip = Render<FilterChip>(chip => chip.Add(c => c.Label, "Provider").Add(c => c.OnClear, () => { }));
        Assert.Equal("Provider", chip.Find("button.open").TextContent.Trim());
        Assert.Empty(chip.FindAll("button.clear"));
    }

    [Fact]
    public async Task Set_filter_shows_its_value_and_can_be_cleared()
    {
        var cleared = 0;
        var chip = Render<FilterChip>(chip => chip.Add(c => c.Label, "Shop").Add(c => c.Value, "8, 9").Add(c => c.OnClear, () => cleared++));
        Assert.Equal("8, 9", chip.Find("b").TextContent);
        await chip.InvokeAsync(() => chip.Find("button.clear").Click());
        Assert.Equal(1, cleared);
    }

    [Fact]
    public async Task Panel_opens_and_escape_closes_it_once()
    {
        var closed = 0;
        var chip = Render<FilterChip>(chip => chip.Add(c => c.Label, "Shop").Add(c => c.OnClose, () => closed++).AddChildContent("<label>8 Almaty</label>"));
        Assert.Empty(chip.FindAll(".pop"));
        await chip.InvokeAsync(() => chip.Find("button.open").Click());
        Assert.Contains("8 Almaty", chip.Find(".pop").TextContent);
        Assert.Equal("true", chip.Find("button.open").GetAttribute("aria-expanded"));
        await chip.InvokeAsync(() => chip.Find(".fchip").KeyDown("Escape"));
        await chip.InvokeAsync(() => chip.Find(".fchip").KeyDown("Escape"));
        Assert.Empty(chip.FindAll(".pop"));
        Assert.Equal(1, closed);
    }

    [Fact]
    public async Task Click_beside_the_panel_closes_it()
    {
        var chip = Render<FilterChip>(chip => chip.Add(c => c.Label, "Shop"));
        await chip.InvokeAsync(() => chip.Find("button.open").Click());
        await chip.InvokeAsync(() => chip.Find(".scrim").Click());
        Assert.Empty(chip.FindAll(".pop"));
    }
}
