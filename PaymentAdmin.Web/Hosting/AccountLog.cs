using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Web.Hosting;

/// <summary>Writes into the audit what a user did with the own account: signed in, was locked out, changed the second factor.</summary>
public sealed class AccountLog(PaymentStore store, TimeProvider time, IHttpContextAccessor http)
{
    public Task WriteAsync(User user, string action, string? reason = null)
    {
        var request = http.HttpContext;
        var actor = new Actor(
            ActorKind.User,
            user.Id.ToString("D"),
            user.Email ?? "",
            user.Role,
            user.Id,
            request?.Connection.RemoteIpAddress?.ToString(),
            request?.TraceIdentifier);
        var entry = AuditEntry.By(actor, user.TenantId, time.GetUtcNow(), action, "user", user.Id.ToString("D"), reason);
        return store.WriteAsync(
            db =>
            {
                db.AuditEntries.Add(entry);
                return Task.CompletedTask;
            },
            CancellationToken.None);
    }
}
