using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Managers;
using RailCrm.Platform.Data;
using RailCrm.Platform.Inbox;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Care;

/// <summary>Reminds early each day whoever answers for a customer of its people's days that come within the lead time: once for a contact and day. Of the three great festivals everybody is reminded once, by one line for the main contacts of all his large customers.</summary>
internal static class RemindOfDays
{
    /// <summary>The kind of job.</summary>
    public const string Kind = "care";

    /// <summary>What an inbox line tells; its text is <c>inbox.kind_…</c>.</summary>
    public const string Told = "care_day";

    /// <summary>The line of a festival.</summary>
    public const string ToldFestival = "care_festival";

    /// <summary>A festival of a year as a record that inbox lines name.</summary>
    public const string Festival = "festival";

    private const int AtOnce = 500;

    /// <summary>三节: those at which business partners greet each other; of others the page tells.</summary>
    private static readonly string[] Great = ["spring", "dragon_boat", "mid_autumn"];

    public static async Task<string> Run(IServiceProvider services, JobLease lease, CancellationToken ct)
    {
        var db = services.GetRequiredService<CrmDb>();
        var (today, rule) = (BusinessCalendar.Day(db.UtcNow), await CareRule.Read(db, ct));
        var until = today.AddDays(rule.LeadDays);
        var keys = Birthday.Keys(today, until);
        var asked = keys.Keys.ToList();
        var born = await db.Set<Contact>().Where(k => k.BirthdayKey != null && EF.Parameter(asked).Contains(k.BirthdayKey.Value) && k.Active).Select(k => new { k.Id, k.CustomerId, Key = k.BirthdayKey!.Value }).ToListAsync(ct);
        var kept = await (from d in db.Set<ContactDay>() where EF.Parameter(asked).Contains(d.DayKey) join k in db.Set<Contact>() on d.RecordId equals k.Id where k.Active select new { k.Id, k.CustomerId, Key = d.DayKey }).ToListAsync(ct);
        var told = (await db.Set<CareTold>().Where(t => t.On >= today && t.On <= until).Select(t => new { t.ContactId, t.On }).ToListAsync(ct)).Select(t => (t.ContactId, t.On)).ToHashSet();
        var due = born.Concat(kept).Select(k => (Contact: k.Id, Customer: k.CustomerId, On: keys[k.Key])).Where(k => !told.Contains((k.Contact, k.On))).DistinctBy(k => (k.Contact, k.On)).OrderBy(k => k.Contact).ThenBy(k => k.On).ToList();
        var reminded = 0;
        foreach (var some in due.Chunk(AtOnce))
        {
            reminded += await db.Write(async () =>
            {
                var customers = some.Select(s => s.Customer).Distinct().ToList();
                var managers = (await db.Set<Responsibility>().AsNoTracking().Where(r => EF.Parameter(customers).Contains(r.CustomerId) && r.Duty == Duty.Main && r.Until == null).Select(r => new { r.CustomerId, r.UserId, r.Level }).ToListAsync(ct))
                    .GroupBy(r => r.CustomerId).ToDictionary(g => g.Key, g => g.OrderByDescending(r => r.Level).First().UserId); // The one nearest to the customer.
                foreach (var day in some.Where(s => managers.ContainsKey(s.Customer)))
                {
                    db.Add(new CareTold { ContactId = day.Contact, On = day.On });
                    db.Add(new InboxLine { UserId = managers[day.Customer], Kind = Told, CustomerId = day.Customer, RecordKind = RecordKind.Contact, RecordId = day.Contact, Detail = day.On.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), At = db.UtcNow });
                }

                await db.SaveChangesAsync(ct);
                await lease.Advance("{}", reminded + some.Length, 0, due.Count, ct);
                return some.Count(s => managers.ContainsKey(s.Customer));
            }, ct);
            db.ChangeTracker.Clear();
        }

        reminded += await Festivals(db, keys, ct);
        await db.Write(() => db.Set<CareTold>().Where(t => t.On < today).ExecuteDeleteAsync(ct), ct);
        return string.Create(CultureInfo.InvariantCulture, $$"""{"reminded":{{reminded}}}""");
    }

    /// <summary>Tells each manager of a festival that comes, once, how many customers there are to greet.</summary>
    private static async Task<int> Festivals(CrmDb db, Dictionary<int, DateOnly> keys, CancellationToken ct)
    {
        var reminded = 0;
        foreach (var (code, key) in ComingDays.Festivals.Where(f => Great.Contains(f.Code) && keys.ContainsKey(f.Key)))
        {
            var on = keys[key];
            reminded += await db.Write(async () =>
            {
                if (await db.Set<CareTold>().AnyAsync(t => t.ContactId == -key && t.On == on, ct)) // No contact has such a key.
                {
                    return 0;
                }

                var managers = await (
                    from c in db.Set<Customer>()
                    where c.Tier == CustomerTier.Large && db.Set<Contact>().Any(k => k.CustomerId == c.Id && k.IsMain && k.Active && k.ErasedAt == null)
                    join r in db.Set<Responsibility>() on c.Id equals r.CustomerId
                    where r.Duty == Duty.Main && r.Until == null
                    select new { r.CustomerId, r.UserId, r.Level }).ToListAsync(ct);
                var customers = managers.GroupBy(r => r.CustomerId).Select(g => g.MaxBy(r => r.Level)!.UserId).GroupBy(user => user).ToList(); // The one nearest to each customer.
                db.Add(new CareTold { ContactId = -key, On = on });
                db.AddRange(customers.Select(g => new InboxLine { UserId = g.Key, Kind = ToldFestival, RecordKind = Festival, RecordId = IdOf(code, on), Detail = g.Count().ToString(CultureInfo.InvariantCulture), At = db.UtcNow }));
                await db.SaveChangesAsync(ct);
                return customers.Count;
            }, ct);
            db.ChangeTracker.Clear();
        }

        return reminded;
    }

    /// <summary>A festival's day and its place among them as one key.</summary>
    internal static long IdOf(string code, DateOnly on) => (on.DayNumber * 100L) + Array.FindIndex(ComingDays.Festivals, f => f.Code == code);

    /// <summary>A festival leads to the people whom its reader is to greet.</summary>
    internal static readonly RecordKind Record = new(Festival, "care.festival", "calendar-event", Platform.Access.Permission.CustomersRead, (_, ids, _) => Task.FromResult<IReadOnlyList<RecordFound>>(
        [.. ids.Where(id => id % 100 < ComingDays.Festivals.Length && id / 100 is > 0 and <= 3_652_058).Select(id => new RecordFound(id, 0, $"{Platform.Text.Texts.Get($"festival.{ComingDays.Festivals[id % 100].Code}")} {DateOnly.FromDayNumber((int)(id / 100)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}", "/contacts?main=true&mine=true&tier=large"))]), PastScope: true);
}
