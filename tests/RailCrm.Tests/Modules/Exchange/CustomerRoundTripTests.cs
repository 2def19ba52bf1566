using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Tests.Modules.Customers;
using static RailCrm.Tests.Modules.Exchange.ImportHttp;

namespace RailCrm.Tests.Modules.Exchange;

/// <summary>Customers out as a file and in again, and what a file may say of their lists.</summary>
public sealed class CustomerRoundTripTests
{
    private static readonly Actor System = Actor.System("test");

    /// <summary>Fields that another database gives by itself.</summary>
    private static readonly string[] OwnOfTheDatabase = ["id", "number", "parentId", "createdAt", "updatedAt", "version"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<Engine, string, string> Files()
    {
        var data = new TheoryData<Engine, string, string>();
        foreach (var engine in Enum.GetValues<Engine>())
        {
            data.Add(engine, "csv", "en");
            data.Add(engine, "csv", "zh-CN");
            data.Add(engine, "xlsx", "zh-CN");
        }

        return data;
    }

    private static async Task<long> Post(HttpClient api, string path, object body)
    {
        using var answer = await api.PostAsJsonAsync(path, body, Ct);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Ct));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetInt64();
    }

    /// <summary>Customers that say all there is to say, in texts that a table program or our own format could misread.</summary>
    private static async Task<int> Fill(HttpClient api)
    {
        var parent = await Post(api, "/api/v1/customers", new { name = "!母公司, \"集团\"" }); // The first of the file: a company above must be known before those below it.
        string[] texts = [.. CustomerExportTests.Dangerous, "a_x0041_b", "甲; 乙、丙", "50% 的甲", "线@站"];
        for (var n = 0; n < texts.Length; n++)
        {
            var text = texts[n];
            var id = await Post(api, "/api/v1/customers", new
            {
                name = $"{text}公司{n}（集团）", shortName = text, kind = "soleTrader", legalRepresentative = text, businessDirection = text, productionScale = text, marketSharePercent = 12.34, employeeCount = 1_500, phone = $"+86 512-6000{n:0000}",
                creditCode = n == 0 ? "91350100M000100Y44" : null, creditCodeReason = n == 0 ? text : null, active = n != 1, ownershipType = "stateOwned", sizeClass = "micro", industryCode = "06", regionCode = "320500", transportModes = "carload,lessThanCarload,multimodal", transportCycle = n == 2 ? "每周" : text,
                companyProfile = text, localCulture = text, localCustoms = text, registeredAddress = text, businessAddress = text, website = "https://example.cn/?a=1&b=2", tags = "重点,长期", parentId = parent,
                shareholders = new object[] { new { name = text, sharePercent = 60.5, kind = text }, new { name = "乙", sharePercent = 39.5 } },
                products = new object[] { new { name = text, annualOutput = 900_000L, stockOnHand = 12_000L, unit = text, asOf = "2026-03-01" }, new { name = "钢坯" } },
                mainStations = new object[] { new { role = "sending", station = text, yearlyTonnes = 400_000L }, new { role = "sending", station = "杭州北" }, new { role = "receiving", station = "丰台西", yearlyTonnes = 100_000L } },
                sidings = new object[] { new { name = text, connectionStation = "高桥镇", owner = text, lengthMetres = 1_850, tracks = 4, wagonsPerDay = 60, agreementExpiresOn = "2027-12-31" }, new { name = "共用线", connectionStation = "高桥镇" } },
            });
            await Post(api, $"/api/v1/customers/{id}/contacts", new { name = text, title = text, mobile = $"+86 1380000{n:0000}", phone = $"0571-8000{n:0000}", email = "a.b@example.cn" });
        }

        return texts.Length + 1;
    }

    private static async Task<byte[]> Exported(CrmApp app, string format, string language)
    {
        using var browser = await app.SignedIn("n1");
        browser.DefaultRequestHeaders.AcceptLanguage.ParseAdd(language);
        using var answer = await CustomerExportTests.Export(browser, "", format);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsByteArrayAsync(Ct);
    }

    /// <summary>All of every customer and its main contact, by name.</summary>
    private static async Task<SortedDictionary<string, string>> All(CrmApp app, HttpClient api, bool withVersions)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var id in await app.In(System, db => db.Set<Customer>().Select(c => c.Id).ToListAsync(Ct)))
        {
            var told = (await api.GetFromJsonAsync<JsonObject>($"/api/v1/customers/{id}", Ct))!;
            var contacts = (await api.GetFromJsonAsync<JsonObject>($"/api/v1/customers/{id}/contacts", Ct))!["items"]!.AsArray();
            var parent = told["parentId"]?.GetValue<long>();
            told["parent"] = await app.In(System, db => db.Set<Customer>().Where(c => c.Id == parent).Select(c => c.Name).SingleOrDefaultAsync(Ct));
            told["contacts"] = new JsonArray([.. contacts.Select(c => (JsonNode)string.Join('|', new[] { "name", "title", "mobile", "phone", "email", "isMain", "active" }.Select(f => c![f]?.ToString())))]);
            foreach (var field in withVersions ? [] : OwnOfTheDatabase)
            {
                Assert.True(told.Remove(field), field);
            }

            all[told["name"]!.GetValue<string>()] = told.ToJsonString();
        }

        return all;
    }

    [Theory, MemberData(nameof(Files))]
    public async Task An_export_loaded_into_another_group_makes_the_same_customers_and_into_its_own_changes_nothing(Engine engine, string format, string language)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var count = await Fill(api);
        var file = await Exported(app, format, language);

        await using (var other = await CrmApp.Start(engine))
        {
            using var there = await other.Api("n1");
            // Numbers are each database's own.
            var loaded = await Loaded(there, "customers", file, $"a.{format}", """{"number":""}""");

            Assert.True((count, 0L) == (Number(loaded, "created"), Number(loaded, "rowsRejected")), $"{loaded}\n{(Number(loaded, "rowsRejected") > 0 ? await File.ReadAllTextAsync(Directory.GetFiles(Path.Combine(other.Home, "imports"), "*.rejected")[0], Ct) : "")}");
            Assert.Equal(await All(app, api, withVersions: false), await All(other, there, withVersions: false));
        }

        var before = await All(app, api, withVersions: true);
        var trail = await app.In(System, db => db.Set<AuditEntry>().CountAsync(a => a.Entity != "Import", Ct));

        var again = await Loaded(api, "customers", file, $"a.{format}");

        Assert.True((count, 0L, 0L, 0L) == (Number(again, "unchanged"), Number(again, "updated"), Number(again, "created"), Number(again, "rowsRejected")), again.ToString());
        Assert.Equal(before, await All(app, api, withVersions: true));
        Assert.Equal(trail, await app.In(System, db => db.Set<AuditEntry>().CountAsync(a => a.Entity != "Import", Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Lists_and_the_main_contact_are_read_and_an_empty_cell_changes_nothing(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        const string Head = "客户名称,主要股东,主要发站,主要到站,专用线,主要产品,联系人,手机\n";
        Assert.Equal(1, Number(await Loaded(api, "customers", Utf8(Head + "甲公司,张三 60%; 李四 40%,高桥镇 40万吨,丰台西,\"钢厂线@高桥镇, 4 股\",钢坯,王伟,13800138000\n")), "created"));
        var id = await app.In(System, db => db.Set<Customer>().Select(c => c.Id).SingleAsync(Ct));

        var second = await Loaded(api, "customers", Utf8(Head + "甲公司,,杭州北,,,,,13900139000\n"));

        Assert.Equal(1, Number(second, "updated"));
        var told = await api.GetFromJsonAsync<JsonElement>($"/api/v1/customers/{id}", Ct);
        Assert.Equal(["张三 60", "李四 40"], told.GetProperty("shareholders").EnumerateArray().Select(s => $"{s.GetProperty("name").GetString()} {s.GetProperty("sharePercent").GetDecimal():0}"));
        Assert.Equal(["sending 杭州北", "receiving 丰台西"], told.GetProperty("mainStations").EnumerateArray().Select(s => $"{s.GetProperty("role").GetString()} {s.GetProperty("station").GetString()}"));
        Assert.Equal((1, 1), (told.GetProperty("sidings").GetArrayLength(), told.GetProperty("products").GetArrayLength()));
        // A mobile alone is the main contact's; another name becomes the main contact beside him.
        Assert.Equal(("王伟", "13900139000"), await app.In(System, async db => (await db.Set<Contact>().SingleAsync(Ct)) is var k ? (k.Name, k.Mobile!) : default));
        Assert.Equal(1, Number(await Loaded(api, "customers", Utf8(Head + "甲公司,,,,,,李娜,\n")), "updated"));
        Assert.Equal([("李娜", true), ("王伟", false)], (await app.In(System, db => db.Set<Contact>().OrderBy(k => k.Name).Select(k => new { k.Name, k.IsMain }).ToListAsync(Ct))).Select(k => (k.Name, k.IsMain)).OrderByDescending(k => k.IsMain));

        // A siding by its name alone where one is called so; a fact the cell adds leaves the others.
        Assert.Equal(2, Number(await Loaded(api, "customers", Utf8("客户名称,专用线\n乙公司,钢厂线\n甲公司,\"钢厂线, 60 车/日\"\n")), "created") + 1);
        var siding = await app.In(System, db => db.Set<Siding>().SingleAsync(Ct));
        Assert.Equal((4, 60), (siding.Tracks, siding.WagonsPerDay));
        Assert.Equal(2, await app.In(System, db => db.Set<CustomerSiding>().CountAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_list_that_cannot_be_read_or_breaks_a_rule_is_rejected_by_its_column_and_nothing_of_the_row_is_stored(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        const string Rows = "甲,张三,,,,\n乙,张三 60%; 李四 50%,,,,\n丙,,\"煤, 很多\",,,\n丁,,,没有的线,,\n戊,,,,王伟,12\n己,,,,,13800138000\n";

        var done = await Loaded(api, "customers", Utf8("name,shareholders,products,sidings,contactName,contactMobile\n" + Rows));

        Assert.Equal((0, 6), (Number(done, "created"), Number(done, "rowsRejected")));
        var reasons = (await api.GetStringAsync($"/api/v1/imports/{Number(done, "id")}/rejected", Ct)).Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..];
        string[] columns = ["主要股东:", "主要股东:", "主要产品:", "专用线:", "联系人手机:", "主联系人:"];
        Assert.All(reasons.Zip(columns), r => Assert.True(r.First.Contains(r.Second, StringComparison.Ordinal), r.ToString()));
        Assert.Equal(0, await app.In(System, db => db.Set<Customer>().CountAsync(Ct)));
    }
}
