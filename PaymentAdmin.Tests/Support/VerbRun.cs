using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Web.Hosting;
using PaymentAdmin.Web.Hosting.Verbs;

namespace PaymentAdmin.Tests.Support;

/// <summary>What an operator verb printed and how it ended.</summary>
public sealed record VerbRun(int ExitCode, string Output, string Errors)
{
    public JsonElement Json => JsonDocument.Parse(Output.Length > 0 ? Output : throw new InvalidOperationException(Errors)).RootElement;

    /// <summary>Beside this server, on its database and in its data directory.</summary>
    public static Task<VerbRun> BesideAsync(TestApp app, params string[] arguments) => OnAsync(app.Database.Settings, app.Get<Deployment>().DataDirectory, "Test", arguments);

    public static async Task<VerbRun> OnAsync(IEnumerable<KeyValuePair<string, string?>> settings, string dataDirectory, string environment, params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var exitCode = await OperatorVerbs.RunAsync(arguments, output, errors, () => Builder(settings, dataDirectory, environment));
        return new VerbRun(exitCode, output.ToString(), errors.ToString());
    }

    private static WebApplicationBuilder Builder(IEnumerable<KeyValuePair<string, string?>> settings, string dataDirectory, string environment)
    {
        var builder = RootSettings.CreateBuilder([$"--environment={environment}"]);
        builder.Configuration.AddInMemoryCollection([new("Security:MasterKey", TestApp.MasterKey), new("DataDirectory", dataDirectory)]).AddInMemoryCollection(settings);
        return builder;
    }
}
