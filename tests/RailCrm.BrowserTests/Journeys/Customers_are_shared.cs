using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;

namespace RailCrm.BrowserTests.Journeys;

/// <summary>Somebody of another outlet meets a customer in the duplicate check and asks for it; its head agrees; the group shares it with a unit too, changes that and ends it.</summary>
public sealed partial class Customers_are_shared(Browser browser)
{
    [Theory, MemberData(nameof(Ways.OnAPhone), MemberType = typeof(Ways))]
    public async Task One_is_asked_for_where_it_was_met_and_shared_with_a_unit_for_a_while(string language, int width)
    {
        await using var owner = await browser.Open(null, language, width, user: "manager");
        var name = $"共享{language[..2]}{width}有限公司";
        await owner.Page.GotoAsync("/customers/quick");
        await owner.Page.FillAsync("[name='Form.Name']", name);
        await owner.Page.Locator("button[name=Then][value=open]").ClickAsync();
        await owner.Page.WaitForURLAsync(Customer());
        var customer = new Uri(owner.Page.Url).AbsolutePath;

        var (stranger, unit) = await browser.Demo.In(async db =>
        {
            string[] known = ["manager", "outlet"];
            var near = await (from u in db.Set<User>() join at in db.Set<OrgUnit>() on u.UnitId equals at.Id where known.Contains(u.UserName!) select at.Id).ToListAsync();
            var found = await (from u in db.Set<User>() join at in db.Set<OrgUnit>() on u.UnitId equals at.Id
                               where at.Level == UnitLevel.Outlet && !near.Contains(at.Id) && (from r in db.Set<IdentityUserRole<long>>() join p in db.Set<RolePermission>() on r.RoleId equals p.RoleId where r.UserId == u.Id && p.Permission == Permission.CustomersWrite select r).Any()
                               orderby u.Id descending select new { u.UserName, at.Name }).FirstAsync();
            var password = await db.Set<User>().Where(u => u.UserName == "manager").Select(u => u.PasswordHash).SingleAsync();
            await db.Write(() => db.Set<User>().Where(u => u.UserName == found.UserName).ExecuteUpdateAsync(u => u.SetProperty(one => one.PasswordHash, password)), default); // An account of the demo without a password gets one.
            return (found.UserName!, found.Name);
        });
        await using var other = await browser.Open(null, language, width, user: stranger);
        var page = other.Page;
        await page.GotoAsync("/customers/quick");
        await Assertions.Expect(page.Locator("rc-duplicates:defined")).ToHaveCountAsync(1);
        await page.FillAsync("[name='Form.Name']", name);
        var ask = page.Locator("rc-duplicates a[href^='/customers/ask']");
        await Assertions.Expect(ask).ToBeVisibleAsync();
        await other.Check();
        page = await page.Context.RunAndWaitForPageAsync(() => ask.ClickAsync()); // Beside the form, which stays as it is.
        var asking = new Walk(page);
        await Assertions.Expect(page.Locator("main form .btn-primary")).ToBeVisibleAsync();
        await asking.Check();
        await page.FillAsync("[name='Form.Reason']", "客户在我站也有货");
        await page.Locator("main form .btn-primary").ClickAsync();
        await page.WaitForURLAsync(Approval());
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync($"“{name}”");
        var approval = new Uri(page.Url).AbsolutePath;

        await using var head = await browser.Open(null, language, width, user: "outlet");
        await head.Page.GotoAsync(approval);
        await Assertions.Expect(head.Page.Locator($"main a[href='{customer}']")).ToBeVisibleAsync();
        await head.Page.Locator("button[name='Decide.Do'][value=Approve]").ClickAsync();
        await Assertions.Expect(head.Page.Locator(".rc-head-badges .rc-success")).ToBeVisibleAsync();
        await page.GotoAsync("/customers?view=shared");
        await Assertions.Expect(page.Locator($"table.rc-list a[href^='{customer}']").First).ToBeVisibleAsync();
        await asking.Check();

        // The group does it at once.
        await using var group = await browser.Open(null, language, width, user: "group");
        var desk = group.Page;
        await desk.GotoAsync($"{customer}/shares");
        await Assertions.Expect(desk.Locator("main table tbody tr")).ToHaveCountAsync(1);
        await Assertions.Expect(desk.Locator("rc-combobox:defined")).ToHaveCountAsync(1);
        await desk.FillAsync("[name='Form.With']", unit);
        await desk.Locator("rc-combobox [role=option]", new() { HasText = unit }).First.ClickAsync();
        await desk.FillAsync("[name='Form.Reason']", "联合投标");
        await desk.ClickAsync("[data-key=save]");
        await Assertions.Expect(desk.Locator("main table tbody tr")).ToHaveCountAsync(2);
        await group.Check();
        await desk.Locator("main table tbody tr").First.Locator("a[href*='change=']").ClickAsync();
        await desk.WaitForURLAsync("**change=*");
        await Assertions.Expect(desk.Locator("[name='Form.With']")).ToBeHiddenAsync();
        await desk.SelectOptionAsync("[name='Form.Access']", "write");
        await group.Check();
        await desk.ClickAsync("[data-key=save]");
        await Assertions.Expect(desk.Locator("main table .rc-badge.rc-warning")).ToHaveCountAsync(1);
        await desk.Locator("main table tbody tr").First.Locator("a[href*='end=']").ClickAsync();
        await desk.WaitForURLAsync("**end=*");
        await Assertions.Expect(desk.Locator("[name='Form.Access']")).ToHaveCountAsync(0);
        await desk.FillAsync("[name='Form.Reason']", "投标结束");
        await group.Check();
        await desk.Locator("main form .btn-primary").First.ClickAsync();
        await Assertions.Expect(desk.Locator("main table tbody tr")).ToHaveCountAsync(1);
        await desk.GotoAsync($"{customer}/history?kind=shares");
        await Assertions.Expect(desk.Locator("main")).ToContainTextAsync("投标结束");
        await group.Check();
    }

    [GeneratedRegex(@"/approvals/\d+$")]
    private static partial Regex Approval();

    [GeneratedRegex(@"/customers/\d+$")]
    private static partial Regex Customer();
}
