using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Core.Payments;

/// <summary>
/// What a shop wants paid. Carries a snapshot of the BIN, config version and account that took (or may take) the money.
/// Only <c>ApplyObservation</c> changes <see cref="Status"/>, through <see cref="Enter"/>.
/// </summary>
public sealed class Payment
{
    public const string ImportedBy = "import";

    private readonly string? customerPhone;
    private Guid? linkClaim;

    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Mode Mode { get; init; }
    public required PaymentKind Kind { get; init; }
    public bool IsGuest { get; init; }
    public required string OrderReference { get; init; }

    /// <summary>Eight characters that a payer can type at a paybill: <see cref="Payments.PaymentCode"/>.</summary>
    public required string PaymentCode { get; init; }
    public required long AmountMinor { get; init; }
    public required string Currency { get; init; }
    public string? Description { get; init; }
    public Guid? ShopId { get; init; }
    public int? ShopNumber { get; init; }
    public string? CustomerId { get; init; }
    public string? CustomerEmail { get; init; }
    public string? CustomerName { get; init; }

    /// <summary>As it was given.</summary>
    public string? CustomerPhone
    {
        get => customerPhone;
        init
        {
            customerPhone = value;
            PhoneDigits = Texts.PhoneDigits(value);
        }
    }

    /// <summary>The phone as it is searched: digits only, with the country's code.</summary>
    public string? PhoneDigits { get; private set; }

    /// <summary>The integrator's own key-value pairs, a JSON object of strings.</summary>
    public string? MetadataJson { get; init; }
    public string? ReturnUrl { get; init; }
    public string? CancelUrl { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Created together with its only attempt: a definite failure of that attempt ends the payment.</summary>
    public required bool EndsWithFirstAttempt { get; init; }

    /// <summary>What a repetition without an idempotency key is recognised by; null where every request counts.</summary>
    public string? RepeatName { get; init; }

    /// <summary>Demo and load rows write no events and do not change by themselves.</summary>
    public bool IsDemo { get; init; }

    /// <summary>Taken over from a replaced system: what happened there is told to nobody, and its time does not run out.</summary>
    public bool IsImported => CreatedBy == ImportedBy;

    /// <summary>Who created it: "key:…", "user:…", "link:…", "demo".</summary>
    public required string CreatedBy { get; init; }

    /// <summary>The user who answers for the creation; never approves what follows from it.</summary>
    public Guid? AnswerableUserId { get; init; }

    /// <summary>The link that it was made by; null: none.</summary>
    public Guid? LinkId { get; init; }

    public PaymentStatus Status { get; private set; } = PaymentStatus.Created;

    /// <summary>The order reference while this payment is open or succeeded; null once it ended without money. Unique per tenant and mode.</summary>
    public string? ReferenceClaim { get; private set; }

    /// <summary>The link for one payment only, while this is that payment: open or succeeded. Unique.</summary>
    public Guid? LinkClaim
    {
        get => linkClaim;
        init => linkClaim = value;
    }

    public PaymentExceptions Exceptions { get; private set; }

    /// <summary>What a person must still decide. Not empty exactly while the status is <see cref="PaymentStatus.InReview"/>.</summary>
    public PaymentExceptions OpenReviews { get; private set; }

    /// <summary>Money that verifiably came, over all attempts, receipts and approved proofs.</summary>
    public long ReceivedMinor { get; private set; }

    /// <summary>Sum of the refunds that are not failed; reserved by a conditional update (RefundPayment).</summary>
    public long RefundReservedMinor { get; private set; }

    /// <summary>Sum of the refunds that succeeded.</summary>
    public long RefundedMinor { get; private set; }

    /// <summary>Sum of the open disputes.</summary>
    public long DisputedMinor { get; private set; }
    public DateTimeOffset UpdatedAt { get; private set; }
    public DateTimeOffset? SucceededAt { get; private set; }

    /// <summary>When the present status was entered.</summary>
    public DateTimeOffset StatusSince { get; private set; }

    /// <summary>When somebody last had the provider asked about it by hand or API.</summary>
    public DateTimeOffset? AskedAt { get; private set; }

    /// <summary>Number of transitions so far; the last transition has this sequence.</summary>
    public int TransitionCount { get; private set; }

    /// <summary>Rises with every change; the concurrency token.</summary>
    public int Version { get; private set; }

    // The attempt that paid, else the newest one: what lists show and search.
    public string? Provider { get; private set; }
    public string? Method { get; private set; }
    public string? ProviderReference { get; private set; }
    public string? OrganizationBin { get; private set; }
    public Guid? AccountId { get; private set; }
    public Guid? AttemptId { get; private set; }
    public string? LastErrorCode { get; private set; }
    public string? LastErrorMessage { get; private set; }
    public string? LastErrorProviderCode { get; private set; }
    public int? RiskScore { get; private set; }

    /// <summary>Why the score is what it is, a JSON array of sentences.</summary>
    public string? RiskReasonsJson { get; private set; }
    public string? ProofReference { get; private set; }

    /// <summary>A verified success waits for a person: flagged as risky, and the tenant wants to see such payments first.</summary>
    public bool HoldsForRisk { get; private set; }

    /// <summary>What can still be paid back, in every status.</summary>
    public long RefundableMinor => Math.Max(0, ReceivedMinor - RefundReservedMinor - DisputedMinor);

    public bool IsFinal => Status is PaymentStatus.Succeeded or PaymentStatus.Failed or PaymentStatus.Cancelled or PaymentStatus.Expired;

    public Money Amount => new(AmountMinor, Currency);

    /// <summary>Enters a status and returns the transition's sequence. Throws on a change that contract.md does not list.</summary>
    public int Enter(PaymentStatus next, DateTimeOffset now)
    {
        if (TransitionCount > 0 && !PaymentTransition.IsAllowed(Status, next))
            throw new InvalidOperationException($"A payment never goes from {Status} to {next}.");
        Status = next;
        StatusSince = now;
        // A payment that is paid late does not take the claim back: another payment may hold it by now.
        ReferenceClaim = TransitionCount == 0 ? OrderReference : next is PaymentStatus.Failed or PaymentStatus.Cancelled or PaymentStatus.Expired ? null : ReferenceClaim;
        if (next is PaymentStatus.Failed or PaymentStatus.Cancelled or PaymentStatus.Expired)
            linkClaim = null;
        if (next == PaymentStatus.Succeeded)
            SucceededAt = now;
        Touch(now);
        return ++TransitionCount;
    }

    public void Flag(PaymentExceptions add, PaymentExceptions remove, DateTimeOffset now)
    {
        Exceptions = (Exceptions | add) & ~remove;
        Touch(now);
    }

    public void SetOpenReviews(PaymentExceptions reviews, DateTimeOffset now)
    {
        OpenReviews = reviews;
        Touch(now);
    }

    public void Receive(long minor, DateTimeOffset now)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(minor);
        ReceivedMinor += minor;
        Touch(now);
    }

    /// <summary>Shows this attempt in lists: the newest one until one has paid, then that one for good.</summary>
    public void Show(PaymentAttempt attempt, DateTimeOffset now)
    {
        AttemptId = attempt.Id;
        Provider = attempt.Provider;
        Method = attempt.Method;
        ProviderReference = attempt.ProviderReference;
        OrganizationBin = attempt.OrganizationBin;
        AccountId = attempt.AccountId;
        Touch(now);
    }

    /// <summary>What a replaced system paid it with; there is no attempt of ours.</summary>
    public void ShowImported(string provider, string? method, string? reference, DateTimeOffset now)
    {
        Provider = provider;
        Method = method;
        ProviderReference = reference;
        Touch(now);
    }

    /// <summary>Money came at an account without any attempt (a paybill): the account is kept, so that a refund finds it.</summary>
    public void ShowAccount(Guid accountId, string provider)
    {
        AccountId = accountId;
        Provider = provider;
        Version++;
    }

    public void SetLastError(string? code, string? message, string? providerCode, DateTimeOffset now)
    {
        LastErrorCode = code;
        LastErrorMessage = message;
        LastErrorProviderCode = providerCode;
        Touch(now);
    }

    public void SetRisk(int score, string reasonsJson, bool holds, DateTimeOffset now)
    {
        HoldsForRisk = holds;
        RiskScore = score;
        RiskReasonsJson = reasonsJson;
        Touch(now);
    }

    public void SetProofReference(string? reference, DateTimeOffset now)
    {
        ProofReference = reference;
        Touch(now);
    }

    /// <summary>Sets money aside for a refund; false, and no change, when that much is not refundable.</summary>
    public bool TryReserveRefund(long minor, DateTimeOffset now)
    {
        if (minor <= 0 || minor > RefundableMinor)
            return false;
        RefundReservedMinor += minor;
        Touch(now);
        return true;
    }

    /// <summary>A refund that the provider did by itself (its dashboard): reserved even where it exceeds what we thought refundable, up to what was received.</summary>
    public void ReserveForeignRefund(long minor, DateTimeOffset now)
    {
        RefundReservedMinor += minor;
        Touch(now);
    }

    /// <summary>A definite failure gives the reserved money free again.</summary>
    public void ReleaseRefund(long minor, DateTimeOffset now)
    {
        RefundReservedMinor -= minor;
        Touch(now);
    }

    public void CompleteRefund(long minor, DateTimeOffset now)
    {
        RefundedMinor += minor;
        Touch(now);
    }

    public void MarkAsked(DateTimeOffset now)
    {
        AskedAt = now;
        Version++;
    }

    public void SetDisputed(long minor, DateTimeOffset now)
    {
        DisputedMinor = minor;
        Touch(now);
    }

    private void Touch(DateTimeOffset now)
    {
        UpdatedAt = now;
        Version++;
    }
}

/// <summary>One change of status: the chain that the timeline, the audit and the invariants read.</summary>
public sealed class PaymentTransition
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Guid PaymentId { get; init; }
    public required int Sequence { get; init; }
    public PaymentStatus? FromStatus { get; init; }
    public required PaymentStatus ToStatus { get; init; }
    public required ObservationSource Cause { get; init; }

    /// <summary>The webhook event, provider call, user or proof that caused it.</summary>
    public string? CauseId { get; init; }
    public long AuditId { get; private set; }
    public Audit.AuditEntry? Audit { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>The changes of contract.md section 4, and no others.</summary>
    public static bool IsAllowed(PaymentStatus from, PaymentStatus to) => (from, to) switch
    {
        (PaymentStatus.Created, PaymentStatus.Pending or PaymentStatus.Succeeded or PaymentStatus.Failed or PaymentStatus.InReview or PaymentStatus.Cancelled or PaymentStatus.Expired) => true,
        (PaymentStatus.Pending, PaymentStatus.Succeeded or PaymentStatus.Failed or PaymentStatus.Cancelled or PaymentStatus.Expired or PaymentStatus.InReview) => true,
        (PaymentStatus.InReview, PaymentStatus.Succeeded or PaymentStatus.Pending or PaymentStatus.Failed or PaymentStatus.Cancelled) => true,
        (PaymentStatus.Failed or PaymentStatus.Cancelled or PaymentStatus.Expired, PaymentStatus.Succeeded) => true,
        _ => false,
    };
}
