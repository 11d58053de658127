using System.Net.Http.Headers;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Web.Hosting;

namespace PaymentAdmin.Tests.Support;

/// <summary>
/// The whole server on a real loopback port, over a database of its own, in the environment Test with the sandbox on.
/// <code>await using var app = await TestApp.StartAsync();</code>
/// </summary>
public sealed class TestApp : IAsyncDisposable
{
    public const string MasterKey = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";
    public const string Password = "correct-horse-battery";

    private static readonly DatabaseTemplate Migrated = new(async database =>
    {
        await using var app = await StartOverAsync(database, ownsDatabase: false, new TestAppOptions());
    });

    private readonly Factory factory;
    private readonly TestDatabase database;
    private readonly bool ownsDatabase;
    private readonly string folder;

    private TestApp(Factory factory, TestDatabase database, bool ownsDatabase, string folder, StringWriter output)
    {
        this.factory = factory;
        this.database = database;
        this.ownsDatabase = ownsDatabase;
        this.folder = folder;
        Output = output;
    }

    /// <summary>What the server printed for the person who started it.</summary>
    public StringWriter Output { get; }

    /// <summary>"http://127.0.0.1:40123", without a trailing slash.</summary>
    public string Url => Get<Deployment>().SelfUrl ?? throw new InvalidOperationException("The server has not started.");

    public TestDatabase Database => database;

    public IServiceProvider Services => factory.Services;

    public PaymentStore Store => Get<PaymentStore>();

    public static Task<TestApp> StartAsync() => StartAsync(new TestAppOptions());

    public static Task<TestApp> StartAsync(params (string Key, string? Value)[] settings) =>
        StartAsync(new TestAppOptions { Settings = settings.ToDictionary(pair => pair.Key, pair => pair.Value) });

    public static async Task<TestApp> StartAsync(TestAppOptions options) =>
        await StartOverAsync(await TestDatabase.CreateAsync(options.StartsEmpty ? null : Migrated), ownsDatabase: true, options);

    /// <summary>A server over a database that somebody else made and will drop: for restarts.</summary>
    public static Task<TestApp> StartOverAsync(TestDatabase database, TestAppOptions? options = null) => StartOverAsync(database, ownsDatabase: false, options ?? new TestAppOptions());

    public T Get<T>() where T : notnull => factory.Services.GetRequiredService<T>();

    public Task<T> ReadAsync<T>(Func<PaymentDb, Task<T>> read) => Store.ReadAsync(read, CancellationToken.None);

    /// <summary>A client without credentials. It follows no redirect, so that a test sees one.</summary>
    public HttpClient Client(string? key = null)
    {
        // Who asks before sending much waits for the answer also where the machine is busy: what is refused need not be sent.
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = true, Expect100ContinueTimeout = Eventually.Deadline }) { BaseAddress = new Uri(Url) };
        if (key is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    /// <summary>A client with a new key of these scopes (all of them, when none is named) for the tenant <c>default</c>.</summary>
    public async Task<HttpClient> KeyClientAsync(Mode mode = Mode.Test, params string[] scopes) => Client(await CreateKeyAsync(mode, scopes));

    /// <summary>The text of a new key.</summary>
    public async Task<string> CreateKeyAsync(Mode mode = Mode.Test, params string[] scopes) =>
        (await CreateKeyAsync(await TenantIdAsync(), mode, scopes)).Text;

    public async Task<CreatedApiKey> CreateKeyAsync(Guid tenantId, Mode mode, params string[] scopes)
    {
        var request = new CreateApiKeyRequest(tenantId, mode, "test key", scopes.Length == 0 ? Scopes.All : scopes);
        return (await Get<CreateApiKey>().RunAsync(request, Actor.System("test"), CancellationToken.None)).Value;
    }

    public Task<Guid> TenantIdAsync(string slug = Tenant.DefaultSlug) =>
        ReadAsync(async db => (await Task.FromResult(db.Tenants.Single(tenant => tenant.Slug == slug))).Id);

    /// <summary>A user of the tenant <c>default</c> (superadmins have none) with <see cref="Password"/>.</summary>
    public async Task<string> CreateUserAsync(string role, string? email = null)
    {
        email ??= $"{role}-{IdSource.NewToken(6).ToLowerInvariant()}@shop.test";
        var request = new CreateUserRequest(email, Password, role, role == Roles.Superadmin ? null : Tenant.DefaultSlug);
        var created = await Get<CreateUser>().RunAsync(request, Actor.System("test"), CancellationToken.None);
        return created.IsOk ? email : throw new InvalidOperationException(created.Problem!.Detail);
    }

    /// <summary>A client with the session of a new user of this role, signed in through the sign-in page.</summary>
    public async Task<HttpClient> SignInAsync(string role)
    {
        var email = await CreateUserAsync(role);
        var client = Client();
        using var answer = await SignInForm.PostAsync(client, email, Password);
        if (answer.Headers.Location?.ToString().Contains("sign-in", StringComparison.Ordinal) != false)
            throw new InvalidOperationException($"The sign-in of {email} was answered {(int)answer.StatusCode}.");
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await factory.DisposeAsync();
        if (ownsDatabase)
            await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<TestApp> StartOverAsync(TestDatabase database, bool ownsDatabase, TestAppOptions options)
    {
        var data = Directory.CreateTempSubdirectory("payment-admin-data-").FullName;
        var output = new StringWriter();
        var started = new Factory(database, data, TextWriter.Synchronized(output), options);
        try
        {
            started.UseKestrel();
            started.StartServer();
            await Eventually.TrueAsync(() => started.Services.GetRequiredService<Deployment>().SelfUrl is not null, "the server knows its address");
            return new TestApp(started, database, ownsDatabase, data, output);
        }
        catch
        {
            await started.DisposeAsync();
            Directory.Delete(data, recursive: true);
            throw;
        }
    }

    private sealed class Factory(TestDatabase database, string folder, TextWriter output, TestAppOptions options) : WebApplicationFactory<Program>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder.UseEnvironment(options.Environment);
            // Any free port. Told as a setting, because the factory would tell it beside a program that may be listening by then.
            builder.UseSetting("Urls", "http://127.0.0.1:0");
            builder.UseSetting("DataDirectory", folder);
            builder.UseSetting("Security:MasterKey", MasterKey);
            builder.UseSetting("Sandbox:Enabled", "true");
            builder.UseSetting("Logging:LogLevel:Default", "Warning");
            // A suite is one address with one purpose; the tests of the limits set their own.
            builder.UseSetting("RateLimits:AnonymousPerSecond", "0");
            builder.UseSetting("RateLimits:SignInPerMinute", "0");
            foreach (var (key, value) in database.Settings.Concat(options.Settings))
                builder.UseSetting(key, value);
            builder.ConfigureServices(services =>
            {
                services.Replace(ServiceDescriptor.Singleton(new ServerOutput(output)));
                if (options.Clock is { } clock)
                    services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock));
                if (options.MapEndpoints is { } map)
                    services.AddSingleton<IStartupFilter>(new MoreEndpoints(map));
                options.ConfigureServices?.Invoke(services);
            });
        }
    }
}

/// <summary>What a test changes about the server.</summary>
public sealed record TestAppOptions
{
    public string Environment { get; init; } = "Test";

    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>Null: the machine's clock.</summary>
    public TimeProvider? Clock { get; init; }

    /// <summary>The server migrates an empty database itself, instead of getting a copy of a migrated one.</summary>
    public bool StartsEmpty { get; init; }

    public Action<IServiceCollection>? ConfigureServices { get; init; }

    /// <summary>Routes beside the product's, behind the same pipeline; their patterns have no parameters.</summary>
    public Action<IEndpointRouteBuilder>? MapEndpoints { get; init; }
}
