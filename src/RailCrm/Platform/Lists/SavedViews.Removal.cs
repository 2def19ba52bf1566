using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Lists;

public sealed partial class SavedViews
{
    /// <summary>A view that is gone can be put back for so long by whoever took it away.</summary>
    public static readonly TimeSpan PutBackFor = TimeSpan.FromHours(1);

    /// <summary>Who sees a shared view, to be told before it is taken away.</summary>
    /// <param name="View">The view.</param>
    /// <param name="Units">Open units that see it: the one it is shared with and those below.</param>
    /// <param name="People">Accounts in use there.</param>
    /// <param name="Chose">Others who put it above their list or open the list with it.</param>
    public sealed record Reach(Choice View, int Units, int People, int Chose);

    /// <summary>Who sees a shared view that the actor may take away; null where there is none such.</summary>
    public async Task<Reach?> ReachOf(ListOf list, string? asked, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(list);
        if (asked is null || (await Of(list, asked, ct)).Find(asked) is not { Removable: true, Stored.UnitId: { } unit } view
            || await db.Set<OrgUnit>().Where(u => u.Id == unit).Select(u => u.Path).SingleOrDefaultAsync(ct) is not { } path)
        {
            return null;
        }

        var (key, me, units) = (list.Key, db.Actor.UserId, PathRange.Below(path).Of(db));
        return new(view, await units.CountAsync(u => u.Active, ct),
            await db.Set<User>().CountAsync(p => !p.Disabled && units.Any(u => u.Id == p.UnitId), ct),
            await db.Set<ListChoice>().CountAsync(c => c.List == key && c.ViewKey == asked && c.UserId != me && (c.Pinned || c.IsDefault), ct));
    }

    /// <summary>Takes one's own view away, or one that is shared with a unit one supervises. What people chose of it waits for <see cref="PutBack"/>; the nightly sweep takes it away.</summary>
    public Task<Result<SavedView>> Delete(ListOf list, long id, CancellationToken ct) => db.Write<Result<SavedView>>(async () =>
    {
        var key = list.Key;
        if (await db.Set<SavedView>().SingleOrDefaultAsync(v => v.Id == id && v.List == key, ct) is not { } kept || !await Removes(kept, ct))
        {
            return new Refusal.NotFound();
        }

        db.Remove(kept);
        await db.SaveChangesAsync(ct);
        return kept;
    }, ct);

    /// <summary>Puts back, under its old key, a view that the actor has just taken away: as the trail tells it was.</summary>
    public Task<Result<SavedView>> PutBack(ListOf list, long id, CancellationToken ct) => db.Write<Result<SavedView>>(async () =>
    {
        var (me, since) = (db.Actor.UserId, db.UtcNow - PutBackFor);
        await db.Alone($"view:{id}", ct); // Pressed twice, the second finds it there.
        if (await db.Set<SavedView>().AnyAsync(v => v.Id == id, ct)
            || await db.Set<AuditEntry>().AsNoTracking().Where(a => a.Entity == nameof(SavedView) && a.EntityId == id).OrderByDescending(a => a.Id).FirstOrDefaultAsync(ct) is not { Action: "deleted" } gone
            || gone.ActorId != me || gone.At < since)
        {
            return new Refusal.NotFound();
        }

        var was = JsonSerializer.Deserialize<Dictionary<string, JsonElement[]>>(gone.Changes)!;
        string Text(string field) => was.TryGetValue(field, out var values) ? values[0].GetString()! : "";
        var view = new SavedView
        {
            Id = id, List = Text(nameof(SavedView.List)), Name = Text(nameof(SavedView.Name)), Address = Text(nameof(SavedView.Address)), UpdatedAt = db.UtcNow,
            OwnerId = was[nameof(SavedView.OwnerId)][0].GetInt64(), UnitId = was.TryGetValue(nameof(SavedView.UnitId), out var unit) ? unit[0].GetInt64() : null,
        };
        if (view.List != list.Key || !await Removes(view, ct))
        {
            return new Refusal.NotFound();
        }

        var others = await db.Set<SavedView>().Where(v => v.List == view.List && v.OwnerId == view.OwnerId).Select(v => v.Name).ToListAsync(ct);
        if (others.Contains(view.Name) || others.Count >= Most)
        {
            return new Refusal.Conflict(others.Contains(view.Name) ? "list.view_back_taken" : "list.views_full");
        }

        db.Add(view);
        await db.SaveChangesAsync(ct);
        return view;
    }, ct);

    private async Task<bool> Removes(SavedView view, CancellationToken ct) => view.OwnerId == db.Actor.UserId || await Supervised(view, ct);
}
