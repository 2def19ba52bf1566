using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace RailCrm.Tests;

/// <summary>The two databases every data-touching test runs on.</summary>
public enum Engine
{
    /// <summary>A file.</summary>
    Sqlite,

    /// <summary>A server of our own, started from installed binaries.</summary>
    Postgres,
}

/// <summary>Gives a theory both engines.</summary>
public sealed class BothEngines : TheoryData<Engine>
{
    /// <summary>Creates it.</summary>
    public BothEngines()
    {
        Add(Engine.Sqlite);
        Add(Engine.Postgres);
    }
}

/// <summary>A PostgreSQL server for this run of the tests: temporary folder, free loopback port, gone afterwards.</summary>
internal static class PostgresServer
{
    private static readonly Lazy<Task<string>> Started = new(Start);

    /// <summary>Connection string without a database. Skips the test where PostgreSQL is not installed, fails it under CI.</summary>
    public static async Task<string> Connection()
    {
        if (Find() is null && Environment.GetEnvironmentVariable("CI") != "true")
        {
            Assert.Skip("PostgreSQL is not installed (looked in PATH and /usr/lib/postgresql).");
        }

        return await Started.Value;
    }

    private static string? Find() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Concat(Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(d => Path.Combine(d, "bin")) : [])
            .FirstOrDefault(d => File.Exists(Path.Combine(d, "initdb")) && File.Exists(Path.Combine(d, "postgres")));

    private static async Task<string> Start()
    {
        var bin = Find() ?? throw new InvalidOperationException("PostgreSQL is not installed (looked in PATH and /usr/lib/postgresql).");
        // In memory where there is ample room for some hundred databases: the server waits for its disk with every commit.
        const string Memory = "/dev/shm";
        const long Room = 16L << 30;
        var folder = Directory.Exists(Memory) && new DriveInfo(Memory).AvailableFreeSpace > Room ? Directory.CreateDirectory($"{Memory}/railcrm-pg-{Guid.NewGuid():N}").FullName : Directory.CreateTempSubdirectory("railcrm-pg-").FullName;
        var asRoot = Environment.UserName == "root";
        if (asRoot)
        {
            await Run("chown", "postgres", folder);
        }

        int port;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        // Hundreds of small databases that live for seconds: nothing is worth cleaning or compiling, and no log is shipped. What makes a commit safe stays on: the doctor looks at it.
        const string Brief = "-c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=4GB -c checkpoint_timeout=1h -c autovacuum=off -c jit=off";
        Task Server(string program, params string[] arguments) =>
            asRoot ? Run("runuser", ["-u", "postgres", "--", Path.Combine(bin, program), .. arguments]) : Run(Path.Combine(bin, program), arguments);

        await Server("initdb", "-D", $"{folder}/data", "-U", "railcrm", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync");
        await Server("pg_ctl", "-D", $"{folder}/data", "-l", $"{folder}/log", "-w", "-o", $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c max_connections=300 -c shared_buffers=128MB {Brief}", "start");
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            Server("pg_ctl", "-D", $"{folder}/data", "-m", "immediate", "stop").Wait(TimeSpan.FromSeconds(20));
            Directory.Delete(folder, recursive: true);
        };
        return $"Host=127.0.0.1;Port={port};Username=railcrm";
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

    /// <summary>A new database, a copy of <paramref name="template"/> where one is named.</summary>
    public static async Task<string> Create(string name, string? template)
    {
        var server = await Connection();
        await using var connection = new NpgsqlConnection($"{server};Database=postgres;Pooling=false");
        await connection.OpenAsync();
        // Copying files takes half as long as writing the copy to the log, the default since 15.
        var copy = template is null ? "" : $" TEMPLATE {template}{(connection.PostgreSqlVersion.Major >= 15 ? " STRATEGY FILE_COPY" : "")}";
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}{copy}", connection);
        await command.ExecuteNonQueryAsync();
        return $"{server};Database={name};Maximum Pool Size=20";
    }
}
