using Microsoft.Playwright;

namespace RailCrm.BrowserTests.Journeys;

/// <summary>The security administrator switches personal traits on; someone who may writes them, looks at them for a reason, is warned of a word, and erases the person in the end.</summary>
public sealed class Personal_information_is_kept_with_care(Browser browser)
{
    [Theory, MemberData(nameof(Ways.Two), MemberType = typeof(Ways))]
    public async Task From_the_switch_to_the_erasure(string language, int width)
    {
        await using (var security = await browser.Open(null, language, width, user: "security"))
        {
            await security.Page.GotoAsync("/settings/personal");
            await security.Page.CheckAsync("[name='Form.IsOn']");
            await security.Page.FillAsync("[name='Form.Purpose']", "拜访前准备");
            await security.Page.SelectOptionAsync("[name='Form.Basis']", "Consent");
            await security.Page.FillAsync("[name='Form.Until']", TimeProvider.System.GetUtcNow().AddMonths(6).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
            await security.Page.ClickAsync("main form button.btn-primary");
            await Assertions.Expect(security.Page.Locator(".rc-toast")).ToBeVisibleAsync();
            await Assertions.Expect(security.Page.Locator("[name='Form.IsOn']")).ToBeCheckedAsync();
            await security.Check();
        }

        await using var walk = await browser.Open(null, language, width, user: "group");
        var page = walk.Page;
        await page.GotoAsync("/customers/quick");
        await page.FillAsync("[name='Form.Name']", $"个人信息{language}{width}公司");
        await page.Locator("main form button.btn-primary").ClickAsync();
        await page.WaitForURLAsync(u => System.Text.RegularExpressions.Regex.IsMatch(u, "/customers/[0-9]+$"));
        await page.GotoAsync(new Uri(page.Url).AbsolutePath + "/contacts/new");
        await page.FillAsync("[name='Form.Name']", "钱多多");
        await page.Locator("main form button.btn-primary").ClickAsync();
        await page.Locator("main a", new() { HasText = "钱多多" }).First.ClickAsync();
        await page.Locator("main nav a[href*='/personal']").First.ClickAsync();
        await page.FillAsync("[name='Form.Character']", "开朗健谈");
        await page.ClickAsync("button[form=traits]");
        await Assertions.Expect(page.Locator("button[form=reveal]")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("main")).Not.ToContainTextAsync("开朗健谈");
        await walk.Check();
        await page.FillAsync("[name=Reason]", "明天拜访");
        await page.ClickAsync("button[form=reveal]");
        await Assertions.Expect(page.Locator("[name='Form.Character']")).ToHaveValueAsync("开朗健谈");
        await walk.Check();

        await page.Locator("main nav a[href*='/notes']").First.ClickAsync();
        await page.FillAsync("#note-text", "他有高血压");
        await page.Locator("form:has(#note-text) button.btn-primary").ClickAsync();
        await Assertions.Expect(page.Locator("main .alert-warning")).ToContainTextAsync("高血压");
        await Assertions.Expect(page.Locator("#note-text")).ToHaveValueAsync("他有高血压");
        await walk.Check();
        await page.Locator("form:has(#note-text) button.btn-primary").ClickAsync();
        await Assertions.Expect(page.Locator(".rc-note-text")).ToContainTextAsync("高血压");

        await page.Locator("main nav a[href*='/personal']").First.ClickAsync();
        await page.Locator("main a[href$='/erase']").ClickAsync();
        await Assertions.Expect(page.Locator("[name=Reason]")).ToBeVisibleAsync();
        await walk.Check();
        await page.FillAsync("[name=Reason]", "本人要求");
        await page.ClickAsync("main button.btn-danger");
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync("已删除的联系人");
        await page.GotoAsync("/contacts/erasures");
        await Assertions.Expect(page.Locator("main .card")).ToBeVisibleAsync();
        await walk.Check();
    }
}
