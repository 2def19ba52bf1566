using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;

namespace RailCrm.BrowserTests.Journeys;

/// <summary>An account manager asks that customers go to another unit; the head of the outlet looks, approves one, and two more at once.</summary>
public sealed partial class An_outlet_head_decides_on_requests(Browser browser)
{
    public static TheoryData<string, int, bool> All => new() { { "zh-CN", 1400, false }, { "en", 390, true } };

    [Theory, MemberData(nameof(All))]
    public async Task Approves_a_transfer_and_two_more_at_once(string language, int width, bool dark)
    {
        await using var walk = await browser.Open(null, language, width, dark, "manager");
        var (page, tag) = (walk.Page, $"{language[..2]}{width}");
        var target = await browser.Demo.In(db => db.Set<OrgUnit>().Where(u => u.Level == UnitLevel.Outlet).OrderByDescending(u => u.Id).Select(u => new { u.Id, u.Code, u.Name }).FirstAsync());
        var first = await Create($"移交{tag}首户");
        await page.GotoAsync($"/customers/{first}");
        await page.Locator($"main a[href='/customers/{first}/transfer']").ClickAsync();
        await Assertions.Expect(page.Locator("rc-combobox:defined")).ToHaveCountAsync(1);
        await page.FillAsync("[name='Form.UnitId']", target.Name);
        await page.Locator("rc-combobox [role=option]", new() { HasText = target.Name }).First.ClickAsync();
        await page.FillAsync("[name='Form.Reason']", "客户迁址，由新单位就近服务");
        await walk.Check();
        await page.Locator("main form .btn-primary").ClickAsync();
        await page.WaitForURLAsync(Approval());
        var approval = Number().Match(page.Url).Value;
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync(target.Name);
        var document = $"main a[href^='/api/v1/approvals/{approval}/documents/']";
        await page.Locator("main input[type=file]").SetInputFilesAsync(new FilePayload { Name = "迁址通知.pdf", MimeType = "application/pdf", Buffer = "%PDF-1.7\n"u8.ToArray() });
        await page.Locator("rc-upload button").ClickAsync();
        await Assertions.Expect(page.Locator(document)).ToContainTextAsync("迁址通知.pdf");
        await walk.Check();
        await page.GotoAsync($"/customers/{first}/approvals");
        await Assertions.Expect(page.Locator($"main a[href='/approvals/{approval}']")).ToBeVisibleAsync();
        await walk.Check();

        await using var head = await browser.Open(null, language, width, dark, "outlet");
        var desk = head.Page;
        await desk.GotoAsync("/");
        await desk.Locator("a.rc-bell[href='/approvals'] .rc-bell-count").ClickAsync();
        await desk.Locator($"main a[href='/approvals/{approval}']").ClickAsync();
        await desk.WaitForURLAsync(Approval());
        await Assertions.Expect(desk.Locator(document)).ToBeVisibleAsync();
        await head.Check();
        await desk.Locator("button[name='Decide.Do'][value=Refuse]").ClickAsync();
        await Assertions.Expect(desk.Locator("main [role=alert]")).ToBeVisibleAsync(); // Not without a comment.
        await head.Check();
        await desk.FillAsync("[name='Decide.Comment']", "同意移交");
        await desk.Locator("button[name='Decide.Do'][value=Approve]").ClickAsync();
        await Assertions.Expect(desk.Locator(".rc-head-badges .rc-success")).ToBeVisibleAsync();
        await head.Check();
        Assert.Equal(target.Id, await Unit(first));

        await page.GotoAsync("/inbox");
        var line = page.Locator(".rc-inbox li.unread", new() { HasTextString = $"SP-{approval.PadLeft(7, '0')}" });
        await Assertions.Expect(line).Not.ToContainTextAsync(tag); // Nothing of the customer.
        await line.Locator("a").ClickAsync();
        await page.WaitForURLAsync(Approval());
        await Assertions.Expect(page.Locator(".rc-head-badges .rc-success")).ToBeVisibleAsync();
        await walk.Check();

        string[] more = [await Create($"移交{tag}次户"), await Create($"移交{tag}末户")];
        var numbers = new List<string>();
        foreach (var customer in more)
        {
            await page.GotoAsync($"/customers/{customer}/transfer");
            await page.FillAsync("[name='Form.UnitId']", target.Code);
            await page.FillAsync("[name='Form.Reason']", "一并移交");
            await page.Locator("main form .btn-primary").ClickAsync();
            await page.WaitForURLAsync(Approval());
            numbers.Add(Number().Match(page.Url).Value);
        }

        await desk.GotoAsync("/approvals");
        foreach (var number in numbers)
        {
            await desk.Locator($"input[name=Steps][value^='{number}:']").CheckAsync();
        }

        await head.Check();
        await desk.Locator("button.btn-primary[form=approve]").ClickAsync();
        await Assertions.Expect(desk.Locator(".alert-success li")).ToHaveCountAsync(2);
        foreach (var number in numbers)
        {
            await Assertions.Expect(desk.Locator($"input[name=Steps][value^='{number}:']")).ToHaveCountAsync(0);
        }

        await head.Check();
        foreach (var customer in more)
        {
            Assert.Equal(target.Id, await Unit(customer));
        }

        async Task<string> Create(string name)
        {
            await page.GotoAsync("/customers/quick");
            await page.FillAsync("[name='Form.Name']", name);
            await page.Locator("button[name=Then][value=open]").ClickAsync();
            await page.WaitForURLAsync(Customer());
            return Number().Match(page.Url).Value;
        }
    }

    private Task<long> Unit(string customer)
    {
        var id = long.Parse(customer, System.Globalization.CultureInfo.InvariantCulture);
        return browser.Demo.In(db => db.Set<Customer>().Where(c => c.Id == id).Select(c => c.UnitId).SingleAsync());
    }

    [GeneratedRegex(@"/approvals/\d+$")]
    private static partial Regex Approval();

    [GeneratedRegex(@"/customers/\d+$")]
    private static partial Regex Customer();

    [GeneratedRegex(@"\d+$")]
    private static partial Regex Number();
}
