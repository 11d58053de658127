using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace PaymentAdmin.Tests.Support;

/// <summary>A tenant's backend on loopback that takes our events and answers as the test wants.</summary>
public sealed class EventSink : IAsyncDisposable
{
    private readonly WebApplication app;

    private EventSink(WebApplication app) => this.app = app;

    public ConcurrentQueue<Delivery> Deliveries { get; } = new();

    public string Url => app.Urls.First() + "/hook";

    /// <summary>Answers; null: 204.</summary>
    public Func<Delivery, HttpContext, Task>? OnDelivery { get; set; }

    public static async Task<EventSink> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var started = builder.Build();
        var sink = new EventSink(started);
        started.MapPost("/hook", async http =>
        {
            using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
            var delivery = new Delivery(http.Request.Headers["webhook-id"].ToString(), http.Request.Headers["webhook-timestamp"].ToString(), http.Request.Headers["webhook-signature"].ToString(), await reader.ReadToEndAsync());
            sink.Deliveries.Enqueue(delivery);
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            if (sink.OnDelivery is { } script)
                await script(delivery, http);
        });
        await started.StartAsync();
        return sink;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    public sealed record Delivery(string Id, string Timestamp, string Signature, string Body);
}
