using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.AspNetCore.StaticAssets;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Tests.OpenApi;
using PaymentAdmin.Tests.Support;
using Xunit.Abstractions;

namespace PaymentAdmin.Tests.Endpoints;

/// <summary>Requests that nobody would write, to every route that there is: none breaks the server, none hangs, none stays in memory.</summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int Lanes = 4;
    private const int Seed = 20261121;
    private const long GrowthMax = 96L * 1024 * 1024;
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(10);

    [Fact]
    public Task Mutated_requests_break_nothing() => BreakNothingAsync(1_500);

    [LongFact]
    public Task Ten_thousand_mutated_requests_break_nothing() => BreakNothingAsync(10_000);

    private async Task BreakNothingAsync(int requests)
    {
        // The first ones fill pools and caches, which stay.
        var warm = requests / 5;
        await using var scene = await PaymentScene.StartAsync(("RateLimits:KeyPerSecond", "0"), ("RateLimits:FailedWebhooksPerMinute", "0"));
        await CustomerToken.RegisterAsync(scene.App);
        var payment = await scene.PaidAsync();
        var known = new Known(
            [payment.Id.ToString(), (await scene.CreateAsync(request => request with { CustomerId = "aigerim", Provider = null })).Id.ToString(), payment.OrderReference, payment.ProviderReference!, "8", "scripted", scene.AccountKey],
            [await scene.App.CreateKeyAsync(), await scene.App.CreateKeyAsync(Core.Payments.Mode.Live), CustomerToken.For("aigerim"), scene.App.Get<ClientTokens>().For(payment.Id), "pa_test_nothing", "a.b.c", "\u00e9"]);
        var routes = RoutesOf(scene.App);
        var faults = new ConcurrentQueue<string>();

        await SendAsync(scene.App, routes, known, 0, warm, faults);
        var before = Settled();
        await SendAsync(scene.App, routes, known, warm, requests, faults);
        var grown = Settled() - before;

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{requests} requests to {routes.Count} routes: {before / 1024.0 / 1024:0.0} MiB held after {warm}, {grown / 1024.0 / 1024:+0.0;-0.0} MiB at the end"));
        Assert.True(routes.Count > 40, $"{routes.Count} routes");
        Assert.True(faults.IsEmpty, $"{faults.Count} faults, seed {Seed}:\n{string.Join("\n", faults.Take(20))}");
        Assert.True(grown < GrowthMax, string.Create(CultureInfo.InvariantCulture, $"{grown / 1024 / 1024} MiB more after {requests - warm} requests"));
        Assert.Equal(200, (await scene.App.Client(known.Tokens[0]).AskAsync($"/v1/payments/{payment.Id}")).Status);
    }

    private static async Task SendAsync(TestApp app, IReadOnlyList<Route> routes, Known known, int from, int to, ConcurrentQueue<string> faults) =>
        await Task.WhenAll(Enumerable.Range(0, Lanes).Select(lane => Task.Run(async () =>
        {
            using var client = app.Client();
            client.Timeout = TimeSpan.FromSeconds(60);
            for (var i = from + lane; i < to; i += Lanes)
            {
                // Each request has a seed of its own, so that a fault can be made again alone.
                using var request = new Mutation(new Random(Seed + i), routes[i % routes.Count], known).ToRequest();
                var started = Stopwatch.GetTimestamp();
                try
                {
                    using var answer = await client.SendAsync(request);
                    await answer.Content.ReadAsByteArrayAsync();
                    // The database is there and nothing is busy: 503 is as much our fault as 500.
                    if ((int)answer.StatusCode >= 500)
                        faults.Enqueue($"{i}: {(int)answer.StatusCode} {request.Method} {request.RequestUri}");
                }
                catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
                {
                    // A body that is refused before it is sent whole may end the connection.
                    if (exception is OperationCanceledException)
                        faults.Enqueue($"{i}: no answer {request.Method} {request.RequestUri}");
                }
                if (Stopwatch.GetElapsedTime(started) is var took && took > Slow)
                    faults.Enqueue($"{i}: {took.TotalSeconds:0} s {request.Method} {request.RequestUri}");
            }
        })));

    private static IReadOnlyList<Route> RoutesOf(TestApp app) =>
    [
        .. from endpoint in app.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
           where endpoint.Metadata.GetMetadata<StaticAssetDescriptor>() is null
           let path = "/" + endpoint.RoutePattern.RawText?.TrimStart('/')
           where !path.StartsWith("/_", StringComparison.Ordinal)
           let methods = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"]
           from method in methods
           orderby path, method
           select new Route(method, endpoint.RoutePattern, Description.Operations.FirstOrDefault(operation => operation.Method == method && operation.Path == Web.OpenApi.ApiDescription.PathOf(endpoint))),
    ];

    private static long Settled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private sealed record Known(string[] Values, string[] Tokens);

    private sealed record Route(string Method, RoutePattern Pattern, DescribedOperation? Operation);

    private sealed class Mutation(Random random, Route route, Known known)
    {
        private static readonly string[] Words =
        [
            "", " ", "0", "-1", "1", "201", "99999999999999999999", "1e999", "NaN", "null", "true", "[]", "{}", "'", "\"", "' OR 1=1 --", "<script>", "%00", "%", "%zz", "..", "../..", ".", "a/b", "\\", "é", "💳", "\u202e", "\ufffd",
            "00000000-0000-0000-0000-000000000000", "019aa5c3-5e4f-7a6b-8c9d-0e1f2a3b4c5d", "2026-11-21", "9999-12-31", "0001-01-01T00:00:00Z", "2026-11-21T11:47:00+05:00", "succeeded", "test", "live", "KZT", "kaspi",
        ];

        private static readonly string[] Types = ["application/json", "application/json; charset=utf-16", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data", "application/problem+json", "*/*"];

        private bool Sometimes(int percent) => random.Next(100) < percent;

        private T One<T>(IReadOnlyList<T> of) => of[random.Next(of.Count)];

        public HttpRequestMessage ToRequest()
        {
            var method = Sometimes(90) ? route.Method : One(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND"]);
            var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Address(), UriKind.Relative));
            if (Sometimes(85))
                request.Headers.TryAddWithoutValidation("Authorization", (Sometimes(95) ? "Bearer " : One(["", "Basic ", "bearer", "Bearer  Bearer "])) + (Sometimes(70) ? known.Tokens[0] : One(known.Tokens)));
            if (Sometimes(60))
                request.Headers.TryAddWithoutValidation("Idempotency-Key", Sometimes(80) ? $"key-{random.Next(5000)}" : Text());
            if (Sometimes(10))
                request.Headers.TryAddWithoutValidation(One(["Origin", "Accept", "Accept-Language", "X-Forwarded-For", "Cookie", "If-None-Match", "Range", "x-signature", "Access-Control-Request-Method"]), Text());
            if (method is not ("GET" or "HEAD" or "OPTIONS" or "TRACE") || Sometimes(2))
            {
                request.Content = new ByteArrayContent(Body());
                if (Sometimes(97))
                    request.Content.Headers.TryAddWithoutValidation("Content-Type", Sometimes(85) ? Types[0] : One(Types));
            }
            return request;
        }

        private string Address()
        {
            var path = new StringBuilder();
            foreach (var segment in route.Pattern.PathSegments)
                path.Append('/').AppendJoin("", segment.Parts.Select(part => part is RoutePatternLiteralPart literal ? literal.Content : Escaped(Sometimes(70) ? One(known.Values) : Text())));
            if (path.Length == 0)
                path.Append('/');
            var names = route.Operation?.Json["parameters"]?.AsArray().Where(parameter => parameter!["in"]!.GetValue<string>() == "query").Select(parameter => parameter!["name"]!.GetValue<string>()).ToList() ?? [];
            for (var i = 0; Sometimes(45) && i < 4; i++)
                path.Append(i == 0 ? '?' : '&').Append(names.Count > 0 && Sometimes(85) ? One(names) : Escaped(Text())).Append('=').Append(Sometimes(90) ? Escaped(Text()) : One(["%", "%zz", "%00", "%ff", "+", "%ED%A0%80"]));
            return path.ToString();
        }

        private static string Escaped(string text) => text.Contains('%', StringComparison.Ordinal) ? text.Replace("\"", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal) : Uri.EscapeDataString(text);

        private string Text() => random.Next(12) switch
        {
            0 => new string(One(["a", "9", "é", "\"", "["])[0], random.Next(1, 3000)),
            1 => One(known.Values),
            _ => One(Words),
        };

        private byte[] Body()
        {
            if (Sometimes(4))
                return [];
            if (Sometimes(4))
                return Bytes(random.Next(1, 400));
            if (Sometimes(3))
                return Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(One(["[", "{\"a\":", "[{\"a\":"]), random.Next(1, 2000))));
            var json = route.Operation?.BodyExample is { } example ? JsonNode.Parse(example)! : new JsonObject { ["id"] = 1, ["type"] = "paid", ["reference"] = One(known.Values) };
            if (json is JsonObject members && members.ContainsKey("order_reference") && Sometimes(70))
                (members["order_reference"], members["return_url"]) = ($"fuzz-{random.Next()}", null);
            for (var i = random.Next(4); i > 0; i--)
                Mutate(json);
            var bytes = Encoding.UTF8.GetBytes(json.ToJsonString());
            if (Sometimes(10))
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (Sometimes(3))
                bytes = bytes[..random.Next(bytes.Length)];
            return Sometimes(1) ? [.. bytes, .. new byte[random.Next(60_000, 300_000)]] : bytes;
        }

        private void Mutate(JsonNode json)
        {
            if (json is JsonArray items)
            {
                items.Add(Value());
                return;
            }
            if (json is not JsonObject members || members.Count == 0)
                return;
            var name = One([.. members.Select(member => member.Key)]);
            switch (random.Next(6))
            {
                case 0:
                    members.Remove(name);
                    break;
                case 1:
                    members[Text()] = Value();
                    break;
                case 2 when members[name] is JsonObject or JsonArray:
                    Mutate(members[name]!);
                    break;
                default:
                    members[name] = Value();
                    break;
            }
        }

        private JsonNode? Value() => random.Next(12) switch
        {
            0 => null,
            1 => random.Next(-2, 3),
            2 => long.MaxValue,
            3 => 1.5,
            4 => 1e300,
            5 => true,
            6 => new JsonArray(Text(), 1, null),
            7 => new JsonObject { [Text()] = Text() },
            8 => "\u0000",
            9 => "https://" + Text(),
            _ => Text(),
        };

        private byte[] Bytes(int count)
        {
            var bytes = new byte[count];
            random.NextBytes(bytes);
            return bytes;
        }
    }
}
