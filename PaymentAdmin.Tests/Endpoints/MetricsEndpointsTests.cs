using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Endpoints;

public sealed partial class MetricsEndpointsTests
{
    private const string Token = "a-token-of-the-monitoring-32-bytes";

    [Fact]
    public async Task Whoever_has_the_token_reads_the_figures()
    {
        await using var scene = await PaymentScene.StartAsync(("Metrics:Token", Token));
        await scene.PaidAsync();
        await scene.CreateAsync();

        using var answer = await AskAsync(scene.App, Token);
        var text = await answer.Content.ReadAsStringAsync();

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.Contains("\npaymentadmin_payments{mode=\"test\",status=\"succeeded\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("\npaymentadmin_payments{mode=\"test\",status=\"pending\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("\npaymentadmin_events_total{mode=\"test\"} 5\n", text, StringComparison.Ordinal);
        Assert.Contains("\npaymentadmin_inbox_pending 0\n", text, StringComparison.Ordinal);
        Assert.All(text.TrimEnd('\n').Split('\n'), line => Assert.Matches(Line(), line));
        Assert.DoesNotContain(PaymentScene.Bin, text, StringComparison.Ordinal);
        Assert.DoesNotContain(scene.TenantId.ToString(), text, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(Token, null)]
    [InlineData(Token, "another-token-of-the-length-of-32")]
    [InlineData(null, null)]
    [InlineData(null, "anything")]
    public async Task Whoever_has_it_not_sees_nothing(string? configured, string? given)
    {
        await using var app = await TestApp.StartAsync(("Metrics:Token", configured));

        using var answer = await AskAsync(app, given);

        Assert.Equal(404, (int)answer.StatusCode);
        Assert.Contains("\"not_found\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Development_shows_them_to_its_own_machine()
    {
        await using var app = await TestApp.StartAsync(new TestAppOptions { Environment = "Development", Settings = new Dictionary<string, string?> { ["Demo:Enabled"] = "false" } });

        using var answer = await AskAsync(app, token: null);

        Assert.Equal(200, (int)answer.StatusCode);
    }

    private static async Task<HttpResponseMessage> AskAsync(TestApp app, string? token)
    {
        using var client = app.Client();
        if (token is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await client.GetAsync("/metrics");
    }

    [GeneratedRegex("""^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z]+="[a-z_]+",?)+\})? \d+)$""")]
    private static partial Regex Line();
}
