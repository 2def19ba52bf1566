using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Care;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Managers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Inbox;
using RailCrm.Platform.Jobs;
using static RailCrm.Tests.Platform.PaletteUse;

namespace RailCrm.Tests.Modules.Care;

/// <summary>Birthdays and anniversaries that come, and what is done for people within the group's limits. Today is 1 April 2026, lunar 2-14.</summary>
public sealed class CareTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Days_that_come_are_listed_in_ones_scope_and_their_manager_is_reminded_once(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (small, large, foreign) = ((await Customer(app, "n1", new() { Name = "甲公司" })).Id, (await Customer(app, "n1", new() { Name = "乙公司" })).Id, (await Customer(app, "s1", new() { Name = "丙公司" })).Id);
        await app.In(System, db => db.Set<Customer>().Where(c => c.Id == large).ExecuteUpdateAsync(u => u.SetProperty(c => c.Tier, CustomerTier.Large), Ct));
        var solar = await Person(app, "n1", small, new() { Name = "公历", Birthday = "1980-04-03" });
        await Person(app, "n1", small, new() { Name = "农历", Birthday = "02-15", BirthdayLunar = true });
        await Person(app, "n1", small, new() { Name = "以后", Birthday = "05-20" });
        await Person(app, "n1", small, new() { Name = "停用", Birthday = "04-02", Active = false });
        var kept = await Person(app, "n1", large, new() { Name = "纪念" });
        await Person(app, "s1", foreign, new() { Name = "别处", Birthday = "04-02" });
        var n1 = await app.ActorOf("n1");
        Assert.Null((await app.With<LogGesture, Result<ContactDay>>(n1, l => l.Keep(large, kept.Id, new() { Name = "入职", Day = "2010-04-08" }, Ct))).Refusal);
        Assert.Null((await app.With<AppointManager, Result<Responsibility>>(await app.ActorOf("north"), a => a.Run(small, new() { Person = "n1" }, Ct))).Refusal);
        Assert.Null((await app.With<AppointManager, Result<Responsibility>>(await app.ActorOf("group"), a => a.Run(small, new() { Person = "group" }, Ct))).Refusal); // Farther away: not the one who is reminded.

        var coming = await app.With<ComingDays, ComingDays.Coming>(n1, c => c.Run(7, mine: false, Ct));
        Assert.Equal([("纪念", new DateOnly(2026, 4, 8)), ("农历", new(2026, 4, 2)), ("公历", new(2026, 4, 3))], coming.Rows.Select(r => (r.Contact, r.On))); // The large customer's first.
        Assert.Equal(["农历", "公历"], (await app.With<ComingDays, ComingDays.Coming>(n1, c => c.Run(7, mine: true, Ct))).Rows.Select(r => r.Contact));
        Assert.Contains("labour", (await app.With<ComingDays, ComingDays.Coming>(n1, c => c.Run(30, mine: false, Ct))).Festivals.Select(f => f.Code));
        using var browser = await app.SignedIn("n1");
        var page = await browser.GetStringAsync(new Uri("/care", UriKind.Relative), Ct);
        Assert.Contains("公历", page, StringComparison.Ordinal);
        Assert.DoesNotContain("别处", page, StringComparison.Ordinal);

        await Nights(app);
        var lines = await app.In(System, db => db.Set<InboxLine>().IgnoreQueryFilters().Where(l => l.Kind == RemindOfDays.Told).OrderBy(l => l.RecordId).ToListAsync(Ct));
        Assert.Equal([(n1.UserId, solar.Id, "2026-04-03"), (n1.UserId, solar.Id + 1, "2026-04-02")], lines.Select(l => (l.UserId, l.RecordId, l.Detail!)));
        Assert.Contains("公历", await browser.GetStringAsync(new Uri("/inbox", UriKind.Relative), Ct), StringComparison.Ordinal);

        // A great festival: one line for all one's large customers with somebody to greet; none for others.
        var second = (await Customer(app, "n1", new() { Name = "丁公司" })).Id;
        await app.In(System, db => db.Set<Customer>().Where(c => c.Id == second).ExecuteUpdateAsync(u => u.SetProperty(c => c.Tier, CustomerTier.Large), Ct));
        foreach (var (at, name) in new[] { (large, "主一"), (large, "随从"), (second, "主二"), (small, "主三") })
        {
            await Person(app, "n1", at, new() { Name = name, IsMain = name[0] == '主' });
        }

        foreach (var at in new[] { large, second })
        {
            Assert.Null((await app.With<AppointManager, Result<Responsibility>>(await app.ActorOf("north"), a => a.Run(at, new() { Person = "n1" }, Ct))).Refusal);
        }

        app.Later(TimeSpan.FromDays(73)); // The dragon boat festival is on 19 June.
        await Nights(app);
        var festival = Assert.Single((await app.With<ReadInbox, (IReadOnlyList<ReadInbox.Shown> Lines, long?)>(n1, r => r.Run(false, null, Ct))).Lines, l => l.Line.Kind == RemindOfDays.ToldFestival);
        Assert.Equal(("2", "端午节 2026-06-19", "/contacts?main=true&mine=true&tier=large"), (festival.Line.Detail, festival.Record.Title, festival.Href));
        Assert.Equal(["主一", "主二"], (await (await app.Api("n1")).GetFromJsonAsync<JsonElement>($"/api/v1{festival.Href}", Ct)).GetProperty("items").EnumerateArray().Select(i => i.GetProperty("name").GetString()).Order(StringComparer.Ordinal));
    }

    /// <summary>Two in a row: the second tells nothing again.</summary>
    private static async Task Nights(CrmApp app)
    {
        for (var night = 0; night < 2; night++)
        {
            var job = await app.In(System, async db =>
            {
                var made = new Job { Kind = RemindOfDays.Kind, CreatedAt = db.UtcNow };
                db.Add(made);
                await db.SaveChangesAsync(Ct);
                return made.Id;
            });
            Assert.Equal("completed", (await app.Ended(job)).State);
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_gesture_is_written_within_the_limits_of_its_year_and_moves_with_its_contact(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var customer = (await Customer(app, "n1", new() { Name = "甲公司" })).Id;
        var person = await Person(app, "n1", customer, new() { Name = "王伟" });
        var twin = await Person(app, "n1", customer, new() { Name = "王 伟" });
        var n1 = await app.ActorOf("n1");
        async Task<string?> Log(string actor, string? value, DateOnly on, string? compliance = null, long? at = null) =>
            (await app.With<LogGesture, Result<Gesture>>(await app.ActorOf(actor), l => l.Run(customer, at ?? person.Id, new() { Kind = GestureKind.Gift, Value = value, On = on, Compliance = compliance }, Ct))).Refusal is { } refusal ? refusal is Refusal.InvalidMany { Errors: [var error, ..] } ? error.Code : refusal.Code : null;
        var today = new DateOnly(2026, 4, 1);
        Assert.IsType<Refusal.Forbidden>((await app.With<SetCareRule, Result<CareRule>>(n1, s => s.Run(0, new() { LeadDays = 3 }, Ct))).Refusal);
        Assert.Equal("care.limits_crossed", (await app.With<SetCareRule, Result<CareRule>>(await app.ActorOf("data"), s => s.Run(0, new() { LeadDays = 3, NoteAbove = "300", Most = "200" }, Ct))).Refusal is Refusal.InvalidMany { Errors: [var crossed] } ? crossed.Code : null);
        Assert.Null((await app.With<SetCareRule, Result<CareRule>>(await app.ActorOf("data"), s => s.Run(0, new() { LeadDays = 3, NoteAbove = "200", Most = "500" }, Ct))).Refusal);

        Assert.Null(await Log("n1", "200", today));
        Assert.Equal("care.note_needed", await Log("n1", "0.01", today));
        Assert.Null(await Log("n1", "300", today, "经网点主任同意"));
        Assert.Equal("care.over_most", await Log("n1", "1", today, "经同意"));
        Assert.Null(await Log("n1", "200", new(2025, 12, 31))); // Another year.
        Assert.Null(await Log("n1", null, today));
        Assert.Equal("care.amount_wrong", await Log("n1", "1.234", today));
        Assert.Equal("care.day_wrong", await Log("n1", "1", today.AddDays(1)));
        Assert.Equal("common.not_found", await Log("s1", "1", today));
        Assert.Equal("common.forbidden", await Log("auditor", "1", today));

        using var browser = await app.SignedIn("n1");
        var page = await browser.GetStringAsync(new Uri($"/customers/{customer}/contacts/{person.Id}/care", UriKind.Relative), Ct);
        Assert.Contains("经网点主任同意", page, StringComparison.Ordinal);
        Assert.Contains("500.00", page, StringComparison.Ordinal);
        using var posted = await CrmApp.Submit(browser, $"/customers/{customer}/contacts/{twin.Id}/care", "gesture", new() { ["Form.Kind"] = "Meal", ["Form.On"] = "2026-03-30", ["Form.Value"] = "88.5" });
        Assert.Equal(HttpStatusCode.Found, posted.StatusCode);
        Assert.Null((await app.With<UniteContacts, Result<UniteContacts.Answer>>(n1, u => u.Run(new() { SurvivorId = twin.Id, LoserIds = [person.Id] }, Ct))).Refusal);
        Assert.Equal(5, await app.In(System, db => db.Set<Gesture>().CountAsync(g => g.RecordId == twin.Id, Ct)));
        Assert.Equal(588_50, await app.In(n1, db => LogGesture.Given(db, twin.Id, 2026, Ct)));
        var first = await app.In(System, db => db.Set<Gesture>().MinAsync(g => g.Id, Ct));
        Assert.Null((await app.With<LogGesture, Result<Gesture>>(n1, l => l.Remove(customer, twin.Id, first, Ct))).Refusal);
        Assert.Equal(1, await app.In(System, db => db.Set<RailCrm.Platform.Data.AuditEntry>().CountAsync(a => a.Entity == nameof(Gesture) && a.Action == "deleted", Ct)));

        // The same over the API, for whoever sees the contact.
        using var api = await app.Api("n1");
        using var stranger = await app.Api("s1");
        var at = $"/api/v1/customers/{customer}/contacts/{twin.Id}";
        Assert.Equal(4, (await api.GetFromJsonAsync<JsonElement>($"{at}/gestures", Ct)).GetProperty("items").GetArrayLength());
        using var greeted = await api.PostAsJsonAsync($"{at}/gestures", new { kind = "greeting", on = "2026-04-01", note = "电话问候" }, Ct);
        Assert.Equal(HttpStatusCode.Created, greeted.StatusCode);
        using var dear = await api.PostAsJsonAsync($"{at}/gestures", new { kind = "gift", valueFen = 999_999, on = "2026-04-01" }, Ct);
        using var kept = await api.PostAsJsonAsync($"{at}/days", new { name = "入职", day = "2019-07-01" }, Ct);
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.Created), (dear.StatusCode, kept.StatusCode));
        var days = (await api.GetFromJsonAsync<JsonElement>($"{at}/days", Ct)).GetProperty("items");
        Assert.Equal("2019-07-01", days[0].GetProperty("day").GetString());
        using var forgotten = await api.DeleteAsync(new Uri($"{at}/days/{days[0].GetProperty("id").GetInt64()}", UriKind.Relative), Ct);
        Assert.Equal((HttpStatusCode.NoContent, 0), (forgotten.StatusCode, (await api.GetFromJsonAsync<JsonElement>($"{at}/days", Ct)).GetProperty("items").GetArrayLength()));
        var elsewhere = (await Customer(app, "n1", new() { Name = "乙公司" })).Name;
        Assert.Null((await app.With<MoveContact, Result<Contact>>(n1, m => m.Run(customer, twin.Id, null, new() { To = elsewhere, Until = new(2026, 3, 31) }, Ct))).Refusal);
        var moved = await app.In(System, db => db.Set<Contact>().Where(k => k.Id == twin.Id).Select(k => k.CustomerId).SingleAsync(Ct));
        Assert.Equal("甲公司", (await api.GetFromJsonAsync<JsonElement>($"/api/v1/customers/{moved}/contacts/{twin.Id}/employers", Ct)).GetProperty("items")[0].GetProperty("customer").GetString());
        foreach (var part in new[] { "gestures", "days", "employers" })
        {
            using var hidden = await stranger.GetAsync(new Uri($"/api/v1/customers/{moved}/contacts/{twin.Id}/{part}", UriKind.Relative), Ct);
            Assert.Equal(HttpStatusCode.NotFound, hidden.StatusCode);
        }
    }
}
