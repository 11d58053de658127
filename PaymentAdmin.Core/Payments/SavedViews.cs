using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Providers;

namespace PaymentAdmin.Core.Payments;

/// <summary>Keeps, lists and takes away named filters of the list of payments.</summary>
public sealed class SavedViews(PaymentStore store, ProviderRegistry providers, IdSource ids, TimeProvider clock)
{
    /// <summary>What one user keeps; more than this nobody finds again.</summary>
    public const int PerUserMax = 100;

    /// <summary>The user's own and the shared ones, by name.</summary>
    public Task<List<SavedView>> ListAsync(Guid tenantId, Guid userId, CancellationToken cancellationToken) =>
        store.ReadAsync(db => db.SavedViews.Where(row => row.TenantId == tenantId && (row.UserId == userId || row.IsShared)).OrderBy(row => row.Name).ThenBy(row => row.Id).ToListAsync(cancellationToken), cancellationToken);

    public async Task<Result<SavedView>> AddAsync(Guid tenantId, string name, ShownPayments shown, bool isShared, Actor actor, CancellationToken cancellationToken)
    {
        if (Permissions.Missing(actor, Permissions.PaymentsRead) is { } missing)
            return missing;
        name = name.Trim();
        if (Texts.Fault(name, SavedView.NameMax, isRequired: true) is { } fault)
            return Problem.Invalid("name", fault);
        if (actor.AnswerableUserId is not { } userId)
            return new Problem(Codes.PermissionMissing, "Only a signed-in person keeps views.");
        return await store.WriteAsync<SavedView>(
            async db =>
            {
                var own = db.SavedViews.Where(row => row.TenantId == tenantId && row.UserId == userId);
                if (await own.AnyAsync(row => row.Name == name, cancellationToken))
                    return Problem.Invalid("name", "is the name of another view of yours");
                if (await own.CountAsync(cancellationToken) >= PerUserMax)
                    return Problem.Invalid("name", $"cannot be kept: you have {PerUserMax} views already");
                var view = new SavedView { Id = ids.NewId(), TenantId = tenantId, UserId = userId, Name = name, Query = QueryOf(shown), IsShared = isShared, CreatedAt = clock.GetUtcNow() };
                db.SavedViews.Add(view);
                db.AuditEntries.Add(AuditEntry.By(actor, tenantId, view.CreatedAt, "view.saved", "view", view.Id.ToString(), after: AuditJson.Of(new { view.Name, view.Query, view.IsShared })));
                return view;
            },
            cancellationToken);
    }

    public Task<Result<bool>> RemoveAsync(Guid tenantId, Guid viewId, Actor actor, CancellationToken cancellationToken) =>
        store.WriteAsync<bool>(
            async db =>
            {
                var view = await db.SavedViews.FirstOrDefaultAsync(row => row.Id == viewId && row.TenantId == tenantId, cancellationToken);
                if (view is null || (!view.IsShared && view.UserId != actor.AnswerableUserId))
                    return new Problem(Codes.NotFound, "No such view; it may have been taken away meanwhile.");
                if (view.UserId != actor.AnswerableUserId && Permissions.Missing(actor, Permissions.SettingsManage) is { } missing)
                    return missing;
                db.SavedViews.Remove(view);
                db.AuditEntries.Add(AuditEntry.By(actor, tenantId, clock.GetUtcNow(), "view.removed", "view", viewId.ToString(), before: AuditJson.Of(new { view.Name, view.Query, view.IsShared })));
                return true;
            },
            cancellationToken);

    /// <summary>Opens the list with one of the user's own views from now on; null: with everything.</summary>
    public Task<Result<bool>> SetDefaultAsync(Guid tenantId, Guid? viewId, Actor actor, CancellationToken cancellationToken) => store.WriteAsync<bool>(
        async db =>
        {
            var own = await db.SavedViews.Where(row => row.TenantId == tenantId && row.UserId == actor.AnswerableUserId).ToListAsync(cancellationToken);
            if (viewId is not null && !own.Exists(row => row.Id == viewId))
                return new Problem(Codes.NotFound, "No such view of yours.");
            foreach (var view in own)
                view.IsDefault = view.Id == viewId;
            db.AuditEntries.Add(AuditEntry.By(actor, tenantId, clock.GetUtcNow(), "view.default_set", "view", viewId?.ToString() ?? "none"));
            return true;
        },
        cancellationToken);

    /// <summary>How a view of this is kept: two that show the same have the same text.</summary>
    public static string QueryOf(ShownPayments shown) => (shown with { Filter = shown.Filter with { Mode = null } }).ToQueryString();

    /// <summary>What the view shows; null when it cannot be shown any more (a provider of it is gone).</summary>
    public ShownPayments? Open(SavedView view)
    {
        var pairs = view.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)).Where(pair => pair.Length == 2).Select(pair => KeyValuePair.Create(pair[0], Uri.UnescapeDataString(pair[1])));
        var read = ShownPayments.Read([.. pairs], providers);
        return read.IsOk ? read.Value : null;
    }
}
