namespace PaymentAdmin.Tests.Support;

/// <summary>Tests that are a crowd by themselves run after the others and one at a time: beside them, requests would run out of their time.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class CrowdCollection
{
    public const string Name = "Crowd";
}
