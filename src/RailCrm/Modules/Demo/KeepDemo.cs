using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Jobs;

namespace RailCrm.Modules.Demo;

/// <summary>Demo data in a group's own installation: whether it is there, and the jobs that load and remove it. For an administrator of the whole group.</summary>
internal sealed class KeepDemo(CrmDb db, DemoHold hold, Runner runner)
{
    /// <summary>How things stand.</summary>
    /// <param name="Customers">Demo customers there are.</param>
    /// <param name="IsLoaded">Whether anything of the demo is there, also after a load that broke off.</param>
    /// <param name="IsDemo">Whether this is the demo enterprise itself, into which none is loaded.</param>
    /// <param name="Job">The last job of either kind.</param>
    public sealed record State(int Customers, bool IsLoaded, bool IsDemo, Job? Job)
    {
        public bool Works => Job is { State: "queued" or "running" };
    }

    public async Task<State> Look(CancellationToken ct) => new(
        await db.Set<DemoRow>().CountAsync(r => r.Kind == nameof(Customers.Customer), ct), await db.Set<DemoRow>().AnyAsync(ct), await db.Set<OrgUnit>().AnyAsync(u => u.ParentId == null && u.Code == MakeDemo.Code, ct), await Latest(ct));

    private Task<Job?> Latest(CancellationToken ct) => db.Set<Job>().AsNoTracking().Where(j => j.Kind == LoadDemo.Kind || j.Kind == RemoveDemo.Kind).OrderByDescending(j => j.Id).FirstOrDefaultAsync(ct);

    /// <summary>Begins to load; refused where it is there already, in the demo enterprise itself, and where customers need what the demo does not know.</summary>
    public Task<Result<long>> Load(CancellationToken ct) => Begin(LoadDemo.Kind, "demo_loaded", async state =>
        state.IsLoaded ? "demo.there" : state.IsDemo ? "demo.is_demo"
        : await db.Set<CustomField>().AnyAsync(f => f.Required && f.Active && f.WhenField == null && (f.List == "customers" || f.List == "contacts"), ct) ? "demo.required_fields" : null, ct);

    /// <summary>Begins to remove; refused while rows that people made hang on demo rows.</summary>
    public Task<Result<long>> Remove(CancellationToken ct) => Begin(RemoveDemo.Kind, "demo_removed", async state =>
        !state.IsLoaded ? "demo.not_there" : (await hold.Find(ct)).Count > 0 ? "demo.held" : null, ct);

    private async Task<Result<long>> Begin(string kind, string action, Func<State, Task<string?>> refuse, CancellationToken ct)
    {
        if (db.Scope.Width != ScopeWidth.All)
        {
            return new Refusal.Forbidden("demo.whole_group");
        }

        var begun = await db.Write<Result<long>>(async () =>
        {
            await db.Alone("demo", ct);
            var state = await Look(ct);
            if (state.Works)
            {
                return new Refusal.Conflict("demo.works");
            }

            if (await refuse(state) is { } why)
            {
                return new Refusal.Conflict(why);
            }

            var job = new Job { Kind = kind, UserId = db.Actor.UserId, CreatedAt = db.UtcNow };
            db.Add(job);
            await db.SaveChangesAsync(ct);
            db.Add(new AuditEntry(db.Actor, db.UtcNow, action, nameof(Job), job.Id));
            await db.SaveChangesAsync(ct);
            return job.Id;
        }, ct);
        runner.Wake();
        return begun;
    }

    /// <summary>The last job, for the progress bar.</summary>
    public static async Task<IResult> GetJob(KeepDemo useCase, CancellationToken ct) => await useCase.Latest(ct) is { } job
        ? TypedResults.Ok(new { job.State, job.RowsDone, job.RowsTotal, job.RowsRejected })
        : TypedResults.NotFound();
}
