using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace PaymentAdmin.Core.Data;

/// <summary>The database, chosen once: whoever asks for <see cref="PaymentDb"/> never learns which engine it is.</summary>
public static class DatabaseServices
{
    public static IServiceCollection AddDatabase(this IServiceCollection services, DatabaseSettings settings)
    {
        services.AddSingleton(settings);
        if (settings.Provider == DatabaseProvider.Postgres)
            services.AddContexts<PostgresPaymentDb>(options => options.UseNpgsql(settings.ConnectionString));
        else
            services.AddContexts<SqlitePaymentDb>(options => options.UseSqlite(settings.ConnectionString).AddInterceptors(new SqlitePragmas())
                // A rebuilt table switches foreign keys off around its transaction; only the switch is outside of it.
                .ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.NonTransactionalMigrationOperationWarning)));
        services.AddSingleton(new WriteGate(isSingleWriter: settings.Provider == DatabaseProvider.Sqlite));
        services.AddSingleton<PaymentStore>();
        services.AddSingleton<PrepareDatabase>();
        services.AddSingleton<BackUpDatabase>();
        return services;
    }

    private static void AddContexts<TContext>(this IServiceCollection services, Action<DbContextOptionsBuilder> configure) where TContext : PaymentDb
    {
        // A command that fails is no failure yet: EF asks a new database for a table that it has not, and two writers meet in a unique index. Whoever
        // meets the exception of one that is logs it.
        services.AddDbContextFactory<TContext>(options =>
        {
            configure(options);
            options.ConfigureWarnings(warnings => warnings.Log((RelationalEventId.CommandError, LogLevel.Debug), (CoreEventId.SaveChangesFailed, LogLevel.Debug)));
        });
        services.AddSingleton<IDbContextFactory<PaymentDb>, PaymentDbFactory<TContext>>();
        // Identity's stores take a context of their request.
        services.AddScoped<PaymentDb>(provider => provider.GetRequiredService<IDbContextFactory<TContext>>().CreateDbContext());
    }

    private sealed class PaymentDbFactory<TContext>(IDbContextFactory<TContext> contexts) : IDbContextFactory<PaymentDb> where TContext : PaymentDb
    {
        public PaymentDb CreateDbContext() => contexts.CreateDbContext();

        public async Task<PaymentDb> CreateDbContextAsync(CancellationToken cancellationToken = default) => await contexts.CreateDbContextAsync(cancellationToken);
    }
}
