using System.Net;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Ui;
using Microsoft.Extensions.DependencyInjection;

namespace RailCrm.Tests.Platform;

public sealed class SignInTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_visitor_is_led_to_the_sign_in_page_and_back(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var browser = app.Browser();

        var answer = await browser.GetAsync("/organization", Ct);

        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Assert.Contains("/sign-in?returnUrl=%2Forganization", answer.Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Disabling_an_account_ends_its_sessions_at_the_next_request(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var browser = await app.SignedIn("n1");
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/organization", Ct)).StatusCode);

        await app.In(Actor.System("test"), async db =>
        {
            (await db.Set<User>().SingleAsync(u => u.UserName == "n1", Ct)).Disabled = true;
            return await db.SaveChangesAsync(Ct);
        });

        Assert.Equal(HttpStatusCode.Found, (await browser.GetAsync("/organization", Ct)).StatusCode);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_cookie_is_dead_after_sign_out_even_when_replayed(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var browser = await app.SignedIn("n1");
        var page = await browser.GetStringAsync("/organization", Ct);
        Assert.NotEmpty(page);
        Assert.Equal(1, await app.In(Actor.System("test"), db => db.Set<Session>().CountAsync(Ct)));

        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["__RequestVerificationToken"] = System.Text.RegularExpressions.Regex.Match(page, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value,
        });
        var answer = await browser.PostAsync("/sign-out", form, Ct);

        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Assert.Equal(0, await app.In(Actor.System("test"), db => db.Set<Session>().CountAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_sixth_wrong_password_meets_a_locked_account_with_the_same_words(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var browser = app.Browser();
        string? words = null;
        for (var i = 0; i < 6; i++)
        {
            var answer = await CrmApp.Submit(browser, "/sign-in", "sign-in", new() { ["Form.UserName"] = "n1", ["Form.Password"] = "wrong wrong wrong" });
            words = await answer.Content.ReadAsStringAsync(Ct);
            Assert.Contains("用户名或密码不正确", words, StringComparison.Ordinal);
        }

        var right = await CrmApp.Submit(browser, "/sign-in", "sign-in", new() { ["Form.UserName"] = "n1", ["Form.Password"] = CrmApp.Password });
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        Assert.Contains("用户名或密码不正确", await right.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task An_empty_database_is_set_up_with_the_code_from_the_console_and_only_once(Engine engine)
    {
        await using var app = await CrmApp.Start(engine, empty: true);
        using var browser = app.Browser();
        var led = await browser.GetAsync("/sign-in", Ct);
        Assert.Equal("/set-up", new Uri(app.Address, led.Headers.Location!).AbsolutePath);
        Dictionary<string, string> Form(string code) => new()
        {
            ["Form.Code"] = code, ["Form.GroupName"] = "新集团", ["Form.UserName"] = "张三", ["Form.Password"] = CrmApp.Password, ["Form.Language"] = "zh-CN",
        };

        var wrong = await CrmApp.Submit(browser, "/set-up", "set-up", Form("AAAA-AAAA-AAAA"));
        Assert.Contains("设置码不正确", await wrong.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        var right = await CrmApp.Submit(browser, "/set-up", "set-up", Form(app.Services.GetRequiredService<SetUpCode>().Value));
        Assert.Equal(HttpStatusCode.Found, right.StatusCode);

        var again = await browser.GetAsync("/set-up", Ct);
        Assert.Equal("/sign-in", new Uri(app.Address, again.Headers.Location!).AbsolutePath);
        Assert.Equal("新集团", await app.In(Actor.System("test"), db => db.Set<OrgUnit>().Select(u => u.Name).SingleAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_read_token_may_not_write_and_no_token_may_not_read(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var nobody = new HttpClient { BaseAddress = app.Address };
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync("/api/v1/org-units", Ct)).StatusCode);
        using var reader = await app.Api("n1", "read");
        Assert.Equal(HttpStatusCode.OK, (await reader.GetAsync("/api/v1/org-units", Ct)).StatusCode);
        using var body = new StringContent("{\"name\":\"甲公司\"}", System.Text.Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.Forbidden, (await reader.PostAsync("/api/v1/customers", body, Ct)).StatusCode);
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("https:evil.example")]
    [InlineData("https://evil.example/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("")]
    [InlineData(null)]
    public void An_address_to_return_to_is_a_path_of_ours_or_nothing(string? url) => Assert.Equal("/", LocalUrl.Or(url, "/"));

    [Fact]
    public void A_path_of_ours_is_kept() => Assert.Equal("/customers?q=a", LocalUrl.Or("/customers?q=a", "/"));
}
