using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace RailCrm.BrowserTests.Journeys;

/// <summary>A view shared with a unit: refused once and mended, looked after from above; a condition that cannot be used, set right in place.</summary>
public sealed partial class Someone_shares_a_view(Browser browser)
{
    [Theory, MemberData(nameof(Ways.AtADesk), MemberType = typeof(Ways))]
    public async Task Names_a_unit_that_is_none_mends_that_where_it_was_typed_and_the_view_is_kept(string language, int width)
    {
        await using var walk = await browser.Open(null, language, width, user: "outlet");
        var page = walk.Page;
        var name = $"共享 {language} {width}";
        await page.GotoAsync("/customers?view=all&tier=small");
        await page.WaitForLoadStateAsync();
        await page.ClickAsync("[data-target=save-view]");
        await page.FillAsync("#view-name", name);
        await page.CheckAsync("#save-view input[name=share]");
        await page.FillAsync("#view-unit", "没有的单位");
        await page.Keyboard.PressAsync("Tab");
        await page.ClickAsync("#save-view button.btn-primary");
        await Assertions.Expect(page.Locator("#view-unit-error")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#save-view:modal")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator("#view-unit")).ToBeFocusedAsync();
        await Assertions.Expect(page.Locator("#view-unit")).ToHaveValueAsync("没有的单位");
        await Assertions.Expect(page.Locator("#view-name")).ToHaveValueAsync(name);
        await Assertions.Expect(page.Locator("#save-view input[name=share]")).ToBeCheckedAsync();
        await walk.Check();
        await page.FillAsync("#view-unit", "");
        await page.Keyboard.PressAsync("Tab");
        await page.ClickAsync("#save-view button.btn-primary");
        await page.WaitForURLAsync(OneView());
        await Assertions.Expect(page.Locator(".rc-views-tabs a.active")).ToContainTextAsync(name);
        await Assertions.Expect(page.Locator("dialog[open]")).ToHaveCountAsync(0);

        // Whoever supervises the outlet finds it only where it is asked for, opens it and takes it away.
        await using var above = await browser.Open(null, language, width, user: "subsidiary");
        page = above.Page;
        await page.GotoAsync("/customers?view=all");
        await page.WaitForLoadStateAsync();
        await page.ClickAsync("[data-target=all-views]");
        await Assertions.Expect(page.Locator("#all-views li", new() { HasText = name })).ToHaveCountAsync(0);
        await page.ClickAsync("a#lower-views");
        var line = page.Locator("#views-lower li", new() { HasText = name });
        await Assertions.Expect(line).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#all-views:modal")).ToHaveCountAsync(1);
        await above.Check();
        await line.Locator("a").First.ClickAsync();
        await Assertions.Expect(page.Locator(".rc-views-tabs a.active")).ToContainTextAsync(name);
        await Assertions.Expect(page.Locator(".rc-chip")).ToHaveCountAsync(1);
        await page.WaitForLoadStateAsync();
        await page.ClickAsync("[data-target=all-views]");
        await page.ClickAsync("a#lower-views");
        await line.Locator("a[href*=remove]").ClickAsync();
        await Assertions.Expect(page.Locator("#remove-view:modal")).ToContainTextAsync(name);
        await Assertions.Expect(page.Locator("#remove-view li")).ToHaveCountAsync(3); // Its owner pinned it.
        await above.Check();
        await page.ClickAsync("#remove-view .rc-dialog-foot a");
        await Assertions.Expect(page.Locator("dialog[open]")).ToHaveCountAsync(0); // Nothing is done yet.
        await page.WaitForLoadStateAsync();
        await page.ClickAsync("[data-target=all-views]");
        await page.ClickAsync("a#lower-views");
        await line.Locator("a[href*=remove]").ClickAsync();
        await page.ClickAsync("#remove-view button[value=delete]");
        await Assertions.Expect(page.Locator(".rc-toast")).ToContainTextAsync(name);
        await page.ClickAsync(".rc-toast form button"); // Taken back at once.
        await Assertions.Expect(page.Locator(".rc-views-tabs a.active")).ToContainTextAsync(name);
        await above.Check();
    }

    [Theory, MemberData(nameof(Ways.OnAPhone), MemberType = typeof(Ways))]
    public async Task Opens_an_address_with_a_condition_that_is_none_and_sets_it_right_or_takes_it_out(string language, int width)
    {
        await using var walk = await browser.Open(null, language, width, user: "group");
        var page = walk.Page;
        const string Wrong = "/customers?view=all&filter=tier%3Dsmall%3Bcompleteness%3E%3Dviel";
        await page.GotoAsync(Wrong);
        await Assertions.Expect(page.Locator(".rc-chip")).ToHaveCountAsync(2);
        await Assertions.Expect(page.Locator(".rc-chip-wrong")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator("#filter .invalid-feedback")).ToBeVisibleAsync();
        await walk.Check();
        await page.FillAsync("#filter input[name=value]", "0");
        await page.ClickAsync("#filter button.btn-primary");
        await Assertions.Expect(page.Locator("table.rc-list tbody tr").First).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".rc-chip")).ToHaveCountAsync(2);
        await Assertions.Expect(page.Locator("#filter[open]")).ToHaveCountAsync(0);

        await page.GotoAsync(Wrong);
        if (width < 768)
        {
            await page.WaitForLoadStateAsync();
            await page.ClickAsync("#list-sheet > .rc-sheet-head button");
        }

        await page.ClickAsync(".rc-empty a.btn-primary");
        await Assertions.Expect(page.Locator("table.rc-list tbody tr").First).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".rc-chip")).ToHaveCountAsync(1);

        // A text begins with what it contains, and can leave out what it contains.
        if (width >= 768)
        {
            await page.ClickAsync("#filter > summary");
            await page.SelectOptionAsync("#filter select[name=add]", "name");
            await Assertions.Expect(page.Locator("#filter select[name=op]")).ToHaveValueAsync("~");
            await page.SelectOptionAsync("#filter select[name=op]", "!~");
            await page.FillAsync("#filter input[name=value]", "没有这样的名称");
            await page.ClickAsync("#filter button.btn-primary");
            await Assertions.Expect(page.Locator(".rc-chip")).ToHaveCountAsync(2);
            await page.Locator(".rc-chip-edit").Last.ClickAsync(); // Open as a panel, it stays open after a change, too.
            await page.FillAsync("#filter input[name=value]", "也没有");
            await page.ClickAsync("#filter button.btn-primary");
            await Assertions.Expect(page.Locator(".rc-chip").Last).ToContainTextAsync("也没有");
            await Assertions.Expect(page.Locator("#filter[open] select[name=add]")).ToBeVisibleAsync();
        }
    }

    [GeneratedRegex(@"/customers\?view=\d+$")]
    private static partial Regex OneView();
}
