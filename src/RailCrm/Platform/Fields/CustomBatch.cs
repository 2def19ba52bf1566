using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Fields;

/// <summary>Reads the own fields of many rows at once, for whoever writes in bulk: by the rules of <see cref="CustomFields.Apply"/>, with a few queries a batch and none a row.</summary>
/// <param name="db">The database.</param>
/// <param name="fields">All fields.</param>
/// <param name="list">The rows' list.</param>
/// <param name="keySql">Says in SQL what names a row, so that a row may keep the value of a unique field that it has.</param>
internal sealed class CustomBatch(CrmDb db, CustomFields fields, string list, string keySql)
{
    private const int Remembered = 50_000;
    private const int LongestReference = 300;

    private readonly Dictionary<(CustomKind Kind, string Typed, long CustomerId), JsonNode> _found = [];

    /// <summary>What is said of one row.</summary>
    /// <param name="Said">Key → what was typed; an empty text says nothing. Null where the row says nothing at all.</param>
    /// <param name="CustomerId">Whose it is; 0 where that is yet to be made.</param>
    /// <param name="Key">What names the row, as the SQL says it.</param>
    public readonly record struct Asked(IReadOnlyDictionary<string, string?>? Said, long CustomerId, string Key);

    /// <summary>What was understood of a row, and what was not.</summary>
    public sealed record Understood(SortedDictionary<string, JsonElement> Values, List<FieldError> Errors);

    private sealed record Holder(string Place, string Held);

    /// <summary>Reads a batch, in its order.</summary>
    public async Task<Understood[]> Read(IReadOnlyList<Asked> rows, CancellationToken ct)
    {
        var all = fields.Of(list, db.Actor);
        await Look(rows, all, ct);
        Understood[] read = [.. rows.Select(r => Read(r, all))];
        foreach (var field in all.Where(f => f.Unique))
        {
            await Unique(field, rows, read, ct);
        }

        return read;
    }

    /// <summary>Fields that a new row must have: of those that are spoken of, since whatever says nothing of them does not know them.</summary>
    /// <param name="row">What was understood.</param>
    /// <param name="said">What was said.</param>
    /// <param name="input">The rest of what was said.</param>
    public List<FieldError> Missing(Understood row, IReadOnlyDictionary<string, string?>? said, object input) => said is null ? [] :
        [.. fields.Of(list, db.Actor).Where(f => f.Required && said.ContainsKey(f.Key) && !row.Values.ContainsKey(f.Key) && CustomFields.IsAsked(f, row.Values, input)).Select(f => new FieldError(CustomValue.Name(f), "fields.missing", f.Called))];

    /// <summary>Whether any field must be filled in.</summary>
    public bool AnyRequired => fields.Of(list, db.Actor).Any(f => f.Required);

    /// <summary>Fields that must be filled in and are not in a row as it would be written.</summary>
    public List<FieldError> Missing(string? json, object input)
    {
        var known = CustomValue.Read(json);
        return [.. fields.Of(list, db.Actor).Where(f => f.Required && !known.ContainsKey(f.Key) && CustomFields.IsAsked(f, known, input)).Select(f => new FieldError(CustomValue.Name(f), "fields.missing", f.Called))];
    }

    private Understood Read(Asked row, IReadOnlyList<CustomField> all)
    {
        var read = new Understood([], []);
        foreach (var field in row.Said is null ? [] : all)
        {
            if (!row.Said!.TryGetValue(field.Key, out var typed) || string.IsNullOrWhiteSpace(typed))
            {
                continue;
            }

            FieldError? error = null;
            var value = fields.Reference(field.Kind) is null ? CustomValue.Understood(field, typed, out error) : _found.GetValueOrDefault(Reference(field, typed, row));
            if (value is null)
            {
                read.Errors.Add(error ?? new(CustomValue.Name(field), "fields.reference_unknown", field.Called, typed));
            }
            else
            {
                read.Values[field.Key] = value.Deserialize<JsonElement>();
            }
        }

        return read;
    }

    /// <summary>Finds what the rows refer to, all texts of a kind at once; what was found is remembered, what was not may be there by the next batch.</summary>
    private async Task Look(IReadOnlyList<Asked> rows, IReadOnlyList<CustomField> all, CancellationToken ct)
    {
        if (_found.Count > Remembered)
        {
            _found.Clear();
        }

        foreach (var kind in all.Where(f => fields.Reference(f.Kind) is not null).GroupBy(f => f.Kind))
        {
            var asked = new HashSet<(string Typed, long CustomerId)>();
            foreach (var (row, field) in rows.Where(r => r.Said is not null).SelectMany(r => kind.Select(f => (r, f))))
            {
                if (row.Said!.TryGetValue(field.Key, out var typed) && !string.IsNullOrWhiteSpace(typed) && typed.Length <= LongestReference && PlainText.IsStorable(typed) && Reference(field, typed, row) is var key && !_found.ContainsKey(key))
                {
                    asked.Add((key.Typed, key.CustomerId));
                }
            }

            if (asked.Count > 0)
            {
                var found = await fields.Reference(kind.Key)!.FindAll(db, asked, ct);
                foreach (var one in asked)
                {
                    if (found.TryGetValue(one, out var meant))
                    {
                        _found[(kind.Key, one.Typed, one.CustomerId)] = meant;
                    }
                }
            }
        }
    }

    /// <remarks>Only a file is one customer's: the same text of others means the same everywhere.</remarks>
    private static (CustomKind Kind, string Typed, long CustomerId) Reference(CustomField field, string typed, Asked row) => (field.Kind, typed.Trim(), field.Kind == CustomKind.File ? row.CustomerId : 0);

    /// <summary>Refuses values that another row has, above in the batch or in the table, one in the bin included; by the field's index.</summary>
    private async Task Unique(CustomField field, IReadOnlyList<Asked> rows, Understood[] read, CancellationToken ct)
    {
        var said = Enumerable.Range(0, rows.Count).Where(i => read[i].Values.ContainsKey(field.Key)).ToList();
        if (said.Count == 0)
        {
            return;
        }

        await db.Alone($"{field.List}.{field.Key}", ct); // Of two at once the second sees the first.
        string Text(int i) => read[i].Values[field.Key].ToString();
        var values = said.Select(i => field.IsNumber ? read[i].Values[field.Key].GetInt64() : (object)Text(i)).Distinct().ToArray();
        var (expression, wanted) = (CustomValue.Sql(field, db.IsPostgres), string.Join(',', values.Select((_, n) => $"{{{n}}}")));
#pragma warning disable EF1002 // Names of ours; what was typed goes as parameters.
        var holders = (await db.Database.SqlQueryRaw<Holder>($"SELECT {keySql} AS place, CAST({expression} AS text) AS held FROM {fields.Table(db, field)} WHERE {expression} IN ({wanted})", values).ToListAsync(ct)).ToLookup(h => h.Held, h => h.Place);
#pragma warning restore EF1002
        var above = new Dictionary<string, string>();
        foreach (var i in said)
        {
            if (holders[Text(i)].Any(place => place != rows[i].Key) || (!above.TryAdd(Text(i), rows[i].Key) && above[Text(i)] != rows[i].Key))
            {
                read[i].Errors.Add(new(CustomValue.Name(field), "fields.taken", field.Called, rows[i].Said![field.Key]));
            }
        }
    }
}
