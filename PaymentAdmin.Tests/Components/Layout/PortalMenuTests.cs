using System.Reflection;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Web.Components.Layout;

namespace PaymentAdmin.Tests.Components.Layout;

public sealed class PortalMenuTests
{
    private static readonly IReadOnlyList<PortalMenuItem> Items = [.. PortalMenu.Groups.SelectMany(group => group.Items)];

    // A page that answers by address only: details are reached from their list, public pages by a link that somebody was given.
    private static readonly IReadOnlyList<(Type Page, string Route)> Pages =
    [
        .. from type in typeof(PortalMenu).Assembly.GetTypes()
           where type.GetCustomAttribute<ExcludeFromInteractiveRoutingAttribute>() is null
           from route in type.GetCustomAttributes<RouteAttribute>()
           where !route.Template.Contains('{', StringComparison.Ordinal)
           select (type, route.Template),
    ];

    [Fact]
    public void Every_page_of_the_portal_is_in_the_menu() =>
        Assert.Empty(Pages.Select(page => page.Route).Except(Items.Select(item => item.Href), StringComparer.OrdinalIgnoreCase));

    [Fact]
    public void Nothing_is_shown_that_leads_nowhere() =>
        Assert.All(Roles.All.SelectMany(PortalMenu.For).SelectMany(group => group.Items), item => Assert.Contains(Pages, page => page.Route == item.Href));

    [Fact]
    public void An_item_asks_for_the_permission_that_its_page_asks_for()
    {
        foreach (var (page, route) in Pages)
        {
            var item = Items.First(item => item.Href == route);
            Assert.Contains(page.GetCustomAttributes<AuthorizeAttribute>(), attribute => attribute.Policy == item.Permission);
        }
    }

    [Fact]
    public void Shown_items_are_allowed_to_the_role() =>
        Assert.All(Roles.All, role => Assert.All(PortalMenu.For(role).SelectMany(group => group.Items), item => Assert.True(Permissions.IsAllowed(role, item.Permission))));

    [Fact]
    public void Keys_and_addresses_are_used_once()
    {
        Assert.Equal(Items.Count, Items.Select(item => item.Href).Distinct(StringComparer.Ordinal).Count());
        var keys = Items.Where(item => item.Key is not null).Select(item => item.Key).ToList();
        Assert.Equal(keys.Count, keys.Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [InlineData("/", "/", true)]
    [InlineData("/", "/payments", false)]
    [InlineData("/payments", "/payments", true)]
    [InlineData("/payments", "/payments/0199a48c", true)]
    [InlineData("/payments", "/payments-old", false)]
    public void Item_is_current_on_its_page_and_below(string href, string path, bool isCurrent) =>
        Assert.Equal(isCurrent, new PortalMenuItem(href, "", "", Permissions.PaymentsRead).IsCurrent(path));
}
