using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Core.Access;

/// <summary>
/// The way in while nobody can sign in: whoever reads the server's first lines gets a code, and with it creates the first superadmin.
/// The code works once, for 30 minutes, and survives at most 10 wrong tries.
/// </summary>
public sealed class SetupCode(PaymentStore store, CreateUser createUser, TimeProvider clock)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);
    public const int FailedTriesMax = 10;

    // One row at most: every issue replaces the one before.
    private static readonly Guid RowId = new("00000000-0000-7000-8000-000000000001");

    /// <summary>True while there is no user at all.</summary>
    public Task<bool> IsOpenAsync(CancellationToken cancellationToken) =>
        store.ReadAsync(async db => !await db.Users.AnyAsync(cancellationToken), cancellationToken);

    /// <summary>A new code, in four groups that a person can copy; null when somebody can sign in already.</summary>
    public Task<string?> IssueAsync(CancellationToken cancellationToken) => store.WriteAsync(
        async db =>
        {
            if (await db.Users.AnyAsync(cancellationToken))
                return null;
            var code = NewCode();
            var row = await db.SetupCodes.FirstOrDefaultAsync(known => known.Id == RowId, cancellationToken);
            if (row is null)
            {
                row = new SetupCodeRow { Id = RowId, CodeHash = "", ExpiresAt = default };
                db.SetupCodes.Add(row);
            }
            row.CodeHash = HashOf(code);
            row.ExpiresAt = clock.GetUtcNow() + Lifetime;
            row.FailedTries = 0;
            return code;
        },
        cancellationToken);

    /// <summary>Creates the first superadmin; the code is gone with it. Of two racing set-ups one wins.</summary>
    public async Task<Result<Guid>> RunAsync(string email, string password, string code, Actor actor, CancellationToken cancellationToken)
    {
        var request = new CreateUserRequest(email, password, Roles.Superadmin, Tenant: null);
        if (CreateUser.Check(request) is { } problem)
            return problem;
        var passwordHash = createUser.HashOf(request);
        return await store.WriteAsync(db => UseAsync(db, request, passwordHash, code, actor, cancellationToken), cancellationToken);
    }

    private async Task<Result<Guid>> UseAsync(PaymentDb db, CreateUserRequest request, string passwordHash, string code, Actor actor, CancellationToken cancellationToken)
    {
        await LockAsync(db, cancellationToken);
        var row = await db.SetupCodes.FirstOrDefaultAsync(known => known.Id == RowId, cancellationToken);
        if (row is null || await db.Users.AnyAsync(cancellationToken))
            return Problem.Invalid("code", "The set-up is done already. Sign in.");
        if (row.ExpiresAt <= clock.GetUtcNow() || row.FailedTries >= FailedTriesMax)
            return Problem.Invalid("code", "The code is no longer valid. Start the server again: it prints a new one.");
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(HashOf(code)), Encoding.ASCII.GetBytes(row.CodeHash)))
        {
            row.FailedTries++;
            return Problem.Invalid("code", "That is not the code that the server printed.");
        }
        db.SetupCodes.Remove(row);
        db.AuditEntries.Add(AuditEntry.By(actor, null, clock.GetUtcNow(), "setup.completed", "setup", row.Id.ToString()));
        return await createUser.AddAsync(db, request, passwordHash, actor, cancellationToken);
    }

    // SQLite has one writer anyway; on PostgreSQL two set-ups with the right code must not both see an empty table of users.
    private static async Task LockAsync(PaymentDb db, CancellationToken cancellationToken)
    {
        if (db.IsPostgres)
            await db.Database.ExecuteSqlAsync($"SELECT 1 FROM setup_codes FOR UPDATE", cancellationToken);
    }

    private static string NewCode()
    {
        const string letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
        var text = RandomNumberGenerator.GetString(letters, 16);
        return string.Join('-', text.Chunk(4).Select(group => new string(group)));
    }

    // Typed by hand: case, spaces and hyphens do not count.
    private static string HashOf(string code) => ApiKey.HashOf(new string([.. code.ToUpperInvariant().Where(char.IsAsciiLetterOrDigit)]));
}
