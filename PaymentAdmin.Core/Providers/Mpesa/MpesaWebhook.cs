using System.Security.Cryptography;
using System.Text.Json;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Providers.Mpesa;

/// <summary>
/// Daraja's callbacks. None of them is signed: the unguessable address is all the proof there is, so a claim of success is kept beside the
/// attempt and confirmed by a question, and both ids must fit the attempt whose address it came to.
/// </summary>
internal static class MpesaWebhook
{
    public const string Push = "stk";
    public const string Validate = "c2b/validate";
    public const string Confirm = "c2b/confirm";
    public const string Result = "result";
    public const string QueueTimeOut = "timeout";

    private const int ReceiptLengthMax = 40;

    /// <summary>The account's key in the path is this account's: compared as any secret, although it has found the account already.</summary>
    public static WebhookVerification Verify(ProviderAccountSnapshot account, InboundRequest request)
    {
        var ours = KeyOf(Uri.TryCreate(account.WebhookUrl, UriKind.Absolute, out var url) ? url.AbsolutePath : "");
        return Signature.CheckShared(ours, KeyOf(request.Path)) is WebhookVerification.Rejected rejected ? rejected
            : new WebhookVerification.Verified(request.Kind is Validate or Confirm ? "secret path of the account" : "secret path of the account and of what it is about");
    }

    public static WebhookReading Parse(InboundRequest request)
    {
        var body = MpesaMembers.Parse(request.Body);
        var reading = request.Kind switch
        {
            Push => ParsePush(body.Member("Body").Member("stkCallback")),
            Confirm => ParseConfirmation(body),
            Result => ParseResult(body.Member("Result"), request.IsAboutRefund),
            // The queue gave up: nobody knows whether it was done.
            QueueTimeOut when body.ValueKind == JsonValueKind.Object => new WebhookReading.AskProvider { DedupeKey = BodyKey(request), EventType = "queue timeout" },
            _ => null,
        };
        return reading ?? new WebhookReading.Unreadable("No callback of Daraja's at this address") { DedupeKey = BodyKey(request) };
    }

    /// <summary>Both ids of the push that a callback is about, where it came to an address without a secret.</summary>
    public static (string Reference, string Reference2)? NumbersOf(InboundRequest request)
    {
        var callback = MpesaMembers.Parse(request.Body).Member("Body").Member("stkCallback");
        return callback.Text("CheckoutRequestID") is { } checkout && callback.Text("MerchantRequestID") is { } merchant ? (checkout, merchant) : null;
    }

    public static CheckQuestion? ReadCheck(InboundRequest request)
    {
        var body = MpesaMembers.Parse(request.Body);
        return body.ValueKind != JsonValueKind.Object ? null : new CheckQuestion
        {
            OurReference = body.Text("BillRefNumber"),
            Amount = MpesaMoney.FromWire(body.Member("TransAmount")),
            MerchantAccount = Merchant(body),
        };
    }

    private static WebhookReading? ParsePush(JsonElement callback)
    {
        if (callback.Text("CheckoutRequestID") is not { } checkout || callback.Text("MerchantRequestID") is not { } merchant || callback.Text("ResultCode") is not { } code)
            return null;
        var said = callback.Text("ResultDesc");
        var items = callback.Member("CallbackMetadata").Member("Item");
        var amount = MpesaMoney.FromWire(items.Item("Name", "Amount"));
        var receipt = Receipt(MpesaMembers.TextOf(items.Item("Name", "MpesaReceiptNumber")));
        var payer = MpesaPhone.Mask(MpesaMembers.TextOf(items.Item("Name", "PhoneNumber")));
        // Everything that matters is in the key: a false callback must not make the true one look like a repetition.
        var key = $"stk:{checkout}:{merchant}:{code}:{receipt}:{amount?.Minor}";
        WebhookReading reading = code == "0"
            ? new WebhookReading.AskProvider { DedupeKey = key, Claim = amount is { } money && receipt is not null ? new ReceiptClaim(receipt, money) : null }
            : new WebhookReading.PaymentSays(new StatusReading(MpesaStatus.OfCallback(code), code)
            {
                Reference = checkout,
                Reference2 = merchant,
                ErrorMessage = MpesaStatus.Meaning(code) ?? Short(said),
                ProviderErrorCode = code,
                Payer = payer,
            })
            { DedupeKey = key };
        return reading with { EventType = $"stk {code}", Reference = checkout, Reference2 = merchant };
    }

    private static WebhookReading.ReceiptSays? ParseConfirmation(JsonElement body)
    {
        if (Receipt(body.Text("TransID")) is not { } receipt || MpesaMoney.FromWire(body.Member("TransAmount")) is not { } amount)
            return null;
        var bill = body.Text("BillRefNumber") ?? "";
        var payer = string.Join(' ', new[] { body.Text("FirstName"), MpesaPhone.Mask(body.Text("MSISDN")) }.OfType<string>());
        return new WebhookReading.ReceiptSays(receipt, amount, Short(bill) ?? "", payer.Length == 0 ? null : Short(payer))
        {
            DedupeKey = $"c2b:{receipt}:{amount.Minor}:{bill}",
            EventType = "c2b confirmation",
            Reference = receipt,
            MerchantAccount = Merchant(body),
        };
    }

    private static WebhookReading? ParseResult(JsonElement result, bool isAboutRefund)
    {
        if (result.Text("ResultCode") is not { } code || (result.Text("OriginatorConversationID") ?? result.Text("ConversationID")) is not { } conversation)
            return null;
        var key = $"result:{conversation}:{code}:{result.Text("TransactionID")}";
        var parameters = result.Member("ResultParameters").Member("ResultParameter");
        var word = MpesaMembers.TextOf(parameters.Item("Key", "TransactionStatus"));
        var amount = MpesaMoney.FromWire(parameters.Item("Key", "Amount"));
        var said = MpesaStatus.Meaning(code) ?? Short(result.Text("ResultDesc"));
        if (isAboutRefund)
        {
            // Asked about: only a completed reversal says something. The reversal's own result: its code says all.
            var status = word is not null ? (word == "Completed" ? RefundStatus.Succeeded : RefundStatus.Pending) : MpesaStatus.OfReversal(code);
            return new WebhookReading.RefundSays(conversation, status, word is null ? amount : null)
            {
                DedupeKey = key,
                EventType = $"reversal result {code}",
                FailureMessage = status == RefundStatus.Failed ? said : null,
            };
        }
        if (code != "0" || word is null)
            return new WebhookReading.Irrelevant { DedupeKey = key, EventType = $"status result {code}" };
        var receipt = Receipt(MpesaMembers.TextOf(parameters.Item("Key", "ReceiptNo")));
        var fact = word == "Completed" && amount is not null && receipt is not null ? ObservedFact.Succeeded : ObservedFact.Unrecognised;
        return new WebhookReading.PaymentSays(new StatusReading(fact, word) { Received = amount, ReceiptReference = receipt }) { DedupeKey = key, EventType = "status result 0" };
    }

    /// <summary>A till's own number differs from its store's, so only a paybill's short code is held against the account's.</summary>
    private static string? Merchant(JsonElement body) => body.Text("TransactionType") is "Pay Bill" ? body.Text("BusinessShortCode") : null;

    private static string? Receipt(string? text) => text is { Length: > 0 and <= ReceiptLengthMax } && text.All(char.IsAsciiLetterOrDigit) ? text : null;

    private static string? Short(string? text) => text is null || text.Length <= 200 ? text : text[..200];

    private static string BodyKey(InboundRequest request) => $"{request.Kind}:{Convert.ToHexStringLower(SHA256.HashData(request.Body.Span))}";

    private static string KeyOf(string path)
    {
        const string mark = "/hooks/";
        var at = path.IndexOf(mark, StringComparison.Ordinal);
        if (at < 0)
            return "";
        var rest = path[(at + mark.Length)..];
        var end = rest.IndexOf('/', StringComparison.Ordinal);
        return end < 0 ? rest : rest[..end];
    }
}

/// <summary>Daraja's result codes. What a code is worth depends on who says it: a query's "failed" does not prove that nothing was debited.</summary>
internal static class MpesaStatus
{
    /// <summary>By this age of a prompt a callback that has not come is lost; then a query's word must do.</summary>
    public static readonly TimeSpan CallbackLostAfter = TimeSpan.FromMinutes(3);

    public static ObservedFact OfCallback(string code) => code switch
    {
        "0" => ObservedFact.Succeeded,
        "26" or "4999" => ObservedFact.Pending,
        "1032" => ObservedFact.Cancelled,
        "1019" or "1037" => ObservedFact.Expired,
        _ => ObservedFact.Failed,
    };

    /// <param name="age">Of the prompt, which itself lives for a minute.</param>
    public static ObservedFact OfQuery(string code, TimeSpan age) => code switch
    {
        "0" => ObservedFact.Succeeded,
        "4999" or "26" => ObservedFact.Pending,
        "1032" => ObservedFact.Cancelled,
        "1019" => ObservedFact.Expired,
        "2001" or "8006" or "2028" or "SFC_IC0003" or "2" or "3" or "4" or "8" or "1001" => ObservedFact.Failed,
        "1037" when age >= CallbackLostAfter => ObservedFact.Expired,
        "1" or "17" or "1025" or "9999" when age >= CallbackLostAfter => ObservedFact.Failed,
        _ => ObservedFact.Pending,
    };

    /// <summary>Already reversed is a success: nothing else is reversed under a refund's own address.</summary>
    public static RefundStatus OfReversal(string code) => code is "0" or "R000001" ? RefundStatus.Succeeded : RefundStatus.Failed;

    /// <summary>In words for payer and shop; null where the provider's own are as good.</summary>
    public static string? Meaning(string code) => code switch
    {
        "1" => "The balance is insufficient for the transaction.",
        "17" => "The same amount was asked of this customer within two minutes; wait and try again.",
        "1001" => "Another M-Pesa session of this phone is open; wait a minute and try again.",
        "1019" => "The prompt expired.",
        "1025" or "9999" => "The prompt could not be sent to the phone; the customer can pay at the paybill instead.",
        "1032" => "The customer cancelled the prompt, or let it pass.",
        "1037" => "The phone could not be reached; the customer can pay at the paybill instead.",
        "2001" => "The M-Pesa PIN was wrong.",
        "2028" or "SFC_IC0003" => "M-Pesa does not allow this account to collect so: check short code, till and transaction type.",
        "8006" => "The customer's M-Pesa PIN is locked.",
        "R000001" => "The transaction has been reversed already.",
        "R000002" => "M-Pesa does not know the transaction that is to be reversed.",
        _ => null,
    };
}
