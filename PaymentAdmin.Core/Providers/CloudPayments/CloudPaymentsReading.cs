using System.Globalization;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Providers.CloudPayments;

/// <summary>What a transaction says, in answers and notifications alike.</summary>
internal static class CloudPaymentsReading
{
    private const string RefundType = "1";

    /// <summary>Null when what it must have is missing.</summary>
    public static StatusReading? Of(CloudPaymentsTransaction transaction)
    {
        if (NumberOf(transaction.TransactionId.Plain()) is not { } number || WordOf(transaction) is not { } word)
            return null;
        var fact = Fact(word);
        var reading = new StatusReading(fact, word) { Payer = PayerOf(transaction.CardType, transaction.CardLastFour) };
        if (word == "Declined")
            return reading with { ErrorMessage = transaction.CardHolderMessage ?? transaction.Reason, ProviderErrorCode = transaction.ReasonCode.Plain() };
        if (fact != ObservedFact.Succeeded)
            return reading;
        return CloudPaymentsMoney.FromWire(transaction.Amount.Plain(), transaction.Currency) is { } received ? Paid(reading, number, received) : null;
    }

    /// <summary>The number of the transaction is the receipt, and what a refund must name: only one that was paid may become our second reference.</summary>
    public static StatusReading Paid(StatusReading reading, string number, Money received) => reading with { Received = received, ReceiptReference = number, Reference2 = number };

    /// <summary>
    /// A declined try leaves the order's page open for another card, and an authorised amount is a hold and no money yet.
    /// </summary>
    public static ObservedFact Fact(string word) => word switch
    {
        "Created" or "AwaitingAuthentication" or "Authorized" or "Declined" => ObservedFact.Pending,
        "Completed" => ObservedFact.Succeeded,
        "Cancelled" => ObservedFact.Cancelled,
        _ => ObservedFact.Unrecognised,
    };

    /// <summary>The word behind a number of <c>StatusCode</c>, for answers that carry nothing else.</summary>
    public static string? WordOf(string? statusCode) => statusCode switch
    {
        "0" => "Created",
        "1" => "AwaitingAuthentication",
        "2" => "Authorized",
        "3" => "Completed",
        "4" => "Cancelled",
        "5" => "Declined",
        _ => null,
    };

    public static string? WordOf(CloudPaymentsTransaction transaction) =>
        transaction.Status is { Length: > 0 } word ? word : transaction.StatusCode.Plain() is { } code ? WordOf(code) ?? code : null;

    public static Mode? ModeOf(string? testMode) => testMode switch
    {
        "1" or "true" or "True" => Mode.Test,
        "0" or "false" or "False" => Mode.Live,
        _ => null,
    };

    public static string? PayerOf(string? cardType, string? lastFour) => lastFour is { Length: > 0 } ? $"{cardType} ···· {lastFour}".Trim() : null;

    public static bool IsRefund(CloudPaymentsTransaction transaction) => transaction.Type.Plain() == RefundType;

    /// <summary>The number of a transaction as text; null when it is none.</summary>
    public static string? NumberOf(string? text) => TransactionOf(text)?.ToString(CultureInfo.InvariantCulture);

    public static long? TransactionOf(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;

    public static DateTimeOffset? Moment(string? iso) =>
        DateTimeOffset.TryParse(iso, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment) ? moment : null;
}
