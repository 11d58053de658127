using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Proofs;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Providers.Sandbox;
using PaymentAdmin.Core.Secrets;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Demo;

/// <param name="Payments">How many were added; 0 when the demo was there already.</param>
/// <param name="Emails">Who can sign in, with <paramref name="Password"/>.</param>
public sealed record SeededDemo(int Payments, IReadOnlyList<string> Emails, string Password, string PasswordFile)
{
    /// <summary>A record's own text would print the password.</summary>
    public override string ToString() => $"{Payments} demo payments";
}

/// <summary>
/// Fills a database with something to look at: two tenants, their shops and sandbox accounts, a user per role, 200 payments with their ledgers.
/// One transaction; a second run adds only what is missing.
/// </summary>
public sealed class SeedDemo(
    PaymentStore store,
    ProviderRegistry providers,
    ProviderAccounts accounts,
    SecretBox secrets,
    ApplyObservation apply,
    RefundPayment refunds,
    SandboxDemoLedger ledger,
    CreateUser createUser,
    ProofFiles proofFiles,
    DemoPassword demoPassword,
    Deployment deployment,
    TimeProvider clock)
{
    private const string MailDomain = "demo.test";
    private const string OperatorRole = Roles.Finance;
    private static readonly Actor Seeder = Actor.System("seed-demo");

    private readonly DemoTenants tenants = new(providers, accounts, secrets);
    private readonly DemoPayments payments = new(apply, refunds, ledger);

    public static string EmailOf(string role) => $"{role}@{MailDomain}";

    public async Task<Result<SeededDemo>> RunAsync(CancellationToken cancellationToken)
    {
        if ((DemoRefusal.In(deployment) ?? await store.ReadAsync(db => DemoRefusal.BesideLiveAsync(db, cancellationToken), cancellationToken)) is { } refused)
            return refused;
        var isNewPassword = demoPassword.Read() is null;
        var password = demoPassword.Ensure();
        var users = Roles.All.Select(role => new CreateUserRequest(EmailOf(role), password, role, role == Roles.Superadmin ? null : Tenant.DefaultSlug)).ToList();
        // One password, one hash: hashing is slow on purpose, and there is nothing to tell apart.
        var hash = createUser.HashOf(users[0]);
        Result<int> added = await store.WriteAsync(db => FillAsync(db, users, hash, isNewPassword, cancellationToken), cancellationToken);
        return added.IsOk ? new SeededDemo(added.Value, users.ConvertAll(user => user.Email), password, demoPassword.Path) : added.Problem!;
    }

    private async Task<Result<int>> FillAsync(PaymentDb db, List<CreateUserRequest> users, string passwordHash, bool isNewPassword, CancellationToken cancellationToken)
    {
        await db.LockNameAsync("seed-demo", cancellationToken);
        if (await DemoRefusal.BesideLiveAsync(db, cancellationToken) is { } refused)
            return refused;
        var now = clock.GetUtcNow();
        var tenant = await tenants.EnsureAsync(db, now, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        await EnsureUsersAsync(db, users, passwordHash, isNewPassword, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        if (await db.Payments.AnyAsync(payment => payment.IsDemo, cancellationToken))
            return 0;
        var routes = await tenants.RoutesAsync(db, tenant.Id, cancellationToken);
        return routes.Count == 0 ? 0 : payments.Write(db, tenant.Id, tenant.Zone, routes, await ReceiptsAsync(cancellationToken), await OperatorAsync(db, cancellationToken), now);
    }

    /// <summary>Written before their rows, as every proof's file; should the rows not come, they are swept away.</summary>
    private async Task<IReadOnlyList<DemoFile>> ReceiptsAsync(CancellationToken cancellationToken)
    {
        var written = new List<DemoFile>();
        for (var i = 0; i < DemoStories.Proofs; i++)
        {
            var picture = DemoReceipt.Png(i);
            written.Add(new DemoFile(await proofFiles.WriteAsync(picture, cancellationToken), picture.Length, Convert.ToHexStringLower(SHA256.HashData(picture))));
        }
        return written;
    }

    private async Task EnsureUsersAsync(PaymentDb db, List<CreateUserRequest> users, string passwordHash, bool isNewPassword, CancellationToken cancellationToken)
    {
        var emails = users.ConvertAll(user => user.Email);
        var known = await db.Users.Where(user => user.Email != null && emails.Contains(user.Email)).ToListAsync(cancellationToken);
        foreach (var request in users)
        {
            if (known.Find(user => user.Email == request.Email) is not { } user)
                await createUser.AddAsync(db, request, passwordHash, Seeder, cancellationToken);
            else if (isNewPassword)
                (user.PasswordHash, user.SecurityStamp) = (passwordHash, IdSource.NewToken());
        }
    }

    private static async Task<Actor> OperatorAsync(PaymentDb db, CancellationToken cancellationToken)
    {
        var email = EmailOf(OperatorRole);
        var user = await db.Users.SingleAsync(row => row.Email == email, cancellationToken);
        return new Actor(ActorKind.User, user.Id.ToString(), email, user.Role, user.Id);
    }
}
