namespace RailCrm.Modules.Reference;

/// <summary>A customer on a siding.</summary>
public sealed record SidingUser(long CustomerId, string Number, string Name);

/// <summary>Answers, from the module that knows customers, who uses which siding, within the actor's scope.</summary>
public interface ISidingUsers
{
    /// <summary>Siding → number of customers; sidings nobody uses are left out.</summary>
    Task<IReadOnlyDictionary<long, int>> Count(IReadOnlyList<long> sidings, CancellationToken ct);

    /// <summary>Owners of sidings that are customers → the customer where the actor sees it, null where it is another unit's and not to be named. Who is no customer is left out.</summary>
    Task<IReadOnlyDictionary<string, long?>> Owners(IReadOnlyCollection<string> owners, CancellationToken ct);

    /// <summary>The first customers of one siding, by name.</summary>
    Task<IReadOnlyList<SidingUser>> List(long siding, CancellationToken ct);
}
