using PaymentAdmin.Core.Audit;

namespace PaymentAdmin.Tests.Audit;

public sealed class AuditChangeTests
{
    [Fact]
    public void Members_of_both_sides_are_compared_changed_ones_first()
    {
        var changes = AuditChange.Between("""{"status":"pending","amount_minor":100,"gone":null}""", """{"amount_minor":100,"status":"succeeded","ids":[1,2]}""");

        Assert.Equal([new("status", "pending", "succeeded"), new("ids", null, "[1,2]"), new("amount_minor", "100", "100"), new("gone", null, null)], changes);
    }

    [Fact]
    public void Nothing_and_text_that_is_no_json_are_bearable()
    {
        Assert.Empty(AuditChange.Between(null, null));
        Assert.Equal([new("text", null, "not json")], AuditChange.Between(null, "not json"));
    }
}
