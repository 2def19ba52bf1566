using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Managers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Pools;

/// <summary>Takes a customer out of its pool, whatever path changed it: when somebody is appointed to answer for it at the level of its unit, and when it or a unit moves to where the pool does not reach or somebody answers for it at its level.</summary>
internal sealed class FollowPool : IFollowsChange
{
    public Func<CancellationToken, Task>? After(CrmDb db)
    {
        var appointed = db.ChangeTracker.Entries<Responsibility>().Where(e => e.State == EntityState.Added && e.Entity.Duty == Duty.Main).Select(e => e.Entity).ToList();
        var moved = db.ChangeTracker.Entries<Customer>().Where(e => e.State == EntityState.Modified && e.Property(c => c.UnitId).IsModified).Select(e => e.Entity.Id).ToList();
        var units = db.ChangeTracker.Entries<OrgUnit>().Any(e => e.State == EntityState.Modified && e.Property(u => u.ParentId).IsModified);
        return appointed.Count + moved.Count == 0 && !units ? null : async ct =>
        {
            if (appointed.Count > 0)
            {
                var ids = appointed.Select(a => a.CustomerId).Distinct().ToList();
                var open = await (from s in PoolBook.Open(db) join c in db.Set<Customer>() on s.CustomerId equals c.Id join u in db.Set<OrgUnit>() on c.UnitId equals u.Id where EF.Parameter(ids).Contains(s.CustomerId) select new { Stay = s, u.Level })
                    .IgnoreQueryFilters([CrmDb.ScopeFilter, CrmDb.BinFilter]).ToListAsync(ct);
                await End(open.Where(o => appointed.Exists(a => a.CustomerId == o.Stay.CustomerId && a.Level == o.Level)).Select(o => o.Stay), PoolLeft.Appointed);
            }

            if (moved.Count > 0 || units)
            {
                var stays = PoolBook.Open(db);
                stays = units ? stays : stays.Where(s => EF.Parameter(moved).Contains(s.CustomerId));
                await End(await (
                    from s in stays
                    join c in db.Set<Customer>() on s.CustomerId equals c.Id
                    join cu in db.Set<OrgUnit>() on c.UnitId equals cu.Id
                    join p in db.Set<Pool>() on s.PoolId equals p.Id
                    join pu in db.Set<OrgUnit>() on p.UnitId equals pu.Id
#pragma warning disable CA1514 // Translated to SQL: the length is another path's.
                    where cu.Path.Substring(0, pu.Path.Length) != pu.Path || db.Set<Responsibility>().Any(r => r.CustomerId == c.Id && r.Level == cu.Level && r.Duty == Duty.Main && r.Until == null)
#pragma warning restore CA1514
                    select s).IgnoreQueryFilters([CrmDb.ScopeFilter, CrmDb.BinFilter]).ToListAsync(ct), PoolLeft.Unit);
            }

            async Task End(IEnumerable<PoolStay> stays, PoolLeft how)
            {
                if (stays.ToList() is { Count: > 0 } some)
                {
                    await new PoolBook(db).End(some, how, null, ct);
                }
            }
        };
    }
}
