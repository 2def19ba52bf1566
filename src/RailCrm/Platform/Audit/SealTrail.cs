using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;

namespace RailCrm.Platform.Audit;

/// <summary>Links what was written to the trail since the last seal into the chain. Writers know nothing of it: no row of theirs waits for another's.</summary>
internal sealed class SealTrail(CrmDb db, AuditWitness witness)
{
    /// <summary>Rows of one seal.</summary>
    public const int Most = 1_000;

    /// <summary>Seals all there is; gives how many rows.</summary>
    public async Task<long> Run(CancellationToken ct)
    {
        for (long rows = 0; ;)
        {
            var made = await db.Write(async () => new Made(await Next(ct)), ct);
            db.ChangeTracker.Clear();
            if (made.Seal is { } seal)
            {
                await witness.Note(db, seal, ct);
                rows += seal.Count;
            }

            if ((made.Seal?.Count ?? 0) < Most)
            {
                return rows;
            }
        }
    }

    private sealed record Made(AuditSeal? Seal);

    private async Task<AuditSeal?> Next(CancellationToken ct)
    {
        await db.Alone("audit-seal", ct);
        var last = await Last(db, ct);
        var (top, open, oldest) = (last?.Top ?? 0, Gap.Read(last?.Open), await Oldest(ct)); // Who has ended before the rows are read, has his rows read.
        var rows = new List<AuditEntry>();
        foreach (var gap in open.Where(_ => rows.Count < Most))
        {
            rows.AddRange(await db.Set<AuditEntry>().AsNoTracking().Where(a => a.Id >= gap.From && a.Id <= gap.To).OrderBy(a => a.Id).Take(Most - rows.Count).ToListAsync(ct));
        }

        rows = [.. rows.OrderBy(a => a.Id)];
        rows.AddRange(await db.Set<AuditEntry>().AsNoTracking().Where(a => a.Id > top).OrderBy(a => a.Id).Take(Most - rows.Count).ToListAsync(ct));
        if (rows.Count == 0)
        {
            return null;
        }

        var (ids, highest) = (rows.ConvertAll(a => a.Id), Math.Max(top, rows[^1].Id));
        var gaps = new List<Gap>();
        if (db.IsPostgres)
        {
            var (now, horizon) = (await Runner.DatabaseSeconds(db, ct), await db.Database.SqlQuery<long>($"SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS \"Value\"").SingleAsync(ct));
            gaps = [.. open.Where(g => rows.Count == Most || !g.IsClosed(oldest, now)).SelectMany(g => IdRun.Missing(new(g.From, g.To), ids).Select(r => g with { From = r.From, To = r.To }))];
            gaps.AddRange(IdRun.Missing(new(top + 1, highest), ids).Select(r => new Gap(r.From, r.To, horizon, now)));
        }

        var hashes = rows.ConvertAll(AuditSeal.HashOf);
        return await Add(db, last, new()
        {
            Ids = IdRun.Write(IdRun.Of(ids)), FirstId = ids[0], Count = rows.Count, Top = highest, Open = Gap.Write(gaps), LastAt = rows.Max(a => a.At),
            RowsHash = Convert.ToHexStringLower(SHA256.HashData([.. hashes.SelectMany(h => h)])), Marks = [.. hashes.SelectMany(h => h.Take(AuditSeal.MarkLength))],
        }, ct);
    }

    /// <summary>The newest seal; null where there is none yet.</summary>
    public static Task<AuditSeal?> Last(CrmDb db, CancellationToken ct) => db.Set<AuditSeal>().AsNoTracking().OrderByDescending(s => s.Id).FirstOrDefaultAsync(ct);

    /// <summary>Puts a seal behind the last one.</summary>
    public static async Task<AuditSeal> Add(CrmDb db, AuditSeal? last, AuditSeal seal, CancellationToken ct)
    {
        (seal.Id, seal.At, seal.PreviousHash) = ((last?.Id ?? 0) + 1, db.UtcNow, last?.Hash ?? "");
        seal.Hash = seal.Computed();
        db.Add(seal);
        await db.SaveChangesAsync(ct);
        return seal;
    }

    private async Task<long> Oldest(CancellationToken ct) =>
        db.IsPostgres ? await db.Database.SqlQuery<long>($"SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS \"Value\"").SingleAsync(ct) : 0;
}

/// <summary>Seals every minute. No job: there is nothing in it to see, to stop or to try again, and the next minute does what this one could not.</summary>
internal sealed class Sealer(IServiceScopeFactory scopes, TimeProvider clock, ILogger<Sealer> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(Every, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            try
            {
                await using var services = scopes.CreateAsyncScope();
                services.ServiceProvider.GetRequiredService<Access.CurrentActor>().Actor = Access.Actor.System("job");
                await services.ServiceProvider.GetRequiredService<SealTrail>().Run(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                log.LogError(e, "Sealing the audit trail failed; it is tried again in a minute.");
            }
        }
    }
}
