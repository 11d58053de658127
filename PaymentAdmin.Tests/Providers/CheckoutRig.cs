using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Core.Webhooks;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Providers;

/// <summary>The whole server with one account on a provider's imitation, a merchant who calls our API and a payer with a browser.</summary>
internal sealed class CheckoutRig : IAsyncDisposable
{
    private readonly string provider;
    private readonly string bearer;
    private readonly HttpClient api;

    private CheckoutRig(TestApp app, HttpClient api, string provider, string bearer, ProviderAccount account, ConcurrentQueue<string> calls)
    {
        (App, this.api, this.provider, this.bearer, Account, SandboxCalls) = (app, api, provider, bearer, account, calls);
        Browser = app.Client();
    }

    public TestApp App { get; }

    public ProviderAccount Account { get; }

    public HttpClient Browser { get; }

    /// <summary>Method and path of everything that reached the imitation, pages included.</summary>
    public ConcurrentQueue<string> SandboxCalls { get; }

    /// <param name="bearer">The credential field that every call carries, for the fault dial.</param>
    public static async Task<CheckoutRig> StartAsync(string provider, string bearer, IReadOnlyDictionary<string, string> credentials)
    {
        var calls = new ConcurrentQueue<string>();
        var app = await TestApp.StartAsync(new TestAppOptions { ConfigureServices = services => services.AddSingleton<IStartupFilter>(new Listener($"/sandbox/{provider}/", calls)) });
        var accounts = app.Get<ProviderAccounts>();
        var (id, tenantId, now) = (Guid.CreateVersion7(), await app.TenantIdAsync(), app.Get<TimeProvider>().GetUtcNow());
        var webhookKey = accounts.NewWebhookKey(id, tenantId);
        var account = new ProviderAccount
        {
            Id = id,
            TenantId = tenantId,
            Provider = provider,
            Mode = Mode.Test,
            Endpoint = AccountEndpoint.Sandbox,
            Name = provider,
            IsEnabled = true,
            IsForAllShops = true,
            SecretsCipher = accounts.Seal(id, tenantId, credentials),
            WebhookKeyHash = webhookKey.Hash,
            WebhookKeyCipher = webhookKey.Cipher,
            CreatedAt = now,
            UpdatedAt = now,
        };
        await app.Store.WriteAsync(
            db =>
            {
                db.ProviderAccounts.Add(account);
                return Task.CompletedTask;
            },
            CancellationToken.None);
        return new CheckoutRig(app, await app.KeyClientAsync(), provider, credentials[bearer], account, calls);
    }

    /// <summary>Path of the account's webhook URL.</summary>
    public string WebhookPath => new Uri(App.Get<ProviderAccounts>().WebhookUrlOf(Account)).AbsolutePath;

    /// <summary>A payment and the path of its hosted page.</summary>
    public async Task<(string Id, string Page)> CreateAsync(long amountMinor, string currency, string description = "Tea & milk")
    {
        var asked = new JsonObject { ["order_reference"] = "ORD-" + IdSource.NewToken(9), ["amount_minor"] = amountMinor, ["currency"] = currency, ["provider"] = provider, ["description"] = description };
        var created = await PostAsync("/v1/payments", asked.ToJsonString());
        Assert.True(created["next_action"]?["url"] is not null, created.ToJsonString());
        return (created["id"]!.ToString(), new Uri(created["next_action"]!["url"]!.ToString()).PathAndQuery);
    }

    public async Task<JsonNode> PostAsync(string path, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", IdSource.NewToken());
        using var response = await api.SendAsync(request);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    public async Task<JsonNode> PaymentAsync(string id) => JsonNode.Parse(await api.GetStringAsync($"/v1/payments/{id}"))!;

    public async Task<string> StatusAsync(string id) => (await PaymentAsync(id))["status"]!.ToString();

    public Task ReachesAsync(string id, string status) => Eventually.TrueAsync(async () => await StatusAsync(id) == status, $"the payment is {status}");

    /// <summary>Waits until this many deliveries have been processed.</summary>
    public Task EventsAsync(int count) => Eventually.TrueAsync(
        async () => await App.ReadAsync(db => db.WebhookEvents.CountAsync(row => row.State == WebhookState.Applied || row.State == WebhookState.Ignored)) >= count,
        $"{count} events arrived");

    /// <summary>Waits until a line of the payment's timeline says so.</summary>
    public Task SaysAsync(string id, string words) => Eventually.TrueAsync(
        async () => await App.ReadAsync(db => db.PaymentNotes.AnyAsync(note => note.PaymentId == Guid.Parse(id) && note.Detail != null && note.Detail.Contains(words))),
        $"the timeline says '{words}'");

    public Task<HttpResponseMessage> SubmitAsync(string page, params (string Name, string Value)[] fields) =>
        Browser.PostAsync(page, new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))));

    public async Task FaultAsync(string fault, string? path = null)
    {
        var body = new JsonObject { ["fault"] = fault, ["path"] = path, ["merchant"] = bearer };
        using var answer = await Browser.PostAsync($"/sandbox/{provider}/_faults", new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    /// <summary>Asks the provider now.</summary>
    public async Task AskAsync(string id)
    {
        var attemptId = await App.ReadAsync(db => db.PaymentAttempts.Where(attempt => attempt.PaymentId == Guid.Parse(id)).OrderByDescending(attempt => attempt.CreatedAt).Select(attempt => attempt.Id).FirstAsync());
        await App.Get<ReconcilePayments>().AskNowAsync(attemptId, Actor.System("test"), CancellationToken.None);
    }

    /// <summary>Signs a new administrator in, in the browser, and opens the payment's own page.</summary>
    public async Task OpenInPortalAsync(IPage tab, string id)
    {
        var email = await App.CreateUserAsync(Roles.Admin);
        await tab.GotoAsync("/account/sign-in?returnUrl=%2Fpayments");
        await tab.GetByTestId("signin-email").FillAsync(email);
        await tab.GetByTestId("signin-password").FillAsync(TestApp.Password);
        await tab.GetByTestId("signin-submit").ClickAsync();
        await Assertions.Expect(tab.GetByRole(AriaRole.Heading, new() { Name = "Payments", Level = 1 })).ToBeVisibleAsync();
        await tab.GotoAsync($"/payments/{id}");
    }

    public async ValueTask DisposeAsync()
    {
        Browser.Dispose();
        api.Dispose();
        await App.DisposeAsync();
    }

    private sealed class Listener(string prefix, ConcurrentQueue<string> calls) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => application =>
        {
            application.Use((http, following) =>
            {
                if (http.Request.Path.Value?.StartsWith(prefix, StringComparison.Ordinal) == true)
                    calls.Enqueue($"{http.Request.Method} {http.Request.Path}");
                return following(http);
            });
            next(application);
        };
    }
}
