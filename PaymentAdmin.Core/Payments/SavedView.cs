namespace PaymentAdmin.Core.Payments;

/// <summary>A filter of the list of payments that somebody gave a name: for oneself, or for everybody of the tenant.</summary>
public sealed class SavedView
{
    public const int NameMax = 60;

    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }

    /// <summary>Whose it is. Only its owner, and who manages settings, may take it away.</summary>
    public required Guid UserId { get; init; }
    public required string Name { get; init; }

    /// <summary>Filter and columns as they stand in an address, without the mode: a view serves test and live.</summary>
    public required string Query { get; init; }
    public required bool IsShared { get; init; }

    /// <summary>What its owner sees when the list is opened without any filter; at most one an owner.</summary>
    public bool IsDefault { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
}
