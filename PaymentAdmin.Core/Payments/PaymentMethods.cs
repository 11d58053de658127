namespace PaymentAdmin.Core.Payments;

/// <summary>The words for how a payer pays (contract.md section 4); each provider's profile has some of them.</summary>
public static class PaymentMethods
{
    public static IReadOnlyList<string> All { get; } = ["card", "phone", "qr", "link", "bank_transfer", "mobile_money", "eft", "ussd", "cash_on_delivery"];
}
