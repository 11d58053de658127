using FluentValidation;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Access;

public sealed record CreateApiKeyRequest(Guid TenantId, Mode Mode, string Name, IReadOnlyList<string> Scopes)
{
    /// <summary>Null: the key does not expire.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The person who makes it; null for an operator verb. Never approves what the key asks for.</summary>
    public Guid? CreatedByUserId { get; init; }
}

/// <param name="Text">The whole key. This is the only moment at which it exists outside the caller's hands.</param>
public sealed record CreatedApiKey(Guid Id, string Text, string Prefix)
{
    public override string ToString() => Prefix;
}

public sealed class CreateApiKeyValidator : AbstractValidator<CreateApiKeyRequest>
{
    public CreateApiKeyValidator(TimeProvider clock)
    {
        RuleFor(request => request.Name).Must(name => !string.IsNullOrWhiteSpace(name) && name.Length <= 100 && !name.Any(char.IsControl)).WithMessage("must have 1 to 100 characters").OverridePropertyName("name");
        RuleFor(request => request.Scopes).NotEmpty().WithMessage($"must name at least one of {string.Join(", ", Scopes.All)}").OverridePropertyName("scopes");
        RuleForEach(request => request.Scopes).Must(scope => Scopes.All.Contains(scope)).WithMessage((_, scope) => $"'{scope}' is none of {string.Join(", ", Scopes.All)}").OverridePropertyName("scopes");
        RuleFor(request => request.ExpiresAt).Must(at => at is null || at > clock.GetUtcNow()).WithMessage("must be in the future").OverridePropertyName("expires_at");
    }
}

/// <summary>Makes an API key: <c>pa_test_…</c> or <c>pa_live_…</c> with 256 random bits, kept by its hash.</summary>
public sealed class CreateApiKey(PaymentStore store, IdSource ids, TimeProvider clock)
{
    private readonly CreateApiKeyValidator validator = new(clock);

    public async Task<Result<CreatedApiKey>> RunAsync(CreateApiKeyRequest request, Actor actor, CancellationToken cancellationToken)
    {
        if (Permissions.Missing(actor, Permissions.KeysManage) is { } missing)
            return missing;
        if ((await validator.ValidateAsync(request, cancellationToken)).ToProblem() is { } problem)
            return problem;
        if (Beyond(request, actor) is { } beyond)
            return beyond;
        var text = $"{ApiKey.TextStart(request.Mode)}{IdSource.NewToken(32)}";
        var key = new ApiKey
        {
            Id = ids.NewId(),
            TenantId = request.TenantId,
            Mode = request.Mode,
            Name = request.Name,
            Prefix = text[..(ApiKey.TextStart(request.Mode).Length + 6)],
            Hash = ApiKey.HashOf(text),
            Scopes = [.. request.Scopes.Distinct(StringComparer.Ordinal)],
            CreatedAt = clock.GetUtcNow(),
            CreatedByUserId = request.CreatedByUserId,
            ExpiresAt = request.ExpiresAt,
        };
        await store.WriteAsync(
            db =>
            {
                db.ApiKeys.Add(key);
                db.AuditEntries.Add(AuditEntry.By(actor, key.TenantId, key.CreatedAt, "api_key.created", "api_key", key.Id.ToString(), after: AuditJson.Of(new { name = key.Name, prefix = key.Prefix, mode = Words.Of(key.Mode), scopes = key.Scopes, expires_at = key.ExpiresAt })));
                return Task.CompletedTask;
            },
            cancellationToken);
        return new CreatedApiKey(key.Id, text, key.Prefix);
    }

    /// <summary>A live key lets out no more money and changes no more than the person who makes it may: a key is no way around a role.</summary>
    private static Problem? Beyond(CreateApiKeyRequest request, Actor actor)
    {
        if (request.Mode != Mode.Live)
            return null;
        var more = request.Scopes.FirstOrDefault(scope => scope switch
        {
            Scopes.RefundsWrite => Permissions.Missing(actor, Permissions.RefundsRequest) is not null,
            Scopes.ConfigsWrite => Permissions.Missing(actor, Permissions.ConfigsWrite) is not null,
            _ => false,
        });
        return more is null ? null : Problem.Invalid("scopes", $"'{more}' is more than the role {actor.Role} may do itself in live mode");
    }
}
