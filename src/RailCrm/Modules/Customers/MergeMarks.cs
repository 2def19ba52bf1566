using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Customers;

/// <summary>Stars and follows in a merge: they go along, unless their owner has the same mark on the one that stays.</summary>
internal sealed class MergeMarks : ICustomerChildren
{
    public string Kind => "marks";

    public string? TextKey => null;

    public bool GoesWithCustomer => true;

    public IReadOnlyList<(Type Entity, string Property)> Covers => [(typeof(RecordMark), nameof(RecordMark.CustomerId))];

    private static MovedRows Rows(CrmDb db) => new(db, typeof(RecordMark), nameof(RecordMark.CustomerId));

    /// <summary>All of a customer; whose it is was asked before.</summary>
    private static IQueryable<RecordMark> Of(CrmDb db, long customerId) => db.Set<RecordMark>().IgnoreQueryFilters([CrmDb.ScopeFilter]).AsNoTracking().Where(m => m.CustomerId == customerId);

    public Task<long> Count(CrmDb db, long customerId, CancellationToken ct) => Rows(db).Count(customerId, ct);

    public async Task<long> Move(CrmDb db, CustomerMove move, CancellationToken ct)
    {
        var there = (await Of(db, move.SurvivorId).ToListAsync(ct)).Select(Same).ToHashSet();
        var going = (await Of(db, move.LoserId).ToListAsync(ct)).Where(m => !there.Contains(Same(m))).Select(m => m.Id).ToList();
        return await Rows(db).Move(move.MergeId, Kind, move.LoserId, move.SurvivorId, going, ct);

        static (long, string, string, long) Same(RecordMark m) => (m.UserId, m.Mark, m.RecordKind, m.RecordId);
    }

    public Task<long> GiveBack(CrmDb db, CustomerMove move, CancellationToken ct) => Rows(db).GiveBack(move.MergeId, Kind, move.LoserId, move.SurvivorId, null, ct);
}
