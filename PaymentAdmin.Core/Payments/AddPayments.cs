using Microsoft.Extensions.DependencyInjection;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Payments;

public static class PaymentServices
{
    /// <summary>The money side of the product. Everything here is stateless but the throttle and the listeners, so one of each.</summary>
    public static IServiceCollection AddPayments(this IServiceCollection services) => services
        .AddGuardedClient(Events.DeliverEvents.TestClient, Mode.Test, reachesSelf: false)
        .AddGuardedClient(Events.DeliverEvents.LiveClient, Mode.Live, reachesSelf: false)
        .AddSingleton<FailPoints>()
        .AddSingleton<LiveUpdates>()
        .AddSingleton<AccountThrottle>()
        .AddSingleton<ClientTokens>()
        .AddSingleton<CallbackTokens>()
        .AddSingleton<PaymentObjects>()
        .AddSingleton<ReturnUrls>()
        .AddSingleton<ProviderAccounts>()
        .AddSingleton<ChooseAccount>()
        .AddSingleton<SaveShopConfig>()
        .AddSingleton<SaveProviderAccount>()
        .AddSingleton<ImportAccounts>()
        .AddSingleton<RegisterAddresses>()
        .AddSingleton<Legacy.ImportLegacy>()
        .AddSingleton<SetTestMode>()
        .AddSingleton<ListProviderAccounts>()
        .AddSingleton<ListShopConfigs>()
        .AddSingleton<Risk.ScorePayment>()
        .AddSingleton<ReadPayment>()
        .AddSingleton<ProviderCalls>()
        .AddSingleton<ListProviderCalls>()
        .AddSingleton<FindPayment>()
        .AddSingleton<ReadForPayer>()
        .AddSingleton<ApplyObservation>()
        .AddSingleton<StartAttempt>()
        .AddSingleton<CreatePayment>()
        .AddSingleton<ReadPaymentRun>()
        .AddSingleton<RefundPayment>()
        .AddSingleton<ReconcilePayments>()
        .AddSingleton<SettlePayment>()
        .AddSingleton<Proofs.ProofFiles>()
        .AddSingleton<Proofs.SubmitProof>()
        .AddSingleton<Proofs.ReviewProof>()
        .AddSingleton<Proofs.ListProofs>()
        .AddSingleton<Approvals.DecideApproval>()
        .AddSingleton<SettleReceipt>()
        .AddSingleton<ReceiptSearch>()
        .AddSingleton<Settlement.CompareBooks>()
        .AddSingleton<Settlement.ExplainDifference>()
        .AddSingleton<Settlement.ReadSettlement>()
        .AddSingleton<PaymentSearch>()
        .AddSingleton<PaymentCsv>()
        .AddSingleton<ListFiles>()
        .AddSingleton<PaymentDetails>()
        .AddSingleton<AddPaymentNote>()
        .AddSingleton<RefundSearch>()
        .AddSingleton<AuditSearch>()
        .AddSingleton<Idempotency>()
        .AddSingleton<Audit.SealAudit>()
        .AddSingleton<Integrity.CheckIntegrity>()
        .AddSingleton<Webhooks.InboxWriter>()
        .AddSingleton<Webhooks.RejectionLog>()
        .AddSingleton<Webhooks.AnswerCheck>()
        .AddSingleton<Webhooks.ReceiveWebhook>()
        .AddSingleton<Webhooks.ReceiveAlias>()
        .AddSingleton<Webhooks.ProcessWebhook>()
        .AddSingleton<Events.EventEndpoints>()
        .AddSingleton<Events.ReadEvents>()
        .AddSingleton<Events.DeliverEvents>();
}
