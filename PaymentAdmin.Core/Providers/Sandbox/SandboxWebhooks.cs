using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Providers.Sandbox;

/// <summary>
/// The webhooks of the imitated providers. At a real provider the merchant pastes URL and secret into a dashboard; here the imitation looks
/// them up at the sandbox account whose credential the call carried. Deliveries are rows, sent at their time and again until answered with 2xx.
/// </summary>
public sealed class SandboxWebhooks(ProviderAccounts accounts, PaymentStore store, Deployment deployment, IHttpClientFactory clients, TimeProvider clock)
{
    /// <summary>Name of the client: it reaches this process alone.</summary>
    public const string ClientName = "sandbox-webhooks";

    private static readonly TimeSpan[] Again = [TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10)];

    /// <summary>The sandbox account of this provider whose credential <paramref name="field"/> is <paramref name="value"/>; null when nobody's is.</summary>
    public Task<ProviderAccountSnapshot?> FindAccountAsync(PaymentDb db, string provider, string field, string value, CancellationToken cancellationToken) =>
        FindAccountAsync(db, provider, account => account.Credential(field) == value, cancellationToken);

    /// <summary>The same by the name that the merchant has in the imitation's books (<see cref="SandboxCharge.MerchantOf"/>): for what a payer's browser sets off.</summary>
    public Task<ProviderAccountSnapshot?> FindMerchantAsync(PaymentDb db, string provider, string field, string merchant, CancellationToken cancellationToken) =>
        FindAccountAsync(db, provider, account => SandboxCharge.MerchantOf(account.Credential(field)) == merchant, cancellationToken);

    /// <summary>
    /// The same by the merchant as the books name it, for pages that a browser opens: they carry no credential, and the books keep none.
    /// </summary>
    public Task<ProviderAccountSnapshot?> FindAccountAsync(PaymentDb db, string provider, string merchant, Func<ProviderAccountSnapshot, string> merchantOf, CancellationToken cancellationToken) =>
        FindAccountAsync(db, provider, account => merchantOf(account) == merchant, cancellationToken);

    /// <summary>The first sandbox account of this provider that <paramref name="isMeant"/> takes: for calls that prove their merchant by a signature.</summary>
    public async Task<ProviderAccountSnapshot?> FindAccountAsync(PaymentDb db, string provider, Func<ProviderAccountSnapshot, bool> isMeant, CancellationToken cancellationToken)
    {
        var rows = await db.ProviderAccounts.AsNoTracking().Where(row => row.Provider == provider && row.Endpoint == AccountEndpoint.Sandbox).ToListAsync(cancellationToken);
        return rows.Select(row => accounts.Open(row, route: null)).FirstOrDefault(isMeant);
    }

    /// <summary>The sandbox account that an earlier call was of, for what happens on a page; null when it is gone.</summary>
    public async Task<ProviderAccountSnapshot?> FindAccountAsync(PaymentDb db, Guid accountId, CancellationToken cancellationToken)
    {
        var row = await db.ProviderAccounts.AsNoTracking().FirstOrDefaultAsync(found => found.Id == accountId && found.Endpoint == AccountEndpoint.Sandbox, cancellationToken);
        return row is null ? null : accounts.Open(row, route: null);
    }

    /// <summary>Plans a delivery to the account's webhook URL, with what the fault dial says about webhooks: late, doubled, wrongly signed.</summary>
    /// <param name="path">Added behind the account's URL where the provider has several endpoints ("/pay").</param>
    public async Task PlanAsync(PaymentDb db, ProviderAccountSnapshot account, IReadOnlyDictionary<string, string> headers, byte[] body, DateTimeOffset at, CancellationToken cancellationToken, string path = "", string? merchant = null)
    {
        var fault = merchant is null ? null : await SandboxFaultKinds.TakeAsync(db, account.Provider, merchant, "/webhook", SandboxFaultKinds.OfWebhooks, cancellationToken);
        var sent = fault == SandboxFaultKinds.BadSignature && body.Length > 0 ? [.. body[..^1], (byte)(body[^1] ^ 1)] : body;
        var due = fault == SandboxFaultKinds.LateWebhook ? at + SandboxFaultKinds.Late : at;
        for (var copy = 0; copy < (fault == SandboxFaultKinds.DuplicateWebhook ? 3 : fault == SandboxFaultKinds.NoWebhook ? 0 : 1); copy++)
            db.SandboxDeliveries.Add(new SandboxDelivery { Id = IdSource.NewId(at), Provider = account.Provider, Url = PathOf(account.WebhookUrl) + path, HeadersJson = JsonSerializer.Serialize(headers), Body = sent, DueAt = due });
    }

    /// <summary>Puts a question to the merchant and waits for the answer, as its provider does. Never inside a transaction.</summary>
    public async Task<MerchantAnswer> AskAsync(SandboxQuestion question, CancellationToken cancellationToken) => deployment.SelfUrl is { } self
        ? await PostAsync(self + PathOf(question.Account.WebhookUrl) + question.Path, question.Headers, question.Body, cancellationToken)
        : new MerchantAnswer(null, "");

    /// <summary>Sends what is due; true when there was something. <paramref name="signing"/> knows the imitations that sign the time.</summary>
    internal async Task<bool> SendDueAsync(Func<string, ISignsTime?> signing, CancellationToken cancellationToken)
    {
        if (deployment.SelfUrl is not { } self)
            return false;
        var now = clock.GetUtcNow();
        var due = await store.ReadAsync(db => db.SandboxDeliveries.Where(row => !row.IsDone && row.DueAt <= now).OrderBy(row => row.DueAt).Take(20).ToListAsync(cancellationToken), cancellationToken);
        foreach (var delivery in due)
        {
            var headers = await HeadersAsync(delivery, signing(delivery.Provider), now, cancellationToken);
            var answer = await PostAsync(self + delivery.Url, headers, delivery.Body, cancellationToken);
            await store.WriteAsync(db => RecordAsync(db, delivery.Id, answer.Status, cancellationToken), cancellationToken);
        }
        return due.Count > 0;
    }

    private async Task<IReadOnlyDictionary<string, string>> HeadersAsync(SandboxDelivery delivery, ISignsTime? signing, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var headers = JsonSerializer.Deserialize<Dictionary<string, string>>(delivery.HeadersJson) ?? [];
        if (signing is null)
            return headers;
        // The account's key is one of the segments; which one, the provider's form of URL decides.
        var hashes = delivery.Url.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Access.ApiKey.HashOf).ToList();
        var row = await store.ReadAsync(db => db.ProviderAccounts.FirstOrDefaultAsync(account => hashes.Contains(account.WebhookKeyHash), cancellationToken), cancellationToken);
        return row is null ? headers : signing.SignAgain(accounts.Open(row, route: null), headers, delivery.Body, now);
    }

    private async Task<MerchantAnswer> PostAsync(string url, IReadOnlyDictionary<string, string> headers, byte[] body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content.Headers.TryAddWithoutValidation(name, value);
        }
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(15));
        try
        {
            using var client = clients.CreateClient(ClientName);
            using var response = await client.SendAsync(request, timeout.Token);
            return new MerchantAnswer((int)response.StatusCode, await response.Content.ReadAsStringAsync(timeout.Token));
        }
        catch (Exception exception) when (exception is HttpRequestException or TargetRefusedException or IOException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new MerchantAnswer(null, "");
        }
    }

    private async Task RecordAsync(PaymentDb db, Guid deliveryId, int? status, CancellationToken cancellationToken)
    {
        var delivery = await db.SandboxDeliveries.SingleAsync(row => row.Id == deliveryId, cancellationToken);
        delivery.LastStatus = status;
        delivery.IsDone = status is >= 200 and < 300 || delivery.Attempts >= Again.Length;
        if (!delivery.IsDone)
            delivery.DueAt = clock.GetUtcNow() + Again[delivery.Attempts];
        delivery.Attempts++;
    }

    // The URL that we gave out begins with PublicUrl; from inside, the same path lies at the address that this process listens on.
    private string PathOf(string webhookUrl) => webhookUrl.StartsWith(deployment.PublicUrl, StringComparison.Ordinal) ? webhookUrl[deployment.PublicUrl.Length..] : new Uri(webhookUrl).AbsolutePath;
}
