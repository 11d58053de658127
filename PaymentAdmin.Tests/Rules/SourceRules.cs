using System.Text.RegularExpressions;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Rules;

/// <summary>What may not stand in source text. Each rule answers the places that break it, as `path: what`; SourceRulesTests shows that each bites.</summary>
public static partial class SourceRules
{
    private const int CodeBlockLinesMax = 10;

    /// <summary>Text that would be markup: a stored name could become a script.</summary>
    public static IEnumerable<string> MarkupFromText(SourceFile file) => Matches(file, MarkupWord());

    /// <summary>An input that the server answers key by key and that is not bound: over a slow line the answer to one key takes back the keys after it.</summary>
    public static IEnumerable<string> UnboundInputs(SourceFile file) => Matches(file, InputHandler());

    /// <summary>SQL put together from text; the interpolating methods without Raw make parameters of it.</summary>
    public static IEnumerable<string> SqlFromText(SourceFile file) => Matches(file, RawSqlCall());

    /// <summary>Query filters keep tenants apart; switching them off is never right for a page.</summary>
    public static IEnumerable<string> UnfilteredQueries(SourceFile file) => Matches(file, UnfilteredWord());

    public static IEnumerable<string> JsonLibraries(SourceFile file) => Matches(file, NewtonsoftWord());

    /// <summary>An exception in one ends the process instead of reaching anyone.</summary>
    public static IEnumerable<string> AsyncVoids(SourceFile file) => Matches(file, AsyncVoid());

    public static IEnumerable<string> SilentPragmas(SourceFile file) =>
        from Match match in PragmaWithoutReason().Matches(file.Text)
        select $"{file.Path}: {match.Value.Trim()}";

    /// <summary>Money is long minor units, or decimal on the wire.</summary>
    public static IEnumerable<string> FloatingMoney(SourceFile file) => Matches(file, FloatingWord());

    public static IEnumerable<string> LongCodeBlocks(SourceFile file) =>
        from Match match in CodeBlock().Matches(file.Text)
        let lines = match.Groups["body"].Value.Trim('\n').Split('\n').Length
        where lines > CodeBlockLinesMax
        select $"{file.Path}: @code of {lines} lines";

    /// <summary>Any of <paramref name="names"/> as a whole word, comments left aside.</summary>
    public static IEnumerable<string> Uses(SourceFile file, IEnumerable<string> names)
    {
        var code = WithoutComments(file.Text);
        return from name in names
               where Regex.IsMatch(code, $@"\b{Regex.Escape(name)}\b", RegexOptions.None, TimeSpan.FromSeconds(5))
               select $"{file.Path}: {name}";
    }

    /// <summary>Statements over the sandbox's tables, which only the sandbox reads.</summary>
    public static IEnumerable<string> SandboxTables(SourceFile file) => Matches(file, SandboxTable());

    /// <summary>The types that the files of one provider's folder declare or are named after.</summary>
    public static IReadOnlySet<string> NamesOf(string provider, IEnumerable<SourceFile> files)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            names.Add(Path.GetFileNameWithoutExtension(file.Name));
            names.UnionWith(from Match match in Declaration().Matches(WithoutComments(file.Text))
                            let name = match.Groups["name"].Value
                            where name.StartsWith(provider, StringComparison.Ordinal)
                            select name);
        }
        return names;
    }

    private static IEnumerable<string> Matches(SourceFile file, Regex rule) =>
        from Match match in rule.Matches(WithoutComments(file.Text))
        select $"{file.Path}: {match.Value.Trim()}";

    private static string WithoutComments(string text) => Comment().Replace(text, "");

    // A line comment starts after a blank or at the line's start, so that the // of an address in a string stays.
    [GeneratedRegex(@"(?<=^|\s)//.*?$|/\*.*?\*/|@\*.*?\*@", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\bMarkupString\b|\bAddMarkupContent\b")]
    private static partial Regex MarkupWord();

    [GeneratedRegex(@"@oninput\b")]
    private static partial Regex InputHandler();

    [GeneratedRegex("""\b(?:FromSqlRaw|SqlQueryRaw|ExecuteSqlRaw|ExecuteSqlRawAsync)\s*(?:<[^>]*>)?\s*\(\s*(?:[@$]*\$[@$]*"|"[^"]*"\s*\+|[^",()]*\+|string\.)""")]
    private static partial Regex RawSqlCall();

    [GeneratedRegex(@"\bIgnoreQueryFilters\b")]
    private static partial Regex UnfilteredWord();

    [GeneratedRegex(@"\bNewtonsoft\b")]
    private static partial Regex NewtonsoftWord();

    [GeneratedRegex(@"\basync\s+void\b")]
    private static partial Regex AsyncVoid();

    [GeneratedRegex(@"^[ \t]*#pragma\s+warning\s+disable(?:(?!//).)*$", RegexOptions.Multiline)]
    private static partial Regex PragmaWithoutReason();

    // After a dot, Single is LINQ's, unless the dot is System's.
    [GeneratedRegex(@"\b(?:double|float|Double|GetDouble|GetSingle)\b|(?<!\.)\bSingle\b|\bSystem\.Single\b")]
    private static partial Regex FloatingWord();

    [GeneratedRegex(@"^@code\s*\{(?<body>.*?)^\}", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex("""\b(?:from|join|update|into)\s+"?sandbox_\w+""", RegexOptions.IgnoreCase)]
    private static partial Regex SandboxTable();

    [GeneratedRegex(@"\b(?:class|struct|interface|enum|record)\s+(?:class\s+|struct\s+)?(?<name>\w+)")]
    private static partial Regex Declaration();
}
