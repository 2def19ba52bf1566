using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;

namespace RailCrm.Modules.Waybills;

/// <summary>Looks for waybill lines booked twice, at night or when asked: among the lines made since the last search, which have the larger keys, and those changed since, of which the trail tells. Never all of them: there may be a hundred million.</summary>
/// <remarks>Where the points changed since the last search, the pairs that are stored are told anew first. Goes on from its checkpoint; each batch is one transaction, so that others write in between. How far it came stands in the job's result, where the next one begins.</remarks>
internal sealed class SearchWaybillDuplicates(CrmDb db)
{
    /// <summary>The kind of job.</summary>
    public const string Job = "waybill_duplicates";

    /// <summary>The newest lines that the first search looks at: older ones are in closed books.</summary>
    internal const long MostAtFirst = 1_000_000;

    /// <summary>Looked at once more: a key is given before the line is committed, so a smaller one may come into sight later.</summary>
    private const long Again = 10_000;

    private const int LinesAtOnce = 500;

    /// <summary>How far it is. Pairs where that is due, lines and then entries of the trail, up to what was there when it began.</summary>
    private sealed record Place(string Phase, long Last, long LastLine, long LastEntry, long Done, long Total, long FirstEntry, long FirstLine);

    /// <summary>What the next search goes by.</summary>
    private sealed record Outcome(int Found, long Line, long Entry, int Rules = 0);

    public static Task<string> Run(IServiceProvider services, JobLease lease, CancellationToken ct) => new SearchWaybillDuplicates(services.GetRequiredService<CrmDb>()).Run(lease, ct);

    private IQueryable<AuditEntry> Changes => db.Set<AuditEntry>().Where(a => a.Entity == nameof(WaybillLine));

    private async Task<string> Run(JobLease lease, CancellationToken ct)
    {
        var place = lease.Job.Checkpoint is { } checkpoint ? JsonSerializer.Deserialize<Place>(checkpoint)! : await Begin(ct);
        while (place.Phase.Length > 0)
        {
            var here = place;
            place = await db.Write(async () =>
            {
                var next = await (here.Phase switch { "pairs" => Pairs(here, ct), "lines" => Lines(here, ct), _ => Entries(here, ct) });
                await lease.Advance(JsonSerializer.Serialize(next), Math.Min(next.Done, next.Total), 0, next.Total, ct);
                return next;
            }, ct);
            db.ChangeTracker.Clear();
        }

        return JsonSerializer.Serialize(new Outcome(await db.Set<WaybillPair>().CountAsync(p => p.DismissedAt == null, ct), place.LastLine, place.LastEntry, WaybillScore.Rules));
    }

    private async Task<Place> Begin(CancellationToken ct)
    {
        var result = await db.Set<Job>().Where(j => j.Kind == Job && j.State == "completed").OrderByDescending(j => j.Id).Select(j => j.Result).FirstOrDefaultAsync(ct);
        var before = result is null ? null : JsonSerializer.Deserialize<Outcome>(result);
        var line = await db.Set<WaybillLine>().OrderByDescending(w => w.Id).Select(w => w.Id).FirstOrDefaultAsync(ct);
        var entry = await Changes.OrderByDescending(a => a.Id).Select(a => a.Id).FirstOrDefaultAsync(ct);
        var from = Math.Max(0, before is null ? line - MostAtFirst : before.Line - Again);
        var since = before is null ? entry : Math.Max(0, before.Entry - Again);
        var again = before?.Rules == WaybillScore.Rules ? 0 : await db.Set<WaybillPair>().OrderByDescending(p => p.Id).Select(p => p.Id).FirstOrDefaultAsync(ct);
        return new(again > 0 ? "pairs" : "lines", again > 0 ? 0 : from, line, entry, 0, again + Math.Max(0, line - from) + Math.Max(0, entry - since), since, from);
    }

    /// <summary>Tells stored pairs by the points of today. What somebody said of one holds: its lines are what they were.</summary>
    private async Task<Place> Pairs(Place at, CancellationToken ct)
    {
        var pairs = await db.Set<WaybillPair>().AsNoTracking().Where(p => p.Id > at.Last).OrderBy(p => p.Id).Take(LinesAtOnce).ToListAsync(ct);
        var lines = (await RenewWaybillPairs.Subjects(db, [.. pairs.SelectMany(p => new[] { p.FirstId, p.SecondId }).Distinct()], ct)).ToDictionary(s => s.Id);
        foreach (var pair in pairs.OrderBy(p => p.FirstId).ThenBy(p => p.SecondId))
        {
            if (lines.TryGetValue(pair.FirstId, out var first) && lines.TryGetValue(pair.SecondId, out var second) && pair.Fingerprint == WaybillScore.Fingerprint(first, second)
                && WaybillScore.Of(first, second) is var (score, reasons) && (pair.Score != score || pair.Reasons != reasons))
            {
                await db.Set<WaybillPair>().Where(p => p.Id == pair.Id && p.Fingerprint == pair.Fingerprint).ExecuteUpdateAsync(u => u.SetProperty(p => p.Score, score).SetProperty(p => p.Reasons, reasons), ct);
            }
        }

        return pairs.Count < LinesAtOnce ? at with { Phase = "lines", Last = at.FirstLine, Done = at.Total - Math.Max(0, at.LastLine - at.FirstLine) - Math.Max(0, at.LastEntry - at.FirstEntry) } : at with { Last = pairs[^1].Id, Done = at.Done + pairs[^1].Id - at.Last };
    }

    private async Task<Place> Lines(Place at, CancellationToken ct)
    {
        var lines = await RenewWaybillPairs.Said(db.Set<WaybillLine>().Where(w => w.Id > at.Last && w.Id <= at.LastLine).OrderBy(w => w.Id).Take(LinesAtOnce)).ToListAsync(ct);
        await RenewWaybillPairs.Of(db, lines, ct);
        return lines.Count < LinesAtOnce ? at with { Phase = "entries", Last = at.FirstEntry, Done = at.Done + Math.Max(0, at.LastLine - at.Last) } : at with { Last = lines[^1].Id, Done = at.Done + lines[^1].Id - at.Last };
    }

    /// <summary>Lines that were changed by hand, by a file or by another system, or came back from the bin.</summary>
    private async Task<Place> Entries(Place at, CancellationToken ct)
    {
        var entries = await Changes.Where(a => a.Id > at.Last && a.Id <= at.LastEntry).OrderBy(a => a.Id).Take(LinesAtOnce).Select(a => new { a.Id, a.EntityId, a.Action }).ToListAsync(ct);
        await RenewWaybillPairs.Of(db, await RenewWaybillPairs.Subjects(db, [.. entries.Where(e => e.Action is "updated" or "restored").Select(e => e.EntityId).Distinct()], ct), ct);
        return entries.Count < LinesAtOnce ? at with { Phase = "", Done = at.Total } : at with { Last = entries[^1].Id, Done = at.Done + entries[^1].Id - at.Last };
    }
}
