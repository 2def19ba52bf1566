using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Http;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Customers;

/// <summary>Customers in the actor's scope as the API tells them, and all of a view as the export writes them.</summary>
internal sealed class ListCustomers(CrmDb db, CustomerList list, CustomFields fields, AskedView asked)
{
    /// <summary>The columns of an <see cref="Item"/>.</summary>
    private static readonly string[] Told = ["number", "name", "creditCode", "tier", "unit", "phone", "revenue", "profit", "change", "completeness", "updated", "active"];

    /// <summary>The view; its fields are the query string, so that the address is the view.</summary>
    /// <param name="Q">Name, pinyin, initials, number, credit code or phone.</param>
    /// <param name="Unit">The owning unit, with everything under it.</param>
    /// <param name="Tier">large, medium, small, atRisk or prospective.</param>
    /// <param name="Industry">GB/T 4754 code.</param>
    /// <param name="Region">GB/T 2260 code; a province takes its cities and counties along.</param>
    /// <param name="Tag">A tag.</param>
    /// <param name="Station">A main sending or receiving station, by name or code.</param>
    /// <param name="Sort">One of the orders; by name where missing.</param>
    /// <param name="Cursor">Where the page begins, as an earlier answer gave it.</param>
    /// <param name="Limit">Rows of a page, at most 200.</param>
    /// <param name="Below">Completeness less than this.</param>
    /// <param name="Active">Only those served, or only those no longer served.</param>
    /// <param name="Mine">Only those whose manager the reader is.</param>
    /// <param name="Filter">Any field of the list: <c>tier=large,medium;revenue&gt;=1000000;region=320000|tag=重点</c>. A semicolon is "and", a bar "or", a comma separates values; money in yuan, weights in tonnes, days of Beijing.</param>
    /// <param name="View">A saved view, by its key; the rest narrows it further.</param>
    public sealed record Query(
        string? Q = null, long? Unit = null, string? Tier = null, string? Industry = null, string? Region = null, string? Tag = null, string? Station = null, string? Sort = null, string? Cursor = null, int Limit = 50,
        int? Below = null, bool? Active = null, bool? Mine = null, string? Filter = null, string? View = null)
    {
        /// <summary>What holds, by its name in the address; nothing that is left to its default.</summary>
        public IEnumerable<KeyValuePair<string, string?>> Fields() => new Dictionary<string, string?>
        {
            ["q"] = Q, ["unit"] = Unit?.ToString(CultureInfo.InvariantCulture), ["tier"] = Tier, ["industry"] = Industry, ["region"] = Region, ["tag"] = Tag, ["station"] = Station,
            ["below"] = Below?.ToString(CultureInfo.InvariantCulture), ["active"] = Active switch { true => "true", false => "false", null => null }, ["mine"] = Mine == true ? "true" : null,
            ["filter"] = Filter, ["view"] = View, ["sort"] = Sort, ["limit"] = Limit == 50 ? null : Math.Max(1, Limit).ToString(CultureInfo.InvariantCulture), ["cursor"] = Cursor,
        }.Where(f => !string.IsNullOrEmpty(f.Value));

        /// <summary>The address of the view on a page.</summary>
        public string Address(string path) => QueryHelpers.AddQueryString(path, Fields());
    }

    /// <summary>A customer as the API lists it; <paramref name="Custom"/> are the group's own fields that the actor sees.</summary>
    public sealed record Item(
        long Id, string Number, string Name, string? CreditCode, CustomerTier Tier, long UnitId, string UnitName, string? Phone, long Trailing12RevenueFen, long Trailing12GrossProfitFen, long RevenueChangeFen, int Completeness, DateTime UpdatedAt, bool Active, IReadOnlyDictionary<string, string?>? Custom);

    /// <summary>All rows of a view, to be read once.</summary>
    public sealed record Whole(IAsyncEnumerable<IReadOnlyList<Customer>> Batches);

    /// <summary>One page.</summary>
    public async Task<Result<Listing<Item>>> Run(Query query, CancellationToken ct) => (await asked.Read(list, query.Fields(), ct)).TryGet(out var view, out var refusal) ? await Page(view, ct) : refusal;

    private async Task<Result<Listing<Item>>> Page(View view, CancellationToken ct)
    {
        var columns = Told.Select(k => list.Find(k)).OfType<ListField>().ToList();
        var at = Told.Select(k => columns.FindIndex(c => c.Key == k)).ToList(); // A field that is hidden from the reader is no column.
        object? Cell(Line line, int told) => at[told] < 0 ? null : line.Cells[at[told]];
        if (!(await list.Read(db, view, columns, ct)).TryGet(out var page, out var refusal))
        {
            return refusal;
        }

        var units = page.Names["unit"];
        var own = await Own([.. page.Lines.Select(l => l.Id)], ct);
        return new Listing<Item>(
            [.. page.Lines.Select(l => new Item(l.Id, (string)Cell(l, 0)!, (string)Cell(l, 1)!, (string?)Cell(l, 2), (CustomerTier)Cell(l, 3)!, (long)Cell(l, 4)!, units[(long)Cell(l, 4)!], (string?)Cell(l, 5), (long)Cell(l, 6)!, (long)Cell(l, 7)!, (long)Cell(l, 8)!, (int)Cell(l, 9)!, (DateTime)Cell(l, 10)!, (bool)Cell(l, 11)!, own.GetValueOrDefault(l.Id)))],
            page.Next) { PreviousCursor = page.Previous };
    }

    /// <summary>What is said of the own fields of a page's rows; nothing where there are none.</summary>
    private async Task<Dictionary<long, Dictionary<string, string?>?>> Own(List<long> ids, CancellationToken ct) => fields.Of("customers", db.Actor).Count == 0 ? []
        : (await db.Set<Customer>().Where(c => EF.Parameter(ids).Contains(c.Id)).Select(c => new { c.Id, c.Custom }).ToListAsync(ct)).ToDictionary(c => c.Id, c => fields.Said("customers", c.Custom, db.Actor));

    /// <summary>All rows of a view in its order, batch by batch.</summary>
    public async Task<Result<Whole>> All(View view, CancellationToken ct) =>
        (await list.Look(db, view with { Cursor = null }, int.MaxValue, ct)).TryGet(out var looked, out var refusal) ? new Whole(Batches(looked, ct)) : refusal;

    private async IAsyncEnumerable<IReadOnlyList<Customer>> Batches(ListOf<Customer>.Looked looked, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var lines in list.Walk(looked, [], ct))
        {
            var ids = lines.Select(l => l.Id).ToList();
            var customers = await db.Set<Customer>().AsNoTracking().Where(c => EF.Parameter(ids).Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => db.Actor.Fields.Cover("customers", c), ct);
            yield return [.. ids.Where(customers.ContainsKey).Select(id => customers[id])];
        }
    }

    /// <summary>The place in a sort order behind one customer.</summary>
    internal static string CursorAfter(string sort, string name, long number, long id) => new Mark(sort, name, number, id).ToCursor();

    public static async Task<IResult> Get([AsParameters] Query query, ListCustomers useCase, CancellationToken ct) =>
        (await useCase.Run(query, ct)).Answer(page => TypedResults.Ok(page));
}
