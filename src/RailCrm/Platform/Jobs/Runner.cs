using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Jobs;

/// <summary>Claims jobs and runs them, one at a time in this process.</summary>
public sealed class Runner(IServiceScopeFactory scopes, IEnumerable<JobHandler> handlers, IEnumerable<Schedule> schedules, Settings settings, TimeProvider clock, ILogger<Runner> log) : BackgroundService
{
    private const int MaxAttempts = 5;

    /// <summary>Claims that are no attempts: each raises the token alone.</summary>
    private const int MostCollisions = 20;

    private readonly Dictionary<string, JobHandler> _handlers = handlers.ToDictionary(h => h.Kind);
    private readonly SemaphoreSlim _wake = new(0);

    /// <summary>Looks for work now rather than at the next tick.</summary>
    public void Wake() => _wake.Release();

    /// <summary>Seconds since 1970 by the database, so that nodes whose clocks differ agree on leases.</summary>
    public static Task<long> DatabaseSeconds(CrmDb db, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        return db.IsPostgres
            ? db.Database.SqlQuery<long>($"SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS bigint) AS \"Value\"").SingleAsync(ct)
            : db.Database.SqlQuery<long>($"SELECT CAST(strftime('%s','now') AS INTEGER) AS \"Value\"").SingleAsync(ct);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await EnqueueScheduled(stoppingToken);
                while (await RunOne(stoppingToken))
                {
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                log.LogError(e, "Looking for jobs failed.");
            }

            await ((Task)_wake.WaitAsync(TimeSpan.FromSeconds(2), stoppingToken)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Enqueues the jobs of the day whose hour has come.</summary>
    public async Task EnqueueScheduled(CancellationToken ct)
    {
        await using var services = scopes.CreateAsyncScope();
        services.ServiceProvider.GetRequiredService<CurrentActor>().Actor = Actor.System("job");
        foreach (var schedule in schedules)
        {
            await Schedule.Enqueue(services.ServiceProvider.GetRequiredService<CrmDb>(), schedule, clock, ct);
        }
    }

    /// <summary>Runs the next job that is queued, or whose worker fell silent. False when there is none.</summary>
    public async Task<bool> RunOne(CancellationToken ct)
    {
        await using var services = scopes.CreateAsyncScope();
        services.ServiceProvider.GetRequiredService<CurrentActor>().Actor = Actor.System("job");
        var db = services.ServiceProvider.GetRequiredService<CrmDb>();
        await ReleaseDead(db, ct);
        return await Claim(db, ct) is { } job && await RunClaimed(db, job, ct);
    }

    /// <summary>Ends the leases of processes of this machine that died, rather than wait until they run out.</summary>
    private async Task ReleaseDead(CrmDb db, CancellationToken ct)
    {
        if (!JobOwner.AnyHeld(settings))
        {
            return;
        }

        foreach (var (id, token) in (await db.Set<Job>().Where(j => j.State == "running" && j.LeaseUntil > 0).Select(j => new { j.Id, j.Token }).ToListAsync(ct)).Select(j => (j.Id, j.Token)))
        {
            if (JobOwner.IsDead(settings, id, token))
            {
                await db.Write(() => db.Set<Job>().Where(j => j.Id == id && j.Token == token && j.State == "running").ExecuteUpdateAsync(s => s.SetProperty(j => j.LeaseUntil, 0), ct), ct);
            }
        }
    }

    /// <summary>Runs a job that the caller has claimed, and writes how it ended. False where it is to be tried again.</summary>
    public async Task<bool> RunClaimed(CrmDb db, Job job, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(job);
        var (state, result) = ("failed", (string?)null);
        using var owned = JobOwner.Hold(settings, job);
        try
        {
            await using var work = scopes.CreateAsyncScope();
            var actor = job.UserId == 0 ? Actor.System("job") : await Actors.Find(db, job.UserId, "job", ct);
            work.ServiceProvider.GetRequiredService<CurrentActor>().Actor = actor ?? Actor.Nobody;
            var handler = _handlers[job.Kind];
            result = await handler.Run(work.ServiceProvider, new(work.ServiceProvider.GetRequiredService<CrmDb>(), job), ct);
            state = "completed";
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            state = "cancelled";
        }
        catch (OperationCanceledException)
        {
            // This node stops: another, or this one after its start, goes on from the checkpoint.
            (state, job.Attempts) = ("queued", job.Attempts - 1);
        }
        catch (LeaseLostException)
        {
            return true;
        }
        catch (Exception e) when (Collided(e) && job.Token - job.Attempts < MostCollisions)
        {
            // Two writers waited for each other in a ring and the database chose this one: nothing of its batch was kept, and it is no fault of the job.
            log.LogWarning(e, "Job {Id} ({Kind}) met another writer and is tried again.", job.Id, job.Kind);
            (state, job.Attempts) = ("queued", job.Attempts - 1);
        }
        catch (Exception e)
        {
            log.LogError(e, "Job {Id} ({Kind}) failed at attempt {Attempt}.", job.Id, job.Kind, job.Attempts);
            (state, result) = (e is JobRefusedException || job.Attempts >= MaxAttempts ? "failed" : "queued", e.Message);
        }

        var (id, token, attempts, now) = (job.Id, job.Token, job.Attempts, db.UtcNow);
        DateTime? finished = state == "queued" ? null : now;
        await db.Write(() => db.Set<Job>().Where(j => j.Id == id && j.Token == token).ExecuteUpdateAsync(s => s
            .SetProperty(j => j.State, state).SetProperty(j => j.Result, result).SetProperty(j => j.FinishedAt, finished).SetProperty(j => j.Attempts, attempts).SetProperty(j => j.LeaseUntil, 0), default), default);
        return state != "queued";
    }

    /// <summary>Whether PostgreSQL broke off the transaction on account of another one.</summary>
    private static bool Collided(Exception e)
    {
        for (Exception? inner = e; inner is not null; inner = inner.InnerException)
        {
            if (inner is Npgsql.PostgresException { SqlState: Npgsql.PostgresErrorCodes.DeadlockDetected or Npgsql.PostgresErrorCodes.SerializationFailure })
            {
                return true;
            }
        }

        return false;
    }

    private static Task<Job?> Claim(CrmDb db, CancellationToken ct) => db.Write(async () =>
    {
        var now = await DatabaseSeconds(db, ct);
        var open = db.Set<Job>().Where(j => j.State == "queued" || (j.State == "running" && j.LeaseUntil < now)).OrderBy(j => j.Id);
        var id = db.IsPostgres
            ? await db.Database.SqlQuery<long>($"SELECT id AS \"Value\" FROM jobs WHERE state = 'queued' OR (state = 'running' AND lease_until < {now}) ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED").ToListAsync(ct) is [var locked] ? locked : 0
            : await open.Select(j => j.Id).FirstOrDefaultAsync(ct);
        if (id == 0)
        {
            return null;
        }

        var job = await db.Set<Job>().SingleAsync(j => j.Id == id, ct);
        (job.State, job.LeaseUntil, job.Token, job.Attempts, job.StartedAt) = ("running", now + JobLease.Seconds, job.Token + 1, job.Attempts + 1, job.StartedAt ?? db.UtcNow);
        await db.SaveChangesAsync(ct);
        return job;
    }, ct);
}

/// <summary>The job can never succeed as it is, so it is not tried again.</summary>
public sealed class JobRefusedException : Exception
{
    /// <summary>Creates it.</summary>
    public JobRefusedException() { }

    /// <summary>Creates it with the plain sentence shown to the user.</summary>
    public JobRefusedException(string message) : base(message) { }

    /// <summary>Creates it with a cause.</summary>
    public JobRefusedException(string message, Exception inner) : base(message, inner) { }
}
