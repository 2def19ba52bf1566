using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace RailCrm.BrowserTests.Journeys;

public sealed partial class Someone_sees_what_an_import_would_change(Browser browser)
{
    [Theory, MemberData(nameof(Ways.AtADesk), MemberType = typeof(Ways))]
    public async Task Old_beside_new_a_warning_a_proposal_taken_for_all_rows_and_the_record_that_came_of_it(string language, int width)
    {
        var own = await Own.Make(browser);
        var other = await Own.Make(browser);
        await using var walk = await browser.Open(null, language, width, user: "group", dark: width < 500);
        var page = walk.Page;
        // The second number is one customer's and its name another's.
        var (one, two) = ($"KH-{own.Customer:0000000}", $"KH-{other.Customer:0000000}");
        var rows = $"客户编号,客户名称,简称,网址\n{one},{own.Name},新简称{own.Customer},https://new.example.cn\n{two},完全另外一家纺织厂,,\n";
        await page.GotoAsync("/imports?kind=customers");
        await page.SetInputFilesAsync("input[type=file]", new FilePayload { Name = "更新.csv", MimeType = "text/csv", Buffer = System.Text.Encoding.UTF8.GetBytes(rows) });
        await page.Locator("main form button.btn-primary").First.ClickAsync();
        await page.WaitForURLAsync(NewImport());
        await page.ClickAsync("button[value=review]");
        await page.WaitForURLAsync("**/review", new() { Timeout = 30_000 });

        await Assertions.Expect(page.Locator("#row-2 .rc-meets a")).ToHaveTextAsync($"{one} {own.Name}");
        await Assertions.Expect(page.Locator("#row-2 .rc-change ins").First).ToHaveTextAsync($"新简称{own.Customer}");
        Assert.True(width > 500 || await page.EvaluateAsync<bool>("[...document.querySelectorAll('.rc-change')].every(c => { const { left, right } = c.getBoundingClientRect(); return left >= 0 && right <= innerWidth; })")); // On a phone nothing is to be found by scrolling sideways.
        await Assertions.Expect(page.Locator("#row-3 .rc-change del").First).ToHaveTextAsync(other.Name);
        await Assertions.Expect(page.Locator("#row-3 .rc-warned")).ToContainTextAsync(other.Name);
        await walk.Check();

        await page.ClickAsync(".rc-segments a[href$='show=warned']");
        await Assertions.Expect(page.Locator("tr[id^=row-]")).ToHaveCountAsync(1);
        await page.Locator("#row-3 button[name=skip]").ClickAsync();
        await page.WaitForURLAsync("**#row-3");
        await Assertions.Expect(page.Locator("tr[id^=row-]")).ToHaveCountAsync(0);
        await page.ClickAsync("button[value=start]");
        await page.Locator(".rc-figures").WaitForAsync(new() { Timeout = 30_000 });
        await page.ClickAsync("main a[href$='/rows']");
        await page.Locator("table tbody a", new() { HasText = own.Name }).ClickAsync();
        await page.WaitForURLAsync($"**/customers/{own.Customer}");
        Assert.Equal("https://new.example.cn", Assert.Single(await own.Stored(browser, "customers")));
        Assert.Null(Assert.Single(await other.Stored(browser, "customers")));
    }

    [Theory, MemberData(nameof(Ways.OnAPhone), MemberType = typeof(Ways))]
    public async Task A_customer_that_was_mistyped_in_many_lines_is_proposed_and_taken_by_one_click(string language, int width)
    {
        var own = await Own.Make(browser);
        await using var walk = await browser.Open(null, language, width, user: "group", dark: width < 500);
        var page = walk.Page;
        var wrong = own.Name.Replace("公司", "有限责任公司", StringComparison.Ordinal);
        var rows = $"来源系统,运单号,日期,客户,收入\n旅程,DM{own.Customer}-1,2026-03-05,{wrong},10\n旅程,DM{own.Customer}-2,2026-03-06,{wrong},20\n旅程,DM{own.Customer}-3,2026-03-07,天外飞仙{own.Customer},20\n";
        await page.GotoAsync("/imports?kind=waybills");
        await page.SetInputFilesAsync("input[type=file]", new FilePayload { Name = "运单.csv", MimeType = "text/csv", Buffer = System.Text.Encoding.UTF8.GetBytes(rows) });
        await page.Locator("main form button.btn-primary").First.ClickAsync();
        await page.WaitForURLAsync(NewImport());
        await page.ClickAsync("button[value=review]");
        await page.WaitForURLAsync("**/review", new() { Timeout = 30_000 });
        var row = page.Locator(".rc-values tbody tr", new() { HasText = wrong });
        await Assertions.Expect(row.Locator(".rc-meant")).ToContainTextAsync(own.Name);
        await Assertions.Expect(row.Locator("input[name=to]")).ToHaveValueAsync("");
        await Assertions.Expect(page.Locator("tr[id^=row-] .rc-success")).ToHaveCountAsync(0); // Proposed, and nothing done.
        await walk.Check();
        await row.Locator("input[name=to]").PressAsync("Enter");
        await Assertions.Expect(page.Locator(".rc-toast-error")).ToBeVisibleAsync(); // Nothing was chosen.
        await Assertions.Expect(page.Locator("tr[id^=row-] .rc-success")).ToHaveCountAsync(0);

        await row.Locator(".rc-meant button").ClickAsync();
        await page.WaitForURLAsync("**/review", new() { Timeout = 30_000 });
        await Assertions.Expect(page.Locator("tr[id^=row-] .rc-success")).ToHaveCountAsync(2);
        await walk.Check();
        await page.ClickAsync("button[value=start]");
        await page.Locator(".rc-figures").WaitForAsync(new() { Timeout = 30_000 });
        Assert.Equal(5, (await own.Stored(browser, "waybills")).Count);
        await page.Locator(".rc-figures a[href*='brought=']").First.ClickAsync();
        await Assertions.Expect(page.Locator("table.rc-list .rc-tick")).ToHaveCountAsync(2);
    }

    [Theory, MemberData(nameof(Ways.AtADesk), MemberType = typeof(Ways))]
    public async Task Rows_alike_are_told_one_warned_of_is_confirmed_a_wide_file_scrolls_in_its_box_and_discarding_asks(string language, int width)
    {
        var own = await Own.Make(browser);
        await using var walk = await browser.Open(null, language, width, user: "group", dark: width < 500);
        var page = walk.Page;
        var mark = $"{language}{own.Customer}";
        var rows = "客户编号,客户名称,简称,客户类型,所在地区,所属行业,电话,网址,注册地址,经营地址,生产规模,公司介绍,运输周期,经营方向\n"
            + $"KH-{own.Customer:0000000},另外一家纺织厂,,,,,,,,,,,,\n,双生公司{mark},,企业,330100,06,,https://a.example.cn,杭州市上城区,杭州市下城区,大,很长的介绍很长的介绍很长的介绍,每月,贸易\n,双生有限公司{mark},,企叶,杭洲市,,,,,,,,,\n";
        await page.GotoAsync("/imports?kind=customers");
        await page.SetInputFilesAsync("input[type=file]", new FilePayload { Name = "双生.csv", MimeType = "text/csv", Buffer = System.Text.Encoding.UTF8.GetBytes(rows) });
        await page.Locator("main form button.btn-primary").First.ClickAsync();
        await page.WaitForURLAsync(NewImport());
        await page.ClickAsync("button[value=review]");
        await page.WaitForURLAsync("**/review", new() { Timeout = 30_000 });

        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"));
        if (width > 500)
        {
            // Scrolled aside in its own box, each row still shows which it is.
            Assert.True(await page.EvaluateAsync<bool>("(() => { const box = document.querySelector('.rc-scroll:has(> .rc-review)'); box.scrollLeft = 400; return box.scrollLeft > 300 && Math.abs(box.querySelector('#row-3 > th').getBoundingClientRect().left - box.getBoundingClientRect().left) < 3; })()"));
            await page.EvaluateAsync("document.querySelector('.rc-scroll:has(> .rc-review)').scrollLeft = 0");
        }

        await Assertions.Expect(page.Locator("#row-4 ul.rc-why")).ToContainTextAsync(new Regex("第 3 行|row 3"));
        await Assertions.Expect(page.Locator("#row-4 .rc-meant").First).ToBeVisibleAsync();
        var all = page.Locator("input[name=WithWarned]");
        await Assertions.Expect(all).Not.ToBeCheckedAsync();
        await walk.Check();
        await page.Locator("#row-2 button[name=take]").ClickAsync();
        await Assertions.Expect(all).ToHaveCountAsync(0); // Confirmed, so that nothing is left to tick.
        await walk.Check();

        await page.ClickAsync("[data-target=discard]");
        await walk.Check();
        await page.Locator("#discard .btn[data-rc=close-dialog]:not(.btn-icon)").ClickAsync();
        await Assertions.Expect(page.Locator("#row-2")).ToBeVisibleAsync();
        await page.ClickAsync("[data-target=discard]");
        await page.ClickAsync("#discard button.btn-danger");
        await page.WaitForURLAsync("**/imports");
        Assert.Null(Assert.Single(await own.Stored(browser, "customers")));
    }

    [GeneratedRegex(@"/imports/\d+$")]
    private static partial Regex NewImport();
}
