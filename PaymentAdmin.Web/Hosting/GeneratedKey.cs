using System.Security.Cryptography;
using PaymentAdmin.Core.Secrets;

namespace PaymentAdmin.Web.Hosting;

/// <summary>The master key that Development makes for itself: <c>DataDirectory/master-key</c>, readable by its owner alone.</summary>
public static class GeneratedKey
{
    public const string FileName = "master-key";

    /// <exception cref="StartupException">The file is there and holds no key.</exception>
    public static MasterKey Load(string dataDirectory)
    {
        DataFolder.Create(dataDirectory);
        var path = Path.Combine(dataDirectory, FileName);
        if (!File.Exists(path))
            Write(path);
        return MasterKey.TryParse(File.ReadAllText(path), out var fault)
            ?? throw new StartupException([$"{path}: {fault}. Restore the file: what the database encrypted under it cannot be read without it."]);
    }

    // A server and a verb may start at once on a fresh machine: the file appears whole or not at all, and the first one stays.
    private static void Write(string path)
    {
        var draft = path + "." + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        using (var stream = new FileStream(draft, DataFolder.OwnerOnly(FileMode.CreateNew)))
        using (var writer = new StreamWriter(stream))
            writer.WriteLine(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft);
        }
    }
}
