using PaymentAdmin.Web.Endpoints;
using PaymentAdmin.Web.Hosting;
using PaymentAdmin.Web.Hosting.Verbs;
using PaymentAdmin.Web.Workers;

if (OperatorVerbs.IsNamedBy(args))
    return await OperatorVerbs.RunAsync(args, Console.Out, Console.Error);

try
{
    var builder = RootSettings.CreateBuilder(args);
    builder.Logging.AddLogs(toErrors: false);
    var settings = builder.AddCore();
    builder.AddHttpEdge(settings);
    builder.Services.AddKeyRing();
    builder.Services.AddSignIn();
    builder.Services.AddPortal();
    builder.Services.AddApiDescription();
    builder.Services.AddWorkers();
    builder.Services.AddServerStart();

    var app = builder.Build();
    app.UseHttpEdge();
    app.MapHealth();
    app.MapMetrics();
    app.MapPayments();
    app.MapProofs();
    app.MapPayerForms();
    app.MapPaymentLinks();
    app.MapEvents();
    app.MapApiDescription();
    app.MapAccounts();
    app.MapWebhooks();
    app.MapExports();
    app.MapSandbox();
    app.MapSource000();
    app.MapSource001();
    app.MapSource002();
    app.MapSource003();
    app.MapSource004();
    app.MapPortal();

    app.ArmFailPoints();
    await app.PrepareAsync();
    await app.ServeAsync();
    return 0;
}
catch (StartupException exception)
{
    foreach (var fault in exception.Faults)
        await Console.Error.WriteLineAsync(fault);
    return 1;
}

/// <summary>For the tests' host.</summary>
public sealed partial class Program;
