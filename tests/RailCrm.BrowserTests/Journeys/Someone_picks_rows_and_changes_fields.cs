using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace RailCrm.BrowserTests.Journeys;

public sealed partial class Someone_picks_rows_and_changes_fields(Browser browser)
{
    [Theory, MemberData(nameof(Ways.Two), MemberType = typeof(Ways))]
    public async Task Rows_ticked_on_two_pages_are_worked_on_together_and_the_work_is_found_again(string language, int width)
    {
        await using var walk = await browser.Open(null, language, width, user: "group");
        var page = walk.Page;
        await page.GotoAsync("/customers?view=all&limit=10");
        await page.Locator(".rc-tick").Nth(2).CheckAsync();
        await Assertions.Expect(page.Locator(".rc-work-count")).ToContainTextAsync("1");
        await page.EvalOnSelectorAsync(".rc-scroll:has(> .rc-list)", "list => list.scrollTop = list.scrollHeight");
        await page.ClickAsync(".rc-pager a[rel=next]");
        await page.WaitForURLAsync("**cursor=**");
        await Assertions.Expect(page.Locator(".rc-tick:checked")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator(".rc-scroll:has(> .rc-list)")).ToBeFocusedAsync(); // The next page begins at its top.
        Assert.True(await page.EvalOnSelectorAsync<bool>(".rc-scroll:has(> .rc-list)", "list => list.scrollTop === 0 && list.getBoundingClientRect().top >= 0 && list.getBoundingClientRect().top < innerHeight / 2"));
        await Assertions.Expect(page.Locator(".rc-work-count")).ToContainTextAsync("1");
        await page.Locator(".rc-tick").Nth(0).CheckAsync();
        await Assertions.Expect(page.Locator(".rc-work-count")).ToContainTextAsync("2");
        await page.GoBackAsync();
        await Assertions.Expect(page.Locator(".rc-tick").Nth(2)).ToBeCheckedAsync();
        await Assertions.Expect(page.Locator(".rc-work-count")).ToContainTextAsync("2");
        await walk.Check();
        if (width < 768)
        {
            await page.ClickAsync("[popovertarget=work-more]");
        }

        await page.ClickAsync(".rc-work button[value=tag]");
        await page.WaitForURLAsync("**/lists/customers/work?**");
        await page.ClickAsync(".rc-form-actions a.btn");
        await Assertions.Expect(page.Locator(".rc-work-count")).ToContainTextAsync("2"); // Looking is not doing.
        if (width < 768)
        {
            await page.ClickAsync("[popovertarget=work-more]");
        }

        await page.ClickAsync(".rc-work button[value=tag]");
        await page.WaitForURLAsync("**/lists/customers/work?**");
        await page.FillAsync("[name='Form.Value']", $"两页{width}");
        await page.Locator("main form button.btn-primary").Last.ClickAsync();
        await page.WaitForURLAsync(OneWork());
        await Assertions.Expect(page.Locator(".rc-badge.rc-success")).ToHaveCountAsync(3, new() { Timeout = 60_000 }); // The work and its two rows.
        var work = new Uri(page.Url).AbsolutePath;
        Assert.Null(await page.EvaluateAsync<string?>("sessionStorage.getItem('rc-ticks')")); // It has begun.
        await page.GotoAsync("/lists/work");
        await walk.Check();
        await page.ClickAsync($"table.rc-list a[href='{work}']");
        await page.WaitForURLAsync($"**{work}");
        await page.Locator("main .rc-head-actions form button").ClickAsync();
        await Assertions.Expect(page.Locator(".rc-badge.rc-success")).ToHaveCountAsync(3, new() { Timeout = 60_000 });
    }

    [Theory, MemberData(nameof(Ways.AtADesk), MemberType = typeof(Ways))]
    public async Task A_field_of_a_record_is_changed_by_the_keyboard_alone_and_taken_back(string language, int width)
    {
        await using var walk = await browser.Open(null, language, width, user: "group");
        var page = walk.Page;
        await page.GotoAsync("/customers?view=all");
        await page.Locator("table.rc-list tbody th a").Nth(4).ClickAsync();
        var field = page.Locator("dd[data-field=website]");
        var before = await field.InnerTextAsync();
        await field.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(field.Locator("input")).ToBeFocusedAsync();
        await field.Locator("input").FillAsync($"https://keyboard{width}.example.com");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(field.Locator("a")).ToHaveAttributeAsync("href", $"https://keyboard{width}.example.com"); // Shown as the page shows it, not as it was typed.
        await walk.Check();
        await page.ClickAsync(".rc-toast form button");
        await Assertions.Expect(page.Locator("dd[data-field=website]")).ToHaveTextAsync(before);
    }

    [Theory]
    [InlineData("contacts", "en", "bin")]
    [InlineData("waybills", "zh-CN", "delete")]
    public async Task People_and_lines_of_two_pages_are_changed_at_once_binned_and_given_back(string list, string language, string bin)
    {
        var own = await Own.Make(browser);
        var before = await own.Stored(browser, list);
        await using var walk = await browser.Open(null, language, 1400, user: "group");
        var page = walk.Page;
        var rows = page.Locator("table.rc-list .rc-tick");
        await Tick();
        await page.CheckAsync(".rc-work input[name=all]");
        await Assertions.Expect(page.Locator(".rc-work-count")).ToContainTextAsync("3");
        await page.ClickAsync(".rc-work button[value=edit]");
        await page.SelectOptionAsync("#f-Form-Field", Own.FieldOf(list));
        await page.FillAsync("#f-Form-Value", "一起改");
        await walk.Check();
        await Start(3);
        Assert.Equal(["一起改", "一起改", "一起改"], await own.Stored(browser, list));
        await Undo(3);
        Assert.Equal(before, await own.Stored(browser, list));

        await Tick(); // Those of two pages, and no more.
        await page.ClickAsync($".rc-work button[value={bin}]");
        await Start(2);
        var work = page.Url;
        await page.GotoAsync($"/{list}?customer={own.Customer}");
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await page.GotoAsync(work);
        await Undo(2);
        await page.GotoAsync($"/{list}?customer={own.Customer}");
        await Assertions.Expect(rows).ToHaveCountAsync(3);
        await walk.CheckQuiet();

        async Task Tick()
        {
            await page.GotoAsync($"/{list}?customer={own.Customer}&limit=2");
            await page.WaitForLoadStateAsync();
            await rows.First.CheckAsync();
            await page.ClickAsync(".rc-pager a[rel=next]");
            await Assertions.Expect(rows).ToHaveCountAsync(1);
            await Assertions.Expect(rows.First).Not.ToBeCheckedAsync();
            await rows.First.CheckAsync();
            await Assertions.Expect(page.Locator(".rc-work-count")).ToContainTextAsync("2");
        }

        async Task Start(int count)
        {
            await page.Locator("main form button.btn-primary, main form button.btn-danger").Last.ClickAsync();
            await page.WaitForURLAsync(AnyWork());
            await Assertions.Expect(page.Locator(".rc-badge.rc-success")).ToHaveCountAsync(count + 1, new() { Timeout = 60_000 }); // The work and its rows.
        }

        async Task Undo(int count)
        {
            var done = page.Url;
            await page.Locator("main .rc-head-actions form button").ClickAsync();
            await page.WaitForURLAsync(u => u != done && AnyWork().IsMatch(u));
            await Assertions.Expect(page.Locator(".rc-badge.rc-success")).ToHaveCountAsync(count + 1, new() { Timeout = 60_000 });
        }
    }

    [Fact]
    public async Task A_span_of_time_is_chosen_in_words_and_a_row_is_opened_from_its_menu()
    {
        await using var walk = await browser.Open(null, "zh-CN", 1400, user: "group");
        var page = walk.Page;
        await page.GotoAsync("/customers?view=all");
        await page.ClickAsync("#filter > summary");
        await page.SelectOptionAsync("#filter select[name=add]", "created");
        await page.SelectOptionAsync("#filter select[name=op]", ">=");
        await page.SelectOptionAsync("#filter select[name=value]", "-1y");
        await page.ClickAsync("#filter button.btn-primary");
        await Assertions.Expect(page.Locator(".rc-chip")).ToHaveCountAsync(1);
        Assert.Contains("-1y", Uri.UnescapeDataString(page.Url), StringComparison.Ordinal);
        var name = await page.Locator("table.rc-list tbody th a").First.InnerTextAsync();
        await page.Locator("[data-rc=row-menu]").First.ClickAsync();
        await walk.Check();
        await Assertions.Expect(page.Locator(".rc-row-panel")).ToBeVisibleAsync();
        Assert.DoesNotContain("/customers/", page.Url, StringComparison.Ordinal); // Still the list.
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync(name);
    }

    [GeneratedRegex(@"/lists/customers/work/\d+$")]
    private static partial Regex OneWork();

    [GeneratedRegex(@"/lists/\w+/work/\d+$")]
    private static partial Regex AnyWork();
}
