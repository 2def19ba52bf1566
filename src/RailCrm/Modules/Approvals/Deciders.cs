using System.Globalization;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Authority;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Approvals;

/// <summary>Finds who decides: heads along a unit's line, the people a node names, colleagues, deputies. Accounts and units have no scope, so that an outlet's request finds the group's heads.</summary>
public sealed class Deciders(CrmDb db, TimeProvider clock, Authorities authorities)
{
    /// <summary>Approvers of one node; a role that more people hold is none to ask by.</summary>
    public const int Most = 50;

    private const int MostColleagues = 200;

    /// <summary>Somebody who can be asked.</summary>
    /// <param name="Id">The account.</param>
    /// <param name="Name">What people call them.</param>
    /// <param name="Unit">Where they work.</param>
    /// <param name="MayDecide">Whether a step can be passed on to them for good.</param>
    public sealed record Colleague(long Id, string Name, string Unit, bool MayDecide);

    /// <summary>The enabled accounts that hold a permission.</summary>
    private IQueryable<User> Holders(string permission) => db.Set<User>().Where(u => !u.Disabled && (
        from r in db.Set<IdentityUserRole<long>>()
        join p in db.Set<RolePermission>() on r.RoleId equals p.RoleId
        where r.UserId == u.Id && p.Permission == permission
        select r.UserId).Any());

    /// <summary>Whether somebody still may decide as a head somewhere: the account works and its role supervises.</summary>
    internal Task<bool> Supervises(long userId, CancellationToken ct) => Holders(Permission.CustomersSupervise).AnyAsync(u => u.Id == userId, ct);

    /// <summary>A unit and those above it, itself first, each with its heads.</summary>
    internal async Task<IReadOnlyList<LineUnit>> Line(long unitId, CancellationToken ct)
    {
        var path = await db.Set<OrgUnit>().Where(u => u.Id == unitId).Select(u => u.Path).SingleAsync(ct);
        var ids = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(id => long.Parse(id, CultureInfo.InvariantCulture)).Reverse().ToList();
        var heads = (await Holders(Permission.CustomersSupervise).Where(u => EF.Parameter(ids).Contains(u.UnitId)).OrderBy(u => u.Id).Select(u => new { u.Id, u.UnitId }).ToListAsync(ct)).ToLookup(u => u.UnitId, u => u.Id);
        return [.. ids.Select(id => new LineUnit(id, [.. heads[id].Take(Most)]))];
    }

    /// <summary>Whom a node asks; empty where nobody is left up to the group.</summary>
    internal async Task<IReadOnlyList<long>> Of(ApprovalNode node, Approval approval, IReadOnlyList<LineUnit> line, CancellationToken ct) =>
        node.By == NodeBy.Authority ? await Covering(approval, 0, ct)
        : Routing.Approvers(await Named(node, approval.CustomerId, line, ct), line, Routing.From(node, line), approval.ApplicantId);

    /// <summary>Those of the lowest unit of the line whose authority covers what is asked; empty where nobody's does.</summary>
    private async Task<IReadOnlyList<long>> Covering(Approval approval, int from, CancellationToken ct) => approval is { AuthorityAction: { } action, AuthorityAmount: { } amount }
        ? [.. AuthorityRules.Lowest(await authorities.Line(approval.UnitId, action, ct), amount, approval.ApplicantId, from).Take(Most)] : [];

    /// <summary>Whether somebody's authority covers what is asked, today.</summary>
    internal async Task<IReadOnlySet<long>> AllCovering(Approval approval, CancellationToken ct) => approval is { AuthorityAction: { } action, AuthorityAmount: { } amount }
        ? (await authorities.Line(approval.UnitId, action, ct)).SelectMany(u => u.People).Where(p => p.Limit >= amount).Select(p => p.UserId).ToHashSet()
        : new HashSet<long>();

    private async Task<IReadOnlyList<long>?> Named(ApprovalNode node, long customerId, IReadOnlyList<LineUnit> line, CancellationToken ct)
    {
        var (now, units) = (db.UtcNow, line.Select(l => l.UnitId).ToList());
        return node.By switch
        {
            NodeBy.Head or NodeBy.HeadAbove or NodeBy.GroupHead or NodeBy.Authority => null,
            NodeBy.AccountManager => await (
                from g in db.Set<CustomerGrant>()
                join u in db.Set<User>() on g.UserId equals u.Id
                join unit in db.Set<OrgUnit>() on u.UnitId equals unit.Id
                where g.CustomerId == customerId && g.Reason == "manager" && (g.Until == null || g.Until > now) && !u.Disabled && unit.Level == node.Level
                orderby u.Id
                select u.Id).Distinct().Take(Most).ToListAsync(ct),
            NodeBy.Role => await (
                from u in db.Set<User>()
                join r in db.Set<IdentityUserRole<long>>() on u.Id equals r.UserId
                where r.RoleId == node.RoleId && !u.Disabled && EF.Parameter(units).Contains(u.UnitId)
                orderby u.Id
                select u.Id).Take(Most).ToListAsync(ct),
            NodeBy.Person => await db.Set<User>().Where(u => u.Id == node.UserId && !u.Disabled).Select(u => u.Id).ToListAsync(ct),
        };
    }

    /// <summary>Who decides today instead of somebody; themselves where nobody does.</summary>
    public async Task<long> Deputy(long userId, long applicantId, CancellationToken ct)
    {
        var today = clock.Today();
        var deputy = await (
            from d in db.Set<ApprovalDeputy>()
            join u in db.Set<User>() on d.DeputyId equals u.Id
            where d.UserId == userId && d.FromOn <= today && d.UntilOn >= today && !u.Disabled && u.Id != applicantId
            orderby d.Id descending
            select (long?)u.Id).FirstOrDefaultAsync(ct);
        return deputy ?? userId;
    }

    /// <summary>The heads above the unit of whoever holds a step, without the applicant.</summary>
    internal async Task<IReadOnlyList<long>> Above(ApprovalStep step, long applicantId, CancellationToken ct)
    {
        var line = await Line((await UnitsOf(step, ct))[0], ct);
        return line.Count < 2 ? [] : Routing.Heads(line, 1, applicantId);
    }

    /// <summary>Who takes over from somebody who was asked for his authority: those above his unit whose authority covers it.</summary>
    internal async Task<IReadOnlyList<long>> CoveringAbove(Approval approval, ApprovalStep step, CancellationToken ct)
    {
        var units = await UnitsOf(step, ct);
        var at = (await Line(approval.UnitId, ct)).Select(u => u.UnitId).ToList().FindLastIndex(units.Contains);
        return await Covering(approval, at + 1, ct);
    }

    /// <summary>Where whoever holds a step works, and in whose place he holds it, the highest first: above a deputy from a lower unit sits the one he stands in for.</summary>
    private async Task<IReadOnlyList<long>> UnitsOf(ApprovalStep step, CancellationToken ct)
    {
        List<long> people = [step.UserId, step.ForId ?? step.UserId];
        var units = await (from u in db.Set<User>() join at in db.Set<OrgUnit>() on u.UnitId equals at.Id where EF.Parameter(people).Contains(u.Id) select new { at.Id, at.Level }).ToListAsync(ct);
        return [.. units.OrderBy(u => u.Level).Select(u => u.Id)];
    }

    /// <summary>People beside, above and right below the actor who may be asked or told: they see customers. To decide in somebody's place takes a head's permission, or the same role.</summary>
    public async Task<IReadOnlyList<Colleague>> Colleagues(CancellationToken ct)
    {
        var (me, unit, path) = (db.Actor.UserId, db.Actor.UnitId, db.Actor.UnitPath);
        var line = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(id => long.Parse(id, CultureInfo.InvariantCulture)).ToList();
        var (roles, heads) = (db.Actor.Roles.ToList(), Holders(Permission.CustomersSupervise).Select(u => u.Id));
        var people = await (
            from u in Holders(Permission.CustomersRead)
            join at in db.Set<OrgUnit>() on u.UnitId equals at.Id
            where u.Id != me && (EF.Parameter(line).Contains(at.Id) || at.ParentId == unit)
            orderby at.Path, u.Id
            select new { u.Id, u.DisplayName, at.Name, MayDecide = heads.Contains(u.Id) || db.Set<IdentityUserRole<long>>().Any(r => r.UserId == u.Id && EF.Parameter(roles).Contains(r.RoleId)) }).Take(MostColleagues).ToListAsync(ct);
        return [.. people.Select(p => new Colleague(p.Id, p.DisplayName, p.Name, p.MayDecide))];
    }

    /// <summary>What people are called.</summary>
    public async Task<IReadOnlyDictionary<long, string>> Names(IEnumerable<long> ids, CancellationToken ct)
    {
        var asked = ids.Distinct().ToList();
        return await db.Set<User>().Where(u => EF.Parameter(asked).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.DisplayName, ct);
    }
}
