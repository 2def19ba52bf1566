using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Customers;

/// <summary>Customers in the actor's scope: searched, filtered, in total order, page by page both ways.</summary>
internal sealed class ListCustomers(CrmDb db)
{
    /// <summary>Counting stops here: "1,000+" is all a reader needs to know, and a million rows take longer to count than to show.</summary>
    public const int MostCounted = 1_000;

    private const int MaxLimit = 200;

    /// <summary>The orders the list can take, each an index; descending is the name with a dash before it.</summary>
    public static readonly IReadOnlyList<Order<Customer, Row>> Orders =
    [
        Order<Customer, Row>.ByText("name", c => c.Name, r => (r.Name, r.Id)),
        Order<Customer, Row>.ByNumber("revenue", c => c.Trailing12RevenueFen, n => n, r => (r.Trailing12RevenueFen, r.Id)),
        Order<Customer, Row>.ByNumber("change", c => c.RevenueChangeFen, n => n, r => (r.RevenueChangeFen, r.Id)),
        Order<Customer, Row>.ByNumber("completeness", c => c.Completeness, n => (int)Math.Clamp(n, int.MinValue, int.MaxValue), r => (r.Completeness, r.Id)),
        Order<Customer, Row>.ByNumber("updated", c => c.UpdatedAt, n => new DateTime(Math.Max(0, n), DateTimeKind.Utc), r => (r.UpdatedAt.Ticks, r.Id)),
    ];

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
    public sealed record Query(
        string? Q = null, long? Unit = null, string? Tier = null, string? Industry = null, string? Region = null, string? Tag = null, string? Station = null, string? Sort = null, string? Cursor = null, int Limit = 50,
        int? Below = null, bool? Active = null, bool? Mine = null)
    {
        /// <summary>Reads an address; what cannot be read is left out.</summary>
        public static Query Of(IQueryCollection query)
        {
            ArgumentNullException.ThrowIfNull(query);
            string? Text(string name) => query[name].LastOrDefault() is { } text && !string.IsNullOrWhiteSpace(text) && PlainText.IsStorable(text) ? text.Trim() : null;
            int? Whole(string name) => int.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : null;
            bool? Flag(string name) => bool.TryParse(Text(name), out var flag) ? flag : null;
            return new(
                Text("q"), long.TryParse(Text("unit"), NumberStyles.None, CultureInfo.InvariantCulture, out var unit) ? unit : null, Text("tier"), Text("industry"), Text("region"), Text("tag"), Text("station"),
                Text("sort"), Text("cursor"), Whole("limit") ?? 50, Whole("below"), Flag("active"), Flag("mine") is true ? true : null);
        }

        /// <summary>What holds, by its name in the address; nothing that is left to its default.</summary>
        public IEnumerable<KeyValuePair<string, string?>> Fields() => new Dictionary<string, string?>
        {
            ["q"] = Q, ["unit"] = Unit?.ToString(CultureInfo.InvariantCulture), ["tier"] = Tier, ["industry"] = Industry, ["region"] = Region, ["tag"] = Tag, ["station"] = Station,
            ["below"] = Below?.ToString(CultureInfo.InvariantCulture), ["active"] = Active switch { true => "true", false => "false", null => null }, ["mine"] = Mine == true ? "true" : null,
            ["sort"] = Sort, ["limit"] = Limit == 50 ? null : Limit.ToString(CultureInfo.InvariantCulture), ["cursor"] = Cursor,
        }.Where(f => !string.IsNullOrEmpty(f.Value));

        /// <summary>The address of the view on a page.</summary>
        public string Address(string path) => QueryHelpers.AddQueryString(path, Fields());

        /// <summary>Whether anything narrows the list.</summary>
        public bool Filtered => Fields().Any(f => f.Key is not ("sort" or "limit" or "cursor"));
    }

    /// <summary>What the list reads of a customer.</summary>
    public sealed record Row(long Id, string Number, string Name, string? CreditCode, CustomerTier Tier, long UnitId, string? Phone, long Trailing12RevenueFen, long Trailing12GrossProfitFen, long RevenueChangeFen, int Completeness, DateTime UpdatedAt, bool Active);

    public sealed record Item(
        long Id, string Number, string Name, string? CreditCode, CustomerTier Tier, long UnitId, string UnitName, string? Phone, long Trailing12RevenueFen, long Trailing12GrossProfitFen, long RevenueChangeFen, int Completeness, DateTime UpdatedAt, bool Active);

    /// <summary>All rows of a view, to be read once.</summary>
    public sealed record Whole(IAsyncEnumerable<IReadOnlyList<Customer>> Batches);

    /// <summary>The rows of a view, found and ready to be walked.</summary>
    private sealed record View(Found<Customer> Rows, Order<Customer, Row> Order, bool Descending, Mark? Mark);

    /// <summary>One page.</summary>
    public async Task<Result<Listing<Item>>> Run(Query query, CancellationToken ct)
    {
        var limit = Math.Clamp(query.Limit, 1, MaxLimit);
        if (!(await Look(query, limit, ct)).TryGet(out var view, out var refusal))
        {
            return refusal;
        }

        var page = await view.Order.Page(view.Rows, view.Descending, view.Mark, limit, Read, ct);
        var unitIds = page.Items.Select(r => r.UnitId).Distinct().ToList();
        var names = await db.Set<OrgUnit>().Where(u => EF.Parameter(unitIds).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Name, ct);
        return new Listing<Item>(
            [.. page.Items.Select(r => new Item(r.Id, r.Number, r.Name, r.CreditCode, r.Tier, r.UnitId, names[r.UnitId], r.Phone, r.Trailing12RevenueFen, r.Trailing12GrossProfitFen, r.RevenueChangeFen, r.Completeness, r.UpdatedAt, r.Active))],
            page.Next) { PreviousCursor = page.Previous };
    }

    /// <summary>How many there are, counted no further than one beyond <paramref name="most"/>.</summary>
    public async Task<int> Count(Query query, CancellationToken ct, int most = MostCounted) =>
        db.Scope.Width == ScopeWidth.Wide && !(query with { Tier = null }).Filtered && Enum.TryParse<CustomerTier>(query.Tier ?? nameof(CustomerTier.Large), ignoreCase: true, out var tier)
            ? await CountWide(query.Tier is null ? null : tier, most, ct)
            : (await Look(query with { Cursor = null, Sort = null }, most, ct)).TryGet(out var view, out _) ? await view.Rows.Count(most, ct) : 0;

    /// <remarks>A subsidiary's customers lie scattered over every order, and to look for the first thousand is to read twenty thousand. So they are counted unit by unit, past the filter, whose two halves are told here one after the other.</remarks>
    private async Task<int> CountWide(CustomerTier? tier, int most, CancellationToken ct)
    {
        var (user, unit, now) = (db.Scope.UserId, db.Scope.UnitId, db.UtcNow);
        var units = PathRange.Of(db.Scope).Of(db).Select(u => u.Id);
        var customers = db.Set<Customer>().IgnoreQueryFilters([CrmDb.ScopeFilter]);
        customers = tier is { } only ? customers.Where(c => c.Tier == only) : customers;
        var count = await customers.Where(c => units.Contains(c.UnitId)).Take(most + 1).CountAsync(ct);
        if (count <= most)
        {
            var granted = db.Set<CustomerGrant>().Where(g => (g.UserId == user || g.UnitId == unit) && (g.Until == null || g.Until > now)).Select(g => g.CustomerId);
            count += await customers.Where(c => granted.Contains(c.Id) && !units.Contains(c.UnitId)).Take(most + 1 - count).CountAsync(ct);
        }

        return count;
    }

    /// <summary>All rows of a view in its order, batch by batch: each is a query of its own, so that nothing is held in between and a reader who leaves ends it.</summary>
    public async Task<Result<Whole>> All(Query query, CancellationToken ct)
    {
        if (!(await Look(query with { Cursor = null }, int.MaxValue, ct)).TryGet(out var view, out var refusal))
        {
            return refusal;
        }

        return new Whole(Batches(view, ct));
    }

    private async IAsyncEnumerable<IReadOnlyList<Customer>> Batches(View view, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        const int Batch = 1_000;
        for (Mark? mark = null; ;)
        {
            var page = await view.Order.Page(view.Rows.Rows, view.Descending, mark, Batch, Read, ct); // Walked to its end, however far.
            var ids = page.Items.Select(r => r.Id).ToList();
            var customers = await db.Set<Customer>().AsNoTracking().Where(c => EF.Parameter(ids).Contains(c.Id)).ToDictionaryAsync(c => c.Id, ct);
            yield return [.. ids.Where(customers.ContainsKey).Select(id => customers[id])];
            if (page.Next is null)
            {
                yield break;
            }

            mark = view.Order.At(page.Items[^1], view.Descending, back: false);
        }
    }

    private async Task<Result<View>> Look(Query query, int wanted, CancellationToken ct)
    {
        var sort = query.Sort ?? "name";
        if (Orders.FirstOrDefault(o => o.Name == sort.TrimStart('-') && sort.Length - o.Name.Length <= 1) is not { } order)
        {
            return new Refusal.Invalid("customer.sort_unknown", nameof(Query.Sort));
        }

        if (!Mark.TryRead(query.Cursor, sort, out var mark))
        {
            return new Refusal.Invalid("common.cursor_invalid", nameof(Query.Cursor));
        }

        if (!(await CustomerConditions.Of(db, query, ct)).TryGet(out var conditions, out var refusal))
        {
            return refusal;
        }

        IReadOnlyList<long>? found = null;
        var rows = db.Set<Customer>().AsNoTracking();
        if (!string.IsNullOrWhiteSpace(query.Q))
        {
            (found, var words) = await CustomerSearch.Matching(db, query.Q, ct);
            conditions.AddRange(words);
        }

        var all = db.Set<Customer>().IgnoreQueryFilters().AsNoTracking();
        var way = await Way.To(db, rows, all, conditions, sort, wanted, () => all.OrderByDescending(c => c.Id).Select(c => c.Id).FirstOrDefaultAsync(ct), found, ct);
        return new View(way, order, sort[0] == '-', mark);
    }

    internal static IQueryable<Row> Read(IQueryable<Customer> customers) => customers.Select(c => new Row(
        c.Id, c.Number, c.Name, c.CreditCode, c.Tier, c.UnitId, c.Phone, c.Trailing12RevenueFen, c.Trailing12GrossProfitFen, c.RevenueChangeFen, c.Completeness, c.UpdatedAt, c.Active));

    /// <summary>The place in a sort order behind one customer.</summary>
    internal static string CursorAfter(string sort, string name, long number, long id) => new Mark(sort, name, number, id).ToCursor();

    public static async Task<IResult> Get([AsParameters] Query query, ListCustomers useCase, CancellationToken ct) =>
        (await useCase.Run(query, ct)).Answer(list => TypedResults.Ok(list));
}
