using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Customers;

/// <summary>The merges of customers that the actor sees, the latest first.</summary>
internal sealed class ListMerges(CrmDb db)
{
    private const int PageSize = 50;

    /// <summary>A merge.</summary>
    /// <param name="Id">Key.</param>
    /// <param name="SurvivorId">The customer that stayed.</param>
    /// <param name="Number">Its number.</param>
    /// <param name="Name">Its name by now.</param>
    /// <param name="Losers">Those that went.</param>
    /// <param name="At">When.</param>
    /// <param name="Who">Who merged them.</param>
    /// <param name="Moved">How much moved in all.</param>
    /// <param name="UndoUntil">Until when it can be taken back.</param>
    /// <param name="UndoneAt">When it was taken back.</param>
    /// <param name="UndoneBy">Who took it back.</param>
    /// <param name="CanUndo">Whether it can be taken back now, as far as the list knows.</param>
    public sealed record Item(long Id, long SurvivorId, string Number, string Name, IReadOnlyList<CustomerMerge.Loser> Losers, DateTime At, string? Who, long Moved, DateTime UndoUntil, DateTime? UndoneAt, string? UndoneBy, bool CanUndo);

    /// <summary>A page, before the merge <paramref name="before"/> where it goes on.</summary>
    public async Task<(IReadOnlyList<Item> Items, long? Next)> Run(long? before, CancellationToken ct)
    {
        var (high, now) = (before ?? long.MaxValue, db.UtcNow);
        var rows = await (
            from m in db.Set<CustomerMerge>().IgnoreQueryFilters([CrmDb.BinFilter]).AsNoTracking()
            join c in db.Set<Customer>() on m.SurvivorId equals c.Id
            where m.Id < high
            orderby m.Id descending
            select new
            {
                Merge = m, c.Number, c.Name, Live = c.DeletedAt == null,
                Who = db.Set<User>().Where(u => u.Id == m.MergedBy).Select(u => u.DisplayName).FirstOrDefault(),
                UndoneBy = db.Set<User>().Where(u => u.Id == m.UndoneBy).Select(u => u.DisplayName).FirstOrDefault(),
            }).Take(PageSize + 1).ToListAsync(ct);
        return ([.. rows.Take(PageSize).Select(r => new Item(r.Merge.Id, r.Merge.SurvivorId, r.Number, r.Name, r.Merge.LoserList, r.Merge.MergedAt, r.Who, r.Merge.CountList.Values.Sum(), r.Merge.UndoUntil, r.Merge.UndoneAt, r.UndoneBy,
            r.Live && r.Merge.UndoneAt is null && r.Merge.UndoUntil >= now))], rows.Count > PageSize ? rows[PageSize - 1].Merge.Id : null);
    }

    public static async Task<IResult> Get(ListMerges useCase, CancellationToken ct, string? cursor = null)
    {
        if (!TellHistory.TryRead(cursor, out var before))
        {
            return Answers.Problem(new Refusal.Invalid("common.cursor_invalid", nameof(cursor)));
        }

        var (items, next) = await useCase.Run(before, ct);
        return TypedResults.Ok(new Listing<Item>(items, next?.ToString(CultureInfo.InvariantCulture)));
    }
}
