using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Samples;

/// <summary>docs/api.md as somebody types it: every block in one shell, and each answer like the one that stands under it.</summary>
public sealed class ApiGuideTests
{
    /// <summary>Stands for what differs each time; what is before it has to be there.</summary>
    private const string Anything = "…";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [CurlFact]
    public async Task Guide_runs_as_it_is_written()
    {
        await using var app = await TestApp.StartAsync(("Demo:Enabled", "true"));
        var steps = StepsOf(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "api.md")));
        var folder = Directory.CreateTempSubdirectory("payment-admin-guide-").FullName;
        try
        {
            var (exitCode, errors) = await RunAsync(folder, steps, app.Url, await app.CreateKeyAsync());

            var answers = steps.Select((_, i) => Path.Combine(folder, $"answer-{i}")).Select(path => File.Exists(path) ? File.ReadAllText(path) : "").ToList();
            Assert.True(exitCode == 0, $"{steps[answers.FindLastIndex(answer => answer.Length > 0)].Commands}\n{errors}\n{string.Join("\n", answers)}");
            Assert.True(steps.Count > 12 && steps.Count(step => step.Answer is not null) > 9, $"{steps.Count} steps");
            var faults = steps.Zip(answers).Where(pair => pair.First.Answer is not null).SelectMany(pair => Differences(pair.First.Answer!, LastLine(pair.Second)).Select(fault => $"{fault}\n{pair.First.Commands}\n{pair.Second}"));
            Assert.Empty(faults);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("""{"a": "x…", "b": [1]}""", """{"a": "xyz", "b": [1, 2], "c": 3}""", 0)]
    [InlineData("""{"a": "x…"}""", """{"a": "zyx"}""", 1)]
    [InlineData("""{"a": null}""", """{"a": 1}""", 1)]
    [InlineData("""{"a": 1, "b": 2}""", """{"a": 2}""", 2)]
    [InlineData("""{"a": [{"b": true}]}""", """{"a": []}""", 1)]
    public void Another_answer_is_seen(string written, string answered, int faults) => Assert.Equal(faults, Differences(JsonNode.Parse(written)!, answered).Count());

    /// <summary>The shell blocks, each with the JSON block that follows before the next one.</summary>
    private static List<Step> StepsOf(string guide)
    {
        var steps = new List<Step>();
        var parts = guide.Split("\n```");
        // Odd parts are inside of a fence, and begin with its language.
        for (var i = 1; i < parts.Length; i += 2)
        {
            var (language, text) = (parts[i].Split('\n')[0], parts[i][(parts[i].IndexOf('\n', StringComparison.Ordinal) + 1)..]);
            if (language == "bash")
                steps.Add(new Step(text, null));
            else if (language == "json")
                steps[^1] = steps[^1] with { Answer = JsonNode.Parse(text) };
        }
        return steps;
    }

    private static async Task<(int ExitCode, string Errors)> RunAsync(string folder, List<Step> steps, string api, string key)
    {
        var script = new StringBuilder("set -euo pipefail\n");
        foreach (var (i, step) in steps.Index())
            script.Append(System.Globalization.CultureInfo.InvariantCulture, $"{{\n{step.Commands}\n}} > answer-{i}\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "guide.sh"), script.ToString());
        var start = new ProcessStartInfo("bash", ["guide.sh"]) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardError = true, Environment = { ["API"] = api, ["KEY"] = key } };
        using var shell = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var errors = await shell.StandardError.ReadToEndAsync(patience.Token);
            await shell.WaitForExitAsync(patience.Token);
            return (shell.ExitCode, errors);
        }
        catch (OperationCanceledException)
        {
            shell.Kill(entireProcessTree: true);
            return (-1, $"The guide did not end within {Patience.TotalMinutes} minutes.");
        }
    }

    /// <summary>Of several answers in one block the last one is meant.</summary>
    private static string LastLine(string answer)
    {
        var at = answer.LastIndexOf("}{", StringComparison.Ordinal);
        return at < 0 ? answer : answer[(at + 1)..];
    }

    private static IEnumerable<string> Differences(JsonNode written, string answer) => Differences(written, JsonNode.Parse(answer), "$");

    /// <summary>Members that the guide leaves out may be there.</summary>
    private static IEnumerable<string> Differences(JsonNode? written, JsonNode? answered, string place) => (written, answered) switch
    {
        (JsonObject members, JsonObject given) => members.SelectMany(member => given.ContainsKey(member.Key) ? Differences(member.Value, given[member.Key], $"{place}.{member.Key}") : [$"{place}.{member.Key} is missing"]),
        (JsonArray items, JsonArray given) when given.Count >= items.Count => items.SelectMany((item, i) => Differences(item, given[i], $"{place}[{i}]")),
        (JsonValue value, JsonValue given) when value.TryGetValue<string>(out var text) && text.Contains(Anything, StringComparison.Ordinal) && given.TryGetValue<string>(out var other) =>
            IsLike(text, other) ? [] : [$"{place} is {other} and not {text}"],
        _ => JsonNode.DeepEquals(written, answered) ? [] : [$"{place} is {answered?.ToJsonString() ?? "null"} and not {written?.ToJsonString() ?? "null"}"],
    };

    private static bool IsLike(string written, string given)
    {
        var at = 0;
        foreach (var (i, part) in written.Split(Anything).Index())
        {
            var found = given.IndexOf(part, at, StringComparison.Ordinal);
            if (found < 0 || (i == 0 && found != 0))
                return false;
            at = found + part.Length;
        }
        return written.EndsWith(Anything, StringComparison.Ordinal) || at == given.Length;
    }

    private sealed record Step(string Commands, JsonNode? Answer);
}
