using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace PaymentAdmin.Core.Common;

/// <summary>
/// A place in a list that is sorted by time and id, newest first, as opaque text. It is bound to the list it was given out for
/// (tenant, mode, filter): with another it is refused, never silently a wrong page.
/// </summary>
/// <param name="IsNewer">The page before this place, not the one after.</param>
public readonly record struct KeysetCursor(DateTimeOffset At, Guid Id, bool IsNewer) : IPlaceInList
{
    private const byte Version = 1;
    private const int BindingBytes = 8;
    private const int Length = 1 + 1 + 8 + 16 + BindingBytes;

    public string ToText(string binding)
    {
        Span<byte> bytes = stackalloc byte[Length];
        bytes[0] = Version;
        bytes[1] = IsNewer ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt64BigEndian(bytes[2..], At.UtcTicks);
        Id.TryWriteBytes(bytes[10..], bigEndian: true, out _);
        HashOf(binding).CopyTo(bytes[26..]);
        return Base64Url.EncodeToString(bytes);
    }

    public static Result<KeysetCursor?> Read(string? text, string binding)
    {
        if (string.IsNullOrEmpty(text))
            return (KeysetCursor?)null;
        Span<byte> bytes = stackalloc byte[Length];
        if (text.Length > 64 || !Base64Url.IsValid(text, out var length) || length != Length || !Base64Url.TryDecodeFromChars(text, bytes, out _) || bytes[0] != Version || bytes[1] > 1)
            return new Problem(Codes.InvalidParameter, "cursor: is none that was given out here.");
        if (!bytes[26..].SequenceEqual(HashOf(binding)))
            return new Problem(Codes.InvalidParameter, "cursor: belongs to another filter.");
        var ticks = BinaryPrimitives.ReadInt64BigEndian(bytes[2..]);
        return ticks < 0 || ticks > DateTimeOffset.MaxValue.UtcTicks
            ? new Problem(Codes.InvalidParameter, "cursor: is none that was given out here.")
            : (KeysetCursor?)new KeysetCursor(new DateTimeOffset(ticks, TimeSpan.Zero), new Guid(bytes[10..26], bigEndian: true), bytes[1] == 1);
    }

    private static ReadOnlySpan<byte> HashOf(string binding) => SHA256.HashData(Encoding.UTF8.GetBytes(binding)).AsSpan(0, BindingBytes);
}
