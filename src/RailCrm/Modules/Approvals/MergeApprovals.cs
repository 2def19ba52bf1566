using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Approvals;

/// <summary>Approvals go along in a merge, decided ones too, and back with its undo. What was decided is never removed, so it keeps its customer in the bin.</summary>
internal sealed class MergeApprovals : ICustomerChildren
{
    private static readonly MovingRows Rows = new("approvals", "approval.title", typeof(Approval));

    public string Kind => Rows.Kind;

    public string? TextKey => Rows.TextKey;

    public IReadOnlyList<(Type Entity, string Property)> Covers => Rows.Covers;

    public bool GoesWithCustomer => false;

    public Task<long> Count(CrmDb db, long customerId, CancellationToken ct) => Rows.Count(db, customerId, ct);

    public Task<long> Move(CrmDb db, CustomerMove move, CancellationToken ct) => Rows.Move(db, move, ct);

    public Task<long> GiveBack(CrmDb db, CustomerMove move, CancellationToken ct) => Rows.GiveBack(db, move, ct);
}
