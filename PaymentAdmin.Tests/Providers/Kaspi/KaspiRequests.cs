using PaymentAdmin.Core;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Providers.Kaspi;

/// <summary>One valid object of each kind; a test changes what it is about.</summary>
internal static class KaspiRequests
{
    private static readonly Guid Id = new("01980000-0000-7000-8000-000000000001");

    public static CheckoutRequest Checkout(Money amount, string? phone) => new()
    {
        PaymentId = Id,
        AttemptId = Id,
        Amount = amount,
        OrderReference = "ORD-1",
        PaymentCode = "ABCDEFGH",
        Phone = phone,
        ReturnUrl = "http://shop.test/return",
        CancelUrl = "http://shop.test/cancel",
        ExpiresAt = TestClock.DefaultStart.AddHours(24),
    };

    public static AttemptReference Reference(string? theirs, Money amount) => new(Id, theirs, Theirs2: null, amount, TestClock.DefaultStart);

    public static RefundRequest Refund(string? theirs, Money paid, Money back) => new()
    {
        RefundId = Id,
        Attempt = Reference(theirs, paid),
        Amount = back,
        Reason = "returned",
        IsFull = back == paid,
        RefundedBeforeMinor = 0,
    };
}
