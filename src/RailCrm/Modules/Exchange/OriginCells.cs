using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Exchange;

/// <summary>Reads 建档人 and 建档时间 of a row: who made the record before it came here, and when.</summary>
/// <remarks>Only a kind of someone who manages accounts has these fields (<see cref="ImportKind.Of"/>): who else maps a column to them is refused.</remarks>
internal sealed class OriginCells(CrmDb db, FieldMap map, Import import, DayOrder order)
{
    private static readonly DateOnly Earliest = new(1949, 10, 1);

    private readonly Filling? _by = map["createdBy"], _at = map["createdAt"];
    private readonly Dictionary<string, (long Id, string Name)?> _accounts = [];

    /// <summary>What the row says; null where it says nothing, or something wrong.</summary>
    public async Task<Origin?> Read(TableRow row, List<FieldError> errors, CancellationToken ct)
    {
        var (by, at) = (_by?.Written(row), _at?.Clean(row));
        (long Id, string Name)? author = null;
        if (by is not null && !_accounts.TryGetValue(by, out author))
        {
            _accounts[by] = author = await Account(by, ct);
        }

        var wrongAuthor = by is not null && author is null;
        errors.AddRange(wrongAuthor ? [new("createdBy", "import.author_unknown", by!)] : Array.Empty<FieldError>());
        DateTime? made = null;
        if (at is not null)
        {
            if (Instant(at, order, db.UtcNow, out var instant) is { } wrong)
            {
                errors.Add(new("createdAt", wrong));
                return null;
            }

            made = instant;
        }

        return wrongAuthor || (author is null && made is null) ? null : new(author?.Id, author?.Name, made, import.Id, import.FileName);
    }

    /// <summary>A day, or a day and a time, of Beijing; between the founding of the state and now.</summary>
    /// <returns>Null, or the text key of what is wrong.</returns>
    public static string? Instant(string cell, DayOrder order, DateTime now, out DateTime instant)
    {
        instant = default;
        if (CellDay.Read(cell, order, out var day) is { } wrong)
        {
            return wrong;
        }

        var (cut, time) = (cell.IndexOfAny(['T', ' ']), TimeOnly.MinValue);
        if (cut > 0 && cell.AsSpan(cut).Contains(':') && !TimeOnly.TryParseExact(cell.AsSpan(cut + 1).Trim(), ["H:mm", "H:mm:ss", "H:mm:ss.FFFFFF"], CultureInfo.InvariantCulture, DateTimeStyles.None, out time))
        {
            return "import.created_wrong";
        }

        if (day < Earliest || day > BusinessCalendar.Day(now))
        {
            return "import.created_range";
        }

        instant = BusinessCalendar.StartOfDay(day) + time.ToTimeSpan();
        return instant > now ? "import.created_range" : null;
    }

    /// <summary>The account of that user name, of that name where no two share it, or of both as an export writes them.</summary>
    private async Task<(long Id, string Name)?> Account(string typed, CancellationToken ct)
    {
        if (!PlainText.IsStorable(typed))
        {
            return null;
        }

        var (whole, first) = (typed.ToUpperInvariant(), typed.Split(' ', 2)[0].ToUpperInvariant());
        var found = await db.Set<User>().AsNoTracking().Where(u => u.NormalizedUserName == whole || u.NormalizedUserName == first || u.DisplayName == typed)
            .Select(u => new { u.Id, u.NormalizedUserName, u.UserName, u.DisplayName }).Take(4).ToListAsync(ct);
        var one = found.Find(u => u.NormalizedUserName == whole) ?? found.Find(u => $"{u.UserName} {u.DisplayName}".Equals(typed, StringComparison.OrdinalIgnoreCase))
            ?? (found.FindAll(u => u.DisplayName == typed) is [var named] ? named : null);
        return one is null ? null : (one.Id, one.DisplayName);
    }
}
