using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui.Help;

namespace RailCrm.Tests.Platform;

/// <summary>The tour, the guide and the help of fields.</summary>
public sealed partial class HelpTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Task<string> Page(HttpClient browser, string path) => browser.GetStringAsync(new Uri(path, UriKind.Relative), Ct);

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_tour_is_offered_until_it_was_ended_once_on_any_machine(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var office = await app.SignedIn("n1");
        using var home = await app.SignedIn("n1");
        using var other = await app.SignedIn("n2");

        Assert.Contains("<rc-tour", await Page(office, "/"), StringComparison.Ordinal);
        Assert.DoesNotContain("<rc-tour", await Page(office, "/customers"), StringComparison.Ordinal);
        using var withoutToken = await other.PostAsync(new Uri("/help/tour/end", UriKind.Relative), null, Ct);
        var token = Regex.Match(await Page(office, "/help/tour"), "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;
        using var form = new FormUrlEncodedContent([new("__RequestVerificationToken", token)]);
        using var end = await office.PostAsync(new Uri("/help/tour/end", UriKind.Relative), form, Ct);

        Assert.Equal(HttpStatusCode.Found, end.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, withoutToken.StatusCode);
        Assert.DoesNotContain("<rc-tour", await Page(home, "/"), StringComparison.Ordinal);
        Assert.Contains("<rc-tour", await Page(home, "/?tour=1"), StringComparison.Ordinal);
        Assert.Contains("<rc-tour", await Page(other, "/"), StringComparison.Ordinal);
        Assert.Equal(["n1"], await app.In(Actor.System("test"), db => db.Set<User>().Where(u => u.TourEndedAt != null).Select(u => u.UserName!).ToListAsync(Ct)));
    }

    [Fact]
    public async Task The_tour_has_five_steps_that_fit_what_one_may_do_and_all_have_their_texts()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        var (writer, auditor) = (TourStep.For(await app.ActorOf("n1")), TourStep.For(await app.ActorOf("auditor")));
        var creator = (await app.ActorOf("n1")) with { Permissions = new HashSet<string> { Permission.CustomersRead, Permission.CustomersWrite } };

        Assert.Equal(["workbench", "search", "list", "record", "create_import"], writer.Select(s => s.Key));
        Assert.Equal(["workbench", "search", "organization", "account", "help"], auditor.Select(s => s.Key));
        Assert.Equal("create", TourStep.For(creator)[4].Key);
        Assert.All([.. writer, .. auditor, .. TourStep.For(creator)], s => Assert.Equal(4, Texts.Both($"help.tour_{s.Key}").Concat(Texts.Both($"help.tour_{s.Key}_text")).Count()));
        using var browser = await app.SignedIn("auditor");
        Assert.Equal(5, Regex.Count(await Page(browser, "/help/tour"), "<li><h2"));
    }

    [Fact]
    public async Task Forms_explain_at_least_25_fields_each_tied_to_its_field()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        using var browser = await app.SignedIn("n1");
        var pages = new List<string> { await Page(browser, "/customers/new"), await Page(browser, "/waybills/new") };
        var explained = pages.SelectMany(p => Target().Matches(p).Select(m => (Page: p, Id: m.Groups[1].Value))).ToList();

        Assert.True(explained.Select(e => Regex.Replace(e.Id, @"-\d+-", "-0-")).Distinct().Count() >= 35);
        Assert.All(explained, e =>
        {
            Assert.Contains($"id=\"{e.Id}\" popover", e.Page, StringComparison.Ordinal);
            Assert.Matches($"aria-describedby=\"[^\"]*{Regex.Escape(e.Id)}\"", e.Page);
        });
        Assert.Contains("GB 32100-2015", WebUtility.HtmlDecode(pages[0]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_field_of_the_contact_and_the_waybill_form_has_its_help()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        Assert.True((await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf("n1"), s => s.Run(null, null, new() { Name = "甲公司" }, Ct))).TryGet(out var customer, out _));
        using var browser = await app.SignedIn("n1");
        foreach (var path in new[] { $"/customers/{customer.Id}/contacts/new", "/waybills/new" })
        {
            var page = await Page(browser, path);
            var fields = Regex.Count(page, "class=\"form-(check-)?label[ \"]");
            Assert.True(fields >= 7 && fields == Target().Count(page), $"{path}: {fields} fields, {Target().Count(page)} signs");
            Assert.All(Target().Matches(page), m => Assert.Matches($"aria-describedby=\"[^\"]*{Regex.Escape(m.Groups[1].Value)}\"", page));
        }
    }

    [Fact]
    public async Task Every_field_of_the_customer_form_has_its_help_or_its_hint()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        using var browser = await app.SignedIn("n1");
        foreach (var (path, least) in new[] { ("/customers/new", 40), ("/customers/quick", 3) })
        {
            var page = await Page(browser, path);
            var fields = FieldLabel().Matches(page).Select(m => m.Groups[1].Value).ToList();
            Assert.True(fields.Count >= least, $"{path}: {fields.Count} fields");
            Assert.DoesNotContain(fields, f => !page.Contains($"popovertarget=\"{f}-more\"", StringComparison.Ordinal) && !page.Contains($"id=\"{f}-help\"", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task The_guide_stands_on_the_help_page_in_the_readers_language()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        using var browser = await app.SignedIn("n1");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/help");
        request.Headers.AcceptLanguage.ParseAdd("en");

        var chinese = WebUtility.HtmlDecode(await Page(browser, "/help"));
        var english = await (await browser.SendAsync(request, Ct)).Content.ReadAsStringAsync(Ct);

        Assert.Contains("/help#workbench\">工作台", chinese, StringComparison.Ordinal);
        Assert.Contains("Business (one customer, one dossier)", english, StringComparison.Ordinal);
        Assert.Contains("<kbd>Ctrl</kbd>", english, StringComparison.Ordinal);
        Assert.DoesNotContain("**", chinese, StringComparison.Ordinal);

        // One section per task, led to by the same name in both languages, in short lines; pages lead to theirs.
        var (zh, en) = (GuideText.In("zh-CN"), GuideText.In("en"));
        Assert.Equal(zh.Select(s => s.Id).Order(StringComparer.Ordinal), en.Select(s => s.Id).Order(StringComparer.Ordinal));
        Assert.True(zh.Count > 30 && zh.DistinctBy(s => s.Id).Count() == zh.Count);
        Assert.All(zh, s => Assert.Contains($"<section id=\"{s.Id}\"", chinese, StringComparison.Ordinal));
        Assert.All([.. zh, .. en], s => Assert.True(Regex.Count(s.Html, "<li>") >= Math.Max(1, Regex.Replace(s.Html, "<[^>]+>", "").Length / 450), s.Id));
        foreach (var (path, about) in new[] { ("/customers", "lists"), ("/customers/quick", "new-customer"), ("/imports", "import"), ("/approvals", "approvals"), ("/inbox", "notes"), ("/account", "account"), ("/", "workbench") })
        {
            Assert.Contains($"href=\"/help#{about}\"", await Page(browser, path), StringComparison.Ordinal);
            Assert.Contains(zh, s => s.Id == about);
        }
    }

    [Fact]
    public void A_long_sentence_is_told_clause_by_clause_and_what_stands_in_brackets_whole()
    {
        Assert.Equal(["One (a; b. C) `x; y` stays.", "Two is long enough", "To be cut"], GuideText.Sentences("One (a; b. C) `x; y` stays. Two is long enough; to be cut", 25));
        Assert.Equal(["查找（名称；电话）。", "改名"], GuideText.Sentences("查找（名称；电话）。改名；", 70));
    }

    [GeneratedRegex("<label class=\"form-label[^\"]*\" for=\"(f-[^\"]+)\"")]
    private static partial Regex FieldLabel();

    [GeneratedRegex("popovertarget=\"([^\"]+-more)\"")]
    private static partial Regex Target();
}
