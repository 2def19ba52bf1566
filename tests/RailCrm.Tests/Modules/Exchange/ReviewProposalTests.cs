using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Exchange;
using RailCrm.Modules.Reference;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using static RailCrm.Tests.Modules.Exchange.ReviewUse;

namespace RailCrm.Tests.Modules.Exchange;

/// <summary>Values nobody knows: what is likely meant is proposed, and taken by one click for all their rows.</summary>
public sealed class ReviewProposalTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<string> Page(HttpClient browser, long id) => WebUtility.HtmlDecode(await browser.GetStringAsync($"/imports/{id}/review", Ct));

    /// <summary>The row of a value in the list of those nobody knows.</summary>
    private static string Of(string page, string value) => Regex.Match(page, $"<tr>\\s*<th scope=\"row\">{Regex.Escape(value)}<.*?</tr>", RegexOptions.Singleline).Value;

    /// <summary>The values of a column's form with what is chosen for each, as a browser sends it untouched.</summary>
    private static List<(string From, string To)> AsItStands(string page, string column) =>
    [
        .. Regex.Matches(Regex.Match(page, $"<input type=\"hidden\" name=\"column\" value=\"{Regex.Escape(column)}\".*?</form>", RegexOptions.Singleline).Value, "<tr>\\s*<th scope=\"row\">.*?</tr>", RegexOptions.Singleline)
            .Select(row => (Regex.Match(row.Value, "name=\"from\" value=\"([^\"]*)\"").Groups[1].Value, Regex.Match(row.Value, "<option value=\"([^\"]*)\" selected|name=\"to\"[^>]* value=\"([^\"]*)\"") is { Success: true } chosen ? chosen.Groups[1].Value + chosen.Groups[2].Value : "")),
    ];

    private static async Task Take(HttpClient browser, string page, long id, string column, IReadOnlyList<(string From, string To)> shown, int? only, string? meant = null)
    {
        var fields = new List<KeyValuePair<string, string>> { new("__RequestVerificationToken", Regex.Match(page, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value), new("column", column) };
        fields.AddRange(shown.SelectMany(s => new KeyValuePair<string, string>[] { new("from", s.From), new("to", s.To) }));
        fields.AddRange(only is null ? [] : [new("only", $"{only}")]);
        fields.AddRange(meant is null ? [] : [new("meant", meant)]);
        using var form = new FormUrlEncodedContent(fields);
        using var answer = await browser.PostAsync($"/imports/{id}/fixes", form, Ct);
        Assert.True(answer.StatusCode is HttpStatusCode.Found or HttpStatusCode.OK, answer.StatusCode.ToString());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Units_industries_regions_and_choices_propose_the_known_value_most_like_it_and_apply_nothing(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var group = await app.ActorOf("group");
        var unit = (await app.In(System, db => db.Set<RailCrm.Modules.Organization.OrgUnit>().SingleAsync(u => u.Code == "N1", Ct))).Name;
        var id = await Checked(app, group, "customers", $"客户名称,所属单位,所属行业,所在地区,企业性质\n甲公司,{unit}点,煤碳开采和洗选业,杭洲市,国有企叶\n乙公司,查无此处,挖矿,火星,火星制\n丙公司,{unit}{new string('点', 40)},,,\n");
        using var browser = await app.SignedIn("group");

        var page = await Page(browser, id);

        Assert.Matches("name=\"meant\" value=\"[0-9]+:N1\"", Of(page, $"{unit}点"));
        Assert.Contains("rc-meant", Of(page, $"{unit}点"), StringComparison.Ordinal);
        Assert.Matches("name=\"meant\" value=\"[0-9]+:06\"", Of(page, "煤碳开采和洗选业"));
        Assert.Matches("name=\"meant\" value=\"[0-9]+:330100\"", Of(page, "杭洲市"));
        foreach (var nothing in new[] { "查无此处", "挖矿", "火星", unit + new string('点', 40) })
        {
            Assert.DoesNotContain("rc-meant", Of(page, nothing), StringComparison.Ordinal);
        }

        // The first button takes every value of the column, and Enter presses it: a proposal nobody took does not go along.
        foreach (var column in new[] { "所属单位", "所属行业", "所在地区", "企业性质" })
        {
            var shown = AsItStands(page, column);
            Assert.NotEmpty(shown);
            Assert.All(shown, s => Assert.Equal("", s.To));
            await Take(browser, page, id, column, shown, only: null);
        }

        Assert.Equal("review", (await Rested(app, group, id)).State);
        Assert.Equal(3, (await Look(app, group, id)).Found.Wrong);
        Assert.Equal("[]", await app.In(System, db => db.Set<Import>().Where(i => i.Id == id).Select(i => i.Fixes).SingleAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Unknown_customers_of_lines_are_proposed_and_one_click_takes_one_of_them_for_all_its_rows(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        var known = Value(await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(null, null, new() { Name = "华东钢铁有限公司" }, Ct)));
        var second = Value(await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(null, null, new() { Name = "西山煤业集团有限公司" }, Ct)));
        Value(await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf("s1"), s => s.Run(null, null, new() { Name = "南山水泥有限公司" }, Ct)));
        var id = await Checked(app, n1, "waybills", "externalNo,date,customer,revenue\nA1,2026-03-01,华东钢铁股份公司,1\nA2,2026-03-01,华东钢铁股份公司,2\nA3,2026-03-01,西山媒业集团有限公司,4\nA4,2026-03-01,南山水尼有限公司,8\n");
        using var browser = await app.SignedIn("n1");

        var page = await Page(browser, id);
        Assert.Contains($"name=\"meant\" value=\"0:{known.Number}\"", Of(page, "华东钢铁股份公司"), StringComparison.Ordinal);
        Assert.Matches($"name=\"meant\" value=\"[0-9]+:{second.Number}\"", Of(page, "西山媒业集团有限公司"));
        Assert.Contains($"{second.Number} 西山煤业集团有限公司", Of(page, "西山媒业集团有限公司"), StringComparison.Ordinal);
        Assert.DoesNotContain("rc-meant", Of(page, "南山水尼有限公司"), StringComparison.Ordinal); // The south's, out of sight.
        Assert.Contains("<rc-combobox src=\"/api/v1/lookup/customers?q=\">", Of(page, "南山水尼有限公司"), StringComparison.Ordinal);

        // As a look-up writes it; what stands in other rows stays unapplied.
        await Take(browser, page, id, "customer", [("华东钢铁股份公司", $"{known.Number} 华东钢铁有限公司"), ("西山媒业集团有限公司", second.Number)], only: 0);
        await Rested(app, n1, id);

        var look = await Look(app, n1, id);
        Assert.Equal((2, 2), (look.Found.Created, look.Found.Wrong));
        var fix = Assert.Single(ColumnFix.Read(look.Import.Fixes));
        Assert.Equal(("华东钢铁股份公司", known.Number), (fix.From, fix.To));

        // What was proposed, by its own button.
        page = await Page(browser, id);
        await Take(browser, page, id, "customer", AsItStands(page, "customer"), only: null, meant: Regex.Match(Of(page, "西山媒业集团有限公司"), "name=\"meant\" value=\"([^\"]+)\"").Groups[1].Value);
        await Rested(app, n1, id);
        Assert.Equal("created", (await Mend(app, n1, id, 5, 2, $"{second.Number} 西山煤业集团有限公司")).Outcome); // One cell by the same look-up.
        Assert.Equal(4, (await Loaded(app, n1, id)).Created);
        Assert.Equal([3_00L, 12_00L], await app.In(System, db => db.Set<WaybillLine>().GroupBy(w => w.CustomerId).OrderBy(g => g.Key).Select(g => g.Sum(w => w.RevenueFen)).ToListAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_station_nobody_knows_holds_its_row_until_it_is_mapped_or_confirmed_unless_the_line_has_it_already(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        Value(await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(null, null, new() { Name = "华东钢铁有限公司" }, Ct)));
        const string Head = "externalNo,date,customer,origin,destination,revenue\n";
        Assert.Equal(1, (await Whole(app, n1, "waybills", Head + "A1,2026-03-01,华东钢铁有限公司,小站,大站,1\n")).Created); // No station is known yet: nobody keeps them.
        await app.In(System, async db =>
        {
            db.Add(new Station { TelegraphCode = "GZD", Name = "高桥镇", PinyinCode = "gqz", Pinyin = "gaoqiaozhen", TmisCode = "51632" });
            db.Add(new Station { TelegraphCode = "FTX", Name = "丰台西", PinyinCode = "ftx", Pinyin = "fengtaixi" });
            return await db.SaveChangesAsync(Ct);
        });
        var id = await Checked(app, n1, "waybills", Head + "A1,2026-03-01,华东钢铁有限公司,小站,,2\nA2,2026-03-01,华东钢铁有限公司,GZD,丰台西,4\nA3,2026-03-01,华东钢铁有限公司,高桥真,丰台西,8\n"
            + "A4,2026-03-01,华东钢铁有限公司,高桥真,QQQ,16\nA5,2026-03-01,新客户,,无名站,32\n", create: true);
        using var browser = await app.SignedIn("n1");

        var look = await Look(app, n1, id);
        Assert.Equal((4, 1, 0, 3, 3), (look.Found.Created, look.Found.Updated, look.Found.Wrong, look.Found.Warned, look.Found.Held));
        Assert.Equal(["", "", "origin 高桥真", "origin 高桥真 destination QQQ", "destination 无名站"], look.Rows.Select(r => string.Join(' ', r.Warnings!.Select(w => $"{w.Field} {w.Args[0]}"))));
        var page = await Page(browser, id);
        Assert.Contains("name=\"meant\" value=\"0:高桥镇\"", Of(page, "高桥真"), StringComparison.Ordinal);
        Assert.Contains("<rc-combobox src=\"/api/v1/lookup/stations?q=\">", Of(page, "无名站"), StringComparison.Ordinal);
        Assert.Contains("name=\"meant\" value=\"3:高桥镇\"", page, StringComparison.Ordinal); // In the row as well, whose cell is open.

        await Take(browser, page, id, "origin", AsItStands(page, "origin"), only: null, meant: "0:高桥镇");
        await Rested(app, n1, id);
        Assert.Equal((2, 2), ((await Look(app, n1, id)).Found.Warned, (await Look(app, n1, id)).Found.Held));
        Value(await app.With<ReviewImport, Result<ReviewRow>>(n1, r => r.Edit(id, 6, new Dictionary<int, string>(), null, Ct, take: true))); // It is called so.
        var done = await Loaded(app, n1, id);

        Assert.Equal((3, 1, 1), (done.Created, done.Updated, done.RowsRejected));
        Assert.Equal(["A1 小站 大站", "A2 高桥镇 丰台西", "A3 高桥镇 丰台西", "A5  无名站"], await app.In(System, db => db.Set<WaybillLine>().OrderBy(w => w.ExternalNo).Select(w => w.ExternalNo + " " + w.Origin + " " + w.Destination).ToListAsync(Ct)));
        using var api = await app.Api("n1");
        Assert.Contains("QQQ", await api.GetStringAsync($"/api/v1/imports/{id}/rejected", Ct), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_number_beside_a_name_is_read_as_the_number_only_of_a_customer_in_sight_that_has_both(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        var known = Value(await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(null, null, new() { Name = "华东钢铁有限公司" }, Ct)));
        var hidden = Value(await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf("s1"), s => s.Run(null, null, new() { Name = "南山水泥有限公司" }, Ct)));
        var id = await Checked(app, n1, "waybills", "externalNo,date,customer\nA1,2026-03-01,无人知晓\nA2,2026-03-01,无人知晓\nA3,2026-03-01,无人知晓\n");

        // The numbers of another database are other customers' here.
        Assert.Equal("wrong", (await Mend(app, n1, id, 2, 2, $"{known.Number} 杭州萧山纺织厂")).Outcome);
        Assert.Equal("wrong", (await Mend(app, n1, id, 3, 2, $"{hidden.Number} 南山水泥有限公司")).Outcome);
        Assert.Equal("created", (await Mend(app, n1, id, 4, 2, $"{known.Number} 华东钢铁股份公司")).Outcome);
        Assert.Equal([$"{known.Number} 杭州萧山纺织厂", $"{hidden.Number} 南山水泥有限公司", known.Number], (await Look(app, n1, id)).Rows.Select(r => r.Cells[2]));

        Value(await app.With<ReviewImport, Result<Import>>(n1, r => r.Fix(id, _ => [new("customer", "无人知晓", $"{known.Number} 杭州萧山纺织厂", true)], Ct)));
        await Rested(app, n1, id);
        var look = await Look(app, n1, id);
        Assert.Equal($"{known.Number} 杭州萧山纺织厂", Assert.Single(ColumnFix.Read(look.Import.Fixes)).To);
        Assert.Equal((1, 2), (look.Found.Created, look.Found.Wrong));
    }
}
