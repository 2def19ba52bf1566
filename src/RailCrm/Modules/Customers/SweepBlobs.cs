using Microsoft.EntityFrameworkCore;
using RailCrm.Platform;
using RailCrm.Platform.Data;
using RailCrm.Platform.Files;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Customers;

/// <summary>Takes away each night the bytes that no attachment, no version, no export and no other module's file names any more: uploads that were refused or broke off, exports past their days.</summary>
internal static class SweepBlobs
{
    public const string Job = "attachment-sweep";

    private const int AtOnce = 500;

    /// <summary>Younger ones may belong to an upload that is just being written.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    public static async Task<string> Run(IServiceProvider services, JobLease lease, CancellationToken ct)
    {
        var clock = services.GetRequiredService<TimeProvider>();
        await All(services.GetRequiredService<CrmDb>(), services.GetRequiredService<IBlobs>(), clock, ct, [.. services.GetServices<IKeepsFiles>()]);
        Drafts(services.GetRequiredService<Settings>(), clock);
        return "{}";
    }

    /// <summary>Takes away what a crash left half written on this machine, wherever the bytes lie in the end: drafts lie on top of the folder and are not named by what they hold.</summary>
    internal static void Drafts(Settings settings, TimeProvider clock)
    {
        var (folder, old) = (new DirectoryInfo(Path.Combine(settings.Home, "attachments")), clock.GetUtcNow().UtcDateTime - Kept);
        foreach (var draft in folder.Exists ? folder.GetFiles().Where(f => f.LastWriteTimeUtc < old && !(f.Name.Length == 64 && f.Name.All(char.IsAsciiHexDigitLower))) : [])
        {
            draft.Delete();
        }
    }

    /// <summary>Answers how many went.</summary>
    internal static async Task<int> All(CrmDb db, IBlobs blobs, TimeProvider clock, CancellationToken ct, params IKeepsFiles[] elsewhere)
    {
        var (gone, old) = (0, clock.GetUtcNow().UtcDateTime - Kept);
        var batch = new List<string>();
        await foreach (var (sha, at) in blobs.All(ct))
        {
            if (at < old)
            {
                batch.Add(sha);
            }

            if (batch.Count == AtOnce)
            {
                gone += await Those(db, blobs, batch, elsewhere, ct);
                batch.Clear();
            }
        }

        return gone + await Those(db, blobs, batch, elsewhere, ct);
    }

    /// <remarks>Each is asked for again alone with its name: whoever keeps the same bytes at this moment either comes first, or finds them gone and says so.</remarks>
    private static async Task<int> Those(CrmDb db, IBlobs blobs, List<string> shas, IKeepsFiles[] elsewhere, CancellationToken ct)
    {
        var gone = 0;
        foreach (var sha in shas.Except(await Named(db, shas, elsewhere, ct)).ToList())
        {
            gone += await db.Write(async () =>
            {
                await db.Alone($"blob:{sha}", ct);
                if ((await Named(db, [sha], elsewhere, ct)).Count > 0)
                {
                    return 0;
                }

                await blobs.Delete(sha, ct);
                return 1;
            }, ct);
        }

        return gone;
    }

    private static async Task<List<string>> Named(CrmDb db, IReadOnlyList<string> shas, IKeepsFiles[] elsewhere, CancellationToken ct)
    {
        List<string> named =
        [
            .. await db.Set<Attachment>().IgnoreQueryFilters().Where(a => EF.Parameter(shas).Contains(a.Sha256)).Select(a => a.Sha256).ToListAsync(ct),
            .. await db.Set<AttachmentVersion>().IgnoreQueryFilters().Where(v => EF.Parameter(shas).Contains(v.Sha256)).Select(v => v.Sha256).ToListAsync(ct),
            .. await ExportFile.Kept(db, shas, ct),
        ];
        foreach (var other in elsewhere)
        {
            named.AddRange(await other.Kept(db, shas, ct));
        }

        return named;
    }
}
