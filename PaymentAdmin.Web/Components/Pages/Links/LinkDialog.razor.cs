using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Links;
using PaymentAdmin.Web.Components.Layout;
using Radzen;

namespace PaymentAdmin.Web.Components.Pages.Links;

/// <summary>Makes a link. Closes with the <see cref="PaymentLinkObject"/>.</summary>
public sealed partial class LinkDialog
{
    private readonly Dictionary<string, string> errors = new(StringComparer.Ordinal);
    private List<(int Number, string? Name)> shops = [];
    private bool isOpen;
    private string? amount;
    private string? min;
    private string? max;
    private string currency = "KZT";
    private string? description;
    private LinkUse use;
    private string? reference;
    private DateOnly? lastDay;
    private string? shop;
    private string? returnUrl;
    private string? problem;
    private bool isSaving;

    [Parameter, EditorRequired]
    public PortalFrame? Frame { get; set; }

    [Inject]
    private PaymentLinks Links { get; set; } = null!;

    [Inject]
    private PaymentStore Store { get; set; } = null!;

    [Inject]
    private DialogService Dialogs { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        if (Frame?.TenantId is not { } tenantId)
            return;
        currency = await Store.ReadAsync(db => db.Tenants.Where(row => row.Id == tenantId).Select(row => row.Currency).SingleAsync(), CancellationToken.None);
        var rows = await Store.ReadAsync(db => db.Shops.Where(row => row.TenantId == tenantId).OrderBy(row => row.Number).Take(500).Select(row => new { row.Number, row.Name }).ToListAsync(), CancellationToken.None);
        shops = rows.ConvertAll(row => (row.Number, row.Name));
    }

    private string? Error(string member) => errors.GetValueOrDefault(member);

    private string? Invalid(string member) => errors.ContainsKey(member) ? "true" : null;

    private async Task SaveAsync()
    {
        if (isSaving || Frame is not { TenantId: { } tenantId } || !Frame.IsAllowed(Permissions.PaymentsWrite))
            return;
        errors.Clear();
        problem = null;
        var link = new NewPaymentLink
        {
            TenantId = tenantId,
            Mode = Frame.Mode,
            AmountMinor = isOpen ? null : Minor("amount_minor", amount),
            MinMinor = isOpen ? Minor("min_minor", min) : null,
            MaxMinor = isOpen ? Minor("max_minor", max) : null,
            Currency = currency,
            Description = description,
            Use = use,
            ExpiresAt = EndOf(lastDay),
            ShopId = int.TryParse(shop, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null,
            OrderReference = string.IsNullOrWhiteSpace(reference) ? null : reference.Trim(),
            ReturnUrl = string.IsNullOrWhiteSpace(returnUrl) ? null : returnUrl.Trim(),
        };
        if (errors.Count > 0)
            return;
        isSaving = true;
        try
        {
            var created = await Links.CreateAsync(link, Frame.ToActor(), CancellationToken.None);
            if (created.IsOk)
            {
                Dialogs.Close(created.Value);
                return;
            }
            foreach (var (member, texts) in created.Problem!.Errors ?? new Dictionary<string, string[]>())
                errors[member] = $"It {string.Join(", ", texts)}.";
            if (created.Problem.Code == Codes.ReturnUrlNotAllowed)
                errors["return_url"] = "Its origin is none of your return origins, or it is no plain https address.";
            problem = errors.Count > 0 ? null : created.Problem.Detail;
        }
        finally
        {
            isSaving = false;
        }
    }

    private long? Minor(string member, string? text)
    {
        if (MoneyInput.Fault(text, currency, out var money) is not { } fault)
            return money.Minor;
        errors[member] = fault;
        return null;
    }

    /// <summary>The beginning of the day after, on the tenant's clock.</summary>
    private DateTimeOffset? EndOf(DateOnly? day)
    {
        if (day is not { } last || Frame is null)
            return null;
        var midnight = last.AddDays(1).ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(midnight, Frame.Zone.GetUtcOffset(midnight));
    }
}
