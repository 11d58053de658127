using Microsoft.AspNetCore.Components;

namespace PaymentAdmin.Web.Components.Layout;

/// <summary>Who is signed in, and the way out.</summary>
public sealed partial class AccountMenu
{
    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Parameter]
    public string ReturnUrl { get; set; } = "/";

    /// <summary>"FL" for finance.lead@example.test.</summary>
    private string Initials
    {
        get
        {
            var words = (Frame?.UserName ?? "").Split('@')[0].Split(['.', ' ', '-', '_'], StringSplitOptions.RemoveEmptyEntries);
            return string.Concat(words.Take(2).Select(word => char.ToUpperInvariant(word[0])));
        }
    }
}
