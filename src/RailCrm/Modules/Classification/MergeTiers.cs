using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Classification;

/// <summary>Moves from tier to tier in a merge: those of a customer that goes stay its own past. A merge that is taken back before anything else happened leaves no trace in the survivor's.</summary>
internal sealed class MergeTiers : ICustomerChildren
{
    public string Kind => "tiers";

    public bool GoesWithCustomer => true;

    public string? TextKey => null;

    public IReadOnlyList<(Type Entity, string Property)> Covers => [(typeof(TierChange), nameof(TierChange.CustomerId))];

    public Task<long> Count(CrmDb db, long customerId, CancellationToken ct) => Task.FromResult(0L);

    public Task<long> Move(CrmDb db, CustomerMove move, CancellationToken ct) => Task.FromResult(0L);

    public Task<long> GiveBack(CrmDb db, CustomerMove move, CancellationToken ct) => Task.FromResult(0L);

    public async Task Settle(CrmDb db, CustomersMoved moved, CancellationToken ct)
    {
        var all = db.Set<TierChange>().IgnoreQueryFilters([CrmDb.ScopeFilter]).Where(t => t.CustomerId == moved.SurvivorId);
        if (!moved.Undone)
        {
            await MovedRows.Note(db, moved.MergeId, Kind, moved.SurvivorId, moved.SurvivorId, await all.Where(t => t.At >= moved.At).Select(t => t.Id).OrderBy(id => id).ToListAsync(ct), ct);
            return;
        }

        // The last two: what the merge changed, and what taking it back changed again.
        if (await all.OrderByDescending(t => t.Id).Take(2).ToListAsync(ct) is [var back, var forth] && forth.Before == back.After && back.At >= moved.At
            && (await MovedRows.Noted(db, moved.MergeId, Kind, moved.SurvivorId, moved.SurvivorId, ct)).Contains(forth.Id))
        {
            var gone = new[] { back.Id, forth.Id };
            await all.Where(t => EF.Parameter(gone).Contains(t.Id)).ExecuteDeleteAsync(ct);
        }
    }
}
