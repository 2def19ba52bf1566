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

/// <summary>Reminds early each day whoever answers for a customer of its people's days that come within the lead time: once for a contact and day.</summary>
internal static class RemindOfDays
{
    /// <summary>The kind of job.</summary>
    public const string Kind = "care";

    /// <summary>What an inbox line tells; its text is <c>inbox.kind_…</c>.</summary>
    public const string Told = "care_day";

    private const int AtOnce = 500;

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

        await db.Write(() => db.Set<CareTold>().Where(t => t.On < today).ExecuteDeleteAsync(ct), ct);
        return string.Create(CultureInfo.InvariantCulture, $$"""{"reminded":{{reminded}}}""");
    }
}
