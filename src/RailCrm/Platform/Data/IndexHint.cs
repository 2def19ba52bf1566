using System.Data.Common;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace RailCrm.Platform.Data;

/// <summary>Tells SQLite which index to read a table by, where its planner, which has no statistics, would read the table row by row. PostgreSQL chooses for itself.</summary>
internal sealed partial class IndexHint : DbCommandInterceptor
{
    private const string Mark = "-- read by ";

    public static readonly IndexHint Instance = new();

    /// <summary>The first table of the statement is read by this index, or the statement fails: only for an index that holds all that is asked.</summary>
    public static IQueryable<T> By<T>(IQueryable<T> rows, string index) => rows.TagWith(Mark[3..] + index);

    public override InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
    {
        Write(command);
        return result;
    }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Write(command);
        return new(result);
    }

    private static void Write(DbCommand command)
    {
        if (command.CommandText.StartsWith(Mark, StringComparison.Ordinal))
        {
            var name = command.CommandText[Mark.Length..command.CommandText.IndexOf('\n', StringComparison.Ordinal)].Trim();
#pragma warning disable CA2100 // The name is a constant of ours.
            command.CommandText = FirstTable().Replace(command.CommandText, m => $"{m.Value} INDEXED BY \"{name}\"", 1);
#pragma warning restore CA2100
        }
    }

    [GeneratedRegex("FROM \"[a-z_]+\" AS \"[a-z0-9]+\"")]
    private static partial Regex FirstTable();
}
