using System.Globalization;
using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Web.Components.Shared;

namespace PaymentAdmin.Web.Components.Pages.Payments;

/// <summary>One cell of a column that somebody chose. It says what the file says, masked where the file is for those who may have it whole.</summary>
public sealed partial class PaymentCell
{
    [Parameter, EditorRequired]
    public PaymentRow Row { get; set; } = null!;

    /// <summary>A name of <see cref="PaymentCsv.Columns"/>.</summary>
    [Parameter, EditorRequired]
    public string Column { get; set; } = "";

    [Inject]
    private ProviderRegistry Providers { get; set; } = null!;

    private string? Text => Column switch
    {
        "exceptions" => PaymentWords.All(Row.Exceptions),
        "shop_id" => Row.ShopNumber is null ? null : PaymentWords.OfShop(Row.ShopNumber, Row.ShopName),
        "organization_bin" => Row.OrganizationBin,
        "provider" => Row.Provider is { } provider ? Providers.NameOf(provider) : null,
        "method" => Row.Method is { } method ? PaymentWords.OfMethod(method) : null,
        "provider_reference" => Row.ProviderReference,
        "amount_minor" or "received_minor" or "refunded_minor" or "refundable_minor" => MinorOf(Column).ToString(CultureInfo.InvariantCulture),
        "currency" => Row.Currency,
        "kind" => PaymentWords.Of(Row.Kind),
        "customer_name" => Row.CustomerName,
        "customer_email" => Row.CustomerEmail,
        "customer_phone" => Row.CustomerPhone,
        "customer_id" => Row.CustomerId,
        "description" => Row.Description,
        "proof_reference" => Row.ProofReference,
        "payment_code" => Row.PaymentCode,
        "last_error" => Row.LastError,
        _ => throw new InvalidOperationException($"The list has no cell for the column {Column}."),
    };

    private long MinorOf(string column) => column switch
    {
        "amount" or "amount_minor" => Row.AmountMinor,
        "received" or "received_minor" => Row.ReceivedMinor,
        "refunded" or "refunded_minor" => Row.RefundedMinor,
        _ => Row.RefundableMinor,
    };

    private DateTimeOffset? TimeOf(string column) => column switch
    {
        "created_at" => Row.CreatedAt,
        "succeeded_at" => Row.SucceededAt,
        "updated_at" => Row.UpdatedAt,
        _ => Row.ExpiresAt,
    };
}
