using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace RailCrm.Kernel;

/// <summary>A day that comes back every year: month and day of the solar or of the lunar calendar (农历), and the year where it is known. A birthday in a leap month (闰月) is kept in the month of the same number, as people do.</summary>
/// <param name="Year">1900–2100; null where only the day is known.</param>
/// <param name="Month">1–12.</param>
/// <param name="Day">1–31; of a lunar month 1–30.</param>
/// <param name="IsLunar">Whether it is of the lunar calendar.</param>
public readonly record struct Birthday(int? Year, int Month, int Day, bool IsLunar)
{
    /// <summary>Added to the key of a lunar day.</summary>
    private const int Lunar = 2_000;

    private static readonly ChineseLunisolarCalendar Calendar = new();

    /// <summary>Reads 1980-05-03, 05-03, 1980/5/3, 19800503, 5月3日 and the like; false where that is no day.</summary>
    public static bool TryRead(string? text, bool isLunar, [NotNullWhen(true)] out Birthday? read)
    {
        read = null;
        if (!PlainText.IsStorable(text))
        {
            return false;
        }

        var plain = (text ?? "").Normalize(NormalizationForm.FormKC).Trim();
        if (plain.Length is 0 or > 20)
        {
            return false;
        }

        var parts = plain.Length == 8 && plain.All(char.IsAsciiDigit) ? [plain[..4], plain[4..6], plain[6..]] : plain.Split(['-', '/', '.', '年', '月', '日', ' '], StringSplitOptions.RemoveEmptyEntries);
        var numbers = new List<int>();
        foreach (var part in parts)
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            numbers.Add(number);
        }

        if (numbers is not ([_, _] or [_, _, _]))
        {
            return false;
        }

        var (year, month, day) = (numbers.Count == 3 ? numbers[0] : (int?)null, numbers[^2], numbers[^1]);
        if (year is < 1900 or > 2100 || month is < 1 or > 12 || day < 1 || day > (isLunar ? 30 : DateTime.DaysInMonth(year ?? 2000, month)))
        {
            return false;
        }

        read = new(year, month, day, isLunar);
        return true;
    }

    /// <summary>By which it is found: month and day, a lunar one 2000 higher.</summary>
    public int Key => (IsLunar ? Lunar : 0) + (Month * 100) + Day;

    /// <summary>As it is stored and typed: 1980-05-03, or 05-03.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(Year is { } year ? $"{year:0000}-" : "")}{Month:00}-{Day:00}");

    /// <summary>The keys of everything that is kept on some days, each with its first day among them. 29 February is kept on the 28th of other years, the 30th of a lunar month on the 29th of a short one.</summary>
    /// <param name="from">The first day.</param>
    /// <param name="until">The last one.</param>
    public static Dictionary<int, DateOnly> Keys(DateOnly from, DateOnly until)
    {
        var keys = new Dictionary<int, DateOnly>();
        for (var day = from; day <= until; day = day.AddDays(1))
        {
            keys.TryAdd((day.Month * 100) + day.Day, day);
            if (day is { Month: 2, Day: 28 } && !DateTime.IsLeapYear(day.Year))
            {
                keys.TryAdd(229, day);
            }

            if (LunarOf(day) is { IsLeap: false } lunar)
            {
                keys.TryAdd(Lunar + (lunar.Month * 100) + lunar.Day, day);
                if (lunar is { Day: 29, DaysInMonth: 29 })
                {
                    keys.TryAdd(Lunar + (lunar.Month * 100) + 30, day);
                }
            }
        }

        return keys;
    }

    /// <summary>A day in the lunar calendar; null outside what it is computed for (1901–2100).</summary>
    public static (int Month, int Day, bool IsLeap, int DaysInMonth)? LunarOf(DateOnly day)
    {
        var at = day.ToDateTime(TimeOnly.MinValue);
        if (at < Calendar.MinSupportedDateTime || at > Calendar.MaxSupportedDateTime)
        {
            return null;
        }

        var (year, month) = (Calendar.GetYear(at), Calendar.GetMonth(at));
        var leap = Calendar.GetLeapMonth(year); // The place of the leap month among thirteen; 0 where there is none.
        return (leap > 0 && month >= leap ? month - 1 : month, Calendar.GetDayOfMonth(at), leap > 0 && month == leap, Calendar.GetDaysInMonth(year, month));
    }
}
