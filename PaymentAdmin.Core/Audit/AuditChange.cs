using System.Text.Json;
using System.Text.Json.Nodes;

namespace PaymentAdmin.Core.Audit;

/// <summary>One member that an audit entry keeps, as it was and as it became.</summary>
public sealed record AuditChange(string Name, string? Before, string? After)
{
    public bool IsChanged => Before != After;

    /// <summary>The members of both JSON objects, changed ones first.</summary>
    public static IReadOnlyList<AuditChange> Between(string? before, string? after)
    {
        var old = Members(before);
        var now = Members(after);
        return [.. old.Keys.Union(now.Keys).Select(name => new AuditChange(name, old.GetValueOrDefault(name), now.GetValueOrDefault(name))).OrderBy(change => change.IsChanged ? 0 : 1)];
    }

    private static Dictionary<string, string?> Members(string? json)
    {
        var members = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (json is null)
            return members;
        try
        {
            if (JsonNode.Parse(json) is JsonObject node)
            {
                foreach (var (name, value) in node)
                    members[name] = value is JsonValue plain && plain.TryGetValue(out string? text) ? text : value?.ToJsonString();
            }
        }
        catch (JsonException)
        {
            // An entry from elsewhere that is no JSON is shown whole.
            members["text"] = json;
        }
        return members;
    }
}
