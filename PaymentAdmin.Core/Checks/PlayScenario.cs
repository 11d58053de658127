using System.Diagnostics;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Providers.Sandbox;

namespace PaymentAdmin.Core.Checks;

/// <summary>One scenario while it is played.</summary>
internal sealed class PlayScenario(SuiteTools tools, SuiteRequest request, ProviderAccountSnapshot account, PayerScript script, Actor actor, SuiteScenario scenario, CancellationToken cancellationToken)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan AskEvery = SettlePayment.AskAtMostEvery + TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private readonly DateTimeOffset began = tools.Clock.GetUtcNow();
    private Guid? paymentId;

    private ProviderProfile Profile => tools.Providers[request.Provider].Profile;

    public async Task<SuiteRow> RunAsync()
    {
        SuiteRow Row(SuiteState state, string reason) => new(scenario, state, reason, paymentId, tools.Clock.GetUtcNow() - began);
        try
        {
            return Row(SuiteState.Passed, await StepsAsync());
        }
        catch (Judged judged)
        {
            return Row(judged.State, judged.Message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Row(SuiteState.Stopped, "Stopped on request; the payment goes on by itself.");
        }
    }

    private Task<string> StepsAsync() => scenario.Word switch
    {
        "pays" => PaysAsync(),
        "declines" => DeclinesAsync(),
        "silent" => SilentAsync(),
        "refunds" => RefundsAsync(),
        "refund_fails" => RefundFailsAsync(),
        "duplicate_webhook" => DuplicateAsync(),
        "no_webhook" => NoWebhookAsync(),
        "bad_signature" => BadSignatureAsync(),
        "wrong_amount" => DiffersAsync(SandboxFaultKinds.WrongAmount, PaymentExceptions.AmountMismatch),
        "wrong_currency" => DiffersAsync(SandboxFaultKinds.WrongCurrency, PaymentExceptions.CurrencyMismatch),
        "unknown_status" => UnknownStatusAsync(),
        "lost_answer" => LostAnswerAsync(),
        "server_error" => ServerErrorAsync(),
        "late_webhook" => LateWebhookAsync(),
        _ => throw new UnreachableException(),
    };

    private async Task<string> PaysAsync(params SandboxFaultChoice[] faults)
    {
        await PaidAsync(faults);
        return $"Succeeded after {Seconds()}; {Text(request.Amount.Minor)} counted once.";
    }

    private async Task<string> DeclinesAsync()
    {
        await DialAsync();
        await CreateAsync(script.Phones?.Declines);
        await ActAsync(script.Declines);
        // A page may let the payer try another card; a phone may not.
        var payment = await WaitAsync(found => found.IsFinal || (script.Phones is null && tools.Clock.GetUtcNow() - began > Soon), Patience, asks: true);
        await NothingCountedAsync(payment);
        if (script.Phones is not null && payment.Status != PaymentStatus.Failed)
            throw Wrong($"The payer refused on the phone, and the payment is {Word(payment)}.");
        return $"{Capital(Word(payment))}{(payment.LastErrorMessage is { } said ? $": {said.TrimEnd('.')}" : "")}. No money counted.";
    }

    private async Task<string> SilentAsync()
    {
        await DialAsync();
        await CreateAsync(script.Phones?.Silent);
        var payment = await WaitAsync(_ => tools.Clock.GetUtcNow() - began > AskEvery, Soon, asks: true);
        await NothingCountedAsync(payment);
        if (payment.Status != PaymentStatus.Pending)
            throw Wrong($"Nobody did anything, and the payment is {Word(payment)}.");
        // It would wait for its payer for hours; a person who may cancels it.
        await tools.Settle.CancelAsync(request.TenantId, Mode.Test, payment.Id, "test suite", actor, CancellationToken.None);
        return "Still waiting after the provider was asked; no money counted.";
    }

    private async Task<string> RefundsAsync()
    {
        var payment = await PaidAsync();
        var back = await RefundAsync(payment);
        if (back.ActionRequired == RefundAction.Manual)
            return "The provider has no refund call: the refund waits for a person, and the amount is reserved.";
        var after = await ReadAsync();
        if (back.Status != RefundStatus.Succeeded)
            throw Wrong($"The refund is {Words.Of(back.Status)}{(back.FailureMessage is { } why ? $": {why}" : "")}.");
        if (after.Status != PaymentStatus.Succeeded || after.RefundedMinor != request.Amount.Minor || after.RefundableMinor != 0)
            throw Wrong($"The payment is {Word(after)} with {Text(after.RefundedMinor)} refunded and {Text(after.RefundableMinor)} refundable.");
        return $"{Text(after.RefundedMinor)} went back once; the payment stays succeeded.";
    }

    private async Task<string> RefundFailsAsync()
    {
        var payment = await PaidAsync();
        await DialAsync(new SandboxFaultChoice(SandboxFaultKinds.RefundFailed));
        var back = await RefundAsync(payment);
        var after = await ReadAsync();
        if (back.Status != RefundStatus.Failed)
            throw Wrong($"The provider refused, and the refund is {Words.Of(back.Status)}.");
        if (after.RefundedMinor != 0 || after.RefundableMinor != request.Amount.Minor)
            throw Wrong($"The refund failed, and {Text(after.RefundableMinor)} of {Text(request.Amount.Minor)} can be refunded.");
        return $"Failed{(back.FailureMessage is { } why ? $": {why.TrimEnd('.')}" : "")}. {Text(after.RefundableMinor)} can be refunded again.";
    }

    private async Task<string> DuplicateAsync()
    {
        var payment = await PaidAsync(new SandboxFaultChoice(SandboxFaultKinds.DuplicateWebhook, Times: 10));
        var copies = await UntilAsync(db => db.WebhookEvents.Where(row => row.AccountId == account.AccountId && row.PaymentId == payment.Id).SumAsync(row => row.Duplicates, cancellationToken), found => found > 0);
        if (copies == 0)
            throw Wrong("The same delivery did not come again: is the account's webhook key another one by now?");
        await CountedOnceAsync(await ReadAsync());
        return $"{copies} copies came and changed nothing; {Text(request.Amount.Minor)} counted once.";
    }

    private async Task<string> NoWebhookAsync()
    {
        var payment = await PaidAsync(new SandboxFaultChoice(SandboxFaultKinds.NoWebhook, Times: 10));
        return await EventsAsync(payment) == 0
            ? $"Nothing came; {Profile.Name} was asked. Succeeded after {Seconds()}, counted once."
            : throw Wrong("A delivery came although the dial kept them all back.");
    }

    private async Task<string> BadSignatureAsync()
    {
        await DialAsync(new SandboxFaultChoice(SandboxFaultKinds.BadSignature, Times: 10));
        await CreateAsync(script.Phones?.Pays);
        await ActAsync(script.Pays);
        var refused = await UntilAsync(db => db.WebhookRejections.CountAsync(row => row.AccountId == account.AccountId && row.At >= began, cancellationToken), found => found > 0);
        if (refused == 0)
            throw Wrong("The changed delivery is not among the rejected ones.");
        var payment = await SucceededAsync();
        return await EventsAsync(payment) == 0
            ? "Refused, kept for diagnosis, without effect. Asking the provider found the money; it is counted once."
            : throw Wrong("A delivery whose signature does not fit is in the inbox.");
    }

    private async Task<string> DiffersAsync(string fault, PaymentExceptions expected)
    {
        await DialAsync(new SandboxFaultChoice(fault));
        await CreateAsync(script.Phones?.Pays);
        await ActAsync(script.Pays);
        var payment = await WaitAsync(found => found.IsFinal || found.Status == PaymentStatus.InReview, Patience, asks: true);
        if (payment.Status != PaymentStatus.InReview)
            throw Wrong($"Money that differs from what was asked must wait for a person; the payment is {Word(payment)}.");
        return payment.Exceptions.HasFlag(expected)
            ? $"In review, {Words.Of(expected).Replace('_', ' ')}: a person decides."
            : throw Wrong($"In review without the exception {Words.Of(expected)}.");
    }

    private async Task<string> UnknownStatusAsync()
    {
        SandboxFaultChoice[] quiet = tools.Providers[request.Provider] is IReadsWebhooks ? [new SandboxFaultChoice(SandboxFaultKinds.NoWebhook, Times: 10)] : [];
        await DialAsync([.. quiet, new SandboxFaultChoice(SandboxFaultKinds.UnknownStatus, Times: 1000, script.StatusPath)]);
        await CreateAsync(script.Phones?.Pays);
        await ActAsync(script.Pays);
        string? word = null;
        var payment = await WaitAsync(
            async found => found.IsFinal || (word = await tools.Store.ReadAsync(db => db.PaymentAttempts.Where(row => row.PaymentId == found.Id).Select(row => row.ProviderStatus).FirstOrDefaultAsync(cancellationToken), cancellationToken)) == SandboxFaultKinds.UnknownWord,
            Patience,
            asks: true);
        await NothingCountedAsync(payment);
        if (payment.Status != PaymentStatus.Pending || word != SandboxFaultKinds.UnknownWord)
            throw Wrong($"A word that nobody knows must change nothing; the payment is {Word(payment)}.");
        await DialAsync(quiet);
        await SucceededAsync();
        return $"\"{word}\" changed nothing and is shown; the next answer counted the money once.";
    }

    private async Task<string> LostAnswerAsync()
    {
        await DialAsync(new SandboxFaultChoice(SandboxFaultKinds.Garbage, Path: script.CreatePath));
        await CreateAsync(script.Phones?.Pays);
        var payment = await WaitAsync(found => found.IsFinal || tools.Clock.GetUtcNow() - began > Soon, Soon + Soon, asks: true);
        if (payment.Status == PaymentStatus.Failed)
            throw Wrong("The answer was lost and the payment is failed, although the provider may have taken the money.");
        if (payment.Status == PaymentStatus.Succeeded)
            await CountedOnceAsync(payment);
        await SentOnceAsync();
        return payment.Status == PaymentStatus.InReview ? "In review: the provider cannot be asked without its reference, so a person looks. Sent once." : $"{Capital(Word(payment))}, never failed. Sent once.";
    }

    private async Task<string> ServerErrorAsync()
    {
        await DialAsync(new SandboxFaultChoice(SandboxFaultKinds.ServerError, Path: script.CreatePath));
        await CreateAsync(script.Phones?.Pays);
        var payment = await WaitAsync(found => found.IsFinal || tools.Clock.GetUtcNow() - began > AskEvery, Soon, asks: true);
        await NothingCountedAsync(payment);
        await SentOnceAsync();
        return $"{Capital(Word(payment))}; no money counted, sent once.";
    }

    private async Task<string> LateWebhookAsync()
    {
        var payment = await PaidAsync(new SandboxFaultChoice(SandboxFaultKinds.LateWebhook, Times: 10));
        var knew = Seconds();
        if (await UntilAsync(() => EventsAsync(payment), found => found > 0) == 0)
            throw Wrong("The late delivery did not come.");
        await CountedOnceAsync(await ReadAsync());
        return $"Succeeded after {knew}, because the provider was asked; the webhook came after {Seconds()} and changed nothing.";
    }

    private Task DialAsync(params SandboxFaultChoice[] faults) => DialAsync((IReadOnlyList<SandboxFaultChoice>)faults);

    private async Task DialAsync(IReadOnlyList<SandboxFaultChoice> faults)
    {
        if (!await tools.Dial.SetForAsync(account, faults, cancellationToken))
            throw Wrong("The sandbox did not take the fault dial.");
    }

    private async Task CreateAsync(string? phone)
    {
        var id = tools.Ids.NewId();
        var created = await tools.Create.RunAsync(
            new CreatePaymentRequest
            {
                TenantId = request.TenantId,
                Mode = Mode.Test,
                PaymentId = id,
                ShopId = request.ShopNumber,
                OrderReference = $"{RunSuite.ReferencePrefix}{scenario.Word}-{id.ToString("N")[^8..]}",
                AmountMinor = request.Amount.Minor,
                Currency = request.Amount.Currency,
                Description = $"Test suite: {scenario.Title}",
                CustomerPhone = phone,
                Provider = request.Provider,
                Method = script.Phones is null ? null : "phone",
            },
            actor,
            cancellationToken);
        if (!created.IsOk)
            throw Wrong($"No payment was made: {created.Problem!.Detail}");
        paymentId = created.Value.PaymentId;
    }

    /// <summary>Where the phone decides there is nothing to do.</summary>
    private async Task ActAsync(IReadOnlyList<PayerForm> forms)
    {
        if (script.Phones is not null)
            return;
        var attempt = await tools.Store.ReadAsync(db => db.PaymentAttempts.AsNoTracking().Where(row => row.PaymentId == paymentId).OrderByDescending(row => row.CreatedAt).FirstOrDefaultAsync(cancellationToken), cancellationToken);
        if (attempt?.PageUrl is not { } page)
            throw Wrong($"The checkout has no page for the payer: {attempt?.LastErrorMessage ?? "the provider gave none"}");
        if (await tools.Payer.ActAsync(request.Provider, page, forms, cancellationToken) is { } fault)
            throw Wrong(fault);
    }

    private async Task<Payment> PaidAsync(params SandboxFaultChoice[] faults)
    {
        await DialAsync(faults);
        await CreateAsync(script.Phones?.Pays);
        await ActAsync(script.Pays);
        return await SucceededAsync();
    }

    private async Task<Payment> SucceededAsync()
    {
        var payment = await WaitAsync(found => found.IsFinal || found.Status == PaymentStatus.InReview, Patience, asks: true);
        if (payment.Status != PaymentStatus.Succeeded)
            throw Wrong($"The payer paid, and the payment is {Word(payment)}{Exceptions(payment)}{(payment.LastErrorMessage is { } said ? $": {said}" : "")}.");
        await CountedOnceAsync(payment);
        return payment;
    }

    private async Task<Refund> RefundAsync(Payment payment)
    {
        var asked = await tools.Refund.RunAsync(new RefundRequestedBy(request.TenantId, Mode.Test, payment.Id, AmountMinor: null, AttemptId: null, "test suite"), actor, cancellationToken);
        if (!asked.IsOk)
            throw asked.Problem!.Code == Codes.PermissionMissing ? new Judged(SuiteState.NotRun, "Your role may not refund.") : Wrong($"The refund was refused: {asked.Problem.Detail}");
        var back = await UntilAsync(db => db.Refunds.AsNoTracking().SingleAsync(row => row.Id == asked.Value, cancellationToken), found => found.IsSettled || found.ActionRequired is not null);
        return back.ActionRequired == RefundAction.Approval ? throw new Judged(SuiteState.NotRun, "The tenant's rule wants a second person for this refund: it waits on the page Approvals.") : back;
    }

    private async Task CountedOnceAsync(Payment payment)
    {
        var receipts = await tools.Store.ReadAsync(db => db.Receipts.CountAsync(row => row.PaymentId == payment.Id, cancellationToken), cancellationToken);
        if (receipts != 1 || payment.ReceivedMinor != request.Amount.Minor)
            throw Wrong($"{Text(request.Amount.Minor)} was paid once; {Text(payment.ReceivedMinor)} is counted in {receipts} receipts.");
    }

    private async Task NothingCountedAsync(Payment payment)
    {
        if (payment.Status == PaymentStatus.Succeeded)
            throw Wrong("The payment succeeded, although nobody paid.");
        if (payment.ReceivedMinor != 0 || await tools.Store.ReadAsync(db => db.Receipts.AnyAsync(row => row.PaymentId == payment.Id, cancellationToken), cancellationToken))
            throw Wrong($"{Text(payment.ReceivedMinor)} is counted, although nobody paid.");
    }

    private async Task SentOnceAsync()
    {
        var sent = await tools.Store.ReadAsync(db => db.ProviderCalls.CountAsync(row => row.PaymentId == paymentId && row.Operation == ProviderOperation.Create, cancellationToken), cancellationToken);
        if (sent != 1)
            throw Wrong($"The checkout was sent {sent} times.");
    }

    private Task<int> EventsAsync(Payment payment) => tools.Store.ReadAsync(db => db.WebhookEvents.CountAsync(row => row.AccountId == account.AccountId && row.PaymentId == payment.Id, cancellationToken), cancellationToken);

    private Task<Payment> ReadAsync() => tools.Store.ReadAsync(db => db.Payments.AsNoTracking().SingleAsync(row => row.Id == paymentId, cancellationToken), cancellationToken);

    private Task<Payment> WaitAsync(Func<Payment, bool> isThere, TimeSpan atMost, bool asks) => WaitAsync(payment => Task.FromResult(isThere(payment)), atMost, asks);

    /// <summary>Looks until it is so or the time is over; meanwhile asks the provider, as an impatient person would.</summary>
    private async Task<Payment> WaitAsync(Func<Payment, Task<bool>> isThere, TimeSpan atMost, bool asks)
    {
        var until = tools.Clock.GetUtcNow() + atMost;
        var nextAsk = tools.Clock.GetUtcNow() + TimeSpan.FromSeconds(3);
        while (true)
        {
            var payment = await ReadAsync();
            if (await isThere(payment) || tools.Clock.GetUtcNow() >= until)
                return payment;
            if (asks && tools.Clock.GetUtcNow() >= nextAsk)
            {
                nextAsk = tools.Clock.GetUtcNow() + AskEvery;
                await tools.Settle.VerifyAsync(request.TenantId, Mode.Test, payment.Id, actor, CancellationToken.None);
            }
            await Task.Delay(Look, tools.Clock, cancellationToken);
        }
    }

    private Task<T> UntilAsync<T>(Func<PaymentDb, Task<T>> read, Func<T, bool> isThere) => UntilAsync(() => tools.Store.ReadAsync(read, cancellationToken), isThere);

    private async Task<T> UntilAsync<T>(Func<Task<T>> read, Func<T, bool> isThere)
    {
        var until = tools.Clock.GetUtcNow() + Patience;
        while (true)
        {
            var found = await read();
            if (isThere(found) || tools.Clock.GetUtcNow() >= until)
                return found;
            await Task.Delay(Look, tools.Clock, cancellationToken);
        }
    }

    private string Text(long minor) => MoneyFormat.Text(minor, request.Amount.Currency);

    private string Seconds() => string.Create(CultureInfo.InvariantCulture, $"{(tools.Clock.GetUtcNow() - began).TotalSeconds:0.0} s");

    private static string Word(Payment payment) => Words.Of(payment.Status).Replace('_', ' ');

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];

    private static string Exceptions(Payment payment) => payment.Exceptions == PaymentExceptions.None ? "" : $" ({string.Join(", ", Words.Flags(payment.Exceptions)).Replace('_', ' ')})";

    private static Judged Wrong(string what) => new(SuiteState.Failed, what);

    /// <summary>
    /// What a scenario came to, when it is not what was expected. Thrown through the steps of a play and nowhere else: like a test's assertion,
    /// so that the steps read as what is played.
    /// </summary>
    private sealed class Judged(SuiteState state, string reason) : Exception(reason)
    {
        public SuiteState State => state;
    }
}
