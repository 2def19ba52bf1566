using System.Text;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;
using RailCrm.Tests.Modules.Exchange;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>Likely duplicates of what changed in bulk are found soon after, not only at night.</summary>
public sealed class RenewLaterTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<long> Customer(CrmApp app, string name, params SaveContact.Input[] people)
    {
        var n1 = await app.ActorOf("n1");
        Assert.True((await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(null, null, new() { Name = name }, Ct))).TryGet(out var customer, out var refusal), refusal?.Code);
        foreach (var person in people)
        {
            Assert.Null((await app.With<SaveContact, Result<Contact>>(n1, s => s.Run(customer.Id, null, null, person, Ct))).Refusal);
        }

        return customer.Id;
    }

    private static Task<List<string>> Pairs(CrmApp app) => app.In(System, async db => (await db.Set<DuplicatePair>().OrderBy(p => p.FirstId).ToListAsync(Ct)).ConvertAll(p => $"{p.FirstId}-{p.SecondId} {p.Reasons}"));

    private static Task<List<string>> People(CrmApp app) => app.In(System, async db => (await db.Set<ContactPair>().OrderBy(p => p.FirstId).ToListAsync(Ct)).ConvertAll(p => p.Reasons));

    private static async Task Renewed(CrmApp app) =>
        await app.Ended(await app.In(System, db => db.Set<Job>().Where(j => j.Kind == RenewLater.Kind).OrderByDescending(j => j.Id).Select(j => j.Id).FirstAsync(Ct)));

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_field_changed_on_many_finds_those_that_are_alike_now_and_undo_lets_them_go(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        List<long> ids = [await Customer(app, "大屯电厂燃料公司"), await Customer(app, "大屯电厂")];
        const string Address = "河南省商丘市永城市高桥镇矿区路1号";

        var done = await WorkOnRowsTests.Work(app, "n1", new() { List = "customers", Act = "edit", Field = "businessAddress", Value = Address, Ids = ids });
        await Renewed(app);
        Assert.Equal([$"{ids[0]}-{ids[1]} address,part"], await Pairs(app));

        Assert.True((await app.With<WorkOnRows, Result<Job>>(await app.ActorOf("n1"), w => w.Undo("customers", done.Job.Id, Ct))).TryGet(out var undo, out _));
        await app.Ended(undo.Id);
        await Renewed(app);
        Assert.Empty(await Pairs(app));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_does_not_count_as_alike_or_is_too_much_asks_for_nothing(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var id = await Customer(app, "甲商贸公司");
        await WorkOnRowsTests.Work(app, "n1", new() { List = "customers", Act = "edit", Field = "sizeClass", Value = "small", Ids = [id] });
        await app.In(System, async db =>
        {
            await RenewLater.Queue(db, [.. Enumerable.Range(1, RenewLater.MostRows + 1).Select(n => (long)n)], [], Ct);
            return 0;
        });

        Assert.False(await app.In(System, db => db.Set<Job>().AnyAsync(j => j.Kind == RenewLater.Kind, Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task An_import_finds_the_duplicates_of_what_it_made(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var known = await Customer(app, "宏达物流");
        using var api = await app.Api("n1");

        var loaded = await ImportHttp.Loaded(api, "customers", Encoding.UTF8.GetBytes("客户名称,简称\n鸿达物流,\n毫不相干公司,毫\n"));
        Assert.Equal("completed", loaded.GetProperty("state").GetString());
        await Renewed(app);

        Assert.StartsWith($"{known}-", Assert.Single(await Pairs(app)), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task After_a_merge_its_people_are_compared_anew(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (stays, goes) = (await Customer(app, "甲公司", new SaveContact.Input { Name = "李娜" }), await Customer(app, "乙公司", new SaveContact.Input { Name = "李娜" }));
        Assert.Empty(await People(app)); // At two customers a name says nothing.

        Assert.Null((await app.With<MergeCustomers, Result<MergeCustomers.Answer>>(await app.ActorOf("n1"), m => m.Run(new() { SurvivorId = stays, LoserIds = [goes] }, Ct))).Refusal);
        await Renewed(app);

        Assert.Equal(["name"], await People(app));
    }
}
