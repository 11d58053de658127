using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.WebUtilities;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Web.Components.Pages.Payer;

/// <summary>
/// Where payers come back to. It says what the server knows and nothing that the address claims, looks again by itself while the payment is
/// open, and leads on to the shop. Without a valid token or an unguessable session it has neutral words and looks nothing up.
/// </summary>
public sealed partial class StatusPage
{
    private const int EverySeconds = 3;
    private const int LeadOnSeconds = 5;

    /// <summary>After these looks (10 s or so) the payer is led on although the payment is open.</summary>
    private const int LooksBeforeOnward = 4;
    private const int LooksMax = 200;

    private PayerTexts texts = PayerTexts.All[0];
    private PayerView? view;

    [SupplyParameterFromQuery(Name = "t")]
    private string? Token { get; set; }

    [SupplyParameterFromQuery(Name = "payment_id")]
    private string? PaymentId { get; set; }

    [SupplyParameterFromQuery(Name = "session_id")]
    private string? Session { get; set; }

    /// <summary>What the provider's page said when it sent the payer here: a hint, and which way back is meant.</summary>
    [SupplyParameterFromQuery(Name = "status")]
    private string? Hint { get; set; }

    [SupplyParameterFromQuery(Name = "look")]
    private int? Look { get; set; }

    [CascadingParameter]
    private HttpContext Http { get; set; } = null!;

    [Inject]
    private ReadForPayer Payments { get; set; } = null!;

    [Inject]
    private SettlePayment Settle { get; set; } = null!;

    private int Looks => Math.Clamp(Look ?? 0, 0, LooksMax);

    private bool IsGivenUp => view is { IsFinal: false } && Looks >= LooksMax;

    private bool IsCancelling => Hint == "cancelled" || Http.Request.Path.Equals("/payment/cancelled", StringComparison.OrdinalIgnoreCase);

    private string? Onward => view is null ? null : PayerLinks.Onward(view, IsCancelling);

    /// <summary>Back to the choice, where there is still something to choose. Only the payment's own token opens it.</summary>
    private string? Checkout => view is { Status: PaymentStatus.Created or PaymentStatus.Pending } open && Token is not null && (IsCancelling || PayerOutcome.IsDeclined(open) || open.Attempt is not { IsOpen: true }) ? PayerLinks.Pay(open.PaymentId, Token, Http) : null;

    /// <summary>After how many seconds the browser goes on to the shop by itself; null: it stays. Whoever may try again is left to choose.</summary>
    private int? LeadsOn => Onward is null || view is null ? null
        : view.IsFinal ? LeadOnSeconds
        : Looks >= LooksBeforeOnward && !(PayerOutcome.IsDeclined(view) && !IsCancelling) ? 0 : null;

    private bool LooksAgain => view is { IsFinal: false } && LeadsOn is null && !IsGivenUp;

    private string State => $"{view?.Status}.{view?.Attempt?.Status}.{view?.ReceivedMinor}.{LeadsOn}.{IsGivenUp}".ToLowerInvariant();

    /// <summary>What a browser without script does next by itself: looks again, or goes on.</summary>
    private string? Refresh => LeadsOn is { } seconds ? $"{seconds};url={Onward}" : LooksAgain ? $"{EverySeconds};url={Again(Looks + 1)}" : null;

    protected override async Task OnInitializedAsync()
    {
        texts = PayerTexts.Choose(Http);
        view = await PayerLinks.ReadAsync(() => Token is null ? Payments.BySessionAsync(Session, Http.RequestAborted) : Payments.ByTokenAsync(PaymentId, Token, Http.RequestAborted), Settle, Http);
    }

    private string Again(int look)
    {
        var language = Http.Request.Query[PayerTexts.Parameter].ToString();
        var parameters = new Dictionary<string, string?> { ["t"] = Token, ["payment_id"] = PaymentId, ["session_id"] = Session, ["status"] = Hint, ["look"] = $"{look}", [PayerTexts.Parameter] = language.Length > 0 ? language : null };
        return QueryHelpers.AddQueryString("/payment/status", parameters.Where(pair => pair.Value is not null));
    }
}
