using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;

namespace RailCrm.Modules.Exchange;

/// <summary>Takes the files of old imports off the disk each night; what was loaded and who loaded it stays.</summary>
internal static class SweepImports
{
    public const string Kind = "import-sweep";

    /// <summary>How long a file is kept, and what an import can be reverted by: time enough to mend and load the rejected rows, or to come back to an upload.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    private const int Piece = 20_000;

    public static async Task<string> Run(IServiceProvider services, JobLease lease, CancellationToken ct)
    {
        var db = services.GetRequiredService<CrmDb>();
        var folder = UploadFile.Folder(services.GetRequiredService<Settings>());
        var before = db.UtcNow - Kept;
        var removed = 0;
        foreach (var path in Directory.EnumerateFiles(folder, "*.data*").Where(f => File.GetLastWriteTimeUtc(f) < before))
        {
            var name = Path.GetFileName(path).Split(".data")[0] + ".data"; // Rejected rows and what a check found lie beside it.
            var state = await db.Set<Import>().Where(i => i.StoredName == name && i.JobId != null).Join(db.Set<Job>(), i => i.JobId, j => j.Id, (i, j) => j.State).SingleOrDefaultAsync(ct);
            if (state is not ("queued" or "running"))
            {
                File.Delete(path);
                removed++;
            }
        }

        await Forget(db, before, ct);
        return removed.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Lets go of what reverting needs, once that is past: a bounded piece a transaction, so that nobody waits for long.</summary>
    private static async Task Forget(CrmDb db, DateTime before, CancellationToken ct)
    {
        var old = db.Set<Import>().Where(i => db.Set<Job>().Any(j => j.Id == i.JobId && j.FinishedAt < before)
            && !db.Set<Job>().Any(j => j.Id == i.RevertJobId && (j.State == "queued" || j.State == "running")) // What is being taken back this night needs its rows.
            && (db.Set<ImportedRow>().Any(r => r.ImportId == i.Id) || db.Set<ImportEdit>().Any(e => e.ImportId == i.Id)));
        foreach (var id in await old.Select(i => i.Id).ToListAsync(ct))
        {
            while (await db.Set<ImportedRow>().Where(r => r.ImportId == id).OrderBy(r => r.Action).ThenBy(r => r.Row).Skip(Piece).Select(r => new { r.Action, r.Row }).FirstOrDefaultAsync(ct) is { } end)
            {
                await db.Write(() => db.Set<ImportedRow>().Where(r => r.ImportId == id && r.Action == end.Action && r.Row <= end.Row).ExecuteDeleteAsync(ct), ct);
            }

            await db.Write(() => db.Set<ImportedRow>().Where(r => r.ImportId == id).ExecuteDeleteAsync(ct), ct);
            await db.Write(() => db.Set<ImportEdit>().Where(e => e.ImportId == id).ExecuteDeleteAsync(ct), ct);
        }
    }
}
