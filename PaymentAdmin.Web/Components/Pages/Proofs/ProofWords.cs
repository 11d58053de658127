using PaymentAdmin.Core.Proofs;
using PaymentAdmin.Web.Components.Shared;

namespace PaymentAdmin.Web.Components.Pages.Proofs;

/// <summary>Words and looks of proofs.</summary>
public static class ProofWords
{
    /// <summary>Older than this, a waiting proof is late.</summary>
    public static readonly TimeSpan Target = TimeSpan.FromHours(4);

    public static string Of(ProofType type) => type switch
    {
        ProofType.CashOnDelivery => "Cash on delivery",
        ProofType.MobileMoney => "Mobile money",
        _ => "Bank transfer",
    };

    public static ChipLook LookOf(ProofStatus status) => status switch
    {
        ProofStatus.Submitted => new(Tone.Violet, "flag", "Waiting"),
        ProofStatus.Claimed => new(Tone.Blue, "person", "Taken"),
        ProofStatus.ApprovedFirst => new(Tone.Blue, "how_to_reg", "Needs a second person"),
        ProofStatus.MoreInfo => new(Tone.Amber, "help", "Sent back"),
        ProofStatus.Approved => new(Tone.Green, "check_circle", "Approved"),
        ProofStatus.Rejected => new(Tone.Red, "cancel", "Rejected"),
        ProofStatus.Withdrawn => new(Tone.Grey, "block", "Withdrawn"),
        _ => new(Tone.Grey, "block", "Replaced"),
    };

    /// <summary>Why, as the clerk chooses it.</summary>
    public static string Of(ProofRejection rejection) => rejection switch
    {
        ProofRejection.NotReceived => "Money not received",
        ProofRejection.AmountMismatch => "Amount is different",
        ProofRejection.CurrencyMismatch => "Currency is different",
        ProofRejection.ReferenceDuplicate => "Reference already used",
        ProofRejection.ReferenceNotFound => "Reference not found",
        ProofRejection.UnreadableImage => "Not readable",
        ProofRejection.WrongRecipient => "Paid to somebody else",
        ProofRejection.WrongOrder => "Belongs to another order",
        ProofRejection.DateOutOfRange => "Date does not fit",
        ProofRejection.SuspectedForgery => "Suspected forgery (the payer reads a neutral sentence)",
        ProofRejection.Incomplete => "Something is missing",
        _ => "Other (say it to the payer)",
    };
}
