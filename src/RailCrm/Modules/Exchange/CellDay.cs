using System.Globalization;

namespace RailCrm.Modules.Exchange;

/// <summary>Which of two numbers before a year is the day: 3/5/2026 may be the fifth of March or the third of May, and only its column tells.</summary>
public enum DayOrder
{
    /// <summary>The column has no such dates.</summary>
    None,

    /// <summary>It has, but none that tells: taken as month/day, as table programs write.</summary>
    Unknown,

    /// <summary>Month first.</summary>
    MonthFirst,

    /// <summary>Day first.</summary>
    DayFirst,

    /// <summary>Some cells tell one, some the other: those that tell nothing are refused.</summary>
    Mixed,
}

/// <summary>Reads dates as people and programs write them.</summary>
internal static class CellDay
{
    private static readonly string[] Written =
        ["yyyy-M-d", "yyyy/M/d", "yyyy.M.d", "yyyyMMdd", "yyyy年M月d日", "yyyy年M月d", "yyyy-M", "yyyy/M", "yyyy.M", "yyyyMM", "yyyy年M月", "d-MMM-yyyy", "MMM d, yyyy", "d MMM yyyy", "MMM-yyyy", "MMM yyyy"];

    /// <summary>A day; the first of a month that comes alone; a spreadsheet's day number. A time behind it is passed over.</summary>
    /// <returns>Null, or the text key of what is wrong.</returns>
    public static string? Read(string cell, DayOrder order, out DateOnly day)
    {
        if (TryIso(cell, out day))
        {
            return null;
        }

        var text = WithoutTime(cell);
        if (TwoNumbers(text) is { } two)
        {
            var (first, second, year) = two;
            if (order == DayOrder.Mixed && first <= 12 && second <= 12 && first != second)
            {
                return "import.date_ambiguous";
            }

            var dayFirst = first > 12 || (order == DayOrder.DayFirst && second <= 12);
            return Make(year, dayFirst ? second : first, dayFirst ? first : second, out day) ? null : "import.date_wrong";
        }

        if (DateOnly.TryParseExact(text, Written, CultureInfo.InvariantCulture, DateTimeStyles.AllowWhiteSpaces, out day))
        {
            return null;
        }

        // Day numbers of 1949 to 2099, as a workbook keeps them where a column is not marked as dates.
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number is >= 18_264 and < 73_051)
        {
            day = DateOnly.FromDateTime(DateTime.FromOADate(number));
            return null;
        }

        return "import.date_wrong";
    }

    /// <summary>What one more cell tells of its column.</summary>
    public static DayOrder Learn(DayOrder known, string cell)
    {
        if (known == DayOrder.Mixed || cell.Length < 8 || !cell.AsSpan(0, 4).ContainsAny("/-.") || TwoNumbers(WithoutTime(cell)) is not { } two)
        {
            return known;
        }

        var told = two.First > 12 ? DayOrder.DayFirst : two.Second > 12 ? DayOrder.MonthFirst : DayOrder.Unknown;
        return known is DayOrder.None or DayOrder.Unknown ? told > known ? told : known : told == DayOrder.Unknown || told == known ? known : DayOrder.Mixed;
    }

    /// <remarks>Most files write yyyy-MM-dd or yyyy/M/d, so that is read without trying every form.</remarks>
    private static bool TryIso(string cell, out DateOnly day)
    {
        day = default;
        if (cell.Length < 8 || cell[4] is not ('-' or '/' or '.'))
        {
            return false;
        }

        var separator = cell[4];
        var (year, month, date, at) = (0, 0, 0, 0);
        for (; at < 4; at++)
        {
            if (!char.IsAsciiDigit(cell[at]))
            {
                return false;
            }

            year = (year * 10) + cell[at] - '0';
        }

        for (at = 5; at < cell.Length && char.IsAsciiDigit(cell[at]) && at < 7; at++)
        {
            month = (month * 10) + cell[at] - '0';
        }

        if (at == cell.Length || cell[at] != separator)
        {
            return false;
        }

        var start = ++at;
        for (; at < cell.Length && char.IsAsciiDigit(cell[at]) && at < start + 2; at++)
        {
            date = (date * 10) + cell[at] - '0';
        }

        return (at == cell.Length || (cell[at] is ' ' or 'T' && cell.AsSpan(at).Contains(':'))) && Make(year, month, date, out day);
    }

    private static string WithoutTime(string cell)
    {
        var cut = cell.IndexOfAny(['T', ' ']);
        return cut > 5 && char.IsAsciiDigit(cell[0]) && cell.AsSpan(cut).Contains(':') ? cell[..cut] : cell;
    }

    /// <summary>3/5/2026, 3-5-2026 or 3.5.2026; null where it is written otherwise.</summary>
    private static (int First, int Second, int Year)? TwoNumbers(string text)
    {
        Span<Range> parts = stackalloc Range[4];
        var span = text.AsSpan();
        return span.SplitAny(parts, "/-.") == 3 && span[parts[0]].Length is 1 or 2 && span[parts[1]].Length is 1 or 2 && span[parts[2]].Length == 4
            && int.TryParse(span[parts[0]], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && int.TryParse(span[parts[1]], NumberStyles.None, CultureInfo.InvariantCulture, out var second)
            && int.TryParse(span[parts[2]], NumberStyles.None, CultureInfo.InvariantCulture, out var year) ? (first, second, year) : null;
    }

    private static bool Make(int year, int month, int date, out DateOnly day)
    {
        var real = year is >= 1 and <= 9999 && month is >= 1 and <= 12 && date >= 1 && date <= DateTime.DaysInMonth(year, month);
        day = real ? new(year, month, date) : default;
        return real;
    }
}
