using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Core.Audit;

/// <summary>Append-only: who, when, what, why, with masked before and after; written in the transaction of the change it tells of.</summary>
public sealed class AuditEntry
{
    public long Id { get; init; }
    public Guid? TenantId { get; init; }
    public required DateTimeOffset At { get; init; }
    public required ActorKind ActorKind { get; init; }
    public required string ActorId { get; init; }
    public required string ActorName { get; init; }

    /// <summary>Verb of the subject, for example "payment.succeeded" or "shop_config.changed".</summary>
    public required string Action { get; init; }
    public required string Entity { get; init; }
    public required string EntityId { get; init; }
    public string? Reason { get; init; }

    /// <summary>JSON with secrets masked; null when there was nothing before.</summary>
    public string? Before { get; init; }
    public string? After { get; init; }
    public string? RequestId { get; init; }
    public string? RemoteIp { get; init; }

    /// <summary>Place in the hash chain, given when the entry is sealed (Audit/SealAudit.cs); null until then.</summary>
    public long? Sequence { get; private set; }
    public string? PreviousHash { get; private set; }
    public string? Hash { get; private set; }

    public void Seal(long sequence, string previousHash, string hash)
    {
        Sequence = sequence;
        PreviousHash = previousHash;
        Hash = hash;
    }

    public static AuditEntry By(Actor actor, Guid? tenantId, DateTimeOffset at, string action, string entity, string entityId, string? reason = null, string? before = null, string? after = null) => new()
    {
        TenantId = tenantId,
        At = at,
        ActorKind = actor.Kind,
        ActorId = actor.Id,
        ActorName = actor.Name,
        Action = action,
        Entity = entity,
        EntityId = entityId,
        Reason = reason,
        Before = before,
        After = after,
        RequestId = actor.RequestId,
        RemoteIp = actor.RemoteIp,
    };
}
