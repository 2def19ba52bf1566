using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace RailCrm.BrowserTests.Journeys;

/// <summary>One person written twice: found among the likely duplicates, ticked in the list, merged field by field, led to by the old address, and parted again.</summary>
public sealed partial class Someone_merges_contacts(Browser browser)
{
    [Theory, MemberData(nameof(Ways.AtADesk), MemberType = typeof(Ways))]
    public async Task Ticks_two_merges_them_opens_the_old_address_and_undoes_it(string language, int width)
    {
        await using var walk = await browser.Open(null, language, width, user: "group");
        var page = walk.Page;
        var mobile = $"1999111{width:0000}";
        await page.GotoAsync("/customers/quick");
        await page.FillAsync("[name='Form.Name']", $"并人{language[..2]}{width}公司");
        await page.Locator("main form button.btn-primary").ClickAsync();
        await page.WaitForURLAsync(OneCustomer());
        var people = new Uri(page.Url).AbsolutePath + "/contacts";
        foreach (var (name, mail) in new[] { ("并一", ""), ("并二", $"bing{width}@example.cn") })
        {
            await page.GotoAsync($"{people}/new");
            await page.FillAsync("[name='Form.Name']", name);
            await page.FillAsync("[name='Form.Mobile']", mobile);
            await page.FillAsync("[name='Form.Email']", mail);
            await page.Locator("main form button.btn-primary").ClickAsync();
            await Assertions.Expect(page.Locator("main table")).ToContainTextAsync(name);
        }

        await page.GotoAsync("/contacts/duplicates");
        var pair = page.Locator("tr.rc-alike", new() { HasText = "并一" }).Filter(new() { HasText = mobile });
        await Assertions.Expect(pair).ToBeVisibleAsync();
        await walk.Check();
        await pair.Locator("button[name=Judge]").ClickAsync();
        await Assertions.Expect(pair).ToHaveCountAsync(0);
        await page.Locator(".rc-toast form button").ClickAsync(); // Taken back at once.
        await Assertions.Expect(pair).ToBeVisibleAsync();

        await page.GotoAsync($"/contacts?mobile={mobile}");
        var second = await page.Locator("table.rc-list tbody th a", new() { HasText = "并二" }).GetAttributeAsync("href");
        foreach (var tick in await page.Locator(".rc-tick").AllAsync())
        {
            await tick.CheckAsync();
        }

        if (width < 768)
        {
            await page.ClickAsync("[popovertarget=work-more]");
        }

        await page.ClickAsync(".rc-work button[value=merge]");
        await page.WaitForURLAsync("**/contacts/merge?ids=**");
        await page.Locator(".rc-merge-row input[name='Choice.Name']").Last.CheckAsync();
        await walk.Check();
        await page.Locator("main form button.btn-primary").Last.ClickAsync();
        await page.WaitForURLAsync(OneContact());
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync("并二");
        await Assertions.Expect(page.Locator("#s-person")).ToContainTextAsync($"bing{width}@example.cn");
        var stays = new Uri(page.Url).AbsolutePath;

        await page.GotoAsync(second!);
        await page.WaitForURLAsync($"**{stays}*");
        await Assertions.Expect(page.Locator(".rc-toast")).ToBeVisibleAsync();
        await walk.Check();

        await page.GotoAsync("/contacts/merges");
        await walk.Check();
        await page.Locator("table tbody tr", new() { HasText = "并二" }).First.Locator("button[name=MergeId]").ClickAsync();
        await Assertions.Expect(page.Locator(".rc-toast")).ToBeVisibleAsync();
        await page.GotoAsync($"/contacts?mobile={mobile}");
        await Assertions.Expect(page.Locator("table.rc-list tbody tr")).ToHaveCountAsync(2);

        await page.Locator("table.rc-list tbody th a", new() { HasText = "并一" }).ClickAsync(); // From the record too.
        await page.Locator("main a[href^='/contacts/merge?ids=']").ClickAsync();
        await page.Locator(".rc-merge-alike input[name=ids]").CheckAsync();
        await walk.Check();
        await page.Locator(".rc-merge-stay button").ClickAsync();
        await Assertions.Expect(page.Locator(".rc-merge-row").First).ToBeVisibleAsync();
        await page.Locator("main form button.btn-primary").Last.ClickAsync();
        await page.Locator(".rc-toast form[action='/contacts/merges'] button").ClickAsync(); // Taken back at once.
        await page.WaitForURLAsync("**/contacts/merges");
        await page.GotoAsync($"/contacts?mobile={mobile}");
        await Assertions.Expect(page.Locator("table.rc-list tbody tr")).ToHaveCountAsync(2);
    }

    [GeneratedRegex("/customers/[0-9]+$")]
    private static partial Regex OneCustomer();

    [GeneratedRegex("/customers/[0-9]+/contacts/[0-9]+$")]
    private static partial Regex OneContact();
}
