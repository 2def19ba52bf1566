using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace RailCrm.BrowserTests.Journeys;

public sealed partial class Someone_makes_a_list_the_own_one(Browser browser)
{
    [Theory, MemberData(nameof(Ways.Two), MemberType = typeof(Ways))]
    public async Task Narrows_it_by_either_of_two_conditions_keeps_that_as_a_view_and_is_told_of_a_change(string language, int width)
    {
        await using var walk = await browser.Open(null, language, width, user: "group");
        var page = walk.Page;
        await page.GotoAsync("/customers?view=all");
        if (width < 768)
        {
            await page.ClickAsync("[popovertarget=list-sheet]");
        }

        await page.ClickAsync("#filter > summary");
        await page.SelectOptionAsync("#filter select[name=add]", "tier");
        await page.CheckAsync("#filter input[name=value][value=large]");
        await page.CheckAsync("#filter input[name=value][value=medium]");
        await page.ClickAsync("#filter button.btn-primary");
        await page.WaitForURLAsync("**/customers?**tier**");
        await Assertions.Expect(page.Locator(".rc-chip-group .rc-chip")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator("#filter select[name=or]")).ToBeVisibleAsync(); // Still open for the next condition, and empty again.
        await Assertions.Expect(page.Locator("#filter select[name=add]")).ToHaveValueAsync("");
        await page.SelectOptionAsync("#filter select[name=or]", "0");
        await page.SelectOptionAsync("#filter select[name=add]", "completeness");
        await page.SelectOptionAsync("#filter select[name=op]", "<=");
        await page.FillAsync("#filter input[name=value]", "40");
        await page.ClickAsync("#filter button.btn-primary");
        await Assertions.Expect(page.Locator(".rc-chip-group .rc-chip")).ToHaveCountAsync(2);
        await walk.Check();
        if (width < 768)
        {
            await page.ClickAsync("#list-sheet > .rc-sheet-head button");
        }

        await Assertions.Expect(page.Locator("table.rc-list tbody tr").First).ToBeVisibleAsync();

        var name = $"{language} {width}";
        await page.ClickAsync("[data-target=save-view]");
        await page.FillAsync("#view-name", name);
        await page.ClickAsync("#save-view button.btn-primary");
        await page.WaitForURLAsync(OneView());
        await Assertions.Expect(page.Locator(".rc-views-tabs a.active")).ToContainTextAsync(name);
        await Assertions.Expect(page.Locator(".rc-chip-group .rc-chip")).ToHaveCountAsync(2);
        await Assertions.Expect(page.Locator(".rc-changed")).ToHaveCountAsync(0);

        await page.Locator(".rc-chip-group .rc-chip-edit").Last.ClickAsync(); // A chip is changed where it stands.
        await Assertions.Expect(page.Locator("#filter[open] input[name=value]")).ToHaveValueAsync("40");
        await walk.Check();
        await page.FillAsync("#filter input[name=value]", "30");
        await page.ClickAsync("#filter button.btn-primary");
        await Assertions.Expect(page.Locator(".rc-chip-group .rc-chip").Last).ToContainTextAsync("30");
        await Assertions.Expect(page.Locator(".rc-chip-group .rc-chip")).ToHaveCountAsync(2);
        await page.Locator(".rc-chip-group .rc-chip-off").Last.ClickAsync();
        await Assertions.Expect(page.Locator(".rc-changed")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".rc-chip-group .rc-chip")).ToHaveCountAsync(1);
        await page.Locator(".rc-views > form button").ClickAsync(); // Saves the change.
        await page.WaitForURLAsync(OneView());
        await Assertions.Expect(page.Locator(".rc-chip-group .rc-chip")).ToHaveCountAsync(1);

        await page.ClickAsync("[data-target=all-views]");
        await page.Locator("#all-views li", new() { HasText = name }).Locator("summary").ClickAsync();
        await walk.Check();
        name += " 改名";
        await page.Locator(".rc-view-edit[open] input[name=name]").FillAsync(name);
        await page.Locator(".rc-view-edit[open] input[name=share]").CheckAsync();
        await page.Locator(".rc-view-edit[open] button").ClickAsync();
        await Assertions.Expect(page.Locator(".rc-views-tabs a.active")).ToContainTextAsync(name);
        await Assertions.Expect(page.Locator(".rc-chip-group .rc-chip")).ToHaveCountAsync(1);
        await page.ClickAsync("[data-target=all-views]");
        await page.Locator("#all-views li", new() { HasText = name }).Locator("a[href*=remove]").ClickAsync();
        await page.ClickAsync("#remove-view button[value=delete]");
        await Assertions.Expect(page.Locator(".rc-toast")).ToContainTextAsync(name);
        await Assertions.Expect(page.Locator(".rc-views-tabs a", new() { HasText = name })).ToHaveCountAsync(0);
    }

    [Theory, MemberData(nameof(Ways.OnAPhone), MemberType = typeof(Ways))]
    public async Task Tags_the_rows_ticked_sees_each_one_done_and_takes_it_back(string language, int width)
    {
        await using var walk = await browser.Open(null, language, width, user: "group");
        var page = walk.Page;
        await page.GotoAsync("/customers?tier=small&sort=-revenue");
        await page.Locator(".rc-tick").Nth(0).CheckAsync();
        await page.Locator("table.rc-list tbody th a").Nth(1).FocusAsync();
        await page.Keyboard.PressAsync("x");
        await Assertions.Expect(page.Locator(".rc-work-count")).ToContainTextAsync("2");
        await walk.Check();
        if (width < 768)
        {
            await page.ClickAsync("[popovertarget=work-more]");
            await walk.Check();
        }

        await page.ClickAsync(".rc-work button[value=tag]");
        await page.WaitForURLAsync("**/lists/customers/work?**");
        await walk.Check();
        await page.FillAsync("[name='Form.Value']", $"旅程{width}");
        await page.Locator("main form button.btn-primary").Last.ClickAsync();
        await page.WaitForURLAsync(OneWork());
        await Assertions.Expect(page.Locator(".rc-badge.rc-success")).ToHaveCountAsync(3, new() { Timeout = 60_000 }); // The work and its two rows.
        await walk.Check();

        await page.GotoAsync($"/customers?tag={Uri.EscapeDataString($"旅程{width}")}");
        await Assertions.Expect(page.Locator("table.rc-list tbody tr")).ToHaveCountAsync(2);
        await page.GoBackAsync();
        await page.Locator("main .rc-head-actions form button").ClickAsync();
        await Assertions.Expect(page.Locator(".rc-badge.rc-success")).ToHaveCountAsync(3, new() { Timeout = 60_000 });
        await page.GotoAsync($"/customers?tag={Uri.EscapeDataString($"旅程{width}")}");
        await Assertions.Expect(page.Locator(".rc-empty")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Chooses_columns_changes_a_cell_where_it_stands_and_walks_from_record_to_record()
    {
        await using var walk = await browser.Open(null, "zh-CN", 1400, user: "group");
        var page = walk.Page;
        await page.GotoAsync("/customers?view=large&sort=name");
        await page.ClickAsync("[data-target=columns]");
        await page.CheckAsync("#columns input[value=website]");
        var line = page.Locator("#columns li", new() { Has = page.Locator("input[value=website]") });
        await line.Locator("[data-move='-1']").ClickAsync();
        await line.Locator("input[type=number]").FillAsync("300");
        await line.Locator("input[name=pin]").CheckAsync(new() { Force = true });
        await walk.Check();
        await page.ClickAsync("#columns button.btn-primary");
        var cell = page.Locator("td[data-field=website]").First;
        await Assertions.Expect(cell).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("thead th").Nth(1)).ToHaveAttributeAsync("data-column", "website"); // Pinned: beside the name, and there it stays.
        var before = (await cell.BoundingBoxAsync())!;
        Assert.Equal(300, before.Width, 2.0);
        await page.EvaluateAsync("document.querySelector('.rc-scroll').scrollLeft = 400");
        Assert.Equal(before.X, (await cell.BoundingBoxAsync())!.X, 2.0);
        await page.EvaluateAsync("document.querySelector('.rc-scroll').scrollLeft = 0");

        await cell.DblClickAsync();
        await page.Keyboard.TypeAsync("ftp://wrong");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(cell.Locator(".invalid-feedback")).ToContainTextAsync("http");
        await cell.Locator("input").FillAsync("https://example.com");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(cell).ToContainTextAsync("https://example.com");
        await page.ClickAsync(".rc-toast form button"); // Takes it back.
        await Assertions.Expect(page.Locator("td[data-field=website]").First).Not.ToContainTextAsync("https://example.com");
        await page.WaitForLoadStateAsync(); // Keys are heard once the page's script has come.
        await page.Locator("table.rc-list tbody th a").First.FocusAsync();
        await page.Keyboard.PressAsync("F2");
        await Assertions.Expect(page.Locator("td[data-field=website] [data-cell]")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("https://example.com");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".rc-toast")).ToContainTextAsync("https://example.com");
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("td[data-field=website]").First).ToContainTextAsync("https://example.com");

        var names = await page.Locator("table.rc-list tbody th a").AllInnerTextsAsync();
        await page.Locator("table.rc-list tbody th a").First.ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync(names[0]);
        // Others walk through the same demo and make and bin customers meanwhile: who is beside is who the link says.
        var second = await Step("next", names[0]);
        await page.ClickAsync(".rc-tabs a[href*='/contacts']");
        await Assertions.Expect(page.Locator(".rc-tabs a[aria-current=page]")).ToHaveAttributeAsync("href", InContacts()); // The address changes before the page does.
        var third = await Step("next", second);
        Assert.Contains("/contacts", page.Url, StringComparison.Ordinal);
        await Step("prev", third);

        await page.GotoAsync("/customers?view=large&sort=name");
        await Assertions.Expect(page.Locator("td[data-field=website]").First).ToBeVisibleAsync(); // Kept for this view.
        await page.ClickAsync("[data-target=columns]");
        await page.ClickAsync("#columns button[name=reset]");
        await Assertions.Expect(page.Locator("td[data-field=website]")).ToHaveCountAsync(0);
        await page.ClickAsync("main form button[name=dense]"); // Close, and loose again.
        await Assertions.Expect(page.Locator("table.rc-dense")).ToHaveCountAsync(1);
        await page.ClickAsync("main form button[name=dense]");
        await Assertions.Expect(page.Locator("table.rc-dense")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator("td[data-field=website]")).ToHaveCountAsync(0);

        async Task<string> Step(string to, string from)
        {
            var link = page.Locator($".rc-beside a[rel={to}]");
            var address = (await link.GetAttributeAsync("href"))!;
            await link.ClickAsync();
            await page.WaitForURLAsync(u => u.EndsWith(address, StringComparison.Ordinal));
            var name = page.Locator("h1 > span").First;
            await Assertions.Expect(name).Not.ToHaveTextAsync(from);
            return await name.InnerTextAsync();
        }
    }

    [Fact]
    public async Task Moves_a_card_on_the_board_opens_a_group_and_looks_at_the_picture()
    {
        await using var walk = await browser.Open(null, "zh-CN", 1400, user: "group");
        var page = walk.Page;
        await page.GotoAsync("/customers?layout=board&group=ownership");
        var columns = page.Locator(".rc-board-column");
        await Assertions.Expect(columns.First).ToBeVisibleAsync();
        await walk.Check();
        var name = (await columns.First.Locator(".rc-board-card > a").First.InnerTextAsync()).Trim();
        await columns.First.Locator(".rc-board-card").First.DragToAsync(columns.Nth(1));
        await Assertions.Expect(page.Locator(".rc-toast")).ToBeVisibleAsync();
        await page.ClickAsync(".rc-toast form button"); // Undo.
        await Assertions.Expect(page.Locator(".rc-board-column").First).ToContainTextAsync(name);

        await page.GotoAsync("/customers?layout=groups&group=tier");
        await walk.Check();
        var count = await page.Locator("table.rc-list tbody tr").First.Locator("td").First.InnerTextAsync();
        await page.Locator("table.rc-list tbody th a:not(.rc-unfold)").First.ClickAsync();
        await Assertions.Expect(page.Locator(".rc-pager")).ToContainTextAsync(count);
        await page.GotoAsync("/customers?layout=chart&group=tier&measure=weight&chart=pie");
        await Assertions.Expect(page.Locator("rc-chart svg")).ToBeVisibleAsync();
        await walk.Check();
    }

    [GeneratedRegex(@"/contacts\?in=")]
    private static partial Regex InContacts();

    [GeneratedRegex(@"/customers\?view=\d+$")]
    private static partial Regex OneView();

    [GeneratedRegex(@"/lists/customers/work/\d+$")]
    private static partial Regex OneWork();
}
