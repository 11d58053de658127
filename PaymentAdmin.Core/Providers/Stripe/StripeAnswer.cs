using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Core.Providers.Stripe;

/// <summary>What an answer of Stripe's is worth: done, surely not done, or nobody knows.</summary>
internal abstract record StripeAnswer
{
    private const int TextLengthMax = 200;

    private StripeAnswer()
    {
    }

    public sealed record Good(byte[] Body) : StripeAnswer
    {
        public T? Read<T>(JsonTypeInfo<T> type) where T : class => StripeJson.Read(Body, type);
    }

    /// <summary>Surely not done. <paramref name="Code"/> is one of ours.</summary>
    public sealed record Refused(string Code, string Text, string? ProviderCode, int Http) : StripeAnswer;

    /// <summary>It may have been done.</summary>
    public sealed record Useless(string Reason) : StripeAnswer;

    public static StripeAnswer Of(ProviderAnswer answer, Redaction redaction) => answer switch
    {
        ProviderAnswer.NotSent => new Refused(Codes.ProviderUnavailable, "Stripe could not be reached; nothing was sent.", null, 0),
        ProviderAnswer.Unknown unknown => new Useless(unknown.Reason),
        ProviderAnswer.Answered answered => Of(answered, redaction),
        _ => throw new UnreachableException(),
    };

    private static StripeAnswer Of(ProviderAnswer.Answered answered, Redaction redaction)
    {
        var http = (int)answered.Status;
        if (answered.IsSuccess)
            return new Good(answered.Body);
        var error = StripeJson.Read(answered.Body, StripeJson.Default.StripeFault)?.Error;
        // 408, 425: given up in the middle. 409: the same key is being worked on, so an earlier request may do it.
        // idempotency_error: the key was used with other parameters, so something was done under it.
        if (http is < 400 or >= 500 or 408 or 409 or 425 || error?.Type == "idempotency_error")
            return new Useless($"An answer that settles nothing: HTTP {http}{(error?.Code is { } code ? ", " + Line(code, redaction) : "")}.");
        return Refusal(http, error, redaction);
    }

    private static Refused Refusal(int http, StripeError? error, Redaction redaction)
    {
        var said = error?.Message is { } message && !string.IsNullOrWhiteSpace(message) ? Line(message, redaction) : null;
        var providerCode = Line(error?.DeclineCode ?? error?.Code ?? error?.Type ?? http.ToString(CultureInfo.InvariantCulture), redaction);
        var (ours, text) = (http, error?.Code) switch
        {
            (401, _) => (Codes.ProviderRejected, "Stripe refused the secret key."),
            (403, _) => (Codes.ProviderRejected, "The key has no permission for this at Stripe."),
            (429, _) => (Codes.ProviderUnavailable, "Stripe takes no more calls at the moment."),
            (_, "amount_too_small" or "amount_too_large") => (Codes.AmountOutOfRange, said ?? "Stripe does not take this amount."),
            (_, "charge_already_refunded") => (Codes.RefundExceedsPayment, said ?? "The charge is refunded already."),
            (_, "charge_disputed") => (Codes.PaymentDisputed, said ?? "The charge is disputed."),
            _ => (Codes.ProviderRejected, said ?? "Stripe refused the call."),
        };
        return new Refused(ours, text, providerCode, http);
    }

    private static string Line(string text, Redaction redaction)
    {
        var line = redaction.Apply(text).ReplaceLineEndings(" ").Trim();
        return line.Length <= TextLengthMax ? line : line[..(TextLengthMax - 1)] + "…";
    }
}
