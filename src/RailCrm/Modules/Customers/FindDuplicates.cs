using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Customers;

/// <summary>Customers that may be the same one, in the whole group.</summary>
public static class FindDuplicates
{
    /// <summary>Tells that one exists and whom to ask; who it is, only to those who may see it.</summary>
    /// <param name="Reason">creditCode, name or phone.</param>
    /// <param name="UnitName">The unit to ask.</param>
    /// <param name="Id">The customer, where the actor sees it.</param>
    /// <param name="Name">Its name, where the actor sees it.</param>
    public sealed record Match(string Reason, string UnitName, long? Id, string? Name);

    /// <remarks>The one place that looks past the scope: a duplicate is a duplicate wherever it lies. Each condition reads an index.</remarks>
    internal static async Task<IReadOnlyList<Match>> Run(CrmDb db, Customer customer, CancellationToken ct)
    {
        var all = db.Set<Customer>().IgnoreQueryFilters([CrmDb.ScopeFilter, CrmDb.BinFilter]).AsNoTracking().Where(c => c.Id != customer.Id);
        var found = new List<(string Reason, long Id, string Name, long UnitId)>();
        async Task Look(string reason, IQueryable<Customer> same) =>
            found.AddRange((await same.OrderBy(c => c.Id).Take(5).Select(c => new { c.Id, c.Name, c.UnitId }).ToListAsync(ct)).Select(c => (reason, c.Id, c.Name, c.UnitId)));

        if (customer.CreditCode is { } code)
        {
            await Look("creditCode", all.Where(c => c.CreditCode == code));
        }

        await Look("name", all.Where(c => c.NormalizedName == customer.NormalizedName && c.DeletedAt == null));
        if (customer.PhoneDigits is { } phone)
        {
            await Look("phone", all.Where(c => c.PhoneDigits == phone && c.DeletedAt == null));
        }

        var ids = found.Select(f => f.Id).Distinct().ToList();
        if (ids.Count == 0)
        {
            return [];
        }

        var visible = await db.Set<Customer>().Where(c => ids.Contains(c.Id)).Select(c => c.Id).ToListAsync(ct);
        var unitIds = found.Select(f => f.UnitId).Distinct().ToList();
        var units = await db.Set<OrgUnit>().Where(u => unitIds.Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Name, ct);
        return [.. found.DistinctBy(f => f.Id).Select(f => visible.Contains(f.Id)
            ? new Match(f.Reason, units[f.UnitId], f.Id, f.Name)
            : new Match(f.Reason, units[f.UnitId], null, null))];
    }
}
