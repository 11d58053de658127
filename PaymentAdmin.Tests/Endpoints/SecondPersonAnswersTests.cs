using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Approvals;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.OpenApi;

namespace PaymentAdmin.Tests.Endpoints;

/// <summary>What a program is answered where a second person must agree first: 202, and nothing has changed.</summary>
[Collection(Source001Collection.Name)]
public sealed class SecondPersonAnswersTests(Source001World world)
{
    [Fact]
    public async Task Live_config_waits_for_a_second_person_and_is_there_when_one_agreed()
    {
        var shop = await world.MerchantAsync(Mode.Live);
        await SwitchOnAsync(shop);
        const string Config = """{"shop_id": 8, "organization_bin": "210440028324"}""";

        var asked = Waits("configs.create", await shop.PostAsync("/admin/configs", Config));
        (await shop.PostAsync("/admin/configs", Config)).IsProblem(409, "changed_meanwhile");
        Assert.Equal("[]", (await shop.GetAsync("/admin/configs")).Is(200).Text);
        await AgreeAsync(shop, asked);
        Assert.Equal("210440028324", Assert.Single((await shop.GetAsync("/admin/configs")).Is(200).Json.EnumerateArray().ToList()).GetProperty("organization_bin").GetString());

        asked = Waits("configs.change", await shop.PutAsync("/admin/configs/8", """{"organization_bin": "991011000048"}"""));
        (await shop.PutAsync("/admin/configs/8", """{"organization_bin": "991011000048"}""")).IsProblem(409, "changed_meanwhile");
        await AgreeAsync(shop, asked);

        // Taking one out of service only stops money, so it needs nobody else.
        (await shop.DeleteAsync("/admin/configs/8")).Is(204);
        var row = Assert.Single((await shop.GetAsync("/admin/configs")).Is(200).Json.EnumerateArray().ToList());
        Assert.Equal(("991011000048", false), (row.GetProperty("organization_bin").GetString(), row.GetProperty("is_active").GetBoolean()));
    }

    [Fact]
    public async Task Refund_over_the_limit_waits_and_says_so()
    {
        var shop = await (await world.MerchantAsync()).WithShopAsync();
        var externalId = await shop.PaidAsync();
        await SwitchOnAsync(shop);

        Waits("kaspi.refund", await shop.RefundAsync(externalId));

        Assert.Equal(0, await shop.RefundedAtKaspiAsync(externalId));
    }

    private Task<int> SwitchOnAsync(Merchant shop) =>
        world.App.Store.WriteAsync(db => db.Tenants.Where(row => row.Id == shop.TenantId).ExecuteUpdateAsync(set => set.SetProperty(row => row.TwoPersonRule, TwoPersonRule.Always)), default);

    /// <summary>The answer is 202 and is what the description says of it.</summary>
    private static ApiAnswer Waits(string operation, ApiAnswer answer)
    {
        answer.Is(202);
        Assert.Equal("waiting_for_approval", answer["status"]);
        Assert.Empty(Description.Differences(JsonNode.Parse(answer.Text), Description.Operations.Single(one => one.Id == operation).WaitingSchema!));
        return answer;
    }

    private async Task AgreeAsync(Merchant shop, ApiAnswer asked)
    {
        var email = await world.App.CreateUserAsync(Roles.Superadmin);
        var user = await world.App.ReadAsync(db => db.Users.SingleAsync(row => row.Email == email));
        var second = new Actor(ActorKind.User, user.Id.ToString(), email, user.Role, user.Id);
        Assert.Null((await world.App.Get<DecideApproval>().RunAsync(shop.TenantId, Guid.Parse(asked["approval_id"]!), expectedVersion: 0, isApproved: true, reason: null, second, default)).Problem);
    }
}
