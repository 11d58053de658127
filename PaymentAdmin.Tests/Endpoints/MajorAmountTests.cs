using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using PaymentAdmin.Core;
using PaymentAdmin.Web.Endpoints;

namespace PaymentAdmin.Tests.Endpoints;

public sealed class MajorAmountTests
{
    [Fact]
    public void Every_amount_comes_back_from_its_text() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue).Select(part => part * 465L % Money.MinorMax + 1).ToArbitrary(),
        minor => MajorAmount.TryParse(Money.ToPlain(minor, 2), out var amount) && amount.Minor == minor).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_text_is_taken_exactly_when_it_has_the_form() => Prop.ForAll(
        Gen.Elements('0', '1', '9', '.', ',', '-', '+', 'e', ' ', '٣').ListOf().Select(string.Concat).ToArbitrary(),
        text =>
        {
            var hasForm = System.Text.RegularExpressions.Regex.IsMatch(text, @"\A[0-9]{1,10}(\.[0-9]{1,2})?\z") && decimal.Parse(text, CultureInfo.InvariantCulture) > 0;
            return MajorAmount.TryParse(text, out var amount) == hasForm && (!hasForm || amount.Minor == decimal.Parse(text, CultureInfo.InvariantCulture) * 100);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("0.00")]
    [InlineData("12345678901")]
    public void Nothing_and_zero_and_too_much_are_refused(string? text) => Assert.False(MajorAmount.TryParse(text, out _));
}
