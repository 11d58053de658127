using System.IO.Pipelines;
using System.Text;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Payments;

public sealed class PaymentCsvTests : IAsyncLifetime
{
    private const string StandardHeader = "payment_id,mode,created_at,succeeded_at,status,exceptions,order_reference,shop_id,organization_bin,provider,method,provider_reference,amount,amount_minor,received,refunded,currency,kind,customer_name,customer_email,customer_phone,description,proof_reference\r\n";

    private Engine engine = null!;

    private SearchScope Scope => new(engine.TenantId, Mode.Test, TimeZoneInfo.FindSystemTimeZoneById("Asia/Almaty"));

    public async Task InitializeAsync() => engine = await Engine.StartAsync();

    public async Task DisposeAsync() => await engine.DisposeAsync();

    [Fact]
    public async Task Empty_export_is_a_mark_and_a_header()
    {
        var bytes = await ExportAsync(PaymentFilter.All, Options());

        Assert.Equal([0xEF, 0xBB, 0xBF], bytes[..3]);
        Assert.Equal(StandardHeader, Encoding.UTF8.GetString(bytes[3..]));
    }

    [Fact]
    public async Task Row_has_the_contracts_columns_in_their_order()
    {
        engine.Clock.AdvanceTo(new DateTimeOffset(2026, 11, 30, 6, 47, 0, TimeSpan.Zero));
        var paid = await engine.PaidAsync(500_000);
        await engine.Get<RefundPayment>().RunAsync(new RefundRequestedBy(engine.TenantId, Mode.Test, paid.Id, 5_005, null, "damaged"), Engine.Shop, CancellationToken.None);

        var line = Lines(await ExportAsync(PaymentFilter.All, Options()))[1].Split(',');

        Assert.Equal(paid.Id.ToString(), line[0]);
        Assert.Equal(["test", "2026-11-30T11:47:00.000+05:00", "2026-11-30T11:47:00.000+05:00", "succeeded", ""], line[1..6]);
        Assert.Equal([paid.OrderReference, "", "", ScriptedProvider.Id, "card", paid.ProviderReference!], line[6..12]);
        Assert.Equal(["5000.00", "500000", "5000.00", "50.05", "KZT", "order"], line[12..18]);
        Assert.Equal(23, line.Length);
    }

    [Fact]
    public async Task Formulas_are_harmless_and_letters_whole()
    {
        await CreateAsync(request => request with { OrderReference = "=1+1", Description = "БИН, «Төлем»", CustomerName = "@SUM(A1)" });

        var text = Encoding.UTF8.GetString(await ExportAsync(PaymentFilter.All, Options("order_reference,description,customer_name")));

        Assert.Equal("\uFEFForder_reference,description,customer_name\r\n'=1+1,\"БИН, «Төлем»\",'@SUM(A1)\r\n", text);
    }

    [Fact]
    public async Task Options_change_columns_separator_zone_and_mark()
    {
        engine.Clock.AdvanceTo(new DateTimeOffset(2026, 11, 30, 6, 47, 0, TimeSpan.Zero));
        await CreateAsync(request => request with { Currency = "JPY", AmountMinor = 7 });

        var text = Encoding.UTF8.GetString(await ExportAsync(PaymentFilter.All, Options("created_at,amount,refundable_minor", "separator=;", "tz=UTC", "bom=0")));

        Assert.Equal("created_at;amount;refundable_minor\r\n2026-11-30T06:47:00.000+00:00;7;0\r\n", text);
    }

    [Fact]
    public async Task Every_column_can_be_asked_for()
    {
        await engine.PaidAsync();

        var lines = Lines(await ExportAsync(PaymentFilter.All, Options(string.Join(',', PaymentCsv.Columns))));

        Assert.Equal(PaymentCsv.Columns.Count, lines[1].Split(',').Length);
    }

    [Theory]
    [InlineData("columns=colour")]
    [InlineData("columns=amount,amount")]
    [InlineData("separator=|")]
    [InlineData("tz=Europe/Berlin")]
    [InlineData("bom=yes")]
    public void Unknown_option_is_refused(string option)
    {
        var parts = option.Split('=');
        var options = CsvOptions.Read([KeyValuePair.Create(parts[0], parts[1])], PaymentCsv.Columns, PaymentCsv.StandardColumns);

        Assert.Equal(Codes.InvalidParameter, options.Problem?.Code);
    }

    [Fact]
    public async Task Export_is_the_list_and_is_audited_with_its_rows()
    {
        for (var i = 0; i < 5; i++)
            await CreateAsync();
        await engine.PayingAsync();
        var filter = new PaymentFilter { Statuses = [PaymentStatus.Created] };

        var listed = (await engine.Get<PaymentSearch>().PageAsync(Scope, filter, null, 50, CancellationToken.None)).Value.Rows.Select(row => row.Id.ToString());
        var exported = Lines(await ExportAsync(filter, Options("payment_id")))[1..];

        Assert.Equal(listed, exported);
        var entry = await engine.ReadAsync(db => db.AuditEntries.OrderByDescending(row => row.Id).FirstAsync());
        Assert.Equal("payments.exported", entry.Action);
        Assert.Contains("\"rows\":5", entry.After, StringComparison.Ordinal);
        Assert.Contains("status=created", entry.After, StringComparison.Ordinal);
    }

    private static CsvOptions Options(string? columns = null, params string[] more)
    {
        var query = more.Select(text => KeyValuePair.Create(text[..text.IndexOf('=', StringComparison.Ordinal)], text[(text.IndexOf('=', StringComparison.Ordinal) + 1)..]));
        if (columns is not null)
            query = query.Append(KeyValuePair.Create("columns", columns));
        return CsvOptions.Read(query, PaymentCsv.Columns, PaymentCsv.StandardColumns).Value;
    }

    private static string[] Lines(byte[] bytes) => Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF').Split("\r\n", StringSplitOptions.RemoveEmptyEntries);

    private async Task<byte[]> ExportAsync(PaymentFilter filter, CsvOptions options)
    {
        using var stream = new MemoryStream();
        var output = PipeWriter.Create(stream);
        await engine.Get<PaymentCsv>().WriteAsync(output, Scope, filter, options, Engine.Shop, CancellationToken.None);
        await output.CompleteAsync();
        return stream.ToArray();
    }

    private async Task CreateAsync(Func<CreatePaymentRequest, CreatePaymentRequest>? change = null)
    {
        var request = engine.Request(provider: null);
        Assert.Null((await engine.Get<CreatePayment>().RunAsync(change?.Invoke(request) ?? request, Engine.Shop, CancellationToken.None)).Problem);
    }
}
