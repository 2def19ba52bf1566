using RailCrm.Kernel;

namespace RailCrm.Modules.Approvals;

/// <summary>Until when a node is to be decided, by the business calendar. No database here.</summary>
internal static class Deadline
{
    /// <summary>The instant (UTC) so many hours of working days, or so many working days, after another. What is asked for on a day off begins with the next working day.</summary>
    public static DateTime Of(DateTime utc, int due, DueUnit unit, WorkingDays calendar)
    {
        var at = BusinessCalendar.ToBeijing(utc);
        var day = DateOnly.FromDateTime(at);
        var time = at.TimeOfDay;
        if (!calendar.Includes(day))
        {
            (day, time) = (calendar.Add(day, 1), TimeSpan.Zero);
        }

        if (unit == DueUnit.WorkingDays)
        {
            return BusinessCalendar.StartOfDay(calendar.Add(day, due)) + time;
        }

        var hours = time + TimeSpan.FromHours(due);
        return BusinessCalendar.StartOfDay(calendar.Add(day, hours.Days)) + (hours - TimeSpan.FromDays(hours.Days));
    }

    /// <summary>From when on the approver is reminded: when a quarter of the time is left.</summary>
    public static DateTime Reminder(DateTime asked, DateTime due) => asked + ((due - asked) * 0.75);
}
