using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Payments;

/// <param name="Phone">Of the payer, where the provider asks the phone.</param>
/// <param name="AttemptId">Id that an idempotency key has set aside: a continued request finds its attempt by it.</param>
public sealed record AttemptRequest(string Provider, string? Method, string? Phone, Guid? AttemptId = null)
{
    /// <summary>A page of this provider that is still open for the same money is answered again, instead of a second one beside it.</summary>
    public bool AnswersOpenPage { get; init; }

    /// <summary>Where the provider sends the payer back to, when not to our own status page; checked by the caller.</summary>
    public string? ReturnUrl { get; init; }
    public string? CancelUrl { get; init; }
}

/// <summary>An attempt that is stored and about to be sent: what the call needs, loaded before the transaction ended.</summary>
public sealed record PreparedAttempt(Guid PaymentId, Guid AttemptId, long CallId, ProviderAccountSnapshot Account, CheckoutRequest Request, bool CanBeAskedByUs);

/// <summary>
/// Starts a checkout in three steps: store the intent and commit; call the provider with no transaction open; store what it said.
/// A process that dies in between leaves a sent call without an answer, which the reconciler takes up; nothing is ever sent twice.
/// </summary>
public sealed class StartAttempt(
    PaymentStore store,
    ProviderRegistry providers,
    ProviderAccounts accounts,
    ChooseAccount chooseAccount,
    ProviderCalls calls,
    ApplyObservation apply,
    CloseAttempt close,
    PaymentObjects objects,
    IdSource ids,
    TimeProvider clock,
    CallbackTokens callbackTokens,
    FailPoints failPoints)
{
    /// <summary>Between closing a page and starting, another request may have opened one more.</summary>
    private const int ClosingRoundsMax = 3;

    /// <summary>Starts (another) checkout of an existing payment. Answers when the provider has answered, or its silence is stored.</summary>
    public async Task<Result<Guid>> RunAsync(Guid paymentId, AttemptRequest request, Actor actor, CancellationToken cancellationToken)
    {
        if (request.AttemptId is { } reserved && await store.ReadAsync(db => db.PaymentAttempts.AnyAsync(row => row.Id == reserved, cancellationToken), cancellationToken))
            return reserved;
        for (var round = 1; ; round++)
        {
            var begun = await BeginAsync(paymentId, request, mayClose: round <= ClosingRoundsMax, cancellationToken);
            if (!begun.IsOk)
                return begun.Problem!;
            switch (begun.Value)
            {
                case Begun.Open open:
                    return open.AttemptId;
                case Begun.Prepared prepared:
                    await SendAsync(prepared.Attempt, actor);
                    return prepared.Attempt.AttemptId;
                case Begun.InTheWay inTheWay:
                    foreach (var attempt in inTheWay.Attempts)
                    {
                        if (await close.RunAsync(attempt, inTheWay.OrderReference, ObservedFact.Replaced, actor, CancellationToken.None) is { } refused && await IsOpenAsync(attempt.Id))
                            return refused;
                    }
                    break;
                default:
                    throw new UnreachableException();
            }
        }
    }

    /// <summary>How a request for a checkout begins. Closed.</summary>
    private abstract record Begun
    {
        /// <summary>A page is open already, and is the answer.</summary>
        public sealed record Open(Guid AttemptId) : Begun;

        public sealed record Prepared(PreparedAttempt Attempt) : Begun;

        /// <summary>These must be closed at their providers first: only one attempt may take money at a time.</summary>
        public sealed record InTheWay(IReadOnlyList<PaymentAttempt> Attempts, string OrderReference) : Begun;
    }

    private Task<Result<Begun>> BeginAsync(Guid paymentId, AttemptRequest request, bool mayClose, CancellationToken cancellationToken) => store.WriteAsync<Begun>(
        async db =>
        {
            if (await db.LockPaymentAsync(paymentId, cancellationToken) is not { } payment)
                return new Problem(Codes.PaymentNotFound, "No such payment.");
            if (request.AnswersOpenPage && await FindOpenPageAsync(db, payment, request, cancellationToken) is { } open)
                return new Begun.Open(open);
            if (mayClose && !payment.IsFinal && await ClosableAsync(db, payment, cancellationToken) is { Count: > 0 } closable)
            {
                // A request that is refused anyway closes nothing.
                var route = await RouteAsync(db, payment, request, cancellationToken);
                return route.IsOk ? new Begun.InTheWay(closable, payment.OrderReference) : route.Problem!;
            }
            var prepared = await PrepareAsync(db, payment, request, cancellationToken);
            return prepared.IsOk ? new Begun.Prepared(prepared.Value) : prepared.Problem!;
        },
        cancellationToken);

    /// <summary>Pages that are open at providers who can close them.</summary>
    private async Task<List<PaymentAttempt>> ClosableAsync(PaymentDb db, Payment payment, CancellationToken cancellationToken)
    {
        var open = await db.PaymentAttempts.AsNoTracking().Where(attempt => attempt.PaymentId == payment.Id && attempt.Status == AttemptStatus.Pending).ToListAsync(cancellationToken);
        return open.FindAll(close.Can);
    }

    private Task<bool> IsOpenAsync(Guid attemptId) => store.ReadAsync(
        db => db.PaymentAttempts.AnyAsync(row => row.Id == attemptId && (row.Status == AttemptStatus.Created || row.Status == AttemptStatus.Pending || row.Status == AttemptStatus.Unknown), CancellationToken.None),
        CancellationToken.None);

    /// <summary>Which account takes it, or why none does.</summary>
    private async Task<Result<AccountRoute>> RouteAsync(PaymentDb db, Payment payment, AttemptRequest request, CancellationToken cancellationToken)
    {
        var route = await chooseAccount.RunAsync(db, payment.TenantId, payment.Mode, request.Provider, payment.ShopId, cancellationToken);
        return route.IsOk && Refusal(providers[request.Provider].Profile, request.Method, RestOf(payment)) is { } problem ? problem : route;
    }

    private static Money RestOf(Payment payment) => new(payment.AmountMinor - payment.ReceivedMinor, payment.Currency);

    /// <summary>Adds attempt and call intent inside the caller's transaction; refuses what the rules refuse, with nothing added.</summary>
    public async Task<Result<PreparedAttempt>> PrepareAsync(PaymentDb db, Payment payment, AttemptRequest request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (payment.IsFinal)
            return new Problem(Codes.PaymentFinal, $"The payment is {Words.Of(payment.Status)}; no checkout can start any more.") { PaymentId = payment.Id };
        if (await StandingInTheWayAsync(db, payment, now, cancellationToken) is { } blocked)
            return blocked;
        var route = await RouteAsync(db, payment, request, cancellationToken);
        if (!route.IsOk)
            return route.Problem!;
        var profile = providers[request.Provider].Profile;
        var amount = RestOf(payment);

        var attemptId = request.AttemptId ?? ids.NewId();
        var callbackToken = profile.WebhookTrust == WebhookTrust.SecretPath ? callbackTokens.For(attemptId) : null;
        var attempt = new PaymentAttempt
        {
            Id = attemptId,
            PaymentId = payment.Id,
            TenantId = payment.TenantId,
            Mode = payment.Mode,
            Provider = profile.Id,
            AccountId = route.Value.Account.Id,
            Endpoint = route.Value.Account.Endpoint,
            ConfigVersionId = route.Value.Config?.Id,
            OrganizationBin = route.Value.Config?.OrganizationBin,
            Method = request.Method ?? profile.Methods[0],
            PayerPhone = request.Phone ?? payment.CustomerPhone,
            AmountMinor = amount.Minor,
            Currency = amount.Currency,
            CreatedAt = now,
            CallbackTokenHash = callbackToken is null ? null : ApiKey.HashOf(callbackToken),
        };
        db.PaymentAttempts.Add(attempt);
        payment.Show(attempt, now);
        var call = calls.Prepare(db, payment, attempt, refund: null, ProviderOperation.Create, idempotencyKey: attempt.Id.ToString(), amount.Minor);
        await db.SaveChangesAsync(cancellationToken);
        return new PreparedAttempt(payment.Id, attempt.Id, call.Id, accounts.Open(route.Value.Account, route.Value.Config), RequestFor(payment, attempt, request, amount, callbackToken), profile.QueriesByOurReference);
    }

    /// <summary>Calls the provider and stores the outcome. Never cancelled by the caller's going away: the money question must be answered.</summary>
    public async Task SendAsync(PreparedAttempt prepared, Actor actor)
    {
        await failPoints.HitAsync("create.before_send");
        var provider = providers[prepared.Account.Provider];
        var record = await calls.SendAsync<CheckoutResult>(
            () => provider.StartCheckoutAsync(prepared.Account, prepared.Request, CancellationToken.None),
            fault => new CheckoutResult.Unknown(fault));
        await failPoints.HitAsync("create.after_answer");
        await store.WriteAsync(
            async db =>
            {
                await calls.FinishAsync(db, prepared.CallId, record, OutcomeOf(record.Result), CancellationToken.None);
                await apply.InTransactionAsync(db, ObservationOf(prepared, record.Result, provider, actor), CancellationToken.None);
                var attempt = db.PaymentAttempts.Local.Single(row => row.Id == prepared.AttemptId);
                var now = clock.GetUtcNow();
                if (attempt.IsOpen)
                    CheckSchedule.Begin(attempt, provider, now);
                await WakeWaitingEventsAsync(db, attempt, now);
            },
            CancellationToken.None);
        await failPoints.HitAsync("create.answer_committed");
    }

    /// <summary>A webhook may have come before our own commit: it waits, and is taken up now that its payment can be found.</summary>
    private static Task<int> WakeWaitingEventsAsync(PaymentDb db, PaymentAttempt attempt, DateTimeOffset now) =>
        db.WebhookEvents.Where(row => row.AccountId == attempt.AccountId && row.State == Webhooks.WebhookState.Unmatched && row.ProviderReference != null && (row.ProviderReference == attempt.ProviderReference || row.ProviderReference == attempt.ProviderReference2))
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.NextAttemptAt, now).SetProperty(row => row.Attempts, 0));

    /// <summary>Also one that is on its way to the provider just now: of any number of equal requests one asks, and all get its page.</summary>
    private async Task<Guid?> FindOpenPageAsync(PaymentDb db, Payment payment, AttemptRequest request, CancellationToken cancellationToken)
    {
        if (payment.IsFinal)
            return null;
        var now = clock.GetUtcNow();
        var open = await db.PaymentAttempts
            .Where(row => row.PaymentId == payment.Id && row.Provider == request.Provider && (request.Method == null || row.Method == request.Method) && (row.Status == AttemptStatus.Created || row.Status == AttemptStatus.Pending))
            .OrderByDescending(row => row.CreatedAt).FirstOrDefaultAsync(cancellationToken);
        return open is not null && open.AmountMinor == payment.AmountMinor - payment.ReceivedMinor && (open.Status == AttemptStatus.Created || (IsPage(open) && !(open.ExpiresAt <= now))) ? open.Id : null;
    }

    private static bool IsPage(PaymentAttempt attempt) => ActionOf(attempt) == "redirect";

    private static string? ActionOf(PaymentAttempt attempt) => attempt.NextActionJson is { } action ? JsonNode.Parse(action)?["type"]?.GetValue<string>() : null;

    /// <summary>At most one attempt may take money at a time.</summary>
    private static async Task<Problem?> StandingInTheWayAsync(PaymentDb db, Payment payment, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var open = await db.PaymentAttempts.Where(attempt => attempt.PaymentId == payment.Id && (attempt.Status == AttemptStatus.Created || attempt.Status == AttemptStatus.Pending || attempt.Status == AttemptStatus.Unknown)).ToListAsync(cancellationToken);
        foreach (var attempt in open)
        {
            if (attempt.Status == AttemptStatus.Unknown)
                return new Problem(Codes.AttemptOutcomeUnknown, "An earlier attempt may have taken the money and its outcome is not known yet. It is being cleared up.") { PaymentId = payment.Id };
            // Pages and instructions ask nobody by themselves: another way may be offered, and they stay watched.
            if (ActionOf(attempt) is not ("redirect" or "instructions"))
            {
                var wait = attempt.ExpiresAt is { } end && end > now ? (int)Math.Ceiling((end - now).TotalSeconds) : 5;
                return new Problem(Codes.AttemptInProgress, "The payer is still being asked by an earlier attempt.") { PaymentId = payment.Id, RetryAfterSeconds = Math.Clamp(wait, 1, 600) };
            }
        }
        return null;
    }

    /// <summary>Why this provider would not take this amount this way; null when it would.</summary>
    internal static Problem? Refusal(ProviderProfile profile, string? method, Money amount)
    {
        if (!profile.Currencies.Contains(amount.Currency))
            return new Problem(Codes.CurrencyNotSupported, $"{profile.Name} does not take {amount.Currency}; it takes {string.Join(", ", profile.Currencies)}.");
        if (method is not null && !profile.Methods.Contains(method))
            return Problem.Invalid("method", $"{profile.Name} has no method '{method}'; it has {string.Join(", ", profile.Methods)}.");
        if (profile.Limits.TryGetValue(amount.Currency, out var limits) && (amount.Minor < limits.MinMinor || amount.Minor > limits.MaxMinor))
            return new Problem(Codes.AmountOutOfRange, $"{profile.Name} takes {MoneyFormat.Text(limits.MinMinor, amount.Currency)} to {MoneyFormat.Text(limits.MaxMinor, amount.Currency)}.");
        return profile.StepFault(amount);
    }

    private CheckoutRequest RequestFor(Payment payment, PaymentAttempt attempt, AttemptRequest request, Money amount, string? callbackToken) => new()
    {
        PaymentId = payment.Id,
        AttemptId = attempt.Id,
        Amount = amount,
        OrderReference = payment.OrderReference,
        PaymentCode = payment.PaymentCode,
        Description = payment.Description,
        Method = attempt.Method,
        CustomerName = payment.CustomerName,
        CustomerEmail = payment.CustomerEmail,
        Phone = attempt.PayerPhone,
        ReturnUrl = request.ReturnUrl ?? objects.StatusUrl(payment.Id),
        CancelUrl = request.CancelUrl ?? objects.StatusUrl(payment.Id) + "&status=cancelled",
        ExpiresAt = payment.ExpiresAt,
        CallbackToken = callbackToken,
    };

    private static CallOutcome OutcomeOf(CheckoutResult result) => result switch
    {
        CheckoutResult.Declined { Code: Codes.ProviderUnavailable } declined => new(ProviderCallState.NotSent, null, null, declined.Message),
        CheckoutResult.Declined declined => new(ProviderCallState.Answered, declined.Reference, declined.StatusWord ?? "declined", declined.Message),
        CheckoutResult.Unknown unknown => new(ProviderCallState.Unknown, unknown.Reference, "unknown", unknown.Reason),
        _ => new(ProviderCallState.Answered, result.Reference, result.StatusWord, null),
    };

    private PaymentObservation ObservationOf(PreparedAttempt prepared, CheckoutResult result, IPaymentProvider provider, Actor actor)
    {
        var said = new PaymentObservation
        {
            PaymentId = prepared.PaymentId,
            AttemptId = prepared.AttemptId,
            Fact = ObservedFact.Pending,
            Source = ObservationSource.Checkout,
            Actor = actor,
            SourceId = prepared.CallId.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ProviderReference = result.Reference,
            ProviderReference2 = result.Reference2,
            ProviderStatus = result.StatusWord,
            AttemptExpiresAt = result.ExpiresAt ?? clock.GetUtcNow() + provider.Profile.CheckoutLifetime,
        };
        return result switch
        {
            CheckoutResult.Redirect redirect => said with { NextActionJson = Json(new { type = "redirect", url = redirect.Url }) },
            CheckoutResult.PhonePrompt prompt => said with { NextActionJson = Json(new { type = "phone_prompt", phone = prompt.Phone, expires_at = ApiJson.Time(said.AttemptExpiresAt.Value) }) },
            CheckoutResult.QrCode code => said with { NextActionJson = Json(new { type = "qr_code", content = code.Content, url = code.Url, expires_at = ApiJson.Time(said.AttemptExpiresAt.Value) }) },
            CheckoutResult.Instructions instructions => said with { NextActionJson = Json(new { type = "instructions", text = instructions.Text, fields = instructions.Fields.Select(field => new { label = field.Label, value = field.Value }) }) },
            CheckoutResult.Declined declined => said with { Fact = ObservedFact.Failed, ErrorCode = declined.Code, ErrorMessage = declined.Message, ProviderErrorCode = declined.ProviderCode, AttemptExpiresAt = null },
            // Where the provider can be asked (by our reference, or it gave its own), the reconciler asks; else a person must look.
            CheckoutResult.Unknown unknown => said with
            {
                Fact = prepared.CanBeAskedByUs || result.Reference is not null ? ObservedFact.OutcomeUnknown : ObservedFact.OutcomeUnresolvable,
                ErrorCode = Codes.ProviderOutcomeUnknown,
                ErrorMessage = unknown.Reason,
                AttemptExpiresAt = null,
            },
            _ => throw new InvalidOperationException($"Unknown checkout result {result.GetType().Name}."),
        };
    }

    private static string Json(object value) => JsonSerializer.Serialize(value, ApiJson.Options);
}
