using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Lists;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>The list as a board by a field of one's choice, and as groups that unfold in place.</summary>
public sealed class BoardTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<string> Page(HttpClient browser, string path) => WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri(path, UriKind.Relative), Ct));

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Cards_move_where_the_field_is_changed_ask_for_a_reason_where_that_takes_one_and_stay_where_they_are_only_shared(Engine engine)
    {
        await using var app = await CustomerListScene.Filled(engine);
        var actor = await app.ActorOf("north");
        var seen = await app.In(actor, db => db.Set<Customer>().AsNoTracking().ToListAsync(Ct));
        var fixedOnes = await app.In(actor, db => CustomerListScene.List.Fixed(db, [.. seen.Select(c => c.Id)], Ct));
        var (own, shared) = (seen.First(c => !fixedOnes.Contains(c.Id)), seen.First(c => fixedOnes.Contains(c.Id)));
        using var north = await app.SignedIn("north");

        var tiers = await Page(north, $"/customers?layout=board&id={own.Id}");
        Assert.Contains($"<form method=\"get\" action=\"/customers/{own.Id}/tier\"", tiers, StringComparison.Ordinal);
        Assert.Contains("<option value=\"Small\" selected", await Page(north, $"/customers/{own.Id}/tier?value=small"), StringComparison.Ordinal);
        var kinds = await Page(north, $"/customers?layout=board&group=kind&id={own.Id}");
        Assert.Contains($"action=\"/lists/customers/rows/{own.Id}\"", kinds, StringComparison.Ordinal);
        Assert.Matches("<optgroup label=\"卡片可移动\">.*value=\"kind\".*<optgroup label=\"只供查看\">.*value=\"unit\"", kinds.ReplaceLineEndings(""));
        Assert.DoesNotContain("/lists/customers/rows/", await Page(north, $"/customers?layout=board&group=unit&id={own.Id}"), StringComparison.Ordinal);
        var others = await Page(north, $"/customers?layout=board&group=kind&id={shared.Id}");
        Assert.Contains($"data-id=\"{shared.Id}\"", others, StringComparison.Ordinal);
        Assert.DoesNotContain("/lists/customers/rows/", others, StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Groups_unfold_to_their_first_rows_or_to_the_groups_of_a_second_field_with_their_own_sums(Engine engine)
    {
        await using var app = await CustomerListScene.Filled(engine);
        foreach (var user in new[] { "group", "north" })
        {
            var seen = await app.In(await app.ActorOf(user), db => db.Set<Customer>().AsNoTracking().ToListAsync(Ct));
            using var browser = await app.SignedIn(user);
            var large = seen.Where(c => c.Tier == CustomerTier.Large).ToList();

            var folded = await Page(browser, "/customers?layout=groups&group=tier");
            var rows = await Page(browser, "/customers?layout=groups&group=tier&open=%3Dlarge");
            var parts = await Page(browser, "/customers?layout=groups&group=tier&then=active");
            Assert.DoesNotContain("rc-within", folded, StringComparison.Ordinal);
            Assert.DoesNotContain("data-target=\"columns\"", folded, StringComparison.Ordinal); // Columns are not what groups show.
            Assert.Equal((user, Math.Min(10, large.Count)), (user, Regex.Count(rows, "<tr class=\"rc-within\" data-id=")));
            Assert.Equal(large.Count > 10, rows.Contains($">全部 {large.Count} 条</a>", StringComparison.Ordinal));
            var expected = seen.GroupBy(c => (c.Tier, c.Active)).ToList();
            Assert.Equal((user, expected.Count), (user, Regex.Count(parts, "<tr class=\"rc-within\"")));
            foreach (var part in expected)
            {
                var sum = (part.Sum(c => c.Trailing12RevenueFen) / 100m).ToString("#,0.00", CultureInfo.InvariantCulture);
                Assert.Matches($"<tr class=\"rc-within\"><th[^>]*><a href=\"[^\"]*tier={part.Key.Tier.ToString()[..1].ToLowerInvariant()}[^\"]*active={(part.Key.Active ? "true" : "false")}[^\"]*\">[^<]*</a></th><td[^>]*>{part.Count()}</td><td[^>]*>{Regex.Escape(sum)}</td>", parts);
            }

            Assert.DoesNotContain("rc-within", await Page(browser, "/customers?layout=groups&group=tier&then=active&open=-"), StringComparison.Ordinal);
        }
    }
}
