using System.Text.RegularExpressions;
using Microsoft.Playwright;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;

namespace RailCrm.BrowserTests.Journeys;

public sealed partial class Someone_sets_right_what_was_changed(Browser browser)
{
    private Task<long> Made(string name, bool binned, string? tag = null) => browser.Demo.In(async db =>
    {
        var customer = new Customer { Number = $"J{Guid.NewGuid():N}"[..12], Name = name, NormalizedName = name, UnitId = db.Set<OrgUnit>().OrderByDescending(u => u.Id).First().Id, Website = "https://before.example.com", Tags = tag is null ? null : $",{tag}," };
        db.Add(customer);
        await db.SaveChangesAsync();
        if (binned)
        {
            (customer.DeletedAt, customer.DeletedBy) = (db.UtcNow, 1);
            await db.SaveChangesAsync();
        }

        return customer.Id;
    });

    [Theory, MemberData(nameof(Ways.OnAPhone), MemberType = typeof(Ways))]
    public async Task An_old_value_is_given_back_from_the_history(string language, int width)
    {
        var id = await Made($"历史公司{width}", binned: false);
        await using var walk = await browser.Open(null, language, width, user: "group");
        var page = walk.Page;
        await page.GotoAsync($"/customers/{id}");
        await page.FocusAsync("dd[data-field=website]");
        await page.Keyboard.PressAsync("F2");
        await page.FillAsync("dd[data-field=website] input", "https://after.example.com");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("dd[data-field=website] a")).ToHaveAttributeAsync("href", "https://after.example.com");
        await page.GotoAsync($"/customers/{id}/history");
        await walk.Check();
        await page.Locator("button[form=restore]").First.ClickAsync();
        await Assertions.Expect(page.Locator(".rc-toast")).ToBeVisibleAsync();
        await page.GotoAsync($"/customers/{id}");
        await Assertions.Expect(page.Locator("dd[data-field=website] a")).ToHaveAttributeAsync("href", "https://before.example.com");
    }

    [Theory, MemberData(nameof(Ways.AtADesk), MemberType = typeof(Ways))]
    public async Task All_rows_that_match_are_changed_at_once_and_get_their_values_back(string language, int width)
    {
        var tag = $"改{width}";
        foreach (var n in Enumerable.Range(1, 5))
        {
            await Made($"全改{width}第{n}公司", binned: false, tag);
        }

        await using var walk = await browser.Open(null, language, width, user: "group");
        var page = walk.Page;
        await page.GotoAsync($"/customers?tag={tag}&limit=3&view=all");
        await page.Locator(".rc-tick").First.CheckAsync();
        if (width < 768)
        {
            await page.ClickAsync("[popovertarget=work-more]");
        }

        await page.CheckAsync(".rc-work input[name=all]");
        if (width < 768)
        {
            await page.Keyboard.PressAsync("Escape"); // The first work stands beside the sheet.
        }

        await page.ClickAsync(".rc-work button[value=edit]");
        await page.WaitForURLAsync("**/lists/customers/work?**");
        await page.SelectOptionAsync("#f-Form-Field", "website");
        await page.FillAsync("#f-Form-Value", "https://all.example.com");
        await walk.Check();
        await page.Locator("main form button.btn-primary").Last.ClickAsync();
        await page.WaitForURLAsync(OneWork());
        await Assertions.Expect(page.Locator(".rc-segments")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Assertions.Expect(page.Locator("table.rc-list tbody tr")).ToHaveCountAsync(5); // More than the page that was ticked on.
        await walk.Check();
        await page.Locator("main .rc-head-actions form button").ClickAsync();
        await Assertions.Expect(page.Locator(".rc-segments")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await page.GotoAsync($"/customers?tag={tag}&columns=name,website&view=all");
        await Assertions.Expect(page.Locator("td[data-field=website]", new() { HasText = "before.example.com" })).ToHaveCountAsync(5);
    }

    [Theory]
    [InlineData("customers", "zh-CN")]
    [InlineData("contacts", "en")]
    [InlineData("waybills", "zh-CN")]
    public async Task An_administrator_removes_for_good_what_lies_in_the_bin(string list, string language)
    {
        var own = list == "customers" ? null : await Own.Make(browser);
        var name = own?.First(list).Name ?? "不再需要的公司";
        await (own?.Bin(browser, list) ?? Made(name, binned: true));
        await using var walk = await browser.Open(null, language, 1400, user: "data");
        var page = walk.Page;
        await page.GotoAsync($"/{list}/bin");
        await page.Locator("table.rc-list tbody tr", new() { HasText = name }).Locator(".rc-tick").CheckAsync();
        await page.ClickAsync(".rc-work button[value=remove]");
        await walk.Check();
        await page.Locator("main form button.btn-primary").Last.ClickAsync();
        await page.WaitForURLAsync(OneWork());
        await Assertions.Expect(page.Locator(".rc-badge.rc-success")).ToHaveCountAsync(2, new() { Timeout = 60_000 });
        await page.GotoAsync($"/{list}/bin");
        await Assertions.Expect(page.Locator("main")).Not.ToContainTextAsync(name);
    }

    [GeneratedRegex(@"/lists/\w+/work/\d+$")]
    private static partial Regex OneWork();
}
