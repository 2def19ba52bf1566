using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.BrowserTests.Journeys;

/// <summary>An account manager adds a passkey, signs in with it alone and after the password, and gives it up again. The authenticator is Chromium's own, in software.</summary>
public sealed class Someone_signs_in_with_a_passkey(Browser browser)
{
    [Theory, MemberData(nameof(Ways.Two), MemberType = typeof(Ways))]
    public async Task Alone_and_as_second_factor(string language, int width)
    {
        var name = $"密钥{width}";
        await browser.Demo.With<SetUpGroup, int>(async (db, setUp) =>
        {
            var unit = await db.Set<User>().Where(u => u.UserName == "manager").Select(u => u.UnitId).SingleAsync();
            Assert.Null((await setUp.CreateUser(new() { UserName = name, DisplayName = name, UnitId = unit, TourEndedAt = DateTime.UnixEpoch }, Product.Password, "manager", default)).Refusal);
            return 0;
        });
        await using var walk = await browser.Open(null, language, width);
        var page = walk.Page;
        string At(string path) => browser.Demo.Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal) + path; // A passkey is for a name, never for a number.
        var cdp = await page.Context.NewCDPSessionAsync(page);
        await cdp.SendAsync("WebAuthn.enable");
        var added = await cdp.SendAsync("WebAuthn.addVirtualAuthenticator", new()
        {
            ["options"] = new Dictionary<string, object> { ["protocol"] = "ctap2", ["transport"] = "internal", ["hasResidentKey"] = true, ["hasUserVerification"] = true, ["isUserVerified"] = true, ["automaticPresenceSimulation"] = true },
        });
        var device = added!.Value.GetProperty("authenticatorId").GetString()!;
        Task Verified(bool yes) => cdp.SendAsync("WebAuthn.setUserVerified", new() { ["authenticatorId"] = device, ["isUserVerified"] = yes });

        async Task ByPassword()
        {
            await page.Context.ClearCookiesAsync();
            await page.GotoAsync(At("/sign-in"));
            await page.FillAsync("input[name='Form.UserName']", name);
            await page.FillAsync("input[name='Form.Password']", Product.Password);
            await page.ClickAsync("main form button.btn-primary");
        }

        Task In() => page.WaitForURLAsync(u => !u.Contains("/sign-in", StringComparison.Ordinal));

        await ByPassword();
        await In();
        await page.GotoAsync(At("/account/factor"));
        var form = page.Locator("form[data-passkey]");
        await Assertions.Expect(form).ToBeVisibleAsync();
        await walk.Check();
        await page.FillAsync("[name='Passkey.Password']", "wrong wrong wrong");
        await form.Locator("button").ClickAsync();
        await Assertions.Expect(form.Locator("[data-passkey-said]")).ToBeVisibleAsync();
        await page.FillAsync("[name='Passkey.Password']", Product.Password);
        await form.Locator("button").ClickAsync();
        await Assertions.Expect(page.Locator(".rc-codes li")).ToHaveCountAsync(10);

        await page.GotoAsync(At("/account/factor"));
        await page.ClickAsync("[data-target^=passkey-]");
        var dialog = page.Locator("dialog[id^=passkey-]");
        await dialog.Locator("[name='Key.Name']").FillAsync("办公室电脑");
        await walk.Check();
        await dialog.Locator("button[value=rename]").ClickAsync();
        await Assertions.Expect(page.Locator("main tbody th")).ToContainTextAsync("办公室电脑");
        await walk.Check();

        await page.Context.ClearCookiesAsync();
        await page.GotoAsync(At("/sign-in"));
        await Assertions.Expect(form).ToBeVisibleAsync();
        await walk.Check();
        await form.Locator("button").ClickAsync();
        await In();

        await ByPassword();
        await page.WaitForURLAsync("**/sign-in/second*");
        await Assertions.Expect(form).ToBeVisibleAsync();
        await walk.Check();
        await Verified(false); // Not this finger.
        await form.Locator("button").ClickAsync();
        await Assertions.Expect(form.Locator("[data-passkey-said]")).ToBeVisibleAsync();
        await Verified(true);
        await form.Locator("button").ClickAsync();
        await In();

        await page.GotoAsync(At("/account/factor"));
        await page.ClickAsync("[data-target^=passkey-]");
        await dialog.Locator("[name='Key.Password']").FillAsync(Product.Password);
        await dialog.Locator("button[value=passkey]").ClickAsync();
        await Assertions.Expect(page.Locator("main tbody tr")).ToHaveCountAsync(0);
        await walk.CheckQuiet();
        await ByPassword();
        await In();
        Assert.Equal(2, await browser.Demo.In(db => db.Set<AuditEntry>().CountAsync(a => a.ActorName == name && a.Action == "signed_in" && a.Changes!.Contains("passkey"))));
    }
}
