using Microsoft.AspNetCore.Identity;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Demo;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Secrets;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Web.Hosting;

/// <summary>What a server and every verb need: checked settings, the database, secrets, the use cases.</summary>
public static class CoreServices
{
    /// <exception cref="StartupException">The settings cannot be accepted.</exception>
    public static HostSettings AddCore(this WebApplicationBuilder builder)
    {
        var settings = SettingsValidator.Read(builder.Configuration, builder.Environment.EnvironmentName, HomeFolder.Find());
        var services = builder.Services;
        services.AddSingleton(settings);
        services.AddSingleton(settings.ToDeployment());
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IdSource>();
        services.AddSingleton(settings.Security.MasterKey);
        services.AddSingleton(new SecretBox(settings.Security.MasterKey, settings.Security.PreviousKeys));
        services.AddDatabase(settings.Database);
        services.AddAccess();
        services.AddSingleton<SetTenant>();
        services.AddSingleton<RotateMasterKey>();
        services.AddSingleton<CheckMasterKey>();
        services.AddProviders();
        services.AddPayments();
        services.AddDemo();
        return settings;
    }

    private static void AddAccess(this IServiceCollection services)
    {
        services.AddSingleton<IPasswordHasher<User>, PasswordHasher<User>>();
        services.AddSingleton<ILookupNormalizer, UpperInvariantLookupNormalizer>();
        services.AddSingleton<CreateUser>();
        services.AddSingleton<SetupCode>();
        services.AddSingleton<CreateApiKey>();
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<AuthenticateApiKey>();
        services.AddSingleton<ApiKeyUse>();
        services.AddSingleton<AuthenticateCustomer>();
        services.AddSingleton<AdmitPayer>();
    }
}
