using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Organization;

/// <summary>Saved views in a handover: they become the receiver's, under a name that tells whose they were where the receiver has one of that name.</summary>
internal sealed class HandViews : IHandsOver
{
    public string Kind => "views";

    public string TextKey => "accounts.hangs_views";

    public bool HoldsAccount => false;

    public Task<int> Count(CrmDb db, long userId, CancellationToken ct) => db.Set<SavedView>().CountAsync(v => v.OwnerId == userId, ct);

    public async Task<IReadOnlyList<Handed>> All(CrmDb db, long userId, CancellationToken ct) =>
        [.. (await db.Set<SavedView>().Where(v => v.OwnerId == userId).OrderBy(v => v.Id).Select(v => v.Id).ToListAsync(ct)).Select(id => new Handed { RecordId = id })];

    public Task Give(CrmDb db, long from, long approvedBy, string number, IReadOnlyList<Handed> rows, CancellationToken ct) => Move(db, from, rows.ToDictionary(r => r.RecordId, r => r.ToUserId), rows, number, ct);

    public Task TakeBack(CrmDb db, long from, long approvedBy, string number, IReadOnlyList<Handed> rows, CancellationToken ct) => Move(db, null, rows.ToDictionary(r => r.RecordId, _ => from), rows, number, ct);

    private static async Task Move(CrmDb db, long? from, Dictionary<long, long> to, IReadOnlyList<Handed> rows, string number, CancellationToken ct)
    {
        var (ids, receivers) = (to.Keys.ToList(), to.Values.Distinct().ToList());
        var views = await db.Set<SavedView>().Where(v => EF.Parameter(ids).Contains(v.Id)).ToDictionaryAsync(v => v.Id, ct);
        var taken = (await db.Set<SavedView>().Where(v => EF.Parameter(receivers).Contains(v.OwnerId)).Select(v => new { v.OwnerId, v.List, v.Name }).ToListAsync(ct)).Select(v => (v.OwnerId, v.List, v.Name)).ToHashSet();
        foreach (var row in rows)
        {
            // Given to somebody who gave it on or dropped it since, it is no longer what was handed over.
            if (!views.TryGetValue(row.RecordId, out var view) || view.OwnerId != (from ?? row.ToUserId))
            {
                row.Reason = "accounts.hangs_gone";
                continue;
            }

            var owner = to[row.RecordId];
            if (!taken.Add((owner, view.List, view.Name)))
            {
                var mark = $" ({number})";
                view.Name = view.Name[..Math.Min(view.Name.Length, SavedView.NameLength - mark.Length)] + mark;
                taken.Add((owner, view.List, view.Name));
            }

            view.OwnerId = owner;
        }

        await db.SaveChangesAsync(ct);
    }
}
