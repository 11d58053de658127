namespace PaymentAdmin.Web.Hosting;

/// <summary>A file that nobody else may read and that appears under its name only when it is whole: what was written before a failure goes away.</summary>
public sealed class DraftFile(string path) : IDisposable
{
    public string DraftPath { get; } = path + ".part";

    public FileStream Open() => new(DraftPath, DataFolder.OwnerOnly(FileMode.Create));

    public void Keep() => File.Move(DraftPath, path, overwrite: true);

    public void Dispose() => File.Delete(DraftPath);
}
