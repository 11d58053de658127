using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Core.Demo;

/// <summary>The one password of all demo users: random, kept in <c>DataDirectory/demo-password</c> for its owner alone.</summary>
public sealed class DemoPassword(Deployment deployment)
{
    private const string FileName = "demo-password";
    private const int Bytes = 12;

    public string Path => System.IO.Path.Combine(deployment.DataDirectory, FileName);

    /// <summary>Null while there is none.</summary>
    public string? Read() => File.Exists(Path) && File.ReadAllText(Path).Trim() is { Length: > 0 } password ? password : null;

    /// <summary>The password, made when there is none. Of two processes that make it at once, one does and both answer the same.</summary>
    public string Ensure()
    {
        if (Read() is { } known)
            return known;
        Directory.CreateDirectory(deployment.DataDirectory);
        var draft = $"{Path}.{Environment.ProcessId}";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var writer = new StreamWriter(draft, options))
            writer.WriteLine(IdSource.NewToken(Bytes));
        try
        {
            File.Move(draft, Path);
        }
        catch (IOException) when (File.Exists(Path))
        {
            File.Delete(draft);
        }
        return Read() ?? throw new InvalidOperationException($"{Path} is empty; delete it.");
    }
}
