using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Tests.Common;

public sealed class IdSourceTests
{
    [Fact]
    public void Token_has_no_word_that_gateways_refuse_in_addresses()
    {
        // Of as many tokens without care more than fifty have one.
        var tokens = Enumerable.Range(0, 20_000).Select(_ => IdSource.NewToken()).ToList();

        Assert.DoesNotContain(tokens, token => Array.Exists(["exe", "cmd", "sql"], word => token.Contains(word, StringComparison.OrdinalIgnoreCase)));
        Assert.All(tokens, token => Assert.Matches("^[A-Za-z0-9_-]{32}$", token));
        Assert.Equal(tokens.Count, tokens.Distinct().Count());
    }
}
