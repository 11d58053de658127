using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Links;

namespace PaymentAdmin.Web.Components.Pages.Payer;

/// <summary>What a payment link opens: who asks how much for what. Looking makes nothing; the form goes to <see cref="Endpoints.PayerForms"/>.</summary>
public sealed partial class LinkPage
{
    private PayerTexts texts = PayerTexts.All[0];
    private LinkView? view;

    [Parameter]
    public string LinkToken { get; set; } = "";

    [SupplyParameterFromQuery(Name = "error")]
    private string? Error { get; set; }

    [CascadingParameter]
    private HttpContext Http { get; set; } = null!;

    [Inject]
    private PayByLink Links { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private bool IsUsable => view?.Status == LinkStatus.Active;

    private string Action => $"/l/{LinkToken}/pay{PayerLinks.LanguageQuery(Http)}";

    private string? ErrorText => (Error, view) switch
    {
        ("amount", { Link: { MinMinor: { } min, MaxMinor: { } max } }) when IsUsable => texts.Say("error.amount", texts.Amount(InCurrency(min)), texts.Amount(InCurrency(max))),
        ("taken", _) when IsUsable => texts["link.taken"],
        ("too_many", _) => texts["error.too_many"],
        ("other", _) when IsUsable => texts["error.other"],
        _ => null,
    };

    protected override async Task OnInitializedAsync()
    {
        view = await Links.FindAsync(LinkToken, Http.RequestAborted);
        if (view is null)
        {
            Navigation.NotFound();
            return;
        }
        texts = PayerTexts.Choose(Http);
        if (!IsUsable)
            Http.Response.StatusCode = StatusCodes.Status410Gone;
    }

    private Money InCurrency(long minor) => new(minor, view!.Link.Currency);
}
