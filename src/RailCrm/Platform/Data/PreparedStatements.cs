using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace RailCrm.Platform.Data;

/// <summary>
/// Keeps what SQLite has made of a statement for as long as a transaction has its connection open. A row of customers is written through some thirty indexes and five triggers:
/// to prepare its <c>UPDATE</c> takes a quarter of a millisecond, more than to run it, and EF Core asks for that anew with every row of a save.
/// </summary>
internal sealed class PreparedStatements : DbCommandInterceptor
{
    public static readonly PreparedStatements Instance = new();

    /// <summary>By connection, since closing one ends what was prepared on it.</summary>
    private readonly ConditionalWeakTable<DbConnection, Dictionary<string, Prepared>> _kept = [];

    private sealed class Prepared(SqliteCommand command)
    {
        public SqliteCommand Command { get; } = command;
        public SqliteDataReader? Reader { get; set; }
    }

    public override InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result) =>
        eventData.CommandSource == CommandSource.SaveChanges && !result.HasResult && Of((SqliteCommand)command) is { } kept ? InterceptionResult<DbDataReader>.SuppressWithResult(kept.Reader = kept.Command.ExecuteReader()) : result;

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default) =>
        new(ReaderExecuting(command, eventData, result));

    /// <summary>The statement as it was prepared, with the values of this one; null where there is no transaction, or its last answer is still being read.</summary>
    private Prepared? Of(SqliteCommand asked)
    {
        if (asked.Transaction is null || asked.Connection is not { } connection)
        {
            return null;
        }

        var statements = _kept.GetValue(connection, c =>
        {
            c.StateChange += Closed;
            return [];
        });
        if (!statements.TryGetValue(asked.CommandText, out var kept))
        {
#pragma warning disable CA2100, CA2000 // EF Core's own text; closing the connection disposes the command.
            statements[asked.CommandText] = kept = new(new SqliteCommand(asked.CommandText, connection, asked.Transaction));
#pragma warning restore CA2100, CA2000
        }

        if (kept.Reader is { IsClosed: false })
        {
            return null;
        }

        (kept.Command.Transaction, kept.Command.CommandTimeout) = (asked.Transaction, asked.CommandTimeout);
        kept.Command.Parameters.Clear();
        foreach (SqliteParameter parameter in asked.Parameters)
        {
            kept.Command.Parameters.Add(parameter);
        }

        return kept;
    }

    /// <summary>It may be opened again with another native one.</summary>
    private void Closed(object connection, System.Data.StateChangeEventArgs change)
    {
        if (change.CurrentState != System.Data.ConnectionState.Open)
        {
            ((DbConnection)connection).StateChange -= Closed;
            _kept.Remove((DbConnection)connection);
        }
    }
}
