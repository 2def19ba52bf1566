namespace RailCrm.Kernel;

/// <summary>Working days in China: Monday to Friday, but for the days that the State Council's notice of each November moves.</summary>
/// <param name="moved">Days that differ from their weekday: true where worked (调休), false where free (法定节假日).</param>
public sealed class WorkingDays(IReadOnlyDictionary<DateOnly, bool> moved)
{
    /// <summary>Whether a day is worked.</summary>
    public bool Includes(DateOnly day) => moved.TryGetValue(day, out var worked) ? worked : day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday);

    /// <summary>The day so many working days later, or earlier where <paramref name="days"/> is negative. The first day itself is not counted; 0 gives it back.</summary>
    public DateOnly Add(DateOnly from, int days)
    {
        var step = Math.Sign(days);
        for (var left = Math.Abs(days); left > 0;)
        {
            from = from.AddDays(step);
            left -= Includes(from) ? 1 : 0;
        }

        return from;
    }

    /// <summary>Working days from one day to another, both included.</summary>
    public int Count(DateOnly first, DateOnly last) => Enumerable.Range(0, Math.Max(0, last.DayNumber - first.DayNumber + 1)).Count(i => Includes(first.AddDays(i)));
}
