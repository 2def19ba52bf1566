using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;
using NpgsqlTypes;
using RailCrm.Platform.Data;

namespace RailCrm.Benchmarks;

/// <summary>Fills tables as fast as the engine takes rows: prepared inserts in one long transaction on SQLite, a COPY a table on PostgreSQL. No triggers, no foreign keys, no secondary indexes meanwhile.</summary>
internal sealed class Bulk : IAsyncDisposable
{
    private readonly CrmDb _db;
    private readonly Database _database;
    private readonly DbConnection _connection;
    private readonly List<string> _later = [];

    private Bulk(CrmDb db, Database database, DbConnection connection) => (_db, _database, _connection) = (db, database, connection);

    public static async Task<Bulk> Begin(CrmDb db, Database database, IEnumerable<string> tables)
    {
        SqliteConnection.ClearAllPools(); // WAL is left only by the last one to close.
        var connection = await database.Raw();
        var bulk = new Bulk(db, database, connection);
        var named = string.Join(',', tables.Select(t => $"'{t}'"));
        if (database.Postgres)
        {
            await Database.Execute(connection, "SET session_replication_role = replica");
            var indexes = await Database.Read(connection, $"SELECT i.indexname, i.indexdef FROM pg_indexes i WHERE schemaname = 'public' AND tablename IN ({named}) AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)", r => (Name: r.GetString(0), Sql: r.GetString(1)));
            foreach (var (name, sql) in indexes)
            {
                await Database.Execute(connection, $"DROP INDEX {name}");
                bulk._later.Add(sql);
            }

            return bulk;
        }

        var parts = await Database.Read(connection, $"SELECT type, name, sql FROM sqlite_master WHERE tbl_name IN ({named}) AND type IN ('index', 'trigger') AND sql IS NOT NULL", r => (Type: r.GetString(0), Name: r.GetString(1), Sql: r.GetString(2)));
        foreach (var (type, name, sql) in parts)
        {
            await Database.Execute(connection, $"DROP {type} {name}");
            bulk._later.Add(sql);
        }

        await Database.Execute(connection, "PRAGMA foreign_keys=OFF; PRAGMA synchronous=OFF; PRAGMA journal_mode=OFF; PRAGMA cache_size=-1000000; BEGIN");
        return bulk;
    }

    /// <summary>A writer of one kind of entity, in the columns of the product's own model.</summary>
    /// <param name="table">Where, if not into the entity's own table.</param>
    public async Task<ITable<T>> Table<T>(string? table = null) where T : class
    {
        var type = _db.Model.FindEntityType(typeof(T))!;
        table ??= type.GetTableName()!;
        var columns = type.GetProperties().Select(p => new Column(p)).ToArray();
        if (!_database.Postgres)
        {
            return new SqliteTable<T>((SqliteConnection)_connection, table, columns);
        }

        return new PostgresTable<T>(await Open(), table, columns);
    }

    /// <summary>Writes all of them.</summary>
    public async Task Fill<T>(IEnumerable<T> rows) where T : class
    {
        await using var table = await Table<T>();
        foreach (var row in rows)
        {
            table.Write(row);
        }
    }

    /// <summary>Keys go on behind what was loaded. SQLite sees to that itself.</summary>
    public Task Restart(string table) => _database.Postgres ? Execute($"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT COALESCE(max(id), 0) + 1 FROM {table}), false)") : Task.CompletedTask;

#pragma warning disable CA2100 // SQL of ours.
    /// <summary>A command on the loading connection.</summary>
    public DbCommand Command(string sql)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }
#pragma warning restore CA2100

    /// <summary>Runs SQL on the loading connection.</summary>
    public Task Execute(string sql) => Database.Execute(_connection, sql);

    /// <summary>Another connection that fires no trigger and checks no foreign key (PostgreSQL).</summary>
    public async Task<NpgsqlConnection> Open()
    {
        var connection = new NpgsqlConnection(_database.Connection);
        await connection.OpenAsync();
        await Database.Execute(connection, "SET session_replication_role = replica");
        return connection;
    }

    /// <summary>Indexes and triggers as they were, then statistics.</summary>
    public async Task Finish(Action<string> tell)
    {
        if (!_database.Postgres)
        {
            await Execute("COMMIT");
        }

        foreach (var sql in _later)
        {
            tell(sql.Split('\n')[0]);
            await Execute(sql);
        }

        tell("statistics");
        await Execute(_database.Postgres ? "VACUUM ANALYZE" : "PRAGMA analysis_limit=1000; ANALYZE; PRAGMA journal_mode=WAL; PRAGMA wal_checkpoint(TRUNCATE)");
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    /// <summary>A column and how the model writes it.</summary>
    internal sealed class Column(IProperty property)
    {
        private readonly Func<object, object?> _read = property.GetGetter().GetClrValue;
        private readonly Func<object?, object?>? _convert = property.GetTypeMapping().Converter?.ConvertToProvider;

        public string Name { get; } = property.GetColumnName();

        public Type Type { get; } = property.GetTypeMapping().Converter?.ProviderClrType ?? Nullable.GetUnderlyingType(property.ClrType) ?? property.ClrType;

        public object? Of(object row) => _convert is null ? _read(row) : _convert(_read(row));
    }

    internal interface ITable<in T> : IAsyncDisposable
    {
        void Write(T row);
    }

    private sealed class SqliteTable<T> : ITable<T> where T : class
    {
        private readonly Column[] _columns;
        private readonly SqliteCommand _insert;

        public SqliteTable(SqliteConnection connection, string table, Column[] columns)
        {
            _columns = columns;
            _insert = connection.CreateCommand();
#pragma warning disable CA2100 // Names of the model.
            _insert.CommandText = $"INSERT INTO {table} ({string.Join(',', columns.Select(c => $"\"{c.Name}\""))}) VALUES ({string.Join(',', columns.Select((_, i) => $"${i}"))})";
#pragma warning restore CA2100
            for (var i = 0; i < columns.Length; i++)
            {
                _insert.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
            }

            _insert.Prepare();
        }

        public void Write(T row)
        {
            for (var i = 0; i < _columns.Length; i++)
            {
                _insert.Parameters[i].Value = _columns[i].Of(row) ?? DBNull.Value;
            }

            _insert.ExecuteNonQuery();
        }

        public ValueTask DisposeAsync() => _insert.DisposeAsync();
    }

    private sealed class PostgresTable<T> : ITable<T> where T : class
    {
        private readonly (Column Column, NpgsqlDbType Type)[] _columns;
        private readonly NpgsqlConnection _connection;
        private readonly NpgsqlBinaryImporter _copy;

        public PostgresTable(NpgsqlConnection connection, string table, Column[] columns)
        {
            _columns = [.. columns.Select(c => (c, TypeOf(c.Type)))];
            _connection = connection;
            _copy = connection.BeginBinaryImport($"COPY {table} ({string.Join(',', columns.Select(c => $"\"{c.Name}\""))}) FROM STDIN (FORMAT binary)");
            _copy.Timeout = TimeSpan.FromHours(2);
        }

        public void Write(T row)
        {
            _copy.StartRow();
            foreach (var (column, type) in _columns)
            {
                if (column.Of(row) is { } value)
                {
                    _copy.Write(value, type);
                }
                else
                {
                    _copy.WriteNull();
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _copy.CompleteAsync();
            await _copy.DisposeAsync();
            await _connection.DisposeAsync();
        }

        private static NpgsqlDbType TypeOf(Type type) =>
            type == typeof(string) ? NpgsqlDbType.Text : type == typeof(long) ? NpgsqlDbType.Bigint : type == typeof(int) ? NpgsqlDbType.Integer
            : type == typeof(bool) ? NpgsqlDbType.Boolean : type == typeof(DateOnly) ? NpgsqlDbType.Date : type == typeof(DateTime) || type == typeof(DateTimeOffset) ? NpgsqlDbType.TimestampTz
            : throw new NotSupportedException(type.Name);
    }
}
