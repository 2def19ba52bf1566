using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Lists;
using static RailCrm.Tests.Platform.CustomFieldTests;

namespace RailCrm.Tests.Platform;

/// <summary>Sums of the group's own figures, below lists and in their groups.</summary>
public sealed class OwnSumTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<string> Page(HttpClient browser, string path) => WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri(path, UriKind.Relative), Ct));

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Customers_groups_and_page_totals_sum_own_figures_for_every_width_of_scope(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Define(app, CustomKind.Money, "保证金");
        await Define(app, CustomKind.Number, "系数", f => f.Indexed = false);
        foreach (var (who, name, money, number) in new[] { ("n1", "甲公司", "100.25", "-0.5"), ("n1", "乙公司", null, "2.25"), ("s1", "丙公司", "7", null), ("s1", "丁公司", "90000000000000", "90000000000000") })
        {
            await Saved(app, who, name, new() { ["x_baozhengjin"] = money, ["x_xishu"] = number });
        }

        foreach (var (user, query, expected) in new[]
        {
            ("group", "", "2: 10025 17500 | 2: 9000000000000700 900000000000000000"), ("north", "", "2: 10025 17500"), ("n1", "", "2: 10025 17500"), ("s1", "q=丙", "1: 700 0"), ("group", "tier=prospective", "2: 10025 17500 | 2: 9000000000000700 900000000000000000"),
        })
        {
            var actor = await app.ActorOf(user);
            var list = new CustomerList(app.Services.GetRequiredService<CustomFields>(), new() { Actor = actor });
            Assert.True(View.TryRead(list, Query(query), out var view));
            Assert.True((await app.In(actor, db => list.Groups(db, view, list.Find("unit")!, Ct))).TryGet(out var groups, out var refusal), refusal?.Code);
            Assert.Equal(["revenue", "profit", "weight", "x_baozhengjin", "x_xishu"], list.Summed(view).Select(f => f.Key));
            Assert.Equal(expected, string.Join(" | ", groups.OrderBy(g => g.Sums[3]).Select(g => $"{g.Count}: {g.Sums[3]} {g.Sums[4]}")));
        }

        using var browser = await app.SignedIn("n1");
        var table = await Page(browser, "/customers?view=all&columns=name,x_baozhengjin,x_xishu");
        Assert.Contains(">1.75</td>", table, StringComparison.Ordinal);
        Assert.Contains(">1.75</td>", await Page(browser, "/customers?view=all&layout=groups&group=unit"), StringComparison.Ordinal);
        Assert.Contains("1.75", await Page(browser, "/customers?view=all&layout=chart&group=unit&measure=x_xishu"), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Waybill_groups_and_the_total_of_a_view_sum_own_figures_whatever_they_are_told_by(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Define(app, CustomKind.Money, "押金", list: "waybills");
        var n1 = await app.ActorOf("n1");
        var (a, b) = (await Saved(app, "n1", "甲公司", []), await Saved(app, "n1", "乙公司", []));
        foreach (var (no, customer, month, deposit) in new[] { ("1", a, 1, "10.5"), ("2", a, 2, null), ("3", b, 2, "1") })
        {
            var saved = await app.With<SaveWaybill, Result<long>>(n1, s => s.Run(null, null, new() { ExternalNo = no, Customer = customer.Number, Date = new DateOnly(2026, month, 5), RevenueFen = 100, Custom = deposit is null ? null : new() { ["x_yajin"] = deposit } }, Ct));
            Assert.True(saved.TryGet(out _, out var refusal), refusal is Refusal.InvalidMany many ? string.Join(' ', many.Errors) : refusal?.Code);
        }

        foreach (var user in new[] { "group", "north", "n1" })
        {
            var actor = await app.ActorOf(user);
            foreach (var (by, expected) in new[] { ("month", "2026-01: 1050 | 2026-02: 100"), ("customer", $"{a.Id}: 1050 | {b.Id}: 100"), ("source", "manual: 1150") })
            {
                var told = await app.With<WaybillList, string>(actor, async list => await app.With<CrmDb, string>(actor, async db =>
                {
                    Assert.True(View.TryRead(list, Query(""), out var view));
                    Assert.True((await list.Groups(db, view, list.Find(by)!, Ct)).TryGet(out var groups, out var refusal), refusal?.Code);
                    return string.Join(" | ", groups.OrderBy(g => g.Asked, StringComparer.Ordinal).Select(g => $"{g.Asked}: {g.Sums[^1]}"));
                }));
                Assert.Equal(expected, told);
            }
        }

        using var browser = await app.SignedIn("n1");
        var page = await Page(browser, $"/waybills?view=all&customer={a.Id}&columns=externalNo,revenue,x_yajin");
        Assert.Equal(3, Regex.Count(page, @">\s*10\.50\s*<")); // The cell, the page's total and the view's.
    }

    private static Dictionary<string, string?> Query(string query) => query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(q => q.Split('=', 2)).ToDictionary(q => q[0], q => (string?)q[1]);
}
