using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Secrets;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Access;

/// <summary>Whom a customer token stands for: the tenant that its issuer belongs to, and the tenant's own name for the customer.</summary>
public sealed record CustomerIdentity(Guid TenantId, string CustomerId);

/// <summary>
/// Judges the JWTs of the tenants' customers (contract.md section 3). The issuer chooses the tenant; what is tried is the one algorithm and key
/// that are registered for it, whatever the token's header says. Every fault is the same nothing.
/// </summary>
public sealed class AuthenticateCustomer(PaymentStore store, SecretBox secrets, TimeProvider clock)
{
    public const string Audience = "paymentadmin";
    private const int TokenCharactersMax = 8192;
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LifeMax = TimeSpan.FromHours(24);
    private static readonly JsonWebTokenHandler Handler = new();

    /// <summary>Three parts with points between them; an encrypted token has five and is none of ours.</summary>
    public static bool LooksLikeOne(string text) => text.Length <= TokenCharactersMax && text.Count(c => c == '.') == 2;

    public async Task<CustomerIdentity?> RunAsync(string text, CancellationToken cancellationToken)
    {
        if (IssuerOf(text) is not { Length: > 0 } issuer)
            return null;
        var tenant = await store.ReadAsync(db => db.Tenants.FirstOrDefaultAsync(row => row.CustomerJwtIssuer == issuer, cancellationToken), cancellationToken);
        if (tenant is not { CustomerJwtAlgorithm: { } algorithm, CustomerJwtKeyCipher: { } cipher })
            return null;
        var key = secrets.Open(cipher, SetTenant.CustomerJwtKeyPlace(tenant.Id));
        var result = await Handler.ValidateTokenAsync(text, new TokenValidationParameters
        {
            ValidAlgorithms = [algorithm],
            IssuerSigningKey = algorithm == SecurityAlgorithms.HmacSha256 ? new SymmetricSecurityKey(Encoding.UTF8.GetBytes(key)) : new RsaSecurityKey(PublicKey(key)),
            CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false },
            ValidIssuer = issuer,
            ValidAudience = Audience,
            LifetimeValidator = (notBefore, expires, _, _) => IsInTime(notBefore, expires, clock.GetUtcNow().UtcDateTime),
        });
        return result is { IsValid: true, SecurityToken: JsonWebToken token } && Texts.Fault(token.Subject, 255, isRequired: true) is null
            ? new CustomerIdentity(tenant.Id, token.Subject)
            : null;
    }

    private static string? IssuerOf(string text)
    {
        try
        {
            return LooksLikeOne(text) ? Handler.ReadJsonWebToken(text).Issuer : null;
        }
        catch (Exception exception) when (exception is ArgumentException or SecurityTokenException)
        {
            return null;
        }
    }

    private static RSAParameters PublicKey(string pem)
    {
        using var rsa = RSA.Create();
        rsa.ImportFromPem(pem);
        return rsa.ExportParameters(includePrivateParameters: false);
    }

    private static bool IsInTime(DateTime? notBefore, DateTime? expires, DateTime now) =>
        expires is { } end && end > now - Skew && end <= now + LifeMax + Skew && (notBefore is not { } begin || begin <= now + Skew);
}
