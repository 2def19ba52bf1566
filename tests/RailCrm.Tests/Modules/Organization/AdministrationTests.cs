using System.Net;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Cli;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;

namespace RailCrm.Tests.Modules.Organization;

public sealed class AdministrationTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Task<long> Id(CrmApp app, string name) => app.In(Actor.System("test"), db => db.Set<User>().Where(u => u.UserName == name).Select(u => u.Id).SingleAsync(Ct));

    private static Task<long> Role(CrmApp app, string name) => app.In(Actor.System("test"), db => db.Set<Role>().Where(r => r.Name == name).Select(r => r.Id).SingleAsync(Ct));

    private static Task<List<string?>> RolesOf(CrmApp app, string name) => app.In(Actor.System("test"), db => (
        from u in db.Set<User>() join r in db.Set<IdentityUserRole<long>>() on u.Id equals r.UserId join role in db.Set<Role>() on r.RoleId equals role.Id where u.UserName == name select role.Name).ToListAsync(Ct));

    private static async Task<Result<User>> Give(CrmApp app, string giver, string taker, string role) =>
        await app.With<ChangeAccount, Result<User>>(await app.ActorOf(giver), async c => await c.GiveRole(await Id(app, taker), await Role(app, role), Ct));

    private static async Task Account(CrmApp app, string name, string role, string unit = "GROUP") => Assert.Null((await app.With<SetUpGroup, Result<User>>(Actor.System("test"), async s =>
    {
        var unitId = await app.In(Actor.System("test"), db => db.Set<OrgUnit>().Where(u => u.Code == unit).Select(u => u.Id).SingleAsync(Ct));
        return await s.CreateUser(new User { UserName = name, DisplayName = name, UnitId = unitId }, CrmApp.Password, role, Ct);
    })).Refusal);

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_administrator_of_an_older_database_keeps_what_he_has_until_it_is_taken_from_the_role_and_then_offices_stay_apart_from_business(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Account(app, "security", "security");
        var (system, role) = (Actor.System("cli"), await Role(app, "admin"));
        Task<List<string>> Has(string name) => app.In(system, async db => await db.Set<RolePermission>().Where(p => db.Set<Role>().Any(r => r.Id == p.RoleId && r.Name == name)).Select(p => p.Permission).OrderBy(p => p).ToListAsync(Ct));
        Task<int> Start() => app.In(system, async db =>
        {
            await CommandLine.Prepare(db, Ct);
            return 0;
        });
        Task<Refusal?> Save(IEnumerable<string> permissions) => app.With<EditRoles, Refusal?>(Actor.System("cli"), async e => (await e.Save(role, new() { Permissions = [.. permissions] }, Ct)).Refusal);
        var (own, group) = (Permission.DefaultRoles["admin"], await Has("group"));
        Assert.Empty(own.Intersect(Permission.Business)); // Begun anew, the office sees no customer.
        string[] older = [.. own, .. Permission.Business.Except([Permission.ImportSupervise, Permission.WaybillsRemove])];
        await app.In(system, async db =>
        {
            db.AddRange(older.Except(own).Select(p => new RolePermission { RoleId = role, Permission = p }));
            return await db.SaveChangesAsync(Ct);
        });

        await Start(); // Of one that was both before, nothing is taken.
        Assert.Equal([.. own.Concat(Permission.Business).Order(StringComparer.Ordinal)], (await Has("admin")).Order(StringComparer.Ordinal));
        Assert.Contains(Permission.WaybillsRemove, await app.In(system, db => db.Set<AuditEntry>().Where(a => a.Entity == nameof(Role) && a.EntityId == role).Select(a => a.Changes).SingleAsync(Ct)), StringComparison.Ordinal);
        using var security = await app.SignedIn("security");
        Assert.Contains("不会自行收回权限", await security.GetStringAsync(new Uri("/roles", UriKind.Relative), Ct), StringComparison.Ordinal);

        Assert.Equal(["roles.office_sees"], Assert.IsType<Refusal.InvalidMany>(await Save(older.Except([Permission.Export]))).Errors.Select(e => e.Code));
        Assert.Null(await Save(own.Except([Permission.Export])));
        await Start();
        Assert.Equal(own.Except([Permission.Export]).Order(StringComparer.Ordinal), (await Has("admin")).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("不会自行收回权限", await security.GetStringAsync(new Uri("/roles", UriKind.Relative), Ct), StringComparison.Ordinal);
        Assert.Equal(group, await Has("group"));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Limits_are_taken_as_people_type_them_and_what_is_no_number_comes_back_with_its_field_named(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Account(app, "security", "security");
        using var security = await app.SignedIn("security");
        Dictionary<string, string> Form(string idle, string grace, string days) => new()
        {
            ["Form.IdleMinutes"] = idle, ["Form.AbsoluteHours"] = "10小时", ["Form.FactorDays"] = grace, ["Form.AuditDays"] = days, ["Form.ExportRows"] = "1万", ["Form.NightActs"] = "20", ["Form.Addresses"] = "4", ["Form.Version"] = "0",
        };

        using var wrong = await CrmApp.Submit(security, "/settings/security", "policy", Form("1,440", "半个月", "400 天"));
        var page = System.Net.WebUtility.HtmlDecode(await wrong.Content.ReadAsStringAsync(Ct));
        Assert.All(["value=\"1,440\"", "value=\"半个月\"", "value=\"400 天\"", "闲置超时（分钟）", "不能超过登录后最长有效的 600 分钟"], text => Assert.Contains(text, page, StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.Found, (await CrmApp.Submit(security, "/settings/security", "policy", Form("600 分钟", "7 天", "４００天"))).StatusCode);
        var policy = await app.In(Actor.System("test"), db => SecurityPolicy.Of(db, Ct));
        Assert.Equal((600, 10, 7, 400, 10_000), (policy.IdleMinutes, policy.AbsoluteHours, policy.FactorDays, policy.AuditDays, policy.ExportRows));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Nobody_gives_himself_or_another_a_role_above_his_own(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Account(app, "security", "security");
        await Account(app, "local", "security", "N");
        var trail = await app.In(Actor.System("test"), db => db.Set<AuditEntry>().CountAsync(a => a.Action == "role_given", Ct));

        Assert.IsType<Refusal.Forbidden>((await Give(app, "n1", "n1", "group")).Refusal);
        Assert.IsType<Refusal.Forbidden>((await Give(app, "n1", "n2", "admin")).Refusal);
        Assert.IsType<Refusal.Forbidden>((await Give(app, "admin", "n1", "group")).Refusal);
        Assert.IsType<Refusal.Forbidden>((await Give(app, "security", "security", "admin")).Refusal);
        Assert.IsType<Refusal.Forbidden>((await Give(app, "local", "n1", "admin")).Refusal);
        Assert.IsType<Refusal.Forbidden>((await Give(app, "local", "n1", "auditor")).Refusal);
        Assert.IsType<Refusal.NotFound>((await Give(app, "local", "s1", "outlet")).Refusal);
        Assert.Equal("accounts.last_system", (await Give(app, "security", "admin", "group")).Refusal?.Code);

        Assert.Equal(["outlet"], await RolesOf(app, "n1"));
        Assert.Equal(["outlet"], await RolesOf(app, "s1"));
        Assert.Equal(["admin"], await RolesOf(app, "admin"));
        Assert.Equal(trail, await app.In(Actor.System("test"), db => db.Set<AuditEntry>().CountAsync(a => a.Action == "role_given", Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_new_role_ends_the_sessions_holds_at_once_and_stands_in_the_trail(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        Assert.IsType<Refusal.Forbidden>((await Give(app, "admin", "n2", "subsidiary")).Refusal);
        Assert.Null((await Give(app, "admin", "n2", "security")).Refusal); // There was no security administrator: the first is appointed.
        Assert.IsType<Refusal.Forbidden>((await Give(app, "admin", "n1", "security")).Refusal); // Now there is one.
        await Account(app, "security", "security");
        using var browser = await app.SignedIn("n1");

        Assert.Null((await Give(app, "security", "n1", "finance")).Refusal);

        Assert.Equal(HttpStatusCode.Found, (await browser.GetAsync(new Uri("/organization", UriKind.Relative), Ct)).StatusCode);
        Assert.Equal(["finance"], await RolesOf(app, "n1"));
        Assert.Contains(await app.In(Actor.System("test"), db => db.Set<AuditEntry>().Where(a => a.Action == "role_given").Select(a => a.Changes).ToListAsync(Ct)), c => c.Contains("outlet", StringComparison.Ordinal) && c.Contains("finance", StringComparison.Ordinal));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task An_account_is_made_with_a_password_shown_once_and_ends_with_its_sessions(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var admin = await app.SignedIn("admin");
        var unit = (await app.In(Actor.System("test"), db => db.Set<OrgUnit>().Where(u => u.Code == "N1").Select(u => u.Id).SingleAsync(Ct))).ToString(System.Globalization.CultureInfo.InvariantCulture);
        Dictionary<string, string> Form() => new() { ["Form.UserName"] = "欧阳建国", ["Form.DisplayName"] = "欧阳建国", ["Form.UnitId"] = unit };

        var page = await (await CrmApp.Submit(admin, "/accounts/new", "account", Form())).Content.ReadAsStringAsync(Ct);
        var password = System.Text.RegularExpressions.Regex.Match(page, "readonly value=\"([a-z2-9]{16})\"").Groups[1].Value;
        Assert.Equal(16, password.Length);
        Assert.Contains("已有人使用", await (await CrmApp.Submit(admin, "/accounts/new", "account", Form())).Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);

        using var browser = app.Browser();
        Assert.Equal(HttpStatusCode.Found, (await CrmApp.Submit(browser, "/sign-in", "sign-in", new() { ["Form.UserName"] = "欧阳建国", ["Form.Password"] = password })).StatusCode);
        Assert.Equal("/account/password", (await browser.GetAsync(new Uri("/", UriKind.Relative), Ct)).Headers.Location!.ToString());
        var id = await Id(app, "欧阳建国");
        Assert.Equal(HttpStatusCode.Found, (await CrmApp.Submit(admin, $"/accounts/{id}", "act", new() { ["What"] = "disable" })).StatusCode);
        Assert.Contains("/sign-in", (await browser.GetAsync(new Uri("/account/password", UriKind.Relative), Ct)).Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.Empty(await app.In(Actor.System("test"), db => db.Set<Session>().Where(s => s.UserId == id).ToListAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_last_administrator_and_oneself_are_never_disabled_and_offices_do_not_reset_each_other(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Account(app, "security", "security");
        await Account(app, "second", "admin");
        async Task<Refusal?> Do(string who, string whom, Func<ChangeAccount, long, Task<Refusal?>> act) => await app.With<ChangeAccount, Refusal?>(await app.ActorOf(who), async c => await act(c, await Id(app, whom)));
        static async Task<Refusal?> Disable(ChangeAccount c, long id) => (await c.Disable(id, Ct)).Refusal;
        static async Task<Refusal?> Reset(ChangeAccount c, long id) => (await c.ResetPassword(id, Ct)).Refusal;

        Assert.Equal("accounts.not_yourself", (await Do("admin", "admin", Disable))?.Code);
        Assert.IsType<Refusal.Forbidden>(await Do("security", "n1", Disable));
        Assert.Equal("accounts.last_security", (await Do("admin", "security", Disable))?.Code);
        Assert.Null(await Do("second", "admin", Disable));
        Assert.Equal("accounts.last_system", (await app.With<ChangeAccount, Refusal?>(Actor.System("cli"), async c => (await c.Disable(await Id(app, "second"), Ct)).Refusal))?.Code);
        Assert.Equal("accounts.above_you", (await Do("second", "security", Reset))?.Code);
        Assert.Equal("accounts.above_you", (await Do("security", "second", Reset))?.Code);
        Assert.Equal("accounts.above_you", (await Do("second", "auditor", Reset))?.Code);

        using var api = await app.Api("n1");
        Assert.Null(await Do("second", "n1", Reset));
        Assert.Equal(HttpStatusCode.Unauthorized, (await api.GetAsync(new Uri("/api/v1/org-units", UriKind.Relative), Ct)).StatusCode);
        Assert.True(await app.In(Actor.System("test"), db => db.Set<User>().Where(u => u.UserName == "n1").Select(u => u.MustChangePassword).SingleAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_role_changes_at_the_next_request_and_never_unites_two_offices(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Account(app, "security", "security");
        await Account(app, "local", "security", "N");
        var (security, outlet) = (await app.ActorOf("security"), await Role(app, "outlet"));
        Task<Result<Role>> Save(Actor actor, long? id, string name, params string[] permissions) => app.With<EditRoles, Result<Role>>(actor, r => r.Save(id, new() { Name = name, Permissions = [.. permissions] }, Ct));
        using var browser = await app.SignedIn("n1");
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(new Uri("/waybills", UriKind.Relative), Ct)).StatusCode);

        Assert.Null((await Save(security, outlet, "ignored", Permission.CustomersRead)).Refusal);

        Assert.Equal("/no-permission", new Uri(app.Address, (await browser.GetAsync(new Uri("/waybills", UriKind.Relative), Ct)).Headers.Location!).AbsolutePath);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(new Uri("/customers", UriKind.Relative), Ct)).StatusCode);
        Assert.Equal(outlet, await Role(app, "outlet"));
        Assert.Equal("roles.own", (await Save(security, await Role(app, "security"), "security", Permission.System)).Refusal?.Code);
        Assert.IsType<Refusal.Forbidden>((await Save(await app.ActorOf("local"), outlet, "outlet", Permission.CustomersRead)).Refusal);
        Assert.IsType<Refusal.Forbidden>((await Save(await app.ActorOf("admin"), outlet, "outlet", Permission.CustomersRead)).Refusal);
        Assert.Equal("accounts.last_system", (await Save(security, await Role(app, "admin"), "admin", Permission.CustomersRead)).Refusal?.Code);
        Assert.Equal("roles.offices_apart", Assert.Single(Assert.IsType<Refusal.InvalidMany>((await Save(security, null, "全能", Permission.System, Permission.Audit)).Refusal).Errors).Code);
        Assert.Equal("roles.permission_unknown", Assert.Single(Assert.IsType<Refusal.InvalidMany>((await Save(security, null, "怪", "signed_in")).Refusal).Errors).Code);

        Assert.True((await Save(security, null, "客服", Permission.CustomersRead)).TryGet(out var made, out _));
        Assert.Equal("roles.name_taken", Assert.Single(Assert.IsType<Refusal.InvalidMany>((await Save(security, null, "客服", Permission.CustomersRead)).Refusal).Errors).Code);
        Assert.Null((await Give(app, "security", "n2", "客服")).Refusal);
        Task<Result<Role>> Delete(long id) => app.With<EditRoles, Result<Role>>(security, r => r.Delete(id, Ct));
        Assert.Equal("roles.in_use", (await Delete(made!.Id)).Refusal?.Code);
        Assert.Equal("roles.built_in_stays", (await Delete(outlet)).Refusal?.Code);
        Assert.Null((await Give(app, "security", "n2", "manager")).Refusal);
        Assert.Null((await Delete(made.Id)).Refusal);
        Assert.Equal(3, await app.In(Actor.System("test"), db => db.Set<AuditEntry>().CountAsync(a => a.Entity == "Role" && a.ActorName == "security", Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_trail_is_filtered_paged_and_read_by_the_groups_auditor_alone(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Account(app, "localAudit", "auditor", "N");
        var n1 = await app.ActorOf("n1");
        var day = app.Clock.GetUtcNow();
        await app.In(n1, async db =>
        {
            for (var i = 0; i < 120; i++)
            {
                db.Add(new AuditEntry(n1, db.UtcNow, i % 2 == 0 ? "exported" : "denied", "Customer", i, i < 3 ? 7 : null, "{\"Name\":[\"旧\",\"新\"],\"Odd\":3}"));
                await db.SaveChangesAsync(Ct);
                app.Later(TimeSpan.FromHours(1));
            }

            return 0;
        });
        var auditor = await app.ActorOf("auditor");
        async Task<IReadOnlyList<ListAudit.Item>> All(ListAudit.Query query)
        {
            var found = new List<ListAudit.Item>();
            for (string? cursor = null; ;)
            {
                Assert.True((await app.With<ListAudit, Result<RailCrm.Platform.Http.Listing<ListAudit.Item>>>(auditor, l => l.Run(query with { Cursor = cursor }, Ct))).TryGet(out var page, out _));
                found.AddRange(page!.Items);
                if ((cursor = page.NextCursor) is null)
                {
                    return found;
                }
            }
        }

        var mine = await All(new(Person: "n1"));
        Assert.Equal(120, mine.Count);
        Assert.Equal(mine.Select(i => i.Id).OrderDescending(), mine.Select(i => i.Id));
        Assert.Contains(mine[0].Changes, c => c is { Before: "旧", After: "新" });
        Assert.Equal(60, (await All(new(Person: "n1", Action: "exported"))).Count);
        Assert.Equal(3, (await All(new(Customer: 7))).Count);
        Assert.Equal(23, (await All(new(Person: "n1", From: new(2026, 4, 1), To: new(2026, 4, 1)))).Count); // From one o'clock in Beijing on.
        Assert.Equal(24, (await All(new(Person: "n1", From: new(2026, 4, 2), To: new(2026, 4, 2)))).Count);
        Assert.Empty(await All(new(Person: "nobody")));
        Assert.Empty(await All(new(From: new(2030, 1, 1))));
        Assert.IsType<Refusal.Forbidden>((await app.With<ListAudit, Result<RailCrm.Platform.Http.Listing<ListAudit.Item>>>(await app.ActorOf("localAudit"), async l => await l.Run(new(), Ct))).Refusal);
        using var browser = await app.SignedIn("auditor");
        Assert.Contains("越权访问", await browser.GetStringAsync(new Uri("/audit?action=denied", UriKind.Relative), Ct), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_failed_job_is_tried_again_a_waiting_one_cancelled(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var ids = await app.In(Actor.System("test"), async db =>
        {
            var jobs = new[] { new Job { Kind = "none", State = "failed", Attempts = 5, Result = "车站不存在", CreatedAt = db.UtcNow }, new Job { Kind = "none", State = "completed", CreatedAt = db.UtcNow } };
            db.AddRange(jobs);
            await db.SaveChangesAsync(Ct);
            return jobs.Select(j => j.Id).ToArray();
        });
        using var admin = await app.SignedIn("admin");
        Assert.Contains("车站不存在", await admin.GetStringAsync(new Uri("/jobs?state=failed", UriKind.Relative), Ct), StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.Found, (await CrmApp.Submit(admin, "/jobs", "job", new() { ["Order"] = $"retry:{ids[0]}" })).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await CrmApp.Submit(admin, "/jobs", "job", new() { ["Order"] = $"cancel:{ids[1]}" })).StatusCode);

        Assert.Equal(1, await app.In(Actor.System("test"), db => db.Set<AuditEntry>().CountAsync(a => a.Action == "job_retried", Ct)));
        Assert.Equal("completed", await app.In(Actor.System("test"), db => db.Set<Job>().Where(j => j.Id == ids[1]).Select(j => j.State).SingleAsync(Ct)));
        using var outlet = await app.SignedIn("n1");
        Assert.Equal(HttpStatusCode.Found, (await outlet.GetAsync(new Uri("/jobs", UriKind.Relative), Ct)).StatusCode);
    }
}
