using System.Data.Common;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RailCrm.Platform;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;

namespace RailCrm.Benchmarks;

/// <summary>The database under test: a SQLite file, or a PostgreSQL server of our own started from installed binaries. Both are kept for the next run.</summary>
internal sealed class Database : IAsyncDisposable
{
    /// <summary>Written last, so that a half-made database is not taken for a whole one.</summary>
    private const string Finished = "finished";

    private readonly string _folder;
    private readonly Func<Task> _stop;
    private readonly WebApplication _app;

    private Database(string folder, string connection, string product, Func<Task> stop)
    {
        (_folder, Connection, Product, _stop) = (folder, connection, product, stop);
        Home = Directory.CreateDirectory(Path.Combine(folder, "home")).FullName;
        _app = WebHost.Build([], new(connection, Home)); // Never started: only its services are used, in this process.
    }

    /// <summary>As in <c>RAILCRM_DATABASE</c>.</summary>
    public string Connection { get; }

    /// <summary>The product's data folder.</summary>
    public string Home { get; }

    /// <summary>Folder of the product that is measured on it.</summary>
    public string Product { get; }

    public bool Postgres => Storage.IsPostgres(Connection);

    public bool IsFinished => File.Exists(Path.Combine(_folder, Finished));

    public IServiceProvider Services => _app.Services;

    public void MarkFinished(string says) => File.WriteAllText(Path.Combine(_folder, Finished), says);

    public static async Task<Database> Open(Options options)
    {
        var folder = Path.Combine(options.Data, options.Postgres ? "postgres" : "sqlite");
        if (options.Verb == "generate" && Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(folder);
        if (!options.Postgres)
        {
            return new(folder, $"Data Source={Path.Combine(folder, "crm.db")}", options.Product, () => Task.CompletedTask);
        }

        var (server, stop) = await StartPostgres(Path.Combine(folder, "server"));
        if (options.Verb == "generate")
        {
            await using var source = NpgsqlDataSource.Create($"{server};Database=postgres;Pooling=false");
            await using var create = source.CreateCommand("CREATE DATABASE crm");
            await create.ExecuteNonQueryAsync();
        }

        return new(folder, $"{server};Database=crm", options.Product, stop);
    }

    /// <summary>Does something with the product's own services, as somebody.</summary>
    public async Task<T> With<T>(Actor actor, Func<IServiceProvider, Task<T>> act)
    {
        await using var services = Services.CreateAsyncScope();
        services.ServiceProvider.GetRequiredService<CurrentActor>().Actor = actor;
        return await act(services.ServiceProvider);
    }

    /// <summary>Runs a job of the night; gives how long it took, the processor time of this process meanwhile, and what it says.</summary>
    public Task<(double Seconds, double Processor, string Said)> Night(string kind) => With(Actor.System("cli"), async services =>
    {
        var db = services.GetRequiredService<CrmDb>();
        var job = new Job { Kind = kind, CreatedAt = db.UtcNow };
        db.Add(job);
        await db.SaveChangesAsync();
        return await Finish(services, job.Id);
    });

    /// <summary>Runs jobs until one has ended.</summary>
    public static async Task<(double Seconds, double Processor, string Said)> Finish(IServiceProvider services, long id)
    {
        var (db, runner, watch, processor) = (services.GetRequiredService<CrmDb>(), services.GetRequiredService<Runner>(), Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        while (await db.Set<Job>().AsNoTracking().AnyAsync(j => j.Id == id && (j.State == "queued" || j.State == "running")))
        {
            await runner.RunOne(default);
        }

        var ended = await db.Set<Job>().AsNoTracking().SingleAsync(j => j.Id == id);
        return ended.State == "completed" ? (watch.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - processor).TotalSeconds, ended.Result ?? "") : throw new InvalidOperationException($"{ended.Kind} {ended.State}: {ended.Result}");
    }

    /// <summary>A connection past the product, opened as the product opens its own.</summary>
    public async Task<DbConnection> Raw()
    {
        DbConnection connection = Postgres ? new NpgsqlConnection(Connection) : new SqliteConnection(Connection + ";Pooling=false");
        await connection.OpenAsync();
        if (!Postgres)
        {
            await Execute(connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=30000; PRAGMA cache_size=-32768; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0; PRAGMA foreign_keys=ON");
        }

        return connection;
    }

#pragma warning disable CA2100 // SQL of ours.
    public static async Task Execute(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        (command.CommandText, command.CommandTimeout) = (sql, 0);
        await command.ExecuteNonQueryAsync();
    }

    public static async Task<List<T>> Read<T>(DbConnection connection, string sql, Func<DbDataReader, T> row)
    {
        await using var command = connection.CreateCommand();
        (command.CommandText, command.CommandTimeout) = (sql, 0);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
        {
            rows.Add(row(reader));
        }

        return rows;
    }
#pragma warning restore CA2100

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        SqliteConnection.ClearAllPools();
        NpgsqlConnection.ClearAllPools();
        await _stop();
    }

    /// <remarks>Everything that makes a commit safe stays on. A quarter of a small server's memory as buffers, costs of a solid-state disk.</remarks>
    private static async Task<(string Connection, Func<Task> Stop)> StartPostgres(string folder)
    {
        var bin = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Concat(Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(d => Path.Combine(d, "bin")) : [])
            .FirstOrDefault(d => File.Exists(Path.Combine(d, "initdb")) && File.Exists(Path.Combine(d, "postgres"))) ?? throw new InvalidOperationException("PostgreSQL is not installed (looked in PATH and /usr/lib/postgresql).");
        var asRoot = Environment.UserName == "root"; // PostgreSQL refuses to run as root.
        Task Server(string program, params string[] arguments) =>
            asRoot ? Run("runuser", ["-u", "postgres", "--", Path.Combine(bin, program), .. arguments]) : Run(Path.Combine(bin, program), arguments);
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
            if (asRoot)
            {
                await Run("chown", "postgres", folder);
            }

            await Server("initdb", "-D", $"{folder}/data", "-U", "railcrm", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8");
        }

        int port;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        // The socket lies in /tmp because its path may have 107 bytes only.
        await Server("pg_ctl", "-D", $"{folder}/data", "-l", $"{folder}/log", "-w", "-t", "300", "-o", $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=/tmp -c shared_buffers=2GB -c effective_cache_size=6GB -c work_mem=16MB -c maintenance_work_mem=512MB -c max_wal_size=8GB -c random_page_cost=1.1", "start");
        return ($"Host=127.0.0.1;Port={port};Username=railcrm", () => Server("pg_ctl", "-D", $"{folder}/data", "-m", "fast", "-w", "stop"));
    }

    private static async Task Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = Path.GetTempPath() };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        // pg_ctl's server inherits the pipes, so they are read only when the program itself fails.
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {await process.StandardError.ReadToEndAsync()}");
        }
    }
}
