using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Web.Hosting.Verbs;

/// <summary>
/// Puts the database and the proofs into one .tar.gz, beside a running server. The master key is never part of it: whoever finds the archive has nothing
/// without the key, and whoever loses the key has nothing with the archive.
/// </summary>
public sealed class BackupVerb : IOperatorVerb
{
    private const string Proofs = "proofs";

    public string Name => "backup";

    public IReadOnlyList<VerbOption> Options { get; } = [VerbOption.Required("out", "FILE.tar.gz")];

    public async Task<VerbAnswer> RunAsync(VerbArguments arguments, IServiceProvider services, CancellationToken cancellationToken)
    {
        var folder = services.GetRequiredService<Deployment>().DataDirectory;
        var database = services.GetRequiredService<BackUpDatabase>();
        if (database.File is not { } source)
        {
            return VerbAnswer.Refused(
                "PostgreSQL backs itself up: pg_dump --format=custom --file=paymentadmin.dump \"<your connection>\" (and pg_restore, or your host's snapshots).",
                $"After it, copy {Path.Combine(folder, Proofs)}, the files of the manual proofs. Keep Security:MasterKey elsewhere: without it both are unreadable.");
        }
        var file = arguments["out"];
        try
        {
            var proofs = await WriteAsync(file, source, database, folder, cancellationToken);
            var bytes = new FileInfo(file).Length;
            return new VerbAnswer(
                new { file, bytes, database = Path.GetFileName(source), proofs, has_master_key = false },
                string.Create(CultureInfo.InvariantCulture, $"{file} holds the database and {proofs} files of proofs, {bytes / 1024.0 / 1024.0:0.0} MiB. The master key is not in it: keep it elsewhere. To restore, unpack into an empty data directory and start the server with the same key."));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return VerbAnswer.Refused($"--out {file} cannot be written: {exception.Message}");
        }
        catch (UnusableDatabaseException exception)
        {
            return VerbAnswer.Refused(exception.Message);
        }
    }

    /// <summary>The database first: a proof's file is there before its row, so every row's file is in the archive.</summary>
    private static async Task<int> WriteAsync(string file, string source, BackUpDatabase database, string folder, CancellationToken cancellationToken)
    {
        using var draft = new DraftFile(file);
        using var copy = new DraftFile(file + ".db");
        // Closed to others before anything is in it.
        await copy.Open().DisposeAsync();
        await database.RunAsync(copy.DraftPath, cancellationToken);
        var proofs = 0;
        await using (var stream = draft.Open())
        {
            await using (var packed = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true))
            await using (var archive = new TarWriter(packed))
            {
                await archive.WriteEntryAsync(copy.DraftPath, Path.GetFileName(source), cancellationToken);
                var kept = Path.Combine(folder, Proofs);
                foreach (var path in Directory.Exists(kept) ? Directory.EnumerateFiles(kept, "*", SearchOption.AllDirectories) : [])
                {
                    await archive.WriteEntryAsync(path, Path.GetRelativePath(folder, path).Replace('\\', '/'), cancellationToken);
                    proofs++;
                }
            }
            stream.Flush(flushToDisk: true);
        }
        draft.Keep();
        return proofs;
    }
}
