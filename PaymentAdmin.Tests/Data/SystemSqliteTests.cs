using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using Microsoft.Data.Sqlite;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Tests.Data;

public sealed class SystemSqliteTests
{
    [Fact]
    public void Machine_with_a_current_SQLite_is_accepted() => SystemSqlite.Require();

    [Theory]
    [InlineData(3_038_000)]
    [InlineData(3_040_001)]
    [InlineData(4_000_000)]
    public void SQLite_from_3_38_on_has_no_fault(int version) => Assert.Null(SystemSqlite.FaultOf(version));

    [Fact]
    public void Older_SQLite_is_refused_with_its_version()
    {
        var fault = SystemSqlite.FaultOf(3_037_002);

        Assert.NotNull(fault);
        Assert.StartsWith("SQLite 3.37.2 is too old; 3.38.0 or later is needed.", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_SQLite_is_refused_with_the_package_to_install() =>
        Assert.Contains("libsqlite3-0", SystemSqlite.MissingFault("libsqlite3.so.0"), StringComparison.Ordinal);

    [Fact]
    public void SQLite_in_use_is_not_an_old_bundled_one()
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();

        Assert.True(Version.Parse(connection.ServerVersion) >= new Version(3, 38), connection.ServerVersion);
    }

    // An update of either package must not break silently: a missing member would throw only when it is first called.
    [Fact]
    public void Every_member_that_EF_asks_of_the_binding_exists_but_the_one_that_is_never_called()
    {
        var module = typeof(SqliteConnection).Module;
        using var stream = File.OpenRead(module.FullyQualifiedName);
        using var file = new PEReader(stream);
        var metadata = file.GetMetadataReader();

        var members = metadata.MemberReferences.Where(member => NamespaceOf(metadata, member) == "SQLitePCL").ToList();
        var missing = members.Where(member => !Resolves(module, member)).Select(member => NameOf(metadata, member));

        Assert.True(members.Count > 50, $"Only {members.Count} members were looked up.");
        Assert.Equal(["raw.sqlite3_load_extension"], missing);
    }

    private static bool Resolves(Module module, MemberReferenceHandle member)
    {
        try
        {
            return module.ResolveMember(MetadataTokens.GetToken(member)) is not null;
        }
        catch (MissingMemberException)
        {
            return false;
        }
    }

    private static string? NamespaceOf(MetadataReader metadata, MemberReferenceHandle member) =>
        OwnerOf(metadata, member) is { } owner ? metadata.GetString(owner.Namespace) : null;

    private static string NameOf(MetadataReader metadata, MemberReferenceHandle member) =>
        $"{metadata.GetString(OwnerOf(metadata, member)!.Value.Name)}.{metadata.GetString(metadata.GetMemberReference(member).Name)}";

    private static TypeReference? OwnerOf(MetadataReader metadata, MemberReferenceHandle member) =>
        metadata.GetMemberReference(member).Parent is { Kind: HandleKind.TypeReference } parent
            ? metadata.GetTypeReference((TypeReferenceHandle)parent)
            : null;
}
