using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Secrets;

namespace PaymentAdmin.Web.Hosting;

/// <summary>
/// The keys behind cookies and form tokens: in the database, so that they survive a restart and every instance has them, and
/// sealed under the master key, so that a stolen database signs nobody in.
/// </summary>
public static class KeyRing
{
    /// <summary>Where a key's XML belongs; a ciphertext from elsewhere does not open.</summary>
    public const string Place = "data_protection_keys|ring";

    public static IServiceCollection AddKeyRing(this IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("PaymentAdmin");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => new ConfigureOptions<KeyManagementOptions>(options =>
        {
            options.XmlRepository = new DatabaseKeys(provider.GetRequiredService<IDbContextFactory<PaymentDb>>(), provider.GetRequiredService<IdSource>(), provider.GetRequiredService<TimeProvider>());
            options.XmlEncryptor = new SealedXml(provider);
        }));
        return services;
    }

    // The framework's interface is synchronous; it is called at start and every few weeks.
    private sealed class DatabaseKeys(IDbContextFactory<PaymentDb> contexts, IdSource ids, TimeProvider clock) : IXmlRepository
    {
        public IReadOnlyCollection<XElement> GetAllElements()
        {
            using var db = contexts.CreateDbContext();
            return [.. db.DataProtectionKeys.AsNoTracking().OrderBy(key => key.CreatedAt).Select(key => key.XmlCipher).AsEnumerable().Select(xml => XElement.Parse(xml))];
        }

        public void StoreElement(XElement element, string friendlyName)
        {
            using var db = contexts.CreateDbContext();
            db.DataProtectionKeys.Add(new DataProtectionKeyRow { Id = ids.NewId(), Name = friendlyName, XmlCipher = element.ToString(SaveOptions.DisableFormatting), CreatedAt = clock.GetUtcNow() });
            db.SaveChanges();
        }
    }
}

/// <summary>Seals and opens the XML of a key. Its name is stored with each key, so it stays what it is.</summary>
public sealed class SealedXml(IServiceProvider services) : IXmlEncryptor, IXmlDecryptor
{
    private readonly SecretBox secrets = services.GetRequiredService<SecretBox>();

    public EncryptedXmlInfo Encrypt(XElement plaintextElement) =>
        new(new XElement("sealed", secrets.Seal(plaintextElement.ToString(SaveOptions.DisableFormatting), KeyRing.Place)), typeof(SealedXml));

    public XElement Decrypt(XElement encryptedElement) => XElement.Parse(secrets.Open(encryptedElement.Value, KeyRing.Place));
}
