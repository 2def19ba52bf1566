using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Tests.Modules.Waybills;

public sealed class WaybillGroupTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static readonly Dictionary<string, Func<WaybillLine, Customer, string>> Keys = new()
    {
        ["month"] = (w, _) => Month.Of(w.Date).ToString(), ["customer"] = (w, _) => $"{w.CustomerId}", ["service"] = (w, _) => w.Service, ["mode"] = (w, _) => w.Mode, ["commodity"] = (w, _) => w.CommodityCategory, ["origin"] = (w, _) => w.Origin,
        ["destination"] = (w, _) => w.Destination, ["contract"] = (w, _) => w.ContractNo ?? "", ["unit"] = (w, _) => $"{w.UnitId}", ["owner"] = (_, c) => $"{c.UnitId}", ["tier"] = (_, c) => JsonNamingPolicy.CamelCase.ConvertName($"{c.Tier}"), ["source"] = (w, _) => w.Source,
    };

    private static Task<Result<List<Group>>> Groups(CrmApp app, Actor actor, string query, string by) =>
        app.With<WaybillList, Result<List<Group>>>(actor, l => app.In(actor, db => l.Groups(db, WaybillListTests.Viewed(query), l.Find(by)!, Ct)));

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Groups_are_what_adding_up_every_line_gives_whatever_is_asked(Engine engine)
    {
        await using var app = await WaybillListTests.Filled(engine);
        var filters = await WaybillListTests.Filters(app);
        var random = new Random(7);
        Assert.Equal(Keys.Keys.Order(StringComparer.Ordinal), new WaybillList().Fields.Where(f => f.IsGrouped).Select(f => f.Key).Order(StringComparer.Ordinal));
        foreach (var user in new[] { "group", "north", "s1" })
        {
            var actor = await app.ActorOf(user);
            var seen = await app.In(actor, async db => (await db.Set<WaybillLine>().AsNoTracking().ToListAsync(Ct)).Join(await db.Set<Customer>().AsNoTracking().ToListAsync(Ct), w => w.CustomerId, c => c.Id, (w, c) => (w, c)).ToList());
            var some = Enumerable.Range(0, 14).Select(_ => random.GetItems(filters, 2).DistinctBy(f => f.Query[..f.Query.IndexOf('=', StringComparison.Ordinal)]).ToArray());
            foreach (var asked in some.Append([]).Where(s => user == "s1" || s.All(f => !f.Query.StartsWith("mine=", StringComparison.Ordinal))))
            {
                var query = string.Join('&', asked.Select(f => f.Query));
                var kept = seen.Where(r => asked.All(f => f.Keeps(r.w, r.c))).ToList();
                foreach (var by in Keys.Keys)
                {
                    Assert.True((await Groups(app, actor, query, by)).TryGet(out var groups, out var refusal), $"{user} {query} {by}: {refusal?.Code}");

                    var expected = kept.GroupBy(r => Keys[by](r.w, r.c)).Select(g => $"{g.Key}: {g.Count()} {g.Sum(r => r.w.WeightKg)} {g.Sum(r => r.w.RevenueFen)} {g.Sum(r => r.w.CostFen)} {g.Sum(r => r.w.RevenueFen - r.w.CostFen)}").Order(StringComparer.Ordinal);
                    Assert.Equal(expected, groups.Select(g => $"{g.Asked}: {g.Count} {string.Join(' ', g.Sums)}").Order(StringComparer.Ordinal));
                    Assert.DoesNotContain(groups, g => g.Text.Length == 0);
                    Assert.True(by != "month" || groups.Select(g => g.Asked).SequenceEqual(groups.Select(g => g.Asked).Order(StringComparer.Ordinal)), "months out of order");
                }
            }
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_would_have_to_read_too_much_is_refused_rather_than_summed_in_part(Engine engine)
    {
        await using var app = await WaybillListTests.Filled(engine, "--RAILCRM_WAYBILLS_READ", "40");
        var group = await app.ActorOf("group");
        var customer = await app.In(System, db => db.Set<Customer>().OrderBy(c => c.Id).Select(c => c.Id).FirstAsync(Ct));
        async Task<string> Told(string query, string by) => (await Groups(app, group, query, by)).TryGet(out var groups, out var refusal) ? $"{groups.Sum(g => g.Count)}" : ((Refusal.InvalidMany)refusal).Errors[0].Code;
        Task<string> Count(string query) => app.In(group, async db => (await new WaybillList(settings: app.Services.GetService(typeof(Microsoft.Extensions.Configuration.IConfiguration)) as Microsoft.Extensions.Configuration.IConfiguration)
            .Read(db, WaybillListTests.Viewed(query), [], Ct)).TryGet(out var page, out var refusal) ? $"{page.Lines.Count}" : ((Refusal.InvalidMany)refusal).Errors[0].Code);

        Assert.Equal(40, await app.With<WaybillList, int>(group, l => Task.FromResult(l.MostRead)));
        Assert.Equal("600", await Told("", "month")); // The owners' months tell it.
        Assert.Equal("600", await Told("", "owner"));
        Assert.Equal("waybill.groups_wide", await Told("", "service"));
        Assert.Equal("waybill.groups_wide", await Told("", "source"));
        Assert.Equal("waybill.filter_wide", await Count("filter=weight>=1"));
        Assert.Equal("waybill.filter_wide", await Count($"filter={Uri.EscapeDataString($"customer={customer}|origin=高桥镇")}"));
        Assert.Equal("waybill.filter_wide", await Count("filter=date=2025-12,2026-02"));
        Assert.Equal("50", await Count("filter=date=2025-12,2026-01")); // One window: an index alone answers.
        var (lines, heavy) = await app.In(System, async db => (await db.Set<WaybillLine>().CountAsync(w => w.CustomerId == customer && w.Date == new DateOnly(2026, 1, 15), Ct), await db.Set<WaybillLine>().CountAsync(w => w.Date == new DateOnly(2026, 1, 15) && w.WeightKg >= 1_000, Ct)));
        Assert.Equal($"{lines}", await Told($"customer={customer}&from=2026-01-15&to=2026-01-15", "contract"));
        Assert.Equal($"{heavy}", await Count("from=2026-01-15&to=2026-01-15&filter=weight>=1"));
        Assert.Equal(600, (await app.With<TotalWaybills, TotalWaybills.Sums?>(group, t => t.Run(WaybillListTests.Viewed(""), Ct)))!.Lines);
        Assert.Null(await app.With<TotalWaybills, TotalWaybills.Sums?>(group, t => t.Run(WaybillListTests.Viewed("service=handling"), Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_saved_view_is_totalled_as_what_it_keeps_and_groups_open_as_table_and_chart(Engine engine)
    {
        await using var app = await WaybillListTests.Filled(engine);
        using var browser = await app.SignedIn("group");
        var lines = await app.In(System, db => db.Set<WaybillLine>().CountAsync(w => w.Date >= new DateOnly(2026, 3, 2), Ct));

        var recent = await browser.GetStringAsync(new Uri("/waybills?view=recent", UriKind.Relative), Ct);
        var groups = await browser.GetStringAsync(new Uri("/waybills?layout=groups&group=service", UriKind.Relative), Ct);
        var chart = await browser.GetStringAsync(new Uri("/waybills?layout=chart&group=month&measure=profit&chart=line", UriKind.Relative), Ct);
        var board = await browser.GetStringAsync(new Uri("/waybills?layout=board", UriKind.Relative), Ct);

        Assert.Contains($"{lines} 条", recent, StringComparison.Ordinal);
        Assert.Contains("service=handling", groups, StringComparison.Ordinal);
        Assert.Contains("month=2026-01", chart, StringComparison.Ordinal);
        Assert.Contains("<section class=\"rc-board-column\" data-value=\"handling\"", board, StringComparison.Ordinal); // By service: a board has no columns in time.
    }
}
