using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Data;

/// <summary>The model on PostgreSQL.</summary>
public sealed class PostgresPaymentDb(DbContextOptions<PostgresPaymentDb> options) : PaymentDb(options)
{
    public override bool IsPostgres => true;

    /// <summary>Order references are compared byte by byte, as SQLite does, whatever the server's language: a prefix is then a range of the index.</summary>
    protected override void ConfigureEngine(ModelBuilder builder) =>
        builder.Entity<Payment>().Property(payment => payment.OrderReference).UseCollation("C");
}
