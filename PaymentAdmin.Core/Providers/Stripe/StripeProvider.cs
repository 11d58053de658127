using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Providers.Stripe;

/// <summary>
/// Stripe through Checkout Sessions: form-encoded requests, the hosted page, signed events. One session is one attempt of ours; the payer may
/// try several cards inside it, so a failed card ends nothing.
/// </summary>
internal sealed class StripeProvider(ProviderHttp http, TimeProvider clock) : IPaymentProvider, IQueriesStatus, IRefunds, IQueriesRefunds, ICancels, IReadsWebhooks, IListsTransactions
{
    private const string Advice = "Any future date, any CVC and any postal code go with the test cards.";
    public const string SecretKey = "secret_key";
    public const string WebhookSecret = "webhook_secret";
    public const string ApiVersion = "api_version";
    public const string DefaultVersion = "2023-10-16";

    private const string Host = "https://api.stripe.com";
    private const int NameLengthMax = 250;
    private const int MetadataLengthMax = 500;
    private const int PagesMax = 5;
    private const int ListedPagesMax = 1000;
    private const int PageSize = 100;

    /// <summary>Stripe's own bounds are 30 min and 24 h; a minute is left for clocks that differ.</summary>
    private static readonly TimeSpan LifetimeMin = TimeSpan.FromMinutes(31);
    private static readonly TimeSpan LifetimeMax = TimeSpan.FromHours(24) - TimeSpan.FromMinutes(1);

    public ProviderProfile Profile { get; } = new()
    {
        Id = "stripe",
        Name = "Stripe",
        Mark = "St",
        Region = "Worldwide",
        Currencies = ["USD", .. Currency.Codes.Where(code => code != "USD").Order(StringComparer.Ordinal)],
        Limits = new Dictionary<string, (long MinMinor, long MaxMinor)> { ["USD"] = (50, Money.MinorMax) },
        AmountUnit = "Stripe's smallest unit: minor units; UGX and ISK with two decimals, MGA with none",
        Methods = ["card"],
        WebhookTrust = WebhookTrust.BodySignature,
        QueriesByOurReference = true,
        HasUnguessableReference = true,
        CreateIsIdempotent = true,
        RefundIsIdempotent = true,
        CheckoutLifetime = TimeSpan.FromHours(24),
        CredentialFields =
        [
            new CredentialField(SecretKey, "Secret key", IsSecret: true, IsRequired: true, Shape: "^(sk|rk)_(test|live)_[A-Za-z0-9_]{8,}$", TestOnly: "sk_test_|rk_test_", LiveOnly: "sk_live_|rk_live_", Hint: "Dashboard, Developers, API keys. A restricted key needs checkout sessions, payment intents, refunds and charges."),
            new CredentialField(WebhookSecret, "Webhook signing secret", IsSecret: true, IsRequired: false, Shape: @"^\S{16,}$", Hint: "whsec_…, shown at the endpoint under Developers, Webhooks. The prefix belongs to it.") { IsWebhookSecret = true },
            new CredentialField(ApiVersion, "API version", IsSecret: false, IsRequired: false, Shape: "^20[0-9]{2}-[0-9]{2}-[0-9]{2}(\\.[a-z]+)?$", Hint: $"Sent with every call; {DefaultVersion} when empty."),
        ],
        EnvironmentNames = new EnvironmentNames(new Dictionary<string, string> { ["STRIPE_SECRET_KEY"] = SecretKey, ["STRIPE_WEBHOOK_SECRET"] = WebhookSecret, ["STRIPE_API_VERSION"] = ApiVersion }) { Unneeded = ["STRIPE_PUBLISHABLE_KEY"] },
        TestBaseUrl = Host,
        LiveBaseUrl = Host,
        TestInstruments =
        [
            new TestInstrument("Card", "4242 4242 4242 4242", "Succeeds"),
            new TestInstrument("Card", "4000 0025 0000 3155", "Needs authentication, then succeeds"),
            new TestInstrument("Card", "4000 0082 6000 3178", "Needs authentication, then insufficient funds"),
            new TestInstrument("Card", "4000 0000 0000 0002", "Declined"),
            new TestInstrument("Card", "4000 0000 0000 9995", "Declined: insufficient funds"),
            new TestInstrument("Card", "4000 0000 0000 0069", "Declined: expired card"),
            new TestInstrument("Card", "4000 0000 0000 0127", "Declined: incorrect CVC"),
            new TestInstrument("Card", "4000 0000 0000 0259", "Succeeds, then is disputed"),
            new TestInstrument("Card", "4000 0000 0000 7726", "Succeeds; a refund is pending first"),
            new TestInstrument("Card", "4000 0000 0000 5126", "Succeeds; a refund fails later"),
        ],
        TestAdvice = Advice,
        PayerWords = new Dictionary<string, IReadOnlyDictionary<string, string>>
        {
            ["ru"] = new Dictionary<string, string> { [Advice] = "К тестовым картам подходят любой будущий срок, любой CVC и любой индекс." },
            ["kk"] = new Dictionary<string, string> { [Advice] = "Сынақ карталарына кез келген болашақ мерзім, кез келген CVC және кез келген индекс жарайды." },
        },
        HelpLinks =
        [
            ("API keys", "https://dashboard.stripe.com/apikeys"),
            ("Webhooks", "https://dashboard.stripe.com/webhooks"),
            ("Test cards", "https://docs.stripe.com/testing"),
        ],
        Lacks =
        [
            "A checkout lives for 30 minutes at least and 24 hours at most, whatever the payment's own time is.",
            "A refund that succeeded can still fail days later.",
            "Inquiries (disputes that moved no money yet) are stored and change nothing.",
        ],
    };

    public WebhookReply Acknowledgement { get; } = new(200, "application/json", """{"received":true}""");

    public WebhookVerification Verify(ProviderAccountSnapshot account, InboundRequest request) => StripeWebhook.Verify(account.Credential(WebhookSecret), request);

    public WebhookReading Parse(InboundRequest request) => StripeWebhook.Parse(request);

    public async Task<CheckoutResult> StartCheckoutAsync(ProviderAccountSnapshot account, CheckoutRequest request, CancellationToken cancellationToken)
    {
        if (!Profile.Currencies.Contains(request.Amount.Currency))
            return new CheckoutResult.Declined(Codes.CurrencyNotSupported, $"Stripe does not take {request.Amount.Currency}.");
        if (request.Amount.Minor is < 1 or > Money.MinorMax || (Profile.Limits.TryGetValue(request.Amount.Currency, out var limits) && request.Amount.Minor < limits.MinMinor) || StripeMoney.ToWire(request.Amount) is not { } amount)
            return new CheckoutResult.Declined(Codes.AmountOutOfRange, "Stripe cannot take exactly this amount of this currency; nothing was sent.");
        var answer = await CallAsync(account, HttpMethod.Post, "/v1/checkout/sessions", Fields(request, amount), request.AttemptId.ToString(), cancellationToken);
        return answer switch
        {
            StripeAnswer.Refused refused => new CheckoutResult.Declined(refused.Code, refused.Text, refused.ProviderCode),
            StripeAnswer.Useless useless => new CheckoutResult.Unknown(useless.Reason),
            StripeAnswer.Good good => ReadCreated(account, good, request.AttemptId),
            _ => throw new UnreachableException(),
        };
    }

    public async Task<StatusReading> QueryPaymentAsync(ProviderAccountSnapshot account, AttemptReference reference, CancellationToken cancellationToken)
    {
        var (session, silence) = await FindSessionAsync(account, reference, cancellationToken);
        return session is null ? silence : StripeReading.Of(session);
    }

    public async Task<RefundResult> RefundAsync(ProviderAccountSnapshot account, RefundRequest request, CancellationToken cancellationToken)
    {
        if (request.Amount.Minor is < 1 or > Money.MinorMax || !Currency.IsKnown(request.Amount.Currency) || StripeMoney.ToWire(request.Amount) is not { } amount)
            return new RefundResult.Failed(Codes.AmountOutOfRange, "Stripe cannot pay back exactly this amount of this currency; nothing was sent.");
        var (intent, silence) = await FindIntentAsync(account, request.Attempt, cancellationToken);
        if (intent is null)
            return new RefundResult.Failed(Codes.ProviderRejected, $"Stripe's payment intent is not known; nothing was sent. {silence}".TrimEnd());
        (string, string)[] fields =
        [
            ("payment_intent", intent),
            ("amount", Text(amount)),
            ("reason", "requested_by_customer"),
            ($"metadata[{StripeReading.RefundKey}]", request.RefundId.ToString()),
            ("metadata[reason]", Cut(request.Reason, MetadataLengthMax)),
        ];
        var answer = await CallAsync(account, HttpMethod.Post, "/v1/refunds", fields, request.RefundId.ToString(), cancellationToken);
        return answer switch
        {
            StripeAnswer.Refused refused => new RefundResult.Failed(refused.Code, refused.Text, refused.ProviderCode),
            StripeAnswer.Useless useless => new RefundResult.Unknown(useless.Reason),
            StripeAnswer.Good good => ReadRefund(good.Read(StripeJson.Default.StripeRefund), request),
            _ => throw new UnreachableException(),
        };
    }

    public async Task<RefundResult> QueryRefundAsync(ProviderAccountSnapshot account, RefundRequest request, string? refundReference, CancellationToken cancellationToken)
    {
        if (refundReference is { Length: > 0 })
        {
            var one = await CallAsync(account, HttpMethod.Get, $"/v1/refunds/{Uri.EscapeDataString(refundReference)}", [], null, cancellationToken);
            return one is StripeAnswer.Good good ? ReadRefund(good.Read(StripeJson.Default.StripeRefund), request) : new RefundResult.Unknown(Reason(one));
        }
        var (intent, silence) = await FindIntentAsync(account, request.Attempt, cancellationToken);
        if (intent is null)
            return new RefundResult.Unknown(silence ?? "Stripe's payment intent is not known.");
        var answer = await CallAsync(account, HttpMethod.Get, "/v1/refunds", [("payment_intent", intent), ("limit", Text(PageSize))], null, cancellationToken);
        if (answer is not StripeAnswer.Good list)
            return new RefundResult.Unknown(Reason(answer));
        var ours = request.RefundId.ToString();
        var found = list.Read(StripeJson.Default.StripeListStripeRefund)?.Data?.FirstOrDefault(refund => refund?.Metadata?.GetValueOrDefault(StripeReading.RefundKey) == ours);
        // A request that was slow on its way may still arrive: that it is not there is no failure.
        return found is null ? new RefundResult.Unknown("Stripe has no refund with our id yet.") : ReadRefund(found, request);
    }

    public async Task<CancelResult> CancelAsync(ProviderAccountSnapshot account, AttemptReference reference, CancellationToken cancellationToken)
    {
        var (session, silence) = await FindSessionAsync(account, reference, cancellationToken);
        if (session is null)
            return new CancelResult.Unknown(silence.ErrorMessage ?? "Stripe has no session with our id.");
        if (session.Status == "expired")
            return new CancelResult.Cancelled();
        if (session.Status == "complete")
            return new CancelResult.TooLate("The checkout is complete at Stripe.");
        var answer = await CallAsync(account, HttpMethod.Post, $"/v1/checkout/sessions/{Uri.EscapeDataString(session.Id ?? "")}/expire", [], null, cancellationToken);
        if (answer is StripeAnswer.Good good)
            return good.Read(StripeJson.Default.StripeSession)?.Status == "expired" ? new CancelResult.Cancelled() : new CancelResult.Unknown("Stripe's answer does not say that the session is expired.");
        // Refused while it was open a moment ago: the payer is paying.
        return answer is StripeAnswer.Refused { Http: 400 } refused ? new CancelResult.TooLate(refused.Text) : new CancelResult.Unknown(Reason(answer));
    }

    /// <summary>The charges, newest first. Throws <see cref="HttpRequestException"/> when a page does not come: half a list would look like missing money.</summary>
    public async IAsyncEnumerable<SettlementLine> ListAsync(ProviderAccountSnapshot account, DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = "";
        for (var page = 0; page < ListedPagesMax; page++)
        {
            List<(string, string)> query = [("created[gte]", Text(from.ToUnixTimeSeconds())), ("created[lte]", Text(to.ToUnixTimeSeconds())), ("limit", Text(PageSize)), ("expand[]", "data.balance_transaction")];
            if (after.Length > 0)
                query.Add(("starting_after", after));
            var answer = await CallAsync(account, HttpMethod.Get, "/v1/charges", query, null, cancellationToken);
            if (answer is not StripeAnswer.Good good || good.Read(StripeJson.Default.StripeListStripeCharge) is not { Data: { } rows, HasMore: { } hasMore })
                throw new HttpRequestException($"Page {page + 1} of Stripe's charges did not come: {Reason(answer)}");
            foreach (var line in rows.Where(row => row.Livemode is not { } isLive || isLive == (account.Mode == Mode.Live)).Select(LineOf).OfType<SettlementLine>())
                yield return line;
            if (!hasMore)
                yield break;
            after = rows.LastOrDefault()?.Id is { Length: > 0 } last ? last : throw new HttpRequestException($"Page {page + 1} of Stripe's charges has no end to go on from.");
        }
    }

    internal static DateTimeOffset? Moment(long? seconds) => seconds is > 0 and < 253_402_300_800 ? DateTimeOffset.FromUnixTimeSeconds(seconds.Value) : null;

    private IEnumerable<(string Name, string Value)> Fields(CheckoutRequest request, long amount)
    {
        var attempt = request.AttemptId.ToString();
        var now = clock.GetUtcNow();
        var end = request.ExpiresAt < now + LifetimeMin ? now + LifetimeMin : request.ExpiresAt > now + LifetimeMax ? now + LifetimeMax : request.ExpiresAt;
        yield return ("mode", "payment");
        yield return ("line_items[0][quantity]", "1");
        yield return ("line_items[0][price_data][currency]", request.Amount.Currency.ToLowerInvariant());
        yield return ("line_items[0][price_data][unit_amount]", Text(amount));
        yield return ("line_items[0][price_data][product_data][name]", Cut(string.IsNullOrWhiteSpace(request.Description) ? request.OrderReference : request.Description, NameLengthMax));
        yield return ("success_url", request.ReturnUrl);
        yield return ("cancel_url", request.CancelUrl);
        yield return ("client_reference_id", attempt);
        yield return ("expires_at", Text(end.ToUnixTimeSeconds()));
        if (!string.IsNullOrWhiteSpace(request.CustomerEmail))
            yield return ("customer_email", request.CustomerEmail);
        foreach (var (name, value) in new[] { (StripeReading.AttemptKey, attempt), ("payment_id", request.PaymentId.ToString()), ("order_reference", Cut(request.OrderReference, MetadataLengthMax)) })
        {
            yield return ($"metadata[{name}]", value);
            yield return ($"payment_intent_data[metadata][{name}]", value);
        }
    }

    private static CheckoutResult ReadCreated(ProviderAccountSnapshot account, StripeAnswer.Good good, Guid attemptId)
    {
        var session = good.Read(StripeJson.Default.StripeSession);
        if (session is null || !IsReference(session.Id))
            return new CheckoutResult.Unknown("Stripe accepted the checkout without telling its session.");
        if (session.Livemode is { } isLive && isLive != (account.Mode == Mode.Live))
            return new CheckoutResult.Unknown("Stripe opened the session in the other mode.") { Reference = session.Id };
        if (session.ClientReferenceId != attemptId.ToString())
            return new CheckoutResult.Unknown("Stripe answered about another checkout.");
        return IsWebPage(account, session.Url)
            ? new CheckoutResult.Redirect(session.Url) { Reference = session.Id, Reference2 = StripeJson.IdOf(session.PaymentIntent), StatusWord = session.Status, ExpiresAt = Moment(session.ExpiresAt) }
            : new CheckoutResult.Unknown("Stripe opened a session without a page that a browser may open.") { Reference = session.Id };
    }

    /// <summary>By Stripe's id; without one among the sessions of the minutes in which ours must have been made, by the id we gave it.</summary>
    private async Task<(StripeSession? Session, StatusReading Silence)> FindSessionAsync(ProviderAccountSnapshot account, AttemptReference reference, CancellationToken cancellationToken)
    {
        const string expand = "expand[]";
        if (reference.Theirs is { Length: > 0 } id)
        {
            var one = await CallAsync(account, HttpMethod.Get, $"/v1/checkout/sessions/{Uri.EscapeDataString(id)}", [(expand, "payment_intent.latest_charge")], null, cancellationToken);
            if (one is StripeAnswer.Refused { Http: 404 } missing)
                return (null, new StatusReading(ObservedFact.Unrecognised, null) { ErrorMessage = missing.Text, ProviderErrorCode = missing.ProviderCode });
            if (one is not StripeAnswer.Good good)
                return (null, StatusReading.NoAnswer(Reason(one)));
            return Check(account, good.Read(StripeJson.Default.StripeSession), id, reference.Ours);
        }
        var from = (reference.CreatedAt - TimeSpan.FromMinutes(5)).ToUnixTimeSeconds();
        var to = (reference.CreatedAt + TimeSpan.FromMinutes(15)).ToUnixTimeSeconds();
        var after = "";
        for (var page = 0; page < PagesMax; page++)
        {
            List<(string, string)> query = [("created[gte]", Text(from)), ("created[lte]", Text(to)), ("limit", Text(PageSize)), (expand, "data.payment_intent.latest_charge")];
            if (after.Length > 0)
                query.Add(("starting_after", after));
            var answer = await CallAsync(account, HttpMethod.Get, "/v1/checkout/sessions", query, null, cancellationToken);
            if (answer is not StripeAnswer.Good good || good.Read(StripeJson.Default.StripeListStripeSession) is not { Data: { } rows, HasMore: { } hasMore })
                return (null, StatusReading.NoAnswer(Reason(answer)));
            if (rows.FirstOrDefault(row => row?.ClientReferenceId == reference.Ours.ToString()) is { } found)
                return Check(account, found, found.Id, reference.Ours);
            if (!hasMore)
                return (null, new StatusReading(ObservedFact.NeverStarted, null) { ErrorMessage = "Stripe has no session with our id." });
            if (rows.LastOrDefault()?.Id is not { Length: > 0 } last)
                break;
            after = last;
        }
        return (null, StatusReading.NoAnswer("Stripe has too many sessions of that time to find ours."));
    }

    private static (StripeSession?, StatusReading) Check(ProviderAccountSnapshot account, StripeSession? session, string? id, Guid ours)
    {
        if (session is not { Status.Length: > 0 } || !IsReference(session.Id))
            return (null, StatusReading.NoAnswer("Stripe's answer is no session."));
        if (session.Id != id || (session.ClientReferenceId is { } named && named != ours.ToString()))
            return (null, StatusReading.NoAnswer("Stripe answered about another payment."));
        return session.Livemode is { } isLive && isLive != (account.Mode == Mode.Live)
            ? (null, StatusReading.NoAnswer("Stripe answered with a session of the other mode."))
            : (session, StatusReading.NoAnswer(""));
    }

    private async Task<(string? Intent, string? Silence)> FindIntentAsync(ProviderAccountSnapshot account, AttemptReference attempt, CancellationToken cancellationToken)
    {
        if (attempt.Theirs2 is { Length: > 0 } known)
            return (known, null);
        var (session, silence) = await FindSessionAsync(account, attempt, cancellationToken);
        return session is null ? (null, silence.ErrorMessage) : (StripeJson.IdOf(session.PaymentIntent), null);
    }

    /// <summary>Paid back only when the answer names the refund, its amount and its state.</summary>
    private static RefundResult ReadRefund(StripeRefund? refund, RefundRequest request)
    {
        if (refund is null || !IsReference(refund.Id))
            return new RefundResult.Unknown("Stripe's answer does not say what was paid back.");
        if (StripeMoney.FromWire(refund.Amount, refund.Currency) != request.Amount)
            return new RefundResult.Unknown("Stripe's refund has another amount than was asked.") { Reference = refund.Id, StatusWord = refund.Status };
        return StripeReading.RefundState(refund.Status) switch
        {
            RefundStatus.Succeeded => new RefundResult.Succeeded { Reference = refund.Id, StatusWord = refund.Status },
            RefundStatus.Pending => new RefundResult.Pending { Reference = refund.Id, StatusWord = refund.Status },
            RefundStatus.Failed => new RefundResult.Failed(Codes.ProviderRejected, $"Stripe could not pay it back: {refund.FailureReason ?? refund.Status}.", refund.FailureReason ?? refund.Status) { Reference = refund.Id, StatusWord = refund.Status },
            _ => new RefundResult.Unknown("Stripe used a word for the refund that we do not know.") { Reference = refund.Id, StatusWord = refund.Status },
        };
    }

    /// <summary>Money stands under its payment intent, as in every report; a declined card under its own charge.</summary>
    private static SettlementLine? LineOf(StripeCharge charge)
    {
        var fact = StripeReading.ChargeFact(charge.Status);
        var amount = StripeMoney.FromWire(fact == ObservedFact.Succeeded ? charge.AmountCaptured ?? charge.Amount : charge.Amount, charge.Currency);
        var reference = fact == ObservedFact.Failed ? charge.Id : StripeJson.IdOf(charge.PaymentIntent) ?? charge.Id;
        if (reference is null || charge.Status is not { Length: > 0 } word || amount is not { } money)
            return null;
        var settled = StripeJson.Read(charge.BalanceTransaction, StripeJson.Default.StripeBalanceTransaction);
        var fee = StripeMoney.FromWire(settled?.Fee, settled?.Currency);
        return new SettlementLine(reference, money, word, fact, Moment(charge.Created) ?? DateTimeOffset.UnixEpoch)
        {
            OurReference = charge.Metadata?.GetValueOrDefault(StripeReading.AttemptKey),
            // Stripe takes its fee in the currency that it settles in.
            FeeMinor = fee is { } taken && taken.Currency == money.Currency ? taken.Minor : null,
            RefundedMinor = StripeMoney.FromWire(charge.AmountRefunded, charge.Currency)?.Minor,
        };
    }

    private async Task<StripeAnswer> CallAsync(ProviderAccountSnapshot account, HttpMethod method, string path, IEnumerable<(string Name, string Value)> fields, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var key = account.Credential(SecretKey);
        var version = account.Credential(ApiVersion) is { Length: > 0 } set ? set : DefaultVersion;
        // What would not fit into a header must not become an exception.
        if (!IsPrintable(key) || !IsPrintable(version))
            return new StripeAnswer.Refused(Codes.ProviderNotConfigured, "The account has no usable secret key or API version; nothing was sent.", null, 0);
        var form = string.Join('&', fields.Select(field => $"{Uri.EscapeDataString(field.Name)}={Uri.EscapeDataString(field.Value)}"));
        var isGet = method == HttpMethod.Get;
        if (!Uri.TryCreate(account.BaseUrl + path + (isGet && form.Length > 0 ? "?" + form : ""), UriKind.Absolute, out var url))
            return new StripeAnswer.Refused(Codes.ProviderNotConfigured, "The base URL of the account is no URL.", null, 0);
        using var request = new HttpRequestMessage(method, url);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        request.Headers.TryAddWithoutValidation("Stripe-Version", version);
        if (idempotencyKey is not null)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
        if (!isGet)
            request.Content = new StringContent(form, new MediaTypeHeaderValue("application/x-www-form-urlencoded"));
        var answer = await http.SendAsync(account, request, [key], cancellationToken);
        return StripeAnswer.Of(answer, new Redaction(account.Credentials.Where(field => field.Key != ApiVersion).Select(field => field.Value)));
    }

    private static string Reason(StripeAnswer answer) => answer switch
    {
        StripeAnswer.Refused refused => refused.Text,
        StripeAnswer.Useless useless => useless.Reason,
        _ => "Stripe's answer cannot be read.",
    };

    private static bool IsReference([NotNullWhen(true)] string? id) => id is { Length: > 0 and <= 255 };

    /// <summary>What a browser may be sent to: https, or our own imitation wherever it runs.</summary>
    private static bool IsWebPage(ProviderAccountSnapshot account, [NotNullWhen(true)] string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var page) && (page.Scheme == Uri.UriSchemeHttps || (page.Scheme == Uri.UriSchemeHttp && account.Endpoint == AccountEndpoint.Sandbox));

    /// <summary>Never between the halves of a surrogate pair.</summary>
    private static string Cut(string text, int length) => text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static bool IsPrintable(string text) => text.Length > 0 && text.All(character => character is > ' ' and <= '~');
}
