using Microsoft.AspNetCore.WebUtilities;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Web.Components.Pages.Payer;

/// <summary>Addresses between the payer's pages, and what they have in common about a payment.</summary>
public static class PayerLinks
{
    /// <summary>The provider is asked while the page waits, but a payer looks at nothing for so long only.</summary>
    private static readonly TimeSpan AskedFor = TimeSpan.FromSeconds(4);

    public static string Pay(Guid paymentId, string token, HttpContext http) => With($"/pay/{paymentId}", token, http);

    public static string Form(Guid paymentId, string form, string token, HttpContext http) => With($"/pay/{paymentId}/{form}", token, http);

    public static string Status(Guid paymentId, string token, HttpContext http) => With("/payment/status", token, http) + $"&payment_id={paymentId}";

    /// <summary>The shop's own page, with hints that prove nothing; null when it gave none.</summary>
    public static string? Onward(PayerView view, bool isCancelling)
    {
        var isCancelled = view.Status == PaymentStatus.Cancelled || (!view.IsFinal && isCancelling);
        return (isCancelled ? view.CancelUrl ?? view.ReturnUrl : view.ReturnUrl) is { } url
            ? QueryHelpers.AddQueryString(url, new Dictionary<string, string?> { ["payment_id"] = view.PaymentId.ToString(), ["order_reference"] = view.OrderReference, ["status"] = Words.Of(view.Status) })
            : null;
    }

    /// <summary>Which text tells a payer about one of our codes.</summary>
    public static string ErrorOf(string? code) => code switch
    {
        Codes.ValidationFailed => "phone",
        Codes.ProviderUnavailable or Codes.Unavailable => "unavailable",
        Codes.ProviderNotConfigured or Codes.ProviderInTestMode or Codes.ShopNotConfigured or Codes.AccountAmbiguous or Codes.DeviceTokenRequired or Codes.CurrencyNotSupported or Codes.AmountOutOfRange or Codes.LiveModeRefused => "method",
        Codes.RateLimited => "too_many",
        _ => "declined",
    };

    public static Actor ActorOf(Guid paymentId, HttpContext http) =>
        new(ActorKind.Payer, paymentId.ToString(), "the payer", RemoteIp: http.Connection.RemoteIpAddress?.ToString(), RequestId: http.TraceIdentifier);

    /// <summary>A payer who looks knows more than we do, until the provider is asked: what is open is read again after that.</summary>
    public static async Task<PayerView?> ReadAsync(Func<Task<PayerView?>> find, SettlePayment settle, HttpContext http)
    {
        if (await find() is not { } view)
            return null;
        if (view is { IsFinal: true } or { Attempt: null })
            return view;
        var asked = settle.VerifyAsync(view.TenantId, view.Mode, view.PaymentId, ActorOf(view.PaymentId, http), CancellationToken.None);
        await Task.WhenAny(asked, Task.Delay(AskedFor, http.RequestAborted));
        return await find() ?? view;
    }

    /// <summary>"?lang=ru" where the address chose a language, else nothing.</summary>
    public static string LanguageQuery(HttpContext http) =>
        http.Request.Query[PayerTexts.Parameter].ToString() is { Length: > 0 and <= 8 } language ? $"?{PayerTexts.Parameter}={Uri.EscapeDataString(language)}" : "";

    private static string With(string path, string token, HttpContext http) => $"{path}?t={Uri.EscapeDataString(token)}" + LanguageQuery(http).Replace('?', '&');
}
