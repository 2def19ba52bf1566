using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;

namespace RailCrm.Modules.Exchange;

/// <summary>The record that a row of a file speaks of, and what the row would change of it.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Href">Where it stands.</param>
/// <param name="Changes">Field by field; empty where nothing would change.</param>
internal sealed record Meeting(string Name, string Href, IReadOnlyList<CellChange> Changes);

/// <summary>A field that would change, as people read it.</summary>
/// <param name="Field">As the kind of file names it.</param>
/// <param name="Before">What stands there; null where nothing does.</param>
/// <param name="After">What will stand there.</param>
internal sealed record CellChange(string Field, string? Before, string? After)
{
    /// <summary>Those of some fields that differ.</summary>
    public static IEnumerable<CellChange> Of(params IEnumerable<(string Field, string? Before, string? After)> fields) =>
        fields.Select(f => new CellChange(f.Field, PlainText.Trimmed(f.Before), PlainText.Trimmed(f.After))).Where(c => c.Before != c.After);
}

/// <summary>What rows would change of the group's own fields, a batch at a time.</summary>
internal static class OwnChanges
{
    /// <summary>A row.</summary>
    /// <param name="Custom">What is stored.</param>
    /// <param name="Said">Key → what was typed; null where the row says nothing.</param>
    /// <param name="CustomerId">Whose it is.</param>
    /// <param name="Id">Its key.</param>
    public sealed record Row(string? Custom, IReadOnlyDictionary<string, string?>? Said, long CustomerId, long Id);

    /// <summary>One answer for each row; a text that is not understood changes nothing.</summary>
    public static async Task<IReadOnlyList<IReadOnlyList<CellChange>>> Of(CrmDb db, CustomFields fields, string list, IReadOnlyList<Row> rows, CancellationToken ct)
    {
        if (!rows.Any(r => r.Said is not null))
        {
            return [.. rows.Select(_ => Array.Empty<CellChange>())];
        }

        var read = await new CustomBatch(db, fields, list, "CAST(id AS text)").Read([.. rows.Select(r => new CustomBatch.Asked(r.Said, r.CustomerId, r.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)))], ct);
        return await Between(db, fields, list, [.. rows.Zip(read, (r, u) => (r.Custom, CustomValue.With(r.Custom, u.Values)))], ct);
    }

    /// <summary>Of rows that are known before and after.</summary>
    public static async Task<IReadOnlyList<IReadOnlyList<CellChange>>> Between(CrmDb db, CustomFields fields, string list, IReadOnlyList<(string? Before, string? After)> rows, CancellationToken ct)
    {
        var (was, now) = (await fields.Cells(db, list, [.. rows.Select(r => r.Before)], ct), await fields.Cells(db, list, [.. rows.Select(r => r.After)], ct));
        var keys = fields.Of(list, db.Actor).Select(f => f.Key).ToList();
        return [.. rows.Select((_, i) => (IReadOnlyList<CellChange>)[.. CellChange.Of(keys.Select((key, f) => (key, (string?)was[i][f].Plain(), (string?)now[i][f].Plain())))])];
    }
}
