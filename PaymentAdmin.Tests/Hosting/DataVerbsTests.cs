using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Demo;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Support;
using PaymentAdmin.Web.Hosting;

namespace PaymentAdmin.Tests.Hosting;

/// <summary>The verbs that move data: seed-load, export-payments, backup. All of them beside a running server.</summary>
public sealed class DataVerbsTests : IAsyncLifetime
{
    private const int Loaded = 6_000;

    private TestApp app = null!;

    public async Task InitializeAsync() => app = await TestApp.StartAsync();

    public async Task DisposeAsync() => await app.DisposeAsync();

    private string PathOf(string name) => Path.Combine(app.Get<Deployment>().DataDirectory, name);

    private Task<VerbRun> RunAsync(params string[] arguments) => VerbRun.BesideAsync(app, arguments);

    [Fact]
    public async Task Load_keeps_every_invariant_and_is_spread_over_all_there_is()
    {
        var loaded = await RunAsync("seed-load", "--payments", $"{Loaded}", "--json");
        var again = await RunAsync("seed-load", "--payments", "10");
        var sound = await RunAsync("check-integrity");

        Assert.Equal((0, Loaded), (loaded.ExitCode, loaded.Json.GetProperty("payments").GetInt32()));
        Assert.Equal((0, 0), (again.ExitCode, sound.ExitCode));
        Assert.Equal(Loaded + 10, await app.ReadAsync(db => db.Payments.CountAsync(payment => payment.CreatedBy == SeedLoad.CreatedBy && payment.IsDemo && payment.Mode == Mode.Test)));
        Assert.Equal(2, await app.ReadAsync(db => db.Payments.Select(payment => payment.TenantId).Distinct().CountAsync()));
        Assert.Equal([8, 9, 21], (await app.ReadAsync(db => db.Payments.Select(payment => payment.ShopNumber!.Value).Distinct().ToListAsync())).Order());
        Assert.Equal(Enum.GetValues<PaymentStatus>().Length, await app.ReadAsync(db => db.Payments.Select(payment => payment.Status).Distinct().CountAsync()));
        Assert.True(await app.ReadAsync(db => db.Payments.Select(payment => payment.Provider).Distinct().CountAsync()) >= 8);
        Assert.NotEqual(0, await app.ReadAsync(db => db.Payments.CountAsync(payment => payment.RefundedMinor > 0)));
        Assert.NotEqual(0, await app.ReadAsync(db => db.Payments.CountAsync(payment => payment.Exceptions != PaymentExceptions.None)));
        var times = await app.ReadAsync(db => db.Payments.Select(payment => payment.CreatedAt).ToListAsync());
        Assert.True(times.Select(time => time.Date).Distinct().Count() >= 30, $"{times.Min()} to {times.Max()}");
        Assert.Equal(0, await app.ReadAsync(db => db.OutgoingEvents.CountAsync()));
    }

    [Fact]
    public async Task Loaded_payment_is_read_and_refused_like_any_other()
    {
        await RunAsync("seed-load", "--payments", "200");
        using var client = await app.KeyClientAsync();

        var paid = (await client.AskAsync("/v1/payments?status=succeeded&limit=1")).Data.Single();
        var one = await client.AskAsync($"/v1/payments/{paid["id"]}");

        Assert.Equal(200, one.Status);
        Assert.Equal("succeeded", one.Json["attempts"]![0]!["status"]!.GetValue<string>());
        Assert.Equal(one.Json["amount_minor"]!.GetValue<long>(), one.Json["received_minor"]!.GetValue<long>());
        Assert.Equal("payment_final", (await client.TellOnceAsync($"/v1/payments/{paid["id"]}/attempts", """{ "provider": "stripe" }""")).Code);
    }

    [Theory]
    [InlineData("Production", "no place in Production")]
    [InlineData("Test", "has live payments")]
    public async Task Load_has_no_place_where_money_is(string environment, string reason)
    {
        if (environment == "Test")
        {
            await RunAsync("seed-load", "--payments", "1");
            await app.Store.WriteAsync(db => db.Payments.ExecuteUpdateAsync(set => set.SetProperty(payment => payment.Mode, Mode.Live)), CancellationToken.None);
        }

        var refused = await VerbRun.OnAsync(app.Database.Settings, app.Get<Deployment>().DataDirectory, environment, "seed-load", "--payments", "10");

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains(reason, refused.Errors, StringComparison.Ordinal);
        Assert.True(await app.ReadAsync(db => db.Payments.CountAsync()) <= 1);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("many")]
    [InlineData("20000001")]
    public async Task Number_of_payments_is_a_number(string given)
    {
        var refused = await RunAsync("seed-load", "--payments", given);

        Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
        Assert.Contains("--payments", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_is_the_file_that_the_server_gives()
    {
        await RunAsync("seed-load", "--payments", "500");
        using var client = await app.KeyClientAsync();
        const string filter = "status=succeeded&columns=payment_id,amount,currency&tz=UTC";

        var exported = await RunAsync("export-payments", "--out", PathOf("payments.csv"), "--filter", filter, "--json");

        Assert.Equal(await client.GetByteArrayAsync($"/export/payments.csv?{filter}"), await File.ReadAllBytesAsync(PathOf("payments.csv")));
        Assert.Equal((await File.ReadAllLinesAsync(PathOf("payments.csv"))).Length - 1, exported.Json.GetProperty("rows").GetInt64());
        Assert.Equal(("default", "test"), (exported.Json.GetProperty("tenant").GetString(), exported.Json.GetProperty("mode").GetString()));
        Assert.False(File.Exists(PathOf("payments.csv.part")));
        Assert.Equal(2, await app.ReadAsync(db => db.AuditEntries.CountAsync(entry => entry.Action == "payments.exported")));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(PathOf("payments.csv")));
    }

    [Theory]
    [InlineData("--tenant", "nobody", "--tenant")]
    [InlineData("--mode", "both", "--mode")]
    [InlineData("--filter", "colour=red", "--filter")]
    [InlineData("--filter", "columns=colour", "--filter")]
    [InlineData("--filter", "mode=live", "--filter")]
    public async Task Wrong_export_writes_nothing(string option, string value, string named)
    {
        var refused = await RunAsync("export-payments", "--out", PathOf("payments.csv"), option, value);

        Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
        Assert.StartsWith(named, refused.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(PathOf("payments.csv")));
    }

    [Fact]
    public async Task Export_into_nowhere_is_refused()
    {
        var refused = await RunAsync("export-payments", "--out", PathOf("no-such-folder/payments.csv"));

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("cannot be written", refused.Errors, StringComparison.Ordinal);
    }

    [SqliteFact]
    public async Task Backup_beside_writers_is_whole_and_sound_and_without_keys()
    {
        await RunAsync("seed-load", "--payments", "2000");
        using var client = await app.KeyClientAsync();
        var payment = (await client.TellOnceAsync("/v1/payments", """{ "order_reference": "with-proof", "amount_minor": 1000, "currency": "KZT" }""")).Text("id");
        using var proof = new MultipartFormDataContent { { new StringContent("cash_on_delivery"), "proof_type" }, { new StringContent("R-1"), "proof_reference" }, { new ByteArrayContent(Proofs.Pictures.Png()), "file", "receipt.png" } };
        using var submitted = await client.PostAsync($"/v1/payments/{payment}/proofs", proof);
        Assert.Equal(201, (int)submitted.StatusCode);
        using var stop = new CancellationTokenSource();
        var writer = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
                await client.TellOnceAsync("/v1/payments", $$"""{ "order_reference": "beside-{{i}}", "amount_minor": 1000, "currency": "KZT" }""");
        });

        var backup = await RunAsync("backup", "--out", PathOf("backup.tar.gz"), "--json");
        await stop.CancelAsync();
        await writer;

        Assert.Equal((1, false), (backup.Json.GetProperty("proofs").GetInt32(), backup.Json.GetProperty("has_master_key").GetBoolean()));
        var restored = PathOf("restored");
        var names = await UnpackAsync(PathOf("backup.tar.gz"), restored);
        var database = Path.Combine(restored, names.Single(name => !name.Contains('/', StringComparison.Ordinal)));
        Assert.All(names.Where(name => name.Contains('/', StringComparison.Ordinal)), name => Assert.StartsWith("proofs/", name, StringComparison.Ordinal));
        Assert.Empty(Directory.EnumerateFiles(app.Get<Deployment>().DataDirectory, "*.part"));
        Dictionary<string, string?> settings = new() { ["Database:ConnectionString"] = $"Data Source={database}" };
        var sound = await VerbRun.OnAsync(settings, restored, "Test", "check-integrity", "--json");
        Assert.True(sound.Json.GetProperty("ok").GetBoolean(), sound.Output);
        await using var connection = new SqliteConnection($"Data Source={database};Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM payments";
        Assert.True((long)(await command.ExecuteScalarAsync())! > 2000);
        SqliteConnection.ClearAllPools();
    }

    [PostgresFact]
    public async Task Backup_of_PostgreSQL_says_what_to_do()
    {
        await using var database = await TestDatabase.CreateAsync(TestEngine.Postgres);

        var told = await VerbRun.OnAsync(database.Settings, app.Get<Deployment>().DataDirectory, "Test", "backup", "--out", PathOf("backup.tar.gz"));

        Assert.Equal(1, told.ExitCode);
        Assert.Contains("pg_dump", told.Errors, StringComparison.Ordinal);
        Assert.Contains("proofs", told.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Host=", told.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Draft_that_was_not_kept_leaves_what_was_there()
    {
        File.WriteAllText(PathOf("kept"), "before");
        using (var draft = new DraftFile(PathOf("kept")))
            draft.Open().Dispose();

        Assert.Equal("before", File.ReadAllText(PathOf("kept")));
        Assert.False(File.Exists(PathOf("kept.part")));
    }

    private static async Task<List<string>> UnpackAsync(string file, string folder)
    {
        Directory.CreateDirectory(folder);
        await using var packed = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
        await TarFile.ExtractToDirectoryAsync(packed, folder, overwriteFiles: false);
        return [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/'))];
    }
}
