using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
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
/// <param name="Scope">The units that whoever ordered it saw then, as a path.</param>
/// <param name="Sight">What else he saw then: grants of single customers.</param>
/// <param name="Fields">The fields of the list that his roles showed him then.</param>
internal sealed record ExportFile(string Name, string Sha256, long Bytes, long Rows, long Sheets, string Scope, string Sight, IReadOnlyList<string> Fields)
{
    /// <summary>So long it is kept.</summary>
    public const int Days = 7;

    /// <summary>The file of a job; null where there is none, or none any more.</summary>
    public static ExportFile? Of(Job job, DateTime now) =>
        job is { State: "completed", Result: { } result, FinishedAt: { } at } && at > now.AddDays(-Days) ? JsonSerializer.Deserialize<ExportFile>(result) : null;

    /// <summary>Which of these bytes a file names that is still kept.</summary>
    public static async Task<List<string>> Kept(CrmDb db, IReadOnlyList<string> shas, CancellationToken ct)
    {
        var since = db.UtcNow.AddDays(-Days);
        var made = await db.Set<Job>().AsNoTracking().Where(j => j.Kind == ExportWork.Kind && j.State == "completed" && j.FinishedAt > since).ToListAsync(ct);
        return [.. made.Select(j => Of(j, db.UtcNow)?.Sha256).OfType<string>().Intersect(shas)];
    }

    /// <summary>The customers that the actor sees by a grant alone, in one word: another word is another view.</summary>
    public static async Task<string> SightOf(CrmDb db, CancellationToken ct)
    {
        var (user, unit, now) = (db.Scope.UserId, db.Scope.UnitId, db.UtcNow);
        if (db.Scope.Width == ScopeWidth.All)
        {
            return "all";
        }

        var ids = await db.Set<ScopeGrant>().Where(g => (g.UserId == user || g.UnitId == unit) && (g.Until == null || g.Until > now)).Select(g => g.CustomerId).Distinct().OrderBy(id => id).ToListAsync(ct);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Join(',', ids.Select(i => i.ToString(CultureInfo.InvariantCulture))))));
    }

    /// <summary>Whether the actor still sees all that it may hold: no fewer units, the same grants, no field hidden since.</summary>
    public async Task<bool> IsSeen(CrmDb db, ListOf list, CancellationToken ct) =>
        db.Scope.Covers(Scope) && (db.Scope.Width == ScopeWidth.All || Sight == await SightOf(db, ct)) && Fields.All(f => list.Find(f) is not null);
}
