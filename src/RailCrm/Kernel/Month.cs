using System.Globalization;

namespace RailCrm.Kernel;

/// <summary>A calendar month of the group's time, counted from January of year 0: <c>year × 12 + month − 1</c>.</summary>
public readonly record struct Month(int Number) : IComparable<Month>
{
    /// <summary>The month of a day.</summary>
    public static Month Of(DateOnly day) => new((day.Year * 12) + day.Month - 1);

    /// <summary>The year.</summary>
    public int Year => Number / 12;

    /// <summary>1 to 12.</summary>
    public int OfYear => (Number % 12) + 1;

    /// <summary>Its first day.</summary>
    public DateOnly First => new(Year, OfYear, 1);

    /// <summary>Its last day.</summary>
    public DateOnly Last => First.AddMonths(1).AddDays(-1);

    /// <summary>So many months later.</summary>
    public Month Plus(int months) => new(Number + months);

    /// <summary>Reads <c>2025-01</c>.</summary>
    public static bool TryParse(string? text, out Month month)
    {
        var ok = DateOnly.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day);
        month = ok ? Of(day) : default;
        return ok;
    }

    /// <summary>Reads <c>2025-01</c>.</summary>
    /// <exception cref="FormatException">It is no month.</exception>
    public static Month Parse(string text) => TryParse(text, out var month) ? month : throw new FormatException($"'{text}' is not a month like 2025-01.");

    /// <summary>All months from one to another, both included.</summary>
    public static IEnumerable<Month> Range(Month from, Month to)
    {
        for (var n = from.Number; n <= to.Number; n++)
        {
            yield return new(n);
        }
    }

    /// <summary>Earlier.</summary>
    public static bool operator <(Month left, Month right) => left.Number < right.Number;

    /// <summary>Later.</summary>
    public static bool operator >(Month left, Month right) => left.Number > right.Number;

    /// <summary>Not later.</summary>
    public static bool operator <=(Month left, Month right) => left.Number <= right.Number;

    /// <summary>Not earlier.</summary>
    public static bool operator >=(Month left, Month right) => left.Number >= right.Number;

    /// <inheritdoc/>
    public int CompareTo(Month other) => Number.CompareTo(other.Number);

    /// <summary>As <c>2025-01</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Year:0000}-{OfYear:00}");
}
