using System.Net;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>The filters of the three bins: by name or number, whose, by whom and when.</summary>
public sealed class BinFilterTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A customer with a person; either, or neither, is put into the bin.</summary>
    private static async Task<(long Customer, long Person)> Made(CrmApp app, string unit, string name, string person)
    {
        var customer = await ApiScene.Customer(app, unit, name);
        return (customer, await ApiScene.Person(app, unit, customer, person));
    }

    private static async Task Bin(CrmApp app, string who, long customer) => Assert.Null((await app.With<GetCustomer, Result<Customer>>(await app.ActorOf(who), g => g.Bin(customer, into: true, null, Ct))).Refusal);

    private static async Task Bin(CrmApp app, string who, long customer, long person) => Assert.Null((await app.With<SaveContact, Result<Contact>>(await app.ActorOf(who), s => s.Bin(customer, person, into: true, null, Ct))).Refusal);

    private static View Asked(ListOf list, string query)
    {
        var fields = query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2)).Select(p => new KeyValuePair<string, string?>(p[0], p[1]));
        Assert.True(View.TryRead(list, fields, out var view));
        return view;
    }

    /// <summary>What a reader finds, and that its count and what a work on all would take agree with it.</summary>
    private static async Task<List<string>> Found<TRow>(CrmApp app, string who, ListOf<TRow> list, string query) where TRow : class => await app.In(await app.ActorOf(who), async db =>
    {
        var view = Asked(list, query);
        Assert.True((await list.Read(db, view, [list.Fields.First(f => f.IsName)], Ct)).TryGet(out var page, out var refusal), refusal is Refusal.InvalidMany many ? many.Errors[0].Code : refusal?.Code);
        Assert.Equal(page.Lines.Count, await list.Count(db, view, 1_000, Ct));
        var ids = new List<long>();
        await foreach (var some in list.Ids(db, view, Ct))
        {
            ids.AddRange(some);
        }

        Assert.Equal(page.Lines.Select(l => l.Id), ids);
        return page.Lines.Select(l => (string)l.Cells[0]!).ToList();
    });

    private static Task<long> Unit(CrmApp app, string who) => app.In(System, db => db.Set<User>().Where(u => u.UserName == who).Select(u => u.UnitId).SingleAsync(Ct));

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Customers_in_the_bin_are_found_by_name_unit_person_and_day(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var list = new BinList();
        var (steel, coal, paper, living) = (await ApiScene.Customer(app, "n1", "华东钢铁公司"), await ApiScene.Customer(app, "n1", "华东煤炭公司"), await ApiScene.Customer(app, "s1", "华南纸业公司"), await ApiScene.Customer(app, "n1", "华东钢铁贸易公司"));
        await Bin(app, "n1", steel);
        app.Later(TimeSpan.FromDays(2));
        await Bin(app, "north", coal);
        app.Later(TimeSpan.FromDays(2));
        await Bin(app, "s1", paper);
        var (north, n1) = (await Unit(app, "north"), await Unit(app, "n1"));
        var number = await app.In(System, db => db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(c => c.Id == coal).Select(c => c.Number).SingleAsync(Ct));

        Task<List<string>> All(string query) => Found(app, "data", list, query);
        Assert.Equal(["华南纸业公司", "华东煤炭公司", "华东钢铁公司"], await All(""));
        Assert.Equal(["华东钢铁公司"], await All("q=钢铁"));
        Assert.Equal(["华东钢铁公司"], await All("q=hdgt"));
        Assert.Equal(["华东煤炭公司", "华东钢铁公司"], await All("filter=name~华东"));
        Assert.Equal(["华南纸业公司"], await All("filter=name!~华东"));
        Assert.Equal(["华东钢铁公司"], await All("name=华东钢铁公司"));
        Assert.Equal(["华东煤炭公司"], await All($"number={number}"));
        Assert.Equal(["华东煤炭公司", "华东钢铁公司"], await All($"unit={north}"));
        Assert.Empty(await All($"filter=unit=={north}"));
        Assert.Equal(["华东煤炭公司", "华东钢铁公司"], await All($"filter=unit=={n1}"));
        Assert.Equal(["华东煤炭公司"], await All("by=north"));
        Assert.Equal(["华东煤炭公司", "华东钢铁公司"], await All("filter=by=north,n1"));
        Assert.Equal(["华南纸业公司"], await All($"by={(await app.ActorOf("s1")).UserId}"));
        Assert.Empty(await All("by=nobody"));
        Assert.Equal(["华南纸业公司", "华东煤炭公司"], await All("from=2026-04-03"));
        Assert.Equal(["华东煤炭公司"], await All("from=2026-04-02&to=2026-04-04"));
        Assert.Equal(["华东钢铁公司"], await All($"unit={north}&by=n1&to=2026-04"));
        Assert.Equal(["华南纸业公司", "华东钢铁公司"], await All($"filter=by=n1|unit={await Unit(app, "s1")}"));
        Assert.Equal(["华东煤炭公司"], await Found(app, "north", list, "by=north"));
        Assert.Empty(await Found(app, "s1", list, "by=n1")); // A filter widens no scope.
        Assert.Empty(await Found(app, "s1", list, $"unit={north}"));
        Assert.Equal(["华东钢铁公司"], await Found(app, "n1", list, $"unit={n1}&q=钢铁"));
        Assert.True(living > 0);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task People_in_the_bin_are_found_by_name_customer_unit_person_and_day(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var list = new ContactBinList();
        var (a, b, c) = (await Made(app, "n1", "甲公司", "王小伟"), await Made(app, "n1", "乙公司", "李王娜"), await Made(app, "s1", "丙公司", "张三"));
        await ApiScene.Person(app, "n1", a.Customer, "王活着");
        await Bin(app, "n1", a.Customer, a.Person);
        app.Later(TimeSpan.FromDays(2));
        await Bin(app, "north", b.Customer, b.Person);
        await Bin(app, "s1", c.Customer, c.Person);
        var north = await Unit(app, "north");

        Task<List<string>> All(string query) => Found(app, "data", list, query);
        Assert.Equal(["张三", "李王娜", "王小伟"], await All(""));
        Assert.Equal(["李王娜", "王小伟"], await All("filter=name~王"));
        Assert.Equal(["张三"], await All("filter=name!~王"));
        Assert.Equal(["王小伟"], await All("name=王小伟"));
        Assert.Empty(await All("filter=name~%"));
        Assert.Equal(["王小伟"], await All("q=wxw"));
        Assert.Equal(["王小伟"], await All($"customer={a.Customer}"));
        Assert.Equal(["王小伟"], await All("customer=甲公司"));
        Assert.Equal(["李王娜", "王小伟"], await All($"unit={north}"));
        Assert.Empty(await All($"filter=unit=={north}"));
        Assert.Equal(["李王娜"], await All("by=north"));
        Assert.Equal(["张三", "李王娜"], await All("from=2026-04-02"));
        Assert.Equal(["王小伟"], await All("to=2026-04-02"));
        Assert.Equal(["李王娜"], await All($"unit={north}&from=2026-04-03&to=2026-04-03"));
        Assert.Equal(["李王娜"], await Found(app, "n1", list, "by=north"));
        Assert.Empty(await Found(app, "s1", list, $"unit={north}"));
        Assert.Empty(await Found(app, "s1", list, "filter=name~王"));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Lines_in_the_bin_are_found_by_number_customer_person_and_day(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var list = new WaybillBinList();
        var (a, b) = (await ApiScene.Customer(app, "n1", "甲公司"), await ApiScene.Customer(app, "n1", "乙公司"));
        foreach (var (customer, number, who) in new[] { (a, "YD-1", "n1"), (a, "YD-2", "north"), (b, "TZ-1", "north") })
        {
            var line = await ApiScene.Waybill(app, "n1", customer, number, 100);
            Assert.Null((await app.With<SaveWaybill, Result<long>>(await app.ActorOf(who), s => s.Delete(line, null, Ct))).Refusal);
            app.Later(TimeSpan.FromDays(1));
        }

        Task<List<string>> All(string query) => Found(app, "north", list, query);
        Assert.Equal(["TZ-1", "YD-2", "YD-1"], await All(""));
        Assert.Equal(["YD-2", "YD-1"], await All("filter=externalNo~YD"));
        Assert.Equal(["TZ-1", "YD-2"], await All("by=north"));
        Assert.Equal(["YD-1"], await All("filter=by!=north"));
        Assert.Empty(await All("by=nobody"));
        Assert.Equal(["YD-2"], await All($"customer={a}&by=north"));
        Assert.Equal(["YD-2"], await All("from=2026-04-02&to=2026-04-02"));
        Assert.Equal(["TZ-1", "YD-2"], await Found(app, "n1", list, "by=north"));
        Assert.Empty(await Found(app, "s1", list, "by=north"));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_work_on_all_that_match_leaves_the_others_where_they_are_and_its_result_leads_back_to_the_filter(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (a, b) = (await ApiScene.Customer(app, "n1", "甲公司"), await ApiScene.Customer(app, "n1", "乙公司"));
        await Bin(app, "n1", a);
        await Bin(app, "north", b);
        Assert.True((await app.With<WorkOnRows, Result<Job>>(await app.ActorOf("n1"), w => w.Start(new() { List = "bin", Act = "restore", All = true, In = "by=north&from=2026-04-01" }, Ct))).TryGet(out var job, out _));
        await app.Ended(job.Id);

        Assert.Equal(["甲公司"], await Found(app, "n1", new BinList(), ""));
        using var n1 = await app.SignedIn("n1");
        Assert.Contains("/customers/bin?by=north&from=2026-04-01", WebUtility.HtmlDecode(await n1.GetStringAsync(new Uri($"/lists/bin/work/{job.Id}", UriKind.Relative), Ct)), StringComparison.Ordinal);
        var page = WebUtility.HtmlDecode(await n1.GetStringAsync(new Uri("/customers/bin?by=north&columns=name,by", UriKind.Relative), Ct));
        Assert.Contains("没有符合条件的客户", page, StringComparison.Ordinal);
        Assert.Matches("href=\"/customers/bin\\?columns=name[^\"&]+by\">清除筛选", page);
        Assert.DoesNotContain("甲公司", page, StringComparison.Ordinal);
        using var api = await app.Api("n1");
        Assert.Equal([a], ApiScene.Ids((await ApiScene.Ask(api, "GET", "/customers/bin?filter=by=n1&q=甲")).Body));
        Assert.Empty(ApiScene.Ids((await ApiScene.Ask(api, "GET", "/customers/bin?q=乙")).Body));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Each_bin_is_read_along_its_own_index_and_no_table_of_what_lives_is_read_through(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (a, _) = await Made(app, "n1", "甲公司", "王伟");
        await Bin(app, "n1", a);
        var north = await Unit(app, "north");
        foreach (var query in new[] { "", $"unit={north}", "by=n1", "filter=by=n1,north", "from=2026-04-01", $"unit={north}&by=n1", $"filter=unit={north}|by=north" })
        {
            Read(await Plan(app, new BinList(), query), BinList.Index);
            Read(await Plan(app, new ContactBinList(), query), ContactBinList.Index);
        }

        Read(await Plan(app, new ContactBinList(), "filter=name~王"), ContactBinList.Index);
        Read(await Plan(app, new WaybillBinList(), "by=n1"), "ix_binned_lines_deleted_by_deleted_at_id");
        Read(await Plan(app, new WaybillBinList(), "from=2026-04-01"), "ix_binned_lines_deleted_at_id");

        static void Read(string plan, string index)
        {
            Assert.Contains(index, plan, StringComparison.Ordinal);
            Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("Sort", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("Seq Scan on customer", plan, StringComparison.Ordinal);
        }
    }

    /// <summary>How an engine reads a page of a view, newest first.</summary>
    private static Task<string> Plan<TRow>(CrmApp app, ListOf<TRow> list, string query) where TRow : class => app.In(System, async db =>
    {
        Assert.True((await list.Look(db, Asked(list, query), 50, Ct)).TryGet(out var looked, out _));
        await using var command = looked!.Order.Walk(looked.Rows.Rows, looked.Descending, null)[0].Take(51).CreateDbCommand();
        await db.Database.OpenConnectionAsync(Ct);
        await db.Database.ExecuteSqlRawAsync(db.IsPostgres ? "SET enable_seqscan = off; SET enable_sort = off" : "SELECT 1", Ct); // One row is no reason for an index.
        command.CommandText = (db.IsPostgres ? "EXPLAIN " : "EXPLAIN QUERY PLAN ") + command.CommandText;
        await using var reader = await command.ExecuteReaderAsync(Ct);
        var lines = new List<string>();
        while (await reader.ReadAsync(Ct))
        {
            lines.Add(string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetValue(i).ToString())));
        }

        return string.Join('\n', lines);
    });
}
