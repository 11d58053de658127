using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Webhooks;

namespace PaymentAdmin.Web.Components.Shared;

/// <summary>Shows a body that Core has masked, with the names of JSON members set apart.</summary>
public sealed partial class BodyText
{
    private const int LinesMax = 1000;

    [Parameter, EditorRequired]
    public string Text { get; set; } = "";

    [Parameter, EditorRequired]
    public string Label { get; set; } = "";

    [Parameter]
    public string? TestId { get; set; }

    private string[] All => Text.Split('\n');

    private IEnumerable<string> Lines => All.Take(LinesMax);

    private bool IsLong => All.Length > LinesMax;

    private static IEnumerable<(string Text, string? Css)> PartsOf(string line)
    {
        var rest = line.TrimEnd('\r');
        if (Member().Match(rest) is { Success: true } member)
        {
            yield return (member.Value, "k");
            rest = rest[member.Length..];
        }
        while (rest.Length > 0)
        {
            var open = rest.IndexOf(BodyMask.Open, StringComparison.Ordinal);
            var close = open < 0 ? -1 : rest.IndexOf(BodyMask.Close, open);
            if (close < 0)
            {
                yield return (rest, null);
                yield break;
            }
            if (open > 0)
                yield return (rest[..open], null);
            yield return (rest[(open + 1)..close], "r");
            rest = rest[(close + 1)..];
        }
    }

    [GeneratedRegex("""^\s*"[^"]*":""", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex Member();
}
