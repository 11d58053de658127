using PaymentAdmin.Core;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Tests.Providers.Manual;

/// <summary>The payer pays outside of any API; an operator approves the proof.</summary>
internal sealed class ManualDriver : ProviderDriver
{
    public override string Provider => "manual";

    public override string Method => "bank_transfer";

    public override bool DeclineEnds => false;

    public override IReadOnlyDictionary<string, string> Credentials(string unique) => new Dictionary<string, string> { ["bank_account"] = "ACC-" + unique };

    public override async Task DecideAsync(ContractPayment payment, Payer payer)
    {
        if (payer == Payer.Declines)
            return;
        var attempt = await payment.AttemptAsync();
        var approved = new PaymentObservation
        {
            PaymentId = payment.Id,
            AttemptId = attempt.Id,
            Fact = ObservedFact.ProofApproved,
            Source = ObservationSource.Proof,
            Actor = Actor.System("test"),
            Received = new Money(payment.AmountMinor, payment.Currency),
            ReceiptReference = "proof-" + payment.Id,
        };
        await payment.Merchant.World.App.Get<ApplyObservation>().RunAsync(approved, CancellationToken.None);
    }
}
