using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using RailCrm.Platform.Access;

namespace RailCrm.BrowserTests.Journeys;

/// <summary>The head of an outlet sets a manager's targets from a year's sum, is told what is out of order, and reads the ranking; the manager sees what is reached; somebody asks why a customer is seen.</summary>
public sealed class A_head_sets_targets_and_looks_at_results(Browser browser)
{
    [Theory, MemberData(nameof(Ways.AtADesk), MemberType = typeof(Ways))]
    public async Task And_the_manager_sees_what_is_reached(string language, int width)
    {
        var manager = await browser.Demo.In(async db => await db.Set<User>().Where(u => u.UserName == "manager").Select(u => u.Id).SingleAsync());
        await using var head = await browser.Open(null, language, width, user: "outlet");
        var page = head.Page;
        await page.GotoAsync("/results");
        await Assertions.Expect(page.Locator($"tbody a[href^='/results/people/{manager}']")).ToBeVisibleAsync();
        await head.Check();
        var measure = width > 400 ? "weight" : "grossProfit";
        await page.GotoAsync($"/results/targets?person={manager}&measure={measure}");
        await page.FillAsync("[name='Form.YearFloor']", "1200");
        await page.FillAsync("[name='Form.YearTarget']", "2400");
        await page.FillAsync("[name='Form.YearChallenge']", "3600");
        await page.PressAsync("[name='Form.YearChallenge']", "Enter"); // Fills in, and saves nothing yet.
        await Assertions.Expect(page.Locator("[name='Form.Target12']")).ToHaveValueAsync("200");
        await page.FillAsync("[name='Form.Floor3']", "201");
        await page.ClickAsync("button[value=save]");
        await Assertions.Expect(page.Locator("[name='Form.Floor3'].is-invalid")).ToBeVisibleAsync();
        await head.Check();
        await page.FillAsync("[name='Form.Floor3']", "100");
        await page.ClickAsync("button[value=save]");
        await Assertions.Expect(page.Locator(".is-invalid")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator("[name='Form.Challenge1']")).ToHaveValueAsync("300");

        await using var own = await browser.Open(null, language, width, user: "manager");
        await own.Page.GotoAsync("/results");
        await own.Page.WaitForURLAsync($"**/results/people/{manager}");
        await Assertions.Expect(own.Page.Locator("main meter").First).ToBeVisibleAsync();
        await own.Check();

        var customer = await browser.Demo.In(async db => await db.Set<RailCrm.Modules.Customers.CustomerGrant>().Where(g => g.UserId == manager).Select(g => g.CustomerId).FirstAsync());
        await page.GotoAsync($"/customers/{customer}/sight?user=manager");
        await Assertions.Expect(page.Locator("#sight-said li").First).ToBeVisibleAsync();
        await head.Check();
    }
}
