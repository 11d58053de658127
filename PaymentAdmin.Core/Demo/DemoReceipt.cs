using System.Buffers.Binary;
using System.IO.Compression;

namespace PaymentAdmin.Core.Demo;

/// <summary>A picture that looks like a photographed receipt, drawn here so that the demo ships nobody's: paper, lines of print, a total, a torn edge.</summary>
internal static class DemoReceipt
{
    private const int Width = 420;
    private const int Height = 620;
    private const byte Desk = 96;
    private const byte Paper = 248;
    private const byte Print = 70;

    /// <summary>Another one for each number.</summary>
    public static byte[] Png(int number)
    {
        var chance = new Random(number);
        var pixels = new byte[Width * Height];
        Array.Fill(pixels, Desk);
        Fill(pixels, 40, 30, Width - 80, Height - 70, Paper);
        for (var x = 40; x < Width - 40; x++)
            Fill(pixels, x, Height - 40 - Math.Abs(x % 24 - 12), 1, 12, Desk);
        Fill(pixels, 120, 64, 180, 18, Print);
        Fill(pixels, 150, 94, 120, 8, 140);
        for (var line = 0; line < 9; line++)
        {
            var y = 150 + line * 32;
            Fill(pixels, 70, y, chance.Next(70, 170), 9, 120);
            Fill(pixels, 350 - chance.Next(40, 80), y, 30, 9, 120);
        }
        Fill(pixels, 70, 450, 280, 2, Print);
        Fill(pixels, 70, 474, 90, 16, Print);
        Fill(pixels, 250, 474, 100, 16, Print);
        return File(pixels);
    }

    private static void Fill(byte[] pixels, int left, int top, int width, int height, byte shade)
    {
        for (var y = Math.Max(0, top); y < Math.Min(Height, top + height); y++)
            Array.Fill(pixels, shade, y * Width + left, width);
    }

    /// <summary>Eight bits of grey a pixel, every row unfiltered.</summary>
    private static byte[] File(byte[] pixels)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), Height);
        header[8] = 8;
        using var packed = new MemoryStream();
        using (var zip = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (var y = 0; y < Height; y++)
            {
                zip.WriteByte(0);
                zip.Write(pixels, y * Width, Width);
            }
        }
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, .. Chunk("IHDR"u8, header), .. Chunk("IDAT"u8, packed.ToArray()), .. Chunk("IEND"u8, [])];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> kind, ReadOnlySpan<byte> data)
    {
        var chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        kind.CopyTo(chunk.AsSpan(4));
        data.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc(chunk.AsSpan(4, 4 + data.Length)));
        return chunk;
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
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
