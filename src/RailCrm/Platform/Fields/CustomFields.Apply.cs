using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Platform.Fields;

/// <summary>What is said of a row's own fields, and whether it can stand.</summary>
public sealed partial class CustomFields
{
    /// <summary>Puts what was said of some fields into a row, if all of it is right. A field that is not named stays as it is; an empty text takes it away.</summary>
    /// <param name="db">The database.</param>
    /// <param name="list">The row's list.</param>
    /// <param name="row">The row.</param>
    /// <param name="rowId">Its id, 0 where it is new.</param>
    /// <param name="customerId">Whose it is, 0 where that is yet to be made.</param>
    /// <param name="said">Key → what was typed; null says nothing.</param>
    /// <param name="input">The rest of what was said, for fields that are asked only beside another's value.</param>
    /// <param name="ct">Cancels.</param>
    /// <remarks>What stands there already is not judged anew: a form says all fields, and an option, a station, a file or a customer may be gone from where it would be looked for since.</remarks>
    public async Task<Refusal?> Apply(CrmDb db, string list, ICustomised row, long rowId, long customerId, IReadOnlyDictionary<string, string?>? said, object input, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(row);
        var fields = Of(list, db.Actor);
        var errors = new List<FieldError>();
        errors.AddRange((said ?? new Dictionary<string, string?>()).Keys.Where(k => fields.All(f => f.Key != k)).Select(k => new FieldError($"Custom.{k}", "fields.unknown", k)));
        var (json, stored) = (row.Custom, CustomValue.Read(row.Custom));
        foreach (var field in fields)
        {
            if (said is null || !said.TryGetValue(field.Key, out var typed) || await Says(db, field, stored, typed, ct))
            {
                continue;
            }

            JsonNode? value = null;
            if (!string.IsNullOrWhiteSpace(typed))
            {
                value = await Understood(db, field, typed, stored, customerId, errors, ct);
                if (value is null)
                {
                    continue;
                }
            }

            if (Same(stored, field.Key, value))
            {
                continue;
            }

            json = CustomValue.With(json, field.Key, value);
            if (json?.Length > ICustomised.Length)
            {
                return new Refusal.InvalidMany([new(CustomValue.Name(field), "fields.all_long", ICustomised.Length)]);
            }

            if (value is not null && field.Unique && await Taken(db, field, value, rowId, ct))
            {
                errors.Add(new(CustomValue.Name(field), "fields.taken", field.Called, typed));
            }
        }

        var known = CustomValue.Read(json);
        errors.AddRange(fields.Where(f => f.Required && !known.ContainsKey(f.Key) && (rowId == 0 || said?.ContainsKey(f.Key) == true) && IsAsked(f, known, input) && errors.All(e => e.Field != CustomValue.Name(f)))
            .Select(f => new FieldError(CustomValue.Name(f), "fields.missing", f.Called)));
        // One change alone may be what another field is asked for by, which stands in the form and not beside it.
        errors.AddRange(fields.Where(f => f.Required && rowId != 0 && said?.ContainsKey(f.Key) != true && !known.ContainsKey(f.Key) && f.WhenField is not null && !IsAsked(f, stored, row) && IsAsked(f, known, input))
            .Select(f => new FieldError(CustomValue.Name(f), "fields.missing_now")));
        if (errors.Count > 0)
        {
            return new Refusal.InvalidMany(errors);
        }

        row.Custom = json;
        return null;
    }

    /// <summary>Whether a text says what is stored, as the API or as a form names it.</summary>
    private async Task<bool> Says(CrmDb db, CustomField field, SortedDictionary<string, JsonElement> stored, string? typed, CancellationToken ct)
    {
        if (!stored.TryGetValue(field.Key, out var value) || typed?.Trim() is not { Length: > 0 } text)
        {
            return false;
        }

        return text == CustomValue.Typed(field, value) || (Reference(field.Kind) is { } reference && field.IsNumber && value.TryGetInt64(out var id) && (await reference.Names(db, [id], ct)).GetValueOrDefault(id)?.Trim() == text);
    }

    private async Task<JsonNode?> Understood(CrmDb db, CustomField field, string typed, SortedDictionary<string, JsonElement> stored, long customerId, List<FieldError> errors, CancellationToken ct)
    {
        if (Reference(field.Kind) is { } reference)
        {
            var found = PlainText.IsStorable(typed) && typed.Length <= 300 ? await reference.Find(db, typed.Trim(), customerId, ct) : null;
            errors.AddRange(found is null ? [new(CustomValue.Name(field), "fields.reference_unknown", field.Called, typed)] : Array.Empty<FieldError>());
            return found;
        }

        var value = CustomValue.Understood(field, typed, out var error, stored.TryGetValue(field.Key, out var before) ? before : null);
        errors.AddRange(error is null ? [] : [error]);
        return value;
    }

    /// <summary>Whether a form asks for it, by the value of the field it hangs on.</summary>
    internal static bool IsAsked(CustomField field, SortedDictionary<string, JsonElement> known, object input)
    {
        if (field.WhenField is not { } when)
        {
            return true;
        }

        var wanted = (field.WhenValues ?? "").Split(',');
        return when.StartsWith("Custom.", StringComparison.Ordinal)
            ? known.TryGetValue(when[7..], out var other) && other.ValueKind == JsonValueKind.String && wanted.Intersect(other.GetString()!.Split(',')).Any()
            : input.GetType().GetProperty(when) is null || wanted.Contains(TypedValue.Of(input, when));
    }

    private static bool Same(SortedDictionary<string, JsonElement> known, string key, JsonNode? value) =>
        known.TryGetValue(key, out var now) ? value is not null && JsonElement.DeepEquals(now, value.Deserialize<JsonElement>()) : value is null;

    /// <summary>Whether another row has the same value, one in the bin included; by the field's index.</summary>
    private async Task<bool> Taken(CrmDb db, CustomField field, JsonNode value, long rowId, CancellationToken ct)
    {
        await db.Alone($"{field.List}.{field.Key}", ct); // Of two at once the second sees the first.
        var table = Table(db, field);
        object wanted = field.IsNumber ? value.GetValue<long>() : value.GetValue<string>();
        var sql = $"SELECT count(*) AS \"Value\" FROM (SELECT id FROM {table} WHERE {Living(field)}{CustomValue.Sql(field, db.IsPostgres)} = {{0}} AND id <> {{1}} LIMIT 1) AS found";
        return await db.Database.SqlQueryRaw<int>(sql, wanted, rowId).SingleAsync(ct) > 0;
    }

    /// <summary>Leaves out customers and contacts that became part of another: what they held alone is their survivor's to say. An undo looks whether it still is theirs.</summary>
    internal static string Living(CustomField field) => field.List switch { "customers" => "merged_into_id IS NULL AND ", "contacts" => "part_of_id IS NULL AND ", _ => "" };

    /// <summary>Of a row's own fields those of which another row has a value that only one may have; whoever may see them.</summary>
    internal async Task<IReadOnlyList<string>> TakenOf(CrmDb db, string list, string? json, long rowId, CancellationToken ct)
    {
        var (said, taken) = (CustomValue.Read(json), new List<string>());
        foreach (var field in All(list).Where(f => f.Unique))
        {
            if (said.TryGetValue(field.Key, out var value) && await Taken(db, field, JsonValue.Create(value)!, rowId, ct))
            {
                taken.Add(field.Key);
            }
        }

        return taken;
    }

    /// <summary>Whether another row has a value that only one may have, of a row that comes back from a bin; whoever may see the field.</summary>
    /// <param name="db">The database.</param>
    /// <param name="list">The row's list.</param>
    /// <param name="json">Its own fields.</param>
    /// <param name="rowId">Its id.</param>
    /// <param name="above">The values of those that come back along with it, which grows.</param>
    /// <param name="ct">Cancels.</param>
    internal async Task<bool> AnyTaken(CrmDb db, string list, string? json, long rowId, HashSet<(string Key, string Value)> above, CancellationToken ct)
    {
        var said = CustomValue.Read(json);
        foreach (var field in All(list).Where(f => f.Unique))
        {
            if (said.TryGetValue(field.Key, out var value) && (!above.Add((field.Key, value.ToString())) || await Taken(db, field, JsonValue.Create(value)!, rowId, ct)))
            {
                return true;
            }
        }

        return false;
    }
}
