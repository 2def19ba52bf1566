using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Tests.Platform;

namespace RailCrm.Tests.Modules.Waybills;

/// <summary>Two who write lines that are likely one at the same time: neither waits for the other in a ring, and no pair points at a line that went.</summary>
public sealed class WaybillPairsBesideTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static WaybillDraft Draft(Customer customer, string number, string? note = null, long cost = 0) =>
        new() { ExternalNo = number, Customer = customer.Number, Date = new(2026, 3, 1), Origin = "高桥镇", Destination = "苏州", WeightKg = 60_000, RevenueFen = 100, CostFen = cost, Note = note };

    /// <summary>Lines that are likely one, which nobody has compared yet.</summary>
    private static async Task<(Customer Customer, long First, long Second)> Fill(CrmApp app)
    {
        var customer = await PaletteUse.Customer(app, "n1", new() { Name = "甲公司" });
        var lines = await app.With<RecordWaybills, RecordWaybills.Answer[]>(await app.ActorOf("n1"), r => r.Run(SaveWaybill.ByHand, [Draft(customer, "A"), Draft(customer, "B")], false, null, RecordWaybills.Extent.Whole, Ct));
        return (customer, lines[0].Line!.Id, lines[1].Line!.Id);
    }

    private static Task Hold(IServiceProvider services, params long[] lines) => HeldLines.Hold(services.GetRequiredService<CrmDb>(), lines, [], Ct);

    private static async Task Save(IServiceProvider services, long id, WaybillDraft draft) => Assert.Null((await services.GetRequiredService<SaveWaybill>().Run(id, null, draft, Ct)).Refusal);

    private static async Task<string?> Saved(CrmApp app, long id, WaybillDraft draft) => (await app.With<SaveWaybill, Result<long>>(await app.ActorOf("n1"), s => s.Run(id, null, draft, Ct))).Refusal?.Code;

    private static Task<List<string>> Pairs(CrmApp app) => app.In(System, async db => (await db.Set<WaybillPair>().AsNoTracking().OrderBy(p => p.Id).ToListAsync(Ct)).ConvertAll(p => $"{p.FirstId}-{p.SecondId}"));

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Of_two_who_each_hold_a_line_of_a_pair_and_save_it_both_get_through(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, first, second) = await Fill(app);

        var refused = await Beside.Run(app, await app.ActorOf("n1"), services => Hold(services, first), () => Saved(app, second, Draft(customer, "B", "乙")), services => Save(services, first, Draft(customer, "A", "甲")));

        Assert.Null(refused);
        Assert.Equal([$"{first}-{second}"], await Pairs(app));
        Assert.Equal(["甲", "乙"], await app.In(System, db => db.Set<WaybillLine>().OrderBy(w => w.Id).Select(w => w.Note).ToListAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_pair_that_two_find_at_once_is_one(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, first, second) = await Fill(app);

        var refused = await Beside.Run(app, await app.ActorOf("n1"), services => Save(services, first, Draft(customer, "A", "甲")), () => Saved(app, second, Draft(customer, "B", "乙")), services => Save(services, first, Draft(customer, "A", "甲", cost: 5)));

        Assert.Null(refused);
        Assert.Equal([$"{first}-{second}"], await Pairs(app));
    }

    [Theory, InlineData(Engine.Sqlite, "delete"), InlineData(Engine.Postgres, "delete"), InlineData(Engine.Sqlite, "keep"), InlineData(Engine.Postgres, "keep")]
    public async Task A_neighbour_that_is_put_into_the_bin_meanwhile_is_no_error_and_no_pair(Engine engine, string how)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, first, second) = await Fill(app);
        Assert.Null(await Saved(app, first, Draft(customer, "A", "甲")));
        Assert.Equal([$"{first}-{second}"], await Pairs(app));
        var pair = await app.In(System, db => db.Set<WaybillPair>().Select(p => p.Id).SingleAsync(Ct));
        var third = (await app.With<RecordWaybills, RecordWaybills.Answer[]>(await app.ActorOf("n1"), r => r.Run(SaveWaybill.ByHand, [Draft(customer, "C")], false, null, RecordWaybills.Extent.Whole, Ct)))[0].Line!.Id;

        // The third's figures are those of the others: whoever deletes must not come to them while that one waits for the line.
        var refused = await Beside.Run(app, await app.ActorOf("n1"),
            async services =>
            {
                await Hold(services, first, second);
                await HeldLines.Going(services.GetRequiredService<CrmDb>(), [first], Ct);
            },
            () => Saved(app, third, Draft(customer, "C", "丙", cost: 5)),
            async services => Assert.Null(how == "delete"
                ? (await services.GetRequiredService<SaveWaybill>().Delete(first, null, Ct)).Refusal
                : (await services.GetRequiredService<KeepWaybill>().Run(pair, new() { Keep = second }, Ct)).Refusal));

        Assert.Null(refused);
        Assert.Equal([$"{second}-{third}"], await Pairs(app));
        Assert.Equal([second, third], await app.In(System, db => db.Set<WaybillLine>().OrderBy(w => w.Id).Select(w => w.Id).ToListAsync(Ct)));
        Assert.Equal((2, 5), await app.In(System, async db => (await db.Set<MonthlyFact>().SumAsync(f => f.Lines, Ct), await db.Set<MonthlyFact>().SumAsync(f => f.CostFen, Ct))));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Whoever_saves_a_line_beside_one_that_is_just_gone_is_not_refused(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, first, second) = await Fill(app);

        var refused = await Beside.Run(app, await app.ActorOf("n1"), async services => Assert.Null((await services.GetRequiredService<SaveWaybill>().Delete(first, null, Ct)).Refusal), () => Saved(app, second, Draft(customer, "B", "乙")));

        Assert.Null(refused);
        Assert.Empty(await Pairs(app));

        Assert.Null((await app.With<WaybillBin, Result<long>>(await app.ActorOf("n1"), b => b.Restore(first, Ct))).Refusal);
        Assert.Equal([$"{first}-{second}"], await Pairs(app));
    }
}
