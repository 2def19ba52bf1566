using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Jobs;

/// <summary>Long work, kept as a row: claimed under a lease, done from its last checkpoint, by any node.</summary>
public sealed class Job
{
    /// <summary>Key.</summary>
    public long Id { get; set; }

    /// <summary>Which handler does it.</summary>
    public string Kind { get; set; } = "";

    /// <summary>What the handler needs, JSON.</summary>
    public string Input { get; set; } = "{}";

    /// <summary>queued, running, completed, failed or cancelled.</summary>
    public string State { get; set; } = "queued";

    /// <summary>Where the handler goes on after a crash, JSON.</summary>
    public string? Checkpoint { get; set; }

    /// <summary>Rows in all; null until known.</summary>
    public long? RowsTotal { get; set; }

    /// <summary>Rows dealt with, the rejected among them.</summary>
    public long RowsDone { get; set; }

    /// <summary>Rows refused.</summary>
    public long RowsRejected { get; set; }

    /// <summary>What came out, JSON; the reason when failed.</summary>
    public string? Result { get; set; }

    /// <summary>Raised by one with each claim: a slow worker's late writes are refused by it.</summary>
    public int Token { get; set; }

    /// <summary>Tries so far; five and it stays failed.</summary>
    public int Attempts { get; set; }

    /// <summary>Until when a worker holds it, by the clock of the database (seconds since 1970).</summary>
    public long LeaseUntil { get; set; }

    /// <summary>Set by whoever wants it stopped.</summary>
    public bool CancelRequested { get; set; }

    /// <summary>Who asked for it; 0 is the system.</summary>
    public long UserId { get; set; }

    /// <summary>UTC.</summary>
    public DateTime CreatedAt { get; set; }

    /// <summary>UTC.</summary>
    public DateTime? StartedAt { get; set; }

    /// <summary>UTC.</summary>
    public DateTime? FinishedAt { get; set; }

    /// <summary>Ends the queued of these jobs at once, and asks the running ones to stop after their batch. One statement, so that a job claimed at this moment is met as either.</summary>
    /// <returns>How many were not already ended or asked.</returns>
    internal static Task<int> Stop(IQueryable<Job> jobs, DateTime now, CancellationToken ct) => jobs.Where(j => j.State == "queued" || (j.State == "running" && !j.CancelRequested)).ExecuteUpdateAsync(s => s
        .SetProperty(j => j.CancelRequested, true)
        .SetProperty(j => j.FinishedAt, j => j.State == "queued" ? now : j.FinishedAt)
        .SetProperty(j => j.State, j => j.State == "queued" ? "cancelled" : j.State), ct);

    internal sealed class Mapping : IEntityTypeConfiguration<Job>
    {
        public void Configure(EntityTypeBuilder<Job> builder)
        {
            builder.ToTable("jobs");
            builder.Property(j => j.Input).HasMaxLength(100_000);
            builder.Property(j => j.Checkpoint).HasMaxLength(1_000_000);
            builder.Property(j => j.Result).HasMaxLength(1_000_000);
            builder.HasIndex(j => new { j.State, j.LeaseUntil });
            builder.HasIndex(j => new { j.UserId, j.Kind, j.Id });
        }
    }
}

/// <summary>The hold a worker has on a job. Progress and completion are written through it, in the transaction of the work itself.</summary>
public sealed class JobLease(CrmDb db, Job job)
{
    /// <summary>A worker silent for this long has lost its job.</summary>
    public const int Seconds = 15;

    /// <summary>The job as claimed.</summary>
    public Job Job { get; } = job;

    /// <summary>Writes a checkpoint and the counts, renews the lease; call inside the transaction of the batch.</summary>
    /// <exception cref="LeaseLostException">Another worker has the job: the batch must not be committed.</exception>
    /// <exception cref="OperationCanceledException">Someone asked the job to stop.</exception>
    public async Task Advance(string checkpoint, long rowsDone, long rowsRejected, long? rowsTotal, CancellationToken ct)
    {
        var (id, token) = (Job.Id, Job.Token);
        var until = await Runner.DatabaseSeconds(db, ct) + Seconds;
        var held = await db.Set<Job>().Where(j => j.Id == id && j.Token == token && j.State == "running").ExecuteUpdateAsync(s => s
            .SetProperty(j => j.Checkpoint, checkpoint).SetProperty(j => j.RowsDone, rowsDone).SetProperty(j => j.RowsRejected, rowsRejected)
            .SetProperty(j => j.RowsTotal, rowsTotal).SetProperty(j => j.LeaseUntil, until), ct);
        if (held == 0)
        {
            throw new LeaseLostException();
        }

        await Stop(db, ct);
    }

    /// <summary>Renews the lease and nothing else, by another context than the one that works.</summary>
    /// <exception cref="LeaseLostException">Another worker has the job.</exception>
    /// <exception cref="OperationCanceledException">Someone asked the job to stop.</exception>
    internal async Task Renew(CrmDb other, CancellationToken ct)
    {
        var (id, token) = (Job.Id, Job.Token);
        var until = await Runner.DatabaseSeconds(other, ct) + Seconds;
        if (await other.Set<Job>().Where(j => j.Id == id && j.Token == token && j.State == "running").ExecuteUpdateAsync(s => s.SetProperty(j => j.LeaseUntil, until), ct) == 0)
        {
            throw new LeaseLostException();
        }

        await Stop(other, ct);
    }

    private async Task Stop(CrmDb by, CancellationToken ct)
    {
        var id = Job.Id;
        if (await by.Set<Job>().AsNoTracking().AnyAsync(j => j.Id == id && j.CancelRequested, ct))
        {
            throw new OperationCanceledException("The job was asked to stop.");
        }
    }
}

/// <summary>Another worker holds the job now.</summary>
public sealed class LeaseLostException : Exception
{
    /// <summary>Creates it.</summary>
    public LeaseLostException() : base("The lease on the job was lost.") { }

    /// <summary>Creates it with a message.</summary>
    public LeaseLostException(string message) : base(message) { }

    /// <summary>Creates it with a message and a cause.</summary>
    public LeaseLostException(string message, Exception inner) : base(message, inner) { }
}

/// <summary>Does one kind of job. Registered by its module.</summary>
/// <param name="Kind">The kind it does.</param>
/// <param name="Run">Does it from its checkpoint; gives the result as JSON.</param>
public sealed record JobHandler(string Kind, Func<IServiceProvider, JobLease, CancellationToken, Task<string>> Run);
