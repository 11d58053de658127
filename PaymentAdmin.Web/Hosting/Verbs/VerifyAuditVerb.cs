using PaymentAdmin.Core.Audit;

namespace PaymentAdmin.Web.Hosting.Verbs;

/// <summary>Recomputes the audit's hash chain; exit code 1 when an entry does not fit.</summary>
public sealed class VerifyAuditVerb : IOperatorVerb
{
    public string Name => "verify-audit";

    public IReadOnlyList<VerbOption> Options => [];

    public async Task<VerbAnswer> RunAsync(VerbArguments arguments, IServiceProvider services, CancellationToken cancellationToken)
    {
        var verdict = await services.GetRequiredService<SealAudit>().VerifyAsync(cancellationToken);
        var firstBad = verdict.FirstBadSequence is { } sequence ? new { sequence, reason = verdict.Reason } : null;
        return new VerbAnswer(new { ok = verdict.Ok, entries = verdict.Entries, first_bad = firstBad }, verdict.Ok ? $"{verdict.Entries} audit entries verified." : verdict.Reason) { IsGood = verdict.Ok };
    }
}
