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

    /// <summary>Where readers of archives look for an archive's end: its record of 22 bytes and the longest remark behind it.</summary>
    private const int ZipEndSearched = 22 + ushort.MaxValue;

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
        fault = wrong ?? (type is not null && bytes[^Math.Min(bytes.Length, ZipEndSearched)..].IndexOf(ZipEnd) >= 0 ? "is an archive too" : null);
        if (type is null || fault is not null)
            return null;
        var extension = Path.GetExtension(name).ToLowerInvariant();
        if (extension.Length > 0 && !Extensions[type].Contains(extension))
            fault = $"is named {extension} and is {type}";
        else if (declared is { Length: > 0 } && declared != "application/octet-stream" && !declared.Equals(type, StringComparison.OrdinalIgnoreCase) && !(type == Jpeg && declared.Equals("image/jpg", StringComparison.OrdinalIgnoreCase)))
            fault = $"is declared {declared} and is {type}";
        return fault is null ? type : null;
    }

    /// <summary>
    /// One picture, or several complete ones: phones append the picture's light and depth maps as further JPEGs. Every segment and every scan is
    /// walked, so that an end-of-picture mark at the very end hides nothing that stands before it.
    /// </summary>
    private static string? JpegFault(ReadOnlySpan<byte> bytes)
    {
        for (var rest = bytes; rest.Length > 0;)
        {
            if (rest is not [0xFF, 0xD8, 0xFF, ..])
                return "has something behind the picture's end";
            var (length, fault) = OneJpeg(rest);
            if (fault is not null)
                return fault;
            // Some cameras pad with zeros.
            rest = rest[length..].TrimStart((byte)0);
        }
        return null;
    }

    private static (int Length, string? Fault) OneJpeg(ReadOnlySpan<byte> bytes)
    {
        var at = 2;
        var (hasFrame, hasScan) = (false, false);
        while (at + 2 <= bytes.Length && bytes[at] == 0xFF)
        {
            var marker = bytes[at + 1];
            if (marker == 0xFF)
            {
                at++;
                continue;
            }
            if (marker == 0xD9)
                return hasScan ? (at + 2, null) : (0, "is damaged");
            if (marker is 0x01 or (>= 0xD0 and <= 0xD8) || at + 4 > bytes.Length)
                return (0, "is damaged");
            var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
            if (length < 2 || at + 2 + length > bytes.Length)
                return (0, "is damaged");
            if (SegmentFault(marker, bytes.Slice(at + 4, length - 2)) is { } fault)
                return (0, fault);
            hasFrame |= IsFrame(marker);
            at += 2 + length;
            if (marker != 0xDA)
                continue;
            if (!hasFrame)
                return (0, "is damaged");
            hasScan = true;
            at += ScanLength(bytes[at..]);
        }
        return (0, at + 2 > bytes.Length ? "is cut off" : "is damaged");
    }

    private static string? SegmentFault(byte marker, ReadOnlySpan<byte> segment)
    {
        if (IsFrame(marker))
            return segment.Length < 5 ? "is damaged" : TooLarge(BinaryPrimitives.ReadUInt16BigEndian(segment[3..]), BinaryPrimitives.ReadUInt16BigEndian(segment[1..]));
        return marker is (>= 0xE0 and <= 0xEF) or 0xFE && HasScript(segment) ? "carries script in its description" : null;
    }

    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    /// <summary>Up to the next mark: within a scan 0xFF stands before 0, which says that it is no mark, or before the number of a restart.</summary>
    private static int ScanLength(ReadOnlySpan<byte> scan)
    {
        for (var at = 0; at + 1 < scan.Length; at++)
        {
            if (scan[at] == 0xFF && scan[at + 1] is not (0x00 or (>= 0xD0 and <= 0xD7)))
                return at;
        }
        return scan.Length;
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
                "VP8L" when length >= 5 => (1 + (data[1] | ((data[2] & 0x3F) << 8)), 1 + ((data[2] >> 6) | (data[3] << 2) | ((data[4] & 0x0F) << 10))),
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
        // A name may be spelled with the numbers of its letters: /J#61vaScript.
        var text = Unescaped(bytes);
        return ActsOfPdf.Any(act => text.Contains(act, StringComparison.Ordinal)) || Scripts.Any(script => text.Contains(script, StringComparison.OrdinalIgnoreCase))
            ? "does things when it is opened; print it to a plain PDF"
            : null;
    }

    private static string Unescaped(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        for (var at = 0; at < bytes.Length; at++)
        {
            var isEscape = bytes[at] == '#' && at + 2 < bytes.Length && char.IsAsciiHexDigit((char)bytes[at + 1]) && char.IsAsciiHexDigit((char)bytes[at + 2]);
            text.Append(isEscape ? (char)Convert.FromHexString([(char)bytes[at + 1], (char)bytes[at + 2]])[0] : (char)bytes[at]);
            at += isEscape ? 2 : 0;
        }
        return text.ToString();
    }

    private static string? TooLarge(long width, long height) => width * height > PixelsMax ? $"has {width} × {height} points, more than fits" : null;

    private static bool HasScript(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        return Scripts.Any(script => text.Contains(script, StringComparison.OrdinalIgnoreCase));
    }
}
