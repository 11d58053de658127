using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Tests.Data;

/// <summary>
/// The model and both migration snapshots say the same. When this fails: add a migration of one name for both contexts
/// (style guide, "Change the schema").
/// </summary>
public sealed class MigrationsTests
{
    [Fact]
    public void Sqlite_migrations_say_what_the_model_says()
    {
        using var db = new SqliteDesignTime().CreateDbContext([]);

        Assert.False(db.Database.HasPendingModelChanges());
    }

    [Fact]
    public void Postgres_migrations_say_what_the_model_says()
    {
        using var db = new PostgresDesignTime().CreateDbContext([]);

        Assert.False(db.Database.HasPendingModelChanges());
    }

    [Fact]
    public void Both_engines_have_the_same_migrations()
    {
        using var sqlite = new SqliteDesignTime().CreateDbContext([]);
        using var postgres = new PostgresDesignTime().CreateDbContext([]);

        Assert.Equal(Names(sqlite), Names(postgres));
    }

    // "20260302090000_Initial" without its moment.
    private static IEnumerable<string> Names(PaymentDb db) => db.Database.GetMigrations().Select(id => id[(id.IndexOf('_', StringComparison.Ordinal) + 1)..]);
}
