namespace PaymentAdmin.Core.Shops;

/// <summary>A selling point; callers know it by <see cref="Number"/>, their <c>shop_id</c>, unique per tenant.</summary>
public sealed class Shop
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required int Number { get; init; }
    public string? Name { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A legal entity, in Kazakhstan with a BIN of 12 digits.</summary>
public sealed class Organization
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required string Bin { get; init; }
    public string? Name { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
}
