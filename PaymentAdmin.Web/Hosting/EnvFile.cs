namespace PaymentAdmin.Web.Hosting;

/// <summary>
/// The file <c>.env</c>: in the current directory, else beside PaymentAdmin.sln. Lines of <c>NAME=value</c>, perhaps quoted, perhaps with
/// <c>export</c> in front; <c>#</c> begins a comment. It stands in for environment variables that are not set and overrides none that is.
/// </summary>
public static class EnvFile
{
    private const string Name = ".env";

    /// <summary>What the file of this folder says; empty in the environment Test, whose outcome must not depend on the machine.</summary>
    public static IReadOnlyDictionary<string, string> Read(string environment)
    {
        string?[] folders = environment == "Test" ? [] : [Directory.GetCurrentDirectory(), HomeFolder.Checkout()];
        var path = folders.OfType<string>().Select(folder => Path.Combine(folder, Name)).FirstOrDefault(File.Exists);
        return path is null ? new Dictionary<string, string>() : Parse(File.ReadLines(path));
    }

    public static IReadOnlyDictionary<string, string> Parse(IEnumerable<string> lines)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            var text = line.Trim();
            if (text.StartsWith("export ", StringComparison.Ordinal))
                text = text["export ".Length..].TrimStart();
            var split = text.IndexOf('=', StringComparison.Ordinal);
            if (split > 0 && !text.StartsWith('#'))
                values[text[..split].TrimEnd()] = ValueOf(text[(split + 1)..].Trim());
        }
        return values;
    }

    private static string ValueOf(string text)
    {
        if (text.Length > 1 && text[0] is '"' or '\'' && text.IndexOf(text[0], 1) is > 0 and var end)
            return text[1..end];
        var comment = text.IndexOf(" #", StringComparison.Ordinal);
        return comment < 0 ? text : text[..comment].TrimEnd();
    }
}
