using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Managers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Pools;

/// <summary>Puts a customer into a pool by hand, or from one into another. Its own manager gives it back, to the pool he chooses; the heads of its units put in any that are theirs.</summary>
internal sealed class PutIntoPool(CrmDb db)
{
    /// <summary>What is said.</summary>
    public sealed class Input
    {
        /// <summary>The pool, by name.</summary>
        public string? Pool { get; set; }

        /// <summary>Why.</summary>
        public string? Reason { get; set; }

        /// <summary>The stay one saw, 0 for none; another one meanwhile is a conflict. Not looked at where it is not said.</summary>
        public long? Seen { get; set; }
    }

    /// <summary>Puts it there.</summary>
    public Task<Result<PoolStay>> Run(long customerId, Input input, CancellationToken ct) => db.Write<Result<PoolStay>>(async () =>
    {
        ArgumentNullException.ThrowIfNull(input);
        await new ManagerBook(db).Hold([customerId], ct);
        if (await db.Set<Customer>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == customerId, ct) is not { } customer)
        {
            return new Refusal.NotFound();
        }

        var open = await PoolBook.Open(db).AsNoTracking().Where(s => s.CustomerId == customerId).Select(s => (long?)s.Id).SingleOrDefaultAsync(ct);
        if (input.Seen is { } seen && seen != (open ?? 0))
        {
            return new Refusal.Conflict("pool.changed_meanwhile");
        }

        if (!(await May(db, [customer], ct)).Contains(customerId))
        {
            return new Refusal.Forbidden("pool.not_yours");
        }

        var errors = new List<FieldError>();
        var reason = PlainText.Trimmed(input.Reason);
        if (Wrong(reason) is { } wrong)
        {
            errors.Add(wrong);
        }

        var pool = await Held(db, input.Pool, ct);
        var path = await db.Set<OrgUnit>().Where(u => u.Id == customer.UnitId).Select(u => u.Path).SingleAsync(ct);
        if (pool is null || !PoolBook.Ids(path).Contains(pool.UnitId))
        {
            errors.Add(new(nameof(Input.Pool), pool is null ? "pool.unknown" : "pool.other_unit"));
        }
        else if (await PoolBook.Open(db).AnyAsync(s => s.CustomerId == customerId && s.PoolId == pool.Id, ct))
        {
            errors.Add(new(nameof(Input.Pool), "pool.already"));
        }

        if (errors.Count > 0)
        {
            return new Refusal.InvalidMany(errors);
        }

        await new PoolBook(db).Put([(customerId, pool!, PoolWhy.Hand)], reason, ct);
        return await PoolBook.Open(db).AsNoTracking().SingleAsync(s => s.CustomerId == customerId, ct);
    }, ct);

    /// <summary>What is wrong with a reason; null where nothing is.</summary>
    internal static FieldError? Wrong(string? reason) => reason is null ? new(nameof(Input.Reason), "pool.reason_missing")
        : reason.Length > PoolStay.ReasonLength || !PlainText.IsStorable(reason) ? new(nameof(Input.Reason), "pool.reason_long", PoolStay.ReasonLength) : null;

    /// <summary>An open pool by its name.</summary>
    internal static Task<Pool?> Named(CrmDb db, string? typed, CancellationToken ct)
    {
        var name = PlainText.IsStorable(typed) ? PlainText.Trimmed(typed) ?? "" : "";
        return db.Set<Pool>().AsNoTracking().SingleOrDefaultAsync(p => p.Name == name && p.Active, ct);
    }

    /// <summary>The same, which nobody closes or gives to another unit until the end of the transaction.</summary>
    internal static async Task<Pool?> Held(CrmDb db, string? typed, CancellationToken ct)
    {
        if (await Named(db, typed, ct) is not { } pool)
        {
            return null;
        }

        await db.Alone(Lock(pool.Id), ct);
        return await Named(db, typed, ct);
    }

    internal static string Lock(long pool) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"pool:{pool}");

    /// <summary>Those of some customers that the actor may put into a pool: of his units, where he heads them or answers for the customer.</summary>
    internal static async Task<IReadOnlySet<long>> May(CrmDb db, IReadOnlyCollection<Customer> customers, CancellationToken ct)
    {
        if (!db.Actor.May(Permission.CustomersWrite))
        {
            return new HashSet<long>();
        }

        var owned = (await Ownership.Of(db, customers, ct)).Owned;
        if (db.Actor.May(Permission.CustomersSupervise))
        {
            return owned;
        }

        var (me, ids) = (db.Actor.UserId, customers.Select(c => c.Id).ToList());
        var mine = await db.Set<Responsibility>().Where(r => EF.Parameter(ids).Contains(r.CustomerId) && r.UserId == me && r.Duty == Duty.Main && r.Until == null).Select(r => r.CustomerId).ToHashSetAsync(ct);
        return owned.Where(mine.Contains).ToHashSet();
    }

    internal static async Task<IResult> Post(long id, Input input, PutIntoPool useCase, CustomerPools past, CancellationToken ct) =>
        (await useCase.Run(id, input, ct)).TryGet(out _, out var refusal) ? await CustomerPools.Get(id, past, ct) : Answers.Problem(refusal);
}
