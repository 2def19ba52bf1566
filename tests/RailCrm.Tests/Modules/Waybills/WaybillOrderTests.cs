using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Lists;
using RailCrm.Tests.Platform;

namespace RailCrm.Tests.Modules.Waybills;

/// <summary>Orders of the waybill list that no index brings: of few lines, and refused of many.</summary>
public sealed class WaybillOrderTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static readonly Dictionary<string, Func<WaybillLine, IComparable>> Keys = new()
    {
        ["externalNo"] = w => new Text(w.ExternalNo), ["service"] = w => new Text(w.Service), ["mode"] = w => new Text(w.Mode), ["goods"] = w => new Text(w.Commodity), ["commodity"] = w => new Text(w.CommodityCategory), ["origin"] = w => new Text(w.Origin),
        ["destination"] = w => new Text(w.Destination), ["wagons"] = w => w.Wagons, ["containers"] = w => w.Containers, ["weight"] = w => w.WeightKg, ["revenue"] = w => w.RevenueFen, ["cost"] = w => w.CostFen, ["profit"] = w => w.RevenueFen - w.CostFen, ["contract"] = w => new Text(w.ContractNo),
    };

    /// <summary>As both engines compare: by code points, what is not known first.</summary>
    private sealed record Text(string? Value) : IComparable
    {
        public int CompareTo(object? obj) => string.CompareOrdinal(Value ?? "", ((Text)obj!).Value ?? "");
    }

    private static async Task<List<long>> Walk(HttpClient api, string query, bool back = false, int limit = 37)
    {
        var (pages, cursor, last) = (new List<List<long>>(), (string?)"", default(JsonElement));
        for (; cursor is not null; cursor = last.GetProperty("nextCursor").GetString())
        {
            last = await api.GetFromJsonAsync<JsonElement>($"/api/v1/waybills?limit={limit}&{query}&cursor={cursor}", Ct);
            pages.Add([.. last.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetInt64())]);
        }

        for (var at = pages.Count - 2; back && at >= 0; at--)
        {
            last = await api.GetFromJsonAsync<JsonElement>($"/api/v1/waybills?limit={limit}&{query}&cursor={last.GetProperty("previousCursor").GetString()}", Ct);
            Assert.Equal(pages[at], last.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetInt64()));
        }

        return [.. pages.SelectMany(p => p)];
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Few_lines_come_in_any_order_forth_and_back_in_the_api_the_export_and_along_the_view(Engine engine)
    {
        await using var app = await WaybillListTests.Filled(engine);
        Assert.Equal(Keys.Keys.Order(StringComparer.Ordinal), new WaybillList().Fields.Where(f => f.IsSortedNear).Select(f => f.Key).Order(StringComparer.Ordinal));
        var customer = await app.In(System, db => db.Set<Customer>().OrderBy(c => c.Id).Select(c => c.Id).FirstAsync(Ct));
        foreach (var (user, asked, keeps) in new (string, string, Func<WaybillLine, bool>)[] { ("group", $"customer={customer}", w => w.CustomerId == customer), ("s1", "", _ => true) })
        {
            var actor = await app.ActorOf(user);
            var seen = (await app.In(actor, db => db.Set<WaybillLine>().AsNoTracking().ToListAsync(Ct))).Where(keeps).ToList();
            Assert.True(seen.Count > 60);
            using var api = await app.Api(user);
            foreach (var (key, of) in Keys)
            {
                List<long> up = [.. seen.OrderBy(of).ThenBy(w => w.Id).Select(w => w.Id)], down = [.. seen.OrderByDescending(of).ThenByDescending(w => w.Id).Select(w => w.Id)];

                Assert.Equal(up, await Walk(api, $"{asked}&sort={key}", back: key is "revenue" or "origin"));
                Assert.Equal(down, await Walk(api, $"{asked}&sort=-{key}", back: key is "profit" or "contract"));

                var view = WaybillListTests.Viewed($"{asked}&sort=-{key}");
                Assert.Equal((down[3], down[5]), await app.With<WaybillList, (long?, long?)>(actor, l => app.In(actor, db => l.Beside(db, view, down[4], Ct))));
                Assert.True((await app.With<ListWaybills, Result<List<long>>>(actor, async l =>
                    (await l.All(view, Ct)).TryGet(out var all, out var refusal) ? (await all.Batches.ToListAsync(Ct)).SelectMany(b => b).Select(b => b.Line.Id).ToList() : refusal)).TryGet(out var whole, out _));
                Assert.Equal(down, whole);
            }
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Too_many_lines_for_an_order_are_refused_by_its_name_and_shown_by_day_with_a_word_on_the_page(Engine engine)
    {
        await using var app = await WaybillListTests.Filled(engine, "--RAILCRM_WAYBILLS_READ", "200");
        var group = await app.ActorOf("group");
        var customer = await app.In(System, db => db.Set<Customer>().OrderBy(c => c.Id).Select(c => c.Id).FirstAsync(Ct));
        using var api = await app.Api("group");
        using var browser = await app.SignedIn("group");

        using var wide = await api.GetAsync(new Uri("/api/v1/waybills?sort=-revenue", UriKind.Relative), Ct);
        var said = (await wide.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("errors").GetProperty("sort")[0].GetString()!;
        Assert.Equal(HttpStatusCode.BadRequest, wide.StatusCode);
        Assert.Matches("(收入|Revenue)", said);
        Assert.Contains("200", said, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await api.GetAsync(new Uri("/api/v1/waybills?sort=nonsense", UriKind.Relative), Ct)).StatusCode);
        Assert.True((await Walk(api, $"customer={customer}&sort=-revenue")).Count > 60);

        var page = WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri("/waybills?sort=-revenue", UriKind.Relative), Ct));
        var byDay = await app.In(group, db => db.Set<WaybillLine>().OrderByDescending(w => w.Date).ThenByDescending(w => w.Id).Select(w => w.Id).Take(50).ToListAsync(Ct));
        Assert.Contains("现按默认顺序显示", page, StringComparison.Ordinal);
        Assert.Equal(byDay, global::System.Text.RegularExpressions.Regex.Matches(page, "<tr data-id=\"([0-9]+)\"").Select(m => long.Parse(m.Groups[1].Value, global::System.Globalization.CultureInfo.InvariantCulture)));
        Assert.DoesNotContain("sort=-revenue&cursor", page, StringComparison.Ordinal); // The next page is one by day.
        Assert.DoesNotContain("现按默认顺序显示", WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri($"/waybills?sort=-revenue&customer={customer}", UriKind.Relative), Ct)), StringComparison.Ordinal);

        // A view that was kept while it held fewer still leads along, by day.
        var view = WaybillListTests.Viewed("sort=-revenue");
        Assert.Equal((byDay[2], byDay[4]), await app.With<WaybillList, (long?, long?)>(group, l => app.In(group, db => l.Beside(db, view, byDay[3], Ct))));
        Assert.Equal(600, await app.With<WaybillList, int>(group, l => app.In(group, async db => (await l.Ids(db, view, Ct).ToListAsync(Ct)).Sum(b => b.Count))));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Own_fields_put_few_lines_in_order_and_a_choice_groups_them_indexed_or_not(Engine engine)
    {
        await using var app = await CrmApp.Start(engine, settings: ["--RAILCRM_WAYBILLS_READ", "30"]);
        await CustomFieldTests.Define(app, CustomKind.Choice, "票据", f => f.Options = "纸质|Paper\n电子|Electronic", "waybills");
        await CustomFieldTests.Define(app, CustomKind.Number, "件数", f => f.Indexed = false, "waybills");
        await CustomFieldTests.Define(app, CustomKind.Text, "封号", list: "waybills");
        var n1 = await app.ActorOf("n1");
        var customers = new List<Customer>();
        foreach (var name in new[] { "甲公司", "乙公司" })
        {
            Assert.True((await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(null, null, new() { Name = name }, Ct))).TryGet(out var made, out _));
            customers.Add(made);
        }

        var drafts = Enumerable.Range(0, 50).Select(n => new WaybillDraft
        {
            ExternalNo = $"W{n}", Customer = customers[n % 2].Number, Date = new DateOnly(2026, 3, 1),
            Custom = new() { ["x_piaoju"] = new[] { null, "纸质", "电子" }[n % 3], ["x_jianshu"] = n % 5 == 0 ? null : $"{(n * 7 % 11) - 3}", ["x_fenghao"] = n % 4 == 0 ? null : $"F-{n * 13 % 50}" },
        }).ToList();
        Assert.All(await app.With<RecordWaybills, RecordWaybills.Answer[]>(n1, r => r.Run("TMS", drafts, false, null, RecordWaybills.Extent.Whole, Ct)), a => Assert.Empty(a.Errors));
        var seen = await app.In(System, db => db.Set<WaybillLine>().AsNoTracking().Where(w => w.CustomerId == customers[0].Id).ToListAsync(Ct));
        using var api = await app.Api("n1");

        foreach (var (key, of) in new (string, Func<WaybillLine, IComparable>)[] { ("x_piaoju", w => new Text(CustomValue.Text(w.Custom, "x_piaoju"))), ("x_jianshu", w => CustomValue.Number(w.Custom, "x_jianshu")), ("x_fenghao", w => new Text(CustomValue.Text(w.Custom, "x_fenghao"))) })
        {
            Assert.Equal(seen.OrderBy(of).ThenBy(w => w.Id).Select(w => w.Id), await Walk(api, $"customer={customers[0].Id}&sort={key}", back: true, limit: 7));
            Assert.Equal(seen.OrderByDescending(of).ThenByDescending(w => w.Id).Select(w => w.Id), await Walk(api, $"customer={customers[0].Id}&sort=-{key}", back: true, limit: 7));
            Assert.Equal(HttpStatusCode.BadRequest, (await api.GetAsync(new Uri($"/api/v1/waybills?sort={key}", UriKind.Relative), Ct)).StatusCode);
        }

        Task<Result<List<Group>>> Groups(string query) => app.With<WaybillList, Result<List<Group>>>(n1, l => app.In(n1, db => l.Groups(db, WaybillListTests.Viewed(query), l.Find("x_piaoju")!, Ct)));
        Assert.True((await Groups($"customer={customers[0].Id}")).TryGet(out var groups, out var refusal), refusal?.Code);
        Assert.Equal(seen.CountBy(w => CustomValue.Text(w.Custom, "x_piaoju")).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => (g.Key, (long)g.Value)), groups.Select(g => (g.Asked, g.Count)).OrderBy(g => g.Asked, StringComparer.Ordinal));
        Assert.Equal("waybill.groups_wide", Assert.IsType<Refusal.InvalidMany>((await Groups("")).Refusal).Errors[0].Code);
    }
}
