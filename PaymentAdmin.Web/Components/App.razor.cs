using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Pages.Payer;

namespace PaymentAdmin.Web.Components;

/// <summary>
/// The document. A page that excludes itself from interactive routing is a public one: static, without Radzen and without script.
/// Every other page is the portal, drawn by the circuit alone: what is visible then also answers a click, and data is read once.
/// </summary>
public partial class App
{
    private static readonly InteractiveServerRenderMode Interactive = new(prerender: false);

    [CascadingParameter]
    private HttpContext Http { get; set; } = null!;

    private bool IsPortal => Http.AcceptsInteractiveRouting();

    private InteractiveServerRenderMode? PageMode => IsPortal ? Interactive : null;

    private string Language => PayerTexts.AreReadAt(Http.Request.Path) ? PayerTexts.Of(Http).Language : "en";

    private FrameChoice Choice => FrameChoice.Of(Http.Request);

    private string Theme => Http.Request.Cookies[PortalCookies.Theme] is "light" or "dark" ? Http.Request.Cookies[PortalCookies.Theme]! : "";
}
