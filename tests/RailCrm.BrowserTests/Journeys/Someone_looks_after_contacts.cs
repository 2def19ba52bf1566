using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace RailCrm.BrowserTests.Journeys;

/// <summary>A person at a customer from the first call to the bin and back: found before written twice, read, changed in place, given an old value back, taken along in a file.</summary>
public sealed partial class Someone_looks_after_contacts(Browser browser)
{
    [Theory]
    [InlineData("zh-CN", 1400, false)]
    [InlineData("en", 390, true)]
    public async Task From_the_first_call_to_the_bin_and_back(string language, int width, bool dark)
    {
        await using var walk = await browser.Open(null, language, width, dark, user: "group");
        var page = walk.Page;
        var mobile = $"1999000{width:0000}";
        await page.GotoAsync("/customers/quick");
        await page.FillAsync("[name='Form.Name']", $"联系人{language}{width}公司");
        await page.Locator("main form button.btn-primary").ClickAsync();
        await page.WaitForURLAsync(OneCustomer());
        var people = new Uri(page.Url).AbsolutePath + "/contacts";
        await page.GotoAsync($"{people}/new");
        await page.FillAsync("[name='Form.Name']", "甲一");
        await page.FillAsync("[name='Form.Mobile']", mobile);
        await page.Locator("main form button.btn-primary").ClickAsync();
        await page.WaitForURLAsync($"**{people}");

        await page.GotoAsync($"{people}/new"); // Whoever is there already is told while one types.
        await page.FillAsync("[name='Form.Name']", "甲二");
        await page.FillAsync("[name='Form.Mobile']", mobile);
        await Assertions.Expect(page.Locator("rc-duplicates a")).ToHaveTextAsync("甲一");
        await walk.Check();
        await page.Locator("main form button.btn-primary").ClickAsync();
        await page.WaitForURLAsync($"**{people}");

        await page.GotoAsync($"/contacts?mobile={mobile}"); // Along the view.
        await page.Locator("table.rc-list tbody th a").First.ClickAsync();
        await page.WaitForURLAsync(OneContact());
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync("甲一");
        await walk.Check();
        await page.Locator("a[rel=next]").ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync("甲二");
        await page.Locator("a[rel=prev]").ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync("甲一");

        await Edit("科长");
        await Edit("处长");
        await page.Locator("main nav a[href*='/history']").First.ClickAsync();
        await Assertions.Expect(page.Locator("main del").First).ToContainTextAsync("科长");
        await walk.Check();
        await page.Locator("button[name=What]").First.ClickAsync();
        await Assertions.Expect(page.Locator(".rc-toast")).ToBeVisibleAsync();
        await page.Locator(".rc-back").ClickAsync();
        await page.WaitForURLAsync("**/contacts?*");
        await Assertions.Expect(page.Locator("table.rc-list tbody tr")).ToHaveCountAsync(2);
        await Assertions.Expect(page.Locator("table.rc-list tbody")).ToContainTextAsync("科长");

        await page.Locator(".rc-menu:has(form[action^='/contacts/export']) summary").ClickAsync();
        var file = await page.RunAndWaitForDownloadAsync(() => page.Locator("form[action^='/contacts/export'] button[value=csv]").ClickAsync());
        Assert.EndsWith(".csv", file.SuggestedFilename, StringComparison.Ordinal);
        Assert.Equal(3, (await File.ReadAllLinesAsync(await file.PathAsync(), TestContext.Current.CancellationToken)).Length);

        await page.GotoAsync($"/contacts?mobile={mobile}"); // Both at once.
        foreach (var tick in await page.Locator(".rc-tick").AllAsync())
        {
            await tick.CheckAsync();
        }

        await page.ClickAsync(".rc-work button[value=edit]");
        await page.SelectOptionAsync("#f-Form-Field", "title");
        await page.FillAsync("#f-Form-Value", "物流经理");
        await page.Locator("main form button.btn-primary").Last.ClickAsync();
        await page.WaitForURLAsync(OneWork());
        await Assertions.Expect(page.Locator("main form button", new() { HasTextRegex = Undo() })).ToBeVisibleAsync();
        await page.GotoAsync($"/contacts?mobile={mobile}");
        await Assertions.Expect(page.Locator("table.rc-list tbody tr", new() { HasText = "物流经理" })).ToHaveCountAsync(2);

        await page.Locator("table.rc-list tbody th a").First.ClickAsync(); // Into the bin, and out of it by the toast.
        await page.WaitForURLAsync(OneContact());
        await page.Locator("main a[href*='/bin']").ClickAsync();
        await page.WaitForURLAsync("**/bin?*");
        await walk.Check();
        await page.Locator("main button.btn-danger").ClickAsync();
        await Assertions.Expect(page.Locator("table.rc-list tbody tr")).ToHaveCountAsync(1);
        await page.Locator(".rc-toast form button").ClickAsync();
        await page.WaitForURLAsync($"**{people}");
        await Assertions.Expect(page.Locator("table.rc-list tbody tr")).ToHaveCountAsync(2);
        await walk.Check();

        async Task Edit(string title)
        {
            await page.Locator("dd[data-field=title]").DblClickAsync();
            await page.FillAsync("dd[data-field=title] input", title);
            await page.Keyboard.PressAsync("Enter");
            await Assertions.Expect(page.Locator("dd[data-field=title]")).ToContainTextAsync(title);
        }
    }

    [GeneratedRegex("/customers/[0-9]+$")]
    private static partial Regex OneCustomer();

    [GeneratedRegex("/customers/[0-9]+/contacts/[0-9]+\\?in=")]
    private static partial Regex OneContact();

    [GeneratedRegex("/lists/contacts/work/[0-9]+$")]
    private static partial Regex OneWork();

    [GeneratedRegex("撤销|Undo")]
    private static partial Regex Undo();
}
