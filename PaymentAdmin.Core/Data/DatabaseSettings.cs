namespace PaymentAdmin.Core.Data;

/// <summary>The engines that the model runs on.</summary>
public enum DatabaseProvider
{
    Sqlite,
    Postgres,
}

/// <summary>Settings <c>Database:Provider</c> and <c>Database:ConnectionString</c>; a file in it is an absolute path by now.</summary>
public sealed record DatabaseSettings(DatabaseProvider Provider, string ConnectionString);
