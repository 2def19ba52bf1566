using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;

namespace RailCrm.Modules.Exchange;

/// <summary>Takes a file that was brought for something else: its columns are matched anew, what was written into its cells is forgotten.</summary>
internal sealed class ChangeKind(CrmDb db, Settings settings, StartImport start)
{
    /// <summary>Refused once the work has begun.</summary>
    public async Task<Result<Import>> Run(long id, string? name, CancellationToken ct)
    {
        if (!(await start.Find(id, ct)).TryGet(out _, out var missing))
        {
            return missing;
        }

        if (ImportKind.Named(name) is not { } kind)
        {
            return new Refusal.Invalid("import.kind_unknown", "kind");
        }

        if (!db.Actor.May(kind.Permission))
        {
            return new Refusal.Forbidden();
        }

        return await db.Write<Result<Import>>(async () =>
        {
            await db.Alone($"import:{id}", ct);
            var import = await db.Set<Import>().SingleAsync(i => i.Id == id, ct);
            if (import.JobId is not null || await db.Set<Job>().AnyAsync(j => j.Id == import.CheckJobId && (j.State == "queued" || j.State == "running"), ct))
            {
                return new Refusal.Conflict("import.started_already");
            }

            await db.Set<ImportEdit>().Where(e => e.ImportId == id).ExecuteDeleteAsync(ct);
            (import.Kind, import.Mapping, import.Fixes, import.CheckJobId) = (kind.Name, "{}", "[]", null);
            await db.SaveChangesAsync(ct);
            ReviewFile.Delete(UploadFile.PathOf(settings, import));
            return import;
        }, ct);
    }
}
