using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Core.Providers.Sandbox;

/// <summary>What can be made to go wrong, and the taking of it.</summary>
public static class SandboxFaultKinds
{
    /// <summary>The work is done and the answer is held back until every caller has given up.</summary>
    public const string TimeoutThenSuccess = "timeout_then_success";

    /// <summary>HTTP 500 before anything was done.</summary>
    public const string ServerError = "server_error";

    /// <summary>HTTP 500 after the work was done.</summary>
    public const string ServerErrorAfter = "server_error_after";

    /// <summary>HTTP 200 with a page of HTML, after the work was done.</summary>
    public const string Garbage = "garbage";

    /// <summary>A status answer with the word <see cref="UnknownWord"/>.</summary>
    public const string UnknownStatus = "unknown_status";
    public const string RefundFailed = "refund_failed";
    public const string NotFound = "not_found";

    /// <summary>The webhook comes after <see cref="Late"/>.</summary>
    public const string LateWebhook = "late_webhook";

    /// <summary>The webhook comes three times.</summary>
    public const string DuplicateWebhook = "duplicate_webhook";

    /// <summary>The webhook's body is changed by one bit after it was signed.</summary>
    public const string BadSignature = "bad_signature";
    public const string NoWebhook = "no_webhook";

    /// <summary>The provider says that another amount, or currency, was paid.</summary>
    public const string WrongAmount = "wrong_amount";
    public const string WrongCurrency = "wrong_currency";

    public const string UnknownWord = "Teleported";

    public static readonly TimeSpan Late = TimeSpan.FromSeconds(30);

    public static readonly TimeSpan HoldBack = TimeSpan.FromSeconds(60);

    /// <summary>Faults that concern the transport: <see cref="SandboxHost"/> makes them, the same for every provider.</summary>
    public static readonly IReadOnlyList<string> OfTransport = [TimeoutThenSuccess, ServerError, ServerErrorAfter, Garbage];

    /// <summary>Faults that concern webhooks: <see cref="SandboxWebhooks"/> makes them, the same for every provider.</summary>
    public static readonly IReadOnlyList<string> OfWebhooks = [LateWebhook, DuplicateWebhook, BadSignature, NoWebhook];

    public static readonly IReadOnlyList<string> All = [.. OfTransport, .. OfWebhooks, WrongAmount, WrongCurrency, UnknownStatus, RefundFailed, NotFound];

    /// <summary>Uses up one of <paramref name="faults"/> that is set for this call, the oldest first; null when none is.</summary>
    public static async Task<string?> TakeAsync(PaymentDb db, string provider, string merchant, string path, IReadOnlyList<string> faults, CancellationToken cancellationToken)
    {
        var set = await db.SandboxFaults.AsNoTracking()
            .Where(fault => fault.Provider == provider && fault.Remaining > 0 && (fault.Merchant == null || fault.Merchant == merchant))
            .OrderBy(fault => fault.CreatedAt).ThenBy(fault => fault.Id)
            .ToListAsync(cancellationToken);
        foreach (var fault in set.Where(fault => faults.Contains(fault.Fault) && (fault.Path is null || path.StartsWith(fault.Path, StringComparison.Ordinal))))
        {
            var taken = await db.SandboxFaults.Where(row => row.Id == fault.Id && row.Remaining > 0)
                .ExecuteUpdateAsync(row => row.SetProperty(one => one.Remaining, one => one.Remaining - 1), cancellationToken);
            if (taken == 1)
                return fault.Fault;
        }
        return null;
    }
}
