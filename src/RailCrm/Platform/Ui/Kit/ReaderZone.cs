using RailCrm.Kernel;

namespace RailCrm.Platform.Ui.Kit;

/// <summary>The zone in which the person of this request reads instants; Beijing's unless the account says another. Days are the group's days all the same, and so are documents and files.</summary>
public static class ReaderZone
{
    /// <summary>The cookie that carries it from the account to each request.</summary>
    public const string Cookie = "zone";

    /// <summary>Beijing's.</summary>
    public const string Usual = "Asia/Shanghai";

    /// <summary>What an account may choose: where the group's trains and their people are.</summary>
    public static readonly IReadOnlyList<string> Offered = [Usual, "Asia/Urumqi", "Asia/Almaty", "Asia/Vientiane", "Europe/Moscow", "Europe/Warsaw", "Europe/Berlin", "UTC"];

    private static readonly AsyncLocal<TimeZoneInfo?> Zone = new();

    /// <summary>Holds for the rest of this request.</summary>
    public static void Use(string? id) => Zone.Value = id is not null and not Usual && Offered.Contains(id) && TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone) ? zone : null;

    /// <summary>An instant (UTC) as the reader's clock showed it.</summary>
    public static DateTime At(DateTime utc) => Zone.Value is { } zone ? TimeZoneInfo.ConvertTimeFromUtc(DateTime.SpecifyKind(utc, DateTimeKind.Utc), zone) : BusinessCalendar.ToBeijing(utc);
}
