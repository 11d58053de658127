using System.IO.Pipelines;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Web.Hosting.Verbs;

/// <summary>Writes a tenant's payments to a CSV file, as /export/payments.csv does. The file appears when it is whole.</summary>
public sealed class ExportPaymentsVerb : IOperatorVerb
{
    public string Name => "export-payments";

    public IReadOnlyList<VerbOption> Options { get; } =
    [
        VerbOption.Required("out", "FILE"),
        VerbOption.Optional("tenant", "SLUG"),
        VerbOption.Optional("mode", "test|live"),
        VerbOption.Optional("filter", "QUERY"),
    ];

    public async Task<VerbAnswer> RunAsync(VerbArguments arguments, IServiceProvider services, CancellationToken cancellationToken)
    {
        var slug = arguments.Find("tenant") ?? Tenant.DefaultSlug;
        var store = services.GetRequiredService<PaymentStore>();
        var tenant = await store.ReadAsync(db => db.Tenants.FirstOrDefaultAsync(row => row.Slug == slug, cancellationToken), cancellationToken);
        if (tenant is null)
            return VerbAnswer.Refused($"--tenant there is no tenant '{slug}'.");
        var mode = arguments.Find("mode") is { } word ? Words.Find<Mode>(word) : await DefaultModeAsync(store, tenant.Id, cancellationToken);
        if (mode is null)
            return VerbAnswer.Refused("--mode must be test or live.");
        // The same text that stands behind the ? of the list's address.
        var query = QueryHelpers.ParseQuery(arguments.Find("filter")).SelectMany(pair => pair.Value.Select(value => KeyValuePair.Create(pair.Key, value ?? ""))).ToList();
        var filter = PaymentFilter.Read(query, services.GetRequiredService<ProviderRegistry>(), CsvOptions.Parameters);
        var options = CsvOptions.Read(query, PaymentCsv.Columns, PaymentCsv.StandardColumns);
        if ((filter.Problem ?? options.Problem) is { } problem)
            return VerbAnswer.Refused($"--filter {problem.Detail}");
        if (filter.Value.Mode is { } other && other != mode)
            return VerbAnswer.Refused($"--filter names the mode {Words.Of(other)}, and the export is one of {Words.Of(mode.Value)}.");
        var file = arguments["out"];
        try
        {
            var rows = await WriteAsync(file, services.GetRequiredService<PaymentCsv>(), new SearchScope(tenant.Id, mode.Value, tenant.Zone), filter.Value with { Mode = mode }, options.Value, cancellationToken);
            return new VerbAnswer(new { file, tenant = slug, mode = Words.Of(mode.Value), rows }, $"{rows} {Words.Of(mode.Value)} payments of {slug} are in {file}.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return VerbAnswer.Refused($"--out {file} cannot be written: {exception.Message}");
        }
    }

    /// <summary>As the portal chooses it: live for a tenant that has a live account switched on.</summary>
    private static async Task<Mode?> DefaultModeAsync(PaymentStore store, Guid tenantId, CancellationToken cancellationToken) =>
        await store.ReadAsync(db => db.ProviderAccounts.AnyAsync(account => account.TenantId == tenantId && account.Mode == Mode.Live && account.IsEnabled, cancellationToken), cancellationToken) ? Mode.Live : Mode.Test;

    private async Task<long> WriteAsync(string file, PaymentCsv csv, SearchScope scope, PaymentFilter filter, CsvOptions options, CancellationToken cancellationToken)
    {
        using var draft = new DraftFile(file);
        long rows;
        await using (var stream = draft.Open())
        {
            var output = PipeWriter.Create(stream);
            rows = await csv.WriteAsync(output, scope, filter, options, Actor.System(Name), cancellationToken);
            await output.CompleteAsync();
        }
        draft.Keep();
        return rows;
    }
}
