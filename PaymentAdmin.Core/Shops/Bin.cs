namespace PaymentAdmin.Core.Shops;

/// <summary>
/// Kazakhstan's business (BIN) and individual (IIN) identification numbers: 12 ASCII digits, the last a check digit.
/// Weights 1…11 modulo 11; a remainder of 10 is taken again with weights 3…11, 1, 2; a second 10 is never issued.
/// </summary>
public static class Bin
{
    /// <summary>Null when the number is right, else what is wrong with it, for the person who typed it.</summary>
    public static string? Fault(string? bin)
    {
        if (string.IsNullOrEmpty(bin))
            return "A BIN is required.";
        if (bin.Length != 12 || !bin.All(char.IsAsciiDigit))
            return "A BIN has exactly 12 digits, 0 to 9.";
        if (CheckDigit(bin) is not { } expected)
            return "No BIN with these first 11 digits exists.";
        return bin[11] - '0' == expected ? null : $"The check digit is wrong: the last digit would be {expected} if the rest is right.";
    }

    public static bool IsValid(string? bin) => Fault(bin) is null;

    private static int? CheckDigit(string bin)
    {
        var first = Remainder(bin, offset: 0);
        if (first < 10)
            return first;
        var second = Remainder(bin, offset: 2);
        return second < 10 ? second : null;
    }

    private static int Remainder(string bin, int offset)
    {
        var sum = 0;
        for (var i = 0; i < 11; i++)
            sum += (bin[i] - '0') * ((i + offset) % 11 + 1);
        return sum % 11;
    }
}
