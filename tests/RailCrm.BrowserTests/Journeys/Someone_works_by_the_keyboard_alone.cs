using Microsoft.Playwright;

namespace RailCrm.BrowserTests.Journeys;

/// <summary>No hand on the mouse: people and waybill lines picked, changed and left with keys, and the focus never lost.</summary>
public sealed class Someone_works_by_the_keyboard_alone(Browser browser)
{
    [Theory]
    [InlineData("contacts", "l", "en")]
    [InlineData("waybills", "w", "zh-CN")]
    public async Task Picks_rows_changes_cells_and_records_and_keeps_the_focus(string list, string letter, string language)
    {
        var own = await Own.Make(browser);
        var field = Own.FieldOf(list);
        await using var walk = await browser.Open(null, language, 1400, user: "group");
        var page = walk.Page;
        await page.GotoAsync("/");
        await page.WaitForLoadStateAsync();
        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync(letter);
        await Assertions.Expect(page.Locator(".rc-side a.active").First).ToHaveAttributeAsync("href", $"/{list}");

        await page.GotoAsync($"/{list}?view=all&customer={own.Customer}&columns={(list == "contacts" ? "name" : "externalNo")},{field}");
        await page.WaitForLoadStateAsync();
        var links = page.Locator("table.rc-list tbody th a");
        var cells = page.Locator($"td[data-field={field}]");
        await page.Keyboard.PressAsync("j");
        await Assertions.Expect(links.Nth(0)).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("x");
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("x");
        await Assertions.Expect(page.Locator(".rc-work-count")).ToContainTextAsync("2");
        await page.Keyboard.PressAsync("x");
        await Assertions.Expect(page.Locator(".rc-work-count")).ToContainTextAsync("1");
        await page.Keyboard.PressAsync("k");
        await Assertions.Expect(links.Nth(1)).ToBeFocusedAsync();

        // The list of keys keeps the focus while it is open and gives it back.
        await page.Keyboard.PressAsync("?");
        await Assertions.Expect(page.Locator("dialog#keys")).ToBeVisibleAsync();
        await Stays(page, "dialog#keys");
        await page.Keyboard.PressAsync("j"); // Not a row behind it.
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator("dialog#keys")).ToBeHiddenAsync();
        await Assertions.Expect(links.Nth(1)).ToBeFocusedAsync();

        // A cell left as it was, and one changed; both times the row has the focus again.
        await page.Keyboard.PressAsync("F2");
        await Assertions.Expect(cells.Nth(1).Locator("[data-cell]")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("弃");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(links.Nth(1)).ToBeFocusedAsync();
        await Assertions.Expect(cells.Nth(1)).Not.ToContainTextAsync("弃");
        await page.Keyboard.PressAsync("F2");
        await page.Keyboard.PressAsync("Control+a");
        await page.Keyboard.TypeAsync("由键盘改");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(cells.Nth(1)).ToContainTextAsync("由键盘改");
        await Assertions.Expect(links.Nth(1)).ToBeFocusedAsync();
        Assert.Equal("由键盘改", (await own.Stored(browser, list))[1]);
        await walk.Check();

        // Columns: Enter opens the dialog, Esc closes it, the button has the focus again.
        await page.FocusAsync("[data-target=columns]");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("dialog#columns")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Shift+Tab");
        await Stays(page, "dialog#columns");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator("[data-target=columns]")).ToBeFocusedAsync();

        // Into the record, its form and out of it again; saved with Ctrl-S.
        await links.Nth(1).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator($"dd[data-field={field}]")).ToContainTextAsync("由键盘改");
        await Assertions.Expect(page.Locator("h1")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("e");
        await Assertions.Expect(page.Locator("main form a[data-abandon]")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("h1")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator("[data-key=e]")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("h1")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("e");
        var typed = page.Locator(list == "contacts" ? "[name='Form.Title']" : "[name='Form.Note']");
        await typed.FocusAsync();
        await page.Keyboard.PressAsync("Control+a");
        await page.Keyboard.TypeAsync("由键盘保存");
        await page.Keyboard.PressAsync("Control+s");
        await Assertions.Expect(page.Locator($"dd[data-field={field}]")).ToContainTextAsync("由键盘保存");
        Assert.Equal("由键盘保存", (await own.Stored(browser, list))[1]);

        // The field itself, by Enter, and the palette by number or phone.
        await page.WaitForLoadStateAsync();
        await page.FocusAsync($"dd[data-field={field}]");
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("Control+a");
        await page.Keyboard.TypeAsync("在记录上改");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator($"dd[data-field={field}]")).ToContainTextAsync("在记录上改");
        Assert.Equal("在记录上改", (await own.Stored(browser, list))[1]);
        var other = list == "contacts" ? own.People[2] : own.Lines[2];
        await page.Keyboard.PressAsync("Control+k");
        await page.Keyboard.TypeAsync(other.Name);
        var option = page.Locator("#palette-list [role=option]", new() { HasTextString = other.Name }).First;
        await Assertions.Expect(option).ToBeVisibleAsync();
        for (var n = 0; n < 5 && await option.GetAttributeAsync("aria-selected") != "true"; n++)
        {
            await page.Keyboard.PressAsync("ArrowDown");
        }

        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync(other.Name);
        await Assertions.Expect(page.Locator("#palette")).ToBeHiddenAsync();

        // A new one from the list.
        await page.GotoAsync($"/{list}");
        await page.WaitForLoadStateAsync();
        await page.Keyboard.PressAsync("n");
        await Assertions.Expect(page.Locator("main form a[data-abandon], main form [name='Form.Name'], main form [name=customer]").First).ToBeVisibleAsync();
        await walk.CheckQuiet();
    }

    [Fact]
    public async Task Moves_a_person_on_the_board()
    {
        var own = await Own.Make(browser);
        await using var walk = await browser.Open(null, "en", 1400, user: "group");
        var page = walk.Page;
        await page.GotoAsync($"/contacts?customer={own.Customer}&layout=board&group=active");
        await page.WaitForLoadStateAsync();
        var (works, left) = (page.Locator(".rc-board-column[data-value=true]"), page.Locator(".rc-board-column[data-value=false]"));
        await Assertions.Expect(works.Locator(".rc-board-card")).ToHaveCountAsync(3);
        await page.Keyboard.PressAsync("j");
        var name = await page.EvaluateAsync<string>("document.activeElement.closest('.rc-board-card').querySelector('a').textContent.trim()");
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("SELECT", await page.EvaluateAsync<string>("document.activeElement.tagName"));
        await page.Keyboard.PressAsync(await page.EvaluateAsync<bool>("document.activeElement.selectedIndex === 0") ? "ArrowDown" : "ArrowUp");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(left.Locator(".rc-board-card")).ToHaveCountAsync(1);
        await Assertions.Expect(left).ToContainTextAsync(name);
        await Assertions.Expect(page.Locator(".rc-toast")).ToBeVisibleAsync();
        await walk.Check();
    }

    /// <summary>The focus stays within a dialog, or with the browser's own frame.</summary>
    private static async Task Stays(IPage page, string dialog)
    {
        for (var tab = 0; tab < 6; tab++)
        {
            await page.Keyboard.PressAsync("Tab");
            Assert.True(await page.EvaluateAsync<bool>("dialog => document.activeElement === document.body || !!document.activeElement.closest(dialog)", dialog));
        }
    }
}
