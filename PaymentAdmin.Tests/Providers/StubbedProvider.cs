using System.Net;
using System.Text;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Providers;

/// <summary>A provider's server reduced to its answer: remembers what was asked, answers what the test says.</summary>
internal sealed class StubbedProvider : HttpMessageHandler, IHttpClientFactory
{
    private Func<CancellationToken, Task<HttpResponseMessage>> answer = _ => throw new InvalidOperationException("The test expects no call.");

    public TestClock Clock { get; } = new();

    public ProviderHttp Http => new(this, Clock);

    public List<string> Urls { get; } = [];

    /// <summary>What was sent, in the order of <see cref="Urls"/>; empty for a request without a body.</summary>
    public List<string> Bodies { get; } = [];

    /// <summary>The Authorization header of each request.</summary>
    public List<string?> Authorizations { get; } = [];

    /// <summary>All headers of each request, by lower-case names.</summary>
    public List<IReadOnlyDictionary<string, string>> Headers { get; } = [];

    /// <summary>One answer after the other; the last one stays.</summary>
    public StubbedProvider AnswersInTurn(params (HttpStatusCode Status, string Body)[] answers)
    {
        var left = new Queue<(HttpStatusCode Status, string Body)>(answers);
        answer = _ =>
        {
            var (status, body) = left.Count > 1 ? left.Dequeue() : left.Peek();
            return Task.FromResult(new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") });
        };
        return this;
    }

    public StubbedProvider Answers(string body, HttpStatusCode status = HttpStatusCode.OK, string contentType = "application/json")
    {
        answer = _ => Task.FromResult(new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, contentType) });
        return this;
    }

    public StubbedProvider Answers(byte[] body)
    {
        answer = _ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(body) });
        return this;
    }

    /// <summary>Time passes and nothing comes.</summary>
    public StubbedProvider StaysSilent()
    {
        answer = async cancellationToken =>
        {
            Clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            throw new InvalidOperationException("Nobody gave up.");
        };
        return this;
    }

    public StubbedProvider Breaks(HttpRequestError error)
    {
        answer = _ => throw new HttpRequestException(error, "broken");
        return this;
    }

    public HttpClient CreateClient(string name) => new(this, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Urls.Add(request.RequestUri!.AbsoluteUri);
        Bodies.Add(request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken));
        Headers.Add(request.Headers.Concat(request.Content?.Headers.AsEnumerable() ?? []).ToDictionary(header => header.Key.ToLowerInvariant(), header => string.Join(',', header.Value)));
        Authorizations.Add(request.Headers.Authorization?.ToString());
        return await answer(cancellationToken);
    }
}
