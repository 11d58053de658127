namespace PaymentAdmin.Core.Providers.Ioka;

/// <summary>The text that Ioka signs: the parsed body written again with keys sorted at every level, number tokens as they came.</summary>
internal static class IokaCanonical
{
    /// <summary>Null when the body is no JSON, or names a member twice: two readers could then read two things.</summary>
    /// <param name="isSpaced">With a space behind commas and colons, as deliveries of 2021 were signed.</param>
    public static byte[]? Of(ReadOnlyMemory<byte> body, bool isSpaced) => PlainJson.Of(body, isSorted: true, isSpaced);
}
