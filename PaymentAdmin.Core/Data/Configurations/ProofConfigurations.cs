using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using PaymentAdmin.Core.Approvals;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Proofs;

namespace PaymentAdmin.Core.Data.Configurations;

internal sealed class ManualProofConfiguration : IEntityTypeConfiguration<ManualProof>
{
    public void Configure(EntityTypeBuilder<ManualProof> builder)
    {
        builder.Ignore(proof => proof.IsOpen);
        builder.Property(proof => proof.Version).IsConcurrencyToken();
        builder.HasOne<Payment>().WithMany().HasForeignKey(proof => proof.PaymentId);
        // A reference pays once.
        builder.HasIndex(proof => new { proof.TenantId, proof.Mode, proof.ApprovedClaim }).IsUnique();
        builder.HasIndex(proof => new { proof.TenantId, proof.Mode, proof.Status, proof.SubmittedAt, proof.Id });
        builder.HasIndex(proof => new { proof.TenantId, proof.ReferenceKey });
        builder.HasIndex(proof => proof.PaymentId);
        builder.ToTable(table => table.HasCheckConstraint("ck_manual_proofs_amount", "amount_minor > 0"));
    }
}

internal sealed class ProofFileConfiguration : IEntityTypeConfiguration<ProofFile>
{
    public void Configure(EntityTypeBuilder<ProofFile> builder)
    {
        builder.HasOne<ManualProof>().WithMany().HasForeignKey(file => file.ProofId);
        builder.HasIndex(file => file.StoredName).IsUnique();
        builder.HasIndex(file => new { file.TenantId, file.Sha256 });
    }
}

internal sealed class ApprovalRequestConfiguration : IEntityTypeConfiguration<ApprovalRequest>
{
    public void Configure(EntityTypeBuilder<ApprovalRequest> builder)
    {
        builder.Property(request => request.Version).IsConcurrencyToken();
        builder.HasIndex(request => new { request.TenantId, request.Status, request.RequestedAt, request.Id });
        builder.HasIndex(request => new { request.Kind, request.SubjectId });
        builder.HasIndex(request => request.PaymentId);
        builder.HasIndex(request => new { request.Status, request.ExpiresAt });
    }
}
