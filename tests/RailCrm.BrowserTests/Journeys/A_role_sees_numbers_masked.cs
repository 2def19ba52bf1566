using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;

namespace RailCrm.BrowserTests.Journeys;

/// <summary>The security administrator makes a role that sees mobiles masked; whoever has it gives a reason to see one; the auditor reads that; the administrator looks as that person.</summary>
public sealed partial class A_role_sees_numbers_masked(Browser browser)
{
    [Theory, MemberData(nameof(Ways.Two), MemberType = typeof(Ways))]
    public async Task And_shows_one_for_a_reason(string language, int width)
    {
        var (role, name, why) = ($"外呼{width}", $"外呼员{width}", $"核对到站 {width}");
        await using var security = await browser.Open(null, language, width);
        await security.SignIn("security");
        var page = security.Page;
        await page.GotoAsync("/roles/new");
        await page.FillAsync("[name='Form.Name']", role);
        await page.CheckAsync("input[name='Form.Permissions'][value='customers.read']");
        await page.CheckAsync("input[name='field.contacts.Mobile'][value=masked]");
        await page.CheckAsync("input[name='field.customers.LegalRepresentative'][value=hidden]");
        await security.Check();
        await page.Locator("main form button.btn-primary").ClickAsync();
        await page.WaitForURLAsync("**/roles");
        await page.Locator("table.rc-list a", new() { HasText = role }).First.ClickAsync();
        await Assertions.Expect(page.Locator("input[name='field.contacts.Mobile'][value=masked]")).ToBeCheckedAsync();
        await Assertions.Expect(page.Locator("input[name='field.contacts.Email'][value=edit]")).ToBeCheckedAsync();
        var id = await browser.Demo.With<SetUpGroup, long>(async (db, setUp) =>
        {
            var unit = await db.Set<User>().Where(u => u.UserName == "manager").Select(u => u.UnitId).SingleAsync();
            Assert.True((await setUp.CreateUser(new() { UserName = name, DisplayName = name, UnitId = unit, TourEndedAt = DateTime.UnixEpoch }, Product.Password, role, default)).TryGet(out var made, out var refusal), refusal?.Code);
            return made.Id;
        });

        await using (var walk = await browser.Open(null, language, width))
        {
            await walk.SignIn(name);
            var own = walk.Page;
            await own.GotoAsync("/contacts?columns=name,mobile&sort=name");
            var masked = own.Locator("table.rc-list tbody tr", new() { HasTextRegex = Masked() }).First;
            await Assertions.Expect(masked.Locator("a.rc-reveal")).ToBeVisibleAsync();
            await walk.Check();
            await masked.Locator("a.rc-reveal").ClickAsync();
            await own.WaitForURLAsync("**/reveal");
            await own.FillAsync("[name='Form.Reason']", why);
            await walk.Check();
            await own.Locator("main form button.btn-primary").ClickAsync();
            await Assertions.Expect(own.Locator("#revealed dd").First).ToContainTextAsync(Whole());
            await walk.Check();
            await own.Locator(".rc-back").ClickAsync();
            await Assertions.Expect(own.Locator("#s-person")).ToContainTextAsync(Masked());
        }

        await using (var auditor = await browser.Open(null, language, width, user: "auditor"))
        {
            await auditor.Page.GotoAsync("/audit?action=revealed");
            await Assertions.Expect(auditor.Page.Locator("table.rc-list tbody")).ToContainTextAsync(why);
            await auditor.Check();
        }

        await page.GotoAsync($"/accounts/{id}");
        await page.Locator("form[action='/view-as'] button").ClickAsync();
        await Assertions.Expect(page.Locator(".rc-view-as")).ToContainTextAsync(name);
        await page.GotoAsync("/contacts?columns=name,mobile&sort=name");
        await Assertions.Expect(page.Locator("table.rc-list tbody").First).ToContainTextAsync(Masked());
        await security.Check();
        await page.Locator(".rc-view-as button").ClickAsync();
        await page.WaitForURLAsync($"**/accounts/{id}");
        await Assertions.Expect(page.Locator(".rc-view-as")).ToHaveCountAsync(0);
    }

    [GeneratedRegex("[0-9]{3}\\*{4}[0-9]{4}")]
    private static partial Regex Masked();

    [GeneratedRegex("1[0-9]{10}")]
    private static partial Regex Whole();
}
