using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Exchange;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using static RailCrm.Tests.Modules.Exchange.ReviewUse;

namespace RailCrm.Tests.Modules.Exchange;

/// <summary>Two tabs on one review.</summary>
public sealed class ReviewBesideTests
{
    private const string File = "客户名称,简称,电话\n甲公司,甲,0571-11111111\n";

    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Task<Result<ReviewRow>> Edit(CrmApp app, Actor actor, long id, int column, string text) => app.With<ReviewImport, Result<ReviewRow>>(actor, r => r.Edit(id, 2, new Dictionary<int, string> { [column] = text }, null, Ct));

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Cells_of_one_row_written_at_once_are_both_kept(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        var id = await Checked(app, n1, "customers", File);

        var second = await Beside.Run(app, n1, async services => Value(await services.GetRequiredService<ReviewImport>().Edit(id, 2, new Dictionary<int, string> { [1] = "新甲" }, null, Ct)), () => Edit(app, n1, id, 2, "0571-22222222"));

        Assert.Equal(["甲公司", "新甲", "0571-22222222"], Value(second).Cells);
        Assert.Equal(["甲公司", "新甲", "0571-22222222"], (await Look(app, n1, id)).Rows.Single().Cells);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_is_written_while_the_work_begins_is_refused(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        var id = await Checked(app, n1, "customers", File);
        Task Begin(IServiceProvider services) => services.GetRequiredService<StartImport>().Reviewed(id, false, Ct);

        var cell = await Beside.Run(app, n1, Begin, () => Edit(app, n1, id, 1, "晚了"));

        Assert.Equal("import.not_in_review", cell.Refusal?.Code);
        Assert.Equal(0, await app.In(System, db => db.Set<ImportEdit>().CountAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_is_replaced_in_a_column_while_the_work_begins_is_refused(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        var id = await Checked(app, n1, "customers", File);

        var fix = await Beside.Run(app, n1, services => services.GetRequiredService<StartImport>().Reviewed(id, false, Ct),
            () => app.With<ReviewImport, Result<Import>>(n1, r => r.Fix(id, _ => [new("简称", "甲", "乙", true)], Ct)));

        Assert.Equal("import.not_in_review", fix.Refusal?.Code);
        Assert.Equal("[]", await app.In(System, db => db.Set<Import>().Where(i => i.Id == id).Select(i => i.Fixes).SingleAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_cell_that_stands_as_its_page_showed_it_writes_over_nothing(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        var id = await Checked(app, n1, "customers", File);
        using var page = await app.SignedIn("n1");
        var open = await page.GetStringAsync(new Uri($"/imports/{id}/review?edit=2", UriKind.Relative), Ct);
        var token = global::System.Text.RegularExpressions.Regex.Match(open, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;
        await Mend(app, n1, id, 2, 1, "另一页写的");

        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["__RequestVerificationToken"] = token, ["w0"] = "甲公司", ["c0"] = "甲公司", ["w1"] = "甲", ["c1"] = "甲", ["w2"] = "0571-11111111", ["c2"] = "0571-33333333" });
        using var answer = await page.PostAsync(new Uri($"/imports/{id}/review/2", UriKind.Relative), form, Ct);

        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Assert.Equal(["甲公司", "另一页写的", "0571-33333333"], (await Look(app, n1, id)).Rows.Single().Cells);
    }
}
