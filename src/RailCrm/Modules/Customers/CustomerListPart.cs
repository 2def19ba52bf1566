using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Customers;

/// <summary>What a module further down adds to the list of customers: conditions, views and works of its own. Registered by its module.</summary>
public abstract class CustomerListPart
{
    internal virtual IReadOnlyList<ListField<Customer>> Fields => [];

    internal virtual IReadOnlyList<SystemView> Views => [];

    internal virtual IReadOnlyList<ListWork> Works => [];

    /// <summary>Why one of its works cannot be ordered: what would be wrong for every row.</summary>
    internal virtual Task<Refusal?> Refuses(CrmDb db, WorkOrder order, CancellationToken ct) => Task.FromResult<Refusal?>(null);

    /// <summary>Does one of its works to some rows, or takes it back.</summary>
    internal virtual Task Work(CrmDb db, WorkOrder order, IReadOnlyList<WorkRow> rows, CancellationToken ct) => throw new InvalidOperationException($"{GetType().Name} has no work.");
}
