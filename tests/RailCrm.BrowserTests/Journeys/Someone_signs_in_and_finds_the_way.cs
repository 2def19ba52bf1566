using Microsoft.Playwright;

namespace RailCrm.BrowserTests.Journeys;

public sealed class Someone_signs_in_and_finds_the_way(Browser browser)
{
    [Theory, MemberData(nameof(Ways.Two), MemberType = typeof(Ways))]
    public async Task A_wrong_password_is_said_and_a_right_one_leads_where_one_wanted_to_go(string language, int width)
    {
        await using var walk = await browser.Open(null, language, width);
        var page = walk.Page;
        await page.GotoAsync("/customers?tier=small");
        await page.WaitForURLAsync("**/sign-in**");
        await walk.Check();
        await page.FillAsync("input[name='Form.UserName']", "finance");
        await page.FillAsync("input[name='Form.Password']", "not the password");
        await page.ClickAsync("main form button.btn-primary");
        await Assertions.Expect(page.Locator(".alert[role=alert]")).ToBeVisibleAsync();
        Assert.Equal("finance", await page.InputValueAsync("input[name='Form.UserName']"));
        await page.FillAsync("input[name='Form.Password']", Product.Password);
        await page.ClickAsync("main form button.btn-primary");
        await page.WaitForURLAsync("**/customers?tier=small");
        await walk.Check();
        await page.ClickAsync(".rc-user");
        await page.Locator("form[action='/sign-out'] button").ClickAsync();
        await page.WaitForURLAsync("**/sign-in**");
    }

    [Fact]
    public async Task Keys_reach_search_modules_rows_and_their_own_list()
    {
        await using var walk = await browser.Open(null, "zh-CN", 1400, user: "group");
        var page = walk.Page;
        await page.GotoAsync("/");
        await page.Keyboard.PressAsync("?");
        await Assertions.Expect(page.Locator("dialog#keys")).ToBeVisibleAsync();
        await walk.Check();
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator("dialog#keys")).ToBeHiddenAsync();
        await page.Keyboard.PressAsync("/");
        await Assertions.Expect(page.Locator("#search")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("c");
        await page.WaitForURLAsync("**/customers");
        await Assertions.Expect(page.Locator("table.rc-list tbody tr").First).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("j");
        await Assertions.Expect(page.Locator("table.rc-list tbody tr").First.Locator("th a").First).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("n");
        await page.WaitForURLAsync("**/customers/new");
    }

    [Fact]
    public async Task The_look_that_one_chose_stays_and_so_do_the_folded_menu_and_the_unit_of_money()
    {
        await using var walk = await browser.Open(null, "zh-CN", 1400, user: "group");
        var page = walk.Page;
        await page.GotoAsync("/");
        await page.ClickAsync("summary[title='外观']");
        await page.ClickAsync("[data-to=dark]");
        await page.ClickAsync("[data-rc=collapse]");
        await page.ClickAsync(".rc-switch button[value=wan]");
        await Assertions.Expect(page.Locator(".rc-figure .value").First).ToContainTextAsync("万");
        await page.GotoAsync("/customers");
        Assert.Equal("dark", await page.GetAttributeAsync("html", "data-bs-theme"));
        Assert.Equal("narrow", await page.GetAttributeAsync("html", "data-menu"));
        Assert.Equal("true", await page.GetAttributeAsync(".rc-switch button[value=wan]", "aria-pressed"));
        await walk.Check();
    }

    [Fact]
    public async Task On_a_phone_the_menu_opens_over_the_page_and_Esc_puts_it_away()
    {
        await using var walk = await browser.Open(null, "en", 390, user: "group");
        var page = walk.Page;
        await page.GotoAsync("/customers");
        await Assertions.Expect(page.Locator(".rc-side")).ToBeHiddenAsync();
        await page.ClickAsync("[data-rc=menu]");
        await Assertions.Expect(page.Locator(".rc-side")).ToBeVisibleAsync();
        Assert.DoesNotContain('#', page.Url); // Which Back would lead through.
        await walk.Check();
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator(".rc-side")).ToBeHiddenAsync();
        await page.ClickAsync("[data-rc=menu]");
        await page.ClickAsync(".rc-backdrop", new() { Position = new() { X = 380, Y = 600 } });
        await Assertions.Expect(page.Locator(".rc-side")).ToBeHiddenAsync();
        Assert.DoesNotContain('#', page.Url);
        var low = await page.Locator("button:visible, .btn:visible, select:visible, input:visible").EvaluateAllAsync<string[]>("all => all.filter(e => e.getBoundingClientRect().height < 43.5 && e.type !== 'checkbox' && e.type !== 'radio').map(e => e.outerHTML.slice(0, 120))");
        Assert.True(low.Length == 0, string.Join('\n', low));
    }
}
