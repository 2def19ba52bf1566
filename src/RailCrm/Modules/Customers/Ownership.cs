using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Customers;

/// <summary>Whose customers are to the actor. A grant lets them be read; their account manager may change what is said of them; unit, bin and removing are left to those in whose units they are.</summary>
/// <param name="Owned">Those of units of the actor's own.</param>
/// <param name="Managed">Those whose account manager or deputy the actor is, or that were shared for changing.</param>
internal sealed record Ownership(IReadOnlySet<long> Owned, IReadOnlySet<long> Managed)
{
    /// <summary>Whether the actor may change what is said of one.</summary>
    public bool Changes(long customerId) => Owned.Contains(customerId) || Managed.Contains(customerId);

    /// <summary>Whether what hangs on one may go to another: taken away only by those in whose units the one is.</summary>
    public bool Gives(long from, long to) => from == to ? Changes(from) : Owned.Contains(from) && Changes(to);

    /// <summary>The keys of customers that are shared with the reader or the reader's unit.</summary>
    public static IQueryable<long> Granted(CrmDb db)
    {
        var (user, unit, now) = (db.Scope.UserId, db.Scope.UnitId, db.UtcNow);
        return db.Set<CustomerGrant>().Where(g => (g.UserId == user || g.UnitId == unit) && (g.Until == null || g.Until > now)).Select(g => g.CustomerId);
    }

    /// <summary>Reads it for customers that are tracked or were read before.</summary>
    public static async Task<Ownership> Of(CrmDb db, IReadOnlyCollection<Customer> customers, CancellationToken ct)
    {
        if (db.Scope.Width == ScopeWidth.All)
        {
            return new(customers.Select(c => c.Id).ToHashSet(), new HashSet<long>());
        }

        var units = customers.Select(c => c.UnitId).Distinct().ToList();
        var own = (await db.Set<OrgUnit>().Where(u => EF.Parameter(units).Contains(u.Id)).Select(u => new { u.Id, u.Path }).ToListAsync(ct)).Where(u => db.Scope.Covers(u.Path)).Select(u => u.Id).ToHashSet();
        var others = customers.Where(c => !own.Contains(c.UnitId)).Select(c => c.Id).ToList();
        var (me, mine, now) = (db.Actor.UserId, db.Scope.UnitId, db.UtcNow);
        return new(customers.Where(c => own.Contains(c.UnitId)).Select(c => c.Id).ToHashSet(),
            others.Count == 0 ? new HashSet<long>() : await db.Set<CustomerGrant>().Where(g => EF.Parameter(others).Contains(g.CustomerId) && (g.UserId == me || g.UnitId == mine) && (g.Reason != CustomerGrant.Shared || g.Writes) && (g.Until == null || g.Until > now)).Select(g => g.CustomerId).ToHashSetAsync(ct));
    }

    /// <summary>As the other, of customers by their keys, in the bin or not.</summary>
    public static async Task<Ownership> Of(CrmDb db, IReadOnlyCollection<long> ids, CancellationToken ct) =>
        await Of(db, await db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).AsNoTracking().Where(c => EF.Parameter(ids).Contains(c.Id)).Select(c => new Customer { Id = c.Id, UnitId = c.UnitId }).ToListAsync(ct), ct);

    /// <summary>Why what is said of one may not be changed, or its unit with <paramref name="moves"/>; null where it may.</summary>
    public Refusal? Prevents(long customerId, bool moves) =>
        !Changes(customerId) ? new Refusal.Forbidden("customer.shared_reads") : moves && !Owned.Contains(customerId) ? new Refusal.Forbidden("customer.shared_stays") : null;
}
