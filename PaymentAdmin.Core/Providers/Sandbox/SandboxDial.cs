using System.Net.Http.Json;
using System.Text.Json;
using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Core.Providers.Sandbox;

/// <summary>Something that can be made to go wrong, for the person who turns the dial.</summary>
/// <param name="Word">As the sandbox's <c>_faults</c> path takes it.</param>
public sealed record SandboxDialChoice(string Word, string Title, string Text);

/// <summary>A fault for one merchant.</summary>
/// <param name="Path">What the path of the calls that it meets begins with; null: any.</param>
public sealed record SandboxFaultChoice(string Word, int Times = 1, string? Path = null);

/// <summary>
/// Turns the fault dial of an imitated provider from inside the portal. It goes the way that everybody goes, over HTTP at this process's own
/// address, and is there only while the sandbox is.
/// </summary>
public sealed class SandboxDial(IHttpClientFactory clients, Deployment deployment, IEnumerable<ISandbox> sandboxes)
{
    public const string ClientName = "sandbox-dial";

    private static readonly JsonSerializerOptions Wire = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private static readonly SandboxDialChoice[] OfCalls =
    [
        new(SandboxFaultKinds.TimeoutThenSuccess, "Timeout, then success", "money moves, no answer"),
        new(SandboxFaultKinds.ServerError, "Server error", "500, nothing was done"),
        new(SandboxFaultKinds.ServerErrorAfter, "Late server error", "500, but it was done"),
        new(SandboxFaultKinds.Garbage, "Garbage answer", "200 with HTML"),
        new(SandboxFaultKinds.UnknownStatus, "Unknown status", "a word nobody knows"),
        new(SandboxFaultKinds.NotFound, "Not found", "it knows nothing of it"),
        new(SandboxFaultKinds.RefundFailed, "Refund fails", "the next one is refused"),
    ];

    private static readonly SandboxDialChoice[] OfWebhooks =
    [
        new(SandboxFaultKinds.LateWebhook, "Late webhook", "after 30 s"),
        new(SandboxFaultKinds.DuplicateWebhook, "Duplicate ×3", "same event again"),
        new(SandboxFaultKinds.BadSignature, "Bad signature", "one bit changed"),
        new(SandboxFaultKinds.NoWebhook, "No webhook", "it never comes"),
        new(SandboxFaultKinds.WrongAmount, "Wrong amount", "another sum was paid"),
        new(SandboxFaultKinds.WrongCurrency, "Wrong currency", "other money was paid"),
    ];

    /// <summary>What can go wrong with this provider; one that sends no webhooks cannot send bad ones.</summary>
    public static IReadOnlyList<SandboxDialChoice> ChoicesFor(ProviderProfile profile) => profile.WebhookTrust == WebhookTrust.None ? OfCalls : [.. OfWebhooks, .. OfCalls];

    public bool IsThere => deployment.SandboxEnabled && deployment.SelfUrl is not null;

    /// <summary>Makes the dial's faults exactly these, each for the next call that it can meet. False: the sandbox did not take them.</summary>
    public async Task<bool> SetAsync(string provider, IEnumerable<string> faults, CancellationToken cancellationToken)
    {
        if (!IsThere)
            return false;
        using var client = clients.CreateClient(ClientName);
        try
        {
            var cleared = await PostAsync(client, $"{Base(provider)}/clear", new { }, cancellationToken);
            foreach (var fault in faults)
                cleared &= await PostAsync(client, Base(provider), new { fault, remaining = 1 }, cancellationToken);
            return cleared;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>
    /// The same for one merchant alone, so that nobody else meets the faults: those of this account are exactly these from now on.
    /// False as well where the imitation cannot tell its merchants apart.
    /// </summary>
    public async Task<bool> SetForAsync(ProviderAccountSnapshot account, IEnumerable<SandboxFaultChoice> faults, CancellationToken cancellationToken)
    {
        if (!IsThere || sandboxes.FirstOrDefault(sandbox => sandbox.Provider == account.Provider) is not IKeepsDemoBooks books)
            return false;
        var merchant = books.MerchantOf(account.Credentials);
        using var client = clients.CreateClient(ClientName);
        try
        {
            var isSet = await PostAsync(client, $"{Base(account.Provider)}/clear", new { merchant_name = merchant }, cancellationToken);
            foreach (var fault in faults)
                isSet &= await PostAsync(client, Base(account.Provider), new { fault = fault.Word, remaining = fault.Times, merchant_name = merchant, path = fault.Path }, cancellationToken);
            return isSet;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private string Base(string provider) => $"{deployment.SelfUrl}/sandbox/{Uri.EscapeDataString(provider)}/_faults";

    private static async Task<bool> PostAsync<T>(HttpClient client, string url, T body, CancellationToken cancellationToken)
    {
        using var response = await client.PostAsJsonAsync(url, body, Wire, cancellationToken);
        return response.IsSuccessStatusCode;
    }
}
