using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Records;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Authority;

/// <summary>Grants as people see them: those at and below their unit, and those above from which theirs come.</summary>
public sealed class ListGrants(CrmDb db, Authorities authorities)
{
    private const int PageSize = 50;

    /// <summary>A grant with what it is worth today.</summary>
    /// <param name="Id">The grant.</param>
    /// <param name="Action">On what.</param>
    /// <param name="Limit">Up to how much it says.</param>
    /// <param name="Effective">Up to how much it holds today; null where it is worth nothing.</param>
    /// <param name="State">What became of it.</param>
    /// <param name="ById">The grant that this follows from, itself or one above it.</param>
    /// <param name="Holder">Who holds it, in words.</param>
    /// <param name="By">Who holds the one that this follows from, in words; null where it follows from itself.</param>
    /// <param name="UnitId">Its unit.</param>
    /// <param name="RoleId">The role that holds it.</param>
    /// <param name="Level">Where the role's people work.</param>
    /// <param name="UserId">The person who holds it.</param>
    /// <param name="From">First day.</param>
    /// <param name="Until">Last day, its own.</param>
    /// <param name="EffectiveUntil">Last day, with those above it.</param>
    /// <param name="ParentId">From which it was given on; null where the group set it.</param>
    /// <param name="GrantedBy">Who gave it.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="MayChange">Whether the caller may change it or take it back.</param>
    /// <param name="Version">For If-Match.</param>
    public sealed record Item(
        long Id, AuthorityAction Action, long Limit, long? Effective, GrantState State, long ById, string Holder, string? By, long UnitId, long? RoleId, UnitLevel? Level, long? UserId, DateOnly From, DateOnly? Until, DateOnly? EffectiveUntil,
        long? ParentId, string? GrantedBy, string Reason, bool MayChange, int Version);

    /// <summary>What became of a grant, as its history tells.</summary>
    /// <param name="At">When (UTC).</param>
    /// <param name="Who">Who did it.</param>
    /// <param name="Did">granted, changed or revoked.</param>
    /// <param name="Changes">Limit and last day before and after, in words.</param>
    /// <param name="Reason">Why; null where it is the same as before.</param>
    public sealed record Happening(DateTime At, string Who, string Did, IReadOnlyList<string> Changes, string? Reason);

    /// <summary>Somebody's own authority on one action.</summary>
    /// <param name="Action">On what.</param>
    /// <param name="Limit">Up to how much, today.</param>
    /// <param name="Until">The last day; null for ever.</param>
    /// <param name="GrantId">The grant that it follows from.</param>
    /// <param name="For">On leave, for whom one decides; null for oneself.</param>
    public sealed record Own(AuthorityAction Action, long Limit, DateOnly? Until, long GrantId, string? For);

    /// <summary>What the people of one unit of a line decide on an action.</summary>
    public sealed record Rung(AuthorityAction Action, string Unit, IReadOnlyList<RungPerson> People);

    /// <summary>Somebody of it, and up to how much.</summary>
    public sealed record RungPerson(string Name, long Limit);

    /// <summary>Whether somebody sees a grant: in his scope, his own, of heads or a role above him, or what one of those comes from. What a superior holds in person is nobody's below.</summary>
    internal static Func<Grant, bool> Seen(Actor actor, IReadOnlyDictionary<long, Grant> all)
    {
        bool Sees(Holder h) => actor.Scope.Covers(h.UnitPath) || (actor.IsKnown && (h.UserId == actor.UserId || (h.UserId is null && actor.UnitPath.StartsWith(h.UnitPath, StringComparison.Ordinal))));
        var from = new HashSet<long>();
        foreach (var grant in all.Values.Where(g => Sees(g.Holder)))
        {
            for (var up = grant.ParentId; up is { } id && from.Add(id); up = all[id].ParentId)
            {
            }
        }

        return g => Sees(g.Holder) || from.Contains(g.Id);
    }

    /// <summary>Those of a unit and of the units right below it, roles that reach them included; in force, or not yet.</summary>
    public async Task<IReadOnlyList<Item>> OfUnit(OrgUnit unit, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(unit);
        var below = (await db.Set<OrgUnit>().Where(u => u.ParentId == unit.Id).Select(u => u.Id).ToListAsync(ct)).Append(unit.Id).ToHashSet();
        return await Told(g => (below.Contains(g.Holder.UnitId) || (g.Holder.RoleId is not null && unit.Path.StartsWith(g.Holder.UnitPath, StringComparison.Ordinal) && (g.Holder.Level == unit.Level || g.Holder.Level == unit.Level + 1)))
            && !g.Revoked && (g.Until is null || g.Until >= authorities.Today), ct);
    }

    /// <summary>All that the actor sees, newest first, those with keys below <paramref name="before"/>.</summary>
    public async Task<(IReadOnlyList<Item> Items, long? Next)> Run(AuthorityAction? action, bool ended, long? before, CancellationToken ct)
    {
        var found = (await Told(g => (action is null || g.Action == action) && (ended || (!g.Revoked && (g.Until is null || g.Until >= authorities.Today))) && (before is null || g.Id < before), PageSize + 1, ct)).Reverse().ToList();
        return ([.. found.Take(PageSize)], found.Count > PageSize ? found[PageSize - 1].Id : null);
    }

    /// <summary>One; null where the actor does not see it.</summary>
    public async Task<Item?> One(long id, CancellationToken ct) => (await Told(g => g.Id == id, ct)).SingleOrDefault();

    /// <summary>One with those it comes from, the group's first, and those given on from it as far as the actor sees them.</summary>
    public async Task<IReadOnlyList<Item>> Family(long id, CancellationToken ct)
    {
        var all = await authorities.Grants(null, ct);
        var above = new HashSet<long>();
        for (var at = all.GetValueOrDefault(id)?.ParentId; at is { } up; at = all[up].ParentId)
        {
            above.Add(up);
        }

        return [.. (await Told(g => g.Id == id || above.Contains(g.Id) || g.ParentId == id, ct)).OrderBy(g => g.Id)];
    }

    /// <summary>Those in force, or not yet, that a person holds himself, and those that come from one of these.</summary>
    public async Task<IReadOnlyList<Item>> EndsWith(long userId, CancellationToken ct)
    {
        var all = await authorities.Grants(null, ct);
        return await Told(g => AuthorityRules.Worth(all, g, authorities.Today).State is GrantState.InForce or GrantState.Narrowed or GrantState.NotYet && AuthorityRules.ComesFrom(all, g, userId), ct);
    }

    private Task<IReadOnlyList<Item>> Told(Func<Grant, bool> wanted, CancellationToken ct) => Told(wanted, int.MaxValue, ct);

    private async Task<IReadOnlyList<Item>> Told(Func<Grant, bool> wanted, int newest, CancellationToken ct)
    {
        var all = await authorities.Grants(null, ct);
        var sees = Seen(db.Actor, all);
        var chosen = all.Values.Where(g => sees(g) && wanted(g)).OrderByDescending(g => g.Id).Take(newest).Reverse().Select(g => (Grant: g, Worth: AuthorityRules.Worth(all, g, authorities.Today))).ToList();
        var ids = chosen.ConvertAll(c => c.Grant.Id);
        var rows = await db.Set<AuthorityGrant>().AsNoTracking().Where(g => EF.Parameter(ids).Contains(g.Id)).ToDictionaryAsync(g => g.Id, ct);
        var words = await Words(chosen.SelectMany(c => new[] { c.Grant.Holder, all[c.Worth.ById].Holder }), rows.Values.Select(g => g.GrantedBy), ct);
        var me = await authorities.Me(ct);
        return
        [
            .. chosen.Select(c => (c.Grant, c.Worth, Row: rows[c.Grant.Id])).Select(c => new Item(
                c.Grant.Id, c.Grant.Action, c.Grant.Limit, c.Worth.Limit, c.Worth.State, c.Worth.ById, words.Holder(c.Grant.Holder), c.Worth.ById == c.Grant.Id ? null : words.Holder(all[c.Worth.ById].Holder),
                c.Grant.Holder.UnitId, c.Grant.Holder.RoleId, c.Grant.Holder.Level, c.Grant.Holder.UserId, c.Grant.From, c.Grant.Until, c.Worth.Until, c.Grant.ParentId, words.Person(c.Row.GrantedBy), c.Row.Why,
                me is not null && !c.Grant.Revoked && GrantAuthority.MayTouch(db.Actor, all, c.Grant, me), c.Row.Version)),
        ];
    }

    private sealed record Names(IReadOnlyDictionary<long, string> Units, IReadOnlyDictionary<long, string> People, IReadOnlyDictionary<long, string> Roles)
    {
        public string? Person(long id) => People.GetValueOrDefault(id);

        public string Holder(Holder holder) =>
            holder.UserId is { } user ? $"{People.GetValueOrDefault(user)} · {Units.GetValueOrDefault(holder.UnitId)}"
            : holder.RoleId is { } role ? Texts.Get("authority.role_of", Roles.GetValueOrDefault(role) ?? "—", Texts.Get($"level.{JsonNamingPolicy.CamelCase.ConvertName(holder.Level!.Value.ToString())}"), Units.GetValueOrDefault(holder.UnitId))
            : Texts.Get("authority.heads_of", Units.GetValueOrDefault(holder.UnitId));
    }

    private async Task<Names> Words(IEnumerable<Holder> holders, IEnumerable<long> people, CancellationToken ct)
    {
        var all = holders.Distinct().ToList();
        List<long> units = [.. all.Select(h => h.UnitId).Distinct()], users = [.. all.Select(h => h.UserId).OfType<long>().Concat(people).Distinct()], roles = [.. all.Select(h => h.RoleId).OfType<long>().Distinct()];
        return new(
            await db.Set<OrgUnit>().Where(u => EF.Parameter(units).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Name, ct),
            await db.Set<User>().Where(u => EF.Parameter(users).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.DisplayName, ct),
            roles.Count == 0 ? new() : (await db.Set<Role>().Where(r => EF.Parameter(roles).Contains(r.Id)).Select(r => new { r.Id, r.Name }).ToListAsync(ct)).ToDictionary(r => r.Id, r => Texts.Find($"role.{r.Name}") ?? r.Name ?? ""));
    }

    /// <summary>What the actor decides today, by himself and for those who named him deputy.</summary>
    public async Task<IReadOnlyList<Own>> Mine(CancellationToken ct)
    {
        if (await authorities.Me(ct) is not { } me)
        {
            return [];
        }

        var all = await authorities.Grants(null, ct);
        var others = await authorities.StandsInFor(me.UserId, ct);
        var people = others.Count == 0 ? [] : await (from u in db.Set<User>() where EF.Parameter(others).Contains(u.Id) && !u.Disabled orderby u.Id select new { u.Id, u.UnitId, u.DisplayName }).ToListAsync(ct);
        var officers = people.Count == 0 ? [] : await authorities.Officers([.. people.Select(p => p.UnitId).Distinct()], ct);
        return
        [
            .. new[] { (Officer: me, For: (string?)null) }.Concat(people.Select(p => (Officer: officers.Single(o => o.UserId == p.Id), For: (string?)p.DisplayName)))
                .SelectMany(p => Enum.GetValues<AuthorityAction>().Select(a => (p.For, Action: a, Best: AuthorityRules.Best(all, p.Officer, a, authorities.Today))))
                .Where(b => b.Best is not null).Select(b => new Own(b.Action, b.Best!.Value.Worth.Limit!.Value, b.Best.Value.Worth.Until, b.Best.Value.Grant.Id, b.For)),
        ];
    }

    /// <summary>Who decides on an action for a unit, the lowest unit first; units where nobody does are left out.</summary>
    public async Task<IReadOnlyList<Rung>> Ladder(long unitId, AuthorityAction action, CancellationToken ct)
    {
        var line = await authorities.Line(unitId, action, ct);
        List<long> units = [.. line.Select(l => l.UnitId)], users = [.. line.SelectMany(l => l.People).Select(p => p.UserId)];
        var names = await db.Set<OrgUnit>().Where(u => EF.Parameter(units).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Name, ct);
        var people = await db.Set<User>().Where(u => EF.Parameter(users).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.DisplayName, ct);
        return [.. line.Where(l => l.People.Count > 0).Select(l => new Rung(action, names[l.UnitId], [.. l.People.Select(p => new RungPerson(people.GetValueOrDefault(p.UserId) ?? "", p.Limit))]))];
    }

    /// <summary>Who gave, changed and took back a grant, newest first: read off the audit trail.</summary>
    public async Task<IReadOnlyList<Happening>> History(Item grant, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(grant);
        var id = grant.Id;
        var entries = await db.Set<AuditEntry>().AsNoTracking().Where(a => a.Entity == nameof(AuthorityGrant) && a.EntityId == id).OrderByDescending(a => a.Id).Take(PageSize).ToListAsync(ct);
        return [.. entries.Select(e => Read(e, grant.Action)).OfType<Happening>()];
    }

    private static Happening? Read(AuditEntry entry, AuthorityAction action)
    {
        using var read = JsonDocument.Parse(entry.Changes);
        var all = read.RootElement;
        JsonElement? Of(string field, int side) => all.TryGetProperty(field, out var both) && both[side].ValueKind != JsonValueKind.Null ? both[side] : null;
        string Limit(int side) => Of(nameof(AuthorityGrant.Limit), side) is { } limit ? AuthorityAmount.Said(action, limit.GetInt64()) : "—";
        string Until(int side) => Of(nameof(AuthorityGrant.UntilOn), side)?.GetString() ?? Texts.Get("authority.for_ever");
        var created = entry.Action == "created";
        var did = created ? "granted" : Of(nameof(AuthorityGrant.RevokedAt), 1) is not null ? "revoked" : "changed";
        List<string> changes = [];
        if (all.TryGetProperty(nameof(AuthorityGrant.Limit), out _))
        {
            changes.Add(created ? Limit(1) : $"{Limit(0)} → {Limit(1)}");
        }

        if (all.TryGetProperty(nameof(AuthorityGrant.UntilOn), out _))
        {
            changes.Add(created ? Texts.Get("authority.until_day", Until(1)) : $"{Until(0)} → {Until(1)}");
        }

        return new(entry.At, entry.ActorName, did, changes, Of(nameof(AuthorityGrant.Why), 1)?.GetString());
    }

    /// <summary>Grants as records: an inbox names them.</summary>
    internal static RecordKind Record(IServiceProvider services) => new(AuthorityModule.Record, "authority.title", "certificate", Permission.SignedIn, async (db, ids, ct) =>
    {
        var rows = await (from g in db.Set<AuthorityGrant>() join u in db.Set<OrgUnit>() on g.UnitId equals u.Id where EF.Parameter(ids).Contains(g.Id) select new { g.Id, g.Action, g.Limit, g.UntilOn, u.Path, u.Name }).ToListAsync(ct);
        return
        [
            .. rows.Where(r => db.Actor.Scope.Covers(r.Path) || db.Actor.UnitPath.StartsWith(r.Path, StringComparison.Ordinal)).Select(r => new RecordFound(
                r.Id, 0, $"{AuthorityAmount.Called(r.Action)} {AuthorityAmount.Said(r.Action, r.Limit)} · {r.Name}{(r.UntilOn is { } day ? $" · {Texts.Get("authority.until_day", day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture))}" : "")}",
                $"/authority/{r.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)}")),
        ];
    }, PastScope: true);

    /// <summary>An action as an address names it; none is all of them.</summary>
    private static bool TryRead(string? typed, out AuthorityAction? action)
    {
        var named = Enum.GetValues<AuthorityAction>().Where(a => JsonNamingPolicy.CamelCase.ConvertName(a.ToString()) == typed).ToList();
        action = named is [var one] ? one : null;
        return action is not null || string.IsNullOrEmpty(typed);
    }

    internal static async Task<IResult> Get(string? action, bool? ended, string? cursor, ListGrants useCase, CancellationToken ct)
    {
        if (!TryRead(action, out var asked))
        {
            return Answers.Problem(new Refusal.Invalid("authority.action_needed", nameof(action)));
        }

        long? before = null;
        if (cursor is not null)
        {
            if (!long.TryParse(cursor, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var mark))
            {
                return Answers.Problem(new Refusal.Invalid("common.cursor_invalid", nameof(cursor)));
            }

            before = mark;
        }

        var (items, next) = await useCase.Run(asked, ended == true, before, ct);
        return TypedResults.Ok(new Listing<Item>(items, next?.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    internal static async Task<IResult> GetOne(long id, ListGrants useCase, HttpContext http, CancellationToken ct)
    {
        if (await useCase.One(id, ct) is not { } item)
        {
            return Answers.Problem(new Refusal.NotFound());
        }

        Versions.Tell(http, item.Version);
        return TypedResults.Ok(item);
    }

    internal static async Task<IResult> GetMine(ListGrants useCase, CancellationToken ct) => TypedResults.Ok(new Listing<Own>(await useCase.Mine(ct), null));

    internal static async Task<IResult> GetLine(long? unitId, string? action, CrmDb db, ListGrants useCase, CancellationToken ct)
    {
        if (!TryRead(action, out var asked))
        {
            return Answers.Problem(new Refusal.Invalid("authority.action_needed", nameof(action)));
        }

        var id = unitId ?? db.Actor.UnitId;
        var path = await db.Set<OrgUnit>().Where(u => u.Id == id).Select(u => u.Path).SingleOrDefaultAsync(ct);
        if (path is null || !db.Scope.Covers(path))
        {
            return Answers.Problem(new Refusal.NotFound());
        }

        var rungs = new List<Rung>();
        foreach (var each in asked is { } one ? [one] : Enum.GetValues<AuthorityAction>())
        {
            rungs.AddRange(await useCase.Ladder(id, each, ct));
        }

        return TypedResults.Ok(new Listing<Rung>(rungs, null));
    }
}
