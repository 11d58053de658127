using System.Globalization;
using System.Text.Json.Serialization;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>Source system 001's admin routes: which BIN and device token a shop uses, and the log of provider calls (amounts in tiyn).</summary>
public static class Source001AdminEndpoints
{
    private const string DefaultProvider = "kaspi";
    private const int DefaultLimit = 100;

    public static void MapSource001Admin(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/admin/configs", ListAsync).RequireScope(Scopes.ConfigsRead);
        routes.MapPost("/admin/configs", CreateAsync).RequireScope(Scopes.ConfigsWrite).Idempotent();
        routes.MapPut("/admin/configs/{shop_id}", ChangeAsync).RequireScope(Scopes.ConfigsWrite);
        routes.MapDelete("/admin/configs/{shop_id}", DeactivateAsync).RequireScope(Scopes.ConfigsWrite);
        routes.MapGet("/admin/logs", LogAsync).RequireScope(Scopes.LogsRead);
    }

    private static async Task<IResult> ListAsync(CallerIdentity caller, ListShopConfigs configs, CancellationToken cancellationToken)
    {
        var items = await configs.RunAsync(new ShopConfigFilter(caller.TenantId) { Mode = caller.Mode }, cancellationToken);
        return TypedResults.Json(items.ConvertAll(ConfigObject.From), Json.Source);
    }

    private static async Task<IResult> CreateAsync(HttpContext http, CallerIdentity caller, SaveShopConfig save, CancellationToken cancellationToken)
    {
        var read = await http.ReadLenientAsync<NewConfigBody>(cancellationToken);
        if (!read.IsOk)
            return read.Problem!.ToHttp();
        var body = read.Value;
        var request = new SaveShopConfigRequest
        {
            TenantId = caller.TenantId,
            Mode = caller.Mode,
            Provider = body.Provider ?? DefaultProvider,
            ShopId = body.ShopId,
            OrganizationBin = body.OrganizationBin,
            DeviceToken = body.DeviceToken,
            Description = body.Description,
            IsActive = body.IsActive ?? true,
        };
        return Saved(await save.CreateAsync(request, caller.Actor, cancellationToken), StatusCodes.Status201Created);
    }

    private static async Task<IResult> ChangeAsync(HttpContext http, string shop_id, CallerIdentity caller, SaveShopConfig save, ProviderRegistry providers, CancellationToken cancellationToken)
    {
        var read = await http.ReadLenientAsync<ConfigChangeBody>(cancellationToken);
        if (!read.IsOk)
            return read.Problem!.ToHttp();
        var place = PlaceOf(http, shop_id, caller, providers);
        if (!place.IsOk)
            return place.Problem!.ToHttp();
        var body = read.Value;
        // Which config it is stands in the address; a body that says otherwise is a mistake, not a wish.
        if (body.ShopId is { } shopId && shopId != place.Value.ShopId)
            return Problem.Invalid("shop_id", $"is another shop than {place.Value.ShopId} in the address").ToHttp();
        if (body.Provider is { } provider && provider != place.Value.Provider)
            return Problem.Invalid("provider", $"is another provider than {place.Value.Provider} in the address (?provider=)").ToHttp();
        var request = place.Value with { OrganizationBin = body.OrganizationBin, DeviceToken = body.DeviceToken, Description = body.Description, IsActive = body.IsActive };
        return Saved(await save.ChangeAsync(request, caller.Actor, cancellationToken), StatusCodes.Status200OK);
    }

    private static async Task<IResult> DeactivateAsync(HttpContext http, string shop_id, CallerIdentity caller, SaveShopConfig save, ProviderRegistry providers, CancellationToken cancellationToken)
    {
        var place = PlaceOf(http, shop_id, caller, providers);
        if (!place.IsOk)
            return place.Problem!.ToHttp();
        var saved = await save.ChangeAsync(place.Value with { IsActive = false }, caller.Actor, cancellationToken);
        return saved.IsOk ? TypedResults.NoContent() : saved.Problem!.ToHttp();
    }

    private static async Task<IResult> LogAsync(HttpContext http, CallerIdentity caller, ListProviderCalls calls, CancellationToken cancellationToken)
    {
        if (!TryReadNumber(http, "shop_id", int.MaxValue, out var shopId))
            return new Problem(Codes.InvalidParameter, "shop_id must be one whole number from 1.").ToHttp();
        if (!TryReadNumber(http, "limit", ListProviderCalls.LimitMax, out var limit))
            return new Problem(Codes.InvalidParameter, $"limit must be one whole number from 1 to {ListProviderCalls.LimitMax}.").ToHttp();
        var rows = await calls.RunAsync(caller.TenantId, caller.Mode, shopId, limit ?? DefaultLimit, cancellationToken);
        return TypedResults.Json(rows.ConvertAll(LogObject.From), Json.Source);
    }

    private static IResult Saved(Result<SavedShopConfig> saved, int status) =>
        saved.IsOk ? TypedResults.Json(SavedConfigObject.From(saved.Value), Json.Source, statusCode: status) : saved.Problem!.ToHttp();

    /// <summary>The config that the address names.</summary>
    private static Result<SaveShopConfigRequest> PlaceOf(HttpContext http, string shopId, CallerIdentity caller, ProviderRegistry providers)
    {
        var given = http.Request.Query["provider"];
        var provider = given.Count == 0 ? DefaultProvider : given.ToString();
        if (!providers.TryFind(provider, out _))
            return new Problem(Codes.InvalidParameter, "provider must name one of " + string.Join(", ", providers.All.Select(known => known.Profile.Id)) + ".");
        return TryParse(shopId, int.MaxValue, out var number)
            ? new SaveShopConfigRequest { TenantId = caller.TenantId, Mode = caller.Mode, Provider = provider, ShopId = number }
            : new Problem(Codes.ShopNotConfigured, "A shop is a whole number from 1.");
    }

    /// <summary>False when the parameter is there and is not one whole number from 1 to <paramref name="max"/>.</summary>
    private static bool TryReadNumber(HttpContext http, string name, int max, out int? number)
    {
        number = null;
        var given = http.Request.Query[name];
        if (given.Count == 0)
            return true;
        if (given.Count > 1 || !TryParse(given.ToString(), max, out var parsed))
            return false;
        number = parsed;
        return true;
    }

    private static bool TryParse(string text, int max, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= 1 && number <= max;

    private sealed record NewConfigBody
    {
        public required int ShopId { get; init; }
        public required string OrganizationBin { get; init; }
        public string? DeviceToken { get; init; }
        public string? Description { get; init; }
        public bool? IsActive { get; init; }
        public string? Provider { get; init; }
    }

    private sealed record ConfigChangeBody
    {
        public int? ShopId { get; init; }
        public string? Provider { get; init; }

        [JsonConverter(typeof(GivenJson))]
        public Given<string> OrganizationBin { get; init; }

        [JsonConverter(typeof(GivenJson))]
        public Given<string> DeviceToken { get; init; }

        [JsonConverter(typeof(GivenJson))]
        public Given<string> Description { get; init; }

        [JsonConverter(typeof(GivenJson))]
        public Given<bool> IsActive { get; init; }
    }

    private sealed record ConfigObject(long Id, int ShopId, string OrganizationBin, string? DeviceToken, string? Description, bool IsActive, string Provider, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
    {
        public static ConfigObject From(ShopConfigItem item) => new(item.Id, item.ShopId, item.OrganizationBin, item.DeviceToken, item.Description, item.IsActive, item.Provider, item.CreatedAt, item.UpdatedAt);
    }

    private sealed record SavedConfigObject(long Id, int ShopId, string OrganizationBin, string? DeviceToken, string? Description, bool IsActive, string Provider, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, IReadOnlyList<string> Warnings)
    {
        public static SavedConfigObject From(SavedShopConfig saved)
        {
            var item = saved.Config;
            return new(item.Id, item.ShopId, item.OrganizationBin, item.DeviceToken, item.Description, item.IsActive, item.Provider, item.CreatedAt, item.UpdatedAt, saved.Warnings);
        }
    }

    private sealed record LogObject(long Id, int? ShopId, string? OrganizationBin, string OperationType, string? ExternalId, long? Amount, string? Status, string? ErrorMessage, string Provider, DateTimeOffset CreatedAt)
    {
        public static LogObject From(ProviderCallItem call) => new(call.Id, call.ShopId, call.OrganizationBin, Words.Of(call.Operation), call.ExternalId, call.AmountMinor, call.Status, call.ErrorMessage, call.Provider, call.CreatedAt);
    }
}
