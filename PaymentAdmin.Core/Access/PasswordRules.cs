namespace PaymentAdmin.Core.Access;

/// <summary>
/// What a password must be: long, and nobody's first guess. No composition rules, no expiry (NIST SP 800-63B-4).
/// </summary>
public static class PasswordRules
{
    public const int LengthMin = 12;
    public const int LengthMax = 128;

    // Words that, repeated or with digits around them, make up most of the long passwords in published leaks.
    private static readonly string[] CommonWords =
    [
        "password", "passwort", "qwerty", "qwertyuiop", "asdfgh", "asdfghjkl", "zxcvbn", "zxcvbnm", "azerty", "iloveyou", "letmein", "welcome",
        "admin", "administrator", "superadmin", "changeme", "secret", "paymentadmin", "payment", "default", "monkey", "dragon", "football",
        "baseball", "princess", "sunshine", "master", "login", "hello", "abc", "test", "user", "root", "guest", "trustno",
    ];

    /// <summary>Null when the password is good enough, else the sentence for the person who chose it.</summary>
    public static string? Fault(string? password, string email)
    {
        if (string.IsNullOrEmpty(password) || password.Length < LengthMin)
            return $"must have at least {LengthMin} characters";
        if (password.Length > LengthMax)
            return $"may have at most {LengthMax} characters";
        return IsGuessed(password, email) ? "is among the first that an attacker would try" : null;
    }

    private static bool IsGuessed(string password, string email)
    {
        var folded = Fold(password);
        var letters = new string([.. folded.Where(char.IsLetter)]);
        var own = Fold(email.Split('@')[0]);
        return folded.Distinct().Count() < 5
            || IsRun(folded)
            || (own.Length > 0 && Repeats(folded.Trim("0123456789!@#$%^&*.-_ ".ToCharArray()), own))
            || CommonWords.Any(word => Repeats(letters, word))
            || letters.Length > 0 && CommonWords.Any(word => letters.StartsWith(word, StringComparison.Ordinal) && CommonWords.Contains(letters[word.Length..]));
    }

    // "p@ssw0rd" is "password".
    private static string Fold(string text) => text.ToLowerInvariant().Replace('@', 'a').Replace('0', 'o').Replace('$', 's').Replace('3', 'e').Replace('1', 'i');

    private static bool Repeats(string text, string word) => text.Length >= word.Length && text.Replace(word, "", StringComparison.Ordinal).Length == 0;

    // "123456789012", "abcdefghijkl", "cba…": every step the same small one, the ring of digits included.
    private static bool IsRun(string folded)
    {
        var text = folded.Replace('o', '0').Replace('i', '1').Replace('e', '3').Replace('s', '5');
        var steps = text.Zip(text.Skip(1), (a, b) => char.IsAsciiDigit(a) && char.IsAsciiDigit(b) ? (b - a + 10) % 10 : b - a).Distinct().ToList();
        return steps is [1] or [0] or [-1] or [9];
    }
}
