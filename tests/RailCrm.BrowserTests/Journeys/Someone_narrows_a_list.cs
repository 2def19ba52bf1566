using Microsoft.Playwright;

namespace RailCrm.BrowserTests.Journeys;

public sealed class Someone_narrows_a_list(Browser browser)
{
    [Theory, MemberData(nameof(Ways.Two), MemberType = typeof(Ways))]
    public async Task Finds_industries_among_many_ticks_some_and_types_an_amount_as_one_says_it(string language, int width)
    {
        await using var walk = await browser.Open(null, language, width, user: "group");
        var page = walk.Page;
        await page.GotoAsync("/customers?view=all");
        if (width < 768)
        {
            await page.ClickAsync("[popovertarget=list-sheet]");
        }

        await page.ClickAsync("#filter > summary");
        await page.SelectOptionAsync("#filter select[name=add]", "industry");
        var search = page.Locator("#filter rc-choices input[type=search]");
        var boxes = page.Locator("#filter rc-choices input[type=checkbox]:visible");
        var all = await boxes.CountAsync();
        Assert.True(all > 100, $"{all}");
        Assert.True(await page.Locator("#filter .rc-choices-box").EvaluateAsync<bool>("box => box.clientHeight < 300 && box.scrollHeight > box.clientHeight"));
        await walk.Check();

        // By keyboard: what is typed leaves few, arrows and the space bar tick them, and nothing is sent meanwhile.
        await search.FillAsync("3");
        await page.Keyboard.PressAsync("Enter");
        Assert.InRange(await boxes.CountAsync(), 2, all / 2);
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync(" ");
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync(" ");
        await search.FillAsync("没有这样的行业");
        await Assertions.Expect(boxes).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator("#filter .rc-choices-none")).ToBeVisibleAsync();
        await search.FillAsync("");
        await Assertions.Expect(page.Locator("#filter input[name=value]:checked")).ToHaveCountAsync(2);
        await boxes.Last.FocusAsync();
        await page.Keyboard.PressAsync("Tab"); // Past the box in one step.
        await page.Keyboard.PressAsync("Enter");
        var chips = page.Locator(".rc-chip");
        await Assertions.Expect(chips).ToHaveCountAsync(1);
        await Assertions.Expect(chips.First).ToContainTextAsync(language == "en" ? " is " : "是");

        await page.SelectOptionAsync("#filter select[name=add]", "tier");
        await Assertions.Expect(page.Locator("#filter select[name=op]")).ToHaveValueAsync("=");
        await page.SelectOptionAsync("#filter select[name=add]", "revenue");
        await Assertions.Expect(page.Locator("#filter select[name=op]")).ToHaveValueAsync(">=");
        await Assertions.Expect(page.Locator("#filter select[name=op] option:checked")).ToContainTextAsync("≥");
        await page.FillAsync("#filter input[name=value]", language == "en" ? "1.2M" : "120万元");
        await page.ClickAsync("#filter button.btn-primary");
        await Assertions.Expect(chips).ToHaveCountAsync(2);
        await Assertions.Expect(chips.Last).ToContainTextAsync("≥ 1,200,000");
        await page.SelectOptionAsync("#filter select[name=add]", "created");
        await Assertions.Expect(page.Locator("#filter select[name=op]")).ToHaveValueAsync(">=");
        await Assertions.Expect(page.Locator("#filter .rc-filter-value .form-hint")).ToBeVisibleAsync();
        await page.SelectOptionAsync("#filter select[name=add]", "name");
        await Assertions.Expect(page.Locator("#filter select[name=op]")).ToHaveValueAsync("~");
        await Assertions.Expect(page.Locator("#filter .rc-filter-value .form-hint")).ToHaveCountAsync(0);

        // What was ticked is still ticked where it is changed.
        if (width < 768)
        {
            await page.ClickAsync("#list-sheet > .rc-sheet-head button");
        }

        await page.Locator(".rc-chip-edit").First.ClickAsync();
        await Assertions.Expect(page.Locator("#filter input[name=value]:checked")).ToHaveCountAsync(2);
        await walk.Check();
        await page.Locator("#filter input[name=value]:checked").First.UncheckAsync();
        await page.ClickAsync("#filter button.btn-primary");
        await Assertions.Expect(chips).ToHaveCountAsync(2);
    }
}
