using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui;
using RailCrm.Platform.Ui.Kit;

namespace RailCrm.Platform.Jobs;

/// <summary>Stops long work, for whoever started it: at once where it waits, else after its batch. What was done stays.</summary>
internal sealed class StopJob(CrmDb db)
{
    /// <summary>The input of work that the system does, past anybody's scope, because a person asked for it.</summary>
    public static string AskedBy(long userId) => JsonSerializer.Serialize(new { askedBy = userId });

    /// <summary>Whether the actor started it.</summary>
    public static bool IsOf(Actor actor, Job job) => actor.IsKnown && !actor.ReadsOnly && (job.UserId == actor.UserId || (job.UserId == 0 && job.Input == AskedBy(actor.UserId)));

    /// <summary>Stops it; another's looks absent.</summary>
    public async Task<Result<Job>> Run(long id, CancellationToken ct) => await db.Write<Result<Job>>(async () =>
    {
        if (await db.Set<Job>().AsNoTracking().SingleOrDefaultAsync(j => j.Id == id, ct) is not { } job || !IsOf(db.Actor, job))
        {
            return new Refusal.NotFound();
        }

        if (await Job.Stop(db.Set<Job>().Where(j => j.Id == id), db.UtcNow, ct) == 0)
        {
            return new Refusal.Conflict("jobs.state_changed");
        }

        db.Add(new AuditEntry(db.Actor, db.UtcNow, "job_cancelled", nameof(Job), id, null, JsonSerializer.Serialize(new Dictionary<string, object?[]> { ["Kind"] = [null, job.Kind] })));
        await db.SaveChangesAsync(ct);
        return job;
    }, ct);

    /// <summary>The button beside a progress bar.</summary>
    public static async Task<IResult> Post(long id, HttpContext http, StopJob useCase, [FromForm] string? returnUrl, CancellationToken ct)
    {
        if ((await useCase.Run(id, ct)).TryGet(out _, out var refusal))
        {
            new Notice(Texts.Get("jobs.stopped_kept")).Leave(http);
        }
        else if (refusal is Refusal.NotFound)
        {
            return TypedResults.NotFound();
        }
        else
        {
            new Notice(refusal.Said(), IsError: true).Leave(http);
        }

        return TypedResults.LocalRedirect(LocalUrl.Or(returnUrl, "/"));
    }

    /// <summary>How far it came, in words.</summary>
    public static string Came(Job job) => job.RowsTotal is { } all && all > 0
        ? string.Create(CultureInfo.CurrentCulture, $"{Figures.Count(job.RowsDone)} / {Figures.Count(all)}") : Figures.Count(job.RowsDone);
}
