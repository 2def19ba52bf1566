using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Customers;

/// <summary>Moves rows of one kind from customer to customer, set by set, and keeps which. Past every filter: what hangs on a customer moves whole, what lies in the bin too.</summary>
/// <param name="db">The database, in the transaction of the merge.</param>
/// <param name="entity">The rows; their key is <c>Id</c>.</param>
/// <param name="property">The property that names the customer.</param>
public sealed class MovedRows(CrmDb db, Type entity, string property)
{
    private readonly string _table = db.Model.FindEntityType(entity)!.GetTableName()!;
    private readonly string _column = db.Model.FindEntityType(entity)!.FindProperty(property)!.GetColumnName();
    private readonly string _raise = entity.IsAssignableTo(typeof(IVersioned)) ? ", version = version + 1" : "";

    /// <summary>Keeps that rows went from one customer to another.</summary>
    public static async Task Note(CrmDb db, long mergeId, string kind, long from, long to, IReadOnlyList<long> rising, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        if (rising.Count > 0)
        {
            db.Add(new MergeRow { MergeId = mergeId, Kind = kind, FromId = from, ToId = to, RowIds = MergeRow.Pack(rising) });
            await db.SaveChangesAsync(ct);
        }
    }

    /// <summary>The rows that went from one customer to another.</summary>
    public static async Task<List<long>> Noted(CrmDb db, long mergeId, string kind, long from, long to, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        return [.. (await db.Set<MergeRow>().AsNoTracking().Where(r => r.MergeId == mergeId && r.Kind == kind && r.FromId == from && r.ToId == to).Select(r => r.RowIds).ToListAsync(ct)).SelectMany(MergeRow.Unpack)];
    }

#pragma warning disable EF1002, EF1003 // Names of tables and columns of ours, and numbers.
    /// <summary>How many rows a customer has.</summary>
    public Task<long> Count(long customerId, CancellationToken ct) =>
        db.Database.SqlQueryRaw<long>($"SELECT count(*) AS \"Value\" FROM {_table} WHERE {_column} = {Number(customerId)}", []).SingleAsync(ct);

    /// <summary>Moves all rows, or <paramref name="only"/> some, and keeps which; answers how many.</summary>
    public async Task<long> Move(long mergeId, string kind, long from, long to, IReadOnlyCollection<long>? only, CancellationToken ct)
    {
        var ids = only is null
            ? await db.Database.SqlQueryRaw<long>($"SELECT id AS \"Value\" FROM {_table} WHERE {_column} = {Number(from)}", []).ToListAsync(ct)
            : [.. only];
        ids.Sort();
        await Note(db, mergeId, kind, from, to, ids, ct);
        return ids.Count == 0 ? 0 : only is null
            ? await db.Database.ExecuteSqlRawAsync($"UPDATE {_table} SET {_column} = {Number(to)}{_raise} WHERE {_column} = {Number(from)}", [], ct)
            : await db.Database.ExecuteSqlRawAsync($"UPDATE {_table} SET {_column} = {Number(to)}{_raise} WHERE {_column} = {Number(from)} AND {Among(db, "id")}", [Parameter(db, ids)], ct);
    }

    /// <summary>Moves back the rows that went <paramref name="from"/> → <paramref name="to"/> and are still there; answers how many.</summary>
    /// <param name="mergeId">The merge.</param>
    /// <param name="kind">The kind they were kept under.</param>
    /// <param name="from">Where they hung before.</param>
    /// <param name="to">Where they went.</param>
    /// <param name="unless">A condition of ours under which a row stays, about <c>t</c>; null for none.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<long> GiveBack(long mergeId, string kind, long from, long to, string? unless, CancellationToken ct) =>
        await Noted(db, mergeId, kind, from, to, ct) is { Count: > 0 } ids
            ? await db.Database.ExecuteSqlRawAsync($"UPDATE {_table} AS t SET {_column} = {Number(from)}{_raise} WHERE t.{_column} = {Number(to)} AND {Among(db, "t.id")}{(unless is null ? "" : $" AND NOT ({unless})")}", [Parameter(db, ids)], ct)
            : 0;
#pragma warning restore EF1002, EF1003

    /// <summary>The condition that a column is among the ids of parameter 0.</summary>
    public static string Among(CrmDb db, string column)
    {
        ArgumentNullException.ThrowIfNull(db);
        return db.IsPostgres ? $"{column} = ANY({{0}})" : $"{column} IN (SELECT value FROM json_each({{0}}))";
    }

    /// <summary>Ids as one parameter, however many they are.</summary>
    public static object Parameter(CrmDb db, IReadOnlyList<long> ids)
    {
        ArgumentNullException.ThrowIfNull(db);
        return db.IsPostgres ? ids.ToArray() : JsonSerializer.Serialize(ids);
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
