using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Exchange;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Notes;
using RailCrm.Platform.Records;
using static RailCrm.Tests.Modules.Exchange.ReviewUse;

namespace RailCrm.Tests.Modules.Exchange;

/// <summary>Waybill lines taken back with their import, when something happened to them or to their customers since.</summary>
public sealed class RevertWaybillTests
{
    private const string Head = "externalNo,date,customer,revenue\n";

    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<Customer> Customer(CrmApp app, string name) =>
        Value(await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf("n1"), s => s.Run(null, null, new() { Name = name, DuplicateReason = "测试" }, Ct)));

    private static Task<List<string>> Lines(CrmApp app) => app.In(System, async db =>
        (await db.Set<WaybillLine>().Join(db.Set<Customer>(), w => w.CustomerId, c => c.Id, (w, c) => new { w.ExternalNo, c.Name, w.RevenueFen }).OrderBy(w => w.ExternalNo).ToListAsync(Ct)).ConvertAll(w => $"{w.ExternalNo} {w.Name} {w.RevenueFen}"));

    private static async Task Merge(CrmApp app, long survivor, long loser) =>
        Assert.Null((await app.With<MergeCustomers, Result<MergeCustomers.Answer>>(await app.ActorOf("n1"), m => m.Run(new() { SurvivorId = survivor, LoserIds = [loser] }, Ct))).Refusal);

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_new_line_that_got_a_note_a_file_or_a_star_since_stays(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (n1, customer) = (await app.ActorOf("n1"), await Customer(app, "甲公司"));
        var import = await Whole(app, n1, "waybills", Head + string.Concat(Enumerable.Range(1, 4).Select(n => $"W{n},2026-03-01,甲公司,1\n")));
        await app.In(System, async db =>
        {
            var ids = await db.Set<WaybillLine>().OrderBy(w => w.ExternalNo).Select(w => w.Id).ToListAsync(Ct);
            db.AddRange(new Note { CustomerId = customer.Id, RecordKind = RecordKind.Waybill, RecordId = ids[0], Text = "已核对", AuthorId = n1.UserId, CreatedAt = db.UtcNow },
                new Attachment { CustomerId = customer.Id, RecordKind = RecordKind.Waybill, RecordId = ids[1], FileName = "货票.pdf", ContentType = "application/pdf", Sha256 = "00", CreatedAt = db.UtcNow },
                new RecordMark { CustomerId = customer.Id, RecordKind = RecordKind.Waybill, RecordId = ids[2], UserId = n1.UserId, Mark = RecordMark.Favourite, CreatedAt = db.UtcNow });
            return await db.SaveChangesAsync(Ct);
        });

        var work = await Reverted(app, n1, import.Id);

        Assert.Equal((4, 3), (work.RowsDone, work.RowsRejected));
        Assert.Equal(["W1 甲公司 100", "W2 甲公司 100", "W3 甲公司 100"], await Lines(app));
        Assert.All(await Records(app, n1, import.Id, "refused"), r => Assert.Equal("已有其他数据引用它。", r.Reason));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_line_whose_former_customer_is_gone_or_another_units_by_now_stays_where_it_is(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        var (gone, moved) = (await Customer(app, "甲公司"), await Customer(app, "丙公司"));
        await Customer(app, "乙公司");
        await Whole(app, n1, "waybills", Head + "W1,2026-03-01,甲公司,1\nW2,2026-03-01,丙公司,2\nW3,2026-03-01,乙公司,3\n");
        var import = await Whole(app, n1, "waybills", Head + "W1,2026-03-01,乙公司,10\nW2,2026-03-01,乙公司,20\nW3,2026-03-01,乙公司,30\n", withWarned: true);
        var south = await app.In(System, db => db.Set<OrgUnit>().Where(u => u.Code == "S1").Select(u => u.Id).SingleAsync(Ct));
        Value(await app.With<SaveCustomer, Result<Customer>>(System, s => s.Run(moved.Id, null, new() { Name = "丙公司", UnitId = south }, Ct)));
        Value(await app.With<GetCustomer, Result<Customer>>(n1, g => g.Bin(gone.Id, into: true, null, Ct)));
        Value(await app.With<RemoveCustomer, Result<string>>(n1 with { Permissions = new HashSet<string>(Permission.All) }, r => r.Run(gone.Id, Ct)));

        var work = await Reverted(app, n1, import.Id);

        Assert.Equal((3, 2), (work.RowsDone, work.RowsRejected));
        Assert.Equal(["W1 乙公司 1000", "W2 乙公司 2000", "W3 乙公司 300"], await Lines(app));
        Assert.Equal((0, 0, 0), await app.With<CheckFacts, (long, long, long)>(System, c => c.Differences(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_merge_of_its_customer_is_no_change_of_a_line(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        var (stays, goes, former) = (await Customer(app, "甲公司"), await Customer(app, "乙公司"), await Customer(app, "丙公司"));
        await Whole(app, n1, "waybills", Head + "W1,2026-03-01,丙公司,1\nW2,2026-03-01,乙公司,2\n");
        var import = await Whole(app, n1, "waybills", Head + "W1,2026-03-01,乙公司,10\nW2,2026-03-01,乙公司,20\nW3,2026-03-01,乙公司,30\n", withWarned: true);
        await Merge(app, stays.Id, goes.Id);
        await Merge(app, stays.Id, former.Id);

        var work = await Reverted(app, n1, import.Id);

        Assert.Equal((3, 0), (work.RowsDone, work.RowsRejected));
        Assert.Equal(["W1 甲公司 100", "W2 甲公司 200"], await Lines(app));
        Assert.Equal((0, 0, 0), await app.With<CheckFacts, (long, long, long)>(System, c => c.Differences(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_waits_to_be_taken_back_is_not_swept_away(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        await Customer(app, "甲公司");
        var import = await Whole(app, n1, "waybills", Head + "W1,2026-03-01,甲公司,1\n");
        await app.Services.GetRequiredService<Runner>().StopAsync(Ct);
        Value(await app.With<RevertImport, Result<long>>(n1, r => r.Run(import.Id, Ct)));
        app.Later(TimeSpan.FromDays(40));
        Task<int> Kept() => app.With<IServiceProvider, int>(System, async services =>
        {
            await SweepImports.Run(services, null!, Ct);
            return await services.GetRequiredService<CrmDb>().Set<ImportedRow>().CountAsync(Ct);
        });

        Assert.Equal(1, await Kept());
        await app.In(System, db => db.Write(() => db.Set<Job>().ExecuteUpdateAsync(u => u.SetProperty(j => j.State, "completed"), Ct), Ct));
        Assert.Equal(0, await Kept());
    }
}
