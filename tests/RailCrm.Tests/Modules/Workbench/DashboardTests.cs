using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Approvals;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Demo;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;

namespace RailCrm.Tests.Modules.Workbench;

/// <summary>The demo enterprise, and what dashboard and dossier say of it.</summary>
public sealed class DashboardTests
{
    private static readonly Actor System = Actor.System("test");
    private static readonly MakeDemo.Options Small = new(90, 3_000, 7, CrmApp.Password);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<CrmApp> Demo(Engine engine)
    {
        var app = await CrmApp.Start(engine, empty: true);
        await app.With<MakeDemo, int>(System, async d =>
        {
            await d.Run(Small, _ => { }, Ct);
            return 0;
        });
        return app;
    }

    private static long Fen(JsonElement board, string name) => board.GetProperty(name).GetProperty("revenueFen").GetInt64();

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_demo_is_complete_the_same_each_time_and_its_facts_agree_with_its_lines(Engine engine)
    {
        await using var app = await Demo(engine);
        await using var again = await Demo(engine);
        Task<string> Print(CrmApp a) => a.In(System, async db => string.Join('|',
            await db.Set<OrgUnit>().CountAsync(Ct), await db.Set<Employee>().CountAsync(Ct), await db.Set<Customer>().CountAsync(Ct), await db.Set<WaybillLine>().CountAsync(Ct),
            await db.Set<WaybillLine>().SumAsync(w => w.RevenueFen, Ct), await db.Set<WaybillLine>().SumAsync(w => w.WeightKg, Ct), await db.Set<Customer>().OrderBy(c => c.Id).Select(c => c.Name).LastAsync(Ct)));

        var first = await Print(app);

        Assert.StartsWith("37|120|90|3000|", first, StringComparison.Ordinal);
        Assert.Equal(first, await Print(again));
        var approvals = await app.In(System, db => db.Set<Approval>().OrderBy(a => a.Id).Select(a => a.State).ToListAsync(Ct));
        Assert.True(approvals is [ApprovalState.Granted, .., ApprovalState.Pending] && approvals.Contains(ApprovalState.Refused), string.Join(' ', approvals));
        Assert.Equal((0, 0, 0), await app.With<CheckFacts, (long, long, long)>(System, c => c.Differences(Ct)));
        Assert.All(await app.In(System, db => db.Set<Customer>().Where(c => c.CreditCode != null).Select(c => c.CreditCode!).ToListAsync(Ct)), c => Assert.Equal(CreditCodeCheck.Valid, UnifiedSocialCreditCode.Check(c)));
        foreach (var name in MakeDemo.SignIns)
        {
            using var browser = await app.SignedIn(name);
            Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/", Ct)).StatusCode);
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_database_with_something_else_in_it_is_no_demo(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);

        Assert.Equal(MakeDemo.Holding.SomethingElse, await app.With<MakeDemo, MakeDemo.Holding>(System, d => d.Holds(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_dashboard_is_the_sum_of_what_its_reader_sees(Engine engine)
    {
        await using var app = await Demo(engine);
        foreach (var name in new[] { "group", "subsidiary", "outlet", "manager" })
        {
            using var api = await app.Api(name);
            var board = await api.GetFromJsonAsync<JsonElement>("/api/v1/dashboard", Ct);
            var actor = await app.ActorOf(name);
            var (revenue, customers, top) = await app.In(actor, async db => (
                await db.Set<Customer>().SumAsync(c => c.Trailing12RevenueFen, Ct), await db.Set<Customer>().CountAsync(Ct), await db.Set<Customer>().OrderByDescending(c => c.Trailing12RevenueFen).Select(c => c.Id).FirstAsync(Ct)));
            Assert.True(revenue > 0);
            Assert.Equal((revenue, customers), (Fen(board, "trailing12"), board.GetProperty("customers").GetInt32()));
            Assert.Equal(customers, board.GetProperty("customersByTier").EnumerateArray().Sum(t => t.GetProperty("customers").GetInt32()));
            Assert.Equal(revenue, board.GetProperty("months").EnumerateArray().Sum(m => Fen(m, "now")));
            Assert.Equal(top, board.GetProperty("top")[0].GetProperty("id").GetInt64());
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_units_of_a_group_add_up_and_a_unit_outside_the_scope_is_absent(Engine engine)
    {
        await using var app = await Demo(engine);
        using var group = await app.Api("group");
        var units = (await group.GetFromJsonAsync<JsonElement>("/api/v1/org-units", Ct)).GetProperty("items").EnumerateArray().ToList();
        var subsidiaries = units.Where(u => u.GetProperty("level").GetString() == "subsidiary").Select(u => u.GetProperty("id").GetInt64()).ToList();
        Assert.Equal(6, subsidiaries.Count);

        long sum = 0;
        foreach (var id in subsidiaries)
        {
            sum += Fen(await group.GetFromJsonAsync<JsonElement>($"/api/v1/dashboard?unit={id}", Ct), "trailing12");
        }

        Assert.Equal(Fen(await group.GetFromJsonAsync<JsonElement>("/api/v1/dashboard", Ct), "trailing12"), sum);
        var own = (await app.ActorOf("subsidiary")).UnitId;
        using var subsidiary = await app.Api("subsidiary");
        Assert.Equal(HttpStatusCode.OK, (await subsidiary.GetAsync($"/api/v1/dashboard?unit={own}", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await subsidiary.GetAsync($"/api/v1/dashboard?unit={subsidiaries.First(s => s != own)}", Ct)).StatusCode);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_granted_customer_counts_in_the_dashboard_of_the_reader(Engine engine)
    {
        await using var app = await Demo(engine);
        var outlet = await app.ActorOf("outlet");
        var far = await app.In(System, db => db.Set<Customer>().Where(c => c.UnitId != outlet.UnitId).OrderByDescending(c => c.Trailing12RevenueFen).FirstAsync(Ct));
        using var api = await app.Api("outlet");
        var before = await api.GetFromJsonAsync<JsonElement>("/api/v1/dashboard", Ct);

        await app.In(System, async db =>
        {
            db.Add(new CustomerGrant { CustomerId = far.Id, UserId = outlet.UserId });
            return await db.SaveChangesAsync(Ct);
        });

        var after = await api.GetFromJsonAsync<JsonElement>("/api/v1/dashboard", Ct);
        Assert.Equal(far.Trailing12RevenueFen, Fen(after, "trailing12") - Fen(before, "trailing12"));
        Assert.Equal(1, after.GetProperty("customers").GetInt32() - before.GetProperty("customers").GetInt32());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_dossier_shows_the_figures_of_the_api_and_prints(Engine engine)
    {
        await using var app = await Demo(engine);
        using var browser = await app.SignedIn("group");
        var customer = await app.In(System, db => db.Set<Customer>().OrderByDescending(c => c.Trailing12RevenueFen).FirstAsync(Ct));
        var figure = (customer.Trailing12RevenueFen / 100m).ToString("N2", global::System.Globalization.CultureInfo.InvariantCulture);

        var page = await browser.GetStringAsync($"/customers/{customer.Id}/figures", Ct);
        var print = await browser.GetStringAsync($"/customers/{customer.Id}/print", Ct);

        Assert.Contains(figure, page, StringComparison.Ordinal);
        Assert.Contains("<rc-chart", page, StringComparison.Ordinal);
        Assert.Contains(figure, print, StringComparison.Ordinal);
        Assert.Contains(customer.CreditCode ?? customer.Name, print, StringComparison.Ordinal);
    }
}
