using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;
using Subject = RailCrm.Modules.Waybills.WaybillScore.Subject;

namespace RailCrm.Modules.Waybills;

/// <summary>Keeps the pairs of waybill lines that are likely one right: of a line that somebody wrote or changed in its transaction, of all others at night (<see cref="SearchWaybillDuplicates"/>), so that an import pays nothing. Every read takes an index.</summary>
internal static class RenewWaybillPairs
{
    /// <summary>Lines of a customer within some days that are looked through, the newest first.</summary>
    private const int MostNear = 20_000;

    /// <summary>Days that are read at once: lines that lie further apart are looked for separately.</summary>
    private const int DaysAtOnce = 5;

    /// <summary>Renews the pairs of some lines: new ones are added, those whose fields changed are scored anew and open again, those that are none any more go.</summary>
    public static async Task Of(CrmDb db, IReadOnlyCollection<Subject> lines, CancellationToken ct)
    {
        var ids = lines.Select(l => l.Id).ToList();
        if (ids.Count == 0)
        {
            return;
        }

        var near = (await Near(db, lines, ct)).DistinctBy(s => s.Id).ToDictionary(s => s.Id);
        var known = (await db.Set<WaybillPair>().AsNoTracking().Where(p => EF.Parameter(ids).Contains(p.FirstId)).ToListAsync(ct))
            .UnionBy(await db.Set<WaybillPair>().AsNoTracking().Where(p => EF.Parameter(ids).Contains(p.SecondId)).ToListAsync(ct), p => p.Id).ToDictionary(p => (p.FirstId, p.SecondId));
        foreach (var line in await Subjects(db, [.. known.Keys.SelectMany(k => new[] { k.FirstId, k.SecondId }).Distinct().Where(id => !near.ContainsKey(id))], ct))
        {
            near[line.Id] = line;
        }

        var pairs = WaybillScore.Among(lines, near.Values).Concat(known.Keys.Where(k => near.ContainsKey(k.FirstId) && near.ContainsKey(k.SecondId)).Select(k => (First: near[k.FirstId], Second: near[k.SecondId])));
        var changes = pairs.DistinctBy(p => (p.First.Id, p.Second.Id)).Select(p => new Change(known.GetValueOrDefault((p.First.Id, p.Second.Id)), p.First, p.Second)).Where(c => c.Is).ToList();
        var held = await Held(db, [.. changes.SelectMany(c => new[] { c.First.Id, c.Second.Id }).Distinct()], ct);
        foreach (var change in changes.Where(c => held.Contains(c.First.Id) && held.Contains(c.Second.Id)).OrderBy(c => c.First.Id).ThenBy(c => c.Second.Id)) // In order: two writers never wait for each other in a ring.
        {
            await Keep(db, change, ct);
        }
    }

    /// <summary>A pair as it is stored and as its lines have it by now.</summary>
    private sealed record Change(WaybillPair? Known, Subject First, Subject Second)
    {
        public string Fingerprint { get; } = WaybillScore.Fingerprint(First, Second);

        public (int Score, string Reasons)? Now { get; } = WaybillScore.Of(First, Second);

        public bool Is => Known is null ? Now is not null : Known.Fingerprint != Fingerprint || Known.CustomerId != First.CustomerId || First.CustomerId != Second.CustomerId;
    }

    /// <summary>Those lines that stay until the transaction ends. On PostgreSQL one that somebody is deleting at this moment is left out rather than waited for: its pairs go along with it, and were it kept after all, the night finds them.</summary>
    private static async Task<HashSet<long>> Held(CrmDb db, long[] ids, CancellationToken ct) => ids.Length == 0 || !db.IsPostgres ? [.. ids]
        : [.. await db.Database.SqlQuery<long>($"SELECT id AS \"Value\" FROM waybill_lines WHERE id = ANY({ids}) ORDER BY id FOR KEY SHARE SKIP LOCKED").ToListAsync(ct)];

    /// <summary>What is compared of lines by their keys.</summary>
    public static async Task<List<Subject>> Subjects(CrmDb db, IReadOnlyCollection<long> ids, CancellationToken ct) =>
        ids.Count == 0 ? [] : await Said(db.Set<WaybillLine>().Where(w => EF.Parameter(ids).Contains(w.Id))).ToListAsync(ct);

    /// <summary>The same of some lines, without what is not compared.</summary>
    public static IQueryable<Subject> Said(IQueryable<WaybillLine> lines) =>
        lines.Select(w => new Subject(w.Id, w.CustomerId, w.Source, w.ExternalNo, w.Date, w.Service, w.Origin, w.Destination, w.WeightKg, w.RevenueFen, w.CommodityCategory, w.Commodity));

    /// <summary>Lines of the same customers from the day before to the day after, some days at a time: the index begins with customer and day.</summary>
    private static async Task<List<Subject>> Near(CrmDb db, IReadOnlyCollection<Subject> lines, CancellationToken ct)
    {
        var near = new List<Subject>();
        foreach (var (customer, days) in lines.GroupBy(l => l.CustomerId).SelectMany(g => Runs(g.Select(l => l.Date)).Select(days => (g.Key, days))))
        {
            var (from, to) = (days.From.DayNumber == 0 ? days.From : days.From.AddDays(-1), days.To.AddDays(1));
            near.AddRange(await Said(db.Set<WaybillLine>().Where(w => w.CustomerId == customer && w.Date >= from && w.Date <= to).OrderByDescending(w => w.Date).ThenByDescending(w => w.Id).Take(MostNear)).ToListAsync(ct));
        }

        return near;
    }

    private static IEnumerable<(DateOnly From, DateOnly To)> Runs(IEnumerable<DateOnly> days)
    {
        (DateOnly From, DateOnly To)? run = null;
        foreach (var day in days.Distinct().Order())
        {
            if (run is var (from, to) && day.DayNumber - to.DayNumber <= 2 && day.DayNumber - from.DayNumber < DaysAtOnce)
            {
                run = (from, day);
                continue;
            }

            if (run is { } done)
            {
                yield return done;
            }

            run = (day, day);
        }

        if (run is { } last)
        {
            yield return last;
        }
    }

    /// <remarks>Past the change tracker: somebody may find the same pair at this very moment.</remarks>
    private static async Task Keep(CrmDb db, Change change, CancellationToken ct)
    {
        var (known, first, second, fingerprint) = (change.Known, change.First, change.Second, change.Fingerprint);
        if (change.Now is not var (score, reasons))
        {
            await db.Set<WaybillPair>().Where(p => p.Id == known!.Id).ExecuteDeleteAsync(ct);
        }
        else if (known is null)
        {
            await db.Database.ExecuteSqlAsync($"INSERT INTO waybill_pairs (customer_id, first_id, second_id, score, reasons, fingerprint, found_at) VALUES ({first.CustomerId}, {first.Id}, {second.Id}, {score}, {reasons}, {fingerprint}, {db.UtcNow}) ON CONFLICT (first_id, second_id) DO NOTHING", ct);
        }
        else
        {
            await db.Set<WaybillPair>().Where(p => p.Id == known.Id).ExecuteUpdateAsync(u => u
                .SetProperty(p => p.CustomerId, first.CustomerId).SetProperty(p => p.Score, score).SetProperty(p => p.Reasons, reasons).SetProperty(p => p.Fingerprint, fingerprint)
                .SetProperty(p => p.DismissedAt, (DateTime?)null).SetProperty(p => p.DismissedBy, (long?)null).SetProperty(p => p.DismissedReason, (string?)null), ct);
        }
    }
}
