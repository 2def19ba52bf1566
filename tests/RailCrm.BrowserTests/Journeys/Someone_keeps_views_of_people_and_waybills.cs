using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using RailCrm.Modules.Customers;

namespace RailCrm.BrowserTests.Journeys;

/// <summary>The list of people and that of waybill lines made the own one: columns, a view that opens with it, told of a change, copied, shared with those below. By the head of a subsidiary, whose lists no other walk opens.</summary>
public sealed partial class Someone_keeps_views_of_people_and_waybills(Browser browser)
{
    [Theory]
    [InlineData("contacts", "en", "created")]
    [InlineData("waybills", "zh-CN", "wagons")]
    public async Task Columns_a_view_that_opens_with_the_list_a_copy_and_what_others_see(string list, string language, string column)
    {
        var own = await Own.Make(browser);
        await using var walk = await browser.Open(null, language, 1400, user: "subsidiary");
        var page = walk.Page;
        var rows = page.Locator("table.rc-list tbody tr");
        var here = page.Locator(".rc-views-tabs a.active");
        var sort = page.Locator($"thead th[data-column={(list == "contacts" ? "created" : "date")}] a.rc-sort");
        await page.GotoAsync($"/{list}?view=all&customer={own.Customer}");
        await page.WaitForLoadStateAsync();
        await page.ClickAsync("[data-target=columns]");
        await page.CheckAsync($"#columns input[name=column][value={column}]");
        await page.Locator("#columns li", new() { Has = page.Locator($"input[name=column][value={column}]") }).Locator("input[type=number]").FillAsync("200");
        await page.ClickAsync("#columns button.btn-primary");
        await Assertions.Expect(page.Locator($"thead th[data-column={column}]")).ToBeVisibleAsync();
        await page.WaitForLoadStateAsync();
        Assert.Equal(200, (await page.Locator($"thead th[data-column={column}]").BoundingBoxAsync())!.Width, 2.0);
        await Assertions.Expect(rows).ToHaveCountAsync(3);

        var name = $"{list} {language}";
        await page.WaitForLoadStateAsync();
        await page.ClickAsync("[data-target=save-view]");
        await page.FillAsync("#view-name", name);
        await page.CheckAsync("#save-view input[name=share]");
        await page.CheckAsync("#save-view input[name=isDefault]");
        await page.ClickAsync("#save-view button.btn-primary");
        await page.WaitForURLAsync(OneView());
        var first = page.Url.Split('=')[^1];
        await page.GotoAsync($"/{list}"); // It opens with the list.
        await Assertions.Expect(here).ToContainTextAsync(name);
        await Assertions.Expect(rows).ToHaveCountAsync(3);
        await Assertions.Expect(page.Locator($"thead th[data-column={column}]")).ToBeVisibleAsync();
        await walk.Check();

        // A change is told of, and undone; kept as a copy it is a view of its own.
        await page.WaitForLoadStateAsync();
        await sort.ClickAsync();
        await Assertions.Expect(page.Locator(".rc-changed")).ToBeVisibleAsync();
        await page.Locator(".rc-views > a").ClickAsync();
        await Assertions.Expect(page.Locator(".rc-changed")).ToHaveCountAsync(0);
        await sort.ClickAsync();
        await Assertions.Expect(page.Locator(".rc-changed")).ToBeVisibleAsync();
        await page.ClickAsync("[data-target=save-view]");
        var copy = language == "en" ? $"Copy of {name}" : $"{name} 副本";
        await Assertions.Expect(page.Locator("#view-name")).ToHaveValueAsync(copy);
        await page.ClickAsync("#save-view button.btn-primary");
        await page.WaitForURLAsync(OneView());
        var second = page.Url.Split('=')[^1];
        Assert.NotEqual(first, second);
        await Assertions.Expect(here).ToContainTextAsync(copy);
        await Assertions.Expect(page.Locator("thead th[aria-sort]")).ToHaveCountAsync(1);

        // Whoever works below sees the one that is shared, and may not take it away.
        await using (var below = await browser.Open(null, language, 1400, user: "outlet"))
        {
            await below.Page.GotoAsync($"/{list}?view=all");
            await below.Page.WaitForLoadStateAsync();
            await below.Page.ClickAsync("[data-target=all-views]");
            await Assertions.Expect(View(below.Page, first)).ToBeVisibleAsync();
            await Assertions.Expect(View(below.Page, first).Locator("button[value=delete], a[href*=remove]")).ToHaveCountAsync(0);
            await Assertions.Expect(View(below.Page, second)).ToHaveCountAsync(0);
            await View(below.Page, first).Locator("a").First.ClickAsync();
            await Assertions.Expect(below.Page.Locator("table.rc-list tbody tr")).ToHaveCountAsync(3);
            await below.CheckQuiet();
        }

        // Taken down from above the list, no more opening with it, and gone.
        await Act(first, "unpin");
        await Assertions.Expect(page.Locator($".rc-views-tabs a[href$='view={first}']")).ToHaveCountAsync(0);
        await Act(first, "default");
        await page.GotoAsync($"/{list}");
        await Assertions.Expect(rows.Nth(3)).ToBeVisibleAsync();
        await page.WaitForLoadStateAsync();
        await page.ClickAsync("[data-target=columns]");
        await page.ClickAsync("#columns button[name=reset]");
        await Assertions.Expect(page.Locator($"thead th[data-column={column}]")).ToHaveCountAsync(0);
        await Act(second, "delete");
        await Assertions.Expect(page.Locator(".rc-toast")).ToContainTextAsync(copy);
        await page.WaitForLoadStateAsync();
        await page.ClickAsync("[data-target=all-views]");
        await View(page, first).Locator("a[href*=remove]").ClickAsync(); // Others see it: that is told first.
        await page.ClickAsync("#remove-view button[value=delete]");
        await Assertions.Expect(page.Locator(".rc-toast")).ToContainTextAsync(name);
        await walk.CheckQuiet();

        async Task Act(string view, string act)
        {
            await page.WaitForLoadStateAsync();
            await page.ClickAsync("[data-target=all-views]");
            await page.RunAndWaitForResponseAsync(() => View(page, view).Locator($"form button[value={act}]").ClickAsync(), r => r.Request.Method == "POST");
            await Assertions.Expect(page.Locator("#all-views")).ToBeHiddenAsync();
        }
    }

    [Fact]
    public async Task People_stand_on_a_board_in_groups_and_in_a_picture_and_lines_as_cards()
    {
        var own = await Own.Make(browser);
        await using var walk = await browser.Open(null, "zh-CN", 1400, user: "group");
        var page = walk.Page;
        await page.GotoAsync($"/contacts?customer={own.Customer}&layout=board&group=active");
        var (works, left) = (page.Locator(".rc-board-column[data-value=true]"), page.Locator(".rc-board-column[data-value=false]"));
        await works.Locator(".rc-board-card", new() { HasText = own.People[1].Name }).DragToAsync(left);
        await Assertions.Expect(left.Locator(".rc-board-card")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator(".rc-toast")).ToBeVisibleAsync();
        Assert.Equal([own.People[1].Id], await browser.Demo.In(db => db.Set<Contact>().Where(k => k.CustomerId == own.Customer && !k.Active).Select(k => k.Id).ToListAsync()));
        await walk.Check();

        await page.GotoAsync($"/contacts?customer={own.Customer}&layout=groups&group=active");
        await Assertions.Expect(page.Locator("table.rc-list tbody tr")).ToHaveCountAsync(2);
        await page.Locator("table.rc-list tbody tr:has(td:text-is('2')) th a:not(.rc-unfold)").ClickAsync();
        await Assertions.Expect(page.Locator("table.rc-list .rc-tick")).ToHaveCountAsync(2);
        await page.GotoAsync($"/contacts?customer={own.Customer}&layout=chart&group=active&chart=pie");
        await Assertions.Expect(page.Locator("rc-chart svg")).ToBeVisibleAsync();
        await walk.Check();

        await page.GotoAsync($"/waybills?customer={own.Customer}&layout=cards");
        var cards = page.Locator(".rc-as-cards table.rc-list tbody tr");
        await Assertions.Expect(cards).ToHaveCountAsync(3);
        Assert.Equal((await cards.Nth(0).BoundingBoxAsync())!.Y, (await cards.Nth(1).BoundingBoxAsync())!.Y, 1.0); // Beside each other.
        await walk.Check();
    }

    private static ILocator View(IPage page, string id) => page.Locator("#all-views li", new() { Has = page.Locator($"a[href$='view={id}']") });

    [GeneratedRegex(@"\?view=\d+$")]
    private static partial Regex OneView();
}
