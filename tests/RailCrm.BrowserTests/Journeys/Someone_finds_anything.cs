using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;

namespace RailCrm.BrowserTests.Journeys;

[Collection("what a subsidiary's head opened last")]
public sealed class Someone_finds_anything(Browser browser)
{
    /// <summary>A customer with a contact under each of two subsidiaries, and the name of a unit: as the demo made them.</summary>
    private Task<(string Name, string Contact, string Mobile, string Unit, string Elsewhere)> Known() => browser.Demo.In(async db =>
    {
        var user = await db.Set<RailCrm.Platform.Access.User>().SingleAsync(u => u.UserName == "subsidiary");
        var unit = await db.Set<OrgUnit>().SingleAsync(u => u.Id == user.UnitId);
        var units = (await db.Set<OrgUnit>().Select(u => new { u.Id, u.Path, u.Level, u.Name }).ToListAsync()).ToLookup(u => u.Path.StartsWith(unit.Path, StringComparison.Ordinal));
        var (own, others) = (units[true].Select(u => u.Id).ToList(), units[false].Where(u => u.Level == UnitLevel.Outlet).Select(u => u.Id).ToList());
        var mine = await (from k in db.Set<Contact>() join c in db.Set<Customer>() on k.CustomerId equals c.Id where own.Contains(c.UnitId) && k.Mobile != null && c.ShortName != null orderby c.Id select new { c.Name, Contact = k.Name, k.Mobile }).FirstAsync();
        return (mine.Name, mine.Contact, mine.Mobile!, units[true].First(u => u.Level == UnitLevel.Outlet).Name, await db.Set<Customer>().Where(c => others.Contains(c.UnitId)).OrderBy(c => c.Id).Select(c => c.Name).FirstAsync());
    });

    private static ILocator Options(IPage page, string text) => page.Locator("#palette-list [role=option]", new() { HasTextString = text });

    private static async Task Open(IPage page)
    {
        await Assertions.Expect(page.Locator("rc-palette:defined")).ToHaveCountAsync(1);
        await page.Keyboard.PressAsync("Control+k");
        await Assertions.Expect(page.Locator("#palette-text")).ToBeFocusedAsync();
    }

    private static async Task Ask(IPage page, string text)
    {
        await page.FillAsync("#palette-text", "");
        await page.Keyboard.TypeAsync(text);
    }

    [Theory]
    [InlineData("zh-CN")]
    [InlineData("en")]
    public async Task By_the_keyboard_alone(string language)
    {
        var (name, contact, mobile, unit, elsewhere) = await Known();
        await using var walk = await browser.Open(null, language, 1400, user: "subsidiary");
        var page = walk.Page;
        await page.GotoAsync("/");
        await Open(page);
        await walk.Check();

        // Initials, an arrow down and up again, Enter.
        await Ask(page, RailCrm.Kernel.Pinyin.Initials(name)[..6]);
        await Assertions.Expect(Options(page, name)).ToBeVisibleAsync();
        await walk.Check();
        await page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(page.Locator("#palette-list [role=option]").Nth(1)).ToHaveAttributeAsync("aria-selected", "true");
        await page.Keyboard.PressAsync("ArrowUp");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/customers/*");
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync(name);
        await Assertions.Expect(page.Locator("#palette")).ToBeHiddenAsync();

        // What was opened stands first when the palette opens empty; Esc gives the focus back.
        await page.Keyboard.PressAsync("/");
        await Assertions.Expect(page.Locator("#search")).ToBeFocusedAsync();
        await Open(page);
        await Assertions.Expect(page.Locator("#palette-list [role=option]").First).ToContainTextAsync(name);
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator("#palette")).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator("#search")).ToBeFocusedAsync();

        // A slip, and Enter pressed before the answer is there.
        await page.GotoAsync("/");
        await Open(page);
        await Ask(page, name[..3] + "龘" + name[4..]);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/customers/*");
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync(name);

        // A contact by phone leads to the customer; a unit by name to its page.
        await Open(page);
        await Ask(page, mobile);
        await Assertions.Expect(Options(page, mobile).First).ToBeVisibleAsync();
        await Assertions.Expect(Options(page, contact).First).ToBeVisibleAsync();
        await Ask(page, unit);
        await Assertions.Expect(Options(page, unit).First).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/organization/*");
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync(unit);

        // An action; what another subsidiary owns is not found, and may be created.
        await Open(page);
        await Ask(page, language == "en" ? "new customer" : "xjkh");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("[name='Form.Name']")).ToBeVisibleAsync(); // The address changes before the page does.
        await page.GotoAsync("/");
        await Open(page);
        await Ask(page, elsewhere);
        await Assertions.Expect(Options(page, $"“{elsewhere}”")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator($"#palette-list [href^='/customers/']:not([href*=quick])").Filter(new() { HasTextString = elsewhere })).ToHaveCountAsync(0);
        await walk.Check();
        await page.Keyboard.PressAsync("End");
        await Options(page, $"“{elsewhere}”").ClickAsync();
        await Assertions.Expect(page.Locator("[name='Form.Name']")).ToBeVisibleAsync();
        Assert.Equal(elsewhere, await page.InputValueAsync("input[name='Form.Name']"));
        await walk.CheckQuiet();
    }

    [Fact]
    public async Task With_the_input_method_at_work_nothing_opens_and_a_new_tab_leaves_the_palette()
    {
        var (name, _, _, _, _) = await Known();
        await using var walk = await browser.Open(null, "zh-CN", 1400, user: "subsidiary");
        var page = walk.Page;
        await page.GotoAsync("/");
        await page.EvaluateAsync("document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true, isComposing: true, bubbles: true }))");
        await page.Keyboard.PressAsync("Control+Space");
        await Assertions.Expect(page.Locator("#palette")).ToBeHiddenAsync();
        await Open(page);
        await Ask(page, name);
        await Assertions.Expect(Options(page, name).First).ToBeVisibleAsync();
        await page.EvaluateAsync("document.getElementById('palette-text').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true }))");
        Assert.EndsWith("/", page.Url, StringComparison.Ordinal);
        var tab = await page.Context.RunAndWaitForPageAsync(() => page.Keyboard.PressAsync("Control+Enter"));
        await tab.WaitForURLAsync("**/customers/*");
        await tab.CloseAsync();
        await Assertions.Expect(page.Locator("#palette")).ToBeVisibleAsync();

        await Ask(page, "外观：深色");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("data-bs-theme", "dark");
        await Open(page);
        await Ask(page, "快捷键");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("dialog#keys")).ToBeVisibleAsync();
        await walk.Check();
    }

    [Theory]
    [InlineData("zh-CN", false)]
    public async Task By_touch_on_a_phone(string language, bool dark)
    {
        var (name, _, mobile, _, elsewhere) = await Known();
        await using var walk = await browser.Open(null, language, 390, dark, user: "subsidiary");
        var page = walk.Page;
        await page.GotoAsync("/customers");
        await page.ClickAsync("#search");
        await Assertions.Expect(page.Locator("#palette-text")).ToBeFocusedAsync();
        var box = (await page.Locator("#palette").BoundingBoxAsync())!;
        Assert.True(box is { X: 0, Y: 0, Width: 390, Height: >= 899 }, $"{box.X} {box.Y} {box.Width} {box.Height}");
        await page.FillAsync("#palette-text", elsewhere);
        await Assertions.Expect(Options(page, $"“{elsewhere}”")).ToBeVisibleAsync();
        await walk.Check();
        await page.FillAsync("#palette-text", mobile);
        await Assertions.Expect(Options(page, name).First).ToBeVisibleAsync();
        await walk.Check();
        await Options(page, name).First.ClickAsync();
        await page.WaitForURLAsync("**/customers/*");
        await Assertions.Expect(page.Locator("#palette")).ToBeHiddenAsync();
        await page.ClickAsync("#search");
        await page.ClickAsync("#palette [data-rc=close-dialog]");
        await Assertions.Expect(page.Locator("#palette")).ToBeHiddenAsync();
        await walk.Check();

        // The page that answers without script.
        await page.GotoAsync($"/search?q={Uri.EscapeDataString(name)}");
        await Assertions.Expect(page.Locator(".rc-found a").First).ToContainTextAsync(name);
        await walk.Check();
    }

    [Fact]
    public async Task Each_key_of_the_list_does_what_it_says()
    {
        await using var walk = await browser.Open(null, "zh-CN", 1400, user: "group");
        var page = walk.Page;
        await page.GotoAsync("/");
        var letters = await page.Locator("[data-go]:not([data-go=''])").EvaluateAllAsync<string[]>("all => all.map(a => a.dataset.go + ' ' + a.getAttribute('href'))");
        Assert.True(letters.Length >= 7 && letters.Select(l => l[0]).Distinct().Count() == letters.Length, string.Join(',', letters));
        Assert.Equal(letters.Length, await page.Locator(".rc-side nav a").CountAsync());
        foreach (var letter in letters)
        {
            await page.Keyboard.PressAsync("g");
            await page.Keyboard.PressAsync(letter[..1]);
            await page.WaitForURLAsync($"**{letter[2..]}");
            await Assertions.Expect(page.Locator(".rc-side a.active").First).ToHaveAttributeAsync("href", letter[2..]); // The address changes before the page does.
        }

        await page.GotoAsync("/customers/1");
        await page.Keyboard.PressAsync("e");
        await page.WaitForURLAsync("**/customers/1/edit");
        await Assertions.Expect(page.Locator("main form a[data-abandon]")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("h1")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await page.WaitForURLAsync("**/customers/1");
        await Assertions.Expect(page.Locator("[data-key=e]")).ToBeVisibleAsync();
        await page.GotoAsync("/customers/1/edit");
        var profile = page.Locator("[name='Form.CompanyProfile']");
        await profile.FillAsync("由键盘保存");
        await page.Keyboard.PressAsync("Control+s");
        await page.WaitForURLAsync("**/customers/1");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("由键盘保存");
        await page.Keyboard.PressAsync("?");
        await Assertions.Expect(page.Locator("dialog#keys")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("dialog#keys dt")).ToHaveCountAsync(14 + letters.Length);
        await walk.CheckQuiet();
    }
}
