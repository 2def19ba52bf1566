using RailCrm.Platform.Data;

namespace RailCrm.Modules.Managers;

/// <summary>Public pools as a place for a leaver's customers. Registered by the module of pools, which stands above this one.</summary>
internal interface IHandoverPools
{
    /// <summary>An open pool of a unit or of one above it, by its name; null where there is none such.</summary>
    Task<(long Id, string Name)?> Find(CrmDb db, string? name, string unitPath, CancellationToken ct);

    /// <summary>What some pools are called.</summary>
    Task<IReadOnlyDictionary<long, string>> Names(CrmDb db, IReadOnlyCollection<long> ids, CancellationToken ct);

    /// <summary>Those of some customers that may lie in it: of its unit or one below, neither removed nor in a pool already.</summary>
    Task<IReadOnlySet<long>> Fit(CrmDb db, long poolId, IReadOnlyCollection<long> customers, CancellationToken ct);

    /// <summary>Holds the pool as it is until the end of the transaction; the customers are held before it.</summary>
    Task Hold(CrmDb db, long poolId, CancellationToken ct);

    /// <summary>Those of some customers that lie in it now for this reason.</summary>
    Task<IReadOnlySet<long>> Lying(CrmDb db, long poolId, IReadOnlyCollection<long> customers, string reason, CancellationToken ct);

    /// <summary>Puts them into it, in the caller's transaction, which holds them and the pool: whoever answered for them at their own unit's level no longer does.</summary>
    Task Put(CrmDb db, long poolId, IReadOnlyCollection<long> customers, string reason, CancellationToken ct);
}
