using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.WebUtilities;
using PaymentAdmin.Core.Common;
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

    /// <summary>The provider is asked while the page waits, but a payer looks at nothing for so long only.</summary>
    private static readonly TimeSpan AskedFor = TimeSpan.FromSeconds(4);

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

    private string Title => view?.Status switch
    {
        null => "Your payment",
        PaymentStatus.Succeeded => "Paid",
        PaymentStatus.Failed => "Not paid",
        PaymentStatus.Cancelled => "Cancelled",
        PaymentStatus.Expired => "Time is over",
        _ => "Waiting for your payment",
    };

    private string Sentence => view?.Status switch
    {
        PaymentStatus.Succeeded => view.Kind switch
        {
            PaymentKind.Donation => "Thank you. Your donation has arrived.",
            PaymentKind.Registration => "Thank you. Your registration is paid.",
            _ => "Thank you. Your payment has arrived.",
        },
        PaymentStatus.Failed => "The payment did not succeed. You have not been charged.",
        PaymentStatus.Cancelled => "The payment was cancelled.",
        PaymentStatus.Expired => "The payment was not made in time.",
        _ when IsCancelling => "You left the payment page. Nothing has been paid so far.",
        _ => "We are asking whether your payment has arrived. This page looks again by itself.",
    };

    private string Tone => view?.Status switch
    {
        PaymentStatus.Succeeded => "good",
        PaymentStatus.Failed => "",
        PaymentStatus.Cancelled or PaymentStatus.Expired => "warn",
        _ => "wait",
    };

    /// <summary>The shop's own page, with hints that prove nothing; null when it gave none.</summary>
    private string? Onward
    {
        get
        {
            if (view is null)
                return null;
            var isCancelled = view.Status == PaymentStatus.Cancelled || (!view.IsFinal && IsCancelling);
            return (isCancelled ? view.CancelUrl ?? view.ReturnUrl : view.ReturnUrl) is { } url
                ? QueryHelpers.AddQueryString(url, new Dictionary<string, string?> { ["payment_id"] = view.PaymentId.ToString(), ["order_reference"] = view.OrderReference, ["status"] = Words.Of(view.Status) })
                : null;
        }
    }

    /// <summary>What the browser does next by itself: looks again, or goes on.</summary>
    private string? Refresh => view switch
    {
        null => null,
        { IsFinal: true } => Onward is { } onward ? $"{LeadOnSeconds};url={onward}" : null,
        _ when Looks >= LooksBeforeOnward && Onward is { } onward => $"0;url={onward}",
        _ => IsGivenUp ? null : $"{EverySeconds};url={Again(Looks + 1)}",
    };

    protected override async Task OnInitializedAsync()
    {
        view = await ReadAsync();
        if (view is not { IsFinal: false } open)
            return;
        // A payer who is back knows more than we do, until the provider is asked.
        var payer = new Actor(ActorKind.Payer, "payer", "payer", RemoteIp: Http.Connection.RemoteIpAddress?.ToString(), RequestId: Http.TraceIdentifier);
        var asked = Settle.VerifyAsync(open.TenantId, open.Mode, open.PaymentId, payer, CancellationToken.None);
        await Task.WhenAny(asked, Task.Delay(AskedFor, Http.RequestAborted));
        view = await ReadAsync() ?? open;
    }

    private async Task<PayerView?> ReadAsync() =>
        Token is not null ? await Payments.ByTokenAsync(PaymentId, Token, Http.RequestAborted) : await Payments.BySessionAsync(Session, Http.RequestAborted);

    private string Again(int look)
    {
        var parameters = new Dictionary<string, string?> { ["t"] = Token, ["payment_id"] = PaymentId, ["session_id"] = Session, ["status"] = Hint, ["look"] = $"{look}" };
        return QueryHelpers.AddQueryString("/payment/status", parameters.Where(pair => pair.Value is not null));
    }
}
