using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PaymentAdmin.Samples;

/// <summary>
/// What a shop's backend needs of PaymentAdmin, in one file that depends on nothing: copy it and make it yours.
/// <code>
/// var payments = new PaymentAdminClient(new HttpClient { BaseAddress = new Uri("https://pay.example") }, key: "pa_test_…");
/// var payment = await payments.CreateAsync(new NewPayment("order-4711", 1_250_000, "KZT"), idempotencyKey: "order-4711", cancellationToken);
/// return Redirect(payment.CheckoutUrl);
/// </code>
/// The browser that comes back proves nothing: deliver the goods when <see cref="GetAsync"/> or an event says <c>succeeded</c>.
/// </summary>
public sealed class PaymentAdminClient(HttpClient http, string key)
{
    private const int TriesMax = 4;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <param name="idempotencyKey">Yours, one for each thing that shall happen once: the same key never makes a second payment.</param>
    public Task<Payment> CreateAsync(NewPayment payment, string idempotencyKey, CancellationToken cancellationToken) =>
        SendAsync<Payment>(HttpMethod.Post, "/v1/payments", payment, idempotencyKey, cancellationToken);

    /// <summary>Starts a checkout, or another one after the first came to nothing.</summary>
    public Task<Payment> AttemptAsync(Guid paymentId, NewAttempt attempt, string idempotencyKey, CancellationToken cancellationToken) =>
        SendAsync<Payment>(HttpMethod.Post, $"/v1/payments/{paymentId}/attempts", attempt, idempotencyKey, cancellationToken);

    public Task<Payment> GetAsync(Guid paymentId, CancellationToken cancellationToken) =>
        SendAsync<Payment>(HttpMethod.Get, $"/v1/payments/{paymentId}", null, null, cancellationToken);

    /// <summary>Newest first, page after page, as long as you read on.</summary>
    /// <param name="filter"><c>status=succeeded&amp;created_from=2026-11-01</c>; empty: all of them.</param>
    public async IAsyncEnumerable<Payment> ListAsync(string filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? cursor = null;
        do
        {
            var page = await SendAsync<Page<Payment>>(HttpMethod.Get, $"/v1/payments?{filter}{(cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor))}", null, null, cancellationToken);
            foreach (var payment in page.Data)
                yield return payment;
            cursor = page.HasMore ? page.NextCursor : null;
        }
        while (cursor is not null);
    }

    /// <summary>Has the provider asked now; useful when a payer says that the money has gone.</summary>
    public Task<Payment> VerifyAsync(Guid paymentId, CancellationToken cancellationToken) =>
        SendAsync<Payment>(HttpMethod.Post, $"/v1/payments/{paymentId}/verify", null, null, cancellationToken);

    public Task<Payment> CancelAsync(Guid paymentId, CancellationToken cancellationToken) =>
        SendAsync<Payment>(HttpMethod.Post, $"/v1/payments/{paymentId}/cancel", null, null, cancellationToken);

    /// <summary>Gives money back. <c>requested</c>, <c>pending</c> and <c>unknown</c> are not the end: an event tells of it.</summary>
    public Task<Refund> RefundAsync(Guid paymentId, NewRefund refund, string idempotencyKey, CancellationToken cancellationToken) =>
        SendAsync<Refund>(HttpMethod.Post, $"/v1/payments/{paymentId}/refunds", refund, idempotencyKey, cancellationToken);

    public Task<Refund> GetRefundAsync(Guid refundId, CancellationToken cancellationToken) =>
        SendAsync<Refund>(HttpMethod.Get, $"/v1/refunds/{refundId}", null, null, cancellationToken);

    /// <summary>What happened since. Keep <see cref="Page{T}.NextCursor"/> with your own data: then nothing is missed and nothing comes twice.</summary>
    public Task<Page<PaymentEvent>> EventsAsync(string? after, CancellationToken cancellationToken) =>
        SendAsync<Page<PaymentEvent>>(HttpMethod.Get, "/v1/events" + (after is null ? "" : "?after=" + Uri.EscapeDataString(after)), null, null, cancellationToken);

    /// <summary>Where events are to be posted. The secret is shown this once.</summary>
    public Task<EventEndpoint> AddEndpointAsync(NewEventEndpoint endpoint, string idempotencyKey, CancellationToken cancellationToken) =>
        SendAsync<EventEndpoint>(HttpMethod.Post, "/v1/event-endpoints", endpoint, idempotencyKey, cancellationToken);

    /// <summary>Tries again only what may be tried again: reading, and whatever has a key of its own.</summary>
    private async Task<T> SendAsync<T>(HttpMethod method, string path, object? body, string? idempotencyKey, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            var isRepeatable = tries < TriesMax && (method == HttpMethod.Get || idempotencyKey is not null);
            using var request = new HttpRequestMessage(method, path);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            if (idempotencyKey is not null)
                request.Headers.Add("Idempotency-Key", idempotencyKey);
            if (body is not null)
                request.Content = JsonContent.Create(body, body.GetType(), options: Json);
            var wait = TimeSpan.FromSeconds(tries);
            try
            {
                using var answer = await http.SendAsync(request, cancellationToken);
                if (answer.IsSuccessStatusCode)
                    return await answer.Content.ReadFromJsonAsync<T>(Json, cancellationToken) ?? throw new JsonException($"{path} answered null.");
                var problem = await ProblemAsync(answer, cancellationToken);
                if (!isRepeatable || !IsForLater(answer.StatusCode, problem.Code))
                    throw new PaymentAdminException(problem);
                wait = answer.Headers.RetryAfter?.Delta ?? wait;
            }
            catch (HttpRequestException) when (isRepeatable)
            {
                // No answer: it may have been done. The same key finds out, and does it at most once.
            }
            await Task.Delay(wait, cancellationToken);
        }
    }

    private static bool IsForLater(HttpStatusCode status, string code) =>
        status is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable || code == "idempotency_in_progress";

    private static async Task<Problem> ProblemAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var status = (int)answer.StatusCode;
        try
        {
            return await answer.Content.ReadFromJsonAsync<Problem>(Json, cancellationToken) ?? new Problem(status, "", answer.ReasonPhrase, null, null);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            // A proxy on the way answers in its own words.
            return new Problem(status, "", answer.ReasonPhrase, null, null);
        }
    }
}

/// <summary>A payment to be made. Amounts are in minor units: 1250000 are 12,500.00 KZT.</summary>
public sealed record NewPayment(string OrderReference, long AmountMinor, string Currency)
{
    public int? ShopId { get; init; }
    public string? Description { get; init; }
    public Customer? Customer { get; init; }

    /// <summary>With it the checkout starts at once; without, the payer chooses at <see cref="Payment.CheckoutUrl"/>.</summary>
    public string? Provider { get; init; }
    public string? Method { get; init; }
    public string? ReturnUrl { get; init; }
    public string? CancelUrl { get; init; }
    public string? Kind { get; init; }
    public bool? Guest { get; init; }
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
    public int? ExpiresInMinutes { get; init; }
}

public sealed record NewAttempt(string Provider, string? Method = null, string? Phone = null);

/// <param name="AmountMinor">Null: all that can still be refunded.</param>
public sealed record NewRefund(string Reason, long? AmountMinor = null, Guid? AttemptId = null);

public sealed record NewEventEndpoint(string Url, IReadOnlyList<string>? Types = null, string? Description = null);

public sealed record Customer(string? Id = null, string? Email = null, string? Name = null, string? Phone = null);

/// <summary>A payment as it is now. <see cref="Status"/>: created, pending, in_review, succeeded, failed, cancelled or expired.</summary>
public sealed record Payment(
    Guid Id,
    string Mode,
    string Status,
    IReadOnlyList<string> Exceptions,
    string Kind,
    bool Guest,
    string OrderReference,
    string PaymentCode,
    int? ShopId,
    string? OrganizationBin,
    long AmountMinor,
    long ReceivedMinor,
    long RefundedMinor,
    long RefundableMinor,
    string Currency,
    string? Provider,
    string? Method,
    string? ProviderReference,
    string? Description,
    Customer? Customer,
    IReadOnlyDictionary<string, string>? Metadata,
    string? ReturnUrl,
    string? CancelUrl,
    string CheckoutUrl,
    NextAction? NextAction,
    LastError? LastError,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset? SucceededAt);

/// <summary>What the payer does next. <see cref="Type"/>: redirect (Url), phone_prompt (Phone), qr_code (Content) or instructions (Text, Fields).</summary>
public sealed record NextAction(string Type, string? Url, string? Phone, string? Content, string? Text, IReadOnlyList<InstructionField>? Fields, DateTimeOffset? ExpiresAt);

public sealed record InstructionField(string Label, string Value);

public sealed record LastError(string Code, string? Message, string? ProviderCode);

public sealed record Refund(
    Guid Id,
    Guid PaymentId,
    Guid? AttemptId,
    long AmountMinor,
    string Currency,
    string Status,
    string Reason,
    string? FailureCode,
    string? ActionRequired,
    bool SinglePerson,
    string? ProviderReference,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt);

/// <param name="Data">The object after the change: read it as <see cref="Payment"/> or <see cref="Refund"/>, as <paramref name="Type"/> begins.</param>
public sealed record PaymentEvent(Guid Id, long Sequence, string Type, string Mode, DateTimeOffset CreatedAt, Guid? PaymentId, JsonElement Data);

public sealed record EventEndpoint(Guid Id, string Url, string Mode, IReadOnlyList<string> Types, string? Description, string? Secret, bool Enabled, string? DisabledReason, DateTimeOffset CreatedAt);

public sealed record Page<T>(IReadOnlyList<T> Data, bool HasMore, string? NextCursor);

/// <param name="Code">Stable, for programs: <c>order_reference_in_use</c>. The texts are for people.</param>
public sealed record Problem(int Status, string Code, string? Detail, string? RequestId, IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors);

/// <summary>The request was refused. Tell us <see cref="Samples.Problem.RequestId"/> when you ask about it.</summary>
public sealed class PaymentAdminException(Problem problem) : Exception($"{problem.Status} {problem.Code}: {problem.Detail}")
{
    public Problem Problem => problem;
}

/// <summary>Says whether a delivery to your endpoint came from PaymentAdmin. Check before you read, and answer 2xx only after you have stored it.</summary>
public static class EventSignature
{
    private const string SecretPrefix = "whsec_";
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <param name="secret">Of the endpoint: <c>whsec_…</c>.</param>
    /// <param name="id">Header <c>webhook-id</c>; the same when a delivery is repeated, so that you can tell.</param>
    /// <param name="timestamp">Header <c>webhook-timestamp</c>.</param>
    /// <param name="signatures">Header <c>webhook-signature</c>: several, parted by spaces, while a secret is being changed.</param>
    /// <param name="body">Exactly as it came.</param>
    public static bool IsGenuine(string secret, string id, string timestamp, string signatures, string body, DateTimeOffset now)
    {
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || (now - DateTimeOffset.FromUnixTimeSeconds(seconds)).Duration() > Tolerance)
            return false;
        var key = Convert.FromBase64String(secret[SecretPrefix.Length..]);
        var expected = Encoding.UTF8.GetBytes("v1," + Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}"))));
        return signatures.Split(' ').Any(given => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), expected));
    }
}
