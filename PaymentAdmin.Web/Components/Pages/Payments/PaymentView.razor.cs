using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Secrets;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Shared;

namespace PaymentAdmin.Web.Components.Pages.Payments;

/// <summary>One payment: its money, its states, what happened, what happens next, and what can be done about it. Follows the database while it is open.</summary>
public sealed partial class PaymentView : IDisposable
{
    private readonly CancellationTokenSource left = new();
    private LiveRefresh? live;
    private PaymentDetail? detail;
    private (Guid Id, Guid? Tenant) shown;
    private (Tone Tone, string Text)? said;
    private bool isMissing;
    private bool isNoting;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private PaymentDetails Details { get; set; } = null!;

    [Inject]
    private ProviderRegistry Providers { get; set; } = null!;

    [Inject]
    private LiveUpdates Updates { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [Parameter]
    public Guid Id { get; set; }

    private Payment Payment => detail!.Payment;

    private string? Payer => SecretMask.Phone(detail!.Shown?.PayerPhone ?? Payment.CustomerPhone) ?? SecretMask.Email(Payment.CustomerEmail) ?? Payment.CustomerName;

    private IReadOnlyList<MoneyCell> Money =>
    [
        new("Expected", Payment.AmountMinor),
        new("Received", Payment.ReceivedMinor),
        new("Refunded", -Payment.RefundedMinor),
        new("Refund waiting", -detail!.RefundWaitingMinor),
        new("Disputed", -Payment.DisputedMinor),
        new("Refundable", Payment.RefundableMinor, IsKey: true),
    ];

    private RenderFragment? NextText => NextStep.For(detail!, Providers, Frame?.Zone ?? TimeZoneInfo.Utc, Time.GetUtcNow()) is { } text ? builder => builder.AddContent(0, text) : null;

    protected override void OnInitialized() =>
        live = new LiveRefresh(Updates, TimeSpan.FromMilliseconds(200), update => update.PaymentId == Id, () => InvokeAsync(FollowAsync));

    protected override async Task OnParametersSetAsync()
    {
        var now = (Id, Frame?.TenantId);
        if (shown == now)
            return;
        shown = now;
        (detail, said, isMissing, isNoting) = (null, null, false, false);
        await ReadAsync();
        // The frame is that of the payment: a test payment is never seen without the test frame round it.
        if (detail is not null && Frame is not null && Frame.Mode != Payment.Mode)
            Navigation.NavigateTo(PageQuery.PaymentHref(Id, Payment.Mode), replace: true);
    }

    public void Dispose()
    {
        live?.Dispose();
        left.Cancel();
        left.Dispose();
    }

    private async Task ReadAsync()
    {
        var id = Id;
        var read = Frame is { TenantId: { } tenantId } ? await Details.FindAsync(tenantId, id, left.Token) : null;
        if (id != Id)
            return;
        detail = read;
        isMissing = read is null;
    }

    private async Task FollowAsync()
    {
        await ReadAsync();
        StateHasChanged();
    }

    private Task SayAsync((Tone Tone, string Text)? words)
    {
        said = words;
        return ReadAsync();
    }

    private Task NotedAsync()
    {
        isNoting = false;
        return ReadAsync();
    }

    /// <summary>"Kaspi phone push to +7 7•• ••• 77 20"</summary>
    private string Way(PaymentAttempt attempt)
    {
        var method = PaymentWords.OfMethod(attempt.Method).ToLowerInvariant();
        return SecretMask.Phone(attempt.PayerPhone) is { } phone && attempt.Method == "phone" ? $"{Providers.NameOf(attempt.Provider)} {method} to {phone}" : $"{Providers.NameOf(attempt.Provider)} {method}";
    }
}
