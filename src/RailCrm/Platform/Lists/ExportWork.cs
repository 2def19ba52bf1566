using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Files;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui.Kit;

namespace RailCrm.Platform.Lists;

/// <summary>Takes a large list away as a job: the file lies in the store for some days, and whoever ordered it fetches it.</summary>
internal sealed class ExportWork(CrmDb db, Runner runner, StopJob stop, IBlobs blobs, IEnumerable<ListOf> lists, ILogger<ExportWork> log)
{
    /// <summary>The kind of its job.</summary>
    public const string Kind = "list-export";

    /// <summary>Up to so many rows a file is sent at once.</summary>
    public const int AtOnce = 5_000;

    /// <summary>Beyond so many rows nobody waits for their number.</summary>
    private const int MostTold = 1_000_000;

    /// <summary>Files that an inbox tells of.</summary>
    private const int MostReady = 20;

    /// <summary>Orders of one person that may wait.</summary>
    private const int MostWaiting = 10;

    /// <summary>An export as its page shows it.</summary>
    public sealed record Seen(Job Job, ExportOrder Order, ListOf List, ExportFile? File);

    /// <summary>Orders it; the same order that still waits or runs is not given twice.</summary>
    public async Task<Result<long>> Start(ListOf list, bool whole, string format, View view, CancellationToken ct)
    {
        if (!db.Actor.May(list.Permission) || !db.Actor.May(Permission.Export))
        {
            return new Refusal.Forbidden();
        }

        var asked = (view with { Cursor = null, Base = null }).Address(list, "");
        var (input, me) = (JsonSerializer.Serialize(new ExportOrder(list.Key, whole, format, asked, CultureInfo.CurrentUICulture.Name)), db.Actor.UserId);
        return await db.Write<Result<long>>(async () =>
        {
            await db.Alone($"export:{me}", ct);
            var waiting = await db.Set<Job>().AsNoTracking().Where(j => j.UserId == me && j.Kind == Kind && (j.State == "queued" || j.State == "running") && !j.CancelRequested).ToListAsync(ct);
            if (waiting.Find(j => j.Input == input) is { } same)
            {
                return same.Id;
            }

            if (waiting.Count >= MostWaiting)
            {
                return new Refusal.Conflict("export.too_many");
            }

            var job = new Job { Kind = Kind, Input = input, UserId = me, CreatedAt = db.UtcNow };
            db.Add(job);
            await db.SaveChangesAsync(ct);
            db.Committed(runner.Wake);
            return job.Id;
        }, ct);
    }

    /// <summary>An export that the actor ordered, of a list that he still sees.</summary>
    public async Task<Result<Seen>> Get(string list, long jobId, CancellationToken ct)
    {
        var me = db.Actor.UserId;
        var job = await db.Set<Job>().AsNoTracking().SingleOrDefaultAsync(j => j.Id == jobId && j.Kind == Kind && j.UserId == me, ct);
        return job is not null && Of(job) is { } seen && seen.List.Key == list ? seen : new Refusal.NotFound();
    }

    /// <summary>Those that the actor ordered lately, newest first.</summary>
    public async Task<IReadOnlyList<Seen>> Mine(int most, CancellationToken ct)
    {
        var me = db.Actor.UserId;
        var jobs = db.Set<Job>().AsNoTracking().Where(j => j.UserId == me && j.Kind == Kind);
        return [.. (await jobs.OrderByDescending(j => j.Id).Take(most).ToListAsync(ct)).Select(Of).OfType<Seen>()];
    }

    /// <summary>Files that are there, for the inbox: a job's checkpoint, which a finished one needs no more, stands until its owner has read of it.</summary>
    public async Task<IReadOnlyList<Seen>> Ready(bool unread, CancellationToken ct) =>
        [.. (await Mine(MostReady, ct)).Where(s => s.File is not null && (!unread || s.Job.Checkpoint is not null))];

    /// <summary>The actor has read that a file is there, or that all are; answers how many were new.</summary>
    public Task<int> Read(long? jobId, CancellationToken ct)
    {
        var me = db.Actor.UserId;
        var mine = db.Set<Job>().Where(j => j.UserId == me && j.Kind == Kind && j.State == "completed" && j.Checkpoint != null);
        return db.Write(() => (jobId is { } one ? mine.Where(j => j.Id == one) : mine).ExecuteUpdateAsync(s => s.SetProperty(j => j.Checkpoint, (string?)null), ct), ct);
    }

    private Seen? Of(Job job) =>
        ExportOrder.Of(job) is var order && lists.FirstOrDefault(l => l.Key == order.List && db.Actor.May(l.Permission)) is { } list ? new(job, order, list, ExportFile.Of(job, db.UtcNow)) : null;

    /// <summary>Ends it after the rows being read; nothing of a file that is not whole is kept.</summary>
    public async Task<bool> Cancel(string list, long jobId, CancellationToken ct) =>
        (await Get(list, jobId, ct)).TryGet(out _, out _) && (await stop.Run(jobId, ct)).Refusal is null;

    /// <summary>The file, to be fetched by whoever ordered it and still may: what he may do and see is asked anew. Each time stands in the trail.</summary>
    public async Task<Result<ExportFile>> Fetch(string list, long jobId, CancellationToken ct)
    {
        if (!(await Get(list, jobId, ct)).TryGet(out var seen, out var refusal))
        {
            return refusal;
        }

        if (!db.Actor.May(Permission.Export))
        {
            return new Refusal.Forbidden();
        }

        if (seen.File is not { } file)
        {
            return new Refusal.Conflict(seen.Job.State == "completed" ? "export.file_gone" : "export.file_none");
        }

        if (!await file.IsSeen(db, blobs, seen.List, log, ct))
        {
            return new Refusal.Conflict("export.sight_changed");
        }

        db.Add(new AuditEntry(db.Actor, db.UtcNow, "export_fetched", seen.List.Entity, 0, null, JsonSerializer.Serialize(new Dictionary<string, object?[]> { ["Name"] = [null, file.Name], ["Rows"] = [null, file.Rows] })));
        await db.SaveChangesAsync(ct);
        return file;
    }

    /// <summary>Makes the file. What a crash left half written is begun again; a file that was kept already is told once.</summary>
    internal static async Task<string> Run(IServiceProvider services, JobLease lease, CancellationToken ct)
    {
        if (lease.Job.Checkpoint is { Length: > 2 } made)
        {
            return made;
        }

        var (db, order) = (services.GetRequiredService<CrmDb>(), ExportOrder.Of(lease.Job));
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(order.Language); // Of this task alone.
        var list = services.GetServices<ListOf>().First(l => l.Key == order.List);
        if (!db.Actor.May(list.Permission) || !db.Actor.May(Permission.Export))
        {
            throw new JobRefusedException(Texts.Get("common.forbidden"));
        }

        var asked = QueryHelpers.ParseQuery(order.View).Select(p => new KeyValuePair<string, string?>(p.Key, p.Value));
        if (!View.TryRead(list, asked, out var view))
        {
            throw new JobRefusedException(Texts.Get("list.filter_wrong"));
        }

        var fields = list.Fields.Select(f => f.Key).Where(k => k.StartsWith("x_", StringComparison.Ordinal)).ToList(); // Before the first row is read.
        if (!(await list.Export(services, view, order.Whole, order.Format, ct)).TryGet(out var read, out var refusal))
        {
            throw new JobRefusedException(refusal.Said());
        }

        var table = read with { Rows = Holding(services, lease, read.Rows, ct) };
        var total = await LongStep.Run(services, lease, stop => list.Count(db, view with { Cursor = null }, MostTold, stop), ct);
        Task Tell(long rows) => db.Write(async () =>
        {
            await lease.Advance("{}", rows, 0, total > MostTold ? null : Math.Max(rows, total), ct);
            return 0;
        }, ct);
        await Tell(0);
        var file = await Write(services, lease, table, Tell, ct);
        var said = JsonSerializer.Serialize(file with { Fields = fields });
        var blobs = services.GetRequiredService<IBlobs>();
        await db.Write(async () =>
        {
            foreach (var sha in new[] { file.Sha256, file.Held! }.Order(StringComparer.Ordinal)) // In one order, so that no two exports wait for each other.
            {
                await db.Alone($"blob:{sha}", ct);
                if (!await blobs.Has(sha, ct))
                {
                    throw new InvalidOperationException("The nightly sweep took the same bytes at this very moment; the file is made anew."); // Its next attempt.
                }
            }

            db.Add(table.Trail(whole: true));
            await db.SaveChangesAsync(ct);
            await lease.Advance(said, table.Written, 0, table.Written, ct);
            return 0;
        }, ct);
        return said;
    }

    /// <summary>The rows; while a batch of them is read, however long that takes, the lease is renewed. Who asked for a stop has it at the next word of how far it is.</summary>
    private static async IAsyncEnumerable<Cell[]> Holding(IServiceProvider services, JobLease lease, IAsyncEnumerable<Cell[]> rows, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var each = rows.GetAsyncEnumerator(ct);
        while (true)
        {
            var next = each.MoveNextAsync().AsTask();
            if (!(next.IsCompleted ? await next : await LongStep.Run(services, lease, _ => next, ct))) // Within a batch the next row is there at once.
            {
                yield break;
            }

            yield return each.Current;
        }
    }

    /// <summary>Writes it beside the store and puts it there under its own name, and whose rows it holds under theirs; in memory are what is being written and the customers' numbers alone.</summary>
    private static async Task<ExportFile> Write(IServiceProvider services, JobLease lease, TableExport table, Func<long, Task> tell, CancellationToken ct)
    {
        var folder = Directory.CreateDirectory(Path.Combine(services.GetRequiredService<Settings>().Home, "attachments")).FullName; // Where the sweep of attachments looks too.
        var own = string.Create(CultureInfo.InvariantCulture, $"export-{lease.Job.Id}-");
        foreach (var left in Directory.GetFiles(folder, $"{own}*")) // By a crash.
        {
            File.Delete(left);
        }

        var draft = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{own}{lease.Job.Token}"));
        var beside = $"{draft}-held";
        try
        {
            await using (var stream = new FileStream(draft, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16, useAsync: true))
            {
                await table.Write(stream, tell, ct);
            }

            await HeldCustomers.Write(table.Customers ?? throw new InvalidOperationException($"{table.Name} does not tell whose rows it holds."), beside, ct);
            return await LongStep.Run(services, lease, async stop =>
            {
                var (sha, bytes) = await Put(services, draft, stop);
                var (held, _) = await Put(services, beside, stop);
                return new ExportFile($"{table.Name}.{table.Format}", sha, bytes, table.Written, table.Format == "xlsx" ? XlsxWriter.Sheets(table.Written) : 1, held, []);
            }, ct);
        }
        finally
        {
            File.Delete(draft);
            File.Delete(beside);
        }
    }

    private static async Task<(string Sha256, long Bytes)> Put(IServiceProvider services, string file, CancellationToken ct)
    {
        await using var whole = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, useAsync: true);
        var sha = Convert.ToHexStringLower(await SHA256.HashDataAsync(whole, ct));
        await services.GetRequiredService<IBlobs>().Put(sha, file, ct);
        return (sha, whole.Length);
    }
}
