using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Rules;

/// <summary>A rule that finds nothing proves nothing, unless it is known to find what it is for.</summary>
public sealed class SourceRulesTests
{
    [Theory]
    [InlineData("@((MarkupString)payment.Description)")]
    [InlineData("builder.AddMarkupContent(0, text);")]
    public void Markup_from_text_is_found(string text) => Assert.Single(SourceRules.MarkupFromText(File(text)));

    [Fact]
    public void Unbound_input_is_found() => Assert.Single(SourceRules.UnboundInputs(File("""<input value="@text" @oninput="FindAsync" />""")));

    [Fact]
    public void Bound_input_is_let_through() => Assert.Empty(SourceRules.UnboundInputs(File("""<input @bind:get="text" @bind:set="FindAsync" @bind:event="oninput" />""")));

    [Theory]
    [InlineData("db.Payments.FromSqlRaw($\"SELECT * FROM payments WHERE id = {id}\")")]
    [InlineData("db.Payments.FromSqlRaw(\n    $@\"SELECT {id}\")")]
    [InlineData("db.Payments.FromSqlRaw(\"SELECT \" + id)")]
    [InlineData("db.Database.SqlQueryRaw<long>(prefix + id)")]
    [InlineData("db.Database.ExecuteSqlRawAsync(string.Format(sql, id), token)")]
    public void Sql_from_text_is_found(string text) => Assert.Single(SourceRules.SqlFromText(File(text)));

    [Theory]
    [InlineData("db.Payments.FromSqlRaw(\"SELECT * FROM payments WHERE id = {0}\", id)")]
    [InlineData("db.Payments.FromSql($\"SELECT * FROM payments WHERE id = {id}\")")]
    [InlineData("db.Database.ExecuteSqlRawAsync(Sql, token)")]
    public void Sql_with_parameters_is_let_through(string text) => Assert.Empty(SourceRules.SqlFromText(File(text)));

    [Fact]
    public void Unfiltered_query_is_found() => Assert.Single(SourceRules.UnfilteredQueries(File("db.Payments.IgnoreQueryFilters().ToList()")));

    [Fact]
    public void Foreign_json_library_is_found() => Assert.Single(SourceRules.JsonLibraries(File("using Newtonsoft.Json;")));

    [Fact]
    public void Async_void_is_found() => Assert.Single(SourceRules.AsyncVoids(File("private async void OnClick()")));

    [Fact]
    public void Pragma_without_a_reason_is_found() => Assert.Single(SourceRules.SilentPragmas(File("code;\n#pragma warning disable CA2255\ncode;\n")));

    [Fact]
    public void Pragma_with_a_reason_is_let_through() => Assert.Empty(SourceRules.SilentPragmas(File("#pragma warning disable CA2255 // the loader calls it\n")));

    [Theory]
    [InlineData("var major = (double)money.Minor / 100;")]
    [InlineData("var amount = element.GetDouble();")]
    [InlineData("Single major = 1;")]
    [InlineData("System.Single major = 1;")]
    public void Floating_money_is_found(string text) => Assert.Single(SourceRules.FloatingMoney(File(text)));

    [Fact]
    public void Single_row_is_no_float() => Assert.Empty(SourceRules.FloatingMoney(File("var payment = rows.Single(row => row.Id == id);")));

    [Theory]
    [InlineData("// a double would lose tiyn")]
    [InlineData("/* MarkupString,\n double */")]
    [InlineData("@* double *@")]
    public void Comments_are_not_code(string text) => Assert.Empty(SourceRules.FloatingMoney(File(text)));

    [Fact]
    public void Code_beside_an_address_is_still_code() =>
        Assert.Single(SourceRules.FloatingMoney(File("var url = \"https://host\"; double price;")));

    [Theory]
    [InlineData(10, 0)]
    [InlineData(11, 1)]
    public void Code_block_over_ten_lines_is_found(int lines, int found)
    {
        var text = "<p>text</p>\n@code {\n" + string.Concat(Enumerable.Repeat("    private int a;\n", lines)) + "}\n";

        Assert.Equal(found, SourceRules.LongCodeBlocks(File(text)).Count());
    }

    [Fact]
    public void Names_of_a_provider_are_its_files_and_the_types_that_carry_its_name()
    {
        SourceFile[] files = [new("Providers/Acme/AcmeProvider.cs", "public sealed class AcmeProvider;\ninternal sealed record AcmeOrder(string Id);\ninternal enum State;")];

        Assert.Equal(["AcmeOrder", "AcmeProvider"], SourceRules.NamesOf("Acme", files).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Use_of_a_name_is_found_as_a_whole_word()
    {
        Assert.Single(SourceRules.Uses(File("services.AddSingleton<AcmeProvider>();"), ["AcmeProvider"]));
        Assert.Empty(SourceRules.Uses(File("services.AddSingleton<AcmeProviders>(); // AcmeProvider"), ["AcmeProvider"]));
    }

    [Fact]
    public void Statement_over_a_sandbox_table_is_found() =>
        Assert.Single(SourceRules.SandboxTables(File("\"SELECT state FROM sandbox_charges\"")));

    private static SourceFile File(string text) => new("Some/File.cs", text);
}
