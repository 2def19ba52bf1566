using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace RailCrm.BrowserTests.Journeys;

public sealed partial class A_supervisor_merges_duplicates(Browser browser)
{
    [Theory, MemberData(nameof(Ways.Two), MemberType = typeof(Ways))]
    public async Task Creates_two_alike_finds_them_merges_them_opens_the_old_address_and_undoes_it(string language, int width)
    {
        await using var walk = await browser.Open(null, language, width, user: "group");
        var page = walk.Page;
        var name = $"并单{language[..2]}{width}物资储运";
        var first = await Create($"{name}有限公司", "");
        var second = await Create($"{name}股份有限公司", "暂");

        await page.GotoAsync("/customers/duplicates");
        await page.RunAndWaitForResponseAsync(() => page.Locator("main form button", new() { HasText = language == "en" ? "Search now" : "立即查找" }).ClickAsync(), r => r.Request.Method == "POST");
        do
        {
            await page.GotoAsync("/customers/duplicates"); // Rather than wait for the bar, which shows the page anew whenever the search ends.
        }
        while (await page.Locator("rc-progress").CountAsync() > 0);

        var pair = page.Locator("tr.rc-alike", new() { Has = page.Locator($"a[href='/customers/merge?ids={first},{second}']") });
        await Assertions.Expect(pair).ToBeVisibleAsync();
        await walk.Check();

        await pair.Locator("button[name=Judge]").ClickAsync();
        await Assertions.Expect(pair).ToHaveCountAsync(0);
        await page.Locator(".rc-toast form button").ClickAsync(); // Taken back at once.
        await Assertions.Expect(pair).ToBeVisibleAsync();

        await pair.Locator($"a[href^='/customers/merge']").ClickAsync();
        await page.WaitForURLAsync("**/customers/merge?**");
        await page.Locator($".rc-merge-stay input[value='{first}']").CheckAsync();
        await page.Locator(".rc-merge-stay button").ClickAsync();
        await page.WaitForURLAsync($"**survivor={first}");
        await page.Locator($"input[name='Choice.Name'][value='{second}']").CheckAsync();
        await walk.Check();
        await page.Locator("main form button.btn-primary").Last.ClickAsync();
        await page.WaitForURLAsync(Record());
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync($"{name}股份有限公司");

        await page.GotoAsync($"/customers/{second}/contacts");
        await page.WaitForURLAsync($"**/customers/{first}/contacts");
        await Assertions.Expect(page.Locator(".rc-toast")).ToBeVisibleAsync();
        await walk.Check();

        await page.GotoAsync("/customers/merges");
        await walk.Check();
        await page.Locator("table tbody tr", new() { HasText = name }).First.Locator("button[name=MergeId]").ClickAsync();
        await Assertions.Expect(page.Locator(".rc-toast")).ToBeVisibleAsync();
        await page.GotoAsync($"/customers/{second}");
        await page.WaitForURLAsync($"**/customers/{second}");
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync($"{name}股份有限公司");
        await page.GotoAsync($"/customers/{first}");
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync($"{name}有限公司");

        async Task<string> Create(string called, string later)
        {
            await page.GotoAsync("/customers/new");
            await page.FillAsync("main input[name='Form.Name']", called + later);
            await page.Locator("main form button.btn-primary").First.ClickAsync();
            await page.WaitForURLAsync(Record());
            var id = Number().Match(page.Url).Value;
            if (later.Length > 0)
            {
                // Called like another only later: whoever creates one like another says why it is none, and is asked no more.
                await page.GotoAsync($"/customers/{id}/edit");
                await page.FillAsync("main input[name='Form.Name']", called);
                await page.Locator("main form button[data-key=save]").First.ClickAsync();
                await page.WaitForURLAsync(Record());
            }

            return id;
        }
    }

    [GeneratedRegex(@"/customers/\d+$")]
    private static partial Regex Record();

    [GeneratedRegex(@"\d+$")]
    private static partial Regex Number();
}
