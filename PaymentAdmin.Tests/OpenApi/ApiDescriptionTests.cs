using System.Text.Json.Nodes;
using AngleSharp.Html.Parser;
using Microsoft.AspNetCore.Routing;
using PaymentAdmin.Tests.Support;
using PaymentAdmin.Web.OpenApi;

namespace PaymentAdmin.Tests.OpenApi;

/// <summary>The description is whole, true to itself, and the one that lies in the repository.</summary>
public sealed class ApiDescriptionTests(ApiDescriptionTests.Server server) : IClassFixture<ApiDescriptionTests.Server>
{
    private const string Renew = "PAYMENTADMIN_TEST_RENEW";

    private readonly TestApp app = server.App;

    [Fact]
    public async Task Description_is_the_one_in_the_repository()
    {
        var served = await app.Client().GetStringAsync("/openapi/v1.json");
        if (Environment.GetEnvironmentVariable(Renew) == "1")
            await File.WriteAllTextAsync(Description.File, served);

        var kept = File.Exists(Description.File) ? await File.ReadAllTextAsync(Description.File) : "";

        Assert.True(kept == served, $"The API differs from docs/openapi.json. If that is meant, renew it and read the difference: {Renew}=1 dotnet test PaymentAdmin.Tests --filter {nameof(Description_is_the_one_in_the_repository)}");
    }

    [Fact]
    public void Every_route_for_programs_is_described_and_nothing_else()
    {
        var routes = ApiDescription.RoutesOf(app.Get<EndpointDataSource>()).Keys.ToList();
        var described = ApiCatalogue.All.Select(ApiDescription.KeyOf).ToList();

        Assert.Equal(routes.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
        Assert.Equal(ApiCatalogue.All.Count, ApiCatalogue.All.Select(operation => operation.Id).Distinct().Count());
    }

    [Fact]
    public void Examples_are_what_the_schemas_say()
    {
        var contents =
            from operation in Description.Operations
            from content in new[] { operation.Json["requestBody"]?["content"] }.Concat(operation.Json["responses"]!.AsObject().Select(response => response.Value!["content"])).OfType<JsonObject>()
            where content["application/json"] is not null
            select (operation.Id, Media: content["application/json"]!);

        var differences = contents.SelectMany(content => Description.Differences(content.Media["example"], content.Media["schema"]!).Select(text => $"{content.Id}: {text}")).ToList();

        Assert.NotEmpty(contents);
        Assert.Empty(differences);
    }

    [Fact]
    public void Differences_are_seen()
    {
        var schema = JsonNode.Parse("""{ "type": "object", "properties": { "a": { "type": "integer" }, "b": { "type": ["string", "null"] } }, "required": ["a"] }""")!;

        Assert.Empty(Description.Differences(JsonNode.Parse("""{ "a": 1, "b": null }"""), schema));
        Assert.Equal(["$.a is missing", "$.c is not described", "$.b is integer and not string or null"], Description.Differences(JsonNode.Parse("""{ "c": 1, "b": 2 }"""), schema));
    }

    [Fact]
    public void References_lead_somewhere()
    {
        var components = Description.Document["components"]!;
        var references = Description.Document.ToJsonString().Split("\"$ref\":\"#/components/").Skip(1).Select(text => text.Split('"')[0].Split('/')).ToList();

        Assert.NotEmpty(references);
        Assert.All(references, parts => Assert.NotNull(components[parts[0]]?[parts[1]]));
    }

    [Fact]
    public async Task Page_tells_every_operation_and_loads_nothing_from_elsewhere()
    {
        var html = await app.Client().GetStringAsync("/docs");
        var page = await new HtmlParser().ParseDocumentAsync(html);

        foreach (var operation in Description.Operations)
            Assert.NotNull(page.GetElementById(operation.Id));
        var loaded = page.QuerySelectorAll("link[href], script[src], img[src], iframe[src]").Select(element => element.GetAttribute("href") ?? element.GetAttribute("src")!).ToList();
        Assert.NotEmpty(loaded);
        Assert.All(loaded, address => Assert.False(address.Contains("//", StringComparison.Ordinal), address));
        Assert.DoesNotContain("style=", html, StringComparison.Ordinal);
        Assert.Empty(page.QuerySelectorAll("script"));
        // Addresses within the page must survive <base href="/">.
        foreach (var link in page.QuerySelectorAll("a[href*='#']"))
            Assert.NotNull(page.GetElementById(link.GetAttribute("href")!.Split('#')[1]));
    }

    public sealed class Server : IAsyncLifetime
    {
        public TestApp App { get; private set; } = null!;

        public async Task InitializeAsync() => App = await TestApp.StartAsync();

        public async Task DisposeAsync() => await App.DisposeAsync();
    }
}
