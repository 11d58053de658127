using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace PaymentAdmin.Core.Data;

/// <summary>For <c>dotnet ef</c> alone: it needs the model, not a database.</summary>
internal sealed class SqliteDesignTime : IDesignTimeDbContextFactory<SqlitePaymentDb>
{
    public SqlitePaymentDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<SqlitePaymentDb>().UseSqlite("Data Source=:memory:").Options);
}

/// <inheritdoc cref="SqliteDesignTime"/>
internal sealed class PostgresDesignTime : IDesignTimeDbContextFactory<PostgresPaymentDb>
{
    public PostgresPaymentDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<PostgresPaymentDb>().UseNpgsql("Host=localhost;Database=design").Options);
}
