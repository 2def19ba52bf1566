using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;

namespace RailCrm.Modules.Customers;

/// <summary>Gives the one that stayed in a merge its fields back, as far as nobody has changed them since.</summary>
internal static class UndoFields
{
    /// <summary>The fields of the record; answers those that somebody has changed, or that are <paramref name="prevented"/>.</summary>
    /// <param name="survivor">The one that stayed.</param>
    /// <param name="fields">What the merge changed.</param>
    /// <param name="source">Fields that are made from another and go with it.</param>
    /// <param name="prevented">Fields that cannot be what they were.</param>
    public static List<string> Restore(EntityEntry survivor, IReadOnlyDictionary<string, CustomerMerge.FieldValue> fields, IReadOnlyDictionary<string, string> source, IEnumerable<string> prevented)
    {
        var named = fields.Where(f => !MergeFields.IsCustom(f.Key)).ToList();
        var changed = named.Where(f => !Equals(survivor.Property(f.Key).CurrentValue, Read(survivor.Property(f.Key), f.Value.After))).Select(f => f.Key).Concat(prevented).ToHashSet();
        foreach (var (name, value) in named.Where(f => !changed.Contains(source.GetValueOrDefault(f.Key, f.Key))))
        {
            survivor.Property(name).CurrentValue = Read(survivor.Property(name), value.Before);
        }

        return [.. changed.Where(n => !source.ContainsKey(n)).Order(StringComparer.Ordinal)];
    }

    /// <summary>The group's own fields, each by itself; answers those that stay as they are.</summary>
    public static async Task<List<string>> RestoreOwn(CrmDb db, CustomFields own, string list, IReadOnlyDictionary<string, CustomerMerge.FieldValue> fields, ICustomised survivor, long id, CancellationToken ct)
    {
        var kept = new List<string>();
        foreach (var (name, value) in fields.Where(f => MergeFields.IsCustom(f.Key)))
        {
            var now = CustomValue.Read(survivor.Custom).TryGetValue(name[7..], out var stored) ? stored : JsonSerializer.SerializeToElement<object?>(null);
            var back = CustomValue.With(survivor.Custom, name[7..], value.Before.ValueKind == JsonValueKind.Null ? null : JsonSerializer.SerializeToNode(value.Before));
            if (JsonElement.DeepEquals(now, value.After) && !(await own.TakenOf(db, list, back, id, ct)).Contains(name[7..]))
            {
                survivor.Custom = back;
            }
            else
            {
                kept.Add(name);
            }
        }

        return kept;
    }

    private static object? Read(PropertyEntry property, JsonElement value)
    {
        var type = Nullable.GetUnderlyingType(property.Metadata.ClrType) ?? property.Metadata.ClrType;
        return value.ValueKind == JsonValueKind.Null ? null : type.IsEnum ? Enum.Parse(type, value.GetString()!) : value.Deserialize(type);
    }
}
