using FluentValidation;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Approvals;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Core.Access;

/// <summary>A person who is to sign in.</summary>
/// <param name="Tenant">Slug; null for a superadmin, and only for one.</param>
public sealed record CreateUserRequest(string Email, string Password, string Role, string? Tenant)
{
    public string? DisplayName { get; init; }

    /// <summary>A record's own text would print the password.</summary>
    public override string ToString() => $"{Role} {Email}";
}

public sealed class CreateUserValidator : AbstractValidator<CreateUserRequest>
{
    public CreateUserValidator()
    {
        RuleFor(request => request.Email).Must(email => email is not null && Texts.IsEmail(email)).WithMessage("is no e-mail address").OverridePropertyName("email");
        RuleFor(request => request.Password).Custom((password, context) =>
        {
            if (PasswordRules.Fault(password, context.InstanceToValidate.Email ?? "") is { } fault)
                context.AddFailure("password", fault);
        });
        RuleFor(request => request.Role).Must(role => Roles.All.Contains(role)).WithMessage($"must be one of {string.Join(", ", Roles.All)}").OverridePropertyName("role");
        RuleFor(request => request.Tenant).Must((request, tenant) => (tenant is null) == (request.Role == Roles.Superadmin)).WithMessage("is needed for every role but superadmin, which has none").OverridePropertyName("tenant");
        RuleFor(request => request.DisplayName).MaximumLength(100).OverridePropertyName("display_name");
    }
}

/// <summary>Creates a user with a password. The e-mail is the name to sign in with; nobody else may have it.</summary>
public sealed class CreateUser(PaymentStore store, IPasswordHasher<User> hasher, ILookupNormalizer names, ChangeUser change, IdSource ids, TimeProvider clock)
{
    private static readonly CreateUserValidator Validator = new();

    public async Task<Result<Guid>> RunAsync(CreateUserRequest request, Actor actor, CancellationToken cancellationToken)
    {
        if (Permissions.Missing(actor, Permissions.UsersManage) is { } missing)
            return missing;
        if (Check(request) is { } problem)
            return problem;
        if (request.Tenant is null && actor.Kind == ActorKind.User && actor.Role != Roles.Superadmin)
            return new Problem(Codes.PermissionMissing, "Only a superadmin creates a superadmin.");
        var hash = HashOf(request);
        return await store.WriteAsync(db => AddAsync(db, request, hash, actor, cancellationToken), cancellationToken);
    }

    public static Problem? Check(CreateUserRequest request) => Validator.Validate(request).ToProblem();

    /// <summary>Slow on purpose, so never inside a transaction.</summary>
    internal string HashOf(CreateUserRequest request) => hasher.HashPassword(Draft(request, tenantId: null), request.Password);

    internal async Task<Result<Guid>> AddAsync(PaymentDb db, CreateUserRequest request, string passwordHash, Actor actor, CancellationToken cancellationToken)
    {
        Guid? tenantId = null;
        if (request.Tenant is { } slug)
        {
            tenantId = await db.Tenants.Where(tenant => tenant.Slug == slug).Select(tenant => (Guid?)tenant.Id).FirstOrDefaultAsync(cancellationToken);
            if (tenantId is null)
                return Problem.Invalid("tenant", $"there is no tenant '{slug}'");
        }
        var user = Draft(request, tenantId);
        if (await db.Users.AnyAsync(row => row.NormalizedUserName == user.NormalizedUserName, cancellationToken))
            return Problem.Invalid("email", "somebody has it already");
        user.PasswordHash = passwordHash;
        // Else one person could make the second one.
        var waits = tenantId is { } tenant && Permissions.IsAllowed(user.Role, Permissions.Approve) && await TwoPersons.AreNeededAsync(db, tenant, actor, cancellationToken);
        user.IsDisabled = waits;
        db.Users.Add(user);
        db.AuditEntries.Add(AuditEntry.By(actor, tenantId, user.CreatedAt, "user.created", "user", user.Id.ToString(), after: AuditJson.Of(new { email = user.Email, role = user.Role })));
        return waits ? await change.AskForNewAsync(db, user, actor, cancellationToken) : user.Id;
    }

    private User Draft(CreateUserRequest request, Guid? tenantId) => new()
    {
        Id = ids.NewId(),
        TenantId = tenantId,
        Role = request.Role,
        DisplayName = request.DisplayName,
        UserName = request.Email,
        NormalizedUserName = names.NormalizeName(request.Email),
        Email = request.Email,
        NormalizedEmail = names.NormalizeEmail(request.Email),
        EmailConfirmed = true,
        LockoutEnabled = true,
        SecurityStamp = IdSource.NewToken(),
        CreatedAt = clock.GetUtcNow(),
    };
}
