using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Rules;

/// <summary>The walls of design.md section 1 and the bans of the style guide that no analyzer holds.</summary>
public sealed class ArchitectureRules
{
    private const string Core = "PaymentAdmin.Core";
    private const string Web = "PaymentAdmin.Web";
    private const string Providers = Core + "/Providers/";

    private static readonly string[] WebNamespaces = ["Microsoft.AspNetCore.Http", "Microsoft.AspNetCore.Components", "Microsoft.AspNetCore.Mvc"];
    private static readonly Assembly CoreAssembly = typeof(Money).Assembly;
    private static readonly IReadOnlyList<SourceFile> Product = [.. Repository.Sources(Core, ".cs"), .. Repository.Sources(Web, ".cs", ".razor")];
    private static readonly IReadOnlyList<SourceFile> Everything = [.. Product, .. Repository.Sources("PaymentAdmin.Tests", ".cs", ".razor")];

    [Fact]
    public void Core_knows_nothing_of_the_web() => Assert.Empty(TypesUsedFrom(CoreAssembly, WebNamespaces));

    [Fact]
    public void Use_of_the_web_would_be_seen() => Assert.NotEmpty(TypesUsedFrom(typeof(ArchitectureRules).Assembly, WebNamespaces));

    [Fact]
    public void Json_is_read_by_the_framework_alone()
    {
        Assert.DoesNotContain(References(CoreAssembly).Concat(References(typeof(Program).Assembly)), name => name.StartsWith("Newtonsoft", StringComparison.Ordinal));
        Assert.Empty(Product.SelectMany(SourceRules.JsonLibraries));
    }

    [Fact]
    public void Only_the_sandbox_touches_its_rows()
    {
        var outside = Product.Where(file => !file.Path.Contains("Sandbox", StringComparison.Ordinal) && !file.IsIn("Data")).ToList();

        Assert.Empty(outside.SelectMany(file => SourceRules.Uses(file, SandboxRows())));
        Assert.Empty(outside.SelectMany(SourceRules.SandboxTables));
    }

    [Fact]
    public void Provider_is_named_only_in_its_own_folder_and_its_line_of_registration()
    {
        var breaches =
            from folder in Product.Where(file => file.Path.StartsWith(Providers, StringComparison.Ordinal)).GroupBy(ProviderOf)
            where folder.Key is not (null or "Sandbox")
            let names = SourceRules.NamesOf(folder.Key, folder).Append($"{Core}.Providers.{folder.Key}")
            from file in Product
            where !file.Path.StartsWith($"{Providers}{folder.Key}/", StringComparison.Ordinal) && file.Name != "AddProviders.cs"
            from breach in SourceRules.Uses(file, names)
            select breach;

        Assert.Empty(breaches);
    }

    [Fact]
    public void No_text_becomes_markup() => Assert.Empty(Product.SelectMany(SourceRules.MarkupFromText));

    [Fact]
    public void No_input_forgets_what_was_typed() => Assert.Empty(Product.SelectMany(SourceRules.UnboundInputs));

    [Fact]
    public void No_text_becomes_sql() => Assert.Empty(Product.SelectMany(SourceRules.SqlFromText));

    [Fact]
    public void No_query_leaves_its_filters() => Assert.Empty(Product.SelectMany(SourceRules.UnfilteredQueries));

    [Fact]
    public void No_method_is_async_void() => Assert.Empty(Product.SelectMany(SourceRules.AsyncVoids));

    [Fact]
    public void No_warning_is_switched_off_without_a_reason() => Assert.Empty(Everything.SelectMany(SourceRules.SilentPragmas));

    [Fact]
    public void No_money_floats() =>
        Assert.Empty(Product.Where(file => file.IsIn("Money") || file.IsIn("Payments") || file.IsIn("Providers")).SelectMany(SourceRules.FloatingMoney));

    [Fact]
    public void Pages_keep_their_code_beside_the_markup() => Assert.Empty(Product.SelectMany(SourceRules.LongCodeBlocks));

    // Providers/Kaspi/KaspiJson.cs is Kaspi's; Providers/IPaymentProvider.cs is nobody's.
    private static string? ProviderOf(SourceFile file) => file.Path[Providers.Length..].Split('/') is [var folder, _, ..] ? folder : null;

    // The entities that the sandbox keeps, and the properties of the context that lead to them.
    private static HashSet<string> SandboxRows()
    {
        var sets = from type in CoreAssembly.GetTypes()
                   where type.IsAssignableTo(typeof(DbContext))
                   from property in type.GetProperties()
                   where property.PropertyType.IsGenericType && property.PropertyType.GetGenericTypeDefinition() == typeof(DbSet<>)
                   select (Entity: property.PropertyType.GetGenericArguments()[0].Name, Property: property.Name);
        var mapped = from type in CoreAssembly.GetTypes()
                     from contract in type.GetInterfaces()
                     where contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IEntityTypeConfiguration<>)
                     select contract.GetGenericArguments()[0].Name;
        return sets.SelectMany(set => new[] { set.Entity, set.Property }).Concat(mapped)
            .Where(name => name.StartsWith("Sandbox", StringComparison.Ordinal))
            .ToHashSet(StringComparer.Ordinal);
    }

    private static List<string> TypesUsedFrom(Assembly assembly, string[] namespaces) => Read(assembly, metadata =>
        (from handle in metadata.TypeReferences
         let type = metadata.GetTypeReference(handle)
         let space = metadata.GetString(type.Namespace)
         where namespaces.Any(banned => space == banned || space.StartsWith(banned + ".", StringComparison.Ordinal))
         select $"{space}.{metadata.GetString(type.Name)}").ToList());

    private static List<string> References(Assembly assembly) => Read(assembly, metadata =>
        (from handle in metadata.AssemblyReferences
         select metadata.GetString(metadata.GetAssemblyReference(handle).Name)).ToList());

    private static T Read<T>(Assembly assembly, Func<MetadataReader, T> ask)
    {
        using var stream = File.OpenRead(assembly.Location);
        using var file = new PEReader(stream);
        return ask(file.GetMetadataReader());
    }
}
