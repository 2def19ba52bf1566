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
    /// <summary>Most that are listed, and that a night erases.</summary>
    public const int Most = 200;

    /// <summary>One that is due.</summary>
    public sealed record Due(long Id, long CustomerId, string Name, string Customer, DateOnly Since);

    /// <summary>Those in the scope, who left first first; nobody where no time is set.</summary>
    public async Task<IReadOnlyList<Due>> Run(CancellationToken ct)
    {
        if ((await PersonalRule.Of(db, ct)).MonthsKept is not { } months)
        {
            return [];
        }

        var limit = BusinessCalendar.Day(db.UtcNow).AddMonths(-months);
        var since = BusinessCalendar.StartOfDay(limit);
        return await db.Set<Contact>().Where(k => !k.Active && k.ErasedAt == null && k.InactiveOn <= limit && db.Set<Customer>().Any(c => c.Id == k.CustomerId)
                && !db.Set<Note>().Any(n => n.RecordKind == RecordKind.Contact && n.RecordId == k.Id && n.CreatedAt > since) && !db.Set<Gesture>().Any(g => g.RecordKind == RecordKind.Contact && g.RecordId == k.Id && g.On > limit))
            .OrderBy(k => k.InactiveOn).ThenBy(k => k.Id).Take(Most).Select(k => new Due(k.Id, k.CustomerId, k.Name, k.Customer!.Name, k.InactiveOn!.Value)).ToListAsync(ct);
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
            foreach (var due in await services.GetRequiredService<DueErasures>().Run(ct))
            {
                erased += (await services.GetRequiredService<ErasePerson>().Run(due.CustomerId, due.Id, null, Texts.Both("personal.by_itself")[0], ct)).Refusal is null ? 1 : 0;
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
