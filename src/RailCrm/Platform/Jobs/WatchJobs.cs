using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Platform.Jobs;

/// <summary>The long work as an administrator sees it: what runs, waits, failed; trying again and stopping.</summary>
internal sealed class WatchJobs(CrmDb db, Runner runner, IEnumerable<Schedule> schedules)
{
    private const int PageSize = 50;

    public static readonly string[] States = ["running", "queued", "failed", "completed", "cancelled"];

    public sealed record Item(long Id, string Kind, string State, long? RowsTotal, long RowsDone, long RowsRejected, int Attempts, string? Error, bool CancelRequested, string? UserName, DateTime CreatedAt, DateTime? StartedAt, DateTime? FinishedAt);

    /// <summary>A job of every day.</summary>
    /// <param name="LastDay">The last day for which it was queued.</param>
    /// <param name="State">How its last run stands.</param>
    public sealed record Daily(string Kind, int HourOfDay, DateOnly? LastDay, string? State, DateTime? FinishedAt);

    public async Task<Result<Listing<Item>>> List(string? state, string? cursor, CancellationToken ct)
    {
        long? before = null;
        if (!string.IsNullOrEmpty(cursor))
        {
            if (!long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var mark))
            {
                return new Refusal.Invalid("common.cursor_invalid", "Cursor");
            }

            before = mark;
        }

        var jobs = db.Set<Job>().AsNoTracking().Where(j => before == null || j.Id < before);
        jobs = States.Contains(state) ? jobs.Where(j => j.State == state) : jobs;
        var rows = await jobs.OrderByDescending(j => j.Id).Take(PageSize + 1).Select(j => new Item(
            j.Id, j.Kind, j.State, j.RowsTotal, j.RowsDone, j.RowsRejected, j.Attempts, j.State == "failed" || (j.State == "queued" && j.Attempts > 0) ? j.Result : null, j.CancelRequested,
            db.Set<User>().Where(u => u.Id == j.UserId).Select(u => u.UserName).FirstOrDefault(), j.CreatedAt, j.StartedAt, j.FinishedAt)).ToListAsync(ct);
        return new Listing<Item>([.. rows.Take(PageSize)], rows.Count > PageSize ? rows[PageSize - 1].Id.ToString(CultureInfo.InvariantCulture) : null);
    }

    public async Task<IReadOnlyList<Daily>> Schedules(CancellationToken ct)
    {
        var found = new List<Daily>();
        foreach (var schedule in schedules.OrderBy(s => s.HourOfDay).ThenBy(s => s.Kind, StringComparer.Ordinal))
        {
            var day = await db.Set<ScheduledSlot>().Where(s => s.Kind == schedule.Kind).OrderByDescending(s => s.Day).Select(s => (DateOnly?)s.Day).FirstOrDefaultAsync(ct);
            var last = await db.Set<Job>().AsNoTracking().Where(j => j.Kind == schedule.Kind && j.UserId == 0).OrderByDescending(j => j.Id).FirstOrDefaultAsync(ct);
            found.Add(new(schedule.Kind, schedule.HourOfDay, day, last?.State, last?.FinishedAt));
        }

        return found;
    }

    /// <summary>Queues a failed or cancelled job again; it goes on from its checkpoint.</summary>
    public async Task<Result<long>> Retry(long id, CancellationToken ct)
    {
        var result = await Change(id, "job_retried", jobs => jobs.Where(j => j.State == "failed" || j.State == "cancelled").ExecuteUpdateAsync(s => s
            .SetProperty(j => j.State, "queued").SetProperty(j => j.Attempts, 0).SetProperty(j => j.CancelRequested, false).SetProperty(j => j.Result, (string?)null).SetProperty(j => j.FinishedAt, (DateTime?)null), ct), ct);
        runner.Wake();
        return result;
    }

    /// <summary>Stops a queued job at once, a running one after its batch.</summary>
    public Task<Result<long>> Cancel(long id, CancellationToken ct) => Change(id, "job_cancelled", jobs => Job.Stop(jobs, db.UtcNow, ct), ct);

    private async Task<Result<long>> Change(long id, string action, Func<IQueryable<Job>, Task<int>> change, CancellationToken ct) => await db.Write<Result<long>>(async () =>
    {
        if (await db.Set<Job>().Where(j => j.Id == id).Select(j => j.Kind).SingleOrDefaultAsync(ct) is not { } kind)
        {
            return new Refusal.NotFound();
        }

        if (await change(db.Set<Job>().Where(j => j.Id == id)) == 0)
        {
            return new Refusal.Conflict("jobs.state_changed");
        }

        db.Add(new AuditEntry(db.Actor, db.UtcNow, action, nameof(Job), id, null, JsonSerializer.Serialize(new Dictionary<string, object?[]> { ["Kind"] = [null, kind] })));
        await db.SaveChangesAsync(ct);
        return id;
    }, ct);
}
