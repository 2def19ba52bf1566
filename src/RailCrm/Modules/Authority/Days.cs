using System.Globalization;

namespace RailCrm.Modules.Authority;

/// <summary>Days as forms send them.</summary>
internal static class Days
{
    /// <summary>Reads one, or none; false where it is neither.</summary>
    public static bool TryRead(string? typed, out DateOnly? day)
    {
        day = DateOnly.TryParseExact(typed, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var read) ? read : null;
        return day is not null || string.IsNullOrWhiteSpace(typed);
    }
}
