using System.Data.Common;
using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace RailCrm.Benchmarks;

/// <summary>The SQL that a use case sends, caught on the way and sent again straight to the engine: its own time for the same work.</summary>
internal sealed class Statements : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
{
    private static readonly AsyncLocal<List<Statement>?> Caught = new();

    private sealed record Statement(string Sql, DbParameter[] Parameters);

    private Statements()
    {
    }

    /// <summary>Listens to EF Core from now on.</summary>
    public static void Listen() => DiagnosticListener.AllListeners.Subscribe(new Statements());

    /// <summary>Runs each use case once and then its statements, again and again on one connection of the product's kind.</summary>
    public static async Task<(Timing Timing, string Sql)> Replay(Database database, IReadOnlyList<Func<Task>> useCases, TimeSpan duration)
    {
        var work = new List<List<Statement>>();
        foreach (var useCase in useCases)
        {
            var caught = Caught.Value = [];
            await useCase();
            Caught.Value = null;
            work.Add(caught);
        }

        await using var connection = await database.Raw();
        var (times, watch) = (new List<double>(), Stopwatch.StartNew());
        for (var n = 0; watch.Elapsed < duration || n < work.Count * 2; n++)
        {
            var from = Stopwatch.GetTimestamp();
            foreach (var statement in work[n % work.Count])
            {
                await Send(connection, statement);
            }

            if (n >= work.Count) // The first round warms up.
            {
                times.Add(Stopwatch.GetElapsedTime(from).TotalMilliseconds);
            }
        }

        return (Timing.Of(times, watch.Elapsed), string.Join(";\n", work[0].Select(s => s.Sql)));
    }

    private static async Task Send(DbConnection connection, Statement statement)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // What the product sends.
        command.CommandText = statement.Sql;
#pragma warning restore CA2100
        foreach (var parameter in statement.Parameters)
        {
            command.Parameters.Add(Copy(parameter));
        }

        await using var reader = await command.ExecuteReaderAsync();
        var row = new object[Math.Max(1, reader.FieldCount)];
        while (await reader.ReadAsync())
        {
            reader.GetValues(row);
        }
    }

    private static DbParameter Copy(DbParameter parameter) => parameter is NpgsqlParameter postgres
        ? postgres.Clone()
        : new SqliteParameter { ParameterName = parameter.ParameterName, Value = parameter.Value };

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == DbLoggerCategory.Name)
        {
            value.Subscribe(this);
        }
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (Caught.Value is { } caught && value.Key == RelationalEventId.CommandExecuting.Name && value.Value is CommandEventData data)
        {
            caught.Add(new(data.Command.CommandText, [.. data.Command.Parameters.Cast<DbParameter>().Select(Copy)]));
        }
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    private static class DbLoggerCategory
    {
        public const string Name = "Microsoft.EntityFrameworkCore";
    }
}
