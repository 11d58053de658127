using System.Buffers.Binary;
using System.Text;

namespace PaymentAdmin.Core.Proofs;

/// <summary>
/// Tells what a file is by its bytes alone, and refuses what is two things at once: something behind the picture's end, script in its
/// description, a document that acts. Nothing is decoded here, so nothing can be blown up.
/// </summary>
public static class ProofContent
{
    public const string Jpeg = "image/jpeg";
    public const string Png = "image/png";
    public const string WebP = "image/webp";
    public const string Pdf = "application/pdf";

    /// <summary>A picture that would need more memory than any scan does.</summary>
    private const long PixelsMax = 50_000_000;

    private static readonly Dictionary<string, string[]> Extensions = new(StringComparer.Ordinal)
    {
        [Jpeg] = [".jpg", ".jpeg"],
        [Png] = [".png"],
        [WebP] = [".webp"],
        [Pdf] = [".pdf"],
    };

    private static readonly string[] Scripts = ["<script", "<html", "<svg", "<?php", "<!doctype", "<iframe", "javascript:", "onerror="];
    private static readonly string[] ActsOfPdf = ["/JavaScript", "/JS ", "/JS(", "/JS<", "/Launch", "/EmbeddedFile", "/RichMedia", "/SubmitForm", "/XFA"];
    private static readonly byte[] ZipEnd = [0x50, 0x4B, 0x05, 0x06];

    /// <summary>The content type; null with the reason why the file is refused.</summary>
    public static string? Detect(ReadOnlySpan<byte> bytes, string name, string? declared, out string? fault)
    {
        var (type, wrong) = bytes switch
        {
            [0xFF, 0xD8, 0xFF, ..] => (Jpeg, JpegFault(bytes)),
            [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, ..] => (Png, PngFault(bytes)),
            [0x52, 0x49, 0x46, 0x46, _, _, _, _, 0x57, 0x45, 0x42, 0x50, ..] => (WebP, WebPFault(bytes)),
            [0x25, 0x50, 0x44, 0x46, 0x2D, ..] => (Pdf, PdfFault(bytes)),
            _ => (null, bytes.Length == 0 ? "is empty" : "is no JPEG, PNG, WebP or PDF"),
        };
        fault = wrong;
        if (type is null || wrong is not null)
            return null;
        var extension = Path.GetExtension(name).ToLowerInvariant();
        if (extension.Length > 0 && !Extensions[type].Contains(extension))
            fault = $"is named {extension} and is {type}";
        else if (declared is { Length: > 0 } && declared != "application/octet-stream" && !declared.Equals(type, StringComparison.OrdinalIgnoreCase) && !(type == Jpeg && declared.Equals("image/jpg", StringComparison.OrdinalIgnoreCase)))
            fault = $"is declared {declared} and is {type}";
        return fault is null ? type : null;
    }

    private static string? JpegFault(ReadOnlySpan<byte> bytes)
    {
        var at = 2;
        var hasFrame = false;
        while (at + 4 <= bytes.Length && bytes[at] == 0xFF)
        {
            var marker = bytes[at + 1];
            if (marker == 0xFF)
            {
                at++;
                continue;
            }
            if (marker == 0xDA)
                return !hasFrame ? "is damaged" : EndsWith(bytes, [0xFF, 0xD9]) ? null : "has something behind the picture's end, or is cut off";
            if (marker is 0x01 or (>= 0xD0 and <= 0xD9))
                return "is damaged";
            var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
            if (length < 2 || at + 2 + length > bytes.Length)
                return "is damaged";
            var segment = bytes.Slice(at + 4, length - 2);
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                if (segment.Length < 5)
                    return "is damaged";
                hasFrame = true;
                if (TooLarge(BinaryPrimitives.ReadUInt16BigEndian(segment[3..]), BinaryPrimitives.ReadUInt16BigEndian(segment[1..])) is { } large)
                    return large;
            }
            else if (marker is >= 0xE0 and <= 0xEF or 0xFE && HasScript(segment))
            {
                return "carries script in its description";
            }
            at += 2 + length;
        }
        return "is damaged";
    }

    private static string? PngFault(ReadOnlySpan<byte> bytes)
    {
        var at = 8;
        while (at + 12 <= bytes.Length)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
            if (length > bytes.Length - at - 12)
                return "is damaged";
            var kind = Encoding.ASCII.GetString(bytes.Slice(at + 4, 4));
            var data = bytes.Slice(at + 8, (int)length);
            if (at == 8 && (kind != "IHDR" || length < 13))
                return "is damaged";
            if (kind == "IHDR" && TooLarge(BinaryPrimitives.ReadUInt32BigEndian(data), BinaryPrimitives.ReadUInt32BigEndian(data[4..])) is { } large)
                return large;
            if (kind is not ("IDAT" or "IHDR") && HasScript(data))
                return "carries script in its description";
            at += 12 + (int)length;
            if (kind == "IEND")
                return at == bytes.Length ? null : "has something behind the picture's end";
        }
        return "is cut off";
    }

    private static string? WebPFault(ReadOnlySpan<byte> bytes)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) + 8L != bytes.Length)
            return "has something behind the picture's end, or is cut off";
        var at = 12;
        var hasPicture = false;
        while (at + 8 <= bytes.Length)
        {
            var kind = Encoding.ASCII.GetString(bytes.Slice(at, 4));
            var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 4)..]);
            if (length > bytes.Length - at - 8)
                return "is damaged";
            var data = bytes.Slice(at + 8, (int)length);
            hasPicture |= kind is "VP8 " or "VP8L" or "ANMF";
            var size = kind switch
            {
                "VP8X" when length >= 10 => (1 + (data[4] | (data[5] << 8) | (data[6] << 16)), 1 + (data[7] | (data[8] << 8) | (data[9] << 16))),
                "VP8 " when length >= 10 => (BinaryPrimitives.ReadUInt16LittleEndian(data[6..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(data[8..]) & 0x3FFF),
                _ => (0, 0),
            };
            if (TooLarge(size.Item1, size.Item2) is { } large)
                return large;
            if (kind is not ("VP8 " or "VP8L" or "ALPH" or "ANMF" or "VP8X" or "ANIM") && HasScript(data))
                return "carries script in its description";
            at += 8 + (int)length + (int)(length & 1);
        }
        return hasPicture && at == bytes.Length ? null : "is damaged";
    }

    private static string? PdfFault(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.LastIndexOf("%%EOF"u8);
        if (end < 0 || bytes[(end + 5)..].IndexOfAnyExcept((ReadOnlySpan<byte>)[0x0A, 0x0D, 0x20, 0x09]) >= 0)
            return "has something behind the document's end, or is cut off";
        if (bytes.IndexOf(ZipEnd) >= 0)
            return "is an archive too";
        var text = Encoding.Latin1.GetString(bytes);
        return ActsOfPdf.Any(act => text.Contains(act, StringComparison.Ordinal)) || Scripts.Any(script => text.Contains(script, StringComparison.OrdinalIgnoreCase))
            ? "does things when it is opened; print it to a plain PDF"
            : null;
    }

    private static string? TooLarge(long width, long height) => width * height > PixelsMax ? $"has {width} × {height} points, more than fits" : null;

    private static bool EndsWith(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> end) => bytes.EndsWith(end);

    private static bool HasScript(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        return Scripts.Any(script => text.Contains(script, StringComparison.OrdinalIgnoreCase));
    }
}
