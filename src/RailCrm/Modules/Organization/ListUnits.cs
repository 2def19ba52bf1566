using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Organization;

/// <summary>The units in the actor's scope, as a tree in order of path.</summary>
public sealed class ListUnits(CrmDb db)
{
    public sealed record Item(long Id, long? ParentId, string Code, string Name, UnitLevel Level, string? StationCode, bool Active);

    /// <remarks>A group has at most some thousand units, so they come in one answer.</remarks>
    public async Task<IReadOnlyList<Item>> Run(CancellationToken ct)
    {
        var (from, to) = (db.Scope.Path, db.Scope.End);
        if (db.Scope.Width == ScopeWidth.None)
        {
            return [];
        }

#pragma warning disable CA1309 // Translated to SQL, where the column's collation decides.
        return await db.Set<OrgUnit>().AsNoTracking()
            .Where(u => string.Compare(u.Path, from) >= 0 && string.Compare(u.Path, to) < 0)
            .OrderBy(u => u.Path)
            .Select(u => new Item(u.Id, u.ParentId, u.Code, u.Name, u.Level, u.StationCode, u.Active))
            .ToListAsync(ct);
#pragma warning restore CA1309
    }

    public static async Task<IResult> Get(ListUnits useCase, CancellationToken ct) =>
        TypedResults.Ok(new Listing<Item>(await useCase.Run(ct), null));
}
