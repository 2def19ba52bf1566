using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Customers;

/// <summary>Sharing in a merge: whoever was let see the customer that goes sees the one that stays, unless he is let already for as long and to change as much. What follows from the book of managers is left to it.</summary>
internal sealed class MergeGrants : ICustomerChildren
{
    public string Kind => "grants";

    public string? TextKey => "merge.grants";

    public bool GoesWithCustomer => true;

    public IReadOnlyList<(Type Entity, string Property)> Covers => [(typeof(CustomerGrant), nameof(CustomerGrant.CustomerId))];

    private static MovedRows Rows(CrmDb db) => new(db, typeof(CustomerGrant), nameof(CustomerGrant.CustomerId));

    public Task<long> Count(CrmDb db, long customerId, CancellationToken ct) => db.Set<CustomerGrant>().LongCountAsync(g => g.CustomerId == customerId && g.Reason == CustomerGrant.Shared, ct);

    public async Task<long> Move(CrmDb db, CustomerMove move, CancellationToken ct) =>
        await Rows(db).Move(move.MergeId, Kind, move.LoserId, move.SurvivorId, await db.Set<CustomerGrant>()
            .Where(g => g.CustomerId == move.LoserId && g.Reason == CustomerGrant.Shared && !db.Set<CustomerGrant>().Any(o => o.CustomerId == move.SurvivorId && o.Reason == CustomerGrant.Shared && o.UserId == g.UserId && o.UnitId == g.UnitId
                && (o.Writes || !g.Writes) && (o.Until == null || o.Until >= g.Until)))
            .Select(g => g.Id).ToListAsync(ct), ct);

    public Task<long> GiveBack(CrmDb db, CustomerMove move, CancellationToken ct) => Rows(db).GiveBack(move.MergeId, Kind, move.LoserId, move.SurvivorId, null, ct);
}
