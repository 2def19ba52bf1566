using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;

namespace RailCrm.Platform.Fields;

/// <summary>What a field must satisfy, and the key it gets.</summary>
public sealed partial class SaveCustomField
{
    /// <summary>A value that two rows have; empty where none has.</summary>
    private async Task<string> Twice(CustomField field, CancellationToken ct)
    {
        var value = CustomValue.Sql(field, db.IsPostgres);
        var sql = $"SELECT CAST({value} AS text) AS \"Value\" FROM {fields.Table(db, field)} WHERE {value} <> {(field.IsNumber ? CustomValue.Least.ToString(System.Globalization.CultureInfo.InvariantCulture) : "''")} GROUP BY {value} HAVING count(*) > 1 LIMIT 1";
        return await db.Database.SqlQueryRaw<string>(sql).FirstOrDefaultAsync(ct) ?? "";
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
        if (field.Kind is CustomKind.Choice or CustomKind.Choices && (options.Count is 0 or > CustomField.MostOptions || options.Exists(o => o.Length > CustomField.WordLength || o.Contains(',', StringComparison.Ordinal) || o.StartsWith('|') || !PlainText.IsStorable(o)) || options.Select(o => o.Split('|')[0].Trim()).Distinct().Count() < options.Count))
        {
            errors.Add(new(nameof(input.Options), "fields.options_wrong", CustomField.MostOptions));
        }

        if (input.Unique && (field.Kind is CustomKind.Choice or CustomKind.Choices))
        {
            errors.Add(new(nameof(input.Unique), "fields.unique_choice"));
        }

        if (!string.IsNullOrWhiteSpace(input.WhenField) && (Deciders(field.List).FirstOrDefault(d => d.Field == input.WhenField && d.Field != CustomValue.Name(field)) is not { } decider || input.WhenValues is not { Count: > 0 } values || values.Exists(v => decider.Values.All(d => d.Value != v))))
        {
            errors.Add(new(nameof(input.WhenField), "fields.when_wrong"));
        }

        if (others.Count(o => o.Active) >= Most && (input.Active ?? field.Active))
        {
            errors.Add(new(nameof(input.Name), "fields.too_many", Most));
        }

        return errors;
    }

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
