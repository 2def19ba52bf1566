using System.Globalization;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;

namespace RailCrm.Platform.Lists;

/// <summary>Comparisons of a column with a value that becomes a parameter of the statement.</summary>
internal static class Compare
{
    /// <summary>Behind every text that begins with what it is put behind: both engines order by code point, and beyond U+FFFF there are characters of names.</summary>
    public const string Greatest = "\U0010FFFF";

    private sealed record Box<T>(T Value);

    private static MemberExpression Parameter<T>(T value) => Expression.Property(Expression.Constant(new Box<T>(value)), nameof(Box<>.Value));

    public static Expression Same<T>(Expression column, T value) => value is null ? Expression.Equal(column, Expression.Constant(null, column.Type)) : Expression.Equal(column, Parameter(value));

    public static Expression Known(Expression column) => Expression.NotEqual(column, Expression.Constant(null, column.Type));

    public static Expression AtLeast<T>(Expression column, T value) => Ordered(ExpressionType.GreaterThanOrEqual, column, value);

    public static Expression AtMost<T>(Expression column, T value) => Ordered(ExpressionType.LessThanOrEqual, column, value);

    public static Expression Before<T>(Expression column, T value) => Ordered(ExpressionType.LessThan, column, value);

    public static Expression After<T>(Expression column, T value) => Ordered(ExpressionType.GreaterThan, column, value);

    public static Expression Among<T>(Expression column, List<T> values)
    {
        Expression<Func<T, bool>> among = v => EF.Parameter(values).Contains(v);
        return new Swap(among.Parameters[0], column).Visit(among.Body)!;
    }

    /// <remarks>Texts by the database's collation, which is by code point on both engines.</remarks>
    private static BinaryExpression Ordered<T>(ExpressionType type, Expression column, T value) => typeof(T) == typeof(string)
        ? Expression.MakeBinary(type, Expression.Call(typeof(string), nameof(string.Compare), null, column, Parameter(value)), Expression.Constant(0))
        : Expression.MakeBinary(type, column, Parameter(value));
}

/// <summary>A value as it is typed, as the range of stored values that it means: a month is thirty days, a day of Beijing is 24 hours of UTC.</summary>
internal static class ValueRange
{
    public static bool TryRead<T>(FieldKind kind, string text, DateTime now, out T from, out T to)
    {
        (from, to) = (default!, default!);
        if (!PlainText.IsStorable(text) || text.Length > 200 || Read(kind, Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T), text, now) is not var (first, last))
        {
            return false;
        }

        (from, to) = ((T)first, (T)last);
        return true;
    }

    /// <summary>A figure as it is typed, in the unit that a filter takes.</summary>
    public static bool TryNumber(FieldKind kind, string text, out decimal number) =>
        TypedNumber.TryRead(text, kind switch { FieldKind.Money => TypedNumber.Yuan, FieldKind.Weight => TypedNumber.Tonnes, FieldKind.Percent => TypedNumber.Percent, _ => [] }, out number);

    private static (object, object)? Read(FieldKind kind, Type type, string text, DateTime now)
    {
        if (type.IsEnum)
        {
            return !char.IsAsciiDigit(text[0]) && text[0] != '-' && Enum.TryParse(type, text, ignoreCase: true, out var code) && Enum.IsDefined(type, code!) ? (code!, code!) : null;
        }

        if (type == typeof(bool))
        {
            return bool.TryParse(text, out var flag) ? (flag, flag) : null;
        }

        if (type == typeof(DateOnly))
        {
            return Days(text, now) is var (first, last) ? (first, last) : null;
        }

        if (type == typeof(DateTime))
        {
            return Days(text, now) is var (first, last) ? (BusinessCalendar.StartOfDay(first), BusinessCalendar.StartOfDay(last.AddDays(1)).AddTicks(-10)) : null;
        }

        if (type == typeof(string))
        {
            return (text, text);
        }

        var factor = kind switch { FieldKind.Money => 100, FieldKind.Weight => 1_000, _ => 1 };
        if (!TryNumber(kind, text, out var number) || Math.Abs(number) > 90_000_000_000_000_000m / factor || !decimal.IsInteger(number * factor))
        {
            return null;
        }

        var whole = (long)(number * factor);
        return type == typeof(int) ? whole is >= int.MinValue and <= int.MaxValue ? ((int)whole, (int)whole) : null : (whole, whole);
    }

    /// <summary>A day, a month, a year, or one of them counted back from today: 2026-03-31, 2026-03, 2026, today, -30d, -3m, -1y.</summary>
    private static (DateOnly First, DateOnly Last)? Days(string text, DateTime now)
    {
        var today = BusinessCalendar.Day(now);
        if (text is "today" || (text.Length > 2 && text[0] == '-' && int.TryParse(text[1..^1], NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            var back = text is "today" ? 0 : int.Parse(text[1..^1], CultureInfo.InvariantCulture);
            DateOnly? day = text[^1] switch
            {
                'y' when text is "today" => today,
                'd' when back <= 40_000 => today.AddDays(-back),
                'm' when back <= 1_200 => today.AddMonths(-back),
                'y' when back <= 100 => today.AddYears(-back),
                _ => null,
            };
            return day is { } only ? (only, only) : null;
        }

        if (Month.TryParse(text, out var month))
        {
            return (month.First, month.Last);
        }

        if (text.Length == 4 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var year) && year > 0)
        {
            return (new(year, 1, 1), new(year, 12, 31));
        }

        return DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var exact) ? (exact, exact) : null;
    }
}
