using System.Security.Cryptography;
using System.Text;

namespace PaymentAdmin.Core.Providers.Ikhokha;

/// <summary>
/// IK-SIGN, the same for requests and callbacks: HMAC-SHA256 over URL path and body, each backslash, quotation mark and apostrophe behind a
/// backslash. A callback names no amount, so iKhokha is asked before anything changes.
/// </summary>
internal static class IkhokhaWebhook
{
    public const string SignatureHeader = "ik-sign";
    public const string ApplicationHeader = "ik-appid";

    /// <summary>A member that callbacks may carry and that is not signed.</summary>
    private const string UnsignedMember = "text";

    /// <param name="path">Of the URL: no host and no query.</param>
    public static byte[] Sign(byte[] key, string path, ReadOnlySpan<byte> body) => HMACSHA256.HashData(key, Escaped([.. Encoding.UTF8.GetBytes(path), .. body]));

    /// <summary>In lower-case hexadecimal, as the header carries it.</summary>
    public static string Sign(string secret, string path, ReadOnlySpan<byte> body) => Convert.ToHexStringLower(Sign(Encoding.UTF8.GetBytes(secret), path, body));

    /// <summary>What is signed of a callback that has the member which is not: the body without it, written compactly. Null when the body is no JSON.</summary>
    public static byte[]? SignedPart(ReadOnlyMemory<byte> body) => PlainJson.Of(body, without: UnsignedMember);

    public static WebhookVerification Verify(string applicationId, string secret, InboundRequest request)
    {
        if (applicationId.Length == 0 || request.Header(ApplicationHeader).Trim() != applicationId)
            return new WebhookVerification.Rejected("the application ID is another one");
        var given = request.Header(SignatureHeader);
        var verdict = Check(request.Body);
        return verdict is not WebhookVerification.Verified && SignedPart(request.Body) is { } part ? Check(part) : verdict;

        WebhookVerification Check(ReadOnlyMemory<byte> body) => Signature.Check(secret, given, key => Sign(key, request.Path, body.Span));
    }

    public static WebhookReading Parse(InboundRequest request)
    {
        var said = IkhokhaAnswer.Read(request.Body.Span, IkhokhaJson.Default.IkhokhaEvent);
        if (said is not { Status: { Length: > 0 } word } || (said.PaylinkID ?? said.ExternalTransactionID) is not { Length: > 0 } about)
            return new WebhookReading.Unreadable("No callback of iKhokha's: paylink or status is missing") { DedupeKey = "body:" + Convert.ToHexStringLower(SHA256.HashData(request.Body.Span)) };
        return new WebhookReading.AskProvider { DedupeKey = $"{about}:{word}", EventType = word, Reference = said.PaylinkID, OurReference = said.ExternalTransactionID };
    }

    /// <summary>One pass over single characters: escaping one character after the other would escape the backslashes that came in between.</summary>
    private static byte[] Escaped(ReadOnlySpan<byte> text)
    {
        var escaped = new List<byte>(text.Length + 64);
        foreach (var character in text)
        {
            if (character is (byte)'\\' or (byte)'"' or (byte)'\'' or 0)
                escaped.Add((byte)'\\');
            escaped.Add(character == 0 ? (byte)'0' : character);
        }
        return [.. escaped];
    }
}
