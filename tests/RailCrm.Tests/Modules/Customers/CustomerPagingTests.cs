using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Http;
using RailCrm.Platform.Lists;
using static RailCrm.Tests.Modules.Customers.CustomerListScene;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>The way through the list of customers: forth, back, given up and taken up again, from record to record.</summary>
public sealed class CustomerPagingTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_record_knows_its_neighbours_in_the_view_that_led_to_it(Engine engine)
    {
        await using var app = await Filled(engine);
        var actor = await app.ActorOf("north");
        foreach (var query in new[] { "", "sort=-revenue", "tier=large&sort=change", "q=东方" })
        {
            var view = Seen(query);
            var ids = new List<long>();
            await app.In(actor, async db =>
            {
                await foreach (var batch in List.Ids(db, view, Ct))
                {
                    ids.AddRange(batch);
                }

                return 0;
            });
            Assert.NotEmpty(ids);
            for (var n = 0; n < ids.Count; n += n is 0 or 1 ? 1 : 23)
            {
                Assert.Equal((n == 0 ? null : ids[n - 1], n == ids.Count - 1 ? null : ids[n + 1]), await app.In(actor, db => List.Beside(db, view, ids[n], Ct)));
            }
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Paging_forth_and_back_meets_every_row_once_in_every_order(Engine engine)
    {
        await using var app = await Filled(engine);
        foreach (var (user, order) in from u in new[] { "group", "north" } from turn in Turns(engine) where u == "group" || turn.Order.Name is "name" or "change" select (u, turn.Descending ? "-" + turn.Order.Name : turn.Order.Name))
        {
            using var api = await app.Api(user);
            var actor = await app.ActorOf(user);
            var (forth, back, cursor) = (new List<long[]>(), new List<long[]>(), (string?)"");
            JsonElement page = default;
            while (cursor is not null)
            {
                page = await api.GetFromJsonAsync<JsonElement>($"/api/v1/customers?limit=60&sort={order}&cursor={cursor}", Ct);
                forth.Add([.. page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetInt64())]);
                cursor = page.GetProperty("nextCursor").GetString();
            }

            back.Add(forth[^1]);
            while (page.TryGetProperty("previousCursor", out var previous))
            {
                page = await api.GetFromJsonAsync<JsonElement>($"/api/v1/customers?limit=60&sort={order}&cursor={previous.GetString()}", Ct);
                back.Insert(0, [.. page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetInt64())]);
            }

            var rows = forth.SelectMany(p => p).ToList();
            Assert.Equal(await app.In(actor, db => db.Set<Customer>().CountAsync(Ct)), rows.Distinct().Count());
            Assert.Equal(rows.Count, rows.Distinct().Count());
            Assert.Equal(forth, back);
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_walk_that_is_given_up_and_gathered_instead_shows_the_same_pages(Engine engine)
    {
        await using var app = await Filled(engine);
        await app.In(System, async db =>
        {
            IQueryable<Customer> Kept() => db.Set<Customer>().AsNoTracking().Where(c => c.RegionCode != null && c.IndustryCode != null);
            foreach (var (order, descending) in Turns(engine))
            {
                var (gathered, pages) = (0, 0);
                IQueryable<Customer> Counted(IQueryable<Customer> rows)
                {
                    gathered++;
                    return rows;
                }

                Task<List<long>> All(Func<Found<Customer>> found, bool back) => Through(order, descending, Kept(), found, back, () => pages++);

                // Every other page there are more rows than the walk would still have to pass: it goes on.
                Found<Customer> Short() => new(Kept(), most => Task.FromResult(most < int.MaxValue && pages % 2 == 1 ? null : (IQueryable<Customer>?)Counted(Kept())), db.Set<Customer>().IgnoreQueryFilters().AsNoTracking()) { Far = 9 };
                var expected = await All(() => new(Kept()), back: false);
                Assert.Equal(await Kept().CountAsync(Ct), expected.Count);
                pages = 0;
                Assert.Equal(expected, await All(Short, back: false));
                Assert.InRange(gathered, 1, pages - 1);
                Assert.Equal(Enumerable.Reverse(expected), await All(Short, back: true));
            }

            return 0;
        });
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Pages_put_together_from_parts_are_those_of_one_walk(Engine engine)
    {
        await using var app = await Filled(engine);
        await app.In(System, async db =>
        {
            IQueryable<Customer> Rows() => db.Set<Customer>().AsNoTracking();
            IQueryable<Customer> Every() => db.Set<Customer>().IgnoreQueryFilters().AsNoTracking();
            foreach (var (order, descending) in Turns(engine))
            {
                // A third is kept: of nine rows too few for a page, and the walk is given up. All of either part is.
                Found<Customer> Parted() => new(Rows().Where(c => c.Id % 3 == 0), _ => throw new InvalidOperationException("Gathered, though each part has enough."), Every())
                {
                    Far = 9, Parts = [new(Rows().Where(c => c.Id % 6 == 0), Every().Where(c => c.Id % 6 == 0 && c.DeletedAt == null)), new(Rows().Where(c => c.Id % 6 == 3), Every().Where(c => c.Id % 6 == 3 && c.DeletedAt == null))],
                };
                Task<List<long>> All(Func<Found<Customer>> found, bool back) => Through(order, descending, Rows().Where(c => c.Id % 3 == 0), found, back, () => { });

                var expected = await All(() => new(Rows().Where(c => c.Id % 3 == 0)), back: false);

                Assert.True(expected.Count > 50);
                Assert.Equal(expected, await All(Parted, back: false));
                Assert.Equal(Enumerable.Reverse(expected), await All(Parted, back: true));
            }

            return 0;
        });
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Pages_of_a_wide_scope_read_by_its_units_are_those_of_one_walk(Engine engine)
    {
        await using var app = await Filled(engine);
        await app.In(System, async db =>
        {
            IQueryable<Customer> Rows() => db.Set<Customer>().AsNoTracking();
            IQueryable<Customer> Own() => Rows().Where(c => c.Id % 4 != 0);
            IQueryable<Customer> Kept() => Rows().Where(c => (c.Id % 4 != 0 || c.Id % 10 == 0) && c.Id % 2 == 0 && c.Id % 3 != 0);
            var expectedCount = await Kept().CountAsync(Ct);
            foreach (var (order, descending) in Turns(engine))
            {
                var gathered = 0;
                Found<Customer> Wide(int far, int tested, bool tellsAll, bool tellsOrder) => new(Kept(), _ => Task.FromResult((IQueryable<Customer>?)Counted()), Rows())
                {
                    Far = far,
                    Told = new(tellsAll ? Own().Where(c => c.Id % 2 == 0 && c.Id % 3 != 0) : Own().Where(c => c.Id % 2 == 0), tellsAll, _ => tellsOrder, Own().Where(c => c.Id % 2 == 0 && c.Id % 3 != 0), ids => Kept().Where(c => EF.Parameter(ids).Contains(c.Id)))
                    {
                        Shared = Rows().Where(c => c.Id % 10 == 0).Select(c => c.Id), MostTested = tested, MostPassed = far * 2,
                    },
                };
                IQueryable<Customer> Counted()
                {
                    gathered++;
                    return Kept();
                }

                var expected = await Through(order, descending, Kept(), () => new(Kept()), back: false, () => { });
                Assert.True(expected.Count > 40);
                foreach (var (far, tested, tellsAll, tellsOrder, gathers) in new[] { (9, 0, true, true, false), (9, 6_000, false, true, false), (5, 20, false, true, true), (3, 0, true, false, true), (40, 6_000, false, true, false) })
                {
                    gathered = 0;
                    Found<Customer> Found() => Wide(far, tested, tellsAll, tellsOrder);
                    Assert.Equal(expected, await Through(order, descending, Kept(), Found, back: false, () => { }));
                    Assert.Equal(Enumerable.Reverse(expected), await Through(order, descending, Kept(), Found, back: true, () => { }));
                    Assert.True(gathers || gathered == 0, "What the index by unit tells was looked for elsewhere.");
                }
            }

            Assert.Equal(expectedCount, await new Found<Customer>(Kept())
            {
                Told = new(Own().Where(c => c.Id % 2 == 0 && c.Id % 3 != 0), true, _ => true, Kept(), _ => Kept()) { Others = Kept().Where(c => c.Id % 4 == 0) },
            }.Count(1_000, Ct));
            return 0;
        });
    }

    /// <summary>Each order on either database, once ascending and once descending; each walk compiles dozens of queries.</summary>
    private static IEnumerable<(Order<Customer, Line> Order, bool Descending)> Turns(Engine engine) => List.Orders.Select((o, n) => (o, (n % 2 == 0) == (engine == Engine.Sqlite)));

    /// <summary>All ids of an order in pages of four, from its end where it goes back.</summary>
    private static async Task<List<long>> Through(Order<Customer, Line> order, bool descending, IQueryable<Customer> rows, Func<Found<Customer>> found, bool back, Action paged)
    {
        var (ids, mark) = (new List<long>(), (RailCrm.Platform.Lists.Mark?)null);
        if (back)
        {
            var last = (await order.Page(rows, !descending, null, 1, List.Selected(order.Name, []), Ct)).Items[0];
            mark = order.At(last, descending, back: true);
            ids.Add(last.Id);
        }

        for (string? cursor = ""; cursor is not null;)
        {
            var page = await order.Page(found(), descending, mark, 4, List.Selected(order.Name, []), Ct);
            ids.AddRange(back ? page.Items.Select(r => r.Id).Reverse() : page.Items.Select(r => r.Id));
            cursor = back ? page.Previous : page.Next;
            Assert.True(RailCrm.Platform.Lists.Mark.TryRead(cursor, descending ? "-" + order.Name : order.Name, out mark));
            paged();
        }

        return ids;
    }
}
