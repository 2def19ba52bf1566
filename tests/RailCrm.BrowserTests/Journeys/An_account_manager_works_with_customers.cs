using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace RailCrm.BrowserTests.Journeys;

public sealed partial class An_account_manager_works_with_customers(Browser browser)
{
    [Theory, MemberData(nameof(Ways.Two), MemberType = typeof(Ways))]
    public async Task From_the_workbench_to_a_dossier_its_waybills_and_its_print(string language, int width)
    {
        await using var walk = await browser.Open(null, language, width, user: "group");
        var page = walk.Page;
        await page.GotoAsync("/");
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync(language == "en" ? "Workbench" : "工作台");
        await Assertions.Expect(page.Locator("rc-chart svg").First).ToBeVisibleAsync();
        await walk.Check();

        await page.ClickAsync("main a[href='/?scope=own']");
        await Assertions.Expect(page.Locator("main a[href='/?scope=own'][aria-current]")).ToBeVisibleAsync();
        await walk.Check();
        await page.ClickAsync(".rc-segments a[href='/']");
        await page.Locator("main a[href^='/customers/'][href$='/figures']").First.ClickAsync();
        await page.WaitForURLAsync("**/figures");
        await Assertions.Expect(page.Locator("rc-chart svg").First).ToBeVisibleAsync();
        await walk.Check();
        var customer = Digits().Match(page.Url).Value;

        await page.Locator(".rc-figures a").First.ClickAsync();
        await page.WaitForURLAsync("**/waybills?**");
        await Assertions.Expect(page.Locator("table tbody tr").First).ToBeVisibleAsync();
        await walk.Check();

        await page.GotoAsync($"/customers/{customer}");
        await walk.Check();
        await page.GotoAsync($"/customers/{customer}/print");
        await Assertions.Expect(page.Locator(".rc-document")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".rc-document rc-chart svg").First).ToBeVisibleAsync();
        await walk.Check();
        Assert.True((await page.PdfAsync(new() { Format = "A4" })).Length > 20_000);
    }

    [Theory, MemberData(nameof(Ways.Two), MemberType = typeof(Ways))]
    public async Task Narrows_the_list_sorts_it_turns_the_page_and_comes_back_by_the_address(string language, int width)
    {
        await using var walk = await browser.Open(null, language, width, user: "group");
        var page = walk.Page;
        await page.GotoAsync("/customers?tier=small&sort=-revenue");
        await Assertions.Expect(page.Locator("table.rc-list tbody tr").First).ToBeVisibleAsync();
        await walk.Check();
        var first = await page.Locator("table.rc-list tbody th a").First.InnerTextAsync();
        await page.Locator("main a[href*='cursor=']").Last.ClickAsync();
        await page.WaitForURLAsync("**cursor=**");
        await Assertions.Expect(page.Locator("table.rc-list tbody th a").First).Not.ToHaveTextAsync(first);
        Assert.Contains("tier=small", page.Url, StringComparison.Ordinal);
        await page.GotoAsync("/customers?tier=small&sort=-revenue");
        Assert.Equal(first, await page.Locator("table.rc-list tbody th a").First.InnerTextAsync());

        await page.FillAsync("main input[name=q]", "没有这样的客户");
        await page.PressAsync("main input[name=q]", "Enter");
        await Assertions.Expect(page.Locator(".rc-empty")).ToBeVisibleAsync();
        await walk.Check();
    }

    [Theory, MemberData(nameof(Ways.OnAPhone), MemberType = typeof(Ways))]
    public async Task Finds_a_customer_and_creates_one_after_a_warning_of_a_duplicate(string language, int width)
    {
        await using var walk = await browser.Open(null, language, width, user: "group");
        var page = walk.Page;
        await page.GotoAsync("/customers");
        var name = (await page.Locator("table tbody th a").First.InnerTextAsync()).Trim();
        await page.FillAsync("main input[name=q]", name[..4]);
        await page.PressAsync("main input[name=q]", "Enter");
        await page.WaitForURLAsync("**/customers?**q=**");
        await Assertions.Expect(page.Locator("table tbody th a", new() { HasText = name }).First).ToBeVisibleAsync();

        await page.GotoAsync("/customers/new");
        await walk.Check();
        await page.FillAsync("main input[name='Form.Name']", name);
        await Assertions.Expect(page.Locator("rc-duplicates a").First).ToContainTextAsync(name);
        await page.FillAsync("main input[name='Form.EmployeeCount']", "12人");
        await page.Locator("main form button.btn-primary").First.ClickAsync();
        await Assertions.Expect(page.Locator(".rc-banner[role=alert]")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("rc-duplicates a").First).ToContainTextAsync(name); // What was found is there when the form comes back.
        await page.FillAsync("main input[name='Form.EmployeeCount']", "12");
        await page.Locator("main form button.btn-primary").First.ClickAsync();
        await Assertions.Expect(page.Locator("[name='Form.DuplicateReason']")).ToBeVisibleAsync();
        Assert.Equal(name, await page.InputValueAsync("main input[name='Form.Name']")); // Nothing typed is lost.
        await walk.Check();
        await page.FillAsync("[name='Form.DuplicateReason']", "分公司，已核对");
        await page.Locator("main form button.btn-primary").First.ClickAsync();
        await page.WaitForURLAsync(NewRecord());
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync(name);
        await walk.Check();
    }

    [Theory, MemberData(nameof(Ways.AtADesk), MemberType = typeof(Ways))]
    public async Task Imports_waybills_and_sees_what_became_of_them(string language, int width)
    {
        await using var walk = await browser.Open(null, language, width, user: "group");
        var page = walk.Page;
        await page.GotoAsync("/imports?kind=waybills");
        await walk.Check();
        var lines = Enumerable.Range(0, 500).Select(i => $"{language}{width}-{i},2026-0{1 + (i % 9)}-05,浏览器客户{i % 7},{i}.50").Prepend("运单号,日期,客户,收入").Append("坏行,不是日期,浏览器客户1,5");
        await page.SetInputFilesAsync("input[type=file]", new FilePayload { Name = "运单.csv", MimeType = "text/csv", Buffer = System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines)) });
        await page.Locator("main form button.btn-primary").First.ClickAsync();
        await page.WaitForURLAsync(NewImport());
        await walk.Check();
        await page.SelectOptionAsync("select[name=CreateCustomers]", "true");
        await page.ClickAsync("button[value=review]");
        await page.WaitForURLAsync("**/review", new() { Timeout = 30_000 });
        await walk.Check();
        await page.ClickAsync("button[value=start]");
        await Assertions.Expect(page.Locator("a[href$='/rejected']").First).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await walk.Check();
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("500");
    }

    [GeneratedRegex(@"(?<=/customers/)\d+")]
    private static partial Regex Digits();

    [GeneratedRegex(@"/customers/\d+$")]
    private static partial Regex NewRecord();

    [GeneratedRegex(@"/imports/\d+$")]
    private static partial Regex NewImport();
}
