using System.Net;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Secrets;

namespace PaymentAdmin.Core.Events;

/// <summary>The event types that are told (contract.md section 4).</summary>
public static class EventTypes
{
    public static IReadOnlyList<string> All { get; } =
    [
        "payment.created", "payment.pending", "payment.in_review", "payment.succeeded", "payment.failed", "payment.cancelled", "payment.expired", "payment.exception",
        "refund.requested", "refund.pending", "refund.succeeded", "refund.failed", "refund.unknown",
        "proof.submitted", "proof.approved", "proof.rejected", "proof.more_info", "dispute.opened", "dispute.closed",
    ];
}

/// <param name="Secret">Shown once: when the endpoint is made and when its secret is rotated.</param>
public sealed record EndpointWithSecret(EventEndpoint Endpoint, string? Secret);

/// <summary>One delivery with its tries.</summary>
public sealed record DeliveryLog(EventDelivery Delivery, string Type, IReadOnlyList<EventDeliveryTry> Tries);

/// <summary>Registers, changes and removes the addresses that a tenant wants its events at.</summary>
public sealed class EventEndpoints(PaymentStore store, SecretBox secrets, Deployment deployment, IdSource ids, TimeProvider clock)
{
    private const int PerTenantMax = 20;

    /// <summary>After a rotation the old secret signs as well, this long.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromHours(24);

    public static string SecretPlace(Guid endpointId, Guid tenantId) => SecretBox.Place("event_endpoints", endpointId, "secret", tenantId);

    public async Task<Result<EndpointWithSecret>> AddAsync(Guid tenantId, Mode mode, string? url, IReadOnlyList<string>? types, string? description, Actor actor, CancellationToken cancellationToken)
    {
        if (Permissions.Missing(actor, Permissions.ConfigsWrite) is { } missing)
            return missing;
        if (CheckUrl(url, mode) is { } urlFault)
            return Problem.Invalid("url", urlFault);
        if (CheckTypes(types) is { } typesFault)
            return Problem.Invalid("types", typesFault);
        if (Texts.Fault(description, 255) is { } descriptionFault)
            return Problem.Invalid("description", descriptionFault);
        return await store.WriteAsync<EndpointWithSecret>(
            async db =>
            {
                if (await db.EventEndpoints.CountAsync(row => row.TenantId == tenantId && row.Mode == mode, cancellationToken) >= PerTenantMax)
                    return Problem.Invalid("url", $"{PerTenantMax} endpoints exist already; remove one first");
                var now = clock.GetUtcNow();
                var id = ids.NewId();
                var secret = WebhookSignature.NewSecret();
                var endpoint = new EventEndpoint
                {
                    Id = id,
                    TenantId = tenantId,
                    Mode = mode,
                    Url = url!,
                    Types = [.. types ?? []],
                    Description = description,
                    SecretCipher = secrets.Seal(secret, SecretPlace(id, tenantId)),
                    CreatedAt = now,
                    // It is told what happens from now on; what was before is at GET /v1/events.
                    EnqueuedSequence = await db.EventCounters.Where(row => row.TenantId == tenantId && row.Mode == mode).Select(row => row.LastSequence).FirstOrDefaultAsync(cancellationToken),
                };
                db.EventEndpoints.Add(endpoint);
                db.AuditEntries.Add(AuditEntry.By(actor, tenantId, now, "event_endpoint.added", "event_endpoint", id.ToString(), after: url));
                return new EndpointWithSecret(endpoint, secret);
            },
            cancellationToken);
    }

    public Task<List<EventEndpoint>> ListAsync(Guid tenantId, Mode mode, CancellationToken cancellationToken) =>
        store.ReadAsync(db => db.EventEndpoints.Where(row => row.TenantId == tenantId && row.Mode == mode).OrderBy(row => row.CreatedAt).ToListAsync(cancellationToken), cancellationToken);

    public Task<EventEndpoint?> FindAsync(Guid tenantId, Mode mode, Guid endpointId, CancellationToken cancellationToken) =>
        store.ReadAsync(db => db.EventEndpoints.FirstOrDefaultAsync(row => row.Id == endpointId && row.TenantId == tenantId && row.Mode == mode, cancellationToken), cancellationToken);

    /// <summary>The newest deliveries of an endpoint with every try, and when the next one is due.</summary>
    public Task<Result<IReadOnlyList<DeliveryLog>>> DeliveriesAsync(Guid tenantId, Mode mode, Guid endpointId, int limit, CancellationToken cancellationToken) =>
        store.ReadAsync<Result<IReadOnlyList<DeliveryLog>>>(
            async db =>
            {
                if (!await db.EventEndpoints.AnyAsync(row => row.Id == endpointId && row.TenantId == tenantId && row.Mode == mode, cancellationToken))
                    return new Problem(Codes.NotFound, "No such endpoint.");
                var rows = await db.EventDeliveries.Where(row => row.EndpointId == endpointId).OrderByDescending(row => row.Sequence).Take(limit)
                    .Join(db.OutgoingEvents, delivery => delivery.EventId, told => told.Id, (delivery, told) => new { Delivery = delivery, told.Type }).ToListAsync(cancellationToken);
                var shown = rows.ConvertAll(row => row.Delivery.Id);
                var tries = await db.EventDeliveryTries.Where(row => shown.Contains(row.DeliveryId)).OrderBy(row => row.At).ToListAsync(cancellationToken);
                return rows.ConvertAll(row => new DeliveryLog(row.Delivery, row.Type, tries.FindAll(attempt => attempt.DeliveryId == row.Delivery.Id)));
            },
            cancellationToken);

    public Task<Result<EndpointWithSecret>> ChangeAsync(Guid tenantId, Mode mode, Guid endpointId, bool? isEnabled, IReadOnlyList<string>? types, Actor actor, CancellationToken cancellationToken) =>
        CheckTypes(types) is { } fault
            ? Task.FromResult<Result<EndpointWithSecret>>(Problem.Invalid("types", fault))
            : OnOneAsync(tenantId, mode, endpointId, actor, "event_endpoint.changed", (endpoint, _) =>
            {
                endpoint.IsEnabled = isEnabled ?? endpoint.IsEnabled;
                endpoint.DisabledReason = endpoint.IsEnabled ? null : endpoint.DisabledReason ?? "Switched off.";
                endpoint.Types = types is null ? endpoint.Types : [.. types];
                return null;
            }, cancellationToken);

    public Task<Result<EndpointWithSecret>> RotateSecretAsync(Guid tenantId, Mode mode, Guid endpointId, Actor actor, CancellationToken cancellationToken) =>
        OnOneAsync(tenantId, mode, endpointId, actor, "event_endpoint.secret_rotated", (endpoint, now) =>
        {
            var secret = WebhookSignature.NewSecret();
            endpoint.PreviousSecretCipher = endpoint.SecretCipher;
            endpoint.PreviousSecretUntil = now + Overlap;
            endpoint.SecretCipher = secrets.Seal(secret, SecretPlace(endpoint.Id, endpoint.TenantId));
            return secret;
        }, cancellationToken);

    public Task<Result<bool>> RemoveAsync(Guid tenantId, Mode mode, Guid endpointId, Actor actor, CancellationToken cancellationToken) =>
        Permissions.Missing(actor, Permissions.ConfigsWrite) is { } missing ? Task.FromResult<Result<bool>>(missing) : store.WriteAsync<bool>(
            async db =>
            {
                var endpoint = await db.EventEndpoints.FirstOrDefaultAsync(row => row.Id == endpointId && row.TenantId == tenantId && row.Mode == mode, cancellationToken);
                if (endpoint is null)
                    return new Problem(Codes.NotFound, "No such endpoint.");
                await db.EventDeliveryTries.Where(row => db.EventDeliveries.Any(delivery => delivery.Id == row.DeliveryId && delivery.EndpointId == endpointId)).ExecuteDeleteAsync(cancellationToken);
                await db.EventDeliveries.Where(row => row.EndpointId == endpointId).ExecuteDeleteAsync(cancellationToken);
                db.EventEndpoints.Remove(endpoint);
                db.AuditEntries.Add(AuditEntry.By(actor, tenantId, clock.GetUtcNow(), "event_endpoint.removed", "event_endpoint", endpointId.ToString(), before: endpoint.Url));
                return true;
            },
            cancellationToken);

    private Task<Result<EndpointWithSecret>> OnOneAsync(Guid tenantId, Mode mode, Guid endpointId, Actor actor, string action, Func<EventEndpoint, DateTimeOffset, string?> change, CancellationToken cancellationToken) =>
        Permissions.Missing(actor, Permissions.ConfigsWrite) is { } missing ? Task.FromResult<Result<EndpointWithSecret>>(missing) : store.WriteAsync<EndpointWithSecret>(
            async db =>
            {
                var endpoint = await db.EventEndpoints.FirstOrDefaultAsync(row => row.Id == endpointId && row.TenantId == tenantId && row.Mode == mode, cancellationToken);
                if (endpoint is null)
                    return new Problem(Codes.NotFound, "No such endpoint.");
                var now = clock.GetUtcNow();
                var secret = change(endpoint, now);
                db.AuditEntries.Add(AuditEntry.By(actor, tenantId, now, action, "event_endpoint", endpointId.ToString(), after: $"{(endpoint.IsEnabled ? "enabled" : "disabled")}; {string.Join(", ", endpoint.Types)}"));
                return new EndpointWithSecret(endpoint, secret);
            },
            cancellationToken);

    private string? CheckUrl(string? url, Mode mode)
    {
        if (Texts.Fault(url, 2000, isRequired: true) is { } fault)
            return fault;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("https" or "http") || parsed.UserInfo.Length > 0 || parsed.Fragment.Length > 0)
            return "must be an absolute https address without user information or fragment";
        // A name is judged by what it leads to, whenever something is delivered; an address stays what it is.
        if (IPAddress.TryParse(parsed.DnsSafeHost, out var address) && !TargetGuard.IsAllowed(deployment, address, mode))
            return "is inside of a network that must not be called, or outside of the only one that may be";
        var privateAllowed = deployment.AllowPrivateTargets && (mode == Mode.Test || deployment.IsRehearsal);
        return parsed.Scheme == "http" && !privateAllowed ? "must be https here" : null;
    }

    private static string? CheckTypes(IReadOnlyList<string>? types)
    {
        var unknown = types?.FirstOrDefault(type => !EventTypes.All.Contains(type));
        return unknown is null ? null : $"'{unknown}' is no event type";
    }
}
