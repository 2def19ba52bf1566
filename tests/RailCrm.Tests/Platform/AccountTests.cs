using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Tests.Platform;

public sealed partial class AccountTests
{
    private const string Other = "另一句也只有测试知道的话 🚄 2026";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Task<List<AuditEntry>> Trail(CrmApp app, string action) =>
        app.In(Actor.System("test"), db => db.Set<AuditEntry>().AsNoTracking().Where(a => a.Action == action).OrderBy(a => a.Id).ToListAsync(Ct));

    private static Task<User> Row(CrmApp app, string name) => app.In(Actor.System("test"), db => db.Set<User>().AsNoTracking().SingleAsync(u => u.UserName == name, Ct));

    private static async Task<HttpStatusCode> Open(HttpClient browser, string path = "/organization") => (await browser.GetAsync(new Uri(path, UriKind.Relative), Ct)).StatusCode;

    private static string SessionCookie(HttpResponseMessage answer) => answer.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("railcrm=", StringComparison.Ordinal) || c.StartsWith("__Host-railcrm=", StringComparison.Ordinal));

    private static Task<HttpResponseMessage> Enter(HttpClient browser, string name, string password = CrmApp.Password) =>
        CrmApp.Submit(browser, "/sign-in", "sign-in", new() { ["Form.UserName"] = name, ["Form.Password"] = password });

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Times_are_shown_in_the_zone_of_the_account_and_in_Beijings_to_whoever_comes_next(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var browser = await app.SignedIn("n1");
        Task<string> Account() => browser.GetStringAsync(new Uri("/account", UriKind.Relative), Ct);
        var (here, there) = (app.Clock.GetUtcNow().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture), app.Clock.GetUtcNow().AddHours(8).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture));
        Task<HttpResponseMessage> Choose(string zone) => CrmApp.Submit(browser, "/account", "profile", new() { ["Form.DisplayName"] = "n1", ["Form.TimeZone"] = zone });
        Assert.Contains(there, await Account(), StringComparison.Ordinal);

        (await Choose("UTC")).Dispose();
        Assert.Contains(here, await Account(), StringComparison.Ordinal);
        Assert.DoesNotContain(there, await Account(), StringComparison.Ordinal);
        Assert.Equal("UTC", (await Row(app, "n1")).TimeZone);
        (await Choose("Mars/Olympus")).Dispose();
        Assert.Contains(there, await Account(), StringComparison.Ordinal);
        Assert.Null((await Row(app, "n1")).TimeZone);

        (await Choose("UTC")).Dispose();
        (await Enter(browser, "s1")).Dispose();
        Assert.Contains(there, await Account(), StringComparison.Ordinal);
        (await Enter(browser, "n1")).Dispose(); // The account keeps it, not the browser.
        Assert.Contains(here, await Account(), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Every_sign_in_has_an_id_of_its_own_and_ends_the_one_the_browser_had(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var browser = app.Browser();
        var first = SessionCookie(await Enter(browser, "n1")).Split(';')[0];

        var second = SessionCookie(await Enter(browser, "s1")).Split(';')[0];

        Assert.NotEqual(first, second);
        Assert.Contains("s1", await browser.GetStringAsync(new Uri("/account", UriKind.Relative), Ct), StringComparison.Ordinal);
        using var replay = new HttpClient(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = app.Address };
        replay.DefaultRequestHeaders.Add("Cookie", first);
        Assert.Equal(HttpStatusCode.Found, await Open(replay));
        Assert.Equal(HttpStatusCode.Unauthorized, await Open(replay, "/api/v1/org-units"));
        Assert.Equal(1, await app.In(Actor.System("test"), db => db.Set<Session>().CountAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_session_ends_when_unused_for_hours_and_after_a_day_of_work_even_when_used(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var idle = await app.SignedIn("n1");
        app.Later(Sessions.Idle - TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.OK, await Open(idle));
        app.Later(Sessions.Idle + TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.Found, await Open(idle));

        using var busy = await app.SignedIn("n1");
        for (var used = TimeSpan.Zero; used < Sessions.Absolute - TimeSpan.FromHours(3); used += TimeSpan.FromHours(3))
        {
            app.Later(TimeSpan.FromHours(3));
            Assert.Equal(HttpStatusCode.OK, await Open(busy));
        }

        app.Later(TimeSpan.FromHours(3));
        Assert.Equal(HttpStatusCode.Found, await Open(busy));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_session_cookie_is_out_of_reach_of_script_and_bound_to_the_host_over_https(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var browser = app.Browser();
        var plain = SessionCookie(await Enter(browser, "n1"));
        Assert.Contains("httponly", plain, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", plain, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("path=/", plain, StringComparison.OrdinalIgnoreCase);

        using var secure = app.Browser();
        secure.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        using var handler = new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { BaseAddress = app.Address };
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        var page = await client.GetAsync(new Uri("/sign-in", UriKind.Relative), Ct);
        client.DefaultRequestHeaders.Add("Cookie", string.Join("; ", page.Headers.GetValues("Set-Cookie").Select(c => c.Split(';')[0])));
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["__RequestVerificationToken"] = Token().Match(await page.Content.ReadAsStringAsync(Ct)).Groups[1].Value, ["_handler"] = "sign-in", ["Form.UserName"] = "n1", ["Form.Password"] = CrmApp.Password,
        });
        var cookie = SessionCookie(await client.PostAsync(new Uri("/sign-in", UriKind.Relative), form, Ct));
        Assert.StartsWith("__Host-railcrm=", cookie, StringComparison.Ordinal);
        Assert.Contains("secure", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Unknown_wrong_locked_and_disabled_answer_alike(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await app.In(Actor.System("test"), async db =>
        {
            (await db.Set<User>().SingleAsync(u => u.UserName == "n2", Ct)).Disabled = true;
            (await db.Set<User>().SingleAsync(u => u.UserName == "s1", Ct)).LockoutEnd = new DateTimeOffset(db.UtcNow.AddHours(1), TimeSpan.Zero);
            return await db.SaveChangesAsync(Ct);
        });

        var answers = new List<string>();
        foreach (var (name, password) in new[] { ("没有这个人", CrmApp.Password), ("n1", "wrong wrong wrong"), ("s1", CrmApp.Password), ("n2", CrmApp.Password) })
        {
            using var browser = app.Browser();
            using var answer = await Enter(browser, name, password);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var page = await answer.Content.ReadAsStringAsync(Ct);
            answers.Add(Alert().Match(page).Value);
        }

        Assert.NotEqual("", answers[0]);
        Assert.Single(answers.Distinct());
        Assert.Equal(4, (await Trail(app, "sign_in_failed")).Count);
        Assert.DoesNotContain(await Trail(app, "sign_in_failed"), e => e.ActorName == "没有这个人");
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_forged_address_does_not_bring_new_tries_and_many_guesses_at_once_all_count(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async i =>
        {
            using var browser = app.Browser();
            browser.DefaultRequestHeaders.Add("X-Forwarded-For", $"203.0.113.{i}");
            using var answer = await Enter(browser, "n1", "wrong wrong wrong");
        }));

        Assert.True((await Row(app, "n1")).LockoutEnd > app.Clock.GetUtcNow());
        Assert.Single(await Trail(app, "locked_out"));

        for (var i = 0; i < SignIn.TriesFromOneAddress; i++)
        {
            using var browser = app.Browser();
            browser.DefaultRequestHeaders.Add("X-Forwarded-For", $"198.51.100.{i}");
            using var answer = await Enter(browser, "s1 ", "wrong wrong wrong");
            await app.In(Actor.System("test"), db => db.Set<User>().ExecuteUpdateAsync(s => s.SetProperty(u => u.LockoutEnd, (DateTimeOffset?)null).SetProperty(u => u.AccessFailedCount, 0), Ct));
        }

        using var last = app.Browser();
        last.DefaultRequestHeaders.Add("X-Forwarded-For", "192.0.2.1");
        Assert.Equal(HttpStatusCode.OK, (await Enter(last, "S1")).StatusCode);
        app.Later(SignIn.TriesWindow);
        Assert.Equal(HttpStatusCode.Found, (await Enter(last, "s1")).StatusCode);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_changed_password_ends_the_other_sessions_and_keeps_this_one(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var here = await app.SignedIn("n1");
        using var elsewhere = await app.SignedIn("n1");
        Dictionary<string, string> Form(string current, string next, string? repeat = null) => new() { ["Form.Current"] = current, ["Form.New"] = next, ["Form.Repeat"] = repeat ?? next };
        var before = await Row(app, "n1");
        Assert.Contains("当前密码不正确", await (await CrmApp.Submit(here, "/account/password", "password", Form("guess guess guess", Other))).Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Contains("不一致", await (await CrmApp.Submit(here, "/account/password", "password", Form(CrmApp.Password, Other, "x"))).Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Contains("太容易猜到", await (await CrmApp.Submit(here, "/account/password", "password", Form(CrmApp.Password, "华东铁路物流集团 123456"))).Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal(before.PasswordHash, (await Row(app, "n1")).PasswordHash);
        Assert.Equal(HttpStatusCode.OK, await Open(elsewhere));

        var changed = await CrmApp.Submit(here, "/account/password", "password", Form(CrmApp.Password, Other));

        Assert.Equal(HttpStatusCode.Found, changed.StatusCode);
        Assert.Equal(HttpStatusCode.OK, await Open(here));
        Assert.Equal(HttpStatusCode.Found, await Open(elsewhere));
        Assert.Single(await Trail(app, "password_changed"));
        using var again = app.Browser();
        Assert.Equal(HttpStatusCode.Found, (await Enter(again, "n1", Other)).StatusCode);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_password_somebody_else_chose_must_be_changed_before_anything_else(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await app.In(Actor.System("test"), async db =>
        {
            (await db.Set<User>().SingleAsync(u => u.UserName == "n1", Ct)).MustChangePassword = true;
            return await db.SaveChangesAsync(Ct);
        });
        using var browser = await app.SignedIn("n1");

        var led = await browser.GetAsync(new Uri("/customers", UriKind.Relative), Ct);
        Assert.Equal("/account/password", led.Headers.Location!.ToString());
        Assert.Equal(HttpStatusCode.Forbidden, await Open(browser, "/api/v1/customers"));
        await CrmApp.Submit(browser, "/account/password", "password", new() { ["Form.Current"] = CrmApp.Password, ["Form.New"] = Other, ["Form.Repeat"] = Other });

        Assert.Equal(HttpStatusCode.OK, await Open(browser, "/customers"));
        Assert.False((await Row(app, "n1")).MustChangePassword);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_token_is_shown_once_kept_as_hash_and_dies_with_its_time_or_its_owner(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var browser = await app.SignedIn("n1");
        async Task<string> Make(string name, string scopes)
        {
            var page = await (await CrmApp.Submit(browser, "/account/tokens", "token", new() { ["Form.Name"] = name, ["Form.Scopes"] = scopes, ["Form.Days"] = "30" })).Content.ReadAsStringAsync(Ct);
            return Secret().Match(page).Value;
        }

        var (reading, writing) = (await Make("报表", "read"), await Make("财务", "read,write"));
        Assert.Equal("", await Make("报表", "read,write"));
        Assert.DoesNotContain(reading, await browser.GetStringAsync(new Uri("/account/tokens", UriKind.Relative), Ct), StringComparison.Ordinal);
        var rows = await app.In(Actor.System("test"), db => db.Set<ApiToken>().AsNoTracking().OrderBy(t => t.Id).ToListAsync(Ct));
        Assert.Equal([Sessions.Hash(reading), Sessions.Hash(writing)], rows.Select(t => t.Hash));
        Assert.Equal(2, (await Trail(app, "token_created")).Count);

        async Task<HttpStatusCode> Call(string token, HttpMethod method)
        {
            using var client = new HttpClient { BaseAddress = app.Address };
            using var request = new HttpRequestMessage(method, "/api/v1/customers") { Headers = { Authorization = new("Bearer", token) } };
            request.Content = method == HttpMethod.Post ? new StringContent($"{{\"name\":\"令牌公司{Guid.NewGuid():N}\"}}", System.Text.Encoding.UTF8, "application/json") : null;
            return (await client.SendAsync(request, Ct)).StatusCode;
        }

        Assert.Equal(HttpStatusCode.OK, await Call(reading, HttpMethod.Get));
        Assert.Equal(HttpStatusCode.Forbidden, await Call(reading, HttpMethod.Post));
        Assert.Equal(HttpStatusCode.Created, await Call(writing, HttpMethod.Post));
        await CrmApp.Submit(browser, "/account/tokens", "revoke", new() { ["RevokeId"] = rows[0].Id.ToString(CultureInfo.InvariantCulture) });
        Assert.Equal(HttpStatusCode.Unauthorized, await Call(reading, HttpMethod.Get));

        using var stranger = await app.SignedIn("s1");
        await CrmApp.Submit(stranger, "/account/tokens", "revoke", new() { ["RevokeId"] = rows[1].Id.ToString(CultureInfo.InvariantCulture) });
        Assert.Equal(HttpStatusCode.OK, await Call(writing, HttpMethod.Get));
        app.Later(TimeSpan.FromDays(30));
        Assert.Equal(HttpStatusCode.Unauthorized, await Call(writing, HttpMethod.Get));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_person_ends_the_other_sign_ins_but_nobody_elses(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var here = await app.SignedIn("n1");
        using var there = await app.SignedIn("n1");
        using var stranger = await app.SignedIn("s1");
        var foreign = await app.In(Actor.System("test"), db => db.Set<Session>().Where(s => db.Set<User>().Any(u => u.Id == s.UserId && u.UserName == "s1")).Select(s => s.Hash).SingleAsync(Ct));

        await CrmApp.Submit(here, "/account", "sessions", new() { ["EndKey"] = foreign });
        await CrmApp.Submit(here, "/account", "sessions", new() { ["EndKey"] = "others" });

        Assert.Equal(HttpStatusCode.OK, await Open(here));
        Assert.Equal(HttpStatusCode.Found, await Open(there));
        Assert.Equal(HttpStatusCode.OK, await Open(stranger));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Signing_in_and_out_and_reaching_for_what_is_not_yours_stand_in_the_trail(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var browser = await app.SignedIn("n1");
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.NotFound, await Open(browser, $"/customers/{900 + i}"));
        }

        Assert.Equal(HttpStatusCode.Found, await Open(browser, "/audit"));
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["__RequestVerificationToken"] = Token().Match(await browser.GetStringAsync(new Uri("/account", UriKind.Relative), Ct)).Groups[1].Value });
        await browser.PostAsync(new Uri("/sign-out", UriKind.Relative), form, Ct);

        Assert.Equal("n1", Assert.Single(await Trail(app, "signed_in")).ActorName);
        Assert.Single(await Trail(app, "signed_out"));
        var denied = await Trail(app, "denied");
        Assert.Equal(["GET /customers/{Id:long}", "GET /audit"], denied.Select(d => d.Entity));
        Assert.Equal(900, denied[0].EntityId);
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();

    [GeneratedRegex("<div class=\"alert alert-danger\"[^<]*<")]
    private static partial Regex Alert();

    [GeneratedRegex("rc_[A-Za-z0-9_-]{43}")]
    private static partial Regex Secret();
}
