using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Approvals;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Demo;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Proofs;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Demo;

public sealed class SeedDemoTests
{
    [Fact]
    public async Task Two_hundred_payments_keep_every_invariant()
    {
        await using var demo = await DemoDatabase.CreateAsync();

        var seeded = await demo.SeededAsync();

        Assert.Equal(200, seeded.Payments);
        Assert.All(await demo.CheckAsync(), invariant => Assert.True(invariant.Count == 0, $"{invariant.Id} {invariant.Name}: {string.Join(", ", invariant.Violations)}"));
    }

    [Fact]
    public async Task Every_status_and_every_state_of_a_refund_is_there()
    {
        await using var demo = await DemoDatabase.CreateAsync();
        await demo.SeededAsync();

        var payments = await demo.ReadAsync(db => db.Payments.ToListAsync());
        var refunds = await demo.ReadAsync(db => db.Refunds.ToListAsync());

        Assert.Equal(Enum.GetValues<PaymentStatus>(), payments.Select(payment => payment.Status).Distinct().Order());
        Assert.Equal(Enum.GetValues<RefundStatus>(), refunds.Select(refund => refund.Status).Distinct().Order());
        foreach (var exception in new[] { PaymentExceptions.PaidLate, PaymentExceptions.DuplicateCharge, PaymentExceptions.Underpaid, PaymentExceptions.Overpaid, PaymentExceptions.AmountMismatch, PaymentExceptions.CurrencyMismatch, PaymentExceptions.OutcomeUnknown, PaymentExceptions.Risk })
            Assert.Contains(payments, payment => payment.Exceptions.HasFlag(exception));
        Assert.All(payments, payment => Assert.True(payment is { IsDemo: true, Mode: Mode.Test }));
        Assert.InRange(payments.Min(payment => payment.CreatedAt), demo.Clock.GetUtcNow().AddDays(-31), demo.Clock.GetUtcNow().AddDays(-20));
        Assert.True(payments.Max(payment => payment.UpdatedAt) < demo.Clock.GetUtcNow());
    }

    [Fact]
    public async Task Proofs_wait_with_pictures_that_open()
    {
        await using var demo = await DemoDatabase.CreateAsync();
        await demo.SeededAsync();

        var proofs = await demo.ReadAsync(db => db.ManualProofs.ToListAsync());
        var files = await demo.ReadAsync(db => db.ProofFiles.ToListAsync());
        Assert.All(proofs, proof => Assert.True(proof is { IsDemo: true, Status: ProofStatus.Submitted }));
        Assert.Equal((4, 4), (proofs.Count, files.Select(file => file.Sha256).Distinct(StringComparer.Ordinal).Count()));
        foreach (var file in files)
        {
            var picture = await demo.Get<ProofFiles>().ReadAsync(file.StoredName, CancellationToken.None);
            Assert.Equal(file.ContentType, ProofContent.Detect(picture, file.Name, file.ContentType, out _));
        }
        var paymentIds = proofs.ConvertAll(proof => proof.PaymentId);
        Assert.All(await demo.ReadAsync(db => db.Payments.Where(row => paymentIds.Contains(row.Id)).ToListAsync()), payment => Assert.Equal(PaymentStatus.InReview, payment.Status));
    }

    [Fact]
    public async Task Nothing_of_it_is_planned_announced_or_left_half_sent()
    {
        await using var demo = await DemoDatabase.CreateAsync();
        await demo.SeededAsync();

        Assert.Equal(0, await demo.ReadAsync(db => db.OutgoingEvents.CountAsync()));
        Assert.Equal(0, await demo.ReadAsync(db => db.PaymentAttempts.CountAsync(attempt => attempt.NextCheckAt != null || !attempt.IsDemo)));
        Assert.Equal(0, await demo.ReadAsync(db => db.Refunds.CountAsync(refund => refund.NextCheckAt != null || !refund.IsDemo)));
        Assert.Equal(0, await demo.ReadAsync(db => db.ProviderCalls.CountAsync(call => call.State == ProviderCallState.Sent)));
    }

    [Fact]
    public async Task Each_refund_that_needs_consent_stands_among_the_approvals_and_lives()
    {
        await using var demo = await DemoDatabase.CreateAsync();
        await demo.SeededAsync();
        var now = demo.Clock.GetUtcNow();

        var waiting = await demo.ReadAsync(db => db.Refunds.Where(refund => refund.ActionRequired == RefundAction.Approval).Select(refund => refund.Id).ToListAsync());
        var asked = await demo.ReadAsync(db => db.ApprovalRequests.Where(request => request.Status == ApprovalStatus.Waiting && request.ExpiresAt > now).Select(request => request.SubjectId).ToListAsync());

        Assert.NotEmpty(waiting);
        Assert.Equal(waiting.Order(), asked.Select(Guid.Parse).Order());
    }

    [Fact]
    public async Task Audit_and_call_log_read_in_the_order_of_time()
    {
        await using var demo = await DemoDatabase.CreateAsync();
        await demo.SeededAsync();

        var audit = await demo.ReadAsync(db => db.AuditEntries.Where(entry => entry.Entity == "payment").OrderBy(entry => entry.Id).Select(entry => entry.At).ToListAsync());
        var calls = await demo.ReadAsync(db => db.ProviderCalls.OrderBy(call => call.Id).Select(call => call.StartedAt).ToListAsync());

        Assert.Equal(audit.Order(), audit);
        Assert.Equal(calls.Order(), calls);
    }

    [Fact]
    public async Task Second_run_changes_nothing()
    {
        await using var demo = await DemoDatabase.CreateAsync();
        var first = await demo.SeededAsync();
        var before = await CountsAsync(demo);
        demo.Clock.Advance(TimeSpan.FromDays(3));

        var second = await demo.SeededAsync();

        Assert.Equal((0, first.Password), (second.Payments, second.Password));
        Assert.Equal(before, await CountsAsync(demo));
    }

    [Fact]
    public async Task Same_seed_and_moment_give_the_same_payments()
    {
        await using var one = await DemoDatabase.CreateAsync();
        await using var other = await DemoDatabase.CreateAsync();
        await one.SeededAsync();
        await other.SeededAsync();

        Assert.Equal(await StoriesAsync(one), await StoriesAsync(other));
    }

    [Fact]
    public async Task Tenants_shops_and_bins_are_those_of_the_contract()
    {
        await using var demo = await DemoDatabase.CreateAsync();
        await demo.SeededAsync();

        var shops = await demo.ReadAsync(db => (
            from config in db.ShopConfigs
            join shop in db.Shops on config.ShopId equals shop.Id
            join organization in db.Organizations on config.OrganizationId equals organization.Id
            join tenant in db.Tenants on config.TenantId equals tenant.Id
            where config.Provider == "kaspi"
            orderby shop.Number
            select new { tenant.Slug, shop.Number, organization.Bin, config.Mode, config.IsActive }).ToListAsync());

        Assert.Equal(["default 8", "default 9", "second 21"], shops.Select(shop => $"{shop.Slug} {shop.Number}"));
        Assert.Equal(["210440028324", "991011000048"], shops.Take(2).Select(shop => shop.Bin));
        Assert.All(shops, shop => Assert.True(Bin.IsValid(shop.Bin) && shop is { Mode: Mode.Test, IsActive: true }));
    }

    [Fact]
    public async Task Every_registered_provider_has_a_sandbox_account_that_opens()
    {
        await using var demo = await DemoDatabase.CreateAsync();
        await demo.SeededAsync();

        foreach (var provider in demo.Get<ProviderRegistry>().All)
        {
            var own = await demo.ReadAsync(db => db.ProviderAccounts.Where(account => account.Provider == provider.Profile.Id).ToListAsync());
            Assert.Equal(2, own.Count);
            foreach (var account in own)
            {
                Assert.True(account is { Mode: Mode.Test, Endpoint: AccountEndpoint.Sandbox, IsEnabled: true });
                Assert.Equal(!provider.Profile.NeedsShopConfig, account.IsForAllShops);
                var opened = demo.Get<ProviderAccounts>().Open(account, route: null);
                Assert.All(provider.Profile.CredentialFields.Where(field => field.IsRequired), field => Assert.NotEqual("", opened.Credential(field.Name)));
            }
        }
    }

    [Fact]
    public async Task One_user_per_role_signs_in_with_the_password_of_the_file()
    {
        await using var demo = await DemoDatabase.CreateAsync();
        var seeded = await demo.SeededAsync();

        Assert.Equal(Roles.All.Select(SeedDemo.EmailOf), seeded.Emails);
        Assert.Equal(seeded.Password, (await File.ReadAllTextAsync(Path.Combine(demo.Folder, "demo-password"))).Trim());
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(demo.Folder, "demo-password")));
        var hasher = demo.Get<IPasswordHasher<User>>();
        var users = await demo.ReadAsync(db => db.Users.ToListAsync());
        Assert.Equal(Roles.All.Count, users.Count);
        Assert.All(users, user =>
        {
            Assert.Equal(PasswordVerificationResult.Success, hasher.VerifyHashedPassword(user, user.PasswordHash!, seeded.Password));
            Assert.Equal(user.Role == Roles.Superadmin, user.TenantId is null);
        });
    }

    [Fact]
    public async Task Lost_password_file_gets_a_new_password_that_works()
    {
        await using var demo = await DemoDatabase.CreateAsync();
        var first = await demo.SeededAsync();
        File.Delete(first.PasswordFile);

        var second = await demo.SeededAsync();

        Assert.NotEqual(first.Password, second.Password);
        var user = await demo.ReadAsync(db => db.Users.FirstAsync());
        Assert.Equal(PasswordVerificationResult.Success, demo.Get<IPasswordHasher<User>>().VerifyHashedPassword(user, user.PasswordHash!, second.Password));
    }

    [Fact]
    public async Task Production_is_refused_and_stays_empty()
    {
        await using var demo = await DemoDatabase.CreateAsync("Production");

        var refused = await demo.Seed.RunAsync(CancellationToken.None);

        Assert.Equal(Codes.DemoRefused, refused.Problem?.Code);
        Assert.Equal(0, await demo.ReadAsync(db => db.Users.CountAsync()));
        Assert.False(File.Exists(Path.Combine(demo.Folder, "demo-password")));
    }

    [Fact]
    public async Task Database_with_a_live_payment_is_refused()
    {
        await using var demo = await DemoDatabase.CreateAsync();
        await demo.SeededAsync();
        await demo.Store.WriteAsync(
            db => db.Payments.Where(payment => payment.Status == PaymentStatus.Created).Take(1).ExecuteUpdateAsync(set => set.SetProperty(payment => payment.Mode, Mode.Live)),
            CancellationToken.None);

        var refused = await demo.Seed.RunAsync(CancellationToken.None);

        Assert.Equal(Codes.DemoRefused, refused.Problem?.Code);
    }

    private static Task<string> CountsAsync(DemoDatabase demo) => demo.ReadAsync(async db =>
        $"{await db.Tenants.CountAsync()} {await db.Shops.CountAsync()} {await db.ShopConfigVersions.CountAsync()} {await db.ProviderAccounts.CountAsync()} {await db.Users.CountAsync()} {await db.Payments.CountAsync()} {await db.PaymentNotes.CountAsync()} {await db.AuditEntries.CountAsync()} {await db.SandboxCharges.CountAsync()} {await db.SandboxRefunds.CountAsync()}");

    private static Task<List<string>> StoriesAsync(DemoDatabase demo) => demo.ReadAsync(db =>
        db.Payments.OrderBy(payment => payment.OrderReference)
            .Select(payment => $"{payment.Id} {payment.OrderReference} {payment.Status} {payment.AmountMinor} {payment.ReceivedMinor} {payment.RefundedMinor} {payment.Exceptions} {payment.CustomerName} {payment.ProviderReference}")
            .ToListAsync());
}
