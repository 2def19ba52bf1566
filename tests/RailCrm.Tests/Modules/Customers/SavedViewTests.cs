using System.Net;
using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Tests.Modules.Customers;

public sealed class SavedViewTests
{
    private static readonly CustomerList List = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<SavedView> Saved(CrmApp app, string who, string name, string address, bool share = false) =>
        (await app.With<SavedViews, Result<SavedView>>(await app.ActorOf(who), v => v.Save(List, null, null, new() { Name = name, Address = address, Share = share }, Ct))).TryGet(out var view, out var refusal) ? view : throw new InvalidOperationException(refusal.Code);

    private static async Task<IReadOnlyList<SavedViews.Choice>> Seen(CrmApp app, string who) =>
        (await app.With<SavedViews, SavedViews.Choices>(await app.ActorOf(who), v => v.Of(List, Ct))).Views;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_view_is_seen_by_its_owner_and_when_shared_by_the_unit_and_everyone_below_it(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Saved(app, "north", "北方大客户", "?tier=large");
        await Saved(app, "north", "北方风险", "?tier=atRisk&sort=-revenue", share: true);

        Assert.Equal(["北方大客户", "北方风险"], (await Seen(app, "north")).Where(v => !v.IsSystem).Select(v => v.Name));
        Assert.Equal(["北方风险"], (await Seen(app, "n1")).Where(v => !v.IsSystem).Select(v => v.Name));
        Assert.DoesNotContain(await Seen(app, "s1"), v => !v.IsSystem);
        Assert.DoesNotContain(await Seen(app, "group"), v => !v.IsSystem);
        Assert.True(List.Views.Count <= (await Seen(app, "s1")).Count(v => v.IsSystem));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_view_is_shared_with_a_unit_of_ones_choice_within_the_own_scope_and_stays_there_as_it_is_changed(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        async Task<Result<SavedView>> Shared(string who, string? unit, SavedView? over = null) =>
            await app.With<SavedViews, Result<SavedView>>(await app.ActorOf(who), v => v.Save(List, over?.Id, over?.Version, new() { Name = over?.Name ?? $"共享{unit?[..Math.Min(9, unit.Length)]}", Address = "?tier=large", Share = true, Unit = unit }, Ct));
        var name = await app.In(Actor.System("test"), db => db.Set<RailCrm.Modules.Organization.OrgUnit>().Where(u => u.Code == "N2").Select(u => u.Name).SingleAsync(Ct));

        Assert.True((await Shared("north", "N1")).TryGet(out var view, out _));
        Assert.True((await Shared("group", name)).TryGet(out _, out _));
        foreach (var (who, unit) in new[] { ("north", "S1"), ("n1", "N"), ("n1", "N2"), ("north", "没有的单位"), ("north", new string('长', 300)) })
        {
            Assert.Equal(("list.view_unit_wrong", nameof(SavedViews.Input.Unit)), (await Shared(who, unit)).Refusal is Refusal.InvalidMany { Errors: [var error] } ? (error.Code, error.Field) : default);
        }

        Assert.Equal(["共享N1"], (await Seen(app, "n1")).Where(v => !v.IsSystem).Select(v => v.Name));
        Assert.Equal([$"共享{name[..Math.Min(9, name.Length)]}"], (await Seen(app, "n2")).Where(v => !v.IsSystem).Select(v => v.Name));
        Assert.DoesNotContain(await Seen(app, "s1"), v => !v.IsSystem);
        Assert.Equal("N1", Assert.Single(await Seen(app, "north"), v => !v.IsSystem).UnitCode);

        Assert.Null((await Shared("north", null, view)).Refusal); // Whoever says no unit leaves it where it is.
        Assert.Equal(["共享N1"], (await Seen(app, "n1")).Where(v => !v.IsSystem).Select(v => v.Name));
        using var api = await app.Api("north");
        Assert.Equal("N1", (await api.GetFromJsonAsync<System.Text.Json.JsonElement>($"/api/v1/customers/views/{view.Id}", Ct)).GetProperty("unit").GetString());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Only_the_owner_changes_or_deletes_a_view_and_never_over_a_later_change(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var view = await Saved(app, "north", "北方", "?tier=large", share: true);
        var (north, n1) = (await app.ActorOf("north"), await app.ActorOf("n1"));
        SavedViews.Input input = new() { Name = "改名", Address = "?tier=small" };

        Assert.IsType<Refusal.NotFound>((await app.With<SavedViews, Result<SavedView>>(n1, v => v.Save(List, view.Id, view.Version, input, Ct))).Refusal);
        Assert.IsType<Refusal.NotFound>((await app.With<SavedViews, Result<SavedView>>(n1, v => v.Delete(List, view.Id, Ct))).Refusal);
        Assert.Null((await app.With<SavedViews, Result<SavedView>>(north, v => v.Save(List, view.Id, view.Version, input, Ct))).Refusal);
        Assert.IsType<Refusal.Stale>((await app.With<SavedViews, Result<SavedView>>(north, v => v.Save(List, view.Id, view.Version, input, Ct))).Refusal);
        Assert.Null((await app.With<SavedViews, Result<SavedView>>(north, v => v.Delete(List, view.Id, Ct))).Refusal);
        Assert.DoesNotContain(await Seen(app, "n1"), v => !v.IsSystem);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_supervisor_takes_away_what_is_shared_with_a_unit_below_and_nobody_elses_own(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (shared, own) = (await Saved(app, "n1", "网点", "?tier=large", share: true), await Saved(app, "n1", "自己", "?tier=small"));
        async Task<Result<SavedView>> Gone(string who, long id) => await app.With<SavedViews, Result<SavedView>>(await app.ActorOf(who), v => v.Delete(List, id, Ct));

        Assert.IsType<Refusal.NotFound>((await Gone("s1", shared.Id)).Refusal);
        Assert.IsType<Refusal.NotFound>((await Gone("auditor", shared.Id)).Refusal);
        Assert.IsType<Refusal.NotFound>((await Gone("north", own.Id)).Refusal);
        Assert.Null((await Gone("north", shared.Id)).Refusal);
        var north = (await app.ActorOf("north")).UserId;
        Assert.True(await app.In(Actor.System("test"), db => db.Set<AuditEntry>().AnyAsync(a => a.Action == "deleted" && a.Entity == nameof(SavedView) && a.EntityId == shared.Id && a.ActorId == north, Ct)));
        Assert.Equal(["自己"], (await Seen(app, "n1")).Where(v => !v.IsSystem).Select(v => v.Name));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_view_from_others_is_copied_as_ones_own_under_a_name_of_its_own(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var view = await Saved(app, "north", "北方", "?tier=large", share: true);
        var key = $"{view.Id}";
        async Task<Result<SavedView>> Copied(string who, string of) => await app.With<SavedViews, Result<SavedView>>(await app.ActorOf(who), v => v.Copy(List, of, Ct));

        Assert.True((await Copied("n1", key)).TryGet(out var first, out _));
        Assert.True((await Copied("n1", key)).TryGet(out var second, out _));
        Assert.True((await Copied("n1", "mine")).TryGet(out var system, out _));
        Assert.Equal(("tier=large", null), (first.Address, first.UnitId));
        Assert.Equal((first.Address, $"{first.Name} 2"), (second.Address, second.Name));
        Assert.Equal("mine=true", system.Address);
        Assert.IsType<Refusal.NotFound>((await Copied("s1", key)).Refusal);
        Assert.Equal(3, (await Seen(app, "n1")).Count(v => v.Own));
        Assert.DoesNotContain(await Seen(app, "north"), v => v.Name == first.Name);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_name_is_taken_once_and_a_filter_that_cannot_be_read_is_refused(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Saved(app, "n1", "我的", "?tier=large");
        var n1 = await app.ActorOf("n1");
        async Task<string?> Refused(string? name, string address) => (await app.With<SavedViews, Result<SavedView>>(n1, v => v.Save(List, null, null, new() { Name = name, Address = address }, Ct))).Refusal?.Code;

        Assert.Equal("list.view_name_taken", await Refused("我的", "?tier=small"));
        Assert.Equal("list.view_name_wrong", await Refused("  ", "?tier=small"));
        Assert.Equal("list.view_name_wrong", await Refused(new string('长', 61), ""));
        Assert.Equal("list.filter_wrong", await Refused("坏的", "?filter=nonsense"));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_default_view_opens_with_the_list_and_a_change_of_it_is_told(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(null, null, new() { Name = "甲公司" }, Ct));
        var view = await Saved(app, "n1", "大的在前", "?tier=large&sort=-revenue");
        await app.With<SavedViews, Result<string>>(n1, v => v.MakeDefault(List, $"{view.Id}", Ct));
        using var browser = await app.SignedIn("n1");

        var opened = await browser.GetStringAsync(new Uri("/customers", UriKind.Relative), Ct);
        Assert.Contains("没有符合条件的客户", opened, StringComparison.Ordinal);
        Assert.DoesNotContain("rc-changed", opened, StringComparison.Ordinal);
        Assert.Contains("甲公司", await browser.GetStringAsync(new Uri("/customers?view=all", UriKind.Relative), Ct), StringComparison.Ordinal);
        Assert.Contains("rc-changed", await browser.GetStringAsync(new Uri($"/customers?view={view.Id}&tier=small", UriKind.Relative), Ct), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Columns_chosen_stay_with_the_person_and_a_condition_added_becomes_part_of_the_address(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(null, null, new() { Name = "甲公司", LegalRepresentative = "赵法人" }, Ct));
        await app.With<SavedViews, Result<string>>(n1, v => v.KeepColumns(List, null, "name.300,legalRepresentative,nonsense,tier", Ct));
        using var browser = await app.SignedIn("n1");

        Assert.Contains("赵法人", await browser.GetStringAsync(new Uri("/customers", UriKind.Relative), Ct), StringComparison.Ordinal);
        Assert.Equal("name.300,legalRepresentative,tier", await app.In(n1, db => db.Set<ListChoice>().Where(c => c.UserId == n1.UserId && c.ViewKey == "").Select(c => c.Columns).SingleAsync(Ct)));
        using var added = await browser.GetAsync(new Uri("/customers?tier=large&add=revenue&op=%3E%3D&value=100&or=0", UriKind.Relative), Ct);
        Assert.Equal(HttpStatusCode.Found, added.StatusCode);
        Assert.Contains("filter=tier%3Dlarge%7Crevenue%3E%3D100", added.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Each_view_that_does_not_say_its_columns_keeps_those_and_the_density_that_its_reader_chose(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(null, null, new() { Name = "甲公司", LegalRepresentative = "赵法人" }, Ct));
        await app.In(Actor.System("test"), db => db.Set<Customer>().ExecuteUpdateAsync(s => s.SetProperty(c => c.Tier, CustomerTier.Large), Ct));
        using var browser = await app.SignedIn("n1");
        Task<string> Page(string query) => browser.GetStringAsync(new Uri($"/customers?{query}", UriKind.Relative), Ct);
        async Task<string> Post(string from, params (string Name, string Value)[] fields)
        {
            var token = System.Text.RegularExpressions.Regex.Match(await Page("view=all"), "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;
            using var form = new FormUrlEncodedContent(fields.Append(("returnUrl", $"/customers?{from}")).Append(("__RequestVerificationToken", token)).Select(f => new KeyValuePair<string, string>(f.Item1, f.Item2)));
            using var answer = await browser.PostAsync(new Uri("/lists/customers/columns", UriKind.Relative), form, Ct);
            Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
            return answer.Headers.Location!.OriginalString;
        }

        const string Legal = "data-column=\"legalRepresentative\"", Unit = "data-column=\"unit\"", Size = "data-column=\"sizeClass\"", Change = "data-column=\"change\"", Close = "rc-dense";
        Assert.Equal("/customers?view=all", await Post("view=all", ("column", "name.250"), ("column", "legalRepresentative")));
        Assert.All([await Page(""), await Page("view=all"), await Page("view=large")], p => Assert.True(p.Contains(Legal, StringComparison.Ordinal) && !p.Contains(Unit, StringComparison.Ordinal)));
        Assert.Equal("/customers?view=large", await Post("view=large", ("column", "name"), ("column", "sizeClass")));
        Assert.Contains(Size, await Page("view=large"), StringComparison.Ordinal);
        Assert.DoesNotContain(Size, await Page("view=all"), StringComparison.Ordinal);

        await Post("view=large", ("reset", "1"));
        Assert.Contains(Unit, await Page("view=large"), StringComparison.Ordinal); // The list's own, not those chosen for the list.
        var reset = await Post("view=falling", ("reset", "1"));
        Assert.Contains(Legal, await Page("view=all"), StringComparison.Ordinal);
        Assert.Contains("rc-changed", await browser.GetStringAsync(new Uri(reset, UriKind.Relative), Ct), StringComparison.Ordinal);
        Assert.Contains(Change, await Page("view=falling"), StringComparison.Ordinal);

        Assert.Equal("/customers?view=large", await Post("view=large", ("dense", "true")));
        Assert.Contains(Close, await Page("view=large"), StringComparison.Ordinal);
        Assert.DoesNotContain(Close, await Page("view=all"), StringComparison.Ordinal);
        await Post("view=all", ("dense", "true"));
        await Post("view=large", ("dense", "false"));
        Assert.Contains(Close, await Page("view=all"), StringComparison.Ordinal);
        Assert.DoesNotContain(Close, await Page("view=large"), StringComparison.Ordinal);
        Assert.Contains(Legal, await Page("view=all"), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_form_above_the_list_keeps_a_view_and_saves_a_change_of_it(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        using var browser = await app.SignedIn("n1");
        async Task<string> Post(string at, string form, params (string Name, string Value)[] fields)
        {
            using var answer = await CrmApp.Submit(browser, at, form, fields.ToDictionary(f => f.Name, f => f.Value));
            Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
            return answer.Headers.Location!.OriginalString;
        }

        Task<string> Sent() => Post("/customers?tier=large", "view-new", ("name", "我的大客户"), ("address", "?tier=large"), ("isDefault", "true"), ("_once", "one"));
        var led = await Sent();
        Assert.Equal(led, await Sent()); // Sent twice, kept once.
        var view = Assert.Single(await Seen(app, "n1"), v => !v.IsSystem);
        Assert.EndsWith("/customers?view=" + view.Key, led, StringComparison.Ordinal);
        Assert.Equal(("我的大客户", "tier=large", true), (view.Name, view.Address, view.IsDefault));

        await Post($"/customers?view={view.Key}&tier=small", "view-new", ("id", view.Key), ("version", $"{view.Stored!.Version}"), ("name", view.Name), ("address", "?tier=small"), ("share", "true"));
        view = Assert.Single(await Seen(app, "n1"), v => !v.IsSystem);
        Assert.Equal(("tier=small", n1.UnitId), (view.Address, view.Stored!.UnitId));

        // Its own form, sent once it is gone: what was typed comes back as a new one.
        Assert.True((await app.With<SavedViews, Result<SavedView>>(n1, s => s.Delete(new CustomerList(), view.Stored!.Id, Ct))).TryGet(out _, out _));
        using var late = await CrmApp.Submit(browser, "/customers?tier=small", "view-new", new() { ["id"] = view.Key, ["version"] = $"{view.Stored!.Version}", ["name"] = "我的小客户", ["address"] = "?tier=small", ["share"] = "true" });
        Assert.Equal(HttpStatusCode.OK, late.StatusCode);
        Assert.Contains("value=\"我的小客户\"", WebUtility.HtmlDecode(await late.Content.ReadAsStringAsync(Ct)).Split("id=\"save-view\"")[1], StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_view_that_is_refused_comes_back_as_it_was_typed_with_the_reason_at_its_field(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var browser = await app.SignedIn("north");
        async Task<string> Refused(string at, string form, params (string Name, string Value)[] fields)
        {
            using var answer = await CrmApp.Submit(browser, at, form, fields.ToDictionary(f => f.Name, f => f.Value));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Ct));
        }

        static string Tag(string page, string id) => System.Text.RegularExpressions.Regex.Match(page, $"<(input|dialog)[^>]* id=\"{id}\"[^>]*>|<(input|dialog) id=\"{id}\"[^>]*>").Value;

        var page = await Refused("/customers?tier=large", "view-new", ("name", "大客户 \"甲\""), ("address", "?tier=large"), ("share", "true"), ("unit", "S1"), ("isDefault", "true"));
        Assert.Contains(" open", Tag(page, "save-view"), StringComparison.Ordinal);
        Assert.DoesNotContain(" open", Tag(page, "all-views"), StringComparison.Ordinal);
        Assert.Contains("value=\"大客户 \"甲\"\"", page, StringComparison.Ordinal);
        Assert.Contains("value=\"S1\"", Tag(page, "view-unit"), StringComparison.Ordinal);
        Assert.Contains("“S1”不是本单位或下级单位", page.Split("id=\"view-unit-error\"")[1][..200], StringComparison.Ordinal);
        Assert.Matches("name=\"share\" value=\"true\" checked", page.Split("id=\"save-view\"")[1]);
        Assert.Matches("name=\"isDefault\" value=\"true\" checked", page);

        var view = await Saved(app, "north", "北方", "?tier=large", share: true);
        var south = await app.In(Actor.System("test"), db => db.Set<RailCrm.Modules.Organization.OrgUnit>().Where(u => u.Code == "S").Select(u => u.Id).SingleAsync(Ct));
        await app.In(Actor.System("test"), db => db.Set<SavedView>().Where(v => v.Id == view.Id).ExecuteUpdateAsync(s => s.SetProperty(v => v.UnitId, south), Ct));
        page = await Refused($"/customers?view={view.Id}&tier=small", "view-new", ("id", $"{view.Id}"), ("version", $"{view.Version}"), ("name", view.Name), ("address", "?tier=small"), ("share", "true"));
        Assert.Contains(" open", Tag(page, "all-views"), StringComparison.Ordinal);
        Assert.Contains("“南方公司”已不在您的范围内", page.Split($"id=\"view-unit-{view.Id}-error\"")[1][..200], StringComparison.Ordinal);
        Assert.Contains("name=\"address\" value=\"?tier=small\"", page.Split("class=\"rc-view-edit\" open")[1].Split("</form>")[0], StringComparison.Ordinal); // The change is not lost either.
    }
}
