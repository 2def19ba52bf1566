using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Notes;
using RailCrm.Platform.Records;
using RailCrm.Platform.Ui.Palette;
using static RailCrm.Tests.Platform.PaletteUse;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>The record page of a contact: read, changed in place, its past, its neighbours, its way into the bin and out again.</summary>
public sealed class ContactPageTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Task<Contact> Stored(CrmApp app, long id) => app.In(System, db => db.Set<Contact>().AsNoTracking().SingleAsync(k => k.Id == id, Ct));

    private static async Task<string> Page(HttpClient browser, string path) => WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri(path, UriKind.Relative), Ct));

    private static async Task<HttpResponseMessage> Send(HttpClient browser, string from, string action, Dictionary<string, string> fields)
    {
        var page = await browser.GetStringAsync(new Uri(from, UriKind.Relative), Ct);
        fields["__RequestVerificationToken"] = Regex.Match(page, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;
        using var form = new FormUrlEncodedContent(fields);
        return await browser.PostAsync(new Uri(action, UriKind.Relative), form, Ct);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Whoever_may_only_read_opens_a_contact_and_sees_all_of_it(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await RailCrm.Tests.Platform.CustomFieldTests.Define(app, CustomKind.Text, "微信", list: "contacts");
        var customer = await Customer(app, "n1", new() { Name = "甲公司" });
        var contact = await Person(app, "n1", customer.Id, new() { Name = "王伟", Title = "科长", Mobile = "+86 138-0000-0001", Phone = "0512-66554433", Email = "wang@example.cn", Custom = new() { ["x_weixin"] = "wangwei88" } });
        var path = $"/customers/{customer.Id}/contacts/{contact.Id}";
        await app.In(System, db => db.Set<RolePermission>().Where(p => p.Permission == Permission.CustomersWrite && db.Set<Role>().Any(r => r.Id == p.RoleId && r.Name == "subsidiary")).ExecuteDeleteAsync(Ct));
        using var reader = await app.SignedIn("north");
        using var writer = await app.SignedIn("n1");
        using var other = await app.SignedIn("s1");

        var page = await Page(reader, path);
        foreach (var part in new[] { "科长", "tel:13800000001", "tel:051266554433", "mailto:wang@example.cn", "wangwei88", $"href=\"/customers/{customer.Id}\"", $"{path}/notes", $"{path}/attachments", $"{path}/history", $"/api/v1{path}/card" })
        {
            Assert.Contains(part, page, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("data-edit", page, StringComparison.Ordinal);
        Assert.DoesNotContain($"{path}/edit", page, StringComparison.Ordinal);
        Assert.Contains("王伟", await Page(reader, $"{path}/history"), StringComparison.Ordinal);
        using var led = await reader.GetAsync(new Uri($"/contacts/{contact.Id}?in=all", UriKind.Relative), Ct);
        Assert.Equal($"{path}?in=all", led.Headers.Location!.OriginalString);
        Assert.Contains("data-edit=\"Mobile\"", await Page(writer, path), StringComparison.Ordinal);
        Assert.Contains("data-edit=\"Custom.x_weixin\"", await Page(writer, path), StringComparison.Ordinal);
        foreach (var tab in new[] { "", "/history", "/edit", "/bin" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await other.GetAsync(new Uri(path + tab, UriKind.Relative), Ct)).StatusCode);
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_value_changed_in_place_stands_in_the_history_and_is_given_back_unless_the_page_is_old(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var customer = await Customer(app, "n1", new() { Name = "甲公司" });
        var contact = await Person(app, "n1", customer.Id, new() { Name = "王伟", Title = "科长" });
        var path = $"/customers/{customer.Id}/contacts/{contact.Id}";
        using var browser = await app.SignedIn("n1");

        using var edited = await Send(browser, path, $"/lists/contacts/rows/{contact.Id}", new() { ["field"] = "title", ["value"] = "处长", ["was"] = "科长", ["returnUrl"] = path });
        Assert.Equal("处长", (await Stored(app, contact.Id)).Title);
        var history = await Page(browser, $"{path}/history");
        Assert.Matches("<del[^>]*>科长</del>", history);
        var what = Regex.Match(history, "name=\"What\" value=\"([^\"]+:Title)\"").Groups[1].Value;
        Dictionary<string, string> Back(int version) => new() { ["_handler"] = "restore", ["What"] = what, ["Version"] = $"{version}" };

        using var stale = await Send(browser, $"{path}/history", $"{path}/history", Back(contact.Version));
        Assert.Equal("处长", (await Stored(app, contact.Id)).Title);
        using var done = await Send(browser, $"{path}/history", $"{path}/history", Back((await Stored(app, contact.Id)).Version));
        Assert.Equal(HttpStatusCode.Found, done.StatusCode);
        Assert.Equal("科长", (await Stored(app, contact.Id)).Title);

        var other = await Person(app, "n1", customer.Id, new() { Name = "李娜" });
        var at = $"/customers/{customer.Id}/contacts/{other.Id}/history";
        using var foreign = await Send(browser, at, at, Back(other.Version)); // Another's past is not given to this one.
        Assert.NotEqual(HttpStatusCode.Found, foreign.StatusCode);
        Assert.Null((await Stored(app, other.Id)).Title);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Along_a_view_one_goes_from_contact_to_contact_and_back_to_it(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (first, second) = (await Customer(app, "n1", new() { Name = "甲公司" }), await Customer(app, "n1", new() { Name = "乙公司" }));
        var a = await Person(app, "n1", first.Id, new() { Name = "A", Mobile = "13800000001" });
        var b = await Person(app, "n1", second.Id, new() { Name = "B", Mobile = "13800000002" });
        var c = await Person(app, "n1", first.Id, new() { Name = "C", Mobile = "13900000003" });
        using var browser = await app.SignedIn("n1");
        var within = Uri.EscapeDataString("mobile=138&sort=-name");

        var page = await Page(browser, $"/customers/{second.Id}/contacts/{b.Id}/notes?in={within}");
        Assert.DoesNotContain("rel=\"prev\"", page, StringComparison.Ordinal);
        Assert.Contains($"/customers/{first.Id}/contacts/{a.Id}/notes?in=", page, StringComparison.Ordinal);
        Assert.Contains("class=\"rc-back no-print\" href=\"/contacts?mobile=138&sort=-name\"", page, StringComparison.Ordinal);
        Assert.Contains($"/customers/{second.Id}/contacts/{b.Id}/history?in=", page, StringComparison.Ordinal);
        Assert.DoesNotContain("rel=\"next\"", await Page(browser, $"/customers/{first.Id}/contacts/{c.Id}"), StringComparison.Ordinal);
        Assert.Contains($"href=\"/customers/{first.Id}/contacts\"", await Page(browser, $"/customers/{first.Id}/contacts/{c.Id}"), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_hangs_on_a_contact_is_told_first_and_the_toast_brings_the_main_contact_back_as_that(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var customer = await Customer(app, "n1", new() { Name = "甲公司" });
        var contact = await Person(app, "n1", customer.Id, new() { Name = "王伟" });
        await app.In(await app.ActorOf("n1"), async db =>
        {
            db.Add(new Note { CustomerId = customer.Id, RecordKind = RecordKind.Contact, RecordId = contact.Id, Text = "来过", AuthorId = db.Actor.UserId, CreatedAt = db.UtcNow });
            db.Add(new RecordMark { CustomerId = customer.Id, RecordKind = RecordKind.Contact, RecordId = contact.Id, UserId = db.Actor.UserId, Mark = RecordMark.Favourite, CreatedAt = db.UtcNow });
            return await db.SaveChangesAsync(Ct);
        });
        var path = $"/customers/{customer.Id}/contacts/{contact.Id}";
        using var browser = await app.SignedIn("n1");

        var asked = await Page(browser, $"{path}/bin");
        Assert.Contains("备注： <strong class=\"num\">1</strong>", asked, StringComparison.Ordinal);
        Assert.Contains("星标与关注： <strong class=\"num\">1</strong>", asked, StringComparison.Ordinal);
        Assert.DoesNotContain("附件：", asked, StringComparison.Ordinal);
        using var old = await CrmApp.Submit(browser, $"{path}/bin", "bin", new() { ["Version"] = $"{contact.Version - 1}" });
        Assert.Equal(HttpStatusCode.OK, old.StatusCode);
        using var gone = await CrmApp.Submit(browser, $"{path}/bin", "bin", new() { ["Version"] = $"{contact.Version}" });
        Assert.Equal($"/customers/{customer.Id}/contacts", new Uri(app.Address, gone.Headers.Location!).AbsolutePath);
        var toast = await Page(browser, $"/customers/{customer.Id}/contacts");
        var back = Regex.Match(toast, "name=\"Do\" value=\"(restore-main:[^\"]+)\"").Groups[1].Value;
        Assert.NotEqual("", back);

        using var undone = await CrmApp.Submit(browser, $"/customers/{customer.Id}/contacts", "restore-contact", new() { ["Do"] = back });
        Assert.Equal(HttpStatusCode.Found, undone.StatusCode);
        Assert.True((await Stored(app, contact.Id)).IsMain);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_palette_opens_the_contact_itself_remembers_it_and_leads_to_the_list(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var customer = await Customer(app, "n1", new() { Name = "甲公司" });
        var contact = await Person(app, "n1", customer.Id, new() { Name = "单建国" });
        using var browser = await app.SignedIn("n1");
        using var opened = await browser.GetAsync(new Uri($"/customers/{customer.Id}/contacts/{contact.Id}/notes", UriKind.Relative), Ct);

        await app.Services.GetRequiredService<OpenedRecords>().Write(Ct);
        var recent = Assert.Single(Hits(await Ask(browser, ""), "recent"));
        Assert.Equal(("单建国", $"/customers/{customer.Id}/contacts/{contact.Id}"), (recent.GetProperty("title").GetString(), recent.GetProperty("href").GetString()));
        var group = (await Ask(browser, "sjg")).GetProperty("groups").EnumerateArray().Single(g => g.GetProperty("kind").GetString() == "contact");
        Assert.Equal("/contacts?q=sjg", group.GetProperty("all").GetString());
        await app.With<SaveContact, Result<Contact>>(await app.ActorOf("n1"), s => s.Bin(customer.Id, contact.Id, into: true, null, Ct));
        Assert.Empty(Hits(await Ask(browser, ""), "recent"));
    }
}
