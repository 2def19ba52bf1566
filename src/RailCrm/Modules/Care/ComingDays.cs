using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Managers;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Care;

/// <summary>The birthdays and other days of contacts that come within some days. The days are turned into keys, solar and lunar, so that an index answers whatever the calendar.</summary>
internal sealed class ComingDays(CrmDb db)
{
    /// <summary>So many are read, those of the most important customers first; beyond that one narrows.</summary>
    public const int Most = 2_000;

    /// <summary>Festivals by the calendars, with the key of their text behind <c>festival.</c>.</summary>
    internal static readonly (string Code, int Key)[] Festivals =
    [
        ("new_year", 101), ("spring", new Birthday(null, 1, 1, true).Key), ("lantern", new Birthday(null, 1, 15, true).Key), ("women", 308), ("labour", 501), ("dragon_boat", new Birthday(null, 5, 5, true).Key),
        ("mid_autumn", new Birthday(null, 8, 15, true).Key), ("double_ninth", new Birthday(null, 9, 9, true).Key), ("national", 1001),
    ];

    /// <summary>One day of a person.</summary>
    /// <param name="On">When it comes.</param>
    /// <param name="Name">What it is; null for a birthday.</param>
    /// <param name="Day">As it is stored.</param>
    /// <param name="IsLunar">Whether that is lunar.</param>
    /// <param name="ContactId">Whose.</param>
    /// <param name="Contact">The name.</param>
    /// <param name="Title">The title.</param>
    /// <param name="CustomerId">The customer.</param>
    /// <param name="Customer">The customer's name.</param>
    /// <param name="Tier">The customer's tier.</param>
    public sealed record Row(DateOnly On, string? Name, string Day, bool IsLunar, long ContactId, string Contact, string? Title, long CustomerId, string Customer, CustomerTier Tier);

    /// <summary>What comes.</summary>
    /// <param name="Rows">The days, those of important customers first, then by when they come.</param>
    /// <param name="Festivals">The festivals, in their order.</param>
    /// <param name="Cut">Whether there are more than were read.</param>
    public sealed record Coming(IReadOnlyList<Row> Rows, IReadOnlyList<(DateOnly On, string Code)> Festivals, bool Cut);

    private sealed record Found(long Id, int Key, long DayId, CustomerTier Tier);

    /// <summary>Days from today, read piece by piece.</summary>
    private static readonly int[] Spans = [0, 2, 8, 31, 400];

    /// <summary>What comes from today on within <paramref name="days"/> in the actor's scope; of <paramref name="mine"/> those at customers whose manager the actor is.</summary>
    public async Task<Coming> Run(int days, bool mine, CancellationToken ct)
    {
        var today = BusinessCalendar.Day(db.UtcNow);
        var (keys, me) = (Birthday.Keys(today, today.AddDays(days)), db.Actor.UserId);
        var customers = db.Set<Customer>().AsQueryable();
        customers = mine ? customers.Where(c => db.Set<Responsibility>().Any(r => r.CustomerId == c.Id && r.UserId == me && r.Until == null)) : customers;
        var found = new List<Found>();
        foreach (var span in Spans.Zip(Spans.Skip(1)))
        {
            // The nearest days first, so that what is too much is cut off the farthest.
            var asked = keys.Where(k => k.Value.DayNumber - today.DayNumber >= span.First && k.Value.DayNumber - today.DayNumber < span.Second).Select(k => k.Key).ToList();
            if (asked.Count == 0 || found.Count > Most)
            {
                continue;
            }

            var born = db.Set<Contact>().Where(k => k.BirthdayKey != null && EF.Parameter(asked).Contains(k.BirthdayKey.Value) && k.Active).Select(k => new { k.Id, k.CustomerId, Key = k.BirthdayKey!.Value, DayId = 0L });
            var kept = from d in db.Set<ContactDay>() where EF.Parameter(asked).Contains(d.DayKey) join k in db.Set<Contact>() on d.RecordId equals k.Id where k.Active select new { k.Id, k.CustomerId, Key = d.DayKey, DayId = d.Id };
            found.AddRange((await (from d in born.Concat(kept) join c in customers on d.CustomerId equals c.Id
                                   orderby c.Tier == CustomerTier.Large ? 0 : c.Tier == CustomerTier.Medium ? 1 : c.Tier == CustomerTier.AtRisk ? 2 : c.Tier == CustomerTier.Small ? 3 : 4, d.Id, d.DayId
                                   select new { d.Id, d.Key, d.DayId, c.Tier }).Take(Most + 1 - found.Count).ToListAsync(ct)).Select(f => new Found(f.Id, f.Key, f.DayId, f.Tier)));
        }

        var rows = found.Take(Most).OrderBy(f => Rank(f.Tier)).ThenBy(f => keys[f.Key]).ThenBy(f => f.Id).ThenBy(f => f.DayId).ToList();
        var (people, dayIds) = (rows.Select(r => r.Id).Distinct().ToList(), rows.Select(r => r.DayId).Where(id => id > 0).ToList());
        var contacts = await (from k in db.Set<Contact>() where EF.Parameter(people).Contains(k.Id) join c in db.Set<Customer>() on k.CustomerId equals c.Id select new { k.Id, k.Name, k.Title, k.Birthday, k.BirthdayLunar, k.CustomerId, Customer = c.Name }).ToDictionaryAsync(k => k.Id, ct);
        var names = dayIds.Count == 0 ? [] : await db.Set<ContactDay>().Where(d => EF.Parameter(dayIds).Contains(d.Id)).ToDictionaryAsync(d => d.Id, ct);
        return new([.. from r in rows where contacts.ContainsKey(r.Id) let k = contacts[r.Id] let day = names.GetValueOrDefault(r.DayId)
                       select new Row(keys[r.Key], day?.Name, day?.Day ?? k.Birthday!, day?.IsLunar ?? k.BirthdayLunar, k.Id, k.Name, k.Title, k.CustomerId, k.Customer, r.Tier)],
            [.. Festivals.Where(f => keys.ContainsKey(f.Key)).Select(f => (keys[f.Key], f.Code)).OrderBy(f => f.Item1)], found.Count > Most);
    }

    private static int Rank(CustomerTier tier) => tier switch { CustomerTier.Large => 0, CustomerTier.Medium => 1, CustomerTier.AtRisk => 2, CustomerTier.Small => 3, CustomerTier.Prospective => 4 };
}
