using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Lists;

public sealed partial class SavedViews
{
    /// <summary>Views of units below are told so many at once.</summary>
    public const int MostLower = 50;

    /// <summary>Views that are shared with units below one's own.</summary>
    /// <param name="Views">The newest, at most <see cref="MostLower"/>.</param>
    /// <param name="More">Whether there are others.</param>
    public sealed record LowerViews(IReadOnlyList<Choice> Views, bool More);

    /// <summary>Whether the actor looks after what units below share.</summary>
    public bool LooksAfterLower => db.Actor.May(Permission.CustomersSupervise) && db.Scope.Width is ScopeWidth.Wide or ScopeWidth.All;

    /// <summary>What others share with units below the actor's own, for whoever supervises them; nothing for anyone else.</summary>
    public async Task<LowerViews> Lower(ListOf list, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(list);
        if (!LooksAfterLower)
        {
            return new([], false);
        }

        var key = list.Key;
        var found = await LowerOf(db.Set<SavedView>().Where(v => v.List == key), MostLower + 1, ct);
        return new([.. found.Take(MostLower)], found.Count > MostLower);
    }

    /// <summary>All views of a list that the actor may choose from, and the one asked for where it is shared with a unit that he supervises.</summary>
    public async Task<Choices> Of(ListOf list, string? asked, CancellationToken ct)
    {
        var choices = await Of(list, ct);
        if (choices.Find(asked) is not null || !LooksAfterLower || !long.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            return choices;
        }

        var key = list.Key;
        return choices with { Views = [.. choices.Views, .. await LowerOf(db.Set<SavedView>().Where(v => v.Id == id && v.List == key), 1, ct)] };
    }

    private async Task<List<Choice>> LowerOf(IQueryable<SavedView> views, int most, CancellationToken ct)
    {
        var (me, mine) = (db.Actor.UserId, db.Actor.UnitId);
        var found = await (
            from v in views.AsNoTracking()
            join u in PathRange.Of(db.Scope).Of(db) on v.UnitId equals (long?)u.Id
            where u.Id != mine && v.OwnerId != me
            orderby v.Id descending
            select new { View = v, u.Code, u.Name, Owner = db.Set<User>().Where(o => o.Id == v.OwnerId).Select(o => o.DisplayName).FirstOrDefault() }).Take(most).ToListAsync(ct);
        return found.ConvertAll(f => new Choice(Key(f.View.Id), f.View.Name, f.View.Address, false, true, f.View, false, false) { Removable = true, IsLower = true, UnitName = f.Name, UnitCode = f.Code, OwnerName = f.Owner });
    }

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
