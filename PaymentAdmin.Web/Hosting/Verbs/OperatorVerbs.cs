using System.Security.Cryptography;
using System.Text.Json;
using PaymentAdmin.Web.Endpoints;

namespace PaymentAdmin.Web.Hosting.Verbs;

/// <summary>The commands of an operator: <c>PaymentAdmin.Web &lt;verb&gt; [--option value]… [--json]</c>. One class each, one line in the table.</summary>
public static class OperatorVerbs
{
    private const string JsonFlag = "json";

    public static IReadOnlyList<IOperatorVerb> All { get; } =
    [
        new MigrateVerb(),
        new CreateAdminVerb(),
        new CreateApiKeyVerb(),
        new SetTenantVerb(),
        new CheckIntegrityVerb(),
        new VerifyAuditVerb(),
        new CheckVerb(),
        new SeedDemoVerb(),
        new SeedLoadVerb(),
        new ExportPaymentsVerb(),
        new BackupVerb(),
        new ImportLegacyVerb(),
        new RotateMasterKeyVerb(),
    ];

    /// <summary>True when the command line begins with a word: a server's arguments all begin with a dash.</summary>
    public static bool IsNamedBy(string[] arguments) => arguments is [{ Length: > 0 } first, ..] && first[0] != '-';

    /// <returns>The exit code: 0, or 1 with the reasons on <paramref name="errors"/>.</returns>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter errors, Func<WebApplicationBuilder>? createBuilder = null, CancellationToken cancellationToken = default)
    {
        var verb = All.FirstOrDefault(known => known.Name == arguments[0]);
        if (verb is null)
            return Refuse(errors, [$"There is no verb '{arguments[0]}'. There are: {string.Join(", ", All.Select(known => known.Name).Order(StringComparer.Ordinal))}."]);
        var given = VerbArguments.Parse(arguments.AsSpan(1), [.. verb.Options, VerbOption.Flag(JsonFlag)]);
        if (given.Faults.Count > 0)
            return Refuse(errors, [.. given.Faults, $"Usage: {verb.Name} {string.Join(' ', verb.Options.Select(option => option.Usage))} [--json]"]);
        try
        {
            // No arguments: what a verb is told is no setting.
            var builder = createBuilder?.Invoke() ?? RootSettings.CreateBuilder([]);
            builder.Logging.AddLogs(toErrors: true);
            builder.AddCore();
            await using var app = builder.Build();
            app.ArmFailPoints();
            await ServerStart.PrepareDatabaseAsync(app.Services, checksFile: false, cancellationToken);
            var answer = await verb.RunAsync(given, app.Services, cancellationToken);
            if (answer.Faults.Count > 0)
                return Refuse(errors, answer.Faults);
            await output.WriteLineAsync(given.Has(JsonFlag) || answer.Text is null ? JsonSerializer.Serialize(answer.Value, Json.Api) : answer.Text);
            return answer.IsGood ? 0 : 1;
        }
        catch (StartupException exception)
        {
            return Refuse(errors, exception.Faults);
        }
        catch (CryptographicException exception)
        {
            return Refuse(errors, [$"{exception.Message} Name the key that was used before in Security:PreviousMasterKeys, or start with it."]);
        }
    }

    private static int Refuse(TextWriter errors, IReadOnlyList<string> faults)
    {
        foreach (var fault in faults)
            errors.WriteLine(fault);
        return 1;
    }
}
