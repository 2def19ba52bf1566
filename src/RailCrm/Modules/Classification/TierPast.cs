using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Classification;

/// <summary>A customer's moves from tier to tier, on its history.</summary>
internal sealed class TierPast(CrmDb db) : ICustomerPast
{
    public string Kind => "tier";

    public async Task<IReadOnlyList<CustomerHistory.Happening>> Read(long customerId, DateTime after, DateTime until, CancellationToken ct)
    {
        var changes = await db.Set<TierChange>().AsNoTracking().Where(t => t.CustomerId == customerId && t.At > after && t.At <= until).OrderByDescending(t => t.Id).Take(200).ToListAsync(ct);
        return [.. changes.Select(t => new CustomerHistory.Happening(0, t.At, "system", "tier", nameof(Customer), customerId,
            [new(nameof(Customer.Tier), t.Before.ToString(), t.After.ToString()), new("TierRevenueFen", null, (t.RevenueFen / 100m).ToString("N2", CultureInfo.CurrentCulture))]))];
    }
}
