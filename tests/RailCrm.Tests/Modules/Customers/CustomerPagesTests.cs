using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>The pages of one customer as a browser without script uses them.</summary>
public sealed partial class CustomerPagesTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    internal static async Task<long> Created(CrmApp app, object customer)
    {
        using var api = await app.Api("n1");
        using var answer = await api.PostAsJsonAsync("/api/v1/customers", customer, Ct);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Ct));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetInt64();
    }

    internal static Task<Customer> Stored(CrmApp app, long id) =>
        app.In(System, db => db.Set<Customer>().Include(c => c.Shareholders).Include(c => c.Sidings).ThenInclude(s => s.Siding).SingleAsync(c => c.Id == id, Ct));

    [Fact]
    public async Task What_a_form_does_not_ask_for_is_left_alone_when_it_is_posted_nevertheless()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        var id = await Created(app, new { name = "甲公司" });
        var before = await Stored(app, id);
        using var browser = await app.SignedIn("n1");
        var sent = Filled(await browser.GetStringAsync(new Uri($"/customers/{id}/edit", UriKind.Relative), Ct));
        sent["Form.ShortName"] = "甲";
        foreach (var (name, value) in new[] { ("Id", "999"), ("Number", "KH-9999999"), ("Tier", "Large"), ("DeletedAt", "2026-01-01"), ("CreatedBy", "1"), ("MergedIntoId", "1"), ("Completeness", "100"), ("Trailing12RevenueFen", "999"), ("NormalizedName", "x") })
        {
            (sent[$"Form.{name}"], sent[name]) = (value, value);
        }

        sent.Remove("Id"); // The page's own value, which is in its address.
        using var answer = await CrmApp.Submit(browser, $"/customers/{id}/edit", "customer", sent);
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        var after = await Stored(app, id);
        Assert.Equal(("甲", before.Number, before.Tier, before.DeletedAt, before.CreatedBy, before.MergedIntoId, before.Trailing12RevenueFen, before.NormalizedName), (after.ShortName, after.Number, after.Tier, after.DeletedAt, after.CreatedBy, after.MergedIntoId, after.Trailing12RevenueFen, after.NormalizedName));
        Assert.NotEqual(100, after.Completeness);
    }

    /// <summary>What a page's form would post as it stands: hidden fields, texts, choices.</summary>
    internal static Dictionary<string, string> Filled(string page)
    {
        var fields = new Dictionary<string, string>();
        foreach (Match input in Input().Matches(page))
        {
            var text = input.Value;
            if (Name().Match(text) is { Success: true } name && !text.Contains("type=\"checkbox\"", StringComparison.Ordinal) && (!text.Contains("type=\"radio\"", StringComparison.Ordinal) || text.Contains(" checked", StringComparison.Ordinal)))
            {
                fields[WebUtility.HtmlDecode(name.Groups[1].Value)] = WebUtility.HtmlDecode(Value().Match(text) is { Success: true } value ? value.Groups[1].Value : "");
            }
        }

        foreach (Match select in Select().Matches(page))
        {
            fields[select.Groups[1].Value] = Selected().Match(select.Groups[2].Value) is { Success: true } chosen ? chosen.Groups[1].Value : FirstOption().Match(select.Groups[2].Value).Groups[1].Value;
        }

        foreach (Match area in Area().Matches(page))
        {
            fields[area.Groups[1].Value] = WebUtility.HtmlDecode(area.Groups[2].Value);
        }

        return fields.Where(f => f.Key is not ("q" or "returnUrl" or "to")).ToDictionary();
    }

    internal static async Task<HttpResponseMessage> Post(HttpClient browser, string path, Dictionary<string, string> fields, string handler = "customer")
    {
        fields["_handler"] = handler;
        using var form = new FormUrlEncodedContent(fields);
        return await browser.PostAsync(new Uri(path, UriKind.Relative), form, Ct);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_form_gives_rows_one_by_one_without_script_and_loses_nothing(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var browser = await app.SignedIn("n1");
        var fields = Filled(await browser.GetStringAsync("/customers/new", Ct));
        (fields["Form.Name"], fields["Form.Shareholders[1].Name"], fields["Form.Shareholders[1].SharePercent"], fields["Form.EmployeeCount"]) = ("表单公司", "乙", "abc", "12人");
        (fields["Form.Sidings[0].Name"], fields["Form.MainStations[0].Station"], fields["Form.MainStations[0].Role"]) = ("钢厂线@高桥镇", "丰台西", "Receiving");

        var more = await (await Post(browser, "/customers/new", new(fields) { ["Add"] = "Shareholders" })).Content.ReadAsStringAsync(Ct);
        Assert.Contains("Form.Shareholders[4].Name", more, StringComparison.Ordinal);
        Assert.Contains("乙", WebUtility.HtmlDecode(more), StringComparison.Ordinal);
        var wrong = await (await Post(browser, "/customers/new", Filled(more))).Content.ReadAsStringAsync(Ct);
        Assert.Contains("value=\"abc\"", wrong, StringComparison.Ordinal);
        Assert.Contains("12人", WebUtility.HtmlDecode(wrong), StringComparison.Ordinal);
        Assert.Contains(">职工人数：", WebUtility.HtmlDecode(wrong), StringComparison.Ordinal); // Above the form, far from the field, the field is named.
        Assert.Equal(0, await app.In(System, db => db.Set<Customer>().CountAsync(Ct)));
        var right = Filled(wrong);
        (right["Form.Shareholders[1].SharePercent"], right["Form.EmployeeCount"]) = ("55.5", "12");
        using var saved = await Post(browser, "/customers/new", right);
        using var twice = await Post(browser, "/customers/new", right);

        Assert.Equal(HttpStatusCode.Found, saved.StatusCode);
        Assert.Equal(saved.Headers.Location, twice.Headers.Location);
        var customer = await Stored(app, await app.In(System, db => db.Set<Customer>().Select(c => c.Id).SingleAsync(Ct)));
        Assert.Equal((12, 5_550, "乙"), (customer.EmployeeCount, customer.Shareholders.Single().ShareBasisPoints, customer.Shareholders.Single().Name));
        Assert.Equal(("钢厂线", "高桥镇"), (customer.Sidings.Single().Siding!.Name, customer.Sidings.Single().Siding!.ConnectionStation));
        Assert.Equal("丰台西", await app.In(System, db => db.Set<MainStation>().Where(s => !s.Sending).Select(s => s.Station).SingleAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Two_edits_at_once_show_both_values_and_the_one_who_comes_later_chooses(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var id = await Created(app, new { name = "甲公司", legalRepresentative = "王伟", phone = "010-60001111", shareholders = new[] { new { name = "一", sharePercent = 10 } } });
        using var browser = await app.SignedIn("n1");
        var mine = Filled(await browser.GetStringAsync($"/customers/{id}/edit", Ct));
        using (var other = await app.Api("north"))
        {
            (await other.PutAsJsonAsync($"/api/v1/customers/{id}", new { name = "甲公司", legalRepresentative = "李娜", phone = "010-60002222", shareholders = new[] { new { name = "二", sharePercent = 20 } } }, Ct)).EnsureSuccessStatusCode();
        }

        (mine["Form.LegalRepresentative"], mine["Form.ShortName"]) = ("张强", "甲");
        var page = await (await Post(browser, $"/customers/{id}/edit", mine)).Content.ReadAsStringAsync(Ct);
        foreach (var value in new[] { "张强", "李娜", "电话：", "010-60002222", "您填写时，north 修改了" })
        {
            Assert.Contains(value, WebUtility.HtmlDecode(page), StringComparison.Ordinal);
        }

        var chosen = Filled(page);
        Assert.Equal(["Pick[LegalRepresentative]"], chosen.Keys.Where(k => k.StartsWith("Pick", StringComparison.Ordinal))); // The only field that both changed.
        Assert.Equal(("mine", "010-60002222", "二", "甲"), (chosen["Pick[LegalRepresentative]"], chosen["Form.Phone"], chosen["Form.Shareholders[0].Name"], chosen["Form.ShortName"]));
        using var saved = await Post(browser, $"/customers/{id}/edit", chosen);
        Assert.Equal(HttpStatusCode.Found, saved.StatusCode);
        var customer = await Stored(app, id);
        Assert.Equal(("张强", "010-60002222", "甲", "二"), (customer.LegalRepresentative, customer.Phone, customer.ShortName, customer.Shareholders.Single().Name));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_reason_for_a_code_is_asked_beside_a_code_alone_and_goes_with_it(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var id = await Created(app, new { name = "甲公司", creditCode = "91350100M000100Y44", creditCodeReason = "已核对执照" });
        using var browser = await app.SignedIn("n1");
        var open = Filled(await browser.GetStringAsync($"/customers/{id}/edit", Ct));
        Assert.Equal("已核对执照", open["Form.CreditCodeReason"]);

        (open["Form.CreditCode"], open["Form.Phone"]) = ("", "x");
        var wrong = Filled(await (await Post(browser, $"/customers/{id}/edit", open)).Content.ReadAsStringAsync(Ct));
        Assert.DoesNotContain("Form.CreditCodeReason", wrong.Keys);
        wrong["Form.Phone"] = "";
        using var saved = await Post(browser, $"/customers/{id}/edit", wrong);

        Assert.Equal(HttpStatusCode.Found, saved.StatusCode);
        Assert.Null((await Stored(app, id)).CreditCodeReason);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task An_old_value_is_given_back_by_its_text_and_only_to_the_version_seen(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var id = await Created(app, new { name = "甲公司", ownershipType = "private", marketSharePercent = 12.5 });
        using (var api = await app.Api("n1"))
        {
            (await api.PutAsJsonAsync($"/api/v1/customers/{id}", new { name = "甲公司", ownershipType = "foreign", marketSharePercent = 20 }, Ct)).EnsureSuccessStatusCode();
        }

        using var browser = await app.SignedIn("n1");
        var page = WebUtility.HtmlDecode(await browser.GetStringAsync($"/customers/{id}/history", Ct));
        Assert.Contains("民营", page, StringComparison.Ordinal);
        Assert.Contains("外资", page, StringComparison.Ordinal);
        Assert.Contains("12.5 %", page, StringComparison.Ordinal);
        var entry = await app.In(System, db => db.Set<RailCrm.Platform.Data.AuditEntry>().Where(a => a.CustomerId == id).MaxAsync(a => a.Id, Ct));
        var fields = Filled(page);
        Dictionary<string, string> What(string field, string version) => new() { ["__RequestVerificationToken"] = fields["__RequestVerificationToken"], ["Version"] = version, ["What"] = $"{entry}:{field}" };

        using var stale = await Post(browser, $"/customers/{id}/history", What("OwnershipType", "0"), "restore");
        Assert.Equal(HttpStatusCode.OK, stale.StatusCode);
        Assert.Equal(OwnershipType.Foreign, (await Stored(app, id)).OwnershipType);
        using var done = await Post(browser, $"/customers/{id}/history", What("OwnershipType", "1"), "restore");
        Assert.Equal(HttpStatusCode.Found, done.StatusCode);
        using var share = await Post(browser, $"/customers/{id}/history", What("MarketShareBasisPoints", "2"), "restore");
        var customer = await Stored(app, id);
        Assert.Equal((OwnershipType.Private, 1_250, 3), (customer.OwnershipType, customer.MarketShareBasisPoints, customer.Version));
        using var computed = await Post(browser, $"/customers/{id}/history", What("Completeness", "3"), "restore");
        Assert.Equal(3, (await Stored(app, id)).Version);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Every_page_of_a_customer_shows_itself_to_those_who_see_it_and_is_absent_to_others(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var id = await Created(app, new { name = "甲公司", website = "https://example.cn/a?b=1&c=2" });
        using var own = await app.SignedIn("n1");
        using var other = await app.SignedIn("s1");

        foreach (var page in new[] { "", "/edit", "/contacts", "/contacts/new", "/attachments", "/history", "/bin" })
        {
            Assert.Contains("甲公司", WebUtility.HtmlDecode(await own.GetStringAsync($"/customers/{id}{page}", Ct)), StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.NotFound, (await other.GetAsync(new Uri($"/customers/{id}{page}", UriKind.Relative), Ct)).StatusCode);
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Quick_create_takes_three_fields_and_goes_on_as_asked(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var browser = await app.SignedIn("n1");
        Dictionary<string, string> Quick(string page, string name, string about, string then) => new(Filled(page)) { ["Form.Name"] = name, ["Form.Phone"] = "13900000001", ["About"] = about, ["Then"] = then };
        var page = await browser.GetStringAsync("/customers/quick", Ct);

        using var another = await Post(browser, "/customers/quick", Quick(page, "零散户", "白菜", "another"), "quick");
        Assert.EndsWith("/customers/quick", another.Headers.Location!.ToString(), StringComparison.Ordinal);
        var warned = WebUtility.HtmlDecode(await (await Post(browser, "/customers/quick", Quick(await browser.GetStringAsync("/customers/quick", Ct), "另一户", "91350100M000100Y43", "open"), "quick")).Content.ReadAsStringAsync(Ct));
        Assert.Contains("零散户", warned, StringComparison.Ordinal);
        using var full = await Post(browser, "/customers/quick", Quick(page, "另一户", "91350100M000100Y43", "full"), "quick");
        var form = WebUtility.HtmlDecode(await browser.GetStringAsync(full.Headers.Location!, Ct));

        Assert.Contains("91350100M000100Y43", form, StringComparison.Ordinal);
        Assert.Equal("白菜", await app.In(System, db => db.Set<Customer>().Select(c => c.BusinessDirection).SingleAsync(Ct)));
    }

    [GeneratedRegex("<input[^>]*>")]
    private static partial Regex Input();

    [GeneratedRegex(" name=\"([^\"]+)\"")]
    private static partial Regex Name();

    [GeneratedRegex(" value=\"([^\"]*)\"")]
    private static partial Regex Value();

    [GeneratedRegex("<select[^>]* name=\"([^\"]+)\"[^>]*>(.*?)</select>", RegexOptions.Singleline)]
    private static partial Regex Select();

    [GeneratedRegex("<option value=\"([^\"]*)\" selected")]
    private static partial Regex Selected();

    [GeneratedRegex("<option value=\"([^\"]*)\"")]
    private static partial Regex FirstOption();

    [GeneratedRegex("<textarea[^>]* name=\"([^\"]+)\"[^>]*>(.*?)</textarea>", RegexOptions.Singleline)]
    private static partial Regex Area();
}
