namespace PaymentAdmin.Core.Secrets;

/// <summary>One key of the ring that signs cookies and form tokens, in the database so that every instance has it; its XML is sealed.</summary>
public sealed class DataProtectionKeyRow
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }

    /// <summary>The framework's XML; the key inside it is encrypted under the master key (Hosting/KeyRing.cs).</summary>
    public required string XmlCipher { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
}
