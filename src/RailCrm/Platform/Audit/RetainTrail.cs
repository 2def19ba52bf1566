using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Audit;

/// <summary>Takes away what is older than the group keeps, whole seals at a time, under a seal that says so: the chain stays one.</summary>
internal sealed class RetainTrail(CrmDb db, AuditWitness witness)
{
    /// <summary>Seals whose rows go in one transaction.</summary>
    private const int AtOnce = 20;

    /// <summary>Gives how many rows went.</summary>
    public async Task<long> Run(CancellationToken ct)
    {
        if ((await SecurityPolicy.Of(db, ct)).AuditDays is not { } days)
        {
            return 0;
        }

        var limit = db.UtcNow.AddDays(-Math.Max(days, SecurityPolicy.LeastAuditDays));
        for (long rows = 0; ;)
        {
            var seal = await db.Write(() => Next(limit, ct), ct);
            db.ChangeTracker.Clear();
            if (seal.Count == 0)
            {
                return rows;
            }

            rows += seal.Count;
            await witness.Note(db, seal, ct);
        }
    }

    /// <remarks>The database refuses to remove rows above the number that a seal of removal names, so that is written first.</remarks>
    private async Task<AuditSeal> Next(DateTime limit, CancellationToken ct)
    {
        await db.Alone("audit-seal", ct);
        for (var window = AtOnce; ; window *= 4)
        {
            var (seal, more) = await Within(window, limit, ct);
            if (seal.Count > 0 || !more)
            {
                return seal;
            }
        }
    }

    /// <summary>The removal of the first seals; and where none of them may go, whether more of them might together.</summary>
    private async Task<(AuditSeal Seal, bool More)> Within(int window, DateTime limit, CancellationToken ct)
    {
        var through = await db.Set<AuditSeal>().Where(s => s.Kind == AuditSeal.OfRemoval).MaxAsync(s => (long?)s.Through, ct) ?? 0;
        var due = await db.Set<AuditSeal>().Where(s => s.Id > through).OrderBy(s => s.Id).Take(window).Select(s => new { s.Id, s.Kind, s.LastAt, s.Top, s.Count }).ToListAsync(ct);
        due = [.. due.TakeWhile(s => s.Kind == AuditSeal.OfRemoval || s.LastAt < limit)];
        var full = due.Count == window;
        while (due.LastOrDefault() is { } end && await db.Set<AuditSeal>().AnyAsync(s => s.Kind == AuditSeal.OfRows && s.Id > end.Id && s.FirstId <= end.Top, ct))
        {
            due.Remove(end); // A row came late and has its place before the last of these: it keeps its neighbours.
        }

        if (!due.Exists(s => s.Kind == AuditSeal.OfRows))
        {
            return (new(), full);
        }

        var (last, top, count) = (await SealTrail.Last(db, ct), due[^1].Top, due.Where(s => s.Kind == AuditSeal.OfRows).Sum(s => s.Count));
        var seal = await SealTrail.Add(db, last, new() { Kind = AuditSeal.OfRemoval, Through = due[^1].Id, Count = count, Top = last!.Top, Open = last.Open, LastAt = limit }, ct);
        var gone = await db.Set<AuditEntry>().Where(a => a.Id <= top).ExecuteDeleteAsync(ct);
        return gone == count ? (seal, false) : throw new InvalidOperationException($"The audit trail has {gone} rows up to {top} and not the {count} that were sealed; nothing was removed. Run: railcrm audit verify");
    }
}
