using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Core.Providers.Sandbox;

/// <summary>
/// The imitated providers behind one door: finds the imitation, gives it a context and a transaction of its own, lets the fault dial
/// interfere, and answers the dial's and the ledger's own paths (<c>/_faults</c>, <c>/_faults/clear</c>, <c>/_ledger</c>).
/// </summary>
public sealed class SandboxHost(IEnumerable<ISandbox> sandboxes, SandboxWebhooks webhooks, PaymentStore store)
{
    private const int LedgerRowsMax = 1000;

    private readonly Dictionary<string, ISandbox> byProvider = sandboxes.ToDictionary(sandbox => sandbox.Provider, StringComparer.Ordinal);

    /// <summary>Null when there is no such imitation. The work is committed when the answer is there; only then may it be held back.</summary>
    public async Task<SandboxResponse?> AnswerAsync(string provider, SandboxRequest request, CancellationToken cancellationToken)
    {
        if (!byProvider.TryGetValue(provider, out var sandbox))
            return null;
        if (sandbox is IAsksMerchant asking && await store.ReadAsync(db => asking.QuestionAsync(request, db, cancellationToken), cancellationToken) is { } question)
            request = request with { Answer = await webhooks.AskAsync(question, cancellationToken) };
        return await store.WriteAsync(
            db => (request.Method, request.Path) switch
            {
                ("POST", "/_faults") => SetFaultAsync(db, provider, request, cancellationToken),
                ("POST", "/_faults/clear") => ClearFaultsAsync(db, provider, request, cancellationToken),
                ("GET", "/_ledger") => LedgerAsync(db, provider, request, cancellationToken),
                _ => CallAsync(db, sandbox, request, cancellationToken),
            },
            cancellationToken);
    }

    /// <summary>Sends the imitations' webhooks that are due; true when there was something.</summary>
    public Task<bool> SendDueAsync(CancellationToken cancellationToken) => webhooks.SendDueAsync(provider => byProvider.GetValueOrDefault(provider) as ISignsTime, cancellationToken);

    private static async Task<SandboxResponse> CallAsync(PaymentDb db, ISandbox sandbox, SandboxRequest request, CancellationToken cancellationToken)
    {
        var fault = sandbox.Merchant(request) is { } merchant
            ? await SandboxFaultKinds.TakeAsync(db, sandbox.Provider, merchant, request.Path, SandboxFaultKinds.OfTransport, cancellationToken)
            : null;
        if (fault == SandboxFaultKinds.ServerError)
            return SandboxResponse.Json(500, "");
        var response = await sandbox.HandleAsync(request, db, cancellationToken);
        return fault switch
        {
            SandboxFaultKinds.ServerErrorAfter => SandboxResponse.Json(500, ""),
            SandboxFaultKinds.Garbage => SandboxResponse.Html("<!doctype html><title>Maintenance</title><p>Back soon.</p>"),
            SandboxFaultKinds.TimeoutThenSuccess => response with { HoldBack = SandboxFaultKinds.HoldBack },
            _ => response,
        };
    }

    private static async Task<SandboxResponse> SetFaultAsync(PaymentDb db, string provider, SandboxRequest request, CancellationToken cancellationToken)
    {
        if (ReadFault(request.Body) is not { Fault: { } word } asked || !SandboxFaultKinds.All.Contains(word) || asked.Remaining is < 1 or > 1000)
            return Refuse($"The body is {{\"fault\", \"remaining\", \"merchant\"?, \"path\"?}}; fault is one of {string.Join(", ", SandboxFaultKinds.All)}; remaining is 1 to 1000.");
        await db.SandboxFaults.Where(used => used.Provider == provider && used.Remaining == 0).ExecuteDeleteAsync(cancellationToken);
        db.SandboxFaults.Add(new SandboxFault
        {
            Id = IdSource.NewId(request.At),
            Provider = provider,
            Merchant = asked.Merchant is { } credential ? SandboxCharge.MerchantOf(credential) : asked.MerchantName,
            Path = asked.Path,
            Fault = word,
            Remaining = asked.Remaining,
            CreatedAt = request.At,
        });
        return SandboxResponse.Json(201, JsonSerializer.Serialize(new SandboxFaultSet(word, asked.Remaining), SandboxJson.Default.SandboxFaultSet));
    }

    /// <summary>Without a body: the faults of everybody.</summary>
    private static async Task<SandboxResponse> ClearFaultsAsync(PaymentDb db, string provider, SandboxRequest request, CancellationToken cancellationToken)
    {
        var name = ReadFault(request.Body)?.MerchantName;
        await db.SandboxFaults.Where(fault => fault.Provider == provider && (name == null || fault.Merchant == name)).ExecuteDeleteAsync(cancellationToken);
        return SandboxResponse.Json(200, "{}");
    }

    /// <summary>The provider's side of the books, newest first; <c>reference</c> is the provider's or ours.</summary>
    private static async Task<SandboxResponse> LedgerAsync(PaymentDb db, string provider, SandboxRequest request, CancellationToken cancellationToken)
    {
        var charges = db.SandboxCharges.Where(charge => charge.Provider == provider);
        if (request.Query.GetValueOrDefault("reference") is { Length: > 0 } reference)
            charges = charges.Where(charge => charge.Reference == reference || charge.MerchantReference == reference);
        var rows = await charges.OrderByDescending(charge => charge.CreatedAt).Take(LedgerRowsMax).ToListAsync(cancellationToken);
        foreach (var charge in rows)
            charge.Settle(request.At);
        var lines = rows.Select(charge => new SandboxLedgerRow(charge.Reference, charge.MerchantReference, charge.AmountMinor, charge.Currency, Words.Of(charge.State), charge.RefundedMinor)).ToList();
        return SandboxResponse.Json(200, JsonSerializer.Serialize(lines, SandboxJson.Default.ListSandboxLedgerRow));
    }

    private static SandboxFaultAsked? ReadFault(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body.Span, SandboxJson.Default.SandboxFaultAsked);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static SandboxResponse Refuse(string text) =>
        SandboxResponse.Json(400, JsonSerializer.Serialize(new SandboxRefusal(text), SandboxJson.Default.SandboxRefusal));
}

/// <param name="Merchant">The credential that the calls carry (access token, secret key): the fault meets its bearer alone.</param>
/// <param name="MerchantName">The same by the name that the books have for the merchant, for whoever does not hand credentials on.</param>
internal sealed record SandboxFaultAsked(string? Fault, int Remaining = 1, string? Merchant = null, string? Path = null, string? MerchantName = null);

internal sealed record SandboxFaultSet(string Fault, int Remaining);

internal sealed record SandboxLedgerRow(string Reference, string? MerchantReference, long AmountMinor, string Currency, string State, long RefundedMinor);

internal sealed record SandboxRefusal(string Error);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SandboxFaultAsked))]
[JsonSerializable(typeof(SandboxFaultSet))]
[JsonSerializable(typeof(SandboxRefusal))]
[JsonSerializable(typeof(List<SandboxLedgerRow>))]
internal sealed partial class SandboxJson : JsonSerializerContext;
