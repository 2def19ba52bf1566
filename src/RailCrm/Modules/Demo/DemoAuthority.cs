using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Authority;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Demo;

/// <summary>The demo's authority: set for the group, given on to subsidiaries and outlets, to a role and a person; one narrowed, one ending soon, one taken back. The limits are examples.</summary>
internal static class DemoAuthority
{
    private const long Wan = 1_000_000; // Fen in ten thousand yuan.

    /// <summary>What group, subsidiaries and outlets decide; of the group's days of credit less than was given on, so that something is held down.</summary>
    private static readonly (AuthorityAction Action, long Group, long Subsidiary, long? Outlet)[] Limits =
    [
        (AuthorityAction.Discount, 1_500, 1_000, 500), (AuthorityAction.CreditLimit, 1_000 * Wan, 300 * Wan, 50 * Wan), (AuthorityAction.CreditDays, 60, 90, 30),
        (AuthorityAction.ContractAmount, 5_000 * Wan, 1_000 * Wan, 100 * Wan), (AuthorityAction.WriteOff, 50 * Wan, 10 * Wan, null), (AuthorityAction.BelowFloor, 500, 300, 100),
    ];

    public static async Task Make(CrmDb db, TimeProvider clock, CancellationToken ct)
    {
        var today = clock.Today();
        var units = await db.Set<OrgUnit>().AsNoTracking().OrderBy(u => u.Id).ToListAsync(ct);
        var people = await db.Set<User>().Where(u => MakeDemo.SignIns.Contains(u.UserName)).ToDictionaryAsync(u => u.UserName!, u => (u.Id, u.UnitId), ct);
        var outlet = await db.Set<Role>().Where(r => r.Name == "outlet").Select(r => r.Id).SingleAsync(ct);
        var group = units.Single(u => u.Level == UnitLevel.Group);
        var subsidiaries = units.Where(u => u.Level == UnitLevel.Subsidiary).ToList();
        AuthorityGrant To(long unit, AuthorityAction action, long limit, string by, string why, AuthorityGrant? from = null) =>
            new() { UnitId = unit, Action = action, Limit = limit, ParentId = from?.Id, FromOn = today, GrantedBy = people[by].Id, GrantedAt = db.UtcNow, Why = why, Version = 1 };

        var tops = Limits.ToDictionary(l => l.Action, l => To(group.Id, l.Action, l.Group, "security", "集团年度授权"));
        db.AddRange(tops.Values);
        await db.SaveChangesAsync(ct);
        var middle = subsidiaries.SelectMany(s => Limits.Select(l => To(s.Id, l.Action, l.Subsidiary, "group", "子分公司年度授权", tops[l.Action]))).ToList();
        middle.First(g => g.UnitId == subsidiaries[1].Id && g.Action == AuthorityAction.CreditLimit).UntilOn = today.AddDays(10);
        if (middle.Find(g => g.UnitId == subsidiaries[^1].Id && g.Action == AuthorityAction.WriteOff) is { } revoked)
        {
            (revoked.RevokedAt, revoked.Why) = (db.UtcNow, "核销权限收回集团");
        }

        db.AddRange(middle);
        await db.SaveChangesAsync(ct);
        AuthorityGrant Middle(OrgUnit unit, AuthorityAction action) => middle.Single(g => g.UnitId == unit.Id && g.Action == action);
        var first = subsidiaries[0];
        foreach (var limit in Limits.Where(l => l.Outlet is not null))
        {
            db.AddRange(units.Where(u => u.ParentId == first.Id).Select(u => To(u.Id, limit.Action, limit.Outlet!.Value, "subsidiary", "网点年度授权", Middle(first, limit.Action))));
        }

        foreach (var limit in Limits.Where(l => l.Action is AuthorityAction.Discount or AuthorityAction.CreditDays))
        {
            var role = To(subsidiaries[1].Id, limit.Action, limit.Outlet!.Value, "group", "网点负责人统一授权", Middle(subsidiaries[1], limit.Action));
            (role.RoleId, role.Level) = (outlet, UnitLevel.Outlet);
            db.Add(role);
        }

        await db.SaveChangesAsync(ct);
        var head = await db.Set<AuthorityGrant>().Where(g => g.UnitId == people["manager"].UnitId && g.Action == AuthorityAction.Discount).SingleOrDefaultAsync(ct);
        if (head is not null)
        {
            var person = To(people["manager"].UnitId, AuthorityAction.Discount, 200, "outlet", "老客户小额优惠", head);
            person.UserId = people["manager"].Id;
            db.Add(person);
        }

        await db.SaveChangesAsync(ct);
        db.ChangeTracker.Clear();
    }
}
