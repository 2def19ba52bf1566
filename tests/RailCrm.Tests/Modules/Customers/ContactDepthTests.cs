using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using static RailCrm.Tests.Modules.Exchange.ImportHttp;
using static RailCrm.Tests.Platform.PaletteUse;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>What is said of a contact beyond name and first numbers.</summary>
public sealed class ContactDepthTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static SaveContact.Input Everything(string name) => new()
    {
        Name = name, Mobile = "13800000001", Mobile2 = "139 0000 0002", Phone2 = "0512-66554433", Email2 = "Two@example.cn", WeChat = "wx1", PreferredWay = ContactWay.WeChat, PreferredTime = "上午", DecisionRole = DecisionRole.Decider,
        Attitude = Attitude.Supporter, Influence = Influence.High, Closeness = Closeness.Close, Competence = "定运价", Birthday = "1980/5/3", BirthdayLunar = true, Customs = "清真",
    };

    private static Task<Contact> Stored(CrmApp app, long id) => app.In(System, db => db.Set<Contact>().IgnoreQueryFilters([CrmDb.BinFilter]).AsNoTracking().SingleAsync(k => k.Id == id, Ct));

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Every_field_is_told_found_filtered_changed_and_given_back(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var customer = (await Customer(app, "n1", new() { Name = "甲公司" })).Id;
        var person = await Person(app, "n1", customer, Everything("王伟"));
        await Person(app, "n1", customer, new() { Name = "李娜", ReportsToId = person.Id });
        var at = $"/api/v1/customers/{customer}/contacts/{person.Id}";

        var told = await api.GetFromJsonAsync<JsonElement>(at, Ct);
        Assert.Equal(("wx1", "supporter", "1980-05-03", true), (told.GetProperty("weChat").GetString(), told.GetProperty("attitude").GetString(), told.GetProperty("birthday").GetString(), told.GetProperty("birthdayLunar").GetBoolean()));
        Assert.Equal(2503, (await Stored(app, person.Id)).BirthdayKey);
        async Task<string[]> Listed(string query) => [.. (await api.GetFromJsonAsync<JsonElement>($"/api/v1/contacts?{query}", Ct)).GetProperty("items").EnumerateArray().Select(i => i.GetProperty("name").GetString()!)];
        foreach (var query in new[] { "q=13900000002", "mobile=139000", "filter=phone~0512", "filter=email%3Dtwo@example.cn", "filter=attitude%3Dsupporter", "filter=decisionRole%3Ddecider;influence%3Dhigh" })
        {
            Assert.Equal(["王伟"], await Listed(query));
        }

        Assert.Equal(["李娜"], await Listed("filter=mobile!~139"));
        Assert.Contains("王伟", await api.GetStringAsync($"/api/v1/contacts/duplicates?customer={customer}&mobile=13900000002&email2=TWO@example.cn", Ct), StringComparison.Ordinal);
        Assert.Contains("甲公司", await api.GetStringAsync("/api/v1/customers/duplicates?phone=13900000002", Ct), StringComparison.Ordinal);

        using var left = await api.PutAsJsonAsync(at, new { name = "王伟", active = false, inactiveReason = "离职" }, Ct);
        var gone = await left.Content.ReadFromJsonAsync<JsonElement>(Ct);
        Assert.Equal(("2026-04-01", "离职"), (gone.GetProperty("inactiveOn").GetString(), gone.GetProperty("inactiveReason").GetString())); // The day is today's where none is said.
        var events = (await api.GetFromJsonAsync<JsonElement>($"{at}/history", Ct)).GetProperty("items").EnumerateArray().First();
        Assert.Contains("WeChat", events.ToString(), StringComparison.Ordinal);
        (await api.PostAsJsonAsync($"{at}/history/{events.GetProperty("id").GetInt64()}/restore", new { field = "Attitude" }, Ct)).EnsureSuccessStatusCode();
        Assert.Equal(Attitude.Supporter, (await Stored(app, person.Id)).Attitude);
        (await api.PutAsJsonAsync(at, new { name = "王伟", active = true }, Ct)).EnsureSuccessStatusCode();
        Assert.Null((await Stored(app, person.Id)).InactiveReason);

        using var browser = await app.SignedIn("n1");
        foreach (var page in new[] { $"/customers/{customer}/contacts/{person.Id}", $"/customers/{customer}/contacts/{person.Id}/edit", $"/customers/{customer}/contacts/{person.Id}/history", $"/customers/{customer}/contacts/map", "/contacts?columns=name,reportsTo,birthday,attitude,weChat" })
        {
            Assert.Contains("王伟", await browser.GetStringAsync(new Uri(page, UriKind.Relative), Ct), StringComparison.Ordinal);
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Who_reports_to_whom_goes_round_nowhere_and_stays_at_one_customer(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (here, there) = ((await Customer(app, "n1", new() { Name = "甲公司" })).Id, (await Customer(app, "n1", new() { Name = "乙公司" })).Id);
        var top = await Person(app, "n1", here, new() { Name = "上级" });
        var below = await Person(app, "n1", here, new() { Name = "下级", ReportsToId = top.Id });
        var other = await Person(app, "n1", there, new() { Name = "别家" });

        var n1 = await app.ActorOf("n1");
        async Task<string?> Refused(SaveContact.Input input) => (await app.With<SaveContact, Result<Contact>>(n1, s => s.Run(here, top.Id, null, input, Ct))).Refusal is Refusal.InvalidMany { Errors: [var error, ..] } ? error.Code : null;

        Assert.Equal("contact.reports_round", await Refused(new() { Name = "上级", ReportsToId = below.Id }));
        Assert.Equal("contact.reports_round", await Refused(new() { Name = "上级", ReportsToId = top.Id }));
        Assert.Equal("contact.reports_unknown", await Refused(new() { Name = "上级", ReportsToId = other.Id }));
        Assert.Equal("contact.birthday_wrong", await Refused(new() { Name = "上级", Birthday = "1981-02-29" }));
        Assert.Equal("contact.phone_wrong", await Refused(new() { Name = "上级", Mobile2 = "12" }));
        Assert.Equal((0, (long?)null), ((await Stored(app, top.Id)).Version, (await Stored(app, top.Id)).ReportsToId));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task An_export_is_read_back_without_loss_and_the_same_again_changes_nothing(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        using var browser = await app.SignedIn("n1");
        var customer = (await Customer(app, "n1", new() { Name = "甲公司" })).Id;
        var head = await Person(app, "n1", customer, Everything("王伟"));
        var below = await Person(app, "n1", customer, new() { Name = "李娜", ReportsToId = head.Id, Birthday = "12-01", Active = false, InactiveReason = "调岗" });
        var before = new[] { SaveContact.Said(await Stored(app, head.Id)), SaveContact.Said(await Stored(app, below.Id)) };
        var page = await browser.GetStringAsync(new Uri("/contacts", UriKind.Relative), Ct);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["__RequestVerificationToken"] = global::System.Text.RegularExpressions.Regex.Match(page, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value, ["format"] = "csv" });
        using var answer = await browser.PostAsync(new Uri("/contacts/export", UriKind.Relative), form, Ct);
        var file = await answer.Content.ReadAsByteArrayAsync(Ct);

        var same = await Loaded(api, "contacts", file);
        Assert.Equal((2, 0), (same.GetProperty("unchanged").GetInt32(), same.GetProperty("rowsRejected").GetInt32()));
        await app.In(System, db => db.Set<Contact>().ExecuteUpdateAsync(u => u.SetProperty(k => k.WeChat, (string?)null).SetProperty(k => k.Attitude, (Attitude?)null).SetProperty(k => k.ReportsToId, (long?)null).SetProperty(k => k.Birthday, (string?)null)
            .SetProperty(k => k.BirthdayLunar, false).SetProperty(k => k.PreferredWay, (ContactWay?)null).SetProperty(k => k.InactiveReason, (string?)null).SetProperty(k => k.InactiveOn, (DateOnly?)null).SetProperty(k => k.Mobile2, (string?)null), Ct));
        var back = await Loaded(api, "contacts", file, "again.csv");

        Assert.Equal((2, 0), (back.GetProperty("updated").GetInt32(), back.GetProperty("rowsRejected").GetInt32()));
        var after = new[] { SaveContact.Said(await Stored(app, head.Id)), SaveContact.Said(await Stored(app, below.Id)) };
        Assert.Equal(before.Select(b => JsonSerializer.Serialize(b)), after.Select(a => JsonSerializer.Serialize(a)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_merge_hands_over_who_reports_and_its_undo_gives_all_back(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var customer = (await Customer(app, "n1", new() { Name = "甲公司" })).Id;
        var goes = await Person(app, "n1", customer, Everything("王伟"));
        var between = await Person(app, "n1", customer, new() { Name = "赵敏", ReportsToId = goes.Id });
        var stays = await Person(app, "n1", customer, new() { Name = "王 伟", ReportsToId = between.Id, Attitude = Attitude.Neutral });
        var before = new[] { SaveContact.Said(await Stored(app, goes.Id)), SaveContact.Said(await Stored(app, stays.Id)), SaveContact.Said(await Stored(app, between.Id)) };

        using var merged = await api.PostAsJsonAsync("/api/v1/contacts/merge", new { survivorId = stays.Id, loserIds = new[] { goes.Id }, choices = new Dictionary<string, long> { ["attitude"] = goes.Id, ["birthday"] = goes.Id } }, Ct);
        Assert.True(merged.IsSuccessStatusCode, await merged.Content.ReadAsStringAsync(Ct));
        var (one, below) = (await Stored(app, stays.Id), await Stored(app, between.Id));
        Assert.Equal((Attitude.Supporter, "1980-05-03", true, 2503, "wx1"), (one.Attitude, one.Birthday, one.BirthdayLunar, one.BirthdayKey, one.WeChat));
        Assert.Equal((null, stays.Id), (one.ReportsToId, below.ReportsToId)); // Nobody reports to himself by way of another.
        var id = (await merged.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetInt64();
        using var undone = await api.PostAsync(new Uri($"/api/v1/contacts/merges/{id}/undo", UriKind.Relative), null, Ct);
        Assert.Empty((await undone.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("kept").EnumerateArray());

        var after = new[] { SaveContact.Said(await Stored(app, goes.Id)), SaveContact.Said(await Stored(app, stays.Id)), SaveContact.Said(await Stored(app, between.Id)) };
        Assert.Equal(before.Select(b => JsonSerializer.Serialize(b)), after.Select(a => JsonSerializer.Serialize(a)));
    }

    [Fact]
    public void The_map_puts_everybody_below_whom_they_report_to_once()
    {
        Contact Of(long id, long? above = null, Influence? influence = null) => new() { Id = id, Name = $"{id}", ReportsToId = above, Influence = influence };

        var places = RelationMap.Of([Of(1, 3), Of(2, 1), Of(3, influence: Influence.High), Of(4, 99), Of(5, 6), Of(6, 5)]);

        Assert.Equal([(3, 0), (1, 1), (2, 2), (4, 0), (5, 0), (6, 1)], places.Select(p => ((int)p.Contact.Id, p.Depth)));
        Assert.Equal([null, 0, 1, null, null, 4], places.Select(p => p.Above));
    }
}
