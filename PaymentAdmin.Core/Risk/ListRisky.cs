using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Secrets;

namespace PaymentAdmin.Core.Risk;

/// <summary>A flagged payment with why it was flagged; who pays is masked.</summary>
/// <param name="IsHeld">Its money has come and waits for a person to release it.</param>
public sealed record RiskyPayment(Guid Id, Mode Mode, string OrderReference, PaymentStatus Status, long AmountMinor, long ReceivedMinor, long RefundedMinor, string Currency, int Score, IReadOnlyList<string> Reasons, string? Payer, bool IsHeld, DateTimeOffset CreatedAt);

/// <param name="Holds">The tenant has flagged payments held before they succeed.</param>
public sealed record RiskOverview(IReadOnlyList<RiskyPayment> Held, IReadOnlyList<RiskyPayment> Flagged, int Threshold, bool Holds);

/// <summary>What the risk rules flagged: first what is held, then the newest others.</summary>
public sealed class ListRisky(PaymentStore store, ScorePayment scoring)
{
    public const int ShownMax = 50;

    public Task<RiskOverview> RunAsync(SearchScope scope, CancellationToken cancellationToken) => store.ReadAsync(
        async db =>
        {
            var own = db.Payments.Where(row => row.TenantId == scope.TenantId && row.Mode == scope.Mode);
            var held = own.Where(row => row.Status == PaymentStatus.InReview && row.HoldsForRisk && row.ReceivedMinor > 0);
            // The first condition is the one that the partial index of the exceptions answers.
            var flagged = own.Where(row => row.Exceptions != PaymentExceptions.None && (row.Exceptions & PaymentExceptions.Risk) != PaymentExceptions.None && !(row.Status == PaymentStatus.InReview && row.HoldsForRisk && row.ReceivedMinor > 0));
            return new RiskOverview(
                await ReadAsync(held, cancellationToken),
                await ReadAsync(flagged, cancellationToken),
                scoring.Threshold,
                await db.Tenants.Where(row => row.Id == scope.TenantId).Select(row => row.HoldRisky).SingleAsync(cancellationToken));
        },
        cancellationToken);

    private static async Task<IReadOnlyList<RiskyPayment>> ReadAsync(IQueryable<Payment> payments, CancellationToken cancellationToken)
    {
        var rows = await payments.NewestFirst().Take(ShownMax).ToListAsync(cancellationToken);
        return rows.ConvertAll(row => new RiskyPayment(
            row.Id,
            row.Mode,
            row.OrderReference,
            row.Status,
            row.AmountMinor,
            row.ReceivedMinor,
            row.RefundedMinor,
            row.Currency,
            row.RiskScore ?? 0,
            row.RiskReasonsJson is { } json ? JsonSerializer.Deserialize<List<string>>(json) ?? [] : [],
            SecretMask.Phone(row.CustomerPhone) ?? SecretMask.Email(row.CustomerEmail) ?? row.CustomerName,
            row is { Status: PaymentStatus.InReview, HoldsForRisk: true, ReceivedMinor: > 0 },
            row.CreatedAt));
    }
}
