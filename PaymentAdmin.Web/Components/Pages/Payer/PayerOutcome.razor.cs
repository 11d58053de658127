using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Web.Components.Pages.Payer;

public sealed partial class PayerOutcome
{
    [Parameter, EditorRequired]
    public PayerTexts Texts { get; set; } = PayerTexts.All[0];

    [Parameter, EditorRequired]
    public PayerView View { get; set; } = null!;

    /// <summary>The payer pressed Cancel on the provider's page.</summary>
    [Parameter]
    public bool IsCancelling { get; set; }

    private string Title => TitleOf(Texts, View);

    private string Sentence => View.Status switch
    {
        PaymentStatus.Succeeded => Texts[$"status.succeeded.{Words.Of(View.Kind)}"],
        PaymentStatus.Failed => Texts["status.failed.text"],
        PaymentStatus.Cancelled => Texts["status.cancelled.text"],
        PaymentStatus.Expired => Texts["status.expired.text"],
        PaymentStatus.InReview => Texts["status.review.text"],
        _ when IsCancelling => Texts["status.left"],
        _ when IsDeclined(View) => Texts[$"error.{PayerLinks.ErrorOf(View.Attempt?.ErrorCode)}"],
        _ => Texts["status.waiting.text"],
    };

    private string Tone => View.Status switch
    {
        PaymentStatus.Succeeded => "good",
        PaymentStatus.Failed => "",
        PaymentStatus.Cancelled or PaymentStatus.Expired => "warn",
        _ when IsDeclined(View) && !IsCancelling => "",
        _ => "wait",
    };

    /// <summary>The last try failed, and the payer may try again.</summary>
    public static bool IsDeclined(PayerView view) => view is { Status: PaymentStatus.Created or PaymentStatus.Pending, Attempt.Status: AttemptStatus.Failed };

    public static string TitleOf(PayerTexts texts, PayerView view) => view.Status switch
    {
        PaymentStatus.Succeeded => texts["status.succeeded"],
        PaymentStatus.Failed => texts["status.failed"],
        PaymentStatus.Cancelled => texts["status.cancelled"],
        PaymentStatus.Expired => texts["status.expired"],
        PaymentStatus.InReview => texts["status.review"],
        _ when IsDeclined(view) => texts["status.failed"],
        _ => texts["status.waiting"],
    };
}
