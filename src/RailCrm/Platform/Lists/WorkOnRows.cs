using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Records;

namespace RailCrm.Platform.Lists;

/// <summary>Does one thing to many rows of a list, as a job: with progress, an answer for every row, and undo.</summary>
public sealed class WorkOnRows(CrmDb db, Runner runner, IEnumerable<ListOf> lists)
{
    /// <summary>The kind of its job.</summary>
    public const string Kind = "list.work";

    /// <summary>It can be taken back for so many days.</summary>
    public const int UndoDays = 30;

    /// <summary>Rows of one transaction: long enough to be quick, short enough that nobody waits for the database.</summary>
    private const int Batch = 500;

    /// <summary>How far a job has come; kept as its checkpoint.</summary>
    private sealed record Progress(bool Collected, long Done, long Refused, long Total);

    /// <summary>A work on many as its page shows it.</summary>
    /// <param name="Job">The job.</param>
    /// <param name="Order">What was to be done.</param>
    /// <param name="Counts">How many rows came out how.</param>
    /// <param name="Undone">The job that took it back last; null while nobody has.</param>
    /// <param name="CanUndo">Whether it can be taken back now.</param>
    public sealed record Seen(Job Job, WorkOrder Order, IReadOnlyDictionary<string, int> Counts, long? Undone, bool CanUndo);

    /// <summary>Orders it. The rows of a view are looked up when the job begins.</summary>
    public async Task<Result<Job>> Start(WorkOrder order, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(order);
        if (lists.FirstOrDefault(l => l.Key == order.List) is not { } list || list.Works.FirstOrDefault(w => w.Key == order.Act) is not { Leads: null } work || !db.Actor.May(list.Permission))
        {
            return new Refusal.NotFound();
        }

        if (!db.Actor.May(work.Permission))
        {
            return new Refusal.Forbidden();
        }

        if (!order.All && order.Ids.Count == 0 && order.UndoOf is null)
        {
            return new Refusal.Invalid("list.none_selected", nameof(order.Ids));
        }

        order.Value = order.Empties ? null : order.Value;
        if (order.UndoOf is null && !MarkRows.Is(order.Act) && (order.Unclear(list) ?? await list.Refuses(db, order, ct)) is { } refused)
        {
            return refused;
        }

        var job = new Job { Kind = Kind, Input = JsonSerializer.Serialize(order), UserId = db.Actor.UserId, CreatedAt = db.UtcNow };
        db.Add(job);
        await db.SaveChangesAsync(ct);
        db.Committed(runner.Wake);
        return job;
    }

    /// <summary>Takes a work back: each row that nobody has changed since gets its old value. What an earlier undo was stopped before or refused is tried again.</summary>
    public Task<Result<Job>> Undo(string list, long jobId, CancellationToken ct) => db.Write(async () =>
    {
        await db.Alone($"undo:{jobId}", ct); // Of two who press it the second sees the first.
        return await TakeBack(list, jobId, ct);
    }, ct);

    private async Task<Result<Job>> TakeBack(string list, long jobId, CancellationToken ct) =>
        (await Get(list, jobId, ct)).TryGet(out var seen, out var refusal)
            ? seen.CanUndo ? await Start(new() { List = list, Act = seen.Order.Act, Field = seen.Order.Field, UndoOf = jobId }, ct) : new Refusal.Conflict("list.undo_too_late")
            : refusal;

    /// <summary>A work that the actor ordered; none where its list no longer has such a work.</summary>
    public async Task<Result<Seen>> Get(string list, long jobId, CancellationToken ct)
    {
        var me = db.Actor.UserId;
        var job = await db.Set<Job>().AsNoTracking().SingleOrDefaultAsync(j => j.Id == jobId && j.Kind == Kind && j.UserId == me, ct);
        if (job is null || JsonSerializer.Deserialize<WorkOrder>(job.Input) is not { } order || order.List != list || lists.FirstOrDefault(l => l.Key == list) is not { } of || !of.Works.Any(w => w.Key == order.Act))
        {
            return new Refusal.NotFound();
        }

        var counts = await db.Set<WorkRow>().Where(r => r.JobId == jobId && r.Outcome != null).GroupBy(r => r.Outcome!).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct);
        var undone = await Undos(db, jobId).OrderByDescending(j => j.Id).Select(j => new { j.Id, j.State }).ToListAsync(ct);
        var (undos, done) = (undone.ConvertAll(u => u.Id), counts.GetValueOrDefault("done"));
        var can = done > 0 && IsOpen(of, job, order, undone.Select(u => u.State))
            && (undos.Count == 0 || done > await db.Set<WorkRow>().CountAsync(r => EF.Parameter(undos).Contains(r.JobId) && (r.Outcome == "done" || r.Outcome == "same"), ct));
        return new Seen(job, order, counts, undone.FirstOrDefault()?.Id, can);
    }

    /// <summary>Whether a work can still be taken back, if anything is left to: it is over, not too long ago, and nobody is at it.</summary>
    internal bool IsOpen(ListOf list, Job job, WorkOrder order, IEnumerable<string> undos) =>
        job.FinishedAt is { } at && at > db.UtcNow.AddDays(-UndoDays) && order.UndoOf is null && list.Undoes(order.Act) && !undos.Any(s => s is "queued" or "running");

    /// <summary>The jobs that took a work of the actor's back, whatever became of them.</summary>
    private static IQueryable<Job> Undos(CrmDb db, long jobId)
    {
        var (me, undo) = (db.Actor.UserId, $"\"UndoOf\":{jobId}}}");
        return db.Set<Job>().AsNoTracking().Where(j => j.Id > jobId && j.Kind == Kind && j.UserId == me && j.Input.EndsWith(undo));
    }

    /// <summary>What the actor ordered lately, newest first, of lists that he still sees.</summary>
    public Task<IReadOnlyList<(Job Job, WorkOrder Order, ListOf List)>> Mine(int most, CancellationToken ct) => Mine(null, most, ct);

    /// <summary>The same of one list; of all where none is named.</summary>
    internal async Task<IReadOnlyList<(Job Job, WorkOrder Order, ListOf List)>> Mine(string? only, int most, CancellationToken ct)
    {
        var (me, begin) = (db.Actor.UserId, $"{{\"List\":\"{only}\",");
        var all = db.Set<Job>().AsNoTracking().Where(j => j.UserId == me && j.Kind == Kind);
        var jobs = await (only is null ? all : all.Where(j => j.Input.StartsWith(begin))).OrderByDescending(j => j.Id).Take(most).ToListAsync(ct);
        return [.. from job in jobs let order = JsonSerializer.Deserialize<WorkOrder>(job.Input)! let list = lists.FirstOrDefault(l => l.Key == order.List && db.Actor.May(l.Permission)) where list is not null && list.Works.Any(w => w.Key == order.Act) select (job, order, list)];
    }

    /// <summary>A page of its rows, those of one outcome or all.</summary>
    public async Task<IReadOnlyList<WorkRow>> Rows(long jobId, string? outcome, long after, int most, CancellationToken ct)
    {
        var rows = db.Set<WorkRow>().AsNoTracking().Where(r => r.JobId == jobId && r.RowId > after);
        return await (outcome is null ? rows : rows.Where(r => r.Outcome == outcome)).OrderBy(r => r.RowId).Take(most).ToListAsync(ct);
    }

    /// <summary>Ends it after its batch; what is done stays done and can be taken back.</summary>
    public async Task<bool> Cancel(string list, long jobId, CancellationToken ct) =>
        (await Get(list, jobId, ct)).TryGet(out _, out _) && await db.Write(() => Job.Stop(db.Set<Job>().Where(j => j.Id == jobId), db.UtcNow, ct), ct) > 0;

    /// <summary>Does it, from where an earlier try left it.</summary>
    internal static async Task<string> Run(IServiceProvider services, JobLease lease, CancellationToken ct)
    {
        var (db, job) = (services.GetRequiredService<CrmDb>(), lease.Job);
        var order = JsonSerializer.Deserialize<WorkOrder>(job.Input)!;
        var list = services.GetServices<ListOf>().First(l => l.Key == order.List);
        if (!db.Actor.May(list.Works.First(w => w.Key == order.Act).Permission))
        {
            throw new JobRefusedException(Text.Texts.Get("common.forbidden"));
        }

        var at = job.Checkpoint is null ? new(false, 0, 0, 0) : JsonSerializer.Deserialize<Progress>(job.Checkpoint)!;
        at = at.Collected ? at : await Collect(db, list, order, lease, ct);
        try
        {
            return await Through(services, list, order, at, lease, ct);
        }
        finally
        {
            db.ChangeTracker.Clear();
            await (MarkRows.Is(order.Act) ? Task.CompletedTask : list.Worked(services, job.Id, order, default)); // Also where it was stopped on the way or failed: what was done until then is done.
        }
    }

    private static async Task<string> Through(IServiceProvider services, ListOf list, WorkOrder order, Progress at, JobLease lease, CancellationToken ct)
    {
        var (db, job) = (services.GetRequiredService<CrmDb>(), lease.Job);
        while (true)
        {
            at = await db.Write(async () =>
            {
                var rows = await db.Set<WorkRow>().Where(r => r.JobId == job.Id && r.Outcome == null).OrderBy(r => r.RowId).Take(Batch).ToListAsync(ct);
                if (rows.Count == 0)
                {
                    return at with { Total = at.Done };
                }

                await (MarkRows.Is(order.Act) ? services.GetRequiredService<MarkRows>().Run(list.MarkedAs!, order, rows, ct) : list.Work(services, order, rows, ct));
                foreach (var row in rows.Where(r => db.Entry(r).State == EntityState.Detached))
                {
                    db.Update(row); // A use case that lets go of what it read let go of the rows with it.
                }

                await db.SaveChangesAsync(ct);
                var next = at with { Done = at.Done + rows.Count, Refused = at.Refused + rows.Count(r => r.Outcome == "refused") };
                await lease.Advance(JsonSerializer.Serialize(next), next.Done, next.Refused, next.Total, ct);
                return next;
            }, ct);
            db.ChangeTracker.Clear();
            if (at.Total <= at.Done)
            {
                return JsonSerializer.Serialize(new { at.Done, at.Refused });
            }
        }
    }

    /// <summary>Writes down which rows are meant, before the first is changed: a view may no longer hold what was just changed.</summary>
    private static async Task<Progress> Collect(CrmDb db, ListOf list, WorkOrder order, JobLease lease, CancellationToken ct)
    {
        var (id, total) = (lease.Job.Id, 0L);
        await db.Write(async () =>
        {
            await db.Set<WorkRow>().Where(r => r.JobId == id).ExecuteDeleteAsync(ct);
            await lease.Advance(JsonSerializer.Serialize(new Progress(false, 0, 0, 0)), 0, 0, null, ct); // Not those of another worker who has the job by now.
            return 0;
        }, ct);
        await foreach (var rows in Meant(db, list, order, ct))
        {
            total += rows.Count;
            await db.Write(async () =>
            {
                foreach (var row in rows)
                {
                    row.JobId = id;
                    db.Add(row);
                }

                await db.SaveChangesAsync(ct);
                await lease.Advance(JsonSerializer.Serialize(new Progress(false, 0, 0, total)), 0, 0, null, ct);
                return 0;
            }, ct);
            db.ChangeTracker.Clear();
        }

        var collected = new Progress(true, 0, 0, total);
        await db.Write(async () =>
        {
            await lease.Advance(JsonSerializer.Serialize(collected), 0, 0, total, ct);
            return 0;
        }, ct);
        return collected;
    }

    private static async IAsyncEnumerable<List<WorkRow>> Meant(CrmDb db, ListOf list, WorkOrder order, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        if (order.UndoOf is { } undone)
        {
            var undos = await Undos(db, undone).Select(j => j.Id).ToListAsync(ct);
            var back = db.Set<WorkRow>().Where(r => EF.Parameter(undos).Contains(r.JobId) && (r.Outcome == "done" || r.Outcome == "same"));
            for (var after = 0L; await db.Set<WorkRow>().AsNoTracking().Where(r => r.JobId == undone && r.Outcome == "done" && r.RowId > after && !back.Any(b => b.RowId == r.RowId)).OrderBy(r => r.RowId).Take(Batch).ToListAsync(ct) is { Count: > 0 } done;)
            {
                after = done[^1].RowId;
                yield return done.ConvertAll(r => new WorkRow { RowId = r.RowId, Before = r.Before, VersionAfter = r.VersionAfter });
            }
        }
        else if (order.All)
        {
            var asked = QueryHelpers.ParseQuery(order.In == "all" ? "" : order.In).Select(p => new KeyValuePair<string, string?>(p.Key, p.Value));
            if (!View.TryRead(list, asked, out var view))
            {
                throw new JobRefusedException(Text.Texts.Get("list.filter_wrong"));
            }

            await foreach (var ids in list.Ids(db, view, ct))
            {
                yield return [.. ids.Select(i => new WorkRow { RowId = i })];
            }
        }
        else
        {
            yield return [.. order.Ids.Distinct().Order().Select(i => new WorkRow { RowId = i })];
        }
    }
}
