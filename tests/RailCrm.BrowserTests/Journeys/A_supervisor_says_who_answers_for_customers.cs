using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace RailCrm.BrowserTests.Journeys;

public sealed partial class A_supervisor_says_who_answers_for_customers(Browser browser)
{
    [Theory, MemberData(nameof(Ways.Two), MemberType = typeof(Ways))]
    public async Task A_customer_without_a_manager_gets_one_then_another_and_the_past_says_so(string language, int width)
    {
        await using var walk = await browser.Open(null, language, width, user: "group");
        var page = walk.Page;
        await page.GotoAsync("/customers?view=unmanaged");
        await walk.Check();
        var customer = await page.Locator("table.rc-list tbody th a").Nth(width == 390 ? 1 : 0).GetAttributeAsync("href") ?? "";
        await page.GotoAsync(customer);
        await page.ClickAsync($"a[href*='{new Uri(page.Url).AbsolutePath}/managers']");
        await page.WaitForURLAsync(Managers());
        var missing = page.Locator(".rc-badge.rc-warning");
        var gaps = await missing.CountAsync();
        Assert.True(gaps > 0);
        await walk.Check();

        var first = await Choose(0);
        await page.ClickAsync("[data-key=save]");
        await Assertions.Expect(page.Locator(".rc-toast")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("main table").First).ToContainTextAsync(first);

        var second = await Choose(1);
        await page.ClickAsync("[data-key=save]");
        await Assertions.Expect(page.Locator("#f-Form-Reason-error")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("[name='Form.Person']")).ToHaveValueAsync(new Regex(Regex.Escape(second)));
        await walk.Check();
        await page.FillAsync("[name='Form.Reason']", "前任调岗");
        await page.ClickAsync("[data-key=save]");
        await Assertions.Expect(page.Locator("main table").First).ToContainTextAsync("前任调岗");
        await Assertions.Expect(page.Locator("main table").Nth(1)).ToContainTextAsync(first);
        await walk.Check();

        await page.Locator("main table").First.Locator("a.btn").First.ClickAsync();
        await page.WaitForURLAsync("**end=*");
        await walk.Check();
        await page.FillAsync("[name='Form.Reason']", "走访安排调整");
        await page.Locator("main form button.btn-primary").First.ClickAsync();
        await Assertions.Expect(page.Locator("main table").Nth(1)).ToContainTextAsync("走访安排调整");

        await page.GotoAsync($"{new Uri(page.Url).AbsolutePath.Replace("/managers", "/history", StringComparison.Ordinal)}?kind=managers");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("走访安排调整");
        await walk.Check();

        // Somebody of the same level each time: an outlet's people come last in the look-up's order of units.
        async Task<string> Choose(int nth)
        {
            await page.Locator("[name='Form.Person']").FillAsync("");
            await page.Locator("[name='Form.Person']").ClickAsync();
            var options = page.Locator("rc-combobox [role=option]");
            await Assertions.Expect(options.Nth(1)).ToBeVisibleAsync();
            var option = options.Nth(await options.CountAsync() - 1 - nth);
            var name = (await option.InnerTextAsync()).Split('(')[0].Trim();
            await option.ClickAsync();
            return name;
        }
    }

    [Theory, MemberData(nameof(Ways.Two), MemberType = typeof(Ways))]
    public async Task The_group_says_which_tier_needs_which_levels(string language, int width)
    {
        await using var walk = await browser.Open(null, language, width, user: "admin");
        await walk.Page.GotoAsync("/settings/managers");
        var box = walk.Page.Locator("[name='Level.Prospective'][value=Outlet]");
        await Assertions.Expect(box).ToBeCheckedAsync();
        await box.UncheckAsync();
        await walk.Page.ClickAsync("[data-key=save]");
        await Assertions.Expect(walk.Page.Locator(".rc-toast")).ToBeVisibleAsync();
        await Assertions.Expect(box).Not.ToBeCheckedAsync();
        await walk.Check();
        await box.CheckAsync();
        await walk.Page.ClickAsync("[data-key=save]");
        await Assertions.Expect(walk.Page.Locator(".rc-toast")).ToBeVisibleAsync();
    }

    [GeneratedRegex("/customers/[0-9]+/managers")]
    private static partial Regex Managers();
}
