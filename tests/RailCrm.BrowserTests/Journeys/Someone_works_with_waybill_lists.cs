using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace RailCrm.BrowserTests.Journeys;

/// <summary>From the list of waybill lines to groups and a picture, to a line changed where it stands, its past, and the line behind it.</summary>
public sealed partial class Someone_works_with_waybill_lists(Browser browser)
{
    [Theory]
    [InlineData("zh-CN", 1400, false)]
    [InlineData("en", 390, true)]
    public async Task Groups_a_picture_a_value_changed_in_place_and_given_back_and_the_next_line(string language, int width, bool dark)
    {
        await using var walk = await browser.Open(null, language, width, dark, user: "group");
        var page = walk.Page;
        var name = $"列表运单{language}{width}公司";
        await page.GotoAsync("/customers/quick");
        await page.FillAsync("[name='Form.Name']", name);
        await page.Locator("main form button.btn-primary").ClickAsync();
        await page.WaitForURLAsync(OneCustomer());
        var customer = page.Url.Split('/')[^1];
        for (var n = 1; n <= 3; n++)
        {
            await page.GotoAsync($"/waybills/new?customer={customer}");
            await page.FillAsync("[name='Form.ExternalNo']", $"LB{language}{width}-{n}");
            await page.FillAsync("[name='Form.Date']", $"2026-03-0{n}");
            await page.FillAsync("[name='Form.Revenue']", $"{n}00");
            await page.FillAsync("[name='Form.Note']", "原来的备注");
            await page.Locator("main form button.btn-primary").Last.ClickAsync();
            await page.WaitForURLAsync(OneLine());
        }

        // Groups with their sums; each opens its lines.
        await page.GotoAsync($"/waybills?customer={customer}&layout=groups&group=service");
        await Assertions.Expect(page.Locator("table.rc-list tbody tr")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator("table.rc-list tbody tr")).ToContainTextAsync("600.00");
        await walk.Check();
        await page.GotoAsync($"/waybills?customer={customer}&layout=chart&group=month&measure=revenue&chart=line");
        await Assertions.Expect(page.Locator("rc-chart").First).ToBeVisibleAsync();
        await walk.Check();
        await page.Locator("table.rc-list tbody th a").First.ClickAsync();
        await page.WaitForURLAsync("**month=2026-03*");
        await Assertions.Expect(page.Locator("table.rc-list tbody tr")).ToHaveCountAsync(3);

        if (width > 767)
        {
            Assert.True((await page.Locator("table.rc-list tbody th a").First.BoundingBoxAsync())!.Height < 30); // A number is read in one piece.
        }

        // The line in the middle, and along the view with the keys.
        await page.Locator("table.rc-list tbody th a").Nth(1).ClickAsync();
        await page.WaitForURLAsync(OneLineWithin());
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync($"LB{language}{width}-2");
        await page.Locator("[rel=next]").ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync($"LB{language}{width}-1");
        await Assertions.Expect(page.Locator("[rel=next]")).ToHaveCountAsync(0);
        await page.Locator("[rel=prev]").ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync($"LB{language}{width}-2");

        // Changed where it stands, and given back from its past.
        await page.Locator("dd[data-field=note]").DblClickAsync();
        await page.Locator("dd[data-field=note] textarea").FillAsync("改过的备注");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("dd[data-field=note]")).ToContainTextAsync("改过的备注"); // The pencil stands beside it while it is pointed at.
        await walk.Check();
        await page.Locator(".rc-tabs a[href*='/history']").ClickAsync();
        await page.WaitForURLAsync("**/history?in=*");
        await Assertions.Expect(page.Locator(".rc-timeline del")).ToHaveTextAsync("原来的备注");
        await walk.Check();
        await page.Locator("button[name=What]").ClickAsync();
        await Assertions.Expect(page.Locator(".rc-timeline del").First).ToHaveTextAsync("改过的备注");
        await page.Locator(".rc-tabs a").First.ClickAsync();
        await Assertions.Expect(page.Locator("dd[data-field=note]")).ToContainTextAsync("原来的备注");

        // An amount too, which the head of the page follows.
        await page.Locator("dd[data-field=revenue]").DblClickAsync();
        await page.Locator("dd[data-field=revenue] input").FillAsync("250");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".rc-figures")).ToContainTextAsync("250.00");
        await page.Locator($"main a[href*='/waybills?customer={customer}']").First.ClickAsync();
        await Assertions.Expect(page.Locator("table.rc-list tbody tr")).ToHaveCountAsync(3);

        // The same work of a day once more: told while it is typed.
        await page.GotoAsync($"/waybills/new?customer={customer}");
        await page.FillAsync("[name='Form.Date']", "2026-03-03");
        await page.FillAsync("[name='Form.Revenue']", "300");
        await Assertions.Expect(page.Locator("rc-duplicates")).ToContainTextAsync($"LB{language}{width}-3");
        await walk.Check();
    }

    [GeneratedRegex("/customers/[0-9]+$")]
    private static partial Regex OneCustomer();

    [GeneratedRegex("/waybills/[0-9]+$")]
    private static partial Regex OneLine();

    [GeneratedRegex(@"/waybills/[0-9]+\?in=")]
    private static partial Regex OneLineWithin();
}
