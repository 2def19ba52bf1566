using System.Globalization;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Authority;

/// <summary>Who may decide what today: for approvals, and for every module that lets somebody do a thing by his own authority. Grants are some thousands and are read whole; what they are worth is worked out.</summary>
public sealed class Authorities(CrmDb db, TimeProvider clock)
{
    /// <summary>Today, in the group's days.</summary>
    internal DateOnly Today => clock.Today();

    /// <summary>All grants, ended ones too, of one action or of all.</summary>
    internal async Task<IReadOnlyDictionary<long, Grant>> Grants(AuthorityAction? action, CancellationToken ct)
    {
        var all = db.Set<AuthorityGrant>().AsNoTracking();
        if (action is { } one)
        {
            all = all.Where(g => g.Action == one);
        }

        var rows = await (
            from g in all
            join u in db.Set<OrgUnit>() on g.UnitId equals u.Id
            select new { Grant = g, u.Path, u.Active, WorksAt = db.Set<User>().Where(p => p.Id == g.UserId && !p.Disabled).Select(p => (long?)p.UnitId).FirstOrDefault() }).ToListAsync(ct);
        return rows.ToDictionary(r => r.Grant.Id, r => new Grant(
            r.Grant.Id, r.Grant.ParentId, r.Grant.Action, r.Grant.Limit, r.Grant.FromOn, r.Grant.UntilOn, r.Grant.RevokedAt is not null,
            new(r.Grant.UnitId, r.Path, r.Grant.RoleId, r.Grant.Level, r.Grant.UserId, r.Active && (r.Grant.UserId is null || r.WorksAt == r.Grant.UnitId))));
    }

    /// <summary>The enabled accounts of some units.</summary>
    internal async Task<IReadOnlyList<Officer>> Officers(IReadOnlyList<long> units, CancellationToken ct) =>
        [.. (await Told(db.Set<User>().Where(u => EF.Parameter(units).Contains(u.UnitId)), ct))];

    /// <summary>The actor as one who may hold grants; null where no account acts.</summary>
    internal async Task<Officer?> Me(CancellationToken ct)
    {
        var me = db.Actor.UserId;
        return (await Told(db.Set<User>().Where(u => u.Id == me), ct)).SingleOrDefault();
    }

    /// <summary>Those who hold a grant, as far as they are wanted.</summary>
    internal async Task<IReadOnlyList<Officer>> HoldersOf(Holder holder, int most, CancellationToken ct)
    {
        var (unit, role, user, level) = (holder.UnitId, holder.RoleId, holder.UserId, holder.Level);
        var people = db.Set<User>().AsQueryable();
        if (user is not null)
        {
            people = people.Where(u => u.Id == user && u.UnitId == unit);
        }
        else if (role is null)
        {
            people = people.Where(u => u.UnitId == unit);
        }
        else
        {
            var below = PathRange.Below(holder.UnitPath).Of(db).Where(o => o.Level == level).Select(o => o.Id);
            people = people.Where(u => below.Contains(u.UnitId) && db.Set<IdentityUserRole<long>>().Any(r => r.UserId == u.Id && r.RoleId == role));
        }

        return [.. (await Told(people, ct)).Where(o => AuthorityRules.Holds(holder, o)).Take(most)];
    }

    private async Task<IEnumerable<Officer>> Told(IQueryable<User> people, CancellationToken ct)
    {
        var rows = await (
            from u in people
            join at in db.Set<OrgUnit>() on u.UnitId equals at.Id
            where !u.Disabled
            orderby u.Id
            select new
            {
                u.Id, u.UnitId, at.Path, at.Level, RoleId = db.Set<IdentityUserRole<long>>().Where(r => r.UserId == u.Id).Select(r => (long?)r.RoleId).FirstOrDefault(),
                Heads = db.Set<IdentityUserRole<long>>().Any(r => r.UserId == u.Id && db.Set<RolePermission>().Any(p => p.RoleId == r.RoleId && p.Permission == Permission.CustomersSupervise)),
            }).ToListAsync(ct);
        return rows.Select(r => new Officer(r.Id, r.UnitId, r.Path, r.Level, r.RoleId, r.Heads));
    }

    /// <summary>A unit and those above it, itself first, each with its people and up to how much they decide today.</summary>
    /// <param name="unitId">The unit that a request belongs to.</param>
    /// <param name="action">What is asked for.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<IReadOnlyList<LimitedUnit>> Line(long unitId, AuthorityAction action, CancellationToken ct)
    {
        var (all, today) = (await Grants(action, ct), Today);
        var ids = Ids(await db.Set<OrgUnit>().Where(u => u.Id == unitId).Select(u => u.Path).SingleAsync(ct));
        var people = (all.Count == 0 ? [] : await Officers(ids, ct)).Select(o => (o.UnitId, o.UserId, AuthorityRules.Best(all, o, action, today)?.Worth.Limit)).ToLookup(p => p.UnitId);
        return [.. ids.Select(id => new LimitedUnit(id, [.. people[id].Where(p => p.Limit is not null).Select(p => new Limited(p.UserId, p.Limit!.Value))]))];
    }

    /// <summary>Whether somebody decides on so much for a unit today: by what he holds himself, or by what somebody on leave holds who named him deputy.</summary>
    public async Task<bool> Covers(long userId, AuthorityAction action, long amount, long unitId, CancellationToken ct)
    {
        var covering = (await Line(unitId, action, ct)).SelectMany(u => u.People).Where(p => p.Limit >= amount).Select(p => p.UserId).ToList();
        return covering.Contains(userId) || (covering.Count > 0 && (await StandsInFor(userId, ct)).Any(covering.Contains));
    }

    /// <summary>The people on leave today who named somebody their deputy.</summary>
    public async Task<IReadOnlyList<long>> StandsInFor(long userId, CancellationToken ct)
    {
        var today = Today;
        return await db.Set<ApprovalDeputy>().Where(d => d.DeputyId == userId && d.FromOn <= today && d.UntilOn >= today).Select(d => d.UserId).Distinct().ToListAsync(ct);
    }

    /// <summary>The keys in a path, the lowest unit first.</summary>
    internal static IReadOnlyList<long> Ids(string path) => [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(id => long.Parse(id, CultureInfo.InvariantCulture)).Reverse()];
}
