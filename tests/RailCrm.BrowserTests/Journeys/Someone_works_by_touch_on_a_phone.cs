using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace RailCrm.BrowserTests.Journeys;

/// <summary>A phone held in the hand, in the yard: everything by tapping, on each of the three lists.</summary>
public sealed partial class Someone_works_by_touch_on_a_phone(Browser browser)
{
    /// <summary>A picture of one blue pixel.</summary>
    private static readonly byte[] Photo = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPj/HwADAgH/p6FnkQAAAABJRU5ErkJggg==");

    [Theory]
    [InlineData("customers", "zh-CN", "https://touch.example.com")]
    [InlineData("contacts", "en", "Yard foreman")]
    [InlineData("waybills", "zh-CN", "车皮已到，等待装车")]
    public async Task Finds_a_record_changes_it_writes_a_note_and_leaves_a_photo(string list, string language, string value)
    {
        var own = await Own.Make(browser);
        var (sought, field) = (own.First(list), Own.FieldOf(list));
        await using var walk = await browser.Open(null, language, 390, dark: language == "en", user: "group", touch: true);
        var page = walk.Page;

        // Narrowed in the sheet; what is left is a card that fits the screen.
        await page.GotoAsync($"/{list}?view=all");
        await page.TapAsync("[popovertarget=list-sheet]");
        if (list == "customers")
        {
            await page.TapAsync("#filter > summary");
            await page.SelectOptionAsync("#filter select[name=add]", "name");
            await page.FillAsync("#filter input[name=value]", sought.Sought);
            await page.TapAsync("#filter button.btn-primary");
        }
        else
        {
            await page.FillAsync($"#list-filter input[name={(list == "contacts" ? "mobile" : "externalNo")}]", sought.Sought);
            await page.TapAsync("#list-filter button.btn");
        }

        await Assertions.Expect(page.Locator(".rc-chip")).ToHaveCountAsync(1);
        await page.TapAsync("#list-sheet > .rc-sheet-head button");
        await Assertions.Expect(page.Locator("#list-sheet")).ToBeHiddenAsync();
        var card = page.Locator("table.rc-list tbody tr");
        await Assertions.Expect(card).ToHaveCountAsync(1);
        await Assertions.Expect(card).ToContainTextAsync(sought.Name);
        await Assertions.Expect(page.Locator("table.rc-list thead")).ToBeHiddenAsync();
        Assert.True((await card.BoundingBoxAsync())!.Width <= 390);
        await walk.Check();
        await Fits(walk);

        // Ticked, the bar says so, and its sheet holds the rest of what can be done.
        await card.Locator(".rc-tick").TapAsync();
        await Assertions.Expect(page.Locator(".rc-work-count")).ToContainTextAsync("1");
        await page.TapAsync("[popovertarget=work-more]");
        await page.TapAsync("#work-more button[value=star]");
        await page.Locator("main form button.btn-primary").Last.TapAsync();
        await page.WaitForURLAsync(OneWork());
        await Assertions.Expect(page.Locator(".rc-badge.rc-success")).ToHaveCountAsync(2, new() { Timeout = 60_000 }); // The work and its row.
        await page.GotoAsync($"/{list}?favourite=true");
        card = page.Locator("table.rc-list tbody tr", new() { HasText = sought.Name });

        // The row's menu lies within the screen and leads to the record.
        await card.Locator("[data-rc=row-menu]").TapAsync();
        var menu = (await page.Locator(".rc-row-panel").BoundingBoxAsync())!;
        Assert.True(menu.X >= 0 && menu.X + menu.Width <= 390, $"The menu stands from {menu.X} to {menu.X + menu.Width} px.");
        Assert.Contains("favourite=true", page.Url, StringComparison.Ordinal); // And not at once, as the link under the button would.
        await page.Locator(".rc-row-panel a").First.TapAsync();
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync(sought.Name);
        await Assertions.Expect(page.Locator(".rc-star")).ToHaveAttributeAsync("aria-pressed", "true");
        await page.TapAsync(".rc-follow");
        await Assertions.Expect(page.Locator(".rc-follow")).ToHaveAttributeAsync("aria-pressed", "true");
        await Fits(walk);
        await page.WaitForLoadStateAsync(); // The pencil comes with the script.

        // A first tap on a field shows its pencil, large enough for a finger.
        var place = page.Locator($"dd[data-field={field}]");
        await place.TapAsync();
        var pencil = place.Locator(".rc-pencil");
        var box = (await pencil.BoundingBoxAsync())!;
        Assert.True(box is { Width: >= 44, Height: >= 44 }, $"The pencil is {box.Width} × {box.Height} px.");
        await pencil.TapAsync();
        await place.Locator("input, textarea").FillAsync(value);
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(place).ToContainTextAsync(value);
        await Assertions.Expect(page.Locator(".rc-toast form button")).ToBeVisibleAsync();
        Assert.Equal(value, (await own.Stored(browser, list))[0]);
        await walk.Check();

        await page.TapAsync(".rc-tabs a[href*='/notes']");
        await page.FillAsync("#note-text", $"现场 {value}");
        await page.TapAsync("form:has(#note-text) .btn-primary");
        await Assertions.Expect(page.Locator(".rc-note-text")).ToContainTextAsync($"现场 {value}");
        await Fits(walk);

        await page.TapAsync(".rc-tabs a[href*='/attachments']");
        await Assertions.Expect(page.Locator("rc-upload:defined")).ToHaveCountAsync(1);
        await page.SetInputFilesAsync("rc-upload input[type=file]", new FilePayload { Name = "现场.png", MimeType = "image/png", Buffer = Photo });
        await page.TapAsync("rc-upload .btn-primary");
        var photo = page.Locator("main table a", new() { HasTextString = "现场.png" });
        await Assertions.Expect(photo).ToBeVisibleAsync();
        await page.WaitForLoadStateAsync();
        await Fits(walk);
        await photo.TapAsync();
        await Assertions.Expect(page.Locator("img.rc-preview")).ToHaveJSPropertyAsync("naturalWidth", 1);
        await walk.CheckQuiet();

        // Back to it by what is known of it; of a customer on to its waybills.
        await page.TapAsync("#search");
        await page.FillAsync("#palette-text", sought.Sought);
        await page.Locator("#palette-list [role=option]", new() { HasTextString = sought.Name }).First.TapAsync();
        await Assertions.Expect(page.Locator("#palette")).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync(sought.Name);
        if (list == "customers")
        {
            await page.TapAsync(".rc-tabs a[href*='/figures']");
            await page.Locator(".rc-figures a[href^='/waybills?']").First.TapAsync();
            await Assertions.Expect(page.Locator("table.rc-list tbody tr")).ToHaveCountAsync(3);
            await Assertions.Expect(page.Locator("table.rc-list tbody")).ToContainTextAsync(own.Lines[0].Name);
            await walk.CheckQuiet();
        }
    }

    private static async Task Fits(Walk walk)
    {
        var small = await walk.Small();
        Assert.True(small.Length == 0, string.Join('\n', small));
        await walk.CheckQuiet();
    }

    [GeneratedRegex(@"/lists/\w+/work/\d+$")]
    private static partial Regex OneWork();
}
