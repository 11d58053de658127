namespace PaymentAdmin.Core.Access;

/// <summary>The single-use code of the first set-up, by hash; one row at most.</summary>
public sealed class SetupCodeRow
{
    public required Guid Id { get; init; }
    public required string CodeHash { get; set; }
    public required DateTimeOffset ExpiresAt { get; set; }
    public int FailedTries { get; set; }
}
