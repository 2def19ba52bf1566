using System.Globalization;
using System.Text;

namespace RailCrm.Modules.Exchange;

/// <summary>Reads what people write into cells: text, amounts, weights, numbers, with or without units, in full or half width.</summary>
internal static class CellText
{
    private static readonly System.Buffers.SearchValues<char> Figures = System.Buffers.SearchValues.Create("0123456789.,");

    private static readonly char[] Space = [' ', '\u3000', '\u00A0', '\t', '\r', '\n', '\uFEFF', '\u200B'];

    private static readonly (string Name, decimal Yuan)[] MoneyUnits =
        [("亿元", 100_000_000), ("亿", 100_000_000), ("百万元", 1_000_000), ("百万", 1_000_000), ("万元", 10_000), ("万", 10_000), ("10k", 10_000), ("千元", 1_000), ("元", 1), ("yuan", 1), ("cny", 1), ("rmb", 1), ("人民币", 1), ("fen", 0.01m), ("分", 0.01m)];

    private static readonly (string Name, decimal Kg)[] WeightUnits =
        [("万吨", 10_000_000), ("公斤", 1), ("千克", 1), ("kg", 1), ("kgs", 1), ("吨", 1_000), ("t", 1_000), ("tonnes", 1_000), ("tonne", 1_000), ("tons", 1_000), ("ton", 1_000)];

    /// <summary>As it was written, without outer spaces; null where nothing is left. For names and remarks.</summary>
    public static string? Written(string? cell)
    {
        if (string.IsNullOrEmpty(cell))
        {
            return null;
        }

        var text = Space.Contains(cell[0]) || Space.Contains(cell[^1]) ? cell.Trim(Space) : cell;
        return text.Length == 0 ? null : text;
    }

    /// <summary>Half-width, without outer spaces; null where nothing is left. For codes, numbers, amounts and dates.</summary>
    /// <remarks>A text no store can keep (half a surrogate pair) comes back as it is: it is refused where it is checked.</remarks>
    public static string? Clean(string? cell)
    {
        if (Written(cell) is not { } text)
        {
            return null;
        }

        if (IsPlain(text) || !Kernel.PlainText.IsStorable(text))
        {
            return text;
        }

        return Written(text.Normalize(NormalizationForm.FormKC));
    }

    /// <remarks>ASCII and everyday Chinese are in normal form already; asking costs less than normalising every cell.</remarks>
    private static bool IsPlain(string text)
    {
        foreach (var c in text)
        {
            if (c is not ((>= ' ' and <= '~') or (>= '\u4E00' and <= '\u9FFF')))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Yuan per one of a column, where its header names a unit; yuan otherwise.</summary>
    public static decimal YuanOf(string header) => UnitOf(header, MoneyUnits) ?? 1m;

    /// <summary>Kilograms per one of a column, where its header names a unit; tonnes otherwise, as the trade counts.</summary>
    public static decimal KgOf(string header) => UnitOf(header, WeightUnits) ?? 1000m;

    /// <summary>An amount in fen.</summary>
    /// <param name="cell">Clean, such as 1,234.50 or ¥12.3万元 or (300).</param>
    /// <param name="yuan">Yuan per one, where the cell names no unit.</param>
    /// <param name="fen">Fen.</param>
    /// <returns>Null, or the text key of what is wrong.</returns>
    public static string? Fen(string cell, decimal yuan, out long fen)
    {
        fen = 0;
        if (Read(cell.AsSpan().TrimStart("¥￥$"), MoneyUnits, yuan) is not { } amount)
        {
            return "import.amount_wrong";
        }

        if (Math.Abs(amount) > 90_000_000_000_000m)
        {
            return "waybill.amount_range";
        }

        if (!decimal.IsInteger(amount * 100))
        {
            return "import.amount_decimals";
        }

        fen = (long)(amount * 100);
        return null;
    }

    /// <summary>A weight in kg, rounded half up to the kilogram.</summary>
    /// <param name="cell">Clean, such as 60.5 or 60,500kg.</param>
    /// <param name="factor">Kilograms per one, where the cell names no unit.</param>
    /// <param name="kg">Kilograms.</param>
    /// <returns>Null, or the text key of what is wrong.</returns>
    public static string? Kg(string cell, decimal factor, out long kg)
    {
        kg = 0;
        if (Read(cell, WeightUnits, factor) is not { } exact)
        {
            return "import.weight_wrong";
        }

        if (Math.Abs(exact) > 1_000_000_000_000_000m)
        {
            return "waybill.amount_range";
        }

        kg = (long)Math.Round(exact, MidpointRounding.AwayFromZero);
        return null;
    }

    /// <summary>Yes or no in either language; null where it is neither.</summary>
    public static bool? YesNo(string? cell) => cell?.ToUpperInvariant() switch { "1" or "是" or "TRUE" or "YES" or "Y" => true, "0" or "否" or "FALSE" or "NO" or "N" => false, _ => null };

    /// <summary>A number without unit.</summary>
    public static bool TryNumber(string cell, out decimal number)
    {
        var read = Read(cell, [], 1);
        number = read ?? 0;
        return read is not null;
    }

    /// <summary>A number with thousands, a minus or accountant's brackets, and perhaps a unit; null where it is none or too large to count.</summary>
    private static decimal? Read(ReadOnlySpan<char> text, (string Name, decimal Factor)[] units, decimal factor)
    {
        text = text.Trim();
        var brackets = text.Length > 2 && text[0] == '(' && text[^1] == ')';
        text = brackets ? text[1..^1].Trim() : text;
        var minus = text.Length > 1 && text[0] is '-' or '−';
        text = (minus || (text.Length > 1 && text[0] == '+') ? text[1..] : text).TrimStart("¥ ");
        if (text.Length == 0 || (brackets && minus))
        {
            return null;
        }

        var end = text.IndexOfAnyExcept(Figures);
        var unit = end < 0 ? default : text[end..].Trim();
        text = end < 0 ? text : text[..end];
        if (unit.Length > 0)
        {
            if (Find(units, unit) is not { } named)
            {
                return null;
            }

            factor = named;
        }

        if (!HasThousands(text) || !decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var number) || number > 1_000_000_000_000_000_000m)
        {
            return null;
        }

        return brackets || minus ? -number * factor : number * factor;
    }

    /// <summary>Commas stand before every three digits or not at all: 1,23 is no number, and may be one and a quarter elsewhere.</summary>
    private static bool HasThousands(ReadOnlySpan<char> text)
    {
        if (!text.Contains(','))
        {
            return true;
        }

        var point = text.IndexOf('.');
        var whole = point < 0 ? text : text[..point];
        var first = whole.IndexOf(',');
        if (first is < 1 or > 3 || (point >= 0 && text[point..].Contains(',')))
        {
            return false;
        }

        for (whole = whole[first..]; whole.Length > 0; whole = whole[4..])
        {
            if (whole.Length < 4 || whole[0] != ',' || whole[1..4].Contains(','))
            {
                return false;
            }
        }

        return true;
    }

    private static decimal? Find((string Name, decimal Factor)[] units, ReadOnlySpan<char> unit)
    {
        foreach (var (name, factor) in units)
        {
            if (unit.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return factor;
            }
        }

        return null;
    }

    /// <remarks>In a header a unit of Latin letters is a word of its own (weightKg, weight_t), so that the t of "weight" is none.</remarks>
    private static decimal? UnitOf(string header, (string Name, decimal Factor)[] units)
    {
        var words = Words(header);
        foreach (var (name, factor) in units)
        {
            if (char.IsAscii(name[0]) ? words.Contains(name, StringComparer.OrdinalIgnoreCase) : header.Contains(name, StringComparison.Ordinal))
            {
                return factor;
            }
        }

        return null;
    }

    /// <summary>revenueFen is revenue and Fen.</summary>
    private static List<string> Words(string header)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var c in header)
        {
            if (word.Length > 0 && (!char.IsAsciiLetterOrDigit(c) || (char.IsAsciiLetterUpper(c) && char.IsAsciiLetterLower(word[^1]))))
            {
                words.Add(word.ToString());
                word.Clear();
            }

            if (char.IsAsciiLetterOrDigit(c))
            {
                word.Append(c);
            }
        }

        words.Add(word.ToString());
        return words;
    }
}
