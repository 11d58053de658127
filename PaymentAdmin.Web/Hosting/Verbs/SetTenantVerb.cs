using System.Globalization;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Web.Hosting.Verbs;

/// <summary>Changes a tenant's settings, as far as options name them, and prints them all.</summary>
public sealed class SetTenantVerb : IOperatorVerb
{
    private static readonly string[] JwtOptions = ["customer-jwt-issuer", "customer-jwt-alg", "customer-jwt-key-file"];

    public string Name => "set-tenant";

    public IReadOnlyList<VerbOption> Options { get; } =
    [
        VerbOption.Required("tenant", "SLUG"),
        VerbOption.Optional("time-zone", "Z"),
        VerbOption.Repeated("return-origin", "URL"),
        VerbOption.Optional("customer-jwt-issuer", "I"),
        VerbOption.Optional("customer-jwt-alg", "HS256|RS256"),
        VerbOption.Optional("customer-jwt-key-file", "F"),
        VerbOption.Repeated("approval-limit", "CUR=MINOR"),
        VerbOption.Optional("brand-color", "#RRGGBB"),
    ];

    public async Task<VerbAnswer> RunAsync(VerbArguments arguments, IServiceProvider services, CancellationToken cancellationToken)
    {
        var faults = new List<string>();
        var request = new SetTenantRequest(arguments["tenant"])
        {
            TimeZone = arguments.Find("time-zone"),
            ReturnOrigins = arguments.List("return-origin"),
            CustomerJwt = await ReadJwtAsync(arguments, faults, cancellationToken),
            ApprovalLimits = ReadLimits(arguments, faults),
            BrandColor = arguments.Find("brand-color"),
        };
        if (faults.Count > 0)
            return VerbAnswer.Refused(faults);
        var set = await services.GetRequiredService<SetTenant>().RunAsync(request, Actor.System(Name), cancellationToken);
        return set.Problem is { } problem ? VerbAnswer.Refused(problem) : new VerbAnswer(set.Value);
    }

    private static async Task<CustomerJwt?> ReadJwtAsync(VerbArguments arguments, List<string> faults, CancellationToken cancellationToken)
    {
        if (!JwtOptions.Any(arguments.Has))
            return null;
        foreach (var option in JwtOptions.Where(option => !arguments.Has(option)))
            faults.Add($"--{option} is required together with the other --customer-jwt options.");
        if (faults.Count > 0)
            return null;
        var path = arguments["customer-jwt-key-file"];
        try
        {
            // An editor's line break at the end is no part of a secret.
            var key = (await File.ReadAllTextAsync(path, cancellationToken)).TrimEnd('\r', '\n');
            return new CustomerJwt(arguments["customer-jwt-issuer"], arguments["customer-jwt-alg"], key);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            faults.Add($"--customer-jwt-key-file {path} cannot be read: {exception.Message}");
            return null;
        }
    }

    private static Dictionary<string, long>? ReadLimits(VerbArguments arguments, List<string> faults)
    {
        if (arguments.List("approval-limit") is not { } texts)
            return null;
        var limits = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            var parts = text.Split('=');
            if (parts.Length == 2 && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var amountMinor))
                limits[parts[0]] = amountMinor;
            else
                faults.Add($"--approval-limit '{text}' is not of the form KZT=5000000.");
        }
        return limits;
    }
}
