using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Waybills;

/// <summary>Deleted lines in a merge: they go along, and home again. What moved is kept under the name of the living ones, because between a merge and its undo a line may be deleted or restored, and keeps its key.</summary>
internal sealed class MergeBinnedLines : ICustomerChildren
{
    public string Kind => "binned_lines";

    public string? TextKey => "waybill.bin";

    public bool GoesWithCustomer => true;

    public IReadOnlyList<(Type Entity, string Property)> Covers => [(typeof(BinnedLine), nameof(BinnedLine.CustomerId))];

    private static MovedRows Rows(CrmDb db) => new(db, typeof(BinnedLine), nameof(BinnedLine.CustomerId));

    public Task<long> Count(CrmDb db, long customerId, CancellationToken ct) => Rows(db).Count(customerId, ct);

    public Task<long> Move(CrmDb db, CustomerMove move, CancellationToken ct) => Rows(db).Move(move.MergeId, MergeWaybills.Name, move.LoserId, move.SurvivorId, null, ct);

    public Task<long> GiveBack(CrmDb db, CustomerMove move, CancellationToken ct) => Rows(db).GiveBack(move.MergeId, MergeWaybills.Name, move.LoserId, move.SurvivorId, null, ct);

    public Task Settle(CrmDb db, CustomersMoved moved, CancellationToken ct) =>
        moved.Undone ? RecordMoves.Home(db, RecordKind.Waybill, typeof(BinnedLine), moved.SurvivorId, ct) : Task.CompletedTask;
}
