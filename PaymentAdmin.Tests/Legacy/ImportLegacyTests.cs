using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Integrity;
using PaymentAdmin.Core.Legacy;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Proofs;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Legacy;

/// <summary>Source system 002's registrations with their proofs: taken over once, told to nobody, readable.</summary>
public sealed class ImportLegacyTests : IAsyncLifetime
{
    private const string Header = "transaction_reference,payment_method,payment_id,payment_date,payment_status,amount,currency,customer_email,payment_proof\n";
    private static readonly Actor Operator = Actor.System("import-legacy");
    private readonly string folder = Directory.CreateTempSubdirectory("payment-admin-legacy-").FullName;
    private TestApp app = null!;

    public async Task InitializeAsync() => app = await TestApp.StartAsync();

    public async Task DisposeAsync()
    {
        await app.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<Result<ImportedLegacy>> ImportAsync(string rows, bool files = true, string tenant = "default") =>
        await app.Get<ImportLegacy>().RunAsync(new ImportLegacyRequest(tenant, Header + rows, files ? folder : null), Operator, CancellationToken.None);

    private Task<List<Payment>> PaymentsAsync() => app.ReadAsync(db => db.Payments.OrderBy(payment => payment.OrderReference).ToListAsync());

    private async Task AssertSoundAsync() => Assert.All(await app.Get<CheckIntegrity>().RunAsync(CancellationToken.None), result => Assert.Equal((result.Id, 0), (result.Id, result.Count)));

    [Fact]
    public async Task Registrations_of_the_document_become_payments_without_events()
    {
        var done = (await ImportAsync("""
            REG_john_1764436452,ikhokha,ik_payment_123456,2025-11-29T10:30:00Z,paid,150.00,ZAR,john.doe@example.com,
            REG_jane_1764436453,bank_transfer,,2025-11-29T11:00:00+02:00,pending,"1,500",ZAR,jane@example.com,
            REG_jim_1764436454,ikhokha,ik_payment_123457,2025-11-29,failed,99,ZAR,,
            DEMO_REG_test_user_123,ikhokha,demo_payment_1764436452,2025-11-29T10:30:00Z,paid,150.00,ZAR,,
            """.Replace("\"1,500\"", "1500", StringComparison.Ordinal))).Value;

        Assert.Equal((4, 4, 0, 0), (done.Rows, done.Imported, done.AlreadyThere, done.Files));
        var rows = await PaymentsAsync();
        Assert.Equal([Mode.Test, Mode.Live, Mode.Live, Mode.Live], rows.ConvertAll(row => row.Mode));
        Assert.Equal([PaymentStatus.Succeeded, PaymentStatus.Pending, PaymentStatus.Failed, PaymentStatus.Succeeded], rows.ConvertAll(row => row.Status));
        var john = rows[3];
        Assert.Equal((15_000, 15_000, "ZAR", "john.doe@example.com", PaymentKind.Registration, "ik_payment_123456"), (john.AmountMinor, john.ReceivedMinor, john.Currency, john.CustomerEmail, john.Kind, john.ProviderReference));
        Assert.Equal(new DateTimeOffset(2025, 11, 29, 10, 30, 0, TimeSpan.Zero), john.SucceededAt);
        Assert.Equal(("manual", "bank_transfer", 150_000), (rows[1].Provider, rows[1].Method, rows[1].AmountMinor));
        Assert.Equal(0, await app.ReadAsync(db => db.OutgoingEvents.CountAsync()));
        await AssertSoundAsync();
    }

    [Fact]
    public async Task Second_import_changes_nothing()
    {
        const string rows = "REG_1,ikhokha,ik_1,2025-11-29T10:30:00Z,paid,150.00,ZAR,,slip.png\nREG_2,ikhokha,ik_2,2025-11-29T10:30:00Z,pending,10,ZAR,,\n";
        await File.WriteAllBytesAsync(Path.Combine(folder, "slip.png"), [1, 2, 3]);
        await ImportAsync(rows);
        var before = await SnapshotAsync();

        var again = (await ImportAsync(rows.Replace("paid", "failed", StringComparison.Ordinal))).Value;

        Assert.Equal((2, 0, 2, 0), (again.Rows, again.Imported, again.AlreadyThere, again.Files));
        Assert.Equal(before, await SnapshotAsync());
    }

    private async Task<string> SnapshotAsync() => await app.ReadAsync(async db => string.Join('\n', [
        .. (await db.Payments.OrderBy(row => row.Id).ToListAsync()).Select(row => $"{row.Id} {row.Status} {row.Version} {row.UpdatedAt:O}"),
        $"{await db.AuditEntries.CountAsync()} {await db.Receipts.CountAsync()} {await db.ManualProofs.CountAsync()} {await db.ProofFiles.CountAsync()}",
        .. Directory.GetFiles(Path.Combine(app.Get<Deployment>().DataDirectory, "proofs"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal),
    ]));

    [Fact]
    public async Task Imports_at_once_are_one()
    {
        var rows = string.Concat(Enumerable.Range(0, 150).Select(i => $"REG_{i},ikhokha,ik_{i},2025-11-29T10:30:00Z,paid,150.00,ZAR,,\n"));

        var done = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ImportAsync(rows)));

        Assert.Equal(150, done.Sum(one => one.Value.Imported));
        Assert.Equal(150, (await PaymentsAsync()).Count);
        await AssertSoundAsync();
    }

    [Fact]
    public async Task Proof_file_stays_readable_and_decides_nothing_anew()
    {
        var content = Encoding.ASCII.GetBytes("%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n");
        Directory.CreateDirectory(Path.Combine(folder, "uploads"));
        await File.WriteAllBytesAsync(Path.Combine(folder, "uploads", "slip.pdf"), content);

        var done = (await ImportAsync("REG_1,payment_proof,,2025-11-29T10:30:00Z,paid,150.00,ZAR,a@b.example,uploads/slip.pdf\nREG_2,payment_proof,,2025-11-29,pending,10,ZAR,,/static/slip.pdf\n")).Value;

        Assert.Equal(1, done.Files);
        Assert.Equal(["/static/slip.pdf"], done.MissingFiles);
        var proof = await app.ReadAsync(db => db.ManualProofs.SingleAsync(row => row.Status == ProofStatus.Approved));
        Assert.True(proof.IsLegacy);
        var file = await app.ReadAsync(db => db.ProofFiles.SingleAsync());
        Assert.Equal((proof.Id, "slip.pdf", "application/pdf", Convert.ToHexStringLower(SHA256.HashData(content)), content.Length), (file.ProofId, file.Name, file.ContentType, file.Sha256, file.Bytes));
        Assert.Equal(content, await app.Get<ProofFiles>().ReadAsync(file.StoredName, CancellationToken.None));
        await AssertSoundAsync();
    }

    [Theory]
    [InlineData("../outside.txt")]
    [InlineData("link.txt")]
    [InlineData("..")]
    [InlineData("/etc/hostname")]
    public async Task Name_never_leads_out_of_the_folder(string name)
    {
        var outside = Path.Combine(Path.GetDirectoryName(folder)!, "outside.txt");
        await File.WriteAllTextAsync(outside, "secret");
        File.CreateSymbolicLink(Path.Combine(folder, "link.txt"), outside);
        try
        {
            var done = (await ImportAsync($"REG_1,payment_proof,,2025-11-29,paid,150.00,ZAR,,{name}\n")).Value;
            Assert.Equal((0, name), (done.Files, Assert.Single(done.MissingFiles)));
        }
        finally
        {
            File.Delete(outside);
        }
    }

    [Fact]
    public async Task Every_fault_is_named_with_its_line_and_nothing_is_imported()
    {
        var faults = (await ImportAsync("REG_1,ikhokha,,yesterday,paid,150.00,ZAR,,\nREG_2,ikhokha,,2025-11-29,refunded,1.001,XXX,no-mail,\n,ikhokha,,2025-11-29,paid,5,ZAR,,\nREG_4,,,2025-11-29,paid,5,ZAR,,\nREG_4,,,2025-11-29,paid,5,ZAR,,\n")).Problem?.Errors?["file"];

        Assert.NotNull(faults);
        Assert.Equal(["Line 2", "Line 3", "Line 3", "Line 3", "Line 4", "Line 6"], faults.Select(fault => fault[..6]));
        Assert.Empty(await PaymentsAsync());
    }

    [Fact]
    public async Task Quoted_cells_and_a_byte_order_mark_are_understood()
    {
        var text = "\uFEFF\"currency\",amount,transaction_reference,payment_method,payment_id,payment_date,payment_status,customer_email,payment_proof,conference\r\nZAR,150,\"REG, \"\"one\"\"\",ikhokha,,2025-11-29,paid,,,\"two\nlines\"\r\n";

        var done = await app.Get<ImportLegacy>().RunAsync(new ImportLegacyRequest("default", text, null), Operator, CancellationToken.None);

        Assert.Equal(1, done.Value.Imported);
        Assert.Equal("REG, \"one\"", Assert.Single(await PaymentsAsync()).OrderReference);
    }

    [Fact]
    public async Task Pending_registration_does_not_run_out()
    {
        await ImportAsync("REG_1,ikhokha,ik_1,2025-11-29,pending,150.00,ZAR,,\n");

        await app.Get<ReconcilePayments>().RunOnceAsync(CancellationToken.None);

        Assert.Equal(PaymentStatus.Pending, Assert.Single(await PaymentsAsync()).Status);
    }

    [Fact]
    public async Task Unknown_tenant_and_missing_columns_are_named()
    {
        Assert.Equal(["tenant"], (await ImportAsync("", tenant: "nobody")).Problem?.Errors?.Keys);
        var faults = (await app.Get<ImportLegacy>().RunAsync(new ImportLegacyRequest("default", "amount,currency\n1,ZAR\n", null), Operator, CancellationToken.None)).Problem?.Errors?["file"];
        Assert.Contains("The column transaction_reference is missing.", faults ?? []);
    }
}
