using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Authority;

/// <summary>Gives authority on, changes what was given, takes it back. One gives on what one holds, never more and never longer, at or below the unit where one holds it; what comes from nobody is set by the group's security administrator. Nobody gives to himself.</summary>
internal sealed class GrantAuthority(CrmDb db, Authorities authorities)
{
    /// <summary>What is given to whom.</summary>
    public sealed class Input
    {
        /// <summary>On what.</summary>
        public AuthorityAction? Action { get; set; }

        /// <summary>Up to how much: fen, hundredths of a percent or days, as the action is counted.</summary>
        public long? Limit { get; set; }

        /// <summary>The unit, by code or name, whose heads hold it, or at or below which the role does; not needed for a person.</summary>
        public string? Unit { get; set; }

        /// <summary>The role that holds it.</summary>
        public long? RoleId { get; set; }

        /// <summary>At which level its people work.</summary>
        public UnitLevel? Level { get; set; }

        /// <summary>The person who holds it, by sign-in name, alone or as the look-up writes it.</summary>
        public string? Person { get; set; }

        /// <summary>First day; today where missing.</summary>
        public DateOnly? From { get; set; }

        /// <summary>Last day; for ever where missing.</summary>
        public DateOnly? Until { get; set; }

        /// <summary>Why.</summary>
        public string? Reason { get; set; }
    }

    /// <summary>What shall hold instead.</summary>
    public sealed class Change
    {
        /// <summary>Up to how much.</summary>
        public long? Limit { get; set; }

        /// <summary>Last day; for ever where missing.</summary>
        public DateOnly? Until { get; set; }

        /// <summary>Why.</summary>
        public string? Reason { get; set; }
    }

    /// <summary>Why it is taken back.</summary>
    public sealed class Revocation
    {
        /// <summary>Why.</summary>
        public string? Reason { get; set; }
    }

    /// <summary>Whether the actor sets what comes from nobody: the security administrator of the whole group.</summary>
    public static bool MayRoot(Actor actor) => actor.May(Permission.Security) && actor.Scope.Width == ScopeWidth.All && !actor.ReadsOnly;

    /// <summary>Gives it.</summary>
    public async Task<Result<AuthorityGrant>> Run(Input input, CancellationToken ct)
    {
        var errors = new List<FieldError>();
        if (input.Action is not { } action || !Enum.IsDefined(action))
        {
            errors.Add(new(nameof(Input.Action), "authority.action_needed"));
            action = default;
        }

        var from = input.From ?? authorities.Today;
        if (from < authorities.Today)
        {
            errors.Add(new(nameof(Input.From), "authority.from_past"));
        }

        Terms(input.Limit, input.Until, from, input.Reason, action, errors);
        var holder = await To(input, errors, ct);
        if (errors.Count > 0 || holder is null)
        {
            return new Refusal.InvalidMany(errors);
        }

        if (db.Actor.ReadsOnly || await authorities.Me(ct) is not { } me)
        {
            return new Refusal.Forbidden();
        }

        if (AuthorityRules.Holds(holder, me))
        {
            return new Refusal.Conflict("authority.own");
        }

        return await db.Write<Result<AuthorityGrant>>(async () =>
        {
            await db.Alone("authority", ct); // Two who give the same at once would leave two of it.
            var all = await authorities.Grants(action, ct);
            Grant? parent = null;
            if (!MayRoot(db.Actor))
            {
                var held = all.Values.Where(g => AuthorityRules.Holds(g.Holder, me) && holder.UnitPath.StartsWith(g.Holder.UnitPath, StringComparison.Ordinal)).ToDictionary(g => g.Id);
                var worth = Worth(all, held.Values);
                if (worth.Count == 0)
                {
                    return new Refusal.Forbidden("authority.none_held");
                }

                var enough = worth.FindIndex(w => Beyond(action, w.Worth, input.Limit!.Value, input.Until) is null); // A smaller one may last longer.
                if (enough < 0)
                {
                    return Beyond(action, worth[0].Worth, input.Limit!.Value, input.Until)!;
                }

                parent = worth[enough].Grant;
            }

            if (all.Values.Any(g => Stands(all, g) && Same(g.Holder, holder) && (g.Until is null || g.Until >= from) && (input.Until is null || g.From <= input.Until)))
            {
                return new Refusal.Conflict("authority.there");
            }

            var grant = new AuthorityGrant
            {
                Action = action, Limit = input.Limit!.Value, ParentId = parent?.Id, UnitId = holder.UnitId, RoleId = holder.RoleId, Level = holder.Level, UserId = holder.UserId,
                FromOn = from, UntilOn = input.Until, GrantedBy = db.Actor.UserId, GrantedAt = db.UtcNow, Why = input.Reason!.Trim(), Version = 1,
            };
            db.Add(grant);
            await db.SaveChangesAsync(ct);
            return grant;
        }, ct);
    }

    /// <summary>Those worth something today, the largest first.</summary>
    private List<(Grant Grant, Standing Worth)> Worth(IReadOnlyDictionary<long, Grant> all, IEnumerable<Grant> held) => [.. held
        .Select(g => (Grant: g, Worth: AuthorityRules.Worth(all, g, authorities.Today))).Where(g => g.Worth.Limit is not null)
        .OrderByDescending(g => g.Worth.Limit).ThenByDescending(g => g.Worth.Until ?? DateOnly.MaxValue).ThenBy(g => g.Grant.Id)];

    /// <summary>Whether it is worth something today or later: what lapsed with its parent or its unit is in nobody's way.</summary>
    private bool Stands(IReadOnlyDictionary<long, Grant> all, Grant grant) => AuthorityRules.Worth(all, grant, authorities.Today).State is GrantState.InForce or GrantState.Narrowed or GrantState.NotYet;

    private static bool Same(Holder one, Holder other) => (one.UnitId, one.RoleId, one.Level, one.UserId) == (other.UnitId, other.RoleId, other.Level, other.UserId);

    /// <summary>What is wrong where it would be more, or last longer, than what it comes from.</summary>
    private static Refusal.InvalidMany? Beyond(AuthorityAction action, Standing above, long limit, DateOnly? until)
    {
        var errors = new List<FieldError>();
        if (above.Limit is not { } most || limit > most)
        {
            errors.Add(new("Limit", "authority.above_own", AuthorityAmount.Said(action, above.Limit ?? 0)));
        }

        if (above.Until is { } end && (until is null || until > end))
        {
            errors.Add(new("Until", "authority.longer_than_own", end.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)));
        }

        return errors.Count > 0 ? new(errors) : null;
    }

    private static void Terms(long? limit, DateOnly? until, DateOnly from, string? reason, AuthorityAction action, List<FieldError> errors)
    {
        if (limit is not > 0 || limit > AuthorityAmount.Most(action))
        {
            errors.Add(new("Limit", "authority.limit_wrong", AuthorityAmount.Said(action, AuthorityAmount.Most(action))));
        }

        if (until < from)
        {
            errors.Add(new("Until", "authority.until_wrong"));
        }

        if (Wrong(reason) is { } why)
        {
            errors.Add(why);
        }
    }

    private static FieldError? Wrong(string? reason) => string.IsNullOrWhiteSpace(reason) ? new("Reason", "authority.reason_needed")
        : reason.Trim().Length > AuthorityGrant.WhyLength || !PlainText.IsStorable(reason) ? new("Reason", "authority.reason_wrong", AuthorityGrant.WhyLength) : null;

    /// <summary>Who shall hold it; null where that is wrong, and told.</summary>
    private async Task<Holder?> To(Input input, List<FieldError> errors, CancellationToken ct)
    {
        if (PlainText.Trimmed(input.Person) is { } typed)
        {
            var name = PlainText.IsStorable(typed) ? typed.Split(' ', 2)[0].ToUpperInvariant() : "";
            var person = await (from p in db.Set<User>() join at in db.Set<OrgUnit>() on p.UnitId equals at.Id where p.NormalizedUserName == name && !p.Disabled select new { p.Id, p.UnitId, at.Path }).SingleOrDefaultAsync(ct);
            if (person is not null && db.Scope.Covers(person.Path))
            {
                return new(person.UnitId, person.Path, null, null, person.Id, Stands: true);
            }

            errors.Add(new(nameof(Input.Person), "authority.person_unknown"));
            return null;
        }

        var code = PlainText.IsStorable(input.Unit) ? PlainText.Trimmed(input.Unit) : null;
        var unit = code is null ? null : await db.Set<OrgUnit>().AsNoTracking().Where(u => u.Active && (u.Code == code || u.Name == code)).OrderBy(u => u.Code != code).ThenBy(u => u.Id).FirstOrDefaultAsync(ct);
        if (unit is null || !db.Scope.Covers(unit.Path))
        {
            errors.Add(new(nameof(Input.Unit), "authority.unit_unknown"));
            return null;
        }

        if (input.RoleId is null)
        {
            return new(unit.Id, unit.Path, null, null, null, Stands: true);
        }

        if (!await db.Set<Role>().AnyAsync(r => r.Id == input.RoleId, ct))
        {
            errors.Add(new(nameof(Input.RoleId), "authority.role_unknown"));
        }

        if (input.Level is not { } level || !Enum.IsDefined(level) || level < unit.Level)
        {
            errors.Add(new(nameof(Input.Level), "authority.level_wrong"));
            return null;
        }

        return errors.Exists(e => e.Field == nameof(Input.RoleId)) ? null : new(unit.Id, unit.Path, input.RoleId, level, null, Stands: true);
    }

    /// <summary>Changes limit and last day of one that still has the version; what was given on from it follows at once.</summary>
    public Task<Result<AuthorityGrant>> Amend(long id, int? version, Change input, CancellationToken ct) => Touch(id, version, input.Reason, async (grant, all, me) =>
    {
        var errors = new List<FieldError>();
        Terms(input.Limit, input.Until, grant.FromOn, input.Reason, grant.Action, errors);
        if (errors.Count > 0)
        {
            return new Refusal.InvalidMany(errors);
        }

        if (AuthorityRules.Holds(all[id].Holder, me))
        {
            return new Refusal.Conflict("authority.own");
        }

        if (grant.ParentId is { } parent && Beyond(grant.Action, AuthorityRules.Worth(all, all[parent], authorities.Today), input.Limit!.Value, input.Until) is { } beyond)
        {
            return beyond;
        }

        var days = all.Values.Where(g => g.Id != id && g.Action == grant.Action && Stands(all, g) && Same(g.Holder, all[id].Holder));
        if (days.Any(g => (g.Until is null || g.Until >= grant.FromOn) && (input.Until is null || g.From <= input.Until)))
        {
            return new Refusal.Conflict("authority.there");
        }

        (grant.Limit, grant.UntilOn, grant.Why) = (input.Limit!.Value, input.Until, input.Reason!.Trim());
        return null;
    }, ct);

    /// <summary>Takes one back; what was given on from it is worth nothing from then on.</summary>
    public Task<Result<AuthorityGrant>> Revoke(long id, int? version, Revocation input, CancellationToken ct) => Touch(id, version, input.Reason, (grant, _, _) =>
    {
        (grant.RevokedAt, grant.Why) = (db.UtcNow, input.Reason!.Trim());
        return Task.FromResult<Refusal?>(null);
    }, ct);

    private async Task<Result<AuthorityGrant>> Touch(long id, int? version, string? reason, Func<AuthorityGrant, IReadOnlyDictionary<long, Grant>, Officer, Task<Refusal?>> change, CancellationToken ct)
    {
        try
        {
            return await db.Write<Result<AuthorityGrant>>(async () =>
            {
                await db.Alone("authority", ct);
                var all = await authorities.Grants(null, ct);
                if (!all.TryGetValue(id, out var known) || !ListGrants.Seen(db.Actor, all)(known))
                {
                    return new Refusal.NotFound();
                }

                if (Wrong(reason) is { } wrong)
                {
                    return new Refusal.InvalidMany([wrong]);
                }

                if (await authorities.Me(ct) is not { } me || !MayTouch(db.Actor, all, known, me))
                {
                    return new Refusal.Forbidden("authority.not_giver");
                }

                var grant = await db.Set<AuthorityGrant>().SingleAsync(g => g.Id == id, ct);
                if (version is not null && version != grant.Version)
                {
                    return new Refusal.Stale();
                }

                if (grant.RevokedAt is not null)
                {
                    return new Refusal.Conflict("authority.revoked_already");
                }

                if (await change(grant, all, me) is { } refusal)
                {
                    return refusal;
                }

                await db.SaveChangesAsync(ct);
                return grant;
            }, ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return new Refusal.Stale();
        }
    }

    /// <summary>Whether somebody changes or takes back a grant: whoever holds what it comes from, and the group's security administrator.</summary>
    internal static bool MayTouch(Actor actor, IReadOnlyDictionary<long, Grant> all, Grant grant, Officer me) =>
        !actor.ReadsOnly && (MayRoot(actor) || (grant.ParentId is { } parent && AuthorityRules.Holds(all[parent].Holder, me)));

    internal static async Task<IResult> Post(Input input, GrantAuthority useCase, ListGrants list, HttpContext http, CancellationToken ct) =>
        (await useCase.Run(input, ct)).TryGet(out var made, out var refusal) ? await Told(made, list, http, created: true, ct) : Answers.Problem(refusal);

    internal static async Task<IResult> Put(long id, Change input, GrantAuthority useCase, ListGrants list, HttpContext http, CancellationToken ct) =>
        (await useCase.Amend(id, Versions.Asked(http), input, ct)).TryGet(out var grant, out var refusal) ? await Told(grant, list, http, created: false, ct) : Answers.Problem(refusal);

    internal static async Task<IResult> PostRevoke(long id, Revocation input, GrantAuthority useCase, ListGrants list, HttpContext http, CancellationToken ct) =>
        (await useCase.Revoke(id, Versions.Asked(http), input, ct)).TryGet(out var grant, out var refusal) ? await Told(grant, list, http, created: false, ct) : Answers.Problem(refusal);

    private static async Task<IResult> Told(AuthorityGrant grant, ListGrants list, HttpContext http, bool created, CancellationToken ct)
    {
        Versions.Tell(http, grant.Version);
        var item = await list.One(grant.Id, ct);
        return created ? TypedResults.Created($"/api/v1/authority/grants/{grant.Id}", item) : TypedResults.Ok(item);
    }
}
