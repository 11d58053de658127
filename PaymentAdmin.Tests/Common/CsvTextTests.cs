using System.Buffers;
using System.Text;
using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Tests.Common;

public sealed class CsvTextTests
{
    [Theory]
    [InlineData("ORD-1", "ORD-1")]
    [InlineData(null, "")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"hi\"", "\"say \"\"hi\"\"\"")]
    [InlineData("two\r\nlines", "\"two\r\nlines\"")]
    [InlineData("БИН ₸ 😀", "БИН ₸ 😀")]
    [InlineData(" blank in front", "\" blank in front\"")]
    public void Text_is_quoted_when_it_must_be(string? text, string expected) => Assert.Equal(expected, Written(csv => csv.Text(text)));

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0")]
    [InlineData("-2+3", "'-2+3")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("\r=1", "\"'\r=1\"")]
    [InlineData("=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"")]
    [InlineData("-", "'-")]
    [InlineData("+7 701 521-15-45", "'+7 701 521-15-45")]
    public void Text_that_a_spreadsheet_would_run_gets_an_apostrophe(string text, string expected) => Assert.Equal(expected, Written(csv => csv.Text(text)));

    [Theory]
    [InlineData("-12.50")]
    [InlineData("+77015211545")]
    [InlineData("-1")]
    public void True_number_is_left_as_it_is(string text) => Assert.Equal(text, Written(csv => csv.Text(text)));

    [Theory]
    [InlineData(500000, 2, "5000.00")]
    [InlineData(-5, 2, "-0.05")]
    [InlineData(5, 0, "5")]
    [InlineData(1234567, 3, "1234.567")]
    [InlineData(0, 2, "0.00")]
    [InlineData(999_999_999_999, 2, "9999999999.99")]
    public void Amount_is_a_plain_decimal(long minor, int exponent, string expected) => Assert.Equal(expected, Written(csv => csv.Amount(minor, exponent)));

    [Fact]
    public void Time_carries_the_offset_of_its_zone()
    {
        var at = new DateTimeOffset(2026, 11, 21, 6, 47, 0, TimeSpan.Zero);

        Assert.Equal("2026-11-21T11:47:00.000+05:00", Written(csv => csv.Time(at, TimeZoneInfo.FindSystemTimeZoneById("Asia/Almaty"))));
        Assert.Equal("2026-11-21T06:47:00.000+00:00", Written(csv => csv.Time(at, TimeZoneInfo.Utc)));
    }

    [Fact]
    public void Cells_are_parted_and_rows_end_with_both_characters()
    {
        Action<CsvText> row = csv =>
        {
            csv.Text("a;b");
            csv.Number(7);
            csv.Text("c,d");
            csv.EndRow();
        };

        Assert.Equal("a;b,7,\"c,d\"\r\n", Written(row));
        Assert.Equal("\"a;b\";7;c,d\r\n", Written(row, ';'));
    }

    [Fact]
    public void Long_text_is_written_whole()
    {
        var text = string.Concat(Enumerable.Repeat("Қазақстан ", 2000)) + "end";

        Assert.Equal(text, Written(csv => csv.Text(text)));
    }

    private static string Written(Action<CsvText> write, char separator = ',')
    {
        var buffer = new ArrayBufferWriter<byte>();
        write(new CsvText(buffer, separator));
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
