using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Proofs;
using PaymentAdmin.Core.Providers;

namespace PaymentAdmin.Web.Components.Pages.Payer;

/// <summary>What the page is about at the moment.</summary>
public enum PayStage
{
    Choose,
    AskCancel,

    /// <summary>The provider is being called.</summary>
    Connect,

    /// <summary>The provider's page is open.</summary>
    Page,

    /// <summary>A link or code that is better used on a phone.</summary>
    Scan,

    /// <summary>The payer's phone is asked.</summary>
    Phone,
    Instructions,
    Unknown,
    ProofChecked,
    Review,
    Ended,
    Paid,
}

/// <summary>
/// The checkout: choose a way to pay, wait for it, try another one. Drawn by the server from what it knows, so that it works without script,
/// after a press of Back and in two tabs; forms go to <see cref="Endpoints.PayerForms"/> and come back here. Without the payment's own token there is nothing here.
/// </summary>
public sealed partial class PayPage
{
    private const int RefreshSeconds = 5;
    private static readonly string[] Errors = ["declined", "phone", "method", "unavailable", "busy", "file", "file_size", "reference", "too_many", "other"];

    private PayerTexts texts = PayerTexts.All[0];
    private PayerView? view;
    private List<OfferedMethod>? methods;
    private bool isChoosing;

    [Parameter]
    public string PaymentId { get; set; } = "";

    [SupplyParameterFromQuery(Name = "t")]
    private string? Token { get; set; }

    [SupplyParameterFromQuery(Name = "choose")]
    private string? Choose { get; set; }

    [SupplyParameterFromQuery(Name = "ask")]
    private string? Ask { get; set; }

    [SupplyParameterFromQuery(Name = "error")]
    private string? Error { get; set; }

    [CascadingParameter]
    private HttpContext Http { get; set; } = null!;

    [Inject]
    private ReadForPayer Payments { get; set; } = null!;

    [Inject]
    private SettlePayment Settle { get; set; } = null!;

    [Inject]
    private ListMethods Methods { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    private PayStage Stage => view switch
    {
        { Status: PaymentStatus.Succeeded } => PayStage.Paid,
        { IsFinal: true } => PayStage.Ended,
        { Attempt: { Status: AttemptStatus.Unknown } } => PayStage.Unknown,
        { Status: PaymentStatus.InReview, Proof: { Status: not ProofStatus.Rejected } } => PayStage.ProofChecked,
        { Status: PaymentStatus.InReview } => PayStage.Review,
        _ when Ask == "cancel" && MayBeCancelled => PayStage.AskCancel,
        { Attempt: { IsOpen: true } attempt } => OpenStage(attempt),
        _ => PayStage.Choose,
    };

    private bool HasOpenPage => view?.Attempt is { IsOpen: true, ActionType: "redirect" or "instructions" };

    private bool MayBeCancelled => view is { IsFinal: false } and not { Attempt.Status: AttemptStatus.Created or AttemptStatus.Unknown };

    private bool MayCancel => MayBeCancelled && Stage is PayStage.Choose or PayStage.Page or PayStage.Scan or PayStage.Phone or PayStage.Instructions;

    private bool OffersOther => Stage is PayStage.Page or PayStage.Scan or PayStage.Instructions && HasOpenPage;

    /// <summary>Something will happen without the payer's doing anything on this page.</summary>
    private bool IsWaiting => Stage is PayStage.Connect or PayStage.Page or PayStage.Scan or PayStage.Phone or PayStage.Unknown or PayStage.ProofChecked or PayStage.Review
        || (Stage == PayStage.Instructions && view?.Attempt is { NeedsProof: false });

    /// <summary>Not where a browser without script would lose what the payer is writing.</summary>
    private string? Refresh => IsWaiting && Stage != PayStage.ProofChecked ? $"{RefreshSeconds};url={Here()}" : null;

    /// <summary>The page is drawn anew in the browser when this changes, and only then.</summary>
    private string State => $"{Stage}.{view?.Status}.{view?.Attempt?.Id:N}.{view?.Attempt?.Status}.{view?.Proof?.Status}.{view?.ReceivedMinor}.{view?.RefundedMinor}".ToLowerInvariant();

    private Money Asked => view is { IsFinal: false } open ? open.Rest : view?.Amount ?? default;

    private ProviderProfile Provider => view?.Attempt?.Provider ?? throw new InvalidOperationException("Nothing was started.");

    /// <summary>Only ever shown as a link, never run.</summary>
    private string? PageUrl => view?.Attempt?.Url is { } url && Uri.TryCreate(url, UriKind.Absolute, out var page) && page.Scheme is "https" or "http" ? url : null;

    private Money AttemptAmount => view?.Attempt?.Amount ?? Asked;

    private string ScanText => view?.Attempt?.NextAction?["content"]?.GetValue<string>() ?? PageUrl ?? "";

    private string Phone => view?.Attempt?.NextAction?["phone"]?.GetValue<string>() ?? "";

    private string MethodName => view?.Attempt?.Method is { } method && texts.Has($"method.{method}") ? texts[$"method.{method}"] : Provider.Name;

    private string InstructionText => view?.Attempt?.NextAction?["text"]?.GetValue<string>() ?? "";

    private List<InstructionField> InstructionFields => view?.Attempt?.NextAction?["fields"]?.AsArray().OfType<JsonObject>().Select(row => new InstructionField(row["label"]?.GetValue<string>() ?? "", row["value"]?.GetValue<string>() ?? "")).ToList() ?? [];

    private ProofType Type => Core.Common.Words.Find<ProofType>(view?.Attempt?.Method) ?? ProofType.BankTransfer;

    private string? Onward => view is null ? null : PayerLinks.Onward(view, isCancelling: false);

    /// <summary>What the last form was refused for, else how the last try ended. Words of ours alone, whatever the address says.</summary>
    private string? ErrorText => Error is { } named && Errors.Contains(named) && view is { IsFinal: false }
        ? texts[$"error.{named}"]
        : Stage != PayStage.Choose || isChoosing ? null : view?.Attempt switch
        {
            { Status: AttemptStatus.Failed } failed => texts[$"error.{PayerLinks.ErrorOf(failed.ErrorCode)}"],
            { Status: AttemptStatus.Expired } => texts["error.timed_out"],
            { Status: AttemptStatus.Cancelled } => texts["error.left"],
            _ => null,
        };

    protected override async Task OnInitializedAsync()
    {
        view = await PayerLinks.ReadAsync(() => Payments.ByTokenAsync(PaymentId, Token, Http.RequestAborted), Settle, Http);
        if (view is null)
        {
            Navigation.NotFound();
            return;
        }
        texts = PayerTexts.Choose(Http);
        isChoosing = Choose is not null;
        if (Stage == PayStage.Choose)
            methods = await Methods.RunAsync(view.PaymentId, Http.RequestAborted);
    }

    private PayStage OpenStage(PayerAttempt attempt) => attempt switch
    {
        { Status: AttemptStatus.Created } => PayStage.Connect,
        { ActionType: "phone_prompt" } => PayStage.Phone,
        { ActionType: "redirect" or "instructions" } when isChoosing => PayStage.Choose,
        { ActionType: "redirect", Method: "link" or "qr" } or { ActionType: "qr_code" } => PayStage.Scan,
        { ActionType: "redirect" } => PayStage.Page,
        { ActionType: "instructions" } => PayStage.Instructions,
        _ => PayStage.Connect,
    };

    private long? SecondsTo(DateTimeOffset? end) => end - Clock.GetUtcNow() is { } left && left > TimeSpan.Zero && left < TimeSpan.FromDays(1) ? (long)left.TotalSeconds : null;

    /// <summary>This page as it is, without what was refused.</summary>
    private string Same() => Here() + (isChoosing ? "&choose=1" : "") + (Ask == "cancel" ? "&ask=cancel" : "");

    private string Here() => PayerLinks.Pay(view!.PaymentId, Token!, Http);

    private string To(string form) => PayerLinks.Form(view!.PaymentId, form, Token!, Http);
}
