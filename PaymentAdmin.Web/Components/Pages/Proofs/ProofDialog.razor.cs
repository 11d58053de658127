using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Proofs;
using PaymentAdmin.Web.Components.Layout;
using Radzen;

namespace PaymentAdmin.Web.Components.Pages.Proofs;

/// <summary>An operator brings a proof for a payer; another person decides it.</summary>
public sealed partial class ProofDialog
{
    private ProofType type = ProofType.BankTransfer;
    private string reference = "";
    private string amount = "";
    private string? amountError;
    private string? fileError;
    private string? problem;
    private IReadOnlyList<IBrowserFile> chosen = [];
    private IReadOnlyDictionary<string, string[]>? errors;
    private bool isSaving;

    [Parameter, EditorRequired]
    public Payment Payment { get; set; } = null!;

    [Parameter, EditorRequired]
    public PortalFrame Frame { get; set; } = null!;

    [Inject]
    private SubmitProof Submit { get; set; } = null!;

    [Inject]
    private DialogService Dialogs { get; set; } = null!;

    protected override void OnInitialized()
    {
        type = Payment.Method switch { "cash_on_delivery" => ProofType.CashOnDelivery, "mobile_money" => ProofType.MobileMoney, _ => ProofType.BankTransfer };
        amount = Money.ToPlain(Math.Max(Payment.AmountMinor - Payment.ReceivedMinor, 1), Currency.Exponent(Payment.Currency));
    }

    private string? Error(string member) => errors?.GetValueOrDefault(member) is { } texts ? string.Join(" ", texts) : null;

    private void Choose(InputFileChangeEventArgs picked)
    {
        fileError = picked.FileCount > SubmitProof.FilesMax ? $"At most {SubmitProof.FilesMax} files." : null;
        chosen = fileError is null ? picked.GetMultipleFiles(SubmitProof.FilesMax) : [];
    }

    private async Task SaveAsync()
    {
        if (isSaving)
            return;
        (errors, problem) = (null, null);
        amountError = MoneyInput.Fault(amount, Payment.Currency, out var money);
        fileError ??= chosen.Count == 0 ? "Choose the receipt." : chosen.FirstOrDefault(file => file.Size > SubmitProof.FileBytesMax) is { } large ? $"{large.Name} is larger than 6 MiB." : null;
        if (amountError is not null || fileError is not null)
            return;
        isSaving = true;
        try
        {
            var submission = new ProofSubmission { TenantId = Payment.TenantId, Mode = Payment.Mode, PaymentId = Payment.Id, Type = type, Reference = reference, AmountMinor = money.Minor, Files = await ReadAsync() };
            var stored = await Submit.RunAsync(submission, Frame.ToActor(), CancellationToken.None);
            if (stored.IsOk)
                Dialogs.Close(true);
            errors = stored.Problem?.Errors;
            problem = stored.IsOk || errors is not null ? null : stored.Problem!.Detail;
        }
        finally
        {
            isSaving = false;
        }
    }

    private async Task<List<SubmittedFile>> ReadAsync()
    {
        var files = new List<SubmittedFile>();
        foreach (var file in chosen)
        {
            await using var stream = file.OpenReadStream(SubmitProof.FileBytesMax);
            using var bytes = new MemoryStream();
            await stream.CopyToAsync(bytes);
            files.Add(new SubmittedFile(file.Name, file.ContentType, bytes.ToArray()));
        }
        return files;
    }
}
