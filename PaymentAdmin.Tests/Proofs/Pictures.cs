using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace PaymentAdmin.Tests.Proofs;

/// <summary>Small real files of each kind, and what attackers make of them.</summary>
internal static class Pictures
{
    public static byte[] Png(int width = 2, int height = 2, byte[]? text = null, int pixels = (2 * 3 + 1) * 2)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 2);
        using var packed = new MemoryStream();
        using (var zip = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            zip.Write(new byte[pixels]);
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, .. Chunk("IHDR", header), .. text is null ? [] : Chunk("tEXt", text), .. Chunk("IDAT", packed.ToArray()), .. Chunk("IEND", [])];
    }

    public static byte[] Jpeg(byte[]? exif = null) =>
    [
        0xFF, 0xD8,
        .. Segment(0xE0, [.. "JFIF\0"u8, 1, 1, 0, 0, 1, 0, 1, 0, 0]),
        .. exif is null ? [] : Segment(0xE1, [.. "Exif\0\0"u8, .. exif]),
        .. Segment(0xC0, [8, 0, 2, 0, 2, 1, 1, 0x11, 0]),
        .. Segment(0xDA, [1, 1, 0, 0, 63, 0]),
        0x12, 0x34, 0x56, 0xFF, 0xD9,
    ];

    public static byte[] WebP()
    {
        byte[] frame = [0x10, 0x02, 0x00, 0x9D, 0x01, 0x2A, 2, 0, 2, 0, 0, 0];
        byte[] body = [.. "WEBP"u8, .. "VP8 "u8, (byte)frame.Length, 0, 0, 0, .. frame];
        return [.. "RIFF"u8, (byte)body.Length, 0, 0, 0, .. body];
    }

    public static byte[] LosslessWebP(int width, int height)
    {
        var size = (uint)(width - 1) | ((uint)(height - 1) << 14);
        byte[] frame = [0x2F, (byte)size, (byte)(size >> 8), (byte)(size >> 16), (byte)(size >> 24), 0];
        byte[] body = [.. "WEBP"u8, .. "VP8L"u8, (byte)frame.Length, 0, 0, 0, .. frame];
        return [.. "RIFF"u8, (byte)body.Length, 0, 0, 0, .. body];
    }

    /// <summary>An archive of one page, with a remark of the packer's choice at its very end.</summary>
    public static byte[] Zip(byte[] remark)
    {
        using var packed = new MemoryStream();
        using (var archive = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = archive.CreateEntry("index.html").Open();
            entry.Write("<script>x()</script>"u8);
        }
        var bytes = packed.ToArray();
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(bytes.Length - 2), (ushort)remark.Length);
        return [.. bytes, .. remark];
    }

    /// <summary>Few bytes that unfold to 8 MiB and claim to be 400 million points.</summary>
    public static byte[] Bomb() => Png(20_000, 20_000, pixels: 8 * 1024 * 1024);

    public static byte[] Pdf(string body = "1 0 obj <</Type /Catalog>> endobj") => Encoding.ASCII.GetBytes($"%PDF-1.4\n{body}\ntrailer <</Root 1 0 R>>\n%%EOF\n");

    private static byte[] Segment(byte marker, byte[] data) => [0xFF, marker, (byte)((data.Length + 2) >> 8), (byte)(data.Length + 2), .. data];

    private static byte[] Chunk(string kind, byte[] data)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(kind), .. data];
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        var checksum = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(checksum, Crc(named));
        return [.. length, .. named, .. checksum];
    }

    private static uint Crc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
        }
        return ~crc;
    }
}
