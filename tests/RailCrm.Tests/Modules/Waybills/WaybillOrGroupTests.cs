using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Lists;

namespace RailCrm.Tests.Modules.Waybills;

/// <summary>Filters of random or-groups, against plain code over the same lines.</summary>
public sealed class WaybillOrGroupTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Any_filter_with_or_groups_keeps_what_plain_code_keeps_of_the_same_lines(Engine engine)
    {
        await using var app = await WaybillListTests.Filled(engine);
        var known = (await WaybillListTests.Filters(app)).Select(f => (Asked: Uri.UnescapeDataString(f.Query.StartsWith("filter=", StringComparison.Ordinal) ? f.Query["filter=".Length..] : f.Query), f.Keeps))
            .Where(f => !f.Asked.StartsWith("q=", StringComparison.Ordinal) && f.Asked.IndexOfAny([';', '&']) < 0).ToArray();
        var random = new Random(23);
        var several = 0;
        foreach (var user in new[] { "group", "north", "s1" })
        {
            var actor = await app.ActorOf(user);
            var seen = await app.In(actor, async db => (await db.Set<WaybillLine>().AsNoTracking().ToListAsync(Ct)).Join(await db.Set<Customer>().AsNoTracking().ToListAsync(Ct), w => w.CustomerId, c => c.Id, (w, c) => (w, c)).ToList());
            foreach (var _ in Enumerable.Range(0, 40))
            {
                var groups = Enumerable.Range(0, 1 + random.Next(3)).Select(_ => random.GetItems(known, 1 + random.Next(3))).ToList();
                if (user != "s1" && groups.Exists(g => g.Any(c => c.Asked.StartsWith("mine=", StringComparison.Ordinal))))
                {
                    continue; // Customers of their own only managers have.
                }

                var filter = string.Join(';', groups.Select(g => string.Join('|', g.Select(c => c.Asked))));
                var sort = random.GetItems(["date", "-date"], 1)[0];
                var expected = seen.Where(r => groups.TrueForAll(g => g.Any(c => c.Keeps(r.w, r.c)))).Select(r => r.w).OrderBy(w => w.Date).ThenBy(w => w.Id).Select(w => w.Id).ToList();
                expected = sort[0] == '-' ? [.. Enumerable.Reverse(expected)] : expected;
                var view = WaybillListTests.Viewed($"filter={Uri.EscapeDataString(filter)}&sort={sort}") with { Limit = 1_000 };

                var read = await app.With<WaybillList, Result<LinePage>>(actor, l => app.In(actor, db => l.Read(db, view, [], Ct)));

                Assert.True(read.TryGet(out var page, out var refusal), $"{user} {filter}: {refusal?.Code}");
                Assert.True(expected.SequenceEqual(page.Lines.Select(l => l.Id)), $"{user} {filter} {sort}: {page.Lines.Count} instead of {expected.Count}");
                Assert.Equal(expected.Count, await app.With<WaybillList, int>(actor, l => app.In(actor, db => l.Count(db, view, 1_000, Ct))));
                several += expected.Count > 1 && expected.Count < seen.Count ? 1 : 0;
            }
        }

        Assert.True(several > 40, $"Only {several} filters kept some and not all.");
    }
}
