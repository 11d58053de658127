using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Payments;

public sealed class PaymentFilterTests
{
    private static readonly ProviderRegistry Providers = new([new ScriptedProvider()]);

    [Fact]
    public void Everything_survives_the_way_into_an_address_and_back()
    {
        const string address = "?status=pending,in_review&exception=underpaid,disputed&provider=" + ScriptedProvider.Id + "&mode=live&shop_id=8,21&organization_bin=210440028324&currency=KES,KZT&amount_from=10.5&amount_to=5000&created_from=2026-11-01&created_to=2026-11-21T06:47:00Z&updated_from=2026-11-02&updated_to=2026-11-22&has_refund=true&id=01993b1c-5d10-7000-8000-0000000000a1,01993b1c-5d10-7000-8000-0000000000a2&q=%D0%91%D0%98%D0%9D%20%26%201";

        var filter = Read(address);

        Assert.True(filter.IsOk, filter.Problem?.Detail);
        Assert.Equal(address, filter.Value.ToQueryString());
        Assert.Equal("БИН & 1", filter.Value.Query);
        Assert.Equal([PaymentStatus.Pending, PaymentStatus.InReview], filter.Value.Statuses);
    }

    [Theory]
    [InlineData("?status=in_review,pending,pending", "?status=pending,in_review")]
    [InlineData("?shop_id=9,%208", "?shop_id=8,9")]
    [InlineData("?amount_from=10.500", "?amount_from=10.5")]
    [InlineData("?q=&status=", "")]
    public void Addresses_that_mean_the_same_have_one_text(string address, string canonical) => Assert.Equal(canonical, Read(address).Value.ToQueryString());

    [Theory]
    [InlineData("?status=paid", "status")]
    [InlineData("?status=Pending", "status")]
    [InlineData("?exception=none", "exception")]
    [InlineData("?provider=nobody", "provider")]
    [InlineData("?mode=test,live", "mode")]
    [InlineData("?shop_id=eight", "shop_id")]
    [InlineData("?shop_id=-8", "shop_id")]
    [InlineData("?organization_bin=21044002832", "organization_bin")]
    [InlineData("?organization_bin=٢١٠٤٤٠٠٢٨٣٢٤", "organization_bin")]
    [InlineData("?currency=kzt", "currency")]
    [InlineData("?amount_from=1e3", "amount_from")]
    [InlineData("?amount_from=-1", "amount_from")]
    [InlineData("?amount_to=1.2345", "amount_to")]
    [InlineData("?created_from=yesterday", "created_from")]
    [InlineData("?created_to=2026-11-31", "created_to")]
    [InlineData("?updated_from=lately", "updated_from")]
    [InlineData("?has_refund=yes", "has_refund")]
    [InlineData("?id=8", "id")]
    [InlineData("?colour=red", "colour")]
    [InlineData("?status=pending&status=failed", "status")]
    [InlineData("?cursor=abc", "cursor")]
    public void Unknown_parameter_or_bad_value_is_refused_by_name(string address, string member)
    {
        var problem = Read(address).Problem;

        Assert.NotNull(problem);
        Assert.Equal(Codes.InvalidParameter, problem.Code);
        Assert.Equal(member, Assert.Single(problem.Errors!).Key);
    }

    [Fact]
    public void Parameter_that_the_caller_reads_itself_is_let_through() => Assert.True(PaymentFilter.Read(Pairs("?cursor=abc&status=failed"), Providers, "cursor").IsOk);

    [Fact]
    public void More_ids_than_an_address_holds_are_refused()
    {
        var ids = Enumerable.Range(0, PaymentFilter.IdsMax + 1).Select(number => $"01993b1c-5d10-7000-8000-{number:x12}");

        Assert.Equal("id", Assert.Single(Read($"?id={string.Join(',', ids)}").Problem!.Errors!).Key);
        Assert.True(Read($"?id={string.Join(',', ids.Skip(1))}").IsOk);
    }

    [Fact]
    public void Mode_alone_is_no_filter() => Assert.True(Read("?mode=test").Value.IsEmpty);

    private static Result<PaymentFilter> Read(string address) => PaymentFilter.Read(Pairs(address), Providers);

    private static IEnumerable<KeyValuePair<string, string>> Pairs(string address) =>
        from pair in address.TrimStart('?').Split('&')
        let parts = pair.Split('=', 2)
        select KeyValuePair.Create(parts[0], Uri.UnescapeDataString(parts[1]));
}
