using System.Globalization;
using FluentValidation;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Approvals;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Secrets;

namespace PaymentAdmin.Core.Shops;

/// <summary>
/// A shop's config at one provider in one mode, to be created or changed. On a change, members that are not given stay as they are;
/// on a creation they start empty, and the BIN must be given.
/// </summary>
public sealed record SaveShopConfigRequest
{
    public required Guid TenantId { get; init; }
    public required Mode Mode { get; init; }
    public required string Provider { get; init; }

    /// <summary>The shop's number, as callers know it.</summary>
    public required int ShopId { get; init; }
    public Given<string> OrganizationBin { get; init; }

    /// <summary>The whole token, or null to have none.</summary>
    public Given<string> DeviceToken { get; init; }
    public Given<string> Description { get; init; }
    public Given<bool> IsActive { get; init; }

    /// <summary>The account that serves the shop; null: the tenant's only one of this provider and mode.</summary>
    public Given<Guid?> AccountId { get; init; }

    /// <summary>What the caller saw; a change of another version is refused. Null: whatever is there.</summary>
    public int? ExpectedVersion { get; init; }

    /// <summary>The token must not come out of a log line that prints the request.</summary>
    public override string ToString() => $"{Provider} config of shop {ShopId}";
}

/// <param name="Warnings">What the person should know although the config was saved.</param>
public sealed record SavedShopConfig(ShopConfigItem Config, IReadOnlyList<string> Warnings);

/// <summary>The rules for what is typed, the same on the page and in the API. Error names are the API's members.</summary>
public sealed class ShopConfigValidator : AbstractValidator<SaveShopConfigRequest>
{
    public ShopConfigValidator()
    {
        RuleFor(request => request.ShopId).GreaterThan(0).WithMessage("must be a whole number from 1 to 2147483647").OverridePropertyName("shop_id");
        RuleFor(request => request.OrganizationBin).Custom((bin, context) =>
        {
            if (bin.IsGiven && Bin.Fault(bin.Value) is { } fault)
                context.AddFailure("organization_bin", fault);
        });
        RuleFor(request => request.DeviceToken).Custom((token, context) =>
        {
            if (DeviceToken.Fault(token.Value) is { } fault)
                context.AddFailure("device_token", fault);
        });
        RuleFor(request => request.Description).Custom((description, context) =>
        {
            if (Texts.Fault(description.Value, 255) is { } fault)
                context.AddFailure("description", fault);
        });
    }
}

/// <summary>
/// Creates, changes and switches off shop configs. Every change is a new version; payments keep the version that they were made with,
/// so nothing here touches money that is under way.
/// </summary>
public sealed class SaveShopConfig(PaymentStore store, ProviderRegistry providers, SecretBox secrets, AskApproval approvals, IdSource ids, TimeProvider clock, LiveUpdates updates)
{
    private static readonly ShopConfigValidator Validator = new();

    /// <summary>Creates shop and organization too when they are new. A config that was switched off is taken up again with the given values.</summary>
    public async Task<Result<SavedShopConfig>> CreateAsync(SaveShopConfigRequest request, Actor actor, CancellationToken cancellationToken)
    {
        if (!request.OrganizationBin.IsGiven)
            request = request with { OrganizationBin = null };
        if (Check(request) is { } invalid)
            return invalid;
        return await store.WriteAsync(db => CreateAsync(db, request, isAgreed: false, actor, cancellationToken), cancellationToken);
    }

    private async Task<Result<SavedShopConfig>> CreateAsync(PaymentDb db, SaveShopConfigRequest request, bool isAgreed, Actor actor, CancellationToken cancellationToken)
    {
        var config = await (from row in db.ShopConfigs
                            join known in db.Shops on row.ShopId equals known.Id
                            where known.TenantId == request.TenantId && known.Number == request.ShopId && row.Provider == request.Provider && row.Mode == request.Mode
                            select row).FirstOrDefaultAsync(cancellationToken);
        if (config is { IsActive: true })
            return new Problem(Codes.ConfigExists, $"Shop {request.ShopId} has an active {providers[request.Provider].Profile.Name} config in {Words.Of(request.Mode)} mode.");
        // A token that a switched-off config had does not come back by itself: what is not given is empty.
        var values = new Values(request.OrganizationBin.Value ?? "", new Given<string>(true, request.DeviceToken.Value), Trimmed(request.Description.Value), request.IsActive.Or(true), request.AccountId.Value);
        if (!isAgreed && request.Mode == Mode.Live && await TwoPersons.AreNeededAsync(db, request.TenantId, actor, cancellationToken))
            return await AskAsync(db, request, isCreation: true, before: null, values, actor, cancellationToken);
        return await ApplyAsync(db, await FindOrAddShopAsync(db, request, cancellationToken), config, values, request, isAgreed, actor, cancellationToken);
    }

    /// <summary>A second person agreed; in the transaction of the decision. Judged again, against the config as it is now.</summary>
    internal async Task ApproveAsync(PaymentDb db, ApprovalRequest request, Actor actor, CancellationToken cancellationToken)
    {
        var proposal = approvals.Open<Proposal>(request);
        var both = AskApproval.Both(request, actor);
        var done = proposal.IsCreation ? await CreateAsync(db, proposal.Request, isAgreed: true, both, cancellationToken) : await ChangeAsync(db, proposal.Request, isAgreed: true, both, cancellationToken);
        if (!done.IsOk)
            throw new RefusedException(done.Problem!);
    }

    private sealed record Proposal(SaveShopConfigRequest Request, bool IsCreation);

    private Task<Problem> AskAsync(PaymentDb db, SaveShopConfigRequest request, bool isCreation, string? before, Values values, Actor actor, CancellationToken cancellationToken)
    {
        var after = AuditJson.Of(new { values.Bin, DeviceToken = values.DeviceToken.IsGiven ? SecretMask.DeviceToken(values.DeviceToken.Value) : "kept", values.Description, values.IsActive, values.AccountId });
        var change = new ProposedChange(ApprovalKind.ShopConfig, request.TenantId, request.Mode, $"{request.ShopId.ToString(CultureInfo.InvariantCulture)}:{request.Provider}", $"{(isCreation ? "Set up" : "Change")} shop {request.ShopId}, {providers[request.Provider].Profile.Name} live, BIN {values.Bin}") { Before = before, After = after };
        return approvals.AskAsync(db, change, new Proposal(request, isCreation), actor, cancellationToken);
    }

    /// <summary>Changes what is given. 404 <c>shop_not_configured</c> when the shop has no such config.</summary>
    public async Task<Result<SavedShopConfig>> ChangeAsync(SaveShopConfigRequest request, Actor actor, CancellationToken cancellationToken)
    {
        if (Check(request) is { } invalid)
            return invalid;
        return await store.WriteAsync(db => ChangeAsync(db, request, isAgreed: false, actor, cancellationToken), cancellationToken);
    }

    private async Task<Result<SavedShopConfig>> ChangeAsync(PaymentDb db, SaveShopConfigRequest request, bool isAgreed, Actor actor, CancellationToken cancellationToken)
    {
        var shop = await db.Shops.FirstOrDefaultAsync(row => row.TenantId == request.TenantId && row.Number == request.ShopId, cancellationToken);
        var config = shop is null ? null : await db.ShopConfigs.FirstOrDefaultAsync(row => row.ShopId == shop.Id && row.Provider == request.Provider && row.Mode == request.Mode, cancellationToken);
        if (shop is null || config is null)
            return new Problem(Codes.ShopNotConfigured, $"Shop {request.ShopId} has no {providers[request.Provider].Profile.Name} config in {Words.Of(request.Mode)} mode.");
        if (request.ExpectedVersion is { } expected && expected != config.Version)
            return new Problem(Codes.ChangedMeanwhile, $"{config.UpdatedBy} changed this config meanwhile. Look at it again before you change it.");
        var presentBin = await db.Organizations.Where(row => row.Id == config.OrganizationId).Select(row => row.Bin).SingleAsync(cancellationToken);
        var values = new Values(
            request.OrganizationBin.Or(presentBin) ?? "",
            request.DeviceToken,
            request.Description.IsGiven ? Trimmed(request.Description.Value) : config.Description,
            request.IsActive.Or(config.IsActive),
            request.AccountId.Or(config.AccountId));
        var isTokenChanged = values.DeviceToken.IsGiven && config.DeviceTokenFingerprint != FingerprintOf(values.DeviceToken.Value, config.TenantId);
        // Where money goes: another BIN, another token, another account, or a config that comes back with any of them.
        var isLiveChange = config.Mode == Mode.Live && values.IsActive && (!config.IsActive || values.Bin != presentBin || isTokenChanged || values.AccountId != config.AccountId);
        if (isLiveChange && !isAgreed && await TwoPersons.AreNeededAsync(db, request.TenantId, actor, cancellationToken))
        {
            var before = AuditJson.Of(new { Bin = presentBin, DeviceToken = config.DeviceTokenMask, config.Description, config.IsActive, config.AccountId });
            return await AskAsync(db, request with { ExpectedVersion = config.Version }, isCreation: false, before, values, actor, cancellationToken);
        }
        return await ApplyAsync(db, shop, config, values, request, isAgreed || !isLiveChange, actor, cancellationToken);
    }

    /// <summary>Switches the config off. Nothing is erased; status and refund of old payments go on.</summary>
    public Task<Result<SavedShopConfig>> DeactivateAsync(Guid tenantId, Mode mode, string provider, int shopId, int? expectedVersion, Actor actor, CancellationToken cancellationToken) =>
        ChangeAsync(new SaveShopConfigRequest { TenantId = tenantId, Mode = mode, Provider = provider, ShopId = shopId, IsActive = false, ExpectedVersion = expectedVersion }, actor, cancellationToken);

    /// <summary>
    /// Makes an earlier version the next one: its BIN, token, account and state, under the rules of any other change. Nothing of the history is
    /// touched. 404 <c>shop_not_configured</c> when there is no such config or version.
    /// </summary>
    /// <param name="expectedVersion">What the caller saw as the present one.</param>
    public async Task<Result<SavedShopConfig>> RestoreAsync(Guid tenantId, long configId, int version, int expectedVersion, Actor actor, CancellationToken cancellationToken)
    {
        var found = await store.ReadAsync(
            db => (from row in db.ShopConfigVersions.AsNoTracking()
                   join config in db.ShopConfigs on row.ConfigId equals config.Id
                   join shop in db.Shops on config.ShopId equals shop.Id
                   where row.ConfigId == configId && row.Version == version && config.TenantId == tenantId
                   select new { Version = row, config.Mode, config.Provider, shop.Number }).FirstOrDefaultAsync(cancellationToken),
            cancellationToken);
        if (found is null)
            return new Problem(Codes.ShopNotConfigured, $"This config has no version {version}.");
        var old = found.Version;
        return await ChangeAsync(
            new SaveShopConfigRequest
            {
                TenantId = tenantId,
                Mode = found.Mode,
                Provider = found.Provider,
                ShopId = found.Number,
                OrganizationBin = old.OrganizationBin,
                DeviceToken = old.DeviceTokenCipher is { } cipher ? secrets.Open(cipher, ProviderAccounts.DeviceTokenPlace(configId, tenantId)) : null,
                Description = old.Description,
                IsActive = old.IsActive,
                AccountId = old.AccountId,
                ExpectedVersion = expectedVersion,
            },
            actor,
            cancellationToken);
    }

    private Problem? Check(SaveShopConfigRequest request)
    {
        if (!providers.TryFind(request.Provider, out _))
            return Problem.Invalid("provider", $"No provider '{request.Provider}' exists.");
        if (DeviceToken.IsMasked(request.DeviceToken.Value))
            return new Problem(Codes.DeviceTokenMasked, "The device token is the masked form that answers show. Send the whole token, or leave the member out to keep the stored one.")
            {
                Errors = new Dictionary<string, string[]> { ["device_token"] = [DeviceToken.Fault(request.DeviceToken.Value) ?? ""] },
            };
        return Validator.Validate(request).ToProblem();
    }

    /// <summary>
    /// Puts worked-out values in force: config, version and audit entry together. Whatever decides that they may come into force - one person,
    /// or two - calls this last.
    /// </summary>
    /// <param name="needsNoMark">Two people agreed, or nothing that would need them has changed.</param>
    private async Task<SavedShopConfig> ApplyAsync(PaymentDb db, Shop shop, ShopConfig? config, Values values, SaveShopConfigRequest request, bool needsNoMark, Actor actor, CancellationToken cancellationToken)
    {
        if (values.AccountId is { } accountId && !await db.ProviderAccounts.AnyAsync(row => row.Id == accountId && row.TenantId == request.TenantId && row.Provider == request.Provider && row.Mode == request.Mode, cancellationToken))
            throw new RefusedException(Problem.Invalid("account_id", "is no account of this provider and mode"));
        var now = clock.GetUtcNow();
        var before = config is null ? null : Snapshot.Of(shop, await db.Organizations.AsNoTracking().SingleAsync(row => row.Id == config.OrganizationId, cancellationToken), config);
        var fingerprintBefore = config?.DeviceTokenFingerprint;
        var organization = await FindOrAddOrganizationAsync(db, request.TenantId, values.Bin, now, cancellationToken);
        if (config is null || Differs(config, organization, values))
        {
            config ??= await AddAsync(db, shop, organization, request, actor, now, cancellationToken);
            Change(config, organization, values, actor, now);
            db.ShopConfigVersions.Add(VersionOf(config, organization, actor, now));
            WriteAudit(db, config, before, Snapshot.Of(shop, organization, config), config.DeviceTokenFingerprint != fingerprintBefore, isAlone: !needsNoMark && config.Mode == Mode.Live, actor, now);
            db.AfterCommit.Add(() => updates.Tell(new LiveUpdate(request.TenantId, "config", null)));
            await db.SaveChangesAsync(cancellationToken);
        }
        return new SavedShopConfig(ItemOf(shop, organization, config), await WarningsAsync(db, shop, organization, config, before, config.DeviceTokenFingerprint != fingerprintBefore, cancellationToken));
    }

    private async Task<Shop> FindOrAddShopAsync(PaymentDb db, SaveShopConfigRequest request, CancellationToken cancellationToken)
    {
        if (await db.Shops.FirstOrDefaultAsync(row => row.TenantId == request.TenantId && row.Number == request.ShopId, cancellationToken) is { } known)
            return known;
        var added = new Shop { Id = ids.NewId(), TenantId = request.TenantId, Number = request.ShopId, CreatedAt = clock.GetUtcNow() };
        db.Shops.Add(added);
        return added;
    }

    private async Task<Organization> FindOrAddOrganizationAsync(PaymentDb db, Guid tenantId, string bin, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await db.Organizations.FirstOrDefaultAsync(row => row.TenantId == tenantId && row.Bin == bin, cancellationToken) is { } known)
            return known;
        var added = new Organization { Id = ids.NewId(), TenantId = tenantId, Bin = bin, CreatedAt = now };
        db.Organizations.Add(added);
        return added;
    }

    /// <summary>A repetition of what is stored already is no change and no version.</summary>
    private static bool Differs(ShopConfig config, Organization organization, Values values) =>
        config.OrganizationId != organization.Id || config.AccountId != values.AccountId || config.Description != values.Description || config.IsActive != values.IsActive
        || (values.DeviceToken.IsGiven && config.DeviceTokenFingerprint != FingerprintOf(values.DeviceToken.Value, config.TenantId));

    /// <summary>The token is sealed for its row, so the row must have its number first.</summary>
    private static async Task<ShopConfig> AddAsync(PaymentDb db, Shop shop, Organization organization, SaveShopConfigRequest request, Actor actor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var added = new ShopConfig { TenantId = request.TenantId, ShopId = shop.Id, Provider = request.Provider, Mode = request.Mode, OrganizationId = organization.Id, IsActive = false, CreatedAt = now, UpdatedAt = now, UpdatedBy = actor.Name };
        db.ShopConfigs.Add(added);
        await db.SaveChangesAsync(cancellationToken);
        return added;
    }

    private void Change(ShopConfig config, Organization organization, Values values, Actor actor, DateTimeOffset now)
    {
        config.OrganizationId = organization.Id;
        config.AccountId = values.AccountId;
        config.Description = values.Description;
        config.IsActive = values.IsActive;
        if (values.DeviceToken.IsGiven)
        {
            var token = values.DeviceToken.Value;
            config.DeviceTokenCipher = token is null ? null : secrets.Seal(token, ProviderAccounts.DeviceTokenPlace(config.Id, config.TenantId));
            config.DeviceTokenMask = SecretMask.DeviceToken(token);
            config.DeviceTokenFingerprint = FingerprintOf(token, config.TenantId);
        }
        config.Version++;
        config.UpdatedAt = now;
        config.UpdatedBy = actor.Name;
    }

    private ShopConfigVersion VersionOf(ShopConfig config, Organization organization, Actor actor, DateTimeOffset now) => new()
    {
        Id = ids.NewId(),
        ConfigId = config.Id,
        TenantId = config.TenantId,
        Version = config.Version,
        OrganizationBin = organization.Bin,
        AccountId = config.AccountId,
        DeviceTokenCipher = config.DeviceTokenCipher,
        DeviceTokenMask = config.DeviceTokenMask,
        Description = config.Description,
        IsActive = config.IsActive,
        CreatedAt = now,
        CreatedBy = actor.Name,
    };

    private static void WriteAudit(PaymentDb db, ShopConfig config, Snapshot? before, Snapshot after, bool isTokenChanged, bool isAlone, Actor actor, DateTimeOffset now)
    {
        var action = (before, after) switch
        {
            (null, _) => "shop_config.created",
            ({ IsActive: true }, { IsActive: false }) => "shop_config.deactivated",
            ({ IsActive: false }, { IsActive: true }) => "shop_config.activated",
            _ => "shop_config.changed",
        };
        // Two tokens may begin alike, so that the masks alone would hide the change.
        var reason = before is not null && isTokenChanged ? "The device token was changed." : null;
        db.AuditEntries.Add(AuditEntry.By(actor, config.TenantId, now, action, "shop_config", config.Id.ToString(CultureInfo.InvariantCulture), isAlone ? TwoPersons.Marked(reason) : reason, before: before?.ToJson(), after: after.ToJson()));
    }

    private async Task<IReadOnlyList<string>> WarningsAsync(PaymentDb db, Shop shop, Organization organization, ShopConfig config, Snapshot? before, bool isTokenChanged, CancellationToken cancellationToken)
    {
        var profile = providers[config.Provider].Profile;
        if (!config.IsActive || !profile.UsesDeviceToken)
            return [];
        var others = await (from other in db.ShopConfigs.AsNoTracking()
                            join otherShop in db.Shops on other.ShopId equals otherShop.Id
                            where other.TenantId == config.TenantId && other.Provider == config.Provider && other.Mode == config.Mode && other.IsActive && other.Id != config.Id
                            orderby otherShop.Number
                            select new { otherShop.Number, other.OrganizationId, other.DeviceTokenFingerprint }).ToListAsync(cancellationToken);
        var hasSeveralBins = others.Exists(other => other.OrganizationId != organization.Id);
        var warnings = new List<string>();
        if (config.DeviceTokenFingerprint is null)
        {
            warnings.Add(hasSeveralBins
                ? $"Shop {shop.Number} has no device token. Several BINs are active, so its payments are refused until it has one."
                : $"Shop {shop.Number} has no device token. It needs one as soon as a second BIN is active.");
        }
        else if (before is not null && before.OrganizationBin != organization.Bin && !isTokenChanged)
        {
            warnings.Add($"The device token was kept from BIN {before.OrganizationBin}. {profile.Name} refuses a token that belongs to another BIN.");
        }
        if (config.DeviceTokenFingerprint is { } fingerprint && others.Find(other => other.DeviceTokenFingerprint == fingerprint && other.OrganizationId != organization.Id) is { } twin)
            warnings.Add($"Shop {twin.Number} uses the same device token with another BIN. A token belongs to one BIN.");
        var refused = others.Where(other => hasSeveralBins && other.DeviceTokenFingerprint is null).Select(other => other.Number.ToString(CultureInfo.InvariantCulture)).ToList();
        if (refused.Count > 0)
            warnings.Add($"Several BINs are active and shop {string.Join(", ", refused)} has no device token: payments there are refused until it has one.");
        return warnings;
    }

    private static ShopConfigItem ItemOf(Shop shop, Organization organization, ShopConfig config) => new()
    {
        Id = config.Id,
        ShopId = shop.Number,
        ShopName = shop.Name,
        OrganizationBin = organization.Bin,
        OrganizationName = organization.Name,
        DeviceToken = config.DeviceTokenMask,
        Description = config.Description,
        IsActive = config.IsActive,
        Provider = config.Provider,
        Mode = config.Mode,
        AccountId = config.AccountId,
        Version = config.Version,
        CreatedAt = config.CreatedAt,
        UpdatedAt = config.UpdatedAt,
        UpdatedBy = config.UpdatedBy,
    };

    private static string? FingerprintOf(string? token, Guid tenantId) => token is null ? null : DeviceToken.Fingerprint(token, tenantId);

    private static string? Trimmed(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    /// <summary>What a config will be, whoever asked for it.</summary>
    private sealed record Values(string Bin, Given<string> DeviceToken, string? Description, bool IsActive, Guid? AccountId);

    /// <summary>What the audit keeps: masked.</summary>
    private sealed record Snapshot(int ShopId, string Provider, string Mode, string OrganizationBin, string? DeviceToken, string? Description, bool IsActive, Guid? AccountId, int Version)
    {
        public static Snapshot Of(Shop shop, Organization organization, ShopConfig config) =>
            new(shop.Number, config.Provider, Words.Of(config.Mode), organization.Bin, config.DeviceTokenMask, config.Description, config.IsActive, config.AccountId, config.Version);

        public string ToJson() => AuditJson.Of(this);
    }
}
