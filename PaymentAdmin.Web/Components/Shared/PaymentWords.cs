using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Web.Components.Shared;

/// <summary>Words of the product as sentences on screen say them.</summary>
public static class PaymentWords
{
    public static string Of(PaymentExceptions exception) => exception switch
    {
        PaymentExceptions.PaidLate => "Paid late",
        PaymentExceptions.DuplicateCharge => "Charged twice",
        PaymentExceptions.Underpaid => "Underpaid",
        PaymentExceptions.Overpaid => "Overpaid",
        PaymentExceptions.AmountMismatch => "Amount differs",
        PaymentExceptions.CurrencyMismatch => "Currency differs",
        PaymentExceptions.Manual => "Manual proof",
        PaymentExceptions.Disputed => "Disputed",
        PaymentExceptions.OutcomeUnknown => "Outcome unknown",
        PaymentExceptions.Risk => "Risky",
        _ => exception.ToString(),
    };

    /// <summary>"Amount differs, disputed"; null when there is nothing.</summary>
    public static string? All(PaymentExceptions exceptions)
    {
        var words = Enum.GetValues<PaymentExceptions>().Where(one => one != PaymentExceptions.None && exceptions.HasFlag(one)).Select(Of).ToList();
        return words.Count == 0 ? null : string.Join(", ", words.Select((word, i) => i == 0 ? word : char.ToLowerInvariant(word[0]) + word[1..]));
    }

    public static string OfMethod(string? method) => method switch
    {
        null => "",
        "phone" => "Phone push",
        "link" => "Pay link",
        "qr" => "QR code",
        "card" => "Card",
        "bank_transfer" => "Bank transfer",
        "mobile_money" => "Mobile money",
        "eft" => "EFT",
        "ussd" => "USSD",
        "cash_on_delivery" => "Cash on delivery",
        _ => method,
    };

    public static string Of(PaymentKind kind) => kind switch
    {
        PaymentKind.Donation => "Donation",
        PaymentKind.Registration => "Registration",
        _ => "Order",
    };

    /// <summary>"8 Almaty, Abay", "8", or a dash.</summary>
    public static string OfShop(int? number, string? name) => number is null ? "–" : name is null ? $"{number}" : $"{number} {name}";

    public static string Count(CappedCount count) => count.IsMore ? "10\u00a0000+" : count.Number.ToString("N0", System.Globalization.CultureInfo.InvariantCulture).Replace(',', '\u00a0');
}
