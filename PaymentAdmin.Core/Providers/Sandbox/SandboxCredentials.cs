using System.Text.RegularExpressions;

namespace PaymentAdmin.Core.Providers.Sandbox;

/// <summary>Random credentials for an account on the sandbox, each in the shape that the provider's profile asks for.</summary>
public static class SandboxCredentials
{
    private static readonly TimeSpan MatchTime = TimeSpan.FromSeconds(1);

    public static IReadOnlyDictionary<string, string> For(ProviderProfile profile) =>
        profile.CredentialFields.Where(field => field.IsRequired || field.IsWebhookSecret || field.SandboxValue is not null).ToDictionary(field => field.Name, field => Value(profile, field), StringComparer.Ordinal);

    private static string Value(ProviderProfile profile, CredentialField field)
    {
        if (!field.IsRequired && field.SandboxValue is { } value)
            return value;
        var prefix = field.TestOnly?.Split('|')[0] ?? PlainBeginning(field.Shape);
        var fitting = Candidates().Select(candidate => prefix + candidate).Concat(Candidates())
            .FirstOrDefault(candidate => candidate.StartsWith(prefix, StringComparison.Ordinal) && (field.Shape is null || Regex.IsMatch(candidate, field.Shape, RegexOptions.None, MatchTime)));
        return fitting ?? throw new InvalidOperationException($"No sandbox value fits the shape of {profile.Id}'s {field.Name}: {field.Shape}.");
    }

    /// <summary>The letters and digits that every value of a shape begins with: "IK" of <c>^IK[A-Z0-9]{30}$</c>.</summary>
    private static string PlainBeginning(string? shape) =>
        shape is ['^', .. var rest] && !rest.Contains('|', StringComparison.Ordinal) ? string.Concat(rest.TakeWhile(char.IsAsciiLetterOrDigit)) : "";

    /// <summary>Texts of the shapes that credentials have: letters and digits, hexadecimal, a UUID, numbers, an address.</summary>
    private static IEnumerable<string> Candidates()
    {
        foreach (var length in (int[])[32, 40, 24, 64, 16, 48, 99, 107])
            yield return LettersAndDigits(length);
        yield return "pk_" + LettersAndDigits(32);
        yield return Convert.ToHexStringLower(Bytes(16));
        yield return Convert.ToHexStringLower(Bytes(32));
        yield return Convert.ToHexString(Bytes(16));
        yield return Convert.ToHexString(Bytes(15));
        yield return new Guid(Bytes(16)).ToString("D");
        foreach (var length in (int[])[6, 5, 7, 8, 10, 12, 16])
            yield return "1" + string.Concat(Bytes(length - 1).Select(number => (char)('0' + number % 10)));
        yield return "https://sandbox.example";
        yield return "sandbox@example.com";
        yield return "sandbox";
        yield return "KE";
    }

    private static string LettersAndDigits(int length) => string.Concat(Bytes(length).Select(number => "abcdefghijklmnopqrstuvwxyz012345"[number % 32]));

    private static byte[] Bytes(int count) => System.Security.Cryptography.RandomNumberGenerator.GetBytes(count);
}
