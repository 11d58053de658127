using PaymentAdmin.Core.Access;

namespace PaymentAdmin.Web.Workers;

/// <summary>Writes when API keys were last used.</summary>
public sealed class RecordApiKeyUse(ApiKeyUse use, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<RecordApiKeyUse> logger)
    : Loop(TimeSpan.FromSeconds(5), clock, lifetime, logger)
{
    protected override Task RunOnceAsync(CancellationToken cancellationToken) => use.WriteAsync(cancellationToken);
}
