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

    /// <summary>How long a file is kept: time enough to mend and load the rejected rows, or to come back to an upload.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    public static async Task<string> Run(IServiceProvider services, JobLease lease, CancellationToken ct)
    {
        var db = services.GetRequiredService<CrmDb>();
        var folder = UploadFile.Folder(services.GetRequiredService<Settings>());
        var before = db.UtcNow - Kept;
        var removed = 0;
        foreach (var path in Directory.EnumerateFiles(folder, "*.data*").Where(f => File.GetLastWriteTimeUtc(f) < before))
        {
            var name = Path.GetFileName(path).Replace(".rejected", "", StringComparison.Ordinal);
            var state = await db.Set<Import>().Where(i => i.StoredName == name && i.JobId != null).Join(db.Set<Job>(), i => i.JobId, j => j.Id, (i, j) => j.State).SingleOrDefaultAsync(ct);
            if (state is not ("queued" or "running"))
            {
                File.Delete(path);
                removed++;
            }
        }

        return removed.ToString(CultureInfo.InvariantCulture);
    }
}
