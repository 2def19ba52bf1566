using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;

namespace RailCrm.Platform.Lists;

public sealed partial class SavedViews
{
    /// <summary>The unit it is to be shared with, open and of the actor's own scope; none where it is not shared.</summary>
    private async Task<Result<(long? Id, bool Shared)>> SharedWith(Input input, long? now, CancellationToken ct)
    {
        if (!input.Share)
        {
            return (null, false);
        }

        if (PlainText.Trimmed(input.Unit) is { } asked)
        {
            return await Named(asked, ct);
        }

        // Also where nothing is said of it: the owner may have moved to another unit since, and units close.
        var id = input.Unit is null && now is { } kept ? kept : db.Actor.UnitId;
        var unit = await db.Set<OrgUnit>().Where(u => u.Id == id).Select(u => new { u.Name, u.Path, u.Active }).SingleOrDefaultAsync(ct);
        return unit is null || !db.Scope.Covers(unit.Path) ? Unfit("list.view_unit_left", unit?.Name ?? "—")
            : unit.Active ? (id, true) : Unfit("list.view_unit_closed", unit.Name);
    }

    /// <summary>The unit of a code, else the only open one of a name.</summary>
    private async Task<Result<(long? Id, bool Shared)>> Named(string asked, CancellationToken ct)
    {
        if (!PlainText.IsStorable(asked) || asked.Length > OrgUnit.NameLength)
        {
            return Unfit("list.view_unit_wrong", asked);
        }

        var found = await PathRange.Of(db.Scope).Of(db).Where(u => u.Code == asked || u.Name == asked)
            .OrderBy(u => u.Code == asked ? 0 : u.Active ? 1 : 2).ThenBy(u => u.Id).Take(2).Select(u => new { u.Id, u.Code, u.Active }).ToListAsync(ct);
        return found switch
        {
            [] => Unfit("list.view_unit_wrong", asked),
            [{ Active: false }, ..] => Unfit("list.view_unit_closed", asked),
            [var one, { Active: true }] when one.Code != asked => Unfit("list.view_unit_several", asked),
            [var one, ..] => (one.Id, true),
        };
    }

    private static Refusal.InvalidMany Unfit(string code, string unit) => new([new(nameof(Input.Unit), code, unit)]);

    /// <summary>Whoever shared it may be gone: a supervisor of the unit takes it away.</summary>
    private async Task<bool> Supervised(SavedView view, CancellationToken ct) =>
        view.UnitId is { } unit && db.Actor.May(Permission.CustomersSupervise) && await db.Set<OrgUnit>().Where(u => u.Id == unit).Select(u => u.Path).SingleOrDefaultAsync(ct) is { } path && db.Scope.Covers(path);
}
