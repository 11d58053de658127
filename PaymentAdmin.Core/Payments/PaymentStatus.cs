namespace PaymentAdmin.Core.Payments;

/// <summary>Where a payment is. Nothing leaves <see cref="Succeeded"/>; refunds are rows of their own.</summary>
public enum PaymentStatus
{
    Created,
    Pending,
    InReview,
    Succeeded,
    Failed,
    Cancelled,
    Expired,
}

/// <summary>Where one conversation with one provider is. <see cref="Unknown"/>: the request was sent and no answer tells what became of it.</summary>
public enum AttemptStatus
{
    Created,
    Pending,
    Succeeded,
    Failed,
    Cancelled,
    Expired,
    Unknown,
}

/// <summary>A refund's own life. Requested: waiting for a second person or not yet sent. Pending: sent, or a person must do it.</summary>
public enum RefundStatus
{
    Requested,
    Pending,
    Succeeded,
    Failed,
    Unknown,
}

/// <summary>What is noteworthy about a payment beside its status; never changes the status by itself.</summary>
[Flags]
public enum PaymentExceptions
{
    None = 0,
    PaidLate = 1,
    DuplicateCharge = 2,
    Underpaid = 4,
    Overpaid = 8,
    AmountMismatch = 16,
    CurrencyMismatch = 32,
    Manual = 64,
    Disputed = 128,
    OutcomeUnknown = 256,
    Risk = 512,
}

/// <summary>Test or live. Stamped on every row at creation, never changed.</summary>
public enum Mode
{
    Test,
    Live,
}

/// <summary>What is paid for: changes words on checkout, receipt and e-mail only.</summary>
public enum PaymentKind
{
    Order,
    Donation,
    Registration,
}
