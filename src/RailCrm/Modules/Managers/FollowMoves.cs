using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Managers;

/// <summary>Keeps who answers for a customer true to where customers, people and units stand, whatever path moved them: what no longer fits ends on that day. A customer that an account manager makes is that manager's.</summary>
internal sealed class FollowMoves : IFollowsChange
{
    public Func<CancellationToken, Task>? After(CrmDb db)
    {
        var moved = db.ChangeTracker.Entries<Customer>().Where(e => e.State == EntityState.Modified && e.Property(c => c.UnitId).IsModified).Select(e => e.Entity.Id).ToList();
        var made = Entrusts(db.Actor) ? db.ChangeTracker.Entries<Customer>().Where(e => e.State == EntityState.Added && e.Entity.UnitId == db.Actor.UnitId).Select(e => e.Entity).ToList() : [];
        var people = db.ChangeTracker.Entries<User>().Where(e => e.State == EntityState.Modified && e.Property(u => u.UnitId).IsModified).Select(e => e.Entity.Id).ToList();
        var units = db.ChangeTracker.Entries<OrgUnit>().Where(e => e.State == EntityState.Modified && e.Property(u => u.ParentId).IsModified).Select(e => e.Entity.Path).ToList();
        return moved.Count + made.Count + people.Count + units.Count == 0 ? null : async ct =>
        {
            if (moved.Count > 0)
            {
                await new ManagerBook(db).EndMisplaced(moved, null, ct);
            }

            if (people.Count > 0)
            {
                await new ManagerBook(db).EndMisplaced(null, people, ct);
            }

            foreach (var path in units)
            {
                var (below, today) = (PathRange.Below(path).Of(db).Select(u => u.Id), BusinessCalendar.Day(db.UtcNow));
                // From the units' customers on: the book of the whole group is a hundred times as long.
                var held = from c in db.Set<Customer>().IgnoreQueryFilters([CrmDb.ScopeFilter, CrmDb.BinFilter]) join r in db.Set<Responsibility>() on c.Id equals r.CustomerId where below.Contains(c.UnitId) && (r.Until == null || r.Until > today) select c.Id;
                await new ManagerBook(db).EndMisplaced(await held.Distinct().ToListAsync(ct), null, ct);
            }

            if (made.Count > 0)
            {
                var (book, level) = (new ManagerBook(db), (UnitLevel)db.Actor.UnitPath.Count(c => c == '/'));
                made.ForEach(c => book.Appoint(c.Id, (db.Actor.UserId, level), Duty.Main, book.Today, null, null));
                await book.Save(tell: true, ct);
            }
        };
    }

    /// <summary>Whoever appoints others says who is to have a customer; whoever does not keeps what he makes.</summary>
    private static bool Entrusts(Actor actor) => actor.UserId != 0 && actor.May(Permission.CustomersWrite) && !actor.May(Permission.ManagersAppoint);
}
