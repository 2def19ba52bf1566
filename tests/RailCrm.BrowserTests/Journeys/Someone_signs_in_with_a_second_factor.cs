using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;

namespace RailCrm.BrowserTests.Journeys;

/// <summary>An account manager sets up an authenticator app, keeps the recovery codes, and signs in with a code and, without the telephone, with a recovery code.</summary>
public sealed class Someone_signs_in_with_a_second_factor(Browser browser)
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>What the app does with the secret that is typed into it.</summary>
    private static string Code(string secret, int ahead)
    {
        var bits = string.Concat(secret.Where(char.IsLetterOrDigit).Select(c => Convert.ToString(Alphabet.IndexOf(c, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        var bytes = bits.Chunk(8).Where(b => b.Length == 8).Select(b => Convert.ToByte(new string(b), 2)).ToArray();
        return Totp.Code(bytes, Totp.StepOf(TimeProvider.System.GetUtcNow().UtcDateTime) + ahead);
    }

    [Theory, MemberData(nameof(Ways.Two), MemberType = typeof(Ways))]
    public async Task And_without_the_telephone_by_a_recovery_code(string language, int width)
    {
        var name = $"验证{width}";
        await browser.Demo.With<SetUpGroup, int>(async (db, setUp) =>
        {
            var unit = await db.Set<User>().Where(u => u.UserName == "manager").Select(u => u.UnitId).SingleAsync();
            Assert.Null((await setUp.CreateUser(new() { UserName = name, DisplayName = name, UnitId = unit, TourEndedAt = DateTime.UnixEpoch }, Product.Password, "manager", default)).Refusal);
            return 0;
        });
        await using var walk = await browser.Open(null, language, width);
        var page = walk.Page;
        await walk.SignIn(name);
        await page.GotoAsync("/account");
        await page.ClickAsync("main a[href='/account/factor']");
        await page.ClickAsync("form:has(input[name=_handler][value=begin]) button");
        await Assertions.Expect(page.Locator("img.rc-qr")).ToBeVisibleAsync();
        Assert.True(await page.Locator("img.rc-qr").EvaluateAsync<bool>("async i => { await i.decode(); return i.naturalWidth > 0; }"));
        await walk.Check();
        var secret = await page.Locator("main code").InnerTextAsync();
        await page.FillAsync("[name='Form.Code']", "000000");
        await page.FillAsync("[name='Form.Password']", Product.Password);
        await page.ClickAsync("main form button.btn-primary");
        await Assertions.Expect(page.Locator("main .is-invalid")).ToHaveCountAsync(1);
        await walk.Check();
        await page.FillAsync("[name='Form.Code']", Code(secret, 0));
        await page.FillAsync("[name='Form.Password']", Product.Password);
        await page.ClickAsync("main form button.btn-primary");
        await Assertions.Expect(page.Locator(".rc-codes li")).ToHaveCountAsync(10);
        await walk.Check();
        var recovery = await page.Locator(".rc-codes li").First.InnerTextAsync();
        var file = await page.RunAndWaitForDownloadAsync(() => page.ClickAsync("form[action='/account/factor/codes'] button"));
        Assert.Contains(recovery, await File.ReadAllTextAsync(await file.PathAsync(), TestContext.Current.CancellationToken), StringComparison.Ordinal);

        async Task Again(string code)
        {
            await page.Context.ClearCookiesAsync();
            await page.GotoAsync("/sign-in");
            await page.FillAsync("input[name='Form.UserName']", name);
            await page.FillAsync("input[name='Form.Password']", Product.Password);
            await page.ClickAsync("main form button.btn-primary");
            await page.WaitForURLAsync("**/sign-in/second*");
            await Assertions.Expect(page.Locator("input[name='Form.Code']")).ToBeVisibleAsync();
            await walk.Check();
            await page.FillAsync("input[name='Form.Code']", code);
            await page.ClickAsync("main form button.btn-primary");
            await page.WaitForURLAsync(u => !u.Contains("/sign-in", StringComparison.Ordinal));
        }

        await Again(Code(secret, 1)); // A telephone that is half a minute fast: its present code was used above.
        await Again(recovery);
        await page.GotoAsync("/account/factor");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("9");
        await walk.Check();
    }

    [Theory, MemberData(nameof(Ways.AtADesk), MemberType = typeof(Ways))]
    public async Task And_the_auditor_finds_it_and_proves_the_trail(string language, int width)
    {
        await using var walk = await browser.Open(null, language, width, user: "auditor");
        var page = walk.Page;
        await page.GotoAsync("/audit?action=signed_in");
        await Assertions.Expect(page.Locator("table.rc-list tbody tr").First).ToBeVisibleAsync();
        await walk.Check();
        await page.Locator("form[role=search] ~ * button, .card form button", new() { HasText = language == "en" ? "Compare now" : "现在核对" }).ClickAsync();
        var sound = page.GetByText(language == "en" ? "rows agree" : "条记录全部一致");
        for (var tries = 0; tries < 60 && await sound.CountAsync() == 0; tries++)
        {
            await page.WaitForTimeoutAsync(500);
            await page.GotoAsync("/audit");
        }

        await Assertions.Expect(sound).ToBeVisibleAsync();
        await walk.Check();
        await page.Locator(".rc-head-actions details.rc-menu summary").ClickAsync();
        var file = await page.RunAndWaitForDownloadAsync(() => page.ClickAsync("form[action^='/audit/export'] button[value=csv]"));
        Assert.EndsWith(".csv", file.SuggestedFilename, StringComparison.Ordinal);
        await page.GotoAsync("/audit/oddities");
        await Assertions.Expect(page.Locator("main .card")).ToBeVisibleAsync();
        await walk.Check();

        await using var security = await browser.Open(null, language, width, user: "security");
        await security.Page.GotoAsync("/settings/security");
        await Assertions.Expect(security.Page.Locator("[name='Form.IdleMinutes']")).ToHaveValueAsync("240");
        await security.Page.FillAsync("[name='Form.AuditDays']", "100");
        await security.Page.ClickAsync("main form button.btn-primary");
        await Assertions.Expect(security.Page.Locator("main .is-invalid")).ToHaveCountAsync(1);
        await security.Check();
        await security.Page.GotoAsync("/roles/1");
        await Assertions.Expect(security.Page.Locator("button[name=Needed]")).ToBeVisibleAsync();
        await security.Check();
    }
}
