using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;

namespace RailCrm.Platform.Audit;

/// <summary>Each night, and when the auditor asks: seals what is new and compares the whole trail with its chain. At night, what is past its time goes from a trail that agrees.</summary>
internal sealed class CheckTrail(CrmDb db, Runner runner)
{
    public const string Job = "audit";

    /// <summary>How the trail stands.</summary>
    /// <param name="Seal">The last seal; null where there is none yet.</param>
    /// <param name="Unsealed">Rows behind it.</param>
    /// <param name="Checked">What the last check found; null where there was none.</param>
    /// <param name="CheckedAt">When.</param>
    /// <param name="FailedAt">When a check that came to no end stopped, if none has ended well since.</param>
    /// <param name="Running">Whether a check runs or waits.</param>
    public sealed record State(AuditSeal? Seal, int Unsealed, Verdict? Checked, DateTime? CheckedAt, DateTime? FailedAt, bool Running);

    public async Task<State> Look(CancellationToken ct)
    {
        var seal = await SealTrail.Last(db, ct);
        var top = seal?.Top ?? 0;
        var last = await db.Set<Job>().AsNoTracking().Where(j => j.Kind == Job && j.State == "completed").OrderByDescending(j => j.Id).Select(j => new { j.Id, j.Result, j.FinishedAt }).FirstOrDefaultAsync(ct);
        var since = last?.Id ?? 0;
        var failed = await db.Set<Job>().Where(j => j.Kind == Job && j.Id > since && (j.State == "failed" || j.State == "cancelled")).MaxAsync(j => j.FinishedAt, ct);
        return new(seal, await db.Set<AuditEntry>().CountAsync(a => a.Id > top, ct), last?.Result is { } json ? JsonSerializer.Deserialize<Verdict>(json) : null, last?.FinishedAt, failed,
            await db.Set<Job>().AnyAsync(j => j.Kind == Job && (j.State == "queued" || j.State == "running"), ct));
    }

    /// <summary>1 where the auditor must look: the last check found something, or came to no end.</summary>
    public async Task<int> Alarm(CancellationToken ct)
    {
        if (db.Scope.Width != ScopeWidth.All)
        {
            return 0;
        }

        var last = await db.Set<Job>().Where(j => j.Kind == Job && j.State != "queued" && j.State != "running").OrderByDescending(j => j.Id).Select(j => new { j.State, j.Result }).FirstOrDefaultAsync(ct);
        return last is null || (last is { State: "completed", Result: { } json } && JsonSerializer.Deserialize<Verdict>(json) is { Sound: true }) ? 0 : 1;
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
        await LongStep.Run(services, lease, async stop => await services.GetRequiredService<SealTrail>().Run(stop), ct);
        var verdict = await services.GetRequiredService<VerifyTrail>().Run(null, (done, total) => db.Write(async () =>
        {
            await lease.Advance("{}", done, 0, total, ct);
            return true;
        }, ct), ct);
        if (verdict.Sound && lease.Job.UserId == 0)
        {
            // Only from a trail that was just proven: what was meddled with stays as evidence.
            await LongStep.Run(services, lease, async stop => await services.GetRequiredService<RetainTrail>().Run(stop), ct);
        }
        else if (!verdict.Sound)
        {
            services.GetRequiredService<ILogger<CheckTrail>>().LogCritical("The audit trail does not agree with its chain. {Finding}", VerifyTrail.Said(verdict));
        }

        return JsonSerializer.Serialize(verdict);
    }
}
