using System.Text.Json.Nodes;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>What the source systems' routes have in common that start a checkout: one per payment, answered again while it is open.</summary>
internal static class SourceCheckout
{
    /// <summary>Starts the payment's checkout, or finds the one that is open.</summary>
    public static async Task<IResult> StartAsync(HttpContext http, Payment payment, AttemptRequest request, Actor actor, Func<FoundAttempt, string, IResult> started, CancellationToken cancellationToken)
    {
        var begun = await http.RequestServices.GetRequiredService<StartAttempt>().RunAsync(payment.Id, request with { AnswersOpenPage = true, AttemptId = IdempotentRequests.ResourceIdOf(http) }, actor, cancellationToken);
        if (!begun.IsOk)
            return OnSourceRoute(begun.Problem!).ToHttp();
        var find = http.RequestServices.GetRequiredService<FindPayment>();
        return await AnswerAsync(find, payment.Id, begun.Value, found => PageOf(found) is { } page ? started(found, page) : NotStarted(found.Attempt).ToHttp(), cancellationToken);
    }

    /// <summary>Answers when the provider has, or its silence is stored. A repetition may come while the first request still waits.</summary>
    public static async Task<IResult> AnswerAsync(FindPayment find, Guid paymentId, Guid? attemptId, Func<FoundAttempt, IResult> started, CancellationToken cancellationToken) =>
        await find.AnsweredAsync(paymentId, attemptId, cancellationToken) switch
        {
            null => new Problem(Codes.AttemptInProgress, "The same payment is being created; the provider has not answered yet.") { PaymentId = paymentId, RetryAfterSeconds = 5 }.ToHttp(),
            { Attempt.Status: AttemptStatus.Unknown } => new Problem(Codes.ProviderOutcomeUnknown, "The provider did not answer, so the payer may have been asked. Do not repeat the payment: it is being cleared up.") { PaymentId = paymentId }.ToHttp(),
            { Attempt: { Status: AttemptStatus.Failed, ProviderReference: null } refused } => NotStarted(refused).ToHttp(),
            { } answered => started(answered),
        };

    /// <summary>The provider's page; null when it gave none, or it is closed.</summary>
    public static string? PageOf(FoundAttempt found) => found.Attempt.NextActionJson is { } action ? JsonNode.Parse(action)?["url"]?.GetValue<string>() : null;

    // Only 001's callers know their shops here; to the others an unconfigured shop is an unconfigured provider.
    private static Problem OnSourceRoute(Problem problem) => problem.Code == Codes.ShopNotConfigured ? problem with { Code = Codes.ProviderNotConfigured } : problem;

    /// <summary>The provider was not reached or said no: nothing was done.</summary>
    private static Problem NotStarted(PaymentAttempt attempt)
    {
        var text = attempt.LastErrorMessage ?? "The provider refused the payment.";
        return attempt.LastErrorCode == Codes.ValidationFailed
            ? Problem.Invalid("phone", text)
            : new Problem(attempt.LastErrorCode ?? Codes.ProviderRejected, text) { PaymentId = attempt.PaymentId, ProviderCode = attempt.LastErrorProviderCode };
    }
}
