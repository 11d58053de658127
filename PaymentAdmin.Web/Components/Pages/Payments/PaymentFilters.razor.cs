using System.Globalization;
using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;

namespace PaymentAdmin.Web.Components.Pages.Payments;

/// <summary>The filter as chips. What is ticked in an open panel is a draft; closing the panel puts it into the address.</summary>
public sealed partial class PaymentFilters
{
    private string? shownFilter;
    private PaymentFilter draft = PaymentFilter.All;
    private string? amountFromError;
    private string? amountToError;

    [Inject]
    private ProviderRegistry Providers { get; set; } = null!;

    [Parameter, EditorRequired]
    public PaymentFilter Filter { get; set; } = PaymentFilter.All;

    [Parameter]
    public IReadOnlyList<string> Columns { get; set; } = [];

    /// <summary>The saved view that the list was opened with.</summary>
    [Parameter]
    public Guid? ViewId { get; set; }

    /// <summary>Every payment, with the columns as they are.</summary>
    [Parameter, EditorRequired]
    public string ClearHref { get; set; } = "";

    [Parameter]
    public EventCallback<IReadOnlyList<string>> OnColumns { get; set; }

    [Parameter, EditorRequired]
    public PaymentChoices Choices { get; set; } = PaymentChoices.None;

    [Parameter, EditorRequired]
    public EventCallback<PaymentFilter> OnChange { get; set; }

    private IEnumerable<string> CurrencyCodes => Providers.All.SelectMany(provider => provider.Profile.Currencies).Concat(Filter.Currencies).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private string? AmountText => (Filter.AmountFrom, Filter.AmountTo) switch
    {
        (null, null) => null,
        ({ } from, null) => $"from {Plain(from)}",
        (null, { } to) => $"up to {Plain(to)}",
        ({ } from, { } to) => $"{Plain(from)} – {Plain(to)}",
    };

    protected override void OnParametersSet()
    {
        // A refresh of the page must not take away what is being ticked.
        var text = Filter.ToQueryString();
        if (text == shownFilter)
            return;
        shownFilter = text;
        draft = Filter;
        amountFromError = amountToError = null;
    }

    private Task ApplyAsync() => draft.ToQueryString() == shownFilter ? Task.CompletedTask : Change(draft);

    private Task Change(PaymentFilter next) => OnChange.InvokeAsync(next);

    private void SetAmountFrom(object? value)
    {
        if (TryAmount(value, out var amount, out amountFromError))
            draft = draft with { AmountFrom = amount };
    }

    private void SetAmountTo(object? value)
    {
        if (TryAmount(value, out var amount, out amountToError))
            draft = draft with { AmountTo = amount };
    }

    private static bool TryAmount(object? value, out decimal? amount, out string? error)
    {
        var reader = new QueryReader([KeyValuePair.Create("amount", string.Concat((value as string ?? "").Where(c => !char.IsWhiteSpace(c))).Replace(',', '.'))]);
        amount = reader.Amount("amount");
        error = reader.Finish([]) is null ? null : "Write it like 5000.00";
        return error is null;
    }

    private static IReadOnlyList<T> Toggled<T>(IReadOnlyList<T> list, T value) => list.Contains(value) ? [.. list.Where(one => !Equals(one, value))] : [.. list.Append(value).Order()];

    private static string? Joined<T>(IEnumerable<T> values) => string.Join(", ", values) is { Length: > 0 } text ? text : null;

    private static string? Trimmed(object? value) => (value as string)?.Trim() is { Length: > 0 } text ? text : null;

    private static string Plain(decimal amount) => amount.ToString("#,0.###", CultureInfo.InvariantCulture).Replace(',', '\u00a0');
}
