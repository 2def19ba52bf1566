using System.Data.Common;
using System.Globalization;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Care;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Inbox;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Notes;
using RailCrm.Platform.Personal;
using RailCrm.Platform.Records;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Privacy;

/// <summary>Contacts that left so long ago, without a note or gesture since, that the group wants them erased: the work list.</summary>
internal sealed class DueErasures(CrmDb db)
{
    /// <summary>Days that a contact was left as it is before the night erases it: long enough for somebody to see it on the list.</summary>
    private const int Rests = 7;

    /// <summary>Most that are listed, and that a night erases.</summary>
    public const int Most = 200;

    /// <summary>One that is due.</summary>
    public sealed record Due(long Id, long CustomerId, string Name, string Customer, DateOnly? Since);

    /// <summary>Those in the scope, in the bin or not, who left first first and last of whom no day is known; nobody where no time is set. With <paramref name="rested"/> those alone that nobody changed lately; with <paramref name="one"/> that one, if it is due.</summary>
    public async Task<IReadOnlyList<Due>> Run(CancellationToken ct, bool rested = false, long? one = null)
    {
        if ((await PersonalRule.Of(db, ct)).MonthsKept is not { } months)
        {
            return [];
        }

        var limit = BusinessCalendar.Day(db.UtcNow).AddMonths(-months);
        var since = BusinessCalendar.StartOfDay(limit);
        var lately = db.UtcNow.AddDays(-Rests);
        var trail = db.Set<AuditEntry>().Where(a => a.Entity == nameof(Contact));
        var due = db.Set<Contact>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(k => !k.Active && k.ErasedAt == null && k.PartOfId == null && db.Set<Customer>().Any(c => c.Id == k.CustomerId)
            && (k.InactiveOn <= limit || (k.InactiveOn == null && trail.Any(a => a.EntityId == k.Id && a.At <= since) && !trail.Any(a => a.EntityId == k.Id && a.At > since)))
            && !db.Set<Note>().Any(n => n.RecordKind == RecordKind.Contact && n.RecordId == k.Id && n.CreatedAt > since) && !db.Set<Gesture>().Any(g => g.RecordKind == RecordKind.Contact && g.RecordId == k.Id && g.On > limit));
        due = rested ? due.Where(k => !trail.Any(a => a.EntityId == k.Id && a.At > lately)) : due;
        due = one is { } id ? due.Where(k => k.Id == id) : due;
        return await due.OrderBy(k => k.InactiveOn == null).ThenBy(k => k.InactiveOn).ThenBy(k => k.Id).Take(Most).Select(k => new Due(k.Id, k.CustomerId, k.Name, k.Customer!.Name, k.InactiveOn)).ToListAsync(ct);
    }
}

/// <summary>Each night: warns before the personal block ends, removes what is stored once it ended long enough ago, and, where the group switched that on, erases those who are due.</summary>
internal static class PersonalNight
{
    public const string Kind = "personal";

    /// <summary>What an inbox line tells; its text is <c>inbox.kind_…</c>.</summary>
    public const string Told = "personal_ends";

    /// <summary>The settings as a record that the line names.</summary>
    public static readonly RecordKind Record = new("personal", "personal.rule_title", "lock", Permission.Security,
        (_, ids, _) => Task.FromResult<IReadOnlyList<RecordFound>>([.. ids.Select(id => new RecordFound(id, 0, Texts.Get("personal.rule_title"), "/settings/personal"))]), PastScope: true);

    /// <summary>Days before its end from which on it is told.</summary>
    private const int WarnedBefore = 30;

    private const int AtOnce = 5_000;

    public static async Task<string> Run(IServiceProvider services, JobLease lease, CancellationToken ct)
    {
        var db = services.GetRequiredService<CrmDb>();
        var (rule, today) = (await PersonalRule.Of(db, ct), BusinessCalendar.Day(db.UtcNow));
        var warned = rule.Holds(today) && rule.Until <= today.AddDays(WarnedBefore) ? await Warn(db, rule, ct) : 0;
        var (removed, erased) = (rule.RemovedFrom(today) <= today ? await Remove(db, ct) : 0, 0);
        if (rule is { ErasesItself: true, MonthsKept: not null })
        {
            var (list, erase, log) = (services.GetRequiredService<DueErasures>(), services.GetRequiredService<ErasePerson>(), services.GetRequiredService<ILogger<DueErasures>>());
            foreach (var due in await list.Run(ct, rested: true))
            {
                try
                {
                    // One that came back meanwhile is asked again where nobody else writes.
                    var done = await LongStep.Run(services, lease, stop => erase.Run(due.CustomerId, due.Id, null, Texts.Both("personal.by_itself")[0], stop, async () => (await list.Run(stop, rested: true, due.Id)).Count > 0), ct);
                    erased += done.Refusal is null ? 1 : 0;
                }
                catch (Exception e) when (e is DbException or DbUpdateException or System.Text.Json.JsonException or InvalidOperationException)
                {
                    log.LogError(e, "Contact {Contact} could not be erased; the others go on.", due.Id);
                }

                db.ChangeTracker.Clear();
                await db.Write(async () =>
                {
                    await lease.Advance("{}", erased, 0, null, ct);
                    return true;
                }, ct);
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $$"""{"warned":{{warned}},"removed":{{removed}},"erased":{{erased}}}""");
    }

    /// <summary>Tells each security administrator once for each last day.</summary>
    private static Task<int> Warn(CrmDb db, PersonalRule rule, CancellationToken ct) => db.Write(async () =>
    {
        var day = rule.Until!.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var told = await db.Set<InboxLine>().IgnoreQueryFilters().Where(l => l.Kind == Told && l.Detail == day).Select(l => l.UserId).ToListAsync(ct);
        var people = await (from u in db.Set<User>() join r in db.Set<IdentityUserRole<long>>() on u.Id equals r.UserId join p in db.Set<RolePermission>() on r.RoleId equals p.RoleId where p.Permission == Permission.Security && !EF.Parameter(told).Contains(u.Id) select u.Id).Distinct().ToListAsync(ct);
        db.AddRange(people.Select(user => new InboxLine { UserId = user, Kind = Told, RecordKind = Kind, RecordId = 1, Detail = day, At = db.UtcNow }));
        await db.SaveChangesAsync(ct);
        return people.Count;
    }, ct);

    private static async Task<int> Remove(CrmDb db, CancellationToken ct)
    {
        for (var removed = 0; ;)
        {
            var some = await db.Set<PersonalTrait>().IgnoreQueryFilters().OrderBy(t => t.Id).Take(AtOnce).Select(t => t.Id).ToListAsync(ct);
            if (some.Count == 0)
            {
                return removed;
            }

            removed += await db.Write(async () =>
            {
                db.Add(new AuditEntry(db.Actor, db.UtcNow, "personal_removed", nameof(PersonalRule), 1, null, string.Create(CultureInfo.InvariantCulture, $$"""{"Rows":[null,{{some.Count}}]}""")));
                await db.SaveChangesAsync(ct);
                return await db.Set<PersonalTrait>().IgnoreQueryFilters().Where(t => EF.Parameter(some).Contains(t.Id)).ExecuteDeleteAsync(ct);
            }, ct);
        }
    }
}
