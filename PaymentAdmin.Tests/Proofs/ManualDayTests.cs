using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Integrity;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Proofs;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Proofs;

/// <summary>A tenant with no provider but cash, bank transfer and mobile money: checkout, proof, decision, refund by hand, file for the books.</summary>
public sealed class ManualDayTests
{
    [Fact]
    public async Task Tenant_without_any_provider_works_a_whole_day()
    {
        await using var app = await TestApp.StartAsync();
        var tenantId = await app.TenantIdAsync();
        var account = new NewProviderAccount { TenantId = tenantId, Provider = "manual", Mode = Mode.Test, Endpoint = AccountEndpoint.Provider, Name = "Till", IsEnabled = true, IsForAllShops = true, Credentials = new Dictionary<string, string> { ["bank_account"] = "KZ86125KZT5004100100", ["mobile_money_number"] = "+77015211545" } };
        Assert.Null((await app.Get<SaveProviderAccount>().CreateAsync(account, Actor.System("test"), default)).Problem);
        using var shop = app.Client(await app.CreateKeyAsync());

        var orders = new List<(Guid Id, string Token)>();
        foreach (var (order, method) in new[] { ("cash", "cash_on_delivery"), ("bank", "bank_transfer"), ("phone", "mobile_money"), ("never", "bank_transfer") })
        {
            var created = await PostAsync(shop, "/v1/payments", new JsonObject { ["order_reference"] = order, ["amount_minor"] = 500_000, ["currency"] = "KZT", ["provider"] = "manual", ["method"] = method }, order);
            var url = new Uri(created["checkout_url"]!.GetValue<string>());
            orders.Add((Guid.Parse(created["id"]!.GetValue<string>()), System.Web.HttpUtility.ParseQueryString(url.Query)["t"]!));
        }
        // The payer brings the proof with nothing but the link of the checkout.
        foreach (var ((id, token), type) in orders.Zip(["cash_on_delivery", "bank_transfer", "mobile_money"]))
        {
            using var payer = app.Client(token);
            using var form = new MultipartFormDataContent { { new StringContent(type), "proof_type" }, { new StringContent($"REF-{type}"), "proof_reference" }, { new ByteArrayContent(Pictures.Jpeg()), "file", "receipt.jpg" } };
            using var answer = await payer.PostAsync($"/v1/payments/{id}/proofs", form);
            Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        }
        var clerk = await PersonAsync(app, Roles.Clerk);
        await DecideAsync(app, tenantId, orders[0].Id, isTrue: true, clerk);
        await DecideAsync(app, tenantId, orders[1].Id, isTrue: true, clerk);
        await DecideAsync(app, tenantId, orders[2].Id, isTrue: false, clerk);

        var refund = await PostAsync(shop, $"/v1/payments/{orders[0].Id}/refunds", new JsonObject { ["amount_minor"] = 200_000, ["reason"] = "one came back" }, "refund");
        Assert.Equal(("pending", "manual"), (refund["status"]!.GetValue<string>(), refund["action_required"]!.GetValue<string>()));
        var paidBack = await app.Get<RefundPayment>().SettleByHandAsync(tenantId, Guid.Parse(refund["id"]!.GetValue<string>()), isPaidBack: true, "CASH-OUT-1", "given back at the till", await PersonAsync(app, Roles.Finance), default);
        Assert.Equal(RefundStatus.Succeeded, paidBack.Value);

        var rows = (await shop.GetStringAsync("/export/payments.csv?bom=0&columns=order_reference,mode,status,provider,method,amount,received,refunded,currency,exceptions")).TrimEnd().Split("\r\n").Skip(1).Order(StringComparer.Ordinal);
        Assert.Equal(
            [
                "bank,test,succeeded,manual,bank_transfer,5000.00,5000.00,0.00,KZT,manual",
                "cash,test,succeeded,manual,cash_on_delivery,5000.00,5000.00,2000.00,KZT,manual",
                "never,test,pending,manual,bank_transfer,5000.00,0.00,0.00,KZT,",
                "phone,test,pending,manual,mobile_money,5000.00,0.00,0.00,KZT,manual",
            ],
            rows);
        Assert.Contains("2000.00", await shop.GetStringAsync("/export/refunds.csv?bom=0"), StringComparison.Ordinal);
        Assert.DoesNotContain(await app.Get<CheckIntegrity>().RunAsync(CancellationToken.None), result => result.Violations.Count > 0);
    }

    private static async Task DecideAsync(TestApp app, Guid tenantId, Guid paymentId, bool isTrue, Actor clerk)
    {
        var proof = await app.ReadAsync(db => db.ManualProofs.SingleAsync(row => row.PaymentId == paymentId));
        var decision = new ProofDecision(tenantId, proof.Id, proof.Version);
        var decided = isTrue
            ? await app.Get<ReviewProof>().ApproveAsync(decision, 500_000, null, clerk, default)
            : await app.Get<ReviewProof>().RejectAsync(decision, ProofRejection.NotReceived, null, null, clerk, default);
        Assert.Equal(isTrue ? ProofStatus.Approved : ProofStatus.Rejected, decided.Value);
    }

    private static async Task<Actor> PersonAsync(TestApp app, string role)
    {
        var email = await app.CreateUserAsync(role);
        var id = await app.ReadAsync(db => db.Users.Where(row => row.Email == email).Select(row => row.Id).SingleAsync());
        return new Actor(ActorKind.User, id.ToString(), email, role, id);
    }

    private static async Task<JsonNode> PostAsync(HttpClient client, string path, JsonObject body, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", key);
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }
}
