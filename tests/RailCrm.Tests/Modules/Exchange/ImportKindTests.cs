using System.Net;
using RailCrm.Kernel;
using RailCrm.Modules.Exchange;
using static RailCrm.Tests.Modules.Exchange.ReviewUse;

namespace RailCrm.Tests.Modules.Exchange;

/// <summary>What a file holds, told by its columns.</summary>
public sealed class ImportKindTests
{
    private const string Customers = "客户编号,客户名称,简称,统一社会信用代码,所属单位,电话,注册地址\n,甲公司,甲,,,010-60001111,某路\n";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<Import> Brought(CrmApp app, string who, string kind, string csv)
    {
        var actor = await app.ActorOf(who);
        using var file = new MemoryStream(ImportHttp.Utf8(csv));
        return Value(await app.With<UploadFile, Result<Import>>(actor, u => u.Run(kind, "file.csv", file, Ct)));
    }

    [Fact]
    public async Task Every_kind_is_recognised_by_the_columns_of_its_template_in_either_language()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        foreach (var kind in ImportKind.All)
        {
            foreach (var headers in new[] { kind.Fields.Select(f => f.Synonyms[0]), kind.Fields.Where(f => !f.IsOrigin).Select(f => f.Name) })
            {
                Assert.Equal(kind.Name, (await Brought(app, "data", KindFit.Recognise, $"某单位某表\n{string.Join(',', headers)}\n{new string(',', headers.Count() - 1)}x\n")).Kind);
            }
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_file_taken_for_the_wrong_thing_says_so_and_is_put_right_by_one_click(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var id = (await Brought(app, "n1", "waybills", Customers)).Id;
        using var browser = await app.SignedIn("n1");

        var page = WebUtility.HtmlDecode(await browser.GetStringAsync($"/imports/{id}", Ct));
        Assert.Contains("这个文件看来是“客户”", page, StringComparison.Ordinal);
        Assert.Contains("改按“客户”导入", page, StringComparison.Ordinal);
        var late = await (await CrmApp.Submit(browser, $"/imports/{id}", "mapping", new() { ["Step"] = "review" })).Content.ReadAsStringAsync(Ct);
        Assert.Contains("必填字段“运单号”", WebUtility.HtmlDecode(late), StringComparison.Ordinal);
        Assert.DoesNotContain("（externalNo）", WebUtility.HtmlDecode(late), StringComparison.Ordinal);

        using var changed = await CrmApp.Submit(browser, $"/imports/{id}", "kind", new() { ["Kind"] = "customers" });
        Assert.Equal(HttpStatusCode.Found, changed.StatusCode);
        var right = WebUtility.HtmlDecode(await browser.GetStringAsync($"/imports/{id}", Ct));
        Assert.DoesNotContain("这个文件看来是", right, StringComparison.Ordinal);
        Assert.Contains("甲公司", right, StringComparison.Ordinal);
        Assert.Equal(("completed", 1), await Done());

        async Task<(string, long)> Done()
        {
            var n1 = await app.ActorOf("n1");
            Value(await app.With<StartImport, Result<Import>>(n1, s => s.Run(id, new(null, false, null, null), claimed: false, Ct)));
            var done = await Rested(app, n1, id);
            return (done.State, done.Created);
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_kind_is_changed_by_whoever_may_import_both_and_not_once_the_work_has_begun(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (n1, s1) = (await app.ActorOf("n1"), await app.ActorOf("s1"));
        var id = (await Brought(app, "n1", KindFit.Recognise, Customers)).Id;
        async Task<Refusal?> Changed(RailCrm.Platform.Access.Actor who, string kind) => (await app.With<ChangeKind, Result<Import>>(who, c => c.Run(id, kind, Ct))).Refusal;

        Assert.IsType<Refusal.NotFound>(await Changed(s1, "contacts"));
        Assert.IsType<Refusal.Forbidden>(await Changed(n1, "org"));
        Assert.IsType<Refusal.Invalid>(await Changed(n1, "nothing"));
        Value(await app.With<StartImport, Result<Import>>(n1, s => s.Run(id, new(null, false, null, null), claimed: false, Ct)));
        Assert.IsType<Refusal.Conflict>(await Changed(n1, "contacts"));
        Assert.Equal("customers", (await Rested(app, n1, id)).Kind);
    }

    [Fact]
    public void Another_kind_is_offered_only_where_it_fits_far_better()
    {
        Assert.Null(KindFit.Better([new("customers", 6, 0), new("contacts", 5, 0)], "contacts"));
        Assert.Equal("customers", KindFit.Better([new("customers", 6, 0), new("waybills", 2, 2)], "waybills")?.Kind);
        Assert.Null(KindFit.Better([new("customers", 6, 0), new("waybills", 2, 2)], "customers"));
    }
}
