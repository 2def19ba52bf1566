using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Customers;

/// <summary>Who uses which siding, for the siding's own pages.</summary>
internal sealed class SidingUsers(CrmDb db) : ISidingUsers
{
    private const int Most = 100;

    public async Task<IReadOnlyDictionary<long, int>> Count(IReadOnlyList<long> sidings, CancellationToken ct) =>
        await (from u in db.Set<CustomerSiding>() join c in db.Set<Customer>() on u.CustomerId equals c.Id where EF.Parameter(sidings).Contains(u.SidingId) group u by u.SidingId into g select new { g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, ct);

    public Task<IReadOnlyDictionary<string, long?>> Owners(IReadOnlyCollection<string> owners, CancellationToken ct) => Owners(db, owners, ct);

    /// <remarks>Past the scope on purpose, to know what must not be said; each condition is a seek in the index of names.</remarks>
    internal static async Task<IReadOnlyDictionary<string, long?>> Owners(CrmDb db, IReadOnlyCollection<string> owners, CancellationToken ct)
    {
        if (owners.Count == 0)
        {
            return new Dictionary<string, long?>();
        }

        var seen = !db.Actor.May(Permission.CustomersRead) ? [] : (await db.Set<Customer>().Where(c => EF.Parameter(owners).Contains(c.Name)).Select(c => new { c.Id, c.Name }).ToListAsync(ct)).GroupBy(c => c.Name).ToDictionary(c => c.Key, c => c.Min(o => o.Id));
        var known = await db.Set<Customer>().IgnoreQueryFilters([CrmDb.ScopeFilter]).Where(c => EF.Parameter(owners).Contains(c.Name)).Select(c => c.Name).Distinct().ToListAsync(ct);
        return known.ToDictionary(n => n, n => seen.TryGetValue(n, out var id) ? id : (long?)null);
    }

    public async Task<IReadOnlyList<SidingUser>> List(long siding, CancellationToken ct) =>
        await (from u in db.Set<CustomerSiding>() join c in db.Set<Customer>() on u.CustomerId equals c.Id where u.SidingId == siding orderby c.Name, c.Id select new SidingUser(c.Id, c.Number, c.Name)).Take(Most).ToListAsync(ct);
}
