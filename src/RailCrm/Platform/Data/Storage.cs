using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.Caching.Memory;
using RailCrm.Platform.Access;

namespace RailCrm.Platform.Data;

/// <summary>Which database, and how it is opened.</summary>
public static class Storage
{
    // EF keeps 1,024 compiled queries; lists with their filters, sorts and columns have more of them, and compiling one takes some 20 ms. A query counts for 10.
    private static readonly MemoryCache Queries = new(new MemoryCacheOptions { SizeLimit = 80_000 });

    /// <summary>Adds the database named by <c>RAILCRM_DATABASE</c>: <c>Data Source=…</c> is SQLite, <c>Host=…</c> PostgreSQL.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services, string connection)
    {
        services.AddSingleton<WriteGate>();
        services.AddScoped<CurrentActor>();
        services.AddScoped<Actor>(s => s.GetRequiredService<CurrentActor>().Actor);
        return IsPostgres(connection)
            ? services.AddDbContext<CrmDb, PostgresCrmDb>(o => Configure(o, connection), optionsLifetime: ServiceLifetime.Singleton)
            : services.AddDbContext<CrmDb, SqliteCrmDb>(o => Configure(o, connection), optionsLifetime: ServiceLifetime.Singleton);
    }

    /// <summary>Whether the connection string means PostgreSQL.</summary>
    public static bool IsPostgres(string connection) => connection.Contains("Host=", StringComparison.OrdinalIgnoreCase);

    /// <summary>SQLite's connection string as every context opens it; the pool goes by its text.</summary>
    internal static string SqliteString(string connection) => new SqliteConnectionStringBuilder(connection) { ForeignKeys = true, DefaultTimeout = 30 }.ToString();

    internal static DbContextOptionsBuilder Configure(DbContextOptionsBuilder options, string connection)
    {
        options = IsPostgres(connection)
            ? options.UseNpgsql(connection, o => o.UseQuerySplittingBehavior(QuerySplittingBehavior.SplitQuery))
            : options.UseSqlite(SqliteString(connection), o => o.UseQuerySplittingBehavior(QuerySplittingBehavior.SplitQuery)).AddInterceptors(SqlitePragmas.Instance, IndexHint.Instance, PreparedStatements.Instance);
        return options.UseSnakeCaseNamingConvention()
            .ReplaceService<IModelCacheKeyFactory, ModelPerScopeWidth>()
            .UseMemoryCache(Queries)
            // A capped count needs no order.
            .ConfigureWarnings(w => w.Ignore(CoreEventId.PossibleIncorrectRequiredNavigationWithQueryFilterInteractionWarning, CoreEventId.RowLimitingOperationWithoutOrderByWarning));
    }

    /// <summary>FULL, because acknowledged means stored: NORMAL lost acknowledged commits in 96 of 150 emulated power cuts.</summary>
    private sealed class SqlitePragmas : DbConnectionInterceptor
    {
        public static readonly SqlitePragmas Instance = new();

        // The log is written back every 32 MiB rather than every 4: what several writers touched goes back once.
        // 32 MiB a connection: a dozen pooled ones must fit a small machine. The file is mapped as far as SQLite can: a page that the system has costs a third of a call for it, and memory is shared and given back.
        private const string Sql = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=30000; PRAGMA cache_size=-32768; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=2147418112; PRAGMA wal_autocheckpoint=8192;";

        // Until dotnet/efcore#39009 is in a release: while one takes a connection from the pool or gives it back, it looks for a moment as if nobody owned it, and another's open lends it twice.
        private static readonly Lock Pool = new();

        public override InterceptionResult ConnectionOpening(DbConnection connection, ConnectionEventData eventData, InterceptionResult result)
        {
            if (result.IsSuppressed)
            {
                return result;
            }

            lock (Pool)
            {
                connection.Open();
            }

            return InterceptionResult.Suppress();
        }

        // SQLite has no way to open without blocking; the method named so opens as the other does.
        public override ValueTask<InterceptionResult> ConnectionOpeningAsync(DbConnection connection, ConnectionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new(ConnectionOpening(connection, eventData, result));
        }

        public override InterceptionResult ConnectionClosing(DbConnection connection, ConnectionEventData eventData, InterceptionResult result)
        {
            if (result.IsSuppressed)
            {
                return result;
            }

            lock (Pool)
            {
                connection.Close();
            }

            return InterceptionResult.Suppress();
        }

        public override ValueTask<InterceptionResult> ConnectionClosingAsync(DbConnection connection, ConnectionEventData eventData, InterceptionResult result) => new(ConnectionClosing(connection, eventData, result));

        // A context that goes with its scope disposes its connection without closing it first.
        public override InterceptionResult ConnectionDisposing(DbConnection connection, ConnectionEventData eventData, InterceptionResult result)
        {
            lock (Pool)
            {
                connection.Close();
            }

            return result;
        }

        public override ValueTask<InterceptionResult> ConnectionDisposingAsync(DbConnection connection, ConnectionEventData eventData, InterceptionResult result) => new(ConnectionDisposing(connection, eventData, result));

        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Run(connection);

        public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            Run(connection);
            return Task.CompletedTask;
        }

        // The pool hands out the same native connection again, with its pragmas; a page opens one several times.
        private static readonly ConditionalWeakTable<object, object> Done = [];

        private static void Run(DbConnection connection)
        {
            if (connection.ConnectionString.Contains("Mode=ReadOnly", StringComparison.Ordinal) || !Done.TryAdd(((SqliteConnection)connection).Handle!, Instance))
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
        new((DbContextOptions<SqliteCrmDb>)Storage.Configure(new DbContextOptionsBuilder<SqliteCrmDb>(), "Data Source=none").Options, Actor.System("cli"), TimeProvider.System, new(), []);
}

internal sealed class PostgresDesign : IDesignTimeDbContextFactory<PostgresCrmDb>
{
    public PostgresCrmDb CreateDbContext(string[] args) =>
        new((DbContextOptions<PostgresCrmDb>)Storage.Configure(new DbContextOptionsBuilder<PostgresCrmDb>(), "Host=none").Options, Actor.System("cli"), TimeProvider.System, new(), []);
}
