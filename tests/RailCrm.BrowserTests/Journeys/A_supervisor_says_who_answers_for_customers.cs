using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace RailCrm.BrowserTests.Journeys;

public sealed partial class A_supervisor_says_who_answers_for_customers(Browser browser)
{
    [Theory, MemberData(nameof(Ways.Two), MemberType = typeof(Ways))]
    public async Task A_customer_without_a_manager_gets_one_then_another_and_the_past_says_so(string language, int width)
    {
        await using var walk = await browser.Open(null, language, width, user: "group");
        var page = walk.Page;
        await page.GotoAsync("/customers?view=unmanaged");
        await walk.Check();
        var customer = await page.Locator("table.rc-list tbody th a").Nth(width == 390 ? 1 : 0).GetAttributeAsync("href") ?? "";
        await page.GotoAsync(customer);
        await page.ClickAsync($"a[href*='{new Uri(page.Url).AbsolutePath}/managers']");
        await page.WaitForURLAsync(Managers());
        await Assertions.Expect(page.Locator("main table .rc-badge.rc-warning").First).ToBeVisibleAsync();
        await walk.Check();

        var first = await Choose(0);
        await page.ClickAsync("[data-key=save]");
        await Assertions.Expect(page.Locator(".rc-toast")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("main table").First).ToContainTextAsync(first);

        var second = await Choose(1);
        await page.ClickAsync("[data-key=save]");
        await Assertions.Expect(page.Locator("#f-Form-Reason-error")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("[name='Form.Person']")).ToHaveValueAsync(new Regex(Regex.Escape(second)));
        await walk.Check();
        await page.FillAsync("[name='Form.Reason']", "前任调岗");
        await page.ClickAsync("[data-key=save]");
        await Assertions.Expect(page.Locator("main table").First).ToContainTextAsync("前任调岗");
        await Assertions.Expect(page.Locator("main table").Nth(1)).ToContainTextAsync(first);
        await walk.Check();

        await page.Locator("main table").First.Locator("a.btn").First.ClickAsync();
        await page.WaitForURLAsync("**end=*");
        await walk.Check();
        await page.FillAsync("[name='Form.Reason']", "走访安排调整");
        await page.Locator("main form button.btn-primary").First.ClickAsync();
        await Assertions.Expect(page.Locator("main table").Nth(1)).ToContainTextAsync("走访安排调整");

        await page.GotoAsync($"{new Uri(page.Url).AbsolutePath.Replace("/managers", "/history", StringComparison.Ordinal)}?kind=managers");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("走访安排调整");
        await walk.Check();

        // One of two of the same unit, so that the second takes the place of the first.
        async Task<string> Choose(int nth)
        {
            await page.Locator("[name='Form.Person']").FillAsync("");
            await page.Locator("[name='Form.Person']").ClickAsync();
            var options = page.Locator("rc-combobox [role=option]");
            await Assertions.Expect(options.Nth(1)).ToBeVisibleAsync();
            var texts = await options.AllInnerTextsAsync();
            var (name, at) = texts.Select((t, n) => (Name: t.Split('(')[0].Trim(), Unit: t.Split(')')[^1].Trim(), At: n)).GroupBy(o => o.Unit).First(g => g.Count() > 1).Select(o => (o.Name, o.At)).ElementAt(nth);
            await options.Nth(at).ClickAsync();
            return name;
        }
    }

    [Theory, MemberData(nameof(Ways.AtADesk), MemberType = typeof(Ways))]
    public async Task The_group_says_which_tier_needs_which_levels(string language, int width)
    {
        await using var walk = await browser.Open(null, language, width, user: "data");
        await walk.Page.GotoAsync("/settings/managers");
        var box = walk.Page.Locator("[name='Level.Prospective'][value=Outlet]");
        await Assertions.Expect(box).ToBeCheckedAsync();
        await box.UncheckAsync();
        await walk.Page.ClickAsync("[data-key=save]");
        await Assertions.Expect(walk.Page.Locator(".rc-toast")).ToBeVisibleAsync();
        await Assertions.Expect(box).Not.ToBeCheckedAsync();
        await walk.Check();
        await box.CheckAsync();
        await walk.Page.ClickAsync("[data-key=save]");
        await Assertions.Expect(walk.Page.Locator(".rc-toast")).ToBeVisibleAsync();
    }

    [Theory, MemberData(nameof(Ways.AtADesk), MemberType = typeof(Ways))]
    public async Task A_leavers_customers_go_to_colleagues_and_come_back(string language, int width)
    {
        await using var walk = await browser.Open(null, language, width, user: "group");
        var page = walk.Page;
        await page.GotoAsync("/handovers");
        await walk.Check();
        var (leaver, receiver) = await Colleagues(page, width == 390 ? 1 : 0);
        await page.GotoAsync($"/handovers/new?from={Uri.EscapeDataString(leaver)}");
        await walk.Check();
        await page.FillAsync("[name='Form.To']", receiver);
        await page.Keyboard.PressAsync("Escape");
        await page.ClickAsync("button[value=preview]");
        await Assertions.Expect(page.Locator("main table")).ToContainTextAsync("+");
        await walk.Check();
        await page.ClickAsync("button[value=propose]");
        await page.WaitForURLAsync(OneHandover());
        await walk.Check();
        await page.ClickAsync("button[value^='accept:']");
        await Assertions.Expect(page.Locator(".rc-badge.rc-success")).ToHaveCountAsync(1);
        var undo = page.Locator("button[value=undo]");
        for (var n = 0; n < 60 && await undo.CountAsync() == 0; n++)
        {
            await page.WaitForTimeoutAsync(500); // Until its job is done.
            try
            {
                await page.ReloadAsync();
            }
            catch (PlaywrightException e) when (e.Message.Contains("ERR_ABORTED", StringComparison.Ordinal))
            {
                // The page, which follows its job, was reading itself anew.
            }
        }

        await page.ClickAsync("main a[href*='?part=']");
        await page.WaitForURLAsync("**part=*");
        await Assertions.Expect(page.Locator("main table")).ToBeVisibleAsync();
        await walk.Check();
        await undo.ClickAsync();
        await Assertions.Expect(page.Locator(".rc-badge.rc-success")).ToHaveCountAsync(0);
        await walk.Check();
    }

    /// <summary>Two managers of one unit, none of them somebody that other journeys sign in as.</summary>
    private static async Task<(string Leaver, string Receiver)> Colleagues(IPage page, int nth)
    {
        var people = new List<(string Value, string Unit)>();
        foreach (var letter in new[] { "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "马", "罗", "郑", "梁", "谢", "宋" })
        {
            var answer = await page.APIRequest.GetAsync($"/api/v1/lookup/manager-candidates?q={Uri.EscapeDataString(letter)}");
            people.AddRange((await answer.JsonAsync())!.Value.GetProperty("items").EnumerateArray().Select(i => (i.GetProperty("value").GetString()!, i.GetProperty("hint").GetString()!)));
        }

        string[] known = ["(manager)", "(outlet)", "(subsidiary)", "(group)", "(admin)"];
        return people.Distinct().Where(p => !known.Any(p.Value.EndsWith)).GroupBy(p => p.Unit).Where(g => g.Count() > 1).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => (g.First().Value, g.Last().Value)).ElementAt(nth);
    }

    [GeneratedRegex("/handovers/[0-9]+$")]
    private static partial Regex OneHandover();

    [GeneratedRegex("/customers/[0-9]+/managers")]
    private static partial Regex Managers();
}
