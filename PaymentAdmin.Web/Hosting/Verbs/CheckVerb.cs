using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Checks;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Web.Hosting.Verbs;

/// <summary>The diagnosis before going live, as the page /health-check shows it; exit code 1 when live payments are refused or would go wrong. <c>--reach</c> calls the providers' hosts, too.</summary>
public sealed class CheckVerb : IOperatorVerb
{
    public string Name => "check";

    public IReadOnlyList<VerbOption> Options { get; } = [VerbOption.Optional("tenant", "SLUG"), VerbOption.Flag("reach")];

    public async Task<VerbAnswer> RunAsync(VerbArguments arguments, IServiceProvider services, CancellationToken cancellationToken)
    {
        var slug = arguments.Find("tenant");
        if (slug is not null && !await services.GetRequiredService<PaymentStore>().ReadAsync(db => db.Tenants.AnyAsync(tenant => tenant.Slug == slug, cancellationToken), cancellationToken))
            return VerbAnswer.Refused($"--tenant there is no tenant '{slug}'.");
        var deployment = services.GetRequiredService<Deployment>();
        // What a server finds at its start.
        deployment.LiveRefusals = LiveGuard.Refusals(services.GetRequiredService<HostSettings>(), deployment);
        var findings = await services.GetRequiredService<CheckGoLive>().RunAsync(slug, cancellationToken);
        if (arguments.Has("reach"))
            findings = [.. findings, .. await services.GetRequiredService<ReachProviders>().RunAsync(slug, cancellationToken)];
        var isGood = findings.All(finding => finding.State != FindingState.Fault);
        var value = new { ok = isGood, findings = findings.Select(finding => new { tenant = finding.Tenant, subject = finding.Subject, state = Words.Of(finding.State), text = finding.Text, fix = finding.Fix, provider = finding.Provider, mode = finding.Mode is { } mode ? Words.Of(mode) : null }) };
        return new VerbAnswer(value, string.Join(Environment.NewLine, findings)) { IsGood = isGood };
    }
}
