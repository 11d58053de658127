namespace PaymentAdmin.Core.Common;

/// <summary>A member of a change: one that is not given stays as it is, one that is given is taken, null included.</summary>
public readonly record struct Given<T>(bool IsGiven, T? Value)
{
    public static implicit operator Given<T>(T? value) => new(true, value);

    /// <summary>The given value, else what there is now.</summary>
    public T? Or(T? present) => IsGiven ? Value : present;
}
