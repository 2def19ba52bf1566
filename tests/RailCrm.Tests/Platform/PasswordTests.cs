using System.Net;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using RailCrm.Kernel;
using RailCrm.Platform.Access;

namespace RailCrm.Tests.Platform;

/// <summary>What may be a password.</summary>
public sealed class PasswordTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("123456123456", false)]
    [InlineData("password1234", false)]
    [InlineData("qwertyuiop12", false)]
    [InlineData("华东铁路物流集团2026", false)]
    [InlineData("测试员 测试员 测试员 1", false)]
    [InlineData("2345678923456789", false)]
    [InlineData("aaaaaaaaaaaaaaaa", false)]
    [InlineData("short", false)]
    [InlineData("correct horse battery staple", true)]
    [InlineData("春眠不觉晓 处处闻啼鸟 🐦🌸🌧", true)]
    [InlineData("Sun Moon Stars Rain Wind Snow Ice Fog Hail Dust Haze Mist Storm Breeze Gale", true)]
    public async Task A_password_is_long_and_not_what_everyone_tries(string password, bool accepted)
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);

        var result = await app.With<UserManager<User>, IdentityResult>(Actor.System("test"), async users =>
        {
            var user = new User { UserName = "测试员", DisplayName = "测试员", UnitId = 1 };
            return await users.CreateAsync(user, password);
        });

        Assert.Equal(accepted, result.Succeeded);
    }

    [Theory]
    [InlineData("correct horse battery staple", "PasswordClasses")]
    [InlineData("correct horse battery Staple", null)]
    [InlineData("春眠不觉晓 处处闻啼鸟 Spring 3", null)]
    public async Task A_group_can_ask_for_classes_of_characters_of_all_but_passwords_that_serve_once(string password, string? refusal)
    {
        await using var app = await CrmApp.Start(Engine.Sqlite, settings: ["--RAILCRM_PASSWORD_CLASSES", "3"]);
        Task<IdentityResult> Create(string name, bool once) => app.With<UserManager<User>, IdentityResult>(Actor.System("test"), users => users.CreateAsync(new() { UserName = name, DisplayName = name, UnitId = 1, MustChangePassword = once }, password));

        Assert.Equal(refusal, (await Create("常用", once: false)).Errors.SingleOrDefault()?.Code);
        Assert.True((await Create("一次", once: true)).Succeeded);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_password_past_its_age_is_changed_before_anything_else(Engine engine)
    {
        await using var app = await CrmApp.Start(engine, settings: ["--RAILCRM_PASSWORD_DAYS", "90"]);
        await app.In(Actor.System("test"), async db =>
        {
            (await db.Set<User>().SingleAsync(u => u.UserName == "n1", Ct)).PasswordChangedAt = db.UtcNow;
            return await db.SaveChangesAsync(Ct);
        });
        using var before = await app.SignedIn("n1");
        Assert.Equal(HttpStatusCode.OK, (await before.GetAsync("/customers", Ct)).StatusCode);

        app.Later(TimeSpan.FromDays(91));
        using var after = await app.SignedIn("n1");
        var led = await after.GetAsync("/customers", Ct);
        Assert.Equal("/account/password", led.Headers.Location?.ToString());

        var changed = await app.With<ChangePassword, Result<User>>(await app.ActorOf("n1"), c => c.Run(new() { Current = CrmApp.Password, New = "another long sentence 7", Repeat = "another long sentence 7" }, null, Ct));
        Assert.Null(changed.Refusal);
        Assert.False((await app.ActorOf("n1")).MustChangePassword);
        Assert.Equal(app.Clock.GetUtcNow().UtcDateTime, (await app.ActorOf("n1")).PasswordChangedAt);
    }

    [Theory]
    [InlineData("RAILCRM_PASSWORD_CLASSES", "5")]
    [InlineData("RAILCRM_PASSWORD_DAYS", "ninety")]
    public void A_setting_out_of_its_range_is_named_at_the_start(string key, string value)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new(key, value)]).Build();

        Assert.Contains(key, Assert.Throws<InvalidOperationException>(() => PasswordPolicy.From(configuration)).Message, StringComparison.Ordinal);
    }
}
