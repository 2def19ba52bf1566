using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Sharing;

/// <summary>Shares a customer, changes what was shared, or ends it. Whoever heads both sides does it at once; anybody else who sees the customer asks its unit (<see cref="CustomerShare"/>).</summary>
internal sealed class ShareCustomer(CrmDb db)
{
    /// <summary>What is shared, as it is said.</summary>
    public sealed class Input
    {
        /// <summary>With whom: a unit by code or name, or a person by sign-in name, employee number, or a name that only one bears.</summary>
        public string? With { get; set; }

        /// <summary>Whether what is said of the customer may be changed too.</summary>
        public bool Writes { get; set; }

        /// <summary>The first day without it; missing for ever.</summary>
        public DateOnly? Until { get; set; }

        /// <summary>Why.</summary>
        public string? Reason { get; set; }

        /// <summary>The share that this one takes the place of. One that is no longer there is a conflict, and so is another one of the same recipient that is not named here.</summary>
        public long? Replaces { get; set; }
    }

    /// <summary>An end as it is said.</summary>
    public sealed class Ending
    {
        /// <summary>Why; needed unless the recipient himself gives it back.</summary>
        public string? Reason { get; set; }
    }

    /// <summary>What was asked, understood.</summary>
    /// <param name="Customer">The customer.</param>
    /// <param name="To">With whom.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="Direct">Whether the actor may do it without asking.</param>
    internal sealed record Ground(Customer Customer, Recipient To, string Reason, bool Direct);

    /// <summary>Understands what is asked, of a customer that the actor sees.</summary>
    public async Task<Result<Ground>> Look(long customerId, Input input, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (await (from c in db.Set<Customer>().AsNoTracking() join u in db.Set<OrgUnit>() on c.UnitId equals u.Id where c.Id == customerId select new { Customer = c, u.Path }).SingleOrDefaultAsync(ct) is not { } found)
        {
            return new Refusal.NotFound();
        }

        var (errors, reason) = (new List<FieldError>(), PlainText.Trimmed(input.Reason));
        if (reason is null || reason.Length > CustomerGrant.WhyLength || !PlainText.IsStorable(reason))
        {
            errors.Add(new(nameof(Input.Reason), reason is null ? "share.reason_missing" : "share.reason_long", CustomerGrant.WhyLength));
        }

        if (input.Until is { } until && until <= BusinessCalendar.Day(db.UtcNow))
        {
            errors.Add(new(nameof(Input.Until), "share.until_past"));
        }

        if (!(await Recipient.Find(db, input.With, nameof(Input.With), ct)).TryGet(out var to, out var unknown))
        {
            errors.Add(new(nameof(Input.With), unknown.Code));
        }
        else if (found.Path.StartsWith(to.Path, StringComparison.Ordinal))
        {
            errors.Add(new(nameof(Input.With), "share.sees_already"));
        }

        return errors.Count > 0 ? new Refusal.InvalidMany(errors)
            : new Ground(found.Customer, to!, reason!, db.Actor.May(Permission.CustomersSupervise) && db.Scope.Covers(found.Path) && db.Scope.Covers(to!.Path));
    }

    /// <summary>Shares it at once.</summary>
    public Task<Result<CustomerGrant>> Run(long customerId, Input input, CancellationToken ct) => db.Write<Result<CustomerGrant>>(async () =>
    {
        var book = new ShareBook(db);
        await book.Alone(customerId, ct);
        if (!(await Look(customerId, input, ct)).TryGet(out var ground, out var refusal))
        {
            return refusal;
        }

        var (user, unit) = (ground.To.UserId, ground.To.UnitId);
        var held = await ShareBook.Open(db).Where(g => g.CustomerId == customerId && g.UserId == user && g.UnitId == unit).Select(g => g.Id).ToListAsync(ct);
        return !ground.Direct ? new Refusal.Forbidden("share.needs_approval")
            : input.Replaces is { } seen && !await ShareBook.Open(db).AnyAsync(g => g.Id == seen && g.CustomerId == customerId, ct) ? new Refusal.Conflict("share.changed_meanwhile")
            : held.Exists(h => h != input.Replaces) ? new Refusal.Conflict("share.already")
            : await book.Give(customerId, ground.To, input.Writes, input.Until, ground.Reason, null, ct);
    }, ct);

    /// <summary>Ends a share; answers whether the actor still sees the customer.</summary>
    public Task<Result<bool>> End(long customerId, long id, Ending input, CancellationToken ct) => db.Write<Result<bool>>(async () =>
    {
        ArgumentNullException.ThrowIfNull(input);
        if (await db.Set<Customer>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == customerId, ct) is not { } customer)
        {
            return new Refusal.NotFound();
        }

        var book = new ShareBook(db);
        await book.Alone(customerId, ct);
        if (await ShareBook.Open(db).SingleOrDefaultAsync(g => g.Id == id && g.CustomerId == customerId, ct) is not { } share)
        {
            return new Refusal.NotFound();
        }

        if (!MayEnd(db, (await Ownership.Of(db, [customer], ct)).Owned.Contains(customerId), share))
        {
            return new Refusal.Forbidden("share.not_yours");
        }

        var (mine, reason) = (share.UserId == db.Actor.UserId, PlainText.Trimmed(input.Reason));
        if ((reason is null && !mine) || reason?.Length > CustomerGrant.WhyLength || !PlainText.IsStorable(reason))
        {
            return new Refusal.InvalidMany([new(nameof(Ending.Reason), reason is null ? "share.end_reason_missing" : "share.reason_long", CustomerGrant.WhyLength)]);
        }

        await book.End([share], _ => reason ?? ShareBook.Returned, ct);
        await db.SaveChangesAsync(ct);
        return await db.Set<Customer>().AnyAsync(c => c.Id == customerId, ct);
    }, ct);

    /// <summary>A share is ended by the heads of the customer's units, by whoever of them gave it, and by the one who has it.</summary>
    internal static bool MayEnd(CrmDb db, bool owned, CustomerGrant share) =>
        db.Actor.May(Permission.CustomersWrite) && (share.UserId == db.Actor.UserId || (owned && (db.Actor.May(Permission.CustomersSupervise) || share.GivenBy == db.Actor.UserId)));

    internal static async Task<IResult> Post(long id, Input input, ShareCustomer useCase, ListShares list, CancellationToken ct) =>
        (await useCase.Run(id, input, ct)).TryGet(out var made, out var refusal) ? TypedResults.Created($"/api/v1/customers/{id}/shares", await list.Answered(made, ct)) : Answers.Problem(refusal);

    internal static async Task<IResult> PostEnd(long id, long shareId, Ending input, ShareCustomer useCase, CancellationToken ct) =>
        (await useCase.End(id, shareId, input, ct)).Answer(_ => TypedResults.NoContent());
}
