using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Secrets;

namespace PaymentAdmin.Web.Hosting.Verbs;

/// <summary>
/// Seals all secrets anew under <c>Security:MasterKey</c>. Before it, servers are restarted with the new key there and the old one in
/// <c>Security:PreviousMasterKeys</c>; after it, the old one can go, except that cookies, client tokens and stored answers made under it
/// then end.
/// </summary>
public sealed class RotateMasterKeyVerb : IOperatorVerb
{
    public string Name => "rotate-master-key";

    public IReadOnlyList<VerbOption> Options => [];

    public async Task<VerbAnswer> RunAsync(VerbArguments arguments, IServiceProvider services, CancellationToken cancellationToken)
    {
        var keyId = services.GetRequiredService<SecretBox>().CurrentKeyId;
        var resealed = await services.GetRequiredService<RotateMasterKey>().RunAsync(Actor.System(Name), cancellationToken);
        return new VerbAnswer(new { key_id = keyId, resealed }, resealed == 0 ? $"All secrets are sealed under the key {keyId} already." : $"{resealed} secrets are sealed under the key {keyId} now. Security:PreviousMasterKeys can be emptied.");
    }
}
