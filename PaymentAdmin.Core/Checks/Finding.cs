using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Checks;

public enum FindingState
{
    Ok,

    /// <summary>A step on the way to live payments that nobody has taken yet, or not lately.</summary>
    Todo,

    /// <summary>Live payments are taken; somebody should look at this all the same.</summary>
    Warning,

    /// <summary>Live payments are refused, or go wrong, until it is repaired.</summary>
    Fault,
}

/// <summary>The page of the portal on which something is mended.</summary>
public enum FindingPlace
{
    Providers,
    Shops,
    Users,
    Settings,
    Approvals,
    Proofs,
    Events,
    PaymentsInReview,
    Payments,
    Webhooks,
    RejectedDeliveries,
    TestConsole,
}

/// <param name="Tenant">Its slug; null: it is about the whole installation.</param>
/// <param name="Subject">"live mode", "kaspi account".</param>
/// <param name="Text">What was found, one sentence. Never a secret, nor an address with one.</param>
/// <param name="Place">Where it is mended; null when there is nothing to do, or not in the portal.</param>
public sealed record Finding(string? Tenant, string Subject, FindingState State, string Text, FindingPlace? Place = null)
{
    /// <summary>What to do where the portal has no page for it.</summary>
    public string? Advice { get; init; }

    /// <summary>The provider that it is about; null: the tenant, or the installation.</summary>
    public string? Provider { get; init; }

    /// <summary>The mode of the account that it is about.</summary>
    public Mode? Mode { get; init; }

    /// <summary>Tells of the machine: nobody's business but of those who run it.</summary>
    public bool IsForOperators { get; init; }

    /// <summary>What to do, and where; null when there is nothing to do.</summary>
    public string? Fix => State == FindingState.Ok ? null : Advice ?? Place switch
    {
        FindingPlace.Providers => "Page Providers",
        FindingPlace.Shops => "Page Shops & BINs",
        FindingPlace.Users => "Page Users",
        FindingPlace.Settings => "Page Settings",
        FindingPlace.Approvals => "Page Approvals",
        FindingPlace.Proofs => "Page Manual proofs",
        FindingPlace.Events => "Page Events out",
        FindingPlace.PaymentsInReview => "Page Payments, In review",
        FindingPlace.Payments => "Page Payments",
        FindingPlace.Webhooks => "Page Webhooks in",
        FindingPlace.RejectedDeliveries => "Page Webhooks in, Rejected",
        FindingPlace.TestConsole => "Page Test console",
        _ => null,
    };

    /// <summary>One line, as the verb prints it and the page copies it.</summary>
    public override string ToString()
    {
        var where = Tenant is { } tenant ? $"{tenant}, {Subject}" : Subject;
        return $"{Words.Of(State),-7} {where}: {Text}{(Fix is { } fix ? $" ({fix})" : "")}";
    }
}
