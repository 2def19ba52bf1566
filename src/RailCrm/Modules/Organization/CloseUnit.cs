using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Organization;

/// <summary>Closes a unit on which nothing hangs any more, and opens it again. A closed unit keeps its history and takes nothing new.</summary>
internal sealed class CloseUnit(CrmDb db, IEnumerable<UnitDependents> dependents)
{
    /// <summary>What must be moved first.</summary>
    /// <param name="TextKey">What it is; takes the count.</param>
    /// <param name="Href">Its list.</param>
    /// <param name="Permission">Who may open that list.</param>
    public sealed record Hanging(string TextKey, long Count, string RemedyKey, string Href, string Permission);

    /// <summary>What hangs on the unit itself, and the open units below it.</summary>
    public async Task<IReadOnlyList<Hanging>> HangsOn(OrgUnit unit, CancellationToken ct)
    {
        var hanging = new List<Hanging>();
        var children = await db.Set<OrgUnit>().CountAsync(u => u.ParentId == unit.Id && u.Active, ct);
        if (children > 0)
        {
            hanging.Add(new("organization.n_children", children, "organization.remedy_children", $"/organization?at={unit.Id}", Platform.Access.Permission.OrganizationRead));
        }

        foreach (var kind in dependents)
        {
            if ((await kind.Count(db, PathRange.Below(unit.Path), ct)).GetValueOrDefault(unit.Id) is > 0 and var count)
            {
                hanging.Add(new(kind.TextKey, count, kind.RemedyKey, kind.Href(unit.Id), kind.Permission));
            }
        }

        return hanging;
    }

    public async Task<Result<OrgUnit>> Run(long id, int? version, bool close, CancellationToken ct)
    {
        try
        {
            return await db.Write<Result<OrgUnit>>(async () =>
            {
                if (await PathRange.Of(db.Scope).Of(db).SingleOrDefaultAsync(u => u.Id == id, ct) is not { } unit)
                {
                    return new Refusal.NotFound();
                }

                if (version is not null && unit.Version != version)
                {
                    return new Refusal.Stale();
                }

                if (unit.Level == UnitLevel.Group)
                {
                    return new Refusal.Conflict("organization.close_group");
                }

                if (close && (await HangsOn(unit, ct)).Count > 0)
                {
                    return new Refusal.Conflict("organization.close_blocked");
                }

                if (!close && !await db.Set<OrgUnit>().AnyAsync(u => u.Id == unit.ParentId && u.Active, ct))
                {
                    return new Refusal.Conflict("organization.open_parent_closed");
                }

                unit.Active = !close;
                await db.SaveChangesAsync(ct);
                return unit;
            }, ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return new Refusal.Stale();
        }
    }
}
