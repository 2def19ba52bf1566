using Microsoft.Playwright;

namespace RailCrm.BrowserTests.Journeys;

public sealed class A_group_sets_up_RailCRM(Browser browser)
{
    [Theory, MemberData(nameof(Ways.Two), MemberType = typeof(Ways))]
    public async Task The_first_visit_makes_the_group_and_its_administrator_who_signs_in(string language, int width)
    {
        await using var product = await Product.Start(empty: true, environment: "Development");
        await using var walk = await browser.Open(product, language, width, dark: width < 500);
        var page = walk.Page;
        await page.GotoAsync("/");
        await page.WaitForURLAsync("**/set-up**");
        await walk.Check();
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

        await page.GotoAsync("/");
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync(language == "en" ? "Workbench" : "工作台");
        await page.Locator("dialog.rc-tour [data-part=end]").ClickAsync(); // A new person is offered the tour.
        await walk.Check(); // Without one customer.

        await page.GotoAsync("/kit"); // Every part of the kit in every state.
        await Assertions.Expect(page.Locator("rc-chart svg")).ToHaveCountAsync(4);
        await walk.Check();
    }
}
