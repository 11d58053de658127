using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Data.Configurations;

internal sealed class PaymentConfiguration : IEntityTypeConfiguration<Payment>
{
    public void Configure(EntityTypeBuilder<Payment> builder)
    {
        builder.Ignore(payment => payment.Amount).Ignore(payment => payment.RefundableMinor).Ignore(payment => payment.IsFinal).Ignore(payment => payment.IsImported);
        builder.Property(payment => payment.Version).IsConcurrencyToken();
        builder.Property(payment => payment.OrderReference).HasMaxLength(64);
        builder.Property(payment => payment.Currency).HasMaxLength(3);
        builder.HasOne<Tenant>().WithMany().HasForeignKey(payment => payment.TenantId);

        // One open or succeeded payment per order reference: the claim is emptied when a payment ends without money.
        builder.HasIndex(payment => new { payment.TenantId, payment.Mode, payment.ReferenceClaim }).IsUnique();
        builder.HasIndex(payment => new { payment.TenantId, payment.Mode, payment.PaymentCode }).IsUnique();

        // One open or succeeded payment per link that is for one only; emptied like the other claim.
        builder.HasIndex(payment => payment.LinkClaim).IsUnique();
        builder.HasIndex(payment => new { payment.LinkId, payment.Status });

        // The list page: newest first within tenant and mode, alone and under each filter it offers. What stands behind the id is what is often
        // asked for besides: it is judged in the index, and only rows that match are read.
        builder.HasIndex(payment => new { payment.TenantId, payment.Mode, payment.CreatedAt, payment.Id });
        builder.HasIndex(payment => new { payment.TenantId, payment.Mode, payment.Status, payment.CreatedAt, payment.Id, payment.ShopNumber, payment.Provider });
        builder.HasIndex(payment => new { payment.TenantId, payment.Mode, payment.ShopNumber, payment.CreatedAt, payment.Id, payment.Status, payment.Provider });
        builder.HasIndex(payment => new { payment.TenantId, payment.Mode, payment.Provider, payment.CreatedAt, payment.Id, payment.Status });
        builder.HasIndex(payment => new { payment.TenantId, payment.Mode, payment.OrganizationBin, payment.CreatedAt, payment.Id });
        builder.HasIndex(payment => new { payment.TenantId, payment.Mode, payment.Currency, payment.CreatedAt, payment.Id });
        builder.HasIndex(payment => new { payment.TenantId, payment.Mode, payment.Currency, payment.AmountMinor, payment.Id });
        builder.HasIndex(payment => new { payment.TenantId, payment.Mode, payment.UpdatedAt, payment.Id });
        // Few payments have these, so their indexes hold few rows. Which exceptions it has is read in the index.
        builder.HasIndex(payment => new { payment.TenantId, payment.Mode, payment.CreatedAt, payment.Id, payment.Exceptions }, "ix_payments_with_exceptions").HasFilter("exceptions <> 0");
        builder.HasIndex(payment => new { payment.TenantId, payment.Mode, payment.CreatedAt, payment.Id }, "ix_payments_with_refunds").HasFilter("refund_reserved_minor > 0");
        builder.HasIndex(payment => new { payment.TenantId, payment.Mode, payment.OrderReference, payment.CreatedAt, payment.Id });
        // With the mode, as every index that begins with the tenant: of two that name equally many columns, SQLite takes any.
        builder.HasIndex(payment => new { payment.TenantId, payment.Mode, payment.ProviderReference });
        builder.HasIndex(payment => new { payment.TenantId, payment.Mode, payment.PhoneDigits, payment.CreatedAt, payment.Id });
        builder.HasIndex(payment => new { payment.TenantId, payment.Mode, payment.CustomerEmail, payment.CreatedAt, payment.Id });
        builder.HasIndex(payment => new { payment.TenantId, payment.Mode, payment.CustomerId, payment.CreatedAt, payment.Id }, "ix_payments_of_customers").HasFilter("customer_id IS NOT NULL");
        builder.HasIndex(payment => new { payment.Status, payment.ExpiresAt });
        builder.HasIndex(payment => new { payment.TenantId, payment.Mode, payment.RepeatName });

        builder.ToTable(table =>
        {
            table.HasCheckConstraint("ck_payments_amount", "amount_minor > 0");
            table.HasCheckConstraint("ck_payments_money", "received_minor >= 0 AND refunded_minor >= 0 AND refund_reserved_minor >= refunded_minor AND refund_reserved_minor <= received_minor");
        });
    }
}

internal sealed class PaymentAttemptConfiguration : IEntityTypeConfiguration<PaymentAttempt>
{
    public void Configure(EntityTypeBuilder<PaymentAttempt> builder)
    {
        builder.Ignore(attempt => attempt.IsOpen);
        builder.Property(attempt => attempt.Version).IsConcurrencyToken();
        builder.HasOne<Payment>().WithMany().HasForeignKey(attempt => attempt.PaymentId);
        builder.HasOne<ProviderAccount>().WithMany().HasForeignKey(attempt => attempt.AccountId);
        builder.HasOne<ShopConfigVersion>().WithMany().HasForeignKey(attempt => attempt.ConfigVersionId);
        builder.HasIndex(attempt => new { attempt.AccountId, attempt.ProviderReference }).IsUnique();
        // A payer's page and a customer's question name a session, and no account.
        builder.HasIndex(attempt => attempt.ProviderReference);
        builder.HasIndex(attempt => attempt.ProviderReference2);
        builder.HasIndex(attempt => attempt.NextCheckAt);
        builder.HasIndex(attempt => attempt.CallbackTokenHash);
    }
}

internal sealed class PaymentTransitionConfiguration : IEntityTypeConfiguration<PaymentTransition>
{
    public void Configure(EntityTypeBuilder<PaymentTransition> builder)
    {
        builder.HasIndex(transition => new { transition.PaymentId, transition.Sequence }).IsUnique();
        builder.HasOne<Payment>().WithMany().HasForeignKey(transition => transition.PaymentId);
        builder.HasOne(transition => transition.Audit).WithMany().HasForeignKey(transition => transition.AuditId);
    }
}

internal sealed class PaymentNoteConfiguration : IEntityTypeConfiguration<PaymentNote>
{
    public void Configure(EntityTypeBuilder<PaymentNote> builder)
    {
        builder.HasIndex(note => new { note.PaymentId, note.At });
        builder.HasOne<Payment>().WithMany().HasForeignKey(note => note.PaymentId);
    }
}

internal sealed class SavedViewConfiguration : IEntityTypeConfiguration<SavedView>
{
    public void Configure(EntityTypeBuilder<SavedView> builder)
    {
        builder.Property(view => view.Name).HasMaxLength(SavedView.NameMax);
        builder.HasIndex(view => new { view.TenantId, view.UserId, view.Name }).IsUnique();
        builder.HasOne<Tenant>().WithMany().HasForeignKey(view => view.TenantId);
    }
}

internal sealed class RefundConfiguration : IEntityTypeConfiguration<Refund>
{
    public void Configure(EntityTypeBuilder<Refund> builder)
    {
        builder.Ignore(refund => refund.IsSettled);
        builder.Property(refund => refund.Version).IsConcurrencyToken();
        builder.HasOne<Payment>().WithMany().HasForeignKey(refund => refund.PaymentId);
        builder.HasOne<PaymentAttempt>().WithMany().HasForeignKey(refund => refund.AttemptId);
        builder.HasIndex(refund => new { refund.AccountId, refund.ProviderReference }).IsUnique();
        builder.HasIndex(refund => new { refund.TenantId, refund.Mode, refund.CreatedAt, refund.Id });
        // The tabs of the list and the dashboard count by status.
        builder.HasIndex(refund => new { refund.TenantId, refund.Mode, refund.Status, refund.CreatedAt, refund.Id });
        builder.HasIndex(refund => refund.NextCheckAt);
        builder.HasIndex(refund => refund.CallbackTokenHash);
        builder.ToTable(table => table.HasCheckConstraint("ck_refunds_amount", "amount_minor > 0"));
    }
}

internal sealed class ReceiptConfiguration : IEntityTypeConfiguration<Receipt>
{
    public void Configure(EntityTypeBuilder<Receipt> builder)
    {
        builder.Property(receipt => receipt.Version).IsConcurrencyToken();
        builder.HasIndex(receipt => new { receipt.AccountId, receipt.Reference }).IsUnique();
        builder.HasIndex(receipt => receipt.PaymentId);
        builder.HasIndex(receipt => new { receipt.AccountId, receipt.ReceivedAt });
        builder.HasIndex(receipt => new { receipt.TenantId, receipt.Mode, receipt.State });
        builder.HasOne<Payment>().WithMany().HasForeignKey(receipt => receipt.PaymentId);
        builder.ToTable(table => table.HasCheckConstraint("ck_receipts_amount", "amount_minor > 0"));
    }
}

internal sealed class DisputeConfiguration : IEntityTypeConfiguration<Dispute>
{
    public void Configure(EntityTypeBuilder<Dispute> builder)
    {
        builder.HasIndex(dispute => new { dispute.AccountId, dispute.ProviderReference }).IsUnique();
        builder.HasIndex(dispute => dispute.PaymentId);
        builder.HasOne<Payment>().WithMany().HasForeignKey(dispute => dispute.PaymentId);
    }
}

internal sealed class ProviderCallConfiguration : IEntityTypeConfiguration<ProviderCall>
{
    public void Configure(EntityTypeBuilder<ProviderCall> builder)
    {
        builder.HasIndex(call => new { call.TenantId, call.Mode, call.Id });
        builder.HasIndex(call => call.PaymentId);
        builder.HasIndex(call => new { call.State, call.DeadlineAt });
    }
}
