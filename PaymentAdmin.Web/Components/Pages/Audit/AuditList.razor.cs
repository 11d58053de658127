using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Shared;

namespace PaymentAdmin.Web.Components.Pages.Audit;

/// <summary>The audit of the tenant, newest first; filter and place are in the address.</summary>
public sealed partial class AuditList : IDisposable
{
    private const string Path = "/audit";
    private readonly CancellationTokenSource left = new();
    private (string? Uri, Guid? Tenant) shown;
    private AuditFilter filter = new();
    private AuditFilter draft = new();
    private Problem? problem;
    private KeysetPage<AuditEntry>? page;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private AuditSearch Search { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private string? EntityText => filter.Entity is null && filter.EntityId is null ? null : $"{filter.Entity} {filter.EntityId}".Trim();

    protected override async Task OnParametersSetAsync()
    {
        var now = (Navigation.Uri, Frame?.TenantId);
        if (shown == now || Navigation.PathOf() != Path)
            return;
        shown = now;
        var parameters = Navigation.Parameters();
        // The frame's mode may stand in any address; the audit has both.
        var read = AuditFilter.Read(parameters, "cursor", "mode");
        problem = read.Problem;
        if (problem is not null || Frame is not { TenantId: { } tenantId })
            return;
        filter = draft = read.Value;
        var cursor = parameters.Find("cursor");
        var place = AuditCursor.Find(cursor);
        if (cursor is not null && place is null)
            problem = new Problem(Codes.InvalidParameter, "cursor: is none that was given out here.");
        else
            page = await Search.PageAsync(tenantId, Frame.Zone, filter, place, left.Token);
    }

    public void Dispose()
    {
        left.Cancel();
        left.Dispose();
    }

    private void Apply()
    {
        if (draft != filter)
            GoTo(draft);
    }

    private void GoTo(AuditFilter next) => Navigation.NavigateTo(Href(next));

    private static string? TextOf(object? value) => (value as string)?.Trim() is { Length: > 0 } text ? text : null;

    private static string Href(AuditFilter any, string? at = null) => PageQuery.At(Path, any.Write(), at);
}
