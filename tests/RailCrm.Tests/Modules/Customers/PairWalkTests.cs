using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Lists;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>A page of pairs that no index tells goes only so far; the next goes on there.</summary>
public sealed class PairWalkTests
{
    private static readonly Actor System = Actor.System("test");

    private static readonly Order<DuplicatePair, DuplicatePair> ByScore = Order<DuplicatePair, DuplicatePair>.ByNumber("score", p => p.Score, n => (int)n, p => (p.Score, p.Id));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Twelve customers, each likely every other; sixty-six pairs of mixed likeness and two sets of reasons.</summary>
    private static Task<List<long>> Fill(CrmApp app) => app.In(System, async db =>
    {
        var unit = await db.Set<OrgUnit>().Where(u => u.Code == "N1").Select(u => u.Id).SingleAsync(Ct);
        List<Customer> customers = [.. Enumerable.Range(0, 12).Select(n => new Customer { Name = $"公司{n}", UnitId = unit, Number = $"W{n}", CreatedAt = db.UtcNow, UpdatedAt = db.UtcNow })];
        customers.ForEach(c => CustomerRules.Apply(new() { Name = c.Name }, c, c.UnitId, db.UtcNow));
        db.AddRange(customers);
        await db.SaveChangesAsync(Ct);
        db.AddRange(PairSearch.Pairs(customers).Select((p, n) => new DuplicatePair { FirstId = p.First.Id, SecondId = p.Second.Id, Score = 50 + (n * 7 % 20), Reasons = n % 2 == 0 ? "name" : "name,phone", Fingerprint = "x", FoundAt = db.UtcNow }));
        await db.SaveChangesAsync(Ct);
        return customers.ConvertAll(c => c.Id);
    });

    [Theory, InlineData(Engine.Sqlite, 1), InlineData(Engine.Postgres, 1), InlineData(Engine.Sqlite, 2), InlineData(Engine.Postgres, 2)]
    public async Task Short_pages_lead_to_all_that_is_asked_for_in_order_and_back(Engine engine, int indexes)
    {
        await using var app = await CrmApp.Start(engine);
        var last = (await Fill(app))[^1];
        await app.In(System, async db =>
        {
            var open = db.Set<DuplicatePair>().AsNoTracking().Where(p => p.DismissedAt == null);
            IQueryable<DuplicatePair>[] walked = indexes == 1 ? [open] : [open.Where(p => p.Reasons == "name"), open.Where(p => p.Reasons == "name,phone")];
            var parts = walked.Select(w => new Part<DuplicatePair>(w.Where(p => p.SecondId == last), w)).ToList();
            var asked = await open.Where(p => p.SecondId == last).OrderByDescending(p => p.Score).ThenByDescending(p => p.Id).Select(p => p.Id).ToListAsync(Ct);
            var walk = new PairWalk<DuplicatePair>(ByScore);

            var (forth, page) = (new List<List<long>>(), await walk.Page(parts, null, 2, Ct, most: 10));
            forth.Add(page.Items.ConvertAll(p => p.Id));
            Assert.Null(page.Previous);
            while (page.Next is { } next)
            {
                Assert.True(Mark.TryRead(next, "-score", out var mark));
                page = await walk.Page(parts, mark, 2, Ct, most: 10);
                forth.Add(page.Items.ConvertAll(p => p.Id));
                Assert.InRange(forth.Count, 1, 66);
            }

            Assert.Equal(asked, forth.SelectMany(p => p));
            Assert.Contains(forth[..^1], p => p.Count < 2); // It did stop on the way.

            var back = new List<List<long>> { forth[^1] };
            while (page.Previous is { } previous)
            {
                Assert.True(Mark.TryRead(previous, "-score", out var mark));
                page = await walk.Page(parts, mark, 2, Ct, most: 10);
                Assert.NotNull(page.Next);
                back.Insert(0, page.Items.ConvertAll(p => p.Id));
                Assert.InRange(back.Count, 1, 66);
            }

            Assert.Equal(asked, back.SelectMany(p => p));
            return 0;
        });
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_page_that_is_full_in_time_is_the_first_of_all(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Fill(app);
        await app.In(System, async db =>
        {
            var open = db.Set<DuplicatePair>().AsNoTracking().Where(p => p.DismissedAt == null);
            var first = await open.OrderByDescending(p => p.Score).ThenByDescending(p => p.Id).Select(p => p.Id).Take(20).ToListAsync(Ct);

            var page = await new PairWalk<DuplicatePair>(ByScore).Page([new(open.Where(p => p.Reasons == "name"), open.Where(p => p.Reasons == "name")), new(open.Where(p => p.Reasons != "name"), open.Where(p => p.Reasons != "name"))], null, 20, Ct);

            Assert.Equal(first, page.Items.Select(p => p.Id));
            return 0;
        });
    }
}
