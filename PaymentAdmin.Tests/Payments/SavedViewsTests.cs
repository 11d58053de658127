using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Payments;

public sealed class SavedViewsTests
{
    private static readonly PaymentFilter Failed = new() { Statuses = [PaymentStatus.Failed], Query = "ORD 1&2", AmountFrom = 5000.5m };

    [Fact]
    public async Task View_comes_back_as_it_was_saved_and_only_to_whom_it_is_for()
    {
        await using var engine = await Engine.StartAsync();
        var views = engine.Get<SavedViews>();
        var (clerk, other) = (Person(Roles.Clerk), Person(Roles.Finance));

        var own = (await views.AddAsync(engine.TenantId, " Failed ones ", new(Failed with { Mode = Mode.Test }, ["status", "amount"]), isShared: false, clerk, CancellationToken.None)).Value;
        await views.AddAsync(engine.TenantId, "Shared", new(Failed), isShared: true, clerk, CancellationToken.None);

        Assert.Equal("Failed ones", own.Name);
        Assert.Equal(Failed.ToQueryString(), views.Open(own)!.Filter.ToQueryString());
        Assert.Equal(["status", "amount"], views.Open(own)!.Columns);
        Assert.Equal(["Failed ones", "Shared"], await NamesAsync(views, engine.TenantId, clerk));
        Assert.Equal(["Shared"], await NamesAsync(views, engine.TenantId, other));
        Assert.Empty(await NamesAsync(views, Guid.CreateVersion7(), clerk));
        Assert.False((await views.AddAsync(engine.TenantId, "Shared", new(Failed), false, clerk, CancellationToken.None)).IsOk);
        Assert.False((await views.AddAsync(engine.TenantId, " ", new(Failed), false, clerk, CancellationToken.None)).IsOk);
    }

    [Fact]
    public async Task Only_the_owner_and_who_manages_settings_take_a_view_away()
    {
        await using var engine = await Engine.StartAsync();
        var views = engine.Get<SavedViews>();
        var (clerk, finance, admin) = (Person(Roles.Clerk), Person(Roles.Finance), Person(Roles.Admin));
        var shared = (await views.AddAsync(engine.TenantId, "Shared", new(Failed), true, clerk, CancellationToken.None)).Value;
        var own = (await views.AddAsync(engine.TenantId, "Own", new(Failed), false, clerk, CancellationToken.None)).Value;

        Assert.Equal(Codes.PermissionMissing, (await views.RemoveAsync(engine.TenantId, shared.Id, finance, CancellationToken.None)).Problem!.Code);
        Assert.Equal(Codes.NotFound, (await views.RemoveAsync(engine.TenantId, own.Id, admin, CancellationToken.None)).Problem!.Code);
        Assert.True((await views.RemoveAsync(engine.TenantId, shared.Id, admin, CancellationToken.None)).IsOk);
        Assert.Equal(Codes.NotFound, (await views.RemoveAsync(engine.TenantId, shared.Id, clerk, CancellationToken.None)).Problem!.Code);
        Assert.Equal(3, await engine.ReadAsync(db => db.AuditEntries.CountAsync(entry => entry.Entity == "view")));
    }

    [Fact]
    public async Task At_most_one_view_is_the_default()
    {
        await using var engine = await Engine.StartAsync();
        var views = engine.Get<SavedViews>();
        var clerk = Person(Roles.Clerk);
        var first = (await views.AddAsync(engine.TenantId, "A", new(Failed), false, clerk, CancellationToken.None)).Value;
        var second = (await views.AddAsync(engine.TenantId, "B", new(Failed), false, clerk, CancellationToken.None)).Value;

        await views.SetDefaultAsync(engine.TenantId, first.Id, clerk, CancellationToken.None);
        await views.SetDefaultAsync(engine.TenantId, second.Id, clerk, CancellationToken.None);

        Assert.Equal("B", Assert.Single(await views.ListAsync(engine.TenantId, clerk.AnswerableUserId!.Value, CancellationToken.None), view => view.IsDefault).Name);
        Assert.False((await views.SetDefaultAsync(engine.TenantId, first.Id, Person(Roles.Clerk), CancellationToken.None)).IsOk);
        await views.SetDefaultAsync(engine.TenantId, null, clerk, CancellationToken.None);
        Assert.DoesNotContain(await views.ListAsync(engine.TenantId, clerk.AnswerableUserId.Value, CancellationToken.None), view => view.IsDefault);
    }

    private static async Task<List<string>> NamesAsync(SavedViews views, Guid tenantId, Actor actor) =>
        (await views.ListAsync(tenantId, actor.AnswerableUserId!.Value, CancellationToken.None)).ConvertAll(view => view.Name);

    private static Actor Person(string role)
    {
        var id = Guid.CreateVersion7();
        return new Actor(ActorKind.User, id.ToString(), $"{role}@shop.test", role, id);
    }
}
