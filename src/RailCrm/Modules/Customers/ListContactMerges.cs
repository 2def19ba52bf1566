using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Customers;

/// <summary>The merges of contacts that the actor sees, the latest first.</summary>
internal sealed class ListContactMerges(CrmDb db)
{
    private const int PageSize = 50;

    /// <summary>A merge.</summary>
    /// <param name="Id">Key.</param>
    /// <param name="SurvivorId">The contact that stayed.</param>
    /// <param name="CustomerId">Its customer.</param>
    /// <param name="Name">Its name by now.</param>
    /// <param name="Customer">What its customer is called.</param>
    /// <param name="Losers">Those that went; without the names of those out of sight.</param>
    /// <param name="At">When.</param>
    /// <param name="Who">Who merged them.</param>
    /// <param name="Moved">How much moved in all.</param>
    /// <param name="UndoUntil">Until when it can be taken back.</param>
    /// <param name="UndoneAt">When it was taken back.</param>
    /// <param name="UndoneBy">Who took it back.</param>
    /// <param name="CanUndo">Whether it can be taken back now, as far as the list knows.</param>
    public sealed record Item(long Id, long SurvivorId, long CustomerId, string Name, string Customer, IReadOnlyList<ContactMerge.Loser> Losers, DateTime At, string? Who, long Moved, DateTime UndoUntil, DateTime? UndoneAt, string? UndoneBy, bool CanUndo);

    /// <summary>A page, before the merge <paramref name="before"/> where it goes on.</summary>
    public async Task<(IReadOnlyList<Item> Items, long? Next)> Run(long? before, CancellationToken ct)
    {
        var (high, now) = (before ?? long.MaxValue, db.UtcNow);
        var rows = await (
            from m in db.Set<ContactMerge>().AsNoTracking()
            join k in db.Set<Contact>() on m.SurvivorId equals k.Id
            join c in db.Set<Customer>() on k.CustomerId equals c.Id
            where m.Id < high
            orderby m.Id descending
            select new
            {
                m.Id, m.SurvivorId, m.Losers, m.MergedAt, m.MovedRows, m.UndoUntil, m.UndoneAt, k.CustomerId, k.Name, Customer = c.Name,
                Who = db.Set<User>().Where(u => u.Id == m.MergedBy).Select(u => u.DisplayName).FirstOrDefault(),
                UndoneBy = db.Set<User>().Where(u => u.Id == m.UndoneBy).Select(u => u.DisplayName).FirstOrDefault(),
            }).Take(PageSize + 1).ToListAsync(ct);
        var went = rows.Take(PageSize).ToDictionary(r => r.Id, r => ContactMerge.LoserList(r.Losers));
        var ids = went.Values.SelectMany(l => l).Select(l => l.Id).Distinct().ToList();
        var seen = await db.Set<Contact>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(k => EF.Parameter(ids).Contains(k.Id)).ToDictionaryAsync(k => k.Id, k => k.CustomerId, ct);
        var whose = await Ownership.Of(db, [.. seen.Values.Concat(rows.Select(r => r.CustomerId)).Distinct()], ct);
        return ([.. rows.Take(PageSize).Select(r => new Item(r.Id, r.SurvivorId, r.CustomerId, r.Name, r.Customer, [.. went[r.Id].Select(l => seen.ContainsKey(l.Id) ? l : l with { Name = Texts.Get("customer.hidden") })], r.MergedAt, r.Who, r.MovedRows, r.UndoUntil, r.UndoneAt, r.UndoneBy,
                r.UndoneAt is null && r.UndoUntil >= now && whose.Changes(r.CustomerId) && went[r.Id].All(l => seen.TryGetValue(l.Id, out var customer) && whose.Changes(customer))))],
            rows.Count > PageSize ? rows[PageSize - 1].Id : null);
    }

    public static async Task<IResult> Get(ListContactMerges useCase, CancellationToken ct, string? cursor = null)
    {
        if (!TellHistory.TryRead(cursor, out var before))
        {
            return Answers.Problem(new Refusal.Invalid("common.cursor_invalid", nameof(cursor)));
        }

        var (items, next) = await useCase.Run(before, ct);
        return TypedResults.Ok(new Listing<Item>(items, next?.ToString(CultureInfo.InvariantCulture)));
    }
}
