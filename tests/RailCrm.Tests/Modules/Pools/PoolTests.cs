using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Approvals;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Managers;
using RailCrm.Modules.Pools;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Notes;
using RailCrm.Tests.Modules.Approvals;
using RailCrm.Tests.Modules.Customers;
using RailCrm.Tests.Modules.Exchange;
using static RailCrm.Tests.Modules.Approvals.ApprovalScene;

namespace RailCrm.Tests.Modules.Pools;

/// <summary>A customer of the outlet n1, for which m1 answers, and the pool of the subsidiary north above it, from which n2, an outlet beside, claims.</summary>
public sealed class PoolTests
{
    private const string North = "北方公海";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<Pool> Make(ApprovalScene scene, string name = North, string unit = "N", Action<SavePool.Input>? with = null)
    {
        var input = new SavePool.Input { Name = name, UnitId = scene.Units[unit], Hidden = [.. Pool.Hideable] };
        with?.Invoke(input);
        return (await scene.App.With<SavePool, Result<Pool>>(await scene.App.ActorOf("group"), s => s.Run(null, null, input, Ct))).TryGet(out var pool, out var refusal) ? pool : throw new InvalidOperationException(refusal is Refusal.InvalidMany many ? many.Errors[0].Code : refusal.Code);
    }

    private static string? Code(Refusal? refusal) => refusal is Refusal.InvalidMany many ? many.Errors[0].Code : refusal?.Code;

    private static async Task<string?> Put(ApprovalScene scene, string who, long? customer = null, string pool = North, string? reason = "客户停产", long? seen = null) =>
        Code((await scene.App.With<PutIntoPool, Result<PoolStay>>(await scene.App.ActorOf(who), s => s.Run(customer ?? scene.Customer, new() { Pool = pool, Reason = reason, Seen = seen }, Ct))).Refusal);

    private static async Task<string?> Claim(ApprovalScene scene, string who, long stay) => Code((await scene.App.With<ClaimCustomer, Result<long>>(await scene.App.ActorOf(who), s => s.Run(stay, Ct))).Refusal);

    private static Task<long> Stay(ApprovalScene scene, long? customer = null) => scene.App.In(ApprovalScene.System, db => PoolBook.Open(db).Where(s => s.CustomerId == (customer ?? scene.Customer)).Select(s => s.Id).SingleAsync(Ct));

    private static Task<string[]> Managers(ApprovalScene scene, long? customer = null) => scene.App.In(ApprovalScene.System, db => (from r in db.Set<Responsibility>() join u in db.Set<User>() on r.UserId equals u.Id where r.CustomerId == (customer ?? scene.Customer) && r.Until == null orderby u.UserName select u.UserName!).ToArrayAsync(Ct));

    private static async Task<string[]> Listed(ApprovalScene scene, string who)
    {
        using var api = await scene.App.Api(who);
        return [.. (await api.GetFromJsonAsync<JsonElement>("/api/v1/pools/customers", Ct)).GetProperty("items").EnumerateArray().Select(i => i.GetProperty("name").GetString()!)];
    }

    private static async Task<string> Night(ApprovalScene scene, int days)
    {
        scene.App.Later(TimeSpan.FromDays(days));
        var job = await scene.App.In(ApprovalScene.System, async db =>
        {
            var made = new Job { Kind = RunPools.Kind, CreatedAt = db.UtcNow };
            db.Add(made);
            await db.SaveChangesAsync(Ct);
            return made.Id;
        });
        return (await scene.App.Ended(job)).Result!;
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_customer_given_back_is_claimed_by_a_sister_outlet_and_its_history_says_by_whom(Engine engine)
    {
        await using var scene = await Start(engine);
        var pool = await Make(scene, with: p => (p.CoolDownDays, p.ClaimsPerMonth) = (30, 1));
        var other = await scene.MakeCustomer("m1", "乙公司");
        Assert.Equal(("pool.reason_missing", "pool.unknown", "common.not_found"), (await Put(scene, "m1", reason: " "), await Put(scene, "m1", pool: "没有"), await Put(scene, "s1")));
        await Make(scene, "南方公海", "S");
        Assert.Equal("pool.other_unit", await Put(scene, "m1", pool: "南方公海"));
        await scene.Account("m2", "N1", "manager");
        Assert.Equal("pool.not_yours", await Put(scene, "m2")); // Works there, but neither answers for it nor heads the unit.
        using var own = await scene.App.Api("m1");
        using var put = await own.PostAsJsonAsync($"/api/v1/customers/{scene.Customer}/pool", new { pool = North, reason = "客户停产", seen = 0 }, Ct);
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        var told = (await put.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("stays")[0];
        Assert.Equal((North, "hand", "客户停产", "m1"), (told.GetProperty("pool").GetString(), told.GetProperty("why").GetString(), told.GetProperty("reason").GetString(), told.GetProperty("former").GetString()));
        Assert.Empty(await Managers(scene));
        Assert.Equal(("pool.changed_meanwhile", "pool.not_yours", "pool.already"), (await Put(scene, "n1", seen: 0), await Put(scene, "m1"), await Put(scene, "n1"))); // m1 answers for it no longer.
        Assert.Null(await Put(scene, "n1", other));
        Assert.Equal(["pooled"], await scene.Inbox("m1")); // Of the one that he did not put there himself.

        // Superiors see what their people see; a stranger sees nothing.
        Assert.All(await Task.WhenAll(new[] { "m1", "n1", "n2", "north", "group" }.Select(who => Listed(scene, who))), l => Assert.Equal(["乙公司", "甲公司"], l));
        Assert.Empty(await Listed(scene, "s1"));
        var (stay, second) = (await Stay(scene), await Stay(scene, other));
        using var beside = await scene.App.Api("n2");
        Assert.Equal(HttpStatusCode.NotFound, (await beside.GetAsync(new Uri($"/api/v1/customers/{scene.Customer}", UriKind.Relative), Ct)).StatusCode);
        Assert.Equal(("common.not_found", "pool.cool_down", "pool.not_of_unit"), (await Claim(scene, "s1", stay), await Claim(scene, "m1", stay), await Claim(scene, "group", stay)));

        using var page = await scene.App.SignedIn("n2");
        var led = (await CrmApp.Submit(page, $"/pools/customers/{stay}", "claim", new() { ["_once"] = "k1" })).Headers.Location!.OriginalString;
        Assert.EndsWith($"/customers/{scene.Customer}", led, StringComparison.Ordinal);
        Assert.Equal(["n2"], await Managers(scene));
        Assert.Equal(scene.Units["N2"], await scene.Unit());
        Assert.Equal(["pooled"], await scene.Inbox("m1")); // He sees it no longer, and hears no more of it.
        Assert.Equal(("pool.gone", "pool.quota"), (await Claim(scene, "n1", stay), await Claim(scene, "n2", second)));
        Assert.Contains("领取", await page.GetStringAsync(new Uri($"/customers/{scene.Customer}/history?kind=pools", UriKind.Relative), Ct), StringComparison.Ordinal);
        Assert.Contains("已领取", await page.GetStringAsync(new Uri($"/customers/{scene.Customer}/pool", UriKind.Relative), Ct), StringComparison.Ordinal);
        scene.App.Later(TimeSpan.FromDays(31)); // Another month, and the cool-down is over.
        Assert.Null(await Claim(scene, "n2", second));
        Assert.Empty(await Listed(scene, "group"));
        Assert.Equal(2, await scene.App.In(ApprovalScene.System, db => db.Set<PoolStay>().CountAsync(s => s.PoolId == pool.Id && s.OutHow == PoolLeft.Claimed, Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Of_two_who_claim_at_once_one_gets_the_customer(Engine engine)
    {
        await using var scene = await Start(engine);
        await Make(scene);
        Assert.Null(await Put(scene, "m1"));
        var stay = await Stay(scene);

        var second = await Beside.Run(scene.App, await scene.App.ActorOf("n1"), async services => Assert.Null((await services.GetRequiredService<ClaimCustomer>().Run(stay, Ct)).Refusal), () => Claim(scene, "n2", stay));

        Assert.Equal("pool.gone", second);
        Assert.Equal(["n1"], await Managers(scene));
        Assert.Equal(scene.Units["N1"], await scene.Unit());
        Assert.Equal(["pool_claimed"], await scene.Inbox("m1"));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_nobody_follows_up_falls_in_after_a_warning_and_a_note_or_an_appointment_keeps_it(Engine engine)
    {
        await using var scene = await Start(engine);
        await Make(scene, with: p => (p.Rules, p.WarnDays, p.ProtectDays) = ([new() { Tier = CustomerTier.Prospective, FollowUpDays = 20 }], 5, 10));
        await Make(scene, "煤炭公海", "N", p => (p.Industries, p.Rules, p.WarnDays) = (["06"], [new() { Tier = CustomerTier.Prospective, WaybillMonths = 1 }], 5));
        await Make(scene, "大客户公海", "N1", p => p.Rules = [new() { Tier = CustomerTier.Large, FollowUpDays = 1 }]);
        var (noted, coal) = (await scene.MakeCustomer("m1", "乙公司"), await scene.MakeCustomer("m1", "丙公司"));
        var head = await scene.App.ActorOf("n1");
        var free = await scene.MakeCustomer("n1", "无人公司"); // Nobody answers for it.
        await scene.App.In(ApprovalScene.System, db => db.Set<Customer>().Where(c => c.Id == coal).ExecuteUpdateAsync(s => s.SetProperty(c => c.IndustryCode, "06"), Ct));

        Assert.Equal("""{"fallen":0,"warned":0}""", await Night(scene, 14)); // The 15th of April.
        Assert.Equal("""{"fallen":0,"warned":2}""", await Night(scene, 1)); // Five days before the 21st.
        Assert.Equal(["pool_warning"], await scene.Inbox("m1")); // One line for both.
        using var page = await scene.App.SignedIn("m1");
        Assert.Contains("2026-04-21", await page.GetStringAsync(new Uri($"/customers/{noted}/pool", UriKind.Relative), Ct), StringComparison.Ordinal);
        using var api = await scene.App.Api("n1");
        Assert.Equal(2, (await api.GetFromJsonAsync<JsonElement>("/api/v1/customers?filter=pool=due", Ct)).GetProperty("items").GetArrayLength());
        await scene.App.In(ApprovalScene.System, db =>
        {
            db.Add(new Note { CustomerId = noted, RecordKind = "customer", RecordId = noted, Text = "已电话联系", AuthorId = head.UserId, CreatedAt = db.UtcNow, Version = 1 });
            return db.SaveChangesAsync(Ct);
        });
        Assert.Equal("""{"fallen":0,"warned":0}""", await Night(scene, 4));
        Assert.Equal("""{"fallen":1,"warned":0}""", await Night(scene, 1));
        Assert.Equal(["甲公司"], await Listed(scene, "n2"));
        Assert.Empty(await Managers(scene));
        Assert.Equal(["m1"], await Managers(scene, noted));
        Assert.Equal(["pooled", "pool_warning"], await scene.Inbox("m1"));

        // One claimed is protected and begins anew; of the other pool by its industry: a whole month without a waybill.
        Assert.Null(await Claim(scene, "n2", await Stay(scene)));
        Assert.Equal("""{"fallen":0,"warned":1}""", await Night(scene, 13)); // The 4th of May: the note is 18 days old.
        Assert.Equal("""{"fallen":1,"warned":1}""", await Night(scene, 6)); // The 10th: what was claimed on the 21st of April is due on the 11th, and told of too late for that.
        Assert.Equal(["n2"], await Managers(scene));
        Assert.Equal("""{"fallen":1,"warned":1}""", await Night(scene, 18)); // The 28th: May is nearly over for coal.
        Assert.Equal("""{"fallen":1,"warned":0}""", await Night(scene, 6));
        Assert.Equal((PoolWhy.Waybill, "煤炭公海"), await scene.App.In(ApprovalScene.System, async db => await (from s in PoolBook.Open(db) join p in db.Set<Pool>() on s.PoolId equals p.Id where s.CustomerId == coal select new { s.Why, p.Name }).SingleAsync(Ct) is var at ? (at.Why, at.Name) : default));
        Assert.False(await scene.App.In(ApprovalScene.System, db => db.Set<PoolStay>().AnyAsync(s => s.CustomerId == free, Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Where_the_pool_wants_consent_its_heads_decide_and_whoever_asked_gets_the_customer(Engine engine)
    {
        await using var scene = await Start(engine);
        await Make(scene, with: p => p.NeedsConsent = true);
        Assert.Null(await Put(scene, "m1"));
        var stay = await Stay(scene);
        Assert.Equal("pool.needs_consent", await Claim(scene, "n2", stay));
        using var stranger = await scene.App.Api("s1");
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.PostAsJsonAsync($"/api/v1/pools/customers/{stay}/ask", new { reason = "有货" }, Ct)).StatusCode);
        using var former = await scene.App.Api("m1");
        Assert.Equal(HttpStatusCode.BadRequest, (await former.PostAsJsonAsync($"/api/v1/pools/customers/{stay}/ask", new { reason = "有货" }, Ct)).StatusCode);
        using var past = await former.PostAsJsonAsync("/api/v1/approvals", new { kind = "customer.release", payload = new { stayId = stay }, reason = "有货" }, Ct); // Nor by the way around.
        Assert.Equal(HttpStatusCode.BadRequest, past.StatusCode);
        using var beside = await scene.App.Api("n2");
        using var asked = await beside.PostAsJsonAsync($"/api/v1/pools/customers/{stay}/ask", new { reason = "客户在我站有货" }, Ct);
        Assert.Equal(HttpStatusCode.Created, asked.StatusCode);
        var answer = await asked.Content.ReadFromJsonAsync<JsonElement>(Ct);
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("customerId").ValueKind);
        var approval = answer.GetProperty("id").GetInt64();
        Assert.Equal(["north"], await scene.Waits(approval));

        using var head = await scene.App.SignedIn("n1");
        using var page = await head.GetAsync(new Uri($"/pools/customers/{stay}", UriKind.Relative), Ct);
        Assert.Contains("提交", await page.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        async Task Works(string unit) => await scene.App.In(ApprovalScene.System, db => db.Set<User>().Where(u => u.UserName == "n2").ExecuteUpdateAsync(u => u.SetProperty(x => x.UnitId, scene.Units[unit]), Ct));
        await Works("S1");
        Assert.Equal("pool.applicant_cannot", Code((await scene.Decide("north", approval)).Refusal)); // Said to whoever consents.
        await Works("N2");
        Done(await scene.Decide("north", approval));
        Assert.Equal(["n2"], await Managers(scene));
        Assert.Equal((scene.Units["N2"], PoolLeft.Claimed), (await scene.Unit(), (await scene.App.In(ApprovalScene.System, db => db.Set<PoolStay>().Select(s => s.OutHow).SingleAsync(Ct)))!.Value));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Who_sees_a_customer_by_the_pool_alone_sees_what_it_does_not_hide_so_many_a_day(Engine engine)
    {
        await using var scene = await Start(engine);
        await Make(scene, with: p => (p.ViewsPerDay, p.Hidden) = (1, ["phone"]));
        await scene.App.In(ApprovalScene.System, db => db.Set<Customer>().ExecuteUpdateAsync(s => s.SetProperty(c => c.Phone, "0351-1234567").SetProperty(c => c.BusinessAddress, "太原市一号"), Ct));
        Assert.Null(await Put(scene, "m1"));
        var other = await scene.MakeCustomer("m1", "乙公司");
        Assert.Null(await Put(scene, "n1", other));
        var (stay, second) = (await Stay(scene), await Stay(scene, other));
        using var beside = await scene.App.SignedIn("n2");
        async Task<string> Page(HttpClient who, long id) => WebUtility.HtmlDecode(await who.GetStringAsync(new Uri($"/pools/customers/{id}", UriKind.Relative), Ct));

        var before = await Page(beside, stay);
        Assert.Contains("甲公司", before, StringComparison.Ordinal);
        Assert.DoesNotContain("太原市一号", before, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, (await CrmApp.Submit(beside, $"/pools/customers/{stay}", "look", [])).StatusCode);
        var after = await Page(beside, stay);
        Assert.Contains("太原市一号", after, StringComparison.Ordinal);
        Assert.DoesNotContain("0351-1234567", after, StringComparison.Ordinal);
        Assert.Equal("pool.views_used", Code((await scene.App.With<LookAtPooled, Result<bool>>(await scene.App.ActorOf("n2"), l => l.Look(second, Ct))).Refusal));
        using var own = await scene.App.SignedIn("n1");
        var all = await Page(own, stay);
        Assert.Contains("0351-1234567", all, StringComparison.Ordinal);
        Assert.Contains($"/customers/{scene.Customer}\"", all, StringComparison.Ordinal);
        Assert.DoesNotContain("0351-1234567", WebUtility.HtmlDecode(await beside.GetStringAsync(new Uri("/pools", UriKind.Relative), Ct)), StringComparison.Ordinal);
        scene.App.Later(TimeSpan.FromDays(1));
        Assert.Null((await scene.App.With<LookAtPooled, Result<bool>>(await scene.App.ActorOf("n2"), l => l.Look(second, Ct))).Refusal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task An_appointment_or_a_move_takes_a_customer_out_and_work_on_many_is_taken_back(Engine engine)
    {
        await using var scene = await Start(engine);
        await Make(scene);
        await Make(scene, "网点公海", "N1");
        var (app, other, third) = (scene.App, await scene.MakeCustomer("m1", "乙公司"), await scene.MakeCustomer("n1", "丙公司"));
        Assert.Null(await Put(scene, "n1", pool: "网点公海"));
        var done = await WorkOnRowsTests.Work(app, "n1", new() { List = "customers", Act = "pool", Value = North, Reason = "集中清理", Ids = [scene.Customer, other, third] });
        Assert.Equal(3, done.Counts["done"]);
        Assert.Equal([PoolLeft.Moved], await app.In(ApprovalScene.System, db => db.Set<PoolStay>().Where(s => s.OutAt != null).Select(s => s.OutHow!.Value).ToListAsync(Ct)));

        // Whoever is appointed at the outlet takes it out; the others go back where they were.
        Assert.Null((await app.With<AppointManager, Result<Responsibility>>(await app.ActorOf("n1"), a => a.Run(third, new() { Person = "m1" }, Ct))).Refusal);
        Assert.True((await app.With<WorkOnRows, Result<Job>>(await app.ActorOf("n1"), w => w.Undo("customers", done.Job.Id, Ct))).TryGet(out var undo, out var why), why?.Code);
        await app.Ended(undo.Id);
        Assert.Equal(("m1", "m1", "网点公海"), (string.Join(',', await Managers(scene, other)), string.Join(',', await Managers(scene, third)), await app.In(ApprovalScene.System, db => (from s in PoolBook.Open(db) join p in db.Set<Pool>() on s.PoolId equals p.Id where s.CustomerId == scene.Customer select p.Name).SingleAsync(Ct))));
        Assert.Equal(PoolLeft.Appointed, await app.In(ApprovalScene.System, db => db.Set<PoolStay>().Where(s => s.CustomerId == third).Select(s => s.OutHow!.Value).SingleAsync(Ct)));

        // Merged with one that somebody follows up it leaves the pool, and lies there again once the merge is taken back.
        Assert.True((await app.With<MergeCustomers, Result<MergeCustomers.Answer>>(await app.ActorOf("n1"), m => m.Run(new() { SurvivorId = scene.Customer, LoserIds = [other] }, Ct))).TryGet(out var merged, out why), why?.Code);
        Assert.Equal(("m1", false), (string.Join(',', await Managers(scene)), await app.In(ApprovalScene.System, db => PoolBook.Open(db).AnyAsync(s => s.CustomerId == scene.Customer, Ct))));
        Assert.Null((await app.With<UndoMerge, Result<UndoMerge.Answer>>(await app.ActorOf("n1"), u => u.Run(merged.Id, Ct))).Refusal);
        Assert.Equal(("", "m1", true), (string.Join(',', await Managers(scene)), string.Join(',', await Managers(scene, other)), await app.In(ApprovalScene.System, db => PoolBook.Open(db).AnyAsync(s => s.CustomerId == scene.Customer, Ct))));

        await app.In(await app.ActorOf("group"), async db =>
        {
            (await db.Set<Customer>().SingleAsync(c => c.Id == scene.Customer, Ct)).UnitId = scene.Units["N2"];
            return await db.SaveChangesAsync(Ct);
        });
        Assert.Equal(PoolLeft.Unit, await app.In(ApprovalScene.System, db => db.Set<PoolStay>().Where(s => s.CustomerId == scene.Customer).OrderByDescending(s => s.Id).Select(s => s.OutHow!.Value).FirstAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_file_puts_new_customers_straight_into_a_pool_and_no_other(Engine engine)
    {
        await using var scene = await Start(engine);
        await Make(scene);
        await Make(scene, "南方公海", "S");
        using var n1 = await scene.App.Api("n1");
        var first = await ImportHttp.Loaded(n1, "customers", ImportHttp.Utf8("客户名称,公海\n新一公司,北方公海\n新二公司,\n新三公司,南方公海\n新四公司,无此公海\n甲公司,北方公海\n"));
        Assert.Equal((2L, 3L), (ImportHttp.Number(first, "created"), ImportHttp.Number(first, "rowsRejected")));
        Assert.Equal(["新一公司"], await Listed(scene, "n2"));
        var stay = await scene.App.In(ApprovalScene.System, db => PoolBook.Open(db).Include(s => s.Customer).SingleAsync(Ct));
        Assert.Empty(await Managers(scene, stay.CustomerId));
        var again = await ImportHttp.Loaded(n1, "customers", ImportHttp.Utf8("客户名称,公海\n新一公司,北方公海\n"));
        Assert.Equal((0L, 0L), (ImportHttp.Number(again, "created"), ImportHttp.Number(again, "rowsRejected")));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Heads_make_and_change_the_pools_of_their_units_and_say_what_is_wrong(Engine engine)
    {
        await using var scene = await Start(engine);
        using var north = await scene.App.Api("north");
        using var outlet = await scene.App.Api("n1");
        using var manager = await scene.App.Api("m1");
        object Said(string name, string unit, int warn = 7) => new { name, unitId = scene.Units[unit], warnDays = warn, lanes = new[] { "大同→秦皇岛" }, rules = new[] { new { tier = "small", followUpDays = 90 } } };
        using var made = await north.PostAsJsonAsync("/api/v1/pools", Said(North, "N"), Ct);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var id = (await made.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetInt64();
        var of = new Uri($"/api/v1/pools/{id}", UriKind.Relative);
        Assert.Equal(HttpStatusCode.BadRequest, (await north.PostAsJsonAsync("/api/v1/pools", Said(North, "N"), Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await north.PostAsJsonAsync("/api/v1/pools", Said("南方公海", "S"), Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await manager.PostAsJsonAsync("/api/v1/pools", Said("甲", "N1"), Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await outlet.PutAsJsonAsync(of, Said(North, "N"), Ct)).StatusCode); // Sees the pool of the unit above, and does not head it.
        Assert.Equal(["pool.days_wrong", "pool.industry_unknown", "pool.lanes_wrong"], ((await scene.App.With<SavePool, Result<Pool>>(await scene.App.ActorOf("north"), s => s.Run(id, null, new() { Name = North, UnitId = scene.Units["N"], WarnDays = -1, Industries = ["zz"], Lanes = ["大同"] }, Ct))).Refusal as Refusal.InvalidMany)!.Errors.Select(e => e.Code).Order(StringComparer.Ordinal));
        using var stale = new HttpRequestMessage(HttpMethod.Put, of) { Content = JsonContent.Create(Said("北方大公海", "N")) };
        stale.Headers.TryAddWithoutValidation("If-Match", "\"9\"");
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await north.SendAsync(stale, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await north.PutAsJsonAsync(of, Said("北方大公海", "N", 3), Ct)).StatusCode);
        Assert.Equal(("北方大公海", 3, "大同-秦皇岛"), await scene.App.In(ApprovalScene.System, async db => await db.Set<Pool>().SingleAsync(Ct) is var p ? (p.Name, p.WarnDays, p.Lanes!) : default));
        Assert.Null(await Put(scene, "m1", pool: "北方大公海"));
        Assert.Equal(HttpStatusCode.Conflict, (await north.DeleteAsync(of, Ct)).StatusCode);
        using var page = await scene.App.SignedIn("north");
        Assert.Contains("北方大公海", await page.GetStringAsync(new Uri("/settings/pools", UriKind.Relative), Ct), StringComparison.Ordinal);
        Assert.Contains("Form.FollowSmall", await page.GetStringAsync(new Uri($"/settings/pools?edit={id}", UriKind.Relative), Ct), StringComparison.Ordinal);
    }
}
