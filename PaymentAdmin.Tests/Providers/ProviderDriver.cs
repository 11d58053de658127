namespace PaymentAdmin.Tests.Providers;

/// <summary>What the payer does with a checkout.</summary>
public enum Payer
{
    Pays,
    Declines,
}

/// <summary>
/// What <see cref="ProviderContractTests"/> must know of a provider beside its profile: which credentials an account has, and how a payer
/// pays or declines in its imitation. One subclass per provider, in the provider's test folder; it is found by reflection.
/// </summary>
public abstract class ProviderDriver
{
    private static readonly IReadOnlyList<ProviderDriver> All =
    [
        .. typeof(ProviderDriver).Assembly.GetTypes()
            .Where(type => type is { IsAbstract: false } && type.IsSubclassOf(typeof(ProviderDriver)))
            .Select(type => (ProviderDriver)Activator.CreateInstance(type, nonPublic: true)!),
    ];

    /// <summary>The provider's id.</summary>
    public abstract string Provider { get; }

    /// <summary>The credential that every call carries; the fault dial and the imitation's books know the merchant by it. Empty when there is no imitation.</summary>
    public virtual string Bearer => "";

    /// <summary>What a checkout call's path below the imitation begins with.</summary>
    public virtual string CreatePath => "";

    /// <summary>What a status call's path below the imitation begins with.</summary>
    public virtual string StatusPath => "";

    /// <summary>The way to pay that the tests take; null: the provider's first choice.</summary>
    public virtual string? Method => null;

    /// <summary>The header that carries the proof of a delivery; null when deliveries have none.</summary>
    public virtual string? ProofHeader => null;

    /// <summary>A second header that proves the same delivery by itself: without <see cref="ProofHeader"/> it would be enough.</summary>
    public virtual string? OtherProofHeader => null;

    /// <summary>How old a delivery may be; null when the scheme knows no time.</summary>
    public virtual TimeSpan? ProofLifetime => null;

    /// <summary>A declined try ends the checkout. False where the payer may try again on the same page.</summary>
    public virtual bool DeclineEnds => true;

    /// <summary>Credentials of a merchant that nobody else is. <paramref name="unique"/> is 24 characters of letters and digits.</summary>
    public abstract IReadOnlyDictionary<string, string> Credentials(string unique);

    /// <summary>The customer's phone, where the imitation's payer acts by it.</summary>
    public virtual string? Phone(Payer payer) => null;

    /// <summary>An amount that shows every decimal of the currency.</summary>
    public virtual long AmountMinor(string currency) => 123_457;

    /// <summary>The payer acts: on the hosted page (<see cref="ContractPayment.OpenAsync"/>, <see cref="ContractPayment.SubmitAsync"/>) or not at all, when the phone decided.</summary>
    public virtual Task DecideAsync(ContractPayment payment, Payer payer) => Task.CompletedTask;

    /// <summary>The driver of a registered provider; a provider without one fails its contract here.</summary>
    public static ProviderDriver Of(string provider) => All.SingleOrDefault(driver => driver.Provider == provider)
        ?? throw new InvalidOperationException($"The provider '{provider}' is registered and has no driver: add a class that inherits ProviderDriver to PaymentAdmin.Tests/Providers (README.md there tells how).");

    public static IEnumerable<string> Driven => All.Select(driver => driver.Provider);

    public override string ToString() => Provider;
}
