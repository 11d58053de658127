using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace PaymentAdmin.Core.Common;

/// <summary>
/// Writes CSV cells as UTF-8 into a buffer, with nothing allocated per cell. A text that a spreadsheet would take for a formula gets an
/// apostrophe in front; a true number (an amount, a phone in digits) is left as it is.
/// </summary>
public sealed class CsvText(IBufferWriter<byte> output, char separator)
{
    private bool isFirst = true;

    public void ByteOrderMark() => output.Write((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]);

    public void Text(string? text)
    {
        Separate();
        if (string.IsNullOrEmpty(text))
            return;
        var isFormula = text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' && !IsNumber(text);
        if (text.AsSpan().IndexOfAny('"', '\r', '\n') < 0 && !text.Contains(separator, StringComparison.Ordinal) && text[0] != ' ' && text[^1] != ' ')
        {
            if (isFormula)
                output.Write("'"u8);
            Write(text);
            return;
        }
        output.Write(isFormula ? "\"'"u8 : "\""u8);
        var rest = text.AsSpan();
        for (var quote = rest.IndexOf('"'); quote >= 0; quote = rest.IndexOf('"'))
        {
            Write(rest[..quote]);
            output.Write("\"\""u8);
            rest = rest[(quote + 1)..];
        }
        Write(rest);
        output.Write("\""u8);
    }

    public void Number(long? number)
    {
        Separate();
        if (number is { } value)
            Format(value, default);
    }

    /// <summary>Minor units as a plain decimal with '.', exactly: 500000 with two decimals is 5000.00.</summary>
    public void Amount(long minor, int exponent)
    {
        Separate();
        if (exponent == 0)
        {
            Format(minor, default);
            return;
        }
        var scale = Currency.Scale(exponent);
        if (minor < 0)
            output.Write("-"u8);
        Format(Math.Abs(minor / scale), default);
        output.Write("."u8);
        Format(Math.Abs(minor % scale), exponent switch { 1 => "0", 2 => "00", _ => "000" });
    }

    /// <summary>"2026-11-21T11:47:00.000+05:00"; a dash of the zone becomes a plain hyphen.</summary>
    public void Time(DateTimeOffset? at, TimeZoneInfo zone)
    {
        Separate();
        if (at is not { } moment)
            return;
        var local = TimeZoneInfo.ConvertTime(moment, zone);
        var bytes = output.GetSpan(32);
        local.TryFormat(bytes, out var written, "yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture);
        output.Advance(written);
    }

    public void EndRow()
    {
        output.Write("\r\n"u8);
        isFirst = true;
    }

    private void Separate()
    {
        if (!isFirst)
            output.Write(separator == ';' ? ";"u8 : ","u8);
        isFirst = false;
    }

    private void Format(long value, ReadOnlySpan<char> format)
    {
        var bytes = output.GetSpan(24);
        value.TryFormat(bytes, out var written, format, CultureInfo.InvariantCulture);
        output.Advance(written);
    }

    private void Write(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            var bytes = output.GetSpan(Math.Min(Encoding.UTF8.GetMaxByteCount(text.Length), 4096));
            Utf8.FromUtf16(text, bytes, out var read, out var written);
            output.Advance(written);
            text = text[read..];
        }
    }

    private static bool IsNumber(string text)
    {
        if (text[0] is not ('+' or '-') || text.Length < 2)
            return false;
        var digits = text.AsSpan(1);
        var point = digits.IndexOf('.');
        return point < 0 ? AllDigits(digits) : AllDigits(digits[..point]) && AllDigits(digits[(point + 1)..]);
    }

    private static bool AllDigits(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExceptInRange('0', '9');
}
