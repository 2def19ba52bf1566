using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using static RailCrm.Tests.Platform.PaletteUse;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>Every field that a form writes is changed where it stands on the record, by the form's rules, and taken back.</summary>
public sealed partial class InPlaceTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Task<Customer> Stored(CrmApp app, long id) => app.In(System, db => db.Set<Customer>().AsNoTracking().SingleAsync(c => c.Id == id, Ct));

    private static async Task<string> Page(HttpClient browser, string path) => await browser.GetStringAsync(new Uri(path, UriKind.Relative), Ct);

    private static async Task<(HttpStatusCode Status, string Said)> Change(HttpClient browser, string list, long id, string field, string was, string value, string path)
    {
        var page = await Page(browser, path);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/lists/{list}/rows/{id}", UriKind.Relative))
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["field"] = field, ["was"] = was, ["value"] = value, ["returnUrl"] = path, ["__RequestVerificationToken"] = Token().Match(page).Groups[1].Value }),
        };
        request.Headers.Accept.ParseAdd("application/json");
        using var answer = await browser.SendAsync(request, Ct);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }

    /// <summary>Presses "undo" in the toast that the next page shows.</summary>
    private static async Task Undo(HttpClient browser, string path)
    {
        var toast = Toast().Match(await Page(browser, path));
        Assert.True(toast.Success, "no toast");
        var fields = Hidden().Matches(toast.Value).ToDictionary(m => WebUtility.HtmlDecode(m.Groups[1].Value), m => WebUtility.HtmlDecode(m.Groups[2].Value).Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal)); // As a browser posts it.
        using var form = new FormUrlEncodedContent(fields);
        using var answer = await browser.PostAsync(new Uri(Regex.Match(toast.Value, "action=\"([^\"]+)\"").Groups[1].Value, UriKind.Relative), form, Ct);
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
    }

    private static string Value(string page, string field) => WebUtility.HtmlDecode(Regex.Match(page, $"data-field=\"{field}\"[^>]*data-value=\"([^\"]*)\"").Groups[1].Value);

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Every_field_that_the_form_writes_is_changed_on_the_record_and_taken_back(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var above = await Customer(app, "n1", new() { Name = "母公司" });
        var id = (await Customer(app, "n1", new() { Name = "甲公司", CreditCode = "91310000MA1FL0000T", CreditCodeReason = "证照如此" })).Id;
        var path = $"/customers/{id}";
        using var browser = await app.SignedIn("north");

        var page = await Page(browser, path);
        string[] apart = ["DuplicateReason", "Active", "Custom", "Shareholders", "Products", "MainStations", "Sidings"]; // Asked on creation, a button, sections of their own, lists with a link to their form.
        Assert.Empty(typeof(SaveCustomer.Input).GetProperties().Select(p => p.Name).Except(apart).Except(Edits().Matches(page).Select(m => m.Groups[1].Value)));

        foreach (var (field, value, stored) in new (string, string, Func<Customer, object?>)[]
        {
            ("productionScale", "年产 90 万吨\n两条线", c => c.ProductionScale), ("marketShare", "12.5", c => c.MarketShareBasisPoints), ("transportModes", "container,carload", c => c.TransportModes), ("transportCycle", "weekly", c => c.TransportCycle),
            ("registeredAddress", "唐山路 1 号", c => c.RegisteredAddress), ("companyProfile", "第一段\n第二段", c => c.CompanyProfile), ("localCulture", "重礼", c => c.LocalCulture), ("localCustoms", "春节", c => c.LocalCustoms),
            ("creditCodeReason", "主管已核对", c => c.CreditCodeReason), ("toParent", $"{above.Number} 母公司", c => c.ParentId), ("toUnit", "N2", c => c.UnitId),
        })
        {
            var was = Value(await Page(browser, path), field);
            var before = stored(await Stored(app, id));
            var (status, said) = await Change(browser, "customers", id, field, was, value, path);
            Assert.True(status == HttpStatusCode.OK, $"{field}: {said}");
            Assert.NotEqual(before, stored(await Stored(app, id)));
            Assert.NotEqual(was, Value(await Page(browser, path), field));
            (status, said) = await Change(browser, "customers", id, field, Value(await Page(browser, path), field), was, path); // The toast was spent by the page before.
            Assert.True(status == HttpStatusCode.OK, $"{field}: {said}");
            (status, _) = await Change(browser, "customers", id, field, was, value, path);
            Assert.Equal(HttpStatusCode.OK, status);
            await Undo(browser, path);
            Assert.Equal(before, stored(await Stored(app, id)));
        }

        var now = await Stored(app, id);
        Assert.Equal(("甲公司", "91310000MA1FL0000T"), (now.Name, now.CreditCode));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_the_form_refuses_is_refused_on_the_record_and_an_old_page_changes_nothing(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var id = (await Customer(app, "n1", new() { Name = "甲公司", MarketSharePercent = 10 })).Id;
        var (below, foreign) = (await Customer(app, "n1", new() { Name = "子公司", ParentId = id }), await Customer(app, "s1", new() { Name = "外公司" }));
        var path = $"/customers/{id}";
        using var browser = await app.SignedIn("n1");
        var before = await Stored(app, id);

        foreach (var (field, was, value) in new[]
        {
            ("marketShare", "10", "101"), ("marketShare", "10", "很多"), ("marketShare", "11", "12"), ("transportModes", "", "飞机"), ("toUnit", "N1", ""), ("toUnit", "N1", "S1"), ("toUnit", "N1", "没有"), ("toUnit", "S1", "N1"),
            ("toParent", "", below.Number), ("toParent", "", before.Number), ("toParent", "", foreign.Number), ("toParent", "", "没有这家"), ("companyProfile", "旧", "新"),
        })
        {
            var (status, _) = await Change(browser, "customers", id, field, was, value, path);
            Assert.True((int)status is >= 400 and < 500, $"{field} {value}: {status}");
        }

        Assert.Equal(before.Version, (await Stored(app, id)).Version);
        using var other = await app.SignedIn("s1");
        Assert.Equal(HttpStatusCode.NotFound, (await Change(other, "customers", id, "marketShare", "10", "20", "/customers?view=all")).Status);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_parent_out_of_sight_and_the_unit_of_what_is_only_shared_have_no_pencil(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var foreign = await Customer(app, "s1", new() { Name = "外公司" });
        var id = (await Customer(app, "n1", new() { Name = "甲公司" })).Id;
        var s1 = (await app.ActorOf("s1")).UserId;
        await app.In(System, async db =>
        {
            await db.Set<Customer>().Where(c => c.Id == id).ExecuteUpdateAsync(u => u.SetProperty(c => c.ParentId, foreign.Id), Ct);
            db.Add(new CustomerGrant { CustomerId = id, UserId = s1, Reason = "manager" });
            return await db.SaveChangesAsync(Ct);
        });
        using var owner = await app.SignedIn("n1");
        using var manager = await app.SignedIn("s1");

        var (owned, managed) = (await Page(owner, $"/customers/{id}"), await Page(manager, $"/customers/{id}"));

        Assert.DoesNotContain("data-edit=\"ParentId\"", owned, StringComparison.Ordinal);
        Assert.Contains("data-edit=\"UnitId\"", owned, StringComparison.Ordinal);
        Assert.Contains("data-edit=\"ParentId\"", managed, StringComparison.Ordinal);
        Assert.DoesNotContain("data-edit=\"UnitId\"", managed, StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Who_is_called_first_is_changed_in_place_and_the_toast_gives_it_back_to_whom_it_was(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var id = (await Customer(app, "n1", new() { Name = "甲公司" })).Id;
        var (first, second) = (await Person(app, "n1", id, new() { Name = "王伟" }), await Person(app, "n1", id, new() { Name = "李娜" }));
        var path = $"/customers/{id}/contacts/{second.Id}";
        using var browser = await app.SignedIn("n1");
        Task<long[]> Main() => app.In(System, db => db.Set<Contact>().Where(k => k.IsMain).Select(k => k.Id).ToArrayAsync(Ct));
        var page = await Page(browser, path);
        // A superior is chosen among colleagues, a calendar with its day, having left with its day and reason: in the form.
        Assert.Empty(typeof(SaveContact.Input).GetProperties().Select(p => p.Name).Except(["Custom", "ReportsToId", "BirthdayLunar", "InactiveOn", "InactiveReason"]).Except(Edits().Matches(page).Select(m => m.Groups[1].Value)));

        Assert.Equal(HttpStatusCode.OK, (await Change(browser, "contacts", second.Id, "main", "false", "true", path)).Status);
        Assert.Equal([second.Id], await Main());
        await Undo(browser, path);
        Assert.Equal([first.Id], await Main());
        Assert.Equal(HttpStatusCode.BadRequest, (await Change(browser, "contacts", second.Id, "main", "false", "", path)).Status);
        Assert.Equal([first.Id], await Main());
    }

    [GeneratedRegex("__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();

    [GeneratedRegex("data-edit=\"([A-Za-z0-9]+)\"")]
    private static partial Regex Edits();

    [GeneratedRegex("<div class=\"rc-toast .*?</form>", RegexOptions.Singleline)]
    private static partial Regex Toast();

    [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"")]
    private static partial Regex Hidden();
}
