using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.FileProviders;

namespace PaymentAdmin.Web.Hosting;

/// <summary>
/// Where settings come from, weakest first: the root's appsettings.json (a copy lies beside the program), the source systems' own names,
/// <c>.env</c>, environment variables, the command line.
/// </summary>
public static class RootSettings
{
    /// <summary>A builder that reads them. Server and verbs use the same one, so both see the same database.</summary>
    public static WebApplicationBuilder CreateBuilder(string[] arguments)
    {
        var environment = EnvironmentOf(arguments);
        var file = EnvFile.Read(environment ?? "");
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = arguments,
            // Pages and styles lie beside the program, wherever it is started.
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = environment ?? file.GetValueOrDefault("ASPNETCORE_ENVIRONMENT"),
        });
        builder.Configuration.AddRoot(builder.Environment.EnvironmentName == "Test" ? new Dictionary<string, string>() : file);
        return builder;
    }

    internal static void AddRoot(this ConfigurationManager configuration, IReadOnlyDictionary<string, string> envFile)
    {
        IList<IConfigurationSource> sources = configuration.Sources;
        var files = new PhysicalFileProvider(AppContext.BaseDirectory);
        sources.Insert(0, new JsonConfigurationSource { FileProvider = files, Path = "appsettings.json", Optional = false });
        sources.Insert(IndexOfEnvironment(sources), Memory(envFile.Select(pair => KeyValuePair.Create(KeyOf(pair.Key), (string?)pair.Value))));
        var mapped = SourceNames.Map(configuration);
        sources.Insert(IndexOfEnvironment(sources) - 1, Memory(mapped));
    }

    // The last one without a prefix: ASPNETCORE_ and DOTNET_ variables are read earlier.
    private static int IndexOfEnvironment(IList<IConfigurationSource> sources)
    {
        for (var i = sources.Count - 1; i >= 0; i--)
        {
            if (sources[i] is EnvironmentVariablesConfigurationSource { Prefix: null or "" })
                return i;
        }
        return sources.Count;
    }

    private static MemoryConfigurationSource Memory(IEnumerable<KeyValuePair<string, string?>> values) => new() { InitialData = [.. values] };

    private static string KeyOf(string name)
    {
        var bare = name.StartsWith("ASPNETCORE_", StringComparison.Ordinal) ? name["ASPNETCORE_".Length..] : name;
        return bare.Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal);
    }

    private static string? EnvironmentOf(string[] arguments) =>
        new ConfigurationBuilder().AddCommandLine(arguments).Build()["environment"]
        ?? Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT")
        ?? Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT");
}
