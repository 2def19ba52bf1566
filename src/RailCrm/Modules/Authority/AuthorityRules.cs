using RailCrm.Modules.Organization;

namespace RailCrm.Modules.Authority;

/// <summary>Who holds a grant.</summary>
/// <param name="UnitId">Whose heads; of a role where it holds, of a person where he works.</param>
/// <param name="UnitPath">That unit's path.</param>
/// <param name="RoleId">The role; null where it is none.</param>
/// <param name="Level">Where the role's people work.</param>
/// <param name="UserId">The person; null where it is none.</param>
/// <param name="Stands">Whether the unit is open and, of a person, whether he still works there with an enabled account.</param>
public sealed record Holder(long UnitId, string UnitPath, long? RoleId, UnitLevel? Level, long? UserId, bool Stands);

/// <summary>A grant as the rules need it.</summary>
public sealed record Grant(long Id, long? ParentId, AuthorityAction Action, long Limit, DateOnly From, DateOnly? Until, bool Revoked, Holder Holder);

/// <summary>Somebody who may hold grants: an enabled account.</summary>
/// <param name="UserId">The account.</param>
/// <param name="UnitId">Where he works.</param>
/// <param name="UnitPath">That unit's path.</param>
/// <param name="Level">Its level.</param>
/// <param name="RoleId">His role.</param>
/// <param name="Heads">Whether the role holds <c>customers.supervise</c>.</param>
public sealed record Officer(long UserId, long UnitId, string UnitPath, UnitLevel Level, long? RoleId, bool Heads);

/// <summary>Somebody of a unit, and up to how much he decides today.</summary>
public sealed record Limited(long UserId, long Limit);

/// <summary>A unit of a line with those of its people who hold authority.</summary>
public sealed record LimitedUnit(long UnitId, IReadOnlyList<Limited> People);

/// <summary>What became of a grant, by itself or through one above it.</summary>
public enum GrantState
{
    /// <summary>Worth what it says.</summary>
    InForce,

    /// <summary>Worth less: one above it has a lower limit.</summary>
    Narrowed,

    /// <summary>Its first day has not come.</summary>
    NotYet,

    /// <summary>Its last day is over.</summary>
    Ended,

    /// <summary>Taken back.</summary>
    Revoked,

    /// <summary>Its holder is gone: the account disabled or moved, the unit closed.</summary>
    Vacant,

    /// <summary>Its unit was moved out of the one whose authority it comes from.</summary>
    Outside,
}

/// <summary>What a grant is worth on a day.</summary>
/// <param name="Limit">Up to how much; null where it is worth nothing.</param>
/// <param name="State">What became of it.</param>
/// <param name="ById">The grant that this follows from: itself, or one above it.</param>
/// <param name="Until">The last day, by itself and those above it; null for ever.</param>
public readonly record struct Standing(long? Limit, GrantState State, long ById, DateOnly? Until);

/// <summary>What grants are worth and who decides. No database here.</summary>
public static class AuthorityRules
{
    /// <summary>The least of its own limit and of all above it, and nothing where one of them is not in force: so that narrowing, the end and taking back hold at once.</summary>
    public static Standing Worth(IReadOnlyDictionary<long, Grant> all, Grant grant, DateOnly day)
    {
        var (limit, by, until, below) = (grant.Limit, grant.Id, (DateOnly?)null, (Grant?)null);
        for (var at = grant; at is not null; (below, at) = (at, at.ParentId is { } up ? all[up] : null))
        {
            if (Lapsed(at, below, day) is { } state)
            {
                return new(null, state, state == GrantState.Outside ? below!.Id : at.Id, null);
            }

            (limit, by) = at.Limit < limit ? (at.Limit, at.Id) : (limit, by);
            until = until is null || at.Until < until ? at.Until ?? until : until;
        }

        return new(limit, by == grant.Id ? GrantState.InForce : GrantState.Narrowed, by, until);
    }

    private static GrantState? Lapsed(Grant at, Grant? below, DateOnly day) =>
        at.Revoked ? GrantState.Revoked
        : day < at.From ? GrantState.NotYet
        : day > at.Until ? GrantState.Ended
        : !at.Holder.Stands ? GrantState.Vacant
        : below is not null && !below.Holder.UnitPath.StartsWith(at.Holder.UnitPath, StringComparison.Ordinal) ? GrantState.Outside
        : null;

    /// <summary>Whether a person holds it himself, or one above it: it ends with his account.</summary>
    public static bool ComesFrom(IReadOnlyDictionary<long, Grant> all, Grant grant, long userId)
    {
        for (var at = grant; at is not null; at = at.ParentId is { } up ? all[up] : null)
        {
            if (at.Holder.UserId == userId)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether somebody is among those who hold it.</summary>
    public static bool Holds(Holder holder, Officer officer) =>
        holder.UserId is { } user ? user == officer.UserId && holder.UnitId == officer.UnitId
        : holder.RoleId is { } role ? role == officer.RoleId && holder.Level == officer.Level && officer.UnitPath.StartsWith(holder.UnitPath, StringComparison.Ordinal)
        : holder.UnitId == officer.UnitId && officer.Heads;

    /// <summary>The grant by which somebody decides up to most, with what it is worth; null where none is.</summary>
    public static (Grant Grant, Standing Worth)? Best(IReadOnlyDictionary<long, Grant> all, Officer officer, AuthorityAction action, DateOnly day) => all.Values
        .Where(g => g.Action == action && Holds(g.Holder, officer)).Select(g => (Grant: g, Worth: Worth(all, g, day))).Where(g => g.Worth.Limit is not null)
        .OrderByDescending(g => g.Worth.Limit).ThenByDescending(g => g.Worth.Until ?? DateOnly.MaxValue).ThenBy(g => g.Grant.Id).Select(g => ((Grant, Standing)?)g).FirstOrDefault();

    /// <summary>Those of the lowest unit whose authority covers an amount. Nobody decides on his own: where the applicant's authority covers it too, only whoever has more than he does, beside him or above and never below, as a head's colleague decides on no request of his; at the top whoever else covers it. Empty where nobody's does.</summary>
    /// <param name="line">The owning unit first, the group last.</param>
    /// <param name="amount">How much.</param>
    /// <param name="applicant">Who asks.</param>
    /// <param name="from">Where on the line it begins.</param>
    public static IReadOnlyList<long> Lowest(IReadOnlyList<LimitedUnit> line, long amount, long applicant, int from = 0)
    {
        var places = line.Select((u, at) => (At: at, Limit: u.People.FirstOrDefault(p => p.UserId == applicant)?.Limit ?? 0)).ToList();
        var (place, own) = places.MaxBy(p => p.Limit); // The first of the highest.
        for (var at = own >= amount ? Math.Max(from, place) : from; at < line.Count; at++)
        {
            var covering = line[at].People.Where(p => p.Limit >= amount && p.UserId != applicant).ToList();
            var above = own >= amount ? covering.FindAll(p => p.Limit > own) : covering;
            if ((above.Count > 0 ? above : at == line.Count - 1 ? covering : above) is { Count: > 0 } found)
            {
                return [.. found.Select(p => p.UserId)];
            }
        }

        return [];
    }
}
