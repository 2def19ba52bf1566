using System.Net;
using System.Text.RegularExpressions;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>A condition that cannot be used, and the panel in which conditions are added and changed.</summary>
public sealed class RefusedConditionTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<string> Page(HttpClient browser, string address) => WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri(address, UriKind.Relative), Ct));

    private static string Filter(string filter) => "filter=" + Uri.EscapeDataString(filter);

    private static async Task<string> Led(HttpClient browser, string address)
    {
        using var answer = await browser.GetAsync(new Uri(address, UriKind.Relative), Ct);
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        return Uri.UnescapeDataString(answer.Headers.Location!.OriginalString);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_value_that_is_none_is_told_beside_its_chip_open_to_be_changed_and_the_rest_stays(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(null, null, new() { Name = "甲公司" }, Ct));
        using var browser = await app.SignedIn("n1");
        var page = await Page(browser, "/customers?" + Filter("name~甲;tier=huge|active=true"));

        Assert.Equal(3, Regex.Count(page, "class=\"rc-chip (rc-chip-wrong)?\""));
        Assert.Contains("huge", page.Split("rc-chip-wrong")[1][..400], StringComparison.Ordinal);
        Assert.Matches("<details[^>]*id=\"filter\"[^>]* open", page);
        Assert.Contains("data-editing=\"true\"", page, StringComparison.Ordinal);
        Assert.Contains("有一个筛选条件无法使用", page, StringComparison.Ordinal);
        var off = Regex.Match(page, "<a class=\"btn btn-primary\" href=\"([^\"]+)\">移除条件").Groups[1].Value;
        Assert.DoesNotContain("huge", off, StringComparison.Ordinal);
        var without = await Page(browser, off);
        Assert.Contains("甲公司", without, StringComparison.Ordinal);
        Assert.DoesNotContain("移除条件", without, StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Of_two_conditions_of_one_field_the_one_that_is_wrong_is_named_and_a_field_that_is_gone_can_be_taken_out(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var browser = await app.SignedIn("n1");
        var page = await Page(browser, "/customers?" + Filter("revenue>=100;revenue<=viel"));
        Assert.Contains("viel", page.Split("rc-chip-wrong")[1][..400], StringComparison.Ordinal);

        page = await Page(browser, "/customers?" + Filter("nonsense=1;tier=large"));
        Assert.Contains("nonsense", page.Split("rc-chip-wrong")[1][..400], StringComparison.Ordinal);
        Assert.DoesNotMatch("<details[^>]*id=\"filter\"[^>]* open", page); // Nothing to choose it from.
        Assert.EndsWith("tier=large", Regex.Match(page, "<a class=\"btn btn-primary\" href=\"([^\"]+)\">移除条件").Groups[1].Value, StringComparison.Ordinal);

        foreach (var (nothing, why) in new[] { ("name!~", "没有可查找的字"), ("phone!~abc", "电话") })
        {
            page = await Page(browser, "/customers?" + Filter(nothing));
            Assert.Contains("rc-chip-wrong", page, StringComparison.Ordinal); // Rather than a condition that leaves nothing out.
            Assert.Contains(why, page.Split("rc-empty", 2)[1], StringComparison.Ordinal);
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_condition_that_needs_a_narrower_list_is_the_one_that_can_be_taken_out(Engine engine)
    {
        await using var app = await Waybills.WaybillListTests.Filled(engine, "--RAILCRM_WAYBILLS_READ", "40");
        using var browser = await app.SignedIn("group");
        var page = await Page(browser, "/waybills?" + Filter("note~急单"));

        Assert.Contains("急单", page.Split("rc-chip-wrong")[1][..400], StringComparison.Ordinal);
        Assert.Contains("先把范围缩小到", page, StringComparison.Ordinal);
        Assert.Contains(">移除条件", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_panel_stays_open_where_it_was_open_by_itself_and_closes_where_a_chip_opened_it()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        using var browser = await app.SignedIn("n1");
        Assert.Contains("panel=filter", await Led(browser, "/customers?panel=filter&add=tier&op=%3D&value=large"), StringComparison.Ordinal);
        var changed = $"/customers?tier=large&edit={Uri.EscapeDataString("0.tier=large")}&add=tier&op=%3D&value=small";
        Assert.EndsWith("panel=filter", await Led(browser, changed + "&panel=filter"), StringComparison.Ordinal);
        Assert.DoesNotContain("panel", await Led(browser, changed + "&panel=chip"), StringComparison.Ordinal);

        Assert.Contains("panel=chip&edit=", await Page(browser, "/customers?tier=large"), StringComparison.Ordinal);
        Assert.Contains("panel=filter&edit=", await Page(browser, "/customers?tier=large&panel=filter"), StringComparison.Ordinal);
    }
}
