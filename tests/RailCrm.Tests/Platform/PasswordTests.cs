using Microsoft.AspNetCore.Identity;
using RailCrm.Platform.Access;

namespace RailCrm.Tests.Platform;

/// <summary>What may be a password.</summary>
public sealed class PasswordTests
{
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
}
