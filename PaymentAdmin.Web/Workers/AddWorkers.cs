namespace PaymentAdmin.Web.Workers;

/// <summary>The loops of this process, one line each.</summary>
public static class WorkerServices
{
    public static IServiceCollection AddWorkers(this IServiceCollection services)
    {
        services.AddHostedService<RecordApiKeyUse>();
        services.AddHostedService<InboxWriterService>();
        services.AddHostedService<InboxLoop>();
        services.AddHostedService<ReconcileLoop>();
        services.AddHostedService<ApprovalLoop>();
        services.AddHostedService<CompareLoop>();
        services.AddHostedService<DeliverLoop>();
        services.AddHostedService<SandboxWebhookLoop>();
        services.AddHostedService<SealLoop>();
        services.AddHostedService<ForgetLoop>();
        return services;
    }
}
