using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Approvals;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Approvals;

/// <summary>A refund above the limit moves nothing until another person agrees.</summary>
public sealed class DecideApprovalTests : IAsyncLifetime
{
    private const long Limit = 3_000;
    private Engine engine = null!;

    public async Task InitializeAsync()
    {
        engine = await Engine.StartAsync();
        await engine.Store.WriteAsync(
            async db =>
            {
                await db.Tenants.ExecuteUpdateAsync(set => set.SetProperty(row => row.TwoPersonRule, TwoPersonRule.OverLimit));
                db.ApprovalLimits.Add(new ApprovalLimit { TenantId = engine.TenantId, Currency = "KZT", AmountMinor = Limit });
            },
            default);
    }

    public async Task DisposeAsync()
    {
        await engine.AssertSoundAsync();
        await engine.DisposeAsync();
    }

    [Theory]
    [InlineData(Limit, false)]
    [InlineData(Limit + 1, true)]
    public async Task Only_above_the_limit_a_second_person_is_asked(long amountMinor, bool waits)
    {
        var refund = await AskAsync(amountMinor, await PersonAsync());

        Assert.Equal(waits, (await engine.RefundAsync(refund)).ActionRequired == RefundAction.Approval);
        Assert.Equal(waits ? 0 : 1, engine.Provider.Refunds.Count);
        Assert.Equal(waits ? 1 : 0, await engine.ReadAsync(db => db.ApprovalRequests.CountAsync()));
    }

    [Fact]
    public async Task Second_person_sends_it_and_both_names_are_kept()
    {
        var (one, two) = (await PersonAsync(), await PersonAsync());
        var refund = await AskAsync(5_000, one);

        Assert.Equal(ApprovalStatus.Approved, (await DecideAsync(true, "seen the goods", two)).Value);

        Assert.Equal(RefundStatus.Succeeded, (await engine.RefundAsync(refund)).Status);
        Assert.Equal(5_000, Assert.Single(engine.Provider.Refunds).Value.AmountMinor);
        var request = await engine.ReadAsync(db => db.ApprovalRequests.SingleAsync());
        Assert.Equal((one.Name, two.Name, "seen the goods"), (request.RequestedBy, request.DecidedBy, request.DecisionReason));
        Assert.Equal(Codes.ChangedMeanwhile, (await DecideAsync(true, null, await PersonAsync())).Problem?.Code);
        Assert.Single(engine.Provider.Refunds);
    }

    [Fact]
    public async Task Who_asked_cannot_approve_by_key_by_role_or_by_another_session()
    {
        var one = await PersonAsync();
        await AskAsync(5_000, one with { Kind = ActorKind.ApiKey, Id = "a-key-of-his" });

        Assert.Equal(Codes.FourEyes, (await DecideAsync(true, null, one)).Problem?.Code);
        Assert.Equal(Codes.FourEyes, (await DecideAsync(true, null, one with { Role = Roles.Superadmin })).Problem?.Code);
        Assert.Equal(Codes.PermissionMissing, (await DecideAsync(true, null, one with { Kind = ActorKind.ApiKey })).Problem?.Code);
        await engine.Store.WriteAsync(db => db.Users.Where(row => row.Id == one.AnswerableUserId).ExecuteUpdateAsync(set => set.SetProperty(row => row.Role, Roles.Superadmin)), default);
        Assert.Equal(Codes.FourEyes, (await DecideAsync(true, null, one with { Role = Roles.Superadmin })).Problem?.Code);
        Assert.Empty(engine.Provider.Refunds);
    }

    [Fact]
    public async Task Role_is_judged_as_the_database_says_it_now()
    {
        var two = await PersonAsync();
        await AskAsync(5_000, await PersonAsync());
        await engine.Store.WriteAsync(db => db.Users.Where(row => row.Id == two.AnswerableUserId).ExecuteUpdateAsync(set => set.SetProperty(row => row.Role, Roles.Clerk)), default);

        Assert.Equal(Codes.PermissionMissing, (await DecideAsync(true, null, two)).Problem?.Code);
        await engine.Store.WriteAsync(db => db.Users.Where(row => row.Id == two.AnswerableUserId).ExecuteUpdateAsync(set => set.SetProperty(row => row.Role, Roles.Finance).SetProperty(row => row.IsDisabled, true)), default);
        Assert.Equal(Codes.PermissionMissing, (await DecideAsync(true, null, two)).Problem?.Code);
    }

    [Fact]
    public async Task Refused_and_expired_refunds_free_the_amount()
    {
        var one = await PersonAsync();
        var refused = await AskAsync(5_000, one);
        Assert.Equal(Codes.ValidationFailed, (await DecideAsync(false, null, await PersonAsync())).Problem?.Code);
        Assert.Equal(ApprovalStatus.Rejected, (await DecideAsync(false, "wrong customer", await PersonAsync())).Value);
        Assert.Equal((RefundStatus.Failed, "approval_rejected"), await StateAsync(refused));

        var payment = (await engine.RefundAsync(refused)).PaymentId;
        var expired = (await engine.Get<RefundPayment>().RunAsync(new RefundRequestedBy(engine.TenantId, Mode.Test, payment, 10_000, null, "all"), one, default)).Value;
        engine.Clock.Advance(ApprovalRequest.Lifetime);
        while (await engine.Get<DecideApproval>().ExpireAsync(default))
        {
        }
        Assert.Equal((RefundStatus.Failed, "approval_expired"), await StateAsync(expired));
        Assert.Equal(10_000, (await engine.PaymentAsync(payment)).RefundableMinor);
        Assert.Empty(engine.Provider.Refunds);
    }

    [Fact]
    public async Task Two_at_once_decide_once()
    {
        var refund = await AskAsync(5_000, await PersonAsync());
        var people = new[] { await PersonAsync(), await PersonAsync(), await PersonAsync() };

        var results = await Task.WhenAll(people.Select(person => Task.Run(() => DecideAsync(true, null, person))));

        Assert.Single(results, result => result.IsOk);
        Assert.Single(engine.Provider.Refunds);
        Assert.Equal(RefundStatus.Succeeded, (await engine.RefundAsync(refund)).Status);
    }

    [Fact]
    public async Task Who_asked_takes_it_back_and_nobody_else_does()
    {
        var (one, two) = (await PersonAsync(), await PersonAsync());
        var refund = await AskAsync(5_000, one);
        var request = await engine.ReadAsync(db => db.ApprovalRequests.Select(row => row.Id).SingleAsync());
        Task<Result<ApprovalStatus>> WithdrawAsync(Actor actor) => engine.Get<DecideApproval>().WithdrawAsync(engine.TenantId, request, expectedVersion: 0, actor, default);

        Assert.Equal(Codes.PermissionMissing, (await WithdrawAsync(two)).Problem?.Code);
        Assert.Equal(Codes.PermissionMissing, (await WithdrawAsync(one with { Kind = ActorKind.ApiKey })).Problem?.Code);
        Assert.Equal(ApprovalStatus.Withdrawn, (await WithdrawAsync(one)).Value);

        Assert.Equal((RefundStatus.Failed, "approval_withdrawn"), await StateAsync(refund));
        Assert.Equal(Codes.ChangedMeanwhile, (await DecideAsync(true, null, two)).Problem?.Code);
        Assert.Equal(Codes.ChangedMeanwhile, (await WithdrawAsync(one)).Problem?.Code);
        Assert.Equal(1, await engine.ReadAsync(db => db.AuditEntries.CountAsync(entry => entry.Action == "approval.withdrawn" && entry.ActorId == one.Id)));
        Assert.Empty(engine.Provider.Refunds);
    }

    private async Task<Guid> AskAsync(long amountMinor, Actor actor)
    {
        var payment = await engine.PaidAsync();
        return (await engine.Get<RefundPayment>().RunAsync(new RefundRequestedBy(engine.TenantId, Mode.Test, payment.Id, amountMinor, null, "came back"), actor, default)).Value;
    }

    private async Task<Result<ApprovalStatus>> DecideAsync(bool isApproved, string? reason, Actor actor)
    {
        var request = await engine.ReadAsync(db => db.ApprovalRequests.OrderByDescending(row => row.RequestedAt).Select(row => new { row.Id }).FirstAsync());
        return await engine.Get<DecideApproval>().RunAsync(engine.TenantId, request.Id, expectedVersion: 0, isApproved, reason, actor, default);
    }

    private async Task<(RefundStatus, string?)> StateAsync(Guid refund)
    {
        var row = await engine.RefundAsync(refund);
        return (row.Status, row.FailureCode);
    }

    private async Task<Actor> PersonAsync(string role = Roles.Finance)
    {
        var id = Guid.CreateVersion7();
        var email = $"{id:N}@shop.test";
        await engine.Store.WriteAsync(
            db =>
            {
                db.Users.Add(new User { Id = id, TenantId = engine.TenantId, Email = email, UserName = email, Role = role, CreatedAt = engine.Clock.GetUtcNow() });
                return Task.CompletedTask;
            },
            default);
        return new Actor(ActorKind.User, id.ToString(), email, role, id);
    }
}
