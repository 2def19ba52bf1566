using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Customers;

/// <summary>Two edits of one record, field by field. What one of the two changed alone is taken from that one; only what both changed is asked.</summary>
/// <param name="Asked">Changed by both, to different values.</param>
/// <param name="Taken">Changed by the other alone: theirs goes into the form.</param>
internal sealed record Conflict(IReadOnlyList<Conflict.Row> Asked, IReadOnlyList<Conflict.Row> Taken)
{
    /// <summary>A field as people read it.</summary>
    public sealed record Row(string Field, string Label, string? Mine, string? Stored);

    /// <summary>A field in its three states as they are compared, with how it is read. <paramref name="Start"/> is what the form began with, null where that is not known.</summary>
    public readonly record struct Cell(Row Row, string Mine, string Stored, string? Start);

    /// <summary>Sorts the fields.</summary>
    public static Conflict Of(IEnumerable<Cell> cells)
    {
        var differing = cells.Where(c => c.Mine != c.Stored && c.Stored != c.Start).ToLookup(c => c.Mine == c.Start, c => c.Row);
        return new([.. differing[false]], [.. differing[true]]);
    }

    /// <summary>The names of the fields that were taken from the other.</summary>
    public string TakenNames => string.Join(Texts.Get("duplicates.and"), Taken.Select(t => t.Label));

    /// <summary>Who changed it meanwhile, as a sentence: oneself in another window is no other person.</summary>
    /// <param name="db">The database.</param>
    /// <param name="changes">The trail of the record.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<string> Title(CrmDb db, IQueryable<AuditEntry> changes, CancellationToken ct)
    {
        var last = await changes.OrderByDescending(a => a.Id).Select(a => new { a.ActorId, a.ActorName }).FirstOrDefaultAsync(ct);
        if (last is null || (last.ActorId == db.Actor.UserId && last.ActorName == db.Actor.Name))
        {
            return Texts.Get("conflict.title_self");
        }

        var name = await db.Set<User>().Where(u => u.Id == last.ActorId).Select(u => u.DisplayName).SingleOrDefaultAsync(ct);
        return Texts.Get("conflict.title", string.IsNullOrEmpty(name) ? last.ActorName : name);
    }
}
