using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Webhooks;

namespace PaymentAdmin.Core.Payments;

public enum FoundKind
{
    Payment,
    Refund,
    Webhook,
    Proof,
    Shop,
}

/// <summary>A record that a text names. <paramref name="Id"/> is its own; a refund is shown on its payment's page.</summary>
/// <param name="IsExact">The text names exactly this, not merely its beginning.</param>
public sealed record FoundRecord(FoundKind Kind, Guid Id, Guid? PaymentId, string Title, string Detail, bool IsExact);

/// <summary>Finds what an id, reference, phone, e-mail or payment code names, in one tenant and mode, as far as the role may see it.</summary>
public sealed class FindAnything(PaymentStore store, PaymentSearch payments)
{
    /// <summary>Shorter texts begin too much.</summary>
    public const int LengthMin = 2;
    private const int PaymentsMax = 6;

    public async Task<IReadOnlyList<FoundRecord>> RunAsync(SearchScope scope, string text, string role, CancellationToken cancellationToken)
    {
        text = text.Trim();
        if (text.Length < LengthMin || Texts.Fault(text, PaymentFilter.QueryMax) is not null || !Permissions.IsAllowed(role, Permissions.PaymentsRead))
            return [];
        var page = await payments.PageAsync(scope, new PaymentFilter { Query = text }, cursor: null, PaymentsMax, cancellationToken);
        var rows = page.IsOk ? page.Value.Rows : [];
        var found = rows.Select(row => new FoundRecord(FoundKind.Payment, row.Id, row.Id, row.OrderReference, $"{MoneyFormat.Text(row.AmountMinor, row.Currency)}, {Words.Of(row.Status).Replace('_', ' ')}{(row.Payer is null ? "" : $", {row.Payer}")}", IsExact(row, rows.Count, text))).ToList();
        found.AddRange(await store.ReadAsync(db => OthersAsync(db, scope, text, role, cancellationToken), cancellationToken));
        return found;
    }

    /// <summary>An order reference may merely begin with the text; by anything else a payment was found exactly.</summary>
    private static bool IsExact(PaymentRow row, int count, string text) =>
        row.OrderReference == text || (count == 1 && !row.OrderReference.StartsWith(text, StringComparison.Ordinal));

    private static async Task<List<FoundRecord>> OthersAsync(PaymentDb db, SearchScope scope, string text, string role, CancellationToken cancellationToken)
    {
        var found = new List<FoundRecord>();
        if (Guid.TryParse(text, out var id))
        {
            found.AddRange((await db.Refunds.Where(row => row.Id == id && row.TenantId == scope.TenantId && row.Mode == scope.Mode).ToListAsync(cancellationToken))
                .Select(row => new FoundRecord(FoundKind.Refund, row.Id, row.PaymentId, $"Refund of {MoneyFormat.Text(row.AmountMinor, row.Currency)}", Words.Of(row.Status), IsExact: true)));
            if (Permissions.IsAllowed(role, Permissions.ProofsReview))
            {
                found.AddRange((await db.ManualProofs.Where(row => row.Id == id && row.TenantId == scope.TenantId && row.Mode == scope.Mode).ToListAsync(cancellationToken))
                    .Select(row => new FoundRecord(FoundKind.Proof, row.Id, row.PaymentId, $"Proof of {MoneyFormat.Text(row.AmountMinor, row.Currency)}", Words.Of(row.Status), IsExact: true)));
            }
        }
        if (Permissions.IsAllowed(role, Permissions.WebhooksRead))
        {
            var events = await WebhookSearch.Query(db, scope, new WebhookFilter { Query = text }).OrderByDescending(row => row.ReceivedAt).Take(3).Select(row => new { row.Id, row.PaymentId, row.EventType, row.ProviderReference, row.Provider }).ToListAsync(cancellationToken);
            found.AddRange(events.Select(row => new FoundRecord(FoundKind.Webhook, row.Id, row.PaymentId, $"{row.EventType ?? "event"} {row.ProviderReference}", $"webhook of {row.Provider}", IsExact: row.Id == id)));
        }
        if (int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number))
        {
            found.AddRange((await db.Shops.Where(shop => shop.TenantId == scope.TenantId && shop.Number == number).ToListAsync(cancellationToken))
                .Select(shop => new FoundRecord(FoundKind.Shop, shop.Id, null, $"Shop {shop.Number}", shop.Name ?? "its payments", IsExact: true)));
        }
        return found;
    }
}
