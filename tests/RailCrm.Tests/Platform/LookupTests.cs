using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Access;
using RailCrm.Platform.Ui.Palette;
using static RailCrm.Tests.Platform.PaletteUse;

namespace RailCrm.Tests.Platform;

/// <summary>Look-ups: by pinyin and initials, what was chosen last where nothing is typed, and the way to what is missing.</summary>
public sealed partial class LookupTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Task<JsonElement> Look(HttpClient browser, string of, string q) => browser.GetFromJsonAsync<JsonElement>($"/api/v1/lookup/{of}?q={Uri.EscapeDataString(q)}", Ct);

    private static string[] Labels(JsonElement answer) => [.. answer.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("label").GetString()!)];

    private static async Task<HttpStatusCode> Choose(HttpClient browser, string of, long id, bool token = true)
    {
        var page = await browser.GetStringAsync(new Uri("/account", UriKind.Relative), Ct);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["of"] = of, ["id"] = $"{id}", ["__RequestVerificationToken"] = token ? Token().Match(page).Groups[1].Value : "" });
        using var answer = await browser.PostAsync(new Uri("/lookups/chosen", UriKind.Relative), form, Ct);
        return answer.StatusCode;
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Units_and_accounts_are_found_by_pinyin_and_initials(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await app.In(System, async db =>
        {
            await db.Set<OrgUnit>().Where(u => u.Code == "N2").ExecuteUpdateAsync(u => u.SetProperty(x => x.Name, "重庆营业部"), Ct);
            return await db.Set<User>().Where(u => u.UserName == "n2").ExecuteUpdateAsync(u => u.SetProperty(x => x.DisplayName, "欧阳静"), Ct);
        });
        using var north = await app.SignedIn("north");
        using var south = await app.SignedIn("s1");

        foreach (var typed in new[] { "cqyyb", "chongqing", "重庆", "N2" })
        {
            Assert.Contains("重庆营业部", Labels(await Look(north, "units", typed)));
            Assert.Empty(Labels(await Look(south, "units", typed)));
        }

        foreach (var typed in new[] { "oyj", "ouyang", "欧阳" })
        {
            Assert.Equal(["欧阳静"], Labels(await Look(north, "accounts", typed)));
        }

        Assert.Empty(Labels(await Look(north, "units", "没有这个")));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Tags_are_found_among_those_that_customers_in_sight_bear_and_those_that_begin_so_come_first(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Customer(app, "n1", new() { Name = "甲公司", Tags = "煤炭,大煤户" });
        var shared = await Customer(app, "s1", new() { Name = "乙公司", Tags = "煤炭,煤化工" });
        var gone = await Customer(app, "n1", new() { Name = "丙公司", Tags = "煤渣" });
        await app.In(System, db => db.Set<Customer>().Where(c => c.Id == gone.Id).ExecuteUpdateAsync(c => c.SetProperty(x => x.DeletedAt, app.Clock.GetUtcNow().UtcDateTime), Ct));
        using var group = await app.SignedIn("group");
        using var north = await app.SignedIn("north");
        using var n1 = await app.SignedIn("n1");
        using var s1 = await app.SignedIn("s1");

        Assert.Equal(["煤化工", "煤炭", "大煤户"], Labels(await Look(group, "tags", "煤")));
        Assert.Equal(["煤炭", "大煤户"], Labels(await Look(north, "tags", "煤")));
        Assert.Equal(["煤炭", "大煤户"], Labels(await Look(n1, "tags", "煤")));
        Assert.Equal(["煤化工", "煤炭"], Labels(await Look(s1, "tags", "煤")));
        Assert.Equal(2, Labels(await Look(n1, "tags", "")).Length);
        Assert.Empty(Labels(await Look(group, "tags", "没有这个")));

        var user = (await app.ActorOf("n1")).UserId;
        await app.In(System, async db =>
        {
            db.Add(new CustomerGrant { CustomerId = shared.Id, UserId = user, Reason = "shared" });
            return await db.SaveChangesAsync(Ct);
        });
        Assert.Equal(["煤化工"], Labels(await Look(n1, "tags", "煤化")));
        Assert.Contains("src=\"/api/v1/lookup/tags?q=\" data-new data-several", await n1.GetStringAsync(new Uri("/customers/new", UriKind.Relative), Ct), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_one_chose_last_is_shown_where_nothing_is_typed_as_long_as_one_sees_it(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (a, b, c) = (await Customer(app, "n1", new() { Name = "甲公司" }), await Customer(app, "n1", new() { Name = "乙公司" }), await Customer(app, "s1", new() { Name = "外公司" }));
        var station = await app.In(System, async db =>
        {
            var made = new Station { TelegraphCode = "GZD", Name = "高桥镇", PinyinCode = "gqz", Pinyin = "gaoqiaozhen", TmisCode = "51632" };
            db.Add(made);
            await db.SaveChangesAsync(Ct);
            return made.Id;
        });
        using var browser = await app.SignedIn("n1");
        Assert.Empty(Labels(await Look(browser, "customers", "")));
        var region = (await Look(browser, "regions", "320500")).GetProperty("items")[0].GetProperty("id").GetInt64();
        var industry = (await Look(browser, "industries", "06")).GetProperty("items")[0].GetProperty("id").GetInt64();

        foreach (var (of, id) in new[] { ("customers", a.Id), ("customers", c.Id), ("customers", b.Id), ("stations", station), ("regions", region), ("industries", industry) })
        {
            app.Clock.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(HttpStatusCode.NoContent, await Choose(browser, of, id));
        }

        Assert.Equal(HttpStatusCode.BadRequest, await Choose(browser, "customers", a.Id, token: false));
        Assert.Equal(HttpStatusCode.BadRequest, await Choose(browser, "Cust omers", a.Id));
        Assert.Equal(HttpStatusCode.BadRequest, await Choose(browser, "customers", -1));
        for (var written = false; ; written = true)
        {
            var recent = await Look(browser, "customers", "");
            Assert.Equal(["乙公司", "甲公司"], Labels(recent)); // The third is another's.
            Assert.False(string.IsNullOrEmpty(recent.GetProperty("title").GetString()));
            Assert.Equal($"{b.Number} 乙公司", recent.GetProperty("items")[0].GetProperty("value").GetString());
            Assert.Equal(["高桥镇"], Labels(await Look(browser, "stations", "")));
            Assert.Equal("320500 江苏省 / 苏州市", (await Look(browser, "regions", "")).GetProperty("items")[0].GetProperty("value").GetString());
            Assert.Equal("06 煤炭开采和洗选业", (await Look(browser, "industries", "")).GetProperty("items")[0].GetProperty("value").GetString());
            if (written)
            {
                break;
            }

            await app.Services.GetRequiredService<OpenedRecords>().Write(Ct);
        }

        Assert.Empty(await Found(browser, "", "recent")); // What was chosen was not opened.
        using var colleague = await app.SignedIn("n2");
        Assert.Empty(Labels(await Look(colleague, "stations", "")));
        await app.In(System, db => db.Set<Customer>().Where(x => x.Id == b.Id).ExecuteUpdateAsync(u => u.SetProperty(x => x.DeletedAt, app.Clock.GetUtcNow().UtcDateTime), Ct));
        Assert.Equal(["甲公司"], Labels(await Look(browser, "customers", "")));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Many_choices_do_not_drive_out_what_was_opened(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var made = await Customer(app, "n1", new() { Name = "甲公司" });
        var n1 = (await app.ActorOf("n1")).UserId;
        var opened = app.Services.GetRequiredService<OpenedRecords>();
        opened.Opened(n1, "customer", made.Id);
        for (var n = 0; n < 70; n++)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(1));
            opened.Chosen(n1, "stations", 1_000 + n);
        }

        await opened.Write(Ct);

        using var browser = await app.SignedIn("n1");
        Assert.Equal(["甲公司"], await Found(browser, "", "recent"));
        Assert.Equal(["甲公司"], Labels(await Look(browser, "customers", ""))); // Opened counts behind chosen.
        Assert.Equal(51, await app.In(System, db => db.Set<OpenedRecord>().CountAsync(r => r.UserId == n1, Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Whoever_may_make_what_is_missing_is_led_to_its_form_and_the_look_up_that_waits_is_told(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var writer = await app.SignedIn("n1");
        var href = (await Look(writer, "customers", "新客户公司")).GetProperty("create").GetProperty("href").GetString()!;
        Assert.StartsWith("/customers/quick?name=", href, StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, (await Look(writer, "stations", "新站")).GetProperty("create").ValueKind); // Not his to make.
        await app.In(System, db => db.Set<RolePermission>().Where(p => p.Permission == Permission.CustomersWrite).ExecuteDeleteAsync(Ct));
        using var reader = await app.SignedIn("n2");
        Assert.Equal(JsonValueKind.Null, (await Look(reader, "customers", "新客户公司")).GetProperty("create").ValueKind);
    }

    [Theory]
    [InlineData("a1b2-c3", true)]
    [InlineData("\"><b>", false)]
    [InlineData("", false)]
    public async Task What_was_made_for_a_look_up_stands_in_the_toast_under_its_name(string waits, bool told)
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        using var browser = await app.SignedIn("n1");
        var form = $"/customers/quick?name={Uri.EscapeDataString("新客户公司")}&for={Uri.EscapeDataString(waits)}";
        Assert.Contains("value=\"新客户公司\"", WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri(form, UriKind.Relative), Ct)), StringComparison.Ordinal);

        using var made = await CrmApp.Submit(browser, form, "quick", new() { ["Form.Name"] = "新客户公司", ["Then"] = "open" });

        Assert.Equal(HttpStatusCode.Found, made.StatusCode);
        var number = await app.In(System, db => db.Set<Customer>().Select(c => c.Number).SingleAsync(Ct));
        var page = WebUtility.HtmlDecode(await browser.GetStringAsync(made.Headers.Location!, Ct));
        Assert.Equal(told, page.Contains($"data-for=\"{waits}\" data-made=\"{number} 新客户公司\"", StringComparison.Ordinal));
        Assert.Equal(told, page.Contains("data-for=", StringComparison.Ordinal));
    }

    [GeneratedRegex("__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
