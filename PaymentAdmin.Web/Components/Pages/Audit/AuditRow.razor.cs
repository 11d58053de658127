using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Web.Components.Pages.Audit;

/// <summary>One entry of the audit, which opens to what it changed. Values were masked before they were written.</summary>
public sealed partial class AuditRow
{
    [Parameter, EditorRequired]
    public AuditEntry Entry { get; set; } = null!;

    private IReadOnlyList<AuditChange> Changes => AuditChange.Between(Entry.Before, Entry.After);

    private string ActorIcon => Entry.ActorKind switch
    {
        ActorKind.User => "person",
        ActorKind.ApiKey => "key",
        ActorKind.Provider => "hub",
        ActorKind.Customer or ActorKind.Payer => "smartphone",
        _ => "settings",
    };
}
