using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using static RailCrm.Tests.Modules.Exchange.ReviewUse;

namespace RailCrm.Tests.Modules.Exchange;

/// <summary>What a file of waybills leaves empty, or has no column for.</summary>
public sealed class WaybillEmptyCellTests
{
    private const string Head = "运单号,日期,客户,单位,服务类型,品名,发站,到站,运输方式,车数,箱数,标箱,重量(吨),收入(元),成本(元),合同号,备注\n";

    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Task<WaybillLine> Line(CrmApp app) => app.In(System, db => db.Set<WaybillLine>().AsNoTracking().SingleAsync(Ct));

    /// <summary>A customer of n1 with one line that says everything, done by n2.</summary>
    private static async Task<(Customer Customer, WaybillLine Line)> Fill(CrmApp app)
    {
        var customer = Value(await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf("n1"), s => s.Run(null, null, new() { Name = "甲公司" }, Ct)));
        var draft = new WaybillDraft { ExternalNo = "A1", Customer = customer.Number, Date = new(2026, 3, 1), Unit = "N2", Service = "handling", Commodity = "动力煤", Origin = "高桥镇", Destination = "苏州", Mode = "container", Wagons = 2, Containers = 3, Teu = 1.5m, WeightKg = 60_000, RevenueFen = 900, CostFen = 500, Contract = "HT-1", Note = "原话" };
        Assert.Empty((await app.With<RecordWaybills, RecordWaybills.Answer[]>(System, r => r.Run("import", [draft], createCustomers: false, Ct)))[0].Errors);
        return (customer, await Line(app));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task An_empty_cell_and_a_missing_column_change_nothing_and_the_review_says_so(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (_, before) = await Fill(app);
        var n1 = await app.ActorOf("n1");

        foreach (var (csv, mode) in new[] { (Head + "A1,2026-03-01,甲公司,,,,,,,,,,,,,,\n", "both"), (Head + "A1,,,,,,,,,,,,,,,,\n", "update"), ("运单号,日期,客户\nA1,2026-03-01,甲公司\n", "update") })
        {
            var id = await Checked(app, n1, "waybills", csv, mode);
            Assert.Equal(["unchanged"], (await Look(app, n1, id)).Rows.Select(r => r.Outcome));
            var same = await Loaded(app, n1, id);
            Assert.Equal((0, 0, 1, 0), (same.Created, same.Updated, same.Unchanged, same.RowsRejected));
            Assert.Equal(GetWaybill.StateOf(before), GetWaybill.StateOf(await Line(app)));
        }

        var changed = await Checked(app, n1, "waybills", "运单号,日期,客户,收入(元),备注\nA1,2026-03-02,甲公司,12,\n", "update");
        Assert.Equal(["updated"], (await Look(app, n1, changed)).Rows.Select(r => r.Outcome));
        Assert.Equal(1, (await Loaded(app, n1, changed)).Updated);
        var unit = before.UnitId;
        (before.Date, before.RevenueFen) = (new DateOnly(2026, 3, 2), 1_200);
        Assert.Equal(GetWaybill.StateOf(before), GetWaybill.StateOf(await Line(app)));
        Assert.Equal("N2", await app.In(System, db => db.Set<OrgUnit>().Where(u => u.Id == unit).Select(u => u.Code).SingleAsync(Ct)));
        Assert.Equal((0L, 0L, 0L), await app.With<CheckFacts, (long, long, long)>(System, c => c.Differences(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_same_number_twice_in_one_file_is_put_together_and_a_new_line_still_needs_its_day(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        Value(await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(null, null, new() { Name = "甲公司" }, Ct)));

        var done = await Whole(app, n1, "waybills", "运单号,日期,客户,重量(吨),收入(元)\nB1,2026-03-01,甲公司,5,\nB1,2026-03-01,甲公司,,7\nB2,,甲公司,5,\n");

        Assert.Equal((1, 1, 1), (done.Created, done.Updated, done.RowsRejected));
        var line = await Line(app);
        Assert.Equal((5_000, 700), (line.WeightKg, line.RevenueFen));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Another_system_tells_whole_lines_and_what_it_leaves_out_is_taken_away(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, before) = await Fill(app);
        using var api = await app.Api("n1");

        using var answer = await api.PostAsJsonAsync("/api/v1/waybills:batch", new { source = "import", items = new[] { new { externalNo = "A1", date = "2026-03-01", customer = customer.Number, revenueFen = 900 } } }, Ct);

        Assert.Equal("updated", (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("items")[0].GetProperty("outcome").GetString());
        var line = await Line(app);
        Assert.Equal((0L, 0L, (string?)null, "", customer.UnitId), (line.WeightKg, line.CostFen, line.Note, line.Origin, line.UnitId));
        Assert.NotEqual(before.UnitId, line.UnitId);
    }
}
