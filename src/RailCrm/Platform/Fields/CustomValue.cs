using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query.SqlExpressions;
using Microsoft.EntityFrameworkCore.Storage;
using RailCrm.Kernel;

namespace RailCrm.Platform.Fields;

/// <summary>How the values of custom fields are stored, typed and said. No database here.</summary>
/// <remarks>Stored in one JSON text a row: texts as texts (a day as yyyy-MM-dd, several options with commas around), figures and references as whole numbers.</remarks>
public static class CustomValue
{
    /// <summary>Stands for "not known" in the order of a figure: below every figure that can be typed.</summary>
    public const long Least = -3_000_000_000_000_000_000;

    /// <summary>Parts of a number: four decimals.</summary>
    private const int Parts = 10_000;

    /// <summary>Between several options, as people type them; so none of them has one.</summary>
    internal static readonly char[] Signs = [',', '，', '、', ';', '；'];

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>The text of one field; empty where it is not known. In a query: an expression that the field's index holds.</summary>
    public static string Text(string? json, string key) => Read(json).GetValueOrDefault(key) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : "";

    /// <summary>The number of one field; <see cref="Least"/> where it is not known. In a query: an expression that the field's index holds.</summary>
    public static long Number(string? json, string key) => Read(json).GetValueOrDefault(key) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : Least;

    /// <summary>A stored number as the figure it is.</summary>
    public static decimal Figure(long stored) => (decimal)stored / Parts;

    /// <summary>All values of a row.</summary>
    public static SortedDictionary<string, JsonElement> Read(string? json) => string.IsNullOrEmpty(json) ? [] : JsonSerializer.Deserialize<SortedDictionary<string, JsonElement>>(json)!;

    /// <summary>A row's JSON with one value changed; null where nothing is left.</summary>
    internal static string? With(string? json, string key, JsonNode? value)
    {
        var all = Read(json);
        all.Remove(key);
        if (value is not null)
        {
            all[key] = value.Deserialize<JsonElement>();
        }

        return all.Count == 0 ? null : JsonSerializer.Serialize(all, Json);
    }

    /// <summary>A row's JSON with some values put in; the same text where it says them already.</summary>
    internal static string? With(string? json, SortedDictionary<string, JsonElement> values)
    {
        var all = values.Count == 0 ? [] : Read(json);
        var changed = false;
        foreach (var (key, value) in values)
        {
            changed |= !all.TryGetValue(key, out var known) || !JsonElement.DeepEquals(known, value);
            all[key] = value;
        }

        return changed ? JsonSerializer.Serialize(all, Json) : json;
    }

    /// <summary>A stored value as one would type it: yuan, a decimal, a day, an id, options with commas between.</summary>
    public static string? Typed(CustomField field, JsonElement stored)
    {
        ArgumentNullException.ThrowIfNull(field);
        return stored.ValueKind switch
        {
            JsonValueKind.Number when field.Kind == CustomKind.Money => (stored.GetInt64() / 100m).ToString("0.##", CultureInfo.InvariantCulture),
            JsonValueKind.Number when field.Kind == CustomKind.Number => ((decimal)stored.GetInt64() / Parts).ToString("0.####", CultureInfo.InvariantCulture),
            JsonValueKind.Number => stored.GetInt64().ToString(CultureInfo.InvariantCulture),
            JsonValueKind.String => stored.GetString()!.Trim(','),
            _ => null,
        };
    }

    /// <summary>The same of a list's cell.</summary>
    public static string Typed(CustomField field, object? stored) => stored is null or "" or Least ? "" : Typed(field, JsonSerializer.SerializeToElement(stored)) ?? "";

    /// <summary>A stored value as people read it; references by <paramref name="names"/>.</summary>
    public static string? Say(CustomField field, object? stored, IReadOnlyDictionary<long, string>? names = null)
    {
        ArgumentNullException.ThrowIfNull(field);
        return stored switch
        {
            null or "" or Least => null,
            long fen when field.Kind == CustomKind.Money => Ui.Kit.Figures.Money(fen),
            long parts when field.Kind == CustomKind.Number => ((decimal)parts / Parts).ToString("#,0.####", CultureInfo.CurrentCulture),
            long id => names?.GetValueOrDefault(id) ?? "—",
            string text when field.Kind is CustomKind.Choice or CustomKind.Choices => string.Join(Platform.Text.Texts.Get("fields.comma"), text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(o => field.Choices.FirstOrDefault(c => c.Value == o).Text ?? o)),
            _ => stored.ToString(),
        };
    }

    /// <summary>Reads what was typed for a field that refers to nothing; null with an error where it is none of its kind.</summary>
    /// <param name="field">The field.</param>
    /// <param name="typed">What was typed.</param>
    /// <param name="error">What is wrong.</param>
    /// <param name="stored">What the row has now: options of it that the field has no longer may stay beside new ones.</param>
    public static JsonNode? Understood(CustomField field, string typed, out FieldError? error, JsonElement? stored = null)
    {
        ArgumentNullException.ThrowIfNull(field);
        var text = typed.Trim();
        error = null;
        switch (field.Kind)
        {
            case CustomKind.Number:
            case CustomKind.Money:
                var factor = field.Kind == CustomKind.Money ? 100 : Parts;
                if (TypedNumber.TryRead(text, field.Kind == CustomKind.Money ? TypedNumber.Yuan : [], out var number) && Math.Abs(number) <= 90_000_000_000_000m && decimal.IsInteger(number * factor))
                {
                    return JsonValue.Create((long)(number * factor));
                }

                error = new(Name(field), field.Kind == CustomKind.Money ? "fields.money_wrong" : "fields.number_wrong", field.Called);
                return null;
            case CustomKind.Date:
                if (DateOnly.TryParseExact(text, ["yyyy-MM-dd", "yyyy/M/d", "yyyy-M-d", "yyyy.M.d", "yyyy年M月d日", "yyyyMMdd"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
                {
                    return JsonValue.Create(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
                }

                error = new(Name(field), "fields.date_wrong", field.Called);
                return null;
            case CustomKind.Choice:
            case CustomKind.Choices:
                var wanted = field.Kind == CustomKind.Choice ? [text] : text.Split(Signs, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
                var options = Options(field, stored);
                var chosen = wanted.Select(w => options.FirstOrDefault(o => o.Any(n => n.Equals(w, StringComparison.OrdinalIgnoreCase)))?[0]).Distinct().ToList();
                if (chosen.Contains(null))
                {
                    error = new(Name(field), "fields.option_unknown", field.Called, string.Join(" · ", field.Choices.Take(20).Select(c => c.Text)));
                    return null;
                }

                return JsonValue.Create(field.Kind == CustomKind.Choice ? chosen[0] : $",{string.Join(',', options.Select(o => o[0]).Where(chosen.Contains))},");
            default:
                if (PlainText.IsStorable(text) && text.EnumerateRunes().Count() <= 500)
                {
                    return JsonValue.Create(text);
                }

                error = new(Name(field), "fields.text_wrong", field.Called, 500);
                return null;
        }
    }

    /// <summary>The field's name in a form, an error and an input: <c>Custom.x_grade</c>.</summary>
    public static string Name(CustomField field) => $"Custom.{field?.Key}";

    /// <summary>Each option with its names; behind them those that are stored and no longer an option.</summary>
    private static List<string[]> Options(CustomField field, JsonElement? stored)
    {
        List<string[]> options = [.. (field.Options ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(o => o.Split('|', 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
        options.AddRange(Gone(field, stored is { } value ? Typed(field, value) : null).Select(o => new[] { o }));
        return options;
    }

    /// <summary>What a row has of a choice that is no option of it any more.</summary>
    internal static IEnumerable<string> Gone(CustomField field, string? typed) =>
        field.Kind is CustomKind.Choice or CustomKind.Choices ? (typed ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Except(field.Choices.Select(c => c.Value)) : [];

    /// <summary>Says in SQL what <see cref="Text"/> and <see cref="Number"/> say here. The key stands in the statement itself: an index on the expression is taken for nothing else.</summary>
    internal static void Translate(ModelBuilder model, bool postgres)
    {
        foreach (var (method, empty) in new (string, object)[] { (nameof(Text), ""), (nameof(Number), Least) })
        {
            model.HasDbFunction(typeof(CustomValue).GetMethod(method)!).HasTranslation(arguments =>
            {
                var key = (string)((SqlConstantExpression)arguments[1]).Value!;
                RelationalTypeMapping text = StringTypeMapping.Default, number = LongTypeMapping.Default;
                SqlExpression found = postgres
                    ? new SqlFunctionExpression("jsonb_extract_path_text", [new SqlUnaryExpression(System.Linq.Expressions.ExpressionType.Convert, arguments[0], typeof(string), new StringTypeMapping("jsonb", System.Data.DbType.String)), new SqlConstantExpression(key, text)], true, [true, true], typeof(string), text)
                    : new SqlFunctionExpression("json_extract", [arguments[0], new SqlConstantExpression($"$.{key}", text)], true, [true, true], empty.GetType(), empty is "" ? text : number);
                found = !postgres ? found : empty is "" ? new CollateExpression(found, "C") : new SqlUnaryExpression(System.Linq.Expressions.ExpressionType.Convert, found, typeof(long), number);
                return new SqlFunctionExpression("coalesce", [found, new SqlConstantExpression(empty, empty is "" ? text : number)], true, [false, false], empty.GetType(), empty is "" ? text : number);
            });
        }
    }

    /// <summary>The same expression as it stands in the field's index.</summary>
    internal static string Sql(CustomField field, bool postgres) => (postgres, field.IsNumber) switch
    {
        (true, true) => $"coalesce(jsonb_extract_path_text(custom::jsonb, '{field.Key}')::bigint, {Least})",
        (true, false) => $"coalesce(jsonb_extract_path_text(custom::jsonb, '{field.Key}') COLLATE \"C\", '')",
        (false, true) => $"coalesce(json_extract(custom, '$.{field.Key}'), {Least})",
        (false, false) => $"coalesce(json_extract(custom, '$.{field.Key}'), '')",
    };
}
