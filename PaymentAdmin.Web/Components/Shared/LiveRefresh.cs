using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Web.Components.Shared;

/// <summary>
/// Calls back once, a moment after something changed, however much changes at once: an open page follows the database without being
/// flooded by it. What happens during the call leads to one more.
/// </summary>
public sealed class LiveRefresh : IDisposable
{
    private readonly CancellationTokenSource ended = new();
    private readonly IDisposable subscription;
    private readonly Func<Task> refresh;
    private readonly TimeSpan pause;
    private int isWaiting;

    /// <param name="concerns">Whether an update is about what the page shows.</param>
    /// <param name="refresh">Runs on no thread in particular: a component goes through InvokeAsync.</param>
    public LiveRefresh(LiveUpdates updates, TimeSpan pause, Func<LiveUpdate, bool> concerns, Func<Task> refresh)
    {
        this.pause = pause;
        this.refresh = refresh;
        subscription = updates.Listen(update =>
        {
            if (concerns(update))
                Soon();
        });
    }

    public void Soon()
    {
        if (Interlocked.Exchange(ref isWaiting, 1) == 0)
            _ = RunAsync();
    }

    public void Dispose()
    {
        subscription.Dispose();
        ended.Cancel();
        ended.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            // The pace of a screen is that of the person before it, so real time, whatever clock the product runs on.
            await Task.Delay(pause, TimeProvider.System, ended.Token);
            Interlocked.Exchange(ref isWaiting, 0);
            await refresh();
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The page was left meanwhile: there is nobody to show it to.
            Interlocked.Exchange(ref isWaiting, 0);
        }
    }
}
