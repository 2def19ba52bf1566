using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;

namespace RailCrm.Tests.Modules.Customers;

public sealed class OldRowsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_changed_value_of_each_list_and_a_row_taken_out_are_given_back(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var made = await Saved(app, null, Full("甲公司"));
        var changed = Full("甲公司");
        changed.Shareholders![0].SharePercent = 10;
        changed.Products![0].AsOf = null;
        changed.MainStations![0].YearlyTonnes = 5;
        await Saved(app, made.Id, changed);
        foreach (var (entity, field) in new[] { (nameof(Shareholder), nameof(Shareholder.ShareBasisPoints)), (nameof(CustomerProduct), nameof(CustomerProduct.AsOf)), (nameof(MainStation), nameof(MainStation.YearlyTonnes)) })
        {
            Assert.Null(await Back(app, made.Id, await Entry(app, made.Id, entity, "updated"), field));
        }

        Assert.Equal("张三 60.5 自然人|煤 100 吨 2026-01-02|Receiving 乙站场 700|乙线 甲站场", await Told(app, made.Id));
        await Saved(app, made.Id, new() { Name = "甲公司", Shareholders = [], Products = [], MainStations = [], Sidings = [] });
        Assert.Equal("|||", await Told(app, made.Id));
        foreach (var (entity, field) in new[] { (nameof(Shareholder), nameof(Shareholder.Name)), (nameof(CustomerProduct), nameof(CustomerProduct.Name)), (nameof(MainStation), nameof(MainStation.Station)), (nameof(CustomerSiding), nameof(CustomerSiding.SidingId)) })
        {
            var entry = await Entry(app, made.Id, entity, "deleted");
            using var browser = await app.SignedIn("n1");
            Assert.Contains($"value=\"{entry}:{field}\"", await browser.GetStringAsync(new Uri($"/customers/{made.Id}/history", UriKind.Relative), Ct), StringComparison.Ordinal);
            Assert.Null(await Back(app, made.Id, entry, field));
            Assert.Equal("history.row_there", (await Back(app, made.Id, entry, field) as Refusal.Invalid)?.Code);
        }

        Assert.Equal("张三 60.5 自然人|煤 100 吨 2026-01-02|Receiving 乙站场 700|乙线 甲站场", await Told(app, made.Id));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task An_old_row_that_breaks_a_rule_or_is_gone_or_was_seen_in_another_version_is_refused_and_changes_nothing(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var made = await Saved(app, null, new() { Name = "甲公司", Shareholders = [new() { Name = "张三", SharePercent = 60 }] });
        var now = await Saved(app, made.Id, new() { Name = "甲公司", Shareholders = [new() { Name = "张三", SharePercent = 10 }] });
        var updated = await Entry(app, made.Id, nameof(Shareholder), "updated");
        Assert.IsType<Refusal.Stale>(await Back(app, made.Id, updated, nameof(Shareholder.ShareBasisPoints), now.Version - 1));
        Assert.IsType<Refusal.NotFound>(await Back(app, made.Id, updated, nameof(Shareholder.Id)));
        Assert.IsType<Refusal.NotFound>(await Back(app, made.Id, updated, nameof(Shareholder.ShareBasisPoints), by: "s1"));

        await Saved(app, made.Id, new() { Name = "甲公司", Shareholders = [new() { Name = "李四", SharePercent = 95 }] });
        Assert.Equal("history.row_gone", (await Back(app, made.Id, updated, nameof(Shareholder.ShareBasisPoints)) as Refusal.Invalid)?.Code);
        var rule = Assert.IsType<Refusal.InvalidMany>(await Back(app, made.Id, await Entry(app, made.Id, nameof(Shareholder), "deleted"), nameof(Shareholder.Name)));
        Assert.Equal("customer.shares_sum", Assert.Single(rule.Errors).Code);
        Assert.Equal("李四 95 |||", await Told(app, made.Id));
    }

    private static SaveCustomer.Input Full(string name) => new()
    {
        Name = name,
        Shareholders = [new() { Name = "张三", SharePercent = 60.5m, Kind = "自然人" }],
        Products = [new() { Name = "煤", AnnualOutput = 100, Unit = "吨", AsOf = new(2026, 1, 2) }],
        MainStations = [new() { Station = "乙站场", Role = StationRole.Receiving, YearlyTonnes = 700 }],
        Sidings = [new() { Name = "乙线", ConnectionStation = "甲站场" }],
    };

    private static async Task<Customer> Saved(CrmApp app, long? id, SaveCustomer.Input input) =>
        (await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf("n1"), s => s.Run(id, null, input, Ct))).TryGet(out var saved, out var refusal) ? saved : throw new InvalidOperationException(refusal.ToString());

    private static async Task<Refusal?> Back(CrmApp app, long id, long entry, string field, int? version = null, string by = "n1") =>
        (await app.With<RestoreValue, Result<Customer>>(await app.ActorOf(by), r => r.Run(id, entry, field, version, Ct))).Refusal;

    private static async Task<long> Entry(CrmApp app, long id, string entity, string action)
    {
        var actor = await app.ActorOf("n1");
        return await app.In(actor, db => db.Set<AuditEntry>().Where(a => a.CustomerId == id && a.Entity == entity && a.Action == action).MaxAsync(a => a.Id, Ct));
    }

    private static async Task<string> Told(CrmApp app, long id) => await app.In(await app.ActorOf("n1"), async db =>
    {
        var c = await db.Set<Customer>().AsNoTracking().Include(c => c.Shareholders).Include(c => c.Products).Include(c => c.MainStations).Include(c => c.Sidings).ThenInclude(s => s.Siding).SingleAsync(c => c.Id == id, Ct);
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{string.Join(',', c.Shareholders.Select(s => FormattableString.Invariant($"{s.Name} {s.ShareBasisPoints / 100m} {s.Kind}")))}|{string.Join(',', c.Products.Select(p => $"{p.Name} {p.AnnualOutput} {p.Unit} {p.AsOf:yyyy-MM-dd}"))}|{string.Join(',', c.MainStations.Select(s => $"{(s.Sending ? "Sending" : "Receiving")} {s.Station} {s.YearlyTonnes}"))}|{string.Join(',', c.Sidings.Select(s => $"{s.Siding!.Name} {s.Siding.ConnectionStation}"))}");
    });
}
