using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Providers.Kaspi;
using PaymentAdmin.Core.Providers.Sandbox;

namespace PaymentAdmin.Core.Providers;

/// <summary>Every provider of this build, one line each, and the way to them.</summary>
public static class ProviderServices
{
    public static IServiceCollection AddProviders(this IServiceCollection services)
    {
        services.Add<KaspiProvider, KaspiSandbox>();

        services.AddSingleton<ProviderRegistry>();
        services.AddSingleton<ProviderHttp>();
        services.AddSingleton<SandboxHost>();
        services.TryAddSingleton<TargetGuard>();
        services.AddHttpClient(ProviderHttp.ClientName, client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(provider => Handler(provider.GetRequiredService<TargetGuard>()))
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            // Kaspi's access token stands in the URL: the factory's loggers would write it.
            .RemoveAllLoggers();
        return services;
    }

    private static void Add<TProvider, TSandbox>(this IServiceCollection services) where TProvider : class, IPaymentProvider where TSandbox : class, ISandbox
    {
        services.AddSingleton<IPaymentProvider, TProvider>();
        services.AddSingleton<ISandbox, TSandbox>();
    }

    // No proxy: the guard would judge the proxy's address instead of the target's. Names are resolved anew with each connection.
    private static SocketsHttpHandler Handler(TargetGuard guard) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        ActivityHeadersPropagator = null,
        ConnectCallback = guard.ConnectAsync,
    };
}
