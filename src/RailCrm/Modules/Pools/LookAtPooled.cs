using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Pools;

/// <summary>One customer in a pool as the reader may see it: whoever sees it anyway sees all; others what the pool does not hide, once they have asked for it and within what the pool allows in a day.</summary>
internal sealed class LookAtPooled(CrmDb db, ClaimCustomer claim)
{
    /// <summary>A customer in a pool.</summary>
    /// <param name="StayId">The stay.</param>
    /// <param name="CustomerId">The customer, where the reader sees it anyway; else null.</param>
    /// <param name="Name">What it is called.</param>
    /// <param name="Number">Its number.</param>
    /// <param name="Tier">Its tier.</param>
    /// <param name="Pool">The pool.</param>
    /// <param name="Unit">The unit that owns it.</param>
    /// <param name="Industry">Its industry in words.</param>
    /// <param name="Region">Its region in words.</param>
    /// <param name="InAt">Since when (UTC).</param>
    /// <param name="Why">Why.</param>
    /// <param name="Reason">What somebody wrote.</param>
    /// <param name="Former">Who answered for it before.</param>
    /// <param name="Details">What else may be seen, null where it has not been asked for yet; a value is null where it is hidden.</param>
    /// <param name="ViewsLeft">How many more the reader may look at today; null for any number.</param>
    /// <param name="NeedsConsent">Whether a claim takes consent.</param>
    /// <param name="ClaimsLeft">How many more the reader may claim this month; null for any number.</param>
    /// <param name="Prevents">Why the reader cannot claim it; null where he can.</param>
    public sealed record Seen(long StayId, long? CustomerId, string Name, string Number, CustomerTier Tier, string Pool, string Unit, string? Industry, string? Region, DateTime InAt, PoolWhy Why, string? Reason, string? Former,
        IReadOnlyList<(string LabelKey, string? Value)>? Details, int? ViewsLeft, bool NeedsConsent, int? ClaimsLeft, Refusal? Prevents);

    /// <summary>Reads it.</summary>
    public async Task<Result<Seen>> Run(long stayId, CancellationToken ct)
    {
        if (await claim.Find(stayId, ct) is not { } ground)
        {
            return new Refusal.NotFound();
        }

        var (stay, pool) = (ground.Stay, ground.Pool);
        var customer = await db.Set<Customer>().IgnoreQueryFilters([CrmDb.ScopeFilter]).AsNoTracking().Include(c => c.MainStations).SingleAsync(c => c.Id == stay.CustomerId, ct);
        var own = await db.Set<Customer>().AnyAsync(c => c.Id == stay.CustomerId, ct);
        var (me, today) = (db.Actor.UserId, BusinessCalendar.Day(db.UtcNow));
        var looked = own || pool.ViewsPerDay is null || await db.Set<PoolView>().AnyAsync(v => v.UserId == me && v.Day == today && v.StayId == stayId, ct);
        return new Seen(
            stayId, own ? customer.Id : null, customer.Name, customer.Number, customer.Tier, pool.Name, await db.Set<OrgUnit>().Where(u => u.Id == customer.UnitId).Select(u => u.Name).SingleAsync(ct),
            customer.IndustryCode is { } industry ? ReferenceData.IndustryName(industry) : null, customer.RegionCode is { } region ? ReferenceData.RegionName(region) : null, stay.InAt, stay.Why, stay.Reason,
            await db.Set<User>().Where(u => u.Id == stay.FormerUserId).Select(u => u.DisplayName).SingleOrDefaultAsync(ct),
            looked ? await Details(customer, own ? null : pool, ct) : null, own || pool.ViewsPerDay is not { } most ? null : Math.Max(0, most - await Views(pool.Id, ct)),
            pool.NeedsConsent, pool.ClaimsPerMonth is { } claims ? Math.Max(0, claims - await claim.Claims(pool.Id, me, ct)) : null, await claim.Prevents(ground, await claim.Me(ct), ct));
    }

    /// <summary>Counts that the reader looks at it, where that is counted and the day's number is not used up.</summary>
    public Task<Result<bool>> Look(long stayId, CancellationToken ct) => db.Write<Result<bool>>(async () =>
    {
        var (me, today) = (db.Actor.UserId, BusinessCalendar.Day(db.UtcNow));
        await db.Alone($"pool.views:{me}", ct);
        if (await claim.Find(stayId, ct) is not { } ground)
        {
            return new Refusal.NotFound();
        }

        if (await db.Set<PoolView>().AnyAsync(v => v.UserId == me && v.Day == today && v.StayId == stayId, ct))
        {
            return true;
        }

        if (ground.Pool.ViewsPerDay is { } most && await Views(ground.Pool.Id, ct) >= most)
        {
            return new Refusal.InvalidMany([new("Look", "pool.views_used", most)]);
        }

        db.Add(new PoolView { UserId = me, Day = today, StayId = stayId });
        await db.SaveChangesAsync(ct);
        return true;
    }, ct);

    private Task<int> Views(long poolId, CancellationToken ct)
    {
        var (me, today, stays) = (db.Actor.UserId, BusinessCalendar.Day(db.UtcNow), db.Set<PoolStay>().IgnoreQueryFilters([CrmDb.ScopeFilter]).Where(s => s.PoolId == poolId));
        return db.Set<PoolView>().CountAsync(v => v.UserId == me && v.Day == today && stays.Any(s => s.Id == v.StayId), ct);
    }

    private async Task<IReadOnlyList<(string, string?)>> Details(Customer c, Pool? pool, CancellationToken ct)
    {
        db.Actor.Fields.Cover("customers", c);
        string? Unless(string what, string? value) => pool?.Hides(what) == true ? null : value ?? "—";
        var people = pool?.Hides("contacts") == true ? [] : await db.Set<Contact>().IgnoreQueryFilters([CrmDb.ScopeFilter]).Where(k => k.CustomerId == c.Id && k.Active).OrderBy(k => k.Id).Select(k => k.Name).Take(5).ToListAsync(ct);
        return
        [
            ("customer.main_stations", c.MainStations.Count == 0 ? "—" : string.Join(" · ", c.MainStations.OrderByDescending(s => s.Sending).ThenBy(s => s.Id).Select(s => $"{CustomerText.Of(s.Sending ? StationRole.Sending : StationRole.Receiving)} {s.Station}"))),
            ("customer.business_direction", c.BusinessDirection ?? "—"),
            ("customer.credit_code", Unless("creditCode", c.CreditCode)),
            ("customer.phone", Unless("phone", c.Phone)),
            ("contact.title", Unless("contacts", people.Count == 0 ? null : string.Join(" · ", people))),
            ("customer.business_address", Unless("address", c.BusinessAddress ?? c.RegisteredAddress)),
            ("customer.revenue12", Unless("figures", Platform.Ui.Kit.Figures.ShortMoney(c.Trailing12RevenueFen))),
            ("customer.weight12", Unless("figures", $"{Platform.Ui.Kit.Figures.Tonnes(c.Trailing12WeightKg)} t")),
        ];
    }

    /// <summary>What the API tells of it: the values that are not hidden, by label.</summary>
    public sealed record Answer(long Id, long? CustomerId, string Name, string Number, CustomerTier Tier, string Pool, string Unit, string? Industry, string? Region, DateTime InAt, PoolWhy Why, string? Reason, string? Former, bool NeedsConsent, int? ClaimsLeft, int? ViewsLeft, bool CanClaim);

    internal static async Task<IResult> Get(long id, LookAtPooled useCase, CancellationToken ct) => (await useCase.Run(id, ct)).Answer(s => TypedResults.Ok(
        new Answer(s.StayId, s.CustomerId, s.Name, s.Number, s.Tier, s.Pool, s.Unit, s.Industry, s.Region, s.InAt, s.Why, s.Reason, s.Former, s.NeedsConsent, s.ClaimsLeft, s.ViewsLeft, s.Prevents is null)));
}
