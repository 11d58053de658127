namespace PaymentAdmin.Web.Workers;

/// <summary>Does one thing again and again, from the moment the server listens until it stops. A failed round is logged, and the next one comes.</summary>
public abstract partial class Loop(TimeSpan pause, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger logger) : BackgroundService
{
    protected abstract Task RunOnceAsync(CancellationToken cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await ServerStartedAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunOnceAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailedRound(GetType().Name, exception);
            }
            await Task.Delay(pause, clock, stoppingToken);
        }
    }

    private async Task ServerStartedAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(() => started.TrySetResult());
        await started.Task.WaitAsync(stoppingToken);
    }

    [LoggerMessage(3001, LogLevel.Error, "A round of {Worker} failed.")]
    private partial void LogFailedRound(string worker, Exception exception);
}
