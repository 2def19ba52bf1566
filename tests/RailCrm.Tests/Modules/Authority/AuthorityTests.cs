using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Approvals;
using RailCrm.Modules.Authority;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;
using RailCrm.Tests.Modules.Approvals;
using RailCrm.Tests.Modules.Customers;
using static RailCrm.Tests.Modules.Approvals.ApprovalScene;

namespace RailCrm.Tests.Modules.Authority;

/// <summary>Authority is set for the group, given on level by level, and decides who is asked.</summary>
public sealed class AuthorityTests
{
    private const long Wan = 1_000_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<ApprovalScene> Begin(Engine engine)
    {
        var scene = await ApprovalScene.Start(engine);
        await scene.Account("security", await Top(scene), "security");
        return scene;
    }

    private static Task<string> Top(ApprovalScene scene) => scene.App.In(ApprovalScene.System, db => db.Set<OrgUnit>().Where(u => u.ParentId == null).Select(u => u.Code).SingleAsync(Ct));

    private static GrantAuthority.Input To(string unit, AuthorityAction action, long limit, DateOnly? until = null) => new() { Unit = unit, Action = action, Limit = limit, Until = until, Reason = "年度授权" };

    private static async Task<Result<AuthorityGrant>> Give(ApprovalScene scene, string who, GrantAuthority.Input input) => await scene.App.With<GrantAuthority, Result<AuthorityGrant>>(await scene.App.ActorOf(who), g => g.Run(input, Ct));

    private static async Task<long> Given(ApprovalScene scene, string who, GrantAuthority.Input input) => (await Give(scene, who, input)).TryGet(out var grant, out var refusal) ? grant.Id : throw new InvalidOperationException(Code(refusal));

    private static async Task<string?> Amend(ApprovalScene scene, string who, long id, long limit, DateOnly? until = null, int? version = null) => Code((await scene.App.With<GrantAuthority, Result<AuthorityGrant>>(await scene.App.ActorOf(who), g => g.Amend(id, version, new() { Limit = limit, Until = until, Reason = "调整" }, Ct))).Refusal);

    private static async Task<string?> Revoke(ApprovalScene scene, string who, long id) => Code((await scene.App.With<GrantAuthority, Result<AuthorityGrant>>(await scene.App.ActorOf(who), g => g.Revoke(id, null, new() { Reason = "收回" }, Ct))).Refusal);

    private static string? Code(Refusal? refusal) => refusal is Refusal.InvalidMany many ? many.Errors[0].Code : refusal?.Code;

    private static async Task<long?> Worth(ApprovalScene scene, long id) => (await scene.App.With<ListGrants, ListGrants.Item?>(await scene.App.ActorOf("data"), l => l.One(id, Ct)))?.Effective;

    private static async Task<Result<Approval>> Ask(ApprovalScene scene, string who, AuthorityAction action, long amount, long? customer = null) =>
        await scene.App.With<SubmitApproval, Result<Approval>>(await scene.App.ActorOf(who), s => s.Run(CustomerTerms.Name, CustomerTerms.Payload(new(customer ?? scene.Customer, action, amount)), "老客户", null, Ct));

    private static async Task<long> Asked(ApprovalScene scene, string who, AuthorityAction action, long amount, long? customer = null) => (await Ask(scene, who, action, amount, customer)).TryGet(out var approval, out var refusal) ? approval.Id : throw new InvalidOperationException(Code(refusal));

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Nobody_gives_on_more_longer_or_elsewhere_than_he_holds_nor_to_himself(Engine engine)
    {
        await using var scene = await Begin(engine);
        var (top, end) = (await Top(scene), new DateOnly(2026, 12, 31));

        // What comes from nobody is set by the group's security administrator alone.
        Assert.Equal("authority.none_held", Code((await Give(scene, "data", To("N1", AuthorityAction.CreditLimit, Wan))).Refusal));
        var root = await Given(scene, "security", To(top, AuthorityAction.CreditLimit, 1_000 * Wan, end));
        Assert.Equal("authority.there", Code((await Give(scene, "security", To(top, AuthorityAction.CreditLimit, Wan))).Refusal));

        // Above the own, the limit is named; so is the day.
        var above = (Refusal.InvalidMany)(await Give(scene, "group", To("N", AuthorityAction.CreditLimit, (1_000 * Wan) + 1))).Refusal!;
        Assert.Equal(("authority.above_own", "Limit"), (above.Errors[0].Code, above.Errors[0].Field));
        Assert.StartsWith("10,000,000 ", (string)above.Errors[0].Args[0]!, StringComparison.Ordinal);
        Assert.Equal("2026-12-31", above.Errors[1].Args[0]); // For ever is longer.
        Assert.Equal("authority.longer_than_own", Code((await Give(scene, "group", To("N", AuthorityAction.CreditLimit, Wan, end.AddDays(1)))).Refusal));
        Assert.Equal("authority.none_held", Code((await Give(scene, "group", To("N", AuthorityAction.Discount, 100, end))).Refusal));
        var north = await Given(scene, "group", To("N", AuthorityAction.CreditLimit, 300 * Wan, end));

        // Neither to himself, as head, by a role that is his or by name, nor where he holds nothing.
        var role = await scene.App.In(ApprovalScene.System, db => db.Set<Role>().Where(r => r.Name == "subsidiary").Select(r => r.Id).SingleAsync(Ct));
        Assert.Equal("authority.own", Code((await Give(scene, "north", To("N", AuthorityAction.CreditLimit, Wan, end))).Refusal));
        Assert.Equal("authority.own", Code((await Give(scene, "north", new() { Person = "north", Action = AuthorityAction.CreditLimit, Limit = Wan, Until = end, Reason = "x" })).Refusal));
        Assert.Equal("authority.own", Code((await Give(scene, "north", new() { Unit = "N", RoleId = role, Level = UnitLevel.Subsidiary, Action = AuthorityAction.CreditLimit, Limit = Wan, Until = end, Reason = "x" })).Refusal));
        Assert.Equal("authority.own", Code((await Give(scene, "security", new() { Person = "security", Action = AuthorityAction.CreditLimit, Limit = Wan, Reason = "x" })).Refusal));
        Assert.Equal("authority.unit_unknown", Code((await Give(scene, "north", To("S1", AuthorityAction.CreditLimit, Wan, end))).Refusal));
        Assert.Equal("authority.none_held", Code((await Give(scene, "south", To("S1", AuthorityAction.CreditLimit, Wan, end))).Refusal));
        var outlet = await Given(scene, "north", To("N1", AuthorityAction.CreditLimit, 50 * Wan, end));
        var person = await Given(scene, "n1", new() { Person = "m1", Action = AuthorityAction.CreditLimit, Limit = 5 * Wan, Until = end, Reason = "小额" });
        Assert.Equal("authority.person_unknown", Code((await Give(scene, "m1", new() { Person = "n2", Action = AuthorityAction.CreditLimit, Limit = Wan, Until = end, Reason = "x" })).Refusal)); // Not of his units.
        Assert.Equal(((long?)1_000 * Wan, (long?)300 * Wan, (long?)50 * Wan, (long?)5 * Wan), (await Worth(scene, root), await Worth(scene, north), await Worth(scene, outlet), await Worth(scene, person)));

        // Whoever does not hold what it comes from changes nothing; what is out of sight is absent; one changes what one saw.
        Assert.Equal("authority.not_giver", await Amend(scene, "n1", outlet, Wan, end));
        Assert.Equal("authority.not_giver", await Amend(scene, "m1", person, Wan, end));
        Assert.Equal("authority.not_giver", await Revoke(scene, "data", outlet));
        Assert.Equal("common.not_found", await Amend(scene, "s1", outlet, Wan, end));
        Assert.Equal("common.stale", await Amend(scene, "north", outlet, Wan, end, version: 7));
        Assert.Equal("authority.above_own", await Amend(scene, "north", outlet, 301 * Wan, end));
        Assert.Equal("authority.limit_wrong", await Amend(scene, "north", outlet, 0, end));

        await Given(scene, "security", To("N", AuthorityAction.Discount, 100)); // Of another action, it is in nobody's way.

        // Narrowed above, all below is held down at once, and comes back as it was; ended or taken back it is worth nothing.
        Assert.Null(await Amend(scene, "group", north, 20 * Wan, end));
        Assert.Equal((20 * Wan, 5 * Wan), ((await Worth(scene, outlet))!.Value, (await Worth(scene, person))!.Value));
        Assert.Null(await Amend(scene, "group", north, 300 * Wan, new(2026, 4, 10)));
        Assert.Equal(50 * Wan, await Worth(scene, outlet));
        scene.App.Later(TimeSpan.FromDays(10));
        Assert.Equal(((long?)1_000 * Wan, (long?)null, (long?)null), (await Worth(scene, root), await Worth(scene, outlet), await Worth(scene, person)));
        Assert.Null(await Amend(scene, "group", north, 300 * Wan, end));
        Assert.Equal(50 * Wan, await Worth(scene, outlet));
        Assert.Null(await Revoke(scene, "security", north));
        Assert.Equal("authority.revoked_already", await Revoke(scene, "security", north));
        Assert.Null(await Worth(scene, person));

        // A smaller one that lasts longer gives on what the larger one cannot.
        var large = await Given(scene, "security", new() { Unit = "N", Action = AuthorityAction.CreditLimit, Limit = 90 * Wan, From = new(2026, 4, 12), Until = new(2026, 5, 1), Reason = "短期" });
        var head = await scene.App.In(ApprovalScene.System, db => db.Set<User>().Where(u => u.UserName == "north").Select(u => u.UserName!).SingleAsync(Ct));
        await Given(scene, "security", new() { Person = head, Action = AuthorityAction.CreditLimit, Limit = 10 * Wan, From = new(2026, 4, 12), Reason = "个人" });
        scene.App.Later(TimeSpan.FromDays(1));
        var lasting = await Given(scene, "north", new() { Unit = "N2", Action = AuthorityAction.CreditLimit, Limit = 10 * Wan, Reason = "长期" });
        Assert.Equal(("authority.longer_than_own", 10 * Wan), (Code((await Give(scene, "north", new() { Unit = "N1", Action = AuthorityAction.CreditLimit, Limit = 11 * Wan, Reason = "x" })).Refusal), (await Worth(scene, lasting))!.Value));
        async Task<bool> Sees(string who, long id) => await scene.App.With<ListGrants, ListGrants.Item?>(await scene.App.ActorOf(who), l => l.One(id, Ct)) is not null;
        var personal = (await scene.App.In(ApprovalScene.System, db => db.Set<AuthorityGrant>().Where(g => g.Id == lasting).Select(g => g.ParentId).SingleAsync(Ct)))!.Value;
        Assert.Equal((true, false, true), (await Sees("n2", personal), await Sees("n1", personal), await Sees("n1", large))); // What a superior holds in person tells those below only where theirs comes from it.

        var history = await scene.App.With<ListGrants, IReadOnlyList<ListGrants.Happening>>(await scene.App.ActorOf("data"), async l => await l.History((await l.One(north, Ct))!, Ct));
        Assert.Equal(["revoked", "changed", "changed", "changed", "granted"], history.Select(h => h.Did));
        Assert.Contains("20", history[3].Changes[0], StringComparison.Ordinal);
        Assert.Equal(("security", "收回"), (history[0].Who, history[0].Reason));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_grant_is_worth_nothing_once_its_person_works_elsewhere_or_its_unit_was_moved_away(Engine engine)
    {
        await using var scene = await Begin(engine);
        var top = await Top(scene);
        await Given(scene, "security", To(top, AuthorityAction.Discount, 1_000));
        await Given(scene, "group", To("N", AuthorityAction.Discount, 500));
        var role = await scene.App.In(ApprovalScene.System, db => db.Set<Role>().Where(r => r.Name == "outlet").Select(r => r.Id).SingleAsync(Ct));
        await Given(scene, "north", new() { Unit = "N", RoleId = role, Level = UnitLevel.Outlet, Action = AuthorityAction.Discount, Limit = 300, Reason = "统一授权" });
        var person = await Given(scene, "north", new() { Person = "m1", Action = AuthorityAction.Discount, Limit = 100, Reason = "个人" });
        async Task<bool> Covers(string who, long amount) => await scene.App.With<Authorities, bool>(ApprovalScene.System, async a => await a.Covers(await scene.IdOf(who), AuthorityAction.Discount, amount, scene.Units["N1"], Ct));

        Assert.True(await Covers("n1", 300) && !await Covers("n1", 301) && await Covers("m1", 100) && await Covers("north", 500) && await Covers("group", 1_000));
        Assert.False(await Covers("n2", 1) || await Covers("s1", 1) || await Covers("auditor", 1)); // Of another outlet, though the role is theirs.

        var m1 = await scene.IdOf("m1");
        async Task<string[]> Ends(string who, long of) => [.. (await scene.App.With<EndingAuthority, IReadOnlyList<(string What, string Href)>>(await scene.App.ActorOf(who), e => e.OfAccount(of, Ct))).Select(e => e.Href)];
        Assert.Equal([$"/authority/{person}"], await Ends("n1", m1)); // His own goes with him.
        Assert.Empty(await Ends("n1", await scene.IdOf("north"))); // What he gave as a head stays with the heads.
        Assert.Empty(await Ends("s1", m1));
        using (var page = await scene.App.SignedIn("n1"))
        {
            Assert.Contains($"/authority/{person}", await page.GetStringAsync(new Uri("/handovers/new?from=m1", UriKind.Relative), Ct), StringComparison.Ordinal);
        }

        await scene.App.In(ApprovalScene.System, async db => await db.Set<User>().Where(u => u.Id == m1).ExecuteUpdateAsync(u => u.SetProperty(x => x.UnitId, scene.Units["N2"]), Ct));
        Assert.Null(await Worth(scene, person));
        await scene.App.In(ApprovalScene.System, async db => await db.Set<User>().Where(u => u.Id == m1).ExecuteUpdateAsync(u => u.SetProperty(x => x.UnitId, scene.Units["N1"]).SetProperty(x => x.Disabled, true), Ct));
        Assert.Null(await Worth(scene, person));

        // The outlet goes to the other subsidiary: what the first gave it goes with nobody.
        await scene.App.In(ApprovalScene.System, async db =>
        {
            var (unit, south) = (await db.Set<OrgUnit>().SingleAsync(u => u.Code == "N1", Ct), await db.Set<OrgUnit>().SingleAsync(u => u.Code == "S", Ct));
            unit.Place(south.Path, south.Id);
            return await db.SaveChangesAsync(Ct);
        });
        Assert.False(await Covers("n1", 1) || await Covers("north", 1));
        Assert.True(await Covers("group", 1_000));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_lowest_level_whose_authority_covers_it_is_asked_and_decides_while_it_does(Engine engine)
    {
        await using var scene = await Begin(engine);
        var top = await Top(scene);
        Assert.Equal("approval.nobody_covers", Code((await Ask(scene, "m1", AuthorityAction.CreditDays, 30)).Refusal));
        await Given(scene, "security", To(top, AuthorityAction.CreditDays, 90));
        var north = await Given(scene, "group", To("N", AuthorityAction.CreditDays, 60));
        var outlet = await Given(scene, "north", To("N1", AuthorityAction.CreditDays, 30));
        await Given(scene, "n1", new() { Person = "m1", Action = AuthorityAction.CreditDays, Limit = 10, Reason = "个人" });
        List<long> customers = [await scene.MakeCustomer("m1", "乙公司"), await scene.MakeCustomer("m1", "丙公司"), await scene.MakeCustomer("m1", "丁公司"), await scene.MakeCustomer("m1", "戊公司")];

        Assert.Equal(["n1"], await scene.Waits(await Asked(scene, "m1", AuthorityAction.CreditDays, 10))); // Within his own authority, and yet not by himself.
        Assert.Equal("approval.open_already", Code((await Ask(scene, "m1", AuthorityAction.CreditDays, 5)).Refusal));
        var more = await Asked(scene, "m1", AuthorityAction.CreditDays, 31, customers[0]);
        Assert.Equal(["north"], await scene.Waits(more));
        Assert.Equal(["north"], await scene.Waits(await Asked(scene, "n1", AuthorityAction.CreditDays, 20, customers[1]))); // His own is decided above.
        Assert.Equal(["group"], (await scene.Waits(await Asked(scene, "m1", AuthorityAction.CreditDays, 90, customers[2]))).Except(["data"]));
        Assert.Equal("approval.nobody_covers", Code((await Ask(scene, "m1", AuthorityAction.CreditDays, 91, customers[3])).Refusal));
        Assert.Equal("approval.payload_wrong", Code((await scene.App.With<SubmitApproval, Result<Approval>>(await scene.App.ActorOf("m1"), s => s.Run(CustomerTerms.Name, $$"""{"customerId":{{customers[3]}},"action":"allOfIt","amount":1}""", "x", null, Ct))).Refusal));

        // Asked while it covered, held down before he decides: he refuses or returns it, and does not approve.
        Assert.Null(await Amend(scene, "group", north, 20));
        Refused("approval.covers_no_more", await scene.Decide("north", more));
        Assert.Equal(ApprovalState.Pending, (await scene.Stored(more)).State);
        Assert.Null(await Amend(scene, "group", north, 60));

        // On leave: the deputy decides in his name, by his authority, and is shown so.
        var deputy = await scene.Account("h2", "N", "subsidiary");
        Assert.True(await scene.App.With<Authorities, bool>(ApprovalScene.System, a => a.Covers(deputy, AuthorityAction.CreditDays, 31, scene.Units["N1"], Ct))); // A head of that unit too.
        var clerk = await scene.Account("h3", "N1", "outlet");
        Assert.Null(await Revoke(scene, "north", outlet));
        await Given(scene, "north", new() { Person = "n1", Action = AuthorityAction.CreditDays, Limit = 30, Reason = "个人" });
        Assert.Null((await scene.App.With<SetDeputy, Result<ApprovalDeputy>>(await scene.App.ActorOf("n1"), s => s.Run(new() { DeputyId = clerk, From = new(2026, 4, 1), Until = new(2026, 4, 3) }, Ct))).Refusal);
        var away = await Asked(scene, "m1", AuthorityAction.CreditDays, 25, customers[3]);
        Assert.Equal(["h3"], await scene.Waits(away));
        var mine = await scene.App.With<ListGrants, IReadOnlyList<ListGrants.Own>>(await scene.App.ActorOf("h3"), l => l.Mine(Ct));
        Assert.Equal([(AuthorityAction.CreditDays, 30L, "n1")], mine.Select(o => (o.Action, o.Limit, o.For!)));
        Done(await scene.Decide("h3", away));
        Assert.Equal(ApprovalState.Granted, (await scene.Stored(away)).State);
        Assert.Equal(await scene.IdOf("n1"), await scene.App.In(ApprovalScene.System, db => db.Set<ApprovalEvent>().Where(e => e.ApprovalId == away && e.Action == "granted").Select(e => e.ForId).SingleAsync(Ct)));

        // A route of this kind cannot leave authority out, and no other kind has any.
        var admin = await scene.App.ActorOf("data");
        async Task<string?> Save(string kind, NodeBy by) => Code((await scene.App.With<SaveTemplate, Result<ApprovalTemplate>>(admin, s => s.Run(null, null, new() { Kind = kind, Nodes = [new() { By = by }] }, Ct))).Refusal);
        Assert.Equal(("approval.authority_needed", "approval.no_authority", null), (await Save(CustomerTerms.Name, NodeBy.GroupHead), await Save("customer.transfer", NodeBy.Authority), await Save(CustomerTerms.Name, NodeBy.Authority)));

        // What nobody can grant in the end is not put before the heads first.
        Assert.Null((await scene.App.With<SaveTemplate, Result<ApprovalTemplate>>(admin, s => s.Run(null, null, new() { Kind = CustomerTerms.Name, FromFen = 1, Nodes = [new() { By = NodeBy.Head }, new() { By = NodeBy.Authority }] }, Ct))).Refusal);
        var late = await scene.MakeCustomer("m1", "己公司");
        await scene.App.In(ApprovalScene.System, async db =>
        {
            await db.Set<ApprovalTemplate>().Where(t => t.FromFen == 0).ExecuteDeleteAsync(Ct);
            return await db.Set<ApprovalTemplate>().ExecuteUpdateAsync(t => t.SetProperty(x => x.FromFen, 0), Ct);
        });
        Assert.Equal("approval.nobody_covers", Code((await Ask(scene, "m1", AuthorityAction.CreditDays, 91, late)).Refusal));

        // What is late goes to those above whose authority covers it: above the one on leave, though his deputy works below.
        Assert.Null((await scene.App.With<SetDeputy, Result<ApprovalDeputy>>(await scene.App.ActorOf("north"), s => s.Run(new() { DeputyId = clerk, From = new(2026, 4, 1), Until = new(2026, 4, 30) }, Ct))).Refusal);
        await scene.Chase();
        Assert.Equal(["h3"], await scene.Waits(more));
        scene.App.Later(TimeSpan.FromDays(9));
        await scene.Chase();
        Assert.Equal(["data", "group"], await scene.Waits(more));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_api_gives_lists_changes_and_takes_back_and_pages_show_the_same(Engine engine)
    {
        await using var scene = await Begin(engine);
        var top = await Top(scene);
        using var security = await scene.App.Api("security");
        using var group = await scene.App.Api("group");
        using var n1 = await scene.App.Api("n1");
        using var s1 = await scene.App.Api("s1");
        using var auditor = await scene.App.Api("auditor");
        using var reader = await scene.App.Api("group", "read");
        object Body(string unit, long limit) => new { action = "writeOff", limit, unit, until = "2026-04-12", reason = "年度授权" };

        var root = await ApiScene.Ask(security, "POST", "/authority/grants", Body(top, 1_000_00), key: "a");
        Assert.Equal(HttpStatusCode.Created, root.Status);
        Assert.Equal(root.Body.GetProperty("id").GetInt64(), (await ApiScene.Ask(security, "POST", "/authority/grants", Body(top, 1_000_00), key: "a")).Body.GetProperty("id").GetInt64());
        Assert.Equal(HttpStatusCode.Forbidden, (await ApiScene.Ask(reader, "POST", "/authority/grants", Body("N", 1))).Status);
        var over = await ApiScene.Ask(group, "POST", "/authority/grants", Body("N1", 1_000_01));
        Assert.Equal((HttpStatusCode.BadRequest, true), (over.Status, over.Body.GetProperty("errors").TryGetProperty("limit", out _)));
        var made = await ApiScene.Ask(group, "POST", "/authority/grants", Body("N1", 900_00));
        Assert.True(made.Status == HttpStatusCode.Created, made.Body.ToString());
        var id = made.Body.GetProperty("id").GetInt64();

        foreach (var (client, status) in new[] { (n1, HttpStatusCode.OK), (auditor, HttpStatusCode.OK), (s1, HttpStatusCode.NotFound) })
        {
            Assert.Equal(status, (await ApiScene.Ask(client, "GET", $"/authority/grants/{id}")).Status);
        }

        Assert.Equal(2, (await ApiScene.Ask(auditor, "GET", "/authority/grants?action=writeOff")).Body.GetProperty("items").GetArrayLength());
        Assert.Equal(1, (await ApiScene.Ask(s1, "GET", "/authority/grants")).Body.GetProperty("items").GetArrayLength()); // The group's, from which theirs would come.
        Assert.Equal(900_00, (await ApiScene.Ask(n1, "GET", "/authority/mine")).Body.GetProperty("items")[0].GetProperty("limit").GetInt64());
        var rungs = (await ApiScene.Ask(n1, "GET", "/authority/line")).Body.GetProperty("items").EnumerateArray().SelectMany(r => r.GetProperty("people").EnumerateArray()).Select(p => (p.GetProperty("name").GetString(), p.GetProperty("limit").GetInt64())).ToList();
        Assert.Equal(("n1", 900_00), rungs[0]);
        Assert.Contains(("group", 1_000_00), rungs);
        Assert.Equal(HttpStatusCode.NotFound, (await ApiScene.Ask(s1, "GET", $"/authority/line?unitId={scene.Units["N1"]}")).Status);

        Assert.Equal(HttpStatusCode.PreconditionFailed, (await ApiScene.Ask(group, "PUT", $"/authority/grants/{id}", new { limit = 1, reason = "x", until = "2026-04-12" }, match: "\"9\"")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await ApiScene.Ask(n1, "PUT", $"/authority/grants/{id}", new { limit = 1, reason = "x", until = "2026-04-12" })).Status);
        Assert.Equal(800_00, (await ApiScene.Ask(group, "PUT", $"/authority/grants/{id}", new { limit = 800_00, reason = "收紧", until = "2026-04-12" }, match: made.ETag)).Body.GetProperty("effective").GetInt64());

        // The night warns holder and giver, once for each last day, also where it is the one above that ends.
        await scene.App.In(ApprovalScene.System, db => db.Set<AuthorityGrant>().Where(g => g.ParentId != null).ExecuteUpdateAsync(g => g.SetProperty(x => x.UntilOn, (DateOnly?)null), Ct));
        for (var i = 0; i < 2; i++)
        {
            await using var services = scene.App.Services.CreateAsyncScope();
            services.ServiceProvider.GetRequiredService<CurrentActor>().Actor = Actor.System("job");
            Assert.Equal($$"""{"warned":{{(i == 0 ? 2 : 0)}}}""", await WarnOfEnds.Run(services.ServiceProvider, new(services.ServiceProvider.GetRequiredService<CrmDb>(), new Job()), Ct));
        }

        Assert.Equal(1, (await scene.Inbox("n1")).Count(k => k == WarnOfEnds.Told));
        Assert.Equal(2, (await scene.Inbox("group")).Count(k => k == WarnOfEnds.Told));
        Assert.Empty(await scene.Inbox("s1"));

        // Pages: the matrix with what it is worth, the grant with its chain, the own account; a form sent twice acts once.
        using var page = await scene.App.SignedIn("n1");
        using var head = await scene.App.SignedIn("group");
        async Task<string> Read(HttpClient browser, string path) => WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri(path, UriKind.Relative), Ct));
        Assert.Contains($"href=\"/authority/{id}\"", await Read(page, "/authority"), StringComparison.Ordinal);
        Assert.DoesNotContain("Form.Do", await Read(page, $"/authority/{id}"), StringComparison.Ordinal);
        Assert.Contains("800 ", await Read(page, "/account"), StringComparison.Ordinal);
        var revoked = await CrmApp.Submit(head, $"/authority/{id}", "amend", new() { ["Form.Do"] = "revoke", ["Form.Reason"] = "岗位调整", ["Form.Version"] = "2" });
        Assert.Equal(HttpStatusCode.Found, revoked.StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await ApiScene.Ask(security, "POST", $"/authority/grants/{id}/revoke", new { reason = "x" })).Status);
        Assert.DoesNotContain("800 ", await Read(page, "/account"), StringComparison.Ordinal);
        var sent = await CrmApp.Submit(head, "/authority/new", "grant", new() { ["Form.Action"] = "WriteOff", ["Form.Limit"] = "500", ["Form.To"] = "unit", ["Form.Unit"] = "N", ["Form.From"] = "2026-04-01", ["Form.Until"] = "2026-04-12", ["Form.Reason"] = "重新授权" });
        Assert.Matches(@"/authority/\d+$", sent.Headers.Location!.ToString());
        using var manager = await scene.App.SignedIn("m1");
        var form = await CrmApp.Submit(manager, $"/customers/{scene.Customer}/terms", "terms", new() { ["Form.Action"] = "WriteOff", ["Form.Amount"] = "400", ["Form.Reason"] = "尾款" });
        Assert.Matches(@"/approvals/\d+$", form.Headers.Location!.ToString());
        Assert.Equal(["north"], await scene.Waits(long.Parse(Regex.Match(form.Headers.Location!.ToString(), @"\d+$").Value, CultureInfo.InvariantCulture)));
        Assert.Contains("已撤销", await Read(head, "/authority?show=list&ended=true"), StringComparison.Ordinal);
    }
}
