using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Sharing;

/// <summary>With whom a customer is shared today.</summary>
internal sealed class ListShares(CrmDb db)
{
    /// <summary>A share as the API tells it.</summary>
    /// <param name="Id">Its key.</param>
    /// <param name="UserId">The person; null for a unit.</param>
    /// <param name="UnitId">The unit; null for a person.</param>
    /// <param name="With">What they are called.</param>
    /// <param name="Writes">Whether the customer may be changed.</param>
    /// <param name="Until">The first day without it; null for ever.</param>
    /// <param name="Reason">Why; null where it was not written down.</param>
    /// <param name="GivenBy">Who shared it, or agreed.</param>
    /// <param name="GivenAt">When (UTC).</param>
    /// <param name="ApprovalId">The approval it follows from.</param>
    /// <param name="CanEnd">Whether the caller may end it.</param>
    public sealed record Share(long Id, long? UserId, long? UnitId, string With, bool Writes, DateOnly? Until, string? Reason, string? GivenBy, DateTime? GivenAt, long? ApprovalId, bool CanEnd);

    /// <summary>How many.</summary>
    public static Task<int> Count(CrmDb db, long customerId, CancellationToken ct) => ShareBook.Open(db).CountAsync(g => g.CustomerId == customerId, ct);

    /// <summary>Of a customer that the actor sees, the latest first.</summary>
    public async Task<Result<IReadOnlyList<Share>>> Run(long customerId, CancellationToken ct) =>
        !await db.Set<Customer>().AnyAsync(c => c.Id == customerId, ct) ? new Refusal.NotFound()
        : await Told(customerId, await ShareBook.Open(db).AsNoTracking().Where(g => g.CustomerId == customerId).OrderByDescending(g => g.Id).ToListAsync(ct), ct);

    /// <summary>One as the API tells it.</summary>
    public async Task<Share> Answered(CustomerGrant share, CancellationToken ct) => (await Told(share.CustomerId, [share], ct))[0];

    private async Task<List<Share>> Told(long customerId, IReadOnlyList<CustomerGrant> shares, CancellationToken ct)
    {
        var (people, units) = (shares.SelectMany(g => new[] { g.UserId ?? 0, g.GivenBy ?? 0 }).Distinct().ToList(), shares.Select(g => g.UnitId ?? 0).Distinct().ToList());
        var names = await (from u in db.Set<User>() join unit in db.Set<OrgUnit>() on u.UnitId equals unit.Id where EF.Parameter(people).Contains(u.Id) select new { u.Id, u.DisplayName, Unit = unit.Name }).ToDictionaryAsync(u => u.Id, ct);
        var places = await db.Set<OrgUnit>().Where(u => EF.Parameter(units).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Name, ct);
        var owned = (await Ownership.Of(db, [customerId], ct)).Owned.Contains(customerId);
        return [.. shares.Select(g => new Share(
            g.Id, g.UserId, g.UnitId, g.UserId is { } user ? names.GetValueOrDefault(user) is { } one ? $"{one.DisplayName} · {one.Unit}" : "" : places.GetValueOrDefault(g.UnitId ?? 0) ?? "", g.Writes, ShareBook.Day(g.Until), g.Why,
            g.GivenBy is { } by ? names.GetValueOrDefault(by)?.DisplayName : null, g.GivenAt, g.ApprovalId, ShareCustomer.MayEnd(db, owned, g)))];
    }

    internal static async Task<IResult> Get(long id, ListShares useCase, CancellationToken ct) => (await useCase.Run(id, ct)).Answer(found => TypedResults.Ok(new Listing<Share>(found, null)));
}
