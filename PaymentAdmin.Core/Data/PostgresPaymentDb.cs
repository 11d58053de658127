using Microsoft.EntityFrameworkCore;

namespace PaymentAdmin.Core.Data;

/// <summary>The model on PostgreSQL.</summary>
public sealed class PostgresPaymentDb(DbContextOptions<PostgresPaymentDb> options) : PaymentDb(options)
{
    public override bool IsPostgres => true;
}
