using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Web.Components.Pages.Payments;

/// <summary>How the columns of the file (<see cref="PaymentCsv.Columns"/>) look on the list: one name for both, so that what is chosen is what is exported.</summary>
public static class PaymentColumns
{
    /// <summary>What the list shows when nothing was chosen, in the names of the file: where a choice begins.</summary>
    public static IReadOnlyList<string> AtFirst { get; } = ["amount", "status", "order_reference", "provider", "customer_phone", "shop_id", "mode", "created_at"];

    public static string TitleOf(string column) => column switch
    {
        "payment_id" => "Payment id",
        "order_reference" => "Reference",
        "shop_id" => "Shop",
        "organization_bin" => "BIN",
        "amount_minor" => "Amount, minor units",
        "received_minor" => "Received, minor units",
        "refunded_minor" => "Refunded, minor units",
        "refundable_minor" => "Refundable, minor units",
        "customer_name" => "Payer",
        "customer_email" => "Payer’s e-mail",
        "customer_phone" => "Payer’s phone",
        "customer_id" => "Customer id",
        "payment_code" => "Payment code",
        "created_at" => "Created",
        "succeeded_at" => "Succeeded",
        "updated_at" => "Changed",
        "expires_at" => "Expires",
        "last_error" => "Last error",
        _ => char.ToUpperInvariant(column[0]) + column[1..].Replace('_', ' '),
    };

    public static string WidthOf(string column) => column switch
    {
        "payment_id" => "300px",
        "mode" => "76px",
        "currency" => "88px",
        "amount" or "received" or "refunded" or "refundable" => "150px",
        "order_reference" or "provider_reference" or "description" or "last_error" or "customer_email" => "200px",
        "amount_minor" or "received_minor" or "refunded_minor" or "refundable_minor" => "168px",
        _ => "148px",
    };

    public static bool IsFigure(string column) => column.EndsWith("_minor", StringComparison.Ordinal) || IsMoney(column) || IsTime(column);

    public static bool IsMoney(string column) => column is "amount" or "received" or "refunded" or "refundable";

    public static bool IsTime(string column) => column.EndsWith("_at", StringComparison.Ordinal);

    /// <summary>Where the cell stands on a phone's card: what a row is known by in its corners, the rest below with its name.</summary>
    public static string CssOf(string column) => column switch
    {
        "amount" => "o1",
        "status" => "o2 end-m",
        "order_reference" => "o3",
        "created_at" => "o4 end-m",
        _ => "o6 span-m",
    };

    /// <summary>Whether the card names it: it does not explain itself there.</summary>
    public static bool IsNamedOnPhone(string column) => CssOf(column) == "o6 span-m";
}
