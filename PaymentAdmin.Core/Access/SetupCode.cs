using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Core.Access;

/// <summary>
/// The first superadmin of an empty installation: made by whoever can read what the server printed. The code is used once, lives 30
/// minutes, is printed anew at each start, and dies after ten wrong tries; as soon as one user exists, set-up is closed for good.
/// </summary>
public sealed class SetupCode(PaymentStore store, UserManager<User> users, IdSource ids, TimeProvider clock)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    private const int TriesMax = 10;
    private const int CodeLength = 12;

    // Without 0, O, 1, I and L: it is typed from a terminal.
    private const string Alphabet = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";

    /// <summary>True while no user exists.</summary>
    public Task<bool> IsOpenAsync(CancellationToken cancellationToken = default) =>
        store.ReadAsync(async db => !await db.Users.AnyAsync(cancellationToken), cancellationToken);

    /// <summary>A new code, to be printed at start; null when set-up is closed. The code before it is void.</summary>
    public async Task<string?> RenewAsync(CancellationToken cancellationToken = default)
    {
        var code = RandomNumberGenerator.GetString(Alphabet, CodeLength);
        var isOpen = await store.WriteAsync(
            async db =>
            {
                await db.SetupCodes.ExecuteDeleteAsync(cancellationToken);
                if (await db.Users.AnyAsync(cancellationToken))
                    return false;
                db.SetupCodes.Add(new SetupCodeRow { Id = ids.NewId(), CodeHash = HashOf(code), ExpiresAt = clock.GetUtcNow() + Lifetime });
                return true;
            },
            cancellationToken);
        return isOpen ? string.Join('-', code.Chunk(4).Select(part => new string(part))) : null;
    }

    /// <summary>Makes the superadmin. Errors name <c>email</c>, <c>password</c> or <c>code</c>.</summary>
    public async Task<Result<User>> RunAsync(string email, string password, string code, CancellationToken cancellationToken = default)
    {
        var user = new User { Id = ids.NewId(), UserName = email, Email = email, Role = Roles.Superadmin, CreatedAt = clock.GetUtcNow(), EmailConfirmed = true, LockoutEnabled = true };
        if (await FaultAsync(user, password) is { } fault)
            return fault;
        user.NormalizedEmail = users.NormalizeEmail(email);
        user.NormalizedUserName = users.NormalizeName(email);
        user.SecurityStamp = IdSource.NewToken();
        user.PasswordHash = users.PasswordHasher.HashPassword(user, password);
        var hash = HashOf(code);
        return await store.WriteAsync(db => RunAsync(db, user, hash, cancellationToken), cancellationToken);
    }

    private async Task<Result<User>> RunAsync(PaymentDb db, User user, string hash, CancellationToken cancellationToken)
    {
        if (await db.Users.AnyAsync(cancellationToken))
            return Problem.Invalid("code", "Set-up is closed: there is a user already. Sign in.");
        var row = await db.SetupCodes.SingleOrDefaultAsync(cancellationToken);
        if (row is null || row.ExpiresAt <= clock.GetUtcNow() || row.FailedTries >= TriesMax)
            return Problem.Invalid("code", "The code is no longer good. Start the server again: it prints a new one.");
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(row.CodeHash), Encoding.ASCII.GetBytes(hash)))
        {
            row.FailedTries++;
            return Problem.Invalid("code", "The code is wrong. It is the last one that the server printed.");
        }
        db.SetupCodes.Remove(row);
        db.Users.Add(user);
        db.AuditEntries.Add(AuditEntry.By(Actor.System("set-up"), null, clock.GetUtcNow(), "user.created", "user", user.Id.ToString("D"), "First superadmin, by the printed code."));
        return user;
    }

    private async Task<Problem?> FaultAsync(User user, string password)
    {
        if (!Texts.IsEmail(user.Email ?? ""))
            return Problem.Invalid("email", "This is no e-mail address.");
        foreach (var validator in users.PasswordValidators)
        {
            var result = await validator.ValidateAsync(users, user, password);
            if (!result.Succeeded)
                return Problem.Invalid("password", string.Join(" ", result.Errors.Select(error => error.Description)));
        }
        return null;
    }

    /// <summary>Of what counts of it: neither hyphens, spaces nor the case of its letters.</summary>
    private static string HashOf(string code) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(code.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant())));
}
