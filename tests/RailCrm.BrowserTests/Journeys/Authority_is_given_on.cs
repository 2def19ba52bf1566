using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;

namespace RailCrm.BrowserTests.Journeys;

/// <summary>A subsidiary gives authority on, not more than it holds; an account manager asks for terms, which the outlet's authority covers; what was given is narrowed and taken back.</summary>
public sealed partial class Authority_is_given_on(Browser browser)
{
    [Theory, MemberData(nameof(Ways.AtADesk), MemberType = typeof(Ways))]
    public async Task To_an_outlet_and_decides_who_is_asked(string language, int width)
    {
        var outlets = await browser.Demo.In(async db =>
        {
            var unit = await db.Set<User>().Where(u => u.UserName == "subsidiary").Select(u => u.UnitId).SingleAsync();
            return await db.Set<OrgUnit>().Where(u => u.ParentId == unit).OrderByDescending(u => u.Id).Select(u => u.Name).Take(2).ToListAsync();
        });
        await using var head = await browser.Open(null, language, width, user: "subsidiary");
        var (page, outlet) = (head.Page, outlets[width > 400 ? 0 : 1]);
        await page.GotoAsync("/authority");
        await Assertions.Expect(page.Locator("table.rc-list tbody tr").First).ToBeVisibleAsync();
        await head.Check();
        await page.Locator(".rc-head-actions a[href^='/authority/new']").ClickAsync();
        await page.WaitForURLAsync("**/authority/new*");
        await Assertions.Expect(page.Locator("rc-combobox:defined")).ToHaveCountAsync(2);
        await page.SelectOptionAsync("[name='Form.Action']", "WriteOff");
        await page.FillAsync("[name='Form.Limit']", "50万");
        await page.FillAsync("[name='Form.Unit']", outlet);
        await page.Locator(".rc-grant-unit [role=option]", new() { HasText = outlet }).First.ClickAsync();
        await page.FillAsync("[name='Form.Reason']", "小额尾款");
        await page.ClickAsync("[data-key=save]");
        await Assertions.Expect(page.Locator("main [role=alert]").First).ToContainTextAsync("100,000"); // What the subsidiary holds is named.
        await head.Check();
        await page.FillAsync("[name='Form.Limit']", "1万");
        await page.ClickAsync("[data-key=save]");
        await page.WaitForURLAsync(Grant());
        await Assertions.Expect(page.Locator("ol.rc-ladder > li")).ToHaveCountAsync(3);
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("10,000");
        await head.Check();

        await using var walk = await browser.Open(null, language, width, user: "manager");
        var desk = walk.Page;
        await desk.GotoAsync("/account");
        await Assertions.Expect(desk.Locator("main a[href^='/authority/']").First).ToBeVisibleAsync();
        await walk.Check();
        await desk.GotoAsync("/customers/quick");
        await desk.FillAsync("[name='Form.Name']", $"特批{language[..2]}{width}有限公司");
        await desk.Locator("button[name=Then][value=open]").ClickAsync();
        await desk.WaitForURLAsync(Customer());
        await desk.GotoAsync($"{new Uri(desk.Url).AbsolutePath}/terms");
        await Assertions.Expect(desk.Locator(".rc-ladder li").First).ToBeVisibleAsync();
        await walk.Check();
        await desk.SelectOptionAsync("[name='Form.Action']", "Discount");
        await desk.FillAsync("[name='Form.Amount']", "4.5%");
        await desk.FillAsync("[name='Form.Reason']", "长期合作");
        await desk.ClickAsync("[data-key=save]");
        await desk.WaitForURLAsync(Approval());
        await Assertions.Expect(desk.Locator("main")).ToContainTextAsync("4.5");
        await walk.Check();
        var approval = new Uri(desk.Url).AbsolutePath;

        await using var decides = await browser.Open(null, language, width, user: "outlet");
        await decides.Page.GotoAsync(approval);
        await decides.Page.Locator("button[name='Decide.Do'][value=Approve]").ClickAsync();
        await Assertions.Expect(decides.Page.Locator(".rc-head-badges .rc-success")).ToBeVisibleAsync();
        await decides.Check();

        await page.FillAsync("[name='Form.Limit']", "5000");
        await page.FillAsync("[name='Form.Reason']", "收紧");
        await page.ClickAsync("[data-key=save]");
        await Assertions.Expect(page.Locator("ol.rc-timeline li")).ToHaveCountAsync(2);
        await page.FillAsync("[name='Form.Reason']", "收回");
        await page.ClickAsync("button[value=revoke]");
        await Assertions.Expect(page.Locator("ol.rc-timeline li")).ToHaveCountAsync(3);
        await Assertions.Expect(page.Locator("button[value=revoke]")).ToHaveCountAsync(0);
        await head.Check();
        await page.GotoAsync("/authority?show=list&ended=true");
        await Assertions.Expect(page.Locator("table.rc-list tbody tr").First).ToContainTextAsync(outlet);
        await head.Check();
    }

    [GeneratedRegex(@"/authority/\d+$")]
    private static partial Regex Grant();

    [GeneratedRegex(@"/approvals/\d+$")]
    private static partial Regex Approval();

    [GeneratedRegex(@"/customers/\d+$")]
    private static partial Regex Customer();
}
