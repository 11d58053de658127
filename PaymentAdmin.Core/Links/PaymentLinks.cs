using System.Text.Json;
using FluentValidation;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Links;

/// <summary>A link to be made. Members are named as the API names them (snake_case there). Either an amount, or both bounds.</summary>
public sealed record NewPaymentLink
{
    public required Guid TenantId { get; init; }
    public required Mode Mode { get; init; }
    public long? AmountMinor { get; init; }
    public long? MinMinor { get; init; }
    public long? MaxMinor { get; init; }
    public required string Currency { get; init; }
    public string? Description { get; init; }
    public LinkUse Use { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }
    public int? ShopId { get; init; }
    public string? OrderReference { get; init; }
    public string? ReturnUrl { get; init; }

    /// <summary>Id that an idempotency key has set aside.</summary>
    public Guid? LinkId { get; init; }
}

/// <summary>A link as integrators and the portal see it.</summary>
/// <param name="PaidCount">Payments of it that succeeded.</param>
/// <param name="PaymentId">Of a link for one payment: the payment that is open or has succeeded.</param>
public sealed record PaymentLinkObject(
    Guid Id,
    string Mode,
    string Url,
    string Status,
    string Use,
    long? AmountMinor,
    long? MinMinor,
    long? MaxMinor,
    string Currency,
    string? Description,
    int? ShopId,
    string OrderReference,
    string? ReturnUrl,
    DateTimeOffset? ExpiresAt,
    int PaidCount,
    Guid? PaymentId,
    DateTimeOffset CreatedAt,
    DateTimeOffset? DisabledAt);

public sealed record PaymentLinkPage(IReadOnlyList<PaymentLinkObject> Rows, string? NextCursor);

public sealed class NewPaymentLinkValidator : AbstractValidator<NewPaymentLink>
{
    /// <summary>A payment of a link for many has a hyphen and seven characters more.</summary>
    public const int MultiReferenceMax = 56;

    public NewPaymentLinkValidator(TimeProvider clock)
    {
        RuleFor(link => link.AmountMinor).Must(minor => minor is null or (>= 1 and <= Money.MinorMax)).WithMessage("must be a whole number of minor units from 1 to 999999999999").OverridePropertyName("amount_minor");
        RuleFor(link => link.AmountMinor).Must((link, minor) => minor is null == (link.MinMinor is not null && link.MaxMinor is not null)).WithMessage("is required, or else min_minor and max_minor together").OverridePropertyName("amount_minor");
        RuleFor(link => link.MinMinor).Must((link, minor) => link.AmountMinor is null || minor is null).WithMessage("goes without amount_minor only").OverridePropertyName("min_minor");
        RuleFor(link => link.MinMinor).Must(minor => minor is null or (>= 1 and <= Money.MinorMax)).WithMessage("must be a whole number of minor units from 1 to 999999999999").OverridePropertyName("min_minor");
        RuleFor(link => link.MaxMinor).Must((link, minor) => link.AmountMinor is null || minor is null).WithMessage("goes without amount_minor only").OverridePropertyName("max_minor");
        RuleFor(link => link.MaxMinor).Must((link, minor) => minor is null || (minor <= Money.MinorMax && minor >= link.MinMinor)).WithMessage("must not be less than min_minor, nor more than 999999999999").OverridePropertyName("max_minor");
        RuleFor(link => link.Currency).Must(code => code is { Length: 3 } && code.All(char.IsAsciiLetterUpper)).WithMessage("must be a code of three capital letters (ISO 4217)").OverridePropertyName("currency");
        RuleFor(link => link.Description).Must(text => Texts.Fault(text, 255) is null).WithMessage("may have 255 characters, none of them control characters").OverridePropertyName("description");
        RuleFor(link => link.OrderReference).Must((link, text) => text is null || Texts.Fault(text, link.Use == LinkUse.Single ? 64 : MultiReferenceMax, isRequired: true) is null).WithMessage($"must have 1 to 64 characters, {MultiReferenceMax} for use multi, none of them control characters").OverridePropertyName("order_reference");
        RuleFor(link => link.ExpiresAt).Must(at => at is null || at > clock.GetUtcNow()).WithMessage("must be in the future").OverridePropertyName("expires_at");
    }
}

/// <summary>Makes, lists and switches off payment links of one tenant and mode.</summary>
public sealed class PaymentLinks(PaymentStore store, ReturnUrls returnUrls, Deployment deployment, IdSource ids, TimeProvider clock)
{
    private readonly NewPaymentLinkValidator validator = new(clock);

    public async Task<Result<PaymentLinkObject>> CreateAsync(NewPaymentLink asked, Actor actor, CancellationToken cancellationToken)
    {
        if (Permissions.Missing(actor, Permissions.PaymentsWrite) is { } missing)
            return missing;
        if ((await validator.ValidateAsync(asked, cancellationToken)).ToProblem() is { } invalid)
            return invalid;
        if (!Currency.IsKnown(asked.Currency))
            return new Problem(Codes.CurrencyNotSupported, $"The currency {asked.Currency} is not known here.");
        if (deployment.LiveProblem(asked.Mode) is { } refused)
            return refused;
        return await store.WriteAsync<PaymentLinkObject>(
            async db =>
            {
                if (asked.LinkId is { } reserved && await db.PaymentLinks.FirstOrDefaultAsync(row => row.Id == reserved, cancellationToken) is { } repeated)
                    return await ObjectOfAsync(db, repeated, cancellationToken);
                if (asked.ShopId is { } number && !await db.Shops.AnyAsync(row => row.TenantId == asked.TenantId && row.Number == number, cancellationToken))
                    return new Problem(Codes.ProviderNotConfigured, $"Shop {number} does not exist.");
                var tenant = await db.Tenants.AsNoTracking().SingleAsync(row => row.Id == asked.TenantId, cancellationToken);
                if (returnUrls.Check("return_url", asked.ReturnUrl, tenant, asked.Mode) is { } astray)
                    return astray;
                var now = clock.GetUtcNow();
                var link = new PaymentLink
                {
                    Id = asked.LinkId ?? ids.NewId(),
                    TenantId = asked.TenantId,
                    Mode = asked.Mode,
                    Token = IdSource.NewToken(),
                    Use = asked.Use,
                    AmountMinor = asked.AmountMinor,
                    MinMinor = asked.MinMinor,
                    MaxMinor = asked.MaxMinor,
                    Currency = asked.Currency,
                    Description = string.IsNullOrWhiteSpace(asked.Description) ? null : asked.Description.Trim(),
                    ShopNumber = asked.ShopId,
                    OrderReference = asked.OrderReference ?? $"LINK-{PaymentCode.New()}",
                    ReturnUrl = asked.ReturnUrl,
                    ExpiresAt = asked.ExpiresAt,
                    CreatedAt = now,
                    CreatedBy = $"{Words.Of(actor.Kind)}:{actor.Id}",
                    AnswerableUserId = actor.AnswerableUserId,
                };
                db.PaymentLinks.Add(link);
                Audit(db, link, "payment_link.created", actor, now);
                return ObjectOf(link, paid: 0, paymentId: null, now);
            },
            cancellationToken);
    }

    /// <summary>Null when there is none, or it is another tenant's or mode's.</summary>
    public Task<PaymentLinkObject?> FindAsync(Guid tenantId, Mode mode, Guid id, CancellationToken cancellationToken) => store.ReadAsync(
        async db => await db.PaymentLinks.FirstOrDefaultAsync(row => row.Id == id && row.TenantId == tenantId && row.Mode == mode, cancellationToken) is { } link ? await ObjectOfAsync(db, link, cancellationToken) : null,
        cancellationToken);

    /// <summary>Newest first.</summary>
    public async Task<Result<PaymentLinkPage>> ListAsync(Guid tenantId, Mode mode, string? cursor, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, PaymentSearch.PageSizeMax);
        var binding = $"payment-links {tenantId} {mode}";
        var read = KeysetCursor.Read(cursor, binding);
        if (!read.IsOk)
            return read.Problem!;
        return await store.ReadAsync(
            async db =>
            {
                var links = db.PaymentLinks.Where(row => row.TenantId == tenantId && row.Mode == mode);
                if (read.Value is { } after)
                    links = links.Where(row => row.CreatedAt <= after.At && (row.CreatedAt < after.At || row.Id < after.Id));
                var page = await links.OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id).Take(limit + 1).ToListAsync(cancellationToken);
                var hasMore = page.Count > limit;
                if (hasMore)
                    page.RemoveAt(limit);
                var rows = await ObjectsOfAsync(db, page, cancellationToken);
                return new PaymentLinkPage(rows, hasMore ? new KeysetCursor(page[^1].CreatedAt, page[^1].Id, IsNewer: false).ToText(binding) : null);
            },
            cancellationToken);
    }

    /// <summary>Nobody can press Pay any more. Payments that were made by it go on. Switching off twice changes nothing.</summary>
    public Task<Result<PaymentLinkObject>> DisableAsync(Guid tenantId, Mode mode, Guid id, Actor actor, CancellationToken cancellationToken)
    {
        if (Permissions.Missing(actor, Permissions.PaymentsWrite) is { } missing)
            return Task.FromResult<Result<PaymentLinkObject>>(missing);
        return store.WriteAsync<PaymentLinkObject>(
            async db =>
            {
                var link = await db.PaymentLinks.FirstOrDefaultAsync(row => row.Id == id && row.TenantId == tenantId && row.Mode == mode, cancellationToken);
                if (link is null)
                    return new Problem(Codes.NotFound, "No such payment link.");
                if (link.DisabledAt is null)
                {
                    var now = clock.GetUtcNow();
                    link.Disable(actor.Name, now);
                    Audit(db, link, "payment_link.disabled", actor, now);
                }
                return await ObjectOfAsync(db, link, cancellationToken);
            },
            cancellationToken);
    }

    private async Task<PaymentLinkObject> ObjectOfAsync(PaymentDb db, PaymentLink link, CancellationToken cancellationToken) => (await ObjectsOfAsync(db, [link], cancellationToken))[0];

    private async Task<List<PaymentLinkObject>> ObjectsOfAsync(PaymentDb db, List<PaymentLink> links, CancellationToken cancellationToken)
    {
        var linkIds = links.ConvertAll(link => (Guid?)link.Id);
        var paid = await db.Payments.Where(row => linkIds.Contains(row.LinkId) && row.Status == PaymentStatus.Succeeded).GroupBy(row => row.LinkId).Select(group => new { LinkId = group.Key, Count = group.Count() }).ToListAsync(cancellationToken);
        var claims = await db.Payments.Where(row => linkIds.Contains(row.LinkClaim)).Select(row => new { row.LinkClaim, row.Id }).ToListAsync(cancellationToken);
        var now = clock.GetUtcNow();
        return links.ConvertAll(link => ObjectOf(link, paid.Find(row => row.LinkId == link.Id)?.Count ?? 0, claims.Find(row => row.LinkClaim == link.Id)?.Id, now));
    }

    private PaymentLinkObject ObjectOf(PaymentLink link, int paid, Guid? paymentId, DateTimeOffset now) => new(
        link.Id,
        Words.Of(link.Mode),
        $"{deployment.PublicUrl}/l/{link.Token}",
        Words.Of(link.StatusAt(now, paid > 0)),
        Words.Of(link.Use),
        link.AmountMinor,
        link.MinMinor,
        link.MaxMinor,
        link.Currency,
        link.Description,
        link.ShopNumber,
        link.OrderReference,
        link.ReturnUrl,
        link.ExpiresAt,
        paid,
        paymentId,
        link.CreatedAt,
        link.DisabledAt);

    private static void Audit(PaymentDb db, PaymentLink link, string action, Actor actor, DateTimeOffset now)
    {
        var seen = new { mode = Words.Of(link.Mode), use = Words.Of(link.Use), amount_minor = link.AmountMinor, min_minor = link.MinMinor, max_minor = link.MaxMinor, currency = link.Currency, shop_id = link.ShopNumber, order_reference = link.OrderReference, return_url = link.ReturnUrl, expires_at = link.ExpiresAt, disabled_at = link.DisabledAt };
        db.AuditEntries.Add(AuditEntry.By(actor, link.TenantId, now, action, "payment_link", link.Id.ToString(), after: JsonSerializer.Serialize(seen)));
    }
}
