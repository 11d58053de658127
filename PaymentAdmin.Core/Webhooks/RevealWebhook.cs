using System.Text;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Core.Webhooks;

/// <summary>Shows a body as it came, with all that is personal in it, to a person who says why; that it was shown stands in the audit.</summary>
public sealed class RevealWebhook(PaymentStore store, TimeProvider clock)
{
    public async Task<Result<string>> RunAsync(Guid tenantId, Guid eventId, string reason, Actor actor, CancellationToken cancellationToken)
    {
        if (Permissions.Missing(actor, Permissions.WebhooksReplay) is { } missing)
            return missing;
        if (Texts.Fault(reason, 255, isRequired: true) is { } fault)
            return Problem.Invalid("reason", fault);
        return await store.WriteAsync<string>(
            async db =>
            {
                var body = await db.WebhookEvents.AsNoTracking().Where(row => row.Id == eventId && row.TenantId == tenantId).Select(row => row.Body).FirstOrDefaultAsync(cancellationToken);
                if (body is null)
                    return new Problem(Codes.NotFound, "No such event.");
                db.AuditEntries.Add(AuditEntry.By(actor, tenantId, clock.GetUtcNow(), "webhook.revealed", "webhook", eventId.ToString(), reason.Trim()));
                return Encoding.UTF8.GetString(body);
            },
            cancellationToken);
    }
}
