using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;

namespace PaymentAdmin.Core.Webhooks;

/// <summary>Which attempt an event is about. Only ever looked for inside one account: the one that proved the event.</summary>
internal static class WebhookAttempt
{
    public static async Task<PaymentAttempt?> FindAsync(PaymentDb db, Guid accountId, WebhookReading reading, CancellationToken cancellationToken)
    {
        var own = db.PaymentAttempts.Where(row => row.AccountId == accountId);
        if (reading.Reference is { } reference && await own.FirstOrDefaultAsync(row => row.ProviderReference == reference || row.ProviderReference2 == reference, cancellationToken) is { } byReference)
            return byReference;
        if (reading.OurReference is not { } name)
            return null;
        if (Guid.TryParse(name, out var ours) && await own.FirstOrDefaultAsync(row => row.Id == ours, cancellationToken) is { } byId)
            return byId;
        // An old system's sender names its donation, not our attempt. That may make us ask the provider about our own attempt; it must not
        // count as money of ours, which an event of the old system's own checkout would be.
        if (reading is not WebhookReading.AskProvider)
            return null;
        var payments = db.Payments.Where(payment => payment.Id == ours || payment.OrderReference == name).Select(payment => payment.Id);
        return await own.Where(row => payments.Contains(row.PaymentId)).OrderByDescending(row => row.CreatedAt).FirstOrDefaultAsync(cancellationToken);
    }
}
