using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Exchange;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Reference;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using static RailCrm.Tests.Modules.Exchange.ReviewUse;

namespace RailCrm.Tests.Modules.Exchange;

public sealed class ReviewTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Task<int> Customers(CrmApp app) => app.In(System, db => db.Set<Customer>().CountAsync(Ct));

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_check_tells_what_would_be_new_changed_the_same_and_wrong_and_writes_nothing(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        foreach (var name in new[] { "甲公司", "乙公司" })
        {
            Value(await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(null, null, new() { Name = name, Phone = "0571-1111111" + name.Length, DuplicateReason = "分开的两家" }, Ct)));
        }

        var id = await Checked(app, n1, "customers", "客户名称,简称,地区\n甲公司,甲,\n乙公司,,\n丙公司,,330100\n丁公司,,火星\n丙公司,丙,\n");

        var found = (await Look(app, n1, id)).Found;
        Assert.Equal((1, 2, 1, 1), (found.Created, found.Updated, found.Unchanged, found.Wrong));
        Assert.Equal(2, await Customers(app));
        Assert.Null(await app.In(System, db => db.Set<Customer>().Where(c => c.Name == "甲公司").Select(c => c.ShortName).SingleAsync(Ct)));
        var wrong = Assert.Single((await Look(app, n1, id, "wrong")).Rows);
        Assert.Equal((5, "region"), (wrong.Number, RejectedFile.FieldName(wrong.Errors.Single().Field)));

        var done = await Loaded(app, n1, id);
        Assert.Equal((found.Created, found.Updated, found.Unchanged, found.Wrong), (done.Created, done.Updated, done.Unchanged, done.RowsRejected));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_cell_mended_in_place_is_loaded_while_the_file_stays_as_it_was(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        var id = await Checked(app, n1, "waybills", "externalNo,date,customer,revenue\nA1,2026-03-01,甲公司,七千\nA2,2026-03-02,甲公司,200\nA3,哪天,甲公司,5\n", create: true);
        var file = Assert.Single(ImportHttp.Files(app), f => f.EndsWith(".data", StringComparison.Ordinal));
        var before = await File.ReadAllBytesAsync(file, Ct);

        Assert.Equal("wrong", (await Mend(app, n1, id, 2, 3, "八千")).Outcome);
        Assert.Equal("created", (await Mend(app, n1, id, 2, 3, "7000")).Outcome);

        var look = await Look(app, n1, id);
        Assert.Equal((2, 1), (look.Found.Created, look.Found.Wrong));
        Assert.Equal("7000", look.Rows[0].Cells[3]);
        Assert.Equal(4, Assert.Single((await Look(app, n1, id, "wrong")).Rows).Number);
        var done = await Loaded(app, n1, id);
        Assert.Equal((2, 1), (done.Created, done.RowsRejected));
        Assert.Equal(720_000, await app.In(System, db => db.Set<WaybillLine>().SumAsync(w => w.RevenueFen, Ct)));
        Assert.Equal(before, await File.ReadAllBytesAsync(file, Ct));
        Assert.Contains("哪天", await File.ReadAllTextAsync(file + ".rejected", Ct), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_row_left_out_is_neither_loaded_nor_rejected_and_can_be_taken_after_all(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        var id = await Checked(app, n1, "customers", "客户名称\n甲公司\n乙公司\n丙公司\n");
        foreach (var row in new[] { 2, 3 })
        {
            Value(await app.With<ReviewImport, Result<ReviewRow>>(n1, r => r.Edit(id, row, new Dictionary<int, string>(), true, Ct)));
        }

        Assert.Equal((1, 2), ((await Look(app, n1, id)).Found.Created, (await Look(app, n1, id)).Found.Skipped));
        Assert.Equal("created", Value(await app.With<ReviewImport, Result<ReviewRow>>(n1, r => r.Edit(id, 3, new Dictionary<int, string>(), false, Ct))).Outcome);
        var done = await Loaded(app, n1, id);

        Assert.Equal((2, 0), (done.Created, done.RowsRejected));
        Assert.Equal(["丙公司", "乙公司"], await app.In(System, db => db.Set<Customer>().OrderBy(c => c.Name).Select(c => c.Name).ToListAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Unknown_values_are_counted_mapped_in_every_row_and_remembered_for_the_next_file(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        const string Head = "externalNo,date,customer,service,revenue\n";
        var id = await Checked(app, n1, "waybills", Head + "A1,2026-03-01,甲公司,拉货,1千\nA2,2026-03-01,甲公司,拉货,5\nA3,2026-03-01,甲公司,看仓库,5\n", create: true);
        var values = (await Look(app, n1, id)).Found.Values;
        Assert.Equal([("拉货", 2L), ("看仓库", 1L)], values["service"].Select(v => (v.Value, v.Rows)));

        Value(await app.With<ReviewImport, Result<Import>>(n1, r => r.Fix(id, known => [.. known, new("service", "拉货", "运输", true), new("service", "看仓库", "仓储", true), new("revenue", "千", "000", false)], Ct)));
        await Rested(app, n1, id);

        Assert.Equal(3, (await Look(app, n1, id)).Found.Created);
        Assert.Equal(3, (await Loaded(app, n1, id)).Created);
        Assert.Equal((1, 2), (await app.In(System, db => db.Set<WaybillLine>().CountAsync(w => w.Service == "warehousing", Ct)), await app.In(System, db => db.Set<WaybillLine>().CountAsync(w => w.Service == "transport", Ct))));
        Assert.Equal(101_000, await app.In(System, db => db.Set<WaybillLine>().SumAsync(w => w.RevenueFen, Ct)));

        var next = await Checked(app, n1, "waybills", Head + "A9,2026-03-01,甲公司,看仓库,2千\n");
        Assert.Equal(1, (await Look(app, n1, next)).Found.Created);
        var elsewhere = await Checked(app, await app.ActorOf("north"), "waybills", Head + "B1,2026-03-01,甲公司,看仓库,5\n");
        Assert.Equal(1, (await Look(app, await app.ActorOf("north"), elsewhere)).Found.Wrong);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_review_pages_through_a_filter_exactly_also_after_rows_were_mended(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        var id = await Checked(app, n1, "customers", "客户名称,地区\n" + string.Concat(Enumerable.Range(0, 240).Select(i => $"第{i}号公司,{(i % 2 == 0 ? "330100" : "火星")}\n")));
        await Mend(app, n1, id, 103, 1, "110000"); // Wrong as yet.
        await Mend(app, n1, id, 2, 1, "月球"); // Right as yet.

        var seen = new List<long>();
        for (long? after = 0; after is not null;)
        {
            var page = await Look(app, n1, id, "wrong", after);
            Assert.Equal(120, page.Found.Wrong);
            seen.AddRange(page.Rows.Select(r => r.Number));
            after = page.Next ? page.Rows[^1].Number : null;
        }

        var expected = Enumerable.Range(0, 240).Where(i => i % 2 == 1).Select(i => i + 2L).Where(r => r != 103).Append(2).Order().ToList();
        Assert.Equal(expected, seen);
        var back = await Look(app, n1, id, "wrong", before: expected[100]);
        Assert.Equal(expected[50..100], back.Rows.Select(r => r.Number));
        Assert.True(back.Previous && back.Next);
        Assert.False((await Look(app, n1, id, "wrong", before: expected[30])).Previous);
    }

    public static TheoryData<Engine, string> Kinds()
    {
        var data = new TheoryData<Engine, string>();
        foreach (var kind in ImportKind.All)
        {
            data.Add(Engine.Sqlite, kind.Name);
            data.Add(Engine.Postgres, kind.Name);
        }

        return data;
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Every_kind_creates_only_updates_only_or_does_both_and_says_so_before(Engine engine, string kind)
    {
        await using var app = await CrmApp.Start(engine);
        var actor = await app.ActorOf(kind is "org" or "employees" or "stations" ? "data" : "group");
        Value(await app.With<SaveCustomer, Result<Customer>>(actor, s => s.Run(null, null, new() { Name = "丙公司" }, Ct)));
        var (head, known, changed, fresh) = kind switch
        {
            "waybills" => ("externalNo,date,customer,revenue", "A1,2026-03-01,丙公司,1", "A1,2026-03-01,丙公司,2", "A2,2026-03-01,丙公司,3"),
            "customers" => ("客户名称,简称", "甲公司,旧", "甲公司,新", "乙公司,"),
            "contacts" => ("客户,姓名,手机,职务", "丙公司,王伟,13800138000,", "丙公司,王伟,13800138000,科长", "丙公司,李静,13900139000,"),
            "employees" => ("工号,姓名,单位,岗位", "1001,王伟,N1,", "1001,王伟,N1,站长", "1002,李静,N1,"),
            "targets" => ("单位,月份,目标", "N1,2026-03,100", "N1,2026年3月,120", "N2,2026-03,50"),
            "org" => ("单位编码,单位名称,上级单位,电报码", "X1,一号网点,N,", "X1,壹号网点,N,", "X2,二号网点,N,"),
            _ => ("电报码,站名,拼音码,城市", "QQA,天外站,tw,", "QQA,天外站,tw,云上", "QQB,地上站,ds,"),
        };
        Assert.Equal(1, (await Whole(app, actor, kind, $"{head}\n{known}\n")).Created);

        async Task<(long Created, long Updated, long Wrong)> Told(string mode)
        {
            var id = await Checked(app, actor, kind, $"{head}\n{changed}\n{fresh}\n", mode);
            var found = (await Look(app, actor, id)).Found;
            var done = await Loaded(app, actor, id);
            Assert.Equal((found.Created, found.Updated, found.Wrong), (done.Created, done.Updated, done.RowsRejected));
            return (done.Created, done.Updated, done.RowsRejected);
        }

        Assert.Equal((0, 1, 1), await Told("update"));
        Assert.Equal((1, 0, 1), await Told("create"));
        var again = await Whole(app, actor, kind, $"{head}\n{changed}\n{fresh}\n");
        Assert.Equal((0, 0, 2), (again.Created, again.Updated, again.Unchanged));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task People_are_told_by_mobile_then_name_and_an_empty_cell_changes_nothing(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        var customer = Value(await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(null, null, new() { Name = "华东（上海）公司", CreditCode = "91310000MA1FL0000T", CreditCodeReason = "测试" }, Ct)));
        await Whole(app, n1, "contacts", $"客户,姓名,手机,职务,邮箱\n华东(上海)公司,王伟,13800138000,科长,w@x.cn\n{customer.Number},李静,,,\n");

        var done = await Loaded(app, n1, await Checked(app, n1, "contacts", "客户,姓名,手机,职务,邮箱,主联系人\n91310000MA1FL0000T,王大伟,138 0013 8000,,,\n华东（上海）公司,李静,13900139000,处长,,是\n无此公司,张三,,,,\n"), withWarned: true);

        Assert.Equal((0, 2, 1), (done.Created, done.Updated, done.RowsRejected));
        var people = await app.In(System, db => db.Set<Contact>().OrderBy(k => k.Id).ToListAsync(Ct));
        Assert.Equal(("王大伟", "科长", "w@x.cn", false), (people[0].Name, people[0].Title, people[0].Email, people[0].IsMain));
        Assert.Equal(("李静", "处长", "13900139000", true), (people[1].Name, people[1].Title, people[1].Mobile, people[1].IsMain));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Employees_are_told_by_number_or_account_within_the_scope_and_checked_as_in_the_form(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var admin = await app.ActorOf("admin");
        await Whole(app, admin, "employees", "工号,姓名,单位,账号\n1001,王伟,N1,n1\n");

        var id = await Checked(app, admin, "employees", "工号,姓名,单位,账号,岗位\n,王小伟,,n1,站长\n1002,李静,没有的网点,,\n1003,张三,N2,n1,\n1004,,N2,,\n");

        Assert.Equal((1, 3), ((await Look(app, admin, id)).Found.Updated, (await Look(app, admin, id)).Found.Wrong));
        await Loaded(app, admin, id);
        var one = await app.In(System, db => db.Set<Employee>().SingleAsync(Ct));
        Assert.Equal(("1001", "王小伟", "站长"), (one.Number, one.Name, one.Position));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Nobody_else_sees_or_mends_an_import_under_review(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        var other = await app.ActorOf("n2");
        var id = await Checked(app, n1, "customers", "客户名称\n甲公司\n");

        Assert.IsType<Refusal.NotFound>((await app.With<ReviewImport, Result<ReviewImport.Look>>(other, r => r.Run(id, "all", null, null, Ct))).Refusal);
        Assert.IsType<Refusal.NotFound>((await app.With<ReviewImport, Result<ReviewRow>>(other, r => r.Edit(id, 2, new Dictionary<int, string> { [0] = "乙公司" }, null, Ct))).Refusal);
        Assert.IsType<Refusal.NotFound>((await app.With<StartImport, Result<Import>>(other, s => s.Reviewed(id, false, Ct))).Refusal);
        Assert.Equal("甲公司", (await Look(app, n1, id)).Rows[0].Cells[0]);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_unit_mended_makes_those_below_it_right(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var admin = await app.ActorOf("admin");
        var id = await Checked(app, admin, "org", "单位编码,单位名称,上级单位\nX,新公司,没有\nX1,新网点,X\n");
        Assert.Equal(1, (await Look(app, admin, id)).Found.Wrong);

        Assert.Equal("created", (await Mend(app, admin, id, 2, 2, "GROUP")).Outcome);

        Assert.Equal(2, (await Loaded(app, admin, id)).Created);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_lies_beside_the_file_goes_with_it(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        var id = await Checked(app, n1, "customers", "客户名称\n甲公司\n");
        await Mend(app, n1, id, 2, 0, "乙公司");

        await app.With<UploadFile, int>(n1, async u =>
        {
            await u.Discard((await Look(app, n1, id)).Import, Ct);
            return 0;
        });

        Assert.Empty(ImportHttp.Files(app));
        Assert.Equal((0, 0), (await app.In(System, db => db.Set<Import>().CountAsync(Ct)), await app.In(System, db => db.Set<ImportEdit>().CountAsync(Ct))));
    }
}
