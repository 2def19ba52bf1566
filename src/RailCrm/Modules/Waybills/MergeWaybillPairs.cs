using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Waybills;

/// <summary>Pairs of likely duplicate lines in a merge: they are where their lines are. One whose lines parted when a merge was taken back goes.</summary>
internal sealed class MergeWaybillPairs : ICustomerChildren
{
    public string Kind => "waybill_pairs";

    public string? TextKey => null;

    public bool GoesWithCustomer => true;

    public IReadOnlyList<(Type Entity, string Property)> Covers => [(typeof(WaybillPair), nameof(WaybillPair.CustomerId))];

    public Task<long> Count(CrmDb db, long customerId, CancellationToken ct) => Past(db).LongCountAsync(p => p.CustomerId == customerId, ct);

    public Task<long> Move(CrmDb db, CustomerMove move, CancellationToken ct) => Task.FromResult(0L); // When all has moved: it needs no note of its own.

    public Task<long> GiveBack(CrmDb db, CustomerMove move, CancellationToken ct) => Task.FromResult(0L);

    public async Task Settle(CrmDb db, CustomersMoved moved, CancellationToken ct)
    {
        var customers = moved.LoserIds.Append(moved.SurvivorId).ToList();
        foreach (var customer in customers)
        {
            await Past(db).Where(p => EF.Parameter(customers).Contains(p.CustomerId) && p.CustomerId != customer && Lines(db).Any(w => w.Id == p.FirstId && w.CustomerId == customer))
                .ExecuteUpdateAsync(u => u.SetProperty(p => p.CustomerId, customer), ct);
        }

        await Past(db).Where(p => EF.Parameter(customers).Contains(p.CustomerId) && Lines(db).Any(w => w.Id == p.SecondId && w.CustomerId != p.CustomerId)).ExecuteDeleteAsync(ct);
    }

    private static IQueryable<WaybillPair> Past(CrmDb db) => db.Set<WaybillPair>().IgnoreQueryFilters([CrmDb.ScopeFilter]);

    private static IQueryable<WaybillLine> Lines(CrmDb db) => db.Set<WaybillLine>().IgnoreQueryFilters([CrmDb.ScopeFilter]);
}
