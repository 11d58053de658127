using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Risk;

/// <summary>What is known about a payment when it is made.</summary>
/// <param name="UsualMinor">The tenant's average amount in this currency over 30 days; null with fewer than ten payments.</param>
/// <param name="RecentByPayer">Payments of the same phone or e-mail in the last hour, this one not counted.</param>
/// <param name="FailedByPayer">How many of the payer's payments failed in the last day.</param>
/// <param name="MismatchesByPayer">Payments of the same payer in 90 days whose amount or currency differed, or that were disputed.</param>
public sealed record RiskFacts(long AmountMinor, long? UsualMinor, int RecentByPayer, int FailedByPayer, int MismatchesByPayer, bool IsGuest, bool HasPayer);

/// <summary>One rule: what it looks at, how much it adds, and how it is told to a person.</summary>
public sealed record RiskRule(string Id, int Points, string Explanation, Func<RiskFacts, bool> Applies);

/// <param name="Score">0 to 100.</param>
public sealed record RiskScore(int Score, IReadOnlyList<string> Reasons);

/// <summary>Scores a payment by a table of rules; above <c>Risk:HighRiskThreshold</c> it is flagged, and held before success where the tenant wants that.</summary>
public sealed class ScorePayment(IConfiguration configuration, TimeProvider clock)
{
    private const int EnoughHistory = 10;

    /// <summary>The rules, shown as they are on the risk page.</summary>
    public static IReadOnlyList<RiskRule> Rules { get; } =
    [
        new("amount_5x", 25, "More than five times the usual amount", facts => facts.UsualMinor is { } usual && facts.AmountMinor > usual * 5),
        new("amount_20x", 30, "More than twenty times the usual amount", facts => facts.UsualMinor is { } usual && facts.AmountMinor > usual * 20),
        new("velocity_5", 25, "Five or more payments of this payer within an hour", facts => facts.RecentByPayer >= 5),
        new("velocity_15", 30, "Fifteen or more payments of this payer within an hour", facts => facts.RecentByPayer >= 15),
        new("failures_3", 20, "Three or more failed payments of this payer within a day", facts => facts.FailedByPayer >= 3),
        new("mismatches", 35, "This payer's money differed, or was disputed, within 90 days", facts => facts.MismatchesByPayer > 0),
        new("unknown_payer", 5, "Nobody says who pays", facts => !facts.HasPayer),
        new("guest", 5, "A guest pays", facts => facts.IsGuest),
    ];

    public int Threshold => configuration.GetValue("Risk:HighRiskThreshold", 70);

    public static RiskScore Score(RiskFacts facts)
    {
        var applying = Rules.Where(rule => rule.Applies(facts)).ToList();
        return new RiskScore(Math.Min(100, applying.Sum(rule => rule.Points)), applying.ConvertAll(rule => $"{rule.Explanation} (+{rule.Points})"));
    }

    /// <summary>Scores and marks a payment that is being inserted; true when it is above the threshold. In the caller's transaction.</summary>
    public async Task<bool> MarkAsync(PaymentDb db, Payment payment, bool tenantHolds, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var score = Score(await FactsAsync(db, payment, now, cancellationToken));
        var isHigh = score.Score > Threshold;
        payment.SetRisk(score.Score, JsonSerializer.Serialize(score.Reasons), holds: isHigh && tenantHolds, now);
        if (isHigh)
            payment.Flag(PaymentExceptions.Risk, PaymentExceptions.None, now);
        return isHigh;
    }

    private static async Task<RiskFacts> FactsAsync(PaymentDb db, Payment payment, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var own = db.Payments.AsNoTracking().Where(row => row.TenantId == payment.TenantId && row.Mode == payment.Mode && row.Id != payment.Id);
        var month = now.AddDays(-30);
        // The newest of the month are usual enough, and cost the same whatever the tenant's size.
        var amounts = await own.Where(row => row.Currency == payment.Currency && row.CreatedAt >= month).OrderByDescending(row => row.CreatedAt).Select(row => row.AmountMinor).Take(200).ToListAsync(cancellationToken);
        var payer = payment.PhoneDigits is { } digits ? own.Where(row => row.PhoneDigits == digits) : payment.CustomerEmail is { } email ? own.Where(row => row.CustomerEmail == email) : null;
        var hour = now.AddHours(-1);
        var day = now.AddDays(-1);
        var quarter = now.AddDays(-90);
        const PaymentExceptions bad = PaymentExceptions.AmountMismatch | PaymentExceptions.CurrencyMismatch | PaymentExceptions.Disputed;
        var recent = payer is null ? [] : await payer.Where(row => row.CreatedAt >= quarter).OrderByDescending(row => row.CreatedAt).Select(row => new { row.CreatedAt, row.Status, row.Exceptions }).Take(100).ToListAsync(cancellationToken);
        return new RiskFacts(
            payment.AmountMinor,
            amounts.Count >= EnoughHistory ? (long)amounts.Average() : null,
            RecentByPayer: recent.Count(row => row.CreatedAt >= hour),
            FailedByPayer: recent.Count(row => row.CreatedAt >= day && row.Status == PaymentStatus.Failed),
            MismatchesByPayer: recent.Count(row => (row.Exceptions & bad) != 0),
            payment.IsGuest,
            HasPayer: payer is not null || payment.CustomerId is not null);
    }
}
