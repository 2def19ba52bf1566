using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Http;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Waybills;

/// <summary>Waybill lines in the actor's scope, newest first unless asked otherwise, page by page both ways. By day however many there are; by any other order of the list where they are few.</summary>
internal sealed class ListWaybills(CrmDb db, WaybillList list, CustomFields fields, AskedView asking)
{
    /// <summary>In an address: what has no category, mode or station.</summary>
    public const string Unknown = "none";

    private const int MaxLimit = 200;

    private static readonly Order<WaybillLine, WaybillLine> ByDate = Order<WaybillLine, WaybillLine>.ByNumber(
        "date", w => w.Date, n => DateOnly.FromDayNumber((int)Math.Clamp(n, 0, DateOnly.MaxValue.DayNumber)), w => (w.Date.DayNumber, w.Id));

    /// <summary>The view. <c>Unit</c> did the work, <c>Owner</c> (with everything under it) owns the customer. <c>From</c> and <c>To</c> are days (2025-01-31) or months (2025-01), both included; <c>Mine</c> asks for customers whose manager the reader is, or with false for the others. <c>Sort</c> is any order of the list, with a dash before it for descending. <c>Q</c> looks for numbers that begin so and for customers. <c>Filter</c> says more in the lists' own words: <c>mode=carload,container;origin=高桥镇|destination=高桥镇</c>. <c>View</c> is a saved view, which the rest narrows further.</summary>
    public sealed record Query(
        long? Customer = null, long? Unit = null, string? From = null, string? To = null, string? Source = null, string? ExternalNo = null, string? Service = null,
        string? Commodity = null, string? Mode = null, string? Origin = null, string? Destination = null, long? Owner = null, string? Cursor = null, int Limit = 50, string? Sort = null, bool? Mine = null, string? Filter = null, string? Q = null, string? View = null)
    {
        /// <summary>What holds, by its name in the address; nothing that is left to its default.</summary>
        public IEnumerable<KeyValuePair<string, string?>> Fields() => new Dictionary<string, string?>
        {
            ["customer"] = Number(Customer), ["owner"] = Number(Owner), ["unit"] = Number(Unit), ["from"] = From, ["to"] = To, ["source"] = Source, ["externalNo"] = ExternalNo, ["service"] = Service,
            ["commodity"] = Commodity, ["mode"] = Mode, ["origin"] = Origin, ["destination"] = Destination, ["mine"] = Mine switch { true => "true", false => "false", null => null }, ["q"] = Q, ["filter"] = Filter, ["view"] = View, ["sort"] = Sort, ["limit"] = Limit == 50 ? null : Number(Limit), ["cursor"] = Cursor,
        }.Where(f => !string.IsNullOrEmpty(f.Value));

        private static string? Number(long? number) => number?.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>A line as the API tells it; <paramref name="Custom"/> are the group's own fields that the actor sees, as they are sent back.</summary>
    public sealed record Item(
        long Id, string Source, string ExternalNo, DateOnly Date, long CustomerId, string CustomerName, long UnitId, string Service, string CommodityCategory, string? Commodity,
        string Origin, string Destination, string Mode, int Wagons, int Containers, decimal Teu, long WeightKg, long RevenueFen, long CostFen, string? Contract, string? Note, IReadOnlyDictionary<string, string?>? Custom);

    /// <summary>All lines of a view with their customers' number and name, to be read once.</summary>
    public sealed record Whole(IAsyncEnumerable<IReadOnlyList<(WaybillLine Line, string Number, string Name)>> Batches);

    private sealed record View(IQueryable<WaybillLine> Rows, Order<WaybillLine, WaybillLine> Order, bool Descending, Mark? Mark);

    /// <summary>One page.</summary>
    public async Task<Result<Listing<Item>>> Run(Query query, CancellationToken ct)
    {
        if (!(await asking.Read(list, query.Fields(), ct)).TryGet(out var asked, out var refusal) || !(await Look(asked, ct)).TryGet(out var view, out refusal))
        {
            return refusal;
        }

        var page = await view.Order.Page(view.Rows, view.Descending, view.Mark, Math.Clamp(query.Limit, 1, MaxLimit), r => r, ct);
        var names = await Customers(page.Items, ct);
        return new Listing<Item>([.. page.Items.Select(w => Of(w, names[w.CustomerId].Name, fields.Said("waybills", w.Custom, db.Actor)))], page.Next) { PreviousCursor = page.Previous };
    }

    /// <summary>All rows of a view in its order, batch by batch, each a query of its own.</summary>
    public async Task<Result<Whole>> All(Platform.Lists.View asked, CancellationToken ct) =>
        (await Look(asked with { Cursor = null }, ct)).TryGet(out var view, out var refusal) ? new Whole(Batches(view, ct)) : refusal;

    private async IAsyncEnumerable<IReadOnlyList<(WaybillLine, string, string)>> Batches(View view, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        const int Batch = 2_000;
        for (Mark? mark = null; ;)
        {
            var page = await view.Order.Page(view.Rows, view.Descending, mark, Batch, r => r, ct);
            var names = await Customers(page.Items, ct);
            yield return [.. page.Items.Select(w => (w, names[w.CustomerId].Number, names[w.CustomerId].Name))];
            if (page.Next is null)
            {
                yield break;
            }

            mark = view.Order.At(page.Items[^1], view.Descending, back: false);
        }
    }

    private async Task<Dictionary<long, (string Number, string Name)>> Customers(List<WaybillLine> lines, CancellationToken ct)
    {
        var ids = lines.Select(l => l.CustomerId).Distinct().ToList();
        return await db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(c => EF.Parameter(ids).Contains(c.Id)).Select(c => new { c.Id, c.Number, c.Name }).ToDictionaryAsync(c => c.Id, c => (c.Number, c.Name), ct);
    }

    private async Task<Result<View>> Look(Platform.Lists.View asked, CancellationToken ct) =>
        (await list.Look(db, asked, int.MaxValue, ct)).TryGet(out var looked, out var refusal)
            ? new View(looked.Rows.Rows, looked.Near ? list.OrderOfRows(looked.Order.Name, w => w.Id) : ByDate, looked.Descending, looked.Mark) : refusal;

    internal static Item Of(WaybillLine w, string customer, IReadOnlyDictionary<string, string?>? custom) => new(
        w.Id, w.Source, w.ExternalNo, w.Date, w.CustomerId, customer, w.UnitId, w.Service, w.CommodityCategory, w.Commodity, w.Origin, w.Destination, w.Mode,
        w.Wagons, w.Containers, w.TeuHundredths / 100m, w.WeightKg, w.RevenueFen, w.CostFen, w.ContractNo, w.Note, custom);

    public static async Task<IResult> Get([AsParameters] Query query, ListWaybills useCase, CancellationToken ct) =>
        (await useCase.Run(query, ct)).Answer(list => TypedResults.Ok(list));
}
