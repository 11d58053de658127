using Microsoft.Extensions.DependencyInjection;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers.CloudPayments;
using PaymentAdmin.Core.Providers.Flutterwave;
using PaymentAdmin.Core.Providers.Ikhokha;
using PaymentAdmin.Core.Providers.Ioka;
using PaymentAdmin.Core.Providers.Kaspi;
using PaymentAdmin.Core.Providers.Manual;
using PaymentAdmin.Core.Providers.Mpesa;
using PaymentAdmin.Core.Providers.Paystack;
using PaymentAdmin.Core.Providers.Sandbox;
using PaymentAdmin.Core.Providers.Stripe;
using PaymentAdmin.Core.Secrets;

namespace PaymentAdmin.Core.Providers;

/// <summary>Every provider of this build, one line each, and the way to them.</summary>
public static class ProviderServices
{
    public static IServiceCollection AddProviders(this IServiceCollection services)
    {
        services.Add<StripeProvider, StripeSandbox>();
        services.Add<KaspiProvider, KaspiSandbox>();
        services.Add<PaystackProvider, PaystackSandbox>();
        services.Add<IokaProvider, IokaSandbox>();
        services.Add<IkhokhaProvider, IkhokhaSandbox>();
        services.Add<CloudPaymentsProvider, CloudPaymentsSandbox>();
        services.Add<FlutterwaveProvider, FlutterwaveSandbox>();
        services.Add<MpesaProvider, MpesaSandbox>();
        services.AddSingleton<IPaymentProvider, ManualProvider>();

        services.AddSingleton<ProviderRegistry>();
        services.AddSingleton<ProviderHttp>();
        services.AddSingleton(sources => new ProviderTokens(sources.GetRequiredService<PaymentStore>, sources.GetRequiredService<SecretBox>, sources.GetRequiredService<TimeProvider>()));
        services.AddSingleton<SandboxHost>();
        services.AddSingleton<SandboxWebhooks>();
        services.AddGuardedClient(SandboxWebhooks.ClientName, Mode.Test, reachesSelf: true);
        services.AddSingleton<SandboxDial>();
        services.AddSingleton<SandboxPayer>();
        services.AddGuardedClient(SandboxDial.ClientName, Mode.Test, reachesSelf: true);
        services.AddGuardedClient(ProviderHttp.TestClient, Mode.Test, reachesSelf: true);
        services.AddGuardedClient(ProviderHttp.LiveClient, Mode.Live, reachesSelf: false);
        return services;
    }

    private static void Add<TProvider, TSandbox>(this IServiceCollection services) where TProvider : class, IPaymentProvider where TSandbox : class, ISandbox
    {
        services.AddSingleton<IPaymentProvider, TProvider>();
        services.AddSingleton<ISandbox, TSandbox>();
    }
}
