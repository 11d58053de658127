using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Web.Hosting.Verbs;

/// <summary>Brings the schema up to this build. Every verb does so before it runs; this one does nothing else.</summary>
public sealed class MigrateVerb : IOperatorVerb
{
    public string Name => "migrate";

    public IReadOnlyList<VerbOption> Options => [];

    public async Task<VerbAnswer> RunAsync(VerbArguments arguments, IServiceProvider services, CancellationToken cancellationToken)
    {
        var applied = await services.GetRequiredService<PaymentStore>().ReadAsync(db => db.Database.GetAppliedMigrationsAsync(cancellationToken), cancellationToken);
        var migration = applied.LastOrDefault();
        return new VerbAnswer(new { migration }, $"The database is at {migration}.");
    }
}
