using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Classification;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Inbox;
using RailCrm.Platform.Notes;
using RailCrm.Platform.Records;
using static RailCrm.Tests.Platform.NoteTests;

namespace RailCrm.Tests.Platform;

/// <summary>What comes to the inbox, and the marks that lead to it.</summary>
public sealed class InboxTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Task<long> Customer(HttpClient api, string name) => NoteTests.Customer(api, name);

    private static async Task<List<JsonElement>> Inbox(HttpClient api, bool unread = false) =>
        [.. (await api.GetFromJsonAsync<JsonElement>($"/api/v1/inbox?unread={unread}", Ct)).GetProperty("items").EnumerateArray()];

    private static async Task<string[]> Kinds(HttpClient api) => [.. (await Inbox(api)).Select(l => l.GetProperty("kind").GetString()!)];

    private static async Task Mark(HttpClient browser, string mark, string kind, long id, bool on, string from, HttpStatusCode expected = HttpStatusCode.Found)
    {
        var page = await browser.GetStringAsync(new Uri(from, UriKind.Relative), Ct);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["__RequestVerificationToken"] = Regex.Match(page, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value,
            ["mark"] = mark, ["kind"] = kind, ["id"] = $"{id}", ["on"] = on ? "true" : "false", ["returnUrl"] = from,
        });
        using var answer = await browser.PostAsync(new Uri("/marks", UriKind.Relative), form, Ct);
        Assert.Equal(expected, answer.StatusCode);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Who_is_mentioned_or_replied_to_finds_it_in_the_inbox_as_long_as_the_customer_is_in_sight(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var n1 = await app.Api("n1");
        using var north = await app.Api("north");
        using var s1 = await app.Api("s1");
        var customer = await Customer(n1, "甲公司");
        var notes = $"/customers/{customer}/notes";
        var note = await Post(n1, notes, new { text = "@north请看，@s1 与 @auditor 看不到，@n1 是我" });
        await Post(north, notes, new { text = "看了", replyTo = note });

        Assert.Equal(["mention"], await Kinds(north));
        Assert.Equal(["reply"], await Kinds(n1));
        Assert.Empty(await Inbox(s1));
        Assert.Equal([("north", "mention"), ("n1", "reply")], (await app.In(System, db => (from l in db.Set<InboxLine>() join u in db.Set<User>() on l.UserId equals u.Id orderby l.Id select new { u.UserName, l.Kind }).ToListAsync(Ct))).Select(l => (l.UserName!, l.Kind)));

        // New in the text, told; known from before, not again.
        await Json(await n1.PutAsJsonAsync($"/api/v1{notes}/{note}", new { text = "@north 与 @group 请看" }, Ct));
        using var group = await app.Api("group");
        Assert.Equal((1, 1), ((await Inbox(north)).Count, (await Inbox(group)).Count));

        // Suggested: those who may see the customer, by name, within the scope of whoever asks.
        var people = await Json(await n1.GetAsync($"/api/v1/lookup/people?customer={customer}&q=", Ct));
        Assert.Equal(["data", "group", "north"], people.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("value").GetString()).Order(StringComparer.Ordinal));
        Assert.Equal(HttpStatusCode.NotFound, (await s1.GetAsync($"/api/v1/lookup/people?customer={customer}&q=", Ct)).StatusCode);

        // A deleted note takes its lines out of sight, and brings them back.
        await Json(await n1.DeleteAsync($"/api/v1{notes}/{note}", Ct));
        Assert.Empty(await Inbox(group));
        await Json(await n1.PostAsync($"/api/v1{notes}/{note}/restore", null, Ct));
        Assert.Single(await Inbox(group));

        // The customer goes south, or into the bin: the line is gone, and the bell counts nothing.
        using var pages = await app.SignedIn("north");
        Assert.Contains("rc-bell-count", await pages.GetStringAsync("/account", Ct), StringComparison.Ordinal);
        await app.In(System, async db =>
        {
            var south = await db.Set<RailCrm.Modules.Organization.OrgUnit>().Where(u => u.Code == "S1").Select(u => u.Id).SingleAsync(Ct);
            return await db.Write(() => db.Set<Customer>().Where(c => c.Id == customer).ExecuteUpdateAsync(u => u.SetProperty(c => c.UnitId, south), Ct), Ct);
        });
        Assert.Empty(await Inbox(north));
        Assert.DoesNotContain("rc-bell-count", await pages.GetStringAsync("/account", Ct), StringComparison.Ordinal);
        Assert.DoesNotContain("甲公司", await pages.GetStringAsync("/inbox", Ct), StringComparison.Ordinal);
        Assert.Single(await Inbox(group));
        await app.In(System, db => db.Write(() => db.Set<Customer>().Where(c => c.Id == customer).ExecuteUpdateAsync(u => u.SetProperty(c => c.DeletedAt, db.UtcNow), Ct), Ct));
        Assert.Empty(await Inbox(group));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task One_or_all_lines_are_read_and_only_ones_own(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var n1 = await app.Api("n1");
        using var north = await app.Api("north");
        using var group = await app.Api("group");
        var customer = await Customer(n1, "甲公司");
        foreach (var text in new[] { "一 @north @group", "二 @north", "三 @north" })
        {
            await Post(n1, $"/customers/{customer}/notes", new { text });
        }

        var first = (await Inbox(north))[^1].GetProperty("id").GetInt64();
        await Json(await group.PostAsync($"/api/v1/inbox/{first}/read", null, Ct));
        Assert.Equal(3, (await Inbox(north, unread: true)).Count);
        using var reader = await app.Api("north", "read");
        using (var refused = await reader.PostAsync(new Uri($"/api/v1/inbox/{first}/read", UriKind.Relative), null, Ct))
        {
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }

        Assert.Equal(3, (await Inbox(north, unread: true)).Count);
        await Json(await north.PostAsync($"/api/v1/inbox/{first}/read", null, Ct));
        Assert.Equal((2, 3), ((await Inbox(north, unread: true)).Count, (await Inbox(north)).Count));
        using var pages = await app.SignedIn("north");
        Assert.Equal(HttpStatusCode.Found, (await CrmApp.Submit(pages, "/inbox", "read", new() { ["What"] = "all" })).StatusCode);
        Assert.Empty(await Inbox(north, unread: true));
        Assert.Single(await Inbox(group, unread: true));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_follower_is_told_of_fields_notes_and_tiers_that_others_change_and_of_many_changes_once(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var n1 = await app.Api("n1");
        using var north = await app.Api("north");
        var customer = await Customer(n1, "甲公司");
        using var pages = await app.SignedIn("north");
        await Mark(pages, "follow", "customer", customer, on: true, $"/customers/{customer}");
        await Mark(pages, "follow", "customer", customer, on: true, $"/customers/{customer}");
        Assert.Equal(1, await app.In(System, db => db.Set<RecordMark>().CountAsync(Ct)));

        await Json(await n1.PutAsJsonAsync($"/api/v1/customers/{customer}", new { name = "甲公司", phone = "010-66554433" }, Ct));
        await Json(await n1.PutAsJsonAsync($"/api/v1/customers/{customer}", new { name = "甲集团", phone = "010-66554433" }, Ct));
        await Json(await north.PutAsJsonAsync($"/api/v1/customers/{customer}", new { name = "甲集团", phone = "010-66554433", website = "https://a.cn" }, Ct));
        var changed = Assert.Single(await Inbox(north));
        Assert.Equal(("changed", "n1", ""), (changed.GetProperty("kind").GetString(), changed.GetProperty("actor").GetString(), string.Join(',', new[] { "Phone", "Name" }.Except(changed.GetProperty("detail").GetString()!.Split(',')))));
        Assert.DoesNotContain("NamePinyin", changed.GetProperty("detail").GetString()!, StringComparison.Ordinal);

        await Post(n1, $"/customers/{customer}/notes", new { text = "有新计划" });
        await Post(north, $"/customers/{customer}/notes", new { text = "自己写的" });
        await app.With<RecordWaybills, RecordWaybills.Answer[]>(System, r => r.Run("T", [new() { ExternalNo = "1", Customer = "甲集团", Date = new(2026, 3, 1), RevenueFen = 90_000_000_00 }], createCustomers: false, Ct));
        await app.With<ClassifyCustomers, int>(System, async c =>
        {
            await c.Run(Ct);
            return 0;
        });

        Assert.Equal(["tier", "note", "changed"], await Kinds(north));
        Assert.Empty(await Inbox(n1));
        Assert.Contains("/history", await pages.GetStringAsync("/inbox", Ct), StringComparison.Ordinal);
        await Mark(pages, "follow", "customer", customer, on: false, $"/customers/{customer}");
        await Post(n1, $"/customers/{customer}/notes", new { text = "没人关注" });
        Assert.Equal(3, (await Inbox(north)).Count);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Favourites_filter_the_lists_and_come_first_in_the_palette(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        using var south = await app.Api("s1");
        var (first, second, hidden) = (await Customer(api, "甲公司"), await Customer(api, "乙公司"), await Customer(south, "南方机密"));
        var contact = await Post(api, $"/customers/{second}/contacts", new { name = "李娜" });
        await Post(api, $"/customers/{second}/contacts", new { name = "王芳" });
        var line = await Line(app, api, second, "X1");
        using var pages = await app.SignedIn("n1");
        await Mark(pages, "favourite", "customer", first, on: true, $"/customers/{first}");
        await Mark(pages, "favourite", "contact", contact, on: true, $"/customers/{second}/contacts/{contact}");
        await Mark(pages, "favourite", "waybill", line, on: true, $"/waybills/{line}");
        foreach (var (mark, kind, id) in new[] { ("favourite", "customer", hidden), ("follow", "unit", 1L), ("other", "customer", first), ("favourite", "unit", 1L) })
        {
            await Mark(pages, mark, kind, id, on: true, $"/customers/{first}", HttpStatusCode.NotFound);
        }

        async Task<string[]> Names(string path) => [.. (await api.GetFromJsonAsync<JsonElement>(path, Ct)).GetProperty("items").EnumerateArray().Select(i => i.GetProperty("name").GetString()!)];
        Assert.Equal(["甲公司"], await Names("/api/v1/customers?filter=favourite%3Dtrue"));
        Assert.Equal(["乙公司"], await Names("/api/v1/customers?filter=favourite%3Dfalse"));
        Assert.Contains("李娜", await pages.GetStringAsync("/contacts?favourite=true", Ct), StringComparison.Ordinal);
        Assert.DoesNotContain("王芳", await pages.GetStringAsync("/contacts?favourite=true", Ct), StringComparison.Ordinal);
        var groups = (await api.GetFromJsonAsync<JsonElement>("/api/v1/palette?q=", Ct)).GetProperty("groups").EnumerateArray().ToList();
        Assert.Equal(["X1", "李娜", "甲公司"], groups[0].GetProperty("hits").EnumerateArray().Select(h => h.GetProperty("title").GetString()!));
        await Mark(pages, "favourite", "customer", first, on: false, $"/customers/{first}");
        Assert.Empty(await Names("/api/v1/customers?filter=favourite%3Dtrue"));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Whoever_is_mentioned_is_read_by_name_in_the_note_and_in_the_inbox(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var n1 = await app.Api("n1");
        await app.In(System, db => db.Set<User>().Where(u => u.UserName == "north" || u.UserName == "n1").ExecuteUpdateAsync(u => u.SetProperty(x => x.DisplayName, x => x.UserName == "north" ? "李北" : "王一"), Ct));
        var customer = await Customer(n1, "甲公司");
        var note = await Post(n1, $"/customers/{customer}/notes", new { text = "@north请看，@n1 是我" });
        using var browser = await app.SignedIn("north");

        var notes = WebUtility.HtmlDecode(await browser.GetStringAsync($"/customers/{customer}/notes", Ct));
        Assert.Contains("title=\"@north\">@李北</strong>请看", notes, StringComparison.Ordinal);
        Assert.Contains("title=\"@n1\">@王一</strong>", notes, StringComparison.Ordinal);
        Assert.Contains("@李北请看，", WebUtility.HtmlDecode(await browser.GetStringAsync("/inbox", Ct)), StringComparison.Ordinal);
        using var north = await app.Api("north");
        Assert.Equal("@north请看，@n1 是我", (await Inbox(north)).Single(l => l.GetProperty("noteId").GetInt64() == note).GetProperty("text").GetString()); // The API tells what was typed.
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_mention_waits_unread_while_its_customer_lies_in_the_bin_and_comes_back_with_it(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var n1 = await app.Api("n1");
        using var north = await app.Api("north");
        var customer = await Customer(n1, "甲公司");
        await Post(n1, $"/customers/{customer}/notes", new { text = "@north 请看" });

        (await n1.DeleteAsync($"/api/v1/customers/{customer}", Ct)).EnsureSuccessStatusCode();
        Assert.Empty(await Inbox(north));
        Assert.Equal(0, await app.With<ReadInbox, int>(await app.ActorOf("north"), r => r.Unread(Ct)));
        Assert.Null((await app.With<GetCustomer, RailCrm.Kernel.Result<Customer>>(await app.ActorOf("n1"), g => g.Bin(customer, into: false, null, Ct))).Refusal);

        Assert.Equal("mention", Assert.Single(await Inbox(north, unread: true)).GetProperty("kind").GetString());
        Assert.Equal(1, await app.With<ReadInbox, int>(await app.ActorOf("north"), r => r.Unread(Ct)));
    }
}
