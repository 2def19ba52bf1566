using RailCrm.Platform.Data;

namespace RailCrm.Modules.Customers;

/// <summary>One customer becomes part of another.</summary>
/// <param name="MergeId">The merge, under which what moves is kept.</param>
/// <param name="LoserId">The customer that goes.</param>
/// <param name="SurvivorId">The customer that stays.</param>
/// <param name="Choices">Field → the customer whose value or list is kept; 0 where lists become one.</param>
public sealed record CustomerMove(long MergeId, long LoserId, long SurvivorId, IReadOnlyDictionary<string, long> Choices);

/// <summary>All has moved, or all has gone back.</summary>
/// <param name="MergeId">The merge.</param>
/// <param name="At">Since when (UTC) it is being done: what was written later belongs to it.</param>
/// <param name="SurvivorId">The customer that stays.</param>
/// <param name="LoserIds">Those that went or came back.</param>
/// <param name="Undone">Whether it was taken back.</param>
public sealed record CustomersMoved(long MergeId, DateTime At, long SurvivorId, IReadOnlyList<long> LoserIds, bool Undone);

/// <summary>What a module hangs on a customer, and how it goes along when two customers become one, and back again. Registered by its module; an architecture test demands one for every column that names a customer.</summary>
public interface ICustomerChildren
{
    /// <summary>Its name with what moved, for ever: the database keeps it.</summary>
    string Kind { get; }

    /// <summary>What it is called in the preview; null where nobody need know.</summary>
    string? TextKey { get; }

    /// <summary>The columns that name a customer and are dealt with here.</summary>
    IReadOnlyList<(Type Entity, string Property)> Covers { get; }

    /// <summary>How much of it a customer has.</summary>
    Task<long> Count(CrmDb db, long customerId, CancellationToken ct);

    /// <summary>Moves it to the survivor, in the transaction of the merge; answers how much moved. What <see cref="GiveBack"/> needs is kept under the merge.</summary>
    Task<long> Move(CrmDb db, CustomerMove move, CancellationToken ct);

    /// <summary>Moves back what moved and still is where it was; answers how much.</summary>
    Task<long> GiveBack(CrmDb db, CustomerMove move, CancellationToken ct);

    /// <summary>Whether it goes along with a customer that is removed for good. What does not keeps the customer in the bin.</summary>
    bool GoesWithCustomer => false;

    /// <summary>Follows, once for all, when everything moved or went back.</summary>
    Task Settle(CrmDb db, CustomersMoved moved, CancellationToken ct) => Task.CompletedTask;
}

/// <summary>Rows that simply name another customer from then on.</summary>
/// <param name="Kind">Its name in the database.</param>
/// <param name="TextKey">What it is called.</param>
/// <param name="Entity">The rows; their key is <c>Id</c>.</param>
/// <param name="Property">The property that names the customer.</param>
public sealed record MovingRows(string Kind, string? TextKey, Type Entity, string Property = nameof(ICustomerBound.CustomerId)) : ICustomerChildren
{
    /// <inheritdoc/>
    public bool GoesWithCustomer => Property == nameof(ICustomerBound.CustomerId); // Other customers that name it do not.

    /// <inheritdoc/>
    public IReadOnlyList<(Type Entity, string Property)> Covers => [(Entity, Property)];

    /// <inheritdoc/>
    public Task<long> Count(CrmDb db, long customerId, CancellationToken ct) => new MovedRows(db, Entity, Property).Count(customerId, ct);

    /// <inheritdoc/>
    public Task<long> Move(CrmDb db, CustomerMove move, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(move);
        return new MovedRows(db, Entity, Property).Move(move.MergeId, Kind, move.LoserId, move.SurvivorId, null, ct);
    }

    /// <inheritdoc/>
    public Task<long> GiveBack(CrmDb db, CustomerMove move, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(move);
        return new MovedRows(db, Entity, Property).GiveBack(move.MergeId, Kind, move.LoserId, move.SurvivorId, null, ct);
    }
}

/// <summary>Columns that name a customer and keep doing so: what they say stays true of the one that went, or is made from other rows.</summary>
/// <param name="Kind">Its name.</param>
/// <param name="Columns">The columns, each for the reason told where this is registered.</param>
public sealed record StayingRows(string Kind, params (Type Entity, string Property)[] Columns) : ICustomerChildren
{
    /// <inheritdoc/>
    public bool GoesWithCustomer => true;

    /// <inheritdoc/>
    public string? TextKey => null;

    /// <inheritdoc/>
    public IReadOnlyList<(Type Entity, string Property)> Covers => Columns;

    /// <inheritdoc/>
    public Task<long> Count(CrmDb db, long customerId, CancellationToken ct) => Task.FromResult(0L);

    /// <inheritdoc/>
    public Task<long> Move(CrmDb db, CustomerMove move, CancellationToken ct) => Task.FromResult(0L);

    /// <inheritdoc/>
    public Task<long> GiveBack(CrmDb db, CustomerMove move, CancellationToken ct) => Task.FromResult(0L);
}
