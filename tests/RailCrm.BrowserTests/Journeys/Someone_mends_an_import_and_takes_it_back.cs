using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace RailCrm.BrowserTests.Journeys;

public sealed partial class Someone_mends_an_import_and_takes_it_back(Browser browser)
{
    [Theory, MemberData(nameof(Ways.AtADesk), MemberType = typeof(Ways))]
    public async Task Wrong_cells_are_mended_values_mapped_records_opened_one_changed_and_the_rest_reverted(string language, int width)
    {
        await using var walk = await browser.Open(null, language, width, user: "group", dark: width < 500);
        var page = walk.Page;
        var mark = $"{language}{width}";
        await page.GotoAsync("/imports?kind=customers");
        // What was chosen for a value is remembered, so that each way brings one of its own.
        var rows = $"客户名称,客户类型,地区,简称\n核对甲公司{mark},工厂{mark},330100,\n核对乙公司{mark},工厂{mark},330100,\n核对丙公司{mark},企业,火星,\n核对丁公司{mark},企业,月球,\n";
        await page.SetInputFilesAsync("input[type=file]", new FilePayload { Name = "客户.csv", MimeType = "text/csv", Buffer = System.Text.Encoding.UTF8.GetBytes(rows) });
        await page.Locator("main form button.btn-primary").First.ClickAsync();
        await page.WaitForURLAsync(NewImport());
        await walk.Check();
        await page.ClickAsync("button[value=review]");
        await page.WaitForURLAsync("**/review", new() { Timeout = 30_000 });
        await Assertions.Expect(page.Locator("tr[id^=row-]")).ToHaveCountAsync(4);
        await walk.Check();

        var region = await page.InputValueAsync("#row-4 input.is-invalid");
        await page.FillAsync("#row-4 input.is-invalid", "杭州");
        await page.Locator("#row-4 .rc-options.show").WaitForAsync(); // It stands at its field, though that is in a table that scrolls.
        Assert.True(await page.EvalOnSelectorAsync<double>("#row-4 .rc-options.show", """
            list => {
              const [field, at] = [list.parentElement.querySelector("input").getBoundingClientRect(), list.getBoundingClientRect()];
              return Math.min(Math.abs(at.top - field.bottom), Math.abs(field.top - at.bottom)) + (at.left > field.right || at.right < field.left ? 1000 : 0);
            }
            """) < 12);
        await page.FillAsync("#row-4 input.is-invalid", region);
        await page.PressAsync("#row-4 input.is-invalid", "Escape");

        // One cell in place: it is saved by Enter.
        await page.ClickAsync("a[href$='/review?show=wrong']");
        await Assertions.Expect(page.Locator(".rc-segments a.active[href$='show=wrong']")).ToBeVisibleAsync();
        await page.FillAsync("#row-5 input.is-invalid", "火卫一"); // Still wrong, and still there when another row was saved.
        await page.FillAsync("#row-4 input.is-invalid", "330200");
        await page.PressAsync("#row-4 input.is-invalid", "Enter");
        await page.WaitForURLAsync("**#row-4");
        await Assertions.Expect(page.Locator("tr[id^=row-]")).ToHaveCountAsync(3);
        await Assertions.Expect(page.Locator("#row-5 input.is-invalid")).ToHaveValueAsync("火卫一");
        await walk.Check();

        // A value nobody knows, in every row.
        var form = page.Locator("form[action$='/fixes']").First;
        await form.Locator("select[name=to]").SelectOptionAsync(new SelectOptionValue { Index = 1 });
        await form.Locator("button.btn:not([name])").ClickAsync();
        await page.WaitForURLAsync("**/review", new() { Timeout = 30_000 });
        await Assertions.Expect(page.Locator("tr[id^=row-] .rc-success")).ToHaveCountAsync(3);

        await page.ClickAsync("button[value=start]");
        await page.Locator(".rc-figures").WaitForAsync(new() { Timeout = 30_000 });
        await walk.Check();
        var import = page.Url;
        await page.ClickAsync("main a[href$='/rows']");
        await Assertions.Expect(page.Locator("table tbody tr")).ToHaveCountAsync(3);
        await walk.Check();

        await page.Locator("table tbody a", new() { HasText = "核对乙公司" }).ClickAsync();
        await page.WaitForURLAsync(Customer());
        await page.GotoAsync(page.Url + "/edit");
        await page.FillAsync("main input[name='Form.ShortName']", "后来改的");
        await page.Locator("main form button[data-key=save]").First.ClickAsync();
        await page.WaitForURLAsync(Customer());

        await page.GotoAsync(import);
        await page.ClickAsync("[data-target=revert]");
        var asks = (await page.Locator("#revert").BoundingBoxAsync())!;
        Assert.True(Math.Abs(asks.Y + (asks.Height / 2) - (page.ViewportSize!.Height / 2.0)) < 10, $"The dialog stands at {asks.Y} px."); // In the middle.
        await page.ClickAsync("#revert .rc-dialog-foot button[type=button]");
        await Assertions.Expect(page.Locator("#revert")).ToBeHiddenAsync();
        await page.ClickAsync("[data-target=revert]");
        await page.ClickAsync("#revert button.btn-danger");
        await page.Locator("a[href$='/rows?show=refused']").ClickAsync(new() { Timeout = 30_000 });
        await Assertions.Expect(page.Locator("table tbody tr")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator("table tbody tr")).ToContainTextAsync("核对乙公司");
        await walk.Check();
        await page.GotoAsync($"/customers?q={Uri.EscapeDataString($"核对甲公司{mark}")}");
        await Assertions.Expect(page.Locator(".rc-empty")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("contacts", "en", 390)]
    [InlineData("waybills", "zh-CN", 1400)]
    public async Task A_wrong_cell_of_people_or_lines_is_mended_and_what_came_is_taken_back(string kind, string language, int width)
    {
        var own = await Own.Make(browser);
        await using var walk = await browser.Open(null, language, width, user: "group", dark: width < 500);
        var page = walk.Page;
        // Of two rows one names nobody, or no day.
        var (rows, cell, right) = kind == "contacts"
            ? ($"客户,姓名,手机\n{own.Name},导入甲,1996{own.Customer:0000000}\n查无此公司{own.Customer},导入乙,1995{own.Customer:0000000}\n", "查无此公司", own.Name)
            : ($"来源系统,运单号,日期,客户,收入\n旅程,DR{own.Customer}-1,2026-03-05,{own.Name},10\n旅程,DR{own.Customer}-2,三月六日吧,{own.Name},20\n", "三月", "2026-03-06");
        await page.GotoAsync($"/imports?kind={kind}");
        await page.SetInputFilesAsync("input[type=file]", new FilePayload { Name = "补录.csv", MimeType = "text/csv", Buffer = System.Text.Encoding.UTF8.GetBytes(rows) });
        await page.Locator("main form button.btn-primary").First.ClickAsync();
        await page.WaitForURLAsync(NewImport());
        await page.ClickAsync("button[value=review]");
        await page.WaitForURLAsync("**/review", new() { Timeout = 30_000 });
        var wrong = page.Locator("tr[id^=row-] input.is-invalid");
        await Assertions.Expect(wrong).ToHaveCountAsync(1);
        await Assertions.Expect(wrong).ToHaveValueAsync(new Regex(cell));
        await walk.Check();
        await wrong.FillAsync(right);
        await wrong.PressAsync("Enter");
        await Assertions.Expect(page.Locator("tr[id^=row-] .rc-success")).ToHaveCountAsync(2);
        await page.ClickAsync("button[value=start]");
        await page.Locator(".rc-figures").WaitForAsync(new() { Timeout = 30_000 });
        Assert.Equal(5, (await own.Stored(browser, kind)).Count);
        var import = page.Url;
        await page.Locator(".rc-figures a[href*='brought=']").First.ClickAsync(); // The list of just those.
        await Assertions.Expect(page.Locator("table.rc-list .rc-tick")).ToHaveCountAsync(2);

        await page.GotoAsync(import);
        await page.WaitForLoadStateAsync();
        await page.ClickAsync("[data-target=revert]");
        await page.ClickAsync("#revert button.btn-danger");
        await Assertions.Expect(page.Locator(".alert-success")).ToHaveCountAsync(1, new() { Timeout = 30_000 });
        await Assertions.Expect(page.Locator(".rc-badge.rc-success")).ToHaveCountAsync(0); // All went: it does not say any more that all are in.
        Assert.Equal(3, (await own.Stored(browser, kind)).Count);
        await walk.Check();
    }

    [GeneratedRegex(@"/imports/\d+$")]
    private static partial Regex NewImport();

    [GeneratedRegex(@"/customers/\d+$")]
    private static partial Regex Customer();
}
