using Microsoft.Playwright;

namespace RailCrm.BrowserTests.Journeys;

public sealed class An_administrator_tries_demo_data(Browser browser)
{
    [Theory, MemberData(nameof(Ways.AtADesk), MemberType = typeof(Ways))]
    public async Task It_comes_with_one_click_and_goes_with_another(string language, int width)
    {
        await using var product = await Product.Start(empty: true);
        await using var walk = await browser.Open(product, language, width, dark: width < 500);
        var page = walk.Page;
        await page.GotoAsync("/");
        await page.FillAsync("input[name$='.Code']", product.SetUpCode);
        await page.FillAsync("input[name$='.GroupName']", "测试铁路物流集团");
        await page.FillAsync("input[name$='.UserName']", "王伟");
        await page.FillAsync("input[name$='.Password']", Product.Password);
        await page.Locator("main form button.btn-primary").First.ClickAsync();
        await page.WaitForURLAsync(u => !u.Contains("/set-up", StringComparison.Ordinal));
        if (page.Url.Contains("/sign-in", StringComparison.Ordinal))
        {
            await walk.SignIn("王伟");
        }

        await page.GotoAsync("/settings/demo");
        await walk.Check();
        await page.Locator("main form button.btn-primary").ClickAsync();
        await Assertions.Expect(page.Locator(".rc-progress")).ToBeVisibleAsync();
        await walk.Check();
        await Assertions.Expect(page.Locator("[data-target=remove-demo]")).ToBeVisibleAsync(new() { Timeout = 180_000 });
        await walk.Check();
        await page.GotoAsync("/organization");
        await Assertions.Expect(page.Locator(".rc-layout-banner")).ToBeVisibleAsync();
        await walk.Check();
        await page.Locator(".rc-layout-banner a").ClickAsync();
        await page.Locator("[data-target=remove-demo]").ClickAsync();
        await page.Locator("#remove-demo form .btn-danger").ClickAsync();
        await Assertions.Expect(page.Locator("main form button.btn-primary")).ToBeVisibleAsync(new() { Timeout = 180_000 });
        await page.GotoAsync("/organization");
        await Assertions.Expect(page.Locator("main h1")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".rc-layout-banner")).ToHaveCountAsync(0);
        await walk.Check();
    }
}
