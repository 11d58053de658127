namespace PaymentAdmin.Core.Payments;

public enum ProviderOperation
{
    Create,
    Status,
    Refund,
    RefundStatus,
    Cancel,
    List,
}

public enum ProviderCallState
{
    /// <summary>Stored before the bytes leave. One that stays so after its deadline is an unknown outcome.</summary>
    Sent,
    Answered,

    /// <summary>The request surely did not reach the provider.</summary>
    NotSent,

    /// <summary>The request left and no usable answer came.</summary>
    Unknown,
}

/// <summary>
/// The source systems' payment_log: every call to a provider, written before it leaves when it can move money,
/// with duration and redacted bodies. Its integer id is what <c>GET /admin/logs</c> shows.
/// </summary>
public sealed class ProviderCall
{
    public long Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Mode Mode { get; init; }
    public required string Provider { get; init; }
    public required Guid AccountId { get; init; }
    public Guid? PaymentId { get; init; }
    public Guid? AttemptId { get; init; }
    public Guid? RefundId { get; init; }
    public required ProviderOperation Operation { get; init; }

    /// <summary>Under which the provider would know a repetition; ours is the attempt's or refund's id.</summary>
    public required string IdempotencyKey { get; init; }
    public int? ShopNumber { get; init; }
    public string? OrganizationBin { get; init; }
    public long? AmountMinor { get; init; }
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>After this moment nobody is waiting for the answer any more.</summary>
    public required DateTimeOffset DeadlineAt { get; init; }

    public ProviderCallState State { get; private set; } = ProviderCallState.Sent;
    public int? DurationMs { get; private set; }
    public string? ExternalId { get; private set; }

    /// <summary>The provider's status word, or ours where it has none.</summary>
    public string? StatusWord { get; private set; }
    public string? ErrorMessage { get; private set; }
    public int? HttpStatus { get; private set; }

    /// <summary>Method, address and body as sent, secrets replaced.</summary>
    public string? Request { get; private set; }
    public string? Response { get; private set; }

    public void Finish(ProviderCallState state, DateTimeOffset now, string? externalId, string? statusWord, string? errorMessage, int? httpStatus, string? request, string? response)
    {
        State = state;
        DurationMs = (int)Math.Min(int.MaxValue, (now - StartedAt).TotalMilliseconds);
        ExternalId = Cut(externalId, 255) ?? ExternalId;
        StatusWord = Cut(statusWord, 100);
        ErrorMessage = Cut(errorMessage, 500);
        HttpStatus = httpStatus;
        Request = Cut(request, 16_384);
        Response = Cut(response, 16_384);
    }

    private static string? Cut(string? text, int max) => text is null || text.Length <= max ? text : text[..max];
}
