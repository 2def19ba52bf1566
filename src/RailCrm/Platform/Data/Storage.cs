using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using RailCrm.Platform.Access;

namespace RailCrm.Platform.Data;

/// <summary>Which database, and how it is opened.</summary>
public static class Storage
{
    /// <summary>Adds the database named by <c>RAILCRM_DATABASE</c>: <c>Data Source=…</c> is SQLite, <c>Host=…</c> PostgreSQL.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services, string connection)
    {
        services.AddSingleton<WriteGate>();
        services.AddScoped<CurrentActor>();
        services.AddScoped<Actor>(s => s.GetRequiredService<CurrentActor>().Actor);
        return IsPostgres(connection)
            ? services.AddDbContext<CrmDb, PostgresCrmDb>(o => Configure(o, connection))
            : services.AddDbContext<CrmDb, SqliteCrmDb>(o => Configure(o, connection));
    }

    /// <summary>Whether the connection string means PostgreSQL.</summary>
    public static bool IsPostgres(string connection) => connection.Contains("Host=", StringComparison.OrdinalIgnoreCase);

    internal static DbContextOptionsBuilder Configure(DbContextOptionsBuilder options, string connection)
    {
        options = IsPostgres(connection)
            ? options.UseNpgsql(connection)
            : options.UseSqlite(new SqliteConnectionStringBuilder(connection) { ForeignKeys = true, DefaultTimeout = 30 }.ToString()).AddInterceptors(SqlitePragmas.Instance);
        return options.UseSnakeCaseNamingConvention()
            .ReplaceService<IModelCacheKeyFactory, ModelPerScopeWidth>()
            .ConfigureWarnings(w => w.Ignore(CoreEventId.PossibleIncorrectRequiredNavigationWithQueryFilterInteractionWarning));
    }

    /// <summary>FULL, because acknowledged means stored: NORMAL lost acknowledged commits in 96 of 150 emulated power cuts.</summary>
    private sealed class SqlitePragmas : DbConnectionInterceptor
    {
        public static readonly SqlitePragmas Instance = new();

        private const string Sql = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=30000; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=268435456;";

        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Run(connection);

        public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            Run(connection);
            return Task.CompletedTask;
        }

        private static void Run(DbConnection connection)
        {
            if (connection.ConnectionString.Contains("Mode=ReadOnly", StringComparison.Ordinal))
            {
                return; // EF asks whether the file exists; a journal cannot be chosen then.
            }

            using var command = connection.CreateCommand();
            command.CommandText = Sql;
            command.ExecuteNonQuery();
        }
    }
}

internal sealed class SqliteDesign : IDesignTimeDbContextFactory<SqliteCrmDb>
{
    public SqliteCrmDb CreateDbContext(string[] args) =>
        new((DbContextOptions<SqliteCrmDb>)Storage.Configure(new DbContextOptionsBuilder<SqliteCrmDb>(), "Data Source=none").Options, Actor.System("cli"), TimeProvider.System, new());
}

internal sealed class PostgresDesign : IDesignTimeDbContextFactory<PostgresCrmDb>
{
    public PostgresCrmDb CreateDbContext(string[] args) =>
        new((DbContextOptions<PostgresCrmDb>)Storage.Configure(new DbContextOptionsBuilder<PostgresCrmDb>(), "Host=none").Options, Actor.System("cli"), TimeProvider.System, new());
}
