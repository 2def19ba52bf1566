using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;

namespace RailCrm.Tests;

/// <summary>Databases that tests have done with, put back as their template is: the server then knows its tables already, which takes it longer to learn than most tests last, and memory is not filled with hundreds of copies.</summary>
internal sealed class PostgresPool
{
    private const long Grown = 24 << 20;

    /// <summary>What no row tells: whether the tables are still those of the template, no statistics were gathered, nobody is at work.</summary>
    private const string Shape = """
        SELECT concat((SELECT md5(string_agg(concat_ws(',', c.oid, c.relname, c.relnatts, c.relhasindex, c.relhastriggers, c.relchecks), ';' ORDER BY c.oid)) FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace),
            '/', (SELECT count(*) FROM pg_constraint), '/', (SELECT count(*) FROM pg_proc), '/', (SELECT count(*) FROM pg_statistic s JOIN pg_class c ON c.oid = s.starelid WHERE c.relnamespace = 'public'::regnamespace),
            '/', (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()))
        """;

    private const string Sequences = "SELECT sequencename, start_value, last_value FROM pg_sequences WHERE schemaname = 'public'";

    private readonly ConcurrentBag<string> _free = [];
    private readonly string _shape, _counted;
    private readonly Dictionary<string, (string Sum, string Rows)> _tables = [];
    private readonly Dictionary<string, long?> _sequences = [];

    private PostgresPool(string shape, string counted) => (_shape, _counted) = (shape, counted);

    /// <summary>Learns what the template is like.</summary>
    public static async Task<PostgresPool> Of(string template)
    {
        await using var connection = new NpgsqlConnection($"{template};Pooling=false");
        await connection.OpenAsync();
        var names = await Read(connection, "SELECT quote_ident(relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname", r => r.GetString(0));
        var pool = new PostgresPool((await Read(connection, Shape, r => r.GetString(0)))[0], string.Join(" UNION ALL ", names.Select(n => $"SELECT '{n}', concat(count(*), '/', sum(hashtextextended(t::text, 0))) FROM {n} t")));
        foreach (var (name, sum) in await Read(connection, pool._counted, r => (r.GetString(0), r.GetString(1))))
        {
            using var rows = await connection.BeginTextExportAsync($"COPY {name} TO STDOUT");
            pool._tables[name] = (sum, await rows.ReadToEndAsync());
        }

        foreach (var (name, last) in await Read(connection, Sequences, r => (r.GetString(0), r.IsDBNull(2) ? (long?)null : r.GetInt64(2))))
        {
            pool._sequences[name] = last;
        }

        return pool;
    }

    /// <summary>One that is free, if there is any.</summary>
    public string? Take() => _free.TryTake(out var connection) ? connection : null;

    /// <summary>Puts it back as it was; removes it where more than rows was changed.</summary>
    public async Task GiveBack(string database)
    {
        if (await Restore(database))
        {
            _free.Add(database);
            return;
        }

        await using (var pooled = new NpgsqlConnection(database))
        {
            NpgsqlConnection.ClearPool(pooled);
        }

        var away = new NpgsqlConnectionStringBuilder(database);
        var name = away.Database;
        (away.Database, away.Pooling) = ("postgres", false);
        await using var server = new NpgsqlConnection(away.ConnectionString);
        await server.OpenAsync();
        await Run(server, $"DROP DATABASE {name} WITH (FORCE)");
    }

    private async Task<bool> Restore(string database)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        if ((await Read(connection, Shape, r => r.GetString(0)))[0] != _shape || (await Read(connection, "SELECT pg_database_size(current_database())", r => r.GetInt64(0)))[0] > Grown)
        {
            return false;
        }

        await using var transaction = await connection.BeginTransactionAsync();
        var other = (await Read(connection, _counted, r => (Name: r.GetString(0), Sum: r.GetString(1)))).Where(t => t.Sum != _tables[t.Name].Sum).Select(t => t.Name).ToList();
        var moved = (await Read(connection, Sequences, r => (Name: r.GetString(0), Start: r.GetInt64(1), Last: r.IsDBNull(2) ? (long?)null : r.GetInt64(2)))).Where(s => s.Last != _sequences[s.Name]).ToList();
        await Run(connection, string.Join(';', [
            "SET LOCAL session_replication_role = replica", // What refers to a row may go after it.
            .. other.Select(t => $"DELETE FROM {t}"),
            .. moved.Select(s => string.Create(CultureInfo.InvariantCulture, $"SELECT setval('\"{s.Name}\"', {_sequences[s.Name] ?? s.Start}, {(_sequences[s.Name] is null ? "false" : "true")})"))]));
        foreach (var table in other.Where(t => _tables[t].Rows.Length > 0))
        {
            await using var rows = await connection.BeginTextImportAsync($"COPY {table} FROM STDIN");
            await rows.WriteAsync(_tables[table].Rows);
        }

        await transaction.CommitAsync();
        return true;
    }

    private static async Task Run(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // Names of our own tables.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<List<T>> Read<T>(NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read)
    {
#pragma warning disable CA2100
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
