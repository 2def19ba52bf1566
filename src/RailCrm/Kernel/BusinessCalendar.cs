namespace RailCrm.Kernel;

/// <summary>The group's days. Railway freight is dated in Beijing time everywhere in China, whatever zone the server runs in.</summary>
public static class BusinessCalendar
{
    private static readonly TimeZoneInfo Beijing = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai");

    /// <summary>Today in Beijing.</summary>
    public static DateOnly Today(this TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(clock.GetUtcNow(), Beijing).DateTime);
    }

    /// <summary>An instant (UTC) as the clock in Beijing showed it.</summary>
    public static DateTime ToBeijing(DateTime utc) => TimeZoneInfo.ConvertTimeFromUtc(DateTime.SpecifyKind(utc, DateTimeKind.Utc), Beijing);

    /// <summary>The day of an instant (UTC).</summary>
    public static DateOnly Day(DateTime utc) => DateOnly.FromDateTime(ToBeijing(utc));

    /// <summary>The instant (UTC) at which a day begins.</summary>
    public static DateTime StartOfDay(DateOnly day) => TimeZoneInfo.ConvertTimeToUtc(day.ToDateTime(TimeOnly.MinValue), Beijing);
}
