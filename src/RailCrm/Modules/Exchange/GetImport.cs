using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Files;
using RailCrm.Platform.Http;
using RailCrm.Platform.Jobs;

namespace RailCrm.Modules.Exchange;

/// <summary>How an import stands; stopping it; its rejected rows.</summary>
internal sealed class GetImport(CrmDb db, StartImport start, Settings settings)
{
    /// <summary>An import and its job.</summary>
    /// <param name="State">draft, checking, review, queued, running, completed, failed or cancelled.</param>
    /// <param name="RowsDone">Rows dealt with, the rejected among them.</param>
    /// <param name="By">Who loads it; null for the group itself.</param>
    /// <param name="Source">The source of lines that name none.</param>
    /// <param name="DateOrder">What dates such as 3/5/2026 were taken for.</param>
    public sealed record Answer(
        long Id, string Kind, string FileName, string State, long? RowsTotal, long RowsDone, long RowsRejected, long Created, long Updated, long Unchanged, long CustomersCreated,
        double Seconds, string? Message, DateTime CreatedAt, DateTime? FinishedAt, string? By, string Source, DayOrder DateOrder, string Mode)
    {
        /// <summary>The latest check: its state, and how it ended where it failed.</summary>
        public Work? Check { get; init; }

        /// <summary>The columns that were not taken, once the rows are in.</summary>
        public LeftOut? LeftOut { get; init; }

        /// <summary>The work that takes the import back.</summary>
        public Work? Revert { get; init; }

        /// <summary>Whether it has been taken back, wholly or in part.</summary>
        [JsonIgnore]
        public bool IsReverted => Revert is { IsOpen: false } && (Revert.State == "completed" || Revert.RowsDone > Revert.RowsRejected);

        /// <summary>Records that stayed when it was taken back.</summary>
        [JsonIgnore]
        public long NotReverted => Revert is null ? 0 : Revert.RowsRejected + (Revert.State == "completed" ? 0 : Math.Max(0, (Revert.RowsTotal ?? 0) - Revert.RowsDone));

        /// <summary>The state as people are told it: reverted or partly where it was taken back.</summary>
        [JsonIgnore]
        public string Shown => !IsReverted ? State : NotReverted > 0 ? "partly" : "reverted";
    }

    /// <summary>A job beside the import's own.</summary>
    /// <param name="State">queued, running, completed, failed or cancelled.</param>
    /// <param name="Message">Why it failed.</param>
    public sealed record Work(string State, long? RowsTotal, long RowsDone, long RowsRejected, string? Message, DateTime? FinishedAt)
    {
        internal static Work? Of(Job? job) => job is null ? null : new(job.State, job.RowsTotal, job.RowsDone, job.RowsRejected, job.State == "failed" ? job.Result : null, job.FinishedAt);

        internal bool IsOpen => State is "queued" or "running";
    }

    public async Task<Result<Answer>> Run(long id, CancellationToken ct)
    {
        if (!(await start.Find(id, ct)).TryGet(out var import, out var refusal))
        {
            return refusal;
        }

        var jobs = await db.Set<Job>().AsNoTracking().Where(j => j.Id == import.JobId || j.Id == import.CheckJobId || j.Id == import.RevertJobId).ToDictionaryAsync(j => j.Id, ct);
        return Of(import, jobs,
            await db.Set<User>().Where(u => u.Id == import.UserId).Select(u => u.DisplayName).SingleOrDefaultAsync(ct));
    }

    /// <summary>The latest imports: one's own, for who supervises them everybody's.</summary>
    public async Task<IReadOnlyList<Answer>> Latest(CancellationToken ct)
    {
        var kinds = ImportKind.All.Where(k => db.Actor.May(k.Permission)).Select(k => k.Name).ToList();
        var rows = await (
            from i in StartImport.Seen(db, db.Set<Import>().AsNoTracking())
            join j in db.Set<Job>() on i.JobId equals j.Id into jobs
            from job in jobs.DefaultIfEmpty()
            join u in db.Set<User>() on i.UserId equals u.Id into users
            from user in users.DefaultIfEmpty()
            join c in db.Set<Job>() on i.CheckJobId equals c.Id into checks
            from check in checks.DefaultIfEmpty()
            join x in db.Set<Job>() on i.RevertJobId equals x.Id into reverts
            from revert in reverts.DefaultIfEmpty()
            where EF.Parameter(kinds).Contains(i.Kind)
            orderby i.Id descending
            select new { i, job, check, revert, By = user == null ? null : user.DisplayName }).Take(50).ToListAsync(ct);
        return [.. rows.Select(r => Of(r.i, new[] { r.job, r.check, r.revert }.OfType<Job>().ToDictionary(j => j.Id), r.By))];
    }

    /// <summary>Asks the work to stop after its batch.</summary>
    public async Task<Result<Answer>> Cancel(long id, CancellationToken ct)
    {
        if (!(await start.Find(id, ct)).TryGet(out var import, out var refusal))
        {
            return refusal;
        }

        await db.Write(() => Job.Stop(db.Set<Job>().Where(j => j.Id == import.JobId || j.Id == import.CheckJobId || j.Id == import.RevertJobId), db.UtcNow, ct), ct);
        return await Run(id, ct);
    }

    /// <summary>Where its rejected rows lie, if any.</summary>
    public string RejectedPath(Import import) => UploadFile.PathOf(settings, import) + ".rejected";

    private Task<Result<Import>> Import(long id, CancellationToken ct) => start.Find(id, ct);

    private static Answer Of(Import import, IReadOnlyDictionary<long, Job> jobs, string? by)
    {
        var (job, check) = (jobs.GetValueOrDefault(import.JobId ?? 0), jobs.GetValueOrDefault(import.CheckJobId ?? 0));
        var draft = check?.State switch { "queued" or "running" => "checking", "completed" => "review", _ => "draft" };
        var progress = RunImport.Progress.Of(job is { State: "completed", Result: not null } ? job.Result : job?.Checkpoint);
        return new(import.Id, import.Kind, import.FileName, job?.State ?? draft, job?.RowsTotal, job?.RowsDone ?? 0, job?.RowsRejected ?? 0, progress.Created, progress.Updated, progress.Unchanged,
            progress.CustomersCreated, progress.Seconds, job?.State == "failed" ? job.Result : null, import.CreatedAt, job?.FinishedAt, by, import.Source, progress.Days, import.Mode)
        {
            Check = Work.Of(check), LeftOut = progress.LeftOut, Revert = Work.Of(jobs.GetValueOrDefault(import.RevertJobId ?? 0)),
        };
    }

    public static async Task<IResult> Get(long id, GetImport useCase, CancellationToken ct) => (await useCase.Run(id, ct)).Answer(a => TypedResults.Ok(a));

    /// <summary>The job that is at work now, for a bar that follows it.</summary>
    public static async Task<IResult> GetWork(long id, GetImport useCase, CancellationToken ct) =>
        (await useCase.Run(id, ct)).Answer(a => TypedResults.Ok(a.Revert ?? (a.State is "checking" or "review" or "draft" ? a.Check : null) ?? new Work(a.State, a.RowsTotal, a.RowsDone, a.RowsRejected, a.Message, a.FinishedAt)));

    public static async Task<IResult> GetAll(GetImport useCase, CancellationToken ct) => TypedResults.Ok(new Listing<Answer>(await useCase.Latest(ct), null));

    public static async Task<IResult> PostCancel(long id, GetImport useCase, CancellationToken ct) => (await useCase.Cancel(id, ct)).Answer(a => TypedResults.Ok(a));

    public static async Task<IResult> GetRejected(long id, GetImport useCase, CancellationToken ct)
    {
        if (!(await useCase.Import(id, ct)).TryGet(out var import, out var refusal))
        {
            return Answers.Problem(refusal);
        }

        var path = useCase.RejectedPath(import);
        if (!File.Exists(path) || !(await useCase.Run(id, ct)).TryGet(out var answer, out _) || answer.RowsRejected == 0)
        {
            return Answers.Problem(new Refusal.NotFound());
        }

        var name = $"{Path.GetFileNameWithoutExtension(import.FileName)}-rejected";
        if (import.FileName.EndsWith(".xlsx", StringComparison.OrdinalIgnoreCase))
        {
            return TypedResults.Stream(output => XlsxWriter.Copy(CsvTable.Rows(path, System.Text.Encoding.UTF8, ',', 0).Select(r => r.Cells), output, ct), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", name + ".xlsx");
        }

        return TypedResults.PhysicalFile(path, "text/csv", name + ".csv");
    }
}
