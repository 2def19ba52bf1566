using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Waybills;

/// <summary>The waybill lines in the bin as the API tells them, latest first unless asked otherwise.</summary>
internal sealed class ListWaybillBin(CrmDb db, WaybillBinList list, Dependants dependants)
{
    /// <summary>The view. <c>Sort</c> is deleted, date or externalNo, with - before it downwards; <c>Filter</c> says more in the lists' own words: <c>deleted&gt;=2026-04-01;date&lt;=2026-03</c>. <c>Dependants</c> tells what hangs on each, of at most 20 rows a page.</summary>
    public sealed record Query(long? Customer = null, string? ExternalNo = null, string? Cursor = null, int Limit = 50, string? Sort = null, string? Filter = null, bool Dependants = false);

    /// <summary>A deleted line; money in fen. <c>DeletedByName</c> is the person's name.</summary>
    public sealed record Item(long Id, string Source, string ExternalNo, DateOnly Date, long CustomerId, string CustomerName, long UnitId, long WeightKg, long RevenueFen, long CostFen, DateTime DeletedAt, long DeletedBy, string? DeletedByName, IReadOnlyList<Dependants.Item>? Dependants);

    /// <summary>One page.</summary>
    public async Task<Result<Listing<Item>>> Run(Query query, CancellationToken ct)
    {
        var asked = new Dictionary<string, string?>
        {
            ["customer"] = query.Customer?.ToString(CultureInfo.InvariantCulture), ["externalNo"] = query.ExternalNo, ["filter"] = query.Filter, ["sort"] = query.Sort, ["cursor"] = query.Cursor, ["limit"] = query.Limit.ToString(CultureInfo.InvariantCulture),
        };
        if (!View.TryRead(list, asked, out var view))
        {
            return new Refusal.InvalidMany([new("filter", "list.filter_wrong")]);
        }

        if (!(await list.Read(db, query.Dependants ? view with { Limit = Math.Min(view.Limit, Dependants.MostRows) } : view, [list.Find("customer")!, list.Find("by")!], ct)).TryGet(out var page, out var refusal))
        {
            return refusal;
        }

        var ids = page.Lines.Select(l => l.Id).ToList();
        var rows = await db.Set<BinnedLine>().AsNoTracking().Where(b => EF.Parameter(ids).Contains(b.Id)).ToDictionaryAsync(b => b.Id, ct);
        var items = new List<Item>();
        foreach (var id in ids.Where(rows.ContainsKey))
        {
            items.Add(Of(rows[id], page.Names, query.Dependants ? await dependants.Of("waybills", id, ct) : null));
        }

        return new Listing<Item>(items, page.Next) { PreviousCursor = page.Previous };
    }

    private static Item Of(BinnedLine b, IReadOnlyDictionary<string, IReadOnlyDictionary<long, string>> names, IReadOnlyList<Dependants.Item>? hanging) => new(
        b.Id, b.Source, b.ExternalNo, b.Date, b.CustomerId, names["customer"].GetValueOrDefault(b.CustomerId, ""), b.UnitId, b.WeightKg, b.RevenueFen, b.CostFen, b.DeletedAt, b.DeletedBy, names["by"].GetValueOrDefault(b.DeletedBy), hanging);

    public static async Task<IResult> Get([AsParameters] Query query, ListWaybillBin useCase, CancellationToken ct) =>
        (await useCase.Run(query, ct)).Answer(list => TypedResults.Ok(list));
}
