using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Reference;

/// <summary>Days off and make-up workdays: those built in, and those the group adds when the State Council announces them.</summary>
public sealed class Holidays(CrmDb db)
{
    /// <summary>Longest stretch set at once: a holiday has at most some ten days.</summary>
    public const int MostDays = 31;

    private static readonly Lazy<IReadOnlyList<Holiday>> BuiltIn = new(() =>
        [.. Embedded.Rows("holidays").Select(r => new Holiday { Date = DateOnly.Parse(r[0], CultureInfo.InvariantCulture), Name = r[1], Worked = r[3] == "1" })]);

    private static readonly Lazy<Dictionary<string, string>> EnglishNames = new(() => Embedded.Rows("holidays").DistinctBy(r => r[1]).ToDictionary(r => r[1], r => r[2]));

    /// <summary>What is said of a stretch of days.</summary>
    public sealed class Input
    {
        /// <summary>First day.</summary>
        public DateOnly? From { get; set; }

        /// <summary>Last day; the first where missing.</summary>
        public DateOnly? To { get; set; }

        /// <summary>Of which holiday.</summary>
        public string Name { get; set; } = "";

        /// <summary>True where the days are worked to make up for it.</summary>
        public bool Worked { get; set; }
    }

    /// <summary>A holiday's name in the language of the reader; a name that the group typed stays as it is.</summary>
    public static string NameOf(string name) => Term.InEnglish ? EnglishNames.Value.GetValueOrDefault(name, name) : name;

    /// <summary>Adds the built-in days of every year that has none yet; a year that people have touched stays as they left it.</summary>
    public static async Task EnsureKnown(CrmDb db, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        try
        {
            await db.Write(async () =>
            {
                var years = (await db.Set<Holiday>().Select(h => h.Date).ToListAsync(ct)).Select(d => d.Year).ToHashSet();
                db.AddRange(BuiltIn.Value.Where(h => !years.Contains(h.Date.Year)).Select(h => new Holiday { Date = h.Date, Name = h.Name, Worked = h.Worked }));
                return await db.SaveChangesAsync(ct);
            }, ct);
        }
        catch (DbUpdateException e) when (e.InnerException is Npgsql.PostgresException { SqlState: "23505" })
        {
            // Another node starts at the same time and was first.
        }

        db.ChangeTracker.Clear();
    }

    /// <summary>The calendar that all of them make.</summary>
    public async Task<WorkingDays> Calendar(CancellationToken ct) => new(await db.Set<Holiday>().AsNoTracking().ToDictionaryAsync(h => h.Date, h => h.Worked, ct));

    /// <summary>The moved days of a year, in order.</summary>
    public async Task<IReadOnlyList<Holiday>> Of(int year, CancellationToken ct)
    {
        var (first, last) = (new DateOnly(year, 1, 1), new DateOnly(year, 12, 31));
        return await db.Set<Holiday>().AsNoTracking().Where(h => h.Date >= first && h.Date <= last).OrderBy(h => h.Date).ToListAsync(ct);
    }

    /// <summary>Years with at least one moved day, latest first.</summary>
    public async Task<IReadOnlyList<int>> Years(CancellationToken ct) =>
        [.. (await db.Set<Holiday>().Select(h => h.Date).ToListAsync(ct)).Select(d => d.Year).Distinct().OrderDescending()];

    /// <summary>Sets a stretch of days free or worked; gives how many days changed.</summary>
    public async Task<Result<int>> Set(Input input, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (!db.Actor.May(Permission.OrganizationWrite))
        {
            return new Refusal.Forbidden();
        }

        if (Check(input) is { Count: > 0 } errors)
        {
            return new Refusal.InvalidMany(errors);
        }

        var (first, last, name) = (input.From!.Value, input.To ?? input.From.Value, input.Name.Trim());
        return await db.Write(async () =>
        {
            var known = await db.Set<Holiday>().Where(h => h.Date >= first && h.Date <= last).ToDictionaryAsync(h => h.Date, ct);
            var changed = 0;
            for (var day = first; day <= last; day = day.AddDays(1))
            {
                var before = known.TryGetValue(day, out var holiday) ? (holiday.Name, holiday.Worked) : default;
                if (holiday is not null && before == (name, input.Worked))
                {
                    continue;
                }

                if (holiday is null)
                {
                    db.Add(holiday = new() { Date = day });
                }

                (holiday.Name, holiday.Worked) = (name, input.Worked);
                Note(before.Name is null ? "created" : "updated", day, before.Name is null ? null : before, (name, input.Worked));
                changed++;
            }

            await db.SaveChangesAsync(ct);
            return changed;
        }, ct);
    }

    /// <summary>Makes a day an ordinary one again.</summary>
    public async Task<Result<Holiday>> Remove(DateOnly day, CancellationToken ct)
    {
        if (!db.Actor.May(Permission.OrganizationWrite))
        {
            return new Refusal.Forbidden();
        }

        return await db.Write<Result<Holiday>>(async () =>
        {
            if (await db.Set<Holiday>().SingleOrDefaultAsync(h => h.Date == day, ct) is not { } holiday)
            {
                return new Refusal.NotFound();
            }

            db.Remove(holiday);
            Note("deleted", day, (holiday.Name, holiday.Worked), null);
            await db.SaveChangesAsync(ct);
            return holiday;
        }, ct);
    }

    private static List<FieldError> Check(Input input)
    {
        var errors = new List<FieldError>();
        var (first, last) = (input.From, input.To ?? input.From);
        if (first is not { Year: >= 2000 and <= 2100 })
        {
            errors.Add(new(nameof(input.From), "holiday.from_wrong"));
        }
        else if (last < first || last!.Value.DayNumber - first.Value.DayNumber >= MostDays)
        {
            errors.Add(new(nameof(input.To), "holiday.to_wrong", MostDays));
        }
        else if (input.Worked && Enumerable.Range(first.Value.DayNumber, last.Value.DayNumber - first.Value.DayNumber + 1).Any(n => DateOnly.FromDayNumber(n).DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday)))
        {
            errors.Add(new(nameof(input.Worked), "holiday.worked_anyway"));
        }

        if (string.IsNullOrWhiteSpace(input.Name) || input.Name.Length > Holiday.NameLength || !PlainText.IsStorable(input.Name))
        {
            errors.Add(new(nameof(input.Name), "holiday.name_wrong", Holiday.NameLength));
        }

        return errors;
    }

    /// <remarks>A day is its own key, so it is no <see cref="IAudited"/>; its row in the audit trail carries the number of the day.</remarks>
    private void Note(string action, DateOnly day, (string Name, bool Worked)? before, (string Name, bool Worked)? after) =>
        db.Add(new AuditEntry(db.Actor, db.UtcNow, action, nameof(Holiday), day.DayNumber, changes: JsonSerializer.Serialize(new Dictionary<string, object?[]>
        {
            ["Date"] = [before is null ? null : day, after is null ? null : day],
            ["Name"] = [before?.Name, after?.Name],
            ["Worked"] = [before?.Worked, after?.Worked],
        })));
}
