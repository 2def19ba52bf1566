using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using static RailCrm.Tests.Modules.Customers.CustomerPagesTests;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>Two edits at once: only what both changed is asked.</summary>
public sealed class ConflictTests
{
    private static SaveCustomer.Input Start => new() { Name = "甲公司", UnitId = 1, IndustryCode = "14", RegionCode = "330000", Phone = "010-1", ShortName = "甲", MainStations = [new() { Role = StationRole.Sending, Station = "高桥镇" }] };

    private static Conflict Between(Action<SaveCustomer.Input> mine, Action<SaveCustomer.Input> stored, bool known = true)
    {
        var (here, there) = (Start, Start);
        mine(here);
        stored(there);
        return CustomerConflict.Between(here, there, known ? Start : null, new Dictionary<string, string>());
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static IEnumerable<string> Fields(IReadOnlyList<Conflict.Row> rows) => rows.Select(r => r.Field);

    [Fact]
    public void A_value_written_as_the_form_writes_it_is_no_other_value()
    {
        var conflict = Between(m => (m.IndustryCode, m.RegionCode, m.Phone, m.MainStations![0].Station) = ("14 食品制造业", "浙江省", " 010-1 ", "高桥镇站"), s => s.ShortName = "新甲");

        Assert.Empty(conflict.Asked);
        Assert.Equal(["ShortName"], Fields(conflict.Taken));
    }

    [Fact]
    public void What_only_I_changed_is_not_asked_and_what_only_the_other_changed_is_taken()
    {
        var conflict = Between(m => (m.Phone, m.ShortName) = ("010-2", "乙"), s => (s.IndustryCode, s.ShortName) = ("25", "丙"));

        Assert.Equal(["ShortName"], Fields(conflict.Asked));
        Assert.Equal(["IndustryCode"], Fields(conflict.Taken));
        Assert.Equal(("乙", "丙"), (conflict.Asked[0].Mine, conflict.Asked[0].Stored));
    }

    [Fact]
    public void Both_changing_to_the_same_value_agree_and_without_a_known_start_every_difference_is_asked()
    {
        Assert.Empty(Between(m => m.Phone = "010-9", s => s.Phone = "010-9").Asked);
        Assert.Equal(["Phone"], Fields(Between(_ => { }, s => s.Phone = "010-9", known: false).Asked));
    }

    [Fact]
    public void A_contacts_fields_and_own_fields_are_weighed_alike()
    {
        SaveContact.Input Said(string mobile, bool main, string own) => new() { Name = "王伟", Mobile = mobile, IsMain = main, Active = true, Custom = new() { ["a"] = own } };

        var conflict = ContactConflict.Between(Said("139", false, "x"), Said("138", true, "y"), Said("138", false, "z"), key => $"字段 {key}");

        Assert.Equal(["Custom.a"], Fields(conflict.Asked));
        Assert.Equal(["IsMain"], Fields(conflict.Taken));
        var mine = Said("139", false, "x");
        ContactConflict.Take(mine, Said("138", true, "y"), ["IsMain", "Custom.a"]);
        Assert.Equal(("139", true, "y"), (mine.Mobile, mine.IsMain, mine.Custom!["a"]));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Two_edits_that_touch_different_fields_go_together_and_the_page_says_who_made_the_other(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var id = await Created(app, new { name = "甲公司", phone = "010-60001111", industryCode = "14" });
        using var browser = await app.SignedIn("n1");
        foreach (var (who, phone, said) in new[] { ("north", "010-60002222", "north 修改了"), ("n1", "010-60003333", "您自己在另一个窗口") })
        {
            var mine = Filled(await browser.GetStringAsync($"/customers/{id}/edit", Ct));
            using (var other = await app.Api(who))
            {
                (await other.PutAsJsonAsync($"/api/v1/customers/{id}", new { name = "甲公司", shortName = mine["Form.ShortName"], phone, industryCode = "14" }, Ct)).EnsureSuccessStatusCode();
            }

            mine["Form.ShortName"] = phone;
            using var saved = await Post(browser, $"/customers/{id}/edit", mine);
            Assert.Equal(HttpStatusCode.Found, saved.StatusCode);
            var page = WebUtility.HtmlDecode(await browser.GetStringAsync(saved.Headers.Location!, Ct));
            Assert.Contains(said, page, StringComparison.Ordinal);
            Assert.Contains("电话 采用了新值", page, StringComparison.Ordinal);
            var customer = await Stored(app, id);
            Assert.Equal((phone, phone, "14"), (customer.ShortName, customer.Phone, customer.IndustryCode));
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_contacts_form_asks_only_what_both_changed_and_takes_the_rest(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var id = await Created(app, new { name = "甲公司" });
        using var other = await app.Api("north");
        using var made = await other.PostAsJsonAsync($"/api/v1/customers/{id}/contacts", new { name = "王伟", mobile = "13900000001" }, Ct);
        var contact = (await made.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetInt64();
        using var browser = await app.SignedIn("n1");
        var path = $"/customers/{id}/contacts/{contact}/edit";
        Dictionary<string, string> Open(string page) => new(Filled(page)) { ["Works"] = "true", ["Main"] = "true" };
        var mine = Open(await browser.GetStringAsync(path, Ct));
        (await other.PutAsJsonAsync($"/api/v1/customers/{id}/contacts/{contact}", new { name = "王伟", title = "科长", mobile = "13900000002" }, Ct)).EnsureSuccessStatusCode();

        mine["Form.Mobile"] = "13900000003";
        var asked = WebUtility.HtmlDecode(await (await Post(browser, path, mine, "contact")).Content.ReadAsStringAsync(Ct));
        var chosen = Open(asked);

        Assert.Contains("您填写时，north 修改了", asked, StringComparison.Ordinal);
        Assert.Equal(["Pick[Mobile]"], chosen.Keys.Where(k => k.StartsWith("Pick", StringComparison.Ordinal)));
        Assert.Equal("科长", chosen["Form.Title"]);
        using var saved = await Post(browser, path, chosen, "contact");
        Assert.Equal(HttpStatusCode.Found, saved.StatusCode);
        var stored = await app.In(Actor.System("test"), db => db.Set<Contact>().SingleAsync(k => k.Id == contact, Ct));
        Assert.Equal(("科长", "13900000003", true), (stored.Title, stored.Mobile, stored.IsMain));
    }
}
