using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Core.Providers;

/// <summary>
/// A provider's imitation, speaking its real wire format below <c>/sandbox/{provider}</c>. Its truth is its own ledger
/// (<see cref="Sandbox.SandboxCharge"/>); the app reaches it only through HTTP.
/// </summary>
public interface ISandbox
{
    /// <summary>The provider id, as in the route.</summary>
    string Provider { get; }

    /// <summary>
    /// Who calls, as <see cref="Sandbox.SandboxCharge.MerchantOf"/> of the credential that the call carries; null for pages that a browser
    /// opens and for calls without one. The fault dial meets only calls that have a merchant.
    /// </summary>
    string? Merchant(SandboxRequest request);

    /// <summary>Answers one request. <paramref name="db"/> is the sandbox's own context for this request; the caller saves it.</summary>
    Task<SandboxResponse> HandleAsync(SandboxRequest request, PaymentDb db, CancellationToken cancellationToken);
}

/// <summary>
/// An imitation that asks the merchant before it goes on, as its provider does (a check before the money is taken). The question is put over
/// HTTP and outside of any transaction; its answer comes with the request.
/// </summary>
public interface IAsksMerchant
{
    /// <summary>What the merchant must be asked before this request is handled; null: nothing. Changes nothing.</summary>
    Task<SandboxQuestion?> QuestionAsync(SandboxRequest request, PaymentDb db, CancellationToken cancellationToken);
}

/// <summary>An imitation whose signatures hold the time: every sending of a delivery is signed anew, as its provider does.</summary>
public interface ISignsTime
{
    /// <summary>The headers of a delivery that is sent now. One whose signature does not fit its body was spoilt on purpose and stays as it is.</summary>
    IReadOnlyDictionary<string, string> SignAgain(ProviderAccountSnapshot account, IReadOnlyDictionary<string, string> headers, byte[] body, DateTimeOffset at);
}

/// <param name="Path">Behind the account's webhook URL ("/check").</param>
public sealed record SandboxQuestion(ProviderAccountSnapshot Account, string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body);

/// <param name="Status">Null: nobody answered.</param>
public sealed record MerchantAnswer(int? Status, string Body);

/// <param name="Path">Below <c>/sandbox/{provider}</c>, with its leading slash.</param>
/// <param name="BaseUrl">Of pages that a browser opens: PublicUrl with <c>/sandbox/{provider}</c>.</param>
public sealed record SandboxRequest(string Method, string Path, IReadOnlyDictionary<string, string> Query, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body, string BaseUrl, DateTimeOffset At)
{
    /// <summary>What the merchant said to the imitation's question (<see cref="IAsksMerchant"/>); null when nothing was asked.</summary>
    public MerchantAnswer? Answer { get; init; }
}

/// <param name="HoldBack">The answer is held back this long: long enough, and the caller gives up although the work was done.</param>
public sealed record SandboxResponse(int Status, string ContentType, ReadOnlyMemory<byte> Body, TimeSpan HoldBack = default, string? Location = null)
{
    /// <summary>Headers of the provider's own beside those of every answer.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public static SandboxResponse Json(int status, string body) => new(status, "application/json", System.Text.Encoding.UTF8.GetBytes(body));

    public static SandboxResponse Redirect(string location) => new(303, "text/plain", ReadOnlyMemory<byte>.Empty, Location: location);

    public static SandboxResponse Html(string body) => new(200, "text/html; charset=utf-8", System.Text.Encoding.UTF8.GetBytes(body));
}
