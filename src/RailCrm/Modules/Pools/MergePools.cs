using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Managers;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Pools;

/// <summary>Pools in a merge. One that goes lies in no list, and in its pool again once it comes back; the next night warns anew. One that stays leaves its pool where the merge brings it a manager, and is put back with the merge unless somebody answers for it by then.</summary>
internal sealed class MergePools : ICustomerChildren
{
    public string Kind => "pools";

    public string? TextKey => "pool.one";

    public bool GoesWithCustomer => true;

    public IReadOnlyList<(Type Entity, string Property)> Covers => [(typeof(PoolStay), nameof(PoolStay.CustomerId)), (typeof(PoolWarning), nameof(PoolWarning.CustomerId))];

    public Task<long> Count(CrmDb db, long customerId, CancellationToken ct) => PoolBook.Open(db).LongCountAsync(s => s.CustomerId == customerId, ct);

    public Task<long> Move(CrmDb db, CustomerMove move, CancellationToken ct) => Task.FromResult(0L);

    public Task<long> GiveBack(CrmDb db, CustomerMove move, CancellationToken ct) => Task.FromResult(0L);

    public async Task Settle(CrmDb db, CustomersMoved moved, CancellationToken ct)
    {
        var id = moved.SurvivorId;
        var stays = db.Set<PoolStay>().IgnoreQueryFilters([CrmDb.ScopeFilter]).Where(s => s.CustomerId == id);
        if (!moved.Undone)
        {
            await MovedRows.Note(db, moved.MergeId, Kind, id, id, await stays.Where(s => s.OutHow == PoolLeft.Appointed && s.OutAt >= moved.At).Select(s => s.Id).ToListAsync(ct), ct);
            return;
        }

        var noted = await MovedRows.Noted(db, moved.MergeId, Kind, id, id, ct);
        if (noted.Count > 0 && !await stays.AnyAsync(s => s.OutAt == null, ct) && !await db.Set<Responsibility>().IgnoreQueryFilters([CrmDb.ScopeFilter]).AnyAsync(r => r.CustomerId == id && r.Duty == Duty.Main && r.Until == null, ct))
        {
            await stays.Where(s => EF.Parameter(noted).Contains(s.Id)).ExecuteUpdateAsync(u => u.SetProperty(s => s.OutAt, (DateTime?)null).SetProperty(s => s.OutHow, (PoolLeft?)null).SetProperty(s => s.OutBy, (long?)null), ct);
        }
    }
}
