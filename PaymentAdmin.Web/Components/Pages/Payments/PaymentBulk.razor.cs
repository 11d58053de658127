using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Web.Components.Layout;

namespace PaymentAdmin.Web.Components.Pages.Payments;

/// <summary>
/// What can be done to several payments at once: their sum, their file, and a question to their providers. Nothing that moves money: a refund is
/// asked for one by one.
/// </summary>
public sealed partial class PaymentBulk : IDisposable
{
    private readonly CancellationTokenSource left = new();
    private CancellationTokenSource? asking;
    private bool isAsking;
    private int done;
    private string? said;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private SettlePayment Settle { get; set; } = null!;

    [Parameter, EditorRequired]
    public IReadOnlyList<PaymentRow> Picked { get; set; } = [];

    [Parameter, EditorRequired]
    public string ExportHref { get; set; } = "";

    [Parameter]
    public EventCallback OnClear { get; set; }

    private IEnumerable<CurrencyTotal> Totals => Picked
        .GroupBy(row => row.Currency, StringComparer.Ordinal)
        .OrderBy(group => group.Key, StringComparer.Ordinal)
        .Select(group => new CurrencyTotal(group.Key, group.Count(), group.Sum(row => row.AmountMinor)));

    public void Dispose()
    {
        left.Cancel();
        left.Dispose();
    }

    /// <summary>One after the other, so that no provider is flooded; leaving the page, or Stop, ends it between two payments.</summary>
    private async Task AskAsync()
    {
        if (isAsking || Frame is not { TenantId: { } tenantId })
            return;
        (isAsking, done, said) = (true, 0, null);
        using var run = CancellationTokenSource.CreateLinkedTokenSource(left.Token);
        asking = run;
        var (asked, total) = (0, Picked.Count);
        try
        {
            foreach (var row in Picked.ToList())
            {
                run.Token.ThrowIfCancellationRequested();
                if (await Settle.VerifyAsync(tenantId, row.Mode, row.Id, Frame.ToActor(), run.Token) is { IsOk: true, Value: true })
                    asked++;
                done++;
                StateHasChanged();
            }
        }
        catch (OperationCanceledException) when (run.IsCancellationRequested)
        {
            // Each payment was asked about, or was not.
        }
        finally
        {
            (isAsking, asking) = (false, null);
        }
        said = Said(asked, total);
    }

    private string Said(int asked, int total) => (asked, done - asked) switch
    {
        _ when done < total => $"Stopped after {done} of {total}: {asked} asked.",
        (_, 0) => asked == 1 ? "Asked; the row shows what is known now." : $"All {asked} asked; the rows show what is known now.",
        (0, _) => "None asked: they are settled, cannot be asked, or were asked within five seconds.",
        var (_, others) => $"{asked} asked. {others} are settled, cannot be asked, or were asked within five seconds.",
    };

    private void Stop() => asking?.Cancel();
}
