using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Waybills;

/// <summary>What the actor may do to lines that stand already: overwrite those of customers they see, and take none away from a customer that is only shared to them.</summary>
/// <param name="Seen">Customers in sight, in the bin or not.</param>
/// <param name="Owned">Those whose lines may become another customer's.</param>
internal sealed record LineSight(IReadOnlySet<long> Seen, IReadOnlySet<long> Owned)
{
    /// <summary>Reads it for what stands in the places of some lines.</summary>
    /// <remarks>Whether a line may be overwritten is a question of whose it is now.</remarks>
    public static async Task<LineSight> Of(CrmDb db, IReadOnlyCollection<(WaybillLine Before, WaybillLine After)> lines, CancellationToken ct)
    {
        var customers = lines.Select(l => l.Before.CustomerId).ToHashSet();
        if (db.Scope.Width == ScopeWidth.All || customers.Count == 0)
        {
            return new(customers, customers);
        }

        var left = lines.Where(l => l.Before.CustomerId != l.After.CustomerId).Select(l => l.Before.CustomerId).ToHashSet();
        return new(
            await db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(c => EF.Parameter(customers).Contains(c.Id)).Select(c => c.Id).ToHashSetAsync(ct),
            left.Count == 0 ? left : (await Ownership.Of(db, left, ct)).Owned);
    }

    /// <summary>Why a line may not stand in the place of another; null where it may.</summary>
    public LineOutcome? Refuses(WaybillLine before, WaybillLine after) =>
        !Seen.Contains(before.CustomerId) ? LineOutcome.NumberTaken
        : before.CustomerId != after.CustomerId && !Owned.Contains(before.CustomerId) ? LineOutcome.SharedStays : null;
}
