using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Classification;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Managers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;

namespace RailCrm.Tests.Modules.Waybills;

public sealed class WaybillTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<Customer> Customer(CrmApp app, string user, string name)
    {
        var made = await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf(user), s => s.Run(null, null, new() { Name = name }, Ct));
        Assert.True(made.TryGet(out var customer, out _));
        return customer;
    }

    private static Task<RecordWaybills.Answer[]> Record(CrmApp app, Actor actor, params WaybillDraft[] drafts) =>
        app.With<RecordWaybills, RecordWaybills.Answer[]>(actor, r => r.Run("TMS", drafts, createCustomers: false, Ct));

    private static Task<(long, long, long)> Differences(CrmApp app) => app.With<CheckFacts, (long, long, long)>(System, c => c.Differences(Ct));

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Facts_equal_their_lines_after_any_sequence_of_writes_deletes_and_moves(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var customers = new List<Customer>();
        foreach (var (user, name) in new[] { ("n1", "甲公司"), ("n1", "乙公司"), ("n2", "丙公司"), ("s1", "丁公司") })
        {
            customers.Add(await Customer(app, user, name));
        }

        var units = await app.In(System, db => db.Set<OrgUnit>().Where(u => u.Level == UnitLevel.Outlet).Select(u => u.Id).ToListAsync(Ct));
        var random = new Random(7);
        for (var round = 0; round < 12; round++)
        {
            var drafts = Enumerable.Range(0, 60).Select(_ => new WaybillDraft
            {
                ExternalNo = $"W{random.Next(90)}", Customer = customers[random.Next(4)].Number, Date = new DateOnly(2025, 1 + random.Next(12), 1 + random.Next(28)),
                Service = WaybillLine.Services[random.Next(3)], Mode = WaybillLine.Modes[random.Next(3)], Commodity = random.Next(2) == 0 ? "01" : "煤",
                Origin = random.Next(2) == 0 ? "高桥镇" : null, WeightKg = random.Next(60_000), RevenueFen = random.Next(-5_000, 900_000), CostFen = random.Next(500_000),
            }).ToArray();
            Assert.All(await Record(app, System, drafts), a => Assert.Empty(a.Errors));
            if (round % 3 == 1)
            {
                var some = await app.In(System, db => db.Set<WaybillLine>().OrderBy(w => w.Id).Select(w => w.Id).Skip(random.Next(20)).Take(15).ToListAsync(Ct));
                Assert.Equal(15, await app.With<WaybillLedger, int>(System, l => l.Delete(some, Ct)));
            }

            var (whose, day, length) = (customers[random.Next(4)].Id, new DateOnly(2025, 1, 1).AddDays(random.Next(360)), random.Next(60));
            await app.In(System, async db =>
            {
                // Back-dated, overlapping, prolonged, cut short, begun anew and taken away: by whatever statement.
                var users = await db.Set<User>().OrderBy(u => u.Id).Select(u => u.Id).Take(4).ToListAsync(Ct);
                db.AddRange(users.Select(u => new Responsibility { CustomerId = whose, Level = UnitLevel.Outlet, UserId = u, Duty = u == users[3] ? Duty.Deputy : Duty.Main, From = day.AddDays((int)u), Until = day.AddDays((int)u + length), ApprovedAt = db.UtcNow }));
                await db.SaveChangesAsync(Ct);
                foreach (var held in await db.Set<Responsibility>().OrderBy(r => r.Id).Skip(random.Next(4)).Take(3).ToListAsync(Ct))
                {
                    held.Until = random.Next(3) == 0 && !await db.Set<Responsibility>().AnyAsync(r => r.CustomerId == held.CustomerId && r.Until == null, Ct) ? null : held.From.AddDays(random.Next(200));
                    await db.SaveChangesAsync(Ct);
                }

                var gone = await db.Set<Responsibility>().OrderByDescending(r => r.Id).Skip(2).Take(1).Select(r => r.Id).SingleAsync(Ct);
                return await db.Set<Responsibility>().Where(r => r.Id == gone).ExecuteDeleteAsync(Ct);
            });

            if (round % 4 == 2)
            {
                var moved = customers[random.Next(4)].Id;
                await app.In(System, async db =>
                {
                    (await db.Set<Customer>().SingleAsync(c => c.Id == moved, Ct)).UnitId = units[random.Next(units.Count)];
                    return await db.SaveChangesAsync(Ct);
                });
            }

            Assert.Equal((0, 0, 0), await Differences(app));
        }

        Assert.NotEqual(0, await app.In(System, db => db.Set<MonthlyFact>().SumAsync(f => f.Lines, Ct)));
        Assert.NotEqual(0, await app.In(System, db => db.Set<ManagerMonth>().SumAsync(f => f.Lines, Ct)));
        await app.In(System, db => db.Set<MonthlyFact>().Where(f => f.RevenueFen > 0).Take(1).ExecuteUpdateAsync(s => s.SetProperty(f => f.RevenueFen, 1), Ct));
        Assert.NotEqual((0, 0, 0), await Differences(app));
        await app.With<CheckFacts, int>(System, async c =>
        {
            await c.Rebuild(Ct);
            return 0;
        });
        Assert.Equal((0, 0, 0), await Differences(app));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_batch_answers_item_by_item_and_the_same_batch_again_changes_nothing(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var customer = await Customer(app, "n1", "甲公司");
        using var api = await app.Api("n1");
        var body = new
        {
            source = "ERP",
            items = new object[]
            {
                new { externalNo = "1", date = "2026-03-05", customer = customer.Number, service = "运输", mode = "整车", origin = "高桥镇", weightKg = 60_000, revenueFen = 1_234_500, costFen = 1_000_000 },
                new { externalNo = "2", date = "2026-03-06", customer = "没有的公司", revenueFen = 1 },
                new { externalNo = "3", date = "2026-03-07", customer = "甲公司", mode = "火箭" },
            },
        };

        var first = await (await api.PostAsJsonAsync("/api/v1/waybills:batch", body, Ct)).Content.ReadFromJsonAsync<JsonElement>(Ct);
        var second = await (await api.PostAsJsonAsync("/api/v1/waybills:batch", body, Ct)).Content.ReadFromJsonAsync<JsonElement>(Ct);

        Assert.Equal(["created", "rejected", "rejected"], first.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("outcome").GetString()));
        Assert.Equal(["customer", "mode"], first.GetProperty("items").EnumerateArray().Skip(1).Select(i => i.GetProperty("errors").EnumerateObject().Single().Name));
        Assert.Equal("unchanged", second.GetProperty("items")[0].GetProperty("outcome").GetString());
        var figures = await api.GetFromJsonAsync<JsonElement>($"/api/v1/customers/{customer.Id}/figures?from=2026-02&to=2026-03", Ct);
        var march = figures.GetProperty("months")[1];
        Assert.Equal((1_234_500, 1_000_000, 234_500, 60_000, 1), (march.GetProperty("revenueFen").GetInt64(), march.GetProperty("costFen").GetInt64(), march.GetProperty("grossProfitFen").GetInt64(), march.GetProperty("weightKg").GetInt64(), march.GetProperty("lines").GetInt64()));
        Assert.Equal(0, figures.GetProperty("months")[0].GetProperty("lines").GetInt64());
        var read = await api.GetFromJsonAsync<JsonElement>($"/api/v1/customers/{customer.Id}", Ct);
        Assert.Equal((1_234_500, "small"), (read.GetProperty("trailing12RevenueFen").GetInt64(), read.GetProperty("tier").GetString()));
        Assert.Equal(1, (await api.GetFromJsonAsync<JsonElement>("/api/v1/waybills", Ct)).GetProperty("items").GetArrayLength());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Lines_and_figures_of_a_customer_outside_the_scope_are_absent_and_cannot_be_overwritten(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var foreign = await Customer(app, "n1", "甲公司");
        var own = await Customer(app, "s1", "乙公司");
        await Record(app, System, new WaybillDraft { ExternalNo = "1", Customer = foreign.Number, Date = new(2026, 1, 5), RevenueFen = 100 });
        using var api = await app.Api("s1");

        Assert.Equal(HttpStatusCode.NotFound, (await api.GetAsync($"/api/v1/customers/{foreign.Id}/figures", Ct)).StatusCode);
        Assert.Equal(0, (await api.GetFromJsonAsync<JsonElement>("/api/v1/waybills", Ct)).GetProperty("items").GetArrayLength());
        var south = await app.ActorOf("s1");
        var taken = await Record(app, south, new WaybillDraft { ExternalNo = "1", Customer = own.Number, Date = new(2026, 1, 5), RevenueFen = 999 });
        var unseen = await Record(app, south, new WaybillDraft { ExternalNo = "2", Customer = foreign.Number, Date = new(2026, 1, 5) });

        Assert.Equal("waybill.number_taken", Assert.Single(taken[0].Errors).Code);
        Assert.Equal("waybill.customer_unknown", Assert.Single(unseen[0].Errors).Code);
        Assert.Equal(100, await app.In(System, db => db.Set<WaybillLine>().Select(w => w.RevenueFen).SingleAsync(Ct)));
        Assert.Equal((0, 0, 0), await Differences(app));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Tiers_follow_the_trailing_twelve_months_as_the_rule_says_and_keep_their_history(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var rule = new TierRule(TierBasis.GrossProfit, 10_000, 100_000, 40);
        await app.In(System, async db =>
        {
            db.Add(rule);
            return await db.SaveChangesAsync(Ct);
        });
        var random = new Random(3);
        var expected = new Dictionary<long, CustomerTier>();
        for (var i = 0; i < 30; i++)
        {
            var customer = await Customer(app, "n1", $"第{i}公司");
            var (lines, revenue, profit, previous) = (0, 0L, 0L, 0L);
            var drafts = Enumerable.Range(0, random.Next(4)).Select(n => new WaybillDraft
            {
                ExternalNo = $"{i}-{n}", Customer = customer.Number, Date = new DateOnly(2026, 4, 1).AddMonths(-random.Next(26)), RevenueFen = random.Next(-10_000, 150_000), CostFen = random.Next(20_000),
            }).ToArray();
            foreach (var d in drafts)
            {
                var age = Month.Of(new(2026, 4, 1)).Number - Month.Of(d.Date!.Value).Number;
                (lines, revenue, profit) = age < 12 ? (lines + 1, revenue + d.RevenueFen!.Value, profit + d.RevenueFen.Value - d.CostFen!.Value) : (lines, revenue, profit);
                previous += age is >= 12 and < 24 ? d.RevenueFen!.Value - d.CostFen!.Value : 0;
            }

            await Record(app, System, drafts);
            expected[customer.Id] = rule.Of(lines, revenue, profit, previous);
        }

        await app.With<ClassifyCustomers, int>(System, async c =>
        {
            await c.Run(Ct);
            return 0;
        });

        var tiers = await app.In(System, db => db.Set<Customer>().ToDictionaryAsync(c => c.Id, c => c.Tier, Ct));
        Assert.Equal(expected, tiers);
        Assert.Equal(5, expected.Values.Distinct().Count());
        Assert.Equal(expected.Values.Count(t => t != CustomerTier.Prospective), await app.In(System, db => db.Set<TierChange>().CountAsync(Ct)));
        Assert.Equal(0, await app.In(System, db => db.Set<FiguresDue>().CountAsync(Ct)));
        Assert.Equal((0, 0, 0), await Differences(app));

        // Two years on nobody has traded in the window.
        app.Later(TimeSpan.FromDays(800));
        await app.With<ClassifyCustomers, int>(System, async c =>
        {
            await c.RunAll(null, Ct);
            return 0;
        });
        Assert.All(await app.In(System, db => db.Set<Customer>().Select(c => c.Tier).ToListAsync(Ct)), t => Assert.Equal(CustomerTier.Prospective, t));
        Assert.Equal((0, 0, 0), await Differences(app));
    }
}
