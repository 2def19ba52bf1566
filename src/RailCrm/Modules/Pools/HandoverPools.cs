using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Managers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Pools;

/// <summary>A leaver's customers go into a pool. Whoever proposed the handover was asked whether he may.</summary>
internal sealed class HandoverPools : IHandoverPools
{
    public async Task<(long Id, string Name)?> Find(CrmDb db, string? name, string unitPath, CancellationToken ct) =>
        await PutIntoPool.Named(db, name, ct) is { } pool && PoolBook.Ids(unitPath).Contains(pool.UnitId) ? (pool.Id, pool.Name) : null;

    public async Task<IReadOnlyDictionary<long, string>> Names(CrmDb db, IReadOnlyCollection<long> ids, CancellationToken ct) =>
        ids.Count == 0 ? new Dictionary<long, string>() : await db.Set<Pool>().Where(p => EF.Parameter(ids).Contains(p.Id)).ToDictionaryAsync(p => p.Id, p => p.Name, ct);

    public async Task<IReadOnlySet<long>> Fit(CrmDb db, long poolId, IReadOnlyCollection<long> customers, CancellationToken ct)
    {
        if (await db.Set<Pool>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == poolId && p.Active, ct) is not { } pool)
        {
            return new HashSet<long>();
        }

        var places = await (from c in db.Set<Customer>() join u in db.Set<OrgUnit>() on c.UnitId equals u.Id where EF.Parameter(customers).Contains(c.Id) select new { c.Id, u.Path }).IgnoreQueryFilters([CrmDb.ScopeFilter]).ToListAsync(ct);
        var pooled = await PoolBook.Open(db).Where(s => EF.Parameter(customers).Contains(s.CustomerId)).Select(s => s.CustomerId).ToListAsync(ct);
        return places.Where(p => PoolBook.Ids(p.Path).Contains(pool.UnitId)).Select(p => p.Id).Except(pooled).ToHashSet();
    }

    public Task Hold(CrmDb db, long poolId, CancellationToken ct) => db.Alone(PutIntoPool.Lock(poolId), ct);

    public async Task<IReadOnlySet<long>> Lying(CrmDb db, long poolId, IReadOnlyCollection<long> customers, string reason, CancellationToken ct) =>
        await PoolBook.Open(db).Where(s => s.PoolId == poolId && s.Reason == reason && EF.Parameter(customers).Contains(s.CustomerId)).Select(s => s.CustomerId).ToHashSetAsync(ct);

    public async Task Put(CrmDb db, long poolId, IReadOnlyCollection<long> customers, string reason, CancellationToken ct)
    {
        var pool = await db.Set<Pool>().AsNoTracking().SingleAsync(p => p.Id == poolId, ct);
        await new PoolBook(db).Put([.. customers.Select(c => (c, pool, PoolWhy.Hand))], reason, ct);
    }
}
