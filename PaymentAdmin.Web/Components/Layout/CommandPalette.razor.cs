using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Web.Components.Layout;

/// <summary>One line of the palette: somewhere to go, or something that the browser does itself.</summary>
public sealed record PaletteItem(string Icon, string Title, string Detail, string? Href = null, string? Action = null, bool IsDownload = false);

/// <summary>Pages by permission, records by any id or reference, and what the user may do from anywhere.</summary>
public sealed partial class CommandPalette : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(120);

    private readonly CancellationTokenSource left = new();
    private CancellationTokenSource? looking;
    private IReadOnlyList<FoundRecord> records = [];
    private string text = "";
    private bool isLooking;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private FindAnything Find { get; set; } = null!;

    private IReadOnlyList<PaletteItem> Items => Frame is null ? [] : [.. records.Where(record => record.IsExact).Select(Of), .. Fixed.Where(Matches), .. records.Where(record => !record.IsExact).Select(Of)];

    private IEnumerable<PaletteItem> Fixed
    {
        get
        {
            var mode = "mode=" + Words.Of(Frame!.Mode);
            foreach (var item in PortalMenu.For(Frame.Role).SelectMany(group => group.Items))
                yield return new(item.Icon, item.Text, item.Key is null ? "page" : $"page, g {item.Key}", item.Href);
            yield return new("flag", "Payments in review", "list", $"/payments?{mode}&status=in_review");
            if (Frame.IsAllowed(Permissions.TestConsole) && PortalMenu.Routes.Contains("/test-console"))
                yield return new("science", "Make a test payment", "do", "/test-console");
            if (Frame.IsAllowed(Permissions.Export))
                yield return new("download", "Export payments as CSV", "do", $"/export/payments.csv?{mode}", IsDownload: true);
            if (Frame.IsAllowed(Permissions.WebhooksRead))
                yield return new("gpp_bad", "Rejected deliveries", "list", $"/webhooks?{mode}&view=rejected");
            yield return new("contrast", "Switch between light and dark", "do", Action: "theme");
            yield return new("keyboard", "Keyboard shortcuts", "do", Action: "keys");
        }
    }

    public void Dispose()
    {
        looking?.Cancel();
        looking?.Dispose();
        left.Cancel();
        left.Dispose();
    }

    /// <summary>Each key asks anew a moment later; what an earlier one asked is given up.</summary>
    private async Task FindAsync(string? typed)
    {
        text = typed ?? "";
        looking?.Cancel();
        looking = null;
        records = [];
        if (Frame is not { TenantId: { } tenantId } || text.Trim().Length < FindAnything.LengthMin)
        {
            isLooking = false;
            return;
        }
        using var own = CancellationTokenSource.CreateLinkedTokenSource(left.Token);
        looking = own;
        isLooking = true;
        try
        {
            await Task.Delay(Pause, TimeProvider.System, own.Token);
            var found = await Find.RunAsync(new SearchScope(tenantId, Frame.Mode, Frame.Zone), text, Frame.Role, own.Token);
            if (looking == own)
                (records, isLooking) = (found, false);
        }
        catch (OperationCanceledException) when (own.IsCancellationRequested)
        {
            // More was typed meanwhile.
        }
        finally
        {
            if (looking == own)
                looking = null;
        }
    }

    private bool Matches(PaletteItem item) => text.Trim() is { Length: 0 } || text.Split(' ', StringSplitOptions.RemoveEmptyEntries).All(word => item.Title.Contains(word, StringComparison.OrdinalIgnoreCase));

    private PaletteItem Of(FoundRecord record)
    {
        var mode = "mode=" + Words.Of(Frame!.Mode);
        return record.Kind switch
        {
            FoundKind.Refund => new("undo", record.Title, record.Detail, $"/payments/{record.PaymentId}?{mode}"),
            FoundKind.Webhook => new("webhook", record.Title, record.Detail, $"/webhooks/{record.Id}?{mode}"),
            FoundKind.Proof => new("fact_check", record.Title, record.Detail, $"/proofs/{record.Id}?{mode}"),
            FoundKind.Shop => new("storefront", record.Title, record.Detail, $"/payments?{mode}&shop_id={record.Title.Split(' ')[^1]}"),
            _ => new("payments", record.Title, record.Detail, $"/payments/{record.Id}?{mode}"),
        };
    }
}
