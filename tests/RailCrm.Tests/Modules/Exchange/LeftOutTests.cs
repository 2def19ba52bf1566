using System.Net;
using RailCrm.Kernel;
using RailCrm.Modules.Exchange;
using static RailCrm.Tests.Modules.Exchange.ReviewUse;

namespace RailCrm.Tests.Modules.Exchange;

/// <summary>Columns that an import does not take: named before and after, with the reason.</summary>
public sealed class LeftOutTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_is_not_taken_is_named_with_the_reason_and_who_may_before_and_after(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        foreach (var (who, reason, after) in new[] { ("n1", "只有数据管理员可以沿用", "只有数据管理员可以沿用"), ("data", "请在下面为它们选择列", "导入时没有为原建档人") })
        {
            var actor = await app.ActorOf(who);
            using var file = new MemoryStream(ImportHttp.Utf8($"客户名称,建档人,建档时间,颜色\n{who}公司,n2,2019-03-05,红\n"));
            var id = Value(await app.With<UploadFile, Result<Import>>(actor, u => u.Run("customers", "file.csv", file, Ct))).Id;
            using var browser = await app.SignedIn(who);

            var before = WebUtility.HtmlDecode(await browser.GetStringAsync($"/imports/{id}", Ct));
            Value(await app.With<StartImport, Result<Import>>(actor, s => s.Run(id, new(null, false, null, null), claimed: false, Ct)));
            var done = await Rested(app, actor, id);
            var page = WebUtility.HtmlDecode(await browser.GetStringAsync($"/imports/{id}", Ct));

            Assert.Equal(("completed", 1), (done.State, done.Created));
            Assert.All([before, page], p => Assert.Contains("不导入的列：建档人、建档时间", p, StringComparison.Ordinal));
            Assert.All([before, page], p => Assert.Contains("不导入的列：颜色", p, StringComparison.Ordinal));
            Assert.Contains(reason, before, StringComparison.Ordinal);
            Assert.Contains(after, page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_column_with_a_unit_is_known_and_one_without_a_name_is_not_told()
    {
        var kind = ImportKind.Named("customers")! with { Fields = [.. ImportKind.Named("customers")!.Fields.Where(f => !f.IsOrigin)] };

        var left = LeftOut.Of(kind, ["客户名称", "建档时间（北京）", "#3", "颜色"], new HashSet<string> { "客户名称" });

        Assert.Equal("建档时间（北京）", Assert.Single(left.Withheld));
        Assert.Equal("颜色", Assert.Single(left.Unmapped));
        Assert.Empty(left.Offered);
    }
}
