using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Managers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Notes;

namespace RailCrm.Modules.Pools;

/// <summary>Lets customers fall into pools each night by the pools' rules, and warns their managers before. Only what somebody answers for can fall; what nobody answers for is the list of gaps. By ranges of keys, each read in one query off the book of responsibilities; goes on from its checkpoint.</summary>
internal static class RunPools
{
    /// <summary>The kind of job.</summary>
    public const string Kind = "pools";

    private const int AtOnce = 20_000;

    /// <summary>Falls of one transaction, so that nobody waits long for the database.</summary>
    private const int Falls = 500;

    /// <summary>Where it stands: the key of the last customer looked at, and what came of it so far.</summary>
    private sealed record Place(long After, int Fallen, int Warned);

    private sealed record Row(long Id, long UnitId, CustomerTier Tier, string? Industry, long UserId, DateOnly From, DateTime? NotedAt, Month? Shipped);

    private sealed record Due(Row Row, Pool Pool, DateOnly Day, PoolWhy Why);

    public static async Task<string> Run(IServiceProvider services, JobLease lease, CancellationToken ct)
    {
        var db = services.GetRequiredService<CrmDb>();
        var place = JsonSerializer.Deserialize<Place>(lease.Job.Checkpoint ?? "null") ?? new(0, 0, 0);
        var last = await db.Set<Customer>().MaxAsync(c => (long?)c.Id, ct) ?? 0;
        var plan = await PoolPlan.Read(db, ct);
        while (place.After < last)
        {
            var low = place.After;
            var due = plan.IsEmpty ? [] : await Look(db, plan, low, low + AtOnce, ct);
            foreach (var some in (await Ripe(db, due, low, low + AtOnce, ct)).Chunk(Falls))
            {
                place = await db.Write(async () =>
                {
                    var next = place with { Fallen = place.Fallen + await Fall(db, plan, some, ct) }; // What fell has no manager and does not fall again, wherever the job is cut off.
                    await lease.Advance(JsonSerializer.Serialize(next), low, 0, last, ct);
                    return next;
                }, ct);
                db.ChangeTracker.Clear();
            }

            place = await db.Write(async () =>
            {
                var next = place with { After = low + AtOnce, Warned = place.Warned + await Warn(db, due, low, low + AtOnce, ct) };
                await lease.Advance(JsonSerializer.Serialize(next), Math.Min(next.After, last), 0, last, ct);
                return next;
            }, ct);
            db.ChangeTracker.Clear();
        }

        await db.Write(() => Tell(db, lease.Job.StartedAt ?? db.UtcNow, ct), ct);
        var yesterday = BusinessCalendar.Day(db.UtcNow).AddDays(-1);
        await db.Write(() => db.Set<PoolView>().Where(v => v.Day < yesterday).ExecuteDeleteAsync(ct), ct);
        return string.Create(CultureInfo.InvariantCulture, $$"""{"fallen":{{place.Fallen}},"warned":{{place.Warned}}}""");
    }

    /// <summary>Those of a range that fall, or of whose fall somebody must be told by now.</summary>
    private static async Task<List<Due>> Look(CrmDb db, PoolPlan plan, long low, long high, CancellationToken ct)
    {
        var (today, tiers) = (BusinessCalendar.Day(db.UtcNow), plan.Tiers.ToList());
        var latest = today.AddDays(-Math.Max(plan.Soonest, 0));
        var rows = await (
            from r in db.Set<Responsibility>()
            join c in db.Set<Customer>() on r.CustomerId equals c.Id
            join u in db.Set<OrgUnit>() on c.UnitId equals u.Id
            where r.CustomerId > low && r.CustomerId <= high && r.Duty == Duty.Main && r.Until == null && r.Level == u.Level && r.From <= latest && c.Active && EF.Parameter(tiers).Contains(c.Tier)
            select new Row(c.Id, c.UnitId, c.Tier, c.IndustryCode, r.UserId, r.From,
                db.Set<Note>().Where(n => n.CustomerId == c.Id).Max(n => (DateTime?)n.CreatedAt),
                db.Set<MonthlyFact>().Where(f => f.CustomerId == c.Id && f.Lines > 0).OrderByDescending(f => f.Month).Select(f => (Month?)f.Month).FirstOrDefault())).AsNoTracking().ToListAsync(ct);
        var perhaps = rows.Where(row => plan.Over(row.UnitId).Any(p => p.Takes(row.Tier, row.Industry, null) && Of(p, row) is { } due && due.Day <= today.AddDays(p.Pool.WarnDays))).ToList();
        var stations = new Dictionary<long, HashSet<(bool, string)>>();
        if (plan.AsksStations)
        {
            foreach (var some in perhaps.Select(r => r.Id).Chunk(1_000))
            {
                foreach (var station in await db.Set<MainStation>().AsNoTracking().Where(s => EF.Parameter(some).Contains(s.CustomerId)).Select(s => new { s.CustomerId, s.Sending, s.Station }).ToListAsync(ct))
                {
                    (stations.TryGetValue(station.CustomerId, out var known) ? known : stations[station.CustomerId] = []).Add((station.Sending, station.Station));
                }
            }
        }

        return [.. from row in perhaps
                   let pool = plan.Over(row.UnitId).FirstOrDefault(p => p.Rules.ContainsKey(row.Tier) && p.Takes(row.Tier, row.Industry, stations.GetValueOrDefault(row.Id) ?? []))
                   where pool is not null
                   let due = Of(pool, row)
                   where due is not null && due.Value.Day <= today.AddDays(pool.Pool.WarnDays)
                   select new Due(row, pool.Pool, due.Value.Day, due.Value.Why)];

        static (DateOnly Day, PoolWhy Why)? Of(PoolPlan.Planned pool, Row row) => pool.Due(row.Tier, row.From, row.NotedAt is { } at ? BusinessCalendar.Day(at) : null, row.Shipped);
    }

    /// <summary>Those whose day has come, and of whom the manager was told long enough before.</summary>
    private static async Task<List<Due>> Ripe(CrmDb db, List<Due> due, long low, long high, CancellationToken ct)
    {
        var today = BusinessCalendar.Day(db.UtcNow);
        var warned = await db.Set<PoolWarning>().AsNoTracking().Where(w => w.CustomerId > low && w.CustomerId <= high && w.DueOn <= today).ToDictionaryAsync(w => w.CustomerId, ct);
        return due.FindAll(d => d.Day <= today && (d.Pool.WarnDays == 0 || (warned.TryGetValue(d.Row.Id, out var w) && (w.PoolId, w.UserId, w.Why) == (d.Pool.Id, d.Row.UserId, d.Why))));
    }

    /// <summary>Looks again while nobody else can change who answers for them: a note, an appointment or a move of the last minutes keeps a customer.</summary>
    private static async Task<int> Fall(CrmDb db, PoolPlan plan, Due[] some, CancellationToken ct)
    {
        var ids = some.Select(d => d.Row.Id).ToList();
        await new ManagerBook(db).Hold(ids, ct);
        var (today, still) = (BusinessCalendar.Day(db.UtcNow), (await Look(db, plan, ids.Min() - 1, ids.Max(), ct)).ToDictionary(d => d.Row.Id));
        var fall = some.Where(d => still.TryGetValue(d.Row.Id, out var now) && now.Day <= today && (now.Pool.Id, now.Row.UserId, now.Row.UnitId, now.Why) == (d.Pool.Id, d.Row.UserId, d.Row.UnitId, d.Why)).ToList();
        await new PoolBook(db).Put([.. fall.Select(d => (d.Row.Id, d.Pool, d.Why))], null, ct, tell: false);
        return fall.Count;
    }

    /// <summary>Writes down who must be told, and forgets those whom something was done for.</summary>
    private static async Task<int> Warn(CrmDb db, List<Due> due, long low, long high, CancellationToken ct)
    {
        var today = BusinessCalendar.Day(db.UtcNow);
        var standing = await db.Set<PoolWarning>().Where(w => w.CustomerId > low && w.CustomerId <= high).ToDictionaryAsync(w => w.CustomerId, ct);
        var fallen = await PoolBook.Open(db).Where(s => s.CustomerId > low && s.CustomerId <= high).Select(s => s.CustomerId).ToHashSetAsync(ct);
        var added = 0;
        foreach (var d in due.Where(d => !fallen.Contains(d.Row.Id)))
        {
            if (standing.Remove(d.Row.Id, out var before) && (before.PoolId, before.UserId, before.Why) == (d.Pool.Id, d.Row.UserId, d.Why) && d.Day <= before.DueOn)
            {
                continue;
            }

            var warning = before ?? new() { CustomerId = d.Row.Id };
            (warning.PoolId, warning.UserId, warning.Why, warning.Told) = (d.Pool.Id, d.Row.UserId, d.Why, false);
            warning.DueOn = d.Day > today.AddDays(d.Pool.WarnDays) ? d.Day : today.AddDays(d.Pool.WarnDays); // Also what lacked long before the rule was made is told of in time.
            added++;
            if (before is null)
            {
                db.Add(warning);
            }
        }

        db.RemoveRange(standing.Values);
        await db.SaveChangesAsync(ct);
        return added;
    }

    /// <summary>One line for each manager, however many the customers are: of those that will fall, and of those that fell.</summary>
    private static async Task<int> Tell(CrmDb db, DateTime began, CancellationToken ct)
    {
        var fallen = await PoolBook.Open(db).Where(s => s.InBy == 0 && s.InAt >= began && s.FormerUserId != null).Select(s => new { s.FormerUserId, s.CustomerId }).ToListAsync(ct);
        new PoolBook(db).Tell(fallen.Select(s => (s.FormerUserId!.Value, s.CustomerId)), PoolBook.Pooled);
        var told = await db.Set<PoolWarning>().Where(w => !w.Told).GroupBy(w => w.UserId).Select(g => new { g.Key, First = g.Min(w => w.CustomerId), Count = g.Count() }).ToListAsync(ct);
        db.AddRange(told.Select(t => new Platform.Inbox.InboxLine
        {
            UserId = t.Key, Kind = PoolBook.Warned, CustomerId = t.First, RecordKind = Platform.Records.RecordKind.Customer, RecordId = 0, ActorId = 0, At = db.UtcNow, Detail = t.Count > 1 ? t.Count.ToString(CultureInfo.InvariantCulture) : null,
        }));
        await db.SaveChangesAsync(ct);
        return await db.Set<PoolWarning>().Where(w => !w.Told).ExecuteUpdateAsync(s => s.SetProperty(w => w.Told, true), ct);
    }
}
