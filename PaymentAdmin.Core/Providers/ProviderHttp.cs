using System.Buffers;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Providers;

/// <summary>What became of one HTTP exchange with a provider. Closed.</summary>
public abstract record ProviderAnswer
{
    private ProviderAnswer()
    {
    }

    /// <summary>An answer with all its bytes, whatever its status.</summary>
    public sealed record Answered(HttpStatusCode Status, byte[] Body, string? ContentType, IReadOnlyDictionary<string, string> Headers) : ProviderAnswer
    {
        public bool IsSuccess => (int)Status is >= 200 and < 300;

        public string Text => Encoding.UTF8.GetString(Body);
    }

    /// <summary>The bytes surely did not leave: name not resolved, connection refused, TLS refused.</summary>
    public sealed record NotSent(string Reason) : ProviderAnswer;

    /// <summary>The bytes left, or may have, and no whole answer came.</summary>
    public sealed record Unknown(string Reason) : ProviderAnswer;
}

/// <summary>
/// The only way to a provider: one pooled handler per provider, no redirects, a time limit, a cap on the answer, and a redacted
/// transcript for the provider call that is running (<see cref="CallTranscript"/>). It never repeats a request; a GET that does more than
/// read must carry an empty body for that.
/// </summary>
public sealed class ProviderHttp(IHttpClientFactory clients, TimeProvider clock, FailPoints? failPoints = null)
{
    public const int AnswerBytesMax = 1024 * 1024;

    /// <summary>Names of the clients; one pool a mode, so that no live call ever uses a connection opened for test.</summary>
    public const string TestClient = "provider-test";
    public const string LiveClient = "provider-live";

    /// <param name="secrets">Values that must not appear in the transcript (keys, tokens in URLs, signatures).</param>
    /// <param name="newSecrets">Matches secrets that the provider makes and answers with, so that nobody knows them beforehand.</param>
    public async Task<ProviderAnswer> SendAsync(ProviderAccountSnapshot account, HttpRequestMessage request, IEnumerable<string> secrets, CancellationToken cancellationToken, Regex? newSecrets = null)
    {
        var redaction = new Redaction([.. secrets, .. account.Credentials.Values, account.DeviceToken ?? ""], newSecrets);
        // The connection pool sends a request without a body again, up to three times, when the other side hangs up without an answer;
        // one with a body, even an empty one, it never repeats.
        if (request.Method != HttpMethod.Get)
            request.Content ??= new ByteArrayContent([]);
        var transcript = CallTranscript.Current;
        if (transcript is not null)
            await transcript.WriteRequestAsync(request, redaction);

        using var timeout = new CancellationTokenSource(account.Timeout, clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var client = clients.CreateClient(account.Mode == Mode.Live ? LiveClient : TestClient);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, linked.Token);
            if (failPoints is not null)
                await failPoints.HitAsync("call.after_send");
            var body = await ReadAsync(response, linked.Token);
            if (body is null)
                return Note(transcript, new ProviderAnswer.Unknown($"The answer is longer than {AnswerBytesMax} bytes."));
            var answer = new ProviderAnswer.Answered(
                response.StatusCode,
                body,
                response.Content.Headers.ContentType?.MediaType,
                response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key.ToLowerInvariant(), header => string.Join(',', header.Value)));
            transcript?.WriteAnswer(answer, redaction);
            return answer;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return Note(transcript, new ProviderAnswer.Unknown($"No answer within {account.Timeout.TotalSeconds:0} s."));
        }
        catch (Exception exception) when (exception is TargetRefusedException || exception.InnerException is TargetRefusedException)
        {
            return Note(transcript, new ProviderAnswer.NotSent("The address must not be called from here."));
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError)
        {
            return Note(transcript, new ProviderAnswer.NotSent(redaction.Apply(exception.HttpRequestError.ToString())));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return Note(transcript, new ProviderAnswer.Unknown($"The connection broke: {exception.GetType().Name}."));
        }
    }

    private static ProviderAnswer Note(CallTranscript? transcript, ProviderAnswer answer)
    {
        transcript?.WriteFailure(answer switch { ProviderAnswer.NotSent notSent => notSent.Reason, ProviderAnswer.Unknown unknown => unknown.Reason, _ => "" });
        return answer;
    }

    private static async Task<byte[]?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new ArrayBufferWriter<byte>(4096);
        while (true)
        {
            var read = await stream.ReadAsync(buffer.GetMemory(4096), cancellationToken);
            if (read == 0)
                return buffer.WrittenSpan.ToArray();
            buffer.Advance(read);
            if (buffer.WrittenCount > AnswerBytesMax)
                return null;
        }
    }
}

/// <summary>Replaces secret values, in plain and URL-encoded form, wherever they occur, and what matches the shape of a secret.</summary>
public sealed class Redaction(IEnumerable<string> secrets, Regex? shape = null)
{
    private readonly List<string> values = [.. secrets.Where(secret => secret.Length >= 4).SelectMany(secret => new[] { secret, Uri.EscapeDataString(secret), Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)) }).Distinct(StringComparer.Ordinal).OrderByDescending(value => value.Length)];

    public string Apply(string text)
    {
        foreach (var value in values)
            text = text.Replace(value, "[redacted]", StringComparison.Ordinal);
        return shape?.Replace(text, "[redacted]") ?? text;
    }
}

/// <summary>
/// What was said in the provider call that is running on this flow of execution: opened by <c>ProviderCalls</c>, filled by
/// <see cref="ProviderHttp"/>, stored with the call. A call with several exchanges (token, then request) keeps them all.
/// </summary>
public sealed class CallTranscript
{
    private static readonly AsyncLocal<CallTranscript?> Running = new();
    private static readonly string[] OpenHeaders = ["accept", "content-type", "idempotency-key", "user-agent"];

    private readonly StringBuilder requests = new();
    private readonly StringBuilder responses = new();

    public static CallTranscript? Current => Running.Value;

    public string Requests => requests.ToString();

    public string Responses => responses.ToString();

    public int? HttpStatus { get; private set; }

    public static CallTranscript Open() => Running.Value = new CallTranscript();

    public static void Close() => Running.Value = null;

    public async Task WriteRequestAsync(HttpRequestMessage request, Redaction redaction)
    {
        requests.Append(request.Method).Append(' ').AppendLine(redaction.Apply(request.RequestUri?.AbsoluteUri ?? ""));
        foreach (var (name, header) in request.Headers)
            requests.Append(name).Append(": ").AppendLine(OpenHeaders.Contains(name.ToLowerInvariant()) ? redaction.Apply(string.Join(',', header)) : "[redacted]");
        if (request.Content is not null)
            requests.AppendLine().AppendLine(redaction.Apply(await request.Content.ReadAsStringAsync()));
    }

    public void WriteAnswer(ProviderAnswer.Answered answer, Redaction redaction)
    {
        HttpStatus = (int)answer.Status;
        responses.Append((int)answer.Status).Append(' ').AppendLine(answer.ContentType).AppendLine(redaction.Apply(answer.Text));
    }

    public void WriteFailure(string reason) => responses.AppendLine(reason);
}
