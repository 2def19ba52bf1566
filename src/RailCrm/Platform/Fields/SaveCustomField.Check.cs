using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;

namespace RailCrm.Platform.Fields;

/// <summary>What a field must satisfy, and the key it gets.</summary>
public sealed partial class SaveCustomField
{
    /// <summary>A value that two rows have, as it is stored; empty where none has.</summary>
    internal static async Task<string> Twice(CrmDb db, string table, CustomField field, CancellationToken ct)
    {
        var value = CustomValue.Sql(field, db.IsPostgres);
        var sql = $"SELECT CAST({value} AS text) AS \"Value\" FROM {table} WHERE {CustomFields.Living(field)}{value} <> {(field.IsNumber ? CustomValue.Least.ToString(CultureInfo.InvariantCulture) : "''")} GROUP BY {value} HAVING count(*) > 1 LIMIT 1";
        return await db.Database.SqlQueryRaw<string>(sql).FirstOrDefaultAsync(ct) ?? "";
    }

    /// <summary>Whether its values are compared while the form is saved; of a big table without an index on them that is left to the job that makes it, which tells what it finds.</summary>
    private async Task<bool> IsQuick(CustomField field, CancellationToken ct)
    {
        const int Few = 20_000;
        var sql = $"SELECT count(*) AS \"Value\" FROM (SELECT 1 FROM {fields.Table(db, field)} LIMIT {Few.ToString(CultureInfo.InvariantCulture)}) AS few";
        return field.Ready || await db.Database.SqlQueryRaw<int>(sql).SingleAsync(ct) < Few;
    }

    /// <summary>The value that two rows still have although the field is unique, as one types it: what was found when its index was made, looked for again.</summary>
    internal async Task<string?> StillTwice(CustomField field, CancellationToken ct)
    {
        var input = JsonSerializer.Serialize(field.Id);
        var result = field.Unique ? await db.Set<Job>().AsNoTracking().Where(j => j.Kind == IndexCustomField.Kind && j.Input == input && j.State == "completed").OrderByDescending(j => j.Id).Select(j => j.Result).FirstOrDefaultAsync(ct) : null;
        if (result is null || JsonSerializer.Deserialize<IndexCustomField.Outcome>(result) is not { Twice: { } twice })
        {
            return null;
        }

        object wanted = field.IsNumber ? long.Parse(twice, CultureInfo.InvariantCulture) : twice;
        var sql = $"SELECT count(*) AS \"Value\" FROM (SELECT id FROM {fields.Table(db, field)} WHERE {CustomFields.Living(field)}{CustomValue.Sql(field, db.IsPostgres)} = {{0}} LIMIT 2) AS found";
        return await db.Database.SqlQueryRaw<int>(sql, wanted).SingleAsync(ct) > 1 ? CustomValue.Typed(field, wanted) : null;
    }

    private List<FieldError> Check(CustomField field, Input input, List<CustomField> others)
    {
        var errors = new List<FieldError>();
        if (targets.All(t => t.List != field.List))
        {
            errors.Add(new(nameof(input.List), "fields.list_unknown"));
        }

        if (!Keys().IsMatch(field.Key) || others.Exists(o => o.Key == field.Key))
        {
            errors.Add(new(nameof(input.Key), others.Exists(o => o.Key == field.Key) ? "fields.key_taken" : "fields.key_wrong"));
        }

        if (string.IsNullOrWhiteSpace(input.Name) || others.Exists(o => o.Active && o.Name == input.Name.Trim()))
        {
            errors.Add(new(nameof(input.Name), string.IsNullOrWhiteSpace(input.Name) ? "fields.name_missing" : "fields.name_taken"));
        }

        foreach (var (name, text, longest) in new[] { (nameof(input.Name), input.Name, CustomField.WordLength), (nameof(input.EnglishName), input.EnglishName, CustomField.WordLength), (nameof(input.Section), input.Section, CustomField.WordLength), (nameof(input.Help), input.Help, 500) })
        {
            errors.AddRange(!PlainText.IsStorable(text) || text?.Length > longest ? [new(name, "fields.word_wrong", longest)] : Array.Empty<FieldError>());
        }

        var options = Lines(input.Options);
        if (field.Kind is CustomKind.Choice or CustomKind.Choices && (options.Count is 0 or > CustomField.MostOptions || options.Exists(o => o.Length > CustomField.WordLength || (field.Kind == CustomKind.Choices ? o.IndexOfAny(CustomValue.Signs) >= 0 : o.Contains(',', StringComparison.Ordinal)) || o.StartsWith('|') || !PlainText.IsStorable(o)) || options.Select(o => o.Split('|')[0].Trim()).Distinct().Count() < options.Count))
        {
            errors.Add(new(nameof(input.Options), "fields.options_wrong", CustomField.MostOptions));
        }

        if (input.Required && field.Kind == CustomKind.File)
        {
            errors.Add(new(nameof(input.Required), "fields.required_file"));
        }

        if (input.Unique && (field.Kind is CustomKind.Choice or CustomKind.Choices))
        {
            errors.Add(new(nameof(input.Unique), "fields.unique_choice"));
        }

        if (!string.IsNullOrWhiteSpace(input.WhenField) && (Deciders(field.List).FirstOrDefault(d => d.Field == input.WhenField && d.Field != CustomValue.Name(field)) is not { } decider || input.WhenValues is not { Count: > 0 } values || values.Exists(v => decider.Values.All(d => d.Value != v))))
        {
            errors.Add(new(nameof(input.WhenField), "fields.when_wrong"));
        }
        else if (WhenValues(input)?.Length > CustomField.WhenLength)
        {
            errors.Add(new(nameof(input.WhenField), "fields.when_long"));
        }

        if (Roles(input)?.Length > CustomField.RolesLength)
        {
            errors.Add(new(nameof(input.Roles), "fields.roles_many"));
        }

        if (others.Count(o => o.Active) >= Most && (input.Active ?? field.Active))
        {
            errors.Add(new(nameof(input.Name), "fields.too_many", Most));
        }

        return errors;
    }

    /// <summary>Roles that do not exist would hide the field from everyone.</summary>
    private async Task<bool> RolesExist(Input input, CancellationToken ct)
    {
        var asked = (input.Roles ?? []).Distinct().ToList();
        return asked.Count == 0 || await db.Set<Role>().CountAsync(r => EF.Parameter(asked).Contains(r.Id), ct) == asked.Count;
    }

    /// <summary>As they are stored; null for everyone.</summary>
    private static string? Roles(Input input) => input.Roles is { Count: > 0 } roles ? $",{string.Join(',', roles.Distinct().Order())}," : null;

    private static string? WhenValues(Input input) => string.IsNullOrWhiteSpace(input.WhenField) ? null : string.Join(',', input.WhenValues ?? []);

    private static List<string> Lines(string? options) => [.. (options ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    /// <summary>煤种 becomes x_meizhong; a second of that name x_meizhong2.</summary>
    private static string KeyOf(Input input, List<CustomField> others)
    {
        if (!string.IsNullOrWhiteSpace(input.Key))
        {
            return input.Key.Trim();
        }

#pragma warning disable CA1308 // Keys are in small letters.
        var plain = new string([.. Pinyin.Full(input.Name ?? "").ToLowerInvariant().Where(char.IsAsciiLetterOrDigit).Take(30)]);
#pragma warning restore CA1308
        var key = $"x_{(plain.Length == 0 ? "field" : plain)}";
        return Enumerable.Range(1, others.Count + 1).Select(n => n == 1 ? key : $"{key}{n}").First(k => others.TrueForAll(o => o.Key != k));
    }

    [GeneratedRegex(@"^x_[a-z0-9_]{1,38}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Keys();
}
