using System.Buffers.Binary;
using System.Text.Json;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Proofs;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Providers.Sandbox;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Demo;

/// <summary>The way to one provider for the demo's payments: account, and per shop the config versions with their opened device tokens.</summary>
/// <param name="PaysBack">The provider has a refund call; without one a refund is a task for a person.</param>
internal sealed record DemoRoute(ProviderProfile Profile, bool PaysBack, ProviderAccount Account, IReadOnlyDictionary<string, string> Credentials, IReadOnlyList<DemoShop> Shops);

internal sealed record DemoShop(Shop Shop, IReadOnlyList<DemoVersion> Versions)
{
    /// <summary>The version that was in force at a moment; null for a shop without a config.</summary>
    public DemoVersion? At(DateTimeOffset moment) => Versions.LastOrDefault(known => known.Version.CreatedAt <= moment) ?? (Versions is [var first, ..] ? first : null);
}

internal sealed record DemoVersion(ShopConfigVersion Version, string? DeviceToken);

/// <summary>A receipt of the demo whose bytes lie in the proofs' folder already.</summary>
internal sealed record DemoFile(string StoredName, long Bytes, string Sha256);

/// <summary>What a payment of the demo is about, before anything happens to it.</summary>
internal sealed record DemoOrder(Guid TenantId, DemoRoute Route, DemoShop Shop, DemoPerson Person, PaymentKind Kind, string Reference, string? Description, Money Amount, DateTimeOffset At, bool NamesProvider);

/// <summary>
/// One payment and what happens to it, step by step, each at its moment. Status changes go through <see cref="ApplyObservation"/> and refunds
/// through <see cref="RefundPayment"/>: the demo can only show what the product can do. Nothing is planned for later, so nothing changes by itself.
/// </summary>
internal sealed class DemoScene(PaymentDb db, DemoOrder order, ApplyObservation apply, RefundPayment refunds, SandboxDemoLedger ledger, Actor operatorActor, Random chance)
{
    private static readonly Actor Backend = new(ActorKind.ApiKey, "demo", "Shop backend");
    private static readonly Actor Job = Actor.System("reconciler");

    private readonly List<PaymentAttempt> attempts = [];
    private readonly Dictionary<Guid, DemoBooking> bookings = [];
    private readonly Payment payment = NewPayment(order, chance);

    private ProviderProfile Profile => order.Route.Profile;

    private Actor Provider => Actor.Provider(Profile.Id);

    public Money Amount => order.Amount;

    public void Create(DateTimeOffset at)
    {
        db.Payments.Add(payment);
        apply.Begin(db, payment, shown: null, Backend, $"{MoneyFormat.Text(payment.AmountMinor, payment.Currency)} for {payment.OrderReference}, created by {Backend.Name}", at);
    }

    public void Score(int risk, DateTimeOffset at) =>
        payment.SetRisk(risk, JsonSerializer.Serialize((string[])["Fifth payment from this phone within an hour", "Amount six times the shop's usual one"]), holds: true, at);

    /// <summary>Starts a checkout; the provider answers and waits for the payer.</summary>
    public void Ask(DateTimeOffset at, Money? charged = null, bool waitsOn = false)
    {
        var (attempt, booking) = Begin(at, charged ?? order.Amount);
        Call(ProviderOperation.Create, attempt, null, ProviderCallState.Answered, booking.Word, booking.Reference, null, at);
        var expiresAt = waitsOn ? payment.ExpiresAt : at + Profile.CheckoutLifetime;
        var next = attempt.PayerPhone is null || !Profile.NeedsPayerPhone ? null : JsonSerializer.Serialize(new { type = "phone_prompt", phone = attempt.PayerPhone, expires_at = expiresAt }, ApiJson.Options);
        Take(
            new PaymentObservation
            {
                PaymentId = payment.Id,
                AttemptId = attempt.Id,
                Fact = ObservedFact.Pending,
                Source = ObservationSource.Checkout,
                Actor = Backend,
                ProviderReference = booking.Reference,
                ProviderReference2 = booking.Reference2,
                ProviderStatus = booking.Word,
                NextActionJson = next,
                AttemptExpiresAt = expiresAt,
            },
            at);
    }

    /// <summary>Starts a checkout whose answer never comes, although the payer pays.</summary>
    public void AskInVain(DateTimeOffset at)
    {
        var (attempt, booking) = Begin(at, order.Amount);
        booking.Decide(SandboxState.Paid, at.AddSeconds(20));
        const string reason = "No answer within 15 s.";
        Call(ProviderOperation.Create, attempt, null, ProviderCallState.Unknown, "unknown", null, reason, at);
        Take(
            new PaymentObservation
            {
                PaymentId = payment.Id,
                AttemptId = attempt.Id,
                Fact = ObservedFact.OutcomeUnresolvable,
                Source = ObservationSource.Checkout,
                Actor = Backend,
                ErrorCode = Codes.ProviderOutcomeUnknown,
                ErrorMessage = reason,
            },
            at);
    }

    /// <summary>The provider, asked, says that the payer has paid.</summary>
    public void Pay(DateTimeOffset at, Money? charged = null, int attempt = 0)
    {
        var paid = attempts[attempt];
        var booking = bookings[paid.Id];
        var word = booking.IsOpen ? booking.Decide(SandboxState.Paid, at) : booking.Word;
        Say(paid, ObservedFact.Succeeded, word, at, received: charged ?? order.Amount);
    }

    /// <summary>The provider, asked, says that nobody pays any more.</summary>
    public void End(ObservedFact fact, SandboxState state, string? error, DateTimeOffset at)
    {
        var attempt = attempts[^1];
        Say(attempt, fact, bookings[attempt.Id].Decide(state, at), at, error: error);
    }

    /// <summary>The provider says expired, and will take the payer's money all the same.</summary>
    public void EndForNow(DateTimeOffset at) => Say(attempts[^1], ObservedFact.Expired, bookings[attempts[^1].Id].WordOf(SandboxState.Expired), at, error: "The payer did not answer.");

    /// <summary>The shop's backend passes on what the payer sent.</summary>
    public void BringProof(DemoFile receipt, DateTimeOffset at)
    {
        var reference = "TRF-" + chance.Next(100_000, 1_000_000).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var proof = new ManualProof
        {
            Id = NewId(at, chance),
            TenantId = payment.TenantId,
            Mode = payment.Mode,
            PaymentId = payment.Id,
            Type = ProofType.BankTransfer,
            Reference = reference,
            ReferenceKey = ProofReference.KeyOf(reference),
            AmountMinor = payment.AmountMinor,
            Currency = payment.Currency,
            SubmittedAt = at,
            SubmittedBy = $"{Words.Of(Backend.Kind)}:{Backend.Id}",
            IsDemo = true,
        };
        var file = new ProofFile { Id = NewId(at, chance), TenantId = payment.TenantId, ProofId = proof.Id, Position = 0, Name = "receipt.png", ContentType = "image/png", Bytes = receipt.Bytes, Sha256 = receipt.Sha256, StoredName = receipt.StoredName };
        db.ManualProofs.Add(proof);
        db.ProofFiles.Add(file);
        payment.SetProofReference(reference, at);
        Take(new PaymentObservation { PaymentId = payment.Id, Fact = ObservedFact.ProofSubmitted, Source = ObservationSource.Proof, Actor = Backend, ProofId = proof.Id, SourceId = proof.Id.ToString(), Reason = $"Reference {reference}" }, at);
        db.AuditEntries.Add(AuditEntry.By(Backend, payment.TenantId, at, "proof.submitted", "proof", proof.Id.ToString(), after: JsonSerializer.Serialize(new { payment_id = payment.Id, proof_type = Words.Of(proof.Type), amount_minor = proof.AmountMinor, currency = proof.Currency, files = (string[])[file.Sha256] })));
    }

    public void PassDeadline(DateTimeOffset at) =>
        Take(new PaymentObservation { PaymentId = payment.Id, Fact = ObservedFact.DeadlinePassed, Source = ObservationSource.Clock, Actor = Job }, at);

    public void Decide(ObservedFact decision, string reason, DateTimeOffset at) =>
        Take(new PaymentObservation { PaymentId = payment.Id, Fact = decision, Source = ObservationSource.Operator, Actor = operatorActor, Reason = reason }, at);

    /// <summary>The operator found the lost checkout at the provider.</summary>
    public void Attach(string reason, DateTimeOffset at)
    {
        var attempt = attempts[^1];
        var reference = bookings[attempt.Id].Reference;
        attempt.Learn(reference, null, null, at);
        payment.Show(attempt, at);
        db.AuditEntries.Add(AuditEntry.By(operatorActor, payment.TenantId, at, "attempt.reference_attached", "payment", payment.Id.ToString(), reason, after: JsonSerializer.Serialize(new { attempt_id = attempt.Id, provider_reference = reference })));
        var attached = new PaymentObservation { PaymentId = payment.Id, AttemptId = attempt.Id, Fact = ObservedFact.Unrecognised, Source = ObservationSource.Operator, Actor = operatorActor, Reason = reason };
        apply.WriteNote(db, payment, attached, "attempt.reference_attached", $"{operatorActor.Name} attached the provider's reference {reference}", at);
    }

    public void Remark(string text, DateTimeOffset at) =>
        db.PaymentNotes.Add(new PaymentNote { Id = NewId(at, chance), TenantId = payment.TenantId, PaymentId = payment.Id, At = at, Type = "note", Text = text, Actor = operatorActor.Name, Source = ObservationSource.Operator });

    /// <summary>The operator gives money back; <paramref name="outcome"/> is as far as it came.</summary>
    public void Refund(long minor, string reason, RefundStatus outcome, DateTimeOffset at)
    {
        var attempt = attempts.First(row => row.ReceivedMinor > 0);
        if (!payment.TryReserveRefund(minor, at))
            throw new InvalidOperationException($"The demo refunds {minor} of {payment.RefundableMinor}.");
        var refund = RefundPayment.NewRefund(payment, attempt, NewId(at, chance), minor, reason, $"{Words.Of(operatorActor.Kind)}:{operatorActor.Id}", operatorActor.AnswerableUserId, at);
        if (outcome == RefundStatus.Requested)
        {
            refund.Await(RefundAction.Approval, at);
            db.ApprovalRequests.Add(RefundPayment.RequestOf(payment, refund, NewId(at, chance), operatorActor, at));
        }
        else if (!order.Route.PaysBack)
            refund.Await(RefundAction.Manual, at);
        refunds.Add(db, payment, refund, operatorActor, at);
        if (refund.ActionRequired is null)
            Send(attempt, refund, outcome, at.AddSeconds(1));
        else if (refund.ActionRequired == RefundAction.Manual && outcome is RefundStatus.Succeeded or RefundStatus.Failed)
            PayBackByHand(refund, outcome == RefundStatus.Succeeded, at.AddSeconds(1));
    }

    public void Dispute(string reason, DateTimeOffset at)
    {
        var attempt = attempts[^1];
        db.Disputes.Add(new Dispute
        {
            Id = NewId(at, chance),
            TenantId = payment.TenantId,
            Mode = payment.Mode,
            PaymentId = payment.Id,
            ProviderReference = "dispute_" + attempt.ProviderReference,
            AccountId = attempt.AccountId,
            AmountMinor = payment.AmountMinor,
            Currency = payment.Currency,
            Reason = reason,
            DueAt = at.AddDays(10),
            OpenedAt = at,
        });
        payment.SetDisputed(payment.AmountMinor, at);
        payment.Flag(PaymentExceptions.Disputed, PaymentExceptions.None, at);
        db.PaymentNotes.Add(new PaymentNote { Id = NewId(at, chance), TenantId = payment.TenantId, PaymentId = payment.Id, AttemptId = attempt.Id, At = at, Type = "dispute.opened", Text = $"The payer disputes {MoneyFormat.Text(payment.AmountMinor, payment.Currency)}", Detail = reason, Actor = Provider.Name });
    }

    private (PaymentAttempt Attempt, DemoBooking Booking) Begin(DateTimeOffset at, Money charged)
    {
        var version = order.Shop.At(at);
        var attempt = new PaymentAttempt
        {
            Id = NewId(at, chance),
            PaymentId = payment.Id,
            TenantId = payment.TenantId,
            Mode = payment.Mode,
            Provider = Profile.Id,
            AccountId = order.Route.Account.Id,
            Endpoint = order.Route.Account.Endpoint,
            ConfigVersionId = version?.Version.Id,
            OrganizationBin = version?.Version.OrganizationBin,
            Method = Profile.Methods[0],
            PayerPhone = payment.CustomerPhone,
            AmountMinor = payment.AmountMinor - payment.ReceivedMinor,
            Currency = payment.Currency,
            CreatedAt = at,
            IsDemo = true,
        };
        attempts.Add(attempt);
        db.PaymentAttempts.Add(attempt);
        payment.Show(attempt, at);
        var checkout = new DemoCheckout(attempt.Id, payment.OrderReference, payment.Description, charged, attempt.Method, attempt.PayerPhone, attempt.OrganizationBin, version?.DeviceToken, order.Route.Credentials, at);
        var booking = ledger.Open(db, Profile.Id, checkout, chance);
        bookings.Add(attempt.Id, booking);
        return (attempt, booking);
    }

    private void Say(PaymentAttempt attempt, ObservedFact fact, string word, DateTimeOffset at, Money? received = null, string? error = null)
    {
        var booking = bookings[attempt.Id];
        Call(ProviderOperation.Status, attempt, null, ProviderCallState.Answered, word, booking.Reference, error, at);
        Take(
            new PaymentObservation
            {
                PaymentId = payment.Id,
                AttemptId = attempt.Id,
                Fact = fact,
                Source = ObservationSource.StatusQuery,
                Actor = Provider,
                Received = received,
                ReceiptReference = received is null ? null : booking.Reference,
                ProviderReference = booking.Reference,
                ProviderStatus = word,
                ErrorCode = error is null ? null : Codes.ProviderRejected,
                ErrorMessage = error,
            },
            at);
    }

    private void Send(PaymentAttempt attempt, Refund refund, RefundStatus outcome, DateTimeOffset at)
    {
        refund.MarkSent(at);
        var error = outcome switch
        {
            RefundStatus.Failed => "The provider refused: the merchant's balance is too low.",
            RefundStatus.Unknown => "No answer within 15 s.",
            _ => null,
        };
        var reference = outcome == RefundStatus.Succeeded ? bookings[attempt.Id].Refund(refund.Id, refund.AmountMinor, at) : null;
        Call(ProviderOperation.Refund, attempt, refund, outcome == RefundStatus.Unknown ? ProviderCallState.Unknown : ProviderCallState.Answered, Words.Of(outcome), reference ?? attempt.ProviderReference, error, at);
        refunds.Settle(db, payment, refund, outcome, reference, outcome == RefundStatus.Failed ? Codes.ProviderRejected : null, error, Provider, reason: null, at.AddSeconds(1));
    }

    /// <summary>The operator paid back outside of any API, or found that it cannot be done.</summary>
    private void PayBackByHand(Refund refund, bool isPaidBack, DateTimeOffset at)
    {
        if (isPaidBack)
            refunds.Settle(db, payment, refund, RefundStatus.Succeeded, "transfer-" + chance.Next(100_000, 1_000_000).ToString(System.Globalization.CultureInfo.InvariantCulture), null, null, operatorActor, "Paid back by bank transfer", at);
        else
            refunds.Settle(db, payment, refund, RefundStatus.Failed, null, "settled_by_hand", "The customer's bank sent the money back", operatorActor, "The customer's bank sent the money back", at);
    }

    private void Call(ProviderOperation operation, PaymentAttempt attempt, Refund? refund, ProviderCallState state, string word, string? externalId, string? error, DateTimeOffset at)
    {
        var call = new ProviderCall
        {
            TenantId = payment.TenantId,
            Mode = payment.Mode,
            Provider = attempt.Provider,
            AccountId = attempt.AccountId,
            PaymentId = payment.Id,
            AttemptId = attempt.Id,
            RefundId = refund?.Id,
            Operation = operation,
            IdempotencyKey = (refund?.Id ?? attempt.Id).ToString(),
            ShopNumber = payment.ShopNumber,
            OrganizationBin = attempt.OrganizationBin,
            AmountMinor = refund?.AmountMinor ?? attempt.AmountMinor,
            StartedAt = at,
            DeadlineAt = at + ProviderCalls.Patience,
        };
        var took = state == ProviderCallState.Unknown ? TimeSpan.FromSeconds(15) : TimeSpan.FromMilliseconds(chance.Next(40, 900));
        call.Finish(state, at + took, externalId, word, error, state == ProviderCallState.Answered ? 200 : null, request: null, response: null);
        db.ProviderCalls.Add(call);
    }

    private void Take(PaymentObservation observation, DateTimeOffset at) => apply.Take(db, payment, attempts, default, observation, at);

    private static Payment NewPayment(DemoOrder order, Random chance) => new()
    {
        Id = NewId(order.At, chance),
        TenantId = order.TenantId,
        Mode = Mode.Test,
        Kind = order.Kind,
        OrderReference = order.Reference,
        PaymentCode = PaymentCode.New(),
        AmountMinor = order.Amount.Minor,
        Currency = order.Amount.Currency,
        Description = order.Description,
        ShopId = order.Shop.Shop.Id,
        ShopNumber = order.Shop.Shop.Number,
        CustomerName = order.Person.Name,
        CustomerEmail = order.Person.Email,
        CustomerPhone = order.Person.Phone,
        CreatedAt = order.At,
        ExpiresAt = order.At.AddDays(1),
        EndsWithFirstAttempt = order.NamesProvider,
        IsDemo = true,
        CreatedBy = "demo",
    };

    /// <summary>A UUIDv7 of a moment whose random part is the seed's: the same demo has the same ids.</summary>
    private static Guid NewId(DateTimeOffset at, Random chance)
    {
        Span<byte> bytes = stackalloc byte[16];
        chance.NextBytes(bytes);
        BinaryPrimitives.WriteUInt64BigEndian(bytes, ((ulong)at.ToUnixTimeMilliseconds() << 16) | 0x7000u | (BinaryPrimitives.ReadUInt16BigEndian(bytes[6..8]) & 0x0FFFu));
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
