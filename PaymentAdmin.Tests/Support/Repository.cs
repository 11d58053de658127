namespace PaymentAdmin.Tests.Support;

/// <summary>The checkout that the tests were built from.</summary>
public static class Repository
{
    public static readonly string Root = FindRoot();

    /// <summary>Where tests leave what a person may want to look at after a failure; git-ignored.</summary>
    public static readonly string Artifacts = Path.Combine(Root, "artifacts");

    /// <summary>The source files of one project with the given endings, without what the build or EF generated.</summary>
    public static IEnumerable<SourceFile> Sources(string project, params string[] extensions) =>
        from path in Directory.EnumerateFiles(Path.Combine(Root, project), "*", SearchOption.AllDirectories)
        where extensions.Contains(Path.GetExtension(path))
        let file = new SourceFile(Path.GetRelativePath(Root, path).Replace('\\', '/'), File.ReadAllText(path))
        where !file.IsIn("bin") && !file.IsIn("obj") && !file.IsIn("Migrations") && !file.IsIn("wwwroot")
        orderby file.Path
        select file;

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PaymentAdmin.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException($"No PaymentAdmin.sln above {AppContext.BaseDirectory}.");
    }
}

/// <summary>A file of the repository; <paramref name="Path"/> is relative to the root, with forward slashes.</summary>
public sealed record SourceFile(string Path, string Text)
{
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    public bool IsIn(string folder) => ('/' + Path).Contains($"/{folder}/", StringComparison.Ordinal);
}
