using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace RailCrm.BrowserTests.Journeys;

/// <summary>One transport written twice: warned of while it is typed, found on the work list, said to be two and taken back, and one of the two put into the bin with what the other lacked taken over.</summary>
public sealed partial class Someone_clears_duplicate_waybills(Browser browser)
{
    [Theory, MemberData(nameof(Ways.AtADesk), MemberType = typeof(Ways))]
    public async Task Is_warned_writes_it_all_the_same_and_keeps_one_from_the_work_list(string language, int width)
    {
        await using var walk = await browser.Open(null, language, width, user: "group");
        var page = walk.Page;
        await page.GotoAsync("/customers/quick");
        await page.FillAsync("[name='Form.Name']", $"重单{language[..2]}{width}公司");
        await page.Locator("main form button.btn-primary").ClickAsync();
        await page.WaitForURLAsync(OneCustomer());
        var customer = page.Url.Split('/')[^1];
        var (first, second) = ($"CD{language[..2]}{width}-1", $"CD{language[..2]}{width}-2");
        foreach (var (number, contract) in new[] { (first, "HT-2026-9"), (second, "") })
        {
            await page.GotoAsync($"/waybills/new?customer={customer}");
            await page.FillAsync("[name='Form.ExternalNo']", number);
            await page.FillAsync("[name='Form.Date']", "2026-03-05");
            await page.FillAsync("[name='Form.Weight']", "61.5");
            await page.FillAsync("[name='Form.Revenue']", "4321");
            await page.FillAsync("[name='Form.Contract']", contract);
            if (number == second)
            {
                await Assertions.Expect(page.Locator("rc-duplicates")).ToContainTextAsync(first);
                await Assertions.Expect(page.Locator("rc-duplicates")).ToContainTextAsync("2026-03-05");
                await walk.Check();
            }

            await page.Locator("main form button.btn-primary").Last.ClickAsync();
            await page.WaitForURLAsync(OneLine());
        }

        await page.GotoAsync("/waybills/duplicates");
        var pair = page.Locator("tr.rc-alike", new() { HasText = first });
        await Assertions.Expect(pair).ToContainTextAsync(second);
        await walk.Check();
        await pair.Locator("input[name=Why]").FillAsync("两车");
        await pair.Locator("button[name=Judge]").ClickAsync();
        await Assertions.Expect(pair).ToHaveCountAsync(0);
        await page.GotoAsync("/waybills/duplicates?dismissed=true");
        await Assertions.Expect(pair).ToContainTextAsync("两车");
        await walk.Check();
        await pair.Locator("button[name=Judge]").ClickAsync();
        await Assertions.Expect(pair).ToHaveCountAsync(0);

        await page.GotoAsync("/waybills/duplicates?reason=weight&least=70");
        var keep = pair.Locator(".rc-alike-keep", new() { Has = page.Locator("input[name=Fill][value=contract]") });
        await keep.Locator("input[name=Fill]").CheckAsync();
        await walk.Check();
        await keep.Locator("button[name=Kept]").ClickAsync();
        await Assertions.Expect(pair).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator(".rc-toast")).ToContainTextAsync(first);
        await page.GotoAsync($"/waybills?customer={customer}");
        await Assertions.Expect(page.Locator("table.rc-list tbody tr")).ToHaveCountAsync(1);
        await page.Locator("table.rc-list tbody th a").First.ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync(second);
        await Assertions.Expect(page.Locator("dd[data-field=contract]")).ToContainTextAsync("HT-2026-9");
        await page.GotoAsync("/waybills/bin");
        await Assertions.Expect(page.Locator("table.rc-list")).ToContainTextAsync(first);
    }

    [GeneratedRegex("/customers/[0-9]+$")]
    private static partial Regex OneCustomer();

    [GeneratedRegex("/waybills/[0-9]+$")]
    private static partial Regex OneLine();
}
