namespace PaymentAdmin.Core.Common;

public enum ActorKind
{
    System,
    User,
    ApiKey,
    Customer,
    Payer,
    Provider,
}

/// <summary>Who does something. Every use case takes one and the audit keeps it.</summary>
/// <param name="Name">As a person reads it: an e-mail, a key's name, a provider's name, a job's name.</param>
/// <param name="AnswerableUserId">The user who answers for it: the user, or the one who created the API key. Never approves what it asked for.</param>
public sealed record Actor(ActorKind Kind, string Id, string Name, string? Role = null, Guid? AnswerableUserId = null, string? RemoteIp = null, string? RequestId = null)
{
    public static Actor System(string job) => new(ActorKind.System, job, job);

    public static Actor Provider(string provider) => new(ActorKind.Provider, provider, provider);
}
