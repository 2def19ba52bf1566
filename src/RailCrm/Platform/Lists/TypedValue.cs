using System.Globalization;
using System.Text.Json;

namespace RailCrm.Platform.Lists;

/// <summary>One field of a use case's input, said as text: by a cell, a board, a work on many rows.</summary>
internal static class TypedValue
{
    /// <summary>Sets it; false where the text is none of its kind. An empty text means: not known.</summary>
    public static bool Set(object input, string field, string? text)
    {
        if (field.StartsWith(Custom, StringComparison.Ordinal))
        {
            Bag(input)[field[Custom.Length..]] = text;
            return true; // What it may be, the use case knows.
        }

        var property = input.GetType().GetProperty(field) ?? throw new InvalidOperationException($"{input.GetType().Name} has no {field}.");
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var said = string.IsNullOrWhiteSpace(text) ? null : text.Trim();
        object? value = said is null ? null
            : type == typeof(string) ? said
            : type.IsEnum ? !char.IsAsciiDigit(said[0]) && Enum.TryParse(type, said, ignoreCase: true, out var code) && Enum.IsDefined(type, code!) ? code : null
            : type == typeof(bool) ? bool.TryParse(said, out var flag) ? flag : null
            : type == typeof(int) ? int.TryParse(said, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole : null
            : type == typeof(long) ? long.TryParse(said, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null
            : type == typeof(decimal) ? decimal.TryParse(said, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var part) ? part : null
            : type == typeof(DateOnly) ? DateOnly.TryParseExact(said, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null
            : null;
        if (said is not null && value is null)
        {
            return false;
        }

        property.SetValue(input, value ?? (property.PropertyType == typeof(string) && property.Name == "Name" ? "" : null));
        return true;
    }

    /// <summary>The field as one would type it.</summary>
    public static string Of(object input, string field) => field.StartsWith(Custom, StringComparison.Ordinal) ? Bag(input).GetValueOrDefault(field[Custom.Length..]) ?? "" : Of(input.GetType().GetProperty(field)!.GetValue(input));

    /// <summary>Whether two texts say the same: a form that is posted ends lines as it likes.</summary>
    public static bool Same(string? a, string? b) => Lines(a) == Lines(b);

    private static string Lines(string? text) => (text ?? "").Replace("\r\n", "\n", StringComparison.Ordinal);

    private const string Custom = "Custom.";

    /// <summary>What an input says of custom fields.</summary>
    private static Dictionary<string, string?> Bag(object input)
    {
        var property = input.GetType().GetProperty("Custom")!;
        var bag = (Dictionary<string, string?>?)property.GetValue(input) ?? [];
        property.SetValue(input, bag);
        return bag;
    }

    /// <summary>A value as one would type it.</summary>
    public static string Of(object? value) => value switch
    {
        null => "",
        Enum code => JsonNamingPolicy.CamelCase.ConvertName(code.ToString()),
        bool flag => flag ? "true" : "false",
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!.Trim(','),
    };
}
