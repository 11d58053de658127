using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Approvals;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Secrets;

namespace PaymentAdmin.Core.Shops;

/// <summary>An account to be created.</summary>
public sealed record NewProviderAccount
{
    public required Guid TenantId { get; init; }
    public required string Provider { get; init; }
    public required Mode Mode { get; init; }

    /// <summary>Chosen here and never again.</summary>
    public required AccountEndpoint Endpoint { get; init; }
    public required string Name { get; init; }
    public bool IsEnabled { get; init; }
    public bool IsForAllShops { get; init; }

    /// <summary>Why it is off, for the person who looks.</summary>
    public string? DisabledReason { get; init; }
    public IReadOnlyDictionary<string, string> Credentials { get; init; } = new Dictionary<string, string>();

    /// <summary>Credentials must not come out of a log line that prints the request.</summary>
    public override string ToString() => $"{Provider} account {Name}";
}

/// <summary>What is to change about an account; members that are not given stay as they are. Mode and endpoint never change.</summary>
public sealed record ProviderAccountChange
{
    public required Guid TenantId { get; init; }
    public required Guid AccountId { get; init; }
    public Given<string> Name { get; init; }
    public Given<bool> IsEnabled { get; init; }
    public Given<bool> IsForAllShops { get; init; }

    /// <summary>Fields to replace; null takes one away. Fields that are not named keep their value: nobody sees it, so nobody can send it again.</summary>
    public IReadOnlyDictionary<string, string?> Credentials { get; init; } = new Dictionary<string, string?>();

    /// <summary>What the caller saw; a change of another version is refused. Null: whatever is there.</summary>
    public int? ExpectedVersion { get; init; }

    public override string ToString() => $"account {AccountId}";
}

/// <summary>
/// Creates, changes, switches and deletes accounts. Secrets go in and never come out: audit and pages get a mask. A live key is refused in a
/// test account and a test key in a live one, and no live account is switched on whose webhooks nobody could verify.
/// </summary>
public sealed class SaveProviderAccount(PaymentStore store, ProviderAccounts accounts, ProviderRegistry providers, AskApproval approvals, Deployment deployment, LiveUpdates updates, IdSource ids, TimeProvider clock)
{
    /// <summary>Replaces the provider's host; a superadmin's to set.</summary>
    public const string BaseUrl = "base_url";

    private const int NameLengthMax = 100;
    private const int ValueLengthMax = 4000;
    private static readonly TimeSpan MatchTime = TimeSpan.FromSeconds(1);

    public async Task<Result<ProviderAccount>> CreateAsync(NewProviderAccount request, Actor actor, CancellationToken cancellationToken)
    {
        if (Permissions.Missing(actor, Permissions.ConfigsWrite) is { } missing)
            return missing;
        if (!providers.TryFind(request.Provider, out _))
            return Problem.Invalid("provider", $"No provider '{request.Provider}' exists.");
        if (request.Endpoint == AccountEndpoint.Sandbox && (request.Mode == Mode.Live || !deployment.SandboxEnabled))
            return Problem.Invalid("endpoint", request.Mode == Mode.Live ? "The sandbox serves test mode only." : "The sandbox is switched off here.");
        if (FaultOf(request, actor) is { } fault)
            return fault;
        return await store.WriteAsync<ProviderAccount>(
            async db =>
            {
                // A live account that waits for its second person is there and off: it serves nothing, and nothing proves itself by it.
                var waits = request is { Mode: Mode.Live, IsEnabled: true } && await TwoPersons.AreNeededAsync(db, request.TenantId, actor, cancellationToken);
                var account = Add(db, waits ? request with { IsEnabled = false, DisabledReason = "a second person has to agree" } : request, actor);
                await db.SaveChangesAsync(cancellationToken);
                if (!waits)
                    return account;
                var change = new ProviderAccountChange { TenantId = request.TenantId, AccountId = account.Id, IsEnabled = true, ExpectedVersion = account.Version };
                return await AskAsync(db, account, change, isDeletion: false, before: null, Shown(account, providers[account.Provider].Profile, ValuesOf(request)), actor, cancellationToken);
            },
            cancellationToken);
    }

    /// <summary>What is wrong with the fields of a new account; null: nothing.</summary>
    internal Problem? FaultOf(NewProviderAccount request, Actor actor)
    {
        var values = ValuesOf(request);
        return Fault(providers[request.Provider].Profile, request.Mode, request.Endpoint, request.Name, values, values.Keys, request.IsEnabled, actor);
    }

    /// <summary>Adds an account, whose fields are known to be right, in the caller's transaction.</summary>
    internal ProviderAccount Add(PaymentDb db, NewProviderAccount request, Actor actor)
    {
        var profile = providers[request.Provider].Profile;
        var now = clock.GetUtcNow();
        var id = ids.NewId();
        var (hash, cipher) = accounts.NewWebhookKey(id, request.TenantId);
        var account = new ProviderAccount
        {
            Id = id,
            TenantId = request.TenantId,
            Provider = request.Provider,
            Mode = request.Mode,
            Endpoint = request.Endpoint,
            Name = request.Name.Trim(),
            IsEnabled = request.IsEnabled,
            DisabledReason = request.IsEnabled ? null : request.DisabledReason,
            IsForAllShops = request.IsForAllShops,
            SecretsCipher = "",
            WebhookKeyHash = hash,
            WebhookKeyCipher = cipher,
            CreatedAt = now,
            UpdatedAt = now,
        };
        var values = ValuesOf(request);
        Store(account, profile, values);
        db.ProviderAccounts.Add(account);
        Audit(db, account, "account.created", before: null, Shown(account, profile, values), actor, now, request is { Mode: Mode.Live, IsEnabled: true } ? TwoPersons.SinglePerson : null);
        return account;
    }

    private static Dictionary<string, string> ValuesOf(NewProviderAccount request) =>
        request.Credentials.Where(value => !string.IsNullOrWhiteSpace(value.Value)).ToDictionary(value => value.Key, value => value.Value.Trim(), StringComparer.Ordinal);

    public async Task<Result<ProviderAccount>> ChangeAsync(ProviderAccountChange request, Actor actor, CancellationToken cancellationToken) =>
        Permissions.Missing(actor, Permissions.ConfigsWrite) is { } missing
            ? missing
            : await store.WriteAsync(db => ChangeAsync(db, request, isAgreed: false, actor, cancellationToken), cancellationToken);

    /// <summary>A second person agreed; in the transaction of the decision. Judged again, against the account as it is now.</summary>
    internal async Task ApproveAsync(PaymentDb db, ApprovalRequest request, Actor actor, CancellationToken cancellationToken)
    {
        var proposal = approvals.Open<Proposal>(request);
        var both = AskApproval.Both(request, actor) with { Role = proposal.Role };
        var done = proposal.IsDeletion
            ? await DeleteAsync(db, request.TenantId, proposal.Change.AccountId, isAgreed: true, both, cancellationToken)
            : await ChangeAsync(db, proposal.Change, isAgreed: true, both, cancellationToken);
        if (!done.IsOk)
            throw new RefusedException(done.Problem!);
    }

    /// <summary>What was asked for.</summary>
    /// <param name="Role">Of who asked: some fields are a superadmin's to set.</param>
    private sealed record Proposal(ProviderAccountChange Change, bool IsDeletion, string? Role);

    private Task<Problem> AskAsync(PaymentDb db, ProviderAccount account, ProviderAccountChange change, bool isDeletion, string? before, string after, Actor actor, CancellationToken cancellationToken)
    {
        var verb = isDeletion ? "Delete the credentials of" : change.Credentials.Count > 0 ? "Change the credentials of" : "Switch on";
        var proposed = new ProposedChange(ApprovalKind.LiveAccount, account.TenantId, account.Mode, account.Id.ToString(), $"{verb} {account.Name}, {providers[account.Provider].Profile.Name} live") { Before = before, After = after };
        return approvals.AskAsync(db, proposed, new Proposal(change, isDeletion, actor.Role), actor, cancellationToken);
    }

    private async Task<Result<ProviderAccount>> ChangeAsync(PaymentDb db, ProviderAccountChange request, bool isAgreed, Actor actor, CancellationToken cancellationToken)
    {
        if (await db.ProviderAccounts.FirstOrDefaultAsync(row => row.Id == request.AccountId && row.TenantId == request.TenantId, cancellationToken) is not { } account)
            return new Problem(Codes.NotFound, "There is no such account.");
        if (request.ExpectedVersion is { } expected && expected != account.Version)
            return new Problem(Codes.ChangedMeanwhile, "Somebody changed this account meanwhile. Look at it again before you change it.");
        var profile = providers[account.Provider].Profile;
        var now = clock.GetUtcNow();
        var present = accounts.Open(account, route: null).Credentials;
        var values = new Dictionary<string, string>(present, StringComparer.Ordinal);
        foreach (var (name, value) in request.Credentials)
        {
            values.Remove(name);
            if (!string.IsNullOrWhiteSpace(value))
                values[name] = value.Trim();
        }
        var isEnabled = request.IsEnabled.Or(account.IsEnabled);
        if (Fault(profile, account.Mode, account.Endpoint, request.Name.Or(account.Name), values, request.Credentials.Keys, isEnabled, actor) is { } fault)
            return fault;
        if (present.Keys.Any(name => !values.ContainsKey(name)) && await IsInUseAsync(db, account.Id, cancellationToken))
            return InUse;
        var before = Shown(account, profile, present);
        var wasEnabled = account.IsEnabled;
        var isLiveChange = account.Mode == Mode.Live && (request.Credentials.Count > 0 || (isEnabled && !wasEnabled));
        if (isLiveChange && !isAgreed && await TwoPersons.AreNeededAsync(db, request.TenantId, actor, cancellationToken))
        {
            var after = AuditJson.Of(new { Name = request.Name.Or(account.Name), IsEnabled = isEnabled, IsForAllShops = request.IsForAllShops.Or(account.IsForAllShops), Credentials = request.Credentials.ToDictionary(value => value.Key, value => value.Value is null ? "taken away" : "replaced") });
            return await AskAsync(db, account, request with { ExpectedVersion = account.Version }, isDeletion: false, before, after, actor, cancellationToken);
        }
        account.Name = (request.Name.Or(account.Name) ?? account.Name).Trim();
        account.IsEnabled = isEnabled;
        account.DisabledReason = isEnabled ? null : account.DisabledReason;
        account.IsForAllShops = request.IsForAllShops.Or(account.IsForAllShops);
        Store(account, profile, values);
        account.Version++;
        account.UpdatedAt = now;
        Audit(db, account, (wasEnabled, isEnabled) switch { (false, true) => "account.enabled", (true, false) => "account.disabled", _ => "account.changed" }, before, Shown(account, profile, values), actor, now, isLiveChange && !isAgreed ? TwoPersons.SinglePerson : null);
        await db.SaveChangesAsync(cancellationToken);
        return account;
    }

    /// <summary>Takes the credentials away and switches the account off. The row stays: payments and their history point at it.</summary>
    public async Task<Result<ProviderAccount>> DeleteCredentialsAsync(Guid tenantId, Guid accountId, Actor actor, CancellationToken cancellationToken) =>
        Permissions.Missing(actor, Permissions.ConfigsWrite) is { } missing
            ? missing
            : await store.WriteAsync(db => DeleteAsync(db, tenantId, accountId, isAgreed: false, actor, cancellationToken), cancellationToken);

    private async Task<Result<ProviderAccount>> DeleteAsync(PaymentDb db, Guid tenantId, Guid accountId, bool isAgreed, Actor actor, CancellationToken cancellationToken)
    {
        if (await db.ProviderAccounts.FirstOrDefaultAsync(row => row.Id == accountId && row.TenantId == tenantId, cancellationToken) is not { } account)
            return new Problem(Codes.NotFound, "There is no such account.");
        if (await IsInUseAsync(db, accountId, cancellationToken))
            return InUse;
        var profile = providers[account.Provider].Profile;
        var now = clock.GetUtcNow();
        var before = Shown(account, profile, accounts.Open(account, route: null).Credentials);
        if (account.Mode == Mode.Live && !isAgreed && await TwoPersons.AreNeededAsync(db, tenantId, actor, cancellationToken))
            return await AskAsync(db, account, new ProviderAccountChange { TenantId = tenantId, AccountId = accountId }, isDeletion: true, before, AuditJson.Of(new { Credentials = "deleted" }), actor, cancellationToken);
        var none = new Dictionary<string, string>();
        Store(account, profile, none);
        account.IsEnabled = false;
        account.DisabledReason = "its credentials were deleted";
        account.Version++;
        account.UpdatedAt = now;
        Audit(db, account, "account.credentials_deleted", before, Shown(account, profile, none), actor, now, account.Mode == Mode.Live && !isAgreed ? TwoPersons.SinglePerson : null);
        await db.SaveChangesAsync(cancellationToken);
        return account;
    }

    private static Problem InUse => new(Codes.AccountInUse, "The account has open attempts or unsettled refunds; its credentials are still needed.");

    private static async Task<bool> IsInUseAsync(PaymentDb db, Guid accountId, CancellationToken cancellationToken) =>
        await db.PaymentAttempts.AnyAsync(row => row.AccountId == accountId && (row.Status == AttemptStatus.Created || row.Status == AttemptStatus.Pending || row.Status == AttemptStatus.Unknown), cancellationToken)
        || await db.Refunds.AnyAsync(row => db.PaymentAttempts.Any(attempt => attempt.Id == row.AttemptId && attempt.AccountId == accountId) && row.Status != RefundStatus.Succeeded && row.Status != RefundStatus.Failed, cancellationToken);

    /// <summary>Everything that is wrong, by field; null when the account may be stored so.</summary>
    /// <param name="touched">The fields that the request names: only these are judged by shape, so that an old value is no obstacle to another change.</param>
    private static Problem? Fault(ProviderProfile profile, Mode mode, AccountEndpoint endpoint, string? name, Dictionary<string, string> values, IEnumerable<string> touched, bool isEnabled, Actor actor)
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (Texts.Fault(name, NameLengthMax, isRequired: true) is { } wrongName)
            errors["name"] = [wrongName];
        var fields = profile.CredentialFields.ToDictionary(field => field.Name, StringComparer.Ordinal);
        foreach (var member in touched)
        {
            var value = values.GetValueOrDefault(member);
            if (member == BaseUrl ? BaseUrlFault(value, mode, endpoint, actor) is { } wrong : FieldFault(fields.GetValueOrDefault(member), value, mode, endpoint, out wrong))
                errors[member] = [wrong];
        }
        if (isEnabled)
        {
            foreach (var field in profile.CredentialFields.Where(field => field.IsRequired && !values.ContainsKey(field.Name) && (field.RequiredUnless is not { } other || !values.ContainsKey(other))))
                errors[field.Name] = ["is required before the account can be switched on"];
            if (mode == Mode.Live)
            {
                foreach (var field in profile.CredentialFields.Where(field => field.IsWebhookSecret && IsMissing(values.GetValueOrDefault(field.Name), endpoint)))
                    errors[field.Name] = [$"is required before a live account can be switched on: {Signature.SecretBytesMin} bytes at least"];
            }
        }
        return errors.Count == 0 ? null : Problem.Invalid(errors);
    }

    /// <summary>A short secret counts as missing, but for the source document's own on a sandbox account.</summary>
    internal static bool IsMissing(string? secret, AccountEndpoint endpoint) =>
        secret is null || (System.Text.Encoding.UTF8.GetByteCount(secret) < Signature.SecretBytesMin && !(secret == Signature.DemoSecret && endpoint == AccountEndpoint.Sandbox));

    internal static bool FieldFault(CredentialField? field, string? value, Mode mode, AccountEndpoint endpoint, out string fault)
    {
        fault = field switch
        {
            null => "is no field of this provider",
            _ when value is null => "",
            _ when value.Length > ValueLengthMax || value.Any(char.IsControl) && !value.Contains('\n', StringComparison.Ordinal) => "is too long or has control characters",
            _ when value.EndsWith(SecretMask.Ellipsis) || value.Contains('•', StringComparison.Ordinal) => "is the masked form; type the whole value, or leave the field alone to keep the stored one",
            { SandboxValue: { } known } when value == known && endpoint != AccountEndpoint.Sandbox => "belongs to the sandbox; this account calls the provider itself",
            { LiveOnly: { } live } when mode == Mode.Test && HasPrefix(value, live) => "is a live key; a test account takes test keys only",
            { TestOnly: { } test } when mode == Mode.Live && HasPrefix(value, test) => "is a test key; a live account takes live keys only",
            { LiveOnly: { } live } when mode == Mode.Live && !HasPrefix(value, live) => $"does not begin with {live.Replace("|", " or ", StringComparison.Ordinal)}, as live keys do",
            { TestOnly: { } test } when mode == Mode.Test && !HasPrefix(value, test) => $"does not begin with {test.Replace("|", " or ", StringComparison.Ordinal)}, as test keys do",
            { Shape: { } shape } when value != field.SandboxValue && !Regex.IsMatch(value, shape, RegexOptions.None, MatchTime) => "has not the shape that the provider gives it",
            _ => "",
        };
        return fault.Length > 0;
    }

    internal static bool HasPrefix(string value, string prefixes) => prefixes.Split('|').Any(prefix => value.StartsWith(prefix, StringComparison.Ordinal));

    private static string? BaseUrlFault(string? value, Mode mode, AccountEndpoint endpoint, Actor actor)
    {
        if (actor.Kind != ActorKind.System && actor.Role != Roles.Superadmin)
            return "is set by a superadmin or by configuration";
        if (value is null)
            return null;
        if (endpoint == AccountEndpoint.Sandbox)
            return "a sandbox account has no other host";
        if (!Uri.TryCreate(value, UriKind.Absolute, out var url) || url.UserInfo.Length > 0 || url.Fragment.Length > 0)
            return "is no absolute address without user and fragment";
        return url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && mode == Mode.Test) ? null : "must be https";
    }

    private void Store(ProviderAccount account, ProviderProfile profile, IReadOnlyDictionary<string, string> values)
    {
        var secretNames = profile.CredentialFields.Where(field => field.IsSecret).Select(field => field.Name).ToHashSet(StringComparer.Ordinal);
        account.SecretsCipher = accounts.Seal(account.Id, account.TenantId, values.Where(value => secretNames.Contains(value.Key)).ToDictionary(StringComparer.Ordinal));
        account.SettingsJson = JsonSerializer.Serialize(values.Where(value => !secretNames.Contains(value.Key)).ToDictionary(StringComparer.Ordinal));
    }

    private void Audit(PaymentDb db, ProviderAccount account, string action, string? before, string after, Actor actor, DateTimeOffset now, string? reason = null)
    {
        db.AuditEntries.Add(AuditEntry.By(actor, account.TenantId, now, action, "provider_account", account.Id.ToString(), reason, before, after));
        db.AfterCommit.Add(() => updates.Tell(new LiveUpdate(account.TenantId, "account", null)));
    }

    /// <summary>What the audit keeps: every secret as the same eight dots, whatever it is.</summary>
    private static string Shown(ProviderAccount account, ProviderProfile profile, IReadOnlyDictionary<string, string> values) => AuditJson.Of(new
    {
        account.Provider,
        Mode = Words.Of(account.Mode),
        Endpoint = Words.Of(account.Endpoint),
        account.Name,
        account.IsEnabled,
        account.IsForAllShops,
        Credentials = values.OrderBy(value => value.Key, StringComparer.Ordinal).ToDictionary(
            value => value.Key,
            value => profile.CredentialFields.Any(field => field.Name == value.Key && field.IsSecret) ? "••••••••" : value.Value),
        account.Version,
    });
}
