using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.BrowserTests.Journeys;

/// <summary>The security administrator says what claims mean; people come in by the provider, with the role and unit it gives, or are told why not; somebody links an account.</summary>
public sealed class Someone_signs_in_by_an_identity_provider(Browser browser)
{
    [Theory, MemberData(nameof(Ways.Two), MemberType = typeof(Ways))]
    public async Task With_the_role_and_unit_that_it_gives(string language, int width)
    {
        await using var provider = new IdentityProvider();
        await using var product = await Product.Start(empty: true, settings: ["--RAILCRM_OIDC_AUTHORITY", provider.Authority, "--RAILCRM_OIDC_CLIENT_ID", "railcrm", "--RAILCRM_OIDC_CLIENT_SECRET", "a secret of the journeys alone", "--RAILCRM_OIDC_NAME", "IdP"]);
        await product.With<SetUpGroup, int>(async (db, setUp) =>
        {
            Assert.Null((await setUp.Found("测试铁路物流集团", "GROUP", "admin", Product.Password, null, default)).Refusal);
            var group = await db.Set<OrgUnit>().SingleAsync();
            await OrgUnit.Add(db, new OrgUnit(group, "N", "北方公司"), default);
            foreach (var name in new[] { "security", "finance" })
            {
                Assert.Null((await setUp.CreateUser(new() { UserName = name, DisplayName = name, UnitId = group.Id }, Product.Password, name, default)).Refusal);
            }

            await db.Set<User>().ExecuteUpdateAsync(s => s.SetProperty(u => u.TourEndedAt, DateTime.UnixEpoch));
            return 0;
        });

        await using (var away = await browser.Open(product, language, width))
        {
            await away.Page.GotoAsync("/sign-in");
            await away.Page.ClickAsync("a[href^='/sign-in/oidc']");
            await Assertions.Expect(away.Page.Locator(".alert-danger")).ToBeVisibleAsync(); // Nobody answers yet.
        }

        await provider.Start(product.Address);
        await using (var security = await browser.Open(product, language, width))
        {
            await security.SignIn("security");
            await security.Page.GotoAsync("/settings/security");
            await security.Page.ClickAsync("main a[href='/settings/provider']");
            foreach (var (kind, value, target) in new[] { ("role", "crm-outlet", language == "en" ? "Outlet head" : "网点负责人"), ("unit", "N1", "北方公司") })
            {
                var form = security.Page.Locator($"form:has([name=Kind][value={kind}])");
                await form.Locator("[name='Form.Value']").FillAsync(value);
                await form.Locator("[name='Form.Target']").SelectOptionAsync(new SelectOptionValue { Label = target });
                await form.Locator("button.btn-primary").ClickAsync();
                await Assertions.Expect(security.Page.Locator("main table", new() { HasText = value })).ToBeVisibleAsync();
            }

            await security.Check();
        }

        async Task<Walk> By(string person)
        {
            var walk = await browser.Open(product, language, width);
            await walk.Page.RouteAsync("**/fonts.googleapis.com/**", r => r.FulfillAsync(new() { ContentType = "text/css", Body = "" }));
            await walk.Page.GotoAsync("/sign-in");
            await walk.Check();
            await walk.Page.ClickAsync("a[href^='/sign-in/oidc']");
            await At(walk.Page, person);
            return walk;
        }

        async Task At(IPage page, string person)
        {
            await page.FillAsync("[name=login]", person);
            await page.FillAsync("[name=password]", "x");
            await page.ClickAsync("[type=submit]");
            await page.ClickAsync("form:has([value=consent]) [type=submit]");
            await page.WaitForURLAsync(u => u.StartsWith(product.Address, StringComparison.Ordinal) && !u.Contains("/callback", StringComparison.Ordinal));
        }

        await using (var zhang = await By("zhang"))
        {
            await zhang.Page.GotoAsync("/account");
            await Assertions.Expect(zhang.Page.Locator("main")).ToContainTextAsync("zhang");
            await zhang.Check();
            await zhang.Page.GotoAsync("/customers");
            await Assertions.Expect(zhang.Page.Locator("main h1")).ToBeVisibleAsync();
        }

        await using (var wang = await By("wang"))
        {
            await Assertions.Expect(wang.Page.Locator(".alert-danger")).ToContainTextAsync(language == "en" ? "Nobody here is linked" : "没有对应的账号");
            await wang.Check();
            await wang.Page.GotoAsync("/sign-in/oidc/callback?code=x&state=y"); // Opened elsewhere.
            await Assertions.Expect(wang.Page.Locator(".alert-danger")).ToContainTextAsync(language == "en" ? "did not come to its end" : "没有完成");

            await wang.SignIn("finance");
            await wang.Page.GotoAsync("/account");
            await wang.Page.FillAsync("[name='Link.Password']", Product.Password);
            await wang.Page.ClickAsync("form:has([name='Link.Password']) button");
            await wang.Page.ClickAsync("a[href^='/account/provider']");
            await wang.Page.WaitForURLAsync("**/account");
            await Assertions.Expect(wang.Page.Locator("form:has([name='Link.Password']) button")).ToHaveTextAsync(language == "en" ? "Unlink" : "解除关联");
            await wang.Check();
            await wang.Page.Context.ClearCookiesAsync(new() { Domain = new Uri(product.Address).Host });
            await wang.Page.GotoAsync("/sign-in?returnUrl=%2Faccount");
            await wang.Page.ClickAsync("a[href^='/sign-in/oidc']");
            await wang.Page.WaitForURLAsync($"{product.Address}/account");
            await Assertions.Expect(wang.Page.Locator("main")).ToContainTextAsync("finance");
        }

        await product.In(db => db.Set<Role>().Where(r => r.Name == "outlet").ExecuteUpdateAsync(s => s.SetProperty(r => r.FactorSince, db.UtcNow.AddDays(-30))));
        await using (var weak = await By("zhang"))
        {
            Assert.EndsWith("/account/factor", weak.Page.Url, StringComparison.Ordinal); // The role's word holds.
        }

        await using (var strong = await By("li"))
        {
            await strong.Page.GotoAsync("/customers");
            Assert.EndsWith("/customers", strong.Page.Url, StringComparison.Ordinal); // The provider asked for two.
        }

        Assert.Equal(["provider", "provider", "provider", "provider-mfa"], (await product.In(db => db.Set<AuditEntry>().Where(a => a.Action == "signed_in" && a.Changes!.Contains("provider")).OrderBy(a => a.Id).Select(a => a.Changes!).ToListAsync())).Select(c => c.Contains("provider-mfa", StringComparison.Ordinal) ? "provider-mfa" : "provider"));
    }
}
