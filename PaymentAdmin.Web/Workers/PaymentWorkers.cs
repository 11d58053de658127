using PaymentAdmin.Core.Approvals;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Events;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Proofs;
using PaymentAdmin.Core.Providers.Sandbox;
using PaymentAdmin.Core.Settlement;
using PaymentAdmin.Core.Webhooks;

namespace PaymentAdmin.Web.Workers;

/// <summary>Asks providers, expires, takes up what a dead process left.</summary>
public sealed class ReconcileLoop(ReconcilePayments reconcile, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<ReconcileLoop> logger)
    : Loop(TimeSpan.FromMilliseconds(500), clock, lifetime, logger)
{
    protected override async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        while (await reconcile.RunOnceAsync(cancellationToken))
        {
        }
    }
}

/// <summary>Ends requests for a second person that nobody decided in time.</summary>
public sealed class ApprovalLoop(DecideApproval approvals, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<ApprovalLoop> logger)
    : Loop(TimeSpan.FromSeconds(30), clock, lifetime, logger)
{
    protected override Task RunOnceAsync(CancellationToken cancellationToken) => approvals.ExpireAsync(cancellationToken);
}

/// <summary>Holds yesterday against the providers' own lists, once a day and account. Nobody waits for it, so the start goes first.</summary>
public sealed class CompareLoop(CompareBooks compare, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<CompareLoop> logger)
    : Loop(TimeSpan.FromMinutes(30), clock, lifetime, logger)
{
    private static readonly TimeSpan StartFirst = TimeSpan.FromMinutes(1);
    private readonly TimeProvider clock = clock;

    protected override async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(StartFirst, clock, cancellationToken);
        await compare.RunDueAsync(cancellationToken);
    }
}

/// <summary>Works through the inbox as soon as something is in it.</summary>
public sealed class InboxLoop(ProcessWebhook process, LiveUpdates updates, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<InboxLoop> logger)
    : Loop(TimeSpan.FromMilliseconds(50), clock, lifetime, logger)
{
    private static readonly TimeSpan LookAnywayAfter = TimeSpan.FromMilliseconds(500);

    protected override async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var something = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listening = updates.Listen(update =>
        {
            if (update.Subject == "webhook")
                something.TrySetResult();
        });
        while (await process.RunOnceAsync(cancellationToken))
        {
        }
        await Task.WhenAny(something.Task, Task.Delay(LookAnywayAfter, cancellationToken));
    }
}

/// <summary>The inbox's single writer; drains before the process ends.</summary>
public sealed class InboxWriterService(InboxWriter writer) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => writer.RunAsync(stoppingToken);
}

/// <summary>Sends events to the tenants' backends. A slow endpoint holds only its own places.</summary>
public sealed class DeliverLoop(DeliverEvents deliver, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<DeliverLoop> logger)
    : Loop(TimeSpan.FromMilliseconds(500), clock, lifetime, logger)
{
    protected override Task RunOnceAsync(CancellationToken cancellationToken) => deliver.RunOnceAsync(cancellationToken);
}

/// <summary>The imitated providers' own sending of webhooks; only where the sandbox is on.</summary>
public sealed class SandboxWebhookLoop(SandboxHost sandboxes, Deployment deployment, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<SandboxWebhookLoop> logger)
    : Loop(TimeSpan.FromMilliseconds(300), clock, lifetime, logger)
{
    protected override async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        while (deployment.SandboxEnabled && await sandboxes.SendDueAsync(cancellationToken))
        {
        }
    }
}

/// <summary>Chains the audit entries.</summary>
public sealed class SealLoop(SealAudit seal, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<SealLoop> logger)
    : Loop(TimeSpan.FromSeconds(2), clock, lifetime, logger)
{
    protected override async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        while (await seal.RunOnceAsync(cancellationToken))
        {
        }
    }
}

/// <summary>Forgets what is kept for a time only: idempotency keys after 30 days, events after 90.</summary>
public sealed class ForgetLoop(Idempotency idempotency, ReadEvents events, ProofFiles proofFiles, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<ForgetLoop> logger)
    : Loop(TimeSpan.FromHours(1), clock, lifetime, logger)
{
    protected override async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        await idempotency.ForgetOldAsync(cancellationToken);
        await events.ForgetOldAsync(cancellationToken);
        await proofFiles.SweepAsync(cancellationToken);
    }
}
