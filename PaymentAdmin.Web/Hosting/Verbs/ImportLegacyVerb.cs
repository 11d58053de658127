using System.Text;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Legacy;

namespace PaymentAdmin.Web.Hosting.Verbs;

/// <summary>Takes over the registrations of a replaced system from its CSV, with the files that proved them. A second time it changes nothing.</summary>
public sealed class ImportLegacyVerb : IOperatorVerb
{
    public string Name => "import-legacy";

    public IReadOnlyList<VerbOption> Options { get; } =
    [
        VerbOption.Required("tenant", "S"),
        VerbOption.Required("file", "F.csv"),
        VerbOption.Optional("files", "DIR"),
    ];

    public async Task<VerbAnswer> RunAsync(VerbArguments arguments, IServiceProvider services, CancellationToken cancellationToken)
    {
        var folder = arguments.Find("files");
        if (folder is not null && !Directory.Exists(folder))
            return VerbAnswer.Refused($"--files there is no folder {folder}.");
        string text;
        try
        {
            // A file in another encoding would turn names into nonsense without a word.
            text = await File.ReadAllTextAsync(arguments["file"], new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true), cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            return VerbAnswer.Refused($"--file {arguments["file"]} cannot be read: {exception.Message}");
        }
        var done = await services.GetRequiredService<ImportLegacy>().RunAsync(new ImportLegacyRequest(arguments["tenant"], text, folder), Actor.System(Name), cancellationToken);
        if (done.Problem is { } problem)
            return problem.Errors?.GetValueOrDefault("file") is { } faults ? VerbAnswer.Refused([.. faults, "Nothing was imported."]) : VerbAnswer.Refused(problem);
        var said = done.Value;
        var missing = said.MissingFiles.Count == 0 ? "" : $" Not found: {string.Join(", ", said.MissingFiles)}.";
        return new VerbAnswer(said, $"{said.Imported} of {said.Rows} rows were imported, {said.AlreadyThere} were there already; {said.Files} files were taken over.{missing}");
    }
}
