using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Payments;

public sealed class FindAnythingTests
{
    [Fact]
    public async Task Id_reference_and_code_find_exactly_their_payment()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PaidAsync();
        await engine.PaidAsync();

        foreach (var text in new[] { payment.Id.ToString(), payment.OrderReference, payment.PaymentCode, payment.ProviderReference! })
        {
            var found = (await FindAsync(engine, text)).Where(record => record is { Kind: FoundKind.Payment, IsExact: true }).ToList();
            Assert.True(found is [{ } only] && only.Id == payment.Id, text);
        }
    }

    [Fact]
    public async Task Beginning_of_a_reference_finds_but_names_nothing_exactly()
    {
        await using var engine = await Engine.StartAsync();
        await engine.PaidAsync();

        Assert.All((await FindAsync(engine, "order-")).Where(record => record.Kind == FoundKind.Payment), record => Assert.False(record.IsExact));
        Assert.NotEmpty(await FindAsync(engine, "order-"));
        Assert.Empty(await FindAsync(engine, "o"));
        Assert.Empty(await FindAsync(engine, "nothing like it"));
    }

    [Fact]
    public async Task What_a_role_may_not_see_and_other_modes_are_not_found()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PaidAsync();

        Assert.Contains(await FindAsync(engine, payment.ProviderReference!), record => record.Kind == FoundKind.Webhook);
        Assert.DoesNotContain(await FindAsync(engine, payment.ProviderReference!, Roles.Clerk), record => record.Kind == FoundKind.Webhook);
        Assert.Empty(await engine.Get<FindAnything>().RunAsync(new SearchScope(engine.TenantId, Mode.Live, TimeZoneInfo.Utc), payment.Id.ToString(), Roles.Admin, CancellationToken.None));
        Assert.Empty(await engine.Get<FindAnything>().RunAsync(new SearchScope(Guid.CreateVersion7(), Mode.Test, TimeZoneInfo.Utc), payment.Id.ToString(), Roles.Admin, CancellationToken.None));
    }

    private static Task<IReadOnlyList<FoundRecord>> FindAsync(Engine engine, string text, string role = Roles.Admin) =>
        engine.Get<FindAnything>().RunAsync(new SearchScope(engine.TenantId, Mode.Test, TimeZoneInfo.Utc), text, role, CancellationToken.None);
}
