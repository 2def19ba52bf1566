using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Pools;

/// <summary>In which pools a customer lay and lies, the latest first, and whether it will fall into one.</summary>
internal sealed class CustomerPools(CrmDb db)
{
    private const int Most = 100;

    /// <summary>A stay.</summary>
    /// <param name="Id">Its key.</param>
    /// <param name="Pool">The pool.</param>
    /// <param name="InAt">Since when (UTC).</param>
    /// <param name="Why">Why: hand, followUp, waybill.</param>
    /// <param name="Reason">What somebody wrote.</param>
    /// <param name="InBy">Who put it there; null for the system.</param>
    /// <param name="Former">Who answered for it before.</param>
    /// <param name="OutAt">Until when (UTC); null while it lies there.</param>
    /// <param name="OutHow">How it left: claimed, moved, appointed, unit, undone.</param>
    /// <param name="ClaimedBy">Who claimed it.</param>
    public sealed record Stay(long Id, string Pool, DateTime InAt, PoolWhy Why, string? Reason, string? InBy, string? Former, DateTime? OutAt, PoolLeft? OutHow, string? ClaimedBy);

    /// <summary>What will happen unless somebody does something.</summary>
    /// <param name="Pool">The pool.</param>
    /// <param name="Why">What lacks.</param>
    /// <param name="DueOn">The first day it may fall in.</param>
    public sealed record Warning(string Pool, PoolWhy Why, DateOnly DueOn);

    /// <summary>Both.</summary>
    /// <param name="Stays">The stays.</param>
    /// <param name="Falls">The warning; null where there is none.</param>
    public sealed record Answer(IReadOnlyList<Stay> Stays, Warning? Falls);

    /// <summary>1 while it lies in a pool.</summary>
    public static Task<int> Count(CrmDb db, long customerId, CancellationToken ct) => PoolBook.Open(db).CountAsync(s => s.CustomerId == customerId, ct);

    /// <summary>Of a customer that the actor sees.</summary>
    public async Task<Result<Answer>> Run(long customerId, CancellationToken ct)
    {
        if (!await db.Set<Customer>().AnyAsync(c => c.Id == customerId, ct))
        {
            return new Refusal.NotFound();
        }

        var users = db.Set<User>();
        var stays = await (
            from s in db.Set<PoolStay>()
            join p in db.Set<Pool>() on s.PoolId equals p.Id
            where s.CustomerId == customerId
            orderby s.Id descending
            select new Stay(s.Id, p.Name, s.InAt, s.Why, s.Reason, users.Where(u => u.Id == s.InBy).Select(u => u.DisplayName).FirstOrDefault(), users.Where(u => u.Id == s.FormerUserId).Select(u => u.DisplayName).FirstOrDefault(),
                s.OutAt, s.OutHow, users.Where(u => u.Id == s.ClaimedBy).Select(u => u.DisplayName).FirstOrDefault())).Take(Most).ToListAsync(ct);
        return new Answer(stays, await (from w in db.Set<PoolWarning>() join p in db.Set<Pool>() on w.PoolId equals p.Id where w.CustomerId == customerId select new Warning(p.Name, w.Why, w.DueOn)).SingleOrDefaultAsync(ct));
    }

    internal static async Task<IResult> Get(long id, CustomerPools useCase, CancellationToken ct) => (await useCase.Run(id, ct)).Answer(found => TypedResults.Ok(found));
}
