using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Classification;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Exchange;

/// <summary>Takes a whole import back: what it made goes, what it changed is as it was; a record that somebody has changed since is left alone and told of.</summary>
internal sealed class RevertImport(CrmDb db, StartImport start, Runner runner)
{
    public const string Kind = "import-revert";

    private const int BatchSize = 200;

    private static readonly string[] Actions = ["updated", "created"];

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>How far it is; also its result.</summary>
    /// <param name="Action">updated, then created: a change is taken back before the record itself.</param>
    /// <param name="Row">The row it came to, backwards.</param>
    /// <param name="Part">The record of that row.</param>
    public sealed record Progress(string Action, long Row, int Part, long Reverted, long Refused)
    {
        public static Progress Of(string? json) => json is null ? new("updated", long.MaxValue, int.MaxValue, 0, 0) : JsonSerializer.Deserialize<Progress>(json, Json)!;
    }

    /// <summary>Whether an import may still be taken back, and by this person; null where it may.</summary>
    public async Task<Refusal?> Prevents(Import import, CancellationToken ct)
    {
        if (!db.Actor.May(ImportKind.Named(import.Kind)!.Permission) || !db.Actor.May(Permission.Import))
        {
            return new Refusal.Forbidden();
        }

        var job = await db.Set<Job>().AsNoTracking().SingleOrDefaultAsync(j => j.Id == import.JobId, ct);
        return job?.State is not ("completed" or "failed" or "cancelled") ? new Refusal.Conflict("import.revert_not_done")
            : job.FinishedAt < db.UtcNow - SweepImports.Kept ? new Refusal.Conflict("import.revert_late")
            : await db.Set<Job>().AsNoTracking().SingleOrDefaultAsync(j => j.Id == import.RevertJobId && j.State == "completed", ct) is { } before && Progress.Of(before.Result).Refused == 0 ? new Refusal.Conflict("import.revert_nothing")
            : await db.Set<ImportedRow>().AnyAsync(r => r.ImportId == import.Id, ct) ? null
            : new Refusal.Conflict("import.revert_nothing");
    }

    /// <summary>Starts it. What was refused before is tried again.</summary>
    public async Task<Result<long>> Run(long id, CancellationToken ct)
    {
        if (!(await start.Find(id, ct)).TryGet(out var found, out var missing))
        {
            return missing;
        }

        if (await Prevents(found, ct) is { } prevented)
        {
            return prevented;
        }

        var started = await db.Write<Result<long>>(async () =>
        {
            await db.Alone($"import:{id}", ct);
            var import = await db.Set<Import>().SingleAsync(i => i.Id == id, ct);
            if (await db.Set<Job>().AnyAsync(j => j.Id == import.RevertJobId && (j.State == "queued" || j.State == "running"), ct))
            {
                return new Refusal.Conflict("import.revert_running");
            }

            var job = new Job { Kind = Kind, Input = JsonSerializer.Serialize(id), UserId = db.Actor.UserId, CreatedAt = db.UtcNow };
            db.Add(job);
            await db.SaveChangesAsync(ct);
            import.RevertJobId = job.Id;
            db.Add(new AuditEntry(db.Actor, db.UtcNow, "import_reverted", nameof(Import), id));
            await db.SaveChangesAsync(ct);
            return job.Id;
        }, ct);
        runner.Wake();
        return started;
    }

    public static async Task<IResult> Post(long id, RevertImport useCase, CancellationToken ct) =>
        (await useCase.Run(id, ct)).Answer(_ => TypedResults.Accepted($"/api/v1/imports/{id}", new PostImport.Accepted(id)));

    /// <summary>The work: a batch, what it took back and the checkpoint behind it are one transaction.</summary>
    public static async Task<string> Work(IServiceProvider services, JobLease lease, CancellationToken ct)
    {
        var db = services.GetRequiredService<CrmDb>();
        var id = JsonSerializer.Deserialize<long>(lease.Job.Input);
        var import = await db.Set<Import>().AsNoTracking().SingleAsync(i => i.Id == id, ct);
        if (!db.Actor.May(ImportKind.Named(import.Kind)!.Permission))
        {
            throw new JobRefusedException(Texts.Get("common.forbidden"));
        }

        var undos = services.GetServices<Undo>().ToDictionary(u => u.Entity);
        var rows = db.Set<ImportedRow>().AsNoTracking().Where(r => r.ImportId == id);
        var progress = Progress.Of(lease.Job.Checkpoint);
        var total = lease.Job.RowsTotal ?? await rows.LongCountAsync(r => r.Undone == null, ct) + await rows.LongCountAsync(r => r.Undone == "refused", ct);
        try
        {
            foreach (var action in Actions.SkipWhile(a => a != progress.Action))
            {
                progress = progress.Action == action ? progress : progress with { Action = action, Row = long.MaxValue, Part = int.MaxValue };
                while (await Batch(db, undos, rows, progress, lease, total, ct) is { } next)
                {
                    progress = next;
                }
            }
        }
        finally
        {
            db.ChangeTracker.Clear();
            await services.GetRequiredService<ClassifyCustomers>().Run(CancellationToken.None); // What was committed stays, so its customers' figures follow.
        }

        return JsonSerializer.Serialize(progress, Json);
    }

    private static Task<Progress?> Batch(CrmDb db, Dictionary<string, Undo> undos, IQueryable<ImportedRow> all, Progress progress, JobLease lease, long total, CancellationToken ct) => db.Write(async () =>
    {
        var (action, row, part) = (progress.Action, progress.Row, progress.Part);
        var batch = await all.Where(r => r.Action == action && r.Row <= row && (r.Row < row || r.Part < part)).OrderByDescending(r => r.Row).ThenByDescending(r => r.Part).Take(BatchSize).ToListAsync(ct);
        if (batch.Count == 0)
        {
            return null;
        }

        // Lines go before the customers made for them, and people before theirs; within a kind later rows before earlier ones.
        var (reverted, refused) = (0, 0);
        foreach (var kind in batch.Where(r => r.Undone != "reverted").GroupBy(r => r.Entity).OrderBy(g => g.Key == CustomerUndo.Code))
        {
            var mine = kind.ToList();
            var answers = await undos[kind.Key].Run(mine, ct);
            for (var i = 0; i < mine.Count; i++)
            {
                (mine[i].Undone, mine[i].Reason) = answers[i] is { } error ? ("refused", Fit(error)) : ("reverted", null);
                (reverted, refused) = answers[i] is null ? (reverted + 1, refused) : (reverted, refused + 1);
            }

            db.ChangeTracker.Clear();
            db.UpdateRange(mine);
            await db.SaveChangesAsync(ct);
            db.ChangeTracker.Clear();
        }

        var next = new Progress(action, batch[^1].Row, batch[^1].Part, progress.Reverted + reverted, progress.Refused + refused);
        await lease.Advance(JsonSerializer.Serialize(next, Json), next.Reverted + next.Refused, next.Refused, total, ct);
        return next;
    }, ct);

    private static string Fit(FieldError error) => JsonSerializer.Serialize(error, Json) is { Length: <= 4_000 } text ? text : JsonSerializer.Serialize(new FieldError(error.Field, "import.revert_changed"), Json);
}
