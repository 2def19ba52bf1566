using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Organization;

/// <summary>Something that belongs to a unit and must be moved before the unit closes. Each module registers its own, because the organisation knows none of those above it.</summary>
/// <param name="TextKey">What it is, and how many: <c>{0} customers</c>.</param>
/// <param name="RemedyKey">How to move it.</param>
/// <param name="Href">The list of those of one unit.</param>
/// <param name="Permission">Who may open that list.</param>
/// <param name="Count">How many each unit has whose path lies in the range.</param>
public sealed record UnitDependents(string TextKey, string RemedyKey, Func<long, string> Href, string Permission, Func<CrmDb, PathRange, CancellationToken, Task<IReadOnlyDictionary<long, long>>> Count)
{
    internal static readonly UnitDependents Employees = new("organization.n_employees", "organization.remedy_employees", id => $"/employees?unit={id}&active=true", Platform.Access.Permission.OrganizationRead, async (db, range, ct) => await (
        from e in db.Set<Employee>()
        join u in range.Of(db) on e.UnitId equals u.Id
        where e.Active
        group e by e.UnitId into g
        select new { g.Key, Count = g.LongCount() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct));

    internal static readonly UnitDependents Accounts = new("organization.n_accounts", "organization.remedy_accounts", id => $"/accounts?unit={id}", Platform.Access.Permission.Accounts, async (db, range, ct) => await (
        from a in db.Set<User>()
        join u in range.Of(db) on a.UnitId equals u.Id
        where !a.Disabled
        group a by a.UnitId into g
        select new { g.Key, Count = g.LongCount() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct));
}

/// <summary>A unit and everything below it, as a range of paths: a range uses the index, LIKE would not.</summary>
public readonly record struct PathRange(string From, string To)
{
    /// <summary>Everything at and below a path.</summary>
    public static PathRange Below(string path) => Of(new Scope(ScopeWidth.Wide, path, 0, 0));

    /// <summary>Everything in a scope.</summary>
    public static PathRange Of(Scope scope) => scope.Width == ScopeWidth.None ? new("", "") : new(scope.Path, scope.End);

    /// <summary>The units in it.</summary>
    public IQueryable<OrgUnit> Of(CrmDb db)
    {
        ArgumentNullException.ThrowIfNull(db);
        var (from, to) = (From, To);
#pragma warning disable CA1309 // Translated to SQL, where the column's collation decides.
        return db.Set<OrgUnit>().Where(u => string.Compare(u.Path, from) >= 0 && string.Compare(u.Path, to) < 0);
#pragma warning restore CA1309
    }
}

/// <summary>Finds a station by telegraph code or name; registered by the module that has them.</summary>
/// <param name="Find">Gives code and name, or null.</param>
public sealed record StationNames(Func<CrmDb, string, CancellationToken, Task<(string Code, string Name)?>> Find);
