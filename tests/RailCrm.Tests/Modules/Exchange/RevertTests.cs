using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Exchange;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Reference;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using static RailCrm.Tests.Modules.Exchange.ReviewUse;

namespace RailCrm.Tests.Modules.Exchange;

public sealed class RevertTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Task<Customer> Named(CrmApp app, string name) => app.In(System, db => db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).AsNoTracking().Include(c => c.Shareholders).SingleAsync(c => c.Name == name, Ct));

    private static Task<(long, long, long)> Differences(CrmApp app) => app.With<CheckFacts, (long, long, long)>(System, c => c.Differences(Ct));

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Customers_made_go_to_the_bin_and_those_changed_are_as_they_were_with_their_lists_and_people(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        const string Head = "客户名称,简称,电话,主要股东,联系人,联系人手机\n";
        await Whole(app, n1, "customers", Head + "甲公司,老甲,0571-11111111,张三 60%,王伟,13800138000\n");
        var before = await Named(app, "甲公司");

        var import = await Whole(app, n1, "customers", Head + "甲公司,新甲,,李四 30%; 张三 70%,李静,13900139000\n乙公司,,,,赵强,13700137000\n");
        Assert.Equal("新甲", (await Named(app, "甲公司")).ShortName);
        Assert.Equal(["customer created", "contact created", "customer updated", "contact updated", "contact created"],
            [.. (await Records(app, n1, import.Id)).OrderByDescending(r => r.Row).Select(r => $"{r.Entity} {r.Action}")]);

        var work = await Reverted(app, n1, import.Id);

        Assert.Equal((5, 0), (work.RowsDone, work.RowsRejected));
        var after = await Named(app, "甲公司");
        Assert.Equal((before.ShortName, before.Phone, "张三", 6000), (after.ShortName, after.Phone, after.Shareholders.Single().Name, after.Shareholders.Single().ShareBasisPoints));
        Assert.NotNull((await Named(app, "乙公司")).DeletedAt);
        Assert.Equal([("王伟", true)], await app.In(System, async db => (await db.Set<Contact>().Where(k => k.CustomerId == after.Id).ToListAsync(Ct)).Select(k => (k.Name, k.IsMain)).ToList()));
        Assert.IsType<Refusal.Conflict>((await app.With<RevertImport, Result<long>>(n1, r => r.Run(import.Id, Ct))).Refusal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_somebody_changed_since_is_left_alone_with_the_reason_and_what_else_was_changed_stays(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        await Whole(app, n1, "customers", "客户名称,简称,网址\n甲公司,老甲,\n乙公司,老乙,\n");
        var import = await Whole(app, n1, "customers", "客户名称,简称\n甲公司,新甲\n乙公司,新乙\n丙公司,丙\n丁公司,丁\n戊公司,戊\n");
        async Task Change(string name, Action<SaveCustomer.Input> change)
        {
            var customer = await Named(app, name);
            var input = CustomerRules.Of(customer);
            change(input);
            Value(await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(customer.Id, customer.Version, input, Ct)));
        }

        await Change("甲公司", i => i.ShortName = "更新的甲");
        await Change("乙公司", i => i.Website = "https://yi.cn/"); // Another field: no reason to refuse, and it stays.
        await Change("丙公司", i => i.Website = "https://bing.cn/");
        var d = await Named(app, "丁公司");
        Value(await app.With<SaveContact, Result<Contact>>(n1, s => s.Run(d.Id, null, null, new() { Name = "王伟" }, Ct)));

        var work = await Reverted(app, n1, import.Id);

        Assert.Equal((5, 3), (work.RowsDone, work.RowsRejected));
        Assert.Equal(["导入之后又有修改：简称。", "导入之后又有修改。", "已有其他数据引用它。"], (await Records(app, n1, import.Id, "refused")).Select(r => r.Reason));
        Assert.Equal("更新的甲", (await Named(app, "甲公司")).ShortName);
        Assert.Equal(("老乙", "https://yi.cn/"), ((await Named(app, "乙公司")).ShortName, (await Named(app, "乙公司")).Website));
        Assert.Equal((true, true, false), ((await Named(app, "丙公司")).DeletedAt is null, (await Named(app, "丁公司")).DeletedAt is null, (await Named(app, "戊公司")).DeletedAt is null));

        await Change("甲公司", i => i.ShortName = "新甲"); // As the import left it: now it can go back.
        Assert.Equal((3, 2), ((await Reverted(app, n1, import.Id)).RowsDone, (await Records(app, n1, import.Id, "refused")).Count));
        Assert.Equal("老甲", (await Named(app, "甲公司")).ShortName);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Waybills_taken_back_leave_the_facts_exact_and_the_customers_made_for_them_go_too(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        const string Head = "externalNo,date,customer,revenue,weight,unit\n";
        await Whole(app, n1, "waybills", Head + "A1,2026-03-01,甲公司,100,60,\nA2,2026-02-01,甲公司,50,30,\n", create: true);
        var import = await Whole(app, n1, "waybills", Head + "A1,2026-01-05,乙公司,900,61,N1\nA1,2026-01-06,乙公司,901,61,N1\nB1,2026-03-01,乙公司,7,1,\nB2,2026-03-01,丙公司,8,1,\nB3,2026-03-01,丁公司,9,1,\n", create: true);
        Assert.Equal(3, import.CustomersCreated);
        await app.In(n1, async db =>
        {
            var changed = await db.Set<WaybillLine>().AsNoTracking().SingleAsync(w => w.ExternalNo == "B3", Ct);
            changed.RevenueFen = 1;
            return await new WaybillLedger(db).Write([changed], Ct);
        });

        var work = await Reverted(app, n1, import.Id);

        Assert.Equal((0, 0, 0), await Differences(app));
        Assert.Equal(2, work.RowsRejected); // The line that was changed, and the customer on which it hangs.
        var lines = await app.In(System, db => db.Set<WaybillLine>().AsNoTracking().OrderBy(w => w.ExternalNo).ToListAsync(Ct));
        var a = await Named(app, "甲公司");
        Assert.Equal([("A1", a.Id, 10_000L, new DateOnly(2026, 3, 1)), ("A2", a.Id, 5_000, new(2026, 2, 1)), ("B3", (await Named(app, "丁公司")).Id, 1, new(2026, 3, 1))], lines.Select(l => (l.ExternalNo, l.CustomerId, l.RevenueFen, l.Date)));
        Assert.Equal((false, false, true), ((await Named(app, "乙公司")).DeletedAt is null, (await Named(app, "丙公司")).DeletedAt is null, (await Named(app, "丁公司")).DeletedAt is null));
        Assert.Equal(15_000, (await Named(app, "甲公司")).Trailing12RevenueFen);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Units_employees_and_stations_made_are_removed_unless_something_hangs_on_them(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var admin = await app.ActorOf("admin");
        var stations = await Whole(app, admin, "stations", "电报码,站名,拼音码\nQQA,天外站,tw\nQQB,地上站,ds\n");
        var units = await Whole(app, admin, "org", "单位编码,单位名称,上级单位,电报码\nX1,一号网点,X,QQA\nX,新公司,GROUP,\nX2,二号网点,X,\nN1,壹网点,N,\n");
        var people = await Whole(app, admin, "employees", "工号,姓名,单位\n1001,王伟,X2\n1002,李静,N1\n");

        Assert.Equal(2, (await Reverted(app, admin, units.Id)).RowsRejected); // X2 where 王伟 works, and X above it.
        Assert.Equal(["GROUP", "N", "N1", "N2", "S", "S1", "X", "X2"], await app.In(System, db => db.Set<OrgUnit>().OrderBy(u => u.Code).Select(u => u.Code).ToListAsync(Ct)));
        Assert.Equal("n1 网点", await app.In(System, db => db.Set<OrgUnit>().Where(u => u.Code == "N1").Select(u => u.Name).SingleAsync(Ct)));

        Assert.Equal((2, 0), ((await Reverted(app, admin, people.Id)).RowsDone, await app.In(System, db => db.Set<Employee>().CountAsync(Ct))));
        Assert.Equal(0, (await Reverted(app, admin, units.Id)).RowsRejected);
        Assert.False(await app.In(System, db => db.Set<OrgUnit>().AnyAsync(u => u.Code == "X", Ct)));
        Assert.Equal((2, 0), ((await Reverted(app, admin, stations.Id)).RowsDone, await app.In(System, db => db.Set<Station>().CountAsync(Ct))));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_record_that_several_rows_wrote_goes_back_to_before_the_first(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        await Whole(app, n1, "customers", "客户名称,简称\n甲公司,一\n");
        var import = await Whole(app, n1, "customers", "客户名称,简称,网址\n甲公司,二,\n甲公司,三,https://jia.cn/\n乙公司,一,\n乙公司,二,\n");
        Assert.Equal((1, 3), (import.Created, import.Updated));

        Assert.Equal(0, (await Reverted(app, n1, import.Id)).RowsRejected);

        Assert.Equal(("一", null), ((await Named(app, "甲公司")).ShortName, (await Named(app, "甲公司")).Website));
        Assert.NotNull((await Named(app, "乙公司")).DeletedAt);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Only_its_owner_reverts_an_import_and_only_for_thirty_days(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        var import = await Whole(app, n1, "customers", "客户名称\n甲公司\n");

        using var other = await app.Api("n2");
        Assert.Equal(global::System.Net.HttpStatusCode.NotFound, (await other.PostAsync(new Uri($"/api/v1/imports/{import.Id}/revert", UriKind.Relative), null, Ct)).StatusCode);
        Assert.Equal(global::System.Net.HttpStatusCode.NotFound, (await other.GetAsync(new Uri($"/api/v1/imports/{import.Id}/rows", UriKind.Relative), Ct)).StatusCode);
        app.Later(TimeSpan.FromDays(31));
        var refused = await app.With<RevertImport, Result<long>>(n1, r => r.Run(import.Id, Ct));
        Assert.Equal("import.revert_late", refused.Refusal?.Code);
        Assert.Null((await Named(app, "甲公司")).DeletedAt);

        await app.With<global::RailCrm.Platform.Jobs.Runner, int>(System, async r =>
        {
            await app.In(System, async db =>
            {
                db.Add(new global::RailCrm.Platform.Jobs.Job { Kind = "import-sweep", CreatedAt = db.UtcNow });
                return await db.SaveChangesAsync(Ct);
            });
            r.Wake();
            return 0;
        });
        for (var i = 0; i < 200 && await app.In(System, db => db.Set<ImportedRow>().AnyAsync(Ct)); i++)
        {
            await Task.Delay(50, Ct);
        }

        Assert.False(await app.In(System, db => db.Set<ImportedRow>().AnyAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_revert_that_was_killed_goes_on_where_it_was_and_does_nothing_twice(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        var import = await Whole(app, n1, "waybills", "externalNo,date,customer,revenue\n" + string.Concat(Enumerable.Range(0, 450).Select(i => $"A{i},2026-03-01,甲公司,1\n")), create: true);
        var job = await app.With<RevertImport, Result<long>>(n1, r => r.Run(import.Id, Ct));
        await Rested(app, n1, import.Id);

        // As if the process had died behind the first batch of the lines: the checkpoint is an older one than what is done.
        await app.In(System, async db => await db.Set<global::RailCrm.Platform.Jobs.Job>().Where(j => j.Id == Value(job)).ExecuteUpdateAsync(s => s
            .SetProperty(j => j.State, "running").SetProperty(j => j.LeaseUntil, 0).SetProperty(j => j.Checkpoint, "{\"action\":\"created\",\"row\":252,\"part\":0,\"reverted\":200,\"refused\":0}"), Ct));
        var work = (await Rested(app, n1, import.Id)).Revert!;

        Assert.Equal("completed", work.State);
        Assert.Equal((0, 0, 0), await Differences(app));
        Assert.Equal((0, 451), (await app.In(System, db => db.Set<WaybillLine>().CountAsync(Ct)), await app.In(System, db => db.Set<ImportedRow>().CountAsync(r => r.Undone == "reverted", Ct))));
    }
}
