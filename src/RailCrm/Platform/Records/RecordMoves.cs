using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Records;

/// <summary>What hangs on a record goes along when the record comes to belong to another customer.</summary>
public static class RecordMoves
{
#pragma warning disable EF1002, EF1003 // Names of tables and columns of ours, and numbers.
    /// <summary>After these records of a kind were given to other customers.</summary>
    /// <param name="db">The database, in the transaction of the move.</param>
    /// <param name="kind">One of <see cref="RecordKind"/>, not the customer.</param>
    /// <param name="record">The record's entity.</param>
    /// <param name="ids">The records.</param>
    /// <param name="ct">Cancels.</param>
    public static Task Follow(CrmDb db, string kind, Type record, IReadOnlyCollection<long> ids, CancellationToken ct) =>
        ids is { Count: > 0 } ? Each(db, kind, record, $"r.id IN ({string.Join(',', ids)})", ct) : Task.CompletedTask;

    /// <summary>After a merge was taken back: what was written meanwhile at records that went home.</summary>
    public static Task Home(CrmDb db, string kind, Type record, long survivorId, CancellationToken ct) =>
        Each(db, kind, record, $"t.customer_id = {survivorId.ToString(System.Globalization.CultureInfo.InvariantCulture)}", ct);

    /// <summary>Before a record is removed for good, not the customer: what hangs on it goes. The bytes of its files are swept later.</summary>
    public static async Task Forget(CrmDb db, string kind, long id, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        var types = db.Model.GetEntityTypes().Where(t => t.ClrType.IsAssignableTo(typeof(IOnRecord))).ToList();
        foreach (var type in types.OrderByDescending(t => t.GetForeignKeys().Any(f => f.PrincipalEntityType != t && types.Contains(f.PrincipalEntityType)))) // Versions before their files.
        {
            var sql = $"DELETE FROM {type.GetTableName()} WHERE record_kind = {{0}} AND record_id = {{1}}";
            if (type.GetForeignKeys().FirstOrDefault(f => f.PrincipalEntityType == type) is { } above)
            {
                await db.Database.ExecuteSqlRawAsync($"{sql} AND {above.Properties[0].GetColumnName()} IS NOT NULL", [kind, id], ct); // Answers before what they answer.
            }

            await db.Database.ExecuteSqlRawAsync(sql, [kind, id], ct);
        }
    }

    private static async Task Each(CrmDb db, string kind, Type record, string which, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        var records = db.Model.FindEntityType(record)!.GetTableName();
        foreach (var table in db.Model.GetEntityTypes().Where(t => t.ClrType.IsAssignableTo(typeof(IOnRecord))).Select(t => t.GetTableName()!).Order(StringComparer.Ordinal))
        {
            await db.Database.ExecuteSqlRawAsync($"UPDATE {table} AS t SET customer_id = r.customer_id FROM {records} r WHERE t.record_kind = {{0}} AND t.record_id = r.id AND t.customer_id <> r.customer_id AND {which}", [kind], ct);
        }
    }
#pragma warning restore EF1002, EF1003
}
