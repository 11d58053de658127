using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Support;
using PaymentAdmin.Web.Components.Pages.Exports;
using PaymentAdmin.Web.Components.Shared;
using PaymentAdmin.Web.Endpoints;

namespace PaymentAdmin.Tests.Components.Pages.Exports;

/// <summary>What is chosen on the page, as its address and as the file's.</summary>
public sealed class ExportChoiceTests : IAsyncLifetime
{
    private CoreBench bench = null!;

    public async Task InitializeAsync() => bench = await CoreBench.StartAsync();

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Theory]
    [InlineData("", "/export/payments.csv?mode=test")]
    [InlineData("?file=refunds&from=2026-11-01&to=2026-11-30", "/export/refunds.csv?mode=test&created_from=2026-11-01&created_to=2026-11-30")]
    [InlineData("?file=webhooks&from=2026-11-01", "/export/webhooks.csv?mode=test&received_from=2026-11-01")]
    [InlineData("?file=audit&from=2026-11-01&to=2026-11-02&mode=live", "/export/audit.csv?from=2026-11-01&to=2026-11-02")]
    [InlineData("?separator=%3B&tz=UTC&bom=0", "/export/payments.csv?mode=test&separator=%3B&tz=UTC&bom=0")]
    [InlineData("?columns=amount,payment_id", "/export/payments.csv?mode=test&columns=payment_id,amount")]
    public void Address_of_the_page_makes_the_address_of_the_file(string page, string file) => Assert.Equal(file, Read(page).FileHref(Mode.Test));

    [Theory]
    [InlineData("?file=cards")]
    [InlineData("?columns=colour")]
    [InlineData("?file=logs&columns=description")]
    [InlineData("?from=yesterday")]
    [InlineData("?colour=red")]
    public void Address_that_cannot_be_read_makes_no_file(string page) => Assert.NotNull(ExportChoice.Read(PageQuery.Parameters(page), ExportFile.All, Files).Problem);

    [Fact]
    public void File_that_the_role_may_not_take_is_none() =>
        Assert.NotNull(ExportChoice.Read(PageQuery.Parameters("?file=audit"), [.. ExportFile.All.Where(file => Permissions.IsAllowed(Roles.Clerk, file.Permission))], Files).Problem);

    [Fact]
    public void Page_shows_again_what_its_address_says()
    {
        var choice = Read("?file=refunds&from=2026-11-01&columns=refund_id,amount&separator=%3B&tz=UTC&bom=0");

        Assert.Equal(choice.FileHref(Mode.Test), Read(new Uri("http://localhost" + choice.PageHref(Mode.Test)).Query).FileHref(Mode.Test));
    }

    [Fact]
    public void Ticking_back_to_the_standard_columns_leaves_them_out_of_the_address()
    {
        var choice = Read("");

        var without = choice.WithColumn("customer_email", false, Files);
        var more = choice.WithColumn("payment_code", true, Files);

        Assert.DoesNotContain("customer_email", without.ColumnsIn(Files));
        Assert.Equal([.. PaymentCsv.StandardColumns, "payment_code"], more.ColumnsIn(Files));
        Assert.Empty(without.WithColumn("customer_email", true, Files).Columns);
        Assert.DoesNotContain("columns=", more.WithColumn("payment_code", false, Files).FileHref(Mode.Test), StringComparison.Ordinal);
    }

    [Fact]
    public void Untouched_choice_of_every_file_has_its_standard_columns() =>
        Assert.All(ExportFile.All, file => Assert.NotEmpty(Read("?file=" + file.Name).ColumnsIn(Files)));

    private ListFiles Files => bench.Get<ListFiles>();

    private ExportChoice Read(string page)
    {
        var read = ExportChoice.Read(PageQuery.Parameters(page), ExportFile.All, Files);
        Assert.True(read.IsOk, read.Problem?.Detail);
        return read.Value;
    }
}
