using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Organization;

/// <summary>Puts a unit under another parent. All paths below change in the same transaction, so what people see follows at their next request.</summary>
/// <remarks>Customers, lines, facts and the owners' months name the unit itself, so none of them changes.</remarks>
internal sealed class MoveUnit(CrmDb db)
{
    /// <param name="id">The unit.</param>
    /// <param name="version">As it was when the page was made.</param>
    /// <param name="parentId">The new unit above.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<Result<OrgUnit>> Run(long id, int? version, long parentId, CancellationToken ct)
    {
        try
        {
            return await db.Write(() => Move(id, version, parentId, ct), ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return new Refusal.Stale();
        }
    }

    private async Task<Result<OrgUnit>> Move(long id, int? version, long parentId, CancellationToken ct)
    {
        var seen = PathRange.Of(db.Scope);
        if (await seen.Of(db).SingleOrDefaultAsync(u => u.Id == id, ct) is not { } unit)
        {
            return new Refusal.NotFound();
        }

        if (version is not null && unit.Version != version)
        {
            return new Refusal.Stale();
        }

        var parent = await seen.Of(db).AsNoTracking().SingleOrDefaultAsync(u => u.Id == parentId, ct);
        var refused = parent switch
        {
            null => "organization.parent_unknown",
            _ when parent.Path.StartsWith(unit.Path, StringComparison.Ordinal) => "organization.move_cycle",
            _ when parent.Level != unit.Level - 1 => "organization.move_level",
            { Active: false } => "organization.parent_closed",
            _ => null,
        };
        if (refused is not null)
        {
            return new Refusal.Invalid(refused, "ParentId");
        }

        if (parent!.Id == unit.ParentId)
        {
            return unit;
        }

        var (before, below) = (unit.Path, PathRange.Below(unit.Path));
        await db.Set<OrgUnit>().Where(u => u.Id == parent.Id).ExecuteUpdateAsync(s => s.SetProperty(u => u.Version, u => u.Version), ct); // Held until the end: the parent must not move meanwhile.
        unit.Place(parent.Path, parent.Id);
        var after = unit.Path;
        await db.SaveChangesAsync(ct);
#pragma warning disable CA1845 // Translated to SQL.
        await below.Of(db).Where(u => u.Id != id).ExecuteUpdateAsync(s => s.SetProperty(u => u.Path, u => after + u.Path.Substring(before.Length)), ct);
#pragma warning restore CA1845
        return unit;
    }
}
