using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Customers;

/// <summary>The contacts in the bin as the API tells them, latest first unless asked otherwise.</summary>
internal sealed class ListContactBin(CrmDb db, ContactBinList list, Dependants dependants)
{
    /// <summary>The view.</summary>
    /// <param name="Cursor">Where the page begins, as an earlier answer gave it.</param>
    /// <param name="Limit">Rows of a page, at most 200; with <paramref name="Dependants"/> at most 20.</param>
    /// <param name="Sort">deleted, with a dash before it for descending.</param>
    /// <param name="Filter">In the lists' own words: <c>deleted&gt;=2026-04-01;by=7</c>.</param>
    /// <param name="Q">What the list's search takes.</param>
    /// <param name="Dependants">Whether to tell what hangs on each.</param>
    public sealed record Query(string? Cursor = null, int Limit = 50, string? Sort = null, string? Filter = null, string? Q = null, bool Dependants = false)
    {
        /// <summary>What holds, by its name in the address.</summary>
        public IEnumerable<KeyValuePair<string, string?>> Fields() => new Dictionary<string, string?> { ["q"] = Q, ["filter"] = Filter, ["sort"] = Sort, ["cursor"] = Cursor, ["limit"] = Math.Max(1, Limit).ToString(CultureInfo.InvariantCulture) };
    }

    /// <summary>A contact in the bin.</summary>
    public sealed record Item(long Id, long CustomerId, string? CustomerName, string Name, string? Title, string? Mobile, string? Phone, string? Email, DateTime DeletedAt, long? DeletedBy, string? DeletedByName, int Version, IReadOnlyList<Dependants.Item>? Dependants);

    /// <summary>One page.</summary>
    public async Task<Result<Listing<Item>>> Run(Query query, CancellationToken ct)
    {
        if (!View.TryRead(list, query.Fields(), out var view))
        {
            return new Refusal.InvalidMany([new("filter", "list.filter_wrong")]);
        }

        if (!(await list.Read(db, query.Dependants ? view with { Limit = Math.Min(view.Limit, Dependants.MostRows) } : view, [list.Find("customer")!, list.Find("by")!], ct)).TryGet(out var page, out var refusal))
        {
            return refusal;
        }

        var ids = page.Lines.Select(l => l.Id).ToList();
        var rows = await db.Set<Contact>().IgnoreQueryFilters([CrmDb.BinFilter]).AsNoTracking().Where(k => EF.Parameter(ids).Contains(k.Id) && k.DeletedAt != null).ToDictionaryAsync(k => k.Id, k => db.Actor.Fields.Cover("contacts", k), ct);
        var items = new List<Item>();
        foreach (var k in ids.Where(rows.ContainsKey).Select(id => rows[id]))
        {
            items.Add(new(
                k.Id, k.CustomerId, page.Names["customer"].GetValueOrDefault(k.CustomerId), k.Name, k.Title, k.Mobile, k.Phone, k.Email, k.DeletedAt!.Value, k.DeletedBy, page.Names["by"].GetValueOrDefault(k.DeletedBy ?? 0), k.Version,
                query.Dependants ? await dependants.Of("contacts", k.Id, ct) : null));
        }

        return new Listing<Item>(items, page.Next) { PreviousCursor = page.Previous };
    }

    public static async Task<IResult> Get([AsParameters] Query query, ListContactBin useCase, CancellationToken ct) => (await useCase.Run(query, ct)).Answer(page => TypedResults.Ok(page));
}
