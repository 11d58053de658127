using System.Collections.Concurrent;

namespace PaymentAdmin.Core.Common;

/// <summary>What changed, for open pages and waiting workers of this process.</summary>
/// <param name="Subject">"payment", "refund", "webhook", "config", "delivery", "audit".</param>
public sealed record LiveUpdate(Guid? TenantId, string Subject, Guid? PaymentId);

/// <summary>Tells open pages and workers what was committed. A hint, never a source of truth: who is told reads the database.</summary>
public sealed class LiveUpdates
{
    private readonly ConcurrentDictionary<Guid, Action<LiveUpdate>> listeners = new();

    public IDisposable Listen(Action<LiveUpdate> listener)
    {
        var key = Guid.CreateVersion7();
        listeners[key] = listener;
        return new Subscription(() => listeners.TryRemove(key, out _));
    }

    public void Tell(LiveUpdate update)
    {
        foreach (var listener in listeners.Values)
            listener(update);
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
