using System.Globalization;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Secrets;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Demo;

/// <summary>
/// Adds payments by the million, to measure with: spread over the demo's tenants, shops and providers, over statuses as they are met and over the days
/// behind us. The rows keep every invariant, are nobody's business (no events, nothing changes by itself) and go past the change tracker; a payment has
/// one transition, the one into its present status. Batches of a second or so, so that a server beside it goes on serving.
/// </summary>
public sealed class SeedLoad(PaymentStore store, ProviderRegistry providers, ProviderAccounts accounts, SecretBox secrets, Deployment deployment, TimeProvider clock)
{
    public const int PaymentsMax = 20_000_000;
    public const string CreatedBy = "load";

    private const int BatchSize = 5_000;
    private const int PaymentsPerDay = 2_000;
    private const int DaysMin = 30;
    private const int DaysMax = 730;

    private readonly DemoTenants tenants = new(providers, accounts, secrets);

    /// <summary>How many were added.</summary>
    public async Task<Result<int>> RunAsync(int count, CancellationToken cancellationToken)
    {
        if (count is < 1 or > PaymentsMax)
            return Problem.Invalid("payments", $"must be from 1 to {PaymentsMax.ToString("N0", CultureInfo.InvariantCulture)}");
        if (DemoRefusal.In(deployment) is { } refused)
            return refused;
        var now = clock.GetUtcNow();
        var prepared = await store.WriteAsync(db => PrepareAsync(db, now, cancellationToken), cancellationToken);
        if (!prepared.IsOk)
            return prepared.Problem!;
        var span = TimeSpan.FromDays(Math.Clamp(count / PaymentsPerDay, DaysMin, DaysMax));
        var plan = new LoadPlan(prepared.Value, IdSource.NewToken(6), now, span, count);
        for (var from = 0; from < count; from += BatchSize)
        {
            var first = from;
            var runs = 0;
            // A code that another payment has by chance: the batch is made again, with others.
            await store.WriteAsync(db => WriteAsync(db, plan, first, Math.Min(BatchSize, count - first), runs++, cancellationToken), cancellationToken);
        }
        if (!await store.ReadAsync(db => Task.FromResult(db.IsPostgres), cancellationToken))
            return count;
        // A planner that believes the table to be small reads all of it.
        await store.WriteAsync(db => db.Database.ExecuteSqlAsync($"ANALYZE", cancellationToken), cancellationToken);
        return count;
    }

    private async Task<Result<IReadOnlyList<LoadRoute>>> PrepareAsync(PaymentDb db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await db.LockNameAsync("seed-demo", cancellationToken);
        if (await DemoRefusal.BesideLiveAsync(db, cancellationToken) is { } refused)
            return refused;
        await tenants.EnsureAsync(db, now, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        var routes = new List<LoadRoute>();
        foreach (var tenantId in await db.Tenants.OrderBy(tenant => tenant.CreatedAt).ThenBy(tenant => tenant.Slug).Select(tenant => tenant.Id).ToListAsync(cancellationToken))
        {
            foreach (var route in await tenants.RoutesAsync(db, tenantId, cancellationToken))
                routes.AddRange(route.Shops.Select(shop => new LoadRoute(tenantId, route, shop)));
        }
        return routes.Count > 0 ? routes : new Problem(Codes.ProviderNotConfigured, "There is no sandbox account to load payments for.");
    }

    private static async Task WriteAsync(PaymentDb db, LoadPlan plan, int first, int count, int run, CancellationToken cancellationToken)
    {
        if (!db.IsPostgres)
            await db.Database.ExecuteSqlAsync($"PRAGMA cache_size=-262144", cancellationToken);
        var rows = new LoadRows();
        for (var i = first; i < first + count; i++)
            plan.Add(rows, i, run);
        var auditIds = await AuditIdsAsync(db, count, cancellationToken);
        var auditOf = rows.Payments.Index().ToDictionary(pair => pair.Item.Id, pair => auditIds[pair.Index]);
        await db.BulkInsertAsync(rows.Payments, cancellationToken, new ColumnValue<Payment>(nameof(Payment.ReferenceClaim), payment => payment is { IsFinal: true, Status: not PaymentStatus.Succeeded } ? null : payment.ReferenceClaim));
        await db.BulkInsertAsync(rows.Audit, cancellationToken, new ColumnValue<AuditEntry>(nameof(AuditEntry.Id), entry => auditOf[Guid.Parse(entry.EntityId)]));
        await db.BulkInsertAsync(rows.Transitions, cancellationToken, new ColumnValue<PaymentTransition>(nameof(PaymentTransition.AuditId), transition => auditOf[transition.PaymentId]));
        await db.BulkInsertAsync(rows.Attempts, cancellationToken);
        await db.BulkInsertAsync(rows.Receipts, cancellationToken);
        await db.BulkInsertAsync(rows.Refunds, cancellationToken);
    }

    /// <summary>Numbers that nobody else will get: on SQLite this transaction is the only writer, PostgreSQL hands them out.</summary>
    private static async Task<IReadOnlyList<long>> AuditIdsAsync(PaymentDb db, int count, CancellationToken cancellationToken)
    {
        if (db.IsPostgres)
            return await db.Database.SqlQuery<long>($"""SELECT nextval(pg_get_serial_sequence('audit_entries', 'id')) AS "Value" FROM generate_series(1, {count})""").ToListAsync(cancellationToken);
        var last = await db.AuditEntries.MaxAsync(entry => (long?)entry.Id, cancellationToken) ?? 0;
        return [.. Enumerable.Range(1, count).Select(i => last + i)];
    }
}

/// <summary>A shop of a tenant and a way to be paid there.</summary>
internal sealed record LoadRoute(Guid TenantId, DemoRoute Route, DemoShop Shop);

/// <summary>The rows of one batch.</summary>
internal sealed class LoadRows
{
    public List<Payment> Payments { get; } = [];
    public List<PaymentAttempt> Attempts { get; } = [];
    public List<PaymentTransition> Transitions { get; } = [];
    public List<AuditEntry> Audit { get; } = [];
    public List<Receipt> Receipts { get; } = [];
    public List<Refund> Refunds { get; } = [];
}

/// <summary>What the n-th payment is like: the same for the same number, so that a batch can be made again.</summary>
internal sealed class LoadPlan(IReadOnlyList<LoadRoute> routes, string name, DateTimeOffset now, TimeSpan span, int count)
{
    private static readonly Actor Loader = Actor.System("seed-load");
    private static readonly TimeSpan Open = TimeSpan.FromDays(1);

    /// <summary>Coprime to the number of codes, so that codes repeat only after all of them were used.</summary>
    private const long CodeStep = 15_485_863;

    private readonly long firstCode = IdSource.Next(int.MaxValue);

    public void Add(LoadRows rows, int index, int run)
    {
        var chance = new Random(HashCode.Combine(name.Length, index));
        var at = now - span + span * ((index + chance.NextDouble()) / (count + 1));
        // Later shops and providers are smaller ones.
        var target = routes[(int)(routes.Count * Math.Pow(chance.NextDouble(), 1.5))];
        var outcome = OutcomeOf(chance, now - at);
        var payment = NewPayment(target, index, run, outcome, at, chance);
        payment.Enter(outcome.Status, at.AddSeconds(2));
        var settled = outcome.Status is PaymentStatus.Created or PaymentStatus.Pending ? at.AddSeconds(2) : at.AddSeconds(chance.Next(5, 400));
        if (outcome.Status != PaymentStatus.Created)
            Pay(rows, payment, target, index, outcome, settled);
        if (outcome.Exceptions != PaymentExceptions.None)
            payment.Flag(outcome.Exceptions, PaymentExceptions.None, settled);
        if (outcome.Status == PaymentStatus.InReview)
            payment.SetOpenReviews(outcome.Exceptions, settled);
        rows.Payments.Add(payment);
        rows.Audit.Add(AuditEntry.By(Loader, target.TenantId, settled, "payment." + Words.Of(outcome.Status), "payment", payment.Id.ToString()));
        rows.Transitions.Add(new PaymentTransition { Id = IdSource.NewId(at), TenantId = target.TenantId, PaymentId = payment.Id, Sequence = 1, ToStatus = outcome.Status, Cause = ObservationSource.Demo, At = settled });
    }

    private sealed record Outcome(PaymentStatus Status, PaymentExceptions Exceptions = PaymentExceptions.None, bool IsRefunded = false);

    /// <summary>Four in five are paid, one in fifty of them goes back. Only young payments are still open.</summary>
    private static Outcome OutcomeOf(Random chance, TimeSpan age)
    {
        if (age < Open && chance.Next(10) < 2)
            return new Outcome(chance.Next(3) == 0 ? PaymentStatus.Created : PaymentStatus.Pending);
        return chance.Next(1000) switch
        {
            < 780 => new Outcome(PaymentStatus.Succeeded),
            < 796 => new Outcome(PaymentStatus.Succeeded, IsRefunded: true),
            < 800 => new Outcome(PaymentStatus.Succeeded, PaymentExceptions.PaidLate),
            < 802 => new Outcome(PaymentStatus.InReview, PaymentExceptions.OutcomeUnknown),
            < 890 => new Outcome(PaymentStatus.Failed),
            < 940 => new Outcome(PaymentStatus.Cancelled),
            _ => new Outcome(PaymentStatus.Expired),
        };
    }

    private Payment NewPayment(LoadRoute target, int index, int run, Outcome outcome, DateTimeOffset at, Random chance)
    {
        var profile = target.Route.Profile;
        var price = DemoPayments.Price(target.Route, profile.Currencies[0], chance);
        // One in four has bought before.
        var customer = chance.Next(Math.Max(1, count * 3 / 4));
        var person = DemoPeople.Pick(price.Currency, chance);
        return new Payment
        {
            Id = IdSource.NewId(at),
            TenantId = target.TenantId,
            Mode = Mode.Test,
            Kind = chance.Next(10) switch { < 8 => PaymentKind.Order, < 9 => PaymentKind.Donation, _ => PaymentKind.Registration },
            OrderReference = string.Create(CultureInfo.InvariantCulture, $"L{name}-{index:D8}"),
            PaymentCode = PaymentCode.Of(firstCode + (index + (long)run * SeedLoad.PaymentsMax) * CodeStep),
            AmountMinor = price.Minor,
            Currency = price.Currency,
            Description = string.Create(CultureInfo.InvariantCulture, $"Order {index}"),
            ShopId = target.Shop.Shop.Id,
            ShopNumber = target.Shop.Shop.Number,
            CustomerId = customer % 3 == 0 ? string.Create(CultureInfo.InvariantCulture, $"customer-{customer}") : null,
            CustomerName = person.Name,
            CustomerEmail = string.Create(CultureInfo.InvariantCulture, $"payer-{customer}@example.com"),
            // A country code that no country has.
            CustomerPhone = string.Create(CultureInfo.InvariantCulture, $"+999{customer:D9}"),
            CreatedAt = at,
            ExpiresAt = at + Open,
            EndsWithFirstAttempt = outcome.Status == PaymentStatus.Failed,
            IsDemo = true,
            CreatedBy = SeedLoad.CreatedBy,
        };
    }

    private void Pay(LoadRows rows, Payment payment, LoadRoute target, int index, Outcome outcome, DateTimeOffset at)
    {
        var route = target.Route;
        var version = target.Shop.At(payment.CreatedAt)?.Version;
        var attempt = new PaymentAttempt
        {
            Id = IdSource.NewId(payment.CreatedAt),
            PaymentId = payment.Id,
            TenantId = payment.TenantId,
            Mode = payment.Mode,
            Provider = route.Profile.Id,
            AccountId = route.Account.Id,
            Endpoint = route.Account.Endpoint,
            ConfigVersionId = version?.Id,
            OrganizationBin = version?.OrganizationBin,
            Method = route.Profile.Methods[index % route.Profile.Methods.Count],
            PayerPhone = route.Profile.NeedsPayerPhone ? payment.CustomerPhone : null,
            AmountMinor = payment.AmountMinor,
            Currency = payment.Currency,
            CreatedAt = payment.CreatedAt,
            IsDemo = true,
        };
        attempt.Learn(string.Create(CultureInfo.InvariantCulture, $"L{name}{index:D8}"), reference2: null, Words.Of(outcome.Status), at);
        attempt.Enter(AttemptOf(outcome.Status), at);
        if (outcome.Status == PaymentStatus.Succeeded)
        {
            attempt.Receive(payment.AmountMinor, at);
            payment.Receive(payment.AmountMinor, at);
            rows.Receipts.Add(ReceiptOf(payment, attempt, at));
        }
        payment.Show(attempt, at);
        rows.Attempts.Add(attempt);
        if (outcome.IsRefunded)
            rows.Refunds.Add(Refund(payment, attempt, index % 2 == 0 ? payment.AmountMinor : Math.Max(1, payment.AmountMinor / 2), at.AddHours(1 + index % 40)));
    }

    private static AttemptStatus AttemptOf(PaymentStatus status) => status switch
    {
        PaymentStatus.Succeeded => AttemptStatus.Succeeded,
        PaymentStatus.Failed => AttemptStatus.Failed,
        PaymentStatus.Cancelled => AttemptStatus.Cancelled,
        PaymentStatus.Expired => AttemptStatus.Expired,
        PaymentStatus.InReview => AttemptStatus.Unknown,
        _ => AttemptStatus.Pending,
    };

    private static Receipt ReceiptOf(Payment payment, PaymentAttempt attempt, DateTimeOffset at)
    {
        var receipt = new Receipt
        {
            Id = IdSource.NewId(at),
            TenantId = payment.TenantId,
            Mode = payment.Mode,
            Provider = attempt.Provider,
            AccountId = attempt.AccountId,
            Reference = attempt.ProviderReference ?? "",
            AmountMinor = payment.AmountMinor,
            Currency = payment.Currency,
            ReceivedAt = at,
            State = ReceiptState.Counted,
        };
        receipt.Allocate(payment.Id, attempt.Id, ReceiptState.Counted);
        return receipt;
    }

    private static Refund Refund(Payment payment, PaymentAttempt attempt, long minor, DateTimeOffset at)
    {
        var refund = new Refund
        {
            Id = IdSource.NewId(at),
            TenantId = payment.TenantId,
            Mode = payment.Mode,
            PaymentId = payment.Id,
            AttemptId = attempt.Id,
            AccountId = attempt.AccountId,
            Endpoint = attempt.Endpoint,
            Provider = attempt.Provider,
            OrganizationBin = attempt.OrganizationBin,
            AmountMinor = minor,
            Currency = payment.Currency,
            Reason = "Returned",
            CreatedAt = at,
            RequestedBy = SeedLoad.CreatedBy,
            IsDemo = true,
        };
        payment.TryReserveRefund(minor, at);
        refund.MarkSent(at);
        refund.TrySettle(RefundStatus.Succeeded, "R" + attempt.ProviderReference, failureCode: null, failureMessage: null, at.AddSeconds(3));
        payment.CompleteRefund(minor, at.AddSeconds(3));
        return refund;
    }
}
