using System.Globalization;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Core.Providers.Sandbox;

/// <summary>A checkout of the demo, as it would have reached the imitated provider.</summary>
/// <param name="Charged">What the payer was charged; differs from what we asked where the story is about that.</param>
public sealed record DemoCheckout(Guid AttemptId, string OrderReference, string? Description, Money Charged, string? Method, string? PayerPhone, string? OrganizationBin, string? DeviceToken, IReadOnlyDictionary<string, string> Credentials, DateTimeOffset At);

/// <summary>
/// An imitation that knows what its books would say about payments that it never saw: with this its demo payments can be
/// asked about and refunded like any other. Without it they get plain references and words.
/// </summary>
public interface IKeepsDemoBooks
{
    /// <summary>The merchant whose calls carry these credentials.</summary>
    string MerchantOf(IReadOnlyDictionary<string, string> credentials);

    /// <summary>A number of the provider's own shape.</summary>
    string NewReference(Random chance);

    /// <summary>The provider's second id of a payment; null where it has one only.</summary>
    string? NewReference2(Random chance) => null;

    /// <summary>What the merchant's create call carried as its own reference: mostly our id of the attempt.</summary>
    string MerchantReferenceOf(DemoCheckout checkout) => checkout.AttemptId.ToString();

    /// <summary>The merchant's reference names the payment in every call, and the provider's own number is only its second id.</summary>
    bool IsNamedByMerchant => false;

    /// <summary>The provider's word for a state.</summary>
    string WordOf(SandboxState state, DemoCheckout checkout);

    /// <summary>What it remembers beside the general columns, JSON.</summary>
    string DataOf(DemoCheckout checkout) => "{}";
}

/// <summary>
/// The imitated providers' side of the demo payments, so that asking and refunding them works. The only place outside of the
/// imitations that writes their books, and only for the demo.
/// </summary>
public sealed class SandboxDemoLedger(IEnumerable<ISandbox> sandboxes)
{
    private readonly Dictionary<string, ISandbox> byProvider = sandboxes.ToDictionary(sandbox => sandbox.Provider, StringComparer.Ordinal);

    /// <summary>Books a charge that waits for its payer, and keeps waiting: nobody decides by itself.</summary>
    public DemoBooking Open(PaymentDb db, string provider, DemoCheckout checkout, Random chance)
    {
        var books = byProvider.GetValueOrDefault(provider) as IKeepsDemoBooks ?? PlainBooks.Instance;
        var charge = new SandboxCharge
        {
            Id = IdSource.NewId(checkout.At),
            Provider = provider,
            Merchant = books.MerchantOf(checkout.Credentials),
            Reference = books.NewReference(chance),
            MerchantReference = books.MerchantReferenceOf(checkout),
            AmountMinor = checkout.Charged.Minor,
            Currency = checkout.Charged.Currency,
            PayerPhone = checkout.PayerPhone,
            CreatedAt = checkout.At,
            DataJson = books.DataOf(checkout),
        };
        db.SandboxCharges.Add(charge);
        return new DemoBooking(db, charge, books, checkout, books.NewReference2(chance), chance);
    }

    private sealed class PlainBooks : IKeepsDemoBooks
    {
        public static readonly PlainBooks Instance = new();

        public string MerchantOf(IReadOnlyDictionary<string, string> credentials) => SandboxCharge.MerchantOf(credentials.Values.FirstOrDefault() ?? "");

        public string NewReference(Random chance) => "demo_" + chance.NextInt64(1L << 52).ToString("x13", CultureInfo.InvariantCulture);

        public string WordOf(SandboxState state, DemoCheckout checkout) => Words.Of(state);
    }
}

/// <summary>One charge in an imitated provider's books; each step answers the provider's word for it.</summary>
public sealed class DemoBooking
{
    private readonly PaymentDb db;
    private readonly SandboxCharge charge;
    private readonly IKeepsDemoBooks books;
    private readonly DemoCheckout checkout;
    private readonly Random chance;

    internal DemoBooking(PaymentDb db, SandboxCharge charge, IKeepsDemoBooks books, DemoCheckout checkout, string? reference2, Random chance)
    {
        (this.db, this.charge, this.books, this.checkout, this.chance) = (db, charge, books, checkout, chance);
        (Reference, Reference2) = books.IsNamedByMerchant ? (books.MerchantReferenceOf(checkout), charge.Reference) : (charge.Reference, reference2);
    }

    /// <summary>How the attempt knows the payment.</summary>
    public string Reference { get; }

    public string? Reference2 { get; }

    public bool IsOpen => charge.State == SandboxState.Open;

    public string Word => WordOf(charge.State);

    public string WordOf(SandboxState state) => books.WordOf(state, checkout);

    public string Decide(SandboxState decision, DateTimeOffset at)
    {
        charge.Decide(decision, at);
        return Word;
    }

    /// <summary>Sends money back and answers the refund's reference.</summary>
    public string Refund(Guid refundId, long amountMinor, DateTimeOffset at)
    {
        charge.Refund(amountMinor);
        var refund = new SandboxRefund
        {
            Id = IdSource.NewId(at),
            ChargeId = charge.Id,
            Provider = charge.Provider,
            Reference = books.NewReference(chance),
            MerchantReference = refundId.ToString(),
            AmountMinor = amountMinor,
            State = "succeeded",
            CreatedAt = at,
        };
        db.SandboxRefunds.Add(refund);
        return refund.Reference;
    }
}
