using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Approvals;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Dossier;
using RailCrm.Modules.Pools;
using RailCrm.Modules.Results;
using RailCrm.Modules.Sight;
using RailCrm.Modules.Waybills;
using RailCrm.Modules.Workbench;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Ui.Palette;

namespace RailCrm.Benchmarks;

/// <summary>Something a user asks for, with the use case behind it.</summary>
/// <param name="Name">What it is.</param>
/// <param name="User">Who asks.</param>
/// <param name="Paths">Addresses, asked in turn.</param>
/// <param name="Same">The n-th address's use case, run in this process.</param>
/// <param name="MostMs">p95 to reach with one at a time.</param>
/// <param name="LeastPerSecond">Requests a second to reach with eight at a time.</param>
internal sealed record Page(string Name, string User, string[] Paths, Func<IServiceProvider, int, Task> Same, double? MostMs = null, double? LeastPerSecond = null)
{
    public bool Api => Paths[0].StartsWith("/api/", StringComparison.Ordinal);
}

/// <summary>The pages and API calls that are measured, on rows picked from the database.</summary>
internal sealed class Pages(Database database)
{
    private static readonly string[] Users = ["group", "subsidiary", "outlet"];

    public async Task<List<Page>> All()
    {
        await using var raw = await database.Raw();
        var largest = await Database.Read(raw, "SELECT id FROM customers ORDER BY trailing12revenue_fen DESC, id DESC LIMIT 5", r => r.GetInt64(0));
        var last = (await Database.Read(raw, "SELECT max(id) FROM customers", r => r.GetInt64(0)))[0];
        var dice = new Random(3);
        var some = new List<(long Id, string Name, string Initials, string? Code)>();
        while (some.Count < 40)
        {
            some.AddRange(await Database.Read(raw, string.Create(CultureInfo.InvariantCulture, $"SELECT id, name, name_initials, credit_code FROM customers WHERE id = {1 + dice.NextInt64(last)} AND credit_code IS NOT NULL"), r => (r.GetInt64(0), r.GetString(1), r.GetString(2), (string?)r.GetString(3))));
        }

        var pages = new List<Page>();
        foreach (var user in Users)
        {
            foreach (var (what, query, sort, where, order) in new (string, ListCustomers.Query, string, string, string)[]
            {
                ("by name", new(), "name", "true", "name, id"),
                ("tier, by revenue", new(Tier: "small", Sort: "-revenue"), "-revenue", "tier = 'Small'", "trailing12revenue_fen DESC, id DESC"),
                ("tier, by name", new(Tier: "atRisk"), "name", "tier = 'AtRisk'", "name, id"),
            })
            {
                var deep = await Deep(raw, user, sort, where, order);
                pages.Add(List($"customers, {what}, first page", user, [query], 25, 300));
                pages.Add(List($"customers, {what}, page in the middle", user, [query with { Cursor = deep }], 25, 300));
            }

            pages.Add(List("search by 2 characters", user, [.. some.Take(20).Select((c, n) => new ListCustomers.Query(c.Name.Substring(n % 2 == 0 ? 2 : 4, 2)))], 25));
            pages.Add(List("search by 2 characters that many have", user, [new("有限"), new("钢铁"), new("北京"), new("郑州"), new("经营")], 25));
            pages.Add(List("search by initials", user, [.. some.Take(20).Select(c => new ListCustomers.Query(c.Initials.Split(' ')[0].Substring(2, 4)))], 25));
            pages.Add(List("search by credit code", user, [.. some.Take(20).Select(c => new ListCustomers.Query(c.Code))], 25));
            pages.AddRange(Palette(user, [.. some.Select(c => c.Name)]));
            pages.AddRange(await Filters(raw, user));
            pages.AddRange(Views(user));
            pages.Add(new("dashboard", user, ["/"], (s, _) => s.GetRequiredService<ShowDashboard>().Run(null, default), 50));
        }

        pages.AddRange(await Rights(raw, [.. some.Select(c => c.Id)], [.. some.Select(c => (c.Name, c.Initials))]));
        var seen = some.Select(c => c.Id).Concat(largest).ToArray();
        Task Dossier(IServiceProvider s, int n) => s.GetRequiredService<ShowDossier>().Run(seen[n], default);
        pages.Add(new("dossier with charts", "group", [.. seen.Select(id => At($"/customers/{id}/figures"))], Dossier, 30));
        pages.Add(new("dossier of the largest", "group", [.. largest.Select(id => At($"/customers/{id}/figures"))], (s, n) => s.GetRequiredService<ShowDossier>().Run(largest[n], default), 30));
        pages.Add(new("record", "group", [.. seen.Select(id => At($"/customers/{id}"))], (s, n) => s.GetRequiredService<GetCustomer>().Run(seen[n], default)));
        pages.AddRange(Users.Select(user => new Page("waybills, newest", user, ["/waybills"], (s, _) => s.GetRequiredService<ListWaybills>().Run(new(), default))));
        pages.Add(new("API: customers by name", "group", ["/api/v1/customers?limit=50"], (s, _) => s.GetRequiredService<ListCustomers>().Run(new(), default), 25, 300));
        pages.Add(new("API: customers of a tier", "outlet", ["/api/v1/customers?limit=50&tier=small"], (s, _) => s.GetRequiredService<ListCustomers>().Run(new(Tier: "small"), default), 25, 300));
        pages.Add(new("API: figures of a customer", "group", [.. seen.Select(id => At($"/api/v1/customers/{id}/figures"))], (s, n) => s.GetRequiredService<CustomerFigures>().Run(seen[n], null, null, default)));
        pages.Add(new("API: dashboard", "group", ["/api/v1/dashboard"], (s, _) => s.GetRequiredService<ShowDashboard>().Run(null, default), 50));
        return pages;
    }

    /// <summary>Every filter alone and with a sort that it has no index for.</summary>
    private static async Task<List<Page>> Filters(System.Data.Common.DbConnection raw, string user)
    {
        var scope = Within(user);
        var (industry, region) = (await Database.Read(raw, $"SELECT industry_code, region_code FROM customers WHERE {scope} ORDER BY id LIMIT 1", r => (r.GetString(0), r.GetString(1))))[0];
        var station = (await Database.Read(raw, $"SELECT s.station FROM customer_stations s JOIN customers c ON c.id = s.customer_id WHERE {scope} ORDER BY s.id LIMIT 1", r => r.GetString(0)))[0];
        var unit = (await Database.Read(raw, $"SELECT unit_id FROM customers WHERE {scope} ORDER BY id LIMIT 1", r => r.GetInt64(0)))[0];
        var subsidiary = (await Database.Read(raw, "SELECT id FROM units WHERE code = 'Z02'", r => r.GetInt64(0)))[0];
        var filters = new List<(string Name, ListCustomers.Query Query)>
        {
            ("outlet", new(Unit: unit)), ("industry", new(Industry: industry)), ("region", new(Region: region)), ("station", new(Station: station)), ("tag", new(Tag: "战略合作")), ("tag nobody has", new(Tag: "无此标签")),
        };
        if (user == "group")
        {
            filters.Add(("subsidiary", new(Unit: subsidiary)));
        }

        return [.. filters.SelectMany(f => new[] { f.Query, f.Query with { Sort = "-revenue" }, f.Query with { Sort = "completeness" }, f.Query with { Sort = "-updated", Tier = "large" } }
            .Select(q => List($"filter {f.Name}{(q.Tier is null ? "" : ", tier")}, sort {q.Sort ?? "name"}", user, [q], 25)))];
    }

    /// <summary>Lists of two with whom 5,000 customers all over the group are shared, and what follows from who answers for whom: gaps, customers that one alone knows, results, approvals, pools, why somebody sees a customer.</summary>
    private static async Task<List<Page>> Rights(System.Data.Common.DbConnection raw, long[] some, (string Name, string Initials)[] words)
    {
        var pages = new List<Page>();
        foreach (var user in new[] { People.OutletGranted, People.SubsidiaryGranted })
        {
            var of = user == People.OutletGranted ? "outlet" : "subsidiary";
            pages.Add(List("rights: customers, by name, first page", user, [new()], 25));
            pages.Add(List("rights: customers, by name, page in the middle", user, [new(Cursor: await Deep(raw, of, "name", "true", "name, id"))], 25));
            pages.Add(List("rights: customers, tier, by revenue, first page", user, [new(Tier: "small", Sort: "-revenue")], 25));
            pages.Add(List("rights: customers, tier, by name, page in the middle", user, [new(Tier: "atRisk", Cursor: await Deep(raw, of, "name", "tier = 'AtRisk'", "name, id"))], 25));
            pages.Add(List("rights: search by 2 characters", user, [.. words.Take(20).Select((c, n) => new ListCustomers.Query(c.Name.Substring(n % 2 == 0 ? 2 : 4, 2)))], 25));
            pages.Add(List("rights: search by initials", user, [.. words.Take(20).Select(c => new ListCustomers.Query(c.Initials.Split(' ')[0].Substring(2, 4)))], 25));
        }

        var units = (await Database.Read(raw, "SELECT user_name, unit_id FROM users WHERE user_name IN ('group', 'subsidiary', 'outlet')", r => (r.GetString(0), r.GetInt64(1)))).ToDictionary(u => u.Item1, u => u.Item2);
        foreach (var user in Users)
        {
            pages.Add(List("rights: gaps of managers", user, [new(Filter: "managerGap=any")], 200));
            pages.Add(List("rights: gaps in the subsidiary, by revenue", user, [new(Filter: "managerGap=subsidiary", Sort: "-revenue")], 200));
            pages.Add(List("rights: known to one alone, by revenue", user, [new(Filter: "soleSigns=3", Sort: "-revenue")], 200));
            pages.Add(List("rights: known to one alone, any sign", user, [new(Filter: "soleSigns=1")], 200));
            pages.Add(List("rights: customers of one manager", user, [new(Filter: $"managedBy={People.Leaver}")], 200));
            foreach (var query in new[] { new ShowUnitResults.Query(null, null, null, null, null), new(null, null, "year", "attainment", user == "outlet" ? "outlet" : "subsidiary") })
            {
                var address = string.Create(CultureInfo.InvariantCulture, $"/results/units/{units[user]}{(query.Period is null ? "" : $"?period={query.Period}&order={query.Order}&level={query.Level}")}");
                pages.Add(new($"rights: results of a unit{(query.Period is null ? "" : ", of the year by attainment")}", user, [address], (s, _) => s.GetRequiredService<ShowUnitResults>().Run(units[user], query, default), 200));
            }

            pages.Add(new("rights: approvals to be decided", user, ["/approvals"], (s, _) => s.GetRequiredService<ListApprovals>().Run("todo", null, default), 200));
            pages.Add(new("rights: number of approvals in the header", user, ["/approvals/leave"], (s, _) => s.GetRequiredService<ListApprovals>().Waiting(default), 200));
            pages.Add(new("rights: customers in pools", user, ["/pools"], (s, _) => s.GetRequiredService<PoolList>().Page(s.GetRequiredService<CrmDb>(), null, long.MaxValue, 50, default), 200));
        }

        pages.Add(new("rights: why somebody sees a customer", "group", [.. some.Select((id, n) => At($"/api/v1/customers/{id}/sight/why?user=p{1 + (n * 97):0000}"))], (s, n) => s.GetRequiredService<ExplainSight>().Run(some[n], null, string.Create(CultureInfo.InvariantCulture, $"p{1 + (n * 97):0000}"), default), 50));
        pages.Add(new("rights: who sees a customer", "group", [.. some.Select(id => At($"/customers/{id}/sight"))], (s, n) => s.GetRequiredService<ExplainSight>().All(some[n], default), 50));
        return pages;
    }

    /// <summary>Saved views as people make them: two filters and a sort, an or-group, groups with subtotals, boards; and the contacts.</summary>
    private static IEnumerable<Page> Views(string user)
    {
        foreach (var (filter, most) in new[]
        {
            ("tier=large,medium;completeness<=60", 40.0), ("tier=atRisk;region=320000", 40), ("revenue>=1000000;industry=31", 40), ("tag=战略合作;tier=small", 40), ("created>=-1y;sizeClass=large", 40), ("active=false;revenue>=1", 40), ("name~钢铁;tier!=small", 40),
            ("tier=large|tag=战略合作;completeness>=50", 80), ("region=320000|region=330000|industry=06;revenue>=500000", 80), ("name~水泥|name~化工;tier=atRisk|tier=large", 80), ("creditCode=|completeness<=20", 80),
        })
        {
            foreach (var sort in new[] { "name", "-revenue", "-updated" })
            {
                yield return List($"view {filter}, sort {sort}", user, [new(Filter: filter, Sort: sort)], most);
            }
        }

        foreach (var filter in new[] { "x_grade=甲;tier=atRisk", "x_grade=丁;active=true", "x_quota>=9990;tier=small", "x_quota<=10;x_grade=戊", "x_grade=戊;region=320000" })
        {
            foreach (var sort in new[] { "name", "-revenue", "-x_quota" })
            {
                yield return List($"own field {filter}, sort {sort}", user, [new(Filter: filter, Sort: sort)], 60);
            }
        }

        foreach (var address in new[] { "layout=groups&group=tier", "layout=groups&group=unit", "layout=groups&group=industry", "layout=groups&group=region", "layout=groups&group=sizeClass", "layout=groups&group=tier&filter=region%3D320000%7Cindustry%3D31", "layout=board&group=tier" })
        {
            yield return new($"customers {Uri.UnescapeDataString(address)}", user, [$"/customers?{address}"], (s, _) => Groups(s, address), 200);
        }

        foreach (var address in new[] { "/contacts", "/contacts?sort=-created", "/contacts?main=true", "/contacts?mobile=138" })
        {
            yield return new($"list {address}", user, [address], (s, _) => s.GetRequiredService<ListCustomers>().Run(new(), default), 40);
        }
    }

    private static async Task Groups(IServiceProvider services, string address)
    {
        var list = services.GetRequiredService<CustomerList>();
        View.TryRead(list, QueryHelpers.ParseQuery(address).Select(q => new KeyValuePair<string, string?>(q.Key, q.Value)), out var view);
        await list.Groups(services.GetRequiredService<CrmDb>(), view, list.Find(view.Group)!, default);
    }

    /// <summary>What people type into the palette, right and with a slip.</summary>
    private static IEnumerable<Page> Palette(string user, string[] names)
    {
        Page Of(string what, IEnumerable<string> typed)
        {
            var texts = typed.ToArray();
            return new($"palette, {what}", user, [.. texts.Select(t => QueryHelpers.AddQueryString("/api/v1/palette", "q", t))], (s, n) => s.GetRequiredService<AskPalette>().Run(texts[n], default), 50);
        }

        static string Core(string name) => name[2..Math.Min(name.Length, 7)];
        yield return Of("names", names.Take(20));
        yield return Of("2 characters", names.Take(20).Select(n => n.Substring(2, 2)));
        yield return Of("pinyin, 4 letters", names.Take(20).Select(n => Pinyin.Full(Core(n))[..4]));
        yield return Of("pinyin, 8 letters", names.Take(20).Select(n => Pinyin.Full(Core(n))[..8]));
        yield return Of("initials, 3 letters", names.Take(20).Select(n => Pinyin.Initials(Core(n))[..3]));
        yield return Of("beginnings that very many have", ["gs", "yxgs", "heng", "tian", "shi", "KH", "91", "13", "hd"]);
        yield return Of("a wrong character", names.Take(20).Select(n => $"{Core(n)[..2]}龘{Core(n)[3..]}"));
        yield return Of("a character missing", names.Take(20).Select(n => Core(n).Remove(2, 1)));
        yield return Of("a pinyin letter missing", names.Take(20).Select(n => Pinyin.Full(Core(n))[..9].Remove(4, 1)));
        yield return Of("initials swapped", names.Take(20).Select(n => Pinyin.Initials(n)[..7]).Select(i => $"{i[..3]}{i[4]}{i[3]}{i[5..]}"));
        yield return Of("contacts", ["王伟", "zhangwei", "lm", "wang", "13812345678", "5678", "张", "zhang"]);
        yield return Of("waybill numbers", ["HY0012345", "HY00", "TMS1000"]);
        yield return Of("nothing typed", [""]);
    }

    private static Page List(string name, string user, ListCustomers.Query[] queries, double? mostMs, double? least = null) =>
        new(name, user, [.. queries.Select(q => q.Address("/customers"))], (s, n) => s.GetRequiredService<ListCustomers>().Run(queries[n], default), mostMs, least);

    private static string Within(string user) => user switch
    {
        "group" => "true",
        "subsidiary" => "unit_id IN (SELECT id FROM units WHERE path LIKE (SELECT path FROM units WHERE code = 'Z01') || '%')",
        _ => "unit_id = (SELECT id FROM units WHERE code = 'W0001')",
    };

    /// <summary>The cursor in the middle of what the user sees.</summary>
    private static async Task<string?> Deep(System.Data.Common.DbConnection raw, string user, string sort, string where, string order)
    {
        var of = $"FROM customers WHERE deleted_at IS NULL AND {where} AND {Within(user)}";
        var count = (await Database.Read(raw, $"SELECT count(*) {of}", r => r.GetInt64(0)))[0];
        var marks = await Database.Read(raw, $"SELECT name, trailing12revenue_fen, id {of} ORDER BY {order} LIMIT 1 OFFSET {(count / 2).ToString(CultureInfo.InvariantCulture)}", r => (Name: r.GetString(0), Revenue: r.GetInt64(1), Id: r.GetInt64(2)));
        return marks is [var mark] ? ListCustomers.CursorAfter(sort, mark.Name, sort == "name" ? 0 : mark.Revenue, mark.Id) : null;
    }

    private static string At(FormattableString path) => path.ToString(CultureInfo.InvariantCulture);
}
