using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Tests.Shops;

public sealed class BinTests
{
    [Theory]
    [InlineData("210440028324")]
    [InlineData("991011000048")]
    [InlineData("891027350515")]
    public void Numbers_of_the_source_documents_are_valid(string bin) => Assert.Null(Bin.Fault(bin));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("21044002832")]
    [InlineData("2104400283240")]
    [InlineData(" 210440028324")]
    [InlineData("210440028324 ")]
    [InlineData("210440028324\n")]
    [InlineData("21044002832A")]
    [InlineData("-10440028324")]
    [InlineData("٢١٠٤٤٠٠٢٨٣٢٤")]
    [InlineData("２１０４４００２８３２４")]
    [InlineData("21044002832４")]
    public void Anything_but_twelve_ascii_digits_is_refused(string? bin) => Assert.NotNull(Bin.Fault(bin));

    [Fact]
    public void Wrong_check_digit_is_refused_and_the_right_one_named() => Assert.Contains("would be 4", Bin.Fault("210440028325"), StringComparison.Ordinal);

    [Fact]
    public void Exactly_one_last_digit_is_right_unless_the_number_was_never_issued() => Check(Prop.ForAll(
        FirstEleven(),
        first =>
        {
            var right = Enumerable.Range(0, 10).Count(digit => Bin.IsValid(first + digit.ToString(CultureInfo.InvariantCulture)));
            return right == (Remainder(first, 0) == 10 && Remainder(first, 2) == 10 ? 0 : 1);
        }));

    [Fact]
    public void One_changed_digit_is_noticed_but_for_the_eleventh_which_weighs_nothing() => Check(Prop.ForAll(
        FirstEleven(),
        Gen.Elements(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11).ToArbitrary(),
        Gen.Choose(1, 9).ToArbitrary(),
        (first, place, shift) =>
        {
            if (Enumerable.Range(0, 10).Select(digit => first + digit.ToString(CultureInfo.InvariantCulture)).FirstOrDefault(Bin.IsValid) is not { } bin || Remainder(first, 0) == 10)
                return true;
            var changed = bin.ToCharArray();
            changed[place] = (char)('0' + (changed[place] - '0' + shift) % 10);
            // The second row of weights is a second code: a change that leads into it is judged by other weights.
            return Remainder(new string(changed)[..11], 0) == 10 || !Bin.IsValid(new string(changed));
        }));

    [Fact]
    public void Any_text_is_judged_without_a_fault_of_ours() => Check(Prop.ForAll(
        ArbMap.Default.ArbFor<string>(),
        text => (Bin.Fault(text) is null) == (text is { Length: 12 } && text.All(char.IsAsciiDigit) && Bin.IsValid(text))));

    private static Arbitrary<string> FirstEleven() => Gen.Choose(0, 9).ArrayOf(11).Select(string.Concat).ToArbitrary();

    // Said anew, after the rule and not after the code.
    private static int Remainder(string digits, int start)
    {
        int[][] weights = [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]];
        return digits.Zip(weights[start / 2], (digit, weight) => (digit - '0') * weight).Sum() % 11;
    }

    private static void Check(Property property) => property.QuickCheckThrowOnFailure();
}
