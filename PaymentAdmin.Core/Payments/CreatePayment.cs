using System.Text.Json;
using FluentValidation;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Links;
using PaymentAdmin.Core.Risk;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Payments;

/// <summary>A payment to be made. Members are named as the API names them (snake_case there).</summary>
public sealed record CreatePaymentRequest
{
    public required Guid TenantId { get; init; }
    public required Mode Mode { get; init; }
    public int? ShopId { get; init; }
    public required string OrderReference { get; init; }
    public required long AmountMinor { get; init; }
    public required string Currency { get; init; }
    public string? Description { get; init; }
    public string? CustomerId { get; init; }
    public string? CustomerEmail { get; init; }
    public string? CustomerName { get; init; }
    public string? CustomerPhone { get; init; }
    public string? Provider { get; init; }
    public string? Method { get; init; }
    public string? ReturnUrl { get; init; }
    public string? CancelUrl { get; init; }
    public PaymentKind Kind { get; init; }
    public bool Guest { get; init; }
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
    public int? ExpiresInMinutes { get; init; }

    /// <summary>The id that an idempotency key has set aside: a continued request finds its payment by it.</summary>
    public Guid? PaymentId { get; init; }

    /// <summary>The link that is being paid; it is judged again inside the transaction.</summary>
    public Guid? LinkId { get; init; }

    /// <summary>What a repetition without an Idempotency-Key is recognised by (source system 001); null: every request is a new payment.</summary>
    public RepeatRule? Repeat { get; init; }
}

/// <summary>A payment of this name, not final and younger than the window, is answered again instead of a second one.</summary>
public sealed record RepeatRule(string Name, TimeSpan Window);

/// <param name="IsRepeat">The payment existed already; nothing was created.</param>
public sealed record CreatedPayment(Guid PaymentId, Guid? AttemptId, bool IsRepeat);

public sealed class CreatePaymentValidator : AbstractValidator<CreatePaymentRequest>
{
    public CreatePaymentValidator()
    {
        RuleFor(request => request.OrderReference).Must(text => Texts.Fault(text, 64, isRequired: true) is null).WithMessage("must have 1 to 64 characters, none of them control characters").OverridePropertyName("order_reference");
        RuleFor(request => request.AmountMinor).InclusiveBetween(1, Money.MinorMax).WithMessage("must be a whole number of minor units from 1 to 999999999999").OverridePropertyName("amount_minor");
        RuleFor(request => request.Currency).Must(code => code is { Length: 3 } && code.All(char.IsAsciiLetterUpper)).WithMessage("must be a code of three capital letters (ISO 4217)").OverridePropertyName("currency");
        Text(request => request.Description, "description", 255);
        Text(request => request.CustomerId, "customer.id", 255);
        Text(request => request.CustomerName, "customer.name", 255);
        RuleFor(request => request.CustomerEmail).Must(email => email is null || Texts.IsEmail(email)).WithMessage("is no e-mail address").OverridePropertyName("customer.email");
        RuleFor(request => request.CustomerPhone).Must(phone => phone is null || Texts.IsPhone(phone)).WithMessage("must be a phone number of 9 to 20 characters: digits, spaces, brackets and hyphens, a plus in front").OverridePropertyName("customer.phone");
        RuleFor(request => request.Method).Must(method => method is null || PaymentMethods.All.Contains(method)).WithMessage($"must be one of {string.Join(", ", PaymentMethods.All)}").OverridePropertyName("method");
        RuleFor(request => request.ExpiresInMinutes).InclusiveBetween(5, 43_200).WithMessage("must be from 5 to 43200").OverridePropertyName("expires_in_minutes");
        RuleFor(request => request.Metadata).Must(map => map is null || (map.Count <= 50 && map.All(pair => Texts.Fault(pair.Key, 40, isRequired: true) is null && Texts.Fault(pair.Value, 500) is null)))
            .WithMessage("may have 50 keys of 40 characters with texts of 500").OverridePropertyName("metadata");
    }

    private void Text(System.Linq.Expressions.Expression<Func<CreatePaymentRequest, string?>> member, string name, int max) =>
        RuleFor(member).Must(text => Texts.Fault(text, max) is null).WithMessage($"may have {max} characters, none of them control characters").OverridePropertyName(name);
}

/// <summary>Creates a payment and, when a provider is named, starts its checkout at once.</summary>
public sealed class CreatePayment(PaymentStore store, StartAttempt startAttempt, ApplyObservation apply, ReturnUrls returnUrls, ScorePayment risk, Deployment deployment, IdSource ids, TimeProvider clock, FailPoints failPoints)
{
    private static readonly CreatePaymentValidator Validator = new();

    public async Task<Result<CreatedPayment>> RunAsync(CreatePaymentRequest request, Actor actor, CancellationToken cancellationToken)
    {
        if (Check(request) is { } invalid)
            return invalid;
        Result<(CreatedPayment Created, PreparedAttempt? Prepared)> stored = await store.WriteAsync(db => InsertAsync(db, request, actor, cancellationToken), cancellationToken);
        if (!stored.IsOk)
            return stored.Problem!;
        await failPoints.HitAsync("create.row_committed");
        if (stored.Value.Prepared is { } prepared)
            await startAttempt.SendAsync(prepared, actor);
        return stored.Value.Created;
    }

    private Problem? Check(CreatePaymentRequest request)
    {
        var result = Validator.Validate(request);
        if (!result.IsValid)
            return Problem.Invalid(result.Errors.GroupBy(error => error.PropertyName).ToDictionary(group => group.Key, group => group.Select(error => error.ErrorMessage).Distinct().ToArray()));
        if (!Currency.IsKnown(request.Currency))
            return new Problem(Codes.CurrencyNotSupported, $"The currency {request.Currency} is not known here.");
        return deployment.LiveProblem(request.Mode);
    }

    private async Task<Result<(CreatedPayment, PreparedAttempt?)>> InsertAsync(PaymentDb db, CreatePaymentRequest request, Actor actor, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (request.PaymentId is { } reserved && await db.Payments.AnyAsync(payment => payment.Id == reserved, cancellationToken))
            return (new CreatedPayment(reserved, null, IsRepeat: true), null);
        if (request.Repeat is { } repeat)
        {
            await db.LockNameAsync(repeat.Name, cancellationToken);
            if (await FindRepeatAsync(db, request, repeat, now, cancellationToken) is { } earlier)
                return (new CreatedPayment(earlier.Id, earlier.AttemptId, IsRepeat: true), null);
        }

        PaymentLink? link = null;
        if (request.LinkId is { } linkId)
        {
            // One after the other: who comes between two of the questions below would find the order reference taken by the very payment that it is led to.
            await db.LockNameAsync($"payment link {linkId}", cancellationToken);
            link = await db.PaymentLinks.AsNoTracking().SingleAsync(row => row.Id == linkId, cancellationToken);
            var isPaid = await db.Payments.AnyAsync(row => row.LinkId == linkId && row.Status == PaymentStatus.Succeeded, cancellationToken);
            if (link.StatusAt(now, isPaid) is var status and not LinkStatus.Active)
                return new Problem(Codes.LinkNotUsable, $"The link is {Words.Of(status)}.");
            // Whoever has the address of a link for one payment goes on with that payment.
            if (await db.Payments.AsNoTracking().FirstOrDefaultAsync(row => row.LinkClaim == linkId, cancellationToken) is { } claimed)
                return (new CreatedPayment(claimed.Id, claimed.AttemptId, IsRepeat: true), null);
        }

        var tenant = await db.Tenants.AsNoTracking().SingleAsync(row => row.Id == request.TenantId, cancellationToken);
        if ((returnUrls.Check("return_url", request.ReturnUrl, tenant, request.Mode) ?? returnUrls.Check("cancel_url", request.CancelUrl, tenant, request.Mode)) is { } refused)
            return refused;
        // An origin that was taken back since the link was made leads nobody there any more; who wants to pay still may.
        if (link?.ReturnUrl is { } onward && returnUrls.Check("return_url", onward, tenant, request.Mode) is null)
            request = request with { ReturnUrl = onward };
        var shop = request.ShopId is { } number ? await db.Shops.AsNoTracking().FirstOrDefaultAsync(row => row.TenantId == request.TenantId && row.Number == number, cancellationToken) : null;
        if (request.ShopId is not null && shop is null)
            return new Problem(Codes.ShopNotConfigured, $"Shop {request.ShopId} does not exist.");
        var holder = await db.Payments.AsNoTracking()
            .Where(row => row.TenantId == request.TenantId && row.Mode == request.Mode && row.OrderReference == request.OrderReference && row.Status != PaymentStatus.Failed && row.Status != PaymentStatus.Cancelled && row.Status != PaymentStatus.Expired)
            .Select(row => (Guid?)row.Id).FirstOrDefaultAsync(cancellationToken);
        if (holder is not null)
            return new Problem(Codes.OrderReferenceInUse, $"An open or paid payment has the order reference '{request.OrderReference}'.") { PaymentId = holder };

        var payment = NewPayment(request, shop, link, actor, now);
        db.Payments.Add(payment);
        apply.Begin(db, payment, shown: null, actor, $"{MoneyFormat.Text(payment.AmountMinor, payment.Currency)} for {payment.OrderReference}, created by {actor.Name}", now);
        if (await risk.MarkAsync(db, payment, tenant.HoldRisky, cancellationToken))
            apply.Announce(db, payment, shown: null, "payment.exception", "risk", now);
        if (request.Provider is null)
            return (new CreatedPayment(payment.Id, null, IsRepeat: false), null);

        await db.SaveChangesAsync(cancellationToken);
        var prepared = await startAttempt.PrepareAsync(db, payment, new AttemptRequest(request.Provider, request.Method, request.CustomerPhone), cancellationToken);
        if (!prepared.IsOk)
            throw new RefusedException(prepared.Problem!);
        return (new CreatedPayment(payment.Id, prepared.Value.AttemptId, IsRepeat: false), prepared.Value);
    }

    private static Task<Payment?> FindRepeatAsync(PaymentDb db, CreatePaymentRequest request, RepeatRule repeat, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var since = now - repeat.Window;
        return db.Payments.AsNoTracking()
            .Where(row => row.TenantId == request.TenantId && row.Mode == request.Mode && row.RepeatName == repeat.Name && row.CreatedAt >= since
                && (row.Status == PaymentStatus.Created || row.Status == PaymentStatus.Pending || row.Status == PaymentStatus.InReview))
            .OrderByDescending(row => row.CreatedAt).FirstOrDefaultAsync(cancellationToken);
    }

    private Payment NewPayment(CreatePaymentRequest request, Shop? shop, PaymentLink? link, Actor actor, DateTimeOffset now) => new()
    {
        Id = request.PaymentId ?? ids.NewId(),
        TenantId = request.TenantId,
        Mode = request.Mode,
        Kind = request.Kind,
        IsGuest = request.Guest,
        OrderReference = request.OrderReference,
        PaymentCode = PaymentCode.New(),
        AmountMinor = request.AmountMinor,
        Currency = request.Currency,
        Description = request.Description,
        ShopId = shop?.Id,
        ShopNumber = shop?.Number,
        CustomerId = request.CustomerId,
        CustomerEmail = request.CustomerEmail,
        CustomerName = request.CustomerName,
        CustomerPhone = request.CustomerPhone,
        MetadataJson = request.Metadata is { Count: > 0 } metadata ? JsonSerializer.Serialize(metadata) : null,
        ReturnUrl = request.ReturnUrl,
        CancelUrl = request.CancelUrl,
        CreatedAt = now,
        ExpiresAt = now.AddMinutes(request.ExpiresInMinutes ?? 1440),
        EndsWithFirstAttempt = request.Provider is not null,
        RepeatName = request.Repeat?.Name,
        LinkId = link?.Id,
        LinkClaim = link?.Use == LinkUse.Single ? link.Id : null,
        CreatedBy = link is null ? $"{Words.Of(actor.Kind)}:{actor.Id}" : $"link:{link.Id}",
        AnswerableUserId = link is null ? actor.AnswerableUserId : link.AnswerableUserId,
    };
}
