using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Pools;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Sight;

/// <summary>Says of a customer who sees it and why, and of one person why or why not. Reads the rows that the scope condition reads, one customer at a time.</summary>
internal sealed class ExplainSight(CrmDb db)
{
    /// <summary>A reason for which somebody sees a customer.</summary>
    public enum Why
    {
        /// <summary>His unit is the group, which sees everything.</summary>
        Group,

        /// <summary>The customer belongs to his unit.</summary>
        OwnUnit,

        /// <summary>The customer belongs to a unit below his.</summary>
        UnitBelow,

        /// <summary>He is a main manager.</summary>
        Manager,

        /// <summary>He is a deputy.</summary>
        Deputy,

        /// <summary>It is shared with him.</summary>
        SharedWithPerson,

        /// <summary>It is shared with those who work in his unit.</summary>
        SharedWithUnit,
    }

    /// <summary>What keeps somebody from a customer.</summary>
    public enum WhyNot
    {
        /// <summary>The account is closed.</summary>
        Disabled,

        /// <summary>No role of his lets him see customers.</summary>
        NoRole,

        /// <summary>It belongs to a unit that is neither his nor below his, and nothing gives it to him.</summary>
        OtherUnit,

        /// <summary>It lies in the bin.</summary>
        Binned,
    }

    /// <summary>A reason with its particulars.</summary>
    /// <param name="Why">Which.</param>
    /// <param name="Unit">The unit it goes by; null for a person's own.</param>
    /// <param name="Until">The first day without it; null while no end is set.</param>
    /// <param name="Writes">Whether the customer may be changed for this reason, as far as the person's roles go.</param>
    public sealed record Reason(Why Why, string? Unit, DateOnly? Until, bool Writes);

    /// <summary>What is said of one person.</summary>
    /// <param name="Sees">Whether he sees the customer now.</param>
    /// <param name="Reasons">All that give him sight; some may stand while something else keeps him from it.</param>
    /// <param name="Obstacles">What keeps him from it; empty where he sees it.</param>
    /// <param name="CustomerName">Its name; its number for an actor who reads no customers, who is told no pool either.</param>
    /// <param name="Pool">A pool in which he finds it by name, whether or not he sees it otherwise.</param>
    public sealed record Answer(long CustomerId, string CustomerName, string CustomerUnit, long UserId, string UserName, string Name, string UserUnit, bool Sees, IReadOnlyList<Reason> Reasons, IReadOnlyList<WhyNot> Obstacles, string? Pool);

    /// <summary>Somebody, or all who work in a unit, that see a customer.</summary>
    /// <param name="Who">Person or unit.</param>
    /// <param name="People">How many accounts with the permission that is.</param>
    public sealed record Seer(string Who, long? UserId, Reason Reason, int People);

    /// <summary>Whether the actor may ask: heads of customers they see, and whoever looks after security.</summary>
    internal static bool MayAsk(Actor actor) => actor.May(Permission.Security) || (actor.May(Permission.CustomersSupervise) && actor.May(Permission.CustomersRead));

    private IQueryable<User> Readers => db.Set<User>().Where(u => !u.Disabled && (from r in db.Set<IdentityUserRole<long>>() join p in db.Set<RolePermission>() on r.RoleId equals p.RoleId where r.UserId == u.Id && p.Permission == Permission.CustomersRead select r).Any());

    private sealed record Asked(long Id, string Number, string Name, long UnitId, string Path, string Unit, bool Binned);

    private Task<Asked?> Find(long id, string? number, CancellationToken ct)
    {
        var customers = db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]);
        customers = number is null ? customers.Where(c => c.Id == id) : customers.Where(c => c.Number == number);
        return (from c in customers join u in db.Set<OrgUnit>() on c.UnitId equals u.Id select new Asked(c.Id, c.Number, c.Name, c.UnitId, u.Path, u.Name, c.DeletedAt != null)).SingleOrDefaultAsync(ct);
    }

    /// <summary>Why a person, meant by sign-in name as the look-up writes it, or by a name that one alone bears (the actor himself where nobody is named), sees a customer or does not.</summary>
    public async Task<Result<Answer>> Run(long customerId, string? number, string? typed, CancellationToken ct)
    {
        if (!MayAsk(db.Actor))
        {
            return new Refusal.Forbidden("sight.not_yours");
        }

        if (await Find(customerId, PlainText.Trimmed(number), ct) is not { } customer)
        {
            return number is null ? new Refusal.NotFound() : new Refusal.Invalid("sight.customer_unknown", "number");
        }

        var me = db.Actor.UserId;
        if ((typed is null ? await db.Set<User>().AsNoTracking().SingleOrDefaultAsync(u => u.Id == me, ct) : await Person(customer.Id, typed, ct)) is not { } user)
        {
            return new Refusal.Invalid("sight.person_unknown", "user");
        }

        var unit = await db.Set<OrgUnit>().AsNoTracking().SingleAsync(u => u.Id == user.UnitId, ct);
        var (id, now) = (customer.Id, db.UtcNow);
        var reasons = new List<Reason>();
        if (Scope.Of(unit.Path, user.Id, unit.Id).Covers(customer.Path))
        {
            reasons.Add(new(unit.ParentId is null ? Why.Group : unit.Id == customer.UnitId ? Why.OwnUnit : Why.UnitBelow, unit.Name, null, true));
        }

        reasons.AddRange((await db.Set<CustomerGrant>().AsNoTracking().Where(g => g.CustomerId == id && (g.UserId == user.Id || g.UnitId == unit.Id) && (g.Until == null || g.Until > now)).OrderBy(g => g.Id).ToListAsync(ct))
            .Select(g => Of(g, unit.Name)));
        var obstacles = new List<WhyNot>();
        if (user.Disabled)
        {
            obstacles.Add(WhyNot.Disabled);
        }

        if (!await Readers.AnyAsync(u => u.Id == user.Id, ct) && !user.Disabled)
        {
            obstacles.Add(WhyNot.NoRole);
        }

        if (customer.Binned)
        {
            obstacles.Add(WhyNot.Binned);
        }

        if (reasons.Count == 0)
        {
            obstacles.Add(WhyNot.OtherUnit);
        }

        var line = PoolBook.Ids(unit.Path);
        var pool = await (from s in PoolBook.Open(db) join p in db.Set<Pool>() on s.PoolId equals p.Id where s.CustomerId == id && EF.Parameter(line).Contains(p.UnitId) select p.Name).FirstOrDefaultAsync(ct);
        var reads = db.Actor.May(Permission.CustomersRead);
        return new Answer(id, reads ? customer.Name : customer.Number, customer.Unit, user.Id, user.UserName!, user.DisplayName, unit.Name, obstacles.Count == 0, reasons, obstacles, !reads || obstacles.Contains(WhyNot.Disabled) || obstacles.Contains(WhyNot.NoRole) ? null : pool);
    }

    /// <summary>Everybody who sees a customer, unit by unit and person by person.</summary>
    public async Task<Result<IReadOnlyList<Seer>>> All(long customerId, CancellationToken ct)
    {
        if (!MayAsk(db.Actor))
        {
            return new Refusal.Forbidden("sight.not_yours");
        }

        if (await Find(customerId, null, ct) is not { } customer)
        {
            return new Refusal.NotFound();
        }

        var (now, line) = (db.UtcNow, PoolBook.Ids(customer.Path));
        var grants = await db.Set<CustomerGrant>().AsNoTracking().Where(g => g.CustomerId == customerId && (g.Until == null || g.Until > now)).OrderBy(g => g.Id).ToListAsync(ct);
        var units = line.Concat(grants.Select(g => g.UnitId).OfType<long>()).Distinct().ToList();
        var named = await db.Set<OrgUnit>().AsNoTracking().Where(u => EF.Parameter(units).Contains(u.Id)).ToDictionaryAsync(u => u.Id, ct);
        var counts = await Readers.Where(u => EF.Parameter(units).Contains(u.UnitId)).GroupBy(u => u.UnitId).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct);
        var ids = grants.Select(g => g.UserId).OfType<long>().Distinct().ToList();
        var people = await Readers.Where(u => EF.Parameter(ids).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => $"{u.DisplayName} ({u.UserName})", ct);
        return new List<Seer>(
        [
            .. line.Select(id => new Seer(named[id].Name, null, new(named[id].ParentId is null ? Why.Group : id == customer.UnitId ? Why.OwnUnit : Why.UnitBelow, named[id].Name, null, true), counts.GetValueOrDefault(id))),
            .. grants.Where(g => g.UnitId is not null).Select(g => new Seer(named[g.UnitId!.Value].Name, null, Of(g, named[g.UnitId.Value].Name), counts.GetValueOrDefault(g.UnitId.Value))),
            .. grants.Where(g => g.UserId is { } user && people.ContainsKey(user)).Select(g => new Seer(people[g.UserId!.Value], g.UserId, Of(g, ""), 1)),
        ]);
    }

    private static Reason Of(CustomerGrant g, string unit) => new(
        g.Reason switch { CustomerGrant.Manager => Why.Manager, CustomerGrant.Deputy => Why.Deputy, _ => g.UnitId is null ? Why.SharedWithPerson : Why.SharedWithUnit },
        g.UnitId is null ? null : unit, g.Until is { } until ? BusinessCalendar.Day(until) : null, g.Writes || g.Reason != CustomerGrant.Shared);

    /// <summary>People whom the actor may ask about at a customer: everybody for whoever looks after security; else himself, those of units in his scope, and those who have a grant there.</summary>
    private IQueryable<User> Reach(long customerId)
    {
        var people = db.Set<User>().AsNoTracking();
        if (db.Actor.May(Permission.Security))
        {
            return people;
        }

        var (me, now) = (db.Actor.UserId, db.UtcNow);
        var units = PathRange.Of(db.Scope).Of(db).Select(u => u.Id);
        var grants = db.Set<CustomerGrant>().Where(g => g.CustomerId == customerId && (g.Until == null || g.Until > now));
        return people.Where(u => u.Id == me || units.Contains(u.UnitId) || grants.Any(g => g.UserId == u.Id || g.UnitId == u.UnitId));
    }

    /// <summary>By sign-in name, alone or in brackets behind the name as look-ups write it; else by a name that exactly one in reach bears.</summary>
    private async Task<User?> Person(long customerId, string? typed, CancellationToken ct)
    {
        var text = (typed ?? "").Normalize(System.Text.NormalizationForm.FormKC).Trim();
        var (open, close) = (text.LastIndexOf('('), text.LastIndexOf(')'));
        var (whole, inner, first) = (text.ToUpperInvariant(), open >= 0 && close > open ? text[(open + 1)..close].Trim().ToUpperInvariant() : null, text.Split(' ', 2)[0].ToUpperInvariant());
        var found = text.Length == 0 ? [] : await Reach(customerId).Where(u => u.NormalizedUserName == whole || u.NormalizedUserName == inner || u.NormalizedUserName == first || u.DisplayName == text).Take(50).ToListAsync(ct);
        var named = found.FindAll(u => u.DisplayName == text);
        return found.Find(u => u.NormalizedUserName == whole) ?? found.Find(u => u.NormalizedUserName == inner) ?? (named.Count == 1 ? named[0] : named.Count > 1 ? null : found.Find(u => u.NormalizedUserName == first));
    }

    internal static async Task<IResult> Get(long id, string? user, ExplainSight useCase, CancellationToken ct) => (await useCase.Run(id, null, user, ct)).Answer(a => TypedResults.Ok(a));

    internal static async Task<IResult> GetAll(long id, ExplainSight useCase, CancellationToken ct) => (await useCase.All(id, ct)).Answer(a => TypedResults.Ok(new Listing<Seer>(a, null)));
}
