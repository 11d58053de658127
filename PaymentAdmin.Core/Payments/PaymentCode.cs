using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Core.Payments;

/// <summary>
/// The code that payers type: 7 random characters of <c>2-9A-HJ-NP-Z</c> and a check character, so that one wrong
/// or two swapped characters never name another payment.
/// </summary>
public static class PaymentCode
{
    private const string Alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

    public static string New()
    {
        Span<char> code = stackalloc char[8];
        for (var i = 0; i < 7; i++)
            code[i] = Alphabet[IdSource.Next(Alphabet.Length)];
        code[7] = Check(code[..7]);
        return new string(code);
    }

    /// <summary>One of the 34 billion codes by its number; numbers beyond begin anew.</summary>
    public static string Of(long number)
    {
        Span<char> code = stackalloc char[8];
        for (var i = 0; i < 7; i++, number /= Alphabet.Length)
            code[i] = Alphabet[(int)(number % Alphabet.Length)];
        code[7] = Check(code[..7]);
        return new string(code);
    }

    /// <summary>The code without spaces and hyphens, in capitals; null when it is none.</summary>
    public static string? Normalise(string? typed)
    {
        if (typed is null)
            return null;
        var code = new string([.. typed.Where(c => c is not (' ' or '-')).Select(char.ToUpperInvariant)]);
        return code.Length == 8 && code.All(c => Alphabet.Contains(c, StringComparison.Ordinal)) && Check(code.AsSpan(0, 7)) == code[7] ? code : null;
    }

    // Luhn's scheme over 32 characters.
    private static char Check(ReadOnlySpan<char> seven)
    {
        var sum = 0;
        for (var i = 0; i < seven.Length; i++)
        {
            var value = Alphabet.IndexOf(seven[i], StringComparison.Ordinal) * (i % 2 == 0 ? 2 : 1);
            sum += value / Alphabet.Length + value % Alphabet.Length;
        }
        return Alphabet[(Alphabet.Length - sum % Alphabet.Length) % Alphabet.Length];
    }
}
