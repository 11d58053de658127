using Microsoft.Extensions.DependencyInjection;
using PaymentAdmin.Core.Providers.Sandbox;

namespace PaymentAdmin.Core.Demo;

public static class DemoServices
{
    public static IServiceCollection AddDemo(this IServiceCollection services) => services
        .AddSingleton<DemoPassword>()
        .AddSingleton<SandboxDemoLedger>()
        .AddSingleton<SeedDemo>()
        .AddSingleton<SeedLoad>();
}
