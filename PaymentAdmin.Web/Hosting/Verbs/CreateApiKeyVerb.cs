using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Web.Hosting.Verbs;

/// <summary>Makes an API key and prints it, this once.</summary>
public sealed class CreateApiKeyVerb : IOperatorVerb
{
    public string Name => "create-api-key";

    public IReadOnlyList<VerbOption> Options { get; } =
    [
        VerbOption.Required("tenant", "SLUG"),
        VerbOption.Required("mode", "test|live"),
        VerbOption.Required("scopes", "a,b"),
        VerbOption.Optional("name", "N"),
    ];

    public async Task<VerbAnswer> RunAsync(VerbArguments arguments, IServiceProvider services, CancellationToken cancellationToken)
    {
        var slug = arguments["tenant"];
        var tenantId = await services.GetRequiredService<PaymentStore>().ReadAsync(db => db.Tenants.Where(tenant => tenant.Slug == slug).Select(tenant => (Guid?)tenant.Id).FirstOrDefaultAsync(cancellationToken), cancellationToken);
        var mode = Words.Find<Mode>(arguments["mode"]);
        if (tenantId is null || mode is null)
            return VerbAnswer.Refused([.. Missing(tenantId is null, $"--tenant there is no tenant '{slug}'."), .. Missing(mode is null, "--mode must be test or live.")]);
        string[] scopes = arguments["scopes"].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var request = new CreateApiKeyRequest(tenantId.Value, mode.Value, arguments.Find("name") ?? "Made by create-api-key", scopes);
        var created = await services.GetRequiredService<CreateApiKey>().RunAsync(request, Actor.System(Name), cancellationToken);
        return created.Problem is { } problem
            ? VerbAnswer.Refused(problem)
            : new VerbAnswer(new { key = created.Value.Text, id = created.Value.Id }, created.Value.Text);
    }

    private static IEnumerable<string> Missing(bool isMissing, string text) => isMissing ? [text] : [];
}
