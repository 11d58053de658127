using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Demo;
using PaymentAdmin.Core.Secrets;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Web.Hosting;

/// <summary>What happens between building the server and its first request, and the first lines that it prints.</summary>
public static class ServerStart
{
    public static IServiceCollection AddServerStart(this IServiceCollection services) => services
        .AddSingleton<InstanceLock>()
        .AddSingleton(new ServerOutput(Console.Out));

    /// <exception cref="StartupException">Another server has the database, or it cannot be used.</exception>
    public static async Task PrepareAsync(this WebApplication app)
    {
        var services = app.Services;
        var settings = services.GetRequiredService<HostSettings>();
        var deployment = services.GetRequiredService<Deployment>();
        var stopping = app.Lifetime.ApplicationStopping;
        CreateDataFolder(deployment);
        try
        {
            services.GetRequiredService<InstanceLock>().Take();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartupException([$"Database:ConnectionString: {exception.Message}"]);
        }
        var imported = await PrepareDatabaseAsync(services, checksFile: true, stopping);
        if (await services.GetRequiredService<CheckMasterKey>().RunAsync(stopping) is { } foreignKey)
            throw new StartupException([$"Security:MasterKey: {foreignKey}"]);
        if (settings.Admin is { } admin)
            await CreateFirstAdminAsync(services, admin, stopping);
        var demo = settings.DemoEnabled ? await services.GetRequiredService<SeedDemo>().RunAsync(stopping) : (Result<SeededDemo>?)null;
        deployment.LiveRefusals = LiveGuard.Refusals(settings, deployment);
        var welcome = await WelcomeAsync(services, settings, demo, stopping);
        app.Lifetime.ApplicationStarted.Register(() => Greet(app, settings, deployment, url => [.. welcome(url), .. imported.Select(Told)]));
    }

    /// <summary>Serves until the process is told to stop.</summary>
    /// <exception cref="StartupException">The address cannot be listened on.</exception>
    public static async Task ServeAsync(this WebApplication app)
    {
        try
        {
            await app.RunAsync();
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            throw new StartupException([$"Urls: {exception.Message}"]);
        }
    }

    /// <summary>The database as this build wants it, with what the environment says of accounts when it is empty.</summary>
    internal static async Task<IReadOnlyList<ImportedAccount>> PrepareDatabaseAsync(IServiceProvider services, bool checksFile, CancellationToken cancellationToken)
    {
        CreateDataFolder(services.GetRequiredService<Deployment>());
        try
        {
            await services.GetRequiredService<PrepareDatabase>().RunAsync(checksFile, cancellationToken);
        }
        catch (UnusableDatabaseException exception)
        {
            throw new StartupException([exception.Message]);
        }
        return await services.GetRequiredService<ImportAccounts>().RunAsync(cancellationToken);
    }

    private static string Told(ImportedAccount account) =>
        $"Imported from the environment: {account.Provider}, {Words.Of(account.Mode)}{(account.Endpoint == AccountEndpoint.Sandbox ? ", sandbox" : "")}{(account.OffBecause is { } reason ? $"; switched off: {reason}" : "")}";

    // First of all, so that it is closed to others whoever writes into it next.
    private static void CreateDataFolder(Deployment deployment)
    {
        try
        {
            DataFolder.Create(deployment.DataDirectory);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartupException([$"DataDirectory: {exception.Message}"]);
        }
    }

    private static async Task CreateFirstAdminAsync(IServiceProvider services, AdminSettings admin, CancellationToken cancellationToken)
    {
        if (!await services.GetRequiredService<SetupCode>().IsOpenAsync(cancellationToken))
            return;
        var created = await services.GetRequiredService<CreateUser>().RunAsync(new CreateUserRequest(admin.Email, admin.Password, Roles.Superadmin, Tenant: null), Actor.System("setup"), cancellationToken);
        // Another instance may have been faster; then there is an admin all the same.
        if (!created.IsOk && await services.GetRequiredService<SetupCode>().IsOpenAsync(cancellationToken))
            throw new StartupException([$"Admin:Email: {created.Problem!.Detail}"]);
    }

    /// <summary>How to sign in, for whoever has just started the server.</summary>
    private static async Task<Func<string, IEnumerable<string>>> WelcomeAsync(IServiceProvider services, HostSettings settings, Result<SeededDemo>? demo, CancellationToken cancellationToken)
    {
        if (await services.GetRequiredService<SetupCode>().IssueAsync(cancellationToken) is { } code)
            return url => [$"Nobody can sign in yet. Within 30 minutes, create the first administrator at {url}/setup with the code {code}"];
        if (demo is { IsOk: true } seeded)
            return _ => [$"Sign in as superadmin@demo.test (or admin@, finance@, clerk@, developer@, auditor@demo.test) with the password {seeded.Value.Password}"];
        var signIn = settings.Admin is { } admin ? $"Sign in as {admin.Email}" : "Sign in with your account.";
        return demo?.Problem is { } refused ? _ => [signIn, $"Warning: {refused.Detail}"] : _ => [signIn];
    }

    private static void Greet(WebApplication app, HostSettings settings, Deployment deployment, Func<string, IEnumerable<string>> welcome)
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        var listening = addresses.Where(address => ListenAddress.TryParse(address) is not null).Select(ListenAddress.ForPeople).ToList();
        var first = listening.FirstOrDefault() ?? deployment.PublicUrl;
        deployment.SelfUrl = listening.Find(address => address.StartsWith("http://", StringComparison.Ordinal)) ?? first;
        // With port 0 the address is known only now.
        if (settings.PublicUrl is null)
            deployment.PublicUrl = first;
        if (settings.FrontendUrl is null)
            deployment.FrontendUrl = deployment.PublicUrl;

        var output = app.Services.GetRequiredService<ServerOutput>().Writer;
        output.WriteLine($"PaymentAdmin is at {deployment.PublicUrl}");
        foreach (var line in welcome(deployment.PublicUrl))
            output.WriteLine(line);
        foreach (var warning in settings.Warnings)
            output.WriteLine($"Warning: {warning}");
        output.Flush();
    }
}

/// <summary>Where the server says what a person must know; standard output, unless a test listens.</summary>
public sealed record ServerOutput(TextWriter Writer);
