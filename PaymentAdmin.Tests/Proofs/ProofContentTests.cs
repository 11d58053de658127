using System.Text;
using PaymentAdmin.Core.Proofs;

namespace PaymentAdmin.Tests.Proofs;

public sealed class ProofContentTests
{
    [Fact]
    public void Four_kinds_are_told_by_their_bytes()
    {
        Assert.Equal(ProofContent.Png, Detect(Pictures.Png(), "a.png"));
        Assert.Equal(ProofContent.Jpeg, Detect(Pictures.Jpeg(), "a.jpeg"));
        Assert.Equal(ProofContent.WebP, Detect(Pictures.WebP(), "a.webp"));
        Assert.Equal(ProofContent.Pdf, Detect(Pictures.Pdf(), "a.PDF"));
        Assert.Equal(ProofContent.Jpeg, Detect(Pictures.Jpeg("Canon, 2026:11:21"u8.ToArray()), "IMG_0001"));
    }

    /// <summary>What cameras really write: maps of light and depth as further pictures, marks of restarts and stuffed bytes in the scan, zeros at the end.</summary>
    [Fact]
    public void Photographs_of_phones_are_pictures()
    {
        Assert.Equal(ProofContent.Jpeg, Detect([.. Pictures.Jpeg(), .. Pictures.Jpeg(), 0, 0], "a.jpg"));
        Assert.Equal(ProofContent.Jpeg, Detect([.. Pictures.Jpeg()[..^2], 0xFF, 0x00, 0x3C, 0xFF, 0xD3, 0x11, 0xFF, 0xFF, 0xD9], "a.jpg"));
        Assert.Equal(ProofContent.WebP, Detect(Pictures.LosslessWebP(4000, 3000), "a.webp"));
        Assert.Equal(ProofContent.Pdf, Detect(Pictures.Pdf("<</Type /Pag#65 /Title (100#25)>>"), "a.pdf"));
    }

    public static TheoryData<string, byte[], string> Attacks => new()
    {
        { "a.svg", Encoding.UTF8.GetBytes("<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>"), "is no JPEG" },
        { "a.png", "<!doctype html><script>x()</script>"u8.ToArray(), "is no JPEG" },
        { "a.gif", "GIF89a"u8.ToArray(), "is no JPEG" },
        { "a.png", [], "is empty" },
        { "a.jpg", Pictures.Png(), "is named .jpg" },
        { "a.png.exe", Pictures.Png(), "is named .exe" },
        { "a.png", [.. Pictures.Png(), .. "<script>x()</script>"u8], "behind the picture's end" },
        { "a.png", [.. Pictures.Png(), 0x50, 0x4B, 0x03, 0x04], "behind the picture's end" },
        { "a.png", Pictures.Png(text: "Comment\0<script>x()</script>"u8.ToArray()), "carries script" },
        { "a.png", Pictures.Png(60_000, 60_000), "more than fits" },
        { "a.png", Pictures.Png()[..^6], "is cut off" },
        { "a.jpg", [.. Pictures.Jpeg(), .. "<?php"u8], "behind the picture's end" },
        { "a.jpg", [.. Pictures.Jpeg(), .. "<script>x()</script>"u8, 0xFF, 0xD9], "behind the picture's end" },
        { "a.jpg", [.. Pictures.Jpeg(), 0xFF, 0xD8, 0xFF, .. "<script>"u8, 0xFF, 0xD9], "is damaged" },
        { "a.jpg", [.. Pictures.Jpeg(), .. Pictures.Zip([0xFF, 0xD9])], "behind the picture's end" },
        { "a.jpg", [.. Pictures.Jpeg()[..^2], .. Pictures.Zip([0xFF, 0xD9])], "is an archive too" },
        { "a.jpg", Pictures.Jpeg()[..^2], "is cut off" },
        { "a.png", Pictures.Zip([]), "is no JPEG" },
        { "a.webp", Pictures.LosslessWebP(16_384, 16_384), "more than fits" },
        { "a.jpg", Pictures.Jpeg("<ScRiPt>x()</script>"u8.ToArray()), "carries script" },
        { "a.webp", [.. Pictures.WebP(), 1], "behind the picture's end" },
        { "a.pdf", [.. "GIF89a     "u8, .. Pictures.Pdf()], "is no JPEG" },
        { "a.pdf", Pictures.Pdf("<</OpenAction <</S /JavaScript /JS (app.alert(1))>>>>"), "does things" },
        { "a.pdf", Pictures.Pdf("<</Type /EmbeddedFile>>"), "does things" },
        { "a.pdf", Pictures.Pdf("<</OpenAction <</S /J#61vaScript /J#53 (app.alert(1))>>>>"), "does things" },
        { "a.pdf", [.. Pictures.Pdf(), .. "<html>"u8], "behind the document's end" },
        { "a.pdf", Pictures.Pdf("PK\u0005\u0006"), "archive" },
    };

    [Theory]
    [MemberData(nameof(Attacks))]
    public void Attack_is_refused_with_its_reason(string name, byte[] bytes, string reason)
    {
        Assert.Null(ProofContent.Detect(bytes, name, declared: null, out var fault));
        Assert.Contains(reason, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Declared_type_must_agree()
    {
        Assert.Null(ProofContent.Detect(Pictures.Png(), "a.png", "image/jpeg", out var fault));
        Assert.Contains("is declared image/jpeg", fault, StringComparison.Ordinal);
        Assert.Equal(ProofContent.Png, ProofContent.Detect(Pictures.Png(), "a.png", "image/png", out _));
    }

    [Fact]
    public void No_bytes_make_it_throw()
    {
        var chance = new Random(7);
        byte[][] seeds = [Pictures.Png(), Pictures.Jpeg("x"u8.ToArray()), Pictures.WebP(), Pictures.Pdf()];
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = seeds[round % seeds.Length].ToArray();
            for (var change = 0; change <= round % 4; change++)
                bytes[chance.Next(bytes.Length)] = (byte)chance.Next(256);
            ProofContent.Detect(bytes.AsSpan(0, chance.Next(bytes.Length + 1)), "a.png", null, out _);
        }
    }

    [Theory]
    [InlineData("TXN-123 456", "TXN123456")]
    [InlineData("ТХN123456", "TXN123456")]
    [InlineData(" txn.123​456 ", "TXN123456")]
    [InlineData("---", null)]
    [InlineData("", null)]
    public void References_are_compared_without_their_looks(string typed, string? key) => Assert.Equal(key, ProofReference.KeyOf(typed));

    private static string? Detect(byte[] bytes, string name) => ProofContent.Detect(bytes, name, null, out _);
}
