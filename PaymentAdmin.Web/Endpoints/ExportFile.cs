using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>A file that can be had of a list: who may have it, and what its address may say. The endpoints and the page /exports read the same.</summary>
/// <param name="Name">"payments": the route is /export/payments.csv.</param>
/// <param name="Text">What a row of it is.</param>
/// <param name="KeyScope">What a key needs for it; null: no key may have it.</param>
/// <param name="Permission">What a person needs for it.</param>
/// <param name="Offered">Every column that its address may name.</param>
/// <param name="Standard">Those of a file whose address names none.</param>
public sealed record ExportFile(string Name, string Title, string Text, string Icon, string? KeyScope, string Permission, Func<ListFiles, IReadOnlyList<string>> Offered, Func<ListFiles, IReadOnlyList<string>>? Standard = null)
{
    /// <summary>The parameters of its range of time.</summary>
    public string From { get; init; } = "created_from";
    public string To { get; init; } = "created_to";

    /// <summary>False: the rows of both modes are in it.</summary>
    public bool HasMode { get; init; } = true;

    public string Path => $"/export/{Name}.csv";

    public string FileName => $"{Name}.csv";

    public static ExportFile Payments { get; } = new("payments", "Payments", "One row a payment, as the list shows them.", "payments", Scopes.PaymentsRead, Permissions.Export, _ => PaymentCsv.Columns, _ => PaymentCsv.StandardColumns);

    public static ExportFile Refunds { get; } = new("refunds", "Refunds", "One row a refund, with the payment it is of.", "undo", Scopes.PaymentsRead, Permissions.Export, files => files.Refunds.Columns);

    public static ExportFile Receipts { get; } = new("receipts", "Receipts", "Money that came, also what found no payment.", "receipt_long", Scopes.PaymentsRead, Permissions.Export, files => files.Receipts.Columns);

    public static ExportFile Logs { get; } = new("logs", "Provider calls", "One row a call to a provider, without bodies.", "lan", Scopes.LogsRead, Permissions.Export, files => files.Logs.Columns);

    public static ExportFile Webhooks { get; } = new("webhooks", "Webhooks in", "One row a delivery, without its body.", "webhook", Scopes.LogsRead, Permissions.WebhooksRead, files => files.Webhooks.Columns) { From = "received_from", To = "received_to" };

    public static ExportFile Audit { get; } = new("audit", "Audit", "Who did what, in both modes.", "history", KeyScope: null, Permissions.AuditRead, files => files.Audit.Columns) { From = "from", To = "to", HasMode = false };

    public static IReadOnlyList<ExportFile> All { get; } = [Payments, Refunds, Receipts, Webhooks, Logs, Audit];
}
