using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Providers.Mpesa;

/// <summary>
/// Daraja's clock stands in Nairobi, and ours wherever the machine is. The imitation refuses any other clock's timestamp, as the provider does,
/// so a push that arrives was stamped rightly.
/// </summary>
[Trait("Category", "SqliteOnly")] // A machine's zone is no matter of the database: one engine tells.
public sealed class MpesaZoneTests
{
    [Theory]
    [InlineData("UTC")]
    [InlineData("Pacific/Auckland")]
    public async Task Push_of_a_machine_in_any_zone_is_stamped_in_nairobi(string zone)
    {
        await using var database = await TestDatabase.CreateAsync();
        var folder = Directory.CreateTempSubdirectory("payment-admin-zone-").FullName;
        try
        {
            var environment = new Dictionary<string, string?>(database.Settings) { ["ASPNETCORE_ENVIRONMENT"] = "Test", ["DataDirectory"] = folder, ["Demo:Enabled"] = "true", ["Sandbox:Enabled"] = "true", ["Security:MasterKey"] = TestApp.MasterKey, ["TZ"] = zone };
            var (process, client) = await ServerProcess.ServeAsync(folder, environment);
            await using var ended = process;
            using var closed = client;
            var (_, created, errors) = await ServerProcess.RunAsync(folder, environment, "create-api-key", "--tenant", "default", "--mode", "test", "--scopes", "payments:read,payments:write", "--json");
            Assert.Equal("", errors);
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", JsonNode.Parse(created)!["key"]!.GetValue<string>());

            var body = new JsonObject { ["order_reference"] = "zone", ["amount_minor"] = 120_000, ["currency"] = "KES", ["provider"] = "mpesa", ["method"] = "phone", ["customer"] = new JsonObject { ["phone"] = "0712345678" } };
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/payments") { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
            request.Headers.Add("Idempotency-Key", "zone");
            using var answer = await client.SendAsync(request);
            var payment = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;

            Assert.True(answer.IsSuccessStatusCode, payment.ToJsonString());
            await Eventually.TrueAsync(async () => JsonNode.Parse(await client.GetStringAsync($"/v1/payments/{payment["id"]}"))!["status"]!.GetValue<string>() == "succeeded", "the payer's yes arrived");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
