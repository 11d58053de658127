using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using FluentValidation;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Secrets;

namespace PaymentAdmin.Core.Shops;

/// <summary>What is to change about a tenant; absent members stay as they are.</summary>
public sealed record SetTenantRequest(string Slug)
{
    /// <summary>IANA name.</summary>
    public string? TimeZone { get; init; }

    /// <summary>All of them: what is not in the list is no return origin any more.</summary>
    public IReadOnlyList<string>? ReturnOrigins { get; init; }
    public CustomerJwt? CustomerJwt { get; init; }

    /// <summary>#rrggbb; empty text takes it away.</summary>
    public string? BrandColor { get; init; }

    /// <summary>By currency, in minor units; currencies that are not named keep their limit.</summary>
    public IReadOnlyDictionary<string, long>? ApprovalLimits { get; init; }
}

/// <summary>Who signs the tokens of a tenant's own customers.</summary>
/// <param name="Issuer">The <c>iss</c>; unique over all tenants, because it chooses the tenant.</param>
/// <param name="Algorithm">HS256 or RS256.</param>
/// <param name="Key">HS256: the secret's text; RS256: a public key in PEM.</param>
public sealed record CustomerJwt(string Issuer, string Algorithm, string Key)
{
    public override string ToString() => $"{Algorithm} {Issuer}";
}

/// <summary>A tenant's settings without its secrets.</summary>
public sealed record TenantSettings(
    Guid Id,
    string Tenant,
    string Name,
    string TimeZone,
    string Currency,
    IReadOnlyList<string> ReturnOrigins,
    string? CustomerJwtIssuer,
    string? CustomerJwtAlg,
    string? BrandColor,
    string TwoPersonRule,
    IReadOnlyDictionary<string, long> ApprovalLimits);

public sealed class SetTenantValidator : AbstractValidator<SetTenantRequest>
{
    private const int SecretBytesMin = 32;
    private const int RsaBitsMin = 2048;
    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdefABCDEF");

    public SetTenantValidator()
    {
        RuleFor(request => request.TimeZone).Must(zone => zone is null || IsIanaZone(zone)).WithMessage("is no IANA time zone, such as Asia/Almaty").OverridePropertyName("time_zone");
        RuleForEach(request => request.ReturnOrigins).Must(origin => Canonical(origin) is not null).WithMessage((_, origin) => $"'{origin}' is no origin: http or https, a host, perhaps a port, and nothing after it").OverridePropertyName("return_origin");
        RuleFor(request => request.BrandColor).Must(color => color is null or "" || IsColor(color)).WithMessage("is no color such as #1a73e8").OverridePropertyName("brand_color");
        RuleFor(request => request.CustomerJwt).Custom((jwt, context) =>
        {
            foreach (var (member, fault) in jwt is null ? [] : Faults(jwt))
                context.AddFailure(member, fault);
        });
        RuleForEach(request => request.ApprovalLimits).Must(limit => Currency.IsKnown(limit.Key)).WithMessage((_, limit) => $"'{limit.Key}' is no known currency").OverridePropertyName("approval_limit");
        RuleForEach(request => request.ApprovalLimits).Must(limit => limit.Value is >= 0 and <= Money.MinorMax).WithMessage((_, limit) => $"the limit of {limit.Key} must be from 0 to {Money.MinorMax} minor units").OverridePropertyName("approval_limit");
    }

    /// <summary>"https://shop.example:8443" as it is compared and stored; null when it is no origin.</summary>
    public static string? Canonical(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var url) && url.Scheme is "https" or "http"
        && url.UserInfo.Length == 0 && url.PathAndQuery == "/" && url.Fragment.Length == 0 && url.Host.Length > 0
        && !origin.Contains('*', StringComparison.Ordinal) && !origin.Contains('\\', StringComparison.Ordinal) && !origin.Contains('?', StringComparison.Ordinal) && !origin.Contains('#', StringComparison.Ordinal)
            ? $"{url.Scheme}://{url.IdnHost}{(url.IsDefaultPort ? "" : ":" + url.Port.ToString(System.Globalization.CultureInfo.InvariantCulture))}"
            : null;

    public static bool IsColor(string text) => text is ['#', _, _, _, _, _, _] && text.AsSpan(1).IndexOfAnyExcept(Hex) < 0;

    // Windows names would make the same day begin elsewhere on another machine.
    private static bool IsIanaZone(string zone) =>
        (zone == "UTC" || zone.Contains('/', StringComparison.Ordinal)) && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found) && found.HasIanaId;

    private static IEnumerable<(string Member, string Fault)> Faults(CustomerJwt jwt)
    {
        if (string.IsNullOrWhiteSpace(jwt.Issuer) || jwt.Issuer.Length > 255 || jwt.Issuer.Any(char.IsControl))
            yield return ("customer_jwt_issuer", "must have 1 to 255 characters");
        if (jwt.Algorithm is not ("HS256" or "RS256"))
            yield return ("customer_jwt_alg", "must be HS256 or RS256");
        else if (jwt.Algorithm == "HS256" && Encoding.UTF8.GetByteCount(jwt.Key) < SecretBytesMin)
            yield return ("customer_jwt_key", $"an HS256 secret has at least {SecretBytesMin} bytes");
        else if (jwt.Algorithm == "HS256" && jwt.Key.Contains("-----BEGIN", StringComparison.Ordinal))
            yield return ("customer_jwt_key", "is a PEM file; HS256 takes a secret that nobody else knows");
        else if (jwt.Algorithm == "RS256" && RsaFault(jwt.Key) is { } fault)
            yield return ("customer_jwt_key", fault);
    }

    private static string? RsaFault(string pem)
    {
        if (pem.Contains("PRIVATE KEY", StringComparison.Ordinal))
            return "is a private key; only the public key belongs here";
        using var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(pem);
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            return "is no RSA public key in PEM";
        }
        return rsa.KeySize < RsaBitsMin ? $"an RSA key has at least {RsaBitsMin} bits; this one has {rsa.KeySize}" : null;
    }
}

/// <summary>Changes a tenant's settings and answers them.</summary>
public sealed class SetTenant(PaymentStore store, SecretBox secrets, TimeProvider clock)
{
    private static readonly SetTenantValidator Validator = new();

    public async Task<Result<TenantSettings>> RunAsync(SetTenantRequest request, Actor actor, CancellationToken cancellationToken) =>
        (await Validator.ValidateAsync(request, cancellationToken)).ToProblem() is { } problem
            ? problem
            : await store.WriteAsync(db => ChangeAsync(db, request, actor, cancellationToken), cancellationToken);

    public static string CustomerJwtKeyPlace(Guid tenantId) => SecretBox.Place("tenants", tenantId, "customer_jwt_key", tenantId);

    private async Task<Result<TenantSettings>> ChangeAsync(PaymentDb db, SetTenantRequest request, Actor actor, CancellationToken cancellationToken)
    {
        var tenant = await db.Tenants.FirstOrDefaultAsync(row => row.Slug == request.Slug, cancellationToken);
        if (tenant is null)
            return Problem.Invalid("tenant", $"there is no tenant '{request.Slug}'");
        var limits = await db.ApprovalLimits.Where(limit => limit.TenantId == tenant.Id).ToListAsync(cancellationToken);
        var before = SettingsOf(tenant, limits);

        tenant.TimeZone = request.TimeZone ?? tenant.TimeZone;
        if (request.BrandColor is { } color)
            tenant.BrandColor = color.Length == 0 ? null : color.ToLowerInvariant();
        if (request.ReturnOrigins is { } origins)
            tenant.ReturnOrigins = [.. origins.Select(origin => SetTenantValidator.Canonical(origin)).OfType<string>().Distinct(StringComparer.Ordinal)];
        if (request.CustomerJwt is { } jwt)
        {
            if (await db.Tenants.AnyAsync(row => row.Id != tenant.Id && row.CustomerJwtIssuer == jwt.Issuer, cancellationToken))
                return Problem.Invalid("customer_jwt_issuer", "another tenant has it; an issuer chooses its tenant");
            tenant.CustomerJwtIssuer = jwt.Issuer;
            tenant.CustomerJwtAlgorithm = jwt.Algorithm;
            tenant.CustomerJwtKeyCipher = secrets.Seal(jwt.Key, CustomerJwtKeyPlace(tenant.Id));
        }
        foreach (var (currency, amountMinor) in request.ApprovalLimits ?? new Dictionary<string, long>())
            SetLimit(db, limits, tenant.Id, currency, amountMinor);

        var after = SettingsOf(tenant, limits);
        if (db.ChangeTracker.HasChanges())
            db.AuditEntries.Add(AuditEntry.By(actor, tenant.Id, clock.GetUtcNow(), "tenant.changed", "tenant", tenant.Id.ToString(), before: AuditJson.Of(before), after: AuditJson.Of(after)));
        return after;
    }

    private static void SetLimit(PaymentDb db, List<ApprovalLimit> limits, Guid tenantId, string currency, long amountMinor)
    {
        if (limits.Find(limit => limit.Currency == currency) is { } present)
        {
            present.AmountMinor = amountMinor;
            return;
        }
        var added = new ApprovalLimit { TenantId = tenantId, Currency = currency, AmountMinor = amountMinor };
        limits.Add(added);
        db.ApprovalLimits.Add(added);
    }

    private static TenantSettings SettingsOf(Tenant tenant, List<ApprovalLimit> limits) => new(
        tenant.Id,
        tenant.Slug,
        tenant.Name,
        tenant.TimeZone,
        tenant.Currency,
        [.. tenant.ReturnOrigins],
        tenant.CustomerJwtIssuer,
        tenant.CustomerJwtAlgorithm,
        tenant.BrandColor,
        Words.Of(tenant.TwoPersonRule),
        limits.OrderBy(limit => limit.Currency, StringComparer.Ordinal).ToDictionary(limit => limit.Currency, limit => limit.AmountMinor, StringComparer.Ordinal));
}
