using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Tests.Modules.Organization;

public sealed class UnitTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Task<OrgUnit> Unit(CrmApp app, string code) => app.In(Actor.System("test"), db => db.Set<OrgUnit>().AsNoTracking().SingleAsync(u => u.Code == code, Ct));

    private static async Task<Result<OrgUnit>> Move(CrmApp app, Actor actor, string code, string below) =>
        await app.With<MoveUnit, Result<OrgUnit>>(actor, async m => await m.Run((await Unit(app, code)).Id, null, (await Unit(app, below)).Id, Ct));

    private static async Task<Result<OrgUnit>> Close(CrmApp app, Actor actor, string code, bool close = true) =>
        await app.With<CloseUnit, Result<OrgUnit>>(actor, async c => await c.Run((await Unit(app, code)).Id, null, close, Ct));

    private static Task<Result<Customer>> Customer(CrmApp app, Actor actor, string name, long? unitId = null) =>
        app.With<SaveCustomer, Result<Customer>>(actor, s => s.Run(null, null, new() { Name = name, UnitId = unitId }, Ct));

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_moved_outlet_takes_its_customers_along_and_every_sum_stays_right(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (admin, north, south) = (await app.ActorOf("admin"), await app.ActorOf("north"), await app.ActorOf("south"));
        Assert.Null((await Customer(app, await app.ActorOf("n1"), "搬迁客户")).Refusal);
        using var api = await app.Api("n1");
        var batch = await api.PostAsJsonAsync("/api/v1/waybills:batch", new { source = "t", items = new[] { new { externalNo = "1", date = "2026-03-05", customer = "搬迁客户", revenueFen = 123_450, weightKg = 60_000 } } }, Ct);
        Assert.True(batch.IsSuccessStatusCode, await batch.Content.ReadAsStringAsync(Ct));
        async Task<int> Sees(Actor actor) => await app.In(actor, db => db.Set<Customer>().CountAsync(Ct));
        Assert.Equal((1, 0), (await Sees(north), await Sees(south)));
        using var southern = await app.Api("south");
        var before = (await southern.GetFromJsonAsync<JsonElement>("/api/v1/customers", Ct)).GetProperty("items").GetArrayLength();

        var moved = await Move(app, admin, "N1", "S");

        Assert.Null(moved.Refusal);
        Assert.Equal((await Unit(app, "S")).Path + (await Unit(app, "N1")).Id + "/", (await Unit(app, "N1")).Path);
        Assert.Equal((0, 1), (await Sees(north), await Sees(south)));
        Assert.Equal((0, 1), (before, (await southern.GetFromJsonAsync<JsonElement>("/api/v1/customers", Ct)).GetProperty("items").GetArrayLength()));
        Assert.Equal((0L, 0L, 0L), await app.With<CheckFacts, (long, long, long)>(Actor.System("test"), c => c.Differences(Ct)));
        Assert.Contains(await app.In(admin, db => db.Set<AuditEntry>().Where(a => a.Entity == "OrgUnit" && a.Action == "updated").Select(a => a.Changes).ToListAsync(Ct)), c => c.Contains("ParentId", StringComparison.Ordinal));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_unit_moves_only_below_the_right_level_never_below_itself_and_never_out_of_sight(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var admin = await app.ActorOf("admin");
        var before = await Unit(app, "N");

        Assert.Equal("organization.move_cycle", (await Move(app, admin, "N", "N1")).Refusal?.Code);
        Assert.Equal("organization.move_cycle", (await Move(app, admin, "N", "N")).Refusal?.Code);
        Assert.Equal("organization.move_level", (await Move(app, admin, "N", "S")).Refusal?.Code);
        Assert.Equal("organization.move_level", (await Move(app, admin, "N1", "GROUP")).Refusal?.Code);
        Assert.Equal("organization.parent_unknown", (await Move(app, await app.ActorOf("north"), "N1", "S")).Refusal?.Code);
        Assert.IsType<Refusal.NotFound>((await Move(app, await app.ActorOf("north"), "S1", "N")).Refusal);

        Assert.Equal((before.Path, before.Version), ((await Unit(app, "N")).Path, (await Unit(app, "N")).Version));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_unit_closes_only_when_nothing_hangs_on_it(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var admin = await app.ActorOf("admin");
        Assert.Null((await app.With<SaveUnit, Result<OrgUnit>>(admin, async s => await s.Run(null, null, new() { ParentId = (await Unit(app, "S")).Id, Code = "S2", Name = "新网点" }, Ct))).Refusal);
        var id = (await Unit(app, "S2")).Id;
        var customer = await Customer(app, admin, "挂着的客户", id);
        Assert.True(customer.TryGet(out var owned, out _));
        Assert.True((await app.With<SaveEmployee, Result<Employee>>(admin, s => s.Run(null, null, new() { Number = "1", Name = "张三", UnitId = id }, Ct))).TryGet(out var employee, out _));

        Assert.Equal("organization.close_blocked", (await Close(app, admin, "S2")).Refusal?.Code);
        var hanging = await app.With<CloseUnit, IReadOnlyList<CloseUnit.Hanging>>(admin, async c => await c.HangsOn(await Unit(app, "S2"), Ct));
        Assert.Equal(["organization.n_customers", "organization.n_employees"], hanging.Select(h => h.TextKey).Order(StringComparer.Ordinal));
        Assert.Equal("organization.close_blocked", (await Close(app, admin, "S")).Refusal?.Code);
        Assert.Equal("organization.close_group", (await Close(app, admin, "GROUP")).Refusal?.Code);

        Assert.Null((await app.With<SaveCustomer, Result<Customer>>(admin, async s => await s.Run(owned!.Id, null, new() { Name = "挂着的客户", UnitId = (await Unit(app, "S1")).Id }, Ct))).Refusal);
        Assert.Null((await app.With<SaveEmployee, Result<Employee>>(admin, s => s.Leave(employee!.Id, leaves: true, disableAccount: false, Ct))).Refusal);
        Assert.Null((await Close(app, admin, "S2")).Refusal);

        Assert.Equal("customer.unit_outside", (await Customer(app, admin, "迟到的客户", id)).Refusal?.Code);
        Assert.Equal("employee.return_unit_closed", (await app.With<SaveEmployee, Result<Employee>>(admin, s => s.Leave(employee!.Id, leaves: false, disableAccount: false, Ct))).Refusal?.Code);
        Assert.Null((await Close(app, admin, "S2", close: false)).Refusal);
        Assert.True((await Unit(app, "S2")).Active);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_code_is_unique_and_a_station_known(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var admin = await app.ActorOf("admin");
        var south = (await Unit(app, "S")).Id;

        var refused = await app.With<SaveUnit, Result<OrgUnit>>(admin, s => s.Run(null, null, new() { ParentId = south, Code = "N1", Name = "", Station = "没有这个站" }, Ct));

        Assert.Equal(["organization.code_taken", "organization.name_needed", "organization.station_unknown"], Assert.IsType<Refusal.InvalidMany>(refused.Refusal).Errors.Select(e => e.Code));
        Assert.Equal("organization.parent_outlet", Assert.Single(Assert.IsType<Refusal.InvalidMany>(
            (await app.With<SaveUnit, Result<OrgUnit>>(admin, async s => await s.Run(null, null, new() { ParentId = (await Unit(app, "S1")).Id, Code = "X", Name = "x" }, Ct))).Refusal).Errors).Code);
        var both = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => app.With<SaveUnit, Result<OrgUnit>>(admin, s => s.Run(null, null, new() { ParentId = south, Code = "TWICE", Name = "同时" }, Ct))));
        Assert.Single(both, r => r.Refusal is null);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_tree_shows_the_own_part_with_counts_and_is_searched_by_pinyin(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Customer(app, await app.ActorOf("n1"), "树上的客户");

        var root = Assert.Single(await app.With<ShowTree, IReadOnlyList<ShowTree.Node>>(await app.ActorOf("group"), t => t.Run(null, null, Ct)));
        Assert.Equal((3, 1L), (root.Outlets, root.Counts["organization.n_customers"]));
        var north = Assert.Single(await app.With<ShowTree, IReadOnlyList<ShowTree.Node>>(await app.ActorOf("north"), t => t.Run(null, null, Ct)));
        Assert.Equal(("N", 2), (north.Unit.Code, north.Children.Count));
        var found = Assert.Single(await app.With<ShowTree, IReadOnlyList<ShowTree.Node>>(await app.ActorOf("group"), t => t.Run("nfgs", null, Ct)));
        Assert.Equal("S", Assert.Single(found.Children).Unit.Code);
        Assert.Empty(await app.With<ShowTree, IReadOnlyList<ShowTree.Node>>(await app.ActorOf("north"), t => t.Run("nfgs", null, Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_reader_of_the_organisation_changes_nothing_by_sending_the_forms(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var reader = await app.SignedIn("north");
        using var admin = await app.SignedIn("admin");
        var (n1, version) = ((await Unit(app, "N1")).Id, (await Unit(app, "N1")).Version);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["__RequestVerificationToken"] = System.Text.RegularExpressions.Regex.Match(await reader.GetStringAsync(new Uri("/account", UriKind.Relative), Ct), "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value,
            ["_handler"] = "close", ["Closing"] = "true",
        });

        var answer = await reader.PostAsync(new Uri($"/organization/{n1}", UriKind.Relative), form, Ct);

        Assert.NotEqual(HttpStatusCode.Found, answer.StatusCode);
        Assert.NotEqual(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal((true, version), ((await Unit(app, "N1")).Active, (await Unit(app, "N1")).Version));
        using var body = JsonContent.Create(new { name = "改名", code = "N1" });
        using var outlet = await app.Api("n1");
        Assert.Equal(HttpStatusCode.Forbidden, (await outlet.PutAsync(new Uri($"/api/v1/org-units/{n1}", UriKind.Relative), body, Ct)).StatusCode);
        var moved = await CrmApp.Submit(admin, $"/organization/{n1}", "move", new() { ["Form.ParentId"] = (await Unit(app, "S")).Id.ToString(CultureInfo.InvariantCulture), ["Version"] = version.ToString(CultureInfo.InvariantCulture) });
        Assert.Equal(HttpStatusCode.Found, moved.StatusCode);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task An_employee_is_read_as_a_record_and_changed_on_a_page_of_its_own_by_whoever_may(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var unit = await Unit(app, "N1");
        Assert.True((await app.With<SaveEmployee, Result<Employee>>(await app.ActorOf("admin"), s => s.Run(null, null, new() { Number = "HY009", Name = "王小明", UnitId = unit.Id, Position = "货运员", Account = "n1" }, Ct))).TryGet(out var made, out _));
        var (page, edit) = (new Uri($"/employees/{made!.Id}", UriKind.Relative), new Uri($"/employees/{made.Id}/edit", UriKind.Relative));

        using var reader = await app.SignedIn("n1");
        var read = WebUtility.HtmlDecode(await reader.GetStringAsync(page, Ct));
        Assert.Matches("<dt>职务</dt><dd[^>]*>货运员</dd>", read);
        Assert.Matches($"<dt>所属机构</dt><dd[^>]*><a href=\"/organization/{unit.Id}\"[^>]*>{unit.Name}</a>", read);
        Assert.DoesNotContain("Form.Name", read, StringComparison.Ordinal);
        Assert.DoesNotContain($"{edit}", read, StringComparison.Ordinal);
        Assert.DoesNotContain("办理离职", read, StringComparison.Ordinal);
        Assert.Equal("/no-permission", (await reader.GetAsync(edit, Ct)).Headers.Location is { } led ? new Uri(app.Address, led).AbsolutePath : null);

        using var admin = await app.SignedIn("admin");
        Assert.Contains($"{edit}", await admin.GetStringAsync(page, Ct), StringComparison.Ordinal);
        var fields = new Dictionary<string, string> { ["Form.Number"] = "HY009", ["Form.Name"] = "王大明", ["Form.UnitId"] = $"{unit.Id}", ["Form.Position"] = "站长", ["Form.Account"] = "n1", ["Version"] = $"{made.Version}" };
        using var saved = await CrmApp.Submit(admin, edit.ToString(), "employee", fields);
        Assert.Equal($"/employees/{made.Id}", saved.Headers.Location is { } to ? new Uri(app.Address, to).AbsolutePath : null);
        Assert.Matches("<dt>职务</dt><dd[^>]*>站长</dd>", WebUtility.HtmlDecode(await reader.GetStringAsync(page, Ct)));
        using var gone = await CrmApp.Submit(admin, page.ToString(), "leave", new() { ["Leaving"] = "true" });
        Assert.Equal(HttpStatusCode.Found, gone.StatusCode);
        Assert.Contains("已离职", WebUtility.HtmlDecode(await reader.GetStringAsync(page, Ct)), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Employees_are_found_by_name_pinyin_and_number_within_the_own_units(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var admin = await app.ActorOf("admin");
        foreach (var (number, name, unit) in new[] { ("HY001", "王小明", "N1"), ("HY002", "李长安", "S1") })
        {
            Assert.Null((await app.With<SaveEmployee, Result<Employee>>(admin, async s => await s.Run(null, null, new() { Number = number, Name = name, UnitId = (await Unit(app, unit)).Id, Account = unit == "N1" ? "n1" : null }, Ct))).Refusal);
        }

        async Task<string> Found(string who, string q) => string.Join(',', (await app.In(await app.ActorOf(who), async db =>
        {
            var list = new EmployeeList();
            Assert.True(View.TryRead(list, [new("q", q), new("active", "true")], out var view));
            return (await list.Read(db, view, [list.Find("name")!], Ct)).TryGet(out var page, out _) ? page.Lines : [];
        })).Select(l => l.Cells[0]));
        Assert.Equal("王小明", await Found("group", "小明"));
        Assert.Equal("王小明", await Found("group", "wangxiao"));
        Assert.Equal("王小明", await Found("n1", "wxm"));
        Assert.Equal("李长安", await Found("group", "HY002"));
        Assert.Equal("", await Found("n1", "HY002"));
        using var outlet = await app.SignedIn("n1");
        var others = string.Join(',', await app.In(Actor.System("test"), db => db.Set<User>().Where(u => u.UserName == "admin" || u.UserName == "s1").Select(u => u.Id).ToListAsync(Ct)));
        var chips = await outlet.GetStringAsync(new Uri($"/employees?filter=account={others}", UriKind.Relative), Ct);
        Assert.DoesNotContain("admin", chips, StringComparison.Ordinal); // Whose account a number is, the address does not tell.
        Assert.Equal("", await Found("group", "%"));

        var taken = await app.With<SaveEmployee, Result<Employee>>(admin, async s => await s.Run(null, null, new() { Number = "HY001", Name = "重号", UnitId = (await Unit(app, "S1")).Id, Account = "n1" }, Ct));
        Assert.Equal(["employee.number_taken", "employee.account_taken"], Assert.IsType<Refusal.InvalidMany>(taken.Refusal).Errors.Select(e => e.Code));
        var id = await app.In(admin, db => db.Set<Employee>().Where(e => e.Number == "HY001").Select(e => e.Id).SingleAsync(Ct));
        Assert.Null((await app.With<SaveEmployee, Result<Employee>>(admin, s => s.Leave(id, leaves: true, disableAccount: true, Ct))).Refusal);
        Assert.True(await app.In(admin, db => db.Set<User>().Where(u => u.UserName == "n1").Select(u => u.Disabled).SingleAsync(Ct)));
        Assert.Equal("", await Found("group", "小明"));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_filter_offers_all_units_where_they_are_few_and_outlets_after_their_subsidiary_where_they_are_many(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        async Task<(string Codes, bool Cut)> Offered(string who, params string[] chosen)
        {
            var ids = new List<long?> { null };
            foreach (var code in chosen)
            {
                ids.Add((await Unit(app, code)).Id);
            }

            var choice = await app.With<ListUnits, ListUnits.Choice>(await app.ActorOf(who), l => l.Near(Ct, ids));
            return (string.Join(' ', choice.Items.Where(u => !u.Code.StartsWith('X')).Select(u => u.Code)), choice.Cut);
        }

        Assert.Equal(("GROUP N N1 N2 S S1", false), await Offered("group"));
        await app.In(Actor.System("test"), async db =>
        {
            var east = new OrgUnit(await db.Set<OrgUnit>().SingleAsync(u => u.ParentId == null, Ct), "X", "东方公司");
            await OrgUnit.Add(db, east, Ct);
            for (var n = 0; n < 100; n++)
            {
                await OrgUnit.Add(db, new OrgUnit(east, $"X{n}", $"东方网点{n}"), Ct);
            }

            return 0;
        });

        Assert.Equal(("GROUP N S", true), await Offered("group"));
        Assert.Equal(("GROUP N N1 N2 S", true), await Offered("group", "N"));
        Assert.Equal(("GROUP N N1 N2 S S1", true), await Offered("group", "N2", "S"));
        Assert.Equal(("N N1 N2", false), await Offered("north"));
        Assert.Equal(("N1", false), await Offered("n1", "S1")); // What one may not see is offered to nobody.
    }
}
