using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Core.Webhooks;

namespace PaymentAdmin.Benchmarks;

/// <summary>
/// Durable storing of deliveries: the inbox's one writer with natural batches, against one EF SaveChanges per delivery behind the same gate.
/// Both commit with full sync before they answer; rows are counted after each round.
/// </summary>
internal static class InboxScenario
{
    private const int Rounds = 5;
    private const int Events = 2_000;
    private static readonly int[] Callers = [1, 32, 128];

    public static async Task<int> RunAsync()
    {
        Console.WriteLine("| callers | batched writer, events/s | SaveChanges each, events/s | ratio, median of 5 (min–max) | p99 batched, ms | p99 each, ms |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var callers in Callers)
            await MeasureAsync(callers);
        return 0;
    }

    private static async Task MeasureAsync(int callers)
    {
        var ratios = new List<double>();
        var batched = new List<Figure>();
        var each = new List<Figure>();
        for (var round = 0; round <= Rounds; round++)
        {
            var a = await OnFreshDatabaseAsync(callers, BatchedAsync);
            var b = await OnFreshDatabaseAsync(callers, SaveChangesEachAsync);
            if (round == 0)
                continue; // warm-up
            batched.Add(a);
            each.Add(b);
            ratios.Add(a.PerSecond / b.PerSecond);
        }
        ratios.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {callers} | {Median(batched, f => f.PerSecond):0} | {Median(each, f => f.PerSecond):0} | {ratios[Rounds / 2]:0.0} ({ratios[0]:0.0}–{ratios[^1]:0.0}) | {Median(batched, f => f.P99Milliseconds):0.0} | {Median(each, f => f.P99Milliseconds):0.0} |"));
    }

    private static async Task<Figure> OnFreshDatabaseAsync(int callers, Func<Contexts, WriteGate, int, Task<Figure>> measure)
    {
        var folder = Directory.CreateTempSubdirectory("payment-admin-bench-").FullName;
        try
        {
            var contexts = new Contexts($"Data Source={Path.Combine(folder, "bench.db")}");
            await PrepareAsync(contexts);
            using var gate = new WriteGate(isSingleWriter: true);
            var figure = await measure(contexts, gate, callers);
            await using var db = contexts.CreateDbContext();
            var rows = await db.WebhookEvents.CountAsync();
            return rows == Events ? figure : throw new InvalidOperationException($"{rows} rows instead of {Events}.");
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Figure> BatchedAsync(Contexts contexts, WriteGate gate, int callers)
    {
        var writer = new InboxWriter(contexts, gate, new LiveUpdates(), NullLogger<InboxWriter>.Instance);
        using var stopping = new CancellationTokenSource();
        var running = writer.RunAsync(stopping.Token);
        var figure = await DriveAsync(callers, async received =>
        {
            if (await writer.WriteAsync(received, CancellationToken.None) != StoredEvent.New)
                throw new InvalidOperationException("Not stored.");
        });
        await stopping.CancelAsync();
        await running;
        return figure;
    }

    private static Task<Figure> SaveChangesEachAsync(Contexts contexts, WriteGate gate, int callers) =>
        DriveAsync(callers, async received =>
        {
            using (await gate.EnterAsync(CancellationToken.None))
            {
                await using var db = contexts.CreateDbContext();
                db.WebhookEvents.Add(received);
                await db.SaveChangesAsync();
            }
        });

    private static async Task<Figure> DriveAsync(int callers, Func<WebhookEvent, Task> store)
    {
        var next = -1;
        var latencies = new double[Events];
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            for (var i = Interlocked.Increment(ref next); i < Events; i = Interlocked.Increment(ref next))
            {
                var before = Stopwatch.GetTimestamp();
                await store(NewEvent(i));
                latencies[i] = Stopwatch.GetElapsedTime(before).TotalMilliseconds;
            }
        })));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Array.Sort(latencies);
        return new Figure(Events / seconds, latencies[(int)(Events * 0.99)]);
    }

    private static WebhookEvent NewEvent(int number)
    {
        var body = new byte[1024];
        BitConverter.TryWriteBytes(body, number);
        return new WebhookEvent
        {
            Id = Guid.CreateVersion7(),
            TenantId = Contexts.Id,
            AccountId = Contexts.Id,
            Provider = "bench",
            Mode = Mode.Test,
            DedupeKey = number.ToString(CultureInfo.InvariantCulture),
            Body = body,
            BodySha256 = Convert.ToHexStringLower(SHA256.HashData(body)),
            HeadersJson = "{}",
            ReceivedAt = DateTimeOffset.UnixEpoch,
            SourceVerdict = "bench",
        };
    }

    private static async Task PrepareAsync(Contexts contexts)
    {
        await using var db = contexts.CreateDbContext();
        await db.Database.EnsureCreatedAsync();
        db.Tenants.Add(new Tenant { Id = Contexts.Id, Slug = "bench", Name = "Bench", TimeZone = "UTC", Currency = "KZT", CreatedAt = DateTimeOffset.UnixEpoch });
        db.ProviderAccounts.Add(new ProviderAccount { Id = Contexts.Id, TenantId = Contexts.Id, Provider = "bench", Mode = Mode.Test, Endpoint = AccountEndpoint.Provider, Name = "Bench", IsEnabled = true, SecretsCipher = "", WebhookKeyHash = "bench", WebhookKeyCipher = "", CreatedAt = DateTimeOffset.UnixEpoch, UpdatedAt = DateTimeOffset.UnixEpoch });
        await db.SaveChangesAsync();
    }

    private static double Median(List<Figure> figures, Func<Figure, double> of) => figures.Select(of).Order().ElementAt(figures.Count / 2);

    private sealed record Figure(double PerSecond, double P99Milliseconds);

    private sealed class Contexts(string connectionString) : IDbContextFactory<PaymentDb>
    {
        public static readonly Guid Id = new("0199a4d1-0000-7000-8000-000000000001");

        public PaymentDb CreateDbContext() => new SqlitePaymentDb(new DbContextOptionsBuilder<SqlitePaymentDb>().UseSqlite(connectionString).AddInterceptors(new SqlitePragmas()).Options);
    }
}
