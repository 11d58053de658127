using PaymentAdmin.Core.Webhooks;

namespace PaymentAdmin.Tests.Webhooks;

public sealed class BodyDiffTests
{
    [Fact]
    public void Only_what_changed_is_marked() => Assert.Equal(
        [new(DiffKind.Same, "{"), new(DiffKind.Removed, "\"status\": \"pending\","), new(DiffKind.Added, "\"status\": \"paid\","), new(DiffKind.Same, "\"amount\": 1"), new(DiffKind.Same, "}")],
        BodyDiff.Between("{\n\"status\": \"pending\",\n\"amount\": 1\n}", "{\n\"status\": \"paid\",\n\"amount\": 1\n}")!);

    [Fact]
    public void Both_bodies_can_be_read_out_of_it()
    {
        var (earlier, later) = ("a\nb\nc\nd", "b\nx\nd\ne\na");
        var lines = BodyDiff.Between(earlier, later)!;
        Assert.Equal(earlier, string.Join('\n', lines.Where(line => line.Kind != DiffKind.Added).Select(line => line.Text)));
        Assert.Equal(later, string.Join('\n', lines.Where(line => line.Kind != DiffKind.Removed).Select(line => line.Text)));
    }

    [Fact]
    public void Too_long_a_body_is_not_compared() => Assert.Null(BodyDiff.Between(new string('\n', BodyDiff.LinesMax), ""));

    [Fact]
    public void Command_has_names_where_secrets_were()
    {
        var text = CurlText.Of("https://pay.example/webhooks/x/$WEBHOOK_KEY", [("content-type", "application/json"), ("x-signature", "present")], new MaskedBody("{\"note\":\"it's\"}", "", 0));
        Assert.Equal("curl -X POST \"https://pay.example/webhooks/x/$WEBHOOK_KEY\" \\\n  -H 'content-type: application/json' \\\n  -H \"x-signature: $X_SIGNATURE\" \\\n  --data-raw '{\"note\":\"it'\\''s\"}'", text);
    }

    [Fact]
    public void Long_body_is_no_command() => Assert.Null(CurlText.Of("https://pay.example", [], new MaskedBody(new string('x', CurlText.BodyCharactersMax + 1), "", 0)));
}
