using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Tests.Platform;

public sealed partial class SecondFactorTests
{
    private static readonly Actor Test = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static long Step(CrmApp app) => Totp.StepOf(app.Clock.GetUtcNow().UtcDateTime);

    private static async Task<string> Read(HttpResponseMessage answer) => await answer.Content.ReadAsStringAsync(Ct);

    private static Task<HttpResponseMessage> Get(HttpClient browser, string path) => browser.GetAsync(new Uri(path, UriKind.Relative), Ct);

    private static string? Led(CrmApp app, HttpResponseMessage answer) => answer.Headers.Location is { } to ? new Uri(app.Address, to).AbsolutePath : null;

    /// <summary>A browser in which the password was right.</summary>
    private static async Task<HttpClient> Half(CrmApp app, string user = "n1")
    {
        var browser = app.Browser();
        var answer = await CrmApp.Submit(browser, "/sign-in?returnUrl=%2Fcustomers", "sign-in", new() { ["Form.UserName"] = user, ["Form.Password"] = CrmApp.Password });
        Assert.Equal("/sign-in/second", Led(app, answer));
        return browser;
    }

    private static Task<HttpResponseMessage> Second(HttpClient browser, string code) => CrmApp.Submit(browser, "/sign-in/second?returnUrl=%2Fcustomers", "second", new() { ["Form.Code"] = code });

    private static Task<HttpResponseMessage> Own(HttpClient browser, string handler, string? code = null, string password = CrmApp.Password, string? what = null) => CrmApp.Submit(browser, "/account/factor", handler,
        new Dictionary<string, string?> { ["Form.Code"] = code, ["Form.Password"] = password, ["What"] = what }.Where(f => f.Value is not null).ToDictionary(f => f.Key, f => f.Value!));

    /// <summary>Begins in the browser and gives the secret that its page shows.</summary>
    private static async Task<byte[]> Begin(CrmApp app, HttpClient browser, string user)
    {
        Assert.Equal("/account/factor", Led(app, await Own(browser, "begin")));
        var secret = await app.With<OwnFactor, byte[]?>(await app.ActorOf(user), f => f.Waiting(Ct));
        Assert.Contains(Totp.Base32(secret!)[..4], await Read(await Get(browser, "/account/factor")), StringComparison.Ordinal);
        return secret!;
    }

    [Fact]
    public void Codes_are_those_of_the_standard()
    {
        var secret = Encoding.ASCII.GetBytes("12345678901234567890"); // RFC 6238, appendix B.
        Assert.Equal(["287082", "081804", "050471", "005924", "279037", "353130"], new[] { 59, 1_111_111_109, 1_111_111_111, 1_234_567_890, 2_000_000_000, 20_000_000_000 }.Select(s => Totp.Code(secret, Totp.StepOf(DateTime.UnixEpoch.AddSeconds(s)))));
        Assert.Equal("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", Totp.Base32(secret));
        Assert.Equal("otpauth://totp/RailCRM:%E5%BC%A0%E4%B8%89?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=RailCRM", Totp.Address(secret, "张三"));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_code_opens_once_a_recovery_code_once_and_wrong_ones_lock(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var here = await app.SignedIn("n1");
        using var elsewhere = await app.SignedIn("n1");
        var secret = await Begin(app, here, "n1");
        string Code(long ahead = 0) => Totp.Code(secret, Step(app) + ahead);
        Assert.Contains("<svg", await Read(await Get(here, "/account/factor/qr.svg")), StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(secret)[..12], await app.In(Test, db => db.Set<SecondFactor>().Select(f => f.Secret).SingleAsync(Ct)), StringComparison.Ordinal);
        Assert.Contains("当前密码不正确", await Read(await Own(here, "confirm", Code(), "guess guess guess")), StringComparison.Ordinal);
        Assert.Contains("验证码不正确", await Read(await Own(here, "confirm", Code(5))), StringComparison.Ordinal);
        Assert.Null(await app.In(Test, db => db.Set<SecondFactor>().Select(f => f.ConfirmedAt).SingleAsync(Ct)));

        var shown = await Read(await Own(here, "confirm", Code()));
        var recovery = Recovery().Matches(shown[..shown.IndexOf("name=\"codes\"", StringComparison.Ordinal)]).Select(m => m.Value).Distinct().ToList();
        Assert.Equal(10, recovery.Count);
        Assert.DoesNotContain(recovery[0], await Read(await Get(here, "/account/factor")), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.OK, HttpStatusCode.Found), ((await Get(here, "/account/factor/qr.svg")).StatusCode, (await Get(here, "/customers")).StatusCode, (await Get(elsewhere, "/customers")).StatusCode));
        Assert.Contains("已经启用", await Read(await Own(here, "confirm", Code())), StringComparison.Ordinal); // Sent twice.

        using var first = await Half(app);
        Assert.Equal("/sign-in", Led(app, await Get(first, "/customers")));
        Assert.Equal(HttpStatusCode.OK, (await Second(first, Code())).StatusCode); // The one that proved the app.
        app.Later(TimeSpan.FromSeconds(30));
        var fresh = Code();
        Assert.Equal("/customers", Led(app, await Second(first, $" {fresh[..3]} {fresh[3..]} ")));
        Assert.Equal(HttpStatusCode.OK, (await Get(first, "/customers")).StatusCode);
        using var second = await Half(app);
        Assert.Equal(HttpStatusCode.OK, (await Second(second, fresh)).StatusCode);
        app.Later(TimeSpan.FromSeconds(90));
        Assert.Equal(HttpStatusCode.OK, (await Second(second, Code(-2))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Second(second, Code(2))).StatusCode);
        Assert.Equal("/customers", Led(app, await Second(second, Code(-1)))); // A telephone half a minute late.

        using var third = await Half(app);
        Assert.Equal("/customers", Led(app, await Second(third, recovery[3].ToUpperInvariant().Replace('-', ' '))));
        using var fourth = await Half(app);
        Assert.Contains("不正确或已用过", await Read(await Second(fourth, recovery[3])), StringComparison.Ordinal);
        Assert.Contains("还有 9 个", await Read(await Get(here, "/account/factor")), StringComparison.Ordinal);
        var renewed = Recovery().Matches(await Read(await Own(here, "change", what: "renew"))).Select(m => m.Value).Distinct().ToList();
        Assert.Equal(10, renewed.Count);
        Assert.Equal(HttpStatusCode.OK, (await Second(fourth, recovery[4])).StatusCode); // Those before are gone.
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await Second(fourth, "000000")).StatusCode);
        }

        Assert.True(await app.In(Test, db => db.Set<User>().AnyAsync(u => u.UserName == "n1" && u.LockoutEnd != null, Ct)));
        Assert.Equal(HttpStatusCode.OK, (await Second(fourth, renewed[0])).StatusCode);
        app.Later(TimeSpan.FromMinutes(31));
        Assert.Equal("/sign-in", Led(app, await Get(fourth, "/sign-in/second"))); // The password was right too long ago.

        Assert.Equal(HttpStatusCode.Found, (await Own(here, "change", what: "remove")).StatusCode);
        using var alone = await app.SignedIn("n1");
        Assert.Equal(HttpStatusCode.OK, (await Get(alone, "/customers")).StatusCode);
        var trail = await app.In(Test, db => db.Set<AuditEntry>().Where(a => a.ActorName == "n1" && a.Entity == nameof(User)).OrderBy(a => a.Id).Select(a => a.Action + a.Changes).ToListAsync(Ct));
        Assert.Equal((1, 2, 1, 1), (trail.Count(a => a.StartsWith("factor_enrolled", StringComparison.Ordinal)), trail.Count(a => a.Contains("\"totp\"", StringComparison.Ordinal)), trail.Count(a => a.Contains("\"recovery\"", StringComparison.Ordinal)), trail.Count(a => a.StartsWith("locked_out", StringComparison.Ordinal))));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_role_that_needs_it_leads_its_people_there_and_an_administrator_takes_it_from_who_lost_it(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var top = await app.In(Test, db => db.Set<OrgUnit>().Where(u => u.ParentId == null).Select(u => u.Id).SingleAsync(Ct));
        Assert.Null((await app.With<SetUpGroup, Result<User>>(Test, s => s.CreateUser(new() { UserName = "security", DisplayName = "security", UnitId = top }, CrmApp.Password, "security", Ct))).Refusal);
        async Task<string?> Need(string who, string role, bool needed)
        {
            var id = await app.In(Test, db => db.Set<Role>().Where(r => r.Name == role).Select(r => r.Id).SingleAsync(Ct));
            return (await app.With<EditRoles, Result<Role>>(await app.ActorOf(who), r => r.NeedFactor(id, needed, Ct))).Refusal?.Code;
        }

        Assert.Equal(("roles.group_only", null, null, "roles.own"), (await Need("admin", "outlet", true), await Need("security", "outlet", true), await Need("security", "security", true), await Need("security", "security", false)));
        using var api = await app.Api("n1");
        using var early = await app.SignedIn("n1");
        Assert.Contains("您的角色须使用第二因素", await Read(await Get(early, "/customers")), StringComparison.Ordinal); // Told, and let in for two weeks.
        app.Later(TimeSpan.FromDays(15));

        using var browser = await app.SignedIn("n1");
        Assert.Equal("/account/factor", Led(app, await Get(browser, "/customers")));
        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.OK), ((await Get(browser, "/api/v1/customers")).StatusCode, (await Get(api, "/api/v1/customers")).StatusCode));
        var secret = await Begin(app, browser, "n1");
        Assert.Contains("恢复码", await Read(await Own(browser, "confirm", Totp.Code(secret, Step(app)))), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await Get(browser, "/customers")).StatusCode);
        Assert.Contains("不能停用", await Read(await Own(browser, "change", what: "remove")), StringComparison.Ordinal);

        async Task<string?> Reset(string who, string whose)
        {
            var id = await app.In(Test, db => db.Set<User>().Where(u => u.UserName == whose).Select(u => u.Id).SingleAsync(Ct));
            return (await app.With<ChangeAccount, Result<User>>(await app.ActorOf(who), c => c.ResetFactor(id, Ct))).Refusal?.Code;
        }

        Assert.Equal(("accounts.no_factor", "accounts.factor_above_you", "accounts.own_factor", "common.forbidden"), (await Reset("admin", "n2"), await Reset("security", "admin"), await Reset("admin", "admin"), await Reset("n2", "n1")));
        Assert.Null(await Reset("admin", "n1"));
        Assert.Equal("/sign-in", Led(app, await Get(browser, "/customers")));
        using var again = await app.SignedIn("n1");
        Assert.Contains("管理员移除了您的第二因素", await Read(await Get(again, "/account/factor")), StringComparison.Ordinal);
        Assert.Equal(0, await app.In(Test, db => db.Set<RecoveryCode>().CountAsync(Ct)));
        Assert.Null(await Need("security", "outlet", false));
        Assert.Equal(HttpStatusCode.OK, (await Get(again, "/customers")).StatusCode);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Sessions_last_as_long_as_the_security_administrator_says(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await app.In(Test, db =>
        {
            db.Add(new SecurityPolicy { Version = 1, IdleMinutes = 30, AbsoluteHours = 1 });
            return db.SaveChangesAsync(Ct);
        });
        using var idle = await app.SignedIn("n1");
        using var busy = await app.SignedIn("n1");
        app.Later(TimeSpan.FromMinutes(29));
        Assert.Equal(HttpStatusCode.OK, (await Get(busy, "/account")).StatusCode);
        app.Later(TimeSpan.FromMinutes(2));
        Assert.Equal(HttpStatusCode.Found, (await Get(idle, "/account")).StatusCode);
        Assert.DoesNotContain("name=\"EndKey\"", await Read(await Get(busy, "/account")), StringComparison.Ordinal); // The one that is over is not listed.
        app.Later(TimeSpan.FromMinutes(30));
        Assert.Equal(HttpStatusCode.Found, (await Get(busy, "/account")).StatusCode);
    }

    [GeneratedRegex("[a-z2-9]{4}(-[a-z2-9]{4}){3}")]
    private static partial Regex Recovery();
}
