using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace RailCrm.BrowserTests.Journeys;

/// <summary>A head makes a pool; an account manager gives a customer back to it; a colleague finds it there and claims it.</summary>
public sealed partial class Customers_are_claimed_from_a_pool(Browser browser)
{
    [Theory, MemberData(nameof(Ways.OnAPhone), MemberType = typeof(Ways))]
    public async Task One_is_given_back_and_claimed_by_a_colleague(string language, int width)
    {
        var (pool, name) = ($"网点公海{language[..2]}{width}", $"公海{language[..2]}{width}有限公司");
        await using var head = await browser.Open(null, language, width, user: "outlet");
        var desk = head.Page;
        await desk.GotoAsync("/settings/pools?edit=new#edit");
        await Assertions.Expect(desk.Locator("#edit .rc-form-actions")).ToBeVisibleAsync();
        await head.Check();
        await desk.FillAsync("[name='Form.Name']", pool);
        await desk.FillAsync("[name='Form.CoolDownDays']", "三十");
        await desk.ClickAsync("[data-key=save]");
        await Assertions.Expect(desk.Locator(".rc-banner[role=alert] a[href$='#f-Form-CoolDownDays']")).ToBeVisibleAsync();
        await Assertions.Expect(desk.Locator("[name='Form.Name']")).ToHaveValueAsync(pool);
        await desk.FillAsync("[name='Form.CoolDownDays']", "30");
        await desk.ClickAsync("[data-key=save]");
        await Assertions.Expect(desk.Locator("main .card", new() { HasText = pool })).ToBeVisibleAsync();
        await head.Check();

        await using var owner = await browser.Open(null, language, width, user: "manager");
        var page = owner.Page;
        await page.GotoAsync("/customers/quick");
        await page.FillAsync("[name='Form.Name']", name);
        await page.Locator("button[name=Then][value=open]").ClickAsync();
        await page.WaitForURLAsync(Customer());
        var customer = new Uri(page.Url).AbsolutePath;
        await page.GotoAsync($"{customer}/pool");
        await page.SelectOptionAsync("[name='Form.Pool']", pool);
        await page.FillAsync("[name='Form.Reason']", "客户停产");
        await owner.Check();
        await page.ClickAsync("[data-key=save]");
        await Assertions.Expect(page.Locator("main table.rc-list tbody tr")).ToHaveCountAsync(1);
        await owner.Check();

        await desk.GotoAsync("/pools");
        var row = desk.Locator("table.rc-list a", new() { HasText = name });
        await Assertions.Expect(row).ToBeVisibleAsync();
        await head.Check();
        await row.ClickAsync();
        await desk.WaitForURLAsync("**/pools/customers/*");
        await Assertions.Expect(desk.Locator("main h1")).ToContainTextAsync(name);
        await head.Check();
        await desk.ClickAsync("[data-key=save]");
        await desk.WaitForURLAsync(Customer());
        await desk.GotoAsync($"{customer}/history?kind=pools");
        await Assertions.Expect(desk.Locator("main")).ToContainTextAsync("客户停产");
        await head.Check();
    }

    [GeneratedRegex(@"/customers/\d+$")]
    private static partial Regex Customer();
}
