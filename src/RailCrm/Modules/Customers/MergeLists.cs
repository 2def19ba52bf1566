using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Customers;

/// <summary>A list of a customer's record in a merge: united without what both say, or one customer's taken whole in exchange for the survivor's. Nothing is thrown away: what is not taken waits with the one that went.</summary>
/// <param name="Kind">Its name in the database.</param>
/// <param name="TextKey">What it is called.</param>
/// <param name="Field">The list in <see cref="SaveCustomer.Input"/>.</param>
/// <param name="KeyOf">What makes two rows the same.</param>
/// <param name="Unique">The column that a customer may hold only once per value; null where there is none.</param>
internal sealed record MergeLists<T>(string Kind, string TextKey, string Field, Func<T, string> KeyOf, string? Unique = null) : ICustomerChildren where T : class, ICustomerBound, IAudited
{
    public bool GoesWithCustomer => true;

    public IReadOnlyList<(Type Entity, string Property)> Covers => [(typeof(T), nameof(ICustomerBound.CustomerId))];

    private static MovedRows Rows(CrmDb db) => new(db, typeof(T), nameof(ICustomerBound.CustomerId));

    public Task<long> Count(CrmDb db, long customerId, CancellationToken ct) => Rows(db).Count(customerId, ct);

    public async Task<long> Move(CrmDb db, CustomerMove move, CancellationToken ct)
    {
        var chosen = move.Choices.GetValueOrDefault(Field, MergeFields.United);
        if (chosen != MergeFields.United && chosen != move.LoserId)
        {
            return 0;
        }

        var rows = await db.Set<T>().IgnoreQueryFilters([CrmDb.ScopeFilter]).AsNoTracking().Where(r => r.CustomerId == move.LoserId || r.CustomerId == move.SurvivorId).ToListAsync(ct);
        var (theirs, ours) = (rows.Where(r => r.CustomerId == move.LoserId).ToList(), rows.Where(r => r.CustomerId == move.SurvivorId).ToList());
        if (chosen == move.LoserId)
        {
            // A row that may be held only once says the same with either and stays.
            var both = Unique is null ? [] : theirs.Select(KeyOf).Intersect(ours.Select(KeyOf)).ToHashSet();
            await Rows(db).Move(move.MergeId, Kind, move.SurvivorId, move.LoserId, [.. ours.Where(r => !both.Contains(KeyOf(r))).Select(r => r.Id)], ct);
            return await Rows(db).Move(move.MergeId, Kind, move.LoserId, move.SurvivorId, [.. theirs.Where(r => !both.Contains(KeyOf(r))).Select(r => r.Id)], ct);
        }

        var known = ours.Select(KeyOf).ToHashSet();
        return await Rows(db).Move(move.MergeId, Kind, move.LoserId, move.SurvivorId, [.. theirs.Where(r => known.Add(KeyOf(r))).Select(r => r.Id)], ct);
    }

    public async Task<long> GiveBack(CrmDb db, CustomerMove move, CancellationToken ct)
    {
        var went = await Rows(db).GiveBack(move.MergeId, Kind, move.LoserId, move.SurvivorId, Held(db, move.LoserId), ct);
        await Rows(db).GiveBack(move.MergeId, Kind, move.SurvivorId, move.LoserId, Held(db, move.SurvivorId), ct);
        return went;
    }

    /// <summary>That the customer has got the same since.</summary>
    private string? Held(CrmDb db, long customerId) => Unique is null ? null
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"EXISTS (SELECT 1 FROM {db.Model.FindEntityType(typeof(T))!.GetTableName()} o WHERE o.customer_id = {customerId} AND o.{Unique} = t.{Unique})");
}
