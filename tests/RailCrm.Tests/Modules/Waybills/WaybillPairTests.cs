using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;
using RailCrm.Tests.Modules.Customers;

namespace RailCrm.Tests.Modules.Waybills;

/// <summary>Waybill lines booked twice: found at night and after each change by hand, judged, and one of them put into the bin.</summary>
public sealed class WaybillPairTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<Customer> Made(CrmApp app, string who = "n1", string name = "甲公司")
    {
        Assert.True((await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf(who), s => s.Run(null, null, new() { Name = name }, Ct))).TryGet(out var customer, out _));
        return customer;
    }

    private static WaybillDraft Draft(Customer customer, string number, int day = 1, long weight = 60_000, long revenue = 100_000, string? contract = null) =>
        new() { ExternalNo = number, Customer = customer.Number, Date = new(2026, 3, day), Origin = "高桥镇", Destination = "苏州", WeightKg = weight, RevenueFen = revenue, Contract = contract };

    private static async Task<long> Typed(CrmApp app, WaybillDraft draft, string who = "n1")
    {
        Assert.True((await app.With<SaveWaybill, Result<long>>(await app.ActorOf(who), s => s.Run(null, null, draft, Ct))).TryGet(out var id, out var refusal), refusal?.Code);
        return id;
    }

    private static async Task<List<long>> Imported(CrmApp app, params WaybillDraft[] drafts) =>
        [.. (await app.With<RecordWaybills, RecordWaybills.Answer[]>(await app.ActorOf("group"), r => r.Run("TMS", drafts, false, null, RecordWaybills.Extent.Whole, Ct))).Select(a => a.Line!.Id)];

    /// <summary>What stands in the database, in the order of the lines.</summary>
    private static Task<List<string>> Stored(CrmApp app) => app.In(System, async db =>
        (await db.Set<WaybillPair>().AsNoTracking().OrderBy(p => p.FirstId).ThenBy(p => p.SecondId).ToListAsync(Ct)).ConvertAll(p => $"{p.FirstId}-{p.SecondId} {p.Score}{(p.DismissedAt is null ? "" : " two")}"));

    private static async Task Search(CrmApp app)
    {
        Assert.True((await app.With<ListWaybillPairs, Result<long>>(System, l => l.SearchNow(Ct))).TryGet(out var job, out _));
        await app.Ended(job);
    }

    /// <summary>As if a search had seen all lines there will ever be, so that the next one has the trail alone to go by.</summary>
    private static Task<int> SeenAllLines(CrmApp app, int rules = 0) => app.In(System, db =>
    {
        db.Add(new Job { Kind = SearchWaybillDuplicates.Job, State = "completed", Result = $$"""{"Found":0,"Line":1000000000,"Entry":0,"Rules":{{rules}}}""", CreatedAt = db.UtcNow });
        return db.SaveChangesAsync(Ct);
    });

    private static async Task<Result<bool>> Judge(CrmApp app, string who, bool two, string? why = null)
    {
        var id = await app.In(System, db => db.Set<WaybillPair>().OrderBy(p => p.Id).Select(p => p.Id).FirstAsync(Ct));
        return await app.With<ListWaybillPairs, Result<bool>>(await app.ActorOf(who), l => l.Dismiss(id, two, why, Ct));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_is_typed_is_compared_at_once_and_what_is_imported_at_night(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var customer = await Made(app);
        var imported = await Imported(app, Draft(customer, "T1"), Draft(customer, "T2", day: 20));
        var typed = await Typed(app, Draft(customer, "M1"));
        Assert.Equal([$"{imported[0]}-{typed} 95"], await Stored(app));

        var late = await Imported(app, Draft(customer, "T3", day: 2), Draft(customer, "T4", day: 20, weight: 1));
        Assert.Single(await Stored(app)); // An import pays nothing.
        await Search(app);
        Assert.Equal([$"{imported[0]}-{typed} 95", $"{typed}-{late[0]} 90"], await Stored(app));

        // The next search begins where the last one ended, and learns from the trail what changed since.
        await app.In(System, db => db.Set<WaybillPair>().ExecuteDeleteAsync(Ct));
        await Imported(app, Draft(customer, "T4", day: 2, weight: 60_000));
        await SeenAllLines(app);
        await Search(app);
        Assert.Equal([$"{typed}-{late[1]} 90"], await Stored(app));
        await app.In(System, db => db.Set<WaybillPair>().ExecuteDeleteAsync(Ct));
        await Search(app); // And this one where that did: a few lines are looked at again.
        Assert.Equal([$"{imported[0]}-{typed} 95", $"{typed}-{late[0]} 90", $"{typed}-{late[1]} 90"], await Stored(app));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_pair_goes_with_its_line_and_with_what_it_had_in_common_and_comes_back_with_both(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var customer = await Made(app);
        var n1 = await app.ActorOf("n1");
        var imported = (await Imported(app, Draft(customer, "T1")))[0];
        var typed = await Typed(app, Draft(customer, "M1"));
        Assert.True((await Judge(app, "n1", two: true, "两车")).TryGet(out _, out _));
        Assert.Equal([$"{imported}-{typed} 95 two"], await Stored(app));

        // A note is not compared; a word on the pair holds until something compared changes.
        var draft = Draft(customer, "M1");
        draft.Note = "已核对";
        Assert.Null((await app.With<SaveWaybill, Result<long>>(n1, s => s.Run(typed, null, draft, Ct))).Refusal);
        Assert.Equal([$"{imported}-{typed} 95 two"], await Stored(app));
        draft.Date = new(2026, 3, 2);
        Assert.Null((await app.With<SaveWaybill, Result<long>>(n1, s => s.Run(typed, null, draft, Ct))).Refusal);
        Assert.Equal([$"{imported}-{typed} 90"], await Stored(app));
        draft.Destination = "上海";
        Assert.Null((await app.With<SaveWaybill, Result<long>>(n1, s => s.Run(typed, null, draft, Ct))).Refusal);
        Assert.Empty(await Stored(app));

        draft.Destination = "苏州";
        Assert.Null((await app.With<SaveWaybill, Result<long>>(n1, s => s.Run(typed, null, draft, Ct))).Refusal);
        Assert.Single(await Stored(app));
        Assert.Null((await app.With<SaveWaybill, Result<long>>(n1, s => s.Delete(imported, null, Ct))).Refusal);
        Assert.Empty(await Stored(app));
        await Search(app);
        Assert.Empty(await Stored(app));
        Assert.Null((await app.With<WaybillBin, Result<long>>(n1, b => b.Restore(imported, Ct))).Refusal);
        Assert.Equal([$"{imported}-{typed} 90"], await Stored(app));
        await app.In(System, db => db.Set<WaybillPair>().ExecuteDeleteAsync(Ct));
        await SeenAllLines(app);
        await Search(app);
        Assert.Equal([$"{imported}-{typed} 90"], await Stored(app));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_list_is_told_by_unit_likeness_and_reason_to_whoever_sees_the_customer(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (north, south) = (await Made(app), await Made(app, "s1", "乙公司"));
        await Imported(app, Draft(north, "T1"), Draft(north, "T2", day: 10, revenue: 0), Draft(south, "T30003"));
        await Typed(app, Draft(north, "M1"));
        await Typed(app, Draft(north, "M2", day: 10));
        await Typed(app, Draft(south, "XT30003", day: 2), "s1");
        await Imported(app, Draft(south, "T030003"));
        var units = await app.In(System, db => db.Set<Customer>().ToDictionaryAsync(c => c.Name, c => c.UnitId, Ct));
        async Task<string[]> Seen(string who, string query = "")
        {
            using var api = await app.Api(who);
            return [.. (await api.GetFromJsonAsync<JsonElement>($"/api/v1/waybills/duplicate-pairs{query}", Ct)).GetProperty("items").EnumerateArray().Select(i => $"{i.GetProperty("first").GetProperty("externalNo")} {i.GetProperty("second").GetProperty("externalNo")} {i.GetProperty("score")}")];
        }

        await Search(app);
        var all = await Seen("group");
        Assert.Equal(["T30003 T030003 100", "T30003 XT30003 100", "XT30003 T030003 100"], all[..3].Order(StringComparer.Ordinal));
        Assert.Equal(["T1 M1 95", "T2 M2 75"], all[3..]);
        Assert.Equal(["T1 M1 95", "T2 M2 75"], await Seen("n1"));
        Assert.Equal(["T1 M1 95", "T2 M2 75"], await Seen("north"));
        Assert.Equal(["T1 M1 95", "T2 M2 75"], await Seen("group", $"?unit={units["甲公司"]}"));
        Assert.Equal(["T1 M1 95"], await Seen("group", $"?unit={units["甲公司"]}&least=76"));
        Assert.Equal(["T1 M1 95"], await Seen("north", "?reason=revenue"));
        Assert.Equal(3, (await Seen("group", "?reason=number")).Length);
        Assert.Equal(["T1 M1 95", "T2 M2 75"], (await Seen("group", "?reason=lane"))[3..]);
        Assert.Equal(["T1 M1 95"], await Seen("group", $"?reason=revenue&unit={units["甲公司"]}"));
        Assert.Empty(await Seen("group", "?reason=lane&dismissed=true"));
        Assert.Equal(["T1 M1 95", "T2 M2 75"], await Seen("north", "?least=1&reason=weight&limit=200"));
        Assert.Empty(await Seen("group", "?reason=other_goods"));
        Assert.Equal(3, (await Seen("s1")).Length);
        using var n1 = await app.Api("n1");
        foreach (var query in new[] { "least=0", "reason=x", $"unit={units["乙公司"]}", "unit=999999", "limit=0", "cursor=x" })
        {
            using var answer = await n1.GetAsync($"/api/v1/waybills/duplicate-pairs?{query}", Ct);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Pairs_told_by_the_points_of_yesterday_are_told_anew_and_what_was_said_of_them_holds(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var customer = await Made(app);
        var imported = (await Imported(app, Draft(customer, "T1")))[0];
        var typed = await Typed(app, Draft(customer, "M1"));
        Assert.True((await Judge(app, "n1", two: true, "两车")).TryGet(out _, out _));
        await app.In(System, db => db.Set<WaybillPair>().ExecuteUpdateAsync(u => u.SetProperty(p => p.Score, 60).SetProperty(p => p.Reasons, "weight,sources"), Ct));
        await SeenAllLines(app);

        await Search(app);

        Assert.Equal([$"{imported}-{typed} 95 two"], await Stored(app));
        Assert.Equal("revenue,weight,sources,day,lane", await app.In(System, db => db.Set<WaybillPair>().Select(p => p.Reasons).SingleAsync(Ct)));

        await app.In(System, db => db.Set<WaybillPair>().ExecuteUpdateAsync(u => u.SetProperty(p => p.Score, 61), Ct));
        await SeenAllLines(app, WaybillScore.Rules);
        await Search(app); // Once is enough.
        Assert.Equal([$"{imported}-{typed} 61 two"], await Stored(app));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_word_on_a_pair_takes_the_right_to_write_and_is_told_in_both_histories(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var customer = await Made(app);
        await Imported(app, Draft(customer, "T1"));
        await Typed(app, Draft(customer, "M1"));
        var pair = await app.In(System, db => db.Set<WaybillPair>().Select(p => p.Id).SingleAsync(Ct));
        using var n1 = await app.Api("n1");
        using var reader = await app.Api("n1", "read");
        using var stranger = await app.Api("s1");
        const string Path = "/waybills/duplicate-pairs";

        Assert.Equal(HttpStatusCode.NotFound, (await ApiScene.Ask(stranger, "POST", $"{Path}/{pair}/dismiss", new { })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await ApiScene.Ask(reader, "POST", $"{Path}/{pair}/dismiss", new { })).Status);
        Assert.IsType<Refusal.Forbidden>((await Judge(app, "auditor", two: true)).Refusal);
        Assert.Equal(["reason"], ApiScene.Wrong((await ApiScene.Ask(n1, "POST", $"{Path}/{pair}/dismiss", new { reason = new string('长', 201) })).Body));
        for (var n = 0; n < 2; n++)
        {
            Assert.True((await ApiScene.Ask(n1, "POST", $"{Path}/{pair}/dismiss", new { reason = "两车" })).Body.GetProperty("dismissed").GetBoolean());
        }

        Assert.Equal(2, await app.In(System, db => db.Set<AuditEntry>().CountAsync(a => a.Action == "waybill_pair_dismissed" && a.Changes.Contains("两车"), Ct))); // Once, at each of the two.
        Assert.Empty((await ApiScene.Ask(n1, "GET", Path)).Body.GetProperty("items").EnumerateArray());
        var told = Assert.Single((await ApiScene.Ask(n1, "GET", $"{Path}?dismissed=true")).Body.GetProperty("items").EnumerateArray());
        Assert.Equal(("n1", "两车"), (told.GetProperty("dismissedBy").GetString(), told.GetProperty("dismissedReason").GetString()));
        Assert.False((await ApiScene.Ask(n1, "POST", $"{Path}/{pair}/reopen")).Body.GetProperty("dismissed").GetBoolean());
        Assert.Single((await ApiScene.Ask(n1, "GET", Path)).Body.GetProperty("items").EnumerateArray());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task One_stays_with_what_it_lacked_and_the_other_goes_into_the_bin_with_its_figures(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var customer = await Made(app);
        var imported = (await Imported(app, Draft(customer, "T1", contract: "HT-1")))[0];
        var typed = await Typed(app, Draft(customer, "M1"));
        var pair = await app.In(System, db => db.Set<WaybillPair>().Select(p => p.Id).SingleAsync(Ct));
        Task<long> Lines() => app.In(System, db => db.Set<MonthlyFact>().SumAsync(f => f.Lines, Ct));
        Assert.Equal(2, await Lines());
        async Task<Refusal?> Keep(string who, KeepWaybill.Input input) => (await app.With<KeepWaybill, Result<KeepWaybill.Answer>>(await app.ActorOf(who), k => k.Run(pair, input, Ct))).Refusal;

        Assert.IsType<Refusal.NotFound>(await Keep("s1", new() { Keep = typed }));
        Assert.IsType<Refusal.Forbidden>(await Keep("auditor", new() { Keep = typed }));
        Assert.Equal("waybillpairs.keep_wrong", (await Keep("n1", new() { Keep = 0 }))?.Code);
        Assert.Equal("waybillpairs.fill_wrong", (await Keep("n1", new() { Keep = typed, Fill = ["customer"] }))?.Code);
        Assert.IsType<Refusal.Stale>(await Keep("n1", new() { Keep = typed, OtherState = "old" }));
        Assert.IsType<Refusal.Stale>(await Keep("n1", new() { Keep = typed, Fill = ["contract"], KeptState = "old" }));
        Assert.Equal(2, await Lines());
        Assert.Null(await app.In(System, db => db.Set<WaybillLine>().Where(w => w.Id == typed).Select(w => w.ContractNo).SingleAsync(Ct)));

        using var browser = await app.SignedIn("n1");
        var page = await browser.GetStringAsync("/waybills/duplicates", Ct);
        Assert.Contains("HT-1", page, StringComparison.Ordinal);
        using var done = await CrmApp.Submit(browser, "/waybills/duplicates", "keep", new() { ["Kept"] = $"{pair}:{typed}", ["Fill"] = "contract" });
        Assert.Equal(HttpStatusCode.Found, done.StatusCode);

        Assert.Equal([typed], await app.In(System, db => db.Set<WaybillLine>().Select(w => w.Id).ToListAsync(Ct)));
        Assert.Equal([imported], await app.In(System, db => db.Set<BinnedLine>().Select(w => w.Id).ToListAsync(Ct)));
        Assert.Equal("HT-1", await app.In(System, db => db.Set<WaybillLine>().Select(w => w.ContractNo).SingleAsync(Ct)));
        Assert.Equal(1, await Lines());
        Assert.Empty(await Stored(app));
        Assert.IsType<Refusal.NotFound>(await Keep("n1", new() { Keep = typed }));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Pairs_go_along_when_customers_become_one_and_part_with_them(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (stays, goes) = (await Made(app), await Made(app, name: "甲公司苏州分公司"));
        var first = await Typed(app, Draft(goes, "M1"));
        var twin = (await Imported(app, Draft(goes, "T1")))[0];
        var third = (await Imported(app, Draft(stays, "T2", day: 2)))[0];
        await Search(app);
        Assert.Equal([$"{first}-{twin} 95"], await Stored(app));

        var n1 = await app.ActorOf("n1");
        Assert.True((await app.With<MergeCustomers, Result<MergeCustomers.Answer>>(n1, m => m.Run(new() { SurvivorId = stays.Id, LoserIds = [goes.Id] }, Ct))).TryGet(out var merged, out _));
        Assert.Equal([stays.Id], await app.In(System, db => db.Set<WaybillPair>().Select(p => p.CustomerId).ToListAsync(Ct)));
        await Search(app);
        Assert.Equal([$"{first}-{twin} 95", $"{first}-{third} 90"], await Stored(app));

        Assert.Null((await app.With<UndoMerge, Result<UndoMerge.Answer>>(n1, m => m.Run(merged.Id, Ct))).Refusal);
        Assert.Equal([$"{first}-{twin} 95"], await Stored(app));
        Assert.Equal([goes.Id], await app.In(System, db => db.Set<WaybillPair>().Select(p => p.CustomerId).ToListAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_customer_in_the_bin_is_named_with_the_way_out_for_whoever_may_look_there(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var customer = await Made(app);
        var line = (await Imported(app, Draft(customer, "T1")))[0];
        await Typed(app, Draft(customer, "M1"));
        Assert.True((await app.With<GetCustomer, Result<Customer>>(await app.ActorOf("north"), g => g.Bin(customer.Id, true, null, Ct))).TryGet(out _, out var refusal), refusal?.Code);
        using var browser = await app.SignedIn("north");
        var may = (await app.ActorOf("north")).May(Permission.CustomersDelete);
        Assert.True(may);

        foreach (var path in new[] { "/waybills/duplicates", $"/waybills/{line}" })
        {
            var page = await browser.GetStringAsync(new Uri(path, UriKind.Relative), Ct);
            Assert.Contains($"href=\"/customers/{customer.Id}/bin\"", page, StringComparison.Ordinal);
            Assert.DoesNotContain($"href=\"/customers/{customer.Id}\"", page, StringComparison.Ordinal);
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task While_a_search_runs_an_empty_list_says_so_and_not_that_there_was_none(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        foreach (var kind in new[] { SearchWaybillDuplicates.Job, SearchDuplicates.Job, SearchContactDuplicates.Job })
        {
            await app.In(System, db =>
            {
                db.Add(new Job { Kind = kind, CreatedAt = db.UtcNow, State = "running", LeaseUntil = long.MaxValue, Token = 1, RowsDone = 3, RowsTotal = 10 });
                return db.SaveChangesAsync(Ct);
            });
        }

        using var browser = await app.SignedIn("north");
        foreach (var path in new[] { "/waybills/duplicates", "/customers/duplicates", "/contacts/duplicates" })
        {
            var page = WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri(path, UriKind.Relative), Ct));
            Assert.Contains("正在查找，进度见上方", page, StringComparison.Ordinal);
            Assert.Contains("<rc-progress", page, StringComparison.Ordinal);
            Assert.DoesNotContain("还没有查找过", page, StringComparison.Ordinal);
        }
    }
}
