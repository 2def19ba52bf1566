using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
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

    /// <summary>Rows that went from one record to another of its kind.</summary>
    /// <param name="Table">Where they stand.</param>
    /// <param name="From">The record they hung on.</param>
    /// <param name="Ids">The rows.</param>
    public sealed record Handed(string Table, long From, IReadOnlyList<long> Ids);

    /// <summary>How many rows of a table hang on a record, those in the bin too.</summary>
    public static Task<long> Count(CrmDb db, string table, string kind, long id, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        return db.Database.SqlQueryRaw<long>($"SELECT count(*) AS \"Value\" FROM {Kinds(db).First(t => t.GetTableName() == table).GetTableName()} WHERE record_kind = {{0}} AND record_id = {{1}}", kind, id).SingleAsync(ct);
    }

    /// <summary>What hangs on one record hangs on another from then on, those in the bin too; a mark stays where its owner has the same on the other.</summary>
    /// <param name="db">The database, in the transaction of the merge.</param>
    /// <param name="kind">One of <see cref="RecordKind"/>, not the customer.</param>
    /// <param name="from">The record that goes.</param>
    /// <param name="to">The record that stays.</param>
    /// <param name="customerId">Whose that one is.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<List<Handed>> Hand(CrmDb db, string kind, long from, long to, long customerId, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        var handed = new List<Handed>();
        foreach (var type in Kinds(db))
        {
            var free = type.ClrType == typeof(RecordMark) ? " AND NOT EXISTS (SELECT 1 FROM record_marks AS o WHERE o.record_kind = t.record_kind AND o.record_id = {2} AND o.user_id = t.user_id AND o.mark = t.mark)" : "";
            var sql = $"UPDATE {type.GetTableName()} AS t SET record_id = {{2}}, customer_id = {{3}}{Raise(type)} WHERE t.record_kind = {{0}} AND t.record_id = {{1}}{free} RETURNING id AS \"Value\"";
            if (await db.Database.SqlQueryRaw<long>(sql, kind, from, to, customerId).ToListAsync(ct) is { Count: > 0 } ids)
            {
                handed.Add(new(type.GetTableName()!, from, [.. ids.Order()]));
            }
        }

        return handed;
    }

    /// <summary>Gives back what was handed over and still is where it went, and what has come since and belongs to that: replies, earlier versions of a file, lines about a note. Answers table → rows.</summary>
    public static async Task<Dictionary<string, long>> HandBack(CrmDb db, string kind, long to, IEnumerable<Handed> handed, IReadOnlyDictionary<long, long> customerOf, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(handed);
        ArgumentNullException.ThrowIfNull(customerOf);
        var (types, back) = (Kinds(db), new Dictionary<string, long>());
        foreach (var (table, from, ids) in handed)
        {
            var type = types.First(t => t.GetTableName() == table);
            foreach (var some in ids.Chunk(5_000))
            {
                var sql = $"UPDATE {type.GetTableName()} SET record_id = {{2}}, customer_id = {{3}}{Raise(type)} WHERE record_kind = {{0}} AND record_id = {{1}} AND id IN ({string.Join(',', some)})";
                back[table] = back.GetValueOrDefault(table) + await db.Database.ExecuteSqlRawAsync(sql, [kind, to, from, customerOf[from]], ct);
            }
        }

        foreach (var (table, column, above) in types.SelectMany(t => t.GetForeignKeys().Where(f => types.Contains(f.PrincipalEntityType)).Select(f => (t.GetTableName(), f.Properties[0].GetColumnName(), f.PrincipalEntityType.GetTableName()))).Append(("inbox_lines", "note_id", "notes")).Distinct())
        {
            var sql = $"UPDATE {table} AS t SET record_id = a.record_id, customer_id = a.customer_id FROM {above} AS a WHERE t.record_kind = {{0}} AND t.record_id = {{1}} AND a.id = t.{column} AND a.record_id <> t.record_id";
            await db.Database.ExecuteSqlRawAsync(sql, [kind, to], ct);
        }

        return back;
    }

    private static List<IEntityType> Kinds(CrmDb db) => [.. db.Model.GetEntityTypes().Where(t => t.ClrType.IsAssignableTo(typeof(IOnRecord))).OrderBy(t => t.GetTableName(), StringComparer.Ordinal)];

    private static string Raise(IEntityType type) => type.ClrType.IsAssignableTo(typeof(IVersioned)) ? ", version = version + 1" : "";

    /// <summary>Before a record is removed for good, not the customer: what hangs on it goes. The bytes of its files are swept later.</summary>
    public static async Task Forget(CrmDb db, string kind, long id, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        var types = Kinds(db);
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
        foreach (var table in Kinds(db).Select(t => t.GetTableName()))
        {
            await db.Database.ExecuteSqlRawAsync($"UPDATE {table} AS t SET customer_id = r.customer_id FROM {records} r WHERE t.record_kind = {{0}} AND t.record_id = r.id AND t.customer_id <> r.customer_id AND {which}", [kind], ct);
        }
    }
#pragma warning restore EF1002, EF1003
}
