using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;
using RailCrm.Platform.Files;
using RailCrm.Platform.Jobs;

namespace RailCrm.Platform.Lists;

/// <summary>What is to be taken away; kept as the input of its job.</summary>
/// <param name="List">The list, by its key.</param>
/// <param name="Whole">Every field, as the import takes it back, rather than the columns seen.</param>
/// <param name="Format">xlsx or csv.</param>
/// <param name="View">The view, as an address holds it.</param>
/// <param name="Language">In which the file speaks.</param>
internal sealed record ExportOrder(string List, bool Whole, string Format, string View, string Language)
{
    /// <summary>The order of a job.</summary>
    public static ExportOrder Of(Job job) => JsonSerializer.Deserialize<ExportOrder>(job.Input)!;
}

/// <summary>A file that a job made, and where its bytes lie; kept as the job's result.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Sha256">Its bytes in the store.</param>
/// <param name="Bytes">How many.</param>
/// <param name="Rows">Rows below the header.</param>
/// <param name="Sheets">Sheets of a workbook.</param>
/// <param name="Held">The customers whose rows it holds, as bytes in the store; null in files made before these were kept, which nobody fetches any more.</param>
/// <param name="Fields">The fields of the list that his roles showed him then.</param>
internal sealed record ExportFile(string Name, string Sha256, long Bytes, long Rows, long Sheets, string? Held, IReadOnlyList<string> Fields)
{
    /// <summary>So long it is kept.</summary>
    public const int Days = 7;

    /// <summary>The file of a job; null where there is none, or none any more.</summary>
    public static ExportFile? Of(Job job, DateTime now) =>
        job is { State: "completed", Result: { } result, FinishedAt: { } at } && at > now.AddDays(-Days) ? JsonSerializer.Deserialize<ExportFile>(result) : null;

    /// <summary>The file that a job has put into the store without being ended yet.</summary>
    private static ExportFile? Made(Job job) => job.Checkpoint is { Length: > 2 } made ? JsonSerializer.Deserialize<ExportFile>(made) : null;

    /// <summary>Which of these bytes a file names that is still kept, or whose job is about to end.</summary>
    public static async Task<List<string>> Kept(CrmDb db, IReadOnlyList<string> shas, CancellationToken ct)
    {
        var (now, since) = (db.UtcNow, db.UtcNow.AddDays(-Days));
        var jobs = await db.Set<Job>().AsNoTracking().Where(j => j.Kind == ExportWork.Kind && ((j.State == "completed" && j.FinishedAt > since) || ((j.State == "queued" || j.State == "running") && j.Checkpoint != null))).ToListAsync(ct);
        return [.. jobs.Select(j => j.State == "completed" ? Of(j, now) : Made(j)).OfType<ExportFile>().SelectMany(f => new[] { f.Sha256, f.Held }).OfType<string>().Intersect(shas)];
    }

    /// <summary>Whether the actor still sees all that it holds: every customer is in his units or shared with him, no field was hidden since.</summary>
    public async Task<bool> IsSeen(CrmDb db, IBlobs blobs, ListOf list, ILogger log, CancellationToken ct)
    {
        if (Held is null || !Fields.All(f => list.Find(f) is not null))
        {
            return false;
        }

        await using var held = await ProvenBytes.Open(blobs, Held, log, ct);
        return held is not null && await HeldCustomers.AreSeen(db, held, ct);
    }
}
