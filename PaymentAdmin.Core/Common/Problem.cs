namespace PaymentAdmin.Core.Common;

/// <summary>
/// Why a use case refused: a stable code of contract.md section 3 and a sentence that says what to do.
/// <see cref="Errors"/> names request members; <see cref="PaymentId"/> the payment that stands in the way.
/// </summary>
public sealed record Problem(string Code, string Detail)
{
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }
    public Guid? PaymentId { get; init; }
    public int? RetryAfterSeconds { get; init; }

    /// <summary>The request that a second person decides (<see cref="Codes.WaitingForApproval"/>): nothing was changed yet, and nothing is wrong.</summary>
    public Guid? ApprovalId { get; init; }

    /// <summary>The provider's own code, where a provider is the reason.</summary>
    public string? ProviderCode { get; init; }

    public static Problem Invalid(string member, string text) =>
        new(Codes.ValidationFailed, "The request has a member that cannot be accepted.") { Errors = new Dictionary<string, string[]> { [member] = [text] } };

    public static Problem Invalid(IReadOnlyDictionary<string, string[]> errors) =>
        new(Codes.ValidationFailed, "The request has members that cannot be accepted.") { Errors = errors };
}

/// <summary>Ends a transaction that has already written, because a later step refused: everything is rolled back and the problem is the answer.</summary>
public sealed class RefusedException(Problem problem) : Exception(problem.Detail)
{
    public Problem Problem { get; } = problem;
}

/// <summary>The codes of contract.md section 3, one place.</summary>
public static class Codes
{
    public const string InvalidJson = "invalid_json";
    public const string ValidationFailed = "validation_failed";
    public const string InvalidParameter = "invalid_parameter";
    public const string IdempotencyKeyRequired = "idempotency_key_required";
    public const string Unauthenticated = "unauthenticated";
    public const string ScopeMissing = "scope_missing";
    public const string ModeMismatch = "mode_mismatch";
    public const string CustomerTokenNotAllowed = "customer_token_not_allowed";
    public const string PermissionMissing = "permission_missing";
    public const string FourEyes = "four_eyes_violation";
    public const string WaitingForApproval = "waiting_for_approval";
    public const string NotFound = "not_found";
    public const string PaymentNotFound = "payment_not_found";
    public const string ShopNotConfigured = "shop_not_configured";
    public const string MethodNotAllowed = "method_not_allowed";
    public const string TooLarge = "too_large";
    public const string UnsupportedMediaType = "unsupported_media_type";
    public const string RateLimited = "rate_limited";
    public const string IdempotencyInProgress = "idempotency_in_progress";
    public const string OrderReferenceInUse = "order_reference_in_use";
    public const string PaymentFinal = "payment_final";
    public const string AttemptInProgress = "attempt_in_progress";
    public const string AttemptOutcomeUnknown = "attempt_outcome_unknown";
    public const string RefundInProgress = "refund_in_progress";
    public const string ConfigExists = "config_exists";
    public const string AccountInUse = "account_in_use";
    public const string LinkNotUsable = "link_not_usable";
    public const string PaymentDisputed = "payment_disputed";
    public const string ChangedMeanwhile = "changed_meanwhile";
    public const string DuplicateReference = "duplicate_reference";
    public const string IdempotencyKeyReused = "idempotency_key_reused";
    public const string RefundExceedsPayment = "refund_exceeds_payment";
    public const string CurrencyNotSupported = "currency_not_supported";
    public const string AmountOutOfRange = "amount_out_of_range";
    public const string ProviderNotConfigured = "provider_not_configured";
    public const string ProviderInTestMode = "provider_in_test_mode";
    public const string AccountAmbiguous = "account_ambiguous";
    public const string DeviceTokenRequired = "device_token_required";
    public const string DeviceTokenMasked = "device_token_masked";
    public const string ReturnUrlNotAllowed = "return_url_not_allowed";
    public const string LiveModeRefused = "live_mode_refused";
    public const string ProviderUnavailable = "provider_unavailable";
    public const string ProviderRejected = "provider_rejected";
    public const string ProviderOutcomeUnknown = "provider_outcome_unknown";
    public const string Unavailable = "unavailable";
    public const string InvalidSignature = "invalid_signature";
    public const string UseAccountUrl = "use_account_url";
    public const string DemoRefused = "demo_refused";
}

/// <summary>A use case's answer: a value, or the problem that kept it from one.</summary>
public readonly record struct Result<T>
{
    private readonly T? value;

    private Result(T? value, Problem? problem)
    {
        this.value = value;
        Problem = problem;
    }

    public Problem? Problem { get; }

    public bool IsOk => Problem is null;

    public T Value => Problem is null ? value! : throw new InvalidOperationException($"No value: {Problem.Code}, {Problem.Detail}"); // set whenever there is no problem

    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(Problem problem) => new(default, problem);
}
