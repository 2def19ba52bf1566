using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace RailCrm.Modules.Exchange;

/// <summary>Reads what people write into cells: amounts, weights, dates, with or without units, in full or half width.</summary>
internal static partial class CellText
{
    private static readonly string[] Days =
    [
        "yyyy-M-d", "yyyy/M/d", "yyyy.M.d", "yyyyMMdd", "yyyy年M月d日", "yyyy-M", "yyyy/M", "yyyy.M", "yyyyMM", "yyyy年M月", "M/d/yyyy", "d/M/yyyy", "d-MMM-yyyy", "MMM d, yyyy", "d MMM yyyy",
    ];

    /// <summary>Half-width, without outer spaces; null where nothing is left.</summary>
    public static string? Clean(string? cell) => string.IsNullOrWhiteSpace(cell) ? null : cell.Normalize(NormalizationForm.FormKC).Trim();

    /// <summary>A day; the first of a month that comes alone; a spreadsheet's day number.</summary>
    public static bool TryDay(string cell, out DateOnly day)
    {
        var text = Clean(cell) ?? "";
        var cut = text.IndexOfAny(['T', ' ']);
        var date = cut > 5 && text[..cut].Any(char.IsAsciiDigit) && text[(cut + 1)..].Contains(':', StringComparison.Ordinal) ? text[..cut] : text;
        if (DateOnly.TryParseExact(date, Days, CultureInfo.InvariantCulture, DateTimeStyles.AllowWhiteSpaces, out day))
        {
            return true;
        }

        // Day numbers of 1949 to 2099, as a workbook keeps them where a column is not marked as dates.
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number is >= 18_264 and < 73_051)
        {
            day = DateOnly.FromDateTime(DateTime.FromOADate(number));
            return true;
        }

        return false;
    }

    /// <summary>An amount in fen.</summary>
    /// <param name="cell">Such as 1,234.50 or ￥１２.３万元 or (300).</param>
    /// <param name="header">The column's name, which may hold the unit; yuan otherwise.</param>
    /// <param name="fen">Fen.</param>
    /// <returns>Null, or the text key of what is wrong.</returns>
    public static string? Fen(string cell, string header, out long fen)
    {
        fen = 0;
        var text = (Clean(cell) ?? "").TrimStart('¥', '$');
        var (number, unit) = Split(text);
        if (number is null || MoneyUnit(unit, exact: true) is null && unit.Length > 0)
        {
            return "import.amount_wrong";
        }

        var yuan = number.Value * (unit.Length > 0 ? MoneyUnit(unit, exact: true)!.Value : MoneyUnit(header, exact: false) ?? 1m);
        if (Math.Abs(yuan) > 90_000_000_000_000m)
        {
            return "waybill.amount_range";
        }

        if (!decimal.IsInteger(yuan * 100))
        {
            return "import.amount_decimals";
        }

        fen = (long)(yuan * 100);
        return null;
    }

    /// <summary>A weight in kg, rounded half up to the kilogram.</summary>
    /// <param name="cell">Such as 60.5 or 60,500kg.</param>
    /// <param name="header">The column's name, which may hold the unit; tonnes otherwise, as the trade counts.</param>
    /// <param name="kg">Kilograms.</param>
    /// <returns>Null, or the text key of what is wrong.</returns>
    public static string? Kg(string cell, string header, out long kg)
    {
        kg = 0;
        var (number, unit) = Split(Clean(cell) ?? "");
        if (number is null || WeightUnit(unit, exact: true) is null && unit.Length > 0)
        {
            return "import.weight_wrong";
        }

        var exact = number.Value * (unit.Length > 0 ? WeightUnit(unit, exact: true)!.Value : WeightUnit(header, exact: false) ?? 1000m);
        if (Math.Abs(exact) > 1_000_000_000_000_000m)
        {
            return "waybill.amount_range";
        }

        kg = (long)Math.Round(exact, MidpointRounding.AwayFromZero);
        return null;
    }

    /// <summary>A number without unit.</summary>
    public static bool TryNumber(string cell, out decimal number)
    {
        var (read, unit) = Split(Clean(cell) ?? "");
        number = read ?? 0;
        return read is not null && unit.Length == 0;
    }

    private static (decimal? Number, string Unit) Split(string text)
    {
        var match = Amount().Match(text);
        if (!match.Success)
        {
            return (null, "");
        }

        var negative = match.Groups["open"].Success != match.Groups["minus"].Success;
        return match.Groups["open"].Success == match.Groups["close"].Success
            && decimal.TryParse(match.Groups["number"].Value.Replace(",", "", StringComparison.Ordinal), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? (negative ? -number : number, match.Groups["unit"].Value.Trim())
            : (null, "");
    }

    private static decimal? MoneyUnit(string text, bool exact) =>
        Is(text, exact, "亿元", "亿") ? 100_000_000m : Is(text, exact, "百万元", "百万") ? 1_000_000m : Is(text, exact, "万元", "万", "10k") ? 10_000m : Is(text, exact, "千元") ? 1_000m
        : Is(text, exact, "元", "yuan", "cny", "rmb", "人民币") ? 1m : Is(text, exact, "fen", "分") ? 0.01m : null;

    private static decimal? WeightUnit(string text, bool exact) =>
        Is(text, exact, "kg", "kgs", "公斤", "千克") ? 1m : Is(text, exact, "万吨") ? 10_000_000m : Is(text, exact, "t", "吨", "tonnes", "tons", "tonne", "ton") ? 1_000m : null;

    /// <remarks>In a header a unit of Latin letters stands by itself or at the end (weightKg, weight_t), so that the t of "weight" is none.</remarks>
    private static bool Is(string text, bool exact, params ReadOnlySpan<string> units)
    {
        foreach (var unit in units)
        {
            if (exact ? string.Equals(text, unit, StringComparison.OrdinalIgnoreCase)
                : char.IsAscii(unit[0]) ? HeaderWords().Matches(text).Any(m => string.Equals(m.Value, unit, StringComparison.OrdinalIgnoreCase))
                : text.Contains(unit, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    [GeneratedRegex(@"^(?<open>\()?(?<minus>[-−])?\s*¥?(?<number>\d{1,3}(,\d{3})+(\.\d+)?|\d+(\.\d+)?|\.\d+)\s*(?<unit>[^\d\s.,()\-]*)(?<close>\))?$", RegexOptions.NonBacktracking)]
    private static partial Regex Amount();

    /// <summary>Words of a header: revenueFen is revenue and Fen.</summary>
    [GeneratedRegex("[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+k", RegexOptions.CultureInvariant)]
    private static partial Regex HeaderWords();
}
