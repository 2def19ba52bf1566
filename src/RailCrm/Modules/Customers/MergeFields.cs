using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using RailCrm.Kernel;
using RailCrm.Platform.Fields;

namespace RailCrm.Modules.Customers;

/// <summary>The fields of customers about to become one: where they differ, whose value is kept, and what follows from it. No database here.</summary>
internal static class MergeFields
{
    /// <summary>Chosen where lists or tags become one.</summary>
    public const long United = 0;

    /// <summary>Lists and tags: they may be united.</summary>
    private static readonly string[] Unitable =
        [nameof(SaveCustomer.Input.Tags), nameof(SaveCustomer.Input.Shareholders), nameof(SaveCustomer.Input.Products), nameof(SaveCustomer.Input.MainStations), nameof(SaveCustomer.Input.Sidings)];

    /// <summary>Why a doubtful code was taken goes with the code.</summary>
    private static readonly PropertyInfo[] Fields = [.. typeof(SaveCustomer.Input).GetProperties().Where(p => p.Name is not (nameof(SaveCustomer.Input.DuplicateReason) or nameof(SaveCustomer.Input.CreditCodeReason) or nameof(SaveCustomer.Input.Custom)))];

    /// <summary>Whether a name is that of one of the group's own fields.</summary>
    internal static bool IsCustom(string name) => name.StartsWith("Custom.", StringComparison.Ordinal);

    /// <summary>A field that differs.</summary>
    /// <param name="Name">As <see cref="SaveCustomer.Input"/> names it.</param>
    /// <param name="Values">What each customer says, in the order given; null where it says nothing.</param>
    /// <param name="Chosen">Whose value is kept; <see cref="United"/> for all.</param>
    internal sealed record Row(string Name, IReadOnlyList<object?> Values, long Chosen)
    {
        public bool CanUnite => Unitable.Contains(Name);

        public bool IsCustom => IsCustom(Name);
    }

    /// <summary>The fields in which they differ, each with the choice made, or a sensible one: the survivor's value, else that of the fullest dossier; lists and tags become one.</summary>
    /// <param name="customers">All of them with their lists, the survivor first.</param>
    /// <param name="choices">Field → customer; a field's name in any case.</param>
    internal static Result<IReadOnlyList<Row>> Differing(IReadOnlyList<Customer> customers, IReadOnlyDictionary<string, long> choices)
    {
        var said = customers.Select(c => CustomerRules.Of(c, withLists: true)).ToList();
        return Differing([.. customers.Select(c => (c.Id, c.Custom))], Fields.Select(f => (f.Name, said.ConvertAll(s => f.GetValue(s) is System.Collections.ICollection { Count: 0 } or "" ? null : f.GetValue(s)))), choices, (field, values) => Default(field, customers, values));
    }

    /// <summary>As the other, of records of any kind.</summary>
    /// <param name="all">Their keys and own fields, the survivor first.</param>
    /// <param name="fields">Each field with what each record says.</param>
    /// <param name="choices">Field → record; a field's name in any case.</param>
    /// <param name="proposed">Whose value is kept where nothing was chosen.</param>
    internal static Result<IReadOnlyList<Row>> Differing(IReadOnlyList<(long Id, string? Custom)> all, IEnumerable<(string Name, List<object?> Values)> fields, IReadOnlyDictionary<string, long> choices, Func<string, List<object?>, long> proposed)
    {
        var custom = all.Select(c => CustomValue.Read(c.Custom)).ToList();
        var own = custom.SelectMany(c => c.Keys).Distinct().Order(StringComparer.Ordinal).Select(key => ($"Custom.{key}", custom.ConvertAll(c => c.TryGetValue(key, out var value) ? value.ValueKind == JsonValueKind.Number ? value.GetInt64() : (object?)value.GetString() : null)));
        var (rows, unknown) = (new List<Row>(), choices.Keys.ToHashSet(StringComparer.OrdinalIgnoreCase));
        foreach (var (name, values) in fields.Concat(own))
        {
            unknown.Remove(name);
            var chosen = choices.FirstOrDefault(c => c.Key.Equals(name, StringComparison.OrdinalIgnoreCase)) is { Key: not null } choice ? choice.Value : proposed(name, values);
            if (chosen == United ? !Unitable.Contains(name) : all.All(a => a.Id != chosen))
            {
                return new Refusal.Invalid("merge.choice_unknown", $"Choices.{name}");
            }

            if (values.Select(Plain).Distinct().Count() > 1)
            {
                rows.Add(new(name, values, chosen));
            }
        }

        return unknown.Count > 0 ? new Refusal.Invalid("merge.choice_unknown", $"Choices.{unknown.First()}") : rows;
    }

    private static long Default(string field, IReadOnlyList<Customer> customers, List<object?> values)
    {
        if (Unitable.Contains(field))
        {
            // Shares of two registers are no register: they add up to more than a company.
            return field == nameof(SaveCustomer.Input.Shareholders) ? Fullest() : United;
        }

        return field == nameof(SaveCustomer.Input.ParentId) && values[0] is long parent && customers.Any(c => c.Id == parent)
            ? customers.Zip(values).OrderByDescending(p => p.Second is not null).FirstOrDefault(p => p.Second is not long id || customers.All(c => c.Id != id)).First?.Id ?? customers[0].Id
            : Fullest();

        long Fullest() => values[0] is not null ? customers[0].Id : customers.Zip(values).Where(p => p.Second is not null).OrderByDescending(p => p.First.Completeness).ThenBy(p => p.First.Id).Select(p => p.First.Id).FirstOrDefault(customers[0].Id);
    }

    /// <summary>What the survivor will say: every field but the lists, which move as rows.</summary>
    internal static SaveCustomer.Input Merged(IReadOnlyList<Customer> customers, IReadOnlyList<Row> rows)
    {
        var said = customers.ToDictionary(c => c.Id, c => CustomerRules.Of(c));
        var merged = said[customers[0].Id];
        foreach (var row in rows.Where(r => !r.CanUnite && !r.IsCustom))
        {
            var field = Array.Find(Fields, f => f.Name == row.Name)!;
            field.SetValue(merged, field.GetValue(said[row.Chosen]));
            if (row.Name == nameof(SaveCustomer.Input.CreditCode))
            {
                merged.CreditCodeReason = said[row.Chosen].CreditCodeReason;
            }
        }

        if (rows.FirstOrDefault(r => r.Name == nameof(SaveCustomer.Input.Tags)) is { } tags)
        {
            merged.Tags = tags.Chosen == United ? string.Join(',', customers.SelectMany(c => (c.Tags ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)).Distinct()) : said[tags.Chosen].Tags;
        }

        return merged;
    }

    /// <summary>The survivor's own fields: each as chosen.</summary>
    internal static string? Custom(IReadOnlyList<(long Id, string? Custom)> all, IReadOnlyList<Row> rows)
    {
        var json = all[0].Custom;
        foreach (var row in rows.Where(r => r.IsCustom))
        {
            json = CustomValue.With(json, row.Name[7..], CustomValue.Read(all.First(c => c.Id == row.Chosen).Custom).TryGetValue(row.Name[7..], out var value) ? JsonSerializer.SerializeToNode(value) : null);
        }

        return json;
    }

    /// <summary>What a merge changes of the one that stays, as JSON: field → value before and after, each of the group's own fields by itself.</summary>
    internal static string Changed(EntityEntry survivor, IReadOnlyCollection<string> silent)
    {
        var custom = survivor.Property(nameof(ICustomised.Custom));
        return JsonSerializer.Serialize(survivor.Properties.Where(p => p.IsModified && p.Metadata.Name != nameof(ICustomised.Custom) && !silent.Contains(p.Metadata.Name) && !Equals(p.OriginalValue, p.CurrentValue))
            .Select(p => (p.Metadata.Name, p.OriginalValue, p.CurrentValue)).Concat(Own((string?)custom.OriginalValue, (string?)custom.CurrentValue)).ToDictionary(p => p.Name, p => new CustomerMerge.FieldValue(Json(p.OriginalValue), Json(p.CurrentValue))));

        static JsonElement Json(object? value) => JsonSerializer.SerializeToElement(value is Enum choice ? choice.ToString() : value);
    }

    /// <summary>The group's own fields that a merge changes, each by itself, so that undoing it gives back those that nobody changed since.</summary>
    private static IEnumerable<(string Name, object? OriginalValue, object? CurrentValue)> Own(string? before, string? after)
    {
        var (was, now) = (CustomValue.Read(before), CustomValue.Read(after));
        return was.Keys.Union(now.Keys).Select(k => ($"Custom.{k}", Of(was, k), Of(now, k))).Where(f => !Equals(f.Item2, f.Item3));

        static object? Of(SortedDictionary<string, JsonElement> values, string key) => !values.TryGetValue(key, out var value) ? null : value.ValueKind == JsonValueKind.Number ? value.GetInt64() : value.GetString();
    }

    private static string Plain(object? value) => value switch { null => "", string text => text.Trim(), decimal number => number.ToString("0.####", CultureInfo.InvariantCulture), _ => JsonSerializer.Serialize(value) };
}
