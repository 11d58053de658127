using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Webhooks;

/// <summary>What the delivery says in our words: term and value, for a person.</summary>
public sealed record ReadingLine(string Term, string Value);

/// <summary>The payment that an event is about, as far as its page shows it.</summary>
public sealed record WebhookPayment(Guid Id, string OrderReference, PaymentStatus Status, long AmountMinor, long ReceivedMinor, long RefundedMinor, string Currency);

/// <summary>Everything that the page of an event shows. The body is masked; headers are those that were kept, secret ones without value.</summary>
public sealed record WebhookDetail(
    WebhookRow Row,
    string AccountName,
    MaskedBody Body,
    int BodyBytes,
    string BodySha256,
    IReadOnlyList<ReadingLine> Reading,
    IReadOnlyList<(string Name, string Value)> Headers,
    string? RemoteIp,
    string DedupeKey,
    int Attempts,
    DateTimeOffset? AppliedAt,
    WebhookPayment? Payment,
    EarlierWebhook? Earlier,
    string? Curl);

/// <summary>The delivery before this one about the same thing.</summary>
public sealed record EarlierWebhook(Guid Id, DateTimeOffset ReceivedAt, MaskedBody Body);

/// <summary>Reads one event of the inbox with what its body says.</summary>
public sealed class WebhookDetails(PaymentStore store, ProviderAccounts accounts, ProcessWebhook process)
{
    /// <summary>Null when there is none, or it is another tenant's.</summary>
    public async Task<WebhookDetail?> FindAsync(SearchScope scope, Guid eventId, CancellationToken cancellationToken)
    {
        var found = await store.ReadAsync(
            async db =>
            {
                var received = await db.WebhookEvents.FirstOrDefaultAsync(row => row.Id == eventId && row.TenantId == scope.TenantId, cancellationToken);
                if (received is null)
                    return null;
                var payment = received.PaymentId is { } id
                    ? await db.Payments.Where(row => row.Id == id).Select(row => new WebhookPayment(row.Id, row.OrderReference, row.Status, row.AmountMinor, row.ReceivedMinor, row.RefundedMinor, row.Currency)).FirstOrDefaultAsync(cancellationToken)
                    : null;
                return new
                {
                    Received = received,
                    Account = await db.ProviderAccounts.SingleAsync(row => row.Id == received.AccountId, cancellationToken),
                    AppliedAt = await db.WebhookApplications.Where(row => row.EventId == eventId).Select(row => (DateTimeOffset?)row.At).FirstOrDefaultAsync(cancellationToken),
                    Payment = payment,
                    Earlier = await EarlierAsync(db, received, cancellationToken),
                };
            },
            cancellationToken);
        if (found is null)
            return null;
        var received = found.Received;
        var row = new WebhookRow
        {
            Id = received.Id,
            Mode = received.Mode,
            Provider = received.Provider,
            Kind = received.Kind,
            EventType = received.EventType,
            ProviderReference = received.ProviderReference,
            SourceVerdict = received.SourceVerdict,
            Integrity = received.Integrity,
            State = received.State,
            Outcome = received.Outcome,
            PaymentId = received.PaymentId,
            OrderReference = found.Payment?.OrderReference,
            Duplicates = received.Duplicates,
            ReceivedAt = received.ReceivedAt,
            SettledAt = received.SettledAt,
            NextAttemptAt = received.NextAttemptAt,
        };
        var secrets = accounts.Open(found.Account, route: null).Credentials.Values;
        var body = BodyMask.Of(received.Body, secrets);
        var headers = HeadersOf(received.HeadersJson);
        var earlier = found.Earlier is { } before ? new EarlierWebhook(before.Id, before.ReceivedAt, BodyMask.Of(before.Body, secrets)) : null;
        return new WebhookDetail(row, found.Account.Name, body, received.Body.Length, received.BodySha256, LinesOf(process.Read(received)), headers, received.RemoteIp, received.DedupeKey, received.Attempts, found.AppliedAt, found.Payment, earlier, CurlText.Of(accounts.WebhookUrlWithoutKey(found.Account), headers, body));
    }

    /// <summary>By payment, or by the provider's reference while there is no payment: both are indexed.</summary>
    private static Task<WebhookEvent?> EarlierAsync(PaymentDb db, WebhookEvent received, CancellationToken cancellationToken)
    {
        var before = db.WebhookEvents.Where(row => row.AccountId == received.AccountId && row.PaymentId == received.PaymentId && row.Id != received.Id && row.ReceivedAt <= received.ReceivedAt);
        if (received.PaymentId is null)
        {
            if (received.ProviderReference is null)
                return Task.FromResult<WebhookEvent?>(null);
            before = before.Where(row => row.ProviderReference == received.ProviderReference);
        }
        return before.OrderByDescending(row => row.ReceivedAt).ThenByDescending(row => row.Id).FirstOrDefaultAsync(cancellationToken);
    }

    private static IReadOnlyList<(string, string)> HeadersOf(string json) =>
        [.. (JsonSerializer.Deserialize<Dictionary<string, string>>(json) ?? []).OrderBy(header => header.Key, StringComparer.Ordinal).Select(header => (header.Key, header.Value))];

    private static List<ReadingLine> LinesOf(WebhookReading reading)
    {
        var lines = new List<ReadingLine>();
        switch (reading)
        {
            case WebhookReading.PaymentSays says:
                Add("Says", $"The payment is {Common.Words.Of(says.Status.Fact).Replace('_', ' ')}");
                Add("Provider's word", says.Status.StatusWord);
                Add("Amount", Text(says.Status.Received));
                Add("Receipt", says.Status.ReceiptReference);
                Add("Fault", says.Status.ErrorMessage);
                break;
            case WebhookReading.AskProvider ask:
                Add("Says", "Something changed; the provider is asked before anything is believed");
                Add("Claims", Text(ask.Claim?.Amount));
                Add("Receipt", ask.Claim?.Reference);
                break;
            case WebhookReading.RefundSays refund:
                Add("Says", $"A refund is {Common.Words.Of(refund.Status)}");
                Add("Amount", Text(refund.Amount));
                Add("Refund", refund.RefundReference);
                Add("Fault", refund.FailureMessage);
                break;
            case WebhookReading.DisputeSays dispute:
                Add("Says", $"A dispute is {Common.Words.Of(dispute.Status)}");
                Add("Amount", Text(dispute.Amount));
                Add("Dispute", dispute.DisputeReference);
                Add("Reason", dispute.Reason);
                break;
            case WebhookReading.ReceiptSays receipt:
                Add("Says", "Money came");
                Add("Amount", Text(receipt.Amount));
                Add("Receipt", receipt.ReceiptReference);
                Add("For", receipt.BillReference);
                break;
            case WebhookReading.Unreadable unreadable:
                Add("Says", $"Nothing that can be read: {unreadable.Reason}");
                break;
            default:
                Add("Says", "Nothing that changes anything here");
                break;
        }
        Add("Reference", reading.Reference);
        Add("Second reference", reading.Reference2);
        Add("Our reference", reading.OurReference);
        Add("Mode", reading.Mode is { } mode ? Common.Words.Of(mode) : null);
        Add("Merchant account", reading.MerchantAccount);
        return lines;

        void Add(string term, string? value)
        {
            if (!string.IsNullOrEmpty(value))
                lines.Add(new ReadingLine(term, value));
        }
    }

    private static string? Text(Money? money) => money is { } known ? MoneyFormat.Text(known.Minor, known.Currency) : null;
}
