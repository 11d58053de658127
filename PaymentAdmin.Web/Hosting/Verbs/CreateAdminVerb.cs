using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Web.Hosting.Verbs;

/// <summary>Creates a user who can sign in: a superadmin, unless a role or a tenant is named.</summary>
public sealed class CreateAdminVerb : IOperatorVerb
{
    public string Name => "create-admin";

    public IReadOnlyList<VerbOption> Options { get; } =
    [
        VerbOption.Required("email", "E"),
        VerbOption.Required("password", "P"),
        VerbOption.Optional("role", "R"),
        VerbOption.Optional("tenant", "SLUG"),
    ];

    public async Task<VerbAnswer> RunAsync(VerbArguments arguments, IServiceProvider services, CancellationToken cancellationToken)
    {
        var tenant = arguments.Find("tenant");
        var role = arguments.Find("role") ?? (tenant is null ? Roles.Superadmin : Roles.Admin);
        if (role != Roles.Superadmin)
            tenant ??= Tenant.DefaultSlug;
        var request = new CreateUserRequest(arguments["email"], arguments["password"], role, tenant);
        var created = await services.GetRequiredService<CreateUser>().RunAsync(request, Actor.System(Name), cancellationToken);
        return created.Problem is { } problem
            ? VerbAnswer.Refused(problem)
            : new VerbAnswer(new { id = created.Value, email = request.Email, role, tenant }, $"{request.Email} can sign in as {role}.");
    }
}
