using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Tests.Platform;

public sealed partial class PasskeyTests
{
    private static readonly Actor Test = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static HttpClient Browser(CrmApp app)
    {
        var browser = app.Browser();
        browser.DefaultRequestHeaders.Add("Origin", app.Address.GetLeftPart(UriPartial.Authority));
        return browser;
    }

    private static string? Led(CrmApp app, HttpResponseMessage answer) => answer.Headers.Location is { } to ? new Uri(app.Address, to).AbsolutePath : null;

    private static Task<HttpResponseMessage> ByPassword(HttpClient browser, string user = "n1") =>
        CrmApp.Submit(browser, "/sign-in?returnUrl=%2Fcustomers", "sign-in", new() { ["Form.UserName"] = user, ["Form.Password"] = CrmApp.Password });

    /// <summary>What the script fetches for a form of a page.</summary>
    private static async Task<JsonNode> Offer(HttpClient browser, string page, string address, string? password = null)
    {
        var text = await browser.GetStringAsync(new Uri(page, UriKind.Relative), Ct);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["__RequestVerificationToken"] = Token().Match(text).Groups[1].Value, ["Passkey.Password"] = password ?? "" });
        using var answer = await browser.PostAsync(new Uri(address, UriKind.Relative), form, Ct);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>(Ct))!;
    }

    private static Task<HttpResponseMessage> Sent(HttpClient browser, string page, string handler, JsonNode offer, string credential, string? name = null) => CrmApp.Submit(browser, page, handler,
        new Dictionary<string, string?> { ["Passkey.State"] = (string?)offer["state"], ["Passkey.Credential"] = credential, ["Passkey.Name"] = name }.Where(f => f.Value is not null).ToDictionary(f => f.Key, f => f.Value!));

    private static async Task<HttpResponseMessage> Made(HttpClient browser, SoftKey key, string name)
    {
        var offer = await Offer(browser, "/account/factor", "/account/factor/passkey", CrmApp.Password);
        return await Sent(browser, "/account/factor", "passkey-add", offer, key.Create(offer["options"]!), name);
    }

    private static async Task<string?> AtDoor(CrmApp app, HttpClient browser, SoftKey key)
    {
        var offer = await Offer(browser, "/sign-in", "/sign-in/passkey?second=false");
        return Led(app, await Sent(browser, "/sign-in?returnUrl=%2Fcustomers", "passkey", offer, key.Get(offer["options"]!)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_passkey_opens_alone_and_as_second_factor_each_answer_once_and_a_copy_nothing(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var key = new SoftKey(app.Address) { Count = 1 };
        using var here = Browser(app);
        using var elsewhere = await app.SignedIn("n1");
        await ByPassword(here);
        Assert.Contains("当前密码不正确", (string?)(await Offer(here, "/account/factor", "/account/factor/passkey", "guess guess guess"))["error"], StringComparison.Ordinal);
        key.Verifies = false; // Neither finger nor PIN: no passkey of ours.
        Assert.Contains("未通过验证", await (await Made(here, key, "办公室电脑")).Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        key.Verifies = true;

        var recovery = Recovery().Matches(await (await Made(here, key, "办公室电脑")).Content.ReadAsStringAsync(Ct)).Select(m => m.Value).Distinct().ToList();
        Assert.Equal(10, recovery.Count);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Found), ((await here.GetAsync(new Uri("/customers", UriKind.Relative), Ct)).StatusCode, (await elsewhere.GetAsync(new Uri("/customers", UriKind.Relative), Ct)).StatusCode));

        using var alone = Browser(app);
        key.Count = 2;
        var offer = await Offer(alone, "/sign-in", "/sign-in/passkey?second=false");
        Assert.Empty(offer["options"]!["allowCredentials"]?.AsArray() ?? []); // Who has one, a stranger does not learn.
        var answer = key.Get(offer["options"]!);
        Assert.Equal("/customers", Led(app, await Sent(alone, "/sign-in?returnUrl=%2Fcustomers", "passkey", offer, answer)));
        Assert.Equal(HttpStatusCode.OK, (await alone.GetAsync(new Uri("/customers", UriKind.Relative), Ct)).StatusCode);
        using var again = Browser(app);
        Assert.Null(Led(app, await Sent(again, "/sign-in", "passkey", offer, answer)));
        Assert.Null(await AtDoor(app, again, key)); // The count did not grow: a copy.
        offer = await Offer(again, "/sign-in", "/sign-in/passkey?second=false");
        app.Later(OwnPasskeys.Waits);
        key.Count = 3;
        Assert.Null(Led(app, await Sent(again, "/sign-in", "passkey", offer, key.Get(offer["options"]!))));

        using var half = Browser(app);
        Assert.Equal("/sign-in/second", Led(app, await ByPassword(half)));
        using var other = new SoftKey(app.Address) { User = key.User };
        async Task<string?> Second(SoftKey by)
        {
            var asked = await Offer(half, "/sign-in/second", "/sign-in/passkey?second=true");
            return Led(app, await Sent(half, "/sign-in/second?returnUrl=%2Fcustomers", "passkey", asked, by.Get(asked["options"]!)));
        }

        Assert.Null(await Second(other));
        Assert.Equal("/customers", await Second(key));
        Assert.Equal("/sign-in/second", Led(app, await ByPassword(half)));
        Assert.Equal("/customers", Led(app, await CrmApp.Submit(half, "/sign-in/second?returnUrl=%2Fcustomers", "second", new() { ["Form.Code"] = recovery[0] }))); // Without any app.

        key.Count = 4;
        await app.In(Test, db => db.Set<User>().Where(u => u.UserName == "n1").ExecuteUpdateAsync(s => s.SetProperty(u => u.ManagedBy, "https://id.example"), Ct));
        Assert.Null(await AtDoor(app, again, key)); // Who is the provider's comes by its door alone.
        Assert.Equal(HttpStatusCode.OK, (await ByPassword(again)).StatusCode);
        key.Count = 5;
        await app.In(Test, db => db.Set<User>().Where(u => u.UserName == "n1").ExecuteUpdateAsync(s => s.SetProperty(u => u.ManagedBy, (string?)null).SetProperty(u => u.Disabled, true), Ct));
        Assert.Null(await AtDoor(app, again, key));
        var trail = await app.In(Test, db => db.Set<AuditEntry>().Where(a => a.ActorName == "n1").Select(a => a.Action + a.Changes).ToListAsync(Ct));
        Assert.Equal((1, 2, 1), (trail.Count(a => a.StartsWith("passkey_added", StringComparison.Ordinal)), trail.Count(a => a.StartsWith("signed_in", StringComparison.Ordinal) && a.Contains("\"passkey\"", StringComparison.Ordinal)), trail.Count(a => a.StartsWith("second_factor_failed", StringComparison.Ordinal))));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_passkey_is_what_a_role_needs_the_last_stays_and_an_administrator_takes_all(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await app.In(Test, db => db.Set<Role>().Where(r => r.Name == "outlet").ExecuteUpdateAsync(s => s.SetProperty(r => r.FactorSince, db.UtcNow.AddDays(-30)), Ct));
        using var here = Browser(app);
        await ByPassword(here);
        Assert.Equal("/account/factor", Led(app, await here.GetAsync(new Uri("/customers", UriKind.Relative), Ct)));
        using var first = new SoftKey(app.Address);
        using var second = new SoftKey(app.Address);
        await Made(here, first, "手机");
        Assert.Equal(HttpStatusCode.OK, (await here.GetAsync(new Uri("/customers", UriKind.Relative), Ct)).StatusCode);
        Assert.Equal("/account/factor", Led(app, await Made(here, second, "电脑")));
        Assert.Contains("未通过验证", await (await Made(here, second, "又一次")).Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);

        var ids = await app.In(Test, db => db.Set<Passkey>().OrderBy(p => p.Id).Select(p => p.Id).ToListAsync(Ct));
        async Task<string> Change(int at, string what, string? name = null, string password = CrmApp.Password, HttpClient? by = null) =>
            await (await CrmApp.Submit(by ?? here, "/account/factor", "passkey", new() { ["Key.Id"] = $"{ids[at]}", ["Key.Name"] = name ?? "", ["Key.Password"] = password, ["What"] = what })).Content.ReadAsStringAsync(Ct);
        await Change(0, "rename", "我的手机");
        Assert.Contains("当前密码不正确", await Change(0, "passkey", password: "guess guess guess"), StringComparison.Ordinal);
        using var stranger = await app.SignedIn("s1");
        await Change(0, "rename", "盗", by: stranger);
        await Change(0, "passkey", by: stranger);
        await Change(1, "passkey");
        Assert.Contains("不能停用", await Change(0, "passkey"), StringComparison.Ordinal);
        Assert.Equal(["我的手机"], await app.In(Test, db => db.Set<Passkey>().Select(p => p.Name).ToListAsync(Ct)));

        Assert.Null((await app.With<ChangeAccount, Result<User>>(await app.ActorOf("admin"), async c => await c.ResetFactor((await app.ActorOf("n1")).UserId, Ct))).Refusal);
        Assert.Equal((0, 0), await app.In(Test, async db => (await db.Set<Passkey>().CountAsync(Ct), await db.Set<RecoveryCode>().CountAsync(Ct))));
        Assert.Equal(HttpStatusCode.Found, (await here.GetAsync(new Uri("/account/factor", UriKind.Relative), Ct)).StatusCode);
        Assert.Null(await AtDoor(app, here, first));
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();

    [GeneratedRegex("[a-z2-9]{4}(-[a-z2-9]{4}){3}")]
    private static partial Regex Recovery();
}
