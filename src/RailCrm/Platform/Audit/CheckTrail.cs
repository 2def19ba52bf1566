using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;

namespace RailCrm.Platform.Audit;

/// <summary>Each night, and when the auditor asks: takes away what is past its time, seals what is new and compares the whole trail with its chain.</summary>
internal sealed class CheckTrail(CrmDb db, Runner runner)
{
    public const string Job = "audit";

    /// <summary>How the trail stands.</summary>
    /// <param name="Seal">The last seal; null where there is none yet.</param>
    /// <param name="Unsealed">Rows behind it.</param>
    /// <param name="Checked">What the last check found; null where there was none.</param>
    /// <param name="CheckedAt">When.</param>
    /// <param name="Running">Whether a check runs or waits.</param>
    public sealed record State(AuditSeal? Seal, int Unsealed, Verdict? Checked, DateTime? CheckedAt, bool Running);

    public async Task<State> Look(CancellationToken ct)
    {
        var seal = await SealTrail.Last(db, ct);
        var top = seal?.Top ?? 0;
        var last = await db.Set<Job>().AsNoTracking().Where(j => j.Kind == Job && j.State == "completed").OrderByDescending(j => j.Id).Select(j => new { j.Result, j.FinishedAt }).FirstOrDefaultAsync(ct);
        return new(seal, await db.Set<AuditEntry>().CountAsync(a => a.Id > top, ct), last?.Result is { } json ? JsonSerializer.Deserialize<Verdict>(json) : null, last?.FinishedAt,
            await db.Set<Job>().AnyAsync(j => j.Kind == Job && (j.State == "queued" || j.State == "running"), ct));
    }

    /// <summary>Has it checked now; one that waits already serves both.</summary>
    public async Task<Result<bool>> Ask(CancellationToken ct)
    {
        if (!db.Actor.May(Permission.Audit) || db.Scope.Width != ScopeWidth.All)
        {
            return new Refusal.Forbidden("audit.group_only");
        }

        await db.Write(async () =>
        {
            await db.Alone("audit-check", ct);
            if (!await db.Set<Job>().AnyAsync(j => j.Kind == Job && (j.State == "queued" || j.State == "running"), ct))
            {
                db.Add(new Job { Kind = Job, UserId = db.Actor.UserId, CreatedAt = db.UtcNow });
                db.Add(new AuditEntry(db.Actor, db.UtcNow, "audit_checked", nameof(AuditEntry), 0));
                await db.SaveChangesAsync(ct);
            }

            return true;
        }, ct);
        runner.Wake();
        return true;
    }

    public static async Task<string> Run(IServiceProvider services, JobLease lease, CancellationToken ct)
    {
        var db = services.GetRequiredService<CrmDb>();
        if (lease.Job.UserId == 0)
        {
            await services.GetRequiredService<RetainTrail>().Run(ct);
        }

        await services.GetRequiredService<SealTrail>().Run(ct);
        var verdict = await services.GetRequiredService<VerifyTrail>().Run(null, (done, total) => db.Write(async () =>
        {
            await lease.Advance("{}", done, 0, total, ct);
            return true;
        }, ct), ct);
        if (!verdict.Sound)
        {
            services.GetRequiredService<ILogger<CheckTrail>>().LogCritical("The audit trail does not agree with its chain. {Finding}", VerifyTrail.Said(verdict));
        }

        return JsonSerializer.Serialize(verdict);
    }
}
