using System.Text;

namespace PaymentAdmin.Core.Proofs;

/// <summary>
/// References as they are compared: upper case, without spaces, marks and invisible characters, Cyrillic look-alikes turned into Latin, so that
/// one transfer cannot be shown twice with another keyboard.
/// </summary>
public static class ProofReference
{
    private const string Cyrillic = "АВЕЅІЈКМНОРСТУХЗЬ";
    private const string Latin = "ABESIJKMHOPCTYX3B";

    /// <summary>Null when nothing is left to compare.</summary>
    public static string? KeyOf(string? reference)
    {
        if (string.IsNullOrWhiteSpace(reference))
            return null;
        var key = new StringBuilder(reference.Length);
        foreach (var character in reference.Normalize(NormalizationForm.FormKC).ToUpperInvariant().Where(char.IsLetterOrDigit))
        {
            var twin = Cyrillic.IndexOf(character, StringComparison.Ordinal);
            key.Append(twin < 0 ? character : Latin[twin]);
        }
        return key.Length == 0 ? null : key.ToString();
    }
}
