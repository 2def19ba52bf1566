using static RailCrm.Tests.Platform.PaletteUse;

namespace RailCrm.Tests.Platform;

/// <summary>Pages and actions in the palette.</summary>
public sealed class PaletteMenuTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Pages_and_actions_are_those_that_one_may_use(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var n1 = await app.Api("n1");
        using var auditor = await app.Api("auditor");
        using var admin = await app.Api("admin");

        foreach (var client in new[] { n1, auditor, admin })
        {
            client.DefaultRequestHeaders.AcceptLanguage.Clear();
            client.DefaultRequestHeaders.AcceptLanguage.ParseAdd("zh-CN");
        }

        foreach (var q in new[] { "新建客户", "xjkh", "xinjiankehu", "new customer" })
        {
            Assert.True((await Found(n1, q, "action")) is ["新建客户", ..], q);
        }

        Assert.Equal(["导入客户", "导入联系人", "导入运单"], await Found(n1, "导入", "action"));
        Assert.True(new[] { "导入组织机构", "导入职工", "导入车站" }.All((await Found(admin, "导入", "action")).Contains));
        Assert.Contains("节假日", await Found(n1, "jjr", "page"));
        Assert.Empty(await Found(auditor, "新建客户", "action"));
        Assert.NotEmpty(await Found(auditor, "审计", "page"));
        Assert.Empty(await Found(n1, "审计", "page"));
        Assert.NotEmpty(await Found(admin, "账号", "page"));
        Assert.Equal(["s1"], await Found(admin, "s1", "account")); // Sign-in names, for who looks after them.
        Assert.Empty(await Found(n1, "n1", "account"));
        Assert.Equal("sign-out", Hits(await Ask(n1, "退出"), "action")[0].GetProperty("press").GetString());
        Assert.Empty((await Ask(auditor, "没有这样的客户")).GetProperty("offers").EnumerateArray());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Print_and_settings_are_found_by_the_words_that_people_use_and_nothing_is_offered_to_be_made_of_them(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var n1 = await app.Api("n1");
        using var admin = await app.Api("admin");
        foreach (var client in new[] { n1, admin })
        {
            client.DefaultRequestHeaders.AcceptLanguage.Clear();
            client.DefaultRequestHeaders.AcceptLanguage.ParseAdd("zh-CN");
        }

        foreach (var q in new[] { "打印", "dayin", "dy", "print" })
        {
            Assert.True((await Found(n1, q, "action")) is ["打印本页", ..], q);
            Assert.Equal("print", Hits(await Ask(n1, q), "action")[0].GetProperty("press").GetString());
            Assert.Empty((await Ask(n1, q)).GetProperty("offers").EnumerateArray());
        }

        foreach (var q in new[] { "设置", "shezhi", "settings" })
        {
            var pages = await Found(admin, q, "page");
            Assert.True(new[] { "自定义字段", "档案模板", "附件配额", "账号管理" }.All(pages.Contains), $"{q}: {string.Join(' ', pages)}");
            Assert.DoesNotContain("自定义字段", await Found(n1, q, "page"));
            Assert.Contains("外观：深色", await Found(n1, q, "action"));
            Assert.Empty((await Ask(n1, q)).GetProperty("offers").EnumerateArray());
        }

        foreach (var (q, page) in new[] { ("查重", "疑似重复客户"), ("垃圾箱", "客户回收站"), ("消息", "收件箱"), ("首页", "工作台"), ("quality", "资料完整度排名") })
        {
            Assert.Contains(page, await Found(n1, q, "page"));
        }

        Assert.Equal("客户", (await Found(n1, "客户", "page"))[0]); // A name comes before other words for something else.
    }
}
