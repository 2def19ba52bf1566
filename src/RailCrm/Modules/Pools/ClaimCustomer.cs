using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Approvals;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Managers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Pools;

/// <summary>Claims a customer out of a pool: it is the claimant's from then on, and his unit's. Whoever works in the pool's unit or below may, within the pool's quota and after the cool-down of the former manager.</summary>
/// <remarks>Looks past the scope on purpose: what lies in a pool may belong to a sister unit.</remarks>
internal sealed class ClaimCustomer(CrmDb db)
{
    /// <summary>A claim as it is said.</summary>
    public sealed class Input
    {
        /// <summary>Why; needed where the pool asks for consent.</summary>
        public string? Reason { get; set; }
    }

    /// <summary>What is claimed.</summary>
    /// <param name="Stay">The stay.</param>
    /// <param name="Pool">The pool.</param>
    internal sealed record Ground(PoolStay Stay, Pool Pool);

    /// <summary>What there is to claim: null where it is no longer there, or not for the actor to see.</summary>
    public async Task<Ground?> Find(long stayId, CancellationToken ct) =>
        await (from s in PoolBook.Open(db) join p in PoolBook.Seen(db) on s.PoolId equals p.Id where s.Id == stayId && s.Customer.DeletedAt == null select new { Stay = s, Pool = p }).AsNoTracking().SingleOrDefaultAsync(ct) is { } found ? new(found.Stay, found.Pool) : null;

    /// <summary>Whether it lay in a pool that the actor sees, and left it.</summary>
    public Task<bool> Left(long stayId, CancellationToken ct)
    {
        var seen = PoolBook.Seen(db);
        return db.Set<PoolStay>().IgnoreQueryFilters([CrmDb.ScopeFilter]).AnyAsync(s => s.Id == stayId && s.OutAt != null && seen.Any(p => p.Id == s.PoolId), ct);
    }

    /// <summary>Why somebody cannot claim it now; null where he can.</summary>
    public async Task<Refusal?> Prevents(Ground ground, ManagerCandidates.Person? person, CancellationToken ct)
    {
        var (pool, stay) = (ground.Pool, ground.Stay);
        var path = await db.Set<OrgUnit>().Where(u => u.Id == pool.UnitId).Select(u => u.Path).SingleAsync(ct);
        if (person is null || !person.Path.StartsWith(path, StringComparison.Ordinal))
        {
            return new Refusal.Conflict("pool.not_of_unit");
        }

        var today = BusinessCalendar.Day(db.UtcNow);
        if (stay.FormerUserId == person.Id && BusinessCalendar.Day(stay.InAt).AddDays(pool.CoolDownDays) > today)
        {
            return new Refusal.InvalidMany([new("Claim", "pool.cool_down", BusinessCalendar.Day(stay.InAt).AddDays(pool.CoolDownDays).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture))]);
        }

        if (await db.Set<Responsibility>().IgnoreQueryFilters([CrmDb.ScopeFilter]).AnyAsync(r => r.CustomerId == stay.CustomerId && r.Level == person.Level && r.Duty == Duty.Main && r.Until == null && r.UserId != person.Id, ct))
        {
            return new Refusal.Conflict("pool.held_above"); // Who answers for the business above the calls is appointed, not ousted by a colleague's claim.
        }

        return pool.ClaimsPerMonth is { } most && await Claims(pool.Id, person.Id, ct) >= most ? new Refusal.InvalidMany([new("Claim", "pool.quota", most)]) : null;
    }

    /// <summary>What somebody claimed of a pool this month.</summary>
    public Task<int> Claims(long poolId, long userId, CancellationToken ct)
    {
        var month = BusinessCalendar.StartOfDay(Month.Of(BusinessCalendar.Day(db.UtcNow)).First);
        return db.Set<PoolStay>().IgnoreQueryFilters([CrmDb.ScopeFilter]).CountAsync(s => s.ClaimedBy == userId && s.PoolId == poolId && s.OutAt >= month, ct);
    }

    /// <summary>The actor as somebody who can be appointed; null where he cannot.</summary>
    public async Task<ManagerCandidates.Person?> Me(CancellationToken ct) => db.Actor.May(Permission.CustomersWrite) ? await Person(db.Actor.UserId, ct) : null;

    private async Task<ManagerCandidates.Person?> Person(long userId, CancellationToken ct) => (await ManagerCandidates.Among(db, [userId], ct)).FirstOrDefault();

    /// <summary>Claims it for the actor, at once.</summary>
    public Task<Result<long>> Run(long stayId, CancellationToken ct) => Guarded(() => db.Write<Result<long>>(async () =>
    {
        if (await Find(stayId, ct) is not { } ground)
        {
            return await Left(stayId, ct) ? new Refusal.Conflict("pool.gone") : new Refusal.NotFound();
        }

        return ground.Pool.NeedsConsent ? new Refusal.Forbidden("pool.needs_consent") : await Take(ground.Stay.Id, db.Actor.UserId, ct);
    }, ct));

    /// <summary>Gives it to somebody, in the caller's transaction: one at a time for a person, so that his quota holds, and one at a time for a customer.</summary>
    public async Task<Result<long>> Take(long stayId, long userId, CancellationToken ct)
    {
        await db.Alone($"pool.claims:{userId}", ct);
        var customerId = await db.Set<PoolStay>().IgnoreQueryFilters([CrmDb.ScopeFilter]).Where(s => s.Id == stayId).Select(s => s.CustomerId).SingleAsync(ct);
        var managers = new ManagerBook(db);
        await managers.Hold([customerId], ct);
        await managers.HoldPeople([userId], ct);
        if (await PoolBook.Open(db).Include(s => s.Customer).SingleOrDefaultAsync(s => s.Id == stayId, ct) is not { } stay)
        {
            return new Refusal.Conflict("pool.gone");
        }

        var (person, pool) = (await Person(userId, ct), await db.Set<Pool>().SingleAsync(p => p.Id == stay.PoolId, ct));
        if (await Prevents(new(stay, pool), person, ct) is { } prevented)
        {
            return prevented;
        }

        await new PoolBook(db).End([stay], PoolLeft.Claimed, (person!.Id, person.Typed), ct);
        if (stay.Customer.UnitId != person.UnitId)
        {
            (stay.Customer.UnitId, stay.Customer.UpdatedAt) = (person.UnitId, db.UtcNow);
            await db.SaveChangesAsync(ct); // What no longer fits above it ends with that.
        }

        await managers.Read([customerId], ct);
        managers.Appoint(customerId, (person.Id, person.Level), Duty.Main, managers.Today, null, pool.Name);
        await managers.Save(tell: true, ct);
        return customerId;
    }

    /// <summary>What somebody wrote at the same moment is a conflict.</summary>
    private async Task<Result<long>> Guarded(Func<Task<Result<long>>> work)
    {
        try
        {
            return await work();
        }
        catch (DbUpdateConcurrencyException)
        {
            db.ChangeTracker.Clear();
            return new Refusal.Conflict("pool.gone");
        }
    }

    /// <summary>Asks the heads of the pool's unit, by services that see the whole group.</summary>
    public async Task<Result<Approval>> Ask(long stayId, Input input, SubmitApproval submit, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(input);
        return await Find(stayId, ct) is null ? new Refusal.NotFound() : await submit.Run(CustomerRelease.Name, CustomerRelease.Payload(stayId), input.Reason, null, ct);
    }

    internal static async Task<IResult> Post(long id, ClaimCustomer useCase, CancellationToken ct) => (await useCase.Run(id, ct)).Answer(customer => TypedResults.Ok(new Answer(customer)));

    /// <remarks>The use case looks in the caller's scope, for it was made before <see cref="ApprovalDesk.AskFilter"/> put the desk's services into the request.</remarks>
    internal static async Task<IResult> PostAsk(long id, Input input, ClaimCustomer useCase, HttpContext http, CancellationToken ct)
    {
        if (!(await useCase.Ask(id, input, http.RequestServices.GetRequiredService<SubmitApproval>(), ct)).TryGet(out var approval, out var refusal))
        {
            return Answers.Problem(refusal);
        }

        Versions.Tell(http, approval.Version);
        return TypedResults.Created($"/api/v1/approvals/{approval.Id}", await http.RequestServices.GetRequiredService<GetApproval>().Told(approval, ct) with { CustomerId = null });
    }

    /// <summary>What was claimed.</summary>
    /// <param name="CustomerId">The customer.</param>
    public sealed record Answer(long CustomerId);
}
