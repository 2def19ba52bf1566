using System.Globalization;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Lists;

/// <summary>The rows that an import made or changed, as a filter of their list: <c>12.created</c>, <c>12.updated</c>. What is kept for taking the import back names them, by its key.</summary>
internal static class Brought
{
    /// <summary>The field's name in addresses.</summary>
    public const string Key = "brought";

    /// <summary>More rows are no list that is filtered by their ids; the import's own page walks them.</summary>
    public const int Most = 20_000;

    /// <summary>How much an import may have made and changed of all kinds, so that those of one are found while a reader waits.</summary>
    private const int MostOfAll = 200_000;

    /// <summary>The address of those rows in their list; null where they are none or too many.</summary>
    /// <param name="path">The list's page.</param>
    /// <param name="import">The import.</param>
    /// <param name="action">created or updated.</param>
    /// <param name="count">How many they are.</param>
    /// <param name="ofAll">How many rows of all kinds the import made or changed.</param>
    public static string? Href(string path, long import, string action, long count, long ofAll) =>
        count is > 0 and <= Most && ofAll <= MostOfAll ? string.Create(CultureInfo.InvariantCulture, $"{path}?view=all&{Key}={import}.{action}") : null;

    /// <summary>The filter.</summary>
    /// <param name="entity">How imports name the list's rows.</param>
    public static ListField<TRow> Of<TRow>(string entity) where TRow : class => ListField<TRow>.Only(Key, "list.brought", FieldKind.Text, ["="], async (db, asked, ct) =>
    {
        if (!(await Ids(db, entity, asked.Values, ct)).TryGet(out var ids, out var refusal))
        {
            return refusal;
        }

        var row = Expression.Parameter(typeof(TRow), "row");
        var holds = Expression.Lambda<Func<TRow, bool>>(Compare.Among(Expression.Property(row, "Id"), ids), row);
        return new Condition<TRow>(holds, db.Set<TRow>().IgnoreQueryFilters().Where(holds).Select(Expression.Lambda<Func<TRow, long>>(Expression.Property(row, "Id"), row)), Indexed: true);
    }).Coded(Said).Hidden();

    /// <summary>The ids of those rows; refused where they are too many.</summary>
    public static async Task<Result<List<long>>> Ids(CrmDb db, string entity, IReadOnlyList<string> values, CancellationToken ct)
    {
        var ids = new List<long>();
        foreach (var value in values)
        {
            if (value.Split('.') is not [var number, "created" or "updated"] || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var import))
            {
                return new Refusal.InvalidMany([new(Key, "list.value_wrong", Text.Texts.Get("list.brought"), value)]);
            }

            var action = value[(number.Length + 1)..];
            ids.AddRange(await db.Database.SqlQuery<long>($"SELECT entity_id AS \"Value\" FROM import_rows WHERE import_id = {import} AND action = {action} AND entity = {entity} LIMIT {Most + 1}").ToListAsync(ct));
        }

        return ids.Count > Most ? new Refusal.InvalidMany([new(Key, "list.brought_many", Most)]) : ids.Distinct().ToList();
    }

    private static string? Said(string value) => value.Split('.') is [var import, "created" or "updated"] ? Text.Texts.Get(value.EndsWith("created", StringComparison.Ordinal) ? "list.brought_created" : "list.brought_updated", import) : null;
}
