using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Tests.Support;

/// <summary>A tenant's own customer tokens, signed here by hand and not by what judges them.</summary>
public static class CustomerToken
{
    public const string Issuer = "https://shop.example";
    public const string Secret = "a-secret-of-the-shop-with-32-bytes-or-more";

    /// <summary>Registers issuer, algorithm and key for a tenant.</summary>
    public static async Task RegisterAsync(TestApp app, string slug = Tenant.DefaultSlug, string issuer = Issuer, string algorithm = "HS256", string key = Secret)
    {
        var set = await app.Get<SetTenant>().RunAsync(new SetTenantRequest(slug) { CustomerJwt = new CustomerJwt(issuer, algorithm, key) }, Actor.System("test"), CancellationToken.None);
        Assert.Null(set.Problem);
    }

    /// <summary>A token that is accepted for ten minutes.</summary>
    public static string For(string customer, string issuer = Issuer) => Sign(Claims(customer, issuer));

    public static Dictionary<string, object?> Claims(string customer, string issuer = Issuer) => new()
    {
        ["iss"] = issuer,
        ["aud"] = "paymentadmin",
        ["sub"] = customer,
        ["exp"] = TimeProvider.System.GetUtcNow().AddMinutes(10).ToUnixTimeSeconds(),
    };

    public static string Sign(object claims, string secret = Secret, string algorithm = "HS256")
    {
        var content = Part(new { alg = algorithm, typ = "JWT" }) + "." + Part(claims);
        return content + "." + Url(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(content)));
    }

    public static string Sign(object claims, RSA key)
    {
        var content = Part(new { alg = "RS256", typ = "JWT" }) + "." + Part(claims);
        return content + "." + Url(key.SignData(Encoding.ASCII.GetBytes(content), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    public static string Part(object value) => Url(JsonSerializer.SerializeToUtf8Bytes(value));

    private static string Url(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
