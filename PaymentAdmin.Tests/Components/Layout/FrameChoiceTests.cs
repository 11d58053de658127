using Microsoft.AspNetCore.Http;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Web.Components.Layout;

namespace PaymentAdmin.Tests.Components.Layout;

public sealed class FrameChoiceTests
{
    [Fact]
    public void Mode_in_the_address_beats_the_cookie() => Assert.Equal(Mode.Test, FrameChoice.Of(Request("?mode=test", "pa-mode=live")).Mode);

    [Fact]
    public void Cookie_counts_where_the_address_is_silent() => Assert.Equal(Mode.Live, FrameChoice.Of(Request("", "pa-mode=live")).Mode);

    [Theory]
    [InlineData("?mode=TEST")]
    [InlineData("?mode=")]
    [InlineData("?mode=1")]
    public void Unknown_word_chooses_nothing(string query) => Assert.Null(FrameChoice.Of(Request(query, "pa-tenant=nobody")).Mode);

    [Fact]
    public void Address_without_a_mode_changes_no_choice() =>
        Assert.Equal(Mode.Live, new FrameChoice(Mode.Live, null).WithQueryOf("http://localhost/payments?q=1").Mode);

    private static HttpRequest Request(string query, string cookies)
    {
        var http = new DefaultHttpContext();
        http.Request.QueryString = new QueryString(query);
        http.Request.Headers.Cookie = cookies;
        return http.Request;
    }
}
