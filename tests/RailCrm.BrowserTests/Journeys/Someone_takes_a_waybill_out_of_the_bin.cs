using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace RailCrm.BrowserTests.Journeys;

public sealed partial class Someone_takes_a_waybill_out_of_the_bin(Browser browser)
{
    [Theory, MemberData(nameof(Ways.AtADesk), MemberType = typeof(Ways))]
    public async Task By_the_toast_at_once_and_later_by_the_keyboard(string language, int width)
    {
        await using var walk = await browser.Open(null, language, width, user: "group");
        var page = walk.Page;
        var number = $"误删{language}{width}";
        await page.GotoAsync("/customers/quick");
        await page.FillAsync("[name='Form.Name']", $"运单误删{language}{width}公司");
        await page.Locator("main form button.btn-primary").ClickAsync();
        await page.WaitForURLAsync(OneCustomer());
        await page.GotoAsync($"/waybills/new?customer={page.Url.Split('/')[^1]}");
        await page.FillAsync("[name='Form.ExternalNo']", number);
        await page.FillAsync("[name='Form.Revenue']", "1234.5");
        await page.Locator("main form button.btn-primary").Last.ClickAsync();
        await page.WaitForURLAsync(OneLine());
        var line = new Uri(page.Url).AbsolutePath;

        await Delete();
        await page.Locator(".rc-toast form button").ClickAsync();
        await page.WaitForURLAsync($"**{line}");
        await Assertions.Expect(page.Locator("main a[href$='/edit']")).ToBeVisibleAsync();

        await Delete();
        await page.Locator("main .rc-menu:has(a[href='/waybills/bin']) summary").ClickAsync();
        await page.Locator("main a[href='/waybills/bin']").ClickAsync();
        await Assertions.Expect(page.Locator("table.rc-list tbody")).ToContainTextAsync(number);
        await walk.Check();
        await page.Keyboard.PressAsync("j");
        await Assertions.Expect(page.Locator($"table.rc-list th a[href^='{line}']")).ToBeFocusedAsync(); // The latest comes first.
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync($"**{line}*");
        await Assertions.Expect(page.Locator("h1")).ToBeFocusedAsync();
        await Assertions.Expect(page.Locator("main .rc-banner")).ToBeVisibleAsync();
        await walk.Check();
        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.Locator("main form[action='/waybills/bin'] button")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("main a[href$='/edit']")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync(number);
        await page.GotoAsync("/waybills/bin");
        await Assertions.Expect(page.Locator("main")).Not.ToContainTextAsync(number);

        async Task Delete()
        {
            await page.Locator("[data-target=delete]").ClickAsync();
            await page.Locator("dialog[open] button.btn-danger").ClickAsync();
            await page.WaitForURLAsync("**/waybills");
            await Assertions.Expect(page.Locator(".rc-toast")).ToContainTextAsync(number);
        }
    }

    [GeneratedRegex("/customers/[0-9]+$")]
    private static partial Regex OneCustomer();

    [GeneratedRegex("/waybills/[0-9]+$")]
    private static partial Regex OneLine();
}
