using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace RailCrm.BrowserTests.Journeys;

/// <summary>A cell that names a station is looked up where it stands, by the keyboard alone; a credit code is recognised wherever a quick form takes it.</summary>
public sealed partial class Someone_looks_things_up_in_place(Browser browser)
{
    [Theory]
    [InlineData("zh-CN", 1400, false)]
    public async Task Looks_a_station_up_in_a_cell_and_leaves_the_list_of_what_was_found(string language, int width, bool dark)
    {
        await using var walk = await browser.Open(null, language, width, dark, user: "group");
        var page = walk.Page;
        await page.GotoAsync("/customers/quick");
        await page.FillAsync("[name='Form.Name']", $"查站{language}公司");
        await page.Locator("main form button.btn-primary").ClickAsync();
        await page.WaitForURLAsync(OneCustomer());
        var customer = page.Url.Split('/')[^1];
        await page.GotoAsync($"/waybills/new?customer={customer}");
        await page.FillAsync("[name='Form.ExternalNo']", $"CZ{language}");
        await page.FillAsync("[name='Form.Date']", "2026-03-01");
        await page.Locator("main form button.btn-primary").Last.ClickAsync();
        await page.WaitForURLAsync(OneLine());

        await page.GotoAsync($"/waybills?view=all&customer={customer}&columns=externalNo,origin,destination");
        var cell = page.Locator("table.rc-list tbody td[data-field=origin]");
        await page.Locator("table.rc-list tbody th a").FocusAsync();
        await page.Keyboard.PressAsync("F2");
        await page.Keyboard.TypeAsync("天津西");
        await Assertions.Expect(cell.Locator("[role=option]").First).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape"); // Closes what was found; the cell stays open.
        await Assertions.Expect(cell.Locator("[role=option]").First).ToBeHiddenAsync();
        await Assertions.Expect(cell.Locator("input")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Backspace");
        await Assertions.Expect(cell.Locator("[role=option]").First).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(cell).ToContainTextAsync("天津");
        await Assertions.Expect(cell.Locator("input")).ToHaveCountAsync(0);
        await page.ReloadAsync();
        await Assertions.Expect(cell).ToContainTextAsync("天津");
        await walk.Check(); // Last: it takes the focus, and a cell that is left is saved.
    }

    [Theory]
    [InlineData("en", 390)]
    public async Task Is_told_of_a_customer_whose_credit_code_is_typed_into_the_quick_form(string language, int width)
    {
        await using var walk = await browser.Open(null, language, width, user: "group");
        var page = walk.Page;
        await page.GotoAsync("/customers?view=all&columns=name,creditCode&limit=200");
        var row = page.Locator("table.rc-list tbody tr", new() { Has = page.Locator("td[data-field=creditCode]", new() { HasTextRegex = Code() }) }).First;
        var (name, code) = ((await row.Locator("th a").First.InnerTextAsync()).Trim(), Code().Match(await row.Locator("td[data-field=creditCode]").InnerTextAsync()).Value);

        await page.GotoAsync("/customers/quick");
        await page.FillAsync("main [name='About']", code);

        await Assertions.Expect(page.Locator("rc-duplicates a").First).ToContainTextAsync(name);
        await walk.Check();
    }

    [GeneratedRegex(@"/customers/\d+$")]
    private static partial Regex OneCustomer();

    [GeneratedRegex(@"/waybills/\d+")]
    private static partial Regex OneLine();

    [GeneratedRegex("[0-9A-Z]{18}")]
    private static partial Regex Code();
}
