namespace PaymentAdmin.Core.Providers.Sandbox;

/// <summary>An imitation whose payers can be played by a script (the test console's suite), as a person would through its own pages.</summary>
public interface IPlaysPayers
{
    PayerScript Script { get; }
}

/// <summary>What a script must know to play a payer, and to make one kind of call go wrong without meeting another.</summary>
/// <param name="CreatePath">What the path of a call that starts a checkout begins with.</param>
/// <param name="StatusPath">What the path of a call that asks how a payment stands begins with.</param>
public sealed record PayerScript(string CreatePath, string StatusPath)
{
    /// <summary>The forms that a paying payer sends off on the hosted page, one after the other; none where the phone decides.</summary>
    public IReadOnlyList<PayerForm> Pays { get; init; } = [];

    /// <summary>The same for one whose payment is declined.</summary>
    public IReadOnlyList<PayerForm> Declines { get; init; } = [];

    /// <summary>Set where the payer decides on the phone.</summary>
    public PayerPhones? Phones { get; init; }

    /// <summary>What it can claim to have taken instead (<see cref="SandboxFaultKinds.WrongAmount"/>, <see cref="SandboxFaultKinds.WrongCurrency"/>).</summary>
    public IReadOnlyList<string> Differs { get; init; } = [];
}

/// <summary>The fields of one form, by name.</summary>
public sealed record PayerForm(params (string Name, string Value)[] Fields);

/// <param name="Silent">Never answers.</param>
public sealed record PayerPhones(string Pays, string Declines, string Silent);
