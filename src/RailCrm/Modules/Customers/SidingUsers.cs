using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Customers;

/// <summary>Who uses which siding, for the siding's own pages.</summary>
internal sealed class SidingUsers(CrmDb db) : ISidingUsers
{
    private const int Most = 100;

    public async Task<IReadOnlyDictionary<long, int>> Count(IReadOnlyList<long> sidings, CancellationToken ct) =>
        await (from u in db.Set<CustomerSiding>() join c in db.Set<Customer>() on u.CustomerId equals c.Id where EF.Parameter(sidings).Contains(u.SidingId) group u by u.SidingId into g select new { g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, ct);

    public async Task<IReadOnlyList<SidingUser>> List(long siding, CancellationToken ct) =>
        await (from u in db.Set<CustomerSiding>() join c in db.Set<Customer>() on u.CustomerId equals c.Id where u.SidingId == siding orderby c.Name, c.Id select new SidingUser(c.Id, c.Number, c.Name)).Take(Most).ToListAsync(ct);
}
