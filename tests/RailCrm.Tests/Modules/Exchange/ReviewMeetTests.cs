using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Exchange;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Tests.Modules.Customers;
using static RailCrm.Tests.Modules.Exchange.ReviewUse;

namespace RailCrm.Tests.Modules.Exchange;

/// <summary>What the review says of rows that speak of a record that is there.</summary>
public sealed class ReviewMeetTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<Customer> Made(CrmApp app, Actor actor, string name, string? phone = null, string? tags = null) =>
        Value(await app.With<SaveCustomer, Result<Customer>>(actor, s => s.Run(null, null, new() { Name = name, Phone = phone, Tags = tags, DuplicateReason = "分开的两家" }, Ct)));

    private static List<(string Field, string? Before, string? After)> Changes(ReviewImport.Look look, long row) => [.. look.Met[row].Changes.Select(c => (c.Field, c.Before, c.After))];

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_customers_row_names_the_customer_and_tells_old_and_new_of_each_cell_that_changes(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        var known = await Made(app, n1, "华东钢铁有限公司", "0571-11111111", "煤炭");
        var same = await Made(app, n1, "乙公司", "0571-22222222");
        var parent = await Made(app, n1, "华东集团");
        await Whole(app, n1, "customers", $"客户编号,客户名称,主要发站,主联系人\n{known.Number},华东钢铁有限公司,高桥镇 400000 吨,王伟\n");

        var id = await Checked(app, n1, "customers", "客户编号,客户名称,电话,标签,所在地区,客户类型,上级公司,主要发站,主要到站,主联系人,联系人手机\n"
            + $"{known.Number},华东钢铁有限公司,0571-99999999,煤炭、重点,330100,企业,华东集团,高桥镇 500000 吨,丰台西,李静,13900139000\n"
            + $"{same.Number},乙公司,0571-22222222,,,,,,,,\n,丙公司,0571-33333333,,,,,,,,\n");

        var look = await Look(app, n1, id);
        Assert.Equal(($"{known.Number} 华东钢铁有限公司", $"/customers/{known.Id}"), (look.Met[2].Name, look.Met[2].Href));
        Assert.Equal(
            [
                ("contactMobile", null, "13900139000"), ("contactName", "王伟", "李静"), ("parentCustomer", null, "华东集团"), ("phone", "0571-11111111", "0571-99999999"), ("receivingStations", null, "到站 · 丰台西"),
                ("region", null, "浙江省 / 杭州市"), ("sendingStations", "发站 · 高桥镇 · 400,000 t", "发站 · 高桥镇 · 500,000 t"), ("tags", "煤炭", "煤炭 · 重点"),
            ], Changes(look, 2).OrderBy(c => c.Field, StringComparer.Ordinal));
        Assert.Equal("unchanged", look.Rows[1].Outcome);
        Assert.Empty(look.Met[3].Changes);
        Assert.False(look.Met.ContainsKey(4)); // It will be new.
        Assert.Equal(0, look.Found.Warned);

        var item = Assert.Single(await Records(app, n1, (await Loaded(app, n1, id)).Id, "updated"), i => i.Entity == "customer");
        Assert.Equal(5, item.Fields.Count); // What was told is what was done: the contact beside it, and stations are one field of the record.
        Assert.Equal(parent.Id, await app.In(System, db => db.Set<Customer>().Where(c => c.Id == known.Id).Select(c => c.ParentId).SingleAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_key_of_one_and_the_name_of_another_is_a_warning_that_can_be_shown_alone_and_mended(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        var (one, two) = (await Made(app, n1, "华东钢铁有限公司"), await Made(app, n1, "西山煤业集团有限公司"));
        var id = await Checked(app, n1, "customers", $"客户编号,客户名称,简称\n{one.Number},华东钢铁股份有限公司,华钢\n{two.Number},杭州萧山纺织厂,萧纺\n{one.Number},天目山水泥厂,天\n,新公司,新\n");

        var look = await Look(app, n1, id);
        Assert.Equal((3, 0, 2), (look.Found.Updated, look.Found.Wrong, look.Found.Warned));
        var warned = await Look(app, n1, id, ReviewRow.Warned);
        Assert.Equal([3L, 4L], warned.Rows.Select(r => r.Number));
        Assert.Equal(("import.name_differs", "西山煤业集团有限公司"), (warned.Rows[0].Warnings!.Single().Code, warned.Rows[0].Warnings!.Single().Args[0]));

        await Mend(app, n1, id, 3, 1, "西山煤业");
        Assert.Equal("import.name_differs", (await Mend(app, n1, id, 2, 1, "完全另一家")).Warnings!.Single().Code);
        await Mend(app, n1, id, 4, 1, "天目山水泥有限公司"); // Another still.

        warned = await Look(app, n1, id, ReviewRow.Warned);
        Assert.Equal([2L, 4L], warned.Rows.Select(r => r.Number));
        Assert.Equal(2, warned.Found.Warned);
        var done = await Loaded(app, n1, id);
        Assert.Equal((1, 1, 2), (done.Updated, done.Created, done.RowsRejected)); // What nobody confirmed stays out.
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task People_are_named_with_what_changes_and_another_persons_mobile_is_a_warning(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        var customer = await Made(app, n1, "甲公司");
        await Whole(app, n1, "contacts", "客户,姓名,手机,职务\n甲公司,王伟,13800138000,科长\n甲公司,李静,13900139000,\n");

        var id = await Checked(app, n1, "contacts", "客户,姓名,手机,职务\n甲公司,王伟,138 0013 8000,处长\n甲公司,赵钱孙,13900139000,\n");

        var look = await Look(app, n1, id);
        Assert.StartsWith("王伟 · 甲公司", look.Met[2].Name, StringComparison.Ordinal);
        Assert.StartsWith($"/customers/{customer.Id}/contacts/", look.Met[2].Href, StringComparison.Ordinal);
        Assert.Contains(("title", "科长", "处长"), Changes(look, 2));
        Assert.Equal([("name", "李静", "赵钱孙")], Changes(look, 3));
        Assert.Equal(("import.person_differs", "李静"), (look.Rows[1].Warnings!.Single().Code, look.Rows[1].Warnings!.Single().Args[0]));
        Assert.Empty(look.Rows[0].Warnings!);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_line_tells_old_and_new_and_warns_where_it_would_go_to_another_customer(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        await Made(app, n1, "甲公司");
        await Made(app, n1, "乙公司");
        await Whole(app, n1, "waybills", "externalNo,date,customer,revenue,weight\nA1,2026-03-01,甲公司,100,60\nA2,2026-03-01,甲公司,100,60\nA3,2026-03-01,甲公司,100,60\n");

        var id = await Checked(app, n1, "waybills", "externalNo,date,customer,revenue,weight\nA1,2026-03-02,,1200.5,60\nA2,2026-03-01,乙公司,100,60\nA3,2026-03-01,甲工司,100,60\nA4,2026-03-01,乙公司,1,1\nA1,2026-03-01,甲公司,100,60\n", create: true);

        var look = await Look(app, n1, id);
        Assert.Equal([("date", "2026-03-01", "2026-03-02"), ("revenue", "100.00 元", "1,200.50 元")], Changes(look, 2));
        Assert.Equal([("customer", "甲公司", "乙公司")], Changes(look, 3));
        Assert.Equal([("customer", "甲公司", "甲工司")], Changes(look, 4)); // Nobody knows that one yet: it would be made.
        Assert.Empty(Changes(look, 6));
        Assert.Equal([3L, 4L], (await Look(app, n1, id, ReviewRow.Warned)).Rows.Select(r => r.Number));
        Assert.StartsWith("A1 · ", look.Met[2].Name, StringComparison.Ordinal);
        Assert.Matches("^/waybills/[0-9]+$", look.Met[2].Href);
        Assert.Equal(3, await app.In(System, db => db.Set<WaybillLine>().CountAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Units_employees_and_stations_are_met_too(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var admin = await app.ActorOf("admin");
        await Whole(app, admin, "employees", "工号,姓名,单位,岗位,账号\n1001,王伟,N1,站长,n1\n");
        await Whole(app, admin, "stations", "电报码,站名,城市,货运\nQQA,天外站,云上,否\n");

        var people = await Look(app, admin, await Checked(app, admin, "employees", "工号,姓名,单位,账号\n1001,赵钱孙,N2,\n,王伟,,n1\n"));
        Assert.Equal([("name", "王伟", "赵钱孙")], Changes(people, 2).Where(c => c.Field != "unit"));
        Assert.Contains("unit", Changes(people, 2).Select(c => c.Field));
        Assert.Equal("import.person_differs", people.Rows[0].Warnings!.Single().Code);
        Assert.Empty(Changes(people, 3));

        var units = await Look(app, admin, await Checked(app, admin, "org", "单位编码,单位名称\nN1,完全另一个网点名\nN2,\n"));
        Assert.Equal("完全另一个网点名", Assert.Single(Changes(units, 2)).After);
        Assert.Equal("import.other_name", units.Rows[0].Warnings!.Single().Code);

        var stations = await Look(app, admin, await Checked(app, admin, "stations", "电报码,站名,城市,货运\nqqa,地下通道,云下,是\nQQA,天外站,,\n"));
        Assert.Equal([("name", "天外站", "地下通道"), ("city", "云上", "云下"), ("freight", "否", "是")], Changes(stations, 2));
        Assert.Empty(Changes(stations, 3));
        Assert.Equal("import.other_name", stations.Rows[0].Warnings!.Single().Code);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_page_shows_the_record_old_beside_new_and_every_error_with_its_field(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        var known = await Made(app, n1, "甲公司", "0571-11111111");
        var id = await Checked(app, n1, "customers", $"客户编号,客户名称,电话,所在地区,所属行业,网址,职工人数\n{known.Number},完全另一家,0571-99999999,,,,\n,丁公司,,火星,挖矿,ftp://x,许多\n");
        using var browser = await app.SignedIn("n1");

        var page = WebUtility.HtmlDecode(await browser.GetStringAsync($"/imports/{id}/review", Ct));
        string Row(int number) => Regex.Match(page, $"<tr id=\"row-{number}\".*?</tr>", RegexOptions.Singleline).Value;

        Assert.Contains($"<a href=\"/customers/{known.Id}\">{known.Number} 甲公司</a>", Row(2), StringComparison.Ordinal);
        Assert.Matches("<del>0571-11111111</del>.*<ins>0571-99999999</ins>", Row(2));
        Assert.Contains("rc-warned", Row(2), StringComparison.Ordinal);
        Assert.Contains("show=warned", page, StringComparison.Ordinal);
        var summary = Regex.Match(Row(3), "<ul class=\"rc-why\">.*?</ul>", RegexOptions.Singleline).Value;
        foreach (var field in new[] { "所在地区", "所属行业", "网址", "职工人数" })
        {
            Assert.Matches($"<li><strong>{field}</strong> [^<]+</li>", summary);
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_review_that_began_before_there_were_warnings_goes_on(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        var id = await Checked(app, n1, "customers", "客户名称,地区\n甲公司,火星\n乙公司,330100\n");
        await Mend(app, n1, id, 2, 1, "月球");
        await app.In(System, db => db.Set<ImportEdit>().ExecuteUpdateAsync(s => s.SetProperty(e => e.Errors, "[{\"Field\":\"RegionCode\",\"Code\":\"customer.region_unknown\",\"Args\":[]}]"), Ct));
        foreach (var index in Directory.EnumerateFiles(app.Home, "*.warned", SearchOption.AllDirectories))
        {
            File.Delete(index);
        }

        var look = await Look(app, n1, id);
        Assert.Equal((1, 1, 0), (look.Found.Created, look.Found.Wrong, look.Found.Warned));
        Assert.Equal("RegionCode", look.Rows[0].Errors.Single().Field);
        Assert.Empty((await Look(app, n1, id, ReviewRow.Warned)).Rows);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_row_says_that_one_above_makes_its_record_only_where_one_does(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        var known = await Made(app, n1, "甲公司");
        await Made(app, n1, "乙公司");
        var id = await Checked(app, n1, "customers", $"客户编号,客户名称,电话\n{known.Number},甲公司,0571-11111111\n,丙公司,0571-22222222\n,丙公司,0571-33333333\n");
        await app.In(System, db => db.Set<Customer>().Where(c => c.Id == known.Id).ExecuteUpdateAsync(s => s.SetProperty(c => c.DeletedAt, db.UtcNow), Ct));
        using var browser = await app.SignedIn("n1");

        var page = WebUtility.HtmlDecode(await browser.GetStringAsync($"/imports/{id}/review", Ct));
        string Row(int number) => Regex.Match(page, $"<tr id=\"row-{number}\".*?</tr>", RegexOptions.Singleline).Value;
        Assert.Contains("检查后已找不到", Row(2), StringComparison.Ordinal);
        Assert.DoesNotContain("将新建的记录", Row(2), StringComparison.Ordinal);
        Assert.Contains("对应第 3 行将新建的记录", Row(4), StringComparison.Ordinal);

        foreach (var (kind, file, create) in new[]
        {
            ("waybills", "externalNo,date,customer,revenue\nB1,2026-03-01,乙公司,1\nB1,2026-03-01,乙公司,2\n", false), ("waybills", "externalNo,date,customer,revenue\nB2,2026-03-01,新来的公司,1\nB2,2026-03-01,新来的公司,2\n", true),
            ("contacts", "客户,姓名,手机,职务\n乙公司,王伟,13800138000,\n乙公司,王伟,13800138000,科长\n", false),
        })
        {
            Assert.Equal([("created", false), ("updated", true)], (await Look(app, n1, await Checked(app, n1, kind, file, create: create))).Rows.Select(r => (r.Outcome, r.Above)));
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Keys_of_records_beyond_the_scope_meet_none_and_the_page_names_none(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        var south = await app.In(System, db => db.Set<OrgUnit>().Where(u => u.Code == "S1").Select(u => u.Id).SingleAsync(Ct));
        Assert.Null((await app.With<SetUpGroup, Result<User>>(System, s => s.CreateUser(new() { UserName = "sadmin", DisplayName = "sadmin", UnitId = south }, CrmApp.Password, "data", Ct))).Refusal);
        var hidden = Value(await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(null, null, new() { Name = "北方机密公司", CreditCode = MergeScene.Code, LegalRepresentative = "赵机密" }, Ct)));
        await Whole(app, n1, "contacts", "客户,姓名,手机\n北方机密公司,王机密,13800138000\n");
        await Whole(app, n1, "waybills", "externalNo,date,customer,note\nA1,2026-03-01,北方机密公司,机密货\n");
        await Whole(app, await app.ActorOf("admin"), "employees", "工号,姓名,单位,岗位\n1001,李机密,N1,站长\n");
        await app.In(System, db => db.Set<OrgUnit>().Where(u => u.Code == "N1").ExecuteUpdateAsync(s => s.SetProperty(u => u.Name, "机密网点"), Ct));
        var actor = await app.ActorOf("sadmin");
        using var browser = await app.SignedIn("sadmin");

        // A taken credit code is told with the unit to be asked, and nothing else of the customer.
        foreach (var (kind, file, told) in new[]
        {
            ("customers", $"客户编号,客户名称,电话\n{hidden.Number},丁公司,\n", ""), ("customers", $"客户名称,信用代码\n戊公司,{MergeScene.Code}\n", "机密网点"), ("contacts", $"客户,姓名,手机\n{hidden.Number},钱多,13800138000\n", ""),
            ("waybills", $"externalNo,date,customer\nA1,2026-03-01,{hidden.Number}\nA1,2026-03-01,\n", ""), ("employees", "工号,姓名,单位\n1001,钱多,S1\n", ""), ("org", "单位编码,单位名称\nN1,新名\n", ""),
        })
        {
            var id = await Checked(app, actor, kind, file);
            var look = await Look(app, actor, id);
            Assert.Empty(look.Met);
            Assert.All(look.Rows, r => Assert.Equal((kind, "wrong"), (kind, r.Outcome)));
            var page = WebUtility.HtmlDecode(await browser.GetStringAsync($"/imports/{id}/review", Ct));
            Assert.Contains("rc-why", page, StringComparison.Ordinal);
            Assert.DoesNotContain("机密", told.Length == 0 ? page : page.Replace(told, "", StringComparison.Ordinal), StringComparison.Ordinal);
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_row_wrong_anyhow_is_told_of_likely_duplicates_by_the_review_and_not_looked_up_by_the_run(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        await Made(app, n1, "华东钢铁有限公司");
        const string File = "客户名称,职工人数,网址\n华东钢铁股份有限公司,许多,\n新公司,许多,ftp://x\n";

        var rows = (await Look(app, n1, await Checked(app, n1, "customers", File))).Rows;
        Assert.Equal(["employees", "name"], rows[0].Errors.Select(e => e.Field).Order(StringComparer.Ordinal));

        using var api = await app.Api("n1");
        var done = await ImportHttp.Loaded(api, "customers", ImportHttp.Utf8(File));
        var lines = (await api.GetStringAsync($"/api/v1/imports/{ImportHttp.Number(done, "id")}/rejected", Ct)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("职工人数: ", lines[1], StringComparison.Ordinal);
        Assert.DoesNotContain("客户名称: ", lines[1], StringComparison.Ordinal);
        Assert.Contains("网址: ", lines[2], StringComparison.Ordinal); // The rules are asked all the same.
    }
}
