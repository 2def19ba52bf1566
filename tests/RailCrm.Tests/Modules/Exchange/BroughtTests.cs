using System.Net;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Lists;
using static RailCrm.Tests.Modules.Exchange.ReviewUse;

namespace RailCrm.Tests.Modules.Exchange;

/// <summary>The way from what an import says it did to just those rows in their list.</summary>
public sealed class BroughtTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<string> Page(HttpClient browser, string path) => WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri(path, UriKind.Relative), Ct));

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_an_import_made_and_changed_opens_in_its_list_and_nothing_else_does(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        foreach (var name in new[] { "老客户甲", "老客户乙" })
        {
            Value(await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(null, null, new() { Name = name, ShortName = "旧" }, Ct)));
        }

        using var browser = await app.SignedIn("n1");
        var customers = await Whole(app, n1, "customers", "客户名称,简称\n老客户甲,新\n新客户丙,丙\n新客户丁,丁\n");
        Assert.Equal((2, 1), (customers.Created, customers.Updated));
        var result = await Page(browser, $"/imports/{customers.Id}");
        foreach (var (action, shown, hidden) in new[] { ("created", "新客户丙", "老客户甲"), ("updated", "老客户甲", "新客户丙") })
        {
            var link = $"/customers?view=all&brought={customers.Id}.{action}";
            Assert.Contains($"href=\"{link}\"", result, StringComparison.Ordinal);
            var list = await Page(browser, link);
            Assert.Contains(shown, list, StringComparison.Ordinal);
            Assert.DoesNotContain(hidden, list, StringComparison.Ordinal);
            Assert.DoesNotContain("老客户乙", list, StringComparison.Ordinal);
            Assert.Contains($"#{customers.Id}", list, StringComparison.Ordinal); // The chip that takes it off.
        }

        var contacts = await Whole(app, n1, "contacts", "客户,姓名\n老客户甲,李娜\n");
        Assert.Contains($"href=\"/contacts?view=all&brought={contacts.Id}.created\"", await Page(browser, $"/imports/{contacts.Id}"), StringComparison.Ordinal);
        Assert.Contains("李娜", await Page(browser, $"/contacts?view=all&brought={contacts.Id}.created"), StringComparison.Ordinal);

        var waybills = await Whole(app, n1, "waybills", "运单号,日期,客户,收入(元)\nB-1,2026-03-01,老客户甲,5\nB-2,2026-03-01,路上新客户,7\n", create: true);
        await Whole(app, n1, "waybills", "运单号,日期,客户,收入(元)\nC-1,2026-03-01,老客户甲,5\n");
        result = await Page(browser, $"/imports/{waybills.Id}");
        Assert.Contains($"href=\"/waybills?view=all&brought={waybills.Id}.created\"", result, StringComparison.Ordinal);
        Assert.Contains($"href=\"/customers?view=all&brought={waybills.Id}.created\"", result, StringComparison.Ordinal);
        var lines = await Page(browser, $"/waybills?view=all&brought={waybills.Id}.created");
        Assert.Equal((true, true, false), (lines.Contains("B-1", StringComparison.Ordinal), lines.Contains("B-2", StringComparison.Ordinal), lines.Contains("C-1", StringComparison.Ordinal)));
        Assert.Contains("路上新客户", await Page(browser, $"/customers?view=all&brought={waybills.Id}.created"), StringComparison.Ordinal);

        // Nobody sees more by it, and what is no import is said.
        using var other = await app.SignedIn("s1");
        Assert.DoesNotContain("新客户丙", await Page(other, $"/customers?view=all&brought={customers.Id}.created"), StringComparison.Ordinal);
        Assert.True(View.TryRead(new CustomerList(), [new("brought", "1.deleted")], out var wrong));
        Assert.Equal("list.value_wrong", Assert.IsType<Refusal.InvalidMany>((await app.In(n1, db => new CustomerList().Read(db, wrong, [], Ct))).Refusal).Errors[0].Code);
    }

    [Fact]
    public void An_import_of_more_than_a_list_filters_by_keys_leads_to_its_own_page()
    {
        Assert.Null(Brought.Href("/customers", 1, "created", Brought.Most + 1, Brought.Most + 1));
        Assert.Null(Brought.Href("/customers", 1, "created", 3, 5_000_000));
        Assert.Null(Brought.Href("/customers", 1, "created", 0, 0));
        Assert.Equal("/customers?view=all&brought=1.created", Brought.Href("/customers", 1, "created", Brought.Most, Brought.Most));
    }
}
