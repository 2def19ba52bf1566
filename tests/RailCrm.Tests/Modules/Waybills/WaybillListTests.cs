using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Reference;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Tests.Modules.Waybills;

public sealed class WaybillListTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Customers of n1, n2 and s1 with 600 lines of many kinds.</summary>
    internal static async Task<CrmApp> Filled(Engine engine, params string[] settings)
    {
        var app = await CrmApp.Start(engine, settings: settings);
        var numbers = new List<string>();
        foreach (var user in new[] { "n1", "n1", "n2", "s1" })
        {
            var made = await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf(user), s => s.Run(null, null, new() { Name = $"{user}第{numbers.Count}公司" }, Ct));
            Assert.True(made.TryGet(out var customer, out _));
            numbers.Add(customer.Number);
        }

        await app.In(System, async db =>
        {
            db.Add(new Station { TelegraphCode = "GZD", Name = "高桥镇", PinyinCode = "gqz", Pinyin = "gaoqiaozhen", TmisCode = "51632" });
            var (s1, granted) = (await db.Set<User>().SingleAsync(u => u.UserName == "s1", Ct), await db.Set<Customer>().OrderBy(c => c.Id).Select(c => c.Id).FirstAsync(Ct));
            db.Add(new CustomerGrant { CustomerId = granted, UserId = s1.Id, Reason = "manager" });
            return await db.SaveChangesAsync(Ct);
        });
        var random = new Random(9);
        foreach (var source in new[] { "TMS", "ERP" })
        {
            var drafts = Enumerable.Range(0, 300).Select(n => new WaybillDraft
            {
                ExternalNo = $"W{n}", Customer = numbers[random.Next(4)], Date = new DateOnly(2025, 11, 1).AddDays(random.Next(150)), Service = WaybillLine.Services[random.Next(3)], Mode = random.Next(3) == 0 ? null : WaybillLine.Modes[random.Next(2)],
                Commodity = new[] { null, "动力煤", "焦炭", "没人知道" }[random.Next(4)], Origin = new[] { null, "GZD", "苏州" }[random.Next(3)], Destination = random.Next(2) == 0 ? "51632" : "上海", Unit = random.Next(3) == 0 ? "S1" : null,
                WeightKg = random.Next(60_000), RevenueFen = random.Next(-500, 90_000), CostFen = random.Next(50_000), Wagons = n % 4, Contract = n % 3 == 0 ? null : $"HT-{n % 5}", Note = n % 10 == 0 ? "货主催急单" : null,
            }).ToList();
            Assert.All(await app.With<RecordWaybills, RecordWaybills.Answer[]>(System, r => r.Run(source, drafts, false, Ct)), a => Assert.Empty(a.Errors));
        }

        return app;
    }

    private static async Task<List<long>> Walk(HttpClient api, string query, List<long[]>? pages = null)
    {
        var (all, cursor, last) = (new List<long>(), (string?)"", default(JsonElement));
        while (cursor is not null)
        {
            last = await api.GetFromJsonAsync<JsonElement>($"/api/v1/waybills?limit=37&{query}&cursor={cursor}", Ct);
            all.AddRange(last.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetInt64()));
            pages?.Add([.. last.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetInt64())]);
            cursor = last.GetProperty("nextCursor").GetString();
        }

        if (pages is not null)
        {
            var back = new List<long[]> { pages[^1] };
            while (last.TryGetProperty("previousCursor", out var previous))
            {
                last = await api.GetFromJsonAsync<JsonElement>($"/api/v1/waybills?limit=37&{query}&cursor={previous.GetString()}", Ct);
                back.Insert(0, [.. last.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetInt64())]);
            }

            Assert.Equal(pages, back);
        }

        return all;
    }

    internal static View Viewed(string query)
    {
        Assert.True(View.TryRead(new WaybillList(), QueryHelpers.ParseQuery(query).Select(q => new KeyValuePair<string, string?>(q.Key, q.Value)), out var view), query);
        return view;
    }

    private static string Said(string filter) => $"filter={Uri.EscapeDataString(filter)}";

    /// <summary>What a view may ask for, each with what it keeps of all lines.</summary>
    internal static async Task<(string Query, Func<WaybillLine, Customer, bool> Keeps)[]> Filters(CrmApp app)
    {
        var (customer, second, north, s1, n2) = await app.In(System, async db => (
            await db.Set<Customer>().OrderBy(c => c.Id).Select(c => c.Id).FirstAsync(Ct), await db.Set<Customer>().OrderBy(c => c.Id).Skip(1).FirstAsync(Ct), await db.Set<OrgUnit>().Where(u => u.Code == "N").Select(u => u.Id).SingleAsync(Ct),
            await db.Set<OrgUnit>().Where(u => u.Code == "S1").Select(u => u.Id).SingleAsync(Ct), await db.Set<OrgUnit>().Where(u => u.Code == "N2").Select(u => u.Id).SingleAsync(Ct)));
        return
        [
            ($"customer={customer}", (_, c) => c.Id == customer), ($"owner={north}", (_, c) => c.Name[0] == 'n'), ($"unit={s1}", (w, _) => w.UnitId == s1), ("from=2026-01&to=2026-02", (w, _) => w.Date >= new DateOnly(2026, 1, 1) && w.Date <= new DateOnly(2026, 2, 28)),
            ("from=2026-01-15", (w, _) => w.Date >= new DateOnly(2026, 1, 15)), ("source=ERP", (w, _) => w.Source == "ERP"), ("externalNo=W7", (w, _) => w.ExternalNo == "W7"), ("service=handling", (w, _) => w.Service == "handling"),
            ("commodity=03", (w, _) => w.CommodityCategory == "03"), ("commodity=none", (w, _) => w.CommodityCategory.Length == 0), ("mode=container", (w, _) => w.Mode == "container"), ("mode=none", (w, _) => w.Mode.Length == 0),
            ("origin=高桥镇", (w, _) => w.Origin == "高桥镇"), ("destination=高桥镇", (w, _) => w.Destination == "高桥镇"), ("origin=没有的站", (_, _) => false), ("mine=true", (_, c) => c.Id == customer),
            ($"filter={Uri.EscapeDataString("mode=container,none")}", (w, _) => w.Mode is "container" or ""), ($"filter={Uri.EscapeDataString("origin=高桥镇|destination=高桥镇")}", (w, _) => w.Origin == "高桥镇" || w.Destination == "高桥镇"),
            ($"filter={Uri.EscapeDataString("service!=handling")}", (w, _) => w.Service != "handling"), ($"filter={Uri.EscapeDataString("date>=2026-01-15;date<=2026-02")}", (w, _) => w.Date >= new DateOnly(2026, 1, 15) && w.Date <= new DateOnly(2026, 2, 28)),
            ($"filter={Uri.EscapeDataString("mode=none|commodity=03;origin=苏州,高桥镇")}", (w, _) => (w.Mode.Length == 0 || w.CommodityCategory == "03") && w.Origin.Length > 0), ($"filter={Uri.EscapeDataString("origin=没有的站|destination=没有的站")}", (_, _) => false),
            ($"filter={Uri.EscapeDataString($"customer={customer};unit={s1}|mode=container")}", (w, c) => c.Id == customer && (w.UnitId == s1 || w.Mode == "container")),
            ("mine=false", (_, c) => c.Id != customer), (Said($"customer={customer},{second.Number} 某某"), (_, c) => c.Id == customer || c.Id == second.Id), (Said($"customer={customer}|customer={second.Id}"), (_, c) => c.Id == customer || c.Id == second.Id),
            (Said($"customer!={customer}"), (_, c) => c.Id != customer), (Said($"customer={customer}|origin=高桥镇"), (w, c) => c.Id == customer || w.Origin == "高桥镇"), (Said($"owner={n2}|owner={s1}"), (_, c) => c.UnitId == n2 || c.UnitId == s1),
            (Said("source=ERP,TMS"), (_, _) => true), (Said("month=2026-01"), (w, _) => w.Date is { Year: 2026, Month: 1 }), (Said("date=2025-12,2026-02"), (w, _) => w.Date.Month is 12 or 2), (Said("month=2026-01|date=2026-02"), (w, _) => w.Date is { Year: 2026, Month: 1 or 2 }),
            (Said("weight>=30"), (w, _) => w.WeightKg >= 30_000), (Said("revenue<=100.5;wagons>=2"), (w, _) => w.RevenueFen <= 10_050 && w.Wagons >= 2), (Said("profit<=0"), (w, _) => w.RevenueFen <= w.CostFen), (Said("cost>=200|containers>=1"), (w, _) => w.CostFen >= 20_000),
            (Said("contract=HT-1,HT-2"), (w, _) => w.ContractNo is "HT-1" or "HT-2"), (Said("contract="), (w, _) => w.ContractNo is null), (Said("goods~动力"), (w, _) => w.Commodity?.StartsWith("动力", StringComparison.Ordinal) == true), (Said("note~急单"), (w, _) => w.Note is not null), (Said("note!~急单"), (w, _) => w.Note is null), (Said("goods!~动力"), (w, _) => w.Commodity?.StartsWith("动力", StringComparison.Ordinal) != true),
            (Said("externalNo~W1"), (w, _) => w.ExternalNo.StartsWith("W1", StringComparison.Ordinal)), (Said("tier=large,prospective"), (_, c) => c.Tier is CustomerTier.Large or CustomerTier.Prospective), (Said($"unit!={s1}"), (w, _) => w.UnitId != s1),
            (Said($"owner!={north}"), (_, c) => c.Name[0] != 'n'), (Said($"owner!={n2},{s1}"), (_, c) => c.UnitId != n2 && c.UnitId != s1), (Said($"owner!={north}|mode=none"), (w, c) => c.Name[0] != 'n' || w.Mode.Length == 0), (Said("source!=ERP"), (w, _) => w.Source != "ERP"),
            ("q=w29", (w, _) => w.ExternalNo.StartsWith("W29", StringComparison.Ordinal)), ($"q={second.Number}", (_, c) => c.Id == second.Id),
        ];
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Every_filter_keeps_what_reading_all_lines_would_keep_and_totals_are_their_sum(Engine engine)
    {
        await using var app = await Filled(engine);
        var filters = await Filters(app);
        var customer = await app.In(System, db => db.Set<Customer>().OrderBy(c => c.Id).Select(c => c.Id).FirstAsync(Ct));
        foreach (var user in new[] { "group", "north", "s1" })
        {
            var actor = await app.ActorOf(user);
            var seen = await app.In(actor, async db => (await db.Set<WaybillLine>().AsNoTracking().ToListAsync(Ct)).Join(await db.Set<Customer>().AsNoTracking().ToListAsync(Ct), w => w.CustomerId, c => c.Id, (w, c) => (w, c)).ToList());
            Assert.True(seen.Count > 100);
            using var api = await app.Api(user);
            var random = new Random(2);
            var several = Enumerable.Range(0, 16).Select(_ => random.GetItems(filters, 2).DistinctBy(f => f.Query[..f.Query.IndexOf('=', StringComparison.Ordinal)]).ToArray());
            foreach (var some in filters.Select(f => new[] { f }).Concat(several).Append([]).Where(s => user == "s1" || s.All(f => !f.Query.StartsWith("mine=", StringComparison.Ordinal))))
            {
                var query = string.Join('&', some.Select(f => f.Query));
                var expected = seen.Where(r => some.All(f => f.Keeps(r.w, r.c))).ToList();

                var walked = await Walk(api, query);

                Assert.True(expected.OrderByDescending(r => r.w.Date).ThenByDescending(r => r.w.Id).Select(r => r.w.Id).SequenceEqual(walked), $"{user} {query}: {walked.Count} instead of {expected.Count}");
                var view = Viewed(query);
                if (await app.With<TotalWaybills, TotalWaybills.Sums?>(actor, t => t.Run(view, Ct)) is { } sums)
                {
                    Assert.Equal(new TotalWaybills.Sums(expected.Count, expected.Sum(r => r.w.RevenueFen), expected.Sum(r => r.w.CostFen), expected.Sum(r => r.w.WeightKg)), sums);
                }
            }

            Assert.NotNull(await app.With<TotalWaybills, TotalWaybills.Sums?>(actor, t => t.Run(Viewed($"customer={customer}&service=handling&from=2026-01&to=2026-02"), Ct)));
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Paging_lines_forth_and_back_meets_each_once(Engine engine)
    {
        await using var app = await Filled(engine);
        using var api = await app.Api("group");
        foreach (var query in new[] { "sort=date", "sort=-date", "mode=container" })
        {
            var rows = await Walk(api, query, []);
            Assert.Equal(rows.Count, rows.Distinct().Count());
            Assert.True(rows.Count > 100);
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Stations_are_known_by_their_codes_and_goods_by_their_names(Engine engine)
    {
        await using var app = await Filled(engine);
        var places = await app.In(System, db => db.Set<WaybillLine>().Select(w => w.Origin).Distinct().OrderBy(o => o).ToListAsync(Ct));
        Assert.Equal(["", "苏州", "高桥镇"], places.Order(StringComparer.Ordinal));

        foreach (var (goods, category) in new (string?, string)[]
        {
            ("煤", "01"), ("动力煤", "01"), ("水洗精煤", "01"), ("焦炭", "03"), ("冶金焦", "03"), ("石油焦", "03"), ("铁精粉", "04"), ("热轧卷板", "05"), ("水泥", "09"), ("袋装水泥", "09"), ("玉米", "11"), ("尿素", "13"), ("甲醇", "15"), ("coal", "01"),
            ("Steam Coal", "01"), ("粮食", "11"), ("Grain", "11"), ("13", "13"), ("99", "99"), ("26", ""), ("没人知道", ""), ("", ""), (null, ""), ("charcoal", ""), ("鲜活货物", "20"), ("ＣＯＡＬ", "01"),
        })
        {
            Assert.True(CommodityCategories.Of(goods) == category, $"{goods}: {CommodityCategories.Of(goods)}");
        }
    }

    private static async Task<Dictionary<string, string>> Form(HttpClient browser, string path)
    {
        var page = await browser.GetStringAsync(new Uri(path, UriKind.Relative), Ct);
        var form = page[page.IndexOf("data-guard", StringComparison.Ordinal)..];
        var fields = Regex.Matches(form, "<(?:input|textarea)[^>]*name=\"([^\"]+)\"[^>]*?(?:value=\"([^\"]*)\")?[^>]*>").ToDictionary(m => m.Groups[1].Value, m => WebUtility.HtmlDecode(Regex.Match(m.Value, "value=\"([^\"]*)\"").Groups[1].Value));
        fields["_handler"] = "waybill";
        return fields;
    }

    private static async Task<HttpResponseMessage> Send(HttpClient browser, string path, Dictionary<string, string> fields)
    {
        using var content = new FormUrlEncodedContent(fields);
        return await browser.PostAsync(new Uri(path, UriKind.Relative), content, Ct);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_line_written_changed_and_deleted_by_hand_keeps_facts_right_and_leaves_its_trail(Engine engine)
    {
        await using var app = await Filled(engine);
        using var browser = await app.SignedIn("n1");
        var customer = await app.In(System, db => db.Set<Customer>().OrderBy(c => c.Id).FirstAsync(Ct));
        Task<(long, long, long)> Differences() => app.With<CheckFacts, (long, long, long)>(System, c => c.Differences(Ct));

        // Wrong at first: everything typed comes back beside what is wrong.
        var fields = await Form(browser, $"/waybills/new?customer={customer.Id}");
        Assert.StartsWith(customer.Number, fields["Form.Customer"], StringComparison.Ordinal);
        (fields["Form.Date"], fields["Form.Service"], fields["Form.Revenue"], fields["Form.Weight"], fields["Form.Note"], fields["Form.Origin"]) = ("2026-03-05", "transport", "十元", "60.5", "手写的备注", "gzd");
        using var refused = await Send(browser, "/waybills/new", fields);
        var again = await refused.Content.ReadAsStringAsync(Ct);
        Assert.Equal(HttpStatusCode.OK, refused.StatusCode);
        Assert.Contains("手写的备注", again, StringComparison.Ordinal);
        Assert.Contains("十元", again, StringComparison.Ordinal);

        fields["Form.Revenue"] = "1,234.5";
        using var made = await Send(browser, "/waybills/new", fields);
        using var twice = await Send(browser, "/waybills/new", fields);
        Assert.Equal(HttpStatusCode.Found, made.StatusCode);
        Assert.Equal(made.Headers.Location, twice.Headers.Location);
        var line = await app.In(System, db => db.Set<WaybillLine>().AsNoTracking().SingleAsync(w => w.Source == "manual", Ct));
        Assert.Equal((customer.Id, 123_450, 60_500, "高桥镇", new DateOnly(2026, 3, 5)), (line.CustomerId, line.RevenueFen, line.WeightKg, line.Origin, line.Date));
        Assert.Equal((0, 0, 0), await Differences());

        // Two have it open; the second to save is told.
        var (mine, theirs) = (await Form(browser, $"/waybills/{line.Id}/edit"), await Form(browser, $"/waybills/{line.Id}/edit"));
        (mine["Form.Service"], mine["Form.Cost"], mine["Form.Date"]) = ("handling", "1000", "2026-02-05");
        (theirs["Form.Service"], theirs["Form.Note"]) = ("other", "后来的人");
        using var changed = await Send(browser, $"/waybills/{line.Id}/edit", mine);
        using var stale = await Send(browser, $"/waybills/{line.Id}/edit", theirs);
        Assert.Equal(HttpStatusCode.Found, changed.StatusCode);
        Assert.Equal(HttpStatusCode.OK, stale.StatusCode);
        Assert.Contains("后来的人", await stale.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal((0, 0, 0), await Differences());
        using var api = await app.Api("n1");
        var read = await api.GetAsync(new Uri($"/api/v1/waybills/{line.Id}", UriKind.Relative), Ct);
        var shown = await read.Content.ReadFromJsonAsync<JsonElement>(Ct);
        Assert.Equal((100_000, "handling"), (shown.GetProperty("costFen").GetInt64(), shown.GetProperty("service").GetString()));

        // Others see nothing of it; whoever saw an older state deletes nothing.
        using var south = await app.Api("north");
        using var foreign = await app.Api("s1");
        Assert.Equal(HttpStatusCode.OK, (await south.GetAsync(new Uri($"/api/v1/waybills/{line.Id}", UriKind.Relative), Ct)).StatusCode);
        var hidden = await app.In(System, db => db.Set<WaybillLine>().Where(w => db.Set<Customer>().Any(c => c.Id == w.CustomerId && c.Name.StartsWith("n2"))).Select(w => w.Id).FirstAsync(Ct));
        Assert.Equal(HttpStatusCode.NotFound, (await foreign.GetAsync(new Uri($"/api/v1/waybills/{hidden}", UriKind.Relative), Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await foreign.DeleteAsync(new Uri($"/api/v1/waybills/{hidden}", UriKind.Relative), Ct)).StatusCode);
        using var old = new HttpRequestMessage(HttpMethod.Delete, $"/api/v1/waybills/{line.Id}") { Headers = { { "If-Match", "\"0123456789abcdef\"" } } };
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await api.SendAsync(old, Ct)).StatusCode);
        using var gone = new HttpRequestMessage(HttpMethod.Delete, $"/api/v1/waybills/{line.Id}") { Headers = { { "If-Match", read.Headers.ETag!.ToString() } } };
        Assert.Equal(HttpStatusCode.NoContent, (await api.SendAsync(gone, Ct)).StatusCode);

        Assert.Equal((0, 0, 0), await Differences());
        var trail = await app.In(System, db => db.Set<AuditEntry>().Where(a => a.Entity == "WaybillLine" && a.EntityId == line.Id).OrderBy(a => a.Id).ToListAsync(Ct));
        Assert.Equal([("created", "n1"), ("updated", "n1"), ("binned", "n1")], trail.Select(a => (a.Action, a.ActorName)));
        Assert.Equal(["transport", "handling"], JsonDocument.Parse(trail[1].Changes).RootElement.GetProperty("Service").EnumerateArray().Select(v => v.GetString()));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_own_dashboard_is_the_sum_of_ones_own_customers_and_the_ranking_counts_each_once(Engine engine)
    {
        await using var app = await Filled(engine);
        using var api = await app.Api("s1");
        await app.With<RailCrm.Modules.Classification.ClassifyCustomers, int>(System, async c =>
        {
            await c.RunAll(null, Ct);
            return 0;
        });
        var mine = await app.In(System, db => db.Set<Customer>().OrderBy(c => c.Id).FirstAsync(Ct));

        var own = await api.GetFromJsonAsync<JsonElement>("/api/v1/dashboard?scope=own", Ct);
        var rank = await api.GetFromJsonAsync<JsonElement>("/api/v1/completeness", Ct);

        Assert.Equal((1, mine.Trailing12RevenueFen, mine.Completeness), (own.GetProperty("customers").GetInt64(), own.GetProperty("trailing12").GetProperty("revenueFen").GetInt64(), own.GetProperty("completenessPercent").GetDecimal()));
        Assert.Equal(mine.Trailing12RevenueFen, own.GetProperty("months").EnumerateArray().Sum(m => m.GetProperty("now").GetProperty("revenueFen").GetInt64()));
        Assert.Equal(HttpStatusCode.BadRequest, (await api.GetAsync(new Uri("/api/v1/dashboard?scope=all", UriKind.Relative), Ct)).StatusCode);
        Assert.Equal(1, Assert.Single(rank.GetProperty("units").EnumerateArray()).GetProperty("customers").GetInt64());
        Assert.Equal((1, mine.Completeness), (Assert.Single(rank.GetProperty("managers").EnumerateArray()).GetProperty("customers").GetInt64(), rank.GetProperty("managers")[0].GetProperty("percent").GetDecimal()));
        using var group = await app.Api("group");
        var all = await group.GetFromJsonAsync<JsonElement>("/api/v1/completeness", Ct);
        Assert.Equal(4, all.GetProperty("units").EnumerateArray().Max(u => u.GetProperty("customers").GetInt64()));
        using var browser = await app.SignedIn("s1");
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(new Uri("/customers/completeness", UriKind.Relative), Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(new Uri("/?scope=own", UriKind.Relative), Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(new Uri($"/waybills?customer={mine.Id}&from=2026-01&to=2026-02", UriKind.Relative), Ct)).StatusCode);
    }
}
