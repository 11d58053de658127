using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Links;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Shared;
using Radzen;

namespace PaymentAdmin.Web.Components.Pages.Links;

/// <summary>The tenant's payment links, newest first: made, shown with their QR code, switched off.</summary>
public sealed partial class LinkList : IDisposable
{
    private const int Rows = 50;

    private readonly CancellationTokenSource leaving = new();
    private PaymentLinkPage? page;
    private string? said;
    private string? problem;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [SupplyParameterFromQuery]
    private string? Cursor { get; set; }

    [Inject]
    private PaymentLinks Links { get; set; } = null!;

    [Inject]
    private DialogService Dialogs { get; set; } = null!;

    private bool MayWrite => Frame is { TenantId: not null } && Frame.IsAllowed(Permissions.PaymentsWrite);

    protected override Task OnParametersSetAsync() => LoadAsync();

    public void Dispose()
    {
        leaving.Cancel();
        leaving.Dispose();
    }

    private async Task LoadAsync()
    {
        if (Frame?.TenantId is not { } tenantId || leaving.IsCancellationRequested)
        {
            page ??= new PaymentLinkPage([], null);
            return;
        }
        var read = await Links.ListAsync(tenantId, Frame.Mode, Cursor, Rows, leaving.Token);
        // An address of another mode or tenant begins at the newest.
        page = read.IsOk ? read.Value : (await Links.ListAsync(tenantId, Frame.Mode, cursor: null, Rows, leaving.Token)).Value;
    }

    private async Task AddAsync()
    {
        (said, problem) = (null, null);
        var made = await Dialogs.OpenAsync<LinkDialog>("New payment link", new Dictionary<string, object?>(StringComparer.Ordinal) { [nameof(LinkDialog.Frame)] = Frame }, new DialogOptions { Width = "520px", CloseDialogOnEsc = true, AutoFocusFirstElement = true });
        if (made is not PaymentLinkObject link)
            return;
        await LoadAsync();
        await ShowAsync(link);
    }

    private async Task ShowAsync(PaymentLinkObject link) =>
        await Dialogs.OpenAsync<LinkShare>("Share this link", new Dictionary<string, object?>(StringComparer.Ordinal) { [nameof(LinkShare.Link)] = link }, new DialogOptions { Width = "440px", CloseDialogOnEsc = true });

    private async Task DisableAsync(PaymentLinkObject link)
    {
        if (Frame is not { TenantId: { } tenantId })
            return;
        (said, problem) = (null, null);
        var subject = new ConfirmSubject { AmountMinor = link.AmountMinor, Currency = link.AmountMinor is null ? null : link.Currency, Mode = Frame.Mode, More = [("Order reference", link.OrderReference), ("For", link.Description)] };
        var isDone = await Dialogs.ConfirmAsync(
            "Switch this link off?",
            subject,
            "Switch off",
            async () => (await Links.DisableAsync(tenantId, Frame.Mode, link.Id, Frame.ToActor(), CancellationToken.None)).Problem?.Detail,
            "Nobody can press Pay on it any more. Payments that were made by it go on.",
            isDanger: true,
            testId: "link-disable");
        if (!isDone)
            return;
        said = $"The link of {link.OrderReference} is off.";
        await LoadAsync();
    }

    private static ChipLook LookOf(string status) => Words.Find<LinkStatus>(status) switch
    {
        LinkStatus.Active => new(Tone.Green, "check_circle", "Active"),
        LinkStatus.Used => new(Tone.Teal, "done_all", "Used"),
        LinkStatus.Expired => new(Tone.Grey, "timer_off", "Expired"),
        _ => new(Tone.Grey, "block", "Switched off"),
    };

    private static void NameRow(RowRenderEventArgs<PaymentLinkObject> row) => row.Attributes["data-testid"] = "links-row";
}
