using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>The button of a row in a bin: gives that one back at once, and the toast puts it in again.</summary>
public sealed partial class BinRowTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<(long Customer, long Contact)> Binned(CrmApp app)
    {
        var n1 = await app.ActorOf("n1");
        Assert.True((await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(null, null, new() { Name = "甲公司" }, Ct))).TryGet(out var customer, out _));
        Assert.True((await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(null, null, new() { Name = "乙公司" }, Ct))).TryGet(out var other, out _));
        Assert.True((await app.With<SaveContact, Result<Contact>>(n1, s => s.Run(other.Id, null, null, new() { Name = "李娜" }, Ct))).TryGet(out var contact, out _));
        Assert.Null((await app.With<GetCustomer, Result<Customer>>(n1, s => s.Bin(customer.Id, into: true, null, Ct))).Refusal);
        Assert.Null((await app.With<SaveContact, Result<Contact>>(n1, s => s.Bin(other.Id, contact.Id, into: true, null, Ct))).Refusal);
        return (customer.Id, contact.Id);
    }

    /// <summary>Sends the form of a page whose address begins so; answers where it leads.</summary>
    private static async Task<string> Press(HttpClient browser, string path, string action)
    {
        var page = WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri(path, UriKind.Relative), Ct));
        var form = Forms().Matches(page).Select(m => m.Value).First(f => f.Contains($"action=\"{action}\"", StringComparison.Ordinal));
        using var fields = new FormUrlEncodedContent(Inputs().Matches(form).Select(m => KeyValuePair.Create(m.Groups[1].Value, m.Groups[2].Value)));
        using var answer = await browser.PostAsync(new Uri(action, UriKind.Relative), fields, Ct);
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        return answer.Headers.Location!.ToString();
    }

    private static Task<(int Customers, int Contacts)> Living(CrmApp app) => app.In(System, async db => (await db.Set<Customer>().CountAsync(Ct), await db.Set<Contact>().CountAsync(Ct)));

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Gives_it_back_and_takes_it_again(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, contact) = await Binned(app);
        using var n1 = await app.SignedIn("n1");
        Assert.Equal((1, 0), await Living(app));
        foreach (var (path, action, name) in new[] { ("/customers/bin", $"/lists/bin/rows/{customer}/restore", "甲公司"), ("/contacts/bin", $"/lists/contactBin/rows/{contact}/restore", "李娜") })
        {
            var page = WebUtility.HtmlDecode(await n1.GetStringAsync(new Uri(path, UriKind.Relative), Ct));
            Assert.DoesNotContain("in=all&in=", page, StringComparison.Ordinal);
            Assert.Contains($"aria-label=\"恢复 {name}\"", page, StringComparison.Ordinal);
            Assert.Equal(path, await Press(n1, path, action));
            var after = WebUtility.HtmlDecode(await n1.GetStringAsync(new Uri(path, UriKind.Relative), Ct));
            Assert.Contains($"已恢复：{name}。", after, StringComparison.Ordinal);
        }

        Assert.Equal((2, 1), await Living(app));
        Assert.Equal(1, await app.In(System, db => db.Set<AuditEntry>().CountAsync(a => a.Entity == nameof(Customer) && a.EntityId == customer && a.Action == "updated" && a.Changes.Contains("DeletedAt") && a.Changes.Contains("null]"), Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_toast_puts_it_in_again_unless_somebody_changed_it_since(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, _) = await Binned(app);
        using var n1 = await app.SignedIn("n1");
        var restore = $"/lists/bin/rows/{customer}/restore";
        await Press(n1, "/customers/bin", restore);
        await Press(n1, "/customers/bin", restore); // The toast's form: the row has gone from the list.
        Assert.Contains("已撤销“恢复”：甲公司。", WebUtility.HtmlDecode(await n1.GetStringAsync(new Uri("/customers/bin", UriKind.Relative), Ct)), StringComparison.Ordinal);
        Assert.Equal((1, 0), await Living(app));

        await Press(n1, "/customers/bin", restore);
        await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf("north"), s => s.Run(customer, null, new() { Name = "甲公司", Phone = "010-66554433" }, Ct));
        await Press(n1, "/customers/bin", restore);
        Assert.Equal((2, 0), await Living(app));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Nobody_gives_back_what_is_not_in_sight_and_no_other_work_is_done_so(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, contact) = await Binned(app);
        using var south = await app.SignedIn("s1");
        using var n1 = await app.SignedIn("n1");
        async Task<HttpStatusCode> Send(HttpClient browser, string action)
        {
            var page = await browser.GetStringAsync(new Uri("/customers/bin", UriKind.Relative), Ct);
            using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["__RequestVerificationToken"] = Regex.Match(page, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value });
            using var answer = await browser.PostAsync(new Uri(action, UriKind.Relative), form, Ct);
            return answer.StatusCode;
        }

        Assert.Equal(HttpStatusCode.Found, await Send(south, $"/lists/bin/rows/{customer}/restore")); // Told as not found, on the page it came from.
        Assert.Equal(HttpStatusCode.Found, await Send(south, $"/lists/contactBin/rows/{contact}/restore"));
        Assert.Equal(HttpStatusCode.NotFound, await Send(n1, $"/lists/bin/rows/{customer}/remove"));
        Assert.Equal(HttpStatusCode.NotFound, await Send(n1, $"/lists/customers/rows/{customer}/bin"));
        Assert.Equal((1, 0), await Living(app));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task From_a_row_s_menu_it_goes_at_once_and_the_toast_gives_it_back(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Binned(app);
        using var n1 = await app.SignedIn("n1");
        var other = await app.In(System, db => db.Set<Customer>().Select(c => c.Id).SingleAsync(Ct));
        async Task<string> Ask(HttpClient browser, string path)
        {
            var page = WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri(path, UriKind.Relative), Ct));
            var form = Forms().Matches(page).Select(m => m.Value).First(f => f.Contains("value=\"work\"", StringComparison.Ordinal));
            using var fields = new FormUrlEncodedContent(Inputs().Matches(form).Select(m => KeyValuePair.Create(m.Groups[1].Value, m.Groups[2].Value)));
            using var answer = await browser.PostAsync(new Uri(path, UriKind.Relative), fields, Ct);
            return answer.Headers.Location!.ToString();
        }

        Assert.Contains($"act=bin&id={{id}}&row=true", WebUtility.HtmlDecode(await n1.GetStringAsync(new Uri("/customers", UriKind.Relative), Ct)), StringComparison.Ordinal);
        Assert.EndsWith("/customers", await Ask(n1, $"/lists/customers/work?act=bin&id={other}&row=true&in=all"), StringComparison.Ordinal);
        Assert.Equal((0, 0), await Living(app));
        Assert.Equal("/customers", await Press(n1, "/customers", $"/lists/customers/rows/{other}/bin")); // The toast's form.
        Assert.Equal((1, 0), await Living(app));

        Assert.Contains("/lists/customers/work/", await Ask(n1, $"/lists/customers/work?act=bin&id={other}&in=all"), StringComparison.Ordinal); // Ticked, it is a work with a page of its own.
    }

    [GeneratedRegex("<form .*?</form>", RegexOptions.Singleline)]
    private static partial Regex Forms();

    [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"")]
    private static partial Regex Inputs();
}
