using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Managers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Results;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Files;
using RailCrm.Tests.Modules.Managers;
using static RailCrm.Tests.Modules.Exchange.ReviewUse;

namespace RailCrm.Tests.Modules.Results;

public sealed class ResultsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Results_follow_who_answered_on_the_day_and_are_seen_by_whom_they_concern(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ManagerScene.Make(app);
        var customer = await scene.Customer("a1"); // From 1 April on.
        Assert.Null((await app.With<RecordWaybills, RecordWaybills.Answer[]>(ManagerScene.System, r => r.Run("TMS", [Line("1", 3, 5, 100), Line("2", 3, 20, 200), Line("3", 4, 1, 400)], createCustomers: false, Ct))).SelectMany(a => a.Errors).FirstOrDefault());
        var ids = await app.In(ManagerScene.System, db => db.Set<User>().ToDictionaryAsync(u => u.UserName!, u => u.Id, Ct));
        var units = await app.In(ManagerScene.System, db => db.Set<OrgUnit>().ToDictionaryAsync(u => u.Code, u => u.Id, Ct));
        using var head = await app.Api("n1");
        using var own = await app.Api("a1");
        using var colleague = await app.Api("a2");
        using var elsewhere = await app.Api("s1");

        Assert.Equal([400, 0], await Revenue(own, "a1", "2026-04"));
        await app.In(ManagerScene.System, async db =>
        {
            // As a move of past days is booked: a2 answered from 1 to 10 March, a1 from then on.
            (await db.Set<Responsibility>().SingleAsync(r => r.CustomerId == customer, Ct)).Until = new DateOnly(2026, 4, 1);
            await db.SaveChangesAsync(Ct);
            db.AddRange(
                new Responsibility { CustomerId = customer, Level = UnitLevel.Outlet, UserId = ids["a2"], Duty = Duty.Main, From = new(2026, 3, 1), Until = new(2026, 3, 10), ApprovedAt = db.UtcNow },
                new Responsibility { CustomerId = customer, Level = UnitLevel.Outlet, UserId = ids["a1"], Duty = Duty.Main, From = new(2026, 3, 10), ApprovedAt = db.UtcNow });
            return await db.SaveChangesAsync(Ct);
        });
        Assert.Equal([400, 200], await Revenue(own, "a1", "2026-04"));
        Assert.Equal([0, 100], await Revenue(head, "a2", "2026-04"));
        var march = await head.GetFromJsonAsync<JsonElement>($"/api/v1/results/people/{ids["a2"]}?month=2026-03", Ct);
        Assert.Equal((1, 1), (march.GetProperty("countsNow").GetProperty("active").GetInt32(), march.GetProperty("countsNow").GetProperty("fresh").GetInt32()));
        var later = await own.GetFromJsonAsync<JsonElement>($"/api/v1/results/people/{ids["a1"]}?month=2026-04", Ct);
        Assert.Equal((1, 0), (later.GetProperty("countsNow").GetProperty("active").GetInt32(), later.GetProperty("countsNow").GetProperty("fresh").GetInt32()));
        Assert.Equal(1, later.GetProperty("covered").GetInt32());
        Assert.Equal("北方煤业", (await head.GetFromJsonAsync<JsonElement>("/api/v1/customers?filter=managedBy=a1", Ct)).GetProperty("items")[0].GetProperty("name").GetString());

        Assert.Equal((0L, 0L, 0L), await app.With<CheckFacts, (long, long, long)>(ManagerScene.System, c => c.Differences(Ct)));

        // Whom they concern, and the place among colleagues.
        Assert.Equal(HttpStatusCode.NotFound, (await colleague.GetAsync(new Uri(Person("a1"), UriKind.Relative), Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await elsewhere.GetAsync(new Uri(Person("a1"), UriKind.Relative), Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await elsewhere.GetAsync(new Uri(Unit("N1"), UriKind.Relative), Ct)).StatusCode);
        Assert.Equal([(1, "经理a1"), (2, "经理a2")], await Ranking(head));
        Assert.Equal([(2, "经理a2")], await Ranking(colleague));
        Assert.Equal(HttpStatusCode.Forbidden, (await colleague.PutAsJsonAsync(Unit("N1") + "/rule", new { open = true }, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await head.PutAsJsonAsync(Unit("N1") + "/rule", new { open = true }, Ct)).StatusCode);
        Assert.Equal([(1, "经理a1"), (2, "经理a2")], await Ranking(colleague));
        Assert.Equal(HttpStatusCode.OK, (await colleague.GetAsync(new Uri(Person("a1"), UriKind.Relative), Ct)).StatusCode);

        string Person(string name) => $"/api/v1/results/people/{ids[name]}";
        string Unit(string code) => $"/api/v1/results/units/{units[code]}";
        async Task<List<(int, string?)>> Ranking(HttpClient api) => [.. (await api.GetFromJsonAsync<JsonElement>(Unit("N1") + "?period=year&level=outlet", Ct)).GetProperty("people").EnumerateArray().Select(p => (p.GetProperty("place").GetInt32(), p.GetProperty("name").GetString()))];
        async Task<List<long>> Revenue(HttpClient api, string name, string month) => [.. (await api.GetFromJsonAsync<JsonElement>($"{Person(name)}?month={month}", Ct)).GetProperty("months").EnumerateArray().Reverse().Take(2).Select(m => m.GetProperty("now").GetProperty("revenueFen").GetInt64())];
    }

    private static WaybillDraft Line(string no, int month, int day, long fen) => new() { ExternalNo = no, Customer = "北方煤业", Date = new DateOnly(2026, month, day), RevenueFen = fen, Service = "运输", Mode = "整车" };

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Targets_are_set_from_above_in_order_and_never_over_another_change(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await ManagerScene.Make(app);
        var ids = await app.In(ManagerScene.System, db => db.Set<User>().ToDictionaryAsync(u => u.UserName!, u => u.Id, Ct));
        var units = await app.In(ManagerScene.System, db => db.Set<OrgUnit>().ToDictionaryAsync(u => u.Code, u => u.Id, Ct));
        using var head = await app.Api("n1");
        using var above = await app.Api("north");
        using var own = await app.Api("a1");
        using var elsewhere = await app.Api("s1");
        object Plan(long? unit, long? person, long floor = 50, long target = 100, long challenge = 200) => new { unit, person, year = 2026, measure = "revenue", floor = Twelve(floor), target = Twelve(target), challenge = Twelve(challenge) };

        Assert.Equal(HttpStatusCode.Forbidden, (await own.PutAsJsonAsync("/api/v1/targets", Plan(null, ids["a1"]), Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await elsewhere.PutAsJsonAsync("/api/v1/targets", Plan(null, ids["a1"]), Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await head.PutAsJsonAsync("/api/v1/targets", Plan(units["N1"], null), Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await head.PutAsJsonAsync("/api/v1/targets", Plan(null, ids["n1"]), Ct)).StatusCode);
        var refused = await (await head.PutAsJsonAsync("/api/v1/targets", Plan(null, ids["a1"], floor: 101), Ct)).Content.ReadFromJsonAsync<JsonElement>(Ct);
        Assert.StartsWith("Month 1: the floor", refused.GetProperty("errors").GetProperty("floor1")[0].GetString(), StringComparison.Ordinal);
        var set = await head.PutAsJsonAsync("/api/v1/targets", Plan(null, ids["a1"]), Ct);
        Assert.Equal((HttpStatusCode.OK, "\"1\""), (set.StatusCode, set.Headers.ETag?.ToString()));
        Assert.Equal(HttpStatusCode.OK, (await above.PutAsJsonAsync("/api/v1/targets", Plan(units["N1"], null, target: 150), Ct)).StatusCode);
        using var stale = new HttpRequestMessage(HttpMethod.Put, "/api/v1/targets") { Content = JsonContent.Create(Plan(null, ids["a1"], target: 120)), Headers = { { "If-Match", "\"0\"" } } };
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await head.SendAsync(stale, Ct)).StatusCode);

        var seen = await own.GetFromJsonAsync<JsonElement>($"/api/v1/targets?person={ids["a1"]}&year=2026", Ct);
        Assert.Equal((100, false), (seen.GetProperty("plan").GetProperty("target")[11].GetInt64(), seen.GetProperty("may").GetBoolean()));
        var unit = await head.GetFromJsonAsync<JsonElement>($"/api/v1/targets?unit={units["N1"]}&year=2026", Ct);
        Assert.Equal((1, 1_200), (unit.GetProperty("people").GetProperty("plans").GetInt32(), unit.GetProperty("people").GetProperty("target").GetInt64()));
        var closed = await own.GetFromJsonAsync<JsonElement>($"/api/v1/targets?unit={units["N1"]}&year=2026", Ct);
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (closed.GetProperty("units").ValueKind, closed.GetProperty("people").ValueKind)); // Colleagues' targets, though summed, are the head's.
        var reached = (await own.GetFromJsonAsync<JsonElement>($"/api/v1/results/people/{ids["a1"]}?month=2026-02", Ct)).GetProperty("targets")[0];
        Assert.Equal((200, 1_200, JsonValueKind.Null), (reached.GetProperty("toDate").GetProperty("target").GetInt64(), reached.GetProperty("year").GetProperty("target").GetInt64(), reached.GetProperty("toDate").GetProperty("reached").ValueKind));

        // The page fills in a year's sum and saves what it shows.
        using var browser = await app.SignedIn("n1");
        var page = await browser.GetStringAsync(new Uri($"/results/targets?person={ids["a2"]}&year=2026&measure=weight", UriKind.Relative), Ct);
        Assert.Contains("name=\"Form.Floor12\"", page, StringComparison.Ordinal);
        Assert.Contains("表中还没有数", await Send(ids["a2"], "enter", []), StringComparison.Ordinal);
        Assert.Contains("value=\"200\"", await Send(ids["a2"], "enter", new() { ["Form.YearFloor"] = "1200", ["Form.YearTarget"] = "2400", ["Form.YearChallenge"] = "3600" }), StringComparison.Ordinal);
        await Send(ids["a2"], "save", new() { ["Form.Target1"] = "79228162514264337593543950335" }); // Refused, not a failure.
        var beside = await Send(ids["a1"], "save", new() { ["Form.Version"] = "0", ["Form.Target1"] = "3" }); // Somebody else saved a plan since.
        Assert.Contains("现存 1<", beside, StringComparison.Ordinal);
        Assert.Contains("name=\"Form.Version\" value=\"1\"", beside, StringComparison.Ordinal);

        async Task<string> Send(long person, string what, Dictionary<string, string> fields)
        {
            using var form = new FormUrlEncodedContent([.. fields, new("_handler", "targets"), new("Do", what), new("__RequestVerificationToken", Regex.Match(page, "__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value)]);
            var answer = await browser.PostAsync(new Uri($"/results/targets?person={person}&year=2026&measure={(person == ids["a1"] ? "revenue" : "weight")}", UriKind.Relative), form, Ct);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Ct));
        }
    }

    private static long[] Twelve(long figure) => [.. Enumerable.Repeat(figure, 12)];

    [Fact]
    public void A_year_is_spread_without_losing_a_fen_and_in_order()
    {
        foreach (var season in new long[]?[] { null, [1, 0, 0, 7, 0, 3, 3, 3, 0, -5, 1, 9], [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2] })
        {
            var months = SaveTargets.Spread(1_000_001, 1_000_004, 3_333_333, season);
            Assert.Equal([1_000_001, 1_000_004, 3_333_333], months.Select(m => m.Sum()));
            Assert.All(Enumerable.Range(0, 12), m => Assert.True(0 <= months[0][m] && months[0][m] <= months[1][m] && months[1][m] <= months[2][m]));
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Targets_go_out_as_a_table_and_come_in_again_and_back_by_whoever_sets_them(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var north = await app.ActorOf("north");
        var table = "单位,账号,月份,指标,保底,目标,挑战\nN1,,2026-03,收入,100,200.5,300\nN1,,2026年4月,收入,,80,\n,n1,202603,运量,1,2,3\n";
        var done = await Whole(app, north, "targets", table);
        Assert.Equal((2, 1, 0), (done.Created, done.Updated, done.RowsRejected));
        Task<List<TargetPlan>> Plans() => app.In(ManagerScene.System, db => db.Set<TargetPlan>().AsNoTracking().OrderBy(p => p.Id).ToListAsync(Ct));
        var plans = await Plans();
        Assert.Equal((200_50, 80_00, 80_00, 0), (plans[0].Of(TargetTier.Target)[2], plans[0].Of(TargetTier.Target)[3], plans[0].Of(TargetTier.Challenge)[3], plans[0].Of(TargetTier.Floor)[3]));
        Assert.Equal((Measure.Weight, 3_000), (plans[1].Measure, plans[1].Of(TargetTier.Challenge)[2]));

        var units = await app.In(ManagerScene.System, db => db.Set<OrgUnit>().ToDictionaryAsync(u => u.Code, u => u.Id, Ct));
        var file = (await app.With<ExportTargets, Result<TableExport>>(north, e => e.Run(units["N"], 2026, "csv", Ct))).TryGet(out var export, out _) ? export : null;
        using var written = new MemoryStream();
        await file!.Write(written, null, Ct);
        Assert.Equal(24, file.Written);
        Assert.Equal("common.not_found", (await app.With<ExportTargets, Result<TableExport>>(await app.ActorOf("n1"), e => e.Run(units["N"], 2026, "csv", Ct))).Refusal?.Code);
        var again = await Whole(app, north, "targets", System.Text.Encoding.UTF8.GetString(written.ToArray()));
        Assert.Equal((0, 0, 24), (again.Created, again.Updated, again.Unchanged));

        // What is wrong, whose it is not, and what is out of order; a head sets none of his own.
        foreach (var (who, row, field) in new[] { ("north", "XX,,2026-03,,1,2,3", "unit"), ("north", ",nobody,2026-03,,1,2,3", "account"), ("north", "N,n1,2026-03,,1,2,3", "account"), ("north", "XX,n1,2026-03,,1,2,3", "unit"), ("north", "N1,,2026-13,,1,2,3", "month"), ("north", "N1,,2026-05,,3,2,3", "floor"), ("n1", "N1,,2026-03,,1,2,3", "unit"), ("north", "N1,,2026-03,利率,1,2,3", "measure") })
        {
            var actor = await app.ActorOf(who);
            var looked = await Look(app, actor, await Checked(app, actor, "targets", $"单位,账号,月份,指标,保底,目标,挑战\n{row}\n"), "wrong");
            Assert.Equal(field, Assert.Single(Assert.Single(looked.Rows).Errors).Field);
        }

        await Reverted(app, north, done.Id);
        Assert.Empty(await Plans());
    }
}
