using PaymentAdmin.Core.Demo;

namespace PaymentAdmin.Web.Hosting.Verbs;

/// <summary>Fills the database with the demo, as a server with Demo:Enabled does at its start. A second time it changes nothing.</summary>
public sealed class SeedDemoVerb : IOperatorVerb
{
    public string Name => "seed-demo";

    public IReadOnlyList<VerbOption> Options => [];

    public async Task<VerbAnswer> RunAsync(VerbArguments arguments, IServiceProvider services, CancellationToken cancellationToken)
    {
        var seeded = await services.GetRequiredService<SeedDemo>().RunAsync(cancellationToken);
        if (seeded.Problem is { } problem)
            return VerbAnswer.Refused(problem);
        var demo = seeded.Value;
        var added = demo.Payments == 0 ? "The demo is there already." : $"{demo.Payments} demo payments were added.";
        return new VerbAnswer(new { payments = demo.Payments, users = demo.Emails, password = demo.Password }, $"{added} Sign in as {string.Join(", ", demo.Emails)} with the password {demo.Password}");
    }
}
