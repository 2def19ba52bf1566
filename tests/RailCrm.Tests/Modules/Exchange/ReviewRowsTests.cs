using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Exchange;
using RailCrm.Platform.Access;
using RailCrm.Tests.Modules.Customers;
using static RailCrm.Tests.Modules.Exchange.ReviewUse;

namespace RailCrm.Tests.Modules.Exchange;

/// <summary>Rows of one file that are the same as one above, and rows that stay out until somebody has looked at them.</summary>
public sealed class ReviewRowsTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<Customer> Made(CrmApp app, Actor actor, string name) =>
        Value(await app.With<SaveCustomer, Result<Customer>>(actor, s => s.Run(null, null, new() { Name = name }, Ct)));

    private static async Task<ReviewRow> Edit(CrmApp app, Actor actor, long id, long row, bool? skip = null, bool? take = null) =>
        Value(await app.With<ReviewImport, Result<ReviewRow>>(actor, r => r.Edit(id, row, new Dictionary<int, string>(), skip, Ct, take)));

    private static IEnumerable<string> Told(ReviewImport.Look look) => look.Rows.Select(r => $"{r.Number} {r.Outcome} {string.Join(' ', r.Errors.Concat(r.Warnings ?? []).Select(e => $"{e.Code} {e.Args.FirstOrDefault()}"))}".TrimEnd());

    private static async Task<string> Rejected(CrmApp app, string user, long id)
    {
        using var api = await app.Api(user);
        return await api.GetStringAsync($"/api/v1/imports/{id}/rejected", Ct);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_row_that_is_likely_the_customer_of_a_row_above_is_told_so_with_the_row_and_the_run_says_the_same(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        var id = await Checked(app, n1, "customers", "客户名称,电话,信用代码,非重复说明,联系人手机,主联系人\n"
            + "华东钢铁有限公司,0571-11111111,,,,\n华东钢铁股份有限公司,,,,,\n西山煤业公司,0571 1111 1111,,,,\n"
            + $"天目山水泥厂,,{MergeScene.Code},,13800138000,王伟\n完全另一家,,{MergeScene.Code},,,\n华东钢铁有限公司,0571-22222222,,,,\n萧山纺织厂,13800138000,,,,\n华东钢铁集团公司,,,分开的两家,,\n");

        Assert.Equal(
            [
                "2 created", "3 wrong import.like_row.name 2", "4 wrong import.like_row.phone 2", "5 created", "6 updated import.code_of_row 5", "7 updated", "8 wrong import.like_row.phone 5", "9 created",
            ], Told(await Look(app, n1, id)));
        Assert.Equal((2L, 5L), ((await Look(app, n1, id)).Rows[5].AboveRow, (await Look(app, n1, id)).Rows[4].AboveRow));

        var done = await Loaded(app, n1, id);
        Assert.Equal((3, 1, 4), (done.Created, done.Updated, done.RowsRejected));
        var lines = (await Rejected(app, "n1", id)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines[1..3], l => Assert.Contains("第 2 行", l, StringComparison.Ordinal));
        Assert.Contains("第 5 行", lines[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_tells_what_is_wrong_with_an_own_field_beside_what_is_wrong_with_ours()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        await RailCrm.Tests.Platform.CustomFieldTests.Define(app, RailCrm.Platform.Fields.CustomKind.Number, "系数");
        var id = await Checked(app, await app.ActorOf("n1"), "customers", "客户名称,电话,系数\n甲公司,1,许多\n");

        Assert.Equal(["Custom.x_xishu", "phone"], (await Look(app, await app.ActorOf("n1"), id)).Rows[0].Errors.Select(e => e.Field.Length > 6 ? e.Field : "phone").Order(StringComparer.Ordinal));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_row_that_is_mended_or_left_out_is_compared_anew_with_the_rows_around_it(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        var id = await Checked(app, n1, "customers", "客户名称,电话\n华东钢铁有限公司,\n华东钢铁股份有限公司,\n西山煤业公司,\n");

        Assert.Equal("import.like_row.name", (await Mend(app, n1, id, 4, 0, "华东钢铁公司")).Errors.Single().Code);
        await Edit(app, n1, id, 2, skip: true);
        Assert.Equal(["2 skipped", "3 created", "4 wrong import.like_row.name 3"], Told(await Look(app, n1, id)));
        await Edit(app, n1, id, 2, skip: false);
        Assert.Equal(["2 created", "3 wrong import.like_row.name 2", "4 wrong import.like_row.name 2"], Told(await Look(app, n1, id)));
        Assert.Equal([4L], (await Look(app, n1, id)).Edited); // Left out and taken in again is not written over.
        await Mend(app, n1, id, 2, 0, "天目山水泥厂");
        Assert.Equal(["2 created", "3 created", "4 wrong import.like_row.name 3"], Told(await Look(app, n1, id)));

        // A row that was wrong itself is met by those below once it is right.
        id = await Checked(app, n1, "customers", "客户名称,所在地区\n双生公司,火星\n双生有限公司,330100\n");
        Assert.Equal(["2 wrong reference.region_unknown", "3 created"], Told(await Look(app, n1, id)));
        await Mend(app, n1, id, 3, 1, "火星");
        Assert.DoesNotContain("like_row", string.Join(' ', Told(await Look(app, n1, id))), StringComparison.Ordinal);
        await Mend(app, n1, id, 2, 1, "330100");
        Assert.Equal("2 created", Told(await Look(app, n1, id)).First());
        Assert.Equal(["import.like_row.name", "reference.region_unknown"], (await Look(app, n1, id)).Rows[1].Errors.Select(e => e.Code).Order(StringComparer.Ordinal)); // All that is wrong at once.
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task People_employees_and_units_of_one_file_are_told_apart_by_their_keys(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var admin = await app.ActorOf("admin");
        var n1 = await app.ActorOf("n1");
        await Made(app, n1, "甲公司");

        var people = await Checked(app, n1, "contacts", "客户,姓名,手机\n甲公司,王伟,13800138000\n甲公司,李静,138 0013 8000\n甲公司,王伟,\n甲公司,王伟,13900139000\n");
        Assert.Equal(["2 created", "3 updated import.mobile_of_row 2", "4 updated", "5 created"], Told(await Look(app, n1, people)));
        var done = await Loaded(app, n1, people);
        Assert.Equal((2, 1, 1), (done.Created, done.Unchanged, done.RowsRejected));

        var staff = await Checked(app, admin, "employees", "工号,姓名,单位,账号\n1001,王伟,N1,n1\n1001,李静,N1,\n1002,赵钱孙,N1,n1\n1001,王伟,N1,n1\n");
        Assert.Equal(["2 created", "3 updated import.staff_number_of_row 2", "4 wrong import.account_of_row 2", "5 updated"], Told(await Look(app, admin, staff)));

        var units = await Checked(app, admin, "org", "单位编码,单位名称,上级\nZ1,新网点,N\nZ1,另一个新网点,N\nZ1,新网点,N\n");
        Assert.Equal(["2 created", "3 updated import.code_of_row 2", "4 updated"], Told(await Look(app, admin, units)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_line_whose_new_customer_is_likely_that_of_a_line_above_is_told_so_and_stays_out(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        var id = await Checked(app, n1, "waybills", "externalNo,date,customer,revenue\nA1,2026-03-01,双生有限公司,1\nA2,2026-03-01,双生股份有限公司,2\nA3,2026-03-01,双生有限公司,3\n", create: true);

        Assert.Equal(["2 created", "3 wrong import.customer_like_row 2", "4 created"], Told(await Look(app, n1, id)));

        var done = await Loaded(app, n1, id);
        Assert.Equal((2, 1), (done.Created, done.RowsRejected));
        Assert.Contains("第 2 行", await Rejected(app, "n1", id), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_row_with_a_warning_stays_out_until_it_is_confirmed_itself_or_with_all_others(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        var (one, two, three) = (await Made(app, n1, "华东钢铁有限公司"), await Made(app, n1, "西山煤业集团有限公司"), await Made(app, n1, "天目山水泥厂"));
        var file = $"客户编号,客户名称\n{one.Number},萧山纺织厂\n{two.Number},钱塘江造纸厂\n{three.Number},天目山水泥厂\n";
        var id = await Checked(app, n1, "customers", file);
        Assert.Equal((2, 2), ((await Look(app, n1, id)).Found.Warned, (await Look(app, n1, id)).Found.Held));

        Assert.True((await Edit(app, n1, id, 3, take: true)).Taken);
        Assert.Equal((2, 1), ((await Look(app, n1, id)).Found.Warned, (await Look(app, n1, id)).Found.Held));
        Value(await app.With<StartImport, Result<Import>>(n1, s => s.CheckAgain(id, Ct)));
        await Rested(app, n1, id);
        Assert.Equal(1, (await Look(app, n1, id)).Found.Held); // A new check asks no second time.
        await Mend(app, n1, id, 3, 1, "富春江造纸厂");
        Assert.Equal(2, (await Look(app, n1, id)).Found.Held); // What is written over it was not what was confirmed.
        await Edit(app, n1, id, 3, take: true);

        var done = await Loaded(app, n1, id);
        Assert.Equal((1, 1, 1), (done.Updated, done.Unchanged, done.RowsRejected));
        Assert.Equal(["华东钢铁有限公司", "富春江造纸厂"], await app.In(System, db => db.Set<Customer>().Where(c => c.Id == one.Id || c.Id == two.Id).OrderBy(c => c.Id).Select(c => c.Name).ToListAsync(Ct)));
        Assert.Contains("萧山纺织厂", await Rejected(app, "n1", id), StringComparison.Ordinal);

        Assert.Equal(1, (await Loaded(app, n1, await Checked(app, n1, "customers", $"客户编号,客户名称\n{one.Number},萧山纺织厂\n"), withWarned: true)).Updated);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_row_the_review_called_wrong_stays_out_though_one_above_it_changes_what_it_met(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        var one = await Made(app, n1, "华东钢铁有限公司");
        var id = await Checked(app, n1, "customers", $"客户编号,客户名称,职工人数\n{one.Number},萧山纺织厂,\n,华东钢铁股份有限公司,\n,钱塘江造纸厂,许多\n");
        Assert.Equal(["updated", "wrong", "wrong"], (await Look(app, n1, id)).Rows.Select(r => r.Outcome));
        await Mend(app, n1, id, 4, 2, "很多"); // Looked at since the check, and wrong as before.

        var done = await Loaded(app, n1, id, withWarned: true);

        Assert.Equal((0, 1, 2), (done.Created, done.Updated, done.RowsRejected));
        Assert.Contains($"{one.Number}“华东钢铁有限公司”", await Rejected(app, "n1", id), StringComparison.Ordinal); // As the review said it.
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_reason_that_the_file_has_no_column_for_is_written_in_the_row_and_loaded(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        await Made(app, n1, "华东钢铁有限公司");
        var code = MergeScene.Code[..^1] + (MergeScene.Code[^1] == '0' ? '1' : '0'); // Its check digit fails.
        var id = await Checked(app, n1, "customers", $"客户名称,信用代码\n华东钢铁股份有限公司,,多出的一格\n西山煤业公司,{code}\n");
        Assert.Equal(["3 wrong customer.credit_code_digit", "2 wrong import.like_customer.name"], Told(await Look(app, n1, id)).Select(t => t.Split(" KH")[0].TrimEnd()).OrderDescending(StringComparer.Ordinal)); // What a row has beyond the header is no reason.
        using var browser = await app.SignedIn("n1");
        var page = await browser.GetStringAsync($"/imports/{id}/review?edit=2", Ct);
        var boxes = Regex.Matches(page, "name=\"(c[23])\"[^>]*>|<tr id=\"row-3").Select(m => m.Groups[1].Value);
        Assert.Equal(["c2", "c3", "", "c2"], boxes); // Both in the row that is open; in the other what it is asked for.
        Assert.Contains($"/imports/{id}/review?show=all#row-2", page, StringComparison.Ordinal); // The way back out of it.

        Assert.Equal("created", (await Mend(app, n1, id, 2, 3, "另一家")).Outcome);
        Assert.Equal("created", (await Mend(app, n1, id, 3, 2, "证照如此")).Outcome);
        Value(await app.With<StartImport, Result<Import>>(n1, s => s.CheckAgain(id, Ct)));
        await Rested(app, n1, id);
        Assert.Equal("另一家", (await Look(app, n1, id)).Rows[0].Cells[3]);

        Assert.Equal(2, (await Loaded(app, n1, id)).Created);
        Assert.Equal("证照如此", (await app.In(System, db => db.Set<Customer>().SingleAsync(c => c.Name == "西山煤业公司", Ct))).CreditCodeReason);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_page_says_how_many_stay_out_and_offers_to_take_one_or_all_and_what_was_meant_beside_the_cell(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var group = await app.ActorOf("group");
        var one = await Made(app, group, "华东钢铁有限公司");
        var unit = (await app.In(System, db => db.Set<RailCrm.Modules.Organization.OrgUnit>().SingleAsync(u => u.Code == "N1", Ct))).Name;
        var id = await Checked(app, group, "customers", $"客户编号,客户名称,单位\n{one.Number},萧山纺织厂,\n,乙公司,{unit}点\n,丙公司,N1\n");
        using var browser = await app.SignedIn("group");
        var page = WebUtility.HtmlDecode(await browser.GetStringAsync($"/imports/{id}/review", Ct));
        string Row(int number) => Regex.Match(page, $"<tr id=\"row-{number}\".*?</tr>", RegexOptions.Singleline).Value;

        Assert.Contains("未确认的 1 行也导入", page, StringComparison.Ordinal);
        Assert.Contains("导入 1 行", page, StringComparison.Ordinal);
        Assert.Matches("name=\"take\" value=\"true\"", Row(2));
        Assert.Matches("name=\"meant\" value=\"2:N1\"", Row(3));
        Assert.Contains(unit, Row(4), StringComparison.Ordinal); // A code is told with what it is called.

        using var meant = new FormUrlEncodedContent([new("__RequestVerificationToken", Regex.Match(page, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value), new("c2", $"{unit}点"), new("w2", $"{unit}点"), new("meant", "2:N1")]);
        using var answer = await browser.PostAsync($"/imports/{id}/review/3", meant, Ct);
        Assert.Equal("created", (await Look(app, group, id)).Rows[1].Outcome);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_preview_reads_a_remembered_replacement_as_the_review_does_and_names_the_unit(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var group = await app.ActorOf("group");
        var unit = (await app.In(System, db => db.Set<RailCrm.Modules.Organization.OrgUnit>().SingleAsync(u => u.Code == "N1", Ct))).Name;
        var first = await Checked(app, group, "customers", "客户名称,单位\n甲公司,老站\n");
        Value(await app.With<ReviewImport, Result<Import>>(group, r => r.Fix(first, known => [.. known, new("单位", "老站", "N1", true)], Ct)));
        await Rested(app, group, first);

        using var file = new MemoryStream(ImportHttp.Utf8("客户名称,单位\n乙公司,老站\n"));
        var id = Value(await app.With<UploadFile, Result<Import>>(group, u => u.Run("customers", "file.csv", file, Ct))).Id;
        using var browser = await app.SignedIn("group");
        var page = WebUtility.HtmlDecode(await browser.GetStringAsync($"/imports/{id}", Ct));

        Assert.Contains("全部可以导入", page, StringComparison.Ordinal);
        Assert.Contains($"<td>{unit}</td>", page, StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task An_import_that_was_taken_back_says_so_and_its_records_are_found_in_the_bin(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var group = await app.ActorOf("group");
        var whole = await Whole(app, group, "customers", "客户名称\n甲公司\n");
        await Reverted(app, group, whole.Id);
        var part = await Whole(app, group, "customers", "客户名称\n乙公司\n丙公司\n");
        var changed = long.Parse((await Records(app, group, part.Id))[0].Href!.Split('/')[^1], CultureInfo.InvariantCulture);
        await app.In(System, db => db.Set<Customer>().Where(c => c.Id == changed).ExecuteUpdateAsync(s => s.SetProperty(c => c.Version, c => c.Version + 1), Ct));
        Assert.Equal(1, (await Reverted(app, group, part.Id)).RowsRejected);
        using var browser = await app.SignedIn("group");
        async Task<string> Page(string path) => WebUtility.HtmlDecode(await browser.GetStringAsync(path, Ct));

        var list = await Page("/imports");
        Assert.Contains(">已撤销<", list, StringComparison.Ordinal);
        Assert.Contains("部分撤销（1 条未撤销）", list, StringComparison.Ordinal);
        Assert.DoesNotContain("已完成", list, StringComparison.Ordinal);
        var page = await Page($"/imports/{whole.Id}");
        Assert.Contains("此导入已撤销", page, StringComparison.Ordinal);
        Assert.DoesNotContain("行已导入", page, StringComparison.Ordinal);

        var rows = await Page($"/imports/{whole.Id}/rows");
        var record = (await Records(app, group, whole.Id)).Single();
        Assert.True(record.InBin);
        Assert.Contains($"<a href=\"{record.Href}\">甲公司</a>", rows, StringComparison.Ordinal);
        Assert.Contains("在回收站", rows, StringComparison.Ordinal);
        Assert.Contains("甲公司", await Page(record.Href!), StringComparison.Ordinal);
    }
}
