using PaymentAdmin.Core.Integrity;

namespace PaymentAdmin.Web.Hosting.Verbs;

/// <summary>Runs the invariants over the whole database; exit code 1 when one is violated.</summary>
public sealed class CheckIntegrityVerb : IOperatorVerb
{
    public string Name => "check-integrity";

    public IReadOnlyList<VerbOption> Options => [];

    public async Task<VerbAnswer> RunAsync(VerbArguments arguments, IServiceProvider services, CancellationToken cancellationToken)
    {
        var results = await services.GetRequiredService<CheckIntegrity>().RunAsync(cancellationToken);
        var violated = results.Where(result => result.Count > 0).ToList();
        var text = violated.Count == 0
            ? $"{results.Count} invariants hold."
            : string.Join(Environment.NewLine, violated.Select(result => $"{result.Id} {result.Name}: {result.Count} rows, {string.Join(", ", result.Violations)}"));
        return new VerbAnswer(new { ok = violated.Count == 0, invariants = results.Count, violated }, text) { IsGood = violated.Count == 0 };
    }
}
